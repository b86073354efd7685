#version 330 core
// Every kind of shape, straight alpha. Positions are whole pixels (gl_FragCoord), never interpolated ones, so that every
// processor chooses the same texel.
//
// Software renderers run both sides of every branch. So this file becomes one small program per kind of shape:
// DRAWS_SOLID, DRAWS_TEXT, … is defined above it, the rest falls away (picture_gl.c).
flat in vec4 turn;
flat in vec4 clip;
flat in vec4 shape;
flat in vec4 form;
flat in ivec3 data;
flat in vec4 colour;
#if defined DRAWS_CURVE
in float guess;
#endif

uniform sampler2D glyphs; // coverage of text
uniform sampler2D cells;  // colours of matrices, 2048 to a row

out vec4 painted;

const int CELLS_PER_ROW = 2048; // a power of two

// How much of the pixel around p lies in the rectangle.
float box_coverage(vec2 p, vec4 r) {
    vec2 part = clamp(min(p + 0.5, r.xy + r.zw) - max(p - 0.5, r.xy), 0.0, 1.0);
    return part.x * part.y;
}

float rounded_coverage(vec2 p, vec4 r, float radius) {
    vec2 q = abs(p - r.xy - 0.5 * r.zw) - 0.5 * r.zw + radius; // from the centre of the corner's circle
    if (q.x > 0.0 && q.y > 0.0 && radius > 0.0) return clamp(0.5 + radius - length(q), 0.0, 1.0);
    return box_coverage(p, r);
}

float frame_coverage(vec2 p) {
    float inset = form.y;
    vec4 inner = vec4(shape.xy + inset, shape.zw - 2.0 * inset);
    float hole = 0.0;
    if (inner.z > 0.0 && inner.w > 0.0) hole = rounded_coverage(p, inner, max(form.x - inset, 0.0));
    return max(rounded_coverage(p, shape, form.x) - hole, 0.0);
}

// A line lies along x from 0 to shape.z in its own frame. Thinner than a pixel: as wide as one, and fainter.
float line_coverage(vec2 p) {
    float along = clamp(p.x, 0.0, shape.z);
    float distance = length(vec2(p.x - along, p.y));
    return clamp(0.5 * max(form.y, 1.0) + 0.5 - distance, 0.0, 1.0) * min(form.y, 1.0);
}

#if defined DRAWS_CURVE
// The nearest point of the cubic: one step of Newton's method from a guess that is a fraction of a piece away, which is
// within a hundredth of a pixel; then as a line. An upright curve is a level one with x and y exchanged.
float curve_coverage(vec2 p) {
    vec2 from = p - shape.xy, size = shape.zw;
    if (data.x == 1) { from = from.yx; size = size.yx; }
    float t = clamp(guess, 0.0, 1.0), u = 1.0 - t;
    vec2 away = from - size * vec2(t * (1.5 - 1.5 * t + t * t), t * t * (3.0 - 2.0 * t));
    vec2 speed = size * vec2(1.5 - 3.0 * t * u, 6.0 * t * u), turning = size * vec2(6.0 * t - 3.0, 6.0 - 12.0 * t);
    float slope = dot(speed, speed) - dot(away, turning);
    t = clamp(t + dot(away, speed) / max(slope, 0.25 * dot(speed, speed) + 1e-6), 0.0, 1.0);
    away = from - size * vec2(t * (1.5 - 1.5 * t + t * t), t * t * (3.0 - 2.0 * t));
    return clamp(0.5 * max(form.y, 1.0) + 0.5 - length(away), 0.0, 1.0) * min(form.y, 1.0);
}
#endif

float glyph_coverage(vec2 p) {
    ivec2 texel = ivec2(p - shape.xy) + ivec2(data.xy);
    return texelFetch(glyphs, texel, 0).r;
}

float turned_glyph_coverage(vec2 p) {
    vec2 inside = p - shape.xy;
    if (any(lessThan(inside, vec2(0.0))) || any(greaterThanEqual(inside, shape.zw))) return 0.0;
    return textureLod(glyphs, (inside + vec2(data.xy)) / vec2(textureSize(glyphs, 0)), 0.0).r;
}

// floor(a / b) exactly for 0 <= a < 2^31, without the slow integer division: an estimate that is at most one off, put right.
int quotient(int a, int b) {
    int estimate = int(float(a) / float(b));
    int rest = a - estimate * b;
    return estimate + int(rest >= b) - int(rest < 0);
}

vec4 cell_colour(vec2 p) {
    ivec2 pixel = ivec2(p) - ivec2(shape.xy), size = ivec2(shape.zw);
    int row = quotient((2 * pixel.y + 1) * data.y, 2 * size.y);
    int column = quotient((2 * pixel.x + 1) * data.z, 2 * size.x);
    int index = data.x + row * data.z + column;
    return texelFetch(cells, ivec2(index & (CELLS_PER_ROW - 1), index / CELLS_PER_ROW), 0);
}

// Where the pixel stands on the diagonal bands of the picture: (x + y) mod period.
int diagonal_position(int period) {
    int sum = int(gl_FragCoord.x) + int(gl_FragCoord.y);
    return sum - quotient(sum, period) * period;
}

void main() {
    painted = colour;
    vec2 from = gl_FragCoord.xy - turn.xy;
    vec2 p = vec2(from.x * turn.z + from.y * turn.w, from.y * turn.z - from.x * turn.w); // in the shape's frame
#if defined DRAWS_TEXT
    painted.a *= glyph_coverage(gl_FragCoord.xy);
#elif defined DRAWS_MATRIX
    painted = cell_colour(gl_FragCoord.xy);
#elif defined DRAWS_ROUNDED
    painted.a *= rounded_coverage(gl_FragCoord.xy, shape, form.x);
#elif defined DRAWS_FRAME
    painted.a *= frame_coverage(gl_FragCoord.xy);
    if (data.x > 0 && diagonal_position(2 * data.x) >= data.x) painted.a = 0.0;
#elif defined DRAWS_HATCH
    if (diagonal_position(data.x) >= data.y) painted.a = 0.0;
#elif defined DRAWS_LINE
    painted.a *= line_coverage(p);
#elif defined DRAWS_CURVE
    painted.a *= curve_coverage(gl_FragCoord.xy);
#elif defined DRAWS_TURNED_TEXT
    painted.a *= turned_glyph_coverage(p);
#endif
#if defined DRAWS_LINE || defined DRAWS_CURVE || defined DRAWS_TURNED_TEXT // the others are cut to their clip before they come here
    if (any(lessThan(gl_FragCoord.xy, clip.xy)) || any(greaterThan(gl_FragCoord.xy, clip.zw)))
        painted.a = 0.0;
#endif
}
