#include "shapes.h"
#include <math.h>

void shape_colour(cairo_t *cairo, struct colour c) {
    cairo_set_source_rgba(cairo, c.r / 255.0, c.g / 255.0, c.b / 255.0, c.a / 255.0);
}

void shape_rounded(cairo_t *cairo, struct rect r, float radius) {
    double round = (double)fmaxf(0.0f, fminf(radius, fminf(r.w, r.h) / 2));
    double x = (double)r.x, y = (double)r.y, right = x + (double)r.w, bottom = y + (double)r.h;
    const double quarter = 1.57079632679489661923;
    if (round <= 0) {
        cairo_rectangle(cairo, x, y, right - x, bottom - y);
        return;
    }
    cairo_new_sub_path(cairo);
    cairo_arc(cairo, right - round, y + round, round, -quarter, 0);
    cairo_arc(cairo, right - round, bottom - round, round, 0, quarter);
    cairo_arc(cairo, x + round, bottom - round, round, quarter, 2 * quarter);
    cairo_arc(cairo, x + round, y + round, round, 2 * quarter, 3 * quarter);
    cairo_close_path(cairo);
}

static void stroke_path(cairo_t *cairo, const struct draw_command *c) {
    shape_colour(cairo, c->colour);
    cairo_set_line_width(cairo, (double)c->thickness);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    cairo_stroke(cairo);
}

void shape_line(cairo_t *cairo, const struct draw_command *c) {
    if (c->thickness <= 0) return;
    cairo_move_to(cairo, (double)c->rect.x, (double)c->rect.y);
    cairo_line_to(cairo, (double)(c->rect.x + c->rect.w), (double)(c->rect.y + c->rect.h));
    stroke_path(cairo, c);
}

void shape_curve(cairo_t *cairo, const struct draw_command *c) {
    if (c->thickness <= 0) return;
    double x = (double)c->rect.x, y = (double)c->rect.y, w = (double)c->rect.w,
           h = (double)c->rect.h;
    cairo_move_to(cairo, x, y);
    if (c->is_upright)
        cairo_curve_to(cairo, x, y + h / 2, x + w, y + h / 2, x + w, y + h);
    else
        cairo_curve_to(cairo, x + w / 2, y, x + w / 2, y + h, x + w, y + h);
    stroke_path(cairo, c);
}
