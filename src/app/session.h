/* session.h: documents as files: saving and opening them, those opened lately, and the copy that is
 * kept in case the program is killed. */
#ifndef APP_SESSION_H
#define APP_SESSION_H
#include "app/app.h"

#define SESSION_ENDING ".headway"
enum { SESSION_MAX_RECENT = 10, SESSION_MAX_SLOTS = 16 };

/* The document as JSON, whole or not at all; an older file of the name is replaced. */
bool session_write(const char *path, const struct document *document, struct file_error *error);
/* Writes the app's document there, makes that its file, and says so. */
bool session_save_to(struct app *app, const char *path);
/* The document has come from this file, or has been written to it; NULL: from no file of its own.
 */
void session_set_path(struct app *app, const char *path);

/* Files opened or saved lately, the latest first; those that have gone are left out. */
struct session_recent {
    char *paths[SESSION_MAX_RECENT];
    int count;
};
void session_recent_read(const char *state_folder, struct session_recent *out);
void session_recent_free(struct session_recent *recent);
/* Puts the file first. A failure is silent: a list of conveniences is worth no message. */
void session_recent_add(const char *state_folder, const char *path);

/* The copy in case of a crash. A running program holds the lock of its slot; a copy whose slot can
 * be locked was left by one that did not come to its end. */
struct session_copy {
    int lock; /* descriptor; −1: none */
    char path[4096];
    bool is_there;
};
/* Takes a free slot below state_folder; with wants_left one with a copy where there is any, which
 * is then read into *left (true). */
bool session_copy_begin(struct session_copy *copy, const char *state_folder, bool wants_left,
                        struct document *left);
bool session_copy_write(struct session_copy *copy, const struct document *document,
                        struct file_error *error);
/* The program ends in order. unsaved: the copy becomes the file that session_last_path names. */
void session_copy_end(struct session_copy *copy, const char *state_folder, bool is_unsaved);
/* What was open and not saved when the program last ended; false: nothing. */
bool session_last_path(const char *state_folder, char *out, size_t out_bytes);
#endif
