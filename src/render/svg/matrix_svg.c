/* matrix_svg.c: heatmaps: a path for each colour up to a size, an image above it. */
#include "draw/memory.h"
#include "parts.h"
#include <stdlib.h>

/* Cells of one colour side by side in a row. */
struct colour_run {
    uint32_t colour; /* as in sorting: opaque or not, then channels */
    uint32_t row, column, length;
};

static uint32_t packed(struct colour c) {
    return (uint32_t)c.r << 24 | (uint32_t)c.g << 16 | (uint32_t)c.b << 8 | c.a;
}

static struct colour unpacked(uint32_t value) {
    return (struct colour){(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                           (uint8_t)value};
}

static size_t find_runs(const struct colour *cells, size_t rows, size_t columns,
                        struct colour_run *runs) {
    size_t count = 0;
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            uint32_t colour = packed(cells[r * columns + c]);
            struct colour_run *last = count ? &runs[count - 1] : NULL;
            if (c > 0 && last->colour == colour)
                last->length++;
            else
                runs[count++] = (struct colour_run){colour, (uint32_t)r, (uint32_t)c, 1};
        }
    }
    return count;
}

static int compare_runs(const void *a, const void *b) {
    const struct colour_run *x = a, *y = b;
    if (x->colour != y->colour) return x->colour < y->colour ? -1 : 1;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

static void write_id(struct svg_state *state) {
    output_text(&state->out, " id=\"matrix-");
    output_integer(&state->out, (long long)++state->matrices);
    output_text(&state->out, "\"");
}

/* In a room of its own where a cell is 1 × 1: every edge is a whole number there. crispEdges lets
 * each pixel belong to the cell that its middle lies in. */
static void write_runs(struct svg_state *state, struct rect r, size_t rows, size_t columns,
                       const struct colour_run *runs, size_t count) {
    struct output *out = &state->out;
    output_text(out, "<g");
    write_id(state);
    output_text(out, " shape-rendering=\"crispEdges\" transform=\"translate(");
    output_number(out, (double)r.x);
    output_text(out, " ");
    output_number(out, (double)r.y);
    output_text(out, ") scale(");
    output_exact(out, (double)r.w / (double)columns);
    output_text(out, " ");
    output_exact(out, (double)r.h / (double)rows);
    output_text(out, ")\">\n");
    for (size_t i = 0; i < count; i++) {
        bool is_first = i == 0 || runs[i].colour != runs[i - 1].colour;
        bool is_last = i + 1 == count || runs[i].colour != runs[i + 1].colour;
        if (is_first) output_text(out, "<path d=\"");
        output_text(out, "M");
        output_integer(out, runs[i].column);
        output_text(out, " ");
        output_integer(out, runs[i].row);
        output_text(out, "h");
        output_integer(out, runs[i].length);
        output_text(out, "v1h-");
        output_integer(out, runs[i].length);
        output_text(out, "z");
        if (!is_last) continue;
        output_text(out, "\"");
        output_colour(out, "fill", unpacked(runs[i].colour));
        output_text(out, "/>\n");
    }
    output_text(out, "</g>\n");
}

static bool write_cells(struct svg_state *state, struct rect r, const struct colour *cells,
                        size_t rows, size_t columns) {
    struct colour_run *runs = NULL;
    size_t room = 0;
    if (!memory_grow((void **)&runs, &room, rows * columns, sizeof *runs)) return false;
    size_t count = find_runs(cells, rows, columns, runs);
    qsort(runs, count, sizeof *runs, compare_runs);
    write_runs(state, r, rows, columns, runs, count);
    free(runs);
    state->cells += rows * columns;
    return true;
}

static bool write_image(struct svg_state *state, struct rect r, const struct colour *cells,
                        size_t rows, size_t columns) {
    struct output *out = &state->out;
    size_t scale = vector_image_scale(rows, columns), bytes = 0;
    uint8_t *data = NULL;
    uint32_t *pixels = vector_image(cells, rows, columns, scale);
    bool is_done =
        pixels && state->options->encode_png(pixels, columns * scale, rows * scale, &data, &bytes);
    free(pixels);
    if (!is_done) return false;
    output_text(out, "<image");
    write_id(state);
    output_attribute(out, "x", (double)r.x);
    output_attribute(out, "y", (double)r.y);
    output_attribute(out, "width", (double)r.w);
    output_attribute(out, "height", (double)r.h);
    output_text(out, " preserveAspectRatio=\"none\" image-rendering=\"pixelated\" "
                     "xlink:href=\"data:image/png;base64,");
    output_base64(out, data, bytes);
    output_text(out, "\"/>\n");
    free(data);
    return true;
}

void svg_matrix(struct svg_state *state, const struct draw_command *c) {
    struct rect r = rect_snap(c->rect);
    size_t rows = c->count, columns = c->columns, cells = rows * columns;
    const struct colour *colours = state->list->cells + c->data;
    if (r.w <= 0 || r.h <= 0 || cells == 0) return;
    bool is_small = cells <= SVG_MAX_MATRIX_CELLS && state->cells + cells <= SVG_MAX_PICTURE_CELLS;
    /* The image has no transparency. */
    bool is_done = is_small || !vector_is_opaque(colours, cells)
                       ? write_cells(state, r, colours, rows, columns)
                       : write_image(state, r, colours, rows, columns);
    if (!is_done) state->out.failed = true;
}
