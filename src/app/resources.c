#include "app/resources.h"

#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool holds_resources(const char *folder) {
    char path[PATH_BYTES];
    return file_join(path, sizeof path, folder, "assets/languages/en.json") && file_exists(path);
}

static bool take(char *out, size_t out_bytes, const char *folder) {
    return holds_resources(folder) && strlen(folder) < out_bytes &&
           snprintf(out, out_bytes, "%s", folder) > 0;
}

static bool beside_program(char *out, size_t out_bytes) {
    char folder[PATH_BYTES];
    if (!path_program(out, out_bytes)) return false;
    char *slash = strrchr(out, '/');
    if (!slash) return false;
    *slash = 0;
    return file_join(folder, sizeof folder, out, "../share/headway") &&
           take(out, out_bytes, folder);
}

bool resources_find(char *out, size_t out_bytes, struct file_error *error) {
    const char *named = getenv("HEADWAY_ASSETS");
    if (named && *named) {
        if (take(out, out_bytes, named)) return true;
        return file_error_set(error,
                              "%s: HEADWAY_ASSETS names this folder, but assets/languages/en.json "
                              "is not in it; name the folder that holds assets and shaders",
                              named);
    }
    if (beside_program(out, out_bytes) || take(out, out_bytes, HEADWAY_BUILD_ASSETS) ||
        take(out, out_bytes, HEADWAY_INSTALL_ASSETS))
        return true;
    return file_error_set(error,
                          "assets: the folder with languages and shaders was not found; install "
                          "Headway again, or set HEADWAY_ASSETS to the folder that holds assets "
                          "and shaders");
}
