/* test_compare.c: RNN, CNN and attention side by side, in every state: layout, contrast, semantics,
 * and that what is said is what was computed. */
#include "lesson/cell.h"
#include "lesson/comparison.h"
#include "lesson/number.h"
#include "support_layout.h"
#include "support_semantics.h"
#include "ui/ui.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct layout_room room;
    struct document d;
};

static void open_fixture(struct fixture *f) {
    struct file_error error = {0};
    layout_room_open(&f->room);
    assert_true(document_init(&f->d, &error));
    f->d.view = VIEW_COMPARE;
}

static void close_fixture(struct fixture *f) {
    assert_int_equal(f->room.faults, 0);
    document_free(&f->d);
    layout_room_close(&f->room);
}

static int lot(uint32_t *seed, int below) {
    *seed = *seed * 1664525u + 1013904223u;
    return (int)((*seed >> 8) % (uint32_t)below);
}

static void draw_and_check(struct fixture *f) {
    layout_draw(&f->room, &f->d);
    layout_check(&f->room);
    semantics_check(&f->room);
}

/* Everything drawn by lot but the size and the scale. */
static void test_every_size(void **state) {
    (void)state;
    static const int scales[] = {75, 100, 150, 300};
    static const char *const contexts[] = {NULL, "Ein Hund", "因为它很累了",
                                           "one two three four five six seven eight nine ten"};
    struct fixture f;
    uint32_t seed = 5;
    open_fixture(&f);
    for (int at = 0; at < LAYOUT_SIZES * 4 * 24; at++) {
        const char *text = layout_sentences[lot(&seed, SENTENCE_COUNT)];
        assert_true(document_set_text(&f.d, text, strlen(text)));
        assert_true(what_if_set_context(&f.d.what_if, contexts[lot(&seed, 4)]));
        assert_true(document_set_model(&f.d, lot(&seed, 3) ? "textbook" : "by-hand"));
        f.d.what_if.mask = (enum mask_choice)lot(&seed, MASK_COUNT);
        f.d.what_if.position = lot(&seed, 2) ? POSITION_OFF : POSITION_MODEL;
        f.d.compare_shows = (enum compare_shows)lot(&seed, COMPARE_COUNT);
        f.d.compare_steps = lot(&seed, 12);
        f.d.compare_kernel = 1 + lot(&seed, COMPARISON_MAX_KERNEL);
        f.d.query = lot(&seed, 12);
        f.d.key = lot(&seed, 12);
        f.d.cell = (struct document_cell){lot(&seed, 2) ? -1 : CELL_RNN + lot(&seed, 3), 0,
                                          lot(&seed, 4), lot(&seed, 4)};
        f.d.theme = (enum theme_choice)lot(&seed, THEME_COUNT);
        f.d.language = (enum language)lot(&seed, LANGUAGE_COUNT);
        f.d.is_presentation = lot(&seed, 4) == 0;
        f.room.part = lot(&seed, 8) == 0 ? PICTURE_STAGE : PICTURE_WINDOW;
        f.room.presence.is_panel_open = lot(&seed, 3) == 0;
        f.d.width = layout_sizes[at % LAYOUT_SIZES].width;
        f.d.height = layout_sizes[at % LAYOUT_SIZES].height;
        f.d.scale_percent = scales[at / LAYOUT_SIZES % 4];
        draw_and_check(&f);
    }
    close_fixture(&f);
}

static const struct semantic_node *node_of(struct fixture *f, const char *what, int a, int b) {
    const struct semantic_node *node = semantics_by_id(&f->room.semantics, ui_id(what, a, b));
    if (!node) fail_msg("no %s %d %d", what, a, b);
    return node;
}

/* The three matrices at full size, their scales, costs, paths and words. */
static void test_what_is_said(void **state) {
    (void)state;
    struct fixture f;
    char text[64];
    open_fixture(&f);
    f.d.compare_shows = COMPARE_INFLUENCE;
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        f.d.language = (enum language)language;
        draw_and_check(&f);
        const char *why;
        const struct comparison *c = comparison_with_influence(&f.room.study, &why);
        for (int which = 0; which < COMPARED_COUNT; which++) {
            float most = 0;
            for (size_t at = 0; at < 64; at++)
                if (c->influence[which][at] > most) most = c->influence[which][at];
            char number[NUMBER_BYTES];
            number_format(number, sizeof number, most, NUMBER_PLAIN);
            snprintf(text, sizeof text, "0 … %s", number);
            assert_string_equal(node_of(&f, "compare scale", which, 0)->value, text);
            snprintf(text, sizeof text, "%.0f", c->cost[which].operations);
            assert_string_equal(node_of(&f, "cost", which, 0)->value, text);
            node_of(&f, "compare path", which, 0);
            node_of(&f, "cost", which, 3);
        }
        assert_true(node_of(&f, "panel note 0", 0, 0)->name[0]);
    }
    f.d.language = LANGUAGE_EN;
    layout_draw(&f.room, &f.d);
    assert_non_null(strstr(node_of(&f, "panel note 0", 0, 0)->name, "n² = 64 weights"));
    assert_non_null(strstr(node_of(&f, "panel note 1", 0, 0)->name, "only the positions"));
    assert_non_null(strstr(node_of(&f, "panel note 2", 0, 0)->name, "Nobody has trained"));
    f.d.what_if.position = POSITION_OFF;
    layout_draw(&f.room, &f.d);
    assert_non_null(strstr(node_of(&f, "panel note 1", 0, 0)->name, "knows no order"));
    f.d.what_if.mask = MASK_CAUSAL;
    layout_draw(&f.room, &f.d);
    assert_non_null(strstr(node_of(&f, "panel note 1", 0, 0)->name, "only the mask"));
    close_fixture(&f);
}

/* Of the filled cells of the picture as many as there are pairs that have met. */
static void test_reach_is_what_is_drawn(void **state) {
    (void)state;
    struct fixture f;
    char text[64];
    open_fixture(&f);
    for (f.d.compare_steps = 0; f.d.compare_steps <= 8; f.d.compare_steps++) {
        layout_draw(&f.room, &f.d);
        const struct comparison *c = comparison_of(&f.room.study);
        for (int which = 0; which < COMPARED_COUNT; which++) {
            size_t met = 0, shown = 0;
            for (size_t at = 0; at < 64; at++)
                met += c->first[which][at] <= (float)f.d.compare_steps;
            for (size_t i = 0; i < f.room.semantics.count; i++) {
                const struct semantic_node *node = &f.room.semantics.nodes[i];
                if (!node->has_grid ||
                    cell_from_grid(node->grid.id, 0, 0).source != CELL_RNN + which)
                    continue;
                for (size_t at = 0; at < 64; at++)
                    shown += !node->grid.is_hidden[at] && node->grid.values[at] < 100;
            }
            assert_int_equal(shown, met);
            snprintf(text, sizeof text, "%zu of %d pairs met", met, which ? 64 : 36);
            assert_non_null(strstr(node_of(&f, "compare met", which, 0)->name, text));
        }
    }
    close_fixture(&f);
}

/* Too long for a picture: said, and nothing drawn that was not computed. */
static void test_too_much(void **state) {
    (void)state;
    struct fixture f;
    char text[1001];
    for (int i = 0; i < 500; i++)
        memcpy(text + 2 * i, "w ", 2);
    open_fixture(&f);
    assert_true(document_set_text(&f.d, text, 1000));
    f.d.compare_shows = COMPARE_INFLUENCE;
    for (int size = 0; size < LAYOUT_SIZES; size++) {
        f.d.width = layout_sizes[size].width;
        f.d.height = layout_sizes[size].height;
        draw_and_check(&f);
        assert_non_null(strstr(node_of(&f, "compare why", 0, 0)->name, "500"));
    }
    close_fixture(&f);
}

/* The chart of the largest weights stands at step `scale`, with the model's own d_k. */
static void test_largest(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f);
    f.d.view = VIEW_MATRICES;
    f.d.step = STEP_SCALE;
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        f.d.language = (enum language)language;
        f.d.beat = BEAT_LAST;
        draw_and_check(&f);
        assert_string_equal(node_of(&f, "largest", 2, 0)->name, "dₖ = 8");
        assert_non_null(strstr(node_of(&f, "largest", 0, 0)->value, ".31"));
        assert_non_null(strstr(node_of(&f, "largest", 5, 0)->value, ".94"));
    }
    f.d.step = STEP_SOFTMAX;
    layout_draw(&f.room, &f.d);
    assert_null(semantics_by_id(&f.room.semantics, ui_id("largest", 0, 0)));
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_what_is_said),
        cmocka_unit_test(test_reach_is_what_is_drawn),
        cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
