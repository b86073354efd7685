#include "render/gl/order.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So small that two cells with a gap of two pixels never meet in one tile. */
enum { TILE_PX = 3 };
/* A curve covers little of its box: its tiles are those of so many pieces. */
enum { CURVE_SPANS = 24, MOST_SPANS = CURVE_SPANS };

struct span {
    int left, top, right, bottom; /* tiles, right and bottom included */
};

void gl_order_free(struct gl_order *order) {
    free(order->tiles);
    free(order->batches);
    free(order->sorted);
    free(order->starts);
    *order = (struct gl_order){0};
}

static bool grow(void **memory, size_t *capacity, size_t count, size_t size) {
    if (count <= *capacity) return true;
    if (count > SIZE_MAX / 2 / size) return false;
    void *larger = realloc(*memory, count * 2 * size);
    if (!larger) return false;
    *memory = larger;
    *capacity = count * 2;
    return true;
}

static bool make_room(struct gl_order *order, size_t tiles, size_t count) {
    size_t batches = order->capacity, sorted = order->capacity;
    void *tile_memory = order->tiles, *batch_memory = order->batches, *sort_memory = order->sorted;
    bool is_done = grow(&tile_memory, &order->tile_capacity, tiles, sizeof *order->tiles) &&
                   grow(&batch_memory, &batches, count, sizeof *order->batches) &&
                   grow(&sort_memory, &sorted, count, sizeof *order->sorted);
    order->tiles = tile_memory;
    order->batches = batch_memory;
    order->sorted = sort_memory;
    if (is_done) order->capacity = sorted;
    return is_done;
}

static int tile_at(float position, int tiles) {
    float tile = floorf(position / TILE_PX);
    return tile < 0 ? 0 : tile >= (float)tiles ? tiles - 1 : (int)tile;
}

/* The tiles of the pixels whose centres lie in the quad of an instance. */
static struct span span_of(const struct gl_instance *item, int columns, int rows) {
    float left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (int corner = 0; corner < 4; corner++) {
        float x = item->box[0] + (corner & 1 ? item->box[2] : 0);
        float y = item->box[1] + (corner & 2 ? item->box[3] : 0);
        float place_x = item->turn[0] + x * item->turn[2] - y * item->turn[3];
        float place_y = item->turn[1] + x * item->turn[3] + y * item->turn[2];
        left = fminf(left, place_x);
        right = fmaxf(right, place_x);
        top = fminf(top, place_y);
        bottom = fmaxf(bottom, place_y);
    }
    return (struct span){tile_at(floorf(left), columns), tile_at(floorf(top), rows),
                         tile_at(ceilf(right) - 1, columns), tile_at(ceilf(bottom) - 1, rows)};
}

/* The piece of a curve between two of its places: it rises and falls nowhere inside. */
static struct span span_of_piece(const struct gl_instance *item, int piece, int columns, int rows) {
    const float *r = item->shape;
    struct draw_command curve = {.rect = rect_make(r[0], r[1], r[2], r[3]),
                                 .is_upright = item->data[0] == 1};
    float reach = 0.5f * fmaxf(item->form[1], 1) + 2, x[2], y[2];
    for (int end = 0; end < 2; end++)
        draw_curve_at(&curve, (float)(piece + end) / CURVE_SPANS, &x[end], &y[end]);
    float left = floorf(fminf(x[0], x[1]) - reach), top = floorf(fminf(y[0], y[1]) - reach);
    float right = ceilf(fmaxf(x[0], x[1]) + reach), bottom = ceilf(fmaxf(y[0], y[1]) + reach);
    return (struct span){tile_at(left, columns), tile_at(top, rows), tile_at(right - 1, columns),
                         tile_at(bottom - 1, rows)};
}

static int32_t highest_in(const int32_t *tiles, int columns, struct span span) {
    int32_t highest = 0;
    int width = span.right - span.left + 1;
    for (int y = span.top; y <= span.bottom; y++) {
        const int32_t *row = tiles + (size_t)y * (size_t)columns + span.left;
        for (int x = 0; x < width; x++)
            highest = row[x] > highest ? row[x] : highest;
    }
    return highest;
}

static void fill(int32_t *tiles, int columns, struct span span, int32_t batch) {
    int width = span.right - span.left + 1;
    for (int y = span.top; y <= span.bottom; y++) {
        int32_t *row = tiles + (size_t)y * (size_t)columns + span.left;
        for (int x = 0; x < width; x++)
            row[x] = batch;
    }
}

/* Batch b holds instances of kind b mod GL_KIND_COUNT; batches are painted in order. An instance
 * goes into the first batch of its kind that is not before anything painted in its tiles. */
static int32_t batch_of(int32_t *tiles, int columns, const struct span *spans, int count,
                        int32_t kind) {
    int32_t highest = 0;
    for (int i = 0; i < count; i++) {
        int32_t found = highest_in(tiles, columns, spans[i]);
        highest = found > highest ? found : highest;
    }
    int32_t batch = highest - highest % GL_KIND_COUNT + kind;
    if (batch < highest) batch += GL_KIND_COUNT;
    for (int i = 0; i < count; i++)
        fill(tiles, columns, spans[i], batch);
    return batch;
}

/* A counting sort, which keeps the order inside a batch. */
static bool sort_batches(struct gl_order *order, struct gl_instances *instances, int32_t last) {
    void *memory = order->starts;
    size_t batches = (size_t)last + 2;
    bool is_done = grow(&memory, &order->start_capacity, batches, sizeof *order->starts);
    order->starts = memory;
    if (!is_done) return false;
    memset(order->starts, 0, batches * sizeof *order->starts);
    for (size_t i = 0; i < instances->count; i++)
        order->starts[order->batches[i] + 1]++;
    for (size_t i = 1; i < batches; i++)
        order->starts[i] += order->starts[i - 1];
    for (size_t i = 0; i < instances->count; i++)
        order->sorted[order->starts[order->batches[i]]++] = instances->items[i];
    memcpy(instances->items, order->sorted, instances->count * sizeof *instances->items);
    return true;
}

void gl_order_sort(struct gl_order *order, struct gl_instances *instances, int width, int height) {
    int columns = (width + TILE_PX - 1) / TILE_PX, rows = (height + TILE_PX - 1) / TILE_PX;
    if (columns < 1 || rows < 1 || instances->count < 3) return;
    size_t tiles = (size_t)columns * (size_t)rows;
    if (!make_room(order, tiles, instances->count)) return;
    memset(order->tiles, 0, tiles * sizeof *order->tiles);
    int32_t last = 0;
    for (size_t i = 0; i < instances->count; i++) {
        const struct gl_instance *item = &instances->items[i];
        struct span spans[MOST_SPANS];
        int count = item->kind == GL_KIND_CURVE ? CURVE_SPANS : 1;
        for (int k = 0; k < count; k++)
            spans[k] = item->kind == GL_KIND_CURVE ? span_of_piece(item, k, columns, rows)
                                                   : span_of(item, columns, rows);
        order->batches[i] = batch_of(order->tiles, columns, spans, count, (int32_t)item->kind);
        if (order->batches[i] > last) last = order->batches[i];
    }
    sort_batches(order, instances, last);
}
