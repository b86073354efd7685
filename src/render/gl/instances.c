#include "render/gl/instances.h"
#include <math.h>
#include <stdlib.h>

enum { SPLIT_MIN_PX = 16 }; /* a middle smaller than this is not worth a quad of its own */

void gl_instances_free(struct gl_instances *instances) {
    free(instances->items);
    *instances = (struct gl_instances){0};
}

/* The edges at the nearest whole pixels. */
static struct rect whole_edges(struct rect r) {
    float left = floorf(r.x + 0.5f), top = floorf(r.y + 0.5f);
    return rect_make(left, top, floorf(rect_right(r) + 0.5f) - left,
                     floorf(rect_bottom(r) + 0.5f) - top);
}

static struct rect whole_cover(struct rect r) {
    float left = floorf(r.x), top = floorf(r.y);
    return rect_make(left, top, ceilf(rect_right(r)) - left, ceilf(rect_bottom(r)) - top);
}

static bool is_whole(struct rect r) {
    return r.x == floorf(r.x) && r.y == floorf(r.y) && r.w == floorf(r.w) && r.h == floorf(r.h);
}

/* The common part; false when there is none. Own, so that nothing but headers of `draw` is needed
 * here. */
static bool cut(struct rect *r, struct rect by) {
    float left = fmaxf(r->x, by.x), top = fmaxf(r->y, by.y);
    float right = fminf(rect_right(*r), rect_right(by));
    float bottom = fminf(rect_bottom(*r), rect_bottom(by));
    if (!(right > left) || !(bottom > top)) return false;
    *r = rect_make(left, top, right - left, bottom - top);
    return true;
}

static void rect_store(float out[4], struct rect r) {
    out[0] = r.x;
    out[1] = r.y;
    out[2] = r.w;
    out[3] = r.h;
}

static struct gl_instance *instance_new(struct gl_instances *instances) {
    if (instances->count == instances->capacity) {
        size_t capacity = instances->capacity ? instances->capacity * 2 : 1024;
        struct gl_instance *items = NULL;
        if (capacity <= SIZE_MAX / 2 / sizeof *items)
            items = realloc(instances->items, capacity * sizeof *items);
        if (!items) {
            instances->failed = true;
            return NULL;
        }
        instances->items = items;
        instances->capacity = capacity;
    }
    return &instances->items[instances->count++];
}

/* What the parts of one command have in common. */
static struct gl_instance instance_start(const struct draw_command *command, enum gl_kind kind) {
    struct rect clip = whole_edges(command->clip);
    struct gl_instance instance = {
        .turn = {0, 0, 1, 0},
        .clip = {clip.x, clip.y, rect_right(clip), rect_bottom(clip)},
        .form = {command->radius, command->thickness, 0, 0},
        .kind = kind,
        .colour = command->colour,
    };
    rect_store(instance.shape, command->rect);
    return instance;
}

/* Adds the part of an upright shape that lies in `box`, cut to the clip. */
static void add_part(struct gl_instances *instances, struct gl_instance part, struct rect box) {
    struct rect clip = rect_make(part.clip[0], part.clip[1], part.clip[2] - part.clip[0],
                                 part.clip[3] - part.clip[1]);
    if (!cut(&box, clip)) return;
    struct gl_instance *instance = instance_new(instances);
    if (!instance) return;
    *instance = part;
    rect_store(instance->box, box);
}

static void add_rectangle(struct gl_instances *instances, const struct draw_command *command) {
    struct rect r = command->rect, box = whole_cover(r);
    float radius = fminf(command->radius, 0.5f * fminf(r.w, r.h));
    struct gl_instance part = instance_start(command, GL_KIND_ROUNDED);
    part.form[0] = radius > 0 ? radius : 0;
    if (!is_whole(r)) {
        add_part(instances, part, box);
        return;
    }
    float end = ceilf(part.form[0]);
    struct gl_instance solid = part;
    solid.kind = command->colour.a == 255 ? GL_KIND_SOLID : GL_KIND_TINTED;
    if (end == 0) {
        add_part(instances, solid, box);
    } else if (r.h - 2 * end < SPLIT_MIN_PX) {
        add_part(instances, part, box);
    } else {
        add_part(instances, part, rect_make(r.x, r.y, r.w, end));
        add_part(instances, solid, rect_make(r.x, r.y + end, r.w, r.h - 2 * end));
        add_part(instances, part, rect_make(r.x, rect_bottom(r) - end, r.w, end));
    }
}

static void add_frame(struct gl_instances *instances, const struct draw_command *command) {
    if (!(command->thickness > 0)) return;
    struct rect r = command->rect, box = whole_cover(r);
    struct gl_instance part = instance_start(command, GL_KIND_FRAME);
    part.form[0] = fmaxf(0, fminf(command->radius, 0.5f * fminf(r.w, r.h)));
    if (command->dash > 0) part.data[0] = draw_whole(fmaxf(1, fminf(command->dash, 1e6f)));
    float side =
        ceilf(fmaxf(part.form[0], command->thickness)) + 1; /* all ink lies this near an edge */
    if (box.w - 2 * side < SPLIT_MIN_PX || box.h - 2 * side < SPLIT_MIN_PX) {
        add_part(instances, part, box);
        return;
    }
    float middle = box.h - 2 * side;
    add_part(instances, part, rect_make(box.x, box.y, box.w, side));
    add_part(instances, part, rect_make(box.x, rect_bottom(box) - side, box.w, side));
    add_part(instances, part, rect_make(box.x, box.y + side, side, middle));
    add_part(instances, part, rect_make(rect_right(box) - side, box.y + side, side, middle));
}

/* A line lies along x in a frame of its own; the quad covers it with its round ends and one pixel
 * more. */
static void add_line(struct gl_instances *instances, const struct draw_command *command) {
    if (!(command->thickness > 0)) return;
    struct rect r = command->rect;
    float length = hypotf(r.w, r.h), reach = 0.5f * fmaxf(command->thickness, 1) + 1;
    struct gl_instance line = instance_start(command, GL_KIND_LINE);
    struct rect bounds = rect_make(fminf(r.x, r.x + r.w) - reach, fminf(r.y, r.y + r.h) - reach,
                                   fabsf(r.w) + 2 * reach, fabsf(r.h) + 2 * reach);
    if (!cut(&bounds, whole_edges(command->clip))) return;
    line.turn[0] = r.x;
    line.turn[1] = r.y;
    line.turn[2] = length > 0 ? r.w / length : 1;
    line.turn[3] = length > 0 ? r.h / length : 0;
    rect_store(line.shape, rect_make(0, 0, length, 0));
    rect_store(line.box, rect_make(-reach, -reach, length + 2 * reach, 2 * reach));
    struct gl_instance *instance = instance_new(instances);
    if (instance) *instance = line;
}

static void add_curve(struct gl_instances *instances, const struct draw_command *command) {
    if (!(command->thickness > 0)) return;
    struct rect r = command->rect;
    float reach = 0.5f * fmaxf(command->thickness, 1) + 2;
    struct gl_instance curve = instance_start(command, GL_KIND_CURVE);
    struct rect bounds = rect_make(fminf(r.x, r.x + r.w) - reach, fminf(r.y, r.y + r.h) - reach,
                                   fabsf(r.w) + 2 * reach, fabsf(r.h) + 2 * reach);
    rect_store(curve.box, bounds);
    if (!cut(&bounds, whole_edges(command->clip))) return;
    curve.data[0] = command->is_upright;
    struct gl_instance *instance = instance_new(instances);
    if (instance) *instance = curve;
}

static void add_hatch(struct gl_instances *instances, const struct draw_command *command) {
    struct gl_instance part = instance_start(command, GL_KIND_HATCH);
    int period = draw_whole(fmaxf(2, fminf(command->thickness, 1e6f)));
    int width = period / 6 + (period % 6 >= 3 ? 1 : 0); /* as in draw_hatch_covers */
    part.data[0] = period;
    part.data[1] = (width < 1 ? 1 : width);
    add_part(instances, part, whole_edges(command->rect));
}

static void add_matrix(struct gl_instances *instances, const struct draw_list *list,
                       const struct draw_command *command) {
    size_t rows = command->count, columns = command->columns;
    if (!rows || !columns || columns > list->cell_count / rows) return;
    if (command->data > list->cell_count - rows * columns || list->cell_count > INT32_MAX) return;
    struct gl_instance part = instance_start(command, GL_KIND_MATRIX);
    struct rect r = whole_edges(command->rect);
    if (!(r.w > 0) || !(r.h > 0)) return;
    rect_store(part.shape, r);
    part.data[0] = (int32_t)command->data;
    part.data[1] = (int32_t)command->count;
    part.data[2] = (int32_t)command->columns;
    add_part(instances, part, r);
}

void gl_instances_add(struct gl_instances *instances, const struct draw_list *list,
                      const struct draw_command *command) {
    struct rect r = command->rect;
    if (!isfinite(r.x) || !isfinite(r.y) || !isfinite(r.w) || !isfinite(r.h)) return;
    if (command->kind == DRAW_LINE) {
        add_line(instances, command);
        return;
    }
    if (command->kind == DRAW_CURVE) {
        add_curve(instances, command);
        return;
    }
    if (r.w <= 0 || r.h <= 0) return;
    switch (command->kind) {
    case DRAW_RECTANGLE:
        add_rectangle(instances, command);
        break;
    case DRAW_FRAME:
        add_frame(instances, command);
        break;
    case DRAW_MATRIX:
        add_matrix(instances, list, command);
        break;
    case DRAW_HATCH:
        add_hatch(instances, command);
        break;
    default:
        break;
    }
}

/* ---- text ---- */

bool gl_text_is_visible(const struct draw_command *command) {
    struct rect r = command->rect; /* x, baseline, width, size */
    if (!isfinite(r.x) || !isfinite(r.y) || !isfinite(r.w) || !(r.h > 0) || !isfinite(r.h))
        return false;
    /* Ink may lean out of its advance and stand above its size: two sizes on every side are plenty.
     */
    float reach = 2 * r.h;
    struct rect bounds = rect_make(r.x - reach, r.y - reach, r.w + 2 * reach, 2 * reach);
    if (command->angle != 0) {
        reach += r.w;
        bounds = rect_make(r.x - reach, r.y - reach, 2 * reach, 2 * reach);
    }
    return cut(&bounds, whole_edges(command->clip));
}

static void add_upright_piece(struct gl_instances *instances, struct gl_instance part,
                              const struct glyph_run *run, const struct glyph_piece *piece) {
    float left = part.turn[0] - (float)run->origin_x, top = part.turn[1] - (float)run->origin_y;
    struct rect ink =
        rect_make(left + 1, top + 1, (float)(run->width - 2), (float)(run->height - 2));
    struct rect box = rect_make(left + (float)piece->x, top + (float)piece->y, (float)piece->width,
                                (float)piece->height);
    part.turn[0] = part.turn[1] = 0;
    rect_store(part.shape, box);
    if (cut(&box, ink)) add_part(instances, part, box);
}

static void add_turned_piece(struct gl_instances *instances, struct gl_instance part,
                             const struct glyph_run *run, const struct glyph_piece *piece) {
    struct rect box =
        rect_make((float)(piece->x - run->origin_x), (float)(piece->y - run->origin_y),
                  (float)piece->width, (float)piece->height);
    rect_store(part.shape, box);
    rect_store(part.box, rect_make(box.x - 1, box.y - 1, box.w + 2, box.h + 2));
    struct gl_instance *instance = instance_new(instances);
    if (instance) *instance = part;
}

void gl_instances_add_text(struct gl_instances *instances, const struct draw_command *command,
                           const struct glyph_run *run, const struct glyph_piece *pieces) {
    bool is_upright = command->angle == 0;
    struct gl_instance part =
        instance_start(command, is_upright ? GL_KIND_TEXT : GL_KIND_TURNED_TEXT);
    part.turn[0] = is_upright ? floorf(command->rect.x + 0.5f) : command->rect.x;
    part.turn[1] = is_upright ? floorf(command->rect.y + 0.5f) : command->rect.y;
    if (!is_upright) {
        part.turn[2] = cosf(command->angle);
        part.turn[3] = sinf(command->angle);
    }
    for (size_t i = 0; i < run->piece_count; i++) {
        const struct glyph_piece *piece = &pieces[run->first_piece + i];
        part.data[0] = piece->atlas_x;
        part.data[1] = piece->atlas_y;
        if (is_upright)
            add_upright_piece(instances, part, run, piece);
        else
            add_turned_piece(instances, part, run, piece);
    }
}
