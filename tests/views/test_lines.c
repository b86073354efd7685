/* Weights as ribbons: which ones are drawn, how wide, in whose colour; what the pointer isolates;
 * how it scrolls. */
#include "lesson/cell.h"
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

static struct layout_room room;
static struct document wanted;

static int start(void **state) {
    (void)state;
    struct file_error error = {{0}};
    layout_room_open(&room);
    if (!document_init(&wanted, &error)) return -1;
    wanted.view = VIEW_LINES;
    wanted.step = STEP_SOFTMAX;
    wanted.beat = BEAT_LAST;
    wanted.width = 1440;
    wanted.height = 900;
    return 0;
}

static int stop(void **state) {
    (void)state;
    document_free(&wanted);
    layout_room_close(&room);
    return 0;
}

static const float *weights_of(int head) {
    return study_head_matrix(&room.study, ATTENTION_TENSOR_WEIGHTS, head);
}

static float middle_of(const char *what, int place) {
    const struct semantic_node *node = semantics_by_id(&room.semantics, ui_id(what, place, 0));
    assert_non_null(node);
    return node->rect.y + node->rect.h / 2;
}

/* The ribbon between two words, of the nth head drawn for it; NULL: none. */
static const struct draw_command *ribbon_of(int query, int key, int nth) {
    float from = middle_of("lines query", query), to = middle_of("lines key", key);
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        if (c->kind == DRAW_CURVE && fabsf(c->rect.y - from) < 1 &&
            fabsf(c->rect.y + c->rect.h - to) < 1 && nth-- == 0)
            return c;
    }
    return NULL;
}

static size_t ribbons(void) {
    size_t count = 0;
    for (size_t i = 0; i < room.list.count; i++)
        count += room.list.commands[i].kind == DRAW_CURVE;
    return count;
}

/* A ribbon for every weight from the threshold on, none for others, each as wide as its weight. */
static void test_ribbons_are_the_weights(void **state) {
    (void)state;
    for (int at = 0; at < 12; at++) {
        wanted.head = at % 6;
        wanted.lines_threshold = at / 6 * 18 + 2;
        layout_draw(&room, &wanted);
        int n = (int)study_tokens(&room.study), m = (int)study_keys(&room.study);
        const float *weights = weights_of(wanted.head);
        size_t expected = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++) {
                float weight = weights[i * m + j];
                const struct draw_command *c = ribbon_of(i, j, 0);
                bool is_drawn = weight * 100 >= (float)wanted.lines_threshold;
                expected += is_drawn;
                assert_int_equal(c != NULL, is_drawn);
                if (c) assert_true(fabsf(c->thickness - (1 + 13 * weight)) < 0.02f);
            }
        assert_int_equal(ribbons(), expected);
    }
}

static void test_the_query_is_lit(void **state) {
    (void)state;
    wanted.head = 4;
    for (wanted.query = 0; wanted.query < 8; wanted.query++) {
        layout_draw(&room, &wanted);
        const float *weights = weights_of(4);
        for (int i = 0; i < 8; i++) {
            const struct draw_command *c = ribbon_of(i, i, 0);
            if (weights[i * 8 + i] < 0.02f) continue;
            assert_non_null(c);
            assert_true(i == wanted.query ? c->colour.a > 150 : c->colour.a < 80);
        }
    }
}

/* Several heads: each its colour, all of them different. */
static void test_each_head_has_its_colour(void **state) {
    (void)state;
    struct colour seen[6];
    wanted.lines_heads = 63;
    wanted.lines_threshold = 0;
    layout_draw(&room, &wanted);
    for (int nth = 0; nth < 6; nth++) {
        const struct draw_command *c = ribbon_of(room.study.document.query, 0, nth);
        if (!c) {
            assert_true(nth > 0); /* weights too small to be seen */
            break;
        }
        seen[nth] = c->colour;
        for (int other = 0; other < nth; other++)
            assert_true(abs(seen[other].r - c->colour.r) + abs(seen[other].g - c->colour.g) +
                            abs(seen[other].b - c->colour.b) >
                        40);
    }
    size_t several = ribbons();
    wanted.lines_heads = 0;
    layout_draw(&room, &wanted);
    assert_true(ribbons() < several);
    wanted.lines_heads = UINT64_MAX; /* more heads than there are */
    layout_draw(&room, &wanted);
    assert_int_equal(ribbons(), several);
}

/* The pointer on a word leaves its ribbons alone, on either side. */
static void test_the_pointer_isolates(void **state) {
    (void)state;
    wanted.head = 4;
    wanted.lines_threshold = 2;
    layout_draw(&room, &wanted);
    const float *weights = weights_of(4);
    for (int side = 0; side < 2; side++)
        for (int place = 0; place < 8; place++) {
            const struct semantic_node *node = semantics_by_id(
                &room.semantics, ui_id(side ? "lines key" : "lines query", place, 0));
            room.presence.has_pointer = true;
            room.presence.pointer_x = node->rect.x + node->rect.w / 2;
            room.presence.pointer_y = node->rect.y + node->rect.h / 2;
            layout_draw(&room, &wanted);
            size_t expected = 0;
            for (int other = 0; other < 8; other++)
                expected += weights[side ? other * 8 + place : place * 8 + other] >= 0.02f;
            assert_int_equal(ribbons(), expected);
        }
    room.presence.has_pointer = false;
}

/* 64 words scroll: the focus is in view, whole rows stand, and every word can be reached. */
static void test_many_words_scroll(void **state) {
    (void)state;
    const char *text = layout_sentences[SENTENCE_SIXTY_FOUR];
    assert_true(document_set_text(&wanted, text, strlen(text)));
    bool is_reached[64] = {false};
    for (wanted.query = 0; wanted.query < 64; wanted.query += 7) {
        layout_draw(&room, &wanted);
        assert_true(middle_of("lines query", wanted.query) > 0);
        layout_check(&room);
        semantics_check(&room);
    }
    room.presence.has_stage_scroll = true;
    for (float at = 0; at < 2000; at += 200) {
        room.presence.stage_scroll = at;
        layout_draw(&room, &wanted);
        const struct semantic_node *lines = semantics_by_id(&room.semantics, ui_id("lines", 0, 0));
        assert_true(lines->scroll_y <= lines->scroll_height - lines->scroll_room + 0.01f);
        for (int i = 0; i < 64; i++) {
            const struct semantic_node *node =
                semantics_by_id(&room.semantics, ui_id("lines key", i, 0));
            is_reached[i] |= node && node->rect.h >= 20;
        }
    }
    room.presence.has_stage_scroll = false;
    for (int i = 0; i < 64; i++)
        assert_true(is_reached[i]);
    assert_int_equal(room.faults, 0);
}

/* More queries than keys, and fewer. */
static void test_cross_attention(void **state) {
    (void)state;
    static const char *const contexts[] = {"ein Hund",
                                           "ein sehr alter Hund schlief tief und fest bis zum "
                                           "Abend"};
    for (int at = 0; at < 2 * LAYOUT_SIZES; at++) {
        assert_true(what_if_set_context(&wanted.what_if, contexts[at % 2]));
        wanted.width = layout_sizes[at / 2].width;
        wanted.height = layout_sizes[at / 2].height;
        layout_draw(&room, &wanted);
        layout_check(&room);
        semantics_check(&room);
        assert_int_equal(study_keys(&room.study), at % 2 ? 11 : 2);
        assert_true(ribbons() > 0);
    }
    assert_int_equal(room.faults, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ribbons_are_the_weights, start, stop),
        cmocka_unit_test_setup_teardown(test_the_query_is_lit, start, stop),
        cmocka_unit_test_setup_teardown(test_each_head_has_its_colour, start, stop),
        cmocka_unit_test_setup_teardown(test_the_pointer_isolates, start, stop),
        cmocka_unit_test_setup_teardown(test_many_words_scroll, start, stop),
        cmocka_unit_test_setup_teardown(test_cross_attention, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
