/* steps.c: how a step falls into beats, and how one walks along them.
 *
 * A step is a short list of sections, each one or many beats long; the number of beats and what a
 * beat shows both come from that list, so that they cannot disagree. */
#include "lesson/steps.h"
#include "lesson/comparison.h"
#include <assert.h>

enum section_kind {
    SECTION_NOTHING,     /* one beat */
    SECTION_FIRST_CELL,  /* one beat: column 0 of the focus row */
    SECTION_ROW,         /* one beat */
    SECTION_ALL,         /* one beat */
    SECTION_ROW_CELLS,   /* a beat for each cell of the focus row */
    SECTION_MATRIX_CELLS /* a beat for each cell, in reading order */
};
struct section {
    int phase;
    enum section_kind kind;
    size_t beats;
};
struct sections {
    struct section list[8];
    int count;
};

static void add(struct sections *sections, int phase, enum section_kind kind, size_t beats) {
    assert(sections->count < (int)(sizeof sections->list / sizeof sections->list[0]));
    if (beats > 0) sections->list[sections->count++] = (struct section){phase, kind, beats};
}

static void add_one(struct sections *sections, int phase, enum section_kind kind) {
    add(sections, phase, kind, 1);
}

/* Columns of the matrix that a step fills. For `projection` the widest of Q, K and V. */
static size_t result_columns(const struct study *study, enum step step) {
    const struct attention_config *config = &study->model.weights.config;
    switch (step) {
    case STEP_PROJECTION:
        return (size_t)(config->d_k > config->d_v ? config->d_k : config->d_v);
    case STEP_SIMILARITY:
    case STEP_SCALE:
    case STEP_SOFTMAX:
        return study_keys(study);
    case STEP_SUM:
        return (size_t)config->d_v;
    default:
        return (size_t)config->d_model;
    }
}

/* Rows likewise: keys and values have a row for each key. */
static size_t result_rows(const struct study *study, enum step step) {
    size_t n = study_tokens(study), m = study_keys(study);
    return step == STEP_PROJECTION && m > n ? m : n;
}

/* One matrix, filled in the reader's stride. */
static void add_matrix(struct sections *sections, const struct study *study,
                       const struct document *document, enum step step, int phase) {
    switch (document->stride) {
    case STRIDE_CELL:
        add(sections, phase, SECTION_MATRIX_CELLS,
            result_rows(study, step) * result_columns(study, step));
        break;
    case STRIDE_MATRIX:
        add_one(sections, phase, SECTION_ALL);
        break;
    default:
        add_one(sections, phase, SECTION_FIRST_CELL);
        add_one(sections, phase, SECTION_ROW);
        add_one(sections, phase, SECTION_ALL);
        break;
    }
}

static void add_softmax(struct sections *sections, const struct study *study,
                        const struct document *document) {
    /* Down the columns there is no row to add up. */
    bool has_total = document->what_if.fault != FAULT_SOFTMAX_OVER_QUERIES;
    if (document->stride == STRIDE_CELL) {
        size_t m = study_keys(study);
        add(sections, PHASE_SOFTMAX_EXPONENTIATE, SECTION_ROW_CELLS, m);
        if (has_total) add_one(sections, PHASE_SOFTMAX_ADD, SECTION_ROW);
        add(sections, PHASE_SOFTMAX_DIVIDE, SECTION_ROW_CELLS, m);
    } else if (document->stride == STRIDE_ROW) {
        add_one(sections, PHASE_SOFTMAX_EXPONENTIATE, SECTION_FIRST_CELL);
        add_one(sections, PHASE_SOFTMAX_EXPONENTIATE, SECTION_ROW);
        if (has_total) add_one(sections, PHASE_SOFTMAX_ADD, SECTION_ROW);
        add_one(sections, PHASE_SOFTMAX_DIVIDE, SECTION_ROW);
    }
    add_one(sections, PHASE_SOFTMAX_DIVIDE, SECTION_ALL);
}

static struct sections step_sections(const struct study *study, const struct document *document,
                                     enum step step) {
    struct sections sections = {0};
    enum attention_tensor_id stages[6];
    if (study_tokens(study) == 0) {
        add_one(&sections, 0, SECTION_ALL);
        return sections;
    }
    bool is_asked = !document->is_predict_off && study_keys(study) >= 2;
    if (document->stride == STRIDE_MATRIX && is_asked && steps_prediction(step) >= 0)
        add_one(&sections, 0, SECTION_NOTHING);
    switch (step) {
    case STEP_SCALE:
        add_matrix(&sections, study, document, step, PHASE_SCALE_DIVIDE);
        if (study_is_masked_before(study)) add_one(&sections, PHASE_SCALE_MASK, SECTION_ALL);
        break;
    case STEP_SOFTMAX:
        add_softmax(&sections, study, document);
        break;
    case STEP_HEADS:
        add_one(&sections, PHASE_HEADS_CONCAT, SECTION_ALL);
        add_matrix(&sections, study, document, step, PHASE_HEADS_OUTPUT);
        break;
    case STEP_FEEDFORWARD:
        for (int i = 0, count = steps_feedforward_stages(study, stages); i < count; i++)
            add_one(&sections, i, SECTION_ALL);
        break;
    case STEP_TOKENS:
        add_one(&sections, 0, SECTION_ALL);
        break;
    default:
        add_matrix(&sections, study, document, step, 0);
        break;
    }
    if (sections.count == 0) add_one(&sections, 0, SECTION_ALL);
    return sections;
}

static int beats_of(const struct study *study, const struct document *document, enum step step) {
    struct sections sections = step_sections(study, document, step);
    size_t beats = 0;
    for (int i = 0; i < sections.count; i++)
        beats += sections.list[i].beats;
    return beats < (size_t)BEAT_LAST ? (int)beats : BEAT_LAST - 1;
}

int steps_beats(const struct study *study, enum step step) {
    return beats_of(study, &study->document, step);
}

static struct reveal section_reveal(const struct section *section, size_t beat, size_t row) {
    struct reveal reveal = {.phase = section->phase, .row = row};
    switch (section->kind) {
    case SECTION_NOTHING:
        reveal.extent = REVEAL_NOTHING;
        break;
    case SECTION_ROW:
        reveal.extent = REVEAL_ROW;
        break;
    case SECTION_ALL:
        reveal.extent = REVEAL_ALL;
        break;
    case SECTION_FIRST_CELL:
    case SECTION_ROW_CELLS:
    case SECTION_MATRIX_CELLS:
        reveal.extent = REVEAL_CELLS;
        reveal.cells = beat + 1;
        reveal.is_in_row = section->kind != SECTION_MATRIX_CELLS;
        break;
    }
    return reveal;
}

struct reveal steps_reveal(const struct study *study) {
    const struct document *document = &study->document;
    struct sections sections = step_sections(study, document, document->step);
    size_t beat = document->beat > 0 ? (size_t)document->beat : 0;
    size_t row = document->query > 0 ? (size_t)document->query : 0;
    int last = sections.count - 1;
    for (int i = 0; i < last; i++) {
        if (beat < sections.list[i].beats) return section_reveal(&sections.list[i], beat, row);
        beat -= sections.list[i].beats;
    }
    size_t most = sections.list[last].beats - 1;
    return section_reveal(&sections.list[last], beat < most ? beat : most, row);
}

bool reveal_shows(const struct reveal *reveal, int phase, size_t row, size_t column,
                  size_t columns) {
    if (phase != reveal->phase) return phase < reveal->phase;
    switch (reveal->extent) {
    case REVEAL_ALL:
        return true;
    case REVEAL_ROW:
        return row == reveal->row;
    case REVEAL_CELLS:
        return reveal->is_in_row ? row == reveal->row && column < reveal->cells
                                 : row * columns + column < reveal->cells;
    default:
        return false;
    }
}

int steps_feedforward_stages(const struct study *study, enum attention_tensor_id stages[6]) {
    /* In the order of computation. With pre-norm, norm1 stands before the attention and is no stage
     * here. */
    static const enum attention_tensor_id post[] = {
        ATTENTION_TENSOR_RESIDUAL1,  ATTENTION_TENSOR_NORM1,     ATTENTION_TENSOR_FFN_HIDDEN,
        ATTENTION_TENSOR_FFN_OUTPUT, ATTENTION_TENSOR_RESIDUAL2, ATTENTION_TENSOR_NORM2};
    static const enum attention_tensor_id pre[] = {
        ATTENTION_TENSOR_RESIDUAL1, ATTENTION_TENSOR_NORM2, ATTENTION_TENSOR_FFN_HIDDEN,
        ATTENTION_TENSOR_FFN_OUTPUT, ATTENTION_TENSOR_RESIDUAL2};
    bool is_pre = study->model.weights.config.norm == ATTENTION_NORM_PRE;
    const enum attention_tensor_id *order = is_pre ? pre : post;
    size_t length = is_pre ? sizeof pre / sizeof pre[0] : sizeof post / sizeof post[0];
    int count = 0;
    for (size_t i = 0; i < length; i++) {
        if (study_tensor(study, order[i]).data != NULL) stages[count++] = order[i];
    }
    return count;
}

static int layer_count(const struct study *study) {
    int layers = study->model.weights.config.layers;
    return layers > 0 ? layers : 1;
}

void steps_go(const struct study *study, struct document *document, enum step step, int beat) {
    document->step = step;
    if (step < STEP_PROJECTION) document->layer = 0;
    int beats = beats_of(study, document, step);
    document->beat = beat < 0 ? 0 : beat < beats ? beat : beats - 1;
}

bool steps_next_step(const struct study *study, struct document *document) {
    if (document->step < STEP_FEEDFORWARD) {
        steps_go(study, document, (enum step)(document->step + 1), 0);
        return true;
    }
    if (document->layer + 1 >= layer_count(study)) return false;
    document->layer++;
    steps_go(study, document, STEP_PROJECTION, 0);
    return true;
}

/* To `beat` of the step before. */
static bool back_to(const struct study *study, struct document *document, int beat) {
    if (document->step == STEP_TOKENS) return false;
    if (document->step == STEP_PROJECTION && document->layer > 0) {
        document->layer--;
        steps_go(study, document, STEP_FEEDFORWARD, beat);
    } else {
        steps_go(study, document, (enum step)(document->step - 1), beat);
    }
    return true;
}

bool steps_back_step(const struct study *study, struct document *document) {
    return back_to(study, document, 0);
}

/* The beats of view `compare`. */
static bool is_comparing(const struct study *study, const struct document *document) {
    return document->view == VIEW_COMPARE && study_tokens(study) > 0;
}

static bool walk_comparison(const struct study *study, struct document *document, int by) {
    int steps = document->compare_steps + by;
    if (steps < 0 || (size_t)steps > comparison_last_step(study)) return false;
    document->compare_steps = steps;
    return true;
}

bool steps_is_at_end(const struct study *study) {
    return is_comparing(study, &study->document) &&
           (size_t)study->document.compare_steps >= comparison_last_step(study);
}

bool steps_is_at_start(const struct study *study) {
    return is_comparing(study, &study->document) && study->document.compare_steps <= 0;
}

bool steps_next_beat(const struct study *study, struct document *document) {
    if (is_comparing(study, document)) return walk_comparison(study, document, 1);
    if (document->beat + 1 >= beats_of(study, document, document->step))
        return steps_next_step(study, document);
    document->beat++;
    return true;
}

bool steps_back_beat(const struct study *study, struct document *document) {
    if (is_comparing(study, document)) return walk_comparison(study, document, -1);
    if (document->beat <= 0) return back_to(study, document, BEAT_LAST);
    document->beat--;
    return true;
}
