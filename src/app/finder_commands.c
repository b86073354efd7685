/* finder_commands.c: the finder over commands: every row of the one table that a word can ask for,
 * and where a command takes a value, a row for each value. Both languages and the other words for
 * the same thing (assets/languages/terms.json) are understood, whichever language the screen has.
 */
#include "app/finder.h"

#include "app/actions.h"
#include "app/fuzzy.h"
#include "app/numbers.h"
#include "lesson/switches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 256, KNOWN_BYTES = 4096, SCORE_SHOWN = 1000, SCORE_NAME = 500 };

/* One row, in every language. */
struct named {
    char name[LANGUAGE_COUNT][NAME_BYTES];
    struct ui_action action;
    char key[64];
};

static const char *word(const struct app *app, int language, const char *key) {
    return catalogue_get(&app->catalogue, (enum language)language, key);
}

/* " · "-separated: what both languages call it, its id, and the other terms for what is in them. */
static void know(const struct app *app, const struct named *named, char *out, size_t out_bytes) {
    size_t used = 0;
    for (int l = 0; l < LANGUAGE_COUNT && used < out_bytes; l++)
        used += (size_t)snprintf(out + used, out_bytes - used, "%s\n", named->name[l]);
    if (used < out_bytes)
        used += (size_t)snprintf(out + used, out_bytes - used, "%s\n",
                                 ui_command_id(named->action.command));
    size_t group_index, term_index;
    json_t *group, *term;
    char names[2 * NAME_BYTES + 4];
    snprintf(names, sizeof names, "%s\n%s", named->name[0], named->name[1]);
    json_array_foreach(app->terms, group_index, group) {
        bool is_meant = false;
        json_array_foreach(group, term_index, term) is_meant =
            is_meant || fuzzy_contains(names, json_string_value(term));
        json_array_foreach(group, term_index, term) {
            if (!is_meant || used >= out_bytes) break;
            used += (size_t)snprintf(out + used, out_bytes - used, "%s\n", json_string_value(term));
        }
    }
}

/* Adds the row when it answers to what is typed; what answers by the name on the screen comes
 * first. */
static void offer(struct app *app, const struct named *named) {
    const char *typed = app->finder.editor.text;
    const char *shown = named->name[app->study.document.language];
    char known[KNOWN_BYTES];
    int score = fuzzy_score(shown, typed);
    if (score) score += SCORE_SHOWN;
    for (int l = 0; l < LANGUAGE_COUNT && !score; l++) {
        score = fuzzy_score(named->name[l], typed);
        if (score) score += SCORE_NAME;
    }
    if (!score) {
        know(app, named, known, sizeof known);
        score = fuzzy_score(known, typed);
    }
    if (!score) return;
    const struct finder_entry entry = {.words = (char *)(uintptr_t)shown,
                                       .more = (char *)(uintptr_t)named->key,
                                       .action = named->action,
                                       .score = typed[0] ? score : 0};
    finder_add(app, &entry);
}

static void offer_plain(struct app *app, enum ui_command command) {
    struct named named = {.action = {command, 0, 0, 0}};
    char key[80];
    snprintf(key, sizeof key, "command.%s", ui_command_id(command));
    for (int l = 0; l < LANGUAGE_COUNT; l++)
        snprintf(named.name[l], NAME_BYTES, "%s", word(app, l, key));
    actions_key_text(command, named.key, sizeof named.key);
    offer(app, &named);
}

/* "What it is: value", both by their keys in the catalogue; a key that is not there is the word
 * itself. */
static void offer_value(struct app *app, struct ui_action action, const char *what,
                        const char *value) {
    struct named named = {.action = action};
    for (int l = 0; l < LANGUAGE_COUNT; l++)
        snprintf(named.name[l], NAME_BYTES, l == LANGUAGE_ZH ? "%s：%s" : "%s: %s",
                 word(app, l, what), word(app, l, value));
    if (action.command == UI_COMMAND_STEP_GO)
        snprintf(named.key, sizeof named.key, "%d", action.a + 1);
    offer(app, &named);
}

/* The values of an enumeration with ids: keys "prefix.id.suffix". */
static void offer_ids(struct app *app, enum ui_command command, const char *prefix,
                      const char *suffix, const char *(*id)(int), int count) {
    char what[80], value[80];
    snprintf(what, sizeof what, "command.%s", ui_command_id(command));
    for (int i = 0; i < count; i++) {
        snprintf(value, sizeof value, "%s.%s%s", prefix, id(i), suffix);
        offer_value(app, (struct ui_action){command, i, 0, 0}, what, value);
    }
}

#define ID_OF(thing, type)                                                                         \
    static const char *thing##_of(int value) {                                                     \
        return thing##_id((type)value);                                                            \
    }
ID_OF(step, enum step)
ID_OF(view, enum view)
ID_OF(panel, enum panel)
ID_OF(theme, enum theme_choice)
ID_OF(language, enum language)
ID_OF(stride, enum stride)
ID_OF(map, enum map_choice)

static void offer_switches(struct app *app) {
    char what[80], value[120];
    for (int i = 0; i < SWITCH_COUNT; i++) {
        struct switch_state state = switch_of(&app->study, (enum switch_id)i);
        snprintf(what, sizeof what, "switch.%s", switch_id((enum switch_id)i));
        for (int choice = 0; choice < state.count; choice++) {
            snprintf(value, sizeof value, "%s.%s", what, state.ids[choice]);
            offer_value(app, (struct ui_action){UI_COMMAND_CHANGE_CHOICE, i, choice, 0}, what,
                        value);
        }
    }
}

static void offer_heads(struct app *app) {
    const struct study *study = &app->study;
    int heads = study->model.weights.config.heads;
    char value[32];
    for (int head = 0; head < heads; head++) {
        bool is_off = what_if_is_head_off(&study->document.what_if, study->document.layer, head);
        snprintf(value, sizeof value, "H%d", head + 1);
        offer_value(app, (struct ui_action){UI_COMMAND_HEAD_SET, head, 0, 0}, "command.head.set",
                    value);
        offer_value(app, (struct ui_action){UI_COMMAND_CHANGE_HEAD, head, is_off, 0},
                    is_off ? "command.head.on" : "command.head.off", value);
    }
}

static void offer_places(struct app *app) {
    char value[32];
    int layers = app->study.model.weights.config.layers;
    for (int layer = 0; layer < layers && layers > 1; layer++) {
        snprintf(value, sizeof value, "%d", layer + 1);
        offer_value(app, (struct ui_action){UI_COMMAND_LAYER_SET, layer, 0, 0}, "command.layer.set",
                    value);
    }
    for (int i = 0; i < (int)study_tokens(&app->study); i++)
        offer_value(app, (struct ui_action){UI_COMMAND_QUERY_SET, i, 0, 0}, "command.query.set",
                    study_token(&app->study, i));
}

static void offer_texts(struct app *app) {
    static const char *const examples[] = {"empty.example1", "empty.example2", "empty.example3"};
    static const char *const texts[EDIT_COUNT] = {"field.name", "field.context", "field.values"};
    const struct what_if *what_if = &app->study.document.what_if;
    for (int i = 0; i < 3; i++)
        offer_value(app, (struct ui_action){UI_COMMAND_TEXT_EXAMPLE, i, 0, 0},
                    "command.text.example", examples[i]);
    if (what_if->context)
        offer_value(app, (struct ui_action){UI_COMMAND_CHANGE_TEXT, EDIT_CONTEXT, 0, 0},
                    "command.change.text", texts[EDIT_CONTEXT]);
    if (what_if->values)
        offer_value(app, (struct ui_action){UI_COMMAND_CHANGE_TEXT, EDIT_VALUES, 0, 0},
                    "command.change.text", texts[EDIT_VALUES]);
}

static void offer_models(struct app *app) {
    char value[300];
    app_list_models(app);
    for (int i = 0; i < app->model_count; i++) {
        snprintf(value, sizeof value, "model.%.280s", app->model_words[i]);
        bool is_known = catalogue_has(&app->catalogue, LANGUAGE_EN, value);
        offer_value(app, (struct ui_action){UI_COMMAND_MODEL_SET, i, 0, 0}, "command.model.set",
                    is_known ? value : app->model_words[i]);
    }
}

/* As TSV and CSV there is one precision: all of it. */
static void offer_copies(struct app *app) {
    static const struct {
        enum file_table_format format;
        enum numbers_precision precision;
        const char *words;
    } copies[] = {{FILE_TABLE_TSV, NUMBERS_FULL, "copy.tsv"},
                  {FILE_TABLE_CSV, NUMBERS_FULL, "copy.csv"},
                  {FILE_TABLE_MARKDOWN, NUMBERS_SHOWN, "copy.md"},
                  {FILE_TABLE_MARKDOWN, NUMBERS_FULL, "copy.md.full"},
                  {FILE_TABLE_LATEX, NUMBERS_SHOWN, "copy.tex"},
                  {FILE_TABLE_LATEX, NUMBERS_FULL, "copy.tex.full"}};
    for (size_t i = 0; i < sizeof copies / sizeof *copies; i++)
        offer_value(app,
                    (struct ui_action){UI_COMMAND_COPY_AS, (int32_t)copies[i].format,
                                       (int32_t)copies[i].precision, 0},
                    "command.copy.as", copies[i].words);
}

enum finder_listing finder_listing_of(enum ui_command command) {
    switch (command) {
    case UI_COMMAND_STEP_GO:
    case UI_COMMAND_QUERY_SET:
    case UI_COMMAND_HEAD_SET:
    case UI_COMMAND_LAYER_SET:
    case UI_COMMAND_VIEW_SET:
    case UI_COMMAND_PANEL_SET:
    case UI_COMMAND_THEME_SET:
    case UI_COMMAND_LANGUAGE_SET:
    case UI_COMMAND_STRIDE_SET:
    case UI_COMMAND_MAP_SET:
    case UI_COMMAND_TEXT_EXAMPLE:
    case UI_COMMAND_MODEL_SET:
    case UI_COMMAND_CHANGE_CHOICE:
    case UI_COMMAND_CHANGE_HEAD:
    case UI_COMMAND_CHANGE_TEXT:
    case UI_COMMAND_COPY_AS:
        return FINDER_LISTS_VALUES;
    case UI_COMMAND_NONE:
    case UI_COMMAND_CELL_SELECT: /* these need the pointer, or the keys of what is open */
    case UI_COMMAND_CURSOR_LEFT:
    case UI_COMMAND_CURSOR_RIGHT:
    case UI_COMMAND_CURSOR_UP:
    case UI_COMMAND_CURSOR_DOWN:
    case UI_COMMAND_CURSOR_LEAVE:
    case UI_COMMAND_PREDICT_ANSWER:
    case UI_COMMAND_TEXT_LEAVE:
    case UI_COMMAND_EXPORT_SET:
    case UI_COMMAND_PANEL_SCROLL:
    case UI_COMMAND_RAIL_SCROLL:
    case UI_COMMAND_CHANGE_DIAL:
    case UI_COMMAND_DIFFERENCE_SET: /* the toggle is listed */
    case UI_COMMAND_KEY_SET:
    case UI_COMMAND_LINES_HEAD:
    case UI_COMMAND_LINES_THRESHOLD:
    case UI_COMMAND_STAGE_SCROLL:
    case UI_COMMAND_COMPARE_SHOWS:
    case UI_COMMAND_COMPARE_STEPS:
    case UI_COMMAND_COMPARE_KERNEL:
    case UI_COMMAND_MESSAGE_CLOSE:
    case UI_COMMAND_FOCUS_NEXT:
    case UI_COMMAND_FOCUS_BACK:
    case UI_COMMAND_CANCEL:
    case UI_COMMAND_PALETTE:
    case UI_COMMAND_FINDER_CHOOSE:
    case UI_COMMAND_COUNT:
        return FINDER_LISTS_NOT;
    default:
        return FINDER_LISTS_PLAIN;
    }
}

void finder_list_commands(struct app *app) {
    for (size_t i = 0; i < action_count; i++)
        if (finder_listing_of(actions[i].command) == FINDER_LISTS_PLAIN)
            offer_plain(app, actions[i].command);
    offer_ids(app, UI_COMMAND_STEP_GO, "step", ".title", step_of, STEP_COUNT);
    offer_ids(app, UI_COMMAND_VIEW_SET, "view", "", view_of, VIEW_COUNT);
    offer_ids(app, UI_COMMAND_PANEL_SET, "panel", "", panel_of, PANEL_COUNT);
    offer_ids(app, UI_COMMAND_THEME_SET, "theme", "", theme_of, THEME_COUNT);
    offer_ids(app, UI_COMMAND_MAP_SET, "map", "", map_of, MAP_COUNT);
    offer_ids(app, UI_COMMAND_LANGUAGE_SET, "language", "", language_of, LANGUAGE_COUNT);
    offer_ids(app, UI_COMMAND_STRIDE_SET, "stride", "", stride_of, STRIDE_COUNT);
    offer_copies(app);
    offer_switches(app);
    offer_heads(app);
    offer_models(app);
    offer_places(app);
    offer_texts(app);
    if (!app->finder.count) finder_note(app, false, app_words(app, "finder.no_command"));
}

bool finder_palette_command(struct app *app, struct ui_action action) {
    (void)action;
    return finder_open(app, FINDER_COMMANDS, "", 0, 0);
}
