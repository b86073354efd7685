/* worksheet_matrices.c: what is given and what is worked out in each step. Every operand of a
 * result is among what is given, or a result itself, so that each can be worked out on paper. */
#include "worksheet_matrices.h"

#include "steps.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct maker {
    const struct study *study;
    struct worksheet *sheet;
    int head;
};

/* The next matrix, with its title. There is room for the largest step: three texts in `embedding`.
 */
static struct worksheet_matrix *next_matrix(struct maker *maker, const char *format, va_list list) {
    struct worksheet *sheet = maker->sheet;
    struct worksheet_matrix *m = &sheet->matrices[sheet->count++];
    *m = (struct worksheet_matrix){.source = -1, .style = NUMBER_PLAIN};
    vsnprintf(m->title, sizeof m->title, format, list);
    return m;
}

static void set_shape(struct worksheet_matrix *m, const float *values, size_t rows,
                      size_t columns) {
    m->values = values;
    m->rows = m->is_transposed ? columns : rows;
    m->columns = m->is_transposed ? rows : columns;
    m->row_stride = m->is_transposed ? 1 : columns;
    m->column_stride = m->is_transposed ? columns : 1;
    m->all_columns = m->columns;
}

/* Its columns are those of the result. m may be NULL: there was nothing to put. */
static void along(struct worksheet_matrix *m) {
    if (m) {
        m->has_result_columns = true;
    }
}

static struct worksheet_matrix *put(struct maker *maker, int source, bool is_transposed,
                                    bool is_result, const char *words, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* A matrix of the stage; nothing where this pass has none. */
static struct worksheet_matrix *put(struct maker *maker, int source, bool is_transposed,
                                    bool is_result, const char *words, const char *format, ...) {
    float *scratch = source == CELL_EXPONENTIALS ? maker->sheet->exponentials
                     : source == CELL_ROW_TOTAL  ? maker->sheet->totals
                                                 : NULL;
    struct cell_matrix values = cell_matrix_of(maker->study, source, maker->head, scratch);
    if (!values.values || maker->sheet->count == WORKSHEET_MOST_MATRICES) {
        return NULL;
    }
    va_list list;
    va_start(list, format);
    struct worksheet_matrix *m = next_matrix(maker, format, list);
    va_end(list);
    m->source = source;
    m->head = cell_source_is_per_head(source) ? maker->head : 0;
    m->is_transposed = is_transposed;
    m->is_result = is_result;
    m->words = words;
    m->role = cell_role_of(source);
    m->row_tokens = is_transposed ? cell_column_tokens(source) : cell_row_tokens(source);
    m->column_tokens = is_transposed ? cell_row_tokens(source) : cell_column_tokens(source);
    m->style =
        m->role == CELL_ROLE_WEIGHT && source != CELL_ROW_TOTAL ? NUMBER_WEIGHT : NUMBER_PLAIN;
    set_shape(m, values.values, values.rows, values.columns);
    m->has_result_columns = is_result && m->column_tokens == CELL_TOKENS_NONE;
    return m;
}

static struct attention_tensor weight_of(const struct maker *maker, enum attention_weight_id id) {
    const struct study *study = maker->study;
    return attention_trace_weight(study->trace, &study->model.weights, id, study->document.layer);
}

/* A weight that has no cells on the stage: its first `skip` numbers left out, then rows × columns
 * as stored; all of it where columns is 0. Nothing where the model has none. */
static struct worksheet_matrix *put_weight(struct maker *maker, enum attention_weight_id id,
                                           bool is_transposed, size_t skip, size_t columns,
                                           const char *title, ...) {
    struct attention_tensor t = weight_of(maker, id);
    if (!t.data || maker->sheet->count == WORKSHEET_MOST_MATRICES) {
        return NULL;
    }
    va_list list;
    va_start(list, title);
    struct worksheet_matrix *m = next_matrix(maker, title, list);
    va_end(list);
    m->is_transposed = is_transposed;
    bool is_vector = t.dims == 1;
    set_shape(m, t.data + skip, is_vector ? 1 : t.shape[0],
              columns     ? columns
              : is_vector ? t.shape[0]
                          : t.shape[1]);
    return m;
}

static bool has_weight(const struct maker *maker, enum attention_weight_id id) {
    return weight_of(maker, id).data != NULL;
}

/* ---- one function for each step ---- */

static bool has(const struct study *study, int tensor) {
    return study_tensor(study, (enum attention_tensor_id)tensor).data != NULL;
}

static void put_embedding(struct maker *maker) {
    static const int texts[3][3] = {
        {ATTENTION_TENSOR_EMBEDDING, ATTENTION_TENSOR_POSITION, ATTENTION_TENSOR_X},
        {ATTENTION_TENSOR_CONTEXT_EMBEDDING, ATTENTION_TENSOR_CONTEXT_POSITION,
         ATTENTION_TENSOR_CONTEXT_X},
        {ATTENTION_TENSOR_VALUES_EMBEDDING, ATTENTION_TENSOR_VALUES_POSITION,
         ATTENTION_TENSOR_VALUES_X}};
    for (int t = 0; t < 3; t++) {
        along(put(maker, texts[t][0], false, false, "matrix.e", "%s", cell_symbol(texts[t][0])));
        along(put(maker, texts[t][1], false, false, "matrix.p", "%s", cell_symbol(texts[t][1])));
    }
    for (int t = 0; t < 3; t++) {
        put(maker, texts[t][2], false, true, "matrix.x", "%s = %s + %s", cell_symbol(texts[t][2]),
            cell_symbol(texts[t][0]), cell_symbol(texts[t][1]));
    }
}

static const struct {
    int weight, result;
    enum attention_weight_id bias;
    const char *bias_symbol, *words;
} projections[3] = {{CELL_W_Q, ATTENTION_TENSOR_Q, ATTENTION_WEIGHT_Q_BIAS, "b_Q", "matrix.q"},
                    {CELL_W_K, ATTENTION_TENSOR_K, ATTENTION_WEIGHT_K_BIAS, "b_K", "matrix.k"},
                    {CELL_W_V, ATTENTION_TENSOR_V, ATTENTION_WEIGHT_V_BIAS, "b_V", "matrix.v"}};

/* What queries, keys or values are made of: X, with pre-norm N₁, with a context its X. */
static int input_of(const struct study *study, int tensor) {
    int inputs[2];
    return cell_inputs(study, tensor, inputs) > 0 ? inputs[0] : ATTENTION_TENSOR_X;
}

static void put_projection(struct maker *maker) {
    const struct study *study = maker->study;
    const struct attention_config *c = &study->model.weights.config;
    int inputs[3];
    for (int i = 0; i < 3; i++) {
        inputs[i] = input_of(study, projections[i].result);
        bool is_new = i == 0 || (inputs[i] != inputs[0] && inputs[i] != inputs[i - 1]);
        if (is_new) {
            const char *words = inputs[i] == ATTENTION_TENSOR_CONTEXT_X  ? "matrix.x_k"
                                : inputs[i] == ATTENTION_TENSOR_VALUES_X ? "matrix.x_v"
                                                                         : "matrix.x";
            put(maker, inputs[i], false, false, words, "%s", cell_symbol(inputs[i]));
        }
    }
    for (int i = 0; i < 3; i++) {
        size_t size = (size_t)(i == 2 ? c->d_v : c->d_k);
        along(put(maker, projections[i].weight, true, false, NULL, "%s",
                  cell_symbol(projections[i].weight)));
        along(put_weight(maker, projections[i].bias, false, (size_t)maker->head * size, size, "%s",
                         projections[i].bias_symbol));
    }
    for (int i = 0; i < 3; i++) {
        bool has_bias = has_weight(maker, projections[i].bias);
        put(maker, projections[i].result, false, true, projections[i].words, "%s = %s %s%s%s",
            cell_symbol(projections[i].result), cell_symbol(inputs[i]),
            cell_symbol(projections[i].weight), has_bias ? " + " : "",
            has_bias ? projections[i].bias_symbol : "");
    }
}

static void put_similarity(struct maker *maker) {
    static const char *const query_words[] = {"matrix.q", "matrix.q.cosine", "matrix.q.general",
                                              "matrix.q.additive"},
                             *const key_words[] = {"matrix.kt", "matrix.kt.cosine", "matrix.kt",
                                                   "matrix.kt.additive"};
    int form = (int)maker->study->model.weights.config.similarity;
    bool has_query = has(maker->study, ATTENTION_TENSOR_SIMILARITY_QUERY);
    bool has_key = has(maker->study, ATTENTION_TENSOR_SIMILARITY_KEY);
    int query = has_query ? (int)ATTENTION_TENSOR_SIMILARITY_QUERY : (int)ATTENTION_TENSOR_Q;
    int key = has_key ? (int)ATTENTION_TENSOR_SIMILARITY_KEY : (int)ATTENTION_TENSOR_K;
    put(maker, query, false, false, query_words[form], "%s", cell_symbol(query));
    put(maker, key, true, false, key_words[form], "%s^T", cell_symbol(key));
    if (form == (int)ATTENTION_SIMILARITY_ADDITIVE) {
        put(maker, CELL_W_ADDITIVE, false, false, NULL, "w");
        put(maker, ATTENTION_TENSOR_SIMILARITY, false, true, "matrix.s", "S");
    } else {
        put(maker, ATTENTION_TENSOR_SIMILARITY, false, true, "matrix.s", "S = %s %s^T",
            cell_symbol(query), cell_symbol(key));
    }
}

static void put_scale(struct maker *maker) {
    float temperature = maker->study->document.what_if.temperature;
    const char *over = temperature == 1 ? "√d_k" : study_is_scaled(maker->study) ? "(√d_k τ)" : "τ";
    put(maker, ATTENTION_TENSOR_SIMILARITY, false, false, "matrix.s", "S");
    put(maker, ATTENTION_TENSOR_SCORES, false, true, "matrix.z", "Z = S / %s", over);
}

/* The exponentials and their sums are worked out on the way. */
static void put_softmax(struct maker *maker) {
    bool is_largest = attention_trace_divisor(maker->study->trace) == 0;
    put(maker, ATTENTION_TENSOR_SCORES, false, false, "matrix.z", "Z");
    put(maker, CELL_EXPONENTIALS, false, true, NULL, "%s", is_largest ? "1 | 0" : "e^{z − max}");
    put(maker, CELL_ROW_TOTAL, false, true, NULL, "Σ");
    put(maker, ATTENTION_TENSOR_WEIGHTS, false, true, "matrix.a", "A");
}

static void put_sum(struct maker *maker) {
    put(maker, ATTENTION_TENSOR_WEIGHTS, false, false, "matrix.a", "A");
    along(put(maker, ATTENTION_TENSOR_V, false, false, "matrix.v", "V"));
    put(maker, ATTENTION_TENSOR_HEAD_OUTPUT, false, true, "matrix.o", "O = A V");
}

static void put_heads(struct maker *maker) {
    bool has_bias = has_weight(maker, ATTENTION_WEIGHT_O_BIAS);
    put(maker, ATTENTION_TENSOR_CONCAT, false, false, "matrix.concat", "concat");
    along(put(maker, CELL_W_O, true, false, NULL, "W_O"));
    along(put_weight(maker, ATTENTION_WEIGHT_O_BIAS, false, 0, 0, "b_O"));
    put(maker, ATTENTION_TENSOR_ATTENTION_OUTPUT, false, true, "matrix.y", "Y = concat · W_O%s",
        has_bias ? " + b_O" : "");
}

/* ---- the rest of the layer: the stage of the beat ---- */

static void put_norm(struct maker *maker, int stage, int input) {
    bool is_first = stage == (int)ATTENTION_TENSOR_NORM1;
    put(maker, input, false, false, "matrix.before", "%s", cell_symbol(input));
    put_weight(maker, is_first ? ATTENTION_WEIGHT_NORM1 : ATTENTION_WEIGHT_NORM2, false, 0, 0, "γ");
    put_weight(maker, is_first ? ATTENTION_WEIGHT_NORM1_BIAS : ATTENTION_WEIGHT_NORM2_BIAS, false,
               0, 0, "β");
    struct worksheet_matrix *result =
        put(maker, stage, false, true, is_first ? "stage.norm1" : "stage.norm2", "%s",
            cell_symbol(stage));
    if (result) {
        result->has_result_columns = false; /* each number needs its whole row */
    }
}

static void put_network(struct maker *maker, int stage, int input) {
    bool is_hidden = stage == (int)ATTENTION_TENSOR_FFN_HIDDEN;
    enum attention_weight_id bias =
        is_hidden ? ATTENTION_WEIGHT_UP_BIAS : ATTENTION_WEIGHT_DOWN_BIAS;
    const char *weight = is_hidden ? "W_1" : "W_2", *shift = is_hidden ? " + b_1" : " + b_2";
    bool is_gelu = maker->study->model.weights.config.activation == ATTENTION_ACTIVATION_GELU;
    put(maker, input, false, false, is_hidden ? "matrix.before" : "matrix.hidden", "%s",
        cell_symbol(input));
    along(put_weight(maker, is_hidden ? ATTENTION_WEIGHT_UP : ATTENTION_WEIGHT_DOWN, true, 0, 0,
                     "%s", weight));
    along(put_weight(maker, bias, false, 0, 0, "%s", is_hidden ? "b_1" : "b_2"));
    put(maker, stage, false, true, is_hidden ? "stage.ffn_hidden" : "stage.ffn_output",
        is_hidden ? "%s = %s(%s %s%s)" : "%s = %s%s %s%s", cell_symbol(stage),
        is_hidden ? (is_gelu ? "GELU" : "ReLU") : "", cell_symbol(input), weight,
        has_weight(maker, bias) ? shift : "");
}

static void put_feedforward(struct maker *maker) {
    enum attention_tensor_id stages[6];
    int count = steps_feedforward_stages(maker->study, stages), inputs[2];
    int phase = steps_reveal(maker->study).phase;
    if (count == 0) {
        return;
    }
    int stage = (int)stages[phase < count ? phase : count - 1];
    int input_count = cell_inputs(maker->study, stage, inputs);
    if (input_count == 2) {
        bool is_first = stage == (int)ATTENTION_TENSOR_RESIDUAL1;
        along(put(maker, inputs[0], false, false, is_first ? "matrix.x" : "matrix.before", "%s",
                  cell_symbol(inputs[0])));
        along(put(maker, inputs[1], false, false, is_first ? "matrix.y" : "matrix.ffn_output", "%s",
                  cell_symbol(inputs[1])));
        put(maker, stage, false, true, is_first ? "stage.residual1" : "stage.residual2",
            "%s = %s + %s", cell_symbol(stage), cell_symbol(inputs[0]), cell_symbol(inputs[1]));
    } else if (stage == (int)ATTENTION_TENSOR_NORM1 || stage == (int)ATTENTION_TENSOR_NORM2) {
        put_norm(maker, stage, inputs[0]);
    } else {
        put_network(maker, stage, inputs[0]);
    }
}

bool worksheet_put_matrices(const struct study *study, struct worksheet *out) {
    static void (*const steps[STEP_COUNT])(struct maker *) = {
        [STEP_EMBEDDING] = put_embedding,   [STEP_PROJECTION] = put_projection,
        [STEP_SIMILARITY] = put_similarity, [STEP_SCALE] = put_scale,
        [STEP_SOFTMAX] = put_softmax,       [STEP_SUM] = put_sum,
        [STEP_HEADS] = put_heads,           [STEP_FEEDFORWARD] = put_feedforward};
    struct maker maker = {study, out, study->document.head};
    if (study->document.step == STEP_SOFTMAX) {
        size_t floats = cell_scratch_floats(study, CELL_EXPONENTIALS);
        size_t totals = cell_scratch_floats(study, CELL_ROW_TOTAL);
        out->exponentials = malloc(floats * sizeof *out->exponentials);
        out->totals = malloc(totals * sizeof *out->totals);
        if (!out->exponentials || !out->totals) {
            return false;
        }
    }
    if (steps[study->document.step]) {
        steps[study->document.step](&maker);
    }
    return true;
}

/* ---- wide results ---- */

/* Numbers other than 0 in the columns of the results from `first` on. */
static size_t numbers_from(const struct worksheet *sheet, size_t first, size_t columns) {
    size_t count = 0;
    for (int i = 0; i < sheet->count; i++) {
        const struct worksheet_matrix *m = &sheet->matrices[i];
        for (size_t r = 0; m->is_result && m->has_result_columns && r < m->rows; r++) {
            for (size_t c = first; c < first + columns && c < m->columns; c++) {
                count += worksheet_value(m, r, c) != 0;
            }
        }
    }
    return count;
}

/* Cells of the results when each has at most so many columns. */
static size_t cells_of(const struct worksheet *sheet, size_t columns) {
    size_t cells = 0;
    for (int i = 0; i < sheet->count; i++) {
        const struct worksheet_matrix *m = &sheet->matrices[i];
        if (m->is_result && m->has_result_columns) {
            cells += m->rows * (m->columns < columns ? m->columns : columns);
        }
    }
    return cells;
}

void worksheet_cut_columns(struct worksheet *sheet, size_t blanks) {
    size_t widest = 0, best = 0, most = 0, columns = WORKSHEET_WIDE;
    for (int i = 0; i < sheet->count; i++) {
        const struct worksheet_matrix *m = &sheet->matrices[i];
        bool is_wider = m->is_result && m->has_result_columns && m->columns > widest;
        widest = is_wider ? m->columns : widest;
    }
    while (columns < widest && cells_of(sheet, columns) < blanks) {
        columns++;
    }
    if (blanks == WORKSHEET_ALL || columns >= widest) {
        return;
    }
    for (size_t first = 0; first + columns <= widest; first += WORKSHEET_WIDE) {
        size_t count = numbers_from(sheet, first, columns);
        if (count > most) {
            most = count;
            best = first;
        }
    }
    for (int i = 0; i < sheet->count; i++) {
        struct worksheet_matrix *m = &sheet->matrices[i];
        if (m->has_result_columns && m->columns > columns) {
            size_t last = m->columns - columns;
            m->first_column = best < last ? best : last;
            m->columns = columns;
            m->values += m->first_column * m->column_stride;
        }
    }
}
