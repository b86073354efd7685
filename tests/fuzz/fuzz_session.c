/* Bytes → JSON within its limits → document → JSON → bytes → document: equal, and every field
 * within its range. */
#include "attention/attention.h"
#include "files/json.h"
#include "files/utf8.h"
#include "lesson/document.h"
#include "models/tokens.h"
#include "support_fuzz.h"
#include <float.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool is_within(int value, int least, int most) {
    return value >= least && value <= most;
}

static void check_texts(const struct document *document) {
    CHECK(document->text && document->model);
    CHECK(strlen(document->text) <= TEXT_MAX_BYTES);
    CHECK(utf8_is_valid(document->text, strlen(document->text)));
    CHECK(is_within((int)strlen(document->model), 1, 4096));
}

static void check_what_if(const struct what_if *what_if) {
    CHECK(is_within((int)what_if->similarity, 0, SIMILARITY_COUNT - 1));
    CHECK(is_within((int)what_if->scaling, 0, SCALING_COUNT - 1));
    CHECK(what_if->temperature >= 0 && what_if->temperature <= FLT_MAX);
    CHECK(is_within((int)what_if->mask, 0, MASK_COUNT - 1));
    CHECK(is_within(what_if->mask_size, 0, TEXT_MAX_TOKENS));
    CHECK(is_within((int)what_if->position, 0, POSITION_COUNT - 1));
    CHECK(is_within((int)what_if->residual, 0, RESIDUAL_COUNT - 1));
    CHECK(is_within((int)what_if->norm, 0, NORM_COUNT - 1));
    CHECK(is_within((int)what_if->activation, 0, ACTIVATION_COUNT - 1));
    CHECK(is_within((int)what_if->fault, 0, FAULT_COUNT - 1));
    CHECK(what_if->edit_count <= WHAT_IF_MAX_EDITS);
    for (size_t i = 0; i < what_if->edit_count; i++) {
        CHECK(is_within(what_if->edits[i].tensor, 0, ATTENTION_QUANTITY_COUNT - 1));
        CHECK(is_within(what_if->edits[i].layer, 0, ATTENTION_MAX_LAYERS - 1));
    }
    CHECK(what_if->context == NULL || utf8_is_valid(what_if->context, strlen(what_if->context)));
    CHECK(what_if->values == NULL || utf8_is_valid(what_if->values, strlen(what_if->values)));
}

static void check_ranges(const struct document *document) {
    check_texts(document);
    CHECK(is_within(document->layer, 0, ATTENTION_MAX_LAYERS - 1));
    CHECK(is_within(document->head, 0, ATTENTION_MAX_HEADS - 1));
    CHECK(is_within(document->query, 0, TEXT_MAX_TOKENS - 1));
    CHECK(is_within(document->key, 0, TEXT_MAX_TOKENS - 1));
    CHECK(is_within((int)document->step, 0, STEP_COUNT - 1));
    CHECK(document->beat >= 0);
    CHECK(is_within((int)document->view, 0, VIEW_COUNT - 1));
    CHECK(is_within(document->lines_threshold, 0, LINES_MAX_THRESHOLD));
    CHECK(is_within(document->compare_steps, 0, COMPARISON_MAX_STEPS));
    CHECK(is_within(document->compare_kernel, 1, COMPARISON_MAX_KERNEL));
    CHECK(is_within((int)document->compare_shows, 0, COMPARE_COUNT - 1));
    CHECK(is_within((int)document->stride, 0, STRIDE_COUNT - 1));
    CHECK(document->cell.source >= -1 && document->cell.row >= 0 && document->cell.column >= 0);
    CHECK(is_within(document->cell.head, 0, ATTENTION_MAX_HEADS - 1));
    check_what_if(&document->what_if);
    for (int i = 0; i < PREDICT_COUNT; i++)
        CHECK(is_within(document->answers[i], PREDICT_SKIPPED, TEXT_MAX_TOKENS - 1));
    CHECK(is_within((int)document->theme, 0, THEME_COUNT - 1));
    CHECK(is_within((int)document->map, 0, MAP_COUNT - 1));
    CHECK(is_within((int)document->language, 0, LANGUAGE_COUNT - 1));
    CHECK(is_within(document->width, 320, 16384) && is_within(document->height, 240, 16384));
    CHECK(is_within(document->scale_percent, 75, 300));
}

/* What is written can be read, and is the same document. */
static void check_round_trip(const struct document *document) {
    struct file_error error = {""};
    json_t *written = document_to_json(document);
    char *text = written ? json_dumps(written, JSON_SORT_KEYS | JSON_INDENT(2)) : NULL;
    CHECK(text != NULL);
    json_t *read = file_json_parse("session", text, strlen(text), &error);
    CHECK(read != NULL && json_equal(read, written));
    struct document again;
    CHECK(document_from_json(read, &again, &error));
    CHECK(document_equal(document, &again));
    json_t *twice = document_to_json(&again);
    CHECK(twice != NULL && json_equal(written, twice));
    json_decref(twice);
    json_decref(read);
    json_decref(written);
    document_free(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct file_error error = {""};
    json_t *json = file_json_parse("session", data, size, &error);
    if (!json) {
        fuzz_check_error(&error, "session");
        return 0;
    }
    struct document document = {.width = INT_MIN};
    if (document_from_json(json, &document, &error)) {
        CHECK(json_integer_value(json_object_get(json, "headway")) == 1);
        check_ranges(&document);
        check_round_trip(&document);
        document_free(&document);
    } else {
        fuzz_check_error(&error, ";");
        CHECK(document.width == INT_MIN && !document.text && !document.model);
    }
    json_decref(json);
    return 0;
}
