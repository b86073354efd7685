/* export_menu.c: what is chosen in the export menu, and saving it. */
#include "app/actions.h"
#include "app/export.h"

static struct export_extent extent_of(const struct app *app) {
    const struct attention_config *config = &app->study.model.weights.config;
    return (struct export_extent){config->layers, config->heads};
}

bool export_menu_command(struct app *app, struct ui_action action) {
    (void)action;
    app->presence.menu_scroll = 0;
    return menu_toggle(app, &app->presence.is_export_menu_open);
}

bool export_set_command(struct app *app, struct ui_action action) {
    struct export_choices *choices = &app->presence.exporting;
    struct export_extent extent = extent_of(app);
    if (action.a < 0 || action.a >= EXPORT_ROW_COUNT ||
        !export_is_offered(choices, &extent, (enum export_row)action.a, action.b))
        return false;
    choices->value[action.a] = action.b;
    app->needs_picture = true;
    return true;
}

/* What varies among the pictures. */
static struct export_variety chosen_variety(const struct export_choices *c,
                                            const struct export_extent *e) {
    int range = export_chosen(c, e, EXPORT_ROW_RANGE), walk = export_chosen(c, e, EXPORT_ROW_WALK);
    if (range == EXPORT_WALK)
        return (struct export_variety){.is_each_beat = true,
                                       .is_each_step = walk != EXPORT_WALK_STEP,
                                       .is_each_layer = walk == EXPORT_WALK_LAYERS};
    return (struct export_variety){.is_each_head = range == EXPORT_EACH_HEAD,
                                   .is_each_step = range == EXPORT_EACH_STEP,
                                   .is_each_layer = range == EXPORT_EACH_LAYER};
}

/* How: what the rows that apply say. */
static struct export_look chosen_look(const struct export_choices *c,
                                      const struct export_extent *e) {
    struct export_look look = {
        .part = (enum picture_part)export_chosen(c, e, EXPORT_ROW_PART),
        .format = (enum export_format)export_chosen(c, e, EXPORT_ROW_FORMAT),
        .density = 1,
        .seconds = export_seconds(c, e),
        .width_mm = export_width_mm(c, e),
    };
    if (export_row_applies(c, e, EXPORT_ROW_DENSITY))
        look.density = export_chosen(c, e, EXPORT_ROW_DENSITY);
    look.is_paper = look.width_mm > 0;
    look.is_figure =
        export_row_applies(c, e, EXPORT_ROW_TRIM) && export_chosen(c, e, EXPORT_ROW_TRIM);
    look.is_text_outlined =
        export_row_applies(c, e, EXPORT_ROW_TEXT) && export_chosen(c, e, EXPORT_ROW_TEXT);
    if (export_chosen(c, e, EXPORT_ROW_RANGE) == EXPORT_ALL_LAYERS) look.part = PICTURE_MODEL_SHEET;
    return look;
}

/* a = 1: what is chosen in the menu; else the whole window as PNG, at the density chosen there. */
bool export_command(struct app *app, struct ui_action action) {
    const struct export_choices *choices = &app->presence.exporting;
    struct export_extent extent = extent_of(app);
    struct export_variety variety = {0};
    struct export_look look = {.part = PICTURE_WINDOW,
                               .density = export_chosen(choices, &extent, EXPORT_ROW_DENSITY)};
    if (action.a == 1) {
        look = chosen_look(choices, &extent);
        variety = chosen_variety(choices, &extent);
    }
    app_menu_close(app);
    return export_save(app, &look, &variety);
}
