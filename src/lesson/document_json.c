/* document_json.c: documents as JSON: sessions, settings, and the chunk inside a picture.
 *
 * Counts are from 1, as people count; absent keys keep their default; unknown keys are kept. */
#include "lesson/cell_name.h"
#include "lesson/document.h"
#include "lesson/field.h"
#include "models/model.h"
#include <limits.h>
#include <string.h>

enum { FORMAT_VERSION = 1, MODEL_MAX_BYTES = 4096 };

static const char *const prediction_keys[PREDICT_COUNT] = {"similarity", "softmax", "sum"};

/* Writing. A NULL from any part ends in a NULL document. */

static json_t *answer_to_json(int answer) {
    if (answer == PREDICT_SKIPPED) return json_string("skipped");
    return answer < 0 ? json_null() : json_integer((json_int_t)answer + 1);
}

static json_t *answers_to_json(const int answers[PREDICT_COUNT]) {
    json_t *object = json_object();
    for (int i = 0; object != NULL && i < PREDICT_COUNT; i++) {
        if (json_object_set_new(object, prediction_keys[i], answer_to_json(answers[i])) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *cell_to_json(const struct document_cell *cell) {
    if (cell->source < 0) return json_null();
    return json_pack("{s:s, s:I, s:I, s:I}", "source", cell_source_id(cell->source), "head",
                     (json_int_t)cell->head + 1, "row", (json_int_t)cell->row + 1, "column",
                     (json_int_t)cell->column + 1);
}

static json_t *beat_to_json(int beat) {
    return beat == BEAT_LAST ? json_string("last") : json_integer((json_int_t)beat + 1);
}

static json_t *lines_heads_to_json(uint64_t bits) {
    json_t *heads = json_array();
    for (int head = 0; heads != NULL && head < ATTENTION_MAX_HEADS; head++) {
        if ((bits >> head & 1) != 0 && json_array_append_new(heads, json_integer(head + 1)) != 0) {
            json_decref(heads);
            return NULL;
        }
    }
    return heads;
}

static json_t *place_to_json(const struct document *document) {
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:s, s:o, s:s, s:s, s:o, s:b, s:i, s:i, s:s, s:o, s:i}", "layer",
        (json_int_t)document->layer + 1, "head", (json_int_t)document->head + 1, "query",
        (json_int_t)document->query + 1, "key", (json_int_t)document->key + 1, "step",
        step_id(document->step), "beat", beat_to_json(document->beat), "view",
        view_id(document->view), "stride", stride_id(document->stride), "cell",
        cell_to_json(&document->cell), "all_terms", (int)document->shows_all_terms, "compare_steps",
        document->compare_steps, "compare_kernel", document->compare_kernel, "compare_shows",
        compare_shows_id(document->compare_shows), "lines_heads",
        lines_heads_to_json(document->lines_heads), "lines_threshold", document->lines_threshold);
}

static json_t *settings_to_json(const struct document *document) {
    return json_pack(
        "{s:i, s:s, s:s, s:o, s:b, s:b, s:o, s:s, s:s, s:s, s:i, s:i, s:i, s:b, s:s}", "headway",
        FORMAT_VERSION, "text", document->text, "model", document->model, "what_if",
        what_if_to_json(&document->what_if), "difference", (int)document->shows_difference, "predict", (int)!document->is_predict_off, "answers",
        answers_to_json(document->answers), "theme", theme_id(document->theme), "colormap",
        map_id(document->map), "language", language_id(document->language), "width",
        document->width, "height", document->height, "scale_percent", document->scale_percent,
        "presentation", (int)document->is_presentation, "panel", panel_id(document->panel));
}

static json_t *known_to_json(const struct document *document) {
    json_t *whole = settings_to_json(document);
    json_t *place = place_to_json(document);
    if (whole == NULL || place == NULL || json_object_update(whole, place) != 0) {
        json_decref(whole);
        whole = NULL;
    }
    json_decref(place);
    return whole;
}

/* What a newer Headway wrote goes back to its places; what is known by now is not touched. */
static bool put_unknown(json_t *whole, const json_t *unknown) {
    json_t *what_if = json_object_get(unknown, "what_if");
    return json_object_update_missing(whole, (json_t *)(uintptr_t)unknown) == 0 &&
           (what_if == NULL ||
            json_object_update_missing(json_object_get(whole, "what_if"), what_if) == 0);
}

json_t *document_to_json(const struct document *document) {
    json_t *whole = known_to_json(document);
    if (whole == NULL || document->unknown == NULL || put_unknown(whole, document->unknown))
        return whole;
    json_decref(whole);
    return NULL;
}

/* Reading. Each helper leaves *out alone when the key is absent. */

static bool read_texts(const json_t *json, struct document *out, struct file_error *error) {
    const char *text = NULL, *model = NULL;
    if (!field_read_string(json, "text", 0, TEXT_MAX_BYTES, &text, error) ||
        !field_read_string(json, "model", 1, MODEL_MAX_BYTES, &model, error))
        return false;
    if ((text != NULL && !document_set_text(out, text, strlen(text))) ||
        (model != NULL && !document_set_model(out, model)))
        return file_error_set(error, "no memory is left for the document; close other programs "
                                     "and try again");
    return true;
}

/* A name; before 0.2.0 a number. */
static bool read_source(const json_t *json, int *out, struct file_error *error) {
    const json_t *value = json_object_get(json, "source");
    int source = json_is_integer(value) ? cell_source_from_number(json_integer_value(value))
                                        : cell_source_from_id(json_string_value(value));
    if (value == NULL) return true;
    if (source < 0)
        return file_error_set(error, "\"source\" names no matrix that can be shown, such as "
                                     "\"weights\"; correct it in the file");
    *out = source;
    return true;
}

static bool read_cell(const json_t *json, struct document_cell *out, struct file_error *error) {
    const json_t *value = json_object_get(json, "cell");
    if (value == NULL) return true;
    *out = (struct document_cell){.source = -1};
    if (json_is_null(value)) return true;
    if (!json_is_object(value))
        return file_error_set(error, "\"cell\" is neither null nor an object; correct it in the "
                                     "file");
    return read_source(value, &out->source, error) &&
           field_read_index(value, "head", ATTENTION_MAX_HEADS, &out->head, error) &&
           field_read_index(value, "row", INT_MAX, &out->row, error) &&
           field_read_index(value, "column", INT_MAX, &out->column, error);
}

static bool read_beat(const json_t *json, int *out, struct file_error *error) {
    const json_t *value = json_object_get(json, "beat");
    if (json_is_string(value) && strcmp(json_string_value(value), "last") == 0) {
        *out = BEAT_LAST;
        return true;
    }
    return field_read_index(json, "beat", INT_MAX, out, error);
}

static bool read_answers(const json_t *json, int answers[PREDICT_COUNT], struct file_error *error) {
    const json_t *object = json_object_get(json, "answers");
    if (object == NULL) return true;
    if (!json_is_object(object))
        return file_error_set(error, "\"answers\" is not an object; correct it in the file");
    for (int i = 0; i < PREDICT_COUNT; i++) {
        const json_t *answer = json_object_get(object, prediction_keys[i]);
        answers[i] = PREDICT_NONE;
        if (json_is_null(answer)) continue;
        if (json_is_string(answer) && strcmp(json_string_value(answer), "skipped") == 0)
            answers[i] = PREDICT_SKIPPED;
        else if (!field_read_index(object, prediction_keys[i], TEXT_MAX_TOKENS, &answers[i], error))
            return false;
    }
    return true;
}

static bool read_lines(const json_t *json, struct document *out, struct file_error *error) {
    const json_t *heads = json_object_get(json, "lines_heads"), *head;
    size_t i;
    if (heads != NULL && !json_is_array(heads))
        return file_error_set(error,
                              "\"lines_heads\" is not a list of heads; correct it in the file");
    if (heads != NULL) out->lines_heads = 0;
    json_array_foreach(heads, i, head) {
        json_int_t place = json_is_integer(head) ? json_integer_value(head) : 0;
        if (place < 1 || place > ATTENTION_MAX_HEADS)
            return file_error_set(error,
                                  "\"lines_heads\" holds something that is no head from 1 to "
                                  "%d; correct it in the file",
                                  ATTENTION_MAX_HEADS);
        out->lines_heads |= (uint64_t)1 << (place - 1);
    }
    return field_read_integer(json, "lines_threshold", 0, LINES_MAX_THRESHOLD,
                              &out->lines_threshold, error);
}

static bool read_compare(const json_t *json, struct document *out, struct file_error *error) {
    int shows = (int)out->compare_shows;
    bool is_good = field_read_integer(json, "compare_steps", 0, COMPARISON_MAX_STEPS,
                                      &out->compare_steps, error) &&
                   field_read_integer(json, "compare_kernel", 1, COMPARISON_MAX_KERNEL,
                                      &out->compare_kernel, error) &&
                   field_read_id(json, "compare_shows", compare_shows_from_id, &shows, error);
    out->compare_shows = (enum compare_shows)shows;
    return is_good;
}

static bool read_place(const json_t *json, struct document *out, struct file_error *error) {
    int step = (int)out->step, view = (int)out->view, stride = (int)out->stride;
    bool is_good = field_read_index(json, "layer", ATTENTION_MAX_LAYERS, &out->layer, error) &&
                   field_read_index(json, "head", ATTENTION_MAX_HEADS, &out->head, error) &&
                   field_read_index(json, "query", TEXT_MAX_TOKENS, &out->query, error) &&
                   field_read_index(json, "key", TEXT_MAX_TOKENS, &out->key, error) &&
                   field_read_id(json, "step", step_from_id, &step, error) &&
                   read_beat(json, &out->beat, error) &&
                   field_read_id(json, "view", view_from_id, &view, error) &&
                   field_read_id(json, "stride", stride_from_id, &stride, error) &&
                   read_cell(json, &out->cell, error) &&
                   field_read_bool(json, "all_terms", &out->shows_all_terms, error);
    out->step = (enum step)step;
    out->view = (enum view)view;
    out->stride = (enum stride)stride;
    return is_good;
}

static bool read_settings(const json_t *json, struct document *out, struct file_error *error) {
    int theme = (int)out->theme, map = (int)out->map, language = (int)out->language;
    int panel = (int)out->panel;
    bool is_predict_on = !out->is_predict_off;
    bool is_good = field_read_bool(json, "predict", &is_predict_on, error) &&
                   field_read_bool(json, "difference", &out->shows_difference, error) &&
                   read_answers(json, out->answers, error) &&
                   field_read_id(json, "theme", theme_from_id, &theme, error) &&
                   field_read_id(json, "colormap", map_from_id, &map, error) &&
                   field_read_id(json, "language", language_from_id, &language, error) &&
                   field_read_id(json, "panel", panel_from_id, &panel, error) &&
                   field_read_integer(json, "width", 320, 16384, &out->width, error) &&
                   field_read_integer(json, "height", 240, 16384, &out->height, error) &&
                   field_read_integer(json, "scale_percent", 75, 300, &out->scale_percent, error) &&
                   field_read_bool(json, "presentation", &out->is_presentation, error);
    out->theme = (enum theme_choice)theme;
    out->map = (enum map_choice)map;
    out->language = (enum language)language;
    out->panel = (enum panel)panel;
    out->is_predict_off = !is_predict_on;
    return is_good;
}

/* "what_if"; before 0.2.0 "mask" and "scaling" stood beside the other settings. */
static bool read_what_if(const json_t *json, struct document *out, struct file_error *error) {
    int mask = MASK_MODEL, scaling = SCALING_MODEL;
    const json_t *value = json_object_get(json, "what_if");
    if (value != NULL) return what_if_from_json(value, &out->what_if, error);
    if (!field_read_id(json, "mask", mask_from_id, &mask, error) ||
        !field_read_id(json, "scaling", scaling_from_id, &scaling, error))
        return false;
    out->what_if.mask = (enum mask_choice)mask;
    out->what_if.scaling = (enum scaling_choice)scaling;
    return true;
}

static bool check_version(const json_t *json, struct file_error *error) {
    const json_t *version = json_object_get(json, "headway");
    if (!json_is_integer(version) || json_integer_value(version) < 1)
        return file_error_set(error, "this is not a Headway document: it has no \"headway\": 1; "
                                     "choose a session or a picture saved by Headway");
    if (json_integer_value(version) > FORMAT_VERSION)
        return file_error_set(
            error,
            "this document was saved by a newer Headway (format %" JSON_INTEGER_FORMAT
            ", this one reads %d); open it with the newer version",
            json_integer_value(version), FORMAT_VERSION);
    return true;
}

/* What of `json` has a key that is_known refuses, as a new object. */
static json_t *pick_unknown(const json_t *json, const void *context,
                            bool (*is_known)(const void *context, const char *key)) {
    json_t *picked = json_object();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)json, key, value) {
        if (picked == NULL || is_known(context, key)) continue;
        if (json_object_set(picked, key, value) != 0) {
            json_decref(picked);
            picked = NULL;
        }
    }
    return picked;
}

/* Version 0.1.0 wrote "mask" and "scaling"; they are read into what_if. */
static bool is_key_known(const void *context, const char *key) {
    return json_object_get(context, key) != NULL || strcmp(key, "mask") == 0 ||
           strcmp(key, "scaling") == 0;
}

static bool is_what_if_key_known(const void *context, const char *key) {
    (void)context;
    return what_if_has_key(key);
}

static bool read_unknown(const json_t *json, struct document *out, struct file_error *error) {
    json_t *known = known_to_json(out);
    json_t *unknown = known ? pick_unknown(json, known, is_key_known) : NULL;
    json_t *inside = pick_unknown(json_object_get(json, "what_if"), NULL, is_what_if_key_known);
    bool is_good = unknown != NULL && inside != NULL &&
                   (json_object_size(inside) == 0 ||
                    json_object_set(unknown, "what_if", inside) == 0);
    if (is_good && json_object_size(unknown) > 0) out->unknown = json_incref(unknown);
    json_decref(inside);
    json_decref(unknown);
    json_decref(known);
    return is_good || file_error_set(error, "no memory is left for the document; close other "
                                            "programs and try again");
}

bool document_from_json(const json_t *json, struct document *out, struct file_error *error) {
    struct document read = {0};
    if (!check_version(json, error) || !document_init(&read, error)) return false;
    if (!read_texts(json, &read, error) || !read_place(json, &read, error) ||
        !read_lines(json, &read, error) || !read_compare(json, &read, error) ||
        !read_settings(json, &read, error) || !read_what_if(json, &read, error) ||
        !read_unknown(json, &read, error)) {
        document_free(&read);
        return false;
    }
    *out = read;
    return true;
}
