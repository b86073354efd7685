#include "app/describe.h"

#include "lesson/number.h"
#include "lesson/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static const char *words(const struct export_tools *tools, const struct study *study,
                         const char *key) {
    return catalogue_get(tools->catalogue, study->document.language, key);
}

/* Columns that a terminal gives the text. */
static int columns_of(const char *text) {
    int columns = 0;
    for (const char *at = text; *at;) {
        utf8proc_int32_t code_point;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)at, -1, &code_point);
        if (used <= 0) break;
        columns += utf8proc_charwidth(code_point);
        at += used;
    }
    return columns;
}

static void write_padded(FILE *out, const char *text, int columns, bool is_right) {
    int missing = columns - columns_of(text);
    fprintf(out, "%*s%s%*s", is_right && missing > 0 ? missing : 0, "", text,
            !is_right && missing > 0 ? missing : 0, "");
}

static const char *cell_text(const struct semantic_grid *grid, size_t row, size_t column,
                             enum number_style style, char out[NUMBER_BYTES]) {
    if (!grid->values || (grid->is_hidden && grid->is_hidden[row * grid->columns + column]))
        return "·";
    float value = grid->values[row * grid->row_stride + column * grid->column_stride];
    number_format(out, NUMBER_BYTES, value, style);
    return out;
}

static const char *label(const char *const *names, size_t index, char out[24]) {
    if (names && names[index]) return names[index];
    snprintf(out, 24, "%zu", index + 1);
    return out;
}

/* Width of each column and of the row names; widths[columns] is the names'. */
static void measure(const struct semantic_grid *grid, enum number_style style, int *widths) {
    char text[24], number[NUMBER_BYTES];
    widths[grid->columns] = 0;
    for (size_t row = 0; row < grid->rows; row++) {
        int width = columns_of(label(grid->row_names, row, text));
        if (width > widths[grid->columns]) widths[grid->columns] = width;
    }
    for (size_t column = 0; column < grid->columns; column++) {
        widths[column] = columns_of(label(grid->column_names, column, text));
        for (size_t row = 0; row < grid->rows; row++) {
            int width = columns_of(cell_text(grid, row, column, style, number));
            if (width > widths[column]) widths[column] = width;
        }
    }
}

static bool write_grid(FILE *out, const struct semantic_grid *grid) {
    struct document_cell cell = {0};
    char text[24], number[NUMBER_BYTES];
    cell_from_grid_id(grid->id, &cell);
    enum number_style style =
        cell_role_of(cell.source) == CELL_ROLE_WEIGHT ? NUMBER_WEIGHT : NUMBER_PLAIN;
    int *widths = calloc(grid->columns + 1, sizeof *widths);
    if (!widths) return false;
    measure(grid, style, widths);
    write_padded(out, "", widths[grid->columns], false);
    for (size_t column = 0; column < grid->columns; column++) {
        fputs("  ", out);
        write_padded(out, label(grid->column_names, column, text), widths[column], true);
    }
    fputc('\n', out);
    for (size_t row = 0; row < grid->rows; row++) {
        write_padded(out, label(grid->row_names, row, text), widths[grid->columns], false);
        for (size_t column = 0; column < grid->columns; column++) {
            fputs("  ", out);
            write_padded(out, cell_text(grid, row, column, style, number), widths[column], true);
        }
        fputc('\n', out);
    }
    free(widths);
    return true;
}

static void write_place(FILE *out, const struct export_tools *tools, const struct study *study) {
    const struct document *document = &study->document;
    char key[48];
    snprintf(key, sizeof key, "step.%s", step_id(document->step));
    fprintf(out, "# %s\n\n", words(tools, study, key));
    fprintf(out, "%s: %s\n", words(tools, study, "describe.sentence"), document->text);
    fprintf(out, "%s: %s\n", words(tools, study, "describe.model"), study->model.name);
    fprintf(out, "%s: %d / %d\n", words(tools, study, "describe.layer"), document->layer + 1,
            study->model.weights.config.layers);
    fprintf(out, "%s: %d / %d\n", words(tools, study, "describe.head"), document->head + 1,
            study->model.weights.config.heads);
    if (study_tokens(study))
        fprintf(out, "%s: %d, %s\n", words(tools, study, "describe.query"), document->query + 1,
                study_token(study, document->query));
    fprintf(out, "%s: %d / %d\n", words(tools, study, "describe.beat"), document->beat + 1,
            steps_beats(study, document->step));
}

static bool write_node(FILE *out, const struct semantic_node *node) {
    switch (node->role) {
    case ROLE_HEADING:
        fprintf(out, "\n## %s\n", node->name);
        break;
    case ROLE_TEXT:
    case ROLE_CARD:
    case ROLE_MESSAGE:
    case ROLE_COLOUR_BAR:
        fprintf(out, "%s%s%s\n", node->name, node->value[0] && node->name[0] ? ": " : "",
                node->value);
        break;
    case ROLE_GRID:
        fprintf(out, "\n%s%s%s (%zu × %zu)\n", node->name, node->value[0] ? ": " : "", node->value,
                node->grid.rows, node->grid.columns);
        return !node->has_grid || write_grid(out, &node->grid);
    default:
        break;
    }
    return true;
}

bool describe_build(const struct export_tools *tools, const struct study *study,
                    struct file_bytes *out, struct file_error *error) {
    struct draw_list list = {0};
    struct semantics semantics = {0};
    struct picture_request request = {.study = study,
                                      .catalogue = tools->catalogue,
                                      .measurer = tools->measurer,
                                      .part = PICTURE_WINDOW,
                                      .density = 1};
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    bool is_done = stream && picture_draw(&request, &list, &semantics);
    if (is_done) write_place(stream, tools, study);
    for (size_t i = 0; is_done && i < semantics.count; i++)
        is_done = write_node(stream, &semantics.nodes[i]);
    if (stream && fclose(stream) != 0) is_done = false;
    draw_list_free(&list);
    semantics_free(&semantics);
    if (!is_done) {
        free(text);
        return file_error_set(error, "describe: no memory is left; shorten the sentence");
    }
    *out = (struct file_bytes){(uint8_t *)text, bytes};
    return true;
}
