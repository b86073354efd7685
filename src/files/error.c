/* Errors as one sentence, safe to show: what a file puts into a name cannot steer a terminal. */
#include "files/error.h"
#include "files/files.h"
#include "files/utf8.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Control characters, and the characters that turn the direction of what follows. */
static bool is_steering(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E ||
           code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

/* text[bytes] in place: steering characters and invalid bytes become '?', and a code point that was
 * cut in two at the end is dropped. */
static void make_showable(char *text, size_t bytes, bool is_cut) {
    size_t written = 0;
    for (size_t at = 0; at < bytes;) {
        uint32_t code;
        bool is_valid;
        size_t taken = utf8_decode((const uint8_t *)text + at, bytes - at, &code, &is_valid);
        if (!is_valid && is_cut && at + taken == bytes) break;
        if (is_valid && !is_steering(code)) {
            memmove(text + written, text + at, taken);
            written += taken;
        } else {
            text[written++] = '?';
        }
        at += taken;
    }
    text[written] = '\0';
}

bool file_error_set(struct file_error *error, const char *format, ...) {
    if (!error) return false;
    /* Into a copy first: an argument may be the old error text. */
    char text[sizeof error->text];
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (wanted < 0) text[0] = '\0';
    make_showable(text, strlen(text), wanted >= (int)sizeof text);
    memcpy(error->text, text, sizeof text);
    return false;
}

bool file_error_memory(struct file_error *error, const char *what) {
    return file_error_set(
        error, "%.300s: there is not enough memory; close other programs and try again.", what);
}

struct reason {
    int code;
    const char *sentence; /* why; what to do */
};
static const struct reason reasons[] = {
    {ENOENT, "there is no such file or folder; check the name"},
    {ENOTDIR, "a part of the path is a file, not a folder; check the path"},
    {EISDIR, "this is a folder, not a file; name a file in it"},
    {EACCES, "permission is denied; choose another place or change the permissions"},
    {EPERM, "the system does not permit it; choose another place or change the permissions"},
    {EROFS, "the disk is read-only; choose another place"},
    {ENOSPC, "the disk is full; free some space or choose another place"},
    {EDQUOT, "your share of the disk is used up; free some space or choose another place"},
    {EFBIG, "the file would be larger than allowed here; choose another place"},
    {EEXIST, "a file with this name exists already and was left as it is; choose another name"},
    {ENAMETOOLONG, "the name is too long; choose a shorter one"},
    {ELOOP, "the path leads through too many links; name the file itself"},
    {EMFILE, "too many files are open; close some and try again"},
    {ENFILE, "too many files are open on this machine; close some and try again"},
    {EPIPE, "the reader of this output has gone; check the program it was sent to"},
    {EIO, "the disk reports an error; check the disk or choose another place"},
};

bool file_error_system(struct file_error *error, const char *verb, const char *path, int code) {
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].code == code)
            return file_error_set(error, "cannot %s %.300s: %s.", verb, path, reasons[i].sentence);
    }
    return file_error_set(error,
                          "cannot %s %.300s: the system reports error %d; choose another place.",
                          verb, path, code);
}
