#include "textbook.h"

#include "files/memory.h"
#include "words.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    D = TEXTBOOK_D,
    HEADS = TEXTBOOK_HEADS,
    D_K = TEXTBOOK_HEAD_COLUMNS,
    D_V = TEXTBOOK_HEAD_COLUMNS,
    D_FF = TEXTBOOK_D_FF,
    PAIRS = D_K / 2,       /* (sine, cosine) pairs that tell the place */
    WORD_FIRST_COLUMN = 8, /* the word stands in this column and those behind it */
    HEAD_NAME_BYTES = 16
};
_Static_assert(WORD_FIRST_COLUMN + WORD_DIMENSIONS == D, "place and word fill the vector");

/* How loudly a head listens to each pair. The fast pair tells neighbours apart but comes round
 * every 6.3 places; the slow ones tell the rounds apart. Divided by √8 these are the heights of
 * the peak; a quieter fast pair lets the neighbours in. */
static const float one_place_gains[PAIRS] = {16, 8, 8, 8};
static const float near_gains[PAIRS] = {4, 8, 8, 8};

static const float share_of_a_head = 0.25f;   /* of each head's output, added to the word */
static const float stand_out_threshold = 1;   /* standard deviations, after the first norm */
static const float stand_out_strength = 0.5f; /* of what lies beyond, added by the network */

static const char head_names[HEADS][HEAD_NAME_BYTES] = {
    "head.same", "head.previous", "head.next", "head.first", "head.near", "head.itself"};

/* Everything the model points to, in one block. Matrices are out × in. */
struct textbook_block {
    char id[16], name[16];
    char names[HEADS][HEAD_NAME_BYTES];
    char *name_list[HEADS];
    struct attention_layer_weights layer;
    float q_weight[HEADS][D_K][D], q_bias[HEADS][D_K];
    float k_weight[HEADS][D_K][D], k_bias[HEADS][D_K];
    float v_weight[HEADS][D_V][D], v_bias[HEADS][D_V];
    float o_weight[D][HEADS * D_V];
    float norm1_weight[D], norm1_bias[D], norm2_weight[D], norm2_bias[D];
    float up_weight[D_FF][D], up_bias[D_FF];
    float down_weight[D][D_FF];
};

/* Rows that copy the word's columns. The slow cosines there stay near 1; the bias takes the 1 out.
 */
static void copy_word(float weight[D_K][D], float bias[D_K]) {
    for (int c = 0; c < D_K; c++) {
        weight[c][WORD_FIRST_COLUMN + c] = 1;
        bias[c] = c % 2 == 1 ? -1.0f : 0.0f;
    }
}

static void copy_place(float weight[D_K][D]) {
    for (int c = 0; c < D_K; c++)
        weight[c][c] = 1;
}

/* Rows that turn each pair from (sin a, cos a) to gain · (sin(a + shift·θ), cos(a + shift·θ)), the
 * place one word on (shift 1) or back (−1), where θ is what the pair turns by from one place to the
 * next. */
static void turn_place(float weight[D_K][D], const float gains[PAIRS], float shift) {
    float sinusoids[2][D];
    attention_sinusoids(2, D, 10000, &sinusoids[0][0]);
    for (int pair = 0; pair < PAIRS; pair++) {
        int s = 2 * pair, c = 2 * pair + 1;
        float sine = shift * sinusoids[1][s], cosine = sinusoids[1][c];
        weight[s][s] = weight[c][c] = gains[pair] * cosine;
        weight[s][c] = gains[pair] * sine;
        weight[c][s] = -gains[pair] * sine;
    }
}

static void keep_place(float weight[D_K][D], const float gains[PAIRS]) {
    for (int c = 0; c < D_K; c++)
        weight[c][c] = gains[c / 2];
}

/* The query of place 0, whoever asks: gain · (sin 0, cos 0). */
static void ask_for_first_place(float bias[D_K], const float gains[PAIRS]) {
    for (int pair = 0; pair < PAIRS; pair++)
        bias[2 * pair + 1] = gains[pair];
}

static void fill_heads(struct textbook_block *block) {
    for (int head = 0; head < HEADS; head++) {
        copy_word(block->v_weight[head], block->v_bias[head]);
        if (head != TEXTBOOK_SAME) copy_place(block->k_weight[head]);
        for (int c = 0; c < D_V; c++)
            block->o_weight[WORD_FIRST_COLUMN + c][head * D_V + c] = share_of_a_head;
    }
    copy_word(block->q_weight[TEXTBOOK_SAME], block->q_bias[TEXTBOOK_SAME]);
    copy_word(block->k_weight[TEXTBOOK_SAME], block->k_bias[TEXTBOOK_SAME]);
    turn_place(block->q_weight[TEXTBOOK_PREVIOUS], one_place_gains, -1);
    turn_place(block->q_weight[TEXTBOOK_NEXT], one_place_gains, 1);
    ask_for_first_place(block->q_bias[TEXTBOOK_FIRST], one_place_gains);
    keep_place(block->q_weight[TEXTBOOK_NEAR], near_gains);
    keep_place(block->q_weight[TEXTBOOK_ITSELF], one_place_gains);
}

/* The network: hidden unit c is how far column c lies above the threshold, unit d + c how far it
 * lies below its negative; half of both is added, so that what stands out stands out more. */
static void fill_rest(struct textbook_block *block) {
    for (int c = 0; c < D; c++) {
        block->norm1_weight[c] = block->norm2_weight[c] = 1;
        block->up_weight[c][c] = 1;
        block->up_weight[D + c][c] = -1;
        block->up_bias[c] = block->up_bias[D + c] = -stand_out_threshold;
        block->down_weight[c][c] = stand_out_strength;
        block->down_weight[c][D + c] = -stand_out_strength;
    }
}

static void point_layer(struct textbook_block *block) {
    block->layer = (struct attention_layer_weights){
        .q_weight = &block->q_weight[0][0][0],
        .q_bias = &block->q_bias[0][0],
        .k_weight = &block->k_weight[0][0][0],
        .k_bias = &block->k_bias[0][0],
        .v_weight = &block->v_weight[0][0][0],
        .v_bias = &block->v_bias[0][0],
        .o_weight = &block->o_weight[0][0],
        .norm1_weight = block->norm1_weight,
        .norm1_bias = block->norm1_bias,
        .norm2_weight = block->norm2_weight,
        .norm2_bias = block->norm2_bias,
        .up_weight = &block->up_weight[0][0],
        .up_bias = block->up_bias,
        .down_weight = &block->down_weight[0][0],
    };
}

bool textbook_load(struct model *out, struct file_error *error) {
    struct textbook_block *block = file_allocate(1, sizeof *block);
    if (!block)
        return file_error_set(error, "textbook: out of memory; close other programs and try again");
    strcpy(block->id, "textbook");
    strcpy(block->name, "Textbook");
    memcpy(block->names, head_names, sizeof head_names);
    for (int head = 0; head < HEADS; head++)
        block->name_list[head] = block->names[head];
    fill_heads(block);
    fill_rest(block);
    point_layer(block);
    *out = (struct model){
        .id = block->id,
        .name = block->name,
        .weights = {.config = {.d_model = D,
                               .layers = 1,
                               .heads = HEADS,
                               .d_k = D_K,
                               .d_v = D_V,
                               .d_ff = D_FF,
                               .position = ATTENTION_POSITION_SINUSOIDAL,
                               .position_base = 10000,
                               .norm = ATTENTION_NORM_POST,
                               .activation = ATTENTION_ACTIVATION_RELU},
                    .layers = &block->layer},
        .tokenizer = TOKENIZER_WORDS,
        .head_names = block->name_list,
        .is_builtin = true,
        .memory = block,
    };
    return true;
}

void textbook_embed(const char *word, size_t bytes, float row[TEXTBOOK_D]) {
    memset(row, 0, WORD_FIRST_COLUMN * sizeof row[0]);
    word_vector(word, bytes, row + WORD_FIRST_COLUMN);
}

/* Names every token whose word equals the row's; applies when there are at least two. */
static bool name_same_words(const char *text, const struct token_list *tokens, size_t row,
                            bool *keys) {
    const struct token *query = &tokens->tokens[row];
    size_t count = 0;
    for (size_t m = 0; m < tokens->count; m++) {
        const struct token *key = &tokens->tokens[m];
        keys[m] = word_is_same(text + query->start, query->bytes, text + key->start, key->bytes);
        count += keys[m];
    }
    return count > 1;
}

bool model_textbook_pattern(int head, const char *text, const struct token_list *tokens, size_t row,
                            bool *keys) {
    assert(row < tokens->count);
    for (size_t m = 0; m < tokens->count; m++)
        keys[m] = false;
    switch (head) {
    case TEXTBOOK_SAME:
        return name_same_words(text, tokens, row, keys);
    case TEXTBOOK_PREVIOUS:
        if (row == 0) return false;
        return keys[row - 1] = true;
    case TEXTBOOK_NEXT:
        if (row + 1 == tokens->count) return false;
        return keys[row + 1] = true;
    case TEXTBOOK_FIRST:
        return keys[0] = true;
    case TEXTBOOK_NEAR:
        for (size_t m = row > 0 ? row - 1 : 0; m <= row + 1 && m < tokens->count; m++)
            keys[m] = true;
        return true;
    case TEXTBOOK_ITSELF:
        return keys[row] = true;
    default:
        return false;
    }
}
