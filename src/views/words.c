/* words.c: what the picture says about the current beat: title, place, formula, sentences. */
#include "chrome.h"

#include <string.h>

static float n_divisor(const struct page *page) {
    return page_n(page) ? attention_trace_divisor(page->study->trace) : 1;
}

/* Do W_Q and W_K of the head hold the same numbers? Then it is said, so that nobody takes it for
 * the rule. */
static bool reads_alike(const struct page *page) {
    int head = page->document->head;
    struct cell_matrix q = cell_matrix_of(page->study, CELL_W_Q, head, NULL);
    struct cell_matrix k = cell_matrix_of(page->study, CELL_W_K, head, NULL);
    return q.values && k.values &&
           memcmp(q.values, k.values, q.rows * q.columns * sizeof(float)) == 0;
}

/* The key with the largest weight in the row of `query`. */
static int strongest_key(const struct page *page, int query) {
    const float *a = study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, page->document->head);
    size_t m = study_keys(page->study), strongest = 0;
    const float *row = a ? a + (size_t)query * m : NULL;
    for (size_t j = 1; row && j < m; j++) {
        strongest = row[j] > row[strongest] ? j : strongest;
    }
    return (int)strongest;
}

static float largest_weight(const struct page *page) {
    const float *a = study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, page->document->head);
    size_t m = study_keys(page->study), query = (size_t)page->document->query;
    return a ? a[query * m + (size_t)strongest_key(page, page->document->query)] : 0;
}

/* The temperature that the pass used: 1 where none was asked for. */
static float temperature(const struct page *page) {
    return page->document->what_if.temperature;
}

/* What the scores are divided by, as it stands in a formula: "/ √d_k", "/ (√d_k τ)", "/ τ" or
 * nothing. */
static const char *divide_words(const struct page *page) {
    bool is_scaled = study_is_scaled(page->study), has_tau = temperature(page) != 1;
    if (temperature(page) == 0) {
        return "";
    }
    return is_scaled && has_tau ? " / (√d_k τ)" : is_scaled ? " / √d_k" : has_tau ? " / τ" : "";
}

/* Every head's scores by the F of the pass, with the marks of ui.h. */
static const char *matrix_similarity_words(const struct page *page) {
    return page->study->model.weights.config.similarity == ATTENTION_SIMILARITY_DOT
               ? UI_MARK_QUERY "Q^h" UI_MARK_END " " UI_MARK_KEY "K^{hT}" UI_MARK_END
               : "F(" UI_MARK_QUERY "Q^h" UI_MARK_END ", " UI_MARK_KEY "K^h" UI_MARK_END ")";
}

const char *words_where(struct page *page) {
    const struct document *d = page->document;
    const struct attention_config *c = &page->study->model.weights.config;
    const char *names[] = {"step", "steps", "head", "layer", "beat", "beats", NULL};
    const char *values[] = {page_format(page, "%d", (int)d->step + 1),
                            page_format(page, "%d", STEP_COUNT),
                            page_format(page, "%d", d->head + 1),
                            page_format(page, "%d", d->layer + 1),
                            page_format(page, "%d", d->beat + 1),
                            page_format(page, "%d", steps_beats(page->study, d->step)),
                            NULL};
    bool has_head = d->step >= STEP_PROJECTION && d->step <= STEP_SUM;
    const char *key = c->layers > 1 ? (has_head ? "panel.where_layer_head" : "panel.where_layer")
                      : has_head    ? "panel.where_head"
                                    : "panel.where";
    return page_filled(page, key, names, values);
}

/* The words of the step with the focus words filled in. */
static const char *step_text(struct page *page, const char *part) {
    const struct document *d = page->document;
    int key = page->selection.source >= 0 && cell_columns_are_keys(page->selection.source)
                  ? page->selection.column
                  : d->key;
    int query = cell_row_tokens(page->selection.source) == CELL_TOKENS_QUERIES ? page->selection.row
                                                                               : d->query;
    size_t n = page_n(page);
    float divisor = n_divisor(page);
    int strongest = n ? strongest_key(page, query) : 0;
    const struct attention_config *c = &page->study->model.weights.config;
    const struct attention_layer_weights *w = &page->study->model.weights.layers[d->layer];
    const char *names[] = {"query", "key",        "strongest", "heads",  "divisor", "d_k",
                           "d",     "d_ff",       "count",     "equals", "b_q",     "b_1",
                           "b_2",   "activation", "divide",    "tau",    NULL};
    const char *values[] = {page_token(page, query, UI_MARK_QUERY),
                            page_key_token(page, key, UI_MARK_KEY),
                            page_key_token(page, strongest, UI_MARK_BOLD),
                            page_format(page, "%d", c->heads),
                            page_number(page, divisor, NUMBER_PLAIN),
                            page_format(page, "%d", c->d_k),
                            page_format(page, "%d", c->d_model),
                            page_format(page, "%d", c->d_ff),
                            page_format(page, "%zu", n),
                            number_shown(divisor) == (double)divisor ? "=" : "≈",
                            w->q_bias ? " + b_Q" : "",
                            w->up_bias ? " + b_1" : "",
                            w->down_bias ? " + b_2" : "",
                            c->activation == ATTENTION_ACTIVATION_GELU ? "GELU" : "ReLU",
                            divide_words(page),
                            page_number(page, temperature(page), NUMBER_PLAIN),
                            NULL};
    return page_filled(page, page_format(page, "step.%s.%s", step_id(d->step), part), names,
                       values);
}

/* Who says what, where a step has one way of saying it for each F. */
static const char *similarity_suffix(const struct page *page) {
    static const char *const suffixes[] = {[ATTENTION_SIMILARITY_DOT] = NULL,
                                           [ATTENTION_SIMILARITY_COSINE] = "cosine",
                                           [ATTENTION_SIMILARITY_GENERAL] = "general",
                                           [ATTENTION_SIMILARITY_ADDITIVE] = "additive"};
    return suffixes[page->study->model.weights.config.similarity];
}

static const char *scale_suffix(const struct page *page) {
    return page->reveal.phase == PHASE_SCALE_MASK ? "mask"
           : temperature(page) == 0               ? "cold"
           : temperature(page) != 1               ? "temperature"
           : study_is_scaled(page->study)         ? NULL
                                                  : "off";
}

/* Where all keys of the row are masked nothing is shared; with τ = 0 there is no exponential to
 * tell of. */
static const char *softmax_suffix(const struct page *page) {
    return page_n(page) > 0 && largest_weight(page) == 0      ? "nothing"
           : temperature(page) == 0                           ? "cold"
           : page->reveal.phase == PHASE_SOFTMAX_EXPONENTIATE ? "exponentiate"
           : page->reveal.phase == PHASE_SOFTMAX_ADD          ? "add"
                                                              : "divide";
}

static const char *sum_suffix(const struct page *page) {
    const struct document *d = page->document;
    float largest = largest_weight(page);
    return attention_trace_is_head_off(page->study->trace, d->layer, d->head) ? "off"
           : largest == 0                                                     ? "nothing"
           : largest < 0.5f                                                   ? "shared"
                                                                              : NULL;
}

static const char *feedforward_suffix(const struct page *page) {
    enum attention_tensor_id stages[6];
    int count = steps_feedforward_stages(page->study, stages);
    int stage = page->reveal.phase < count ? page->reveal.phase : count - 1;
    return count ? attention_tensor_name((int)stages[stage]) : "none";
}

static const char *suffix_of_step(const struct page *page) {
    bool has_tokens = page_n(page) > 0;
    switch (page->document->step) {
    case STEP_TOKENS:
        return page->study->model.tokenizer == TOKENIZER_CHARACTERS ? "characters" : NULL;
    case STEP_EMBEDDING:
        return has_tokens && !study_tensor(page->study, ATTENTION_TENSOR_POSITION).data ? "alone"
                                                                                        : NULL;
    case STEP_PROJECTION:
        return has_tokens && reads_alike(page) ? "alike" : NULL;
    case STEP_SIMILARITY:
        return similarity_suffix(page);
    case STEP_SCALE:
        return scale_suffix(page);
    case STEP_SOFTMAX:
        return softmax_suffix(page);
    case STEP_SUM:
        return has_tokens ? sum_suffix(page) : NULL;
    case STEP_HEADS:
        return page->reveal.phase == PHASE_HEADS_CONCAT ? "concat" : NULL;
    default:
        return feedforward_suffix(page);
    }
}

/* Beats inside a step may say their own words: scale while masking, softmax while adding, the
 * stages of the layer's rest; and so may what the reader has changed. */
static const char *part_of_step(struct page *page, const char *part) {
    const char *suffix = page->document->view == VIEW_HEADS ? NULL : suffix_of_step(page);
    return suffix ? page_format(page, "%s.%s", part, suffix) : NULL;
}

const char *words_for_beat(struct page *page, const char *part) {
    if (page->document->view == VIEW_HEADS) {
        enum step step = page->document->step;
        const char *kind = step == STEP_SIMILARITY ? "score" : step == STEP_SCALE ? "scaled" : NULL;
        const char *own = kind ? page_format(page, "view.heads.%s.%s", part, kind) : NULL;
        const char *names[] = {"heads", "query", "f", "divide", NULL};
        const char *values[] = {page_format(page, "%d", page->study->model.weights.config.heads),
                                page_token(page, page->document->query, UI_MARK_QUERY),
                                matrix_similarity_words(page), divide_words(page), NULL};
        bool has_own = own && catalogue_has(page->catalogue, page->document->language, own);
        return page_filled(page, has_own ? own : page_format(page, "view.heads.%s", part), names,
                           values);
    }
    const char *own = part_of_step(page, part);
    const char *key =
        own ? page_format(page, "step.%s.%s", step_id(page->document->step), own) : NULL;
    return step_text(
        page, key && catalogue_has(page->catalogue, page->document->language, key) ? own : part);
}
