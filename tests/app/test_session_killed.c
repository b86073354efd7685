/* kill −9 while a session is saved: before and after every call that touches the file, and in the
 * middle of writing it, the file is the old one or the new one. The calls are those of this
 * program: a function of the same name here comes before the C library's. */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/open.h"
#include "app/session.h"
#include "app/support_app.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Counted only in a child that is to be killed. */
static bool is_counting;
static long step, step_killed;

static void count(void) {
    if (is_counting && step++ == step_killed) raise(SIGKILL);
}

/* Half of what is asked for, then nothing any more: as when the machine stops. */
ssize_t write(int descriptor, const void *data, size_t size) {
    count();
    if (is_counting && step++ == step_killed) {
        syscall(SYS_write, descriptor, data, size / 2);
        raise(SIGKILL);
    }
    ssize_t wrote = syscall(SYS_write, descriptor, data, size);
    count();
    return wrote;
}

int fsync(int descriptor) {
    count();
    int status = (int)syscall(SYS_fsync, descriptor);
    count();
    return status;
}

int fchmod(int descriptor, mode_t mode) {
    count();
    int status = (int)syscall(SYS_fchmod, descriptor, mode);
    count();
    return status;
}

int close(int descriptor) {
    count();
    int status = (int)syscall(SYS_close, descriptor);
    count();
    return status;
}

int rename(const char *from, const char *to) {
    count();
    int status = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    count();
    return status;
}

static char folder[128], path[160];
static struct document old_document, new_document;

/* What stands there now. 0: the old one, 1: the new one; anything else fails. */
static int which(void) {
    struct document read = {0};
    struct file_error error = {0};
    if (!open_session(path, &read, &error)) fail_msg("after step %ld: %s", step_killed, error.text);
    int found = document_equal(&read, &old_document)   ? 0
                : document_equal(&read, &new_document) ? 1
                                                       : -1;
    document_free(&read);
    if (found < 0) fail_msg("after step %ld the file is a mixture", step_killed);
    return found;
}

static void save_and_die(void (*save)(void)) {
    is_counting = true;
    save();
    is_counting = false;
    _exit(0);
}

/* Kills at each step in turn until one comes to its end; how often the old and the new one were
 * found. */
static void kill_everywhere(void (*save)(void), int found[2]) {
    int status = 0;
    for (step_killed = 0;; step_killed++) {
        assert_true(session_write(path, &old_document, NULL));
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) save_and_die(save);
        assert_int_equal(waitpid(child, &status, 0), child);
        found[which()]++;
        if (WIFEXITED(status)) break;
        assert_int_equal(WTERMSIG(status), SIGKILL);
        assert_true(step_killed < 1000);
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(which(), 1);
}

static void save_session(void) {
    session_write(path, &new_document, NULL);
}

static void test_saving(void **state) {
    (void)state;
    int found[2] = {0};
    kill_everywhere(save_session, found);
    /* write, fchmod, fsync, close, rename and the folder's: before, after and in between. */
    assert_true(found[0] >= 8);
    assert_true(found[1] >= 2);
}

static void save_copy(void) {
    struct session_copy copy = {.lock = 0};
    snprintf(copy.path, sizeof copy.path, "%s", path);
    session_copy_write(&copy, &new_document, NULL);
}

static void test_the_copy_for_a_crash(void **state) {
    (void)state;
    int found[2] = {0};
    kill_everywhere(save_copy, found);
    assert_true(found[0] >= 8 && found[1] >= 2);
}

static int make(void **state) {
    (void)state;
    static char text[30001];
    memset(text, 'w', sizeof text - 1); /* more than one block of a disk */
    for (size_t i = 5; i < sizeof text - 1; i += 7)
        text[i] = ' ';
    folder_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/lesson.headway", folder);
    bool is_made = document_init(&old_document, NULL) && document_init(&new_document, NULL) &&
                   document_set_text(&new_document, text, strlen(text)) &&
                   what_if_set_context(&new_document.what_if, "another text");
    return is_made ? 0 : -1;
}

static int clear(void **state) {
    (void)state;
    document_free(&old_document);
    document_free(&new_document);
    folder_remove(folder);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_saving, make, clear),
        cmocka_unit_test_setup_teardown(test_the_copy_for_a_crash, make, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
