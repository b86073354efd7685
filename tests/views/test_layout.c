/* test_layout.c: the states beside the plain walk: small windows, scales, presentation, masks,
 * editing, overlays, figures. */
#include "support_layout.h"

#include "lesson/cell.h"
#include "ui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const model_names[] = {"textbook", "by-hand",
                                          "/home/teacher/models/a folder with a long name", NULL};
static const char *const key_rows[] = {"Right PageDown Space N",
                                       "beat.next",
                                       "Left PageUp P",
                                       "beat.back",
                                       "Shift+Right",
                                       "step.next",
                                       "Up Down",
                                       "query.next",
                                       "[ ]",
                                       "head.next",
                                       "V",
                                       "view.next",
                                       "/",
                                       "text.edit",
                                       "F5 F11",
                                       "presentation",
                                       "Ctrl+E",
                                       "export",
                                       "Ctrl+Shift+E",
                                       "export.menu",
                                       "Ctrl+Z",
                                       "undo",
                                       "Ctrl+Shift+Z",
                                       "redo",
                                       "T",
                                       "theme.next",
                                       "L",
                                       "language.next",
                                       "Ctrl+plus",
                                       "scale.up",
                                       "?",
                                       "keys",
                                       NULL};

/* A state: what is going on in the window. Each is drawn at every size. */
enum state {
    STATE_PLAIN,
    STATE_FIRST_BEAT,
    STATE_ERROR,
    STATE_MESSAGE,
    STATE_EDITING,
    STATE_COMPOSING,
    STATE_KEYS,
    STATE_MODELS,
    STATE_EXPORT,
    STATE_PANEL,
    STATE_BLANK,
    STATE_POINTER,
    STATE_FOCUS,
    STATE_CELL,
    STATE_PAINTING,
    STATE_WAITING,
    STATE_PRESENTATION,
    STATE_FINDER_FILES,
    STATE_FINDER_COMMANDS,
    STATE_STAGE,
    STATE_HEAD,
    STATE_COUNT
};

static const struct finder_row finder_rows[] = {
    {"the-cat-sat.headway", "~/lessons about attention"},
    {"Mask: causal", "M"},
    {"a-very-long-name-that-somebody-gave-to-a-picture-of-the-weights-of-all-heads.png",
     "~/Documents/courses/2026/autumn/attention/pictures/of all the heads"},
    {"掩蔽：因果", "M"},
    {"Presentation mode", "F5 · Shift F5 · F11"},
    {"model folder", "model"},
    {"words.txt", "~"},
    {"lessons/", "~"},
    {"Softmax", "6"},
    {"Undo", "Ctrl Z"},
    {"Redo", "Ctrl Shift Z"},
    {"Theme: dark", ""},
    {"Theme: light", ""},
};

static void enter(struct layout_room *room, struct document *d, enum state state) {
    struct picture_presence *p = &room->presence;
    size_t bytes = strlen(d->text);
    *p = (struct picture_presence){
        .model_names = model_names, .key_rows = key_rows};
    room->part = state == STATE_STAGE  ? PICTURE_STAGE
                 : state == STATE_HEAD ? PICTURE_HEAD
                                       : PICTURE_WINDOW;
    d->is_presentation = state == STATE_PRESENTATION;
    d->cell.source = -1;
    d->panel = PANEL_EXPLAIN;
    d->beat = state == STATE_FIRST_BEAT || state == STATE_PANEL ? 0 : BEAT_LAST;
    p->is_message_error = state == STATE_ERROR;
    p->is_keys_open = state == STATE_KEYS;
    p->is_model_menu_open = state == STATE_MODELS;
    p->is_export_menu_open = state == STATE_EXPORT;
    p->is_panel_open = state == STATE_PANEL;
    p->is_blank = state == STATE_BLANK;
    p->is_editing = state == STATE_EDITING || state == STATE_COMPOSING;
    if (state == STATE_ERROR || state == STATE_MESSAGE) {
        p->message = "/home/teacher/pictures/the-cat-sat-similarity-H1.png: the folder cannot be "
                     "written to; choose "
                     "another folder, or make room on the disk, and save again";
    } else if (state == STATE_EDITING) {
        p->caret = bytes;
        p->anchor = 0;
    } else if (state == STATE_COMPOSING) {
        p->caret = p->anchor = bytes > 1 ? 1 : 0; /* inside the first word */
        while (p->caret < bytes && (d->text[p->caret] & 0xC0) == 0x80) {
            p->anchor = ++p->caret;
        }
        p->composition = "ni hao";
        p->composition_caret = -1;
    } else if (state == STATE_FINDER_FILES || state == STATE_FINDER_COMMANDS) {
        bool is_files = state == STATE_FINDER_FILES;
        const char *typed =
            is_files ? "/home/teacher/lessons about attention/the-cat-sat.headway" : "mask";
        p->finder =
            (struct picture_finder){.kind = is_files ? FINDER_OPEN : FINDER_COMMANDS,
                                    .text = typed,
                                    .caret = strlen(typed),
                                    .anchor = is_files ? 6 : strlen(typed),
                                    .rows = finder_rows,
                                    .count = (int)(sizeof finder_rows / sizeof *finder_rows),
                                    .chosen = 11,
                                    .note = is_files ? "A file of this name is there already. "
                                                       "Press Enter again to replace it."
                                                     : NULL,
                                    .is_note_error = true};
    } else if (state == STATE_POINTER) {
        p->has_pointer = true;
        p->pointer_x = (float)d->width * 0.42f;
        p->pointer_y = 30;
    } else if (state == STATE_PAINTING) {
        p->is_painting = p->has_pointer = true;
        p->pointer_x = (float)d->width * 0.5f;
        p->pointer_y = (float)d->height * 0.6f;
        d->panel = PANEL_WHAT_IF;
    } else if (state == STATE_WAITING) {
        d->panel = PANEL_WHAT_IF;
        p->panel_scroll = 2000; /* to the end */
        p->waiting_text[EDIT_CONTEXT] = "Ein Hund schlief tief und fest";
        p->waiting_note[EDIT_CONTEXT] = "6 tokens here, 3 in the other text: 3 fewer here or more "
                                        "there, and both are taken.";
    } else if (state == STATE_FOCUS) {
        p->focus_id = NODE_FIELD;
        p->is_focus_visible = true;
    } else if (state == STATE_CELL) {
        d->cell = (struct document_cell){ATTENTION_TENSOR_ATTENTION_OUTPUT, 0, 0, 1};
        d->shows_all_terms = true;
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

static void set_sentence(struct document *d, enum layout_sentence sentence) {
    assert_true(
        document_set_text(d, layout_sentences[sentence], strlen(layout_sentences[sentence])));
}

/* A sequence that every machine agrees on (Numerical Recipes' constants). */
static int draw_number(uint32_t *seed, int below) {
    *seed = *seed * 1664525u + 1013904223u;
    return (int)((*seed >> 8) % (uint32_t)below);
}

static void draw_and_check(struct fixture *f, enum state state) {
    enter(&f->room, &f->d, state);
    layout_draw(&f->room, &f->d);
    layout_check(&f->room);
}

/* Every state at every size, the rest drawn by lot. */
static void test_states(void **test_state) {
    (void)test_state;
    struct fixture f;
    uint32_t seed = 20;
    open_fixture(&f);
    for (int round = 0; round < 2; round++) {
        for (int state = 0; state < STATE_COUNT; state++) {
            for (int size = 0; size < LAYOUT_SIZES; size++) {
                set_sentence(&f.d, (enum layout_sentence)draw_number(&seed, SENTENCE_COUNT));
                f.d.step = (enum step)draw_number(&seed, STEP_COUNT);
                f.d.view = (enum view)draw_number(&seed, VIEW_COUNT);
                f.d.theme = (enum theme_choice)draw_number(&seed, THEME_COUNT);
                f.d.language = (enum language)draw_number(&seed, LANGUAGE_COUNT);
                f.d.what_if.mask = (enum mask_choice)draw_number(&seed, MASK_COUNT);
                f.d.width = layout_sizes[size].width;
                f.d.height = layout_sizes[size].height;
                draw_and_check(&f, (enum state)state);
            }
        }
    }
    close_fixture(&f);
}

/* An edited weight and an edited score, chosen, their field open and what is typed refused, or closed. */
static void test_edited_numbers(void **test_state) {
    (void)test_state;
    static const struct {
        enum step step;
        struct document_cell cell;
        struct attention_edit edit;
    } rows[] = {{STEP_PROJECTION,
                 {CELL_W_Q, 0, 0, 2},
                 {.tensor = ATTENTION_WEIGHT_Q, .index = 2, .value = -0.123456789f}},
                {STEP_SCALE,
                 {ATTENTION_TENSOR_SCORES, 0, 0, 1},
                 {.tensor = ATTENTION_TENSOR_SCORES, .index = 1, .value = -INFINITY}}};
    enum { LOOKS = THEME_COUNT * LANGUAGE_COUNT };
    struct fixture f;
    open_fixture(&f);
    for (int i = 0; i < LAYOUT_SIZES * LOOKS * 4; i++) {
        int size = i % LAYOUT_SIZES, look = i / LAYOUT_SIZES % LOOKS, row = i / LAYOUT_SIZES / LOOKS;
        set_sentence(&f.d, SENTENCE_EIGHT);
        enter(&f.room, &f.d, STATE_PLAIN);
        f.d.theme = (enum theme_choice)(look % THEME_COUNT);
        f.d.language = (enum language)(look / THEME_COUNT);
        f.d.width = layout_sizes[size].width;
        f.d.height = layout_sizes[size].height;
        f.d.step = rows[row % 2].step;
        f.d.cell = rows[row % 2].cell;
        assert_true(what_if_edit(&f.d.what_if, &rows[row % 2].edit));
        if (row >= 2) {
            f.room.presence.is_editing = true;
            f.room.presence.edited_field = EDIT_NUMBER;
            f.room.presence.edited_text = "half a number";
            f.room.presence.caret = f.room.presence.anchor = strlen("half a number");
            f.room.presence.field_error = "“half a number” is no number that can stand here; type "
                                          "one like 0.5, 1/2, −3 or 1e-3.";
        }
        layout_draw(&f.room, &f.d);
        layout_check(&f.room);
    }
    close_fixture(&f);
}

/* Small windows and large scales, every step and view. */
static void test_little_room(void **test_state) {
    (void)test_state;
    static const struct {
        int width, height, scale;
    } rooms[] = {{320, 240, 100},  {640, 480, 100},  {320, 700, 100}, {1440, 300, 100},
                 {1024, 700, 200}, {1024, 700, 300}, {1440, 900, 75}, {1920, 1080, 300},
                 {320, 240, 300},  {800, 600, 100}};
    struct fixture f;
    uint32_t seed = 7;
    open_fixture(&f);
    for (size_t r = 0; r < sizeof rooms / sizeof *rooms; r++) {
        for (int at = 0; at < STEP_COUNT * VIEW_COUNT * 2; at++) {
            f.d.step = (enum step)(at % STEP_COUNT);
            f.d.view = (enum view)(at / STEP_COUNT % VIEW_COUNT);
            set_sentence(&f.d, (enum layout_sentence)draw_number(&seed, SENTENCE_COUNT));
            f.d.theme = (enum theme_choice)draw_number(&seed, THEME_COUNT);
            f.d.language = (enum language)draw_number(&seed, LANGUAGE_COUNT);
            f.d.what_if.mask = (enum mask_choice)draw_number(&seed, MASK_COUNT);
            f.d.width = rooms[r].width;
            f.d.height = rooms[r].height;
            f.d.scale_percent = rooms[r].scale;
            draw_and_check(&f, draw_number(&seed, 2) ? STATE_PLAIN : STATE_FIRST_BEAT);
        }
    }
    close_fixture(&f);
}

/* Both models, both masks, first and last beat of every step, a question open. */
static void test_models_and_beats(void **test_state) {
    (void)test_state;
    static const char *const models[] = {"textbook", "by-hand"};
    struct fixture f;
    uint32_t seed = 3;
    open_fixture(&f);
    for (int at = 0; at < STEP_COUNT * 2 * 2 * 2 * 4; at++) {
        f.d.step = (enum step)(at % STEP_COUNT);
        assert_true(document_set_model(&f.d, models[at / STEP_COUNT % 2]));
        f.d.what_if.mask = at / STEP_COUNT / 2 % 2 ? MASK_CAUSAL : MASK_NONE;
        set_sentence(&f.d, (enum layout_sentence)draw_number(&seed, SENTENCE_COUNT));
        f.d.head = draw_number(&seed, 6);
        f.d.query = draw_number(&seed, 64);
        f.d.theme = (enum theme_choice)draw_number(&seed, THEME_COUNT);
        f.d.language = (enum language)draw_number(&seed, LANGUAGE_COUNT);
        struct layout_size size = layout_sizes[draw_number(&seed, LAYOUT_SIZES)];
        f.d.width = size.width;
        f.d.height = size.height;
        f.d.is_predict_off = draw_number(&seed, 4) == 0;
        draw_and_check(&f, at / STEP_COUNT / 4 % 2 ? STATE_FIRST_BEAT : STATE_PLAIN);
    }
    close_fixture(&f);
}

static void test_presentation(void **test_state) {
    (void)test_state;
    struct fixture f;
    uint32_t seed = 11;
    open_fixture(&f);
    for (int size = 0; size < LAYOUT_SIZES; size++) {
        for (int at = 0; at < STEP_COUNT * VIEW_COUNT * 2; at++) {
            f.d.step = (enum step)(at % STEP_COUNT);
            f.d.view = (enum view)(at / STEP_COUNT % VIEW_COUNT);
            set_sentence(&f.d, (enum layout_sentence)draw_number(&seed, SENTENCE_COUNT));
            f.d.theme = (enum theme_choice)draw_number(&seed, THEME_COUNT);
            f.d.language = (enum language)draw_number(&seed, LANGUAGE_COUNT);
            f.d.width = layout_sizes[size].width;
            f.d.height = layout_sizes[size].height;
            draw_and_check(&f, STATE_PRESENTATION);
        }
    }
    close_fixture(&f);
}

/* Pictures for papers: the stage alone and one head, at densities 1 to 4. */
static void test_figures(void **test_state) {
    (void)test_state;
    struct fixture f;
    uint32_t seed = 5;
    open_fixture(&f);
    for (int at = 0; at < STEP_COUNT * 2 * 6; at++) {
        f.d.step = (enum step)(at % STEP_COUNT);
        f.d.view = (enum view)draw_number(&seed, VIEW_COUNT);
        set_sentence(&f.d, (enum layout_sentence)draw_number(&seed, SENTENCE_COUNT));
        f.d.theme = (enum theme_choice)draw_number(&seed, THEME_COUNT);
        f.d.language = (enum language)draw_number(&seed, LANGUAGE_COUNT);
        struct layout_size size = layout_sizes[draw_number(&seed, 4)];
        f.d.width = size.width;
        f.d.height = size.height;
        f.room.density = (float)(1 + draw_number(&seed, 4));
        draw_and_check(&f, at / STEP_COUNT % 2 ? STATE_STAGE : STATE_HEAD);
    }
    close_fixture(&f);
}

/* One text on an empty picture, as the rules want it. */
static void put_text(struct layout_room *room, float x, float y, float size, float angle,
                     struct colour c) {
    draw_text(&room->list, &room->measurer, TEXT_WORDS, size, x, y, angle, c, "word", 4);
}

static size_t faults_after(struct layout_room *room) {
    size_t before = room->faults;
    layout_check(room);
    return room->faults - before;
}

/* The rules find what is planted, and nothing where nothing is. */
static void test_planted_faults(void **test_state) {
    (void)test_state;
    const struct colour ink = COLOUR_HEX(0x1C1E24), pale = COLOUR_HEX(0x9A9EA6),
                        paper = COLOUR_HEX(0xFFFFFF);
    struct fixture f;
    open_fixture(&f);
    struct layout_room *room = &f.room;
    room->is_quiet = true;
    for (int fault = 0; fault < 11; fault++) {
        enter(room, &f.d, STATE_BLANK);
        layout_draw(room, &f.d);
        put_text(room, 100, 100, 15, 0, ink);
        assert_int_equal(faults_after(room), 0);
        if (fault == 0) {
            put_text(room, 110, 104, 15, 0, ink); /* on the other word */
        } else if (fault == 1) {
            put_text(room, 110, 130, 15, -1.2f, ink); /* a slanted one through it */
        } else if (fault == 2) {
            draw_rectangle(&room->list, rect_make(95, 95, 30, 30), 0, paper); /* half covers it */
        } else if (fault == 3) {
            draw_line(&room->list, 90, 94, 160, 94, 2, ink); /* strikes it through */
        } else if (fault == 4) {
            put_text(room, room->list.width - 12, 200, 15, 0, ink); /* leaves the window */
        } else if (fault == 5) {
            draw_clip_push(&room->list, rect_make(200, 200, 20, 40));
            put_text(room, 202, 220, 15, 0, ink); /* leaves its clip */
            draw_clip_pop(&room->list);
        } else if (fault == 6) {
            draw_rectangle(&room->list, rect_make(-4, 300, 40, 40), 0, paper);
        } else if (fault == 7) {
            put_text(room, 200, 200, 12, 0, ink); /* too small */
        } else if (fault == 8) {
            put_text(room, 200, 200, 15, 0, pale); /* too pale */
        } else if (fault == 9) { /* runs out of its button */
            semantics_add(&room->semantics, ROLE_BUTTON, ui_id("planted", 0, 0),
                          rect_make(196, 180, 30, 30), "planted", "");
            put_text(room, 200, 200, 15, 0, ink);
        } else {
            draw_rectangle(&room->list, rect_make(190, 180, 30, 30), 0, ink);
            put_text(room, 200, 200, 15, 0, ink); /* half of it on its own colour */
        }
        assert_int_equal(faults_after(room), 1);
    }
    enter(room, &f.d, STATE_BLANK); /* wholly covered: no longer there, whatever it was */
    layout_draw(room, &f.d);
    put_text(room, 100, 100, 5, 0, pale);
    draw_rectangle(&room->list, rect_make(90, 80, 80, 40), 0, paper);
    put_text(room, 100, 100, 15, 0, ink);
    assert_int_equal(faults_after(room), 0);
    room->faults = 0;
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),           cmocka_unit_test(test_edited_numbers), cmocka_unit_test(test_little_room),
        cmocka_unit_test(test_models_and_beats), cmocka_unit_test(test_presentation),
        cmocka_unit_test(test_figures),          cmocka_unit_test(test_planted_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
