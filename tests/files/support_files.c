#include "support_files.h"
#include "files/memory.h"
#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

void test_folder_make(char *folder, size_t bytes) {
    const char *above = getenv("TMPDIR");
    snprintf(folder, bytes, "%s/headway-test-XXXXXX", above && *above ? above : "/tmp");
    assert_non_null(mkdtemp(folder));
}

void test_folder_remove(const char *folder) {
    DIR *names = opendir(folder);
    for (struct dirent *entry; names && (entry = readdir(names));) {
        char path[4096];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (!file_join(path, sizeof path, folder, entry->d_name)) continue;
        struct stat status;
        if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
            test_folder_remove(path);
        } else {
            unlink(path);
        }
    }
    if (names) closedir(names);
    rmdir(folder);
}

size_t test_folder_count(const char *folder) {
    size_t count = 0;
    DIR *names = opendir(folder);
    assert_non_null(names);
    for (struct dirent *entry; (entry = readdir(names));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(names);
    return count;
}

void test_file_holds(const char *path, const char *text) {
    struct file_bytes bytes;
    struct file_error error = {""};
    if (!file_read_whole(path, 1 << 20, &bytes, &error)) fail_msg("%s", error.text);
    assert_int_equal(bytes.size, strlen(text));
    assert_string_equal((const char *)bytes.data, text);
    file_bytes_free(&bytes);
}

static size_t allocations, failing_from = SIZE_MAX;

static bool is_allowed(size_t bytes) {
    (void)bytes;
    return allocations++ < failing_from;
}

static void *allocate_json(size_t bytes) {
    return is_allowed(bytes) ? malloc(bytes) : NULL;
}

void test_memory_fail_at(size_t nth) {
    allocations = 0;
    failing_from = nth;
    file_allocation_hook = is_allowed;
    json_set_alloc_funcs(allocate_json, free);
}

bool test_memory_restore(void) {
    bool was_refused = allocations > failing_from;
    file_allocation_hook = NULL;
    json_set_alloc_funcs(malloc, free);
    return was_refused;
}

void test_error_names(const struct file_error *error, const char *part) {
    size_t length = strlen(error->text);
    if (length == 0 || error->text[length - 1] != '.' || strpbrk(error->text, "\r\n\t\x1b"))
        fail_msg("not one sentence: \"%s\"", error->text);
    if (!strstr(error->text, part)) fail_msg("\"%s\" is not in: %s", part, error->text);
}
