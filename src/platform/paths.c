#include "platform/paths.h"
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fits(int written, size_t out_bytes) {
    return written > 0 && (size_t)written < out_bytes;
}

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void trailing_slashes_cut(char *path) {
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
}

bool path_home(char *out, size_t out_bytes) {
    const char *home = getenv("HOME");
    if (!home || home[0] != '/') {
        const struct passwd *user = getpwuid(getuid());
        home = user ? user->pw_dir : NULL;
    }
    if (!home || home[0] != '/' || !fits(snprintf(out, out_bytes, "%s", home), out_bytes))
        return false;
    trailing_slashes_cut(out);
    return true;
}

/* $variable/headway when that is an absolute path (others must be ignored, says the XDG
 * specification), else home/fallback/headway. */
static bool xdg_folder(const char *variable, const char *fallback, char *out, size_t out_bytes) {
    char base[PATH_BYTES];
    const char *set = getenv(variable);
    if (set && set[0] == '/') {
        if (!fits(snprintf(base, sizeof base, "%s", set), sizeof base)) return false;
        trailing_slashes_cut(base);
        return fits(snprintf(out, out_bytes, "%s/headway", base), out_bytes);
    }
    if (!path_home(base, sizeof base)) return false;
    return fits(snprintf(out, out_bytes, "%s/%s/headway", base, fallback), out_bytes);
}

bool path_config(char *out, size_t out_bytes) {
    return xdg_folder("XDG_CONFIG_HOME", ".config", out, out_bytes);
}

bool path_state(char *out, size_t out_bytes) {
    return xdg_folder("XDG_STATE_HOME", ".local/state", out, out_bytes);
}

bool path_cache(char *out, size_t out_bytes) {
    return xdg_folder("XDG_CACHE_HOME", ".cache", out, out_bytes);
}

/* A line like XDG_PICTURES_DIR="$HOME/Bilder" or ="/absolute" of user-dirs.dirs. */
static bool user_line(const char *line, const char *variable, const char *home, char *out,
                      size_t out_bytes) {
    size_t bytes = strlen(variable);
    line += strspn(line, " \t");
    if (strncmp(line, variable, bytes) != 0 || strncmp(line + bytes, "=\"", 2) != 0) return false;
    const char *value = line + bytes + 2;
    const char *prefix = "";
    if (strncmp(value, "$HOME", 5) == 0) {
        prefix = home;
        value += 5;
    } else if (value[0] != '/') {
        return false;
    }
    char plain[PATH_BYTES]; /* with the shell's backslashes taken out */
    size_t length = 0;
    for (; *value && *value != '"' && *value != '\n' && length + 1 < sizeof plain; value++) {
        if (*value == '\\' && value[1]) value++;
        plain[length++] = *value;
    }
    plain[length] = '\0';
    if (*value != '"' || !fits(snprintf(out, out_bytes, "%s%s", prefix, plain), out_bytes))
        return false;
    trailing_slashes_cut(out);
    return true;
}

static bool user_configured(const char *variable, const char *home, char *out, size_t out_bytes) {
    char path[PATH_BYTES];
    const char *config = getenv("XDG_CONFIG_HOME");
    int written = config && config[0] == '/'
                      ? snprintf(path, sizeof path, "%s/user-dirs.dirs", config)
                      : snprintf(path, sizeof path, "%s/.config/user-dirs.dirs", home);
    if (!fits(written, sizeof path)) return false;
    FILE *file = fopen(path, "r");
    if (!file) return false;
    bool is_found = false;
    char line[PATH_BYTES];
    while (!is_found && fgets(line, sizeof line, file))
        is_found = user_line(line, variable, home, out, out_bytes);
    fclose(file);
    return is_found && is_folder(out);
}

/* What user-dirs.dirs says, else home/fallback when that is there, else home. */
static bool user_folder(const char *variable, const char *fallback, char *out, size_t out_bytes) {
    char home[PATH_BYTES];
    if (!path_home(home, sizeof home)) return false;
    if (user_configured(variable, home, out, out_bytes)) return true;
    if (fits(snprintf(out, out_bytes, "%s/%s", home, fallback), out_bytes) && is_folder(out))
        return true;
    return fits(snprintf(out, out_bytes, "%s", home), out_bytes);
}

bool path_pictures(char *out, size_t out_bytes) {
    return user_folder("XDG_PICTURES_DIR", "Pictures", out, out_bytes);
}

bool path_documents(char *out, size_t out_bytes) {
    return user_folder("XDG_DOCUMENTS_DIR", "Documents", out, out_bytes);
}

bool path_program(char *out, size_t out_bytes) {
    ssize_t length = readlink("/proc/self/exe", out, out_bytes);
    if (length <= 0 || (size_t)length >= out_bytes) return false;
    out[length] = '\0';
    return true;
}

const char *locale_language(void) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = NULL;
    for (size_t i = 0; i < 3 && !(locale && *locale); i++)
        locale = getenv(names[i]);
    if (!locale || !*locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
        return "en";
    const char *languages =
        getenv("LANGUAGE"); /* a list in order of preference, as gettext has it */
    if (languages && *languages) locale = languages;
    return strncmp(locale, "zh", 2) == 0 ? "zh" : "en";
}
