#include "app/actions.h"

#include <stdio.h>
#include <string.h>

#define ANYWHERE(k, m)                                                                             \
    { (k), (m), ACTION_EVERYWHERE, 0 }
#define STAGE(k, m)                                                                                \
    { (k), (m), ACTION_STAGE, 0 }
#define STEP(k, s)                                                                                 \
    { (k), 0, ACTION_STAGE, (s) }
#define FINE(k)                                                                                    \
    { (k), INPUT_ALT | INPUT_SHIFT, ACTION_STAGE, -1 }
#define CURSOR(k)                                                                                  \
    { (k), 0, ACTION_CURSOR, 0 }
#define ROW(NAME) .command = UI_COMMAND_##NAME
enum { PLAIN = 0, SHIFT = INPUT_SHIFT, ALT = INPUT_ALT, CTRL = INPUT_CTRL, CTRL_SHIFT = INPUT_CTRL | INPUT_SHIFT };

/* clang-format off */
const struct action actions[] = {
    {ROW(BEAT_NEXT), .run = walk_beat_next, .keys = {STAGE(KEY_RIGHT, PLAIN), ANYWHERE(KEY_PAGE_DOWN, PLAIN), STAGE(' ', PLAIN), STAGE('n', PLAIN)}},
    {ROW(BEAT_BACK), .run = walk_beat_back, .keys = {STAGE(KEY_LEFT, PLAIN), ANYWHERE(KEY_PAGE_UP, PLAIN), STAGE('p', PLAIN)}},
    {ROW(STEP_NEXT), .run = walk_step_next, .keys = {STAGE(KEY_RIGHT, SHIFT)}},
    {ROW(STEP_BACK), .run = walk_step_back, .keys = {STAGE(KEY_LEFT, SHIFT)}},
    {ROW(STEP_FIRST), .run = walk_step_first, .keys = {STAGE(KEY_HOME, PLAIN)}},
    {ROW(STEP_LAST), .run = walk_step_last, .keys = {STAGE(KEY_END, PLAIN)}},
    {ROW(STEP_GO), .run = walk_step_go, .keys = {STEP('1', 0), STEP('2', 1), STEP('3', 2), STEP('4', 3), STEP('5', 4), STEP('6', 5), STEP('7', 6), STEP('8', 7), STEP('9', 8)}},
    {ROW(PLAY), .run = walk_play},
    {ROW(QUERY_SET), .run = walk_query},
    {ROW(QUERY_NEXT), .run = walk_query, .keys = {STAGE(KEY_DOWN, PLAIN)}},
    {ROW(QUERY_BACK), .run = walk_query, .keys = {STAGE(KEY_UP, PLAIN)}},
    {ROW(KEY_SET), .run = walk_key},
    {ROW(KEY_NEXT), .run = walk_key, .keys = {STAGE('k', PLAIN)}},
    {ROW(KEY_BACK), .run = walk_key, .keys = {STAGE('j', PLAIN)}},
    {ROW(HEAD_SET), .run = walk_head},
    {ROW(HEAD_OPEN), .run = walk_head_open},
    {ROW(HEAD_NEXT), .run = walk_head, .keys = {STAGE(']', PLAIN), ANYWHERE(KEY_PAGE_DOWN, CTRL)}},
    {ROW(HEAD_BACK), .run = walk_head, .keys = {STAGE('[', PLAIN), ANYWHERE(KEY_PAGE_UP, CTRL)}},
    {ROW(LAYER_SET), .run = walk_layer},
    {ROW(LAYER_NEXT), .run = walk_layer, .keys = {STAGE('}', PLAIN), ANYWHERE(KEY_DOWN, CTRL)}},
    {ROW(LAYER_BACK), .run = walk_layer, .keys = {STAGE('{', PLAIN), ANYWHERE(KEY_UP, CTRL)}},
    {ROW(VIEW_SET), .run = walk_view},
    {ROW(VIEW_NEXT), .run = walk_view, .keys = {STAGE('v', PLAIN)}},
    {ROW(STRIDE_NEXT), .run = walk_stride},
    {ROW(CELL_SELECT), .run = cursor_select},
    {ROW(CURSOR_ENTER), .run = cursor_enter, .keys = {STAGE(KEY_ENTER, PLAIN)}},
    {ROW(CURSOR_LEFT), .run = cursor_move, .keys = {CURSOR(KEY_LEFT)}},
    {ROW(CURSOR_RIGHT), .run = cursor_move, .keys = {CURSOR(KEY_RIGHT)}},
    {ROW(CURSOR_UP), .run = cursor_move, .keys = {CURSOR(KEY_UP)}},
    {ROW(CURSOR_DOWN), .run = cursor_move, .keys = {CURSOR(KEY_DOWN)}},
    {ROW(CURSOR_LEAVE), .run = cursor_leave, .keys = {CURSOR(KEY_ESCAPE)}},
    {ROW(TERMS_TOGGLE), .run = walk_terms},
    {ROW(PREDICT_ANSWER), .run = walk_answer},
    {ROW(PREDICT_SKIP), .run = walk_answer},
    {ROW(PREDICT_TOGGLE), .run = walk_predict_toggle},
    {ROW(TEXT_EDIT), .run = look_text, .keys = {STAGE('/', PLAIN)}},
    {ROW(TEXT_LEAVE), .run = look_text},
    {ROW(NUMBER_EDIT), .run = number_edit, .keys = {STAGE('e', PLAIN)}},
    {ROW(NUMBER_RESET), .run = number_reset},
    {ROW(NUMBER_MORE), .run = number_nudge, .keys = {STAGE('+', PLAIN), STAGE('=', PLAIN), STAGE(KEY_UP, ALT), FINE(KEY_UP)}},
    {ROW(NUMBER_LESS), .run = number_nudge, .keys = {STAGE('-', PLAIN), STAGE(KEY_DOWN, ALT), FINE(KEY_DOWN)}},
    {ROW(TEXT_EXAMPLE), .run = walk_example},
    {ROW(MODEL_MENU), .run = look_model_menu},
    {ROW(MODEL_SET), .run = walk_model_set},
    {ROW(EXPORT), .run = export_command, .keys = {ANYWHERE('e', CTRL)}},
    {ROW(EXPORT_MENU), .run = export_menu_command, .keys = {ANYWHERE('e', CTRL_SHIFT)}},
    {ROW(EXPORT_SET), .run = export_set_command},
    {ROW(WORKSHEET), .run = export_worksheet_command},
    {ROW(WORKSHEET_KEY), .run = export_worksheet_command},
    {ROW(COPY), .run = numbers_copy, .keys = {STAGE('c', CTRL)}},
    {ROW(COPY_AS), .run = numbers_copy_as},
    {ROW(NUMBERS_SAVE), .run = numbers_save},
    {ROW(SESSION_OPEN), .run = session_open_command, .keys = {ANYWHERE('o', CTRL)}},
    {ROW(SESSION_SAVE), .run = session_save_command, .keys = {ANYWHERE('s', CTRL)}},
    {ROW(SESSION_SAVE_AS), .run = session_save_as_command, .keys = {ANYWHERE('s', CTRL_SHIFT)}},
    {ROW(MODEL_SAVE), .run = model_save_command},
    {ROW(PALETTE), .run = finder_palette_command, .keys = {ANYWHERE('k', CTRL)}},
    {ROW(FINDER_CHOOSE), .run = finder_choose_command},
    {ROW(UNDO), .run = walk_undo, .keys = {STAGE('z', CTRL)}},
    {ROW(REDO), .run = walk_redo, .keys = {STAGE('z', CTRL_SHIFT)}},
    {ROW(THEME_SET), .run = look_theme},
    {ROW(MAP_SET), .run = look_map},
    {ROW(LANGUAGE_SET), .run = look_language},
    {ROW(STRIDE_SET), .run = walk_stride},
    {ROW(THEME_NEXT), .run = look_theme, .keys = {STAGE('t', PLAIN)}},
    {ROW(LANGUAGE_NEXT), .run = look_language, .keys = {STAGE('l', PLAIN)}},
    {ROW(SCALE_UP), .run = look_scale, .keys = {ANYWHERE('+', CTRL), ANYWHERE('=', CTRL)}},
    {ROW(SCALE_DOWN), .run = look_scale, .keys = {ANYWHERE('-', CTRL)}},
    {ROW(SCALE_RESET), .run = look_scale, .keys = {ANYWHERE('0', CTRL)}},
    {ROW(PRESENTATION), .run = look_presentation, .keys = {ANYWHERE(KEY_F5, PLAIN), ANYWHERE(KEY_F5, SHIFT), ANYWHERE(KEY_F11, PLAIN)}},
    {ROW(BLANK), .run = look_blank, .keys = {STAGE('.', PLAIN), STAGE('b', PLAIN)}},
    {ROW(KEYS), .run = look_keys, .keys = {STAGE('?', PLAIN), ANYWHERE(KEY_F1, PLAIN)}},
    {ROW(PANEL_TOGGLE), .run = panel_toggle},
    {ROW(PANEL_SET), .run = panel_set},
    {ROW(PANEL_NEXT), .run = panel_next, .keys = {STAGE('w', PLAIN)}},
    {ROW(PANEL_SCROLL), .run = panel_scroll},
    {ROW(RAIL_SCROLL), .run = look_rail},
    {ROW(MASK_NEXT), .run = walk_mask, .keys = {STAGE('m', PLAIN)}},
    {ROW(MASK_PAINT), .run = change_paint, .keys = {STAGE('x', PLAIN)}},
    {ROW(MASK_PAINT_MODE), .run = paint_mode, .keys = {STAGE('x', SHIFT)}},
    {ROW(SCALING_TOGGLE), .run = walk_scaling, .keys = {STAGE('d', PLAIN)}},
    {ROW(CHANGE_CHOICE), .run = change_choice},
    {ROW(CHANGE_DIAL), .run = change_dial},
    {ROW(CHANGE_HEAD), .run = change_head},
    {ROW(CHANGE_TEXT), .run = change_text},
    {ROW(CHANGE_RESET), .run = change_reset, .keys = {STAGE('w', SHIFT)}},
    {ROW(DIFFERENCE_SET), .run = change_difference},
    {ROW(DIFFERENCE_TOGGLE), .run = change_difference, .keys = {STAGE('d', SHIFT)}},
    {ROW(LINES_HEAD), .run = lines_head},
    {ROW(LINES_THRESHOLD), .run = lines_threshold},
    {ROW(STAGE_SCROLL), .run = lines_scroll},
    {ROW(COMPARE_SHOWS), .run = compare_shows},
    {ROW(COMPARE_STEPS), .run = compare_steps},
    {ROW(COMPARE_KERNEL), .run = compare_kernel},
    {ROW(MESSAGE_CLOSE), .run = look_message_close},
    {ROW(FOCUS_NEXT), .run = look_focus, .keys = {ANYWHERE(KEY_TAB, PLAIN)}},
    {ROW(FOCUS_BACK), .run = look_focus, .keys = {ANYWHERE(KEY_TAB, SHIFT)}},
    {ROW(CANCEL), .run = look_cancel, .keys = {ANYWHERE(KEY_ESCAPE, PLAIN)}},
    {ROW(QUIT), .run = look_quit, .keys = {ANYWHERE('q', CTRL)}},
};
/* clang-format on */
const size_t action_count = sizeof actions / sizeof *actions;

const struct action *actions_find(enum ui_command command) {
    for (size_t i = 0; i < action_count; i++)
        if (actions[i].command == command) return &actions[i];
    return NULL;
}

/* A character that stands for itself ('?', '{', '+') needs no Shift named: keyboards differ in
 * where it is. */
static bool is_symbol(int key) {
    return key > ' ' && key < 127 && !(key >= 'a' && key <= 'z') && !(key >= '0' && key <= '9');
}

static bool is_pressed(const struct action_key *key, const struct input *input) {
    unsigned ignored = is_symbol(key->key) ? INPUT_SHIFT : 0u;
    return key->key == input->key && (key->modifiers | ignored) == (input->modifiers | ignored);
}

static const struct action_key *find_key(const struct input *input, enum action_place place,
                                         const struct action **row) {
    for (size_t i = 0; i < action_count; i++) {
        for (const struct action_key *key = actions[i].keys;
             key < actions[i].keys + ACTION_MAX_KEYS && key->key; key++) {
            if (key->place != place || !is_pressed(key, input)) continue;
            *row = &actions[i];
            return key;
        }
    }
    return NULL;
}

struct ui_action actions_for_key(const struct app *app, const struct input *input) {
    static const enum action_place order[] = {ACTION_CURSOR, ACTION_STAGE, ACTION_EVERYWHERE};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (order[i] == ACTION_CURSOR && !app->presence.is_cursor_active) continue;
        if (order[i] != ACTION_EVERYWHERE && app_wants_text_input(app)) continue;
        const struct action *row = NULL;
        const struct action_key *key = find_key(input, order[i], &row);
        if (key) return (struct ui_action){row->command, key->a, 0, 0};
    }
    return (struct ui_action){UI_COMMAND_NONE, 0, 0, 0};
}

static bool keys_clash(const struct action_key *a, const struct action_key *b) {
    bool is_cursor = a->place == ACTION_CURSOR || b->place == ACTION_CURSOR;
    if (is_cursor && a->place != b->place) return false; /* the cursor comes first, on purpose */
    struct input input = {.kind = INPUT_KEY, .key = b->key, .modifiers = b->modifiers};
    return is_pressed(a, &input);
}

const char *actions_clash(char *out, size_t out_bytes) {
    for (size_t i = 0; i < action_count; i++)
        for (size_t j = i + 1; j < action_count; j++)
            for (size_t k = 0; k < ACTION_MAX_KEYS && actions[i].keys[k].key; k++)
                for (size_t l = 0; l < ACTION_MAX_KEYS && actions[j].keys[l].key; l++)
                    if (keys_clash(&actions[i].keys[k], &actions[j].keys[l])) {
                        snprintf(out, out_bytes, "%s and %s", ui_command_id(actions[i].command),
                                 ui_command_id(actions[j].command));
                        return out;
                    }
    return NULL;
}

static const char *key_name(int key) {
    switch (key) {
    case KEY_ENTER:
        return "Enter";
    case KEY_ESCAPE:
        return "Esc";
    case KEY_TAB:
        return "Tab";
    case KEY_LEFT:
        return "←";
    case KEY_RIGHT:
        return "→";
    case KEY_UP:
        return "↑";
    case KEY_DOWN:
        return "↓";
    case KEY_HOME:
        return "Home";
    case KEY_END:
        return "End";
    case KEY_PAGE_UP:
        return "PgUp";
    case KEY_PAGE_DOWN:
        return "PgDn";
    case ' ':
        return "Space";
    default:
        return NULL;
    }
}

static void one_key_text(const struct action_key *key, char *out, size_t out_bytes) {
    char name[16];
    const char *known = key_name(key->key);
    if (known)
        snprintf(name, sizeof name, "%s", known);
    else if (key->key >= KEY_F1 && key->key <= KEY_F12)
        snprintf(name, sizeof name, "F%d", key->key - KEY_F1 + 1);
    else if (key->key == '-')
        snprintf(name, sizeof name, "−");
    else
        snprintf(name, sizeof name, "%c",
                 key->key >= 'a' && key->key <= 'z' ? key->key - 'a' + 'A' : key->key);
    snprintf(out, out_bytes, "%s%s%s%s", key->modifiers & INPUT_CTRL ? "Ctrl " : "",
             key->modifiers & INPUT_ALT ? "Alt " : "",
             key->modifiers & INPUT_SHIFT ? "Shift " : "", name);
}

void actions_key_text(enum ui_command command, char *out, size_t out_bytes) {
    *out = 0;
    const struct action *row = actions_find(command);
    if (!row) return;
    if (command == UI_COMMAND_STEP_GO) {
        snprintf(out, out_bytes, "1 … 9");
        return;
    }
    size_t used = 0;
    for (size_t i = 0; i < ACTION_MAX_KEYS && row->keys[i].key; i++) {
        char one[32];
        one_key_text(&row->keys[i], one, sizeof one);
        size_t needed = strlen(one) + (used ? strlen(" · ") : 0);
        if (used + needed + 1 > out_bytes) return;
        used += (size_t)snprintf(out + used, out_bytes - used, "%s%s", used ? " · " : "", one);
    }
}

void actions_list_keys(struct app *app) {
    size_t rows = 0;
    for (size_t i = 0; i < action_count && rows < APP_MAX_KEY_ROWS; i++) {
        actions_key_text(actions[i].command, app->key_text[rows], sizeof app->key_text[rows]);
        if (!app->key_text[rows][0]) continue;
        app->key_rows[2 * rows] = app->key_text[rows];
        app->key_rows[2 * rows + 1] = ui_command_id(actions[i].command);
        rows++;
    }
    app->key_rows[2 * rows] = NULL;
}
