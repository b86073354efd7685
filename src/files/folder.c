/* What is in a folder. */
#include "files/error.h"
#include "files/files.h"
#include "files/memory.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void file_folder_free(struct file_folder *folder) {
    for (size_t i = 0; i < folder->count; i++)
        free(folder->entries[i].name);
    free(folder->entries);
    *folder = (struct file_folder){0};
}

static int compare_entries(const void *a, const void *b) {
    const struct file_entry *one = a, *two = b;
    if (one->is_folder != two->is_folder) return one->is_folder ? -1 : 1;
    return strcmp(one->name, two->name);
}

static bool add(struct file_folder *folder, size_t *capacity, const char *path, const char *name) {
    char whole[PATH_MAX];
    if (folder->count == *capacity) {
        size_t wanted = *capacity ? 2 * *capacity : 64;
        struct file_entry *grown = file_reallocate(folder->entries, wanted, sizeof *grown);
        if (!grown) return false;
        folder->entries = grown;
        *capacity = wanted;
    }
    char *copy = file_copy_text(name, strlen(name));
    if (!copy) return false;
    bool is_folder = file_join(whole, sizeof whole, path, name) && file_is_folder(whole);
    folder->entries[folder->count++] = (struct file_entry){copy, is_folder};
    return true;
}

bool file_folder_read(const char *path, struct file_folder *out, struct file_error *error) {
    struct file_folder folder = {0};
    size_t capacity = 0;
    bool is_good = true;
    DIR *stream = opendir(path);
    *out = folder;
    if (!stream) return file_error_system(error, "read", path, errno);
    for (struct dirent *entry; is_good && (entry = readdir(stream)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        if (folder.count == FILE_FOLDER_MOST) {
            folder.has_more = true;
            break;
        }
        is_good = add(&folder, &capacity, path, entry->d_name);
    }
    closedir(stream);
    if (!is_good) {
        file_folder_free(&folder);
        return file_error_memory(error, path);
    }
    if (folder.count) qsort(folder.entries, folder.count, sizeof *folder.entries, compare_entries);
    *out = folder;
    return true;
}
