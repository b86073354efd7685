/* test_gl_cairo.c: the pictures of the app themselves, drawn by OpenGL and by cairo: every view and
 * step, the rest by lot. The limits are those of tests/render/test_gl_cairo.c. */
#include "render/cairo/picture_cairo.h"
#include "render/offscreen.h"
#include "support_layout.h"
#include "support_what_if.h"

#include <math.h>

static struct layout_room room;
static struct document wanted;
static struct offscreen gl;
static struct cairo_renderer *cairo;

struct difference {
    size_t pixels, beyond_3; /* how many differ by more than 3 of 255 in some channel */
    int largest, left, top, right, bottom; /* where those beyond 3 lie */
    double mean; /* of the largest channel difference, over all pixels */
};

static struct difference compare(const struct draw_list *list) {
    struct pixels by_gl = offscreen_draw(&gl, list), by_cairo = {0};
    assert_true(cairo_renderer_draw(cairo, list, &by_cairo.at, &by_cairo.width, &by_cairo.height));
    assert_int_equal(by_gl.width, by_cairo.width);
    assert_int_equal(by_gl.height, by_cairo.height);
    struct difference found = {.pixels = (size_t)by_gl.width * (size_t)by_gl.height,
                               .left = by_gl.width,
                               .top = by_gl.height};
    double sum = 0;
    for (size_t i = 0; i < found.pixels; i++) {
        int distance = channel_distance(by_gl.at[i], by_cairo.at[i] & 0xFFFFFFu);
        int x = (int)(i % (size_t)by_gl.width), y = (int)(i / (size_t)by_gl.width);
        sum += distance;
        if (distance > found.largest) found.largest = distance;
        if (distance <= 3) continue;
        found.beyond_3++;
        found.left = x < found.left ? x : found.left;
        found.right = x > found.right ? x : found.right;
        found.top = y < found.top ? y : found.top;
        found.bottom = y > found.bottom ? y : found.bottom;
    }
    found.mean = sum / (double)found.pixels;
    free(by_gl.at);
    free(by_cairo.at);
    return found;
}

/* The records that the predicate takes stay; clips and places are those of the whole picture. */
static void keep(struct draw_list *to, bool (*is_kept)(const struct draw_command *)) {
    assert_true(draw_list_copy(to, &room.list));
    to->count = 0;
    for (size_t i = 0; i < room.list.count; i++)
        if (is_kept(&room.list.commands[i])) to->commands[to->count++] = room.list.commands[i];
}

static bool is_no_ribbon(const struct draw_command *c) {
    return c->kind != DRAW_CURVE;
}

static bool is_plain_shape(const struct draw_command *c) {
    return c->kind != DRAW_CURVE && c->kind != DRAW_TEXT;
}

/* Whole opaque pixels: no corner, no slant. */
static bool is_whole(const struct draw_command *c) {
    bool is_square = (c->kind == DRAW_RECTANGLE || c->kind == DRAW_FRAME) && c->radius == 0;
    bool is_on_pixels = c->rect.x == floorf(c->rect.x) && c->rect.y == floorf(c->rect.y) &&
                        c->rect.w == floorf(c->rect.w) && c->rect.h == floorf(c->rect.h) &&
                        c->thickness == floorf(c->thickness);
    return c->kind == DRAW_MATRIX ||
           (c->colour.a == 255 && (c->kind == DRAW_HATCH || (is_square && is_on_pixels)));
}

static bool ends_meet(const struct draw_command *a, const struct draw_command *b) {
    float starts = hypotf(a->rect.x - b->rect.x, a->rect.y - b->rect.y);
    float ends = hypotf(rect_right(a->rect) - rect_right(b->rect),
                        rect_bottom(a->rect) - rect_bottom(b->rect));
    return fminf(starts, ends) <= (a->thickness + b->thickness) / 2 + 2;
}

/* The next ribbons, of which no two begin or end together: where many lie on one another, the
 * differences of their edges add up. is_taken: of every record of the picture. */
static size_t take_ribbons(struct draw_list *to, bool *is_taken) {
    assert_true(draw_list_copy(to, &room.list));
    to->count = 0;
    for (size_t i = 0; i < room.list.count; i++) {
        const struct draw_command *c = &room.list.commands[i];
        bool is_free = c->kind == DRAW_CURVE && !is_taken[i];
        for (size_t k = 0; k < to->count && is_free; k++)
            is_free = !ends_meet(c, &to->commands[k]);
        if (!is_free) continue;
        to->commands[to->count++] = *c;
        is_taken[i] = true;
    }
    return to->count;
}

static void fault(const char *what, const struct difference *found) {
    layout_fault(&room, "%s: largest %d, beyond 3: %zu of %zu in (%d %d … %d %d), mean %.3f", what,
                 found->largest, found->beyond_3, found->pixels, found->left, found->top,
                 found->right, found->bottom, found->mean);
}

static void check_ribbons(struct draw_list *part) {
    enum { MOST_LOTS = 5 };
    bool *is_taken = calloc(room.list.count + 1, sizeof *is_taken);
    assert_non_null(is_taken);
    for (int lot = 0; lot < MOST_LOTS && take_ribbons(part, is_taken) > 0; lot++) {
        struct difference found = compare(part);
        if (found.largest > 32 || found.beyond_3 > found.pixels / 20) fault("ribbons", &found);
    }
    free(is_taken);
}

static void check_picture(struct draw_list *part) {
    keep(part, is_whole);
    struct difference whole = compare(part);
    if (whole.largest > 0) fault("whole pixels", &whole);
    keep(part, is_plain_shape);
    struct difference shapes = compare(part);
    if (shapes.largest > 32 || shapes.beyond_3 > shapes.pixels / 100) fault("shapes", &shapes);
    keep(part, is_no_ribbon);
    struct difference all = compare(part);
    if (all.mean >= 0.6 || all.beyond_3 > all.pixels / 20) fault("with text", &all);
    check_ribbons(part);
}

/* What the reader may have changed, chosen, opened. */
static void choose(uint32_t *seed) {
    static const int sentences[] = {SENTENCE_EIGHT,   SENTENCE_EIGHT,       SENTENCE_CHINESE,
                                    SENTENCE_TWENTY,  SENTENCE_SIXTY_FOUR,  SENTENCE_MIXED};
    const char *text = layout_sentences[sentences[lot_number(seed, 6)]];
    assert_true(document_set_text(&wanted, text, strlen(text)));
    lot_what_if(&wanted, seed);
    wanted.lines_heads = (uint64_t)(lot_number(seed, 2) ? lot_number(seed, 64) : 0);
    wanted.lines_threshold = lot_number(seed, 3);
    wanted.head = lot_number(seed, 6);
    wanted.query = lot_number(seed, 8);
    wanted.key = lot_number(seed, 8);
    wanted.beat = lot_number(seed, 3) ? BEAT_LAST : lot_number(seed, 3);
    wanted.panel = (enum panel)lot_number(seed, PANEL_COUNT);
    wanted.compare_shows = (enum compare_shows)lot_number(seed, COMPARE_COUNT);
    wanted.compare_steps = lot_number(seed, 5);
    wanted.is_presentation = lot_number(seed, 6) == 0;
    wanted.cell = (struct document_cell){.source = -1};
    if (lot_number(seed, 3) == 0)
        wanted.cell = (struct document_cell){ATTENTION_TENSOR_WEIGHTS, wanted.head, 1, 1};
}

static void test_every_view_and_step(void **state) {
    (void)state;
    struct draw_list part = {0};
    uint32_t seed = 31;
    for (int at = 0; at < VIEW_COUNT * STEP_COUNT; at++) {
        choose(&seed);
        wanted.view = (enum view)(at % VIEW_COUNT);
        wanted.step = (enum step)(at / VIEW_COUNT);
        wanted.theme = (enum theme_choice)((at / VIEW_COUNT + at) % THEME_COUNT);
        wanted.language = (enum language)((at / VIEW_COUNT + at / 2) % LANGUAGE_COUNT);
        room.density = (float)(1 + at / 3 % 2);
        wanted.width = room.density > 1 ? 1024 : 1440;
        wanted.height = room.density > 1 ? 700 : 900;
        layout_draw(&room, &wanted);
        check_picture(&part);
    }
    assert_int_equal(room.faults, 0);
    draw_list_free(&part);
}

/* What lies over the page: sheets, menus, a message, the ring, the tooltip. */
static void test_overlays(void **state) {
    (void)state;
    struct draw_list part = {0};
    struct picture_presence *p = &room.presence;
    for (int at = 0; at < 6; at++) {
        *p = (struct picture_presence){.focus_id = NODE_FIELD};
        export_choices_init(&p->exporting);
        p->is_keys_open = at == 0;
        p->is_export_menu_open = at == 1;
        p->message = at == 2 ? "the folder cannot be written to; choose another folder" : NULL;
        p->is_message_error = at == 2;
        p->is_focus_visible = at == 3;
        p->is_editing = at == 4;
        p->caret = at == 4 ? 7 : 0;
        p->has_pointer = at == 5;
        p->pointer_x = 500, p->pointer_y = 400;
        wanted.view = (enum view)at;
        wanted.theme = (enum theme_choice)(at % THEME_COUNT);
        wanted.language = (enum language)(at % LANGUAGE_COUNT);
        layout_draw(&room, &wanted);
        check_picture(&part);
    }
    assert_int_equal(room.faults, 0);
    draw_list_free(&part);
}

static int start(void **state) {
    (void)state;
    struct file_error error = {{0}};
    layout_room_open(&room);
    if (!document_init(&wanted, &error)) return -1;
    wanted.step = STEP_SOFTMAX;
    wanted.beat = BEAT_LAST;
    cairo = cairo_renderer_new(room.fonts);
    assert_non_null(cairo);
    offscreen_open(&gl, room.fonts);
    return 0;
}

static int stop(void **state) {
    (void)state;
    offscreen_close(&gl);
    cairo_renderer_free(cairo);
    document_free(&wanted);
    layout_room_close(&room);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_view_and_step, start, stop),
        cmocka_unit_test_setup_teardown(test_overlays, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
