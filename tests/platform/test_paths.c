/* Folders and the language, from the environment alone. */
#include "platform/paths.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char home[64];

static int setup(void **state) {
    (void)state;
    snprintf(home, sizeof home, "/tmp/headway-paths-XXXXXX");
    if (!mkdtemp(home)) return -1;
    setenv("HOME", home, 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CACHE_HOME");
    return 0;
}

static int teardown(void **state) {
    (void)state;
    static const char *const made[] = {".config/user-dirs.dirs", ".config", "Pictures",
                                       "My pictures", ""};
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        snprintf(path, sizeof path, "%s/%s", home, made[i]);
        remove(path);
    }
    return 0;
}

static void assert_under_home(const char *path, const char *rest) {
    char expected[PATH_BYTES];
    snprintf(expected, sizeof expected, "%s%s", home, rest);
    assert_string_equal(path, expected);
}

static void test_folders(void **state) {
    (void)state;
    char path[PATH_BYTES];
    assert_true(path_config(path, sizeof path));
    assert_under_home(path, "/.config/headway");
    assert_true(path_state(path, sizeof path));
    assert_under_home(path, "/.local/state/headway");
    assert_true(path_cache(path, sizeof path));
    assert_under_home(path, "/.cache/headway");
    setenv("XDG_CONFIG_HOME", "/etc/xdg//", 1);
    assert_true(path_config(path, sizeof path));
    assert_string_equal(path, "/etc/xdg/headway");
    setenv("XDG_CONFIG_HOME", "relative", 1); /* must be ignored */
    assert_true(path_config(path, sizeof path));
    assert_under_home(path, "/.config/headway");
    assert_false(path_config(path, 5));
}

static void user_dirs_write(const char *text) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/.config", home);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/.config/user-dirs.dirs", home);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_pictures(void **state) {
    (void)state;
    char path[PATH_BYTES], folder[PATH_BYTES];
    assert_true(path_pictures(path, sizeof path));
    assert_under_home(path, "");
    snprintf(folder, sizeof folder, "%s/Pictures", home);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_true(path_pictures(path, sizeof path));
    assert_under_home(path, "/Pictures");
    user_dirs_write(
        "# comment\nXDG_MUSIC_DIR=\"$HOME/Music\"\n  XDG_PICTURES_DIR=\"$HOME/My pictures/\"\n");
    assert_true(path_pictures(path, sizeof path)); /* named, but not there */
    assert_under_home(path, "/Pictures");
    snprintf(folder, sizeof folder, "%s/My pictures", home);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_true(path_pictures(path, sizeof path));
    assert_under_home(path, "/My pictures");
    user_dirs_write("XDG_PICTURES_DIR=\"/tmp\"\n");
    assert_true(path_pictures(path, sizeof path));
    assert_string_equal(path, "/tmp");
    user_dirs_write("XDG_PICTURES_DIR=\"unfinished");
    assert_true(path_pictures(path, sizeof path));
    assert_under_home(path, "/Pictures");
}

static void test_program(void **state) {
    (void)state;
    char path[PATH_BYTES];
    assert_true(path_program(path, sizeof path));
    assert_int_equal(path[0], '/');
    assert_non_null(strstr(path, "test_paths"));
    assert_false(path_program(path, 4));
}

static void test_language(void **state) {
    (void)state;
    static const struct {
        const char *all, *lang, *language, *expected;
    } rows[] = {
        {"", "zh_CN.UTF-8", "", "zh"},  {"", "en_GB.UTF-8", "", "en"},
        {"", "de_DE.UTF-8", "", "en"},  {"", "", "", "en"},
        {"C", "zh_CN.UTF-8", "", "en"}, {"zh_TW", "en_US", "", "zh"},
        {"", "C", "zh_CN", "en"},       {"", "en_US.UTF-8", "zh:en", "zh"},
    };
    unsetenv("LC_MESSAGES");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setenv("LC_ALL", rows[i].all, 1);
        setenv("LANG", rows[i].lang, 1);
        setenv("LANGUAGE", rows[i].language, 1);
        assert_string_equal(locale_language(), rows[i].expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_folders, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pictures, setup, teardown),
        cmocka_unit_test(test_program),
        cmocka_unit_test(test_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
