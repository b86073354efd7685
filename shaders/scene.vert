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

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 local = instance_box.xy + corner * instance_box.zw;
    vec2 place = instance_turn.xy + vec2(local.x * instance_turn.z - local.y * instance_turn.w,
                                         local.x * instance_turn.w + local.y * instance_turn.z);
    gl_Position = projection * vec4(place, 0.0, 1.0);
    turn = instance_turn;
    clip = instance_clip;
    shape = instance_shape;
    form = instance_form;
    data = instance_data;
    colour = instance_colour;
}
