/* session_copy.c: the copy of the document that outlives a crash. */
#include "app/session.h"

#include "app/open.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static bool slot_path(char *out, size_t out_bytes, const char *folder, int slot,
                      const char *ending) {
    char name[64];
    snprintf(name, sizeof name, "autosave-%d%s", slot, ending);
    return file_join(out, out_bytes, folder, name);
}

/* The descriptor that holds the slot; −1: another program has it, or it cannot be made. */
static int slot_lock(const char *folder, int slot) {
    char path[4096];
    if (!slot_path(path, sizeof path, folder, slot, ".lock")) return -1;
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0) {
        close(lock);
        lock = -1;
    }
    return lock;
}

/* What is restored is set aside first: should it be what killed the program, the next start comes
 * without it. It stays there as long as this program has written no copy of its own. */
static bool take_left(const char *folder, int slot, const char *path, struct document *left) {
    char aside[4096];
    struct file_error error = {0};
    if (!slot_path(aside, sizeof aside, folder, slot, ".restored") || rename(path, aside) != 0)
        return false;
    return open_session(aside, left, &error);
}

bool session_copy_begin(struct session_copy *copy, const char *state_folder, bool wants_left,
                        struct document *left) {
    *copy = (struct session_copy){.lock = -1};
    if (!state_folder || !file_make_folders(state_folder, NULL)) return false;
    int first_free = 0;
    for (int slot = 1; slot <= SESSION_MAX_SLOTS; slot++) {
        char path[sizeof copy->path];
        if (!slot_path(path, sizeof path, state_folder, slot, SESSION_ENDING)) return false;
        bool is_left = file_exists(path);
        if (!is_left && first_free) continue;
        int lock = slot_lock(state_folder, slot);
        if (lock < 0) continue;
        bool is_taken = is_left && wants_left;
        if (is_taken || !is_left) {
            if (copy->lock >= 0) close(copy->lock);
            copy->lock = lock;
            memcpy(copy->path, path, sizeof path);
            first_free = slot;
        } else {
            close(lock); /* another start may restore it */
        }
        if (is_taken) return take_left(state_folder, slot, path, left);
    }
    return false;
}

bool session_copy_write(struct session_copy *copy, const struct document *document,
                        struct file_error *error) {
    char aside[sizeof copy->path + 16];
    if (copy->lock < 0) return true;
    if (!session_write(copy->path, document, error)) return false;
    size_t stem = strlen(copy->path) - strlen(SESSION_ENDING);
    snprintf(aside, sizeof aside, "%.*s.restored", (int)stem, copy->path);
    unlink(aside);
    copy->is_there = true;
    return true;
}

bool session_last_path(const char *state_folder, char *out, size_t out_bytes) {
    return state_folder && file_join(out, out_bytes, state_folder, "last" SESSION_ENDING) &&
           file_exists(out);
}

void session_copy_end(struct session_copy *copy, const char *state_folder, bool is_unsaved) {
    char last[4096];
    if (copy->lock < 0) return;
    if (copy->is_there && is_unsaved &&
        file_join(last, sizeof last, state_folder, "last" SESSION_ENDING))
        rename(copy->path, last);
    else
        unlink(copy->path);
    close(copy->lock);
    copy->lock = -1;
}
