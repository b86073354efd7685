/* selection.c: which number is explained. */
#include "selection.h"

#include <math.h>

static int softmax_source(const struct reveal *reveal) {
    return reveal->phase == PHASE_SOFTMAX_EXPONENTIATE ? (int)CELL_EXPONENTIALS
           : reveal->phase == PHASE_SOFTMAX_ADD        ? (int)CELL_ROW_TOTAL
                                                       : (int)ATTENTION_TENSOR_WEIGHTS;
}

static int feedforward_source(const struct study *study, const struct reveal *reveal) {
    enum attention_tensor_id stages[6];
    int count = steps_feedforward_stages(study, stages);
    if (count == 0) {
        return ATTENTION_TENSOR_OUTPUT;
    }
    return (int)stages[reveal->phase < count ? reveal->phase : count - 1];
}

int selection_result_source(const struct study *study) {
    struct reveal reveal = steps_reveal(study);
    switch (study->document.step) {
    case STEP_TOKENS:
        return CELL_TOKEN;
    case STEP_EMBEDDING:
        return ATTENTION_TENSOR_X;
    case STEP_PROJECTION:
        return ATTENTION_TENSOR_Q;
    case STEP_SIMILARITY:
        return ATTENTION_TENSOR_SIMILARITY;
    case STEP_SCALE:
        return ATTENTION_TENSOR_SCORES;
    case STEP_SOFTMAX:
        return softmax_source(&reveal);
    case STEP_SUM:
        return ATTENTION_TENSOR_HEAD_OUTPUT;
    case STEP_HEADS:
        return reveal.phase == PHASE_HEADS_CONCAT ? ATTENTION_TENSOR_CONCAT
                                                  : ATTENTION_TENSOR_ATTENTION_OUTPUT;
    default:
        return feedforward_source(study, &reveal);
    }
}

int selection_heads_source(const struct study *study) {
    switch (study->document.step) {
    case STEP_SIMILARITY:
        return ATTENTION_TENSOR_SIMILARITY;
    case STEP_SCALE:
        return ATTENTION_TENSOR_SCORES;
    default:
        return ATTENTION_TENSOR_WEIGHTS;
    }
}

/* In the table below: X, or with pre-norm N₁. */
enum { PROJECTION_INPUT = CELL_SOURCE_COUNT };

static int projection_input(const struct study *study) {
    int inputs[2];
    return cell_inputs(study, ATTENTION_TENSOR_Q, inputs) > 0 ? inputs[0] : ATTENTION_TENSOR_X;
}

/* Tensors that only some passes have: positions, a context, what some F make of queries and keys;
 * and weights that only some models have. */
static bool is_absent(const struct study *study, int source) {
    if (cell_is_weight(source)) {
        return cell_matrix_of(study, source, 0, NULL).rows == 0;
    }
    switch (source) {
    case ATTENTION_TENSOR_POSITION:
    case ATTENTION_TENSOR_CONTEXT_EMBEDDING:
    case ATTENTION_TENSOR_CONTEXT_POSITION:
    case ATTENTION_TENSOR_CONTEXT_X:
    case ATTENTION_TENSOR_VALUES_EMBEDDING:
    case ATTENTION_TENSOR_VALUES_POSITION:
    case ATTENTION_TENSOR_VALUES_X:
    case ATTENTION_TENSOR_SIMILARITY_QUERY:
    case ATTENTION_TENSOR_SIMILARITY_KEY:
        return study_tensor(study, (enum attention_tensor_id)source).data == NULL;
    default:
        return false;
    }
}

int selection_sources(const struct study *study, int sources[SELECTION_MOST_SOURCES]) {
    static const int by_step[STEP_COUNT][SELECTION_MOST_SOURCES] = {
        [STEP_TOKENS] = {CELL_TOKEN, -1},
        [STEP_EMBEDDING] = {ATTENTION_TENSOR_EMBEDDING, ATTENTION_TENSOR_POSITION,
                            ATTENTION_TENSOR_X, ATTENTION_TENSOR_CONTEXT_EMBEDDING,
                            ATTENTION_TENSOR_CONTEXT_POSITION, ATTENTION_TENSOR_CONTEXT_X,
                            ATTENTION_TENSOR_VALUES_EMBEDDING, ATTENTION_TENSOR_VALUES_POSITION,
                            ATTENTION_TENSOR_VALUES_X, -1},
        [STEP_PROJECTION] = {PROJECTION_INPUT, CELL_W_Q, CELL_W_K, CELL_W_V, CELL_B_Q, CELL_B_K,
                             CELL_B_V, ATTENTION_TENSOR_Q, ATTENTION_TENSOR_K, ATTENTION_TENSOR_V,
                             ATTENTION_TENSOR_CONTEXT_X, ATTENTION_TENSOR_VALUES_X, -1},
        [STEP_SIMILARITY] = {ATTENTION_TENSOR_Q, ATTENTION_TENSOR_K,
                             ATTENTION_TENSOR_SIMILARITY_QUERY, ATTENTION_TENSOR_SIMILARITY_KEY,
                             ATTENTION_TENSOR_SIMILARITY, CELL_W_GENERAL, CELL_W_ADDITIVE_Q,
                             CELL_W_ADDITIVE_K, CELL_W_ADDITIVE, -1},
        [STEP_SCALE] = {ATTENTION_TENSOR_Q, ATTENTION_TENSOR_K, ATTENTION_TENSOR_SIMILARITY_QUERY,
                        ATTENTION_TENSOR_SIMILARITY_KEY, ATTENTION_TENSOR_SIMILARITY,
                        ATTENTION_TENSOR_SCORES, -1},
        [STEP_SOFTMAX] = {ATTENTION_TENSOR_Q, ATTENTION_TENSOR_K, ATTENTION_TENSOR_SIMILARITY_QUERY,
                          ATTENTION_TENSOR_SIMILARITY_KEY, ATTENTION_TENSOR_SCORES,
                          CELL_EXPONENTIALS, CELL_ROW_TOTAL, ATTENTION_TENSOR_WEIGHTS, -1},
        [STEP_SUM] = {ATTENTION_TENSOR_WEIGHTS, ATTENTION_TENSOR_V, ATTENTION_TENSOR_HEAD_OUTPUT,
                      -1},
        [STEP_HEADS] = {ATTENTION_TENSOR_HEAD_OUTPUT, ATTENTION_TENSOR_CONCAT, CELL_W_O, CELL_B_O,
                        ATTENTION_TENSOR_ATTENTION_OUTPUT, -1},
        [STEP_FEEDFORWARD] = {-1},
    };
    int count = 0;
    if (study->document.step == STEP_FEEDFORWARD) {
        struct reveal reveal = steps_reveal(study);
        int result = feedforward_source(study, &reveal);
        sources[count++] = result;
        if (result != ATTENTION_TENSOR_OUTPUT) {
            count += cell_inputs(study, result, sources + count);
            count += cell_weights(study, result, sources + count);
        }
        return count;
    }
    const int *listed = by_step[study->document.step];
    for (int i = 0; i < SELECTION_MOST_SOURCES && listed[i] >= 0; i++) {
        if (!is_absent(study, listed[i])) {
            sources[count++] = listed[i] == PROJECTION_INPUT ? projection_input(study) : listed[i];
        }
    }
    if (study->document.step == STEP_PROJECTION) { /* with pre-norm N₁ is made here */
        count += cell_weights(study, projection_input(study), sources + count);
    }
    return count;
}

/* The step that makes a number of the diagram; STEP_COUNT: the diagram does not show it. */
static enum step diagram_step(int source) {
    switch (source) {
    case ATTENTION_TENSOR_V:
        return STEP_PROJECTION;
    case ATTENTION_TENSOR_SIMILARITY:
        return STEP_SIMILARITY;
    case ATTENTION_TENSOR_SCORES:
        return STEP_SCALE;
    case CELL_EXPONENTIALS:
    case CELL_ROW_TOTAL:
    case ATTENTION_TENSOR_WEIGHTS:
        return STEP_SOFTMAX;
    case ATTENTION_TENSOR_HEAD_OUTPUT:
        return STEP_SUM;
    default:
        return STEP_COUNT;
    }
}

/* Of the diagram: the values of any word, of the rest the row of the query alone. */
static bool is_of_diagram(const struct study *study, const struct document_cell *cell) {
    bool is_value = cell->source == ATTENTION_TENSOR_V;
    return diagram_step(cell->source) <= study->document.step &&
           (is_value || cell->row == study->document.query);
}

/* The heads view shows its heads whole, whatever the beat; the comparison has matrices of its own.
 */
static bool is_of_view(const struct study *study, const struct document_cell *cell) {
    switch (study->document.view) {
    case VIEW_HEADS:
        return cell->source == selection_heads_source(study);
    case VIEW_MODEL:
        return cell->source == ATTENTION_TENSOR_WEIGHTS && cell->head == study->document.head;
    case VIEW_LINES:
        return cell->source == ATTENTION_TENSOR_WEIGHTS && cell->head == study->document.head &&
               cell->row == study->document.query;
    case VIEW_COMPARE:
        return cell_is_compared(cell->source);
    case VIEW_DIAGRAM:
        return is_of_diagram(study, cell);
    default:
        return false;
    }
}

/* In the comparison: what has been heard of by now. Influence is there from the start. */
static bool is_heard(const struct study *study, const struct document_cell *cell) {
    float first = 0;
    return study->document.compare_shows == COMPARE_INFLUENCE ||
           (cell_value(study, cell, &first) && first <= (float)study->document.compare_steps);
}

bool selection_is_shown(const struct study *study, const struct document_cell *cell) {
    if (study->document.view == VIEW_DIAGRAM) {
        enum step made = diagram_step(cell->source);
        if (made != study->document.step) {
            return made < study->document.step;
        }
    } else if (is_of_view(study, cell)) {
        return study->document.view != VIEW_COMPARE || is_heard(study, cell);
    }
    struct reveal reveal = steps_reveal(study);
    enum step step = study->document.step;
    size_t row = (size_t)cell->row, column = (size_t)cell->column;
    struct cell_matrix m = cell_matrix_of(study, cell->source, cell->head, NULL);
    int phase = 0;
    if (step == STEP_SOFTMAX) {
        if (cell->source != CELL_EXPONENTIALS && cell->source != CELL_ROW_TOTAL &&
            cell->source != ATTENTION_TENSOR_WEIGHTS) {
            return true;
        }
        m.columns = study_keys(study);
        phase = cell->source == CELL_EXPONENTIALS ? PHASE_SOFTMAX_EXPONENTIATE
                : cell->source == CELL_ROW_TOTAL  ? PHASE_SOFTMAX_ADD
                                                  : PHASE_SOFTMAX_DIVIDE;
        if (phase < reveal.phase) {
            /* Steps on the way are only done for the rows the divide has reached, until all are. */
            return reveal.extent == REVEAL_ALL || row == (size_t)study->document.query;
        }
    } else if (step == STEP_HEADS && cell->source == ATTENTION_TENSOR_ATTENTION_OUTPUT) {
        phase = PHASE_HEADS_OUTPUT;
    } else if (step == STEP_PROJECTION) {
        if (cell->source != ATTENTION_TENSOR_Q && cell->source != ATTENTION_TENSOR_K &&
            cell->source != ATTENTION_TENSOR_V) {
            return true;
        }
        const struct attention_config *config = &study->model.weights.config;
        m.columns = (size_t)(config->d_k > config->d_v ? config->d_k : config->d_v);
    } else if (cell->source != selection_result_source(study) || step == STEP_FEEDFORWARD ||
               step == STEP_TOKENS) {
        return true;
    }
    return m.columns == 0 || reveal_shows(&reveal, phase, row, column, m.columns);
}

/* The shown number of largest magnitude in the cell's row: a sum that has something to say. */
static int telling_column(const struct study *study, const struct document_cell *cell) {
    struct cell_matrix m = cell_matrix_of(study, cell->source, cell->head, NULL);
    struct document_cell at = *cell;
    int best = 0;
    for (size_t c = 1; m.values && c < m.columns; c++) {
        const float *row = m.values + (size_t)cell->row * m.columns;
        at.column = (int)c;
        if (fabsf(row[c]) > fabsf(row[best]) && selection_is_shown(study, &at)) {
            best = (int)c;
        }
    }
    return best;
}

/* The selected cell, where the view of this step shows it; else source −1. */
static struct document_cell selected_here(const struct study *study) {
    const struct document *d = &study->document;
    struct document_cell cell = d->cell, none = {-1, 0, 0, 0};
    int sources[SELECTION_MOST_SOURCES], count = selection_sources(study, sources);
    bool is_listed = is_of_view(study, &cell);
    for (int s = 0; s < count && d->view != VIEW_COMPARE && d->view != VIEW_DIAGRAM; s++) {
        is_listed |= cell.source == sources[s] && cell.source != CELL_TOKEN;
    }
    if (!cell_source_is_per_head(cell.source)) {
        cell.head = 0;
    } else if (cell.head != d->head) {
        return none;
    }
    return is_listed && cell_exists(study, &cell) ? cell : none;
}

/* What the diagram explains unasked: what the step makes of the word in focus. */
static struct document_cell diagram_own(const struct study *study) {
    const struct document *d = &study->document;
    int source = d->step == STEP_PROJECTION ? (int)ATTENTION_TENSOR_V
                 : d->step < STEP_SUM       ? selection_result_source(study)
                                            : (int)ATTENTION_TENSOR_HEAD_OUTPUT;
    struct document_cell own = {source, d->head, source == ATTENTION_TENSOR_V ? d->key : d->query,
                                0};
    if (cell_columns_are_keys(source)) {
        own.column = d->key;
        own.column = selection_is_shown(study, &own) ? d->key : 0;
    } else if (source != CELL_ROW_TOTAL) {
        own.column = telling_column(study, &own);
    }
    return own;
}

struct document_cell selection_of(const struct study *study) {
    const struct document *d = &study->document;
    struct document_cell none = {-1, 0, 0, 0};
    if (study_tokens(study) == 0) {
        return none;
    }
    struct document_cell selected = selected_here(study);
    if (d->view == VIEW_DIAGRAM && selected.source < 0 && d->step != STEP_TOKENS &&
        d->step != STEP_EMBEDDING) {
        return diagram_own(study);
    }
    if (!view_follows_beats(d->view) && (selected.source < 0 || !is_of_view(study, &selected))) {
        bool is_compared = d->view == VIEW_COMPARE;
        int source = is_compared             ? (int)CELL_ATTENTION
                     : d->view == VIEW_HEADS ? selection_heads_source(study)
                                             : (int)ATTENTION_TENSOR_WEIGHTS;
        selected = (struct document_cell){source, is_compared ? 0 : d->head, d->query, d->key};
        return cell_exists(study, &selected) ? selected : none;
    }
    if (selected.source >= 0 || d->step == STEP_TOKENS) {
        return selected;
    }
    struct document_cell own = {selection_result_source(study), d->head, d->query, 0};
    if (!cell_source_is_per_head(own.source)) {
        own.head = 0;
    }
    if (cell_columns_are_keys(own.source)) {
        own.column = d->key;
        if (!selection_is_shown(study, &own)) {
            own.column = 0;
        }
    }
    if (!cell_exists(study, &own)) {
        return none;
    }
    if (!cell_columns_are_keys(own.source) && own.source != CELL_ROW_TOTAL) {
        own.column = telling_column(study, &own);
    }
    return own;
}
