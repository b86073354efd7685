/* compare_text.c: attention beside an RNN and a convolution, as text in the document's language. */
#include "app/compare_private.h"
#include "app/text_table.h"
#include "lesson/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* One of the matrices, the costs, or the largest weights. */
struct shown {
    const struct study *study;
    const struct catalogue *catalogue;
    const struct comparison *comparison;
    size_t compared;
    const struct largest_weight *largest;
};

static const char *words(const struct shown *shown, const char *key) {
    return catalogue_get(shown->catalogue, shown->study->document.language, key);
}

static const char *title_of(const struct shown *shown, size_t compared) {
    return words(shown, compared == COMPARED_RNN      ? "compare.rnn"
                        : compared == COMPARED_CNN    ? "compare.cnn"
                        : shown->comparison->is_cross ? "compare.cross"
                                                      : "compare.attention");
}

static void write_filled(FILE *out, const struct shown *shown, const char *key,
                         const char *const *names, const char *const *values) {
    char text[512];
    catalogue_fill(text, sizeof text, words(shown, key), names, values);
    fputs(text, out);
}

static void write_heading(FILE *out, const struct shown *shown, const char *key,
                          const char *const *names, const char *const *values) {
    fputs("\n## ", out);
    write_filled(out, shown, key, names, values);
    fputc('\n', out);
}

static const char *token_name(const void *context, size_t index, char *room) {
    const struct shown *shown = context;
    (void)room;
    return study_token(shown->study, (int)index);
}

static const char *column_name(const void *context, size_t index, char *room) {
    const struct shown *shown = context;
    (void)room;
    return shown->compared == COMPARED_ATTENTION ? study_key_token(shown->study, (int)index)
                                                 : study_token(shown->study, (int)index);
}

static const char *reach_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    (void)room;
    return compare_is_reached(shown->study, shown->comparison, shown->compared, row, column) ? "1"
                                                                                             : "·";
}

static const char *influence_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    const struct comparison *comparison = shown->comparison;
    size_t columns = comparison_columns(comparison, (enum compared)shown->compared);
    number_format(room, NUMBER_BYTES,
                  comparison->influence[shown->compared][row * columns + column], NUMBER_PLAIN);
    return room;
}

static const char *cost_row(const void *context, size_t row, char *room) {
    const struct shown *shown = context;
    (void)room;
    return title_of(shown, row);
}

static const char *cost_column(const void *context, size_t column, char *room) {
    static const char *const keys[COMPARE_COST_COUNT] = {"cost.operations", "cost.steps",
                                                         "cost.path", "cost.cells"};
    (void)room;
    return words(context, keys[column]);
}

static const char *cost_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    double cost = compare_cost(shown->comparison, row, column);
    if (isinf(cost)) return words(shown, "compare.never");
    snprintf(room, TEXT_TABLE_CELL_BYTES, "%.0f", cost);
    return room;
}

static const char *largest_row(const void *context, size_t row, char *room) {
    (void)room;
    return words(context, row ? "compare.text.scaled" : "compare.text.unscaled");
}

static const char *largest_column(const void *context, size_t column, char *room) {
    const struct shown *shown = context;
    snprintf(room, TEXT_TABLE_CELL_BYTES, "%zu", shown->largest[column].d_k);
    return room;
}

static const char *largest_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    const struct largest_weight *at = &shown->largest[column];
    number_format(room, NUMBER_BYTES, (float)(row ? at->scaled : at->unscaled), NUMBER_PLAIN);
    return room;
}

static bool write_largest(FILE *out, struct shown *shown) {
    size_t count;
    shown->largest = comparison_largest_weights(shown->study, &count);
    const char *names[] = {"d_k", NULL};
    char d_k[16];
    snprintf(d_k, sizeof d_k, "%d", shown->study->model.weights.config.d_k);
    write_heading(out, shown, "compare.text.largest", names, (const char *[]){d_k, NULL});
    fputc('\n', out);
    return shown->largest &&
           text_table_write(out, &(struct text_table){2, count, largest_row, largest_column,
                                                      largest_cell, shown});
}

static bool write_squares(FILE *out, struct shown *shown, const char *what,
                          const char *(*cell)(const void *, size_t, size_t, char *)) {
    bool is_done = true;
    for (shown->compared = 0; is_done && shown->compared < COMPARED_COUNT; shown->compared++) {
        size_t columns = comparison_columns(shown->comparison, (enum compared)shown->compared);
        fprintf(out, "\n%s: %s\n", title_of(shown, shown->compared), what);
        is_done = text_table_write(out, &(struct text_table){shown->comparison->n, columns,
                                                             token_name, column_name, cell, shown});
    }
    return is_done;
}

static const char *const none[] = {NULL};

static void write_head(FILE *out, const struct shown *shown) {
    const struct study *study = shown->study;
    const struct comparison *comparison = shown->comparison;
    char n[24], d[24], kernel[24];
    snprintf(n, sizeof n, "%zu", comparison->n);
    snprintf(d, sizeof d, "%zu", comparison->d);
    snprintf(kernel, sizeof kernel, "%zu", comparison->kernel);
    fprintf(out, "# %s\n\n%s: %s\n", words(shown, "compare.text.title"),
            words(shown, "describe.sentence"), study->document.text);
    if (comparison->is_cross)
        fprintf(out, "%s: %s (%s)\n", words(shown, "field.context"),
                study->document.what_if.context, words(shown, "compare.note.cross"));
    fprintf(out, "%s: %s\n%s: %d / %d\n", words(shown, "describe.model"), study->model.name,
            words(shown, "describe.layer"), study->document.layer + 1,
            study->model.weights.config.layers);
    write_filled(out, shown, "compare.text.sizes", (const char *[]){"n", "d", "k", NULL},
                 (const char *[]){n, d, kernel, NULL});
    fputc('\n', out);
}

/* "after 2 steps or layers" */
static void after_steps(const struct shown *shown, char *out, size_t out_bytes) {
    int steps = shown->study->document.compare_steps;
    char count[16];
    snprintf(count, sizeof count, "%d", steps);
    catalogue_fill(out, out_bytes,
                   words(shown, steps == 1 ? "compare.text.after1" : "compare.text.after"),
                   (const char *[]){"count", NULL}, (const char *[]){count, NULL});
}

static bool write_text(FILE *out, struct shown *shown) {
    char what[120];
    write_head(out, shown);
    write_heading(out, shown, "compare.text.reach", none, none);
    after_steps(shown, what, sizeof what);
    bool is_done = write_squares(out, shown, what, reach_cell);
    write_heading(out, shown, "cost.title", none, none);
    fputc('\n', out);
    is_done = is_done &&
              text_table_write(out, &(struct text_table){COMPARED_COUNT, COMPARE_COST_COUNT,
                                                         cost_row, cost_column, cost_cell, shown});
    write_heading(out, shown, "compare.text.influence", none, none);
    is_done = is_done && write_squares(out, shown, "‖∂y/∂x‖", influence_cell);
    return is_done && write_largest(out, shown);
}

bool compare_text(const struct study *study, const struct catalogue *catalogue,
                  const struct comparison *comparison, struct file_bytes *out) {
    struct shown shown = {.study = study, .catalogue = catalogue, .comparison = comparison};
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    bool is_done = stream && write_text(stream, &shown);
    if (stream && fclose(stream) != 0) is_done = false;
    if (!is_done) {
        free(text);
        return false;
    }
    *out = (struct file_bytes){(uint8_t *)text, bytes};
    return true;
}
