/* One door to every model: loading, reading a text, vocabularies, word vectors, the same bits
 * everywhere. */
#include "files/memory.h"
#include "models/by_hand.h"
#include "models/model.h"
#include "models/textbook.h"
#include "models/words.h"
#include "support_sentences.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above it
#include <cmocka.h>

static void test_builtin_models_load(void **state) {
    (void)state;
    static const char *const names[] = {"Textbook", "By hand"};
    size_t count = 0;
    for (; model_builtin_ids[count]; count++) {
        struct model model;
        struct file_error error;
        assert_true(model_load(model_builtin_ids[count], &model, &error));
        assert_string_equal(model.id, model_builtin_ids[count]);
        assert_string_equal(model.name, names[count]);
        assert_true(model.is_builtin);
        assert_int_equal(model.vocab_count, 0);
        struct attention_error attention;
        assert_int_equal(attention_config_check(&model.weights.config, &attention), ATTENTION_OK);
        model_free(&model);
        assert_null(model.id);
        model_free(&model);
    }
    assert_int_equal(count, 2);
    model_free(NULL);
}

static void test_head_names(void **state) {
    (void)state;
    struct model model;
    assert_true(model_load("textbook", &model, NULL));
    assert_string_equal(model_head_name(&model, 0, 0), "head.same");
    assert_string_equal(model_head_name(&model, 0, 5), "head.itself");
    assert_null(model_head_name(&model, 0, 6));
    assert_null(model_head_name(&model, 0, -1));
    assert_null(model_head_name(&model, 1, 0));
    model.head_names = NULL;
    assert_null(model_head_name(&model, 0, 0));
    model_free(&model);
}

static void test_an_unknown_model_is_one_sentence(void **state) {
    (void)state;
    struct model model;
    struct file_error error = {""};
    assert_false(model_load("no such model", &model, &error));
    assert_non_null(strstr(error.text, "no such model"));
    assert_null(model.id);
    model_free(&model);
}

static void test_empty_text(void **state) {
    (void)state;
    struct model model;
    struct token_list tokens;
    float *rows;
    assert_true(model_load("textbook", &model, NULL));
    assert_true(model_read_text(&model, " \n", 2, &tokens, &rows, NULL));
    assert_int_equal(tokens.count, 0);
    assert_null(rows);
    tokens_free(&tokens);
    model_free(&model);
}

/* A model with a vocabulary, as a folder gives it. */
static char *known_words[] = {"[UNK]", "the", "cat", "The", "the"};
static const float known_rows[5][2] = {{9, 9}, {1, 2}, {3, 4}, {5, 6}, {7, 8}};
static struct model vocabulary_model(size_t first) {
    static char name[] = "Two numbers";
    struct model model = {.name = name, .vocab = known_words + first, .vocab_count = 5 - first};
    model.weights.config.d_model = 2;
    model.embedding_table = known_rows[first];
    return model;
}

static void test_words_are_looked_up(void **state) {
    (void)state;
    static const int ids[] = {3, 2, 0, 1, 0, 2};
    struct model model = vocabulary_model(0);
    struct token_list tokens;
    float *rows;
    assert_true(model_read_text(&model, "The cat, the dog cat", 20, &tokens, &rows, NULL));
    assert_int_equal(tokens.count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(tokens.tokens[i].id, ids[i]);
        assert_int_equal(tokens.tokens[i].is_unknown, ids[i] == 0);
        assert_memory_equal(rows + 2 * i, known_rows[ids[i]], sizeof known_rows[0]);
    }
    free(rows);
    tokens_free(&tokens);
}

static void check_refused(const char *text, const char *part) {
    struct model model = vocabulary_model(1);
    struct token_list tokens;
    float *rows;
    struct file_error error = {""};
    assert_false(model_read_text(&model, text, strlen(text), &tokens, &rows, &error));
    assert_non_null(strstr(error.text, part));
    assert_non_null(strstr(error.text, "[UNK]"));
    assert_null(rows);
    assert_int_equal(tokens.count, 0);
    tokens_free(&tokens);
}

static void test_a_word_without_unk_is_an_error_that_names_it(void **state) {
    (void)state;
    check_refused("the cat dog", "\"dog\"");
    check_refused("the 猫", "\"猫\"");
    /* long words are cut, never inside a character */
    char word[400] = "a"; /* so that byte 60 lies inside a character */
    for (size_t i = 0; i < 130; i++)
        strcat(word, "é");
    check_refused(word, "éé…\"");
    struct model model = vocabulary_model(1);
    model.tokenizer = TOKENIZER_CHARACTERS;
    struct token_list tokens;
    float *rows;
    struct file_error error = {""};
    assert_false(model_read_text(&model, "\n", 1, &tokens, &rows, &error));
    assert_non_null(strstr(error.text, "U+000A"));
    /* a folder's name may be so long that nothing else would fit */
    char name[600];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    model.name = name;
    assert_false(model_read_text(&model, "z", 1, &tokens, &rows, &error));
    assert_non_null(strstr(error.text, "add it or [UNK] to vocab in config.json"));
}

static void test_a_thousand_tokens(void **state) {
    (void)state;
    static char text[4 * TEXT_MAX_TOKENS + 1];
    for (size_t i = 0; i < TEXT_MAX_TOKENS; i++) /* every token different: the table fills up */
        for (size_t c = 0; c < 4; c++)
            text[4 * i + c] = c == 3 ? ' ' : (char)('a' + (i >> (4 * c)) % 16);
    struct model model = vocabulary_model(0);
    struct token_list tokens;
    float *rows;
    assert_true(model_read_text(&model, text, sizeof text - 1, &tokens, &rows, NULL));
    assert_int_equal(tokens.count, TEXT_MAX_TOKENS);
    for (size_t i = 0; i < tokens.count; i++)
        assert_true(tokens.tokens[i].is_unknown && rows[2 * i] == 9);
    free(rows);
    tokens_free(&tokens);
}

static double likeness(const char *a, const char *b) {
    float left[WORD_DIMENSIONS], right[WORD_DIMENSIONS];
    word_vector(a, strlen(a), left);
    word_vector(b, strlen(b), right);
    return (double)attention_dot(left, right, WORD_DIMENSIONS);
}

static void test_similar_words_have_larger_dot_products(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"cat", "cats"},       {"tired", "tire"},         {"house", "houses"},
        {"sell", "sells"},     {"chased", "chase"},       {"animal", "animals"},
        {"head", "heads"},     {"query", "queries"},      {"book", "books"},
        {"garden", "gardens"}, {"walk", "walked"},        {"write", "writer"},
        {"weight", "weights"}, {"question", "questions"}, {"teach", "teacher"},
        {"word", "words"}};
    enum { PAIRS = sizeof pairs / sizeof pairs[0] };
    size_t larger = 0, comparisons = 0;
    for (size_t i = 0; i < PAIRS; i++) {
        double similar = likeness(pairs[i][0], pairs[i][1]), mean = 0;
        for (size_t j = 0; j < PAIRS; j++) {
            if (j == i) continue;
            double unrelated = likeness(pairs[i][0], pairs[j][0]);
            mean += unrelated / (PAIRS - 1);
            larger += similar > unrelated;
            comparisons++;
        }
        assert_true(similar > 12.5 && similar > mean + 10);
    }
    assert_true(20 * larger >= 19 * comparisons); /* eight numbers leave room for chance */
}

static void check_vector(const char *word) {
    float row[WORD_DIMENSIONS];
    word_vector(word, strlen(word), row);
    float square = 0;
    for (size_t k = 0; k < WORD_DIMENSIONS; k++) {
        assert_true(floorf(4 * row[k]) == 4 * row[k]);
        square += row[k] * row[k];
    }
    assert_true(fabsf(sqrtf(square) - 5) < 0.36f); /* √8 roundings of at most an eighth */
}

static void test_word_vectors_are_quarters_of_length_five(void **state) {
    (void)state;
    char word[501];
    memset(word, 'a', 500);
    word[500] = 0;
    check_vector(word);
    check_vector("cat");
    check_vector("猫");
    check_vector("👩‍🚀");
    check_vector("،");
    check_vector("");
}

static void test_case_is_folded(void **state) {
    (void)state;
    static const char *const same[][2] = {
        {"The", "the"}, {"ÉTÉ", "été"}, {"Straße", "STRASSE"}, {"ΣΑΣ", "σας"}};
    for (size_t i = 0; i < 4; i++) {
        const char *a = same[i][0], *b = same[i][1];
        float left[WORD_DIMENSIONS], right[WORD_DIMENSIONS];
        word_vector(a, strlen(a), left);
        word_vector(b, strlen(b), right);
        assert_memory_equal(left, right, sizeof left);
        assert_true(word_is_same(a, strlen(a), b, strlen(b)));
    }
    assert_false(word_is_same("cat", 3, "cats", 4));
    assert_false(word_is_same("cat", 3, "car", 3));
    assert_false(word_is_same("", 0, "c", 1));
}

/* Every Han character of the basic block has a vector of its own (neighbours and 5,000 others). */
static void test_han_characters_differ(void **state) {
    (void)state;
    enum { COUNT = 5000, FIRST = 0x4e00 };
    static float rows[COUNT][WORD_DIMENSIONS];
    size_t equal = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t code = FIRST + i;
        char word[3] = {(char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3f)),
                        (char)(0x80 | (code & 0x3f))};
        word_vector(word, sizeof word, rows[i]);
        for (uint32_t j = i > 200 ? i - 200 : 0; j < i; j++)
            equal += memcmp(rows[i], rows[j], sizeof rows[i]) == 0;
    }
    assert_int_equal(equal, 0);
}

/* FNV-1a over the bits of numbers, whatever the order of bytes. */
static uint32_t hash_numbers(uint32_t hash, const float *numbers, size_t count) {
    for (size_t i = 0; numbers && i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        for (int shift = 0; shift < 32; shift += 8)
            hash = (hash ^ (bits >> shift & 0xff)) * 16777619u;
    }
    return hash;
}

static uint32_t hash_weights(const struct model *model) {
    const struct attention_config *config = &model->weights.config;
    const struct attention_layer_weights *layer = model->weights.layers;
    size_t d = (size_t)config->d_model, f = (size_t)config->d_ff;
    size_t k = (size_t)(config->heads * config->d_k), v = (size_t)(config->heads * config->d_v);
    const struct {
        const float *numbers;
        size_t count;
    } parts[] = {
        {layer->q_weight, k * d},
        {layer->q_bias, k},
        {layer->k_weight, k * d},
        {layer->k_bias, k},
        {layer->v_weight, v * d},
        {layer->v_bias, v},
        {layer->o_weight, d * v},
        {layer->o_bias, d},
        {layer->norm1_weight, d},
        {layer->norm1_bias, d},
        {layer->norm2_weight, d},
        {layer->norm2_bias, d},
        {layer->up_weight, f * d},
        {layer->up_bias, f},
        {layer->down_weight, d * f},
        {layer->down_bias, d},
        {model->weights.position_weight, (size_t)config->position_rows * d},
    };
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        hash = hash_numbers(hash, parts[i].numbers, parts[i].count);
    return hash;
}

static uint32_t hash_embeddings(const struct model *model) {
    uint32_t hash = 2166136261u;
    for (size_t s = 0; support_sentences[s]; s++) {
        struct token_list tokens;
        float *rows;
        const char *text = support_sentences[s];
        assert_true(model_read_text(model, text, strlen(text), &tokens, &rows, NULL));
        hash = hash_numbers(hash, rows, tokens.count * (size_t)model->weights.config.d_model);
        free(rows);
        tokens_free(&tokens);
    }
    return hash;
}

/* The same with gcc and clang, with and without optimisation, on every machine. */
static void test_bits_are_the_same_everywhere(void **state) {
    (void)state;
    static const struct {
        const char *id;
        uint32_t weights, embeddings;
    } golden[] = {{"textbook", 0x9f5a55a5, 0xe96f64ab}, {"by-hand", 0xd13caa45, 0xb25bf368}};
    for (size_t i = 0; i < 2; i++) {
        struct model model;
        assert_true(model_load(golden[i].id, &model, NULL));
        uint32_t weights = hash_weights(&model), embeddings = hash_embeddings(&model);
        model_free(&model);
        print_message("%s: weights 0x%08x, embeddings 0x%08x\n", golden[i].id, weights, embeddings);
        assert_int_equal(weights, golden[i].weights);
        assert_int_equal(embeddings, golden[i].embeddings);
    }
}

static size_t allocations_left;
static bool allow_some(size_t bytes) {
    (void)bytes;
    return allocations_left > 0 && allocations_left-- > 0;
}

/* Lets the nth allocation fail, for every n, until all goes well. */
static void check_without_memory(const struct model *vocabulary, const char *id) {
    bool is_done = false;
    for (size_t n = 0; !is_done; n++) {
        assert_true(n < 100);
        struct model model = {0};
        struct token_list tokens = {0};
        float *rows = NULL;
        struct file_error error = {""};
        allocations_left = n;
        file_allocation_hook = allow_some;
        const struct model *reader = vocabulary;
        bool is_loaded = vocabulary || model_load(id, &model, &error);
        if (!vocabulary) reader = &model;
        is_done = is_loaded && model_read_text(reader, "the cat", 7, &tokens, &rows, &error);
        file_allocation_hook = NULL;
        if (!is_done) {
            assert_true(error.text[0] != 0);
            assert_null(rows);
            assert_int_equal(tokens.count, 0);
        }
        free(rows);
        tokens_free(&tokens);
        if (!vocabulary) model_free(&model);
    }
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    check_without_memory(NULL, "textbook");
    check_without_memory(NULL, "by-hand");
    struct model vocabulary = vocabulary_model(0);
    check_without_memory(&vocabulary, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin_models_load),
        cmocka_unit_test(test_head_names),
        cmocka_unit_test(test_an_unknown_model_is_one_sentence),
        cmocka_unit_test(test_empty_text),
        cmocka_unit_test(test_words_are_looked_up),
        cmocka_unit_test(test_a_word_without_unk_is_an_error_that_names_it),
        cmocka_unit_test(test_a_thousand_tokens),
        cmocka_unit_test(test_similar_words_have_larger_dot_products),
        cmocka_unit_test(test_word_vectors_are_quarters_of_length_five),
        cmocka_unit_test(test_case_is_folded),
        cmocka_unit_test(test_han_characters_differ),
        cmocka_unit_test(test_bits_are_the_same_everywhere),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
