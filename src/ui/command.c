/* command.c: names of commands. */
#include "command.h"

#include <string.h>

static const char *const ids[UI_COMMAND_COUNT] = {
#define X(NAME, id) id,
    UI_COMMANDS(X)
#undef X
};

const char *ui_command_id(enum ui_command command) {
    return command < UI_COMMAND_COUNT ? ids[command] : ids[UI_COMMAND_NONE];
}

enum ui_command ui_command_from_id(const char *id) {
    for (int c = 0; id && c < UI_COMMAND_COUNT; c++) {
        if (strcmp(ids[c], id) == 0) {
            return (enum ui_command)c;
        }
    }
    return UI_COMMAND_NONE;
}
