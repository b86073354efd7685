/* test_layout_eight.c: the default sentence: every step, view, theme, language and desk size keeps
 * the rules of support_layout.h. */
#include "support_layout.h"

#include "lesson/cell.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_every_picture(void **state) {
    (void)state;
    layout_product(SENTENCE_EIGHT);
}

/* In the smallest window of a desk the weights and the scaled scores of eight words have their
 * numbers, and the colour bar stands beside them. */
static void test_numbers_at_1024(void **state) {
    (void)state;
    struct layout_room room;
    struct document d;
    struct file_error error = {0};
    layout_room_open(&room);
    assert_true(document_init(&d, &error));
    d.width = 1024;
    d.height = 700;
    d.beat = BEAT_LAST;
    for (int at = 0; at < 2 * LANGUAGE_COUNT; at++) {
        d.language = (enum language)(at % LANGUAGE_COUNT);
        d.step = at < LANGUAGE_COUNT ? STEP_SCALE : STEP_SOFTMAX;
        layout_draw(&room, &d);
        size_t numbers = 0;
        bool has_bar = false;
        for (size_t i = 0; i < room.semantics.count; i++) {
            const struct semantic_node *node = &room.semantics.nodes[i];
            has_bar |= node->role == ROLE_COLOUR_BAR;
            if (!node->has_grid ||
                !cell_columns_are_keys(cell_from_grid(node->grid.id, 0, 0).source))
                continue;
            for (size_t c = 0; c < room.list.count; c++) {
                const struct draw_command *command = &room.list.commands[c];
                numbers += command->kind == DRAW_TEXT && command->style == TEXT_MONO &&
                           rect_contains(node->rect, command->rect.x, command->rect.y);
            }
        }
        assert_int_equal(numbers, 64);
        assert_true(has_bar);
    }
    document_free(&d);
    layout_room_close(&room);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_picture),
                                       cmocka_unit_test(test_numbers_at_1024)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
