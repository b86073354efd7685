#version 330 core
// The picture's row 0 is its top row; the window's row 0 is its lowest.
uniform sampler2D picture;
uniform int window_height;
out vec4 painted;

void main() {
    ivec2 pixel = ivec2(int(gl_FragCoord.x), window_height - 1 - int(gl_FragCoord.y));
    painted = vec4(texelFetch(picture, min(pixel, textureSize(picture, 0) - 1), 0).rgb, 1.0);
}
