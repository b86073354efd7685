#include "app/support_panel.h"

#include "ui/ui.h"

const struct document *panel_document(const struct rig *rig) {
    return &rig->app.study.document;
}

const struct what_if *panel_changes(const struct rig *rig) {
    return &panel_document(rig)->what_if;
}

struct rig *panel_start(void) {
    struct rig *rig = rig_start();
    rig_key(rig, 'w', 0);
    assert_int_equal(panel_document(rig)->panel, PANEL_WHAT_IF);
    return rig;
}

void panel_scroll_to(struct rig *rig, float y) {
    rig->app.presence.panel_scroll = y;
    rig->app.needs_picture = true;
    app_refresh(&rig->app);
}

const struct semantic_node *panel_find(struct rig *rig, const char *name) {
    for (float y = 0; y < 1200; y += 60) {
        panel_scroll_to(rig, y);
        const struct semantics *list = &rig->app.semantics;
        for (size_t i = 0; i < list->count; i++) {
            const struct semantic_node *node = &list->nodes[i];
            bool can_click = node->rect.w > 4 && node->rect.h > 16 &&
                             node->action.command != UI_COMMAND_NONE &&
                             semantics_at(list, node->rect.x + node->rect.w / 2,
                                          node->rect.y + node->rect.h / 2) == node;
            if (strcmp(node->name, name) == 0 && can_click) return node;
        }
    }
    fail_msg("nothing named “%s” can be clicked", name);
    return NULL;
}

void panel_click(struct rig *rig, const char *name) {
    struct rect r = panel_find(rig, name)->rect;
    rig_click(rig, r.x + r.w / 2, r.y + r.h / 2, 1);
}

const char *panel_value(struct rig *rig, const char *name) {
    app_refresh(&rig->app);
    const struct semantic_node *node = semantics_named(&rig->app.semantics, name);
    if (!node) fail_msg("nothing is named “%s”", name);
    return node->value;
}
