/* cursor.c: the selected number: by click, and by the arrow keys through the matrices of the stage.
 */
#include "app/actions.h"

#include "lesson/selection.h"

#include <math.h>

static bool is_of_keys(int source) {
    enum cell_tokens rows = cell_row_tokens(source);
    return rows == CELL_TOKENS_KEYS || rows == CELL_TOKENS_VALUES;
}

/* An answer to the open question: a cell of the focus row that is still to come, or for the sum, a
 * value. */
static int answer_of(const struct app *app, const struct document_cell *cell) {
    const struct study *study = &app->study;
    if (!steps_is_question_open(study)) return -1;
    if (study->document.step == STEP_SUM && cell->source == ATTENTION_TENSOR_V) return cell->row;
    bool is_asked = cell_columns_are_keys(cell->source) && cell->row == study->document.query &&
                    cell->source == selection_result_source(study);
    return is_asked && !selection_is_shown(study, cell) ? cell->column : -1;
}

static bool select_cell(struct app *app, const struct document_cell *cell) {
    struct document wanted;
    if (!cell_exists(&app->study, cell) || !app_copy_document(app, &wanted)) return false;
    if (cell->source != wanted.cell.source || cell->row != wanted.cell.row ||
        cell->column != wanted.cell.column)
        wanted.shows_all_terms = false;
    wanted.cell = *cell;
    if (is_of_keys(cell->source))
        wanted.key = cell->row;
    else if (cell_rows_are_tokens(cell->source))
        wanted.query = cell->row;
    bool is_key = cell_columns_are_keys(cell->source) ||
                  (cell_is_compared(cell->source) && !study_has_context(&app->study));
    if (is_key) wanted.key = cell->column;
    if (cell_source_is_per_head(cell->source) && app->study.document.view == VIEW_HEADS)
        wanted.head = cell->head;
    return app_change(app, &wanted, false);
}

bool cursor_select(struct app *app, struct ui_action action) {
    struct document_cell cell = cell_from_grid(action.a, action.b, action.c);
    int answer = answer_of(app, &cell);
    if (answer >= 0)
        return walk_answer(app, (struct ui_action){UI_COMMAND_PREDICT_ANSWER, answer, 0, 0});
    return select_cell(app, &cell);
}

/* Where the cell stands on the stage: its grid, and its place in it (a grid may stand transposed).
 */
static const struct semantic_node *grid_of(const struct app *app, const struct document_cell *cell,
                                           int *row, int *column) {
    for (size_t i = 0; i < app->semantics.count && cell->source >= 0; i++) {
        const struct semantic_node *node = &app->semantics.nodes[i];
        if (node->has_grid && node->rect.w > 0 && node->rect.h > 0 &&
            cell_in_grid(node->grid.id, cell, row, column) &&
            semantics_has_cell(node, *row, *column))
            return node;
    }
    return NULL;
}

/* Where the cursor begins: the selected cell, else the number that the panel explains, else the
 * first. */
static bool first_cell(const struct app *app, struct document_cell *cell) {
    int row, column;
    if (grid_of(app, cell, &row, &column)) return true;
    *cell = selection_of(&app->study);
    if (grid_of(app, cell, &row, &column)) return true;
    for (size_t i = 0; i < app->semantics.count; i++) {
        const struct semantic_node *node = &app->semantics.nodes[i];
        if (!node->has_grid || node->rect.w <= 0 || !node->grid.rows || !node->grid.columns)
            continue;
        *cell =
            cell_from_grid(node->grid.id, (int)node->grid.first_row, (int)node->grid.first_column);
        return true;
    }
    return false;
}

bool cursor_enter(struct app *app, struct ui_action action) {
    app_refresh(app);
    struct document_cell cell = app->study.document.cell;
    if (!first_cell(app, &cell)) return false;
    int answer = app->presence.is_cursor_active ? answer_of(app, &cell) : -1;
    if (answer >= 0)
        return walk_answer(app, (struct ui_action){UI_COMMAND_PREDICT_ANSWER, answer, 0, 0});
    bool was_active = app->presence.is_cursor_active;
    app->presence.is_cursor_active = true;
    if (number_edit(app, action)) return true;
    if (was_active) return false;
    app->presence.focus_id = 0;
    app->needs_picture = true;
    select_cell(app, &cell);
    return true;
}

bool cursor_leave(struct app *app, struct ui_action action) {
    (void)action;
    bool was_active = app->presence.is_cursor_active;
    app->presence.is_cursor_active = false;
    app->needs_picture = true;
    return was_active;
}

struct direction {
    int dx, dy;
};

static struct direction direction_of(enum ui_command command) {
    switch (command) {
    case UI_COMMAND_CURSOR_LEFT:
        return (struct direction){-1, 0};
    case UI_COMMAND_CURSOR_RIGHT:
        return (struct direction){1, 0};
    case UI_COMMAND_CURSOR_UP:
        return (struct direction){0, -1};
    default:
        return (struct direction){0, 1};
    }
}

/* The grid that lies next in a direction, seen from the middle of a cell: what is ahead counts
 * once, what is aside twice. */
static const struct semantic_node *grid_beyond(const struct app *app,
                                               const struct semantic_node *from, struct rect cell,
                                               struct direction d) {
    float x = cell.x + cell.w / 2, y = cell.y + cell.h / 2;
    const struct semantic_node *best = NULL;
    float best_distance = INFINITY;
    for (size_t i = 0; i < app->semantics.count; i++) {
        const struct semantic_node *node = &app->semantics.nodes[i];
        if (node == from || !node->has_grid || node->rect.w <= 0 || !node->grid.rows ||
            !node->grid.columns)
            continue;
        float near_x = fminf(fmaxf(x, node->rect.x), rect_right(node->rect));
        float near_y = fminf(fmaxf(y, node->rect.y), rect_bottom(node->rect));
        float ahead = (near_x - x) * (float)d.dx + (near_y - y) * (float)d.dy;
        float aside = fabsf(d.dx ? near_y - y : near_x - x);
        bool is_ahead = ahead > (d.dx ? cell.w : cell.h) / 4;
        if (is_ahead && ahead + 2 * aside < best_distance) {
            best_distance = ahead + 2 * aside;
            best = node;
        }
    }
    return best;
}

/* The cell of a grid nearest to a point. */
static void nearest_cell(const struct semantic_node *node, float x, float y, int *row,
                         int *column) {
    float in_x = (x - node->rect.x) / node->rect.w * (float)node->grid.columns;
    float in_y = (y - node->rect.y) / node->rect.h * (float)node->grid.rows;
    float last_column = (float)(node->grid.columns - 1), last_row = (float)(node->grid.rows - 1);
    *column = (int)node->grid.first_column + (int)fminf(fmaxf(floorf(in_x), 0), last_column);
    *row = (int)node->grid.first_row + (int)fminf(fmaxf(floorf(in_y), 0), last_row);
}

bool cursor_move(struct app *app, struct ui_action action) {
    app_refresh(app);
    struct document_cell cell = app->study.document.cell;
    int row = 0, column = 0;
    const struct semantic_node *node = grid_of(app, &cell, &row, &column);
    if (!node) return first_cell(app, &cell) && select_cell(app, &cell);
    struct direction d = direction_of(action.command);
    struct rect rect = semantics_cell_rect(node, (size_t)row, (size_t)column);
    row += d.dy;
    column += d.dx;
    if (!semantics_has_cell(node, row, column)) {
        node = grid_beyond(app, node, rect, d);
        if (!node) return false;
        nearest_cell(node, rect.x + rect.w / 2, rect.y + rect.h / 2, &row, &column);
    }
    cell = cell_from_grid(node->grid.id, row, column);
    return select_cell(app, &cell);
}
