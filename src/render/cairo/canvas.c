#include "canvas.h"
#include "draw/memory.h"
#include <stdlib.h>

static float clamped(float value, float low, float high) {
    return value < low ? low : value > high ? high : value;
}

struct box canvas_box(const struct canvas *canvas, struct rect r, struct rect clip) {
    struct rect seen = rect_intersect(rect_snap(r), rect_snap(clip));
    float width = (float)canvas->width, top = (float)canvas->top, bottom = (float)canvas->bottom;
    return (struct box){(int)clamped(seen.x, 0, width), (int)clamped(seen.y, top, bottom),
                        (int)clamped(rect_right(seen), 0, width),
                        (int)clamped(rect_bottom(seen), top, bottom)};
}

static uint32_t packed(struct colour c) {
    return (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
}

static void paint(uint32_t *pixel, struct colour c) {
    if (c.a != 255) c = colour_over(c, COLOUR_HEX(*pixel));
    *pixel = packed(c);
}

/* cairo has to finish before the pixels are touched, and to be told after. */
static void pixels_begin(struct canvas *canvas) {
    cairo_surface_flush(canvas->surface);
}
static void pixels_end(struct canvas *canvas) {
    cairo_surface_mark_dirty(canvas->surface);
}

static uint32_t *pixel_row(struct canvas *canvas, int y) {
    return canvas->pixels + (size_t)(y - canvas->top) * (size_t)canvas->width;
}

void canvas_fill(struct canvas *canvas, struct box box, struct colour c) {
    if (c.a == 0) return;
    pixels_begin(canvas);
    for (int y = box.top; y < box.bottom; y++) {
        uint32_t *row = pixel_row(canvas, y);
        for (int x = box.left; x < box.right; x++)
            paint(&row[x], c);
    }
    pixels_end(canvas);
}

void canvas_hatch(struct canvas *canvas, const struct draw_command *command) {
    struct box box = canvas_box(canvas, command->rect, command->clip);
    pixels_begin(canvas);
    for (int y = box.top; y < box.bottom; y++) {
        uint32_t *row = pixel_row(canvas, y);
        for (int x = box.left; x < box.right; x++)
            if (draw_hatch_covers(x, y, command->thickness)) paint(&row[x], command->colour);
    }
    pixels_end(canvas);
}

bool canvas_matrix(struct canvas *canvas, const struct draw_command *command,
                   const struct colour *cells) {
    struct rect whole = rect_snap(command->rect);
    struct box box = canvas_box(canvas, command->rect, command->clip);
    if (box.left >= box.right || box.top >= box.bottom) return true;
    size_t *columns = NULL, room = 0, seen = (size_t)(box.right - box.left);
    if (!memory_grow((void **)&columns, &room, seen, sizeof *columns)) return false;
    int64_t left = (int64_t)whole.x, top = (int64_t)whole.y;
    for (size_t i = 0; i < seen; i++)
        columns[i] = draw_cell_at((size_t)(box.left - left) + i, (size_t)whole.w, command->columns);

    pixels_begin(canvas);
    for (int y = box.top; y < box.bottom; y++) {
        size_t row = draw_cell_at((size_t)(y - top), (size_t)whole.h, command->count);
        const struct colour *row_cells = cells + row * command->columns;
        uint32_t *out = pixel_row(canvas, y) + box.left;
        for (size_t i = 0; i < seen; i++)
            paint(&out[i], row_cells[columns[i]]);
    }
    pixels_end(canvas);
    free(columns);
    return true;
}
