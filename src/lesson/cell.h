/* cell.h: the address of a number on the screen, and its value. The matrices of a step are the tensors of the trace, the
 * weights of the model, and the exponentials on the way to the softmax. */
#ifndef LESSON_CELL_H
#define LESSON_CELL_H
#include "study.h"

/* Sources after the trace's tensors: a document_cell's `source` is one of both. */
enum cell_source {
    CELL_W_Q = ATTENTION_TENSOR_COUNT, /* [d_k, d] of one head */
    CELL_W_K,                          /* [d_k, d] */
    CELL_W_V,                          /* [d_v, d] */
    CELL_W_O,                          /* [d, h·d_v] */
    CELL_W_GENERAL,                    /* general F: W of one head [d_k, d_k] */
    CELL_W_ADDITIVE_Q,                 /* additive F: W_q of one head [d_a, d_k] */
    CELL_W_ADDITIVE_K,                 /* W_k [d_a, d_k] */
    CELL_W_ADDITIVE,                   /* w [1, d_a] */
    CELL_EXPONENTIALS,                 /* [n, m]: e^(z − max of the row, or with FAULT_SOFTMAX_OVER_QUERIES of the column); with τ = 0 what that tends to: 1 for the largest, else 0 */
    CELL_ROW_TOTAL,                    /* [n, 1]: Σ of a row of exponentials; absent with FAULT_SOFTMAX_OVER_QUERIES */
    CELL_TOKEN,                        /* [n, 1]: the tokens themselves */
    CELL_RNN,                          /* of view `compare` alone: what it shows of the RNN [n, n] (comparison_shown) */
    CELL_CNN,                          /* of the convolution [n, n] */
    CELL_ATTENTION,                    /* of the attention [n, m] */
    CELL_B_Q,                          /* biases, as one row: of one head [1, d_k] */
    CELL_B_K,                          /* [1, d_k] */
    CELL_B_V,                          /* [1, d_v] */
    CELL_B_O,                          /* [1, d] */
    CELL_NORM1_WEIGHT,                 /* γ of the first layer norm [1, d] */
    CELL_NORM1_BIAS,                   /* β [1, d] */
    CELL_NORM2_WEIGHT,                 /* of the second [1, d] */
    CELL_NORM2_BIAS,                   /* [1, d] */
    CELL_W_UP,                         /* of the feed-forward network [d_ff, d]: W₁ in formulas */
    CELL_B_UP,                         /* [1, d_ff] */
    CELL_W_DOWN,                       /* [d, d_ff] */
    CELL_B_DOWN,                       /* [1, d] */
    CELL_SOURCE_COUNT
};

/* ATTENTION_TENSOR_X stands for the input of the document's layer: x in the first, the output of the layer before in others.
 * A whole matrix of one head (or of all, where heads do not apply), of the document's layer. Shape 0 × 0: absent. */
struct cell_matrix {
    const float *values;  /* element (r, c) at values[r·columns + c]; NULL for CELL_TOKEN */
    size_t rows, columns;
};
/* CELL_EXPONENTIALS and CELL_ROW_TOTAL are computed into `scratch` (rows·columns floats; from cell_scratch_floats). */
struct cell_matrix cell_matrix_of(const struct study *study, int source, int head, float *scratch);
size_t cell_scratch_floats(const struct study *study, int source);
/* A weight of the model. Its matrix is absent where the pass goes without (a bias of 0 and a gain of 1 that are not in the model),
 * until an edit puts a number there. */
bool cell_is_weight(int source);
/* What the cell's matrix is called by the pass: a tensor or weight, its layer, and the number's flat index there; for what can
 * be edited and explained. False for cells that are no number of the pass (words, exponentials), and that do not exist. */
bool cell_address(const struct study *study, const struct document_cell *cell, int *tensor, int *layer, size_t *index);
/* The other way round: source −1 where the document's layer has no such cell (another layer; position.weight, whose rows are cells
 * of POSITION and CONTEXT_POSITION). */
struct document_cell cell_at_address(const struct study *study, int tensor, int layer, size_t index);
/* The number in one cell as it stands on the screen: the trace's, but in `scale` a masked score is still its quotient
 * until the beat of the mask. False when there is none. */
bool cell_value(const struct study *study, const struct document_cell *cell, float *value);
/* Whether the cell exists in this study. */
bool cell_exists(const struct study *study, const struct document_cell *cell);

bool cell_source_is_per_head(int source);
bool cell_rows_are_tokens(int source);   /* row i belongs to a token: of which text says cell_row_tokens */
/* Which text a row's token is of: keys and values have their own where there is a context (study_key_token …). */
enum cell_tokens { CELL_TOKENS_NONE, CELL_TOKENS_QUERIES, CELL_TOKENS_KEYS, CELL_TOKENS_VALUES };
enum cell_tokens cell_row_tokens(int source);
/* The tensors that a tensor is computed from (weights aside), as sources of the document's layer, in the order of its arithmetic:
 * how many, at most 2. For inputs (X of a later layer, too) and for tensors that this pass does not have, 0. */
int cell_inputs(const struct study *study, int source, int inputs[2]);
/* The weights that a tensor is computed with, that this pass has, as sources: how many, at most 2 (the matrix, then the bias; gain
 * and shift of a norm). The gain of N₁ acts there also where N₁ stands before the attention. */
int cell_weights(const struct study *study, int source, int weights[2]);
int cell_weight_result(int weight); /* the other way round: the tensor that a weight (cell_is_weight) makes */
bool cell_columns_are_keys(int source);  /* column j belongs to key token j */
enum cell_tokens cell_column_tokens(int source); /* whose tokens the columns are */
bool cell_is_compared(int source);       /* one of view `compare` */
bool cell_is_of_mask(int source);        /* its cells are the mask's: scores before and after it, exponentials, weights */
/* The letter on the stage and in formulas: "Q", "S", "A", "W_Q" … ; and the colour role it has everywhere. */
const char *cell_symbol(int source);
enum cell_role { CELL_ROLE_PLAIN, CELL_ROLE_QUERY, CELL_ROLE_KEY, CELL_ROLE_VALUE, CELL_ROLE_OUTPUT, CELL_ROLE_SCORE, CELL_ROLE_WEIGHT };
enum cell_role cell_role_of(int source);

/* One number for a grid of the screen and back. A grid may stand transposed (Kᵀ, W_Qᵀ): its rows are the matrix's columns. */
int32_t cell_grid_id(int source, int head);
int32_t cell_grid_id_transposed(int source, int head);
void cell_from_grid_id(int32_t id, struct document_cell *cell); /* fills source and head */
/* The cell at (row, column) of the grid as it stands, and back. */
struct document_cell cell_from_grid(int32_t id, int grid_row, int grid_column);
bool cell_in_grid(int32_t id, const struct document_cell *cell, int *grid_row, int *grid_column); /* false: another matrix */
#endif
