/* test_semantics.c: every picture says what stands in it: names, places, the order of Tab, cells,
 * words in both languages. */
#include "lesson/steps.h"
#include "support_layout.h"
#include "support_semantics.h"
#include "ui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
    bool is_compared = d->view == VIEW_COMPARE; /* no sum leads there */
    if (lines > 0 && !is_compared && !strstr(last->name, "=") && !strstr(last->name, "≈")) {
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
        semantics_check(&f.room);
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
            semantics_check(&f.room);
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
        *p = (struct picture_presence){.model_names = names, .key_rows = keys};
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
        semantics_check(&f.room);
    }
    close_fixture(&f);
}

/* The checks themselves find what they look for. */
static void test_raw_words_are_found(void **state) {
    (void)state;
    struct layout_room room;
    layout_room_open(&room);
    assert_non_null(semantics_raw_part(&room, "step.sum.title", 14));
    assert_non_null(semantics_raw_part(&room, "see step.sum.title", 18));
    assert_non_null(semantics_raw_part(&room, "for {query}", 11));
    assert_non_null(semantics_raw_part(&room, "<q>it</>", 8));
    assert_null(semantics_raw_part(&room, "a step. then another", 20));
    assert_null(semantics_raw_part(&room, "0.25 < .5", 9));
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
