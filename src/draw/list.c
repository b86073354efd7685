#include "list.h"
#include "memory.h"
#include "split.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void draw_list_begin(struct draw_list *list, float width, float height, struct colour background) {
    list->count = 0;
    list->text_bytes = 0;
    list->cell_count = 0;
    list->width = width;
    list->height = height;
    list->background = background;
    list->clip_depth = 0;
    list->key_base = 0;
    list->failed = false;
}

void draw_list_free(struct draw_list *list) {
    if (!list) return;
    free(list->commands);
    free(list->text);
    free(list->cells);
    *list = (struct draw_list){0};
}

bool draw_list_ok(const struct draw_list *list) {
    return !list->failed;
}

bool draw_list_copy(struct draw_list *to, const struct draw_list *from) {
    if (to == from) return true;
    if (!memory_grow((void **)&to->commands, &to->capacity, from->count, sizeof *to->commands) ||
        !memory_grow((void **)&to->text, &to->text_capacity, from->text_bytes, 1) ||
        !memory_grow((void **)&to->cells, &to->cell_capacity, from->cell_count, sizeof *to->cells))
        return false;
    draw_list_begin(to, from->width, from->height, from->background);
    if (from->count) memcpy(to->commands, from->commands, from->count * sizeof *to->commands);
    if (from->text_bytes) memcpy(to->text, from->text, from->text_bytes);
    if (from->cell_count) memcpy(to->cells, from->cells, from->cell_count * sizeof *to->cells);
    to->count = from->count;
    to->text_bytes = from->text_bytes;
    to->cell_count = from->cell_count;
    to->failed = from->failed;
    return true;
}

void draw_clip_push(struct draw_list *list, struct rect clip) {
    assert(list->clip_depth < sizeof list->clip_stack / sizeof list->clip_stack[0]);
    list->clip_stack[list->clip_depth] = rect_intersect(rect_snap(clip), draw_clip(list));
    list->clip_depth++;
}

void draw_clip_pop(struct draw_list *list) {
    assert(list->clip_depth > 0);
    list->clip_depth--;
}

struct rect draw_clip(const struct draw_list *list) {
    if (list->clip_depth) return list->clip_stack[list->clip_depth - 1];
    return rect_snap(rect_make(0, 0, list->width, list->height));
}

void draw_key(struct draw_list *list, uint32_t what, uint32_t a, uint32_t b) {
    const uint32_t words[3] = {what, a, b};
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < 3; i++)
        for (unsigned shift = 0; shift < 32; shift += 8)
            hash = (hash ^ ((words[i] >> shift) & 255u)) * 16777619u;
    list->key_base = hash ? hash : 1; /* 0 means: no key */
}

void draw_key_end(struct draw_list *list) {
    list->key_base = 0;
}

/* All that the record may paint, a little generously. */
static struct rect painted_bounds(const struct draw_command *c) {
    struct rect r = c->rect;
    if (c->kind == DRAW_LINE || c->kind == DRAW_CURVE) {
        float reach = c->thickness / 2 + 1;
        return rect_make(fminf(r.x, r.x + r.w) - reach, fminf(r.y, r.y + r.h) - reach,
                         fabsf(r.w) + 2 * reach, fabsf(r.h) + 2 * reach);
    }
    if (c->kind == DRAW_TEXT && c->angle != 0.0f) {
        float reach = r.w + 2 * r.h;
        return rect_make(r.x - reach, r.y - reach, 2 * reach, 2 * reach);
    }
    if (c->kind == DRAW_TEXT) return rect_make(r.x - r.h, r.y - 2 * r.h, r.w + 2 * r.h, 4 * r.h);
    return r;
}

static bool is_worth_keeping(const struct draw_command *c) {
    struct rect r = c->rect;
    if (!isfinite(r.x + r.y + r.w + r.h) || !isfinite(c->radius + c->thickness + c->angle))
        return false;
    return c->key != 0 || rect_overlap(painted_bounds(c), c->clip);
}

static struct draw_command *record(struct draw_list *list, struct draw_command command) {
    command.key = list->key_base;
    command.clip = draw_clip(list);
    list->scratch = command;
    if (!is_worth_keeping(&command)) return &list->scratch;
    if (!memory_grow((void **)&list->commands, &list->capacity, list->count + 1,
                     sizeof *list->commands)) {
        list->failed = true;
        return &list->scratch;
    }
    list->commands[list->count] = command;
    return &list->commands[list->count++];
}

struct draw_command *draw_rectangle(struct draw_list *list, struct rect r, float radius,
                                    struct colour c) {
    return record(list, (struct draw_command){
                            .kind = DRAW_RECTANGLE, .rect = r, .radius = radius, .colour = c});
}

struct draw_command *draw_frame(struct draw_list *list, struct rect r, float radius,
                                float thickness, struct colour c) {
    return record(
        list,
        (struct draw_command){
            .kind = DRAW_FRAME, .rect = r, .radius = radius, .thickness = thickness, .colour = c});
}

struct draw_command *draw_line(struct draw_list *list, float x0, float y0, float x1, float y1,
                               float thickness, struct colour c) {
    return record(list, (struct draw_command){.kind = DRAW_LINE,
                                              .rect = rect_make(x0, y0, x1 - x0, y1 - y0),
                                              .thickness = thickness,
                                              .colour = c});
}

void draw_curve_at(const struct draw_command *curve, float t, float *x, float *y) {
    float along = draw_curve_along(t), across = draw_curve_across(t);
    *x = curve->rect.x + curve->rect.w * (curve->is_upright ? across : along);
    *y = curve->rect.y + curve->rect.h * (curve->is_upright ? along : across);
}

/* P' × P'' = 9·w·h·(1 − 2t), so the curvature is that over |P'|³, the same from either end:
 * tightest at the ends of a steep curve, at about t = 0.27 of a flat one. */
float draw_curve_bend(float w, float h, bool is_upright) {
    enum { SAMPLES = 64 };
    float along = fabsf(is_upright ? h : w), across = fabsf(is_upright ? w : h), least = INFINITY;
    for (int i = 0; along > 0 && i < SAMPLES; i++) {
        float t = 0.5f * (float)i / SAMPLES, tu = t * (1 - t);
        float speed = hypotf(along * (1.5f - 3 * tu), across * 6 * tu);
        float radius = speed * speed * speed / (9 * along * across * (1 - 2 * t));
        least = fminf(least, radius);
    }
    return least;
}

struct draw_command *draw_curve(struct draw_list *list, float x0, float y0, float x1, float y1,
                                bool is_upright, float thickness, struct colour c) {
    return record(list, (struct draw_command){.kind = DRAW_CURVE,
                                              .rect = rect_make(x0, y0, x1 - x0, y1 - y0),
                                              .thickness = thickness,
                                              .is_upright = is_upright,
                                              .colour = c});
}

struct draw_command *draw_hatch(struct draw_list *list, struct rect r, float distance,
                                struct colour c) {
    return record(list, (struct draw_command){
                            .kind = DRAW_HATCH, .rect = r, .thickness = distance, .colour = c});
}

struct draw_command *draw_matrix(struct draw_list *list, struct rect r, const struct colour *cells,
                                 size_t rows, size_t columns) {
    struct draw_command command = {.kind = DRAW_MATRIX,
                                   .rect = r,
                                   .colour = COLOUR_HEX(0xFFFFFF),
                                   .data = (uint32_t)list->cell_count,
                                   .count = (uint32_t)rows,
                                   .columns = (uint32_t)columns};
    if (rows == 0 || columns == 0) {
        list->scratch = command;
        return &list->scratch;
    }
    size_t before = list->count;
    bool fits = rows <= UINT32_MAX / columns && rows * columns <= UINT32_MAX - list->cell_count &&
                memory_grow((void **)&list->cells, &list->cell_capacity,
                            list->cell_count + rows * columns, sizeof *list->cells);
    if (!fits) {
        list->failed = true;
        list->scratch = command;
        return &list->scratch;
    }
    struct draw_command *made = record(list, command);
    if (list->count == before) return made;
    memcpy(list->cells + list->cell_count, cells, rows * columns * sizeof *cells);
    list->cell_count += rows * columns;
    return made;
}

/* Copies text into the list; false when it does not fit. */
static bool keep_text(struct draw_list *list, const char *text, size_t bytes) {
    if (bytes > UINT32_MAX - list->text_bytes ||
        !memory_grow((void **)&list->text, &list->text_capacity, list->text_bytes + bytes, 1)) {
        list->failed = true;
        return false;
    }
    if (bytes) memcpy(list->text + list->text_bytes, text, bytes);
    list->text_bytes += bytes;
    return true;
}

float draw_text(struct draw_list *list, const struct text_measurer *m, enum text_style style,
                float size_px, float x, float y, float angle, struct colour c, const char *text,
                size_t bytes) {
    struct text_split split;
    if (!text_split_begin(&split, m, style, size_px, text, bytes)) {
        list->failed = true;
        return 0.0f;
    }
    size_t offset = list->text_bytes;
    float width = 0.0f;
    bool kept = keep_text(list, split.text, split.bytes);
    for (size_t i = 0; i < split.count; i++) {
        const struct text_run *run = &split.runs[i];
        if (kept)
            record(list, (struct draw_command){.kind = DRAW_TEXT,
                                               .rect = rect_make(x + width * cosf(angle),
                                                                 y + width * sinf(angle),
                                                                 run->width, size_px),
                                               .colour = c,
                                               .angle = angle,
                                               .data = (uint32_t)(offset + run->start),
                                               .count = run->bytes,
                                               .face = run->face,
                                               .style = (uint8_t)style,
                                               .is_right_to_left = run->is_right_to_left});
        width += run->width;
    }
    text_split_end(&split);
    return width;
}
