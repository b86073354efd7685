/* numbers.c: which numbers, with which names, in which form. */
#include "app/numbers.h"

#include "app/actions.h"
#include "app/export.h"
#include "app/finder.h"
#include "lesson/cell_name.h"
#include "lesson/difference.h"
#include "lesson/number.h"
#include "lesson/selection.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(struct file_error *error) {
    return file_error_set(error, "no memory is left for the numbers; close other programs");
}

static size_t format_shown(char *out, size_t out_bytes, float value) {
    return number_format(out, out_bytes, value, NUMBER_PLAIN);
}

/* The words beside `count` rows or columns; NULL where they are no tokens. *is_good false: no
 * memory. */
static const char **token_names(const struct study *study, enum cell_tokens tokens, size_t count,
                                bool *is_good) {
    if (tokens == CELL_TOKENS_NONE) return NULL;
    const char **names = calloc(count + 1, sizeof *names);
    if (!names) *is_good = false;
    for (size_t i = 0; names && i < count; i++)
        names[i] = tokens == CELL_TOKENS_KEYS     ? study_key_token(study, (int)i)
                   : tokens == CELL_TOKENS_VALUES ? study_value_token(study, (int)i)
                                                  : study_token(study, (int)i);
    return names;
}

/* What the beat has not come to; NULL: everything is shown, or no memory. */
static bool *empty_cells(const struct study *study, const struct numbers_request *request,
                         size_t rows, size_t columns, bool *is_good) {
    if (!request->is_as_shown) return NULL;
    bool *is_empty = calloc(rows * columns + 1, sizeof *is_empty);
    if (!is_empty) *is_good = false;
    for (size_t i = 0; is_empty && i < rows * columns; i++) {
        struct document_cell cell = {request->source, request->head, (int)(i / columns),
                                     (int)(i % columns)};
        is_empty[i] = !selection_is_shown(study, &cell);
    }
    return is_empty;
}

static size_t count_of(const struct study *study, int source) {
    size_t n = study_tokens(study), m = study_keys(study);
    struct cell_matrix matrix = cell_matrix_of(study, source, 0, NULL);
    return source == CELL_EXPONENTIALS ? n * m
           : source == CELL_ROW_TOTAL  ? n
                                       : matrix.rows * matrix.columns;
}

/* What shown_matrix needs. */
static size_t scratch_floats(const struct study *study, int source) {
    size_t floats = cell_scratch_floats(study, source);
    return difference_is_shown(study)
               ? floats + difference_scratch_floats(study, source) + count_of(study, source)
               : floats;
}

/* The numbers of the stage: now, or now − before; values NULL: none. */
static struct cell_matrix shown_matrix(const struct study *study, int source, int head,
                                       float *scratch) {
    struct cell_matrix matrix = cell_matrix_of(study, source, head, scratch);
    if (!difference_is_shown(study) || !matrix.values) return matrix;
    scratch += cell_scratch_floats(study, source);
    struct difference_matrix before = difference_matrix_of(study, source, head, scratch);
    float *out = scratch + difference_scratch_floats(study, source);
    if (!before.values) return (struct cell_matrix){0};
    for (size_t i = 0; i < matrix.rows * matrix.columns; i++)
        out[i] = difference_between(matrix.values[i], before.values[i]);
    matrix.values = out;
    return matrix;
}

/* The matrices of all heads, one behind the other, and of how many; NULL: no memory. */
static float *all_heads(const struct study *study, int source, size_t numbers, float *scratch,
                        size_t *layers) {
    int heads = cell_source_is_per_head(source) ? study->model.weights.config.heads : 1;
    if (numbers > SIZE_MAX / sizeof(float) / (size_t)heads) return NULL;
    float *values = malloc(numbers * (size_t)heads * sizeof *values);
    for (int head = 0; values && head < heads; head++) {
        struct cell_matrix matrix = shown_matrix(study, source, head, scratch);
        memcpy(values + (size_t)head * numbers, matrix.values, numbers * sizeof *values);
    }
    *layers = cell_source_is_per_head(source) ? (size_t)heads : 0;
    return values;
}

static bool build(const struct study *study, const struct numbers_request *request,
                  const struct cell_matrix *matrix, float *scratch, struct file_bytes *out,
                  struct file_error *error) {
    bool is_good = true;
    float *all = NULL;
    struct file_table table = {.values = matrix->values,
                               .rows = matrix->rows,
                               .columns = matrix->columns,
                               .format = request->precision == NUMBERS_SHOWN ? format_shown : NULL};
    const char **rows = token_names(study, cell_row_tokens(request->source), table.rows, &is_good);
    const char **columns =
        token_names(study, cell_column_tokens(request->source), table.columns, &is_good);
    bool *is_empty = empty_cells(study, request, table.rows, table.columns, &is_good);
    table.row_names = rows;
    table.column_names = columns;
    table.is_empty = is_empty;
    if (request->head < 0) {
        table.values = all =
            all_heads(study, request->source, table.rows * table.columns, scratch, &table.layers);
        is_good = is_good && all;
    }
    bool is_done =
        is_good ? file_table_build(&table, request->format, out, error) : no_memory(error);
    free(rows);
    free(columns);
    free(is_empty);
    free(all);
    return is_done;
}

bool numbers_build(const struct study *study, const struct numbers_request *request,
                   struct file_bytes *out, struct file_error *error) {
    *out = (struct file_bytes){0};
    size_t floats = request->source >= 0 ? scratch_floats(study, request->source) : 0;
    float *scratch = malloc((floats ? floats : 1) * sizeof *scratch);
    if (!scratch) return no_memory(error);
    struct cell_matrix matrix = {0};
    if (request->source >= 0)
        matrix =
            shown_matrix(study, request->source, request->head < 0 ? 0 : request->head, scratch);
    bool is_done = false;
    if (matrix.values && matrix.rows && matrix.columns)
        is_done = build(study, request, &matrix, scratch, out, error);
    else if (difference_is_shown(study))
        file_error_set(error, "this matrix cannot be compared with before: one of the two passes "
                              "has none, or of other words; choose another, or show now");
    else
        file_error_set(error, "this pass has no such matrix; choose one that it has, or another "
                              "sentence or model");
    free(scratch);
    return is_done;
}

int numbers_source_from_name(const char *name) {
    int source = cell_source_from_id(name);
    return source == CELL_TOKEN ? -1 : source;
}

struct document_cell numbers_chosen(const struct study *study) {
    struct document_cell none = {.source = -1}, chosen = study->document.cell;
    if (study_tokens(study) == 0) return none;
    if (chosen.source >= 0 && chosen.source != CELL_TOKEN && cell_exists(study, &chosen))
        return chosen;
    return (struct document_cell){.source = selection_result_source(study),
                                  .head = study->document.head};
}

/* ---- the window's commands ---- */

static bool to_clipboard(struct app *app, const char *text) {
    bool is_done = app->host.set_clipboard && app->host.set_clipboard(app->host.context, text);
    if (is_done) app_say(app, false, "message.copied", NULL, NULL);
    return is_done;
}

static bool copy_matrix(struct app *app, enum file_table_format format,
                        enum numbers_precision precision, const struct document_cell *cell) {
    struct numbers_request request = {cell->source, cell->head, format, precision, true};
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    if (cell->source < 0) return false;
    if (!numbers_build(&app->study, &request, &bytes, &error)) {
        app_say_text(app, true, error.text);
        return false;
    }
    bool is_done = to_clipboard(app, (const char *)bytes.data);
    file_bytes_free(&bytes);
    return is_done;
}

/* The selected number, else the matrix that this beat makes, as spreadsheets paste it. */
bool numbers_copy(struct app *app, struct ui_action action) {
    (void)action;
    const struct study *study = &app->study;
    struct document_cell cell = selection_of(study), chosen = study->document.cell;
    bool is_chosen =
        cell.source == chosen.source && cell.row == chosen.row && cell.column == chosen.column;
    float value = 0;
    struct difference_cell d;
    if (is_chosen && cell.source >= 0 && selection_is_shown(study, &cell) &&
        cell_value(study, &cell, &value)) {
        char text[32];
        if (difference_is_shown(study) && difference_cell_of(study, &cell, &d) &&
            d.state == DIFFERENCE_THERE)
            value = d.difference;
        snprintf(text, sizeof text, "%.9g", (double)value);
        return to_clipboard(app, text);
    }
    if (study_tokens(study) == 0) return false;
    cell = (struct document_cell){.source = selection_result_source(study),
                                  .head = study->document.head};
    return copy_matrix(app, FILE_TABLE_TSV, NUMBERS_FULL, &cell);
}

bool numbers_copy_as(struct app *app, struct ui_action action) {
    bool is_there = action.a >= 0 && action.a < FILE_TABLE_NPY && action.b >= 0 &&
                    action.b < NUMBERS_PRECISIONS;
    struct document_cell cell = numbers_chosen(&app->study);
    return is_there && copy_matrix(app, (enum file_table_format)action.a,
                                   (enum numbers_precision)action.b, &cell);
}

bool numbers_save(struct app *app, struct ui_action action) {
    (void)action;
    struct document_cell cell = numbers_chosen(&app->study);
    char stem[40], name[160], path[PATH_MAX];
    if (cell.source < 0) return false;
    if (!export_slug(stem, 36, app->study.document.text)) snprintf(stem, sizeof stem, "headway");
    int used = snprintf(name, sizeof name, "%s-%s", stem, cell_source_id(cell.source));
    if (cell_source_is_per_head(cell.source))
        used += snprintf(name + used, sizeof name - (size_t)used, "-head-%d", cell.head + 1);
    snprintf(name + used, sizeof name - (size_t)used, "%s.csv",
             difference_is_shown(&app->study) ? "-difference" : "");
    if (!file_join(path, sizeof path, app->documents_folder ? app->documents_folder : "", name))
        path[0] = '\0';
    size_t bytes = strlen(path), name_bytes = path[0] ? strlen(name) : 0;
    return finder_open(app, FINDER_NUMBERS, path, bytes - name_bytes,
                       bytes - (name_bytes ? strlen(".csv") : 0));
}

bool numbers_save_to(struct app *app, const char *path) {
    static const char *const names[] = {"path", NULL};
    const char *const values[] = {path, NULL};
    struct document_cell cell = numbers_chosen(&app->study);
    int format = file_table_format_of(path);
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    struct numbers_request request = {cell.source, cell.head,
                                      (enum file_table_format)(format < 0 ? 0 : format),
                                      NUMBERS_SHOWN, false};
    bool is_done = format >= 0
                       ? numbers_build(&app->study, &request, &bytes, &error)
                       : file_error_set(&error,
                                        "%.300s: numbers are written as .csv, .npy, .tsv, .md or "
                                        ".tex; give one of these endings",
                                        path);
    is_done = is_done && file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_REPLACE, &error);
    file_bytes_free(&bytes);
    if (is_done)
        app_say(app, false, "message.saved", names, values);
    else
        app_say_text(app, true, error.text);
    return is_done;
}
