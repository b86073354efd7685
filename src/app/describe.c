#include "app/describe.h"

#include "app/text_table.h"
#include "lesson/number.h"
#include "lesson/selection.h"
#include "lesson/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *words(const struct export_tools *tools, const struct study *study,
                         const char *key) {
    return catalogue_get(tools->catalogue, study->document.language, key);
}

/* A grid of the picture as text. Numbers come out of the study by their address: what a grid points
 * at is the picture's own and gone with it. */
struct table {
    const struct study *study;
    int32_t id;
    size_t rows, columns, first_row, first_column;
    enum number_style style;
    enum cell_tokens rows_are, columns_are; /* whose words stand beside them */
};

static struct table table_of(const struct study *study, const struct semantic_grid *grid) {
    struct document_cell first = cell_from_grid(grid->id, 0, 0),
                         right = cell_from_grid(grid->id, 0, 1);
    bool is_transposed = right.row != first.row;
    enum cell_tokens rows = cell_row_tokens(first.source);
    enum cell_tokens columns = cell_column_tokens(first.source);
    bool is_weight = cell_role_of(first.source) == CELL_ROLE_WEIGHT;
    return (struct table){.study = study,
                          .id = grid->id,
                          .rows = grid->rows,
                          .columns = grid->columns,
                          .first_row = grid->first_row,
                          .first_column = grid->first_column,
                          .style = is_weight ? NUMBER_WEIGHT : NUMBER_PLAIN,
                          .rows_are = is_transposed ? columns : rows,
                          .columns_are = is_transposed ? rows : columns};
}

static const char *cell_text(const void *context, size_t row, size_t column, char *out) {
    const struct table *table = context;
    struct document_cell cell = cell_from_grid(table->id, (int)(table->first_row + row),
                                               (int)(table->first_column + column));
    float value = 0;
    if (!selection_is_shown(table->study, &cell) || !cell_value(table->study, &cell, &value))
        return "·";
    number_format(out, NUMBER_BYTES, value, table->style);
    return out;
}

static const char *label(const struct table *table, enum cell_tokens tokens, size_t index,
                         char *out) {
    switch (tokens) {
    case CELL_TOKENS_QUERIES:
        return study_token(table->study, (int)index);
    case CELL_TOKENS_KEYS:
        return study_key_token(table->study, (int)index);
    case CELL_TOKENS_VALUES:
        return study_value_token(table->study, (int)index);
    default:
        snprintf(out, TEXT_TABLE_CELL_BYTES, "%zu", index + 1);
        return out;
    }
}

static const char *row_name(const void *context, size_t row, char *out) {
    const struct table *table = context;
    return label(table, table->rows_are, table->first_row + row, out);
}

static const char *column_name(const void *context, size_t column, char *out) {
    const struct table *table = context;
    return label(table, table->columns_are, table->first_column + column, out);
}

static bool write_table(FILE *out, const struct table *table) {
    const struct text_table text = {table->rows, table->columns, row_name,
                                    column_name, cell_text,      table};
    return text_table_write(out, &text);
}

static void write_place(FILE *out, const struct export_tools *tools, const struct study *study) {
    const struct document *document = &study->document;
    char key[48];
    snprintf(key, sizeof key, "step.%s.title", step_id(document->step));
    fprintf(out, "# %s\n\n", words(tools, study, key));
    fprintf(out, "%s: %s\n", words(tools, study, "describe.sentence"), document->text);
    for (int field = EDIT_CONTEXT; field <= EDIT_VALUES; field++)
        if (*field_text(document, (enum edit_field)field))
            fprintf(out, "%s: %s\n",
                    words(tools, study, field == EDIT_CONTEXT ? "field.context" : "field.values"),
                    field_text(document, (enum edit_field)field));
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

/* "R₁: input of this stage  8 × 4"; many names begin with the letter. */
static void write_grid_name(FILE *out, const char *letter, const char *name) {
    size_t bytes = strlen(letter);
    bool has_letter = bytes > 0 && strncmp(name, letter, bytes) == 0 &&
                      (name[bytes] == ' ' || name[bytes] == ':' || name[bytes] == '\0');
    const char *rest = has_letter ? name + bytes : name;
    rest += strspn(rest, ": ");
    fprintf(out, "\n%s%s%s\n", letter, *letter && *rest ? ": " : "", rest);
}

static bool write_node(FILE *out, const struct study *study, const struct semantic_node *node) {
    bool is_of_window = node->id == NODE_STAGE || node->id == NODE_CARET ||
                        node->id == NODE_PANEL_ROWS || node->id == NODE_MENU_ROWS ||
                        node->action.command == UI_COMMAND_RAIL_SCROLL;
    if (is_of_window) return true;
    switch (node->role) {
    case ROLE_HEADING:
        fprintf(out, "\n## %s\n", node->name);
        break;
    case ROLE_TEXT:
    case ROLE_GROUP:
    case ROLE_SLIDER:
    case ROLE_SWITCH:
    case ROLE_CARD:
    case ROLE_MESSAGE:
    case ROLE_COLOUR_BAR:
        fprintf(out, "%s%s%s\n", node->name, node->value[0] && node->name[0] ? ": " : "",
                node->value);
        break;
    case ROLE_GRID: {
        if (!node->has_grid) return true;
        struct document_cell cell = cell_from_grid(node->grid.id, 0, 0);
        write_grid_name(out, cell_symbol(cell.source), node->name);
        if (node->value[0]) fprintf(out, "%s\n", node->value);
        struct table table = table_of(study, &node->grid);
        return write_table(out, &table);
    }
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
        is_done = write_node(stream, study, &semantics.nodes[i]);
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
