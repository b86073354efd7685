/* paths.h: the folders of the user (XDG base directories), the program's own place, the language.
 * Nothing here makes a folder. */
#ifndef PLATFORM_PATHS_H
#define PLATFORM_PATHS_H
#include <stdbool.h>
#include <stddef.h>

enum { PATH_BYTES = 4096 };

/* Each fills `out` with an absolute path without a trailing slash and returns false when there is
 * none (no HOME) or it does not fit. */
bool path_config(char *out, size_t out_bytes); /* $XDG_CONFIG_HOME/headway, ~/.config/headway */
bool path_state(char *out, size_t out_bytes);  /* $XDG_STATE_HOME/headway, ~/.local/state/headway */
bool path_cache(char *out, size_t out_bytes);  /* $XDG_CACHE_HOME/headway, ~/.cache/headway */
bool path_home(char *out, size_t out_bytes);
bool path_pictures(
    char *out, size_t out_bytes); /* user-dirs.dirs, else ~/Pictures when it is there, else home */
bool path_documents(char *out, size_t out_bytes); /* likewise, with ~/Documents */
bool path_program(char *out, size_t out_bytes); /* the running program's file */
/* "zh" for a Chinese locale, else "en" (LC_ALL, LC_MESSAGES, LANG; LANGUAGE where the locale is not
 * C). */
const char *locale_language(void);
#endif
