/* What the panel writes when a reader has changed something: the formula of each F, the reasons,
 * every sum to its result, in both languages and in the smallest full window; and the rules of the
 * layout hold. */
#include "lesson/cell.h"
#include "lesson/steps.h"
#include "support_layout.h"
#include "ui/ui.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct layout_room room;

static int open_room(void **state) {
    (void)state;
    layout_room_open(&room);
    return 0;
}

static int close_room(void **state) {
    (void)state;
    layout_room_close(&room);
    return 0;
}

static void make_dot(struct what_if *w) {
    (void)w;
}

static void make_cosine(struct what_if *w) {
    w->similarity = SIMILARITY_COSINE;
}

static void make_general(struct what_if *w) {
    w->similarity = SIMILARITY_GENERAL;
}

static void make_additive(struct what_if *w) {
    w->similarity = SIMILARITY_ADDITIVE;
    assert_true(
        what_if_edit(w, &(struct attention_edit){ATTENTION_WEIGHT_ADDITIVE_W, 0, 0, -0.5f}));
}

static void make_cold(struct what_if *w) {
    w->temperature = 0;
}

static void make_warm(struct what_if *w) {
    w->temperature = 2.5f;
}

static void make_flat(struct what_if *w) {
    w->temperature = 2.5f;
    w->scaling = SCALING_OFF;
}

/* The first row sees nothing. */
static void make_nothing_allowed(struct what_if *w) {
    for (size_t j = 0; j < 8; j++)
        assert_true(what_if_paint(w, 8, 8, 0, j, false));
    w->mask = MASK_PAINTED;
}

static void make_head_off(struct what_if *w) {
    what_if_set_head(w, 0, 0, false);
}

static void make_edits(struct what_if *w) {
    const struct attention_edit edits[] = {{ATTENTION_TENSOR_SCORES, 0, 0, 2.5f},
                                           {ATTENTION_TENSOR_SCORES, 0, 1, -INFINITY},
                                           {ATTENTION_WEIGHT_Q, 0, 0, 1.5f}};
    for (size_t i = 0; i < 3; i++)
        assert_true(what_if_edit(w, &edits[i]));
}

static void (*const changes[])(struct what_if *w) = {
    make_dot,  make_cosine, make_general,         make_additive, make_cold,
    make_warm, make_flat,   make_nothing_allowed, make_head_off, make_edits};
enum { CHANGES = sizeof changes / sizeof changes[0] };

/* The document of a change, at the last beat of a step, its first number of the first head. */
static void wanted_make(struct document *wanted, void (*change)(struct what_if *w),
                        enum step step) {
    const char *text = layout_sentences[SENTENCE_EIGHT];
    assert_true(document_init(wanted, NULL));
    assert_true(document_set_text(wanted, text, strlen(text)));
    wanted->width = 1024;
    wanted->height = 700;
    wanted->step = step;
    wanted->beat = BEAT_LAST;
    wanted->is_predict_off = true;
    change(&wanted->what_if);
}

static void words_of(const char *what, char *out, size_t bytes) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < room.semantics.count; i++) {
        const struct semantic_node *node = &room.semantics.nodes[i];
        bool is_line = false;
        for (int y = 0; y < (int)room.list.height && !is_line; y++)
            is_line = node->id == ui_id(what, y, 0);
        if (is_line && used < bytes)
            used += (size_t)snprintf(out + used, bytes - used, "%s\t%s\n", node->name, node->value);
    }
}

/* The panel says `expected`: in the formula, or among the lines of the arithmetic. */
struct saying {
    void (*change)(struct what_if *w);
    enum step step;
    const char *what;
    int source; /* of the number chosen; −1: the step's own */
    const char *expected;
};

static const struct saying sayings[] = {
    {make_dot, STEP_SIMILARITY, "formula", -1, "s_{ij} = q_i · k_j"},
    {make_cosine, STEP_SIMILARITY, "formula", -1, "s_{ij} = q_i·k_j / (‖q_i‖‖k_j‖)"},
    {make_general, STEP_SIMILARITY, "formula", -1, "s_{ij} = q_i W k_j"},
    {make_additive, STEP_SIMILARITY, "formula", -1, "s_{ij} = w·tanh(W_qq_i+W_kk_j)"},
    {make_dot, STEP_SCALE, "formula", -1, "z_{ij} = s_{ij} / √d_k"},
    {make_warm, STEP_SCALE, "formula", -1, "z_{ij} = s_{ij} / (√d_k τ)"},
    {make_flat, STEP_SCALE, "formula", -1, "z_{ij} = s_{ij} / τ"},
    {make_cold, STEP_SCALE, "formula", -1, "z_{ij} = s_{ij}\t"},
    {make_cold, STEP_SOFTMAX, "formula", -1, "1/c"},
    {make_dot, STEP_SOFTMAX, "arithmetic", -1, "max z = "},
    {make_dot, STEP_SOFTMAX, "arithmetic", -1, "e^("},
    {make_dot, STEP_SOFTMAX, "arithmetic", -1, "a·‖v‖ = "},
    {make_cold, STEP_SOFTMAX, "arithmetic", -1, "a·‖v‖ = "},
    {make_additive, STEP_SIMILARITY, "arithmetic", -1, "−0.50 × tanh("},
    {make_additive, STEP_SIMILARITY, "arithmetic", -1, "+\u00a01 × tanh("},
    {make_cold, STEP_SCALE, "arithmetic", -1, "nothing is divided"},
    {make_head_off, STEP_SUM, "arithmetic", -1, "This head is switched off"},
    {make_nothing_allowed, STEP_SOFTMAX, "arithmetic", ATTENTION_TENSOR_WEIGHTS,
     "Every key of this row is masked"},
    {make_head_off, STEP_HEADS, "arithmetic", -1, "O1·Wₒ  off\t0"},
    {make_edits, STEP_SCALE, "arithmetic", ATTENTION_TENSOR_SCORES, "You put this number here"},
    {make_edits, STEP_PROJECTION, "arithmetic", CELL_W_Q, "You put this number here"},
};

static void the_panel_says_what_was_done(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++) {
        const struct saying *s = &sayings[i];
        struct document wanted;
        char words[4096];
        wanted_make(&wanted, s->change, s->step);
        if (s->source >= 0) wanted.cell = (struct document_cell){s->source, 0, 0, 0};
        layout_draw(&room, &wanted);
        words_of(s->what, words, sizeof words);
        if (!strstr(words, s->expected))
            fail_msg("saying %zu: \"%s\" is not in \"%s\"", i, s->expected, words);
        document_free(&wanted);
    }
}

/* The last line of the arithmetic is a result. */
static void check_end(void) {
    char words[4096];
    words_of("arithmetic", words, sizeof words);
    size_t length = strlen(words);
    if (length < 2 || room.study.document.step == STEP_TOKENS) return;
    words[length - 1] = '\0';
    const char *last = strrchr(words, '\n') ? strrchr(words, '\n') + 1 : words;
    if (!strchr(last, '=') && !strstr(last, "≈"))
        layout_fault(&room, "the arithmetic ends in '%s'", last);
}

/* No line of the arithmetic is cut: what is too long is written shorter. */
static void check_whole(void) {
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        if (c->kind != DRAW_TEXT) continue;
        char text[256];
        (void)snprintf(text, sizeof text, "%.*s", (int)c->count, room.list.text + c->data);
        for (int y = 0; strstr(text, "…") && y < (int)room.list.height; y++) {
            const struct semantic_node *line =
                semantics_by_id(&room.semantics, ui_id("arithmetic", y, 0));
            if (line && c->rect.x >= line->rect.x && c->rect.y >= line->rect.y &&
                c->rect.y <= rect_bottom(line->rect))
                layout_fault(&room, "'%s' is cut", text);
        }
    }
}

static void every_change_keeps_the_rules(void **state) {
    (void)state;
    static const enum step steps[] = {STEP_EMBEDDING, STEP_PROJECTION, STEP_SIMILARITY, STEP_SCALE,
                                      STEP_SOFTMAX,   STEP_SUM,        STEP_HEADS};
    for (int change = 0; change < CHANGES; change++)
        for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
            for (int look = 0; look < LANGUAGE_COUNT * 2; look++) {
                struct document wanted;
                wanted_make(&wanted, changes[change], steps[s]);
                wanted.language = (enum language)(look % LANGUAGE_COUNT);
                wanted.view = look < LANGUAGE_COUNT ? VIEW_MATRICES : VIEW_HEADS;
                wanted.theme = (enum theme_choice)((change + look) % THEME_COUNT);
                layout_draw(&room, &wanted);
                layout_check(&room);
                check_end();
                check_whole();
                document_free(&wanted);
            }
    assert_int_equal(room.faults, 0);
}

/* Beside a long word there is no room for its exponent; beside a short one there is. */
static void long_words_go_without_their_exponents(void **state) {
    (void)state;
    static const char *const text = "characterizations x";
    struct document wanted;
    char words[4096];
    wanted_make(&wanted, make_flat, STEP_SOFTMAX);
    assert_true(document_set_text(&wanted, text, strlen(text)));
    layout_draw(&room, &wanted);
    layout_check(&room);
    check_whole();
    words_of("arithmetic", words, sizeof words);
    assert_non_null(strstr(words, "characterizations\t"));
    assert_non_null(strstr(words, "x e^("));
    assert_int_equal(room.faults, 0);
    document_free(&wanted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_words_go_without_their_exponents),
        cmocka_unit_test(the_panel_says_what_was_done),
        cmocka_unit_test(every_change_keeps_the_rules),
    };
    return cmocka_run_group_tests(tests, open_room, close_room);
}
