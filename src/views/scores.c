/* scores.c: what the n × m cells show at each beat from similarity to weights: now, and before. */
#include "lesson/overview.h"
#include "stage.h"

#include <math.h>

/* What stands in one cell. */
enum kind {
    KIND_NOTHING,
    KIND_SIMILARITY,
    KIND_QUOTIENT, /* the mask has not come yet */
    KIND_SCORE,
    KIND_EXPONENTIAL,
    KIND_WEIGHT
};

/* The matrices [n, m] of one pass that the cells show. */
struct scores_of {
    const float *s, *z, *e, *a;
    float divisor;
};

static enum kind kind_at(const struct page *page, size_t r, size_t c) {
    const struct reveal *reveal = &page->reveal;
    size_t m = page_m(page);
    switch (page->document->step) {
    case STEP_SIMILARITY:
        return reveal_shows(reveal, 0, r, c, m) ? KIND_SIMILARITY : KIND_NOTHING;
    case STEP_SCALE:
        if (reveal->phase == PHASE_SCALE_MASK) {
            return KIND_SCORE;
        }
        return !reveal_shows(reveal, PHASE_SCALE_DIVIDE, r, c, m) ? KIND_SIMILARITY
               : study_is_masked_before(page->study)              ? KIND_QUOTIENT
                                                                  : KIND_SCORE;
    case STEP_SOFTMAX:
        if (reveal->phase == PHASE_SOFTMAX_DIVIDE) {
            return reveal_shows(reveal, PHASE_SOFTMAX_DIVIDE, r, c, m) ? KIND_WEIGHT
                   : (int)r == page->document->query                   ? KIND_EXPONENTIAL
                                                                       : KIND_SCORE;
        }
        return (reveal->phase == PHASE_SOFTMAX_EXPONENTIATE
                    ? reveal_shows(reveal, PHASE_SOFTMAX_EXPONENTIATE, r, c, m)
                    : (int)r == page->document->query)
                   ? KIND_EXPONENTIAL
                   : KIND_SCORE;
    default:
        return KIND_WEIGHT;
    }
}

static bool is_hidden(float z) {
    return isinf(z) && z < 0;
}

/* The number of a cell. A key that the reader masked by hand (is_edited) is so as soon as its cell
 * has come. */
static float number_of(const struct scores_of *of, enum kind kind, size_t i, bool is_edited) {
    switch (kind) {
    case KIND_QUOTIENT:
        return is_hidden(of->z[i]) && !is_edited ? of->s[i] / (of->divisor != 0 ? of->divisor : 1)
                                                 : of->z[i];
    case KIND_SCORE:
        return of->z[i];
    case KIND_EXPONENTIAL:
        return of->e[i];
    case KIND_WEIGHT:
        return of->a[i];
    default:
        return of->s[i];
    }
}

/* … as it stands on the screen: no exponential of a masked score. */
static float shown_of(const struct scores_of *of, enum kind kind, size_t i, bool is_edited) {
    return kind == KIND_EXPONENTIAL && is_hidden(of->z[i]) ? of->z[i]
                                                           : number_of(of, kind, i, is_edited);
}

static enum grid_state state_of(enum kind kind, float z, float value) {
    switch (kind) {
    case KIND_NOTHING:
        return GRID_HIDDEN;
    case KIND_SIMILARITY:
        return GRID_SCORE;
    case KIND_WEIGHT:
        return is_hidden(z) ? GRID_NO_WEIGHT : GRID_WEIGHT;
    default:
        return is_hidden(value)           ? GRID_MASKED
               : kind == KIND_EXPONENTIAL ? GRID_WEIGHT
                                          : GRID_SCALED;
    }
}

/* Of a difference: a key masked in both passes stays hatched, one masked in one of them is told
 * from the others. */
static enum grid_state difference_state_at(enum kind kind, float z, float z_before, float now,
                                           float before) {
    bool is_masked = is_hidden(z), was_masked = is_hidden(z_before);
    bool is_unmasked =
        kind == KIND_SIMILARITY || (kind == KIND_QUOTIENT && isfinite(now) && isfinite(before));
    return kind == KIND_NOTHING                        ? GRID_HIDDEN
           : is_unmasked || !(is_masked || was_masked) ? GRID_DIFFERENCE
           : is_masked && was_masked                   ? GRID_NO_WEIGHT
                                                       : GRID_DIFFERENCE_MASKED;
}

static bool needs_exponentials(const struct page *page) {
    return page->document->step == STEP_SOFTMAX &&
           (page->reveal.phase != PHASE_SOFTMAX_DIVIDE || page->reveal.extent != REVEAL_ALL);
}

static struct scores_of scores_of_now(struct page *page, int head) {
    const struct study *study = page->study;
    struct scores_of of = {.s = study_head_matrix(study, ATTENTION_TENSOR_SIMILARITY, head),
                           .z = study_head_matrix(study, ATTENTION_TENSOR_SCORES, head),
                           .a = study_head_matrix(study, ATTENTION_TENSOR_WEIGHTS, head),
                           .divisor = attention_trace_divisor(study->trace)};
    of.e = of.a; /* where none are needed */
    if (needs_exponentials(page)) {
        float *scratch =
            page_memory(page, cell_scratch_floats(study, CELL_EXPONENTIALS), sizeof(float));
        of.e = cell_matrix_of(study, CELL_EXPONENTIALS, head, scratch).values;
    }
    return of;
}

/* false: there is nothing to compare with; *absence says why where that must be said. */
static bool scores_of_before(struct page *page, int head, struct scores_of *of,
                             const char **absence) {
    *of = (struct scores_of){.s = grid_before(page, ATTENTION_TENSOR_SIMILARITY, head, absence),
                             .z = grid_before(page, ATTENTION_TENSOR_SCORES, head, absence),
                             .a = grid_before(page, ATTENTION_TENSOR_WEIGHTS, head, absence)};
    of->e = needs_exponentials(page) ? grid_before(page, CELL_EXPONENTIALS, head, absence) : of->a;
    bool is_there = of->s && of->z && of->a && of->e;
    of->divisor = is_there ? difference_divisor(page->study) : 1;
    return is_there;
}

/* What a click on a cell asks about. */
static int source_of(const struct page *page) {
    enum step step = page->document->step;
    bool is_step = step >= STEP_SIMILARITY && step <= STEP_SOFTMAX;
    int source = page->document->view == VIEW_HEADS ? selection_heads_source(page->study)
                 : is_step                          ? selection_result_source(page->study)
                                                    : (int)ATTENTION_TENSOR_WEIGHTS;
    return source == CELL_ROW_TOTAL ? (int)CELL_EXPONENTIALS : source;
}

/* Was the score masked by hand? */
static bool is_edited_at(const struct study *study, float z, int head, size_t count, size_t i) {
    return isinf(z) && attention_trace_is_edited(study->trace, ATTENTION_TENSOR_SCORES,
                                                 study->document.layer, (size_t)head * count + i);
}

struct scores_now scores_at_beat(struct page *page, int head) {
    size_t m = page_m(page), count = page_n(page) * m;
    struct scores_of of = scores_of_now(page, head), was;
    struct scores_now now = {.values = page_memory(page, count, sizeof(float)),
                             .states = page_memory(page, count, 1),
                             .source = source_of(page)};
    if (!now.values || !now.states || !of.s || !of.z || !of.a || !of.e) {
        return (struct scores_now){0};
    }
    now.range = grid_range(of.s, count);
    now.scaled_range = grid_range(of.z, count);
    bool has_before = scores_of_before(page, head, &was, &now.absence);
    now.is_difference = page->shows_difference && has_before;
    now.before = has_before ? page_memory(page, count, sizeof(float)) : NULL;
    for (size_t i = 0; i < count; i++) {
        enum kind kind = kind_at(page, i / m, i % m);
        bool is_edited = is_edited_at(page->study, of.z[i], head, count, i);
        now.values[i] = shown_of(&of, kind, i, is_edited);
        now.states[i] = (uint8_t)state_of(kind, of.z[i], now.values[i]);
        if (now.is_difference) {
            float value = number_of(&of, kind, i, is_edited),
                  before = number_of(&was, kind, i, is_edited);
            now.values[i] = difference_between(value, before);
            now.states[i] = (uint8_t)difference_state_at(kind, of.z[i], was.z[i], value, before);
        } else if (now.before) {
            now.before[i] = shown_of(&was, kind, i, is_edited);
        }
    }
    if (now.is_difference) {
        now.range = now.scaled_range = grid_reach(now.values, count);
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
                         .role = cell_role_of(now->source),
                         .range = now->range,
                         .scaled_range = now->scaled_range,
                         .focus_row = -1,
                         .focus_column = -1,
                         .number_size = 14.5f,
                         .before = now->is_difference ? NULL : now->before,
                         .is_difference = now->is_difference,
                         .absence = now->absence};
}

struct grid weights_grid(struct page *page, int head) {
    struct grid grid = grid_of(page, ATTENTION_TENSOR_WEIGHTS, head, false);
    const float *z = study_head_matrix(page->study, ATTENTION_TENSOR_SCORES, head),
                *z_before = NULL;
    const char *absence = NULL;
    if (grid.is_difference) {
        z_before = grid_before(page, ATTENTION_TENSOR_SCORES, head, &absence);
    }
    if (!grid.rows || !z || !(z_before || study_is_masked(page->study))) {
        return grid;
    }
    uint8_t *states = page_memory(page, grid.rows * grid.columns, 1);
    for (size_t i = 0; states && i < grid.rows * grid.columns; i++) {
        states[i] = (uint8_t)(z_before ? difference_state_at(KIND_WEIGHT, z[i], z_before[i], 0, 0)
                                       : state_of(KIND_WEIGHT, z[i], 0));
    }
    grid.states = states;
    return grid;
}

struct grid overview_grid(struct page *page, int layer, int head) {
    struct grid grid = {.state = page->shows_difference ? GRID_DIFFERENCE : GRID_WEIGHT,
                        .range = 1,
                        .scaled_range = 1,
                        .column_stride = 1,
                        .focus_row = -1,
                        .focus_column = -1};
    grid.values =
        page->shows_difference
            ? overview_difference(page->study, layer, head, &grid.rows, &grid.columns, &grid.range)
            : overview_head(page->study, layer, head, &grid.rows, &grid.columns);
    grid.rows = grid.values ? grid.rows : 0;
    grid.row_stride = grid.columns;
    return grid;
}
