/* palette.c: counting colours, and choosing 255 of them. */
#include "palette.h"

#include <stdlib.h>
#include <string.h>

static int channel(uint32_t rgb, int axis) {
    return (int)(rgb >> (16 - 8 * axis) & 255);
}

/* ---- counting ---- */

static size_t slot_of(const struct palette *p, uint32_t rgb) {
    size_t mask = p->slot_count - 1, at = (rgb * 2654435761u >> 7) & mask;
    while (p->slots[at] && p->colours[p->slots[at] - 1].rgb != rgb)
        at = (at + 1) & mask;
    return at;
}

/* Twice the room, and everything in its place again. */
static bool grow(struct palette *p) {
    size_t room = p->room ? 2 * p->room : 1024;
    struct palette_colour *colours = realloc(p->colours, room * sizeof *colours);
    if (colours) p->colours = colours;
    uint32_t *slots = calloc(4 * room, sizeof *slots);
    if (!colours || !slots) {
        free(slots);
        return false;
    }
    free(p->slots);
    p->slots = slots;
    p->slot_count = 4 * room;
    p->room = room;
    for (size_t i = 0; i < p->used; i++)
        p->slots[slot_of(p, p->colours[i].rgb)] = (uint32_t)i + 1;
    return true;
}

void palette_begin(struct palette *p) {
    if (p->slots) memset(p->slots, 0, p->slot_count * sizeof *p->slots);
    p->used = 0;
    p->made_count = 0;
}

void palette_free(struct palette *p) {
    free(p->colours);
    free(p->slots);
    *p = (struct palette){0};
}

bool palette_count(struct palette *p, uint32_t rgb, bool is_flat) {
    rgb &= 0xFFFFFF;
    if (p->used == p->room && !grow(p)) return false;
    size_t slot = slot_of(p, rgb);
    if (!p->slots[slot]) {
        p->colours[p->used] = (struct palette_colour){.rgb = rgb};
        p->slots[slot] = (uint32_t)++p->used;
    }
    struct palette_colour *colour = &p->colours[p->slots[slot] - 1];
    if (colour->count < UINT32_MAX) {
        colour->count++;
        colour->flat += is_flat;
    }
    return true;
}

/* ---- choosing ---- */

/* Larger areas first, then more pixels, then by value: a total order. */
static int by_area(const void *left, const void *right) {
    const struct palette_colour *a = left, *b = right;
    if (a->flat != b->flat) return a->flat > b->flat ? -1 : 1;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return a->rgb < b->rgb ? -1 : a->rgb > b->rgb;
}

static int along(const void *left, const void *right, int axis) {
    const struct palette_colour *a = left, *b = right;
    int by = channel(a->rgb, axis) - channel(b->rgb, axis);
    return by ? by : a->rgb < b->rgb ? -1 : a->rgb > b->rgb;
}
static int along_red(const void *a, const void *b) {
    return along(a, b, 0);
}
static int along_green(const void *a, const void *b) {
    return along(a, b, 1);
}
static int along_blue(const void *a, const void *b) {
    return along(a, b, 2);
}

/* Colours that will be one. */
struct box {
    struct palette_colour *first;
    size_t count;
    int axis, width; /* along which it is widest, and how wide */
};

static void measure(struct box *box) {
    box->width = -1;
    for (int axis = 0; axis < 3; axis++) {
        int least = 255, most = 0;
        for (size_t i = 0; i < box->count; i++) {
            int value = channel(box->first[i].rgb, axis);
            least = value < least ? value : least;
            most = value > most ? value : most;
        }
        if (most - least > box->width) {
            box->width = most - least;
            box->axis = axis;
        }
    }
}

/* At the middle of its width: both parts have a colour at least. */
static void split(struct box *box, struct box *rest) {
    static int (*const orders[])(const void *, const void *) = {along_red, along_green, along_blue};
    qsort(box->first, box->count, sizeof *box->first, orders[box->axis]);
    int middle = channel(box->first[0].rgb, box->axis) + box->width / 2;
    size_t kept = 1;
    while (kept < box->count - 1 && channel(box->first[kept].rgb, box->axis) <= middle)
        kept++;
    *rest = (struct box){.first = box->first + kept, .count = box->count - kept};
    box->count = kept;
    measure(box);
    measure(rest);
}

static uint32_t mean(const struct box *box) {
    uint64_t sums[3] = {0}, pixels = 0;
    for (size_t i = 0; i < box->count; i++) {
        for (int axis = 0; axis < 3; axis++)
            sums[axis] += (uint64_t)channel(box->first[i].rgb, axis) * box->first[i].count;
        pixels += box->first[i].count;
    }
    uint32_t rgb = 0;
    for (int axis = 0; axis < 3; axis++)
        rgb = rgb << 8 | (uint32_t)((sums[axis] + pixels / 2) / pixels);
    return rgb;
}

/* The colours from `first` on, as at most `most`. */
static void cut(struct palette *p, struct palette_colour *first, size_t count, int most) {
    struct box boxes[PALETTE_MOST] = {{.first = first, .count = count}};
    int used = 1;
    measure(&boxes[0]);
    while (used < most) {
        int widest = 0;
        for (int i = 1; i < used; i++)
            if (boxes[i].width > boxes[widest].width) widest = i;
        if (boxes[widest].width <= 0) break;
        split(&boxes[widest], &boxes[used]);
        used++;
    }
    for (int i = 0; i < used; i++)
        p->made[p->made_count++] = mean(&boxes[i]);
}

static uint8_t nearest(const struct palette *p, uint32_t rgb) {
    int best = 0, best_distance = 1 << 30;
    for (int i = 0; i < p->made_count && best_distance; i++) {
        int distance = 0;
        for (int axis = 0; axis < 3; axis++) {
            int by = channel(rgb, axis) - channel(p->made[i], axis);
            distance += by * by;
        }
        if (distance < best_distance) {
            best_distance = distance;
            best = i;
        }
    }
    return (uint8_t)best;
}

bool palette_make(struct palette *p) {
    struct palette_colour *sorted = malloc((p->used ? p->used : 1) * sizeof *sorted);
    if (!sorted) return false;
    memcpy(sorted, p->colours, p->used * sizeof *sorted);
    qsort(sorted, p->used, sizeof *sorted, by_area);
    size_t exact = p->used;
    if (exact > PALETTE_MOST)
        for (exact = 0; exact < PALETTE_OF_AREAS && sorted[exact].flat;)
            exact++;
    p->made_count = 0;
    for (size_t i = 0; i < exact; i++)
        p->made[p->made_count++] = sorted[i].rgb;
    if (exact < p->used) cut(p, sorted + exact, p->used - exact, PALETTE_MOST - (int)exact);
    free(sorted);
    for (size_t i = 0; i < p->used; i++)
        p->colours[i].index = nearest(p, p->colours[i].rgb);
    return true;
}

int palette_index(const struct palette *p, uint32_t rgb) {
    return p->colours[p->slots[slot_of(p, rgb & 0xFFFFFF)] - 1].index;
}
