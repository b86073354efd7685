#version 330 core
// One instance per shape. A shape has a frame of its own: `box` lies in it, `turn` places it in the picture
// (origin x, y, then cosine and sine). Picture pixels: x to the right, y down; row 0 of the object is the top row.
layout(location = 0) in vec4 instance_box;   // x, y, width, height in the shape's frame
layout(location = 1) in vec4 instance_turn;  // origin x, y, cosine, sine
layout(location = 2) in vec4 instance_clip;  // left, top, right, bottom: whole pixels
layout(location = 3) in vec4 instance_shape; // x, y, width, height in the shape's frame
layout(location = 4) in vec4 instance_form;  // radius, thickness, –, –
layout(location = 5) in ivec3 instance_data; // by kind (instances.h)
layout(location = 6) in vec4 instance_colour;

uniform mat4 projection;

flat out vec4 turn;
flat out vec4 clip;
flat out vec4 shape;
flat out vec4 form;
flat out ivec3 data;
flat out vec4 colour;
#if defined DRAWS_CURVE
out float guess; // where along the curve the nearest point is, roughly

const int PIECES = 32; // GL_CURVE_PIECES

// A strip along the curve: a row of two corners before its start, one at each of PIECES + 1 places, one after its end.
vec2 strip_corner() {
    int row = gl_VertexID >> 1;
    float side = float(gl_VertexID & 1) * 2.0 - 1.0;
    float t = clamp(float(row - 1) / float(PIECES), 0.0, 1.0), u = 1.0 - t;
    float along = t * (1.5 - 1.5 * t + t * t), across = t * t * (3.0 - 2.0 * t);
    float along_speed = 1.5 - 3.0 * t * u, across_speed = 6.0 * t * u;
    float along_turn = 6.0 * t - 3.0, across_turn = 6.0 - 12.0 * t;
    bool is_upright = instance_data.x == 1;
    vec2 place = instance_shape.xy + instance_shape.zw * (is_upright ? vec2(across, along) : vec2(along, across));
    vec2 speed = instance_shape.zw * (is_upright ? vec2(across_speed, along_speed) : vec2(along_speed, across_speed));
    vec2 turning = instance_shape.zw * (is_upright ? vec2(across_turn, along_turn) : vec2(along_turn, across_turn));
    float fast = length(speed);
    // Without length at an end: straight along the curve's one direction; a point: along x.
    vec2 ahead = fast > 1e-6 ? speed / fast : length(instance_shape.zw) > 0.0 ? normalize(instance_shape.zw) : vec2(1.0, 0.0);
    vec2 normal = vec2(-ahead.y, ahead.x) * side;
    float bend = dot(turning, normal);
    // As wide as the ribbon with its feather, and what straight pieces miss: their chords, and their edges where two meet at
    // an angle. Inwards of a bend not beyond its centre, where the strip would fold over itself and paint twice.
    float corner = abs(bend) / (max(fast, 1e-6) * float(PIECES));
    float reach = (0.5 * max(instance_form.y, 1.0) + 0.8) * (1.0 + 0.125 * min(corner * corner, 8.0)) +
                  abs(bend) / float(8 * PIECES * PIECES);
    float inward = bend > 0.0 && fast > 1e-6 ? min(reach, fast * fast / bend) : reach;
    guess = t;
    return place + normal * inward + ahead * (row == 0 ? -reach : row == PIECES + 2 ? reach : 0.0);
}
#endif

void main() {
#if defined DRAWS_CURVE
    vec2 place = strip_corner();
#else
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 local = instance_box.xy + corner * instance_box.zw;
    vec2 place = instance_turn.xy + vec2(local.x * instance_turn.z - local.y * instance_turn.w,
                                         local.x * instance_turn.w + local.y * instance_turn.z);
#endif
    gl_Position = projection * vec4(place, 0.0, 1.0);
    turn = instance_turn;
    clip = instance_clip;
    shape = instance_shape;
    form = instance_form;
    data = instance_data;
    colour = instance_colour;
}
