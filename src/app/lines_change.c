/* lines_change.c: commands of the lines: which heads, from which weight on, where it is scrolled
 * to. */
#include "app/actions.h"

#include "ui/ui.h"

#include <math.h>

bool lines_head(struct app *app, struct ui_action action) {
    struct document wanted;
    bool is_head = action.a >= 0 && action.a < app->study.model.weights.config.heads;
    if (!is_head || !app_copy_document(app, &wanted)) return false;
    uint64_t bit = (uint64_t)1 << action.a;
    wanted.lines_heads = action.b ? wanted.lines_heads | bit : wanted.lines_heads & ~bit;
    return app_change(app, &wanted, false);
}

bool lines_threshold(struct app *app, struct ui_action action) {
    struct document wanted;
    if (action.b < 0 || action.b > LINES_MAX_THRESHOLD || !app_copy_document(app, &wanted))
        return false;
    wanted.lines_threshold = action.b;
    return app_change(app, &wanted, action.c == 0);
}

bool lines_scroll(struct app *app, struct ui_action action) {
    app_refresh(app);
    const struct semantic_node *node = semantics_by_id(&app->semantics, ui_id("lines", 0, 0));
    if (!node || action.a == 0) return false;
    float most = fmaxf(0, node->scroll_height - node->scroll_room);
    float scroll = fminf(most, fmaxf(0, node->scroll_y + (float)action.a));
    if (scroll == node->scroll_y) return false;
    app->presence.has_stage_scroll = true;
    app->presence.stage_scroll = scroll;
    app->needs_picture = true;
    return true;
}
