/* support_app.h: an app without a window, driven by name. */
#ifndef TESTS_SUPPORT_APP_H
#define TESTS_SUPPORT_APP_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/actions.h"
#include "app/app.h"

#include <stdlib.h>
#include <string.h>

/* What the app asked of its window. */
struct fake_window {
    char clipboard[8192], title[512];
    bool is_fullscreen;
    int fullscreen_calls;
};

struct rig {
    struct app app;
    struct fake_window window;
    char folder[128]; /* of its own, for settings and pictures */
    double now_ms;
};

struct rig *rig_start(void);
void rig_end(struct rig *rig);
void rig_key(struct rig *rig, int key, unsigned modifiers);
void rig_type(struct rig *rig, const char *text);
void rig_click(struct rig *rig, float x, float y, int clicks);
/* The pointer goes down, goes on and comes up, each with a picture after it. */
void rig_pointer(struct rig *rig, enum input_kind kind, float x, float y, unsigned modifiers);
/* The same over the cells of the grid that shows `source`: its row and column, also beyond its ends. */
void rig_pointer_cell(struct rig *rig, enum input_kind kind, int source, int row, int column);
const struct semantic_node *rig_named(struct rig *rig, const char *name); /* must exist */
void rig_click_named(struct rig *rig, const char *name);
const struct semantic_node *rig_grid(struct rig *rig, int source); /* on the stage, or NULL */
void rig_settle(struct rig *rig);                                  /* motion to its end */
void folder_make(char *out, size_t out_bytes);
void folder_remove(const char *folder);
int folder_count(const char *folder, const char *ending); /* files whose names end so */
/* A model of so many layers and heads, one number a head, that knows the words a, b and c. */
void folder_model(const char *folder, int layers, int heads);
#endif
