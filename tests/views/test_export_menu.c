/* The export menu: which rows apply to what is chosen, and that each state of it is whole, at every
 * size. */
#include "support_layout.h"

#include "ui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct export_extent several = {2, 6}, single = {1, 1};

static struct export_choices usual(void) {
    struct export_choices choices;
    export_choices_init(&choices);
    return choices;
}

static void test_rows_apply(void **state) {
    (void)state;
    struct export_choices c = usual();
    static const struct {
        int part, format, paper;
        bool has_paper, has_width, has_trim, has_text, has_density;
    } rows[] = {
        {PICTURE_WINDOW, EXPORT_PNG, EXPORT_COLUMN, false, false, false, false, true},
        {PICTURE_WINDOW, EXPORT_SVG, EXPORT_COLUMN, false, false, false, true, false},
        {PICTURE_STAGE, EXPORT_PNG, EXPORT_OWN_WIDTH, false, false, true, false, true},
        {PICTURE_STAGE, EXPORT_SVG, EXPORT_NO_PAPER, true, false, true, true, false},
        {PICTURE_HEAD, EXPORT_PDF, EXPORT_OWN_WIDTH, true, true, false, true, false},
        {PICTURE_SHEET, EXPORT_PDF, EXPORT_PAGE, true, false, false, true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        c.value[EXPORT_ROW_PART] = rows[i].part;
        c.value[EXPORT_ROW_FORMAT] = rows[i].format;
        c.value[EXPORT_ROW_PAPER] = rows[i].paper;
        assert_int_equal(export_row_applies(&c, &several, EXPORT_ROW_PAPER), rows[i].has_paper);
        assert_int_equal(export_row_applies(&c, &several, EXPORT_ROW_WIDTH), rows[i].has_width);
        assert_int_equal(export_row_applies(&c, &several, EXPORT_ROW_TRIM), rows[i].has_trim);
        assert_int_equal(export_row_applies(&c, &several, EXPORT_ROW_TEXT), rows[i].has_text);
        assert_int_equal(export_row_applies(&c, &several, EXPORT_ROW_DENSITY), rows[i].has_density);
    }
    assert_true(export_width_mm(&c, &several) == EXPORT_PAGE_MM);
    c.value[EXPORT_ROW_PAPER] = EXPORT_OWN_WIDTH;
    assert_true(export_width_mm(&c, &several) == 120);
    c.value[EXPORT_ROW_FORMAT] = EXPORT_PNG; /* a width stays chosen, and does not hold */
    assert_true(export_width_mm(&c, &several) == 0);
}

/* What is chosen holds where it is offered, and comes back with what it depends on. */
static void test_what_holds(void **state) {
    (void)state;
    struct export_choices c = usual();
    c.value[EXPORT_ROW_RANGE] = EXPORT_EACH_HEAD;
    assert_int_equal(export_chosen(&c, &several, EXPORT_ROW_RANGE), EXPORT_EACH_HEAD);
    assert_int_equal(export_chosen(&c, &single, EXPORT_ROW_RANGE), EXPORT_ONE);
    c.value[EXPORT_ROW_PART] = PICTURE_SHEET;
    assert_int_equal(export_chosen(&c, &several, EXPORT_ROW_RANGE), EXPORT_ONE);
    assert_int_equal(export_chosen(&c, &single, EXPORT_ROW_PART), PICTURE_WINDOW);
    assert_true(export_is_offered(&c, &several, EXPORT_ROW_RANGE, EXPORT_ALL_LAYERS));
    c.value[EXPORT_ROW_PART] = PICTURE_HEAD;
    assert_int_equal(export_chosen(&c, &several, EXPORT_ROW_RANGE), EXPORT_EACH_HEAD);
    assert_false(export_is_offered(&c, &several, EXPORT_ROW_RANGE, EXPORT_ALL_LAYERS));
    assert_false(export_is_offered(&c, &single, EXPORT_ROW_RANGE, EXPORT_EACH_LAYER));
    assert_false(export_is_offered(&c, &several, EXPORT_ROW_WIDTH, -1));
    assert_false(export_is_offered(&c, &several, EXPORT_ROW_WIDTH, 1000));
}

/* An animation has formats of its own, a time, and no paper; what was chosen for stills comes back. */
static void test_a_walk(void **state) {
    (void)state;
    struct export_choices c = usual();
    c.value[EXPORT_ROW_PART] = PICTURE_HEAD;
    c.value[EXPORT_ROW_TRIM] = 1;
    assert_false(export_row_applies(&c, &several, EXPORT_ROW_SECONDS));
    assert_false(export_row_applies(&c, &several, EXPORT_ROW_WALK));
    assert_false(export_is_offered(&c, &several, EXPORT_ROW_FORMAT, EXPORT_GIF));
    c.value[EXPORT_ROW_RANGE] = EXPORT_WALK;
    assert_int_equal(export_chosen(&c, &several, EXPORT_ROW_FORMAT), EXPORT_WEBP);
    assert_false(export_is_offered(&c, &several, EXPORT_ROW_FORMAT, EXPORT_PDF));
    assert_true(export_row_applies(&c, &several, EXPORT_ROW_SECONDS));
    assert_true(export_row_applies(&c, &several, EXPORT_ROW_WALK));
    assert_true(export_row_applies(&c, &several, EXPORT_ROW_DENSITY));
    assert_false(export_row_applies(&c, &several, EXPORT_ROW_TRIM));
    assert_false(export_row_applies(&c, &several, EXPORT_ROW_PAPER));
    assert_true(export_is_offered(&c, &several, EXPORT_ROW_WALK, EXPORT_WALK_LAYERS));
    assert_false(export_is_offered(&c, &single, EXPORT_ROW_WALK, EXPORT_WALK_LAYERS));
    assert_true(export_seconds(&c, &several) == 2);
    c.value[EXPORT_ROW_SECONDS] = 19;
    assert_true(export_seconds(&c, &several) == 10);
    c.value[EXPORT_ROW_RANGE] = EXPORT_ONE;
    assert_int_equal(export_chosen(&c, &several, EXPORT_ROW_FORMAT), EXPORT_PNG);
    assert_int_equal(export_chosen(&c, &several, EXPORT_ROW_TRIM), 1);
}

/* No word of the menu is cut, its rows stand in it, and the button is whole. */
static void check_menu(struct layout_room *room) {
    const struct draw_list *list = &room->list;
    const struct semantic_node *sheet = semantics_by_id(&room->semantics, ui_id("sheet", 0, 0));
    const struct semantic_node *save = semantics_by_id(&room->semantics, ui_id("save", 0, 0));
    assert_true(sheet && save);
    struct rect both = rect_intersect(sheet->rect, save->rect);
    if (both.w < save->rect.w || both.h < save->rect.h || save->rect.h < 20)
        layout_fault(room, "the button does not stand in the menu");
    for (size_t i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        struct rect inside = rect_intersect(c->clip, sheet->rect);
        if (c->kind != DRAW_TEXT || inside.w < c->clip.w || inside.h < c->clip.h) continue;
        for (uint32_t at = 0; at + 3 <= c->count; at++)
            if (memcmp(list->text + c->data + at, "\xE2\x80\xA6", 3) == 0)
                layout_fault(room, "“%.*s” is cut", (int)c->count, list->text + c->data);
    }
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        bool is_row = node->action.command == UI_COMMAND_EXPORT_SET && node->rect.h > 0;
        if (is_row && rect_right(node->rect) > rect_right(sheet->rect))
            layout_fault(room, "%s leaves the menu", node->name);
    }
}

/* Every choice of every row, with what it depends on, drawn and checked. */
static void test_every_state(void **state) {
    (void)state;
    static const struct {
        int width, height, scale;
    } rooms[] = {{1440, 900, 100},  {1024, 700, 100}, {320, 240, 300}, {320, 240, 100},
                 {1920, 1080, 150}, {1024, 700, 300}, {640, 480, 100}};
    enum { ROOMS = sizeof rooms / sizeof *rooms, LOOKS = THEME_COUNT * LANGUAGE_COUNT };
    struct layout_room room;
    struct document d;
    struct file_error error = {0};
    layout_room_open(&room);
    assert_true(document_init(&d, &error));
    assert_true(document_set_text(&d, " ", 1)); /* nothing behind it */
    struct export_choices *c = &room.presence.exporting;
    room.presence.is_export_menu_open = true;
    for (int at = 0; at < ROOMS * LOOKS * 4 * EXPORT_FORMATS * 2; at++) {
        int look = at / ROOMS % LOOKS, choice = at / ROOMS / LOOKS;
        export_choices_init(c);
        c->value[EXPORT_ROW_PART] = (int)(enum picture_part[]){
            PICTURE_WINDOW, PICTURE_STAGE, PICTURE_HEAD, PICTURE_SHEET}[choice % 4];
        c->value[EXPORT_ROW_FORMAT] = choice / 4 % EXPORT_FORMATS;
        c->value[EXPORT_ROW_PAPER] = choice / 4 / EXPORT_FORMATS ? EXPORT_OWN_WIDTH : at % 3;
        c->value[EXPORT_ROW_RANGE] = at % EXPORT_RANGE_COUNT;
        c->value[EXPORT_ROW_DENSITY] = 1 + at % 4;
        room.presence.menu_scroll = (float)(at % 5) * 60;
        room.presence.focus_id = ui_id("export row", at % EXPORT_ROW_COUNT, 0);
        room.presence.is_focus_visible = true;
        d.theme = (enum theme_choice)(look % THEME_COUNT);
        d.language = (enum language)(look / THEME_COUNT);
        d.width = rooms[at % ROOMS].width;
        d.height = rooms[at % ROOMS].height;
        d.scale_percent = rooms[at % ROOMS].scale;
        layout_draw(&room, &d);
        layout_check(&room);
        check_menu(&room);
    }
    assert_int_equal(room.faults, 0);
    document_free(&d);
    layout_room_close(&room);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_apply),
        cmocka_unit_test(test_what_holds),
        cmocka_unit_test(test_a_walk),
        cmocka_unit_test(test_every_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
