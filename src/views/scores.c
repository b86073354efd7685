/* scores.c: what the n × m cells show at each beat from similarity to weights. */
#include "stage.h"

#include <math.h>

/* One cell of the score matrix at the current beat of `scale`. A key that the reader masked by hand
 * (is_edited) is so as soon as its cell has come. */
static void scale_cell(float s, float z, float divisor, bool is_divided, bool is_masking,
                       bool is_edited, float *value, uint8_t *state) {
    bool is_masked = isinf(z) && z < 0;
    if (is_masked && (is_masking || (is_divided && is_edited))) {
        *value = z;
        *state = GRID_MASKED;
    } else if (is_divided) {
        *value = is_masked ? s / (divisor != 0 ? divisor : 1) : z;
        *state = GRID_SCALED;
    } else {
        *value = s;
        *state = GRID_SCORE;
    }
}

static void softmax_cell(const struct reveal *reveal, size_t r, size_t c, size_t m, const float *z,
                         const float *e, const float *a, size_t i, bool is_focus_row, float *value,
                         uint8_t *state) {
    bool is_masked = isinf(z[i]) && z[i] < 0;
    bool is_divided = reveal->phase == PHASE_SOFTMAX_DIVIDE &&
                      reveal_shows(reveal, PHASE_SOFTMAX_DIVIDE, r, c, m);
    bool is_exponential = reveal->phase == PHASE_SOFTMAX_EXPONENTIATE
                              ? reveal_shows(reveal, PHASE_SOFTMAX_EXPONENTIATE, r, c, m)
                              : is_focus_row;
    if (is_divided) {
        *value = a[i];
        *state = is_masked ? GRID_NO_WEIGHT : GRID_WEIGHT;
    } else if (is_masked) {
        *value = z[i];
        *state = GRID_MASKED;
    } else if (is_exponential) {
        *value = e[i];
        *state = GRID_WEIGHT;
    } else {
        *value = z[i];
        *state = GRID_SCALED;
    }
}

struct scores_now scores_at_beat(struct page *page, int head) {
    const struct study *study = page->study;
    size_t n = page_n(page), m = page_m(page), count = n * m;
    enum step step = page->document->step;
    const float *s = study_head_matrix(study, ATTENTION_TENSOR_SIMILARITY, head);
    const float *z = study_head_matrix(study, ATTENTION_TENSOR_SCORES, head);
    const float *a = study_head_matrix(study, ATTENTION_TENSOR_WEIGHTS, head);
    struct scores_now now = {page_memory(page, count, sizeof(float)), page_memory(page, count, 1),
                             ATTENTION_TENSOR_SIMILARITY, 1, 1};
    const float *e = a;
    bool needs_exponentials =
        page->reveal.phase != PHASE_SOFTMAX_DIVIDE || page->reveal.extent != REVEAL_ALL;
    if (step == STEP_SOFTMAX && needs_exponentials) {
        float *scratch =
            page_memory(page, cell_scratch_floats(study, CELL_EXPONENTIALS), sizeof(float));
        e = cell_matrix_of(study, CELL_EXPONENTIALS, head, scratch).values;
    }
    if (!now.values || !now.states || !s || !z || !a || !e) {
        return (struct scores_now){0};
    }
    now.range = grid_range(s, count);
    now.scaled_range = grid_range(z, count);
    float divisor = attention_trace_divisor(study->trace);
    bool is_masking = step == STEP_SCALE && page->reveal.phase == PHASE_SCALE_MASK;
    for (size_t i = 0; i < count; i++) {
        size_t r = i / m, c = i % m;
        if (step == STEP_SIMILARITY) {
            bool is_shown = reveal_shows(&page->reveal, 0, r, c, m);
            now.values[i] = s[i];
            now.states[i] = is_shown ? GRID_SCORE : GRID_HIDDEN;
        } else if (step == STEP_SCALE) {
            bool is_divided =
                is_masking || reveal_shows(&page->reveal, PHASE_SCALE_DIVIDE, r, c, m);
            bool is_edited = isinf(z[i]) && attention_trace_is_edited(
                                                study->trace, ATTENTION_TENSOR_SCORES,
                                                study->document.layer, (size_t)head * count + i);
            scale_cell(s[i], z[i], divisor, is_divided, is_masking, is_edited, &now.values[i],
                       &now.states[i]);
        } else if (step == STEP_SOFTMAX) {
            softmax_cell(&page->reveal, r, c, m, z, e, a, i, (int)r == page->document->query,
                         &now.values[i], &now.states[i]);
        } else {
            now.values[i] = a[i];
            now.states[i] = isinf(z[i]) && z[i] < 0 ? GRID_NO_WEIGHT : GRID_WEIGHT;
        }
    }
    bool is_step = step >= STEP_SIMILARITY && step <= STEP_SOFTMAX;
    now.source = page->document->view == VIEW_HEADS ? selection_heads_source(study)
                 : is_step                          ? selection_result_source(study)
                                                    : (int)ATTENTION_TENSOR_WEIGHTS;
    if (now.source == CELL_ROW_TOTAL) {
        now.source = CELL_EXPONENTIALS;
    }
    return now;
}

struct grid scores_grid(struct page *page, int head, const struct scores_now *now) {
    size_t n = page_n(page), m = page_m(page);
    return (struct grid){.id = cell_grid_id(now->source, head),
                         .rows = n,
                         .columns = m,
                         .values = now->values,
                         .row_stride = m,
                         .column_stride = 1,
                         .states = now->states,
                         .range = now->range,
                         .scaled_range = now->scaled_range,
                         .focus_row = -1,
                         .focus_column = -1,
                         .number_size = 14.5f};
}

struct grid weights_grid(struct page *page, int head) {
    struct grid grid = grid_of(page, ATTENTION_TENSOR_WEIGHTS, head, false);
    const float *z = study_head_matrix(page->study, ATTENTION_TENSOR_SCORES, head);
    if (grid.rows && z && study_is_masked(page->study)) {
        uint8_t *states = page_memory(page, grid.rows * grid.columns, 1);
        for (size_t i = 0; states && i < grid.rows * grid.columns; i++) {
            states[i] = isinf(z[i]) && z[i] < 0 ? GRID_NO_WEIGHT : GRID_WEIGHT;
        }
        grid.states = states;
    }
    return grid;
}
