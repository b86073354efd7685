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

static float largest_weight(const struct page *page) {
    size_t m = page_m(page);
    const float *a = study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, page->document->head);
    float largest = 0;
    for (size_t j = 0; a && j < m; j++) {
        float weight = a[(size_t)page->document->query * m + j];
        largest = weight > largest ? weight : largest;
    }
    return largest;
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

/* What scores are divided by, as the formula writes it: " / √d_k", with τ where it acts. */
static const char *over(const struct page *page) {
    float temperature = page->document->what_if.temperature;
    bool is_scaled = study_is_scaled(page->study);
    if (temperature == 0) {
        return ""; /* τ = 0 divides nothing: softmax takes the largest */
    }
    return temperature == 1.0f ? (is_scaled ? " / √d_k" : "") : is_scaled ? " / (√d_k τ)" : " / τ";
}

static const char *similarity_of_heads(const struct page *page) {
    return page->study->model.weights.config.similarity == ATTENTION_SIMILARITY_DOT
               ? UI_MARK_QUERY "Q^h" UI_MARK_END " " UI_MARK_KEY "K^{hT}" UI_MARK_END
               : "F(" UI_MARK_QUERY "Q^h" UI_MARK_END ", " UI_MARK_KEY "K^h" UI_MARK_END ")";
}

static const char *scale_part(const struct page *page) {
    float temperature = page->document->what_if.temperature;
    return temperature == 0               ? "zero"
           : temperature != 1.0f          ? "tau"
           : study_is_scaled(page->study) ? NULL
                                          : "off";
}

/* What is poured in belongs to the values, which may have a text of their own. */
static const char *strongest_word(struct page *page, size_t index) {
    const char *word = page->document->step == STEP_SUM ? page_value_word(page, (int)index)
                                                        : page_key_word(page, (int)index);
    return page_format(page, "%s%s" UI_MARK_END, UI_MARK_BOLD, word);
}

/* The word with the largest weight of a row [m]; the words, where several weights look alike. */
static const char *strongest_words(struct page *page, const float *row, size_t m) {
    enum { MOST_NAMED = 3 };
    float largest = 0;
    size_t alike = 0;
    for (size_t j = 0; j < m; j++) {
        largest = row[j] > largest ? row[j] : largest;
    }
    for (size_t j = 0; j < m; j++) {
        alike += number_shown(row[j]) == number_shown(largest);
    }
    if (alike > MOST_NAMED) {
        const char *names[] = {"count", NULL}, *values[] = {page_format(page, "%zu", alike), NULL};
        return page_filled(page, "words.alike", names, values);
    }
    const char *words = "";
    for (size_t j = 0, named = 0; j < m; j++) {
        if (number_shown(row[j]) == number_shown(largest)) {
            const char *between = named == 0           ? ""
                                  : named + 1 == alike ? page_words(page, "words.and")
                                                       : page_words(page, "words.comma");
            words = page_format(page, "%s%s%s", words, between, strongest_word(page, j));
            named++;
        }
    }
    return words;
}

/* The words of the step with the focus words filled in. */
static const char *step_text(struct page *page, const char *part) {
    const struct document *d = page->document;
    int key = page->selection.source >= 0 && cell_columns_are_keys(page->selection.source)
                  ? page->selection.column
                  : d->key;
    int source = page->selection.source, query = d->query;
    enum cell_tokens rows = source >= 0 ? cell_row_tokens(source) : CELL_TOKENS_NONE;
    if (rows == CELL_TOKENS_KEYS || rows == CELL_TOKENS_VALUES) {
        key = page->selection.row;
    } else if (rows == CELL_TOKENS_QUERIES) {
        query = page->selection.row;
    }
    float divisor = n_divisor(page);
    size_t n = page_n(page), m = page_m(page);
    const float *a = n ? study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, d->head) : NULL;
    const struct attention_config *c = &page->study->model.weights.config;
    const struct attention_layer_weights *w = &page->study->model.weights.layers[d->layer];
    const char *names[] = {"query", "key",  "strongest",  "heads", "divisor", "d_k",
                           "d",     "d_ff", "count",      "keys",  "equals",  "b_q",
                           "b_1",   "b_2",  "activation", "over",  NULL};
    const char *values[] = {page_token(page, query, UI_MARK_QUERY),
                            page_key_token(page, key, UI_MARK_KEY),
                            a ? strongest_words(page, a + (size_t)query * m, m) : "",
                            page_format(page, "%d", c->heads),
                            page_number(page, divisor, NUMBER_PLAIN),
                            page_format(page, "%d", c->d_k),
                            page_format(page, "%d", c->d_model),
                            page_format(page, "%d", c->d_ff),
                            page_format(page, "%zu", n),
                            page_format(page, "%zu", m),
                            number_shown(divisor) == (double)divisor ? "=" : "≈",
                            w->q_bias ? " + b_Q" : "",
                            w->up_bias ? " + b_1" : "",
                            w->down_bias ? " + b_2" : "",
                            c->activation == ATTENTION_ACTIVATION_GELU ? "GELU" : "ReLU",
                            over(page),
                            NULL};
    return page_filled(page, page_format(page, "step.%s.%s", step_id(d->step), part), names,
                       values);
}

/* Which words the beat of the mask has: of its formula always the same. */
static const char *mask_part(const struct page *page, const char *part) {
    enum mask_choice mask = study_mask(page->study);
    bool is_text = strcmp(part, "text") == 0;
    return !is_text               ? "mask"
           : mask == MASK_PADDING ? "padding"
           : mask == MASK_WINDOW  ? "window"
           : mask == MASK_PAINTED ? "painted"
                                  : "mask";
}

/* Beats inside a step may say their own words: scale while masking, softmax while adding, the
 * stages of the layer's rest. */
static const char *part_of_step(struct page *page, const char *part) {
    const struct document *d = page->document;
    const char *suffix = NULL;
    if (d->step == STEP_SCALE) {
        bool is_masking = page->reveal.phase == PHASE_SCALE_MASK;
        suffix = is_masking ? mask_part(page, part) : scale_part(page);
    } else if (d->step == STEP_SIMILARITY) {
        static const char *const forms[] = {NULL, "cosine", "general", "additive"};
        suffix = forms[page->study->model.weights.config.similarity];
    } else if (d->step == STEP_SOFTMAX && d->what_if.fault != FAULT_NONE) {
        suffix = d->what_if.fault == FAULT_MASK_AFTER_SOFTMAX ? "fault.after" : "fault.axis";
    } else if (d->step == STEP_SOFTMAX && d->what_if.temperature == 0 && page_n(page) &&
               largest_weight(page) > 0) {
        suffix = "zero"; /* no exponentials: the largest take all */
    } else if (d->step == STEP_SOFTMAX && page->reveal.phase == PHASE_SOFTMAX_EXPONENTIATE) {
        suffix = "exponentiate";
    } else if (d->step == STEP_SOFTMAX && page->reveal.phase == PHASE_SOFTMAX_ADD) {
        suffix = "add";
    } else if (d->step == STEP_SOFTMAX && page->reveal.phase == PHASE_SOFTMAX_DIVIDE) {
        suffix = page_n(page) && largest_weight(page) <= 0 ? "nothing" : "divide";
    } else if (d->step == STEP_HEADS && page->reveal.phase == PHASE_HEADS_CONCAT) {
        suffix = "concat";
    } else if ((d->step == STEP_EMBEDDING || d->step == STEP_PROJECTION ||
                d->step == STEP_TOKENS) &&
               strcmp(part, "text") == 0 && page_n(page) && study_has_context(page->study)) {
        suffix = "context";
    } else if (d->step == STEP_EMBEDDING && page_n(page) &&
               !study_tensor(page->study, ATTENTION_TENSOR_POSITION).data) {
        suffix = "alone";
    } else if (d->step == STEP_PROJECTION && page_n(page)) {
        suffix = reads_alike(page) ? "alike" : NULL;
    } else if (d->step == STEP_SUM && page_n(page)) {
        suffix = page_is_head_off(page, d->head) ? "off"
                 : largest_weight(page) <= 0     ? "nothing"
                 : steps_is_question_open(page->study)
                     ? "asked" /* the card asks where most comes from */
                 : largest_weight(page) < 0.5f ? "shared"
                                               : NULL;
    } else if (d->step == STEP_FEEDFORWARD) {
        enum attention_tensor_id stages[6];
        int count = steps_feedforward_stages(page->study, stages);
        suffix = count
                     ? attention_tensor_name(
                           (int)stages[page->reveal.phase < count ? page->reveal.phase : count - 1])
                     : "none";
    } else if (d->step == STEP_TOKENS && page->study->model.tokenizer == TOKENIZER_CHARACTERS) {
        suffix = "characters";
    }
    return suffix ? page_format(page, "%s.%s", part, suffix) : NULL;
}

const char *words_for_beat(struct page *page, const char *part) {
    if (page->document->view == VIEW_COMPARE) {
        return words_of_comparison(page, part);
    }
    if (page->document->view == VIEW_MODEL) {
        const struct attention_config *c = &page->study->model.weights.config;
        const char *names[] = {"layers", "heads", "f", "over", NULL};
        const char *values[] = {page_format(page, "%d", c->layers),
                                page_format(page, "%d", c->heads), similarity_of_heads(page),
                                over(page), NULL};
        bool is_formula = strcmp(part, "formula") == 0;
        return page_filled(
            page, is_formula ? "view.heads.formula" : page_format(page, "view.model.%s", part),
            names, values);
    }
    if (page->document->view == VIEW_LINES) {
        const char *names[] = {"query", "head", "percent", NULL};
        const char *values[] = {page_token(page, page->document->query, UI_MARK_QUERY),
                                page_format(page, "%d", page->document->head + 1),
                                page_format(page, "%d", page->document->lines_threshold), NULL};
        return page_filled(page, page_format(page, "view.lines.%s", part), names, values);
    }
    if (page->document->view == VIEW_HEADS) {
        enum step step = page->document->step;
        const char *kind = step == STEP_SIMILARITY ? "score" : step == STEP_SCALE ? "scaled" : NULL;
        const char *own = kind ? page_format(page, "view.heads.%s.%s", part, kind) : NULL;
        const char *names[] = {"heads", "query", "f", "over", NULL};
        const char *values[] = {page_format(page, "%d", page->study->model.weights.config.heads),
                                page_token(page, page->document->query, UI_MARK_QUERY),
                                similarity_of_heads(page), over(page), NULL};
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
