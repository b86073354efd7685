/* Reading a file whole, and small questions about paths. */
#include "files/error.h"
#include "files/files.h"
#include "files/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void file_bytes_free(struct file_bytes *bytes) {
    if (!bytes) return;
    free(bytes->data);
    *bytes = (struct file_bytes){0};
}

static bool error_too_large(struct file_error *error, const char *name, size_t max_bytes) {
    bool is_small = max_bytes < (size_t)1 << 20;
    return file_error_set(
        error, "cannot read %.300s: it is larger than the limit of %zu %s; use a smaller file.",
        name, is_small ? max_bytes : max_bytes >> 20, is_small ? "bytes" : "MiB");
}

/* Room for one more byte than is expected, so that the end is seen without growing; a pipe grows.
 */
static bool grow(struct file_bytes *bytes, size_t *capacity, size_t max_bytes) {
    size_t most = max_bytes < SIZE_MAX - 2 ? max_bytes + 2 : SIZE_MAX;
    size_t wanted = *capacity < most / 2 ? *capacity * 2 : most;
    uint8_t *data = file_reallocate(bytes->data, wanted, 1);
    if (!data) return false;
    bytes->data = data;
    *capacity = wanted;
    return true;
}

static bool read_descriptor(int descriptor, const char *name, size_t expected, size_t max_bytes,
                            struct file_bytes *out, struct file_error *error) {
    struct file_bytes bytes = {0};
    size_t capacity = expected + 2;
    bytes.data = file_allocate(capacity, 1);
    if (!bytes.data) return file_error_memory(error, name);
    for (;;) {
        if (bytes.size + 1 >= capacity && !grow(&bytes, &capacity, max_bytes)) {
            file_bytes_free(&bytes);
            return file_error_memory(error, name);
        }
        ssize_t got = read(descriptor, bytes.data + bytes.size, capacity - bytes.size - 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            int code = errno;
            file_bytes_free(&bytes);
            return file_error_system(error, "read", name, code);
        }
        if (got == 0) break;
        bytes.size += (size_t)got;
        if (bytes.size > max_bytes) {
            file_bytes_free(&bytes);
            return error_too_large(error, name, max_bytes);
        }
    }
    bytes.data[bytes.size] = 0;
    *out = bytes;
    return true;
}

bool file_read_whole(const char *path, size_t max_bytes, struct file_bytes *out,
                     struct file_error *error) {
    *out = (struct file_bytes){0};
    if (strcmp(path, "-") == 0)
        return read_descriptor(STDIN_FILENO, "standard input", 4094, max_bytes, out, error);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) return file_error_system(error, "read", path, errno);
    struct stat status;
    bool is_read = false;
    if (fstat(descriptor, &status) != 0) {
        file_error_system(error, "read", path, errno);
    } else if (S_ISDIR(status.st_mode)) {
        file_error_system(error, "read", path, EISDIR);
    } else if (S_ISREG(status.st_mode) && (uintmax_t)status.st_size > max_bytes) {
        error_too_large(error, path, max_bytes);
    } else {
        size_t expected = S_ISREG(status.st_mode) ? (size_t)status.st_size : 4094;
        is_read = read_descriptor(descriptor, path, expected, max_bytes, out, error);
    }
    close(descriptor);
    return is_read;
}

bool file_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

bool file_is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool file_make_folders(const char *path, struct file_error *error) {
    size_t length = strlen(path);
    char *part = file_copy_text(path, length);
    if (!part) return file_error_memory(error, path);
    bool is_made = true;
    for (size_t i = 1; i <= length && is_made; i++) {
        if (part[i] != '/' && part[i] != '\0') continue;
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && !file_is_folder(part)) {
            int code = errno == EEXIST ? ENOTDIR : errno;
            is_made = file_error_system(error, "make the folder", part, code);
        }
        part[i] = path[i];
    }
    if (is_made && !file_is_folder(path))
        is_made = file_error_system(error, "make the folder", path, length == 0 ? ENOENT : ENOTDIR);
    free(part);
    return is_made;
}

bool file_join(char *out, size_t out_bytes, const char *folder, const char *name) {
    size_t folder_bytes = strlen(folder), name_bytes = strlen(name);
    size_t slash = folder_bytes > 0 && folder[folder_bytes - 1] != '/' ? 1 : 0;
    if (folder_bytes >= out_bytes || name_bytes >= out_bytes - folder_bytes ||
        slash + name_bytes >= out_bytes - folder_bytes)
        return false;
    memmove(out, folder, folder_bytes);
    if (slash) out[folder_bytes] = '/';
    memcpy(out + folder_bytes + slash, name, name_bytes + 1);
    return true;
}
