/* document.c: making, copying and comparing documents, and the names of their choices. */
#include "lesson/document.h"
#include "files/memory.h"
#include "lesson/id_table.h"
#include <stdlib.h>
#include <string.h>

/* Indexed by the enumerations of document.h. */
static const char *const step_ids[STEP_COUNT] = {
#define X(NAME, id) id,
    DOCUMENT_STEPS(X)
#undef X
};
static const char *const view_ids[VIEW_COUNT] = {"matrices", "diagram", "lines", "heads", "model", "compare"};
static const char *const compare_shows_ids[COMPARE_COUNT] = {"reach", "influence"};
static const char *const panel_ids[PANEL_COUNT] = {"explain", "what-if"};
static const char *const stride_ids[STRIDE_COUNT] = {"row", "cell", "matrix"};
static const char *const theme_ids[THEME_COUNT] = {"light", "dark", "contrast"};
static const char *const language_ids[LANGUAGE_COUNT] = {"en", "zh"};
static const char *const map_ids[MAP_COUNT] = {"theme",   "blues", "ember", "cividis",
                                               "viridis", "magma", "greys"};

ID_TABLE(step, enum step, step_ids)
ID_TABLE(view, enum view, view_ids)
ID_TABLE(compare_shows, enum compare_shows, compare_shows_ids)
ID_TABLE(panel, enum panel, panel_ids)
ID_TABLE(stride, enum stride, stride_ids)
ID_TABLE(theme, enum theme_choice, theme_ids)
ID_TABLE(language, enum language, language_ids)
ID_TABLE(map, enum map_choice, map_ids)

bool document_init(struct document *document, struct file_error *error) {
    struct document fresh = {
        .query = 5, /* the second "cat" of the default text … */
        .key = 1,   /* … and the first */
        .cell = {.source = -1},
        .lines_threshold = 2,
        .compare_steps = 1,
        .compare_kernel = 3,
        .answers = {PREDICT_NONE, PREDICT_NONE, PREDICT_NONE},
        .width = 1440,
        .height = 900,
        .scale_percent = 100,
    };
    what_if_init(&fresh.what_if);
    if (!document_set_text(&fresh, DOCUMENT_DEFAULT_TEXT, strlen(DOCUMENT_DEFAULT_TEXT)) ||
        !document_set_model(&fresh, "textbook")) {
        document_free(&fresh);
        *document = (struct document){0};
        return file_error_set(error,
                              "no memory is left for a document; close other programs and try "
                              "again");
    }
    *document = fresh;
    return true;
}

void document_free(struct document *document) {
    free(document->text);
    free(document->model);
    what_if_free(&document->what_if);
    json_decref(document->unknown);
    document->text = NULL;
    document->model = NULL;
    document->unknown = NULL;
}

static char *copy_string(const char *text) {
    return text != NULL ? file_copy_text(text, strlen(text)) : NULL;
}

bool document_copy(struct document *to, const struct document *from) {
    if (to == from) return true;
    struct document copy = *from;
    copy.text = copy_string(from->text);
    copy.model = copy_string(from->model);
    copy.what_if = (struct what_if){0};
    json_incref(copy.unknown);
    if ((from->text != NULL && copy.text == NULL) || (from->model != NULL && copy.model == NULL) ||
        !what_if_copy(&copy.what_if, &from->what_if)) {
        document_free(&copy);
        return false;
    }
    document_free(to);
    *to = copy;
    return true;
}

static size_t string_bytes(const char *text) {
    return text != NULL ? strlen(text) + 1 : 0;
}

size_t document_bytes(const struct document *document) {
    const struct what_if *what_if = &document->what_if;
    const struct painted_mask *painted = &what_if->painted;
    size_t cells = painted->allowed != NULL ? painted->rows * painted->columns : 0;
    return sizeof *document + string_bytes(document->text) + string_bytes(document->model) +
           string_bytes(what_if->context) + string_bytes(what_if->values) + cells +
           what_if->edit_count * sizeof *what_if->edits;
}

/* Two cells that select nothing are the same, whatever else stands in them. */
static bool cells_equal(const struct document_cell *a, const struct document_cell *b) {
    if (a->source < 0 || b->source < 0) return a->source < 0 && b->source < 0;
    return a->source == b->source && a->head == b->head && a->row == b->row &&
           a->column == b->column;
}

bool document_equal(const struct document *a, const struct document *b) {
    bool is_place_equal =
        a->layer == b->layer && a->head == b->head && a->query == b->query && a->key == b->key &&
        a->step == b->step && a->beat == b->beat && a->view == b->view && a->stride == b->stride &&
        cells_equal(&a->cell, &b->cell) && a->shows_all_terms == b->shows_all_terms &&
        a->lines_heads == b->lines_heads && a->lines_threshold == b->lines_threshold &&
        a->compare_steps == b->compare_steps && a->compare_kernel == b->compare_kernel &&
        a->compare_shows == b->compare_shows && a->shows_difference == b->shows_difference;
    bool is_setting_equal = a->is_predict_off == b->is_predict_off &&
                            memcmp(a->answers, b->answers, sizeof a->answers) == 0;
    bool is_look_equal = a->theme == b->theme && a->map == b->map && a->language == b->language &&
                         a->width == b->width && a->height == b->height &&
                         a->scale_percent == b->scale_percent && a->panel == b->panel &&
                         a->is_presentation == b->is_presentation;
    return is_place_equal && is_setting_equal && is_look_equal && file_texts_equal(a->text, b->text) &&
           file_texts_equal(a->model, b->model) && what_if_equal(&a->what_if, &b->what_if);
}

bool document_set_text(struct document *document, const char *text, size_t bytes) {
    size_t replaced = 0;
    char *copy = file_utf8_repair((const uint8_t *)text, bytes, &replaced);
    if (copy == NULL) return false;
    free(document->text);
    document->text = copy;
    return true;
}

bool document_set_model(struct document *document, const char *model) {
    char *copy = copy_string(model);
    if (copy == NULL) return false;
    free(document->model);
    document->model = copy;
    return true;
}

bool view_shows_differences(enum view view) {
    return view == VIEW_MATRICES || view == VIEW_HEADS || view == VIEW_MODEL;
}

bool view_follows_beats(enum view view) {
    return view == VIEW_MATRICES || view == VIEW_DIAGRAM;
}
