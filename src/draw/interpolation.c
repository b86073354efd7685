/* interpolation.c: the picture between two pictures. Records are matched by identity, the rest
 * fades. */
#include "hash.h"
#include "list.h"
#include "memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NO_MATCH SIZE_MAX

/* A record's identity: by key and kind; without key, by all that it paints. Sorted by identity,
 * then place. */
struct identity {
    uint64_t id;
    size_t place;
};

static int compare_identities(const void *left, const void *right) {
    const struct identity *a = left, *b = right;
    if (a->id != b->id) return a->id < b->id ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static void list_identities(struct identity *out, const struct draw_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        out[i].id = c->key ? hash_word(hash_word(HASH_START, c->key), c->kind)
                           : hash_command(hash_word(HASH_START, 0), list, c);
        out[i].place = i;
    }
    if (list->count) qsort(out, list->count, sizeof *out, compare_identities);
}

/* partner[i]: the place in `from` of the record that becomes record i of `to`; kept[j]: `from` j
 * has one. */
static void match_records(const struct identity *a, size_t a_count, const struct identity *b,
                          size_t b_count, size_t *partner, bool *kept) {
    for (size_t i = 0, j = 0; i < a_count && j < b_count;) {
        if (a[i].id == b[j].id) {
            partner[b[j].place] = a[i].place;
            kept[a[i].place] = true;
            i++, j++;
        } else if (a[i].id < b[j].id)
            i++;
        else
            j++;
    }
}

static float between(float a, float b, float t) {
    return a + (b - a) * t;
}

static struct rect rect_between(struct rect a, struct rect b, float t) {
    return rect_make(between(a.x, b.x, t), between(a.y, b.y, t), between(a.w, b.w, t),
                     between(a.h, b.h, t));
}

/* Appends a record of `source` to `out`, its text and cells too. NULL when memory ran out. */
static struct draw_command *append(struct draw_list *out, const struct draw_list *source,
                                   const struct draw_command *c) {
    size_t cells = c->kind == DRAW_MATRIX ? (size_t)c->count * c->columns : 0;
    size_t bytes = c->kind == DRAW_TEXT ? c->count : 0;
    if (cells > UINT32_MAX - out->cell_count || bytes > UINT32_MAX - out->text_bytes ||
        !memory_grow((void **)&out->commands, &out->capacity, out->count + 1,
                     sizeof *out->commands) ||
        !memory_grow((void **)&out->cells, &out->cell_capacity, out->cell_count + cells,
                     sizeof *out->cells) ||
        !memory_grow((void **)&out->text, &out->text_capacity, out->text_bytes + bytes, 1)) {
        out->failed = true;
        return NULL;
    }
    struct draw_command *made = &out->commands[out->count++];
    *made = *c;
    if (cells) {
        memcpy(out->cells + out->cell_count, source->cells + c->data, cells * sizeof *out->cells);
        made->data = (uint32_t)out->cell_count;
        out->cell_count += cells;
    }
    if (bytes) {
        memcpy(out->text + out->text_bytes, source->text + c->data, bytes);
        made->data = (uint32_t)out->text_bytes;
        out->text_bytes += bytes;
    }
    return made;
}

/* Old words have gone before new ones come, so that two texts are never read through each other. */
static const float words_gone = 0.4f;

static float leaving(const struct draw_command *c, float t) {
    return c->kind != DRAW_TEXT ? 1 - t : t < words_gone ? 1 - t / words_gone : 0;
}

static float arriving(const struct draw_command *c, float t) {
    return c->kind != DRAW_TEXT ? t : t > words_gone ? (t - words_gone) / (1 - words_gone) : 0;
}

static void append_faded(struct draw_list *out, const struct draw_list *source,
                         const struct draw_command *c, struct rect rect, float opacity) {
    struct draw_command *made = append(out, source, c);
    if (!made) return;
    made->rect = rect;
    made->colour = colour_fade(c->colour, opacity);
    if (made->kind != DRAW_MATRIX) return;
    struct colour *cells = out->cells + made->data;
    for (size_t i = 0; i < (size_t)made->count * made->columns; i++)
        cells[i] = colour_fade(cells[i], opacity);
}

/* The same thing in both: it can move as it is. */
static bool has_same_content(const struct draw_list *from, const struct draw_command *a,
                             const struct draw_list *to, const struct draw_command *b) {
    if (a->kind == DRAW_MATRIX) return a->count == b->count && a->columns == b->columns;
    if (a->kind == DRAW_CURVE) return a->is_upright == b->is_upright;
    if (a->kind != DRAW_TEXT) return true;
    return a->count == b->count && a->face == b->face &&
           a->is_right_to_left == b->is_right_to_left &&
           memcmp(from->text + a->data, to->text + b->data, a->count) == 0;
}

static void append_moved(struct draw_list *out, const struct draw_list *from,
                         const struct draw_command *a, const struct draw_list *to,
                         const struct draw_command *b, float t) {
    struct draw_command *made = append(out, to, b);
    if (!made) return;
    made->rect = rect_between(a->rect, b->rect, t);
    made->clip = rect_snap(rect_between(a->clip, b->clip, t));
    made->colour = colour_mix(a->colour, b->colour, t);
    made->radius = between(a->radius, b->radius, t);
    made->thickness = between(a->thickness, b->thickness, t);
    made->dash = between(a->dash, b->dash, t);
    made->angle = between(a->angle, b->angle, t);
    if (made->kind != DRAW_MATRIX) return;
    struct colour *cells = out->cells + made->data;
    for (size_t i = 0; i < (size_t)made->count * made->columns; i++)
        cells[i] = colour_mix(from->cells[a->data + i], cells[i], t);
}

/* How far a changing text has moved: by its left end, middle or right end, whichever moved least,
 * so that text set flush left, centred or flush right stays in line while it is exchanged. */
static float text_shift(struct rect a, struct rect b) {
    float left = b.x - a.x, right = left + b.w - a.w, middle = (left + right) / 2;
    float least = fabsf(left) <= fabsf(right) ? left : right;
    return fabsf(middle) < fabsf(least) ? middle : least;
}

static void append_exchanged(struct draw_list *out, const struct draw_list *from,
                             const struct draw_command *a, const struct draw_list *to,
                             const struct draw_command *b, float t) {
    struct rect old = rect_between(a->rect, b->rect, t), new = old;
    if (a->kind == DRAW_TEXT) {
        float shift = text_shift(a->rect, b->rect);
        old.x = a->rect.x + shift * t;
        old.w = a->rect.w;
        old.h = a->rect.h;
        new.x = b->rect.x - shift *(1 - t);
        new.w = b->rect.w;
        new.h = b->rect.h;
    }
    append_faded(out, from, a, old, leaving(a, t));
    append_faded(out, to, b, new, arriving(b, t));
}

/* In the order of `to`; a record that goes away stays below the ones that it was below in `from`.
 */
static void append_all(struct draw_list *out, const struct draw_list *from,
                       const struct draw_list *to, const size_t *partner, const bool *kept,
                       float t) {
    size_t passed = 0;
    for (size_t i = 0; i <= to->count; i++) {
        size_t reach = i == to->count ? from->count : partner[i] == NO_MATCH ? passed : partner[i];
        for (; passed < reach; passed++) {
            const struct draw_command *gone = &from->commands[passed];
            if (!kept[passed]) append_faded(out, from, gone, gone->rect, leaving(gone, t));
        }
        if (i == to->count) break;
        const struct draw_command *b = &to->commands[i];
        if (partner[i] == NO_MATCH) {
            append_faded(out, to, b, b->rect, arriving(b, t));
            continue;
        }
        const struct draw_command *a = &from->commands[partner[i]];
        if (has_same_content(from, a, to, b))
            append_moved(out, from, a, to, b, t);
        else
            append_exchanged(out, from, a, to, b, t);
    }
}

bool draw_list_interpolate(struct draw_list *out, const struct draw_list *from,
                           const struct draw_list *to, float t) {
    if (t <= 0.0f) return draw_list_copy(out, from);
    if (!(t < 1.0f)) return draw_list_copy(out, to);
    draw_list_begin(out, to->width, to->height, colour_mix(from->background, to->background, t));

    struct identity *identities = NULL;
    size_t *partner = NULL;
    bool *kept = NULL;
    size_t identity_room = 0, partner_room = 0, kept_room = 0;
    bool has_room = memory_grow((void **)&identities, &identity_room, from->count + to->count + 1,
                                sizeof *identities) &&
                    memory_grow((void **)&partner, &partner_room, to->count + 1, sizeof *partner) &&
                    memory_grow((void **)&kept, &kept_room, from->count + 1, sizeof *kept);
    if (has_room) {
        for (size_t i = 0; i < to->count; i++)
            partner[i] = NO_MATCH;
        memset(kept, 0, from->count * sizeof *kept);
        list_identities(identities, from);
        list_identities(identities + from->count, to);
        match_records(identities, from->count, identities + from->count, to->count, partner, kept);
        append_all(out, from, to, partner, kept, t);
    } else
        out->failed = true;
    free(identities);
    free(partner);
    free(kept);
    return has_room && !out->failed;
}
