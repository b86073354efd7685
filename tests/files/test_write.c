/* What is written is whole or not there at all; what is read stays inside its limit. */
#include "support_files.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[200], path[300];
static struct file_error error;

static int make(void **state) {
    (void)state;
    test_folder_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/a.txt", folder);
    error.text[0] = '\0';
    return 0;
}

static int clear(void **state) {
    (void)state;
    test_folder_remove(folder);
    return 0;
}

static bool write_text(const char *to, const char *text, enum file_write_mode mode) {
    return file_write_whole(to, text, strlen(text), mode, &error);
}

static void a_file_is_written_and_replaced(void **state) {
    (void)state;
    assert_true(write_text(path, "one", FILE_WRITE_REPLACE));
    test_file_holds(path, "one");
    assert_true(write_text(path, "two, longer", FILE_WRITE_REPLACE));
    test_file_holds(path, "two, longer");
    assert_true(write_text(path, "", FILE_WRITE_REPLACE));
    test_file_holds(path, "");
    assert_int_equal(test_folder_count(folder), 1);
}

static void new_never_replaces(void **state) {
    (void)state;
    assert_true(write_text(path, "one", FILE_WRITE_NEW));
    assert_false(write_text(path, "two", FILE_WRITE_NEW));
    test_error_names(&error, "exists already");
    test_error_names(&error, path);
    test_file_holds(path, "one");
    assert_int_equal(test_folder_count(folder), 1);
}

static void new_leaves_a_link_to_nowhere(void **state) {
    (void)state;
    assert_int_equal(symlink("nowhere", path), 0);
    assert_false(write_text(path, "two", FILE_WRITE_NEW));
    assert_int_equal(test_folder_count(folder), 1);
}

static void replacing_follows_a_link_and_keeps_the_mode(void **state) {
    (void)state;
    char link_path[300];
    struct stat status;
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    assert_true(write_text(path, "one", FILE_WRITE_REPLACE));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("a.txt", link_path), 0);
    assert_true(write_text(link_path, "two", FILE_WRITE_REPLACE));
    test_file_holds(path, "two");
    assert_int_equal(lstat(link_path, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    assert_int_equal(test_folder_count(folder), 2);
}

static void a_new_file_follows_the_umask(void **state) {
    (void)state;
    struct stat status;
    mode_t before = umask(027);
    assert_true(write_text(path, "one", FILE_WRITE_NEW));
    umask(before);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
}

static void impossible_targets_are_named(void **state) {
    (void)state;
    char below[400], missing[400], slash[400], long_name[500];
    assert_true(write_text(path, "one", FILE_WRITE_REPLACE));
    snprintf(below, sizeof below, "%s/under", path);
    snprintf(missing, sizeof missing, "%s/no/such", folder);
    snprintf(slash, sizeof slash, "%s/new/", folder);
    snprintf(long_name, sizeof long_name, "%s/", folder);
    size_t start = strlen(long_name);
    memset(long_name + start, 'n', 260); /* names have 255 bytes at most */
    long_name[start + 260] = '\0';
    const char *const targets[] = {below, missing, slash, folder, long_name, ""};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        for (int mode = FILE_WRITE_REPLACE; mode <= FILE_WRITE_NEW; mode++) {
            error.text[0] = '\0';
            assert_false(write_text(targets[i], "x", (enum file_write_mode)mode));
            test_error_names(&error, "cannot write");
        }
    }
    test_file_holds(path, "one");
    assert_int_equal(test_folder_count(folder), 1);
}

/* Through standard output, so that a fault here could never replace the device itself. */
static void a_full_disk_is_said(void **state) {
    (void)state;
    int full = open("/dev/full", O_WRONLY), kept_out = dup(STDOUT_FILENO);
    if (full < 0) skip();
    fflush(stdout);
    dup2(full, STDOUT_FILENO);
    bool is_written = write_text("-", "x", FILE_WRITE_REPLACE);
    dup2(kept_out, STDOUT_FILENO);
    close(full);
    close(kept_out);
    assert_false(is_written);
    test_error_names(&error, "the disk is full");
}

static void pipes_and_devices_are_written_not_replaced(void **state) {
    (void)state;
    struct stat status;
    char got[8] = "";
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDWR | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_true(write_text(path, "through", FILE_WRITE_REPLACE));
    assert_int_equal(read(reader, got, 7), 7);
    assert_string_equal(got, "through");
    assert_false(write_text(path, "new", FILE_WRITE_NEW));
    close(reader);
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
    assert_int_equal(test_folder_count(folder), 1);
}

/* The limit on file sizes stops the writing in its middle, as a full disk does. */
static void stopped_in_the_middle_the_old_file_stays(void **state) {
    (void)state;
    static char large[100000];
    struct rlimit old, small;
    assert_true(write_text(path, "old", FILE_WRITE_REPLACE));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 5000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool is_replaced = file_write_whole(path, large, sizeof large, FILE_WRITE_REPLACE, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_false(is_replaced);
    test_error_names(&error, path);
    test_file_holds(path, "old");
    assert_int_equal(test_folder_count(folder), 1);
}

/* As a user who is not root: in a child, because privileges are given up. Exit status 0: all well.
 */
static int try_without_permission(void) {
    if (geteuid() == 0 && seteuid(65534) != 0) return 0;
    if (write_text(path, "new", FILE_WRITE_REPLACE)) return 1;
    if (!strstr(error.text, "permission is denied")) return 2;
    char other[300];
    snprintf(other, sizeof other, "%s/b.txt", folder);
    if (write_text(other, "new", FILE_WRITE_NEW)) return 3;
    if (file_exists(other)) return 4;
    return 0;
}

static void an_unwritable_folder_keeps_what_it_has(void **state) {
    (void)state;
    assert_true(write_text(path, "old", FILE_WRITE_REPLACE));
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    pid_t child = fork();
    if (child == 0) _exit(try_without_permission());
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    test_file_holds(path, "old");
    assert_int_equal(test_folder_count(folder), 1);
}

static int try_protected_file(void) {
    if (geteuid() == 0 && seteuid(65534) != 0) return 0;
    return write_text(path, "new", FILE_WRITE_REPLACE) ? 1 : 0;
}

static void a_write_protected_file_stays(void **state) {
    (void)state;
    assert_true(write_text(path, "old", FILE_WRITE_REPLACE));
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    pid_t child = fork();
    if (child == 0) _exit(try_protected_file());
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    test_file_holds(path, "old");
}

static void standard_output_and_input(void **state) {
    (void)state;
    int pipes[2], kept_out = dup(STDOUT_FILENO), kept_in = dup(STDIN_FILENO);
    assert_int_equal(pipe(pipes), 0);
    fflush(stdout);
    dup2(pipes[1], STDOUT_FILENO);
    bool is_written = write_text("-", "through", FILE_WRITE_REPLACE);
    dup2(kept_out, STDOUT_FILENO);
    close(pipes[1]);
    dup2(pipes[0], STDIN_FILENO);
    struct file_bytes bytes;
    bool is_read = file_read_whole("-", 7, &bytes, &error);
    dup2(kept_in, STDIN_FILENO);
    close(pipes[0]);
    close(kept_out);
    close(kept_in);
    assert_true(is_written && is_read);
    assert_string_equal((char *)bytes.data, "through");
    file_bytes_free(&bytes);
    file_bytes_free(&bytes);
}

static void a_closed_reader_is_an_error(void **state) {
    (void)state;
    int pipes[2], kept_out = dup(STDOUT_FILENO);
    assert_int_equal(pipe(pipes), 0);
    signal(SIGPIPE, SIG_IGN);
    close(pipes[0]);
    fflush(stdout);
    dup2(pipes[1], STDOUT_FILENO);
    bool is_written = write_text("-", "x", FILE_WRITE_REPLACE);
    dup2(kept_out, STDOUT_FILENO);
    close(pipes[1]);
    close(kept_out);
    assert_false(is_written);
    test_error_names(&error, "standard output");
}

static void reading_keeps_the_limit(void **state) {
    (void)state;
    struct file_bytes bytes;
    assert_true(write_text(path, "12345", FILE_WRITE_REPLACE));
    assert_true(file_read_whole(path, 5, &bytes, &error));
    assert_int_equal(bytes.size, 5);
    assert_int_equal(bytes.data[5], 0);
    file_bytes_free(&bytes);
    assert_false(file_read_whole(path, 4, &bytes, &error));
    test_error_names(&error, "the limit of 4 bytes");
    assert_null(bytes.data);
    assert_false(file_read_whole("/dev/zero", 100000, &bytes, &error)); /* no end, no size */
    test_error_names(&error, "/dev/zero");
    assert_true(file_read_whole("/dev/null", 0, &bytes, &error));
    assert_int_equal(bytes.size, 0);
    file_bytes_free(&bytes);
}

static void what_cannot_be_read_is_named(void **state) {
    (void)state;
    struct file_bytes bytes;
    char missing[300];
    snprintf(missing, sizeof missing, "%s/missing", folder);
    assert_false(file_read_whole(missing, 10, &bytes, &error));
    test_error_names(&error, missing);
    assert_false(file_read_whole(folder, 10, &bytes, &error));
    test_error_names(&error, "this is a folder");
    assert_false(file_read_whole("", 10, &bytes, &error));
    assert_null(bytes.data);
}

static void reading_without_memory(void **state) {
    (void)state;
    struct file_bytes bytes;
    test_memory_fail_at(0);
    bool is_read = file_read_whole("/dev/null", 10, &bytes, &error);
    assert_true(test_memory_restore());
    assert_false(is_read);
    test_error_names(&error, "not enough memory");
    test_memory_fail_at(1); /* while it grows */
    is_read = file_read_whole("/dev/zero", 1 << 20, &bytes, &error);
    assert_true(test_memory_restore());
    assert_false(is_read);
    assert_null(bytes.data);
}

static void folders_are_made_with_those_above(void **state) {
    (void)state;
    char deep[400];
    snprintf(deep, sizeof deep, "%s/x//y/z/", folder);
    assert_true(file_make_folders(deep, &error));
    assert_true(file_is_folder(deep));
    assert_true(file_make_folders(deep, &error));
    assert_true(file_make_folders("/", &error));
    assert_false(file_make_folders("", &error));
    assert_true(write_text(path, "file", FILE_WRITE_REPLACE));
    assert_false(file_make_folders(path, &error));
    test_error_names(&error, path);
    snprintf(deep, sizeof deep, "%s/below", path);
    assert_false(file_make_folders(deep, &error));
    test_error_names(&error, path);
    assert_true(file_exists(path) && !file_is_folder(path));
    assert_false(file_exists(deep));
}

static void names_are_joined_or_refused(void **state) {
    (void)state;
    char out[8];
    assert_true(file_join(out, sizeof out, "ab", "cd"));
    assert_string_equal(out, "ab/cd");
    assert_true(file_join(out, sizeof out, "ab/", "cd"));
    assert_string_equal(out, "ab/cd");
    assert_true(file_join(out, sizeof out, "", "cd"));
    assert_string_equal(out, "cd");
    assert_true(file_join(out, sizeof out, "abc", "def")); /* fits exactly */
    assert_string_equal(out, "abc/def");
    assert_false(file_join(out, sizeof out, "abcd", "def"));
    assert_false(file_join(out, sizeof out, "abcdefgh", ""));
    assert_false(file_join(out, 0, "", ""));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make, clear)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_written_and_replaced),
        TEST(new_never_replaces),
        TEST(new_leaves_a_link_to_nowhere),
        TEST(replacing_follows_a_link_and_keeps_the_mode),
        TEST(a_new_file_follows_the_umask),
        TEST(impossible_targets_are_named),
        TEST(a_full_disk_is_said),
        TEST(pipes_and_devices_are_written_not_replaced),
        TEST(stopped_in_the_middle_the_old_file_stays),
        TEST(an_unwritable_folder_keeps_what_it_has),
        TEST(a_write_protected_file_stays),
        TEST(standard_output_and_input),
        TEST(a_closed_reader_is_an_error),
        TEST(reading_keeps_the_limit),
        TEST(what_cannot_be_read_is_named),
        TEST(reading_without_memory),
        TEST(folders_are_made_with_those_above),
        TEST(names_are_joined_or_refused),
    };
    return cmocka_run_group_tests_name("files.write", tests, NULL, NULL);
}
