/* test_difference.c: the matrices as now − before: the rules of support_layout.h and
 * support_semantics.h in every view, step, theme, language and size; the numbers against the
 * library's difference of the two passes; what the pictures call themselves; the marks of what has
 * changed. */
#include "attention/attention_explain.h"
#include "lesson/difference.h"
#include "lesson/selection.h"
#include "lesson/steps.h"
#include "support_layout.h"
#include "support_semantics.h"
#include "support_what_if.h"
#include "ui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct layout_room room;
    struct document d;
    uint32_t seed;
};

static void open_fixture(struct fixture *f, uint32_t seed) {
    struct file_error error = {0};
    layout_room_open(&f->room);
    assert_true(document_init(&f->d, &error));
    f->d.shows_difference = true;
    f->d.beat = BEAT_LAST;
    f->seed = seed;
}

static void close_fixture(struct fixture *f) {
    assert_int_equal(f->room.faults, 0);
    document_free(&f->d);
    layout_room_close(&f->room);
}

static int lot(struct fixture *f, int below) {
    return lot_number(&f->seed, below);
}

static void draw(struct fixture *f) {
    struct file_error error = {0};
    for (int tries = 0; !study_set(&f->room.study, &f->d, &error); tries++) {
        assert_true(tries < 50);
        lot_what_if(&f->d, &f->seed);
    }
    layout_draw(&f->room, &f->d);
    layout_check(&f->room);
    semantics_check(&f->room);
}

static void set_text(struct fixture *f, const char *text) {
    assert_true(document_set_text(&f->d, text, strlen(text)));
}

static const struct semantic_node *node_of(const struct fixture *f, const char *what) {
    return semantics_by_id(&f->room.semantics, ui_id(what, 0, 0));
}

/* The grid of a source on the stage; NULL: none. */
static const struct semantic_node *grid_of(const struct fixture *f, int source) {
    for (size_t i = 0; i < f->room.semantics.count; i++) {
        const struct semantic_node *node = &f->room.semantics.nodes[i];
        if (node->has_grid && cell_from_grid(node->grid.id, 0, 0).source == source) return node;
    }
    return NULL;
}

static float value_of(const struct semantic_node *node, size_t r, size_t c) {
    return node->grid.values[r * node->grid.row_stride + c * node->grid.column_stride];
}

/* ---- the rules ---- */

/* Every view, step, theme and language at every size, masks and edits; then whatever is switched.
 */
static void test_every_place(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 3);
    for (int size = 0; size < LAYOUT_SIZES; size++) {
        for (int at = 0; at < STEP_COUNT * VIEW_COUNT * THEME_COUNT * LANGUAGE_COUNT; at++) {
            f.d.step = (enum step)(at % STEP_COUNT);
            f.d.view = (enum view)(at / STEP_COUNT % VIEW_COUNT);
            f.d.theme = (enum theme_choice)(at / STEP_COUNT / VIEW_COUNT % THEME_COUNT);
            f.d.language = (enum language)(at / STEP_COUNT / VIEW_COUNT / THEME_COUNT);
            f.d.panel = (enum panel)(at / 5 % PANEL_COUNT);
            f.d.width = layout_sizes[size].width;
            f.d.height = layout_sizes[size].height;
            f.d.what_if.mask = (enum mask_choice)(at % 3 ? MASK_CAUSAL : MASK_WINDOW);
            f.d.what_if.mask_size = 1;
            struct attention_edit edit = {ATTENTION_TENSOR_EMBEDDING, 0, 24,
                                          at % 2 ? 2.5f : -1200.25f};
            assert_true(what_if_edit(&f.d.what_if, &edit));
            draw(&f);
        }
    }
    close_fixture(&f);
}

static void draw_lot(struct fixture *f) {
    static const struct {
        int width, height, scale;
    } rooms[] = {{1024, 700, 100}, {1440, 900, 100}, {1920, 1080, 100}, {1280, 720, 125},
                 {1440, 900, 75},  {1024, 700, 150}, {640, 480, 100},   {320, 240, 100},
                 {800, 600, 100},  {1440, 300, 100}, {3840, 2160, 200}, {1000, 420, 100}};
    int place = lot(f, sizeof rooms / sizeof *rooms);
    set_text(f, layout_sentences[lot(f, SENTENCE_COUNT)]);
    assert_true(document_set_model(&f->d, lot(f, 3) ? "textbook" : "by-hand"));
    lot_what_if(&f->d, &f->seed);
    f->d.step = (enum step)lot(f, STEP_COUNT);
    f->d.view = (enum view)lot(f, VIEW_COUNT);
    f->d.beat = lot(f, 2) ? BEAT_LAST : lot(f, 4);
    f->d.stride = (enum stride)lot(f, STRIDE_COUNT);
    f->d.query = lot(f, 8);
    f->d.key = lot(f, 8);
    f->d.head = lot(f, 6);
    f->d.panel = (enum panel)lot(f, PANEL_COUNT);
    f->d.theme = (enum theme_choice)lot(f, THEME_COUNT);
    f->d.language = (enum language)lot(f, LANGUAGE_COUNT);
    f->d.width = rooms[place].width;
    f->d.height = rooms[place].height;
    f->d.scale_percent = rooms[place].scale;
    draw(f);
}

/* With differences, and as now with its marks; windows, presentation, figures. */
static void test_whatever_is_switched(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 77);
    for (int round = 0; round < 900; round++) {
        f.d.shows_difference = round % 4 != 0;
        f.d.is_presentation = round % 7 == 0;
        f.room.part = round % 9 == 0   ? PICTURE_STAGE
                      : round % 9 == 3 ? PICTURE_HEAD
                      : round % 9 == 6 ? PICTURE_SHEET
                                       : PICTURE_WINDOW;
        f.room.presence = (struct picture_presence){.is_panel_open = lot(&f, 2)};
        draw_lot(&f);
    }
    close_fixture(&f);
}

/* ---- the numbers ---- */

/* A grid against the library's difference of the tensor, bit for bit. */
static void check_numbers(const struct fixture *f, const struct semantic_node *node) {
    const struct study *study = &f->room.study;
    struct document_cell first = cell_from_grid(node->grid.id, 0, 0);
    struct cell_matrix now = cell_matrix_of(study, first.source, first.head, NULL);
    if (first.source >= ATTENTION_TENSOR_COUNT || !now.values) return;
    bool is_per_head = cell_source_is_per_head(first.source);
    size_t heads = is_per_head ? (size_t)study->model.weights.config.heads : 1,
           count = now.rows * now.columns;
    float *out = calloc(count * heads, sizeof *out);
    assert_non_null(out);
    struct attention_difference whole = attention_trace_difference(
        study->trace, study->baseline.trace, (enum attention_tensor_id)first.source,
        study->document.layer, out);
    for (size_t r = 0; r < node->grid.rows; r++) {
        for (size_t c = 0; c < node->grid.columns; c++) {
            struct document_cell cell = cell_from_grid(node->grid.id, (int)r, (int)c);
            size_t at = (is_per_head ? (size_t)cell.head * count : 0) +
                        (size_t)cell.row * now.columns + (size_t)cell.column;
            float value = value_of(node, r, c);
            if (!whole.is_comparable) assert_true(node->grid.is_hidden[r * node->grid.columns + c]);
            if (whole.is_comparable && value != out[at])
                fail_msg("%s [%zu, %zu] is %g, and %g in the trace", node->name, r, c,
                         (double)value, (double)out[at]);
        }
    }
    free(out);
}

/* What stands on the stage is what a trace has: of every tensor that any step shows. */
static void test_numbers_are_those_of_the_trace(void **state) {
    (void)state;
    struct fixture f;
    bool is_seen[ATTENTION_TENSOR_COUNT] = {false};
    open_fixture(&f, 8);
    for (int round = 0; round < 60; round++) {
        lot_what_if(&f.d, &f.seed);
        f.d.what_if.shuffle_seed = 0;
        assert_true(what_if_set_context(&f.d.what_if, NULL));
        struct attention_edit edit = {ATTENTION_TENSOR_EMBEDDING, 0, (size_t)lot(&f, 100), 1.75f};
        assert_true(what_if_edit(&f.d.what_if, &edit));
        f.d.head = lot(&f, 6);
        f.d.view = round % 4 == 3 ? (enum view)(VIEW_HEADS + round % 2) : VIEW_MATRICES;
        for (int at = 0; at < 24; at++) {
            f.d.step = (enum step)(at < STEP_COUNT ? at : STEP_FEEDFORWARD);
            f.d.beat = at < STEP_COUNT ? BEAT_LAST : at - STEP_COUNT;
            draw(&f);
            for (size_t i = 0; i < f.room.semantics.count; i++) {
                const struct semantic_node *node = &f.room.semantics.nodes[i];
                if (!node->has_grid) continue;
                int source = cell_from_grid(node->grid.id, 0, 0).source;
                assert_true(node->grid.is_difference);
                check_numbers(&f, node);
                if (source < ATTENTION_TENSOR_COUNT) is_seen[source] = true;
            }
        }
    }
    static const int wanted[] = {ATTENTION_TENSOR_EMBEDDING,
                                 ATTENTION_TENSOR_POSITION,
                                 ATTENTION_TENSOR_X,
                                 ATTENTION_TENSOR_Q,
                                 ATTENTION_TENSOR_K,
                                 ATTENTION_TENSOR_V,
                                 ATTENTION_TENSOR_SIMILARITY,
                                 ATTENTION_TENSOR_SCORES,
                                 ATTENTION_TENSOR_WEIGHTS,
                                 ATTENTION_TENSOR_HEAD_OUTPUT,
                                 ATTENTION_TENSOR_CONCAT,
                                 ATTENTION_TENSOR_ATTENTION_OUTPUT,
                                 ATTENTION_TENSOR_RESIDUAL1,
                                 ATTENTION_TENSOR_NORM1,
                                 ATTENTION_TENSOR_FFN_HIDDEN,
                                 ATTENTION_TENSOR_FFN_OUTPUT,
                                 ATTENTION_TENSOR_RESIDUAL2,
                                 ATTENTION_TENSOR_NORM2,
                                 ATTENTION_TENSOR_SIMILARITY_QUERY,
                                 ATTENTION_TENSOR_SIMILARITY_KEY};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!is_seen[wanted[i]]) fail_msg("%s was never shown", attention_tensor_name(wanted[i]));
    close_fixture(&f);
}

/* Words in another order, and beats on the way: each shown number is that of its cell. */
static void test_numbers_by_cell(void **state) {
    (void)state;
    struct fixture f;
    size_t compared = 0;
    open_fixture(&f, 21);
    for (int round = 0; round < 300; round++) {
        lot_what_if(&f.d, &f.seed);
        assert_true(what_if_set_context(&f.d.what_if, NULL));
        f.d.what_if.shuffle_seed = round % 2 ? 1 + (uint32_t)round : 0;
        f.d.step = (enum step)(STEP_EMBEDDING + lot(&f, STEP_COUNT - 1));
        f.d.beat = lot(&f, 6);
        draw(&f);
        bool is_plain = difference_state_of(&f.room.study) == DIFFERENCE_PLAIN;
        for (size_t i = 0; i < f.room.semantics.count && !is_plain; i++) {
            const struct semantic_node *node = &f.room.semantics.nodes[i];
            for (size_t at = 0; node->has_grid && at < node->grid.rows * node->grid.columns; at++) {
                size_t r = at / node->grid.columns, c = at % node->grid.columns;
                struct document_cell cell = cell_from_grid(node->grid.id, (int)r, (int)c);
                struct difference_cell d;
                bool is_on_the_way = cell.source == CELL_EXPONENTIALS ||
                                     cell.source == selection_result_source(&f.room.study);
                if (!selection_is_shown(&f.room.study, &cell) ||
                    (is_on_the_way && f.d.step <= STEP_SOFTMAX && f.d.step >= STEP_SCALE &&
                     f.room.study.document.beat + 1 < steps_beats(&f.room.study, f.d.step)))
                    continue; /* there stands what came before */
                assert_true(difference_cell_of(&f.room.study, &cell, &d));
                bool is_hidden = node->grid.is_hidden && node->grid.is_hidden[at];
                if (d.state != DIFFERENCE_THERE) {
                    if (!is_hidden)
                        fail_msg("%s has numbers and no before (%d)", node->name, (int)d.state);
                } else if (!is_hidden && value_of(node, r, c) != d.difference) {
                    fail_msg("%s [%zu, %zu] is %g and its cell %g", node->name, r, c,
                             (double)value_of(node, r, c), (double)d.difference);
                }
                compared++;
            }
        }
    }
    assert_true(compared > 50000);
    close_fixture(&f);
}

/* ---- what it says ---- */

static bool says(const struct fixture *f, const char *what, const char *part) {
    const struct semantic_node *node = node_of(f, what);
    return node && (strstr(node->name, part) || strstr(node->value, part));
}

static void test_pictures_say_that_they_are_differences(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 1);
    f.d.what_if.mask = MASK_CAUSAL;
    f.d.step = STEP_SOFTMAX;
    for (int part = PICTURE_WINDOW; part <= PICTURE_MODEL_SHEET; part++) {
        f.room.part = (enum picture_part)part;
        layout_draw(&f.room, &f.d);
        size_t drawn = 0, letters = 0;
        for (size_t i = 0; i < f.room.list.count; i++) {
            const struct draw_command *c = &f.room.list.commands[i];
            char text[200] = "";
            if (c->kind != DRAW_TEXT || c->count >= sizeof text) continue;
            memcpy(text, f.room.list.text + c->data, c->count);
            drawn += strstr(text, "now − before") != NULL;
            letters += strcmp(text, "ΔA") == 0;
        }
        bool has_letter = part == PICTURE_STAGE && f.d.step == STEP_SOFTMAX;
        assert_true(letters > 0 || !has_letter);
        if (drawn == 0) fail_msg("part %d does not say what it shows", part);
        if (part == PICTURE_MODEL_SHEET && f.d.step == STEP_SOFTMAX) {
            f.d.step = STEP_SCALE; /* where masks alone have changed */
            part = PICTURE_WINDOW - 1;
        }
    }
    f.d.step = STEP_SOFTMAX;
    f.room.part = PICTURE_WINDOW;
    layout_draw(&f.room, &f.d);
    assert_true(says(&f, "difference", "now − before"));
    assert_true(says(&f, "difference", "masked now"));
    const struct semantic_node *grid = grid_of(&f, ATTENTION_TENSOR_WEIGHTS);
    assert_non_null(grid);
    assert_non_null(strstr(grid->name, "now − before"));
    assert_true(grid->grid.is_difference);
    for (enum view view = VIEW_DIAGRAM; view <= VIEW_LINES; view++) {
        f.d.view = view;
        layout_draw(&f.room, &f.d);
        assert_true(says(&f, "difference", "This view shows now"));
        assert_false(grid_of(&f, ATTENTION_TENSOR_WEIGHTS)->grid.is_difference);
    }
    f.d.view = VIEW_COMPARE;
    layout_draw(&f.room, &f.d);
    assert_null(node_of(&f, "difference"));
    f.d.view = VIEW_MATRICES;
    f.d.what_if.mask = MASK_MODEL;
    layout_draw(&f.room, &f.d);
    assert_true(says(&f, "difference", "Nothing is changed"));
    assert_false(grid_of(&f, ATTENTION_TENSOR_WEIGHTS)->grid.is_difference);
    f.d.what_if.shuffle_seed = 3;
    layout_draw(&f.room, &f.d);
    assert_true(says(&f, "difference", "Each word against itself"));
    close_fixture(&f);
}

/* Where there is nothing to compare with, a sentence stands in place of the cells. */
static void test_what_cannot_be_compared(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 1);
    assert_true(what_if_set_context(&f.d.what_if, "Ein Hund schlief tief"));
    f.d.step = STEP_SUM;
    draw(&f);
    const struct semantic_node *a = grid_of(&f, ATTENTION_TENSOR_WEIGHTS),
                               *o = grid_of(&f, ATTENTION_TENSOR_HEAD_OUTPUT);
    assert_non_null(strstr(a->value, "Other words stand here now"));
    assert_true(a->grid.is_hidden[0] && a->grid.is_difference);
    assert_true(value_of(o, 1, 1) != 0 && !o->grid.is_hidden[0]);
    assert_true(what_if_set_context(&f.d.what_if, NULL));
    f.d.what_if.similarity = SIMILARITY_COSINE;
    f.d.step = STEP_SIMILARITY;
    draw(&f);
    assert_non_null(strstr(grid_of(&f, ATTENTION_TENSOR_SIMILARITY_QUERY)->value,
                           "Without the changes there is no such matrix"));
    close_fixture(&f);
}

/* The fill under the middle of a cell: the last rectangle that covers it before its number. */
static struct colour fill_at(const struct fixture *f, struct rect cell) {
    float x = cell.x + cell.w / 2, y = cell.y + cell.h / 2;
    struct colour fill = {0, 0, 0, 0};
    for (size_t i = 0; i < f->room.list.count; i++) {
        const struct draw_command *c = &f->room.list.commands[i];
        if (c->kind == DRAW_RECTANGLE && rect_contains(c->rect, x, y)) fill = c->colour;
    }
    return fill;
}

/* What has not changed is one grey in each theme, and nothing else is; more is the other side of
 * the scale than less. */
static void test_unchanged_cells_are_grey(void **state) {
    (void)state;
    struct fixture f;
    size_t greys = 0, others = 0;
    open_fixture(&f, 1);
    f.d.step = STEP_HEADS;
    what_if_set_head(&f.d.what_if, 0, 2, false);
    for (int theme = 0; theme < THEME_COUNT; theme++) {
        f.d.theme = (enum theme_choice)theme;
        draw(&f);
        const struct theme *t = theme_of((enum theme_kind)theme);
        struct colour grey = colour_mix(t->surface, t->secondary, 0.16f);
        const struct semantic_node *y = grid_of(&f, ATTENTION_TENSOR_ATTENTION_OUTPUT);
        for (size_t at = 0; at < 8 * 16; at++) {
            struct colour fill = fill_at(&f, semantics_cell_rect(y, at / 16, at % 16));
            bool is_grey = memcmp(&fill, &grey, sizeof fill) == 0;
            float v = value_of(y, at / 16, at % 16);
            assert_true(is_grey == (v == 0));
            bool is_clear = fabsf(v) > 0.3f;
            if (is_clear && (fill.b > fill.r) != (v > 0))
                fail_msg("%g is #%02X%02X%02X", (double)v, fill.r, fill.g, fill.b);
            greys += is_grey;
            others += is_clear;
        }
    }
    assert_true(greys > 50 && others > 50);
    close_fixture(&f);
}

/* The panel has both numbers and their difference. */
static void test_the_panel_explains(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 1);
    f.d.what_if.mask = MASK_CAUSAL;
    f.d.step = STEP_SOFTMAX;
    f.d.head = 4;
    static const struct {
        int row, column;
        const char *words;
    } cells[] = {{1, 0, "now − "}, {0, 3, "before"}, {7, 2, "and the same before"}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        f.d.cell =
            (struct document_cell){ATTENTION_TENSOR_WEIGHTS, 4, cells[i].row, cells[i].column};
        draw(&f);
        size_t found = 0;
        for (size_t k = 0; k < f.room.semantics.count; k++)
            found += strstr(f.room.semantics.nodes[k].name, cells[i].words) != NULL &&
                     f.room.semantics.nodes[k].role == ROLE_TEXT &&
                     f.room.semantics.nodes[k].id != ui_id("difference", 0, 0);
        if (found == 0) fail_msg("nothing says “%s”", cells[i].words);
    }
    f.d.step = STEP_SCALE;
    f.d.cell = (struct document_cell){ATTENTION_TENSOR_SCORES, 4, 0, 3};
    draw(&f);
    bool is_said = false;
    for (size_t k = 0; k < f.room.semantics.count; k++)
        is_said = is_said || strstr(f.room.semantics.nodes[k].name, "−∞ now: masked.");
    assert_true(is_said);
    close_fixture(&f);
}

/* ---- the marks ---- */

/* Dots inside the rectangle: small round fills of the ink of their cell. */
static size_t dots_in(const struct fixture *f, struct rect r) {
    size_t found = 0;
    for (size_t i = 0; i < f->room.list.count; i++) {
        const struct draw_command *c = &f->room.list.commands[i];
        bool is_dot = c->kind == DRAW_RECTANGLE && c->rect.w <= 5 && c->rect.h <= 5 &&
                      c->radius > 0 && c->rect.w == c->rect.h;
        found += is_dot && rect_contains(r, c->rect.x + 1, c->rect.y + 1);
    }
    return found;
}

/* Every cell that differs has a dot and no other has; none where all have changed. */
static void test_marks_stand_on_what_differs(void **state) {
    (void)state;
    struct fixture f;
    size_t marked = 0, calm = 0;
    open_fixture(&f, 1);
    f.d.shows_difference = false;
    struct attention_edit edits[] = {{ATTENTION_TENSOR_EMBEDDING, 0, 16 + 8, 2.5f},
                                     {ATTENTION_WEIGHT_V, 0, 3, 0.75f},
                                     {ATTENTION_TENSOR_SCORES, 0, 12, 0.25f}};
    for (size_t e = 0; e < 4; e++) {
        what_if_free(&f.d.what_if);
        what_if_init(&f.d.what_if);
        if (e < 3) assert_true(what_if_edit(&f.d.what_if, &edits[e]));
        if (e == 3) f.d.what_if.mask = MASK_CAUSAL;
        for (int step = STEP_EMBEDDING; step < STEP_COUNT; step++) {
            f.d.step = (enum step)step;
            draw(&f);
            for (size_t i = 0; i < f.room.semantics.count; i++) {
                const struct semantic_node *node = &f.room.semantics.nodes[i];
                if (!node->has_grid) continue;
                size_t rows = node->grid.rows, columns = node->grid.columns, changed = 0, dots = 0;
                bool is_image = node->rect.w / (float)columns < 9 || node->rect.h / (float)rows < 9;
                for (size_t at = 0; at < rows * columns; at++) {
                    struct document_cell cell =
                        cell_from_grid(node->grid.id, (int)(at / columns), (int)(at % columns));
                    struct difference_cell d;
                    assert_true(difference_cell_of(&f.room.study, &cell, &d));
                    bool is_other = d.now != d.before;
                    size_t here =
                        dots_in(&f, semantics_cell_rect(node, at / columns, at % columns));
                    changed += is_other;
                    dots += here;
                    if (here != (size_t)is_other && here > 0)
                        fail_msg("%s has a dot at %zu", node->name, at);
                }
                size_t expected = is_image || changed == rows * columns ? 0 : changed;
                if (dots != expected)
                    fail_msg("%s (%s, edit %zu): %zu dots for %zu", node->name, step_id(f.d.step),
                             e, dots, expected);
                assert_true((changed > 0) == (strstr(node->value, "changed") != NULL));
                marked += dots;
                calm += changed == rows * columns;
            }
        }
    }
    assert_true(marked > 50 && calm > 5);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_those_of_the_trace),
        cmocka_unit_test(test_numbers_by_cell),
        cmocka_unit_test(test_pictures_say_that_they_are_differences),
        cmocka_unit_test(test_what_cannot_be_compared),
        cmocka_unit_test(test_unchanged_cells_are_grey),
        cmocka_unit_test(test_the_panel_explains),
        cmocka_unit_test(test_marks_stand_on_what_differs),
        cmocka_unit_test(test_every_place),
        cmocka_unit_test(test_whatever_is_switched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
