#include "by_hand.h"

#include "files/memory.h"
#include "words.h"
#include <string.h>

enum { D = BY_HAND_D, HEADS = BY_HAND_HEADS, D_K = BY_HAND_D_K, D_V = BY_HAND_D_V, ROUND = 4 };

/* Columns 0 and 1 of a token vector are the word, 2 and 3 the place. */

/* sin and cos of 0°, 90°, 180°, 270°: a quarter turn for each place. */
static const float places[ROUND][2] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}};

/* Head one compares the vectors as they are. Head two looks at places alone: the key is twice the
 * place, the query twice the place a quarter turn back. */
static const float q_weight[HEADS][D_K][D] = {
    {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}},
    {{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, -2}, {0, 0, 2, 0}}};
static const float k_weight[HEADS][D_K][D] = {
    {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}},
    {{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 2, 0}, {0, 0, 0, 2}}};
/* Both heads hand on the word. */
static const float v_weight[HEADS][D_V][D] = {{{1, 0, 0, 0}, {0, 1, 0, 0}},
                                              {{1, 0, 0, 0}, {0, 1, 0, 0}}};
/* Head one's output goes to the word's columns, head two's to the place's. */
static const float o_weight[D][HEADS * D_V] = {
    {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
/* Sum and difference of each half. Without ReLU the network would give back twice its input;
 * ReLU lets only the positive sums and differences through. */
static const float sum_difference[BY_HAND_D_FF][D] = {
    {1, 1, 0, 0}, {1, -1, 0, 0}, {0, 0, 1, 1}, {0, 0, 1, -1}};

struct by_hand_block {
    char id[16], name[16];
    char names[HEADS][16];
    char *name_list[HEADS];
    struct attention_layer_weights layer;
    float position[TEXT_MAX_TOKENS][D];
};

static void fill_block(struct by_hand_block *block) {
    strcpy(block->id, "by-hand");
    strcpy(block->name, "By hand");
    strcpy(block->names[0], "head.one");
    strcpy(block->names[1], "head.two");
    for (int head = 0; head < HEADS; head++)
        block->name_list[head] = block->names[head];
    for (int row = 0; row < TEXT_MAX_TOKENS; row++)
        memcpy(&block->position[row][2], places[row % ROUND], sizeof places[0]);
    block->layer = (struct attention_layer_weights){.q_weight = &q_weight[0][0][0],
                                                    .k_weight = &k_weight[0][0][0],
                                                    .v_weight = &v_weight[0][0][0],
                                                    .o_weight = &o_weight[0][0],
                                                    .up_weight = &sum_difference[0][0],
                                                    .down_weight = &sum_difference[0][0]};
}

bool by_hand_load(struct model *out, struct file_error *error) {
    struct by_hand_block *block = file_allocate(1, sizeof *block);
    if (!block)
        return file_error_set(error, "by-hand: out of memory; close other programs and try again");
    fill_block(block);
    *out = (struct model){
        .id = block->id,
        .name = block->name,
        .weights = {.config = {.d_model = D,
                               .layers = 1,
                               .heads = HEADS,
                               .d_k = D_K,
                               .d_v = D_V,
                               .d_ff = BY_HAND_D_FF,
                               .position = ATTENTION_POSITION_LEARNED,
                               .position_rows = TEXT_MAX_TOKENS,
                               .norm = ATTENTION_NORM_NONE,
                               .activation = ATTENTION_ACTIVATION_RELU},
                    .position_weight = &block->position[0][0],
                    .layers = &block->layer},
        .tokenizer = TOKENIZER_WORDS,
        .head_names = block->name_list,
        .is_builtin = true,
        .memory = block,
    };
    return true;
}

static uint64_t letter_value(uint32_t point) {
    if (point >= 'a' && point <= 'z') return point - 'a' + 1;
    if (point >= '0' && point <= '9') return point - '0';
    return point;
}

void by_hand_embed(const char *word, size_t bytes, float row[BY_HAND_D]) {
    struct word_reader reader = word_reader_start(word, bytes);
    uint64_t total = 0;
    for (uint32_t point; word_reader_next(&reader, &point);)
        total += letter_value(point);
    row[0] = (float)(total % 5) - 2;
    row[1] = (float)(total / 5 % 5) - 2;
    row[2] = row[3] = 0;
}
