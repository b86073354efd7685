/* test_what_if.c: the panel's second page and everything that a what-if changes in the pictures:
 * the rules of support_layout.h and support_semantics.h in every theme, language, size and scale.
 */
#include "lesson/cell.h"
#include "support_layout.h"
#include "support_semantics.h"
#include "support_what_if.h"
#include "ui/ui.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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

/* A model may refuse what was drawn (more padding than keys): then another is drawn. */
static void draw(struct fixture *f) {
    struct file_error error = {0};
    struct study *study = &f->room.study;
    for (int tries = 0; !study_set(study, &f->d, &error); tries++) {
        assert_true(tries < 50);
        lot_what_if(&f->d, &f->seed);
    }
    layout_draw(&f->room, &f->d);
    layout_check(&f->room);
    semantics_check(&f->room);
}

static void draw_lot(struct fixture *f) {
    static const struct {
        int width, height, scale;
    } rooms[] = {{1024, 700, 100},  {1440, 900, 100}, {1920, 1080, 100}, {1280, 720, 125},
                 {1440, 900, 75},   {1024, 700, 150}, {1920, 1080, 300}, {640, 480, 100},
                 {320, 240, 100},   {800, 600, 100},  {1440, 300, 100},  {3840, 2160, 200},
                 {1240, 1000, 100}, {1000, 420, 100}};
    int sentence = lot(f, SENTENCE_COUNT), place = lot(f, sizeof rooms / sizeof *rooms);
    const char *text = layout_sentences[sentence];
    assert_true(document_set_text(&f->d, text, strlen(text)));
    assert_true(document_set_model(&f->d, lot(f, 3) ? "textbook" : "by-hand"));
    lot_what_if(&f->d, &f->seed);
    f->d.step = (enum step)lot(f, STEP_COUNT);
    f->d.view = (enum view)(lot(f, 3) == 0);
    f->d.beat = lot(f, 2) ? BEAT_LAST : lot(f, 4);
    f->d.query = lot(f, 8);
    f->d.key = lot(f, 8);
    f->d.head = lot(f, 6);
    f->d.cell.source = -1;
    f->d.panel = (enum panel)lot(f, PANEL_COUNT);
    f->d.theme = (enum theme_choice)lot(f, THEME_COUNT);
    f->d.language = (enum language)lot(f, LANGUAGE_COUNT);
    f->d.width = rooms[place].width;
    f->d.height = rooms[place].height;
    f->d.scale_percent = rooms[place].scale;
    f->room.presence =
        (struct picture_presence){.is_panel_open = lot(f, 2), .panel_scroll = (float)lot(f, 900)};
    draw(f);
}

/* Contexts, masks, heads off, every F, everything shuffled: pictures drawn by lot. */
static void test_whatever_is_switched(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 41);
    for (int round = 0; round < 700; round++)
        draw_lot(&f);
    close_fixture(&f);
}

/* A number of each view that has some: chosen, as a click on it does. */
static void choose_number(struct fixture *f) {
    size_t count = 0;
    for (size_t i = 0; i < f->room.semantics.count; i++)
        count += f->room.semantics.nodes[i].has_grid && f->room.semantics.nodes[i].rect.w > 0;
    size_t nth = count ? (size_t)lot(f, (int)count) : 0;
    for (size_t i = 0; i < f->room.semantics.count; i++) {
        const struct semantic_node *node = &f->room.semantics.nodes[i];
        if (!node->has_grid || node->rect.w <= 0 || nth-- > 0) continue;
        int row = (int)node->grid.first_row + lot(f, (int)node->grid.rows);
        int column = (int)node->grid.first_column + lot(f, (int)node->grid.columns);
        f->d.cell = cell_from_grid(node->grid.id, row, column);
        return;
    }
}

/* Every view at every size, in both languages and all themes, with both pages of the panel, scrolled
 * or not, dense, in presentation, at 300 %; the what-if by lot, and then a number chosen. */
static void test_every_view_with_a_number_chosen(void **state) {
    (void)state;
    static const struct {
        int width, height, scale;
        float density;
        bool is_presentation;
    } rooms[] = {{1024, 700, 100, 1, false},  {1440, 900, 100, 1, false},
                 {1920, 1080, 100, 1, false}, {1920, 1080, 100, 2, false}, /* 3840 × 2160 pixels */
                 {1920, 1080, 300, 1, false}, {1440, 900, 100, 1, true},
                 {3840, 2160, 100, 1, true}};
    enum { ROOMS = sizeof rooms / sizeof *rooms };
    struct fixture f;
    open_fixture(&f, 77);
    for (int at = 0; at < VIEW_COUNT * ROOMS * THEME_COUNT * LANGUAGE_COUNT; at++) {
        int place = at / VIEW_COUNT % ROOMS, look = at / VIEW_COUNT / ROOMS;
        const char *text = layout_sentences[lot(&f, SENTENCE_COUNT)];
        assert_true(document_set_text(&f.d, text, strlen(text)));
        lot_what_if(&f.d, &f.seed);
        f.d.view = (enum view)(at % VIEW_COUNT);
        f.d.step = (enum step)(STEP_PROJECTION + lot(&f, STEP_COUNT - STEP_PROJECTION));
        f.d.beat = lot(&f, 2) ? BEAT_LAST : lot(&f, 4);
        f.d.query = lot(&f, 8);
        f.d.key = lot(&f, 8);
        f.d.head = lot(&f, 6);
        f.d.lines_heads = (uint64_t)lot(&f, 64);
        f.d.lines_threshold = lot(&f, LINES_MAX_THRESHOLD);
        f.d.compare_shows = (enum compare_shows)lot(&f, COMPARE_COUNT);
        f.d.compare_steps = lot(&f, 9);
        f.d.cell.source = -1;
        f.d.panel = (enum panel)lot(&f, PANEL_COUNT);
        f.d.theme = (enum theme_choice)(look % THEME_COUNT);
        f.d.language = (enum language)(look / THEME_COUNT);
        f.d.width = rooms[place].width;
        f.d.height = rooms[place].height;
        f.d.scale_percent = rooms[place].scale;
        f.d.is_presentation = rooms[place].is_presentation;
        f.room.density = rooms[place].density;
        f.room.presence = (struct picture_presence){
            .is_panel_open = lot(&f, 2), .panel_scroll = (float)(lot(&f, 3) * 150)};
        draw(&f);
        choose_number(&f);
        draw(&f);
    }
    close_fixture(&f);
}

/* Presentation, with the sheet over the stage and without; figures of the stage and of one head. */
static void test_presentation_and_figures(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 13);
    for (int round = 0; round < 200; round++) {
        f.d.is_presentation = round % 2;
        f.room.part = round % 4 == 0   ? PICTURE_STAGE
                      : round % 4 == 2 ? PICTURE_HEAD
                                       : PICTURE_WINDOW;
        draw_lot(&f);
    }
    close_fixture(&f);
}

/* The page from its top to its end, wherever it is scrolled to, with a field being edited or
 * refused. */
static void test_the_page_scrolls(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 5);
    f.d.panel = PANEL_WHAT_IF;
    f.d.step = STEP_SOFTMAX;
    f.d.beat = BEAT_LAST;
    for (int size = 0; size < LAYOUT_SIZES; size++) {
        f.d.width = layout_sizes[size].width;
        f.d.height = layout_sizes[size].height;
        for (int round = 0; round < 24; round++) {
            struct picture_presence *p = &f.room.presence;
            f.d.language = (enum language)(round % 2);
            f.d.theme = (enum theme_choice)(round % 3);
            *p =
                (struct picture_presence){.is_panel_open = true, .panel_scroll = (float)round * 40};
            lot_what_if(&f.d, &f.seed);
            if (round % 4 == 0)
                assert_true(what_if_set_context(&f.d.what_if, "Ein Hund schlief tief"));
            if (round % 4 == 0) {
                p->is_editing = true;
                p->edited_field = EDIT_CONTEXT;
                p->caret = 8;
                p->composition = round % 8 ? "ni" : NULL;
            } else if (round % 4 == 1 && f.d.what_if.context) {
                p->is_editing = true;
                p->edited_field = EDIT_CONTEXT;
                p->edited_text = "a b c d";
                p->caret = 7;
                p->field_error =
                    "the values have 3 tokens and the context has 4; give both the same number";
            }
            draw(&f);
        }
    }
    close_fixture(&f);
}

/* Every control has the keyboard's ring somewhere in view once the page is scrolled to it. */
static void test_every_control_can_be_scrolled_to(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 9);
    f.d.panel = PANEL_WHAT_IF;
    f.d.width = 1024;
    f.d.height = 700;
    f.d.what_if.mask = MASK_WINDOW;
    assert_true(what_if_set_context(&f.d.what_if, "Ein Hund schlief tief"));
    layout_draw(&f.room, &f.d);
    size_t count = f.room.semantics.count, controls = 0;
    for (size_t i = 0; i < count; i++) {
        const struct semantic_node *node = &f.room.semantics.nodes[i];
        if (node->scroll_height <= 0 || node->id == NODE_PANEL_ROWS || !node->is_focusable)
            continue;
        uint32_t id = node->id;
        f.room.presence = (struct picture_presence){
            .panel_scroll = node->scroll_y, .focus_id = id, .is_focus_visible = true};
        layout_draw(&f.room, &f.d);
        layout_check(&f.room);
        node = semantics_by_id(&f.room.semantics, id);
        if (!node || node->rect.h < 16) layout_fault(&f.room, "node %u is out of reach", id);
        controls++;
        f.room.presence.panel_scroll = 0;
        layout_draw(&f.room, &f.d);
    }
    assert_true(controls >= 7 + 2 + 6 + 2); /* choices, dials, heads, texts */
    close_fixture(&f);
}

/* Words of the picture that say so, by the id of their node. */
static const char *said(struct layout_room *room, const char *what) {
    const struct semantic_node *node = semantics_by_id(&room->semantics, ui_id(what, 0, 0));
    return node ? node->name : "";
}

/* The words follow what is switched. */
static void test_words_say_what_is_switched(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 1);
    f.d.beat = BEAT_LAST;
    f.d.step = STEP_SCALE;
    struct what_if *w = &f.d.what_if;
    w->mask = MASK_WINDOW;
    w->mask_size = 1;
    layout_draw(&f.room, &f.d);
    assert_non_null(strstr(said(&f.room, "panel text"), "near the query"));
    w->mask = MASK_PADDING;
    layout_draw(&f.room, &f.d);
    assert_non_null(strstr(said(&f.room, "panel text"), "padding"));
    w->mask = MASK_MODEL;
    w->temperature = 0.5f;
    layout_draw(&f.room, &f.d);
    assert_non_null(strstr(said(&f.room, "formula"), "τ"));
    w->temperature = 0;
    layout_draw(&f.room, &f.d);
    assert_null(strstr(said(&f.room, "formula"), "√"));
    w->temperature = 1;
    f.d.step = STEP_SIMILARITY;
    w->similarity = SIMILARITY_ADDITIVE;
    layout_draw(&f.room, &f.d);
    assert_non_null(strstr(said(&f.room, "formula"), "tanh"));
    w->similarity = SIMILARITY_MODEL;
    f.d.step = STEP_SUM;
    what_if_set_head(w, 0, 0, false);
    layout_draw(&f.room, &f.d);
    assert_non_null(strstr(said(&f.room, "panel text"), "switched off"));
    f.d.step = STEP_SOFTMAX;
    w->mask = MASK_PADDING;
    w->mask_size = 8;
    layout_draw(&f.room, &f.d);
    assert_non_null(strstr(said(&f.room, "panel text"), "may see nothing"));
    close_fixture(&f);
}

/* Keys are the context's everywhere: labels, cards, grids of n × m. */
static void test_keys_are_the_contexts(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f, 1);
    assert_true(what_if_set_context(&f.d.what_if, "Ein Hund schlief"));
    assert_true(what_if_set_values(&f.d.what_if, "one dog slept"));
    f.d.step = STEP_SIMILARITY;
    f.d.beat = 0;
    layout_draw(&f.room, &f.d);
    assert_non_null(semantics_named(&f.room.semantics, "? Hund"));
    assert_non_null(semantics_named(&f.room.semantics, "PREDICT Ein"));
    for (int view = 0; view < VIEW_COUNT; view++) {
        f.d.view = (enum view)view;
        layout_draw(&f.room, &f.d);
        size_t grids = 0;
        for (size_t i = 0; i < f.room.semantics.count; i++) {
            const struct semantic_node *node = &f.room.semantics.nodes[i];
            struct document_cell cell = cell_from_grid(node->grid.id, 0, 0);
            if (!node->has_grid || !cell_columns_are_keys(cell.source)) continue;
            grids++;
            if (view == VIEW_DIAGRAM || view == VIEW_LINES) { /* a part for each number */
                static const char *const keys[] = {"Ein", "Hund", "schlief"};
                assert_true(node->grid.rows == 1 && node->grid.columns == 1);
                assert_int_equal(node->grid.first_row, f.d.query);
                assert_in_range(node->grid.first_column, 0, 2);
                assert_non_null(strstr(node->name, keys[node->grid.first_column]));
                continue;
            }
            assert_int_equal(node->grid.rows, 8);
            assert_int_equal(node->grid.columns, 3);
            assert_string_equal(node->grid.column_names[1], "Hund");
            assert_string_equal(node->grid.row_names[1], "cat");
        }
        assert_int_equal(grids, view == VIEW_HEADS     ? 6
                                : view == VIEW_DIAGRAM ? 9 /* s, z and a of each key */
                                : view == VIEW_LINES   ? 3
                                                       : 1);
    }
    f.d.view = VIEW_MATRICES;
    f.d.step = STEP_SUM;
    layout_draw(&f.room, &f.d);
    assert_non_null(semantics_named(&f.room.semantics, "PREDICT dog"));
    for (size_t i = 0; i < f.room.semantics.count; i++) {
        const struct semantic_node *node = &f.room.semantics.nodes[i];
        if (node->has_grid && cell_from_grid(node->grid.id, 0, 0).source == ATTENTION_TENSOR_V) {
            assert_int_equal(node->grid.rows, 3);
            assert_string_equal(node->grid.row_names[2], "slept");
        }
    }
    f.d.step = STEP_TOKENS;
    layout_draw(&f.room, &f.d);
    assert_non_null(semantics_named(&f.room.semantics, "schlief"));
    assert_non_null(semantics_named(&f.room.semantics, "slept"));
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whatever_is_switched),
        cmocka_unit_test(test_every_view_with_a_number_chosen),
        cmocka_unit_test(test_presentation_and_figures),
        cmocka_unit_test(test_the_page_scrolls),
        cmocka_unit_test(test_every_control_can_be_scrolled_to),
        cmocka_unit_test(test_words_say_what_is_switched),
        cmocka_unit_test(test_keys_are_the_contexts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
