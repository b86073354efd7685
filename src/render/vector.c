#include "vector.h"
#include "draw/bounds.h"
#include "draw/memory.h"
#include <math.h>

double vector_page_height(const struct vector_page *page) {
    return page->area.w > 0 ? page->width_pt * (double)page->area.h / (double)page->area.w : 0;
}

struct vector_page vector_page_of(const struct draw_list *list, float density) {
    const double points_per_pixel = 72.0 / 96.0;
    return (struct vector_page){.area = rect_make(0, 0, list->width, list->height),
                                .width_pt =
                                    (double)list->width / (double)density * points_per_pixel,
                                .has_background = true};
}

/* ---- hatches: pixels with (x + y) mod period < width ----
 * The pixel (x, y) has its middle at x + y + 1, so that a line of `width` pixels reaches from ½
 * before the first of them to ½ behind the last. */

static int floor_division(double value, int by) {
    return (int)floor(value / by);
}

struct vector_hatch vector_hatch_of(const struct draw_command *command) {
    int period = draw_hatch_period(command->thickness);
    struct vector_hatch hatch = {rect_intersect(rect_snap(command->rect), rect_snap(command->clip)),
                                 period, draw_hatch_width(period), 0, -1};
    if (hatch.r.w <= 0 || hatch.r.h <= 0) return hatch;
    hatch.first = floor_division((double)(hatch.r.x + hatch.r.y) - hatch.width, period);
    hatch.last = floor_division((double)(rect_right(hatch.r) + rect_bottom(hatch.r)), period);
    return hatch;
}

/* Where x + y = sum enters r from the lower left, and where it leaves it to the upper right. */
static void lower_left(const struct rect *r, double sum, double point[2]) {
    double left = (double)r->x, bottom = (double)rect_bottom(*r);
    point[0] = sum - left <= bottom ? left : sum - bottom;
    point[1] = sum - left <= bottom ? sum - left : bottom;
}
static void upper_right(const struct rect *r, double sum, double point[2]) {
    double top = (double)r->y, right = (double)rect_right(*r);
    point[0] = sum - top <= right ? sum - top : right;
    point[1] = sum - top <= right ? top : sum - right;
}

size_t vector_hatch_line(const struct vector_hatch *hatch, int index, double points[6][2]) {
    const struct rect *r = &hatch->r;
    double left = (double)r->x, top = (double)r->y;
    double right = (double)rect_right(*r), bottom = (double)rect_bottom(*r);
    double begin = (double)index * hatch->period + 0.5, end = begin + hatch->width;
    begin = fmax(begin, left + top);
    end = fmin(end, right + bottom);
    if (end <= begin) return 0;
    size_t count = 0;
    lower_left(r, begin, points[count++]);
    if (begin < left + bottom && left + bottom < end) {
        points[count][0] = left;
        points[count++][1] = bottom;
    }
    lower_left(r, end, points[count++]);
    upper_right(r, end, points[count++]);
    if (begin < right + top && right + top < end) {
        points[count][0] = right;
        points[count++][1] = top;
    }
    upper_right(r, begin, points[count++]);
    return count;
}

double vector_dash_offset(const struct draw_command *frame, int step) {
    /* Along the middle of a straight edge x + y grows by one a pixel; ½ makes up for the middle of
     * pixels, the last term for half a corner, which is shorter than its two sides. */
    double middle = fmax(0, (double)(frame->radius - frame->thickness / 2));
    double start = (double)frame->rect.x + (double)frame->rect.y + (double)frame->thickness - 0.5 +
                   middle * (1 - 0.78539816339744830962);
    double offset = fmod(start, 2.0 * step);
    return offset < 0 ? offset + 2.0 * step : offset;
}

static bool lies_inside(struct rect r, struct rect clip) {
    return r.x >= clip.x && r.y >= clip.y && rect_right(r) <= rect_right(clip) &&
           rect_bottom(r) <= rect_bottom(clip);
}

bool vector_needs_clip(const struct draw_command *command, struct rect area) {
    struct rect clip = rect_snap(command->clip);
    if (lies_inside(area, clip)) return false; /* the page itself cuts */
    return !lies_inside(draw_command_bounds(command), clip);
}

size_t vector_image_scale(size_t rows, size_t columns) {
    enum { LEAST_SIDE = 512, MOST_PER_CELL = 64 };
    size_t side = rows > columns ? rows : columns;
    size_t scale = side ? (LEAST_SIDE + side - 1) / side : 1;
    return scale < 1 ? 1 : scale > MOST_PER_CELL ? MOST_PER_CELL : scale;
}

uint32_t *vector_image(const struct colour *cells, size_t rows, size_t columns, size_t scale) {
    uint32_t *pixels = NULL;
    size_t room = 0;
    if (columns && rows > SIZE_MAX / columns / scale / scale) return NULL;
    if (!memory_grow((void **)&pixels, &room, rows * columns * scale * scale, sizeof *pixels))
        return NULL;
    uint32_t *out = pixels;
    for (size_t y = 0; y < rows * scale; y++)
        for (size_t x = 0; x < columns * scale; x++) {
            struct colour c = cells[y / scale * columns + x / scale];
            *out++ = (uint32_t)c.a << 24 | (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
        }
    return pixels;
}

bool vector_is_opaque(const struct colour *cells, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (cells[i].a != 255) return false;
    return true;
}
