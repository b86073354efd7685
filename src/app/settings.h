/* settings.h: what the app remembers between two runs, as JSON in its settings folder. */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H
#include "lesson/document.h"
#include "views/export_choices.h"

struct settings {
    enum theme_choice theme;
    enum language language;
    int scale_percent;
    enum stride stride;
    bool is_predict_off, is_motion_reduced;
    double play_seconds; /* 1 … 600 */
    struct export_choices exporting; /* of the export menu */
    char model[4096];
    bool has_window;
    int window_x, window_y, window_width, window_height; /* screen units */
    bool is_window_maximised;
};

void settings_default(struct settings *settings, enum language language);
/* Reads folder/settings.json. A missing file leaves *settings; a damaged one is set aside as
 * settings.json.damaged-N: then false, and error says so; *settings stays. */
bool settings_read(struct settings *settings, const char *folder, struct file_error *error);
bool settings_write(const struct settings *settings, const char *folder, struct file_error *error);
#endif
