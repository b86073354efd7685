/* Which number is explained, and which numbers have come yet: in every step, beat and stride of
 * every kind of model. */
#include "lesson/selection.h"
#include "support_studies.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SOURCES_MAX = SELECTION_MOST_SOURCES, CELLS_MAX = 4096 };

#define REQUIRE(study, condition)                                                                  \
    do {                                                                                           \
        if (!(condition)) fail_msg("not %s, in %s", #condition, support_studies_name(study));      \
    } while (0)

static void each_beat(struct study *study, void (*check)(struct study *study)) {
    struct document *d = &study->document;
    int layer = d->layer;
    for (int predicts = 0; predicts < 2; predicts++)
        for (int stride = 0; stride < STRIDE_COUNT; stride++)
            for (int step = layer > 0 ? STEP_PROJECTION : 0; step < STEP_COUNT; step++) {
                d->is_predict_off = predicts;
                d->stride = (enum stride)stride;
                d->step = (enum step)step;
                for (d->beat = 0; d->beat < steps_beats(study, d->step); d->beat++)
                    check(study);
            }
}

static bool is_among(const int *sources, int count, int source) {
    for (int i = 0; i < count; i++)
        if (sources[i] == source) return true;
    return false;
}

/* Cells of a source in one head, in reading order; returns how many. */
static size_t list_cells(const struct study *study, int source,
                         struct document_cell cells[CELLS_MAX]) {
    size_t count = 0;
    struct document_cell cell = {source, 0, 0, 0};
    if (cell_source_is_per_head(source)) cell.head = study->document.head;
    for (cell.row = 0; cell.column = 0, cell_exists(study, &cell); cell.row++)
        for (; cell_exists(study, &cell); cell.column++) {
            assert_true(count < CELLS_MAX);
            cells[count++] = cell;
        }
    return count;
}

static struct document_cell cells[CELLS_MAX];

static size_t count_shown(const struct study *study, int source) {
    size_t shown = 0;
    for (size_t i = list_cells(study, source, cells); i > 0; i--)
        shown += selection_is_shown(study, &cells[i - 1]);
    return shown;
}

static void check_sources(struct study *study) {
    int sources[SOURCES_MAX], count = selection_sources(study, sources);
    REQUIRE(study, count >= 1 && count <= SOURCES_MAX);
    REQUIRE(study, is_among(sources, count, selection_result_source(study)));
    for (int i = 0; i < count; i++) {
        REQUIRE(study, list_cells(study, sources[i], cells) > 0);
        REQUIRE(study, !is_among(sources, i, sources[i]));
    }
}

static void check_sources_everywhere(struct study *study) {
    each_beat(study, check_sources);
}

static void the_step_shows_what_exists(void **state) {
    (void)state;
    support_studies_each(check_sources_everywhere);
}

/* The default: a cell of the step's result, in the focus row, shown as soon as any of its row is.
 */
static void check_default(struct study *study) {
    const struct document *d = &study->document;
    struct document_cell own = selection_of(study);
    if (d->step == STEP_TOKENS) {
        REQUIRE(study, own.source == -1);
        return;
    }
    float value = 0;
    REQUIRE(study, own.source == selection_result_source(study));
    REQUIRE(study, cell_exists(study, &own) && cell_value(study, &own, &value));
    REQUIRE(study, own.row == d->query);
    REQUIRE(study, own.head == (cell_source_is_per_head(own.source) ? d->head : 0));
    float largest = 0;
    bool is_any_shown = false, is_key_shown = false;
    for (size_t i = list_cells(study, own.source, cells); i > 0; i--) {
        const struct document_cell *cell = &cells[i - 1];
        float other = 0;
        if (cell->row != own.row || !selection_is_shown(study, cell)) continue;
        is_any_shown = true;
        is_key_shown |= cell->column == d->key;
        if (cell_value(study, cell, &other)) largest = fmaxf(largest, fabsf(other));
    }
    REQUIRE(study, selection_is_shown(study, &own) == is_any_shown);
    if (cell_columns_are_keys(own.source))
        REQUIRE(study, own.column == (is_key_shown ? d->key : 0));
    else
        REQUIRE(study, !is_any_shown || fabsf(value) == largest);
}

static void check_defaults(struct study *study) {
    study->document.cell.source = -1;
    each_beat(study, check_default);
}

static void every_beat_explains_a_number_of_its_own(void **state) {
    (void)state;
    support_studies_each(check_defaults);
}

static void check_selected(struct study *study) {
    struct document *d = &study->document;
    struct document_cell own = {-1, 0, 0, 0};
    int sources[SOURCES_MAX], count = selection_sources(study, sources);
    d->cell = own;
    own = selection_of(study);
    for (int source = -1; source <= CELL_SOURCE_COUNT; source++) {
        bool is_here = is_among(sources, count, source) && source != CELL_TOKEN;
        bool is_per_head = cell_source_is_per_head(source);
        const struct document_cell wanted[] = {
            {source, is_per_head ? d->head : 0, 0, 0},
            {source, d->head + 1, 0, 0},
            {source, d->head, 4096, 0},
            {source, d->head, 0, -1},
        };
        for (int i = 0; i < 4; i++) {
            d->cell = wanted[i];
            struct document_cell got = selection_of(study);
            bool is_taken = is_here && (i == 0 || (i == 1 && !is_per_head));
            const struct document_cell *right = is_taken ? &wanted[0] : &own;
            if (memcmp(&got, right, sizeof got) != 0)
                fail_msg("source %d, head %d, row %d selected: source %d, head %d explained, in %s",
                         source, wanted[i].head, wanted[i].row, got.source, got.head,
                         support_studies_name(study));
        }
    }
    d->cell.source = -1;
}

static void check_selected_everywhere(struct study *study) {
    each_beat(study, check_selected);
}

/* Another head, another step's matrix and cells that are not there lead back to the default. */
static void a_selection_counts_where_it_is_seen(void **state) {
    (void)state;
    support_studies_each(check_selected_everywhere);
}

/* With pre-norm Q, K and V are made from N₁, else from X; the other is not on the stage. */
static void check_projection_input(struct study *study) {
    struct document *d = &study->document;
    bool is_pre = study->model.weights.config.norm == ATTENTION_NORM_PRE;
    int sources[SOURCES_MAX];
    d->step = STEP_PROJECTION;
    d->beat = 0;
    int count = selection_sources(study, sources);
    assert_int_equal(is_among(sources, count, ATTENTION_TENSOR_NORM1), is_pre);
    assert_int_equal(is_among(sources, count, ATTENTION_TENSOR_X), !is_pre);
    d->step = STEP_EMBEDDING;
    count = selection_sources(study, sources);
    bool has_position = study_tensor(study, ATTENTION_TENSOR_POSITION).data != NULL;
    assert_int_equal(is_among(sources, count, ATTENTION_TENSOR_POSITION), has_position);
}

static void the_step_shows_what_this_model_uses(void **state) {
    (void)state;
    support_studies_each(check_projection_input);
}

/* Within a step numbers come and never go; the last beat has all of them. */
static void check_monotone(struct study *study, int source) {
    static bool was[CELLS_MAX];
    struct document *d = &study->document;
    int beats = steps_beats(study, d->step);
    memset(was, 0, sizeof was);
    for (d->beat = 0; d->beat < beats; d->beat++) {
        size_t count = list_cells(study, source, cells);
        for (size_t i = 0; i < count; i++) {
            bool is = selection_is_shown(study, &cells[i]);
            if (was[i] && !is)
                fail_msg("%s [%d, %d] goes, in %s", cell_symbol(source), cells[i].row,
                         cells[i].column, support_studies_name(study));
            if (d->beat == beats - 1 && !is)
                fail_msg("%s [%d, %d] never comes, in %s", cell_symbol(source), cells[i].row,
                         cells[i].column, support_studies_name(study));
            was[i] = is;
        }
    }
}

static void check_steps_monotone(struct study *study) {
    struct document *d = &study->document;
    for (int stride = 0; stride < STRIDE_COUNT; stride++)
        for (int step = d->layer > 0 ? STEP_PROJECTION : 1; step < STEP_FEEDFORWARD; step++) {
            int sources[SOURCES_MAX];
            d->stride = (enum stride)stride;
            d->step = (enum step)step;
            for (int i = 0, count = selection_sources(study, sources); i < count; i++)
                check_monotone(study, sources[i]);
        }
}

static void numbers_come_and_stay(void **state) {
    (void)state;
    support_studies_each(check_steps_monotone);
}

/* Inputs are always there; of the result, just what the reveal of this beat says. */
static void check_reveal(struct study *study) {
    static const int results[STEP_COUNT][4] = {
        [STEP_TOKENS] = {-1},
        [STEP_EMBEDDING] = {ATTENTION_TENSOR_X, -1},
        [STEP_PROJECTION] = {ATTENTION_TENSOR_Q, ATTENTION_TENSOR_K, ATTENTION_TENSOR_V, -1},
        [STEP_SIMILARITY] = {ATTENTION_TENSOR_SIMILARITY, -1},
        [STEP_SCALE] = {ATTENTION_TENSOR_SCORES, -1},
        [STEP_SOFTMAX] = {CELL_EXPONENTIALS, CELL_ROW_TOTAL, ATTENTION_TENSOR_WEIGHTS, -1},
        [STEP_SUM] = {ATTENTION_TENSOR_HEAD_OUTPUT, -1},
        [STEP_HEADS] = {ATTENTION_TENSOR_ATTENTION_OUTPUT, -1},
        [STEP_FEEDFORWARD] = {-1}};
    const struct attention_config *c = &study->model.weights.config;
    enum step step = study->document.step;
    struct reveal reveal = steps_reveal(study);
    int sources[SOURCES_MAX];
    for (int s = 0, count = selection_sources(study, sources); s < count; s++) {
        bool is_result = false;
        for (int i = 0; results[step][i] >= 0; i++)
            is_result |= results[step][i] == sources[s];
        int phase = step == STEP_HEADS                       ? PHASE_HEADS_OUTPUT
                    : sources[s] == CELL_ROW_TOTAL           ? PHASE_SOFTMAX_ADD
                    : sources[s] == ATTENTION_TENSOR_WEIGHTS ? PHASE_SOFTMAX_DIVIDE
                                                             : 0;
        size_t total = list_cells(study, sources[s], cells);
        size_t columns = step == STEP_PROJECTION ? (size_t)(c->d_k > c->d_v ? c->d_k : c->d_v)
                                                 : (size_t)cells[total - 1].column + 1;
        for (size_t i = 0; i < total; i++) {
            size_t row = (size_t)cells[i].row, column = (size_t)cells[i].column;
            bool is_revealed = reveal_shows(&reveal, phase, row, column, columns);
            /* Exponentials and totals on the way to one row of weights are those of this row. */
            if (step == STEP_SOFTMAX && phase < reveal.phase && reveal.extent != REVEAL_ALL)
                is_revealed = cells[i].row == study->document.query;
            if (selection_is_shown(study, &cells[i]) != (!is_result || is_revealed))
                fail_msg("%s [%zu, %zu], in %s", cell_symbol(sources[s]), row, column,
                         support_studies_name(study));
        }
    }
}

static void check_reveals(struct study *study) {
    each_beat(study, check_reveal);
}

static void shown_is_what_the_beat_reveals(void **state) {
    (void)state;
    support_studies_each(check_reveals);
}

/* Counted by hand: three tokens, by-hand's d_k = 4 and d_v = 2, query 2. */
struct count {
    enum step step;
    enum stride stride;
    bool is_predict_off;
    int beat, source;
    size_t shown;
};

static void counted_by_hand(void **state) {
    (void)state;
    static const struct count counts[] = {
        {STEP_EMBEDDING, STRIDE_CELL, true, 0, ATTENTION_TENSOR_X, 1},
        {STEP_EMBEDDING, STRIDE_CELL, true, 6, ATTENTION_TENSOR_X, 7},
        {STEP_EMBEDDING, STRIDE_CELL, true, 0, ATTENTION_TENSOR_EMBEDDING, 12},
        {STEP_PROJECTION, STRIDE_CELL, true, 3, ATTENTION_TENSOR_Q, 4},
        {STEP_PROJECTION, STRIDE_CELL, true, 3, ATTENTION_TENSOR_V, 2},
        {STEP_PROJECTION, STRIDE_ROW, true, 1, ATTENTION_TENSOR_V, 2},
        {STEP_SIMILARITY, STRIDE_ROW, false, 0, ATTENTION_TENSOR_SIMILARITY, 1},
        {STEP_SIMILARITY, STRIDE_ROW, false, 1, ATTENTION_TENSOR_SIMILARITY, 3},
        {STEP_SIMILARITY, STRIDE_ROW, false, 2, ATTENTION_TENSOR_SIMILARITY, 9},
        {STEP_SIMILARITY, STRIDE_MATRIX, false, 0, ATTENTION_TENSOR_SIMILARITY, 0},
        {STEP_SIMILARITY, STRIDE_MATRIX, true, 0, ATTENTION_TENSOR_SIMILARITY, 9},
        {STEP_SCALE, STRIDE_CELL, false, 4, ATTENTION_TENSOR_SCORES, 5},
        {STEP_SOFTMAX, STRIDE_ROW, false, 0, CELL_EXPONENTIALS, 1},
        {STEP_SOFTMAX, STRIDE_ROW, false, 1, CELL_EXPONENTIALS, 3},
        {STEP_SOFTMAX, STRIDE_ROW, false, 1, CELL_ROW_TOTAL, 0},
        {STEP_SOFTMAX, STRIDE_ROW, false, 2, CELL_ROW_TOTAL, 1},
        {STEP_SOFTMAX, STRIDE_ROW, false, 2, ATTENTION_TENSOR_WEIGHTS, 0},
        {STEP_SOFTMAX, STRIDE_ROW, false, 3, ATTENTION_TENSOR_WEIGHTS, 3},
        {STEP_SOFTMAX, STRIDE_ROW, false, 3, CELL_EXPONENTIALS, 3},
        {STEP_SOFTMAX, STRIDE_ROW, false, 4, CELL_EXPONENTIALS, 9},
        {STEP_SOFTMAX, STRIDE_ROW, false, 4, ATTENTION_TENSOR_WEIGHTS, 9},
        {STEP_SOFTMAX, STRIDE_CELL, false, 4, ATTENTION_TENSOR_WEIGHTS, 1},
        {STEP_SOFTMAX, STRIDE_MATRIX, false, 0, CELL_EXPONENTIALS, 0},
        {STEP_SOFTMAX, STRIDE_MATRIX, false, 0, ATTENTION_TENSOR_WEIGHTS, 0},
        {STEP_SUM, STRIDE_CELL, false, 2, ATTENTION_TENSOR_HEAD_OUTPUT, 3},
        {STEP_SUM, STRIDE_CELL, false, 0, ATTENTION_TENSOR_WEIGHTS, 9},
        {STEP_HEADS, STRIDE_ROW, false, 0, ATTENTION_TENSOR_CONCAT, 12},
        {STEP_HEADS, STRIDE_ROW, false, 0, ATTENTION_TENSOR_ATTENTION_OUTPUT, 0},
        {STEP_HEADS, STRIDE_ROW, false, 1, ATTENTION_TENSOR_ATTENTION_OUTPUT, 1},
        {STEP_HEADS, STRIDE_ROW, false, 3, ATTENTION_TENSOR_ATTENTION_OUTPUT, 12},
        {STEP_FEEDFORWARD, STRIDE_ROW, false, 0, ATTENTION_TENSOR_RESIDUAL1, 12},
    };
    struct study study;
    struct document wanted;
    assert_true(study_init(&study, NULL) && document_init(&wanted, NULL));
    assert_true(document_set_model(&wanted, "by-hand") && document_set_text(&wanted, "a b c", 5));
    wanted.query = 1;
    assert_true(study_set(&study, &wanted, NULL));
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const struct count *c = &counts[i];
        study.document.step = c->step;
        study.document.stride = c->stride;
        study.document.is_predict_off = c->is_predict_off;
        study.document.beat = c->beat;
        size_t shown = count_shown(&study, c->source);
        if (shown != c->shown)
            fail_msg("%zu, not %zu, of %s in %s", shown, c->shown, cell_symbol(c->source),
                     support_studies_name(&study));
    }
    document_free(&wanted);
    study_free(&study);
}

/* The heads view shows every head whole: its cells are shown, can be selected, in every step. */
static void check_heads_view(struct study *study) {
    struct document *d = &study->document;
    int source = selection_heads_source(study);
    REQUIRE(study, source == (d->step == STEP_SIMILARITY ? ATTENTION_TENSOR_SIMILARITY
                              : d->step == STEP_SCALE    ? ATTENTION_TENSOR_SCORES
                                                         : ATTENTION_TENSOR_WEIGHTS));
    d->view = VIEW_HEADS;
    REQUIRE(study, count_shown(study, source) == study_tokens(study) * study_tokens(study));
    d->cell = (struct document_cell){source, d->head, 0, 0};
    struct document_cell got = selection_of(study);
    REQUIRE(study, memcmp(&got, &d->cell, sizeof got) == 0);
    float value = 0;
    const float *whole = study_head_matrix(study, (enum attention_tensor_id)source, d->head);
    d->cell.column = (int)study_tokens(study) - 1;
    REQUIRE(study, cell_value(study, &d->cell, &value) && value == whole[d->cell.column]);
    d->cell.head++;
    got = selection_of(study);
    REQUIRE(study, got.source == -1 || got.head == d->head || got.head == 0);
    d->view = VIEW_MATRICES;
    d->cell.source = -1;
}

static void check_heads_views(struct study *study) {
    each_beat(study, check_heads_view);
}

static void the_heads_view_shows_whole_heads(void **state) {
    (void)state;
    support_studies_each(check_heads_views);
}

static void without_tokens_nothing_is_explained(void **state) {
    (void)state;
    struct study study;
    struct document wanted;
    assert_true(study_init(&study, NULL) && document_init(&wanted, NULL));
    assert_true(document_set_text(&wanted, "", 0) && study_set(&study, &wanted, NULL));
    for (int view = 0; view < VIEW_COUNT; view++)
        for (int step = 0; step < STEP_COUNT; step++) {
            study.document.view = (enum view)view;
            study.document.step = (enum step)step;
            study.document.cell = (struct document_cell){ATTENTION_TENSOR_WEIGHTS, 0, 0, 0};
            assert_int_equal(selection_of(&study).source, -1);
        }
    document_free(&wanted);
    study_free(&study);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_step_shows_what_exists),
        cmocka_unit_test(every_beat_explains_a_number_of_its_own),
        cmocka_unit_test(a_selection_counts_where_it_is_seen),
        cmocka_unit_test(the_step_shows_what_this_model_uses),
        cmocka_unit_test(numbers_come_and_stay),
        cmocka_unit_test(shown_is_what_the_beat_reveals),
        cmocka_unit_test(counted_by_hand),
        cmocka_unit_test(the_heads_view_shows_whole_heads),
        cmocka_unit_test(without_tokens_nothing_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
