/* The course figure: its numbers are those of the pass, whole at every width, and come when their
 * beat has come. */
#include "lesson/cell.h"
#include "lesson/selection.h"
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
    wanted.view = VIEW_DIAGRAM;
    wanted.is_predict_off = true;
    return 0;
}

static int stop(void **state) {
    (void)state;
    document_free(&wanted);
    layout_room_close(&room);
    return 0;
}

/* The part of the picture that shows this number of the head in focus; NULL: it is not there. */
static const struct semantic_node *part_of(int source, int row, int column) {
    for (size_t i = 0; i < room.semantics.count; i++) {
        const struct semantic_node *node = &room.semantics.nodes[i];
        struct document_cell first = cell_from_grid(node->grid.id, 0, 0);
        if (node->has_grid && first.source == source && first.head == room.study.document.head &&
            semantics_has_cell(node, row, column))
            return node;
    }
    return NULL;
}

/* What stands in the picture adds up to the row of the pass. */
static void check_sum(void) {
    const struct document *d = &room.study.document;
    size_t m = study_keys(&room.study);
    const float *row =
        study_head_matrix(&room.study, ATTENTION_TENSOR_WEIGHTS, d->head) + (size_t)d->query * m;
    double shown = 0, all = 0;
    size_t count = 0;
    for (size_t j = 0; j < m; j++) {
        const struct semantic_node *node = part_of(ATTENTION_TENSOR_WEIGHTS, d->query, (int)j);
        all += (double)row[j];
        if (!node) continue;
        assert_true(node->grid.values[0] == row[j]);
        assert_false(node->grid.is_hidden && node->grid.is_hidden[0]);
        shown += (double)node->grid.values[0];
        count++;
    }
    const struct semantic_node *rest =
        semantics_by_id(&room.semantics, ui_id("diagram key", -1, 0));
    assert_true(count >= 1);
    assert_true((rest != NULL) == (count < m));
    if (!rest) {
        assert_true(fabs(shown - all) < 1e-9);
        return;
    }
    char written[24], *end;
    snprintf(written, sizeof written, "%zu", m - count);
    assert_non_null(strstr(rest->name, written));
    double more = rest->value[0] == '<' ? 0.005 : strtod(rest->value, &end);
    assert_true(fabs(shown + more - all) < 0.0051); /* as it is written: two decimals */
}

static void test_weights_add_up_at_every_size(void **state) {
    (void)state;
    uint32_t seed = 4;
    for (int at = 0; at < LAYOUT_SIZES * SENTENCE_COUNT * 3; at++) {
        const char *text = layout_sentences[1 + at / LAYOUT_SIZES % (SENTENCE_COUNT - 1)];
        assert_true(document_set_text(&wanted, text, strlen(text)));
        wanted.width = layout_sizes[at % LAYOUT_SIZES].width;
        wanted.height = layout_sizes[at % LAYOUT_SIZES].height;
        wanted.step = (enum step)(STEP_SOFTMAX + lot_number(&seed, 4));
        wanted.beat = BEAT_LAST;
        wanted.head = lot_number(&seed, 6);
        wanted.query = lot_number(&seed, 64);
        wanted.key = lot_number(&seed, 64);
        what_if_free(&wanted.what_if);
        what_if_init(&wanted.what_if);
        if (at % 3 == 1) wanted.what_if.mask = MASK_CAUSAL;
        if (at % 3 == 2) assert_true(what_if_set_context(&wanted.what_if, "ein Hund schlief tief"));
        layout_draw(&room, &wanted);
        check_sum();
        layout_check(&room);
        semantics_check(&room);
        struct document_cell cell = room.study.document.cell;
        assert_true(cell.source < 0);
        assert_non_null(part_of(ATTENTION_TENSOR_WEIGHTS, room.study.document.query,
                                room.study.document.key)); /* whatever it weighs */
    }
    assert_int_equal(room.faults, 0);
}

/* Before a number's step it is a waiting place, from its beat on it is there. */
static void test_numbers_come_with_their_beats(void **state) {
    (void)state;
    static const struct {
        int source;
        enum step step;
    } parts[] = {{ATTENTION_TENSOR_V, STEP_PROJECTION},
                 {ATTENTION_TENSOR_SIMILARITY, STEP_SIMILARITY},
                 {ATTENTION_TENSOR_SCORES, STEP_SCALE},
                 {ATTENTION_TENSOR_WEIGHTS, STEP_SOFTMAX},
                 {ATTENTION_TENSOR_HEAD_OUTPUT, STEP_SUM}};
    wanted.width = 1440;
    wanted.height = 900;
    for (int step = 0; step < STEP_COUNT; step++) {
        wanted.step = (enum step)step;
        wanted.beat = BEAT_LAST;
        layout_draw(&room, &wanted);
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            bool is_value = parts[p].source == ATTENTION_TENSOR_V;
            int row = is_value ? room.study.document.key : room.study.document.query;
            const struct semantic_node *node = part_of(parts[p].source, row, 0);
            if (!node) node = part_of(parts[p].source, row, room.study.document.key);
            assert_non_null(node);
            bool is_hidden = node->grid.is_hidden && node->grid.is_hidden[0];
            assert_int_equal(is_hidden, parts[p].step > (enum step)step);
        }
    }
    wanted.step = STEP_SIMILARITY; /* the first key alone, then the row */
    wanted.key = 0;
    for (wanted.beat = 0; wanted.beat < 2; wanted.beat++) {
        layout_draw(&room, &wanted);
        size_t there = 0, waiting = 0;
        for (int j = 0; j < 8; j++) {
            const struct semantic_node *node =
                part_of(ATTENTION_TENSOR_SIMILARITY, room.study.document.query, j);
            if (!node) continue;
            there += !node->grid.is_hidden[0];
            waiting += node->grid.is_hidden[0];
        }
        assert_true(wanted.beat ? waiting == 0 && there > 1 : there == 1 && waiting > 0);
    }
}

/* The stage that the walk is in is lit, and only that. */
static void test_stages_are_lit(void **state) {
    (void)state;
    static const int lit[STEP_COUNT] = {
        [STEP_TOKENS] = -1,    [STEP_EMBEDDING] = -1, [STEP_PROJECTION] = -1,
        [STEP_SIMILARITY] = 0, [STEP_SCALE] = 1,      [STEP_SOFTMAX] = 1,
        [STEP_SUM] = 2,        [STEP_HEADS] = -1,     [STEP_FEEDFORWARD] = -1};
    wanted.width = 1440;
    wanted.height = 900;
    for (int step = 0; step < STEP_COUNT; step++) {
        wanted.step = (enum step)step;
        wanted.beat = BEAT_LAST;
        layout_draw(&room, &wanted);
        for (int stage = 0; stage < 3; stage++) {
            const struct semantic_node *node =
                semantics_by_id(&room.semantics, ui_id("diagram stage", stage, 0));
            assert_non_null(node);
            assert_int_equal(node->is_selected, stage == lit[step]);
        }
    }
}

/* The ribbons are as wide as the weights: from the values to the sum, the widest is the largest
 * weight's. */
static void test_ribbons_are_as_wide_as_weights(void **state) {
    (void)state;
    wanted.step = STEP_SUM;
    wanted.beat = BEAT_LAST;
    wanted.width = 1440;
    wanted.height = 900;
    layout_draw(&room, &wanted);
    float widest = 0, thinnest = INFINITY;
    size_t count = 0;
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        if (c->kind != DRAW_CURVE || !c->is_upright) continue;
        widest = fmaxf(widest, c->thickness);
        thinnest = fminf(thinnest, c->thickness);
        count++;
    }
    const struct document *d = &room.study.document;
    const float *row = study_head_matrix(&room.study, ATTENTION_TENSOR_WEIGHTS, d->head) +
                       (size_t)d->query * study_keys(&room.study);
    float largest = 0;
    for (size_t j = 0; j < study_keys(&room.study); j++)
        largest = fmaxf(largest, row[j]);
    assert_true(count >= 4);
    assert_true(fabsf(widest - (1 + 11 * largest)) < 0.01f);
    assert_true(thinnest < 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_weights_add_up_at_every_size, start, stop),
        cmocka_unit_test_setup_teardown(test_numbers_come_with_their_beats, start, stop),
        cmocka_unit_test_setup_teardown(test_stages_are_lit, start, stop),
        cmocka_unit_test_setup_teardown(test_ribbons_are_as_wide_as_weights, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
