/* actions.h: one row per command: its keys and the function behind it. Buttons, keys, scripts and
 * tests go through here. */
#ifndef APP_ACTIONS_H
#define APP_ACTIONS_H
#include "app/app.h"

/* Where a key means this command. An editor and a focused button take their keys before these. */
enum action_place {
    ACTION_EVERYWHERE = 0, /* also while a sentence is edited */
    ACTION_STAGE,          /* not while editing */
    ACTION_CURSOR          /* not while editing, only with the cell cursor; before ACTION_STAGE */
};

struct action_key {
    int key; /* 0: end */
    unsigned modifiers;
    enum action_place place;
    int32_t a; /* parameter of the command */
};

enum { ACTION_MAX_KEYS = 9 };

struct action {
    enum ui_command command;
    struct action_key keys[ACTION_MAX_KEYS];
    bool (*run)(struct app *app, struct ui_action action);
};

extern const struct action actions[];
extern const size_t action_count;

const struct action *actions_find(enum ui_command command); /* NULL: none */
/* The command of a key press, UI_COMMAND_NONE when there is none. */
struct ui_action actions_for_key(const struct app *app, const struct input *input);
/* Two rows that want the same key in the same place: NULL, or their ids as one text in `out`. */
const char *actions_clash(char *out, size_t out_bytes);
/* "Right · PageDown · Space"; "" for a command without keys. */
void actions_key_text(enum ui_command command, char *out, size_t out_bytes);
/* Fills app->key_rows for the keys overlay. */
void actions_list_keys(struct app *app);

/* The functions, by file. walk.c: places on the timeline and in the sentence. */
bool walk_beat_next(struct app *app, struct ui_action action);
bool walk_beat_back(struct app *app, struct ui_action action);
bool walk_step_next(struct app *app, struct ui_action action);
bool walk_step_back(struct app *app, struct ui_action action);
bool walk_step_first(struct app *app, struct ui_action action);
bool walk_step_last(struct app *app, struct ui_action action);
bool walk_step_go(struct app *app, struct ui_action action);
bool walk_play(struct app *app, struct ui_action action);
bool walk_query(struct app *app, struct ui_action action);
bool walk_key(struct app *app, struct ui_action action);
bool walk_head_open(struct app *app, struct ui_action action);
bool walk_head(struct app *app, struct ui_action action);
bool walk_layer(struct app *app, struct ui_action action);
bool walk_view(struct app *app, struct ui_action action);
bool walk_stride(struct app *app, struct ui_action action);
bool walk_answer(struct app *app, struct ui_action action);
bool walk_predict_toggle(struct app *app, struct ui_action action);
bool walk_mask(struct app *app, struct ui_action action);
bool walk_scaling(struct app *app, struct ui_action action);
bool walk_terms(struct app *app, struct ui_action action);
bool walk_undo(struct app *app, struct ui_action action);
bool walk_redo(struct app *app, struct ui_action action);
/* edit_number.c: the number of the selected cell. */
bool number_edit(struct app *app, struct ui_action action);
bool number_nudge(struct app *app, struct ui_action action);
bool number_reset(struct app *app, struct ui_action action);
bool walk_example(struct app *app, struct ui_action action);
bool walk_model_set(struct app *app, struct ui_action action);
/* cursor.c: the selected cell. */
bool cursor_select(struct app *app, struct ui_action action);
bool cursor_enter(struct app *app, struct ui_action action);
bool cursor_move(struct app *app, struct ui_action action);
bool cursor_leave(struct app *app, struct ui_action action);
/* menu.c: the keyboard inside an open menu. */
bool menu_toggle(struct app *app,
                 bool *menu); /* of presence; opens it with its first item focused */
bool menu_focus_step(struct app *app, int direction);
void menu_key(struct app *app, const struct input *input);
/* What an arrow key, Home or End does to a control with a value (input.c): NONE where it has none. */
struct ui_action input_turned(const struct semantic_node *node, int key);
/* panel.c: which panel, and where it is scrolled to. */
bool panel_toggle(struct app *app, struct ui_action action);
bool panel_set(struct app *app, struct ui_action action);
bool panel_next(struct app *app, struct ui_action action);
bool panel_scroll(struct app *app, struct ui_action action);
/* change.c: the what-if. */
bool change_choice(struct app *app, struct ui_action action);
bool change_dial(struct app *app, struct ui_action action); /* c = 1: part of a drag, undone with it */
bool change_head(struct app *app, struct ui_action action);
bool change_text(struct app *app, struct ui_action action);
bool change_paint(struct app *app, struct ui_action action);
bool change_reset(struct app *app, struct ui_action action);
bool change_difference(struct app *app, struct ui_action action);
/* paint.c: the mask painted with the pointer, or along the way of the cell cursor. */
bool paint_mode(struct app *app, struct ui_action action);
bool paint_key(struct app *app, const struct input *input); /* true: it painted, or moved the cursor */
/* lines_change.c: the controls of view `lines`; c = 1: part of a drag. */
bool lines_head(struct app *app, struct ui_action action);
bool lines_threshold(struct app *app, struct ui_action action);
bool lines_scroll(struct app *app, struct ui_action action);
/* compare_change.c: the controls of view `compare`; c = 1: part of a drag. */
bool compare_shows(struct app *app, struct ui_action action);
bool compare_steps(struct app *app, struct ui_action action);
bool compare_kernel(struct app *app, struct ui_action action);
/* session.c, finder.c: files, and every command by name. */
bool session_open_command(struct app *app, struct ui_action action);
bool session_save_command(struct app *app, struct ui_action action);
bool model_save_command(struct app *app, struct ui_action action); /* model_file.c */
bool session_save_as_command(struct app *app, struct ui_action action);
bool finder_palette_command(struct app *app, struct ui_action action);
bool finder_choose_command(struct app *app, struct ui_action action);
/* numbers.c: matrices to the clipboard and to files. */
bool numbers_copy(struct app *app, struct ui_action action);
bool numbers_copy_as(struct app *app, struct ui_action action);
bool numbers_save(struct app *app, struct ui_action action);
/* export_menu.c: what is chosen in the export menu, and saving it. */
bool export_menu_command(struct app *app, struct ui_action action);
bool export_set_command(struct app *app, struct ui_action action);
bool export_worksheet_command(struct app *app, struct ui_action action);
bool export_command(struct app *app, struct ui_action action);
/* look.c: how it looks, what is open, what leaves the program. */
bool look_theme(struct app *app, struct ui_action action);
bool look_map(struct app *app, struct ui_action action);
bool look_language(struct app *app, struct ui_action action);
bool look_scale(struct app *app, struct ui_action action);
bool look_presentation(struct app *app, struct ui_action action);
bool look_blank(struct app *app, struct ui_action action);
bool look_keys(struct app *app, struct ui_action action);
bool look_model_menu(struct app *app, struct ui_action action);
bool look_rail(struct app *app, struct ui_action action);
bool look_text(struct app *app, struct ui_action action);
bool look_message_close(struct app *app, struct ui_action action);
bool look_focus(struct app *app, struct ui_action action);
bool look_cancel(struct app *app, struct ui_action action);
bool look_quit(struct app *app, struct ui_action action);
#endif
