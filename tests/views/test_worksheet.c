/* Pages of worksheets: every page of every step keeps the rules of support_layout.h, in both
 * languages, for sentences of one word to twenty, in print sizes; nothing that is to be found out
 * stands on a sheet, and all of it on its key. */
#include "lesson/steps.h"
#include "lesson/worksheet.h"
#include "support_layout.h"
#include "ui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct layout_room room;

static int open_room(void **state) {
    (void)state;
    layout_room_open(&room);
    room.part = PICTURE_WORKSHEET;
    room.density = 4;
    room.worksheet = (struct worksheet_request){.blanks = 8, .is_count_most = true, .seed = 1};
    return 0;
}

static int close_room(void **state) {
    (void)state;
    layout_room_close(&room);
    return 0;
}

static struct document wanted_of(const char *model, const char *text) {
    struct document d;
    struct file_error error = {0};
    if (!document_init(&d, &error) || !document_set_text(&d, text, strlen(text)) ||
        !document_set_model(&d, model))
        fail_msg("%s", error.text);
    d.beat = BEAT_LAST;
    return d;
}

static int pages_of(const struct document *wanted) {
    struct file_error error = {0};
    if (!study_set(&room.study, wanted, &error)) fail_msg("%s", error.text);
    struct picture_request request = {.study = &room.study,
                                      .catalogue = &room.catalogue,
                                      .measurer = &room.measurer,
                                      .part = PICTURE_WORKSHEET,
                                      .density = room.density,
                                      .worksheet = room.worksheet};
    int pages;
    if (!picture_pages(&request, &pages, &error)) fail_msg("%s", error.text);
    assert_in_range(pages, 1, 40);
    return pages;
}

static bool is_text_in(const struct draw_command *c, struct rect r) {
    float y = c->rect.y - c->rect.h * 0.35f, x = c->rect.x + c->rect.w / 2;
    return c->kind == DRAW_TEXT && c->angle == 0 && rect_contains(r, x, y);
}

/* The texts in a box, in the order they were drawn: "1", "−4". Returns how many. */
static int texts_in(struct rect box, char out[4][64]) {
    int count = 0;
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        if (!is_text_in(c, box)) continue;
        assert_true(count < 4);
        snprintf(out[count++], 64, "%.*s", (int)c->count, room.list.text + c->data);
    }
    return count;
}

/* Every text keeps a margin of 12 mm: printers need it, and hole punches. */
static void check_margins(void) {
    float margin = 12 / 25.4f * 96 * room.density;
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        float right = c->angle == 0 ? rect_right(c->rect) : c->rect.x;
        if (c->kind == DRAW_TEXT && (c->rect.x < margin || right > room.list.width - margin ||
                                     c->rect.y < margin || c->rect.y > room.list.height - margin))
            layout_fault(&room, "a text at (%.0f, %.0f) stands in the margin", (double)c->rect.x,
                         (double)c->rect.y);
    }
}

/* Nothing is cut with an ellipsis where no word is longer than its place. */
static void check_whole(void) {
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        if (c->kind == DRAW_TEXT && c->count >= 3 &&
            memcmp(room.list.text + c->data + c->count - 3, "\u2026", 3) == 0)
            layout_fault(&room, "“%.*s” is cut", (int)c->count, room.list.text + c->data);
    }
}

/* Lines as thin as the paper allows are still there, in an image of 96 pixels an inch. */
static void check_lines(void) {
    size_t lines = 0;
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        lines += c->kind == DRAW_RECTANGLE && c->rect.h < 3 * room.density && c->rect.w > 200;
        if (c->kind == DRAW_RECTANGLE && (c->rect.w < 1 || c->rect.h < 1))
            layout_fault(&room, "a line has no pixel at (%.0f, %.0f)", (double)c->rect.x,
                         (double)c->rect.y);
    }
    assert_true(lines > 0);
}

/* The blanks of this page: their numbers, and on the key the answers as the pass has them. */
static size_t check_blanks(const struct worksheet *sheet) {
    size_t found = 0;
    char texts[4][64], answer[NUMBER_BYTES];
    for (size_t i = 0; i < sheet->blank_count; i++) {
        const struct worksheet_blank *b = &sheet->blanks[i];
        const struct worksheet_matrix *m = &sheet->matrices[b->matrix];
        const struct semantic_node *node =
            semantics_by_id(&room.semantics, ui_id("blank", (int32_t)i, 0));
        if (!node) continue;
        found++;
        assert_int_equal(texts_in(node->rect, texts), room.worksheet.is_key ? 2 : 1);
        assert_int_equal(atoi(texts[0]), i + 1);
        assert_int_equal(atoi(node->name), i + 1);
        if (room.worksheet.is_key) {
            number_format(answer, sizeof answer, worksheet_value(m, b->row, b->column), m->style);
            assert_string_equal(texts[1], answer);
        } else {
            assert_string_equal(node->value, "");
        }
    }
    return found;
}

static void check_sheet(const struct document *wanted, bool is_short) {
    struct worksheet sheet;
    struct file_error error = {0};
    int pages = pages_of(wanted);
    struct study at = worksheet_study(&room.study);
    assert_true(worksheet_make(&at, (size_t)room.worksheet.blanks, true, room.worksheet.seed,
                               &sheet, &error));
    size_t blanks = 0;
    for (int page = 0; page < pages; page++) {
        room.worksheet.page = page;
        layout_draw(&room, wanted);
        layout_check(&room);
        check_margins();
        check_lines();
        if (is_short) check_whole();
        blanks += check_blanks(&sheet);
    }
    room.worksheet.page = 0;
    assert_int_equal(blanks, sheet.blank_count);
    worksheet_free(&sheet);
}

/* Sheet and key of every step that has something to work out; returns how many. */
static int check_steps(struct document *wanted, bool is_short) {
    int steps = 0;
    for (int step = 0; step < STEP_COUNT; step++) {
        struct file_error error = {0};
        wanted->step = (enum step)step;
        wanted->beat = BEAT_LAST;
        if (!study_set(&room.study, wanted, &error)) fail_msg("%s", error.text);
        struct study at = worksheet_study(&room.study);
        if ((int)room.study.document.step != step || !worksheet_is_possible(&at, NULL)) continue;
        int last = room.study.document.beat, first = step == STEP_FEEDFORWARD ? 0 : last;
        for (int beat = first; beat <= last; beat++) {
            wanted->beat = beat;
            for (int key = 0; key < 2; key++) {
                room.worksheet.is_key = key == 1;
                check_sheet(wanted, is_short);
            }
        }
        steps++;
    }
    return steps;
}

static void test_every_page(void **state) {
    (void)state;
    static const char *const models[] = {"by-hand", "textbook"};
    static const enum layout_sentence sentences[] = {SENTENCE_ONE,     SENTENCE_EIGHT,
                                                     SENTENCE_TWENTY,  SENTENCE_LONG_WORDS,
                                                     SENTENCE_CHINESE, SENTENCE_MIXED};
    for (size_t i = 0; i < 2 * sizeof sentences / sizeof *sentences; i++) {
        struct document d = wanted_of(models[i % 2], layout_sentences[sentences[i / 2]]);
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            d.language = (enum language)language;
            bool is_short =
                sentences[i / 2] != SENTENCE_LONG_WORDS && sentences[i / 2] != SENTENCE_MIXED;
            room.density = language == LANGUAGE_ZH ? 1 : 4; /* as an image, and as vectors */
            assert_int_equal(check_steps(&d, is_short), 8);
        }
        document_free(&d);
    }
    assert_int_equal(room.faults, 0);
}

/* Masks, other texts for keys and values, each F, faults, and paper of another kind. */
static void test_pages_of_what_is_changed(void **state) {
    (void)state;
    for (int i = 0; i < 8; i++) {
        struct document d = wanted_of("by-hand", "der Hund schläft nie");
        room.worksheet.paper = (enum worksheet_paper)(i % 2);
        room.worksheet.turn = (enum worksheet_turn)(i % 3);
        room.worksheet.blanks = i % 2 ? 3 : WORKSHEET_ALL;
        d.language = (enum language)(i / 4);
        d.what_if.mask = i % 2 ? MASK_CAUSAL : MASK_NONE;
        d.what_if.similarity = (enum similarity_choice)(SIMILARITY_DOT + i % 4);
        d.what_if.fault = (enum fault_choice)(i % 3);
        d.what_if.temperature = i == 6 ? 0 : 0.5f;
        if (i > 2) assert_true(what_if_set_context(&d.what_if, "the dog never sleeps here"));
        if (i > 4) assert_true(what_if_set_values(&d.what_if, "one two three four five"));
        assert_in_range(check_steps(&d, true), 7, 8);
        document_free(&d);
    }
    assert_int_equal(room.faults, 0);
}

/* ---- the number of an answer stands nowhere on the sheet ---- */

static bool has_text(const char *text) {
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        if (c->kind == DRAW_TEXT && c->count == strlen(text) &&
            memcmp(room.list.text + c->data, text, c->count) == 0)
            return true;
    }
    return false;
}

static void test_answers_stand_on_the_key_alone(void **state) {
    (void)state;
    struct document d = wanted_of("by-hand", "the cat sat");
    struct worksheet sheet;
    struct file_error error = {0};
    char answer[NUMBER_BYTES];
    d.step = STEP_SUM; /* with decimals, as nothing that is given has here */
    room.worksheet.blanks = WORKSHEET_ALL;
    for (int key = 0; key < 2; key++) {
        room.worksheet.is_key = key == 1;
        layout_draw(&room, &d);
        struct study at = worksheet_study(&room.study);
        assert_true(worksheet_make(&at, WORKSHEET_ALL, true, 1, &sheet, &error));
        assert_int_equal(sheet.blank_count, 6);
        for (size_t i = 0; i < 6; i++) {
            const struct worksheet_blank *b = &sheet.blanks[i];
            number_format(answer, sizeof answer,
                          worksheet_value(&sheet.matrices[b->matrix], b->row, b->column),
                          NUMBER_PLAIN);
            assert_true(has_text(answer) == (key == 1));
        }
        worksheet_free(&sheet);
    }
    document_free(&d);
}

/* The key has the boxes where the sheet has them. */
static void test_sheet_and_key_lie_over_each_other(void **state) {
    (void)state;
    struct document d = wanted_of("by-hand", "the cat sat on the mat");
    struct rect boxes[8];
    d.step = STEP_SIMILARITY;
    for (int key = 0; key < 2; key++) {
        room.worksheet.is_key = key == 1;
        layout_draw(&room, &d);
        for (int i = 0; i < 8; i++) {
            const struct semantic_node *node =
                semantics_by_id(&room.semantics, ui_id("blank", i, 0));
            assert_non_null(node);
            if (key == 0) boxes[i] = node->rect;
            assert_memory_equal(&boxes[i], &node->rect, sizeof boxes[i]);
        }
    }
    document_free(&d);
}

/* The number of the focus word and everything else of the window change nothing; nor does what is
 * drawn twice. */
static void test_the_same_page_again(void **state) {
    (void)state;
    struct document d = wanted_of("by-hand", "the cat sat");
    d.step = STEP_SOFTMAX;
    layout_draw(&room, &d);
    uint64_t hash = draw_list_hash(&room.list);
    layout_draw(&room, &d);
    assert_true(draw_list_hash(&room.list) == hash);
    d.theme = THEME_DARK;
    d.beat = 0;
    d.query = 2;
    d.view = VIEW_LINES;
    d.width = 640;
    d.scale_percent = 150;
    d.is_presentation = true;
    layout_draw(&room, &d);
    assert_true(draw_list_hash(&room.list) == hash);
    room.worksheet.seed = 2;
    layout_draw(&room, &d);
    assert_false(draw_list_hash(&room.list) == hash);
    document_free(&d);
}

static void test_paper(void **state) {
    (void)state;
    static const struct {
        enum worksheet_paper paper;
        enum worksheet_turn turn;
        float width, height; /* mm */
    } rows[] = {{WORKSHEET_A4, WORKSHEET_PORTRAIT, 210, 297},
                {WORKSHEET_A4, WORKSHEET_LANDSCAPE, 297, 210},
                {WORKSHEET_LETTER, WORKSHEET_PORTRAIT, 215.9f, 279.4f},
                {WORKSHEET_LETTER, WORKSHEET_LANDSCAPE, 279.4f, 215.9f}};
    struct document d = wanted_of("by-hand", "the cat");
    d.step = STEP_SIMILARITY;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        room.worksheet.paper = rows[i].paper;
        room.worksheet.turn = rows[i].turn;
        layout_draw(&room, &d);
        assert_true(fabsf(room.list.width / room.density / 96 * 25.4f - rows[i].width) < 0.1f);
        assert_true(fabsf(room.list.height / room.density / 96 * 25.4f - rows[i].height) < 0.1f);
    }
    document_free(&d);
}

/* What takes too many pages says so, and nothing is drawn. */
static void test_too_large(void **state) {
    (void)state;
    char text[4096] = "";
    for (int i = 0; i < 600; i++)
        strcat(text, "word ");
    struct document d = wanted_of("textbook", text);
    struct file_error error = {0};
    struct draw_list list = {0};
    int pages;
    d.step = STEP_SIMILARITY;
    assert_true(study_set(&room.study, &d, &error));
    struct picture_request request = {.study = &room.study,
                                      .catalogue = &room.catalogue,
                                      .measurer = &room.measurer,
                                      .part = PICTURE_WORKSHEET,
                                      .density = 1,
                                      .worksheet = room.worksheet};
    assert_false(picture_pages(&request, &pages, &error));
    assert_non_null(strstr(error.text, "shorten the sentence"));
    assert_false(picture_draw(&request, &list, NULL));
    draw_list_free(&list);
    document_free(&d);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_room, close_room)
    const struct CMUnitTest tests[] = {
        TEST(test_every_page),
        TEST(test_pages_of_what_is_changed),
        TEST(test_answers_stand_on_the_key_alone),
        TEST(test_sheet_and_key_lie_over_each_other),
        TEST(test_the_same_page_again),
        TEST(test_paper),
        TEST(test_too_large),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
