/* A model written as a folder: the same tensors when read again, whole or not at all. The calls
 * that touch the disk are those of this program: a function of the same name here comes before the
 * C library's. */
#define _GNU_SOURCE 1
#include "files/files.h"
#include "files/memory.h"
#include "models/folder.h"
#include "support_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Steps are counted in a child that is to be killed, and calls where one is to fail. */
static bool is_counting;
static long step, step_killed;
static int failing_code, calls, failing_call = -1;

static void count(void) {
    if (is_counting && step++ == step_killed) raise(SIGKILL);
}

static bool fails(void) {
    if (failing_call < 0 || calls++ != failing_call) return false;
    errno = failing_code;
    return true;
}

ssize_t write(int descriptor, const void *data, size_t size) {
    count();
    if (is_counting && step++ == step_killed) {
        syscall(SYS_write, descriptor, data, size / 2);
        raise(SIGKILL);
    }
    if (fails()) return -1;
    return syscall(SYS_write, descriptor, data, size);
}

int fsync(int descriptor) {
    count();
    return fails() ? -1 : (int)syscall(SYS_fsync, descriptor);
}

int mkdir(const char *path, mode_t mode) {
    count();
    int status = fails() ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    count();
    return status;
}

int rename(const char *from, const char *to) {
    count();
    int status = fails() ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    count();
    return status;
}

static char root[256], small_folder[300], target[300];
static struct model small;

static void remove_model(const char *folder) {
    char path[500];
    if (file_join(path, sizeof path, folder, "config.json")) unlink(path);
    if (file_join(path, sizeof path, folder, "model.safetensors")) unlink(path);
    rmdir(folder);
}

static int entries_in(const char *folder) {
    int found = 0;
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        found += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(stream);
    return found;
}

static int set_up(void **state) {
    (void)state;
    struct file_error error = {""};
    snprintf(root, sizeof root, "/tmp/headway-write-XXXXXX");
    assert_non_null(mkdtemp(root));
    snprintf(target, sizeof target, "%s/new", root);
    struct support_model model;
    support_model_make(&model);
    for (int layer = 0; layer < 2; layer++) { /* tensors of both F, d_a = 3 and not d_k */
        char name[80];
        snprintf(name, sizeof name, "layers.%d.attention.general.weight", layer);
        support_model_add_stack(&model, name, 2, 2, 2);
        snprintf(name, sizeof name, "layers.%d.attention.additive.q.weight", layer);
        support_model_add_stack(&model, name, 2, 3, 2);
        snprintf(name, sizeof name, "layers.%d.attention.additive.k.weight", layer);
        support_model_add_stack(&model, name, 2, 3, 2);
        snprintf(name, sizeof name, "layers.%d.attention.additive.w", layer);
        support_model_add(&model, name, 2, 3);
    }
    support_folder_make(small_folder, sizeof small_folder);
    support_model_write(&model, small_folder);
    support_model_free(&model);
    if (!model_folder_load(small_folder, &small, &error)) fail_msg("%s", error.text);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    model_folder_free(&small);
    support_folder_remove(small_folder);
    return rmdir(root);
}

static void read_tensors(const char *folder, struct safetensors *out) {
    char path[400];
    struct file_error error = {""};
    assert_true(file_join(path, sizeof path, folder, "model.safetensors"));
    if (!safetensors_read(path, (size_t)1 << 30, out, &error)) fail_msg("%s", error.text);
}

static void test_the_same_again(void **state) {
    (void)state;
    struct file_error error = {""};
    struct model again;
    struct safetensors before, after;
    if (!model_folder_write(&small, target, &error)) fail_msg("%s", error.text);
    if (!model_folder_load(target, &again, &error)) fail_msg("%s", error.text);
    assert_int_equal(entries_in(root), 1);
    read_tensors(small_folder, &before);
    read_tensors(target, &after);
    assert_int_equal(before.count, after.count);
    for (size_t i = 0; i < before.count; i++) {
        const struct safetensors_entry *a = &before.entries[i],
                                       *b = safetensors_find(&after, a->name);
        assert_non_null(b);
        assert_int_equal(a->dims, b->dims);
        assert_memory_equal(a->shape, b->shape, (size_t)a->dims * sizeof a->shape[0]);
        assert_memory_equal(a->data, b->data, a->count * sizeof(float));
    }
    assert_memory_equal(&small.weights.config, &again.weights.config, sizeof small.weights.config);
    assert_string_equal(again.name, "Small");
    assert_true(again.mask == small.mask && again.is_scale_off == small.is_scale_off &&
                again.tokenizer == small.tokenizer);
    assert_int_equal(again.vocab_count, small.vocab_count);
    for (size_t i = 0; i < small.vocab_count; i++)
        assert_string_equal(again.vocab[i], small.vocab[i]);
    for (int i = 0; i < 4; i++)
        assert_string_equal(again.head_names[i], small.head_names[i]);
    safetensors_free(&before);
    safetensors_free(&after);
    model_folder_free(&again);
    remove_model(target);
}

/* Words of every kind, and a base of many digits. */
static void test_odd_words(void **state) {
    (void)state;
    static const char *const odd[] = {"\"", "\\", "👩‍👩‍👧‍👦", "a\x01"};
    struct file_error error = {""};
    struct model model = small, again;
    model.vocab = (char **)(uintptr_t)odd;
    model.name = NULL;
    model.head_names = NULL;
    model.weights.config.position = ATTENTION_POSITION_SINUSOIDAL;
    model.weights.config.position_base = 1.0 / 3 + 9999;
    model.is_scale_off = true;
    model.mask = ATTENTION_MASK_NONE;
    model.tokenizer = TOKENIZER_CHARACTERS;
    if (!model_folder_write(&model, target, &error)) fail_msg("%s", error.text);
    if (!model_folder_load(target, &again, &error)) fail_msg("%s", error.text);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(again.vocab[i], odd[i]);
    assert_true(again.weights.config.position_base == model.weights.config.position_base);
    assert_true(again.is_scale_off && again.mask == ATTENTION_MASK_NONE && !again.head_names);
    assert_int_equal(again.tokenizer, TOKENIZER_CHARACTERS);
    assert_string_equal(again.name, "new");
    model_folder_free(&again);
    remove_model(target);
}

static void refused(const char *path, const char *why) {
    struct file_error error = {""};
    int before = entries_in(root);
    assert_false(model_folder_write(&small, path, &error));
    if (!strstr(error.text, why)) fail_msg("%s: “%s”, not “%s”", path, error.text, why);
    assert_int_equal(entries_in(root), before);
}

/* What is there stays, whatever it is; a place that is not there is said. */
static void test_bad_targets(void **state) {
    (void)state;
    char path[600], name[300];
    assert_int_equal(mkdir(target, 0777), 0);
    refused(target, "exists already");
    snprintf(path, sizeof path, "%s//", target);
    refused(path, "exists already");
    snprintf(path, sizeof path, "%s/link", root);
    assert_int_equal(symlink("nowhere", path), 0);
    refused(path, "exists already");
    unlink(path);
    rmdir(target);
    struct file_error error = {""};
    assert_true(file_write_whole(target, "text", 4, FILE_WRITE_NEW, &error));
    refused(target, "exists already");
    snprintf(path, sizeof path, "%s/in a file", target);
    refused(path, "a file, not a folder");
    unlink(target);
    snprintf(path, sizeof path, "%s/not there/new", root);
    refused(path, "no such file or folder");
    refused("", "no such file or folder");
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(path, sizeof path, "%s/%s", root, name);
    refused(path, "too long");
}

/* Each call fails in turn, as on a full disk: one sentence, and nothing is left. */
static void test_every_call_fails(void **state) {
    (void)state;
    struct file_error error = {""};
    int refusals = 0;
    failing_code = ENOSPC;
    for (failing_call = 0;; failing_call++) {
        calls = 0;
        if (model_folder_write(&small, target, &error)) break;
        assert_non_null(strstr(error.text, "the disk is full"));
        assert_non_null(strstr(error.text, target));
        assert_int_equal(entries_in(root), 0);
        refusals++;
    }
    /* Flushing the folders is tried and may fail: the model is whole all the same. */
    failing_call = -1;
    remove_model(target);
    assert_true(refusals >= 5);
}

static long allowed;

static bool allow_some(size_t bytes) {
    (void)bytes;
    return allowed-- > 0;
}

static void test_every_allocation_fails(void **state) {
    (void)state;
    struct file_error error = {""};
    long most = 0;
    file_allocation_hook = allow_some;
    for (;; most++) {
        allowed = most;
        if (model_folder_write(&small, target, &error)) break;
        assert_non_null(strstr(error.text, "memory"));
        assert_int_equal(entries_in(root), 0);
    }
    file_allocation_hook = NULL;
    assert_true(most >= 4);
    remove_model(target);
}

/* kill −9 at every step: the folder is not there, or it is whole. */
static void test_killed(void **state) {
    (void)state;
    int status = 0, absent = 0, whole = 0;
    for (step_killed = 0;; step_killed++) {
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            is_counting = true;
            _exit(model_folder_write(&small, target, NULL) ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (file_exists(target)) {
            struct model read;
            struct file_error error = {""};
            if (!model_folder_load(target, &read, &error)) fail_msg("%s", error.text);
            model_folder_free(&read);
            remove_model(target);
            whole++;
        } else {
            absent++;
        }
        if (WIFEXITED(status)) break;
        assert_int_equal(WTERMSIG(status), SIGKILL);
        char left[400]; /* what a killed program leaves has a hidden name of its own */
        snprintf(left, sizeof left, "%s/.headway-%ld-0.tmp", root, (long)child);
        remove_model(left);
        assert_int_equal(entries_in(root), 0);
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(absent >= 8 && whole >= 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_again),
        cmocka_unit_test(test_odd_words),
        cmocka_unit_test(test_bad_targets),
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_killed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
