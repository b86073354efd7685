/* Weights on the stage: biases, norms, the network and the weights of F, of models that have them,
 * at every size, in every look; chosen, edited, and framed where a number is made of them. */
#include "support_layout.h"

#include "lesson/arithmetic.h"
#include "lesson/cell_edit.h"
#include "lesson/selection.h"
#include "lesson/support_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { LOOKS = THEME_COUNT * LANGUAGE_COUNT };

struct fixture {
    struct layout_room room;
    struct document d;
    struct support_model folder;
};

static void open_fixture(struct fixture *f, int model) {
    struct file_error error = {0};
    f->folder = support_whole_models[model];
    support_model_make(&f->folder);
    layout_room_open(&f->room);
    assert_true(document_init(&f->d, &error));
    assert_true(document_set_model(&f->d, f->folder.folder));
}

static void close_fixture(struct fixture *f) {
    support_model_remove(&f->folder);
    assert_int_equal(f->room.faults, 0);
    document_free(&f->d);
    layout_room_close(&f->room);
}

static const struct semantic_node *grid_of(const struct layout_room *room, int source) {
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        if (node->has_grid && cell_from_grid(node->grid.id, 0, 0).source == source) return node;
    }
    return NULL;
}

/* Every matrix of the step that is a weight stands in the window, with all its cells. */
static void check_there(struct layout_room *room) {
    int sources[SELECTION_MOST_SOURCES], count = selection_sources(&room->study, sources);
    const struct rect window = rect_make(0, 0, room->list.width, room->list.height);
    for (int i = 0; i < count; i++) {
        if (!cell_is_weight(sources[i])) continue;
        const struct semantic_node *node = grid_of(room, sources[i]);
        struct cell_matrix m = cell_matrix_of(&room->study, sources[i], 0, NULL);
        if (!node)
            layout_fault(room, "%s is not on the stage", cell_symbol(sources[i]));
        else if (node->rect.w < 4 || node->rect.h < 4 || node->rect.x < 0 || node->rect.y < 0 ||
                 rect_right(node->rect) > window.w || rect_bottom(node->rect) > window.h ||
                 node->grid.rows * node->grid.columns != m.rows * m.columns)
            layout_fault(room, "%s has no room", cell_symbol(sources[i]));
    }
}

static bool has_frame(const struct layout_room *room, struct rect around) {
    for (size_t i = 0; i < room->list.count; i++) {
        const struct draw_command *c = &room->list.commands[i];
        struct rect grown = rect_inset(around, -8 * room->density, -8 * room->density);
        struct rect shared = rect_intersect(c->rect, grown);
        bool is_around = c->rect.x <= around.x + 1 && c->rect.y <= around.y + 1 &&
                         rect_right(c->rect) >= rect_right(around) - 1 &&
                         rect_bottom(c->rect) >= rect_bottom(around) - 1;
        if (c->kind == DRAW_FRAME && c->thickness > 1 && is_around &&
            fabsf(shared.w - c->rect.w) < 0.5f && fabsf(shared.h - c->rect.h) < 0.5f)
            return true;
    }
    return false;
}

/* The weights that the explained number is made of are framed: a column of a matrix, a cell of a
 * row; and those above it stand in its own column, as in a multiplication on paper. */
static int check_frames(struct layout_room *room, const struct document_cell *cell) {
    struct arithmetic m;
    int framed = 0;
    assert_true(arithmetic_of(&room->study, cell, &m));
    for (int i = 0; i < m.operand_count; i++) {
        const struct arithmetic_operand *o = &m.operands[i];
        const struct semantic_node *node = grid_of(room, o->source);
        if (!cell_is_weight(o->source) || !node) continue;
        struct document_cell strip = {o->source, o->head, o->row, o->column};
        int row, column;
        assert_true(cell_in_grid(node->grid.id, &strip, &row, &column));
        struct rect first =
            semantics_cell_rect(node, row < 0 ? 0 : (size_t)row, column < 0 ? 0 : (size_t)column);
        struct rect last =
            semantics_cell_rect(node, row < 0 ? node->grid.rows - 1 : (size_t)row,
                                column < 0 ? node->grid.columns - 1 : (size_t)column);
        struct rect all =
            rect_make(first.x, first.y, rect_right(last) - first.x, rect_bottom(last) - first.y);
        if (!has_frame(room, all))
            layout_fault(room, "%s is not framed for %s", cell_symbol(o->source),
                         cell_symbol(cell->source));
        const struct semantic_node *own = grid_of(room, cell->source);
        assert_non_null(own);
        struct rect number = semantics_cell_rect(own, (size_t)cell->row, (size_t)cell->column);
        if (fabsf(all.x - number.x) > 1 || fabsf(all.w - number.w) > 1 ||
            rect_bottom(all) > number.y)
            layout_fault(room, "%s is not above %s", cell_symbol(o->source),
                         cell_symbol(cell->source));
        framed++;
    }
    arithmetic_free(&m);
    return framed;
}

/* A weight of the step, chosen by lot; edited every other time. */
static void choose(struct fixture *f, int lot) {
    int sources[SELECTION_MOST_SOURCES], count = selection_sources(&f->room.study, sources),
                                         found = 0;
    for (int i = 0; i < count; i++)
        if (cell_is_weight(sources[i])) sources[found++] = sources[i];
    f->d.what_if.edit_count = 0;
    f->d.cell.source = -1;
    if (found == 0) return;
    int source = sources[lot / 2 % found];
    struct cell_matrix m = cell_matrix_of(&f->room.study, source, 0, NULL);
    f->d.cell = (struct document_cell){source, 0, (int)m.rows - 1, (int)m.columns - 1};
    struct attention_edit edit;
    assert_true(cell_edit_of(&f->room.study, &f->d.cell, &edit));
    edit.value = -0.375f;
    if (lot % 2) assert_true(what_if_edit(&f->d.what_if, &edit));
}

static void draw_steps(struct fixture *f, int look, int size) {
    static const enum step steps[] = {STEP_PROJECTION, STEP_SIMILARITY, STEP_SCALE, STEP_HEADS,
                                      STEP_FEEDFORWARD};
    f->d.theme = (enum theme_choice)(look % THEME_COUNT);
    f->d.language = (enum language)(look / THEME_COUNT);
    f->d.width = layout_sizes[size].width;
    f->d.height = layout_sizes[size].height;
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        int beats = steps[s] == STEP_FEEDFORWARD ? 6 : 1;
        for (int beat = 0; beat < beats; beat++) {
            int lot = look + size + beat + (int)s;
            f->d.step = steps[s];
            f->d.beat = beats > 1 ? beat : BEAT_LAST;
            f->d.cell.source = -1;
            f->d.what_if.edit_count = 0;
            f->d.is_presentation = lot % 5 == 0;
            layout_draw(&f->room, &f->d);
            layout_check(&f->room);
            if (size < LAYOUT_DESK_SIZES) check_there(&f->room);
            choose(f, lot);
            layout_draw(&f->room, &f->d);
            layout_check(&f->room);
        }
    }
}

static void test_every_size(void **state) {
    (void)state;
    static const char *const texts[] = {"a b c a", "a", "c b a b c a b c a b c a"};
    for (int model = 0; model < SUPPORT_WHOLE_MODELS; model++) {
        struct fixture f;
        open_fixture(&f, model);
        for (int at = 0; at < LAYOUT_SIZES * LOOKS; at++) {
            const char *text = texts[model == 0 ? at % 2 : at % 3];
            assert_true(document_set_text(&f.d, text, strlen(text)));
            const char *context = at % 4 == 3 ? "b c" : "";
            assert_true(what_if_set_context(&f.d.what_if, context));
            draw_steps(&f, at / LAYOUT_SIZES, at % LAYOUT_SIZES);
        }
        close_fixture(&f);
    }
}

static void test_operands_are_framed(void **state) {
    (void)state;
    static const struct {
        int source, framed;
        enum step step;
    } rows[] = {{ATTENTION_TENSOR_Q, 2, STEP_PROJECTION},
                {ATTENTION_TENSOR_V, 2, STEP_PROJECTION},
                {ATTENTION_TENSOR_ATTENTION_OUTPUT, 2, STEP_HEADS},
                {ATTENTION_TENSOR_NORM1, 2, STEP_FEEDFORWARD},
                {ATTENTION_TENSOR_FFN_HIDDEN, 2, STEP_FEEDFORWARD},
                {ATTENTION_TENSOR_FFN_OUTPUT, 2, STEP_FEEDFORWARD},
                {ATTENTION_TENSOR_NORM2, 2, STEP_FEEDFORWARD}};
    struct fixture f;
    open_fixture(&f, 0);
    assert_true(document_set_text(&f.d, "a b c a", 7));
    f.d.head = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum attention_tensor_id stages[6];
        f.d.step = rows[i].step;
        f.d.beat = BEAT_LAST;
        layout_draw(&f.room, &f.d);
        for (int s = 0, count = steps_feedforward_stages(&f.room.study, stages);
             f.d.step == STEP_FEEDFORWARD && s < count; s++)
            f.d.beat = (int)stages[s] == rows[i].source ? s : f.d.beat;
        f.d.cell = (struct document_cell){rows[i].source,
                                          cell_source_is_per_head(rows[i].source) ? 1 : 0, 2, 1};
        layout_draw(&f.room, &f.d);
        layout_check(&f.room);
        assert_int_equal(check_frames(&f.room, &f.d.cell), rows[i].framed);
    }
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_operands_are_framed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
