/* what_if_json.c: the switches as JSON, as part of a document. Only what is not as the model says
 * is written. */
#include "files/memory.h"
#include "lesson/field.h"
#include "lesson/what_if.h"
#include "models/tokens.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MASK_MAX_SIZE = TEXT_MAX_TOKENS };

/* The switches that are one word: X(key and field, enumeration, ids). */
#define SWITCHES(X)                                                                                \
    X(similarity, "similarity", enum similarity_choice, similarity)                                \
    X(scaling, "scaling", enum scaling_choice, scaling)                                            \
    X(mask, "mask", enum mask_choice, mask)                                                        \
    X(position, "position", enum position_choice, position)                                        \
    X(residual, "residual", enum residual_choice, residual)                                        \
    X(norm, "norm", enum norm_choice, norm)                                                        \
    X(activation, "activation", enum activation_choice, activation)                                \
    X(fault, "fault", enum fault_choice, fault)

/* Writing. Each gives NULL where there is no memory, and the whole is then NULL. */

/* One string of 0 and 1 for each row. */
static json_t *painted_to_json(const struct painted_mask *painted) {
    json_t *rows = json_array();
    char *row = file_allocate(painted->columns + 1, 1);
    for (size_t i = 0; rows != NULL && row != NULL && i < painted->rows; i++) {
        for (size_t j = 0; j < painted->columns; j++)
            row[j] = painted->allowed[i * painted->columns + j] ? '1' : '0';
        if (json_array_append_new(rows, json_string(row)) != 0) {
            json_decref(rows);
            rows = NULL;
        }
    }
    if (row == NULL) {
        json_decref(rows);
        rows = NULL;
    }
    free(row);
    return rows;
}

static json_t *heads_to_json(uint64_t bits, int layer) {
    json_t *heads = json_array();
    for (int head = 0; head < ATTENTION_MAX_HEADS; head++) {
        if ((bits >> head & 1) != 0 && json_array_append_new(heads, json_integer(head + 1)) != 0) {
            json_decref(heads);
            return NULL;
        }
    }
    return json_pack("{s:i, s:o}", "layer", layer + 1, "heads", heads);
}

static json_t *heads_off_to_json(const struct what_if *what_if) {
    json_t *layers = json_array();
    for (int layer = 0; layers != NULL && layer < ATTENTION_MAX_LAYERS; layer++) {
        if (what_if->heads_off[layer] == 0) continue;
        if (json_array_append_new(layers, heads_to_json(what_if->heads_off[layer], layer)) != 0) {
            json_decref(layers);
            return NULL;
        }
    }
    return layers;
}

static json_t *edits_to_json(const struct what_if *what_if) {
    json_t *edits = json_array();
    for (size_t i = 0; edits != NULL && i < what_if->edit_count; i++) {
        const struct attention_edit *edit = &what_if->edits[i];
        char name[WHAT_IF_NAME_BYTES];
        what_if_quantity_name(edit->tensor, edit->layer, name);
        json_t *value = isinf(edit->value) ? json_null() : json_real((double)edit->value);
        json_t *object = json_pack("{s:s, s:I, s:o}", "tensor", name, "index",
                                   (json_int_t)edit->index, "value", value);
        if (json_array_append_new(edits, object) != 0) {
            json_decref(edits);
            return NULL;
        }
    }
    return edits;
}

static bool has_heads_off(const struct what_if *what_if) {
    for (int layer = 0; layer < ATTENTION_MAX_LAYERS; layer++)
        if (what_if->heads_off[layer] != 0) return true;
    return false;
}

json_t *what_if_to_json(const struct what_if *what_if) {
    json_t *json = json_object();
    bool is_good = json != NULL;
#define PUT(condition, key, value)                                                                 \
    if (is_good && (condition)) is_good = json_object_set_new(json, key, value) == 0;
#define X(field, key, type, thing)                                                                 \
    PUT((int)what_if->field != 0, key, json_string(thing##_id(what_if->field)))
    SWITCHES(X)
#undef X
    PUT(what_if->temperature != 1.0f, "temperature", json_real((double)what_if->temperature))
    PUT(what_if->mask_size != 0, "mask_size", json_integer(what_if->mask_size))
    PUT(what_if->painted.allowed != NULL, "painted", painted_to_json(&what_if->painted))
    PUT(what_if->shuffle_seed != 0, "shuffle", json_integer(what_if->shuffle_seed))
    PUT(has_heads_off(what_if), "heads_off", heads_off_to_json(what_if))
    PUT(what_if->context != NULL, "context", json_string(what_if->context))
    PUT(what_if->values != NULL, "values", json_string(what_if->values))
    PUT(what_if->edit_count > 0, "edits", edits_to_json(what_if))
#undef PUT
    if (is_good) return json;
    json_decref(json);
    return NULL;
}

bool what_if_has_key(const char *key) {
    static const char *const keys[] = {
#define X(field, key, type, thing) key,
        SWITCHES(X)
#undef X
        "temperature", "mask_size", "painted", "shuffle", "heads_off", "context", "values", "edits"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0) return true;
    return false;
}

/* Reading. Each helper leaves *out alone when the key is absent. */

static bool no_memory(struct file_error *error) {
    return file_error_set(error, "no memory is left for the document; close other programs and "
                                 "try again");
}

static bool refuse(struct file_error *error, const char *key, const char *allowed) {
    return file_error_set(error, "\"%s\" is not %s; correct it in the file", key, allowed);
}

static bool read_switches(const json_t *json, struct what_if *out, struct file_error *error) {
    int chosen;
#define X(field, key, type, thing)                                                                 \
    chosen = (int)out->field;                                                                      \
    if (!field_read_id(json, key, thing##_from_id, &chosen, error)) return false;                  \
    out->field = (type)chosen;
    SWITCHES(X)
#undef X
    return true;
}

static bool read_numbers(const json_t *json, struct what_if *out, struct file_error *error) {
    const json_t *temperature = json_object_get(json, "temperature");
    const json_t *seed = json_object_get(json, "shuffle");
    if (temperature != NULL) {
        out->temperature = (float)json_number_value(temperature);
        if (!json_is_number(temperature) || !(out->temperature >= 0) || isinf(out->temperature))
            return refuse(error, "temperature", "a number of 0 or more");
    }
    if (seed != NULL) {
        json_int_t number = json_integer_value(seed);
        if (!json_is_integer(seed) || number < 0 || number > UINT32_MAX)
            return refuse(error, "shuffle", "a whole number from 0 to 4294967295");
        out->shuffle_seed = (uint32_t)number;
    }
    return field_read_integer(json, "mask_size", 0, MASK_MAX_SIZE, &out->mask_size, error);
}

/* A row of `columns` characters into `allowed`. */
static bool read_row(const json_t *row, size_t columns, uint8_t *allowed) {
    const char *text = json_string_value(row);
    if (text == NULL || json_string_length(row) != columns) return false;
    for (size_t j = 0; j < columns; j++) {
        if (text[j] != '0' && text[j] != '1') return false;
        allowed[j] = text[j] == '1';
    }
    return true;
}

static bool read_painted(const json_t *json, struct what_if *out, struct file_error *error) {
    const json_t *rows = json_object_get(json, "painted");
    if (rows == NULL) return true;
    struct painted_mask *painted = &out->painted;
    painted->rows = json_array_size(rows);
    painted->columns = json_string_length(json_array_get(rows, 0));
    bool is_good = painted->rows >= 1 && painted->rows <= TEXT_MAX_TOKENS &&
                   painted->columns >= 1 && painted->columns <= TEXT_MAX_TOKENS;
    if (is_good) {
        painted->allowed = file_allocate(painted->rows, painted->columns);
        if (painted->allowed == NULL) return no_memory(error);
    }
    for (size_t i = 0; is_good && i < painted->rows; i++)
        is_good = read_row(json_array_get(rows, i), painted->columns,
                           painted->allowed + i * painted->columns);
    return is_good || refuse(error, "painted",
                             "a list of 1 to 1024 strings of 0 and 1, all of one length up to "
                             "1024");
}

static bool read_heads_off(const json_t *json, struct what_if *out, struct file_error *error) {
    const json_t *layers = json_object_get(json, "heads_off");
    bool is_good = layers == NULL || json_is_array(layers);
    for (size_t i = 0; is_good && i < json_array_size(layers); i++) {
        const json_t *entry = json_array_get(layers, i);
        const json_t *heads = json_object_get(entry, "heads");
        json_int_t layer = json_integer_value(json_object_get(entry, "layer"));
        is_good = json_is_array(heads) && layer >= 1 && layer <= ATTENTION_MAX_LAYERS;
        for (size_t j = 0; is_good && j < json_array_size(heads); j++) {
            json_int_t head = json_integer_value(json_array_get(heads, j));
            is_good = head >= 1 && head <= ATTENTION_MAX_HEADS;
            if (is_good) what_if_set_head(out, (int)layer - 1, (int)head - 1, false);
        }
    }
    return is_good ||
           refuse(error, "heads_off", "a list of {\"layer\": 1 to 96, \"heads\": [1 to 64, …]}");
}

static bool read_texts(const json_t *json, struct what_if *out, struct file_error *error) {
    const char *context = NULL, *values = NULL;
    if (!field_read_string(json, "context", 0, TEXT_MAX_BYTES, &context, error) ||
        !field_read_string(json, "values", 0, TEXT_MAX_BYTES, &values, error))
        return false;
    return (what_if_set_context(out, context) && what_if_set_values(out, values)) ||
           no_memory(error);
}

static bool read_edit(const json_t *json, struct attention_edit *edit) {
    const char *name = json_string_value(json_object_get(json, "tensor"));
    const json_t *index = json_object_get(json, "index");
    const json_t *value = json_object_get(json, "value");
    json_int_t place = json_integer_value(index);
    if (name == NULL || !what_if_quantity_from_name(name, &edit->tensor, &edit->layer) ||
        !json_is_integer(index) || place < 0)
        return false;
    bool is_mask = json_is_null(value) && edit->tensor == ATTENTION_TENSOR_SCORES;
    edit->index = (size_t)place;
    edit->value = is_mask ? -INFINITY : (float)json_number_value(value);
    return is_mask || (json_is_number(value) && !isinf(edit->value));
}

static bool read_edits(const json_t *json, struct what_if *out, struct file_error *error) {
    const json_t *edits = json_object_get(json, "edits");
    if (edits == NULL) return true;
    if (!json_is_array(edits) || json_array_size(edits) > WHAT_IF_MAX_EDITS)
        return refuse(error, "edits", "a list of at most 4096 edits");
    for (size_t i = 0; i < json_array_size(edits); i++) {
        struct attention_edit edit = {0};
        if (!read_edit(json_array_get(edits, i), &edit))
            return file_error_set(error,
                                  "edit %zu of \"edits\" has no \"tensor\" that can be edited, "
                                  "\"index\" from 0 and finite \"value\"; correct it in the file",
                                  i + 1);
        if (!what_if_edit(out, &edit)) return no_memory(error);
    }
    return true;
}

bool what_if_from_json(const json_t *json, struct what_if *out, struct file_error *error) {
    struct what_if read;
    what_if_init(&read);
    if (!json_is_object(json)) return refuse(error, "what_if", "an object");
    if (!read_switches(json, &read, error) || !read_numbers(json, &read, error) ||
        !read_painted(json, &read, error) || !read_heads_off(json, &read, error) ||
        !read_texts(json, &read, error) || !read_edits(json, &read, error)) {
        what_if_free(&read);
        return false;
    }
    what_if_free(out);
    *out = read;
    return true;
}
