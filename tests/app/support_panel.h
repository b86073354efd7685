/* support_panel.h: the what-if page of an app without a window, used by name. */
#ifndef TESTS_SUPPORT_PANEL_H
#define TESTS_SUPPORT_PANEL_H
#include "app/support_app.h"

struct rig *panel_start(void); /* with the page opened by its key */
const struct document *panel_document(const struct rig *rig);
const struct what_if *panel_changes(const struct rig *rig);
void panel_scroll_to(struct rig *rig, float y);
/* The node of this name that can be clicked, wherever the panel must be scrolled to. */
const struct semantic_node *panel_find(struct rig *rig, const char *name);
void panel_click(struct rig *rig, const char *name);
/* The text of a node of the picture. */
const char *panel_value(struct rig *rig, const char *name);
#endif
