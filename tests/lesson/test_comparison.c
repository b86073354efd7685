/* RNN, CNN and attention side by side: what a study hands to the comparison, who can have heard of
 * whom, by which way, and when it is made anew. */
#include "lesson/comparison.h"
#include "lesson/selection.h"
#include "lesson/steps.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct study study;
static struct document wanted;
static struct comparison comparison;

static int start(void **state) {
    (void)state;
    if (!study_init(&study, NULL) || !document_init(&wanted, NULL) ||
        !document_set_text(&wanted, "a b c d", 7))
        return -1;
    return study_set(&study, &wanted, NULL) ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    comparison_free(&comparison);
    comparison_free(&comparison);
    document_free(&wanted);
    study_free(&study);
    return 0;
}

static void set(void) {
    struct file_error error = {{0}};
    if (!study_set(&study, &wanted, &error)) fail_msg("%s", error.text);
}

static void compare(int kernel) {
    struct file_error error = {{0}};
    wanted.compare_kernel = kernel;
    set();
    comparison_free(&comparison);
    if (!comparison_make(&study, &comparison, &error)) fail_msg("%s", error.text);
}

static void compare_all(int kernel) {
    struct file_error error = {{0}};
    compare(kernel);
    if (!comparison_make_influence(&study, &comparison, &error)) fail_msg("%s", error.text);
}

static bool reaches(enum compared compared, size_t at, size_t steps) {
    size_t columns = comparison_columns(&comparison, compared);
    return comparison_reaches(&comparison, compared, at / columns, at % columns, steps);
}

/* The numbers are the library's, with the weights that docs/formats.md describes. */
static void test_what_is_compared(void **state) {
    (void)state;
    compare_all(3);
    assert_true(comparison.n == 4 && comparison.m == 4 && comparison.d == 16);
    assert_true(comparison.hidden == 16 && !comparison.is_cross);
    float influence[16], input[16 * 16], own_state[16 * 16], kernel[3 * 16 * 16];
    const float *x = attention_trace_layer_input(study.trace, 0).data;
    assert_int_equal(
        attention_influence(study.trace, &study.model.weights, 0, NULL, influence, NULL),
        ATTENTION_OK);
    assert_memory_equal(influence, comparison.influence[COMPARED_ATTENTION], sizeof influence);
    attention_normal_numbers(1, 0.25, 16 * 16, input);
    attention_normal_numbers(2, 0.25, 16 * 16, own_state);
    const struct attention_rnn rnn = {
        .d = 16, .hidden = 16, .input_weight = input, .state_weight = own_state};
    assert_int_equal(attention_rnn_influence(&rnn, x, 4, NULL, influence, NULL), ATTENTION_OK);
    assert_memory_equal(influence, comparison.influence[COMPARED_RNN], sizeof influence);
    attention_normal_numbers(3, 1 / sqrt(48.0), 3 * 16 * 16, kernel);
    const struct attention_cnn cnn = {.d = 16, .channels = 16, .kernel = 3, .weight = kernel};
    assert_int_equal(attention_cnn_influence(&cnn, 4, influence, NULL), ATTENTION_OK);
    assert_memory_equal(influence, comparison.influence[COMPARED_CNN], sizeof influence);
    assert_true(comparison.cost[COMPARED_RNN].sequential_steps == 4);
    assert_true(comparison.cost[COMPARED_CNN].longest_path == 3);
    assert_true(comparison.cost[COMPARED_ATTENTION].operations == 2 * 16 * 16);
}

/* Cell by cell and step by step what the library says. */
static void check_reach(int kernel) {
    size_t n = comparison.n;
    uint8_t *reach = malloc(n * n), *allowed = malloc(n * n);
    struct what_if mask = study.document.what_if;
    mask.mask = study_mask(&study);
    for (size_t at = 0; at < n * n; at++)
        allowed[at] = what_if_allows(&mask, at / n, at % n, n);
    const struct attention_options options = {.mask = ATTENTION_MASK_CUSTOM, .allowed = allowed};
    for (size_t t = 0; t <= n + 1; t++)
        for (int which = 0; which < COMPARED_COUNT; which++) {
            if (which == COMPARED_RNN) attention_rnn_reach(n, t, reach);
            if (which == COMPARED_CNN) attention_cnn_reach(n, (size_t)kernel, t, reach);
            if (which == COMPARED_ATTENTION)
                assert_int_equal(attention_reach(&options, n, t, NULL, reach, NULL), ATTENTION_OK);
            for (size_t at = 0; at < n * n; at++)
                if (reaches((enum compared)which, at, t) != (reach[at] != 0))
                    fail_msg("%s, t = %zu, %zu from %zu, k = %d", compared_id((enum compared)which),
                             t, at / n, at % n, kernel);
        }
    free(reach);
    free(allowed);
}

/* Does `after` hear of `before` in one step of the RNN, one layer of the others? */
static bool is_hop(enum compared compared, size_t before, size_t after) {
    size_t left = (comparison.kernel - 1) / 2, right = comparison.kernel - 1 - left;
    if (compared == COMPARED_RNN) return after == before + 1;
    if (compared == COMPARED_CNN) return before + left >= after && before <= after + right;
    return comparison.allowed[after * comparison.m + before] != 0;
}

/* Every path is made of hops, and no shorter one can be found by trying all. */
static void check_paths(void) {
    size_t n = comparison.n, *places = malloc((n + 1) * sizeof *places),
           *distance = malloc(n * sizeof *distance);
    for (int which = 0; which < COMPARED_COUNT; which++)
        for (size_t j = 0; j < n; j++) {
            enum compared compared = (enum compared)which;
            size_t begin = which == COMPARED_RNN ? 1 : 0; /* the step that reads the word */
            for (size_t i = 0; i < n; i++)
                distance[i] = i == j ? begin : SIZE_MAX;
            for (size_t round = 0; round < n; round++)
                for (size_t a = 0; a < n; a++)
                    for (size_t b = 0; b < n; b++)
                        if (distance[a] == round + begin && distance[b] == SIZE_MAX &&
                            is_hop(compared, a, b))
                            distance[b] = round + begin + 1;
            for (size_t i = 0; i < n; i++) {
                size_t hops = comparison_path(&comparison, compared, i, j, places);
                assert_int_equal(hops, comparison_path(&comparison, compared, i, j, NULL));
                if (hops != distance[i])
                    fail_msg("%s: %zu to %zu in %zu hops, not %zu", compared_id(compared), j, i,
                             hops, distance[i]);
                if (hops == SIZE_MAX) continue;
                assert_true(places[0] == j && places[hops] == i);
                for (size_t hop = begin; hop < hops; hop++)
                    assert_true(is_hop(compared, places[hop], places[hop + 1]));
                if (begin) assert_true(places[1] == j);
            }
        }
    free(places);
    free(distance);
}

static void test_reach_and_paths(void **state) {
    (void)state;
    static const char *const texts[] = {"a", "a b", "a b c d e f g",
                                        "a b c d e f g h i j k l m n o p q r s t u v w x y z"};
    static const enum mask_choice masks[] = {MASK_NONE, MASK_CAUSAL, MASK_WINDOW, MASK_PADDING};
    for (size_t text = 0; text < sizeof texts / sizeof *texts; text++)
        for (size_t mask = 0; mask < sizeof masks / sizeof *masks; mask++)
            for (int kernel = 1; kernel <= COMPARISON_MAX_KERNEL; kernel += 1 + (text == 3) * 3) {
                assert_true(document_set_text(&wanted, texts[text], strlen(texts[text])));
                wanted.what_if.mask = masks[mask];
                wanted.what_if.mask_size = text ? 2 : 1;
                compare(kernel);
                check_reach(kernel);
                check_paths();
            }
}

/* More than one word of bits, and a mask that leads by detours. */
static void test_long_detours(void **state) {
    (void)state;
    char text[70 * 3 + 1] = "";
    for (int i = 0; i < 70; i++)
        strcat(text, "x ");
    assert_true(document_set_text(&wanted, text, strlen(text)));
    wanted.what_if.mask = MASK_WINDOW;
    wanted.what_if.mask_size = 1;
    compare(3);
    assert_true(comparison.first[COMPARED_ATTENTION][69] == 69);
    assert_int_equal(comparison_path(&comparison, COMPARED_ATTENTION, 0, 69, NULL), 69);
    check_paths();
}

/* The part of a path that is done never runs ahead of the reach. */
static void test_done_paths(void **state) {
    (void)state;
    compare(2);
    for (int which = 0; which < COMPARED_COUNT; which++)
        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < 4; j++)
                for (size_t t = 0; t <= 5; t++) {
                    enum compared compared = (enum compared)which;
                    size_t hops = comparison_path(&comparison, compared, i, j, NULL);
                    if (hops == SIZE_MAX) continue;
                    size_t done = comparison_path_done(compared, j, hops, t);
                    assert_int_equal(done == hops,
                                     comparison_reaches(&comparison, compared, i, j, t));
                    assert_true(done <= hops && done <= t);
                }
}

static void test_masks_act(void **state) {
    (void)state;
    assert_true(study_paint(&study, &wanted, 0, 3, false));
    compare_all(1);
    assert_true(comparison.influence[COMPARED_ATTENTION][3] == 0);
    assert_true(comparison.first[COMPARED_ATTENTION][3] == 2); /* by way of another token */
    wanted.what_if.mask = MASK_CAUSAL;
    compare(1);
    for (size_t at = 0; at < 16; at++)
        assert_int_equal(reaches(COMPARED_ATTENTION, at, 9), at % 4 <= at / 4);
}

/* The attention looks at the context; the networks read the sentence. */
static void test_context(void **state) {
    (void)state;
    float influence[4 * 3];
    assert_true(what_if_set_context(&wanted.what_if, "x y z"));
    assert_true(study_paint(&study, &wanted, 0, 1, false));
    compare_all(3);
    assert_true(comparison.is_cross && comparison.n == 4 && comparison.m == 3);
    assert_int_equal(comparison_columns(&comparison, COMPARED_RNN), 4);
    assert_int_equal(comparison_columns(&comparison, COMPARED_ATTENTION), 3);
    for (size_t at = 0; at < 12; at++) {
        assert_int_equal(reaches(COMPARED_ATTENTION, at, 0), false);
        assert_int_equal(reaches(COMPARED_ATTENTION, at, 1), at != 1);
        assert_int_equal(comparison_path(&comparison, COMPARED_ATTENTION, at / 3, at % 3, NULL),
                         at == 1 ? SIZE_MAX : 1);
    }
    assert_int_equal(
        attention_influence(study.trace, &study.model.weights, 0, NULL, influence, NULL),
        ATTENTION_OK);
    assert_memory_equal(influence, comparison.influence[COMPARED_ATTENTION], sizeof influence);
    assert_true(comparison.cost[COMPARED_ATTENTION].operations == 2 * 4 * 3 * 16);
    assert_true(comparison.cost[COMPARED_ATTENTION].memory_cells == 12);
    assert_true(comparison.influence[COMPARED_RNN][4 * 3] > 0);
}

static void test_what_cannot_be_compared(void **state) {
    (void)state;
    struct file_error error = {{0}};
    const char *why;
    size_t columns;
    assert_true(document_set_text(&wanted, "", 0));
    set();
    assert_false(comparison_make(&study, &comparison, &error));
    assert_non_null(strstr(error.text, "empty"));
    assert_null(comparison_of(&study));
    assert_null(comparison_with_influence(&study, &why));
    assert_null(comparison_shown(&study, COMPARED_CNN, &columns));
    for (int i = 0; i < COMPARED_COUNT; i++)
        assert_int_equal(compared_from_id(compared_id((enum compared)i)), i);
}

/* What pictures ask for is made once, and anew when it must be. */
static void test_what_is_kept(void **state) {
    (void)state;
    const char *why;
    const struct comparison *kept = comparison_with_influence(&study, &why);
    float *made = malloc(16 * sizeof *made);
    const float *place = kept->influence[COMPARED_ATTENTION];
    assert_string_equal(why, "");
    memcpy(made, place, 16 * sizeof *made);
    wanted.compare_steps = 3;
    wanted.theme = THEME_DARK;
    wanted.query = 2;
    set();
    assert_ptr_equal(comparison_with_influence(&study, &why)->influence[COMPARED_ATTENTION], place);
    wanted.what_if.temperature = 3;
    set();
    kept = comparison_with_influence(&study, &why);
    assert_memory_not_equal(kept->influence[COMPARED_ATTENTION], made, 16 * sizeof *made);
    wanted.what_if.temperature = 1;
    wanted.compare_kernel = 5;
    set();
    kept = comparison_with_influence(&study, &why);
    assert_memory_equal(kept->influence[COMPARED_ATTENTION], made, 16 * sizeof *made);
    assert_true(kept->kernel == 5 && kept->first[COMPARED_CNN][3] == 2);
    assert_true(document_set_text(&wanted, "d c b a", 7));
    set();
    kept = comparison_with_influence(&study, &why);
    assert_memory_not_equal(kept->influence[COMPARED_ATTENTION], made, 16 * sizeof *made);
    free(made);
}

static void test_too_much(void **state) {
    (void)state;
    char text[1001];
    const char *why;
    for (int i = 0; i < 500; i++)
        memcpy(text + 2 * i, "w ", 2);
    assert_false(comparison_is_too_much(&study));
    assert_true(document_set_text(&wanted, text, 1000));
    set();
    assert_true(comparison_is_too_much(&study));
    const struct comparison *kept = comparison_with_influence(&study, &why);
    assert_true(kept && !kept->influence[COMPARED_RNN] && kept->first[COMPARED_RNN][0] == 1);
    assert_string_equal(why, "");
}

static void test_largest_weights(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 4, 8, 16, 64, 256};
    size_t count;
    const struct largest_weight *largest = comparison_largest_weights(&study, &count);
    assert_int_equal(count, 6); /* the textbook's d_k is 8 */
    for (size_t i = 0; i < count; i++) {
        double unscaled, scaled;
        assert_int_equal(
            attention_mean_largest_weight(sizes[i], 8, 2000, 1, NULL, &unscaled, &scaled, NULL),
            ATTENTION_OK);
        assert_int_equal(largest[i].d_k, sizes[i]);
        assert_true(largest[i].unscaled == unscaled && largest[i].scaled == scaled);
        assert_true(fabs(scaled - 0.35) < 0.05 && (i == 0 || unscaled > largest[i - 1].unscaled));
    }
    assert_ptr_equal(comparison_largest_weights(&study, &count), largest);
    assert_true(document_set_model(&wanted, "by-hand"));
    set();
    largest = comparison_largest_weights(&study, &count);
    bool is_in = false;
    for (size_t i = 0; i < count; i++)
        is_in |= largest[i].d_k == (size_t)study.model.weights.config.d_k;
    assert_true(is_in);
}

/* Next raises t until all have met; Back is its inverse; at the ends both stand still. */
static void test_the_walk(void **state) {
    (void)state;
    wanted.view = VIEW_COMPARE;
    wanted.step = STEP_SOFTMAX;
    wanted.beat = 2;
    wanted.compare_steps = 0;
    set();
    assert_false(steps_back_beat(&study, &wanted));
    for (int t = 0; t < 4; t++) {
        struct document before = {0};
        assert_true(document_copy(&before, &wanted));
        assert_true(steps_is_at_start(&study) == (t == 0) && !steps_is_at_end(&study));
        assert_true(steps_next_beat(&study, &wanted));
        assert_int_equal(wanted.compare_steps, t + 1);
        assert_int_equal(wanted.beat, 2);
        set();
        struct document back = {0};
        assert_true(document_copy(&back, &wanted) && steps_back_beat(&study, &back));
        assert_true(document_equal(&back, &before));
        document_free(&before);
        document_free(&back);
    }
    assert_true(steps_is_at_end(&study));
    assert_false(steps_next_beat(&study, &wanted));
    assert_true(steps_next_step(&study, &wanted));
    assert_true(wanted.step == STEP_SUM && wanted.compare_steps == 4);
    wanted.compare_steps = 900; /* no more than there is to see */
    set();
    assert_int_equal(study.document.compare_steps, 4);
    wanted.view = VIEW_MATRICES;
    set();
    assert_false(steps_is_at_end(&study));
}

static void test_cells(void **state) {
    (void)state;
    float value;
    struct document_cell cell = {CELL_RNN, 0, 2, 1};
    assert_false(cell_exists(&study, &cell)); /* of another view */
    wanted.view = VIEW_COMPARE;
    wanted.compare_steps = 2;
    wanted.query = 1;
    wanted.key = 3;
    set();
    struct document_cell own = selection_of(&study);
    assert_true(own.source == CELL_ATTENTION && own.row == 1 && own.column == 3);
    assert_true(cell_value(&study, &cell, &value) && value == 3);
    assert_false(selection_is_shown(&study, &cell));
    wanted.compare_steps = 3;
    wanted.cell = cell;
    set();
    assert_true(selection_is_shown(&study, &cell));
    own = selection_of(&study);
    assert_true(own.source == CELL_RNN && own.row == 2 && own.column == 1);
    cell.column = 3;
    assert_false(selection_is_shown(&study, &cell)); /* never */
    wanted.compare_shows = COMPARE_INFLUENCE;
    set();
    assert_true(selection_is_shown(&study, &cell));
    assert_true(cell_value(&study, &cell, &value) && value == 0);
    assert_false(cell_columns_are_keys(CELL_RNN) || !cell_columns_are_keys(CELL_ATTENTION));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_compared),
        TEST(test_reach_and_paths),
        TEST(test_long_detours),
        TEST(test_done_paths),
        TEST(test_masks_act),
        TEST(test_context),
        TEST(test_what_cannot_be_compared),
        TEST(test_what_is_kept),
        TEST(test_too_much),
        TEST(test_largest_weights),
        TEST(test_the_walk),
        TEST(test_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
