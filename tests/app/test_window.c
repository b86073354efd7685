/* The real program in a real window: Xvfb for the screen, xdotool for the hands. Skipped where they
 * are missing. */
#include "app/support_app.h"

#include "files/png_file.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/wait.h>

#define PROGRAM HEADWAY_BINARY_DIR "/headway"

/* Leaks of the window system's libraries are theirs; everything else is watched by the tests
 * without a window. */
static const char script[] =
    "#!/bin/sh\n"
    "cd \"$1\" && export HOME=\"$1\" XDG_CONFIG_HOME=\"$1/config\" HEADWAY_STATS=1 HEADWAY_TEST=1\n"
    "export LC_ALL=C.UTF-8 ASAN_OPTIONS=detect_leaks=0 LIBGL_ALWAYS_SOFTWARE=1\n"
    "mkdir -p Pictures\n"
    "\"$2\" --text 'one two three' 2>err.txt & pid=$!\n"
    "for i in $(seq 100); do xdotool search --name Headway >/dev/null 2>&1 && break; sleep 0.1; "
    "done\n"
    "sleep 2\n"
    "press() { for k in \"$@\"; do xdotool key $k; sleep 0.3; done; }\n"
    "press slash; xdotool type --delay 30 'Dogs bark'; sleep 0.5; press Return\n"
    "press End Home 6 Right Right ctrl+F12 l ctrl+e\n"
    "sleep 1.5; press ctrl+q\n"
    "for i in $(seq 50); do kill -0 $pid 2>/dev/null || break; sleep 0.1; done\n"
    "kill -9 $pid 2>/dev/null && exit 9\n"
    "wait $pid\n";

static bool has_tool(const char *line) {
    int status = system(line);
    return status == 0;
}

static char *document_of_picture(const char *folder) {
    char pictures[256], path[600] = "";
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    char *text = NULL;
    assert_true(file_join(pictures, sizeof pictures, folder, "Pictures"));
    DIR *directory = opendir(pictures);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));)
        if (strstr(entry->d_name, ".png"))
            assert_true(file_join(path, sizeof path, pictures, entry->d_name));
    closedir(directory);
    assert_true(path[0] != 0);
    assert_non_null(strstr(path, "Dogs-bark-softmax-head-1.png"));
    assert_true(file_read_whole(path, (size_t)64 << 20, &bytes, &error));
    assert_true(
        png_file_decode(bytes.data, bytes.size, NULL, NULL, NULL, "headway", &text, &error));
    file_bytes_free(&bytes);
    return text;
}

static void test_keys_reach_the_picture(void **state) {
    (void)state;
    char folder[128], path[256], line[1024];
    struct file_error error = {0};
    if (!file_exists(PROGRAM) ||
        !has_tool("command -v xvfb-run >/dev/null && command -v xdotool >/dev/null"))
        skip();
    folder_make(folder, sizeof folder);
    assert_true(file_join(path, sizeof path, folder, "script.sh"));
    assert_true(file_write_whole(path, script, strlen(script), FILE_WRITE_NEW, &error));
    snprintf(line, sizeof line,
             "xvfb-run -a -s '-screen 0 1280x800x24' sh '%s' '%s' '%s' >/dev/null 2>&1", path,
             folder, PROGRAM);
    int status = system(line);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
    char *text = document_of_picture(folder);
    assert_non_null(strstr(text, "\"text\":\"Dogs bark\""));
    assert_non_null(strstr(text, "\"language\":\"zh\""));
    assert_non_null(strstr(text, "\"beat\":3"));
    free(text);
    assert_true(file_join(path, sizeof path, folder, "config/headway/settings.json"));
    assert_true(file_exists(path));
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keys_reach_the_picture)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
