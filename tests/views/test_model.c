/* Every head of every layer: all of them there on one scale, whole or in reach, named; switches and
 * what they change. */
#include "lesson/overview.h"
#include "support_layout.h"
#include "support_semantics.h"
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
    wanted.view = VIEW_MODEL;
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

static const struct semantic_node *head_node(int layer, int head) {
    return semantics_by_id(&room.semantics, ui_id("model head", layer, head));
}

/* The image at a node's place. */
static const struct draw_command *image_of(const struct semantic_node *node) {
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        if (c->kind == DRAW_MATRIX && fabsf(c->rect.x - node->rect.x) < 1 &&
            fabsf(c->rect.y - node->rect.y) < 1)
            return c;
    }
    return NULL;
}

static void test_images_are_the_weights(void **state) {
    (void)state;
    layout_draw(&room, &wanted);
    for (int head = 0; head < 6; head++) {
        const struct semantic_node *node = head_node(0, head);
        assert_non_null(node);
        const struct draw_command *c = image_of(node);
        assert_non_null(c);
        assert_true(c->count == 8 && c->columns == 8);
        const float *a = study_head_matrix(&room.study, ATTENTION_TENSOR_WEIGHTS, head);
        for (size_t i = 0; i < 64; i++) {
            struct colour own = colour_map_at(COLOUR_MAP_BLUES, a[i]),
                          is = room.list.cells[c->data + i];
            /* as a cell that may bear a number: a shade darker or lighter at most */
            assert_true(abs(own.r - is.r) + abs(own.g - is.g) + abs(own.b - is.b) < 60);
        }
    }
    layout_check(&room);
    semantics_check(&room);
    assert_int_equal(room.faults, 0);
}

/* The pointer on a head says its name and what it does. */
static void test_a_head_says_what_it_does(void **state) {
    (void)state;
    layout_draw(&room, &wanted);
    for (int head = 0; head < 6; head++) {
        struct rect r = head_node(0, head)->rect;
        room.presence.has_pointer = true;
        room.presence.pointer_x = r.x + r.w / 2;
        room.presence.pointer_y = r.y + r.h / 2;
        layout_draw(&room, &wanted);
        const struct semantic_node *said =
            semantics_by_id(&room.semantics, ui_id("model summary", 0, 0));
        const struct semantic_node *at =
            semantics_at(&room.semantics, room.presence.pointer_x, room.presence.pointer_y);
        char place[16];
        snprintf(place, sizeof place, "L1 H%d", head + 1);
        assert_true(strncmp(said->name, place, strlen(place)) == 0);
        assert_non_null(strstr(said->value, "mean entropy"));
        assert_non_null(strstr(said->value, "output changes by up to"));
        assert_true(strncmp(at->tooltip, place, strlen(place)) == 0);
        assert_non_null(strstr(at->tooltip, "looks at"));
    }
    room.presence.has_pointer = false;
}

/* A head that is off: said on its image, on its tile, with the change of the layer's output beside
 * it. */
static void test_a_head_that_is_off(void **state) {
    (void)state;
    what_if_set_head(&wanted.what_if, 0, 2, false);
    wanted.head = 2;
    layout_draw(&room, &wanted);
    assert_string_equal(head_node(0, 2)->value, "off");
    assert_string_equal(head_node(0, 1)->value, "");
    const struct semantic_node *said =
        semantics_by_id(&room.semantics, ui_id("model summary", 0, 0));
    assert_non_null(strstr(said->value, "switched off"));
    assert_non_null(semantics_named(&room.semantics, "Switch H3 on"));
    wanted.view = VIEW_HEADS;
    layout_draw(&room, &wanted);
    const struct semantic_node *changed =
        semantics_by_id(&room.semantics, ui_id("heads changed", 0, 0));
    assert_non_null(changed);
    struct baseline_effect effect = study_baseline_effect(&room.study);
    char number[64];
    assert_true(effect.output.largest > 0.01f);
    snprintf(number, sizeof number, "up to %.2f", (double)effect.output.largest);
    assert_non_null(strstr(changed->name, number));
    for (int head = 0; head < 6; head++) {
        const struct semantic_node *tile =
            semantics_by_id(&room.semantics, ui_id("head tile", head, 0));
        float share = 0;
        assert_true(head_share_largest(&room.study, 0, head, true, &share) && share > 0);
        snprintf(number, sizeof number, "\u0394 %.2f", (double)share);
        assert_non_null(strstr(tile->value, number));
        assert_non_null(semantics_by_id(&room.semantics, ui_id("stage head switch", head, 0)));
    }
}

static void test_long_texts_keep_their_peaks(void **state) {
    (void)state;
    char text[1024] = "";
    for (int i = 0; i < 100; i++)
        strcat(text, i % 5 ? "word " : "the ");
    assert_true(document_set_text(&wanted, text, strlen(text)));
    layout_draw(&room, &wanted);
    const struct draw_command *c =
        image_of(head_node(0, 5)); /* itself: a line along the diagonal */
    assert_non_null(c);
    assert_int_equal(c->count, 64);
    for (size_t i = 0; i < c->count; i++)
        assert_true(room.list.cells[c->data + i * c->columns + i].r < 140);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_images_are_the_weights, start, stop),
        cmocka_unit_test_setup_teardown(test_a_head_says_what_it_does, start, stop),
        cmocka_unit_test_setup_teardown(test_a_head_that_is_off, start, stop),
        cmocka_unit_test_setup_teardown(test_long_texts_keep_their_peaks, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
