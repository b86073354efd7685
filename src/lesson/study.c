/* study.c: from a document to a trace. Everything new is made beside the old, and put in its place
 * only when all of it is there; the pass comes last, since the trace keeps its old block when a
 * pass fails. */
#include "lesson/study.h"
#include "files/memory.h"
#include "lesson/comparison.h"
#include "lesson/overview.h"
#include "lesson/steps.h"
#include "lesson/study_pass.h"
#include <stdlib.h>
#include <string.h>

/* What study_set has made so far. */
struct draft {
    struct document document;
    struct model model; /* used when is_model_new */
    struct study_text text, context, values;
    struct study_pass pass;
    struct attention_trace *trace; /* an empty one, when the text is empty */
    size_t edits_left_out;
    bool is_model_new, is_text_new, is_context_new, is_values_new;
};

static void draft_free(struct draft *draft) {
    document_free(&draft->document);
    study_text_free(&draft->text);
    study_text_free(&draft->context);
    study_text_free(&draft->values);
    attention_trace_free(draft->trace);
    if (draft->is_model_new) model_free(&draft->model);
}

bool study_init(struct study *study, struct file_error *error) {
    *study = (struct study){0};
    if (!document_init(&study->document, error)) return false;
    study->trace = attention_trace_new(NULL);
    study->kept = calloc(1, sizeof *study->kept);
    study->overview = calloc(1, sizeof *study->overview);
    if (study->trace == NULL || study->kept == NULL || study->overview == NULL) {
        study_free(study);
        return study_no_memory(error);
    }
    return true;
}

/* The study's own text as one thing; what is put there stays the study's. */
static struct study_text text_of(const struct study *study) {
    return (struct study_text){study->tokens, study->token_names, study->rows};
}

static void text_put(struct study *study, const struct study_text *text) {
    study->tokens = text->tokens;
    study->token_names = text->names;
    study->rows = text->rows;
}

void study_free(struct study *study) {
    struct study_text text = text_of(study);
    study_text_free(&text);
    text_put(study, &text);
    study_text_free(&study->context);
    study_text_free(&study->values);
    attention_trace_free(study->trace);
    study->trace = NULL;
    attention_pool_free(study->pool);
    study->pool = NULL;
    comparison_kept_free(study->kept);
    study->kept = NULL;
    overview_kept_forget(study->overview);
    free(study->overview);
    study->overview = NULL;
    study_baseline_free(&study->baseline);
    model_free(&study->model);
    document_free(&study->document);
}

static bool read_context(struct draft *draft, const struct model *model, struct file_error *error) {
    const char *text = draft->document.what_if.context;
    if (!draft->is_context_new || text == NULL) return true;
    if (!study_text_read(model, text, &draft->context, error)) return false;
    return draft->context.tokens.count > 0 ||
           file_error_set(error, "context: there are no words in it; write some, or leave it out");
}

static bool read_values(struct draft *draft, const struct study *study, const struct model *model,
                        struct file_error *error) {
    const struct what_if *what_if = &draft->document.what_if;
    if (what_if->values == NULL) return true;
    if (what_if->context == NULL)
        return file_error_set(error, "values: they need a context for the keys; give a "
                                     "context with as many tokens");
    if (draft->is_values_new && !study_text_read(model, what_if->values, &draft->values, error))
        return false;
    size_t keys = (draft->is_context_new ? &draft->context : &study->context)->tokens.count;
    size_t values = (draft->is_values_new ? &draft->values : &study->values)->tokens.count;
    return keys == values ||
           file_error_set(error,
                          "values: there %s %zu token%s, and the context has %zu; give both the "
                          "same number",
                          values == 1 ? "is" : "are", values, values == 1 ? "" : "s", keys);
}

/* Model, tokens, names and embedding rows, as far as they have changed. */
static bool draft_read(struct draft *draft, const struct study *study, struct file_error *error) {
    const struct document *wanted = &draft->document;
    if (draft->is_model_new && !model_load(wanted->model, &draft->model, error)) return false;
    const struct model *model = draft->is_model_new ? &draft->model : &study->model;
    if (draft->is_text_new) {
        if (!study_text_read(model, wanted->text, &draft->text, error)) return false;
        study_text_shuffle(&draft->text, wanted->what_if.shuffle_seed,
                           (size_t)model->weights.config.d_model);
        if (draft->text.tokens.count == 0) draft->trace = attention_trace_new(NULL);
        if (draft->text.tokens.count == 0 && draft->trace == NULL) return study_no_memory(error);
    }
    draft->pass = study_pass_of(&wanted->what_if, model,
                                draft->is_model_new ? &model->weights.config : &study->own_config);
    return read_context(draft, model, error) && read_values(draft, study, model, error);
}

static struct attention_input input_of(const struct study_text *text,
                                       const struct study_text *context,
                                       const struct study_text *values) {
    return (struct attention_input){.embedding = text->rows,
                                    .n = text->tokens.count,
                                    .context = context->rows,
                                    .m = context->tokens.count,
                                    .values = values->rows};
}

/* Threads pay from about 64 tokens on (docs/performance.md). Without a pool the pass goes on in
 * this thread, and comes to the same bits. */
static void prepare_pool(struct study *study, const struct draft *draft) {
    enum { LONG_TEXT = 64 };
    size_t tokens = draft->is_text_new ? draft->text.tokens.count : study->tokens.count;
    if (study->pool == NULL && study->threads > 1 && tokens >= LONG_TEXT)
        study->pool = attention_pool_new(study->threads, NULL);
}

/* The pass into the study's own trace, which keeps the last one when this fails. */
static bool draft_pass(struct draft *draft, const struct study *study, struct file_error *error) {
    const struct what_if *before = &study->document.what_if, *what_if = &draft->document.what_if;
    const struct study_text own = text_of(study);
    const struct study_text *text = draft->is_text_new ? &draft->text : &own;
    const struct study_text *context = draft->is_context_new ? &draft->context : &study->context;
    const struct study_text *values = draft->is_values_new ? &draft->values : &study->values;
    bool is_new = draft->is_text_new || draft->is_context_new || draft->is_values_new;
    if (!is_new) {
        struct study_pass was = study_pass_of(before, &study->model, &study->own_config);
        is_new = !study_pass_equal(&was, before, &draft->pass, what_if);
    }
    draft->edits_left_out = is_new ? what_if->edit_count : study->edits_left_out;
    if (!is_new || text->tokens.count == 0) return true;
    const struct model *model = draft->is_model_new ? &draft->model : &study->model;
    const struct attention_input input = input_of(text, context, values);
    const struct study_means means = {study->memory_limit_bytes, study->pool};
    return study_pass_run(&draft->pass, what_if, &model->weights, &input, &means, study->trace,
                          &draft->edits_left_out, error);
}

static void swap_texts(struct study_text *a, struct study_text *b) {
    struct study_text text = *a;
    *a = *b;
    *b = text;
}

/* Puts the draft in place of the study's parts; the old ones end up in the draft. Cannot fail. */
static void draft_swap(struct draft *draft, struct study *study) {
    struct document document = study->document;
    study->document = draft->document;
    draft->document = document;
    if (draft->is_model_new) {
        struct model model = study->model;
        study->model = draft->model;
        study->own_config = draft->model.weights.config;
        draft->model = model;
    }
    study->model.weights.config = draft->pass.config;
    if (draft->is_text_new) {
        struct study_text text = text_of(study);
        text_put(study, &draft->text);
        draft->text = text;
    }
    if (draft->is_context_new) swap_texts(&study->context, &draft->context);
    if (draft->is_values_new) swap_texts(&study->values, &draft->values);
    if (draft->trace != NULL) {
        struct attention_trace *trace = study->trace;
        study->trace = draft->trace;
        draft->trace = trace;
    }
    study->edits_left_out = draft->edits_left_out;
}

static int clamp_index(int index, size_t count) {
    if (index < 0 || count == 0) return 0;
    return (size_t)index < count ? index : (int)(count - 1);
}

static void clamp_place(struct study *study, const struct document *before) {
    struct document *document = &study->document;
    const struct attention_config *config = &study->model.weights.config;
    size_t n = study->tokens.count;
    document->layer = clamp_index(document->layer, (size_t)config->layers);
    document->head = clamp_index(document->head, (size_t)config->heads);
    document->query = clamp_index(document->query, n);
    document->key = clamp_index(document->key, study_keys(study));
    if (document->layer > 0 && document->step < STEP_PROJECTION) {
        /* These steps exist once. Who changed the layer wants that layer; who named the step wants
         * the step. */
        if (before->step == document->step && before->layer != document->layer)
            steps_go(study, document, STEP_PROJECTION, 0);
        else
            document->layer = 0;
    }
    steps_go(study, document, document->step, document->beat);
    if (n > 0 && (size_t)document->compare_steps > n) document->compare_steps = (int)n;
    struct document_cell *cell = &document->cell;
    if (cell->source < 0) {
        *cell = (struct document_cell){.source = -1};
        return;
    }
    cell->head = clamp_index(cell->head, (size_t)config->heads);
    cell->row = cell->row < 0 ? 0 : cell->row;
    cell->column = cell->column < 0 ? 0 : cell->column;
}

/* An answer belongs to the question it was given to, a selected cell to its matrix. Both go when
 * those change, unless the wanted document brought its own (a session, undo). `before` is what the
 * study had, with before_n tokens and before_m keys. */
static void forget(struct study *study, const struct draft *before, size_t before_n,
                   size_t before_m) {
    struct document *document = &study->document;
    const struct document *old = &before->document;
    bool is_other_question = before->is_text_new || before->is_context_new ||
                             before->is_values_new || old->query != document->query ||
                             old->head != document->head || old->layer != document->layer;
    bool is_answer_old = memcmp(old->answers, document->answers, sizeof document->answers) == 0;
    for (int i = 0; i < PREDICT_COUNT; i++) {
        int *answer = &document->answers[i];
        if ((is_other_question && is_answer_old) || *answer < PREDICT_SKIPPED ||
            *answer >= (int)study_keys(study))
            *answer = PREDICT_NONE;
    }
    const struct document_cell *was = &old->cell, *is = &document->cell;
    bool is_cell_old = was->source == is->source && was->head == is->head && was->row == is->row &&
                       was->column == is->column;
    bool is_other_shape =
        before->is_model_new || before_n != study->tokens.count || before_m != study_keys(study);
    if (is_other_shape && is_cell_old) document->cell.source = -1;
}

/* Are the numbers of the pass others than they were? */
static bool is_other_pass(const struct study *study, const struct draft *before) {
    const struct document *old = &before->document, *now = &study->document;
    return before->is_model_new || strcmp(old->text, now->text) != 0 ||
           !what_if_equal(&old->what_if, &now->what_if);
}

/* Does the comparison read other numbers than it did? */
static bool is_other_comparison(const struct study *study, const struct draft *before) {
    return before->document.layer != study->document.layer || is_other_pass(study, before);
}

/* must_load: read the model even when its name is the same. */
static bool study_compute(struct study *study, const struct document *wanted, bool must_load,
                          struct file_error *error) {
    bool is_first = study->model.id == NULL;
    const struct document *now = &study->document;
    const struct what_if *old = &now->what_if, *changes = &wanted->what_if;
    struct draft draft = {0};
    if (!document_copy(&draft.document, wanted)) return study_no_memory(error);
    draft.is_model_new = is_first || must_load || strcmp(wanted->model, now->model) != 0;
    draft.is_text_new = draft.is_model_new || strcmp(wanted->text, now->text) != 0 ||
                        changes->shuffle_seed != old->shuffle_seed;
    draft.is_context_new = draft.is_model_new || !file_texts_equal(changes->context, old->context);
    draft.is_values_new = draft.is_model_new || !file_texts_equal(changes->values, old->values);
    bool is_done = draft_read(&draft, study, error);
    if (is_done) prepare_pool(study, &draft);
    is_done = is_done && draft_pass(&draft, study, error);
    if (is_done) {
        size_t before_n = study->tokens.count, before_m = study_keys(study);
        draft_swap(&draft, study);
        clamp_place(study, is_first ? &study->document : &draft.document);
        if (!is_first) forget(study, &draft, before_n, before_m);
        study_baseline_follow(study, draft.is_model_new);
        if (is_other_pass(study, &draft)) overview_kept_forget(study->overview);
        if (is_other_comparison(study, &draft)) comparison_kept_forget(study->kept);
    }
    draft_free(&draft);
    return is_done;
}

bool study_set(struct study *study, const struct document *wanted, struct file_error *error) {
    return study_compute(study, wanted, false, error);
}

bool study_reload(struct study *study, struct file_error *error) {
    return study_compute(study, &study->document, true, error);
}

size_t study_tokens(const struct study *study) {
    return study->tokens.count;
}

struct attention_tensor study_tensor(const struct study *study, enum attention_tensor_id id) {
    if (study->trace == NULL) return (struct attention_tensor){0};
    return attention_trace_tensor(study->trace, id, study->document.layer);
}

const float *study_head_matrix(const struct study *study, enum attention_tensor_id id, int head) {
    struct attention_tensor tensor = study_tensor(study, id);
    if (tensor.data == NULL || tensor.dims != 3 || head < 0 || (size_t)head >= tensor.shape[0])
        return NULL;
    return tensor.data + (size_t)head * tensor.shape[1] * tensor.shape[2];
}

static struct study_pass pass_of(const struct study *study) {
    return study_pass_of(&study->document.what_if, &study->model, &study->own_config);
}

bool study_is_masked(const struct study *study) {
    return pass_of(study).mask != ATTENTION_MASK_NONE;
}

bool study_is_masked_before(const struct study *study) {
    return study_is_masked(study) &&
           study->document.what_if.fault != FAULT_MASK_AFTER_SOFTMAX;
}

bool study_is_scaled(const struct study *study) {
    return !pass_of(study).is_scale_off;
}

enum mask_choice study_mask(const struct study *study) {
    enum mask_choice mask = study->document.what_if.mask;
    if (mask != MASK_MODEL) return mask;
    return study->model.mask == ATTENTION_MASK_CAUSAL ? MASK_CAUSAL : MASK_NONE;
}

bool study_paint(const struct study *study, struct document *wanted, int query, int key,
                 bool is_allowed) {
    size_t n = study_tokens(study), m = study_keys(study);
    if (query < 0 || key < 0 || (size_t)query >= n || (size_t)key >= m) return true;
    if (wanted->what_if.mask == MASK_MODEL) wanted->what_if.mask = study_mask(study);
    return what_if_paint(&wanted->what_if, n, m, (size_t)query, (size_t)key, is_allowed);
}

bool study_edit_fits(const struct study *study, const struct attention_edit *edit) {
    const struct study_text text = text_of(study);
    const struct attention_input input = input_of(&text, &study->context, &study->values);
    return study_pass_has_place(&study->model.weights.config, &input, edit);
}

int study_shape(const struct study *study, int id, size_t shape[3]) {
    return attention_tensor_shape(&study->model.weights.config, study_tokens(study),
                                  study_keys(study), id, shape);
}

static const char *name_at(const struct study_text *text, int index) {
    if (index < 0 || (size_t)index >= text->tokens.count) return "";
    return text->names[index];
}

bool study_has_context(const struct study *study) {
    return study->context.tokens.count > 0;
}

size_t study_keys(const struct study *study) {
    return study_has_context(study) ? study->context.tokens.count : study->tokens.count;
}

const char *study_token(const struct study *study, int index) {
    const struct study_text text = text_of(study);
    return name_at(&text, index);
}

const char *study_key_token(const struct study *study, int index) {
    return study_has_context(study) ? name_at(&study->context, index) : study_token(study, index);
}

const char *study_value_token(const struct study *study, int index) {
    return study->values.tokens.count > 0 ? name_at(&study->values, index)
                                          : study_key_token(study, index);
}
