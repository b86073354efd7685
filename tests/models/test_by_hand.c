/* by-hand: whole numbers everywhere, and one sentence worked on paper. */
#include "models/by_hand.h"
#include "models/model.h"
#include "support_sentences.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above it
#include <cmocka.h>

static void check_small_whole(const float *numbers, size_t count) {
    assert_non_null(numbers);
    for (size_t i = 0; i < count; i++)
        assert_true(numbers[i] >= -2 && numbers[i] <= 2 && floorf(numbers[i]) == numbers[i]);
}

static void test_weights_are_small_whole_numbers(void **state) {
    const struct model *model = *state;
    const struct attention_layer_weights *layer = model->weights.layers;
    check_small_whole(layer->q_weight, (size_t)BY_HAND_HEADS * BY_HAND_D_K * BY_HAND_D);
    check_small_whole(layer->k_weight, (size_t)BY_HAND_HEADS * BY_HAND_D_K * BY_HAND_D);
    check_small_whole(layer->v_weight, (size_t)BY_HAND_HEADS * BY_HAND_D_V * BY_HAND_D);
    check_small_whole(layer->o_weight, (size_t)BY_HAND_D * BY_HAND_HEADS * BY_HAND_D_V);
    check_small_whole(layer->up_weight, (size_t)BY_HAND_D_FF * BY_HAND_D);
    check_small_whole(layer->down_weight, (size_t)BY_HAND_D * BY_HAND_D_FF);
    assert_null(layer->q_bias);
    assert_null(layer->k_bias);
    assert_null(layer->v_bias);
    assert_null(layer->o_bias);
    assert_null(layer->up_bias);
    assert_null(layer->down_bias);
    assert_int_equal(model->weights.config.position_rows, TEXT_MAX_TOKENS);
    check_small_whole(model->weights.position_weight, (size_t)TEXT_MAX_TOKENS * BY_HAND_D);
}

static void test_positions_are_quarter_turns(void **state) {
    static const float turns[4][4] = {{0, 0, 0, 1}, {0, 0, 1, 0}, {0, 0, 0, -1}, {0, 0, -1, 0}};
    const struct model *model = *state;
    for (size_t row = 0; row < TEXT_MAX_TOKENS; row++)
        assert_memory_equal(model->weights.position_weight + row * BY_HAND_D, turns[row % 4],
                            sizeof turns[0]);
}

static void test_embeddings_are_small_whole_numbers(void **state) {
    const struct model *model = *state;
    for (size_t s = 0; support_sentences[s]; s++) {
        struct token_list tokens;
        float *rows;
        struct file_error error;
        const char *text = support_sentences[s];
        assert_true(model_read_text(model, text, strlen(text), &tokens, &rows, &error));
        check_small_whole(rows, tokens.count * BY_HAND_D);
        free(rows);
        tokens_free(&tokens);
    }
}

static void check_word(const char *word, float first, float second) {
    float row[BY_HAND_D];
    by_hand_embed(word, strlen(word), row);
    assert_true(row[0] == first && row[1] == second && row[2] == 0 && row[3] == 0);
}

static void test_words_follow_the_rule(void **state) {
    (void)state;
    check_word("the", 1, -1); /* 20 + 8 + 5 = 33: 33 mod 5 = 3; 33 div 5 = 6, 6 mod 5 = 1 */
    check_word("THE", 1, -1); /* case makes no difference */
    check_word("cat", 2, 2);  /* 24: 4; 4 */
    check_word("cats", 1, 1); /* 43: 3; 8 mod 5 = 3 */
    check_word("42", -1, -1); /* 4 + 2 = 6: 1; 1 */
    check_word(".", -1, 2);   /* U+002E is 46: 1; 9 mod 5 = 4 */
    check_word("猫", 1, -1);  /* U+732B is 29483: 3; 5896 mod 5 = 1 */
}

/* "The cat sat", worked on paper (docs/models.md has the same sums). */
static const float worked_x[3][4] = {{1, -1, 0, 1}, {2, 2, 1, 0}, {-2, 1, 0, -1}};
static const float worked_q_two[3][4] = {{0, 0, -2, 0}, {0, 0, 0, 2}, {0, 0, 2, 0}};
static const float worked_k_two[3][4] = {{0, 0, 0, 2}, {0, 0, 2, 0}, {0, 0, 0, -2}};
static const float worked_similarity[2][3][3] = {{{3, 0, -4}, {0, 9, -2}, {-4, -2, 6}},
                                                 {{0, -4, 0}, {4, 0, -4}, {0, 4, 0}}};
static const float worked_scores[2][3][3] = {{{1.5f, 0, -2}, {0, 4.5f, -1}, {-2, -1, 3}},
                                             {{0, -2, 0}, {2, 0, -2}, {0, 2, 0}}};
/* e^1.5 = 4.481689, e^4.5 = 90.017131, e^3 = 20.085537, e^2 = 7.389056, e^−1 = 0.367879,
 * e^−2 = 0.135335 */
static const float worked_weights[2][3][3] = {{{0.797876f, 0.178030f, 0.024094f},
                                               {0.010943f, 0.985032f, 0.004026f},
                                               {0.006573f, 0.017868f, 0.975559f}},
                                              {{0.468311f, 0.063379f, 0.468311f},
                                               {0.866813f, 0.117310f, 0.015876f},
                                               {0.106507f, 0.786986f, 0.106507f}}};
static const float worked_head_output[2][3][2] = {
    {{1.105749f, -0.417722f}, {1.972955f, 1.963146f}, {-1.908808f, 1.004721f}},
    {{-0.341553f, 0.126758f}, {1.069682f, -0.616316f}, {1.467465f, 1.573972f}}};
static const float worked_residual1[3][4] = {{2.105749f, -1.417722f, -0.341553f, 1.126758f},
                                             {3.972955f, 3.963146f, 2.069682f, -0.616316f},
                                             {-3.908808f, 2.004721f, 1.467465f, 0.573972f}};
static const float worked_hidden[3][4] = {{0.688027f, 3.523471f, 0.785205f, 0},
                                          {7.936101f, 0.009809f, 1.453365f, 2.685998f},
                                          {0, 0, 2.041437f, 0.893493f}};
static const float worked_output[3][4] = {{6.317247f, -4.253166f, 0.443653f, 1.911963f},
                                          {11.918865f, 11.889439f, 6.209045f, -1.848949f},
                                          {-3.908808f, 2.004721f, 4.402395f, 1.721916f}};

static void check_tensor(const struct attention_trace *trace, enum attention_tensor_id id,
                         size_t skip, const float *expected, size_t count, float tolerance) {
    struct attention_tensor tensor = attention_trace_tensor(trace, id, 0);
    assert_non_null(tensor.data);
    for (size_t i = 0; i < count; i++)
        assert_true(fabsf(tensor.data[skip + i] - expected[i]) <= tolerance);
}

static void test_a_sentence_worked_on_paper(void **state) {
    const struct model *model = *state;
    struct token_list tokens;
    float *rows;
    struct file_error error;
    assert_true(model_read_text(model, "The cat sat", 11, &tokens, &rows, &error));
    assert_int_equal(tokens.count, 3);
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_options options = {0};
    const struct attention_input input = {.embedding = rows, .n = 3};
    assert_int_equal(attention_pass(trace, &model->weights, &options, &input, NULL), ATTENTION_OK);
    assert_true(attention_trace_divisor(trace) == 2);
    const float exact = 0, rounded = 2e-5f;
    check_tensor(trace, ATTENTION_TENSOR_X, 0, worked_x[0], 12, exact);
    check_tensor(trace, ATTENTION_TENSOR_Q, 0, worked_x[0], 12, exact);
    check_tensor(trace, ATTENTION_TENSOR_K, 0, worked_x[0], 12, exact);
    check_tensor(trace, ATTENTION_TENSOR_Q, 12, worked_q_two[0], 12, exact);
    check_tensor(trace, ATTENTION_TENSOR_K, 12, worked_k_two[0], 12, exact);
    check_tensor(trace, ATTENTION_TENSOR_SIMILARITY, 0, worked_similarity[0][0], 18, exact);
    check_tensor(trace, ATTENTION_TENSOR_SCORES, 0, worked_scores[0][0], 18, exact);
    check_tensor(trace, ATTENTION_TENSOR_WEIGHTS, 0, worked_weights[0][0], 18, rounded);
    check_tensor(trace, ATTENTION_TENSOR_HEAD_OUTPUT, 0, worked_head_output[0][0], 12, rounded);
    check_tensor(trace, ATTENTION_TENSOR_RESIDUAL1, 0, worked_residual1[0], 12, rounded);
    check_tensor(trace, ATTENTION_TENSOR_FFN_HIDDEN, 0, worked_hidden[0], 12, rounded);
    check_tensor(trace, ATTENTION_TENSOR_OUTPUT, 0, worked_output[0], 12, rounded);
    assert_null(attention_trace_tensor(trace, ATTENTION_TENSOR_NORM1, 0).data);
    attention_trace_free(trace);
    free(rows);
    tokens_free(&tokens);
}

static int setup(void **state) {
    static struct model model;
    struct file_error error;
    *state = &model;
    return model_load("by-hand", &model, &error) ? 0 : -1;
}

static int teardown(void **state) {
    model_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_are_small_whole_numbers),
        cmocka_unit_test(test_positions_are_quarter_turns),
        cmocka_unit_test(test_embeddings_are_small_whole_numbers),
        cmocka_unit_test(test_words_follow_the_rule),
        cmocka_unit_test(test_a_sentence_worked_on_paper),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
