/* replay.c: runs a fuzz target over every file of a folder, as an ordinary test.
 * Usage: PROGRAM FOLDER. Status 1 when the folder is missing or empty. */
#include "support_fuzz.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The target gets a block of exactly the file's size, so that a read behind its end is seen. */
static bool replay(const char *path) {
    struct file_bytes bytes;
    struct file_error error = {""};
    if (!file_read_whole(path, (size_t)1 << 20, &bytes, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return false;
    }
    uint8_t *exact = malloc(bytes.size ? bytes.size : 1);
    bool has_memory = exact != NULL;
    if (has_memory && bytes.size) memcpy(exact, bytes.data, bytes.size);
    if (has_memory) LLVMFuzzerTestOneInput(exact, bytes.size);
    free(exact);
    file_bytes_free(&bytes);
    return has_memory;
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 2;
    }
    LLVMFuzzerInitialize(&count, &arguments);
    struct dirent **names;
    int found = scandir(arguments[1], &names, NULL, alphasort), files = 0;
    bool is_good = found >= 0;
    for (int i = 0; i < found; i++) {
        char path[4096];
        if (names[i]->d_name[0] != '.' && is_good) {
            is_good = file_join(path, sizeof path, arguments[1], names[i]->d_name);
            /* Named before it runs: a crash says no name of its own. */
            printf("%s\n", names[i]->d_name);
            fflush(stdout);
            is_good = is_good && replay(path);
            files++;
        }
        free(names[i]);
    }
    if (found >= 0) free(names);
    printf("%d files\n", files);
    return is_good && files > 0 ? 0 : 1;
}
