/* test_semantics.c: every picture says what stands in it: names, places, the order of Tab, cells,
 * words in both languages. */
#include "lesson/steps.h"
#include "support_layout.h"
#include "ui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_control(const struct semantic_node *node) {
    return node->is_focusable || node->role == ROLE_BUTTON || node->role == ROLE_TAB ||
           node->role == ROLE_STEP || node->role == ROLE_MENU_ITEM || node->role == ROLE_FIELD;
}

static bool is_seen(const struct semantic_node *node) {
    return node->rect.w > 0 && node->rect.h > 0;
}

static void check_names_and_places(struct layout_room *room) {
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        if ((is_control(node) || node->has_grid || node->role == ROLE_HEADING) && !node->name[0]) {
            layout_fault(room, "node %zu of role %d has no name", i, (int)node->role);
        }
        if (is_seen(node) && (node->rect.x < -1 || node->rect.y < -1 ||
                              rect_right(node->rect) > room->list.width + 1 ||
                              rect_bottom(node->rect) > room->list.height + 1)) {
            layout_fault(room, "'%s' (%.0f %.0f %.0f×%.0f) leaves the window", node->name,
                         (double)node->rect.x, (double)node->rect.y, (double)node->rect.w,
                         (double)node->rect.h);
        }
        if (node->role == ROLE_BUTTON && is_seen(node) && node->action.command == UI_COMMAND_NONE &&
            !node->is_disabled) {
            layout_fault(room, "button '%s' does nothing", node->name);
        }
        for (size_t j = 0; node->is_focusable && j < i; j++) {
            if (room->semantics.nodes[j].is_focusable && room->semantics.nodes[j].id == node->id) {
                layout_fault(room, "'%s' and '%s' have one id", room->semantics.nodes[j].name,
                             node->name);
            }
        }
    }
}

/* A button is what a click in its middle meets, unless a sheet lies over it. */
static void check_clicks(struct layout_room *room) {
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        bool is_pressed = node->role == ROLE_BUTTON || node->role == ROLE_TAB ||
                          node->role == ROLE_STEP || node->role == ROLE_MENU_ITEM;
        const struct semantic_node *met = semantics_at(
            &room->semantics, node->rect.x + node->rect.w / 2, node->rect.y + node->rect.h / 2);
        bool is_below = false;
        for (size_t j = i + 1; j < room->semantics.count; j++) {
            is_below = is_below || (room->semantics.nodes[j].role == ROLE_BLOCK &&
                                    rect_overlap(room->semantics.nodes[j].rect, node->rect));
        }
        if (is_pressed && !node->is_disabled && is_seen(node) && !is_below && met != node) {
            layout_fault(room, "a click on '%s' meets '%s'", node->name,
                         met ? met->name : "nothing");
        }
    }
}

static void check_tab_order(struct layout_room *room, int direction) {
    size_t focusable = 0, visited = 0;
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        focusable += node->is_focusable && !node->is_disabled && is_seen(node);
    }
    bool *is_visited = calloc(room->semantics.count + 1, sizeof *is_visited);
    assert_non_null(is_visited);
    uint32_t id = 0;
    for (size_t step = 0; step < focusable; step++) {
        id = semantics_focus_step(&room->semantics, id, direction);
        const struct semantic_node *node = semantics_by_id(&room->semantics, id);
        size_t at = node ? (size_t)(node - room->semantics.nodes) : room->semantics.count;
        visited += node && !is_visited[at];
        is_visited[at] = true;
    }
    free(is_visited);
    if (visited != focusable) {
        layout_fault(room, "Tab (%d) meets %zu of %zu controls", direction, visited, focusable);
    }
}

static void check_grids(struct layout_room *room) {
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        if (!node->has_grid || !is_seen(node)) {
            continue;
        }
        for (size_t r = 0; r < node->grid.rows; r++) {
            for (size_t c = 0; c < node->grid.columns; c++) {
                struct rect cell = semantics_cell_rect(node, r, c);
                size_t row = SIZE_MAX, column = SIZE_MAX;
                bool is_found = semantics_cell_at(node, cell.x + cell.w / 2, cell.y + cell.h / 2,
                                                  &row, &column);
                if (!is_found || row != r || column != c) {
                    layout_fault(room, "cell %zu, %zu of '%s' is found at %zu, %zu", r, c,
                                 node->name, row, column);
                    return;
                }
            }
        }
        size_t row, column;
        if (semantics_cell_at(node, node->rect.x - 1, node->rect.y, &row, &column) ||
            semantics_cell_at(node, rect_right(node->rect), node->rect.y, &row, &column)) {
            layout_fault(room, "'%s' has cells outside itself", node->name);
        }
    }
}

/* Where the text holds a catalogue key ("step.sum.title"), a name that was not filled in
 * ("{query}"), or an emphasis tag. */
static const char *raw_part(const struct layout_room *room, const char *text, size_t bytes) {
    const json_t *words = room->catalogue.languages[LANGUAGE_EN];
    char piece[128];
    for (size_t at = 0; at < bytes; at++) {
        bool is_index = at > 0 && (text[at - 1] == '_' || text[at - 1] == '^'); /* of a formula */
        if ((text[at] == '{' && !is_index && memchr(text + at, '}', bytes - at)) ||
            (text[at] == '<' && at + 2 < bytes && (text[at + 2] == '>' || text[at + 1] == '/'))) {
            return text + at;
        }
        if (text[at] != '.') {
            continue;
        }
        size_t start = at;
        while (start > 0 &&
               ((text[start - 1] >= 'a' && text[start - 1] <= 'z') || text[start - 1] == '_')) {
            start--;
        }
        size_t prefix = at - start + 1;
        const char *key;
        const json_t *value;
        if (prefix < 2 || prefix >= sizeof piece || at + 1 >= bytes || text[at + 1] < 'a' ||
            text[at + 1] > 'z') {
            continue;
        }
        json_object_foreach((json_t *)words, key, value) {
            if (strncmp(key, text + start, prefix) == 0) {
                return text + start;
            }
        }
    }
    return NULL;
}

static void check_words(struct layout_room *room) {
    for (size_t i = 0; i < room->list.count; i++) {
        const struct draw_command *c = &room->list.commands[i];
        if (c->kind == DRAW_TEXT && raw_part(room, room->list.text + c->data, c->count)) {
            layout_fault(room, "'%.*s' is no word", (int)c->count, room->list.text + c->data);
        }
    }
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        const char *texts[] = {node->name, node->value, node->tooltip};
        for (int t = 0; t < 3; t++) {
            if (raw_part(room, texts[t], strlen(texts[t]))) {
                layout_fault(room, "node '%s' says '%s'", node->name, texts[t]);
            }
        }
    }
}

/* The arithmetic beside a picture of the full size goes on to its result. */
static void check_result(struct layout_room *room) {
    const struct document *d = &room->study.document;
    const struct semantic_node *last = NULL;
    size_t lines = 0;
    for (int y = 0; y < (int)room->list.height; y++) {
        const struct semantic_node *line =
            semantics_by_id(&room->semantics, ui_id("arithmetic", y, 0));
        last = line ? line : last;
        lines += line != NULL;
    }
    bool is_explained = d->step > STEP_TOKENS && study_tokens(&room->study) > 0;
    if (is_explained && lines == 0 && !steps_is_question_open(&room->study)) {
        layout_fault(room, "no arithmetic");
    }
    if (lines > 0 && !strstr(last->name, "=") && !strstr(last->name, "≈")) {
        layout_fault(room, "the arithmetic ends in '%s'", last->name);
    }
}

/* What a reader who hears the picture needs: the step's heading, its formula, its matrices. */
static void check_description(struct layout_room *room) {
    const struct document *d = &room->study.document;
    size_t headings = 0, grids = 0;
    for (size_t i = 0; i < room->semantics.count; i++) {
        headings += room->semantics.nodes[i].role == ROLE_HEADING;
        grids += room->semantics.nodes[i].has_grid;
    }
    if (headings == 0) {
        layout_fault(room, "no heading");
    }
    bool has_numbers =
        study_tokens(&room->study) > 0 && (d->step != STEP_TOKENS || d->view != VIEW_MATRICES);
    if (has_numbers && grids == 0) {
        layout_fault(room, "no matrix");
    }
    if (study_tokens(&room->study) > 0 &&
        !semantics_by_id(&room->semantics, ui_id("formula", 0, 0))) {
        layout_fault(room, "no formula");
    }
}

static void check(struct layout_room *room) {
    check_names_and_places(room);
    check_clicks(room);
    check_tab_order(room, 1);
    check_tab_order(room, -1);
    check_grids(room);
    check_words(room);
}

struct fixture {
    struct layout_room room;
    struct document d;
};

static void open_fixture(struct fixture *f) {
    struct file_error error = {0};
    layout_room_open(&f->room);
    assert_true(document_init(&f->d, &error));
}

static void close_fixture(struct fixture *f) {
    assert_int_equal(f->room.faults, 0);
    document_free(&f->d);
    layout_room_close(&f->room);
}

static void set_sentence(struct document *d, int sentence) {
    assert_true(
        document_set_text(d, layout_sentences[sentence], strlen(layout_sentences[sentence])));
}

static void test_every_step(void **state) {
    (void)state;
    struct fixture f;
    open_fixture(&f);
    for (int at = 0; at < SENTENCE_COUNT * STEP_COUNT * VIEW_COUNT * LANGUAGE_COUNT; at++) {
        set_sentence(&f.d, at % SENTENCE_COUNT);
        f.d.step = (enum step)(at / SENTENCE_COUNT % STEP_COUNT);
        f.d.view = (enum view)(at / SENTENCE_COUNT / STEP_COUNT % VIEW_COUNT);
        f.d.language = (enum language)(at / SENTENCE_COUNT / STEP_COUNT / VIEW_COUNT);
        f.d.width = layout_sizes[at % LAYOUT_DESK_SIZES].width;
        f.d.height = layout_sizes[at % LAYOUT_DESK_SIZES].height;
        f.d.beat = at % 3 ? BEAT_LAST : 0;
        layout_draw(&f.room, &f.d);
        check(&f.room);
        check_description(&f.room);
        check_result(&f.room);
    }
    close_fixture(&f);
}

/* Every beat of every step, both models: the words of each are there. */
static void test_every_beat(void **state) {
    (void)state;
    static const char *const models[] = {"textbook", "by-hand"};
    struct fixture f;
    open_fixture(&f);
    for (int at = 0; at < STEP_COUNT * LANGUAGE_COUNT * 2 * 2; at++) {
        f.d.step = (enum step)(at % STEP_COUNT);
        f.d.language = (enum language)(at / STEP_COUNT % LANGUAGE_COUNT);
        assert_true(document_set_model(&f.d, models[at / STEP_COUNT / LANGUAGE_COUNT % 2]));
        f.d.what_if.mask = at / STEP_COUNT / LANGUAGE_COUNT / 2 ? MASK_CAUSAL : MASK_NONE;
        f.d.width = 1440;
        f.d.height = 900;
        int beats = 1;
        for (f.d.beat = 0; f.d.beat < beats; f.d.beat++) {
            layout_draw(&f.room, &f.d);
            beats = steps_beats(&f.room.study, f.d.step);
            check(&f.room);
            check_description(&f.room);
        }
    }
    close_fixture(&f);
}

static void test_small_windows_and_overlays(void **state) {
    (void)state;
    static const char *const names[] = {"textbook", "by-hand", NULL};
    static const char *const keys[] = {"Right", "beat.next", "Ctrl+E", "export", NULL};
    struct fixture f;
    open_fixture(&f);
    for (int at = 0; at < LAYOUT_SIZES * STEP_COUNT * 8; at++) {
        int overlay = at % 8;
        struct picture_presence *p = &f.room.presence;
        *p = (struct picture_presence){.model_names = names, .key_rows = keys, .export_density = 1};
        p->is_model_menu_open = overlay == 1;
        p->is_export_menu_open = overlay == 2;
        p->is_keys_open = overlay == 3;
        p->is_panel_open = overlay == 4;
        p->message = overlay == 5 ? "a sentence about what happened" : NULL;
        p->is_editing = overlay == 6;
        f.d.is_presentation = overlay == 7;
        set_sentence(&f.d, at / 8 % SENTENCE_COUNT);
        f.d.step = (enum step)(at / 8 % STEP_COUNT);
        f.d.language = (enum language)(at / 16 % LANGUAGE_COUNT);
        f.d.view = (enum view)(at / 32 % VIEW_COUNT);
        f.d.width = layout_sizes[at / 8 / STEP_COUNT].width;
        f.d.height = layout_sizes[at / 8 / STEP_COUNT].height;
        layout_draw(&f.room, &f.d);
        check(&f.room);
    }
    close_fixture(&f);
}

/* The checks themselves find what they look for. */
static void test_raw_words_are_found(void **state) {
    (void)state;
    struct layout_room room;
    layout_room_open(&room);
    assert_non_null(raw_part(&room, "step.sum.title", 14));
    assert_non_null(raw_part(&room, "see step.sum.title", 18));
    assert_non_null(raw_part(&room, "for {query}", 11));
    assert_non_null(raw_part(&room, "<q>it</>", 8));
    assert_null(raw_part(&room, "a step. then another", 20));
    assert_null(raw_part(&room, "0.25 < .5", 9));
    layout_room_close(&room);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_step),
        cmocka_unit_test(test_every_beat),
        cmocka_unit_test(test_small_windows_and_overlays),
        cmocka_unit_test(test_raw_words_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
