/* study.c: from a document to a trace. Everything new is made beside the old, and put in its place
 * only when all of it is there; the pass comes last, since the trace keeps its old block when a
 * pass fails. */
#include "lesson/study.h"
#include "lesson/steps.h"
#include "lesson/token_name.h"
#include <stdlib.h>
#include <string.h>

/* What study_set has made so far. */
struct draft {
    struct document document;
    struct model model; /* used when is_model_new */
    struct token_list tokens;
    char **names;
    float *rows;                   /* [n, d] for the pass */
    struct attention_trace *trace; /* an empty one, when the text is empty */
    bool is_model_new, is_text_new, is_pass_new;
};

static bool no_memory(struct file_error *error) {
    return file_error_set(error, "no memory is left for this sentence; shorten it or close other "
                                 "programs");
}

static void names_free(char **names, size_t count) {
    for (size_t i = 0; names != NULL && i < count; i++)
        free(names[i]);
    free(names);
}

static void draft_free(struct draft *draft) {
    document_free(&draft->document);
    names_free(draft->names, draft->tokens.count);
    tokens_free(&draft->tokens);
    free(draft->rows);
    attention_trace_free(draft->trace);
    if (draft->is_model_new) model_free(&draft->model);
}

bool study_init(struct study *study, struct file_error *error) {
    *study = (struct study){0};
    if (!document_init(&study->document, error)) return false;
    study->trace = attention_trace_new(NULL);
    if (study->trace == NULL) {
        study_free(study);
        return no_memory(error);
    }
    return true;
}

void study_free(struct study *study) {
    names_free(study->token_names, study->tokens.count);
    study->token_names = NULL;
    tokens_free(&study->tokens);
    attention_trace_free(study->trace);
    study->trace = NULL;
    model_free(&study->model);
    document_free(&study->document);
}

static bool is_masked(const struct document *document, const struct model *model) {
    return document->mask == MASK_MODEL ? model->mask != ATTENTION_MASK_NONE
                                        : document->mask != MASK_NONE;
}

static bool is_scaled(const struct document *document, const struct model *model) {
    return document->scaling == SCALING_MODEL ? !model->is_scale_off
                                              : document->scaling == SCALING_ON;
}

static bool names_make(const char *text, const struct token_list *tokens, char ***out) {
    if (tokens->count == 0) return true;
    char **names = calloc(tokens->count, sizeof *names);
    if (names == NULL) return false;
    for (size_t i = 0; i < tokens->count; i++) {
        names[i] = token_name_make(text + tokens->tokens[i].start, tokens->tokens[i].bytes);
        if (names[i] == NULL) {
            names_free(names, tokens->count);
            return false;
        }
    }
    *out = names;
    return true;
}

/* Model, tokens, names and embedding rows, as far as they have changed. */
static bool draft_read(struct draft *draft, const struct study *study, struct file_error *error) {
    const struct document *wanted = &draft->document;
    if (draft->is_model_new && !model_load(wanted->model, &draft->model, error)) {
        return false;
    }
    const struct model *model = draft->is_model_new ? &draft->model : &study->model;
    if (draft->is_text_new) {
        if (!model_read_text(model, wanted->text, strlen(wanted->text), &draft->tokens,
                             &draft->rows, error))
            return false;
        if (!names_make(wanted->text, &draft->tokens, &draft->names)) return no_memory(error);
        if (draft->tokens.count == 0) {
            draft->trace = attention_trace_new(NULL);
            return draft->trace != NULL || no_memory(error);
        }
        return true;
    }
    struct attention_tensor old =
        attention_trace_tensor(study->trace, ATTENTION_TENSOR_EMBEDDING, 0);
    if (!draft->is_pass_new || old.data == NULL) return true;
    size_t bytes = old.shape[0] * old.shape[1] * sizeof *draft->rows;
    draft->rows = malloc(bytes);
    if (draft->rows == NULL) return no_memory(error);
    memcpy(draft->rows, old.data, bytes);
    return true;
}

/* The pass into the study's own trace, which keeps the last one when this fails. */
static bool draft_pass(const struct draft *draft, const struct study *study,
                       struct file_error *error) {
    size_t n = draft->is_text_new ? draft->tokens.count : study->tokens.count;
    if (!draft->is_pass_new || n == 0) return true;
    const struct model *model = draft->is_model_new ? &draft->model : &study->model;
    struct attention_options options = {
        .is_scale_off = !is_scaled(&draft->document, model),
        .mask = is_masked(&draft->document, model) ? ATTENTION_MASK_CAUSAL : ATTENTION_MASK_NONE,
        .memory_limit_bytes = study->memory_limit_bytes,
    };
    struct attention_error failure = {0};
    const struct attention_input input = {.embedding = draft->rows, .n = n};
    if (attention_pass(study->trace, &model->weights, &options, &input, &failure) != ATTENTION_OK)
        return file_error_set(error, "%s", failure.text);
    return true;
}

static void swap_tokens(struct draft *draft, struct study *study) {
    struct token_list tokens = study->tokens;
    char **names = study->token_names;
    study->tokens = draft->tokens;
    study->token_names = draft->names;
    draft->tokens = tokens;
    draft->names = names;
}

/* Puts the draft in place of the study's parts; the old ones end up in the draft. Cannot fail. */
static void draft_swap(struct draft *draft, struct study *study) {
    struct document document = study->document;
    study->document = draft->document;
    draft->document = document;
    if (draft->is_model_new) {
        struct model model = study->model;
        study->model = draft->model;
        draft->model = model;
    }
    if (draft->is_text_new) swap_tokens(draft, study);
    if (draft->trace != NULL) {
        struct attention_trace *trace = study->trace;
        study->trace = draft->trace;
        draft->trace = trace;
    }
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
    document->key = clamp_index(document->key, n);
    if (document->layer > 0 && document->step < STEP_PROJECTION) {
        /* These steps exist once. Who changed the layer wants that layer; who named the step wants
         * the step. */
        if (before->step == document->step && before->layer != document->layer)
            steps_go(study, document, STEP_PROJECTION, 0);
        else
            document->layer = 0;
    }
    steps_go(study, document, document->step, document->beat);
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
 * study had, with before_n tokens. */
static void forget(struct study *study, const struct document *before, size_t before_n,
                   bool is_model_new) {
    struct document *document = &study->document;
    bool is_other_question = is_model_new || strcmp(before->text, document->text) != 0 ||
                             before->query != document->query || before->head != document->head ||
                             before->layer != document->layer;
    bool is_answer_old = memcmp(before->answers, document->answers, sizeof document->answers) == 0;
    for (int i = 0; i < PREDICT_COUNT; i++) {
        int *answer = &document->answers[i];
        if ((is_other_question && is_answer_old) || *answer < PREDICT_SKIPPED ||
            *answer >= (int)study->tokens.count)
            *answer = PREDICT_NONE;
    }
    const struct document_cell *was = &before->cell, *is = &document->cell;
    bool is_cell_old = was->source == is->source && was->head == is->head && was->row == is->row &&
                       was->column == is->column;
    if ((is_model_new || before_n != study->tokens.count) && is_cell_old)
        document->cell.source = -1;
}

/* must_load: read the model even when its name is the same. */
static bool study_compute(struct study *study, const struct document *wanted, bool must_load,
                          struct file_error *error) {
    bool is_first = study->model.id == NULL;
    struct draft draft = {0};
    if (!document_copy(&draft.document, wanted)) return no_memory(error);
    draft.is_model_new = is_first || must_load || strcmp(wanted->model, study->document.model) != 0;
    draft.is_text_new = draft.is_model_new || strcmp(wanted->text, study->document.text) != 0;
    draft.is_pass_new = draft.is_text_new ||
                        is_masked(wanted, &study->model) != study_is_masked(study) ||
                        is_scaled(wanted, &study->model) != study_is_scaled(study);
    bool is_done = draft_read(&draft, study, error) && draft_pass(&draft, study, error);
    if (is_done) {
        size_t before_n = study->tokens.count;
        draft_swap(&draft, study);
        clamp_place(study, is_first ? &study->document : &draft.document);
        if (!is_first) forget(study, &draft.document, before_n, draft.is_model_new);
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

bool study_is_masked(const struct study *study) {
    return is_masked(&study->document, &study->model);
}

bool study_is_scaled(const struct study *study) {
    return is_scaled(&study->document, &study->model);
}

const char *study_token(const struct study *study, int index) {
    if (index < 0 || (size_t)index >= study->tokens.count) return "";
    return study->token_names[index];
}
