/* Every textbook head does what its name says, on every sentence, out of the ordinary pass. */
#include "models/model.h"
#include "models/textbook.h"
#include "models/words.h"
#include "support_sentences.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above it
#include <cmocka.h>

static const double named_share = 0.6; /* the weight that the named keys hold … */
static const double named_rows = 0.95; /* … in this share of the rows */
enum { SENTENCES_MIN = 24, TOKENS_MAX = 64 };

struct tally {
    size_t rows, good_rows;
    double least_share;
};

/* One text read and passed through the model. */
struct reading {
    struct token_list tokens;
    struct attention_trace *trace;
};

static struct reading read_text(const struct model *model, const char *text) {
    struct reading reading = {0};
    struct file_error error = {""};
    struct attention_error pass_error = {""};
    float *rows = NULL;
    if (!model_read_text(model, text, strlen(text), &reading.tokens, &rows, &error))
        fail_msg("%s", error.text);
    reading.trace = attention_trace_new(NULL);
    assert_non_null(reading.trace);
    struct attention_options options = {0};
    const struct attention_input input = {.embedding = rows, .n = reading.tokens.count};
    if (attention_pass(reading.trace, &model->weights, &options, &input, &pass_error) !=
        ATTENTION_OK)
        fail_msg("%s", pass_error.text);
    free(rows);
    return reading;
}

static void reading_free(struct reading *reading) {
    attention_trace_free(reading->trace);
    tokens_free(&reading->tokens);
}

static const float *weights_row(const struct reading *reading, int head, size_t row) {
    struct attention_tensor weights =
        attention_trace_tensor(reading->trace, ATTENTION_TENSOR_WEIGHTS, 0);
    size_t n = reading->tokens.count;
    return weights.data + ((size_t)head * n + row) * n;
}

static void tally_row(const struct reading *reading, const char *text, int head, size_t row,
                      struct tally *tally) {
    bool keys[TEXT_MAX_TOKENS];
    if (!model_textbook_pattern(head, text, &reading->tokens, row, keys)) return;
    const float *weights = weights_row(reading, head, row);
    double share = 0;
    for (size_t m = 0; m < reading->tokens.count; m++)
        share += keys[m] ? (double)weights[m] : 0;
    tally->rows++;
    tally->good_rows += share >= named_share;
    if (share < tally->least_share) tally->least_share = share;
}

static void test_heads_do_what_their_names_say(void **state) {
    const struct model *model = *state;
    struct tally tallies[TEXTBOOK_HEADS];
    for (int head = 0; head < TEXTBOOK_HEADS; head++)
        tallies[head] = (struct tally){.least_share = 1};
    size_t sentences = 0, longest = 0;
    for (; support_sentences[sentences]; sentences++) {
        const char *text = support_sentences[sentences];
        struct reading reading = read_text(model, text);
        assert_true(reading.tokens.count >= 1 && reading.tokens.count <= TOKENS_MAX);
        if (reading.tokens.count > longest) longest = reading.tokens.count;
        for (int head = 0; head < TEXTBOOK_HEADS; head++)
            for (size_t row = 0; row < reading.tokens.count; row++)
                tally_row(&reading, text, head, row, &tallies[head]);
        reading_free(&reading);
    }
    assert_true(sentences >= SENTENCES_MIN);
    assert_true(longest >= 60);
    for (int head = 0; head < TEXTBOOK_HEADS; head++) {
        const struct tally *tally = &tallies[head];
        double share = (double)tally->good_rows / (double)tally->rows;
        print_message("%-14s %4zu of %4zu rows (%.1f %%), least weight %.2f\n",
                      model_head_name(model, 0, head), tally->good_rows, tally->rows, 100 * share,
                      tally->least_share);
        assert_true(tally->rows > 100);
        assert_true(share >= named_rows);
    }
}

/* A pattern is named for the rows it applies to, and for no others. */
static void test_patterns_name_their_keys(void **state) {
    static const char text[] = "The cat saw the Cat";
    /* rows × keys as bits (bit m: key m), −1 where the pattern does not apply */
    static const int expected[TEXTBOOK_HEADS][5] = {
        {0x09, 0x12, -1, 0x09, 0x12},   /* same */
        {-1, 0x01, 0x02, 0x04, 0x08},   /* previous */
        {0x02, 0x04, 0x08, 0x10, -1},   /* next */
        {0x01, 0x01, 0x01, 0x01, 0x01}, /* first */
        {0x03, 0x07, 0x0e, 0x1c, 0x18}, /* near */
        {0x01, 0x02, 0x04, 0x08, 0x10}, /* itself */
    };
    (void)state;
    struct token_list tokens;
    struct file_error error;
    assert_true(tokens_split(TOKENIZER_WORDS, text, strlen(text), &tokens, &error));
    assert_int_equal(tokens.count, 5);
    for (int head = 0; head < TEXTBOOK_HEADS; head++)
        for (size_t row = 0; row < 5; row++) {
            bool keys[5];
            int named = 0;
            bool applies = model_textbook_pattern(head, text, &tokens, row, keys);
            for (size_t m = 0; m < 5; m++)
                named |= keys[m] ? 1 << m : 0;
            assert_int_equal(applies ? named : -1, expected[head][row]);
        }
    tokens_free(&tokens);
}

/* Weight of key `key` for query `row` in head "same". */
static double same_weight(const struct model *model, const char *text, size_t row, size_t key) {
    struct reading reading = read_text(model, text);
    double weight = (double)weights_row(&reading, TEXTBOOK_SAME, row)[key];
    reading_free(&reading);
    return weight;
}

static void test_similar_spelling_gets_weight_to_see(void **state) {
    const struct model *model = *state;
    /* cat → cats, and tired → tire, against the rest of the sentence */
    double cats = same_weight(model, "my cat likes other cats", 1, 4);
    double other = same_weight(model, "my cat likes other cats", 1, 3);
    assert_true(cats > 0.05 && cats < 0.5 && other < cats / 4);
    double tire = same_weight(model, "the tired man changed a tire", 1, 5);
    double changed = same_weight(model, "the tired man changed a tire", 1, 3);
    assert_true(tire > 0.05 && tire < 0.5 && changed < tire / 4);
}

/* The values are words alone: head "first" gives every row nearly the first word's vector. */
static void test_outputs_are_words(void **state) {
    const struct model *model = *state;
    struct reading reading = read_text(model, "The cat sat on the mat because it was tired.");
    struct attention_tensor output =
        attention_trace_tensor(reading.trace, ATTENTION_TENSOR_HEAD_OUTPUT, 0);
    float the[TEXTBOOK_D];
    textbook_embed("the", 3, the);
    size_t n = reading.tokens.count;
    for (size_t row = 0; row < n; row++) {
        const float *first = output.data + (TEXTBOOK_FIRST * n + row) * TEXTBOOK_HEAD_COLUMNS;
        for (size_t c = 0; c < TEXTBOOK_HEAD_COLUMNS; c++)
            assert_true(fabsf(first[c] - the[8 + c]) < 0.6f);
    }
    reading_free(&reading);
}

static int setup(void **state) {
    static struct model model;
    struct file_error error;
    *state = &model;
    return model_load("textbook", &model, &error) ? 0 : -1;
}

static int teardown(void **state) {
    model_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads_do_what_their_names_say),
        cmocka_unit_test(test_patterns_name_their_keys),
        cmocka_unit_test(test_similar_spelling_gets_weight_to_see),
        cmocka_unit_test(test_outputs_are_words),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
