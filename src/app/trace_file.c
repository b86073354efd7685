#include "app/trace_file.h"

#include "attention/attention_compare.h"
#include "attention/attention_explain.h"
#include "files/json.h"
#include "files/memory.h"
#include "files/safetensors.h"
#include "lesson/difference.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRACE_NAME_BYTES = 64 };

struct trace_tensors {
    struct safetensors_source *sources;
    char (*names)[TRACE_NAME_BYTES];
    float **extra; /* the numbers of tensors that are not the trace's own; owned */
    size_t count, extra_count;
};

static bool no_memory(struct file_error *error) {
    return file_error_set(error, "trace: no memory is left for the file; shorten the sentence");
}

static void tensors_free(struct trace_tensors *tensors) {
    for (size_t i = 0; tensors->extra && i < tensors->extra_count; i++)
        free(tensors->extra[i]);
    free(tensors->extra);
    free(tensors->sources);
    free(tensors->names);
    *tensors = (struct trace_tensors){0};
}

static void add_tensor(struct trace_tensors *tensors, const struct study *study, int id,
                       int layer) {
    struct attention_tensor tensor =
        attention_trace_tensor(study->trace, (enum attention_tensor_id)id, layer);
    if (!tensor.data) return;
    char *name = tensors->names[tensors->count];
    if (attention_tensor_is_per_layer(id))
        snprintf(name, TRACE_NAME_BYTES, "layers.%d.%s", layer, attention_tensor_name(id));
    else
        snprintf(name, TRACE_NAME_BYTES, "%s", attention_tensor_name(id));
    struct safetensors_source *source = &tensors->sources[tensors->count++];
    *source = (struct safetensors_source){.name = name, .dims = tensor.dims, .data = tensor.data};
    for (int i = 0; i < tensor.dims; i++)
        source->shape[i] = tensor.shape[i];
}

/* In the order of enum trace_extra. */
static const struct {
    const char *id, *name, *letters;
} extras_known[TRACE_EXTRA_COUNT] = {{"shares", "head_share", "hnd"},
                                     {"value-weighted", "value_weighted", "hnm"},
                                     {"influence", "influence", "nm"},
                                     {"difference", "difference", NULL}}; /* of each tensor */

int trace_extra_from_id(const char *id, size_t bytes) {
    for (int i = 0; i < TRACE_EXTRA_COUNT; i++)
        if (strlen(extras_known[i].id) == bytes && memcmp(extras_known[i].id, id, bytes) == 0)
            return i;
    return -1;
}

static bool fill_extra(const struct study *study, enum trace_extra extra, int layer,
                       size_t head_size, float *out, struct file_error *error) {
    const struct attention_weights *weights = &study->model.weights;
    struct attention_error failure = {0};
    if (extra == TRACE_INFLUENCE) {
        if (attention_influence(study->trace, weights, layer, NULL, out, &failure) != ATTENTION_OK)
            return file_error_set(error, "trace: %s", failure.text);
        return true;
    }
    for (int head = 0; head < weights->config.heads; head++) {
        float *to = out + (size_t)head * head_size;
        if (extra == TRACE_SHARES)
            attention_trace_head_share(study->trace, weights, layer, head, to);
        else
            attention_trace_value_weighted(study->trace, layer, head, to);
        for (size_t i = 0; i < head_size; i++)
            if (!isfinite(to[i]))
                return file_error_set(error,
                                      "trace: layer %d: %s has a number that float32 cannot hold; "
                                      "use smaller embeddings or weights, or leave it out",
                                      layer + 1, extras_known[extra].name);
    }
    return true;
}

static bool add_extra(struct trace_tensors *tensors, const struct study *study,
                      enum trace_extra extra, int layer, struct file_error *error) {
    const struct attention_config *config = &study->model.weights.config;
    char *name = tensors->names[tensors->count];
    struct safetensors_source *source = &tensors->sources[tensors->count++];
    *source = (struct safetensors_source){.name = name};
    size_t head_size = 1, count = 1;
    for (const char *letter = extras_known[extra].letters; *letter; letter++) {
        size_t size = *letter == 'h'   ? (size_t)config->heads
                      : *letter == 'n' ? study_tokens(study)
                      : *letter == 'm' ? study_keys(study)
                                       : (size_t)config->d_model;
        source->shape[source->dims++] = size;
        if (*letter != 'h') head_size *= size;
        count *= size;
    }
    float *numbers = file_allocate(count, sizeof *numbers);
    if (!numbers) return no_memory(error);
    tensors->extra[tensors->extra_count++] = numbers;
    source->data = numbers;
    snprintf(name, TRACE_NAME_BYTES, "layers.%d.%s", layer, extras_known[extra].name);
    return fill_extra(study, extra, layer, head_size, numbers, error);
}

/* difference.NAME: now − as the model says, for the tensor added last; none where the two passes
 * cannot be compared (another number of keys, a part that only one of them has). */
static bool add_difference(struct trace_tensors *tensors, const struct study *study, int id,
                           int layer, struct file_error *error) {
    const struct attention_trace *before = study->baseline.trace;
    struct attention_tensor now =
        attention_trace_tensor(study->trace, (enum attention_tensor_id)id, layer);
    if (!now.data ||
        !attention_trace_difference(study->trace, before, (enum attention_tensor_id)id, layer, NULL)
             .is_comparable)
        return true;
    struct safetensors_source source = tensors->sources[tensors->count - 1];
    char *name = tensors->names[tensors->count];
    size_t count = 1;
    for (int i = 0; i < now.dims; i++)
        count *= now.shape[i];
    float *numbers = file_allocate(count, sizeof *numbers);
    if (!numbers) return no_memory(error);
    tensors->extra[tensors->extra_count++] = numbers;
    attention_trace_difference(study->trace, before, (enum attention_tensor_id)id, layer, numbers);
    snprintf(name, TRACE_NAME_BYTES, "difference.%.50s", source.name);
    source.name = name;
    source.data = numbers;
    tensors->sources[tensors->count++] = source;
    return true;
}

static bool add_trace(struct trace_tensors *tensors, const struct study *study, unsigned extras,
                      int layer, bool is_per_layer, struct file_error *error) {
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        if (attention_tensor_is_per_layer(id) != is_per_layer) continue;
        add_tensor(tensors, study, id, layer);
        if (extras >> TRACE_DIFFERENCE & 1u && !add_difference(tensors, study, id, layer, error))
            return false;
    }
    return true;
}

static bool check_difference(const struct study *study, unsigned extras, struct file_error *error) {
    enum difference_state state = difference_state_of(study);
    if (!(extras >> TRACE_DIFFERENCE & 1u) || state == DIFFERENCE_THERE) return true;
    if (state == DIFFERENCE_NO_MEMORY)
        return file_error_set(error, "--with difference: there is no memory for the pass before; "
                                     "give more with --memory, or leave it out");
    return file_error_set(error, "--with difference: nothing is changed, so there is nothing to "
                                 "compare with; change something, or leave it out");
}

static bool collect(const struct study *study, unsigned extras, struct trace_tensors *out,
                    struct file_error *error) {
    size_t layers = (size_t)study->model.weights.config.layers;
    size_t most = (2 * ATTENTION_TENSOR_COUNT + TRACE_EXTRA_COUNT) * (layers + 1);
    *out = (struct trace_tensors){.sources = calloc(most, sizeof *out->sources),
                                  .names = calloc(most, sizeof *out->names),
                                  .extra = calloc(most, sizeof *out->extra)};
    if (!out->sources || !out->names || !out->extra) {
        tensors_free(out);
        return no_memory(error);
    }
    bool is_done =
        check_difference(study, extras, error) && add_trace(out, study, extras, 0, false, error);
    for (int layer = 0; layer < (int)layers && is_done; layer++) {
        is_done = add_trace(out, study, extras, layer, true, error);
        for (int extra = 0; extra < TRACE_DIFFERENCE && is_done; extra++)
            if (extras >> extra & 1u)
                is_done = add_extra(out, study, (enum trace_extra)extra, layer, error);
    }
    if (!is_done) tensors_free(out);
    return is_done;
}

/* A JSON array of the tokens as they stand in their text, as a string. */
static json_t *token_array(const char *text, const struct token_list *list) {
    json_t *tokens = json_array();
    for (size_t i = 0; tokens && i < list->count; i++) {
        const struct token *token = &list->tokens[i];
        json_array_append_new(tokens, json_stringn(text + token->start, token->bytes));
    }
    char *dumped = tokens ? json_dumps(tokens, 0) : NULL;
    json_decref(tokens);
    json_t *string = dumped ? json_string(dumped) : NULL;
    free(dumped);
    return string;
}

/* {"tokens": "[\"The\", …]"}, and those of the context and of the values where there are any. */
static json_t *make_metadata(const struct study *study) {
    const struct what_if *what_if = &study->document.what_if;
    json_t *metadata = json_pack("{s:s, s:o, s:s}", "format", "headway-trace-1", "tokens",
                                 token_array(study->document.text, &study->tokens), "model",
                                 study->document.model);
    bool is_good = metadata != NULL;
    if (is_good && what_if->context)
        is_good = json_object_set_new(metadata, "context_tokens",
                                      token_array(what_if->context, &study->context.tokens)) == 0;
    if (is_good && what_if->values)
        is_good = json_object_set_new(metadata, "values_tokens",
                                      token_array(what_if->values, &study->values.tokens)) == 0;
    if (is_good) return metadata;
    json_decref(metadata);
    return NULL;
}

/* Text that grows; after a failed allocation it stays failed. */
struct text {
    char *data;
    size_t bytes, capacity;
    bool failed;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int needed = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (needed < 0 || text->failed) return;
    if (text->bytes + (size_t)needed + 1 > text->capacity) {
        size_t capacity = 2 * (text->capacity + (size_t)needed + 4096);
        char *data = realloc(text->data, capacity);
        if (!data) {
            text->failed = true;
            return;
        }
        text->data = data;
        text->capacity = capacity;
    }
    va_start(list, format);
    vsnprintf(text->data + text->bytes, text->capacity - text->bytes, format, list);
    va_end(list);
    text->bytes += (size_t)needed;
}

static void add_numbers(struct text *text, const struct safetensors_source *source) {
    size_t count = 1;
    add(text, "      \"shape\": [");
    for (int i = 0; i < source->dims; i++) {
        add(text, "%s%zu", i ? ", " : "", source->shape[i]);
        count *= source->shape[i];
    }
    add(text, "],\n      \"data\": [");
    for (size_t i = 0; i < count; i++) {
        if (isinf(source->data[i]))
            add(text, "%snull", i ? ", " : "");
        else
            add(text, "%s%.9g", i ? ", " : "", (double)source->data[i]);
    }
    add(text, "]\n");
}

static bool build_json(const struct trace_tensors *tensors, const json_t *metadata,
                       struct file_bytes *out, struct file_error *error) {
    struct text text = {0};
    char *header = json_dumps(metadata, JSON_SORT_KEYS);
    add(&text, "{\n  \"metadata\": %s,\n  \"tensors\": {\n", header ? header : "{}");
    for (size_t i = 0; i < tensors->count; i++) {
        add(&text, "    \"%s\": {\n", tensors->sources[i].name);
        add_numbers(&text, &tensors->sources[i]);
        add(&text, "    }%s\n", i + 1 < tensors->count ? "," : "");
    }
    add(&text, "  }\n}\n");
    bool is_done = header && !text.failed;
    free(header);
    if (!is_done) {
        free(text.data);
        return no_memory(error);
    }
    *out = (struct file_bytes){(uint8_t *)text.data, text.bytes};
    return true;
}

bool trace_format_of(const char *path, enum trace_format *format, struct file_error *error) {
    size_t bytes = strlen(path);
    *format = TRACE_SAFETENSORS;
    if (strcmp(path, "-") == 0) return true;
    if (bytes > 5 && strcmp(path + bytes - 5, ".json") == 0) {
        *format = TRACE_JSON;
        return true;
    }
    if (bytes > 12 && strcmp(path + bytes - 12, ".safetensors") == 0) return true;
    return file_error_set(error,
                          "%s: a trace is written as .safetensors or .json; give one of "
                          "these endings",
                          path);
}

bool trace_build(const struct study *study, enum trace_format format, unsigned extras,
                 struct file_bytes *out, struct file_error *error) {
    struct trace_tensors tensors;
    if (study_tokens(study) == 0)
        return file_error_set(error, "trace: the sentence is empty; give one with --text");
    if (!collect(study, extras, &tensors, error)) return false;
    json_t *metadata = make_metadata(study);
    bool is_done = false;
    if (!metadata)
        no_memory(error);
    else if (format == TRACE_JSON)
        is_done = build_json(&tensors, metadata, out, error);
    else
        is_done = safetensors_build(tensors.sources, tensors.count, metadata, out, error);
    json_decref(metadata);
    tensors_free(&tensors);
    return is_done;
}
