/* headway render --worksheet, and saving worksheets from the window. Needs the built headway beside
 * the tests for the first. */
#define _GNU_SOURCE /* memmem */
#include "app/support_app.h"
#include "app/support_program.h"

#include "app/export.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>

static char folder[128];

static int start(void **state) {
    (void)state;
    folder_make(folder, sizeof folder);
    return 0;
}

static int stop(void **state) {
    (void)state;
    folder_remove(folder);
    return 0;
}

static void need_program(void) {
    if (!file_exists(PROGRAM)) skip();
}

static void done(const char *words) {
    struct run *run = program_run(folder, words);
    if (run->status != 0 || run->err[0])
        fail_msg("%s: status %d: %s", words, run->status, run->err);
}

static void complains(const char *words, int status, const char *says) {
    struct run *run = program_run(folder, words);
    program_complains(run, status);
    if (!strstr(run->err, says)) fail_msg("%s: “%s” does not say “%s”", words, run->err, says);
}

static bool exists(const char *name) {
    char path[256];
    assert_true(file_join(path, sizeof path, folder, name));
    return file_exists(path);
}

static bool has(const char *name, const char *what) {
    struct file_bytes bytes = program_bytes(folder, name);
    bool found = memmem(bytes.data, bytes.size, what, strlen(what)) != NULL;
    file_bytes_free(&bytes);
    return found;
}

static void assert_same_file(const char *one, const char *other) {
    struct file_bytes a = program_bytes(folder, one), b = program_bytes(folder, other);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    file_bytes_free(&a);
    file_bytes_free(&b);
}

#define BY_HAND "--model by-hand --text 'the cat sat' "

/* Twice the same bytes, and again from the file: it carries its document. */
static void test_the_same_bytes_again(void **state) {
    (void)state;
    need_program();
    static const char *const endings[] = {"pdf", "svg", "png"};
    static const char *const options[] = {"--worksheet 5", "--worksheet 5 --answers --page letter",
                                          "--worksheet 4 --worksheet-seed 3 --page a4:landscape"};
    char line[512], first[32], again[32];
    for (int e = 0; e < 3; e++)
        for (int o = 0; o < 3; o++) {
            snprintf(first, sizeof first, "first.%s", endings[e]);
            snprintf(again, sizeof again, "again.%s", endings[e]);
            snprintf(line, sizeof line, "render " BY_HAND "--step scale --lang zh %s -o %s",
                     options[o], first);
            done(line);
            snprintf(line, sizeof line, "render " BY_HAND "--step scale --lang zh %s -o %s",
                     options[o], again);
            done(line);
            assert_same_file(first, again);
            snprintf(line, sizeof line, "render %s %s -o %s", first, options[o], again);
            done(line);
            assert_same_file(first, again);
        }
}

/* What is to be found out is not in the file's text, as SVG shows it; the key has it. */
static void test_answers_are_in_the_key_alone(void **state) {
    (void)state;
    need_program();
    static const char *const answers[] = {">1.11<", "0.42<", ">1.97<", ">1.96<", "1.91<"};
    done("render " BY_HAND "--step sum --worksheet all -o sheet.svg");
    done("render " BY_HAND "--step sum --worksheet all --answers -o key.svg");
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        assert_false(has("sheet.svg", answers[i]));
        assert_true(has("key.svg", answers[i]));
    }
    assert_true(has("sheet.svg", "width=\"210mm\""));
    assert_true(has("sheet.svg", ">Name<"));
    assert_false(has("key.svg", ">Name<"));
}

/* PDF as other programs see it; where poppler is missing there is nothing to ask. */
static void test_pdf(void **state) {
    (void)state;
    need_program();
    char command[512], words[16384] = "";
    done("render " BY_HAND "--step similarity --worksheet 5 -o sheet.pdf");
    snprintf(command, sizeof command,
             "cd '%s' && pdfinfo sheet.pdf && pdftotext -layout sheet.pdf - 2>&1", folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t bytes = fread(words, 1, sizeof words - 1, pipe);
    words[bytes] = 0;
    if (pclose(pipe) != 0) skip();
    assert_non_null(strstr(words, "(A4)"));
    assert_non_null(strstr(words, "Pages:           1"));
    static const char *const there[] = {"Similarity",
                                        "Name",
                                        "Date",
                                        "the cat sat",
                                        "Given",
                                        "To fill in",
                                        "Fill in the 5 numbered boxes.",
                                        "Working",
                                        "By hand"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        if (!strstr(words, there[i])) fail_msg("“%s” is not in the PDF", there[i]);
}

/* All steps with something to work out: pages of one PDF, or files with the step and page in their
 * names. */
static void test_all_steps(void **state) {
    (void)state;
    need_program();
    done("render " BY_HAND "--step all --worksheet 8 -o walk.pdf");
    assert_true(has("walk.pdf", "/Count 8"));
    done("render " BY_HAND "--step all --worksheet 8 --answers -o 'key-{step}-{page}.svg'");
    assert_false(exists("key-1-1.svg"));
    for (int step = 2; step <= 9; step++) {
        char name[32];
        snprintf(name, sizeof name, "key-%d-1.svg", step);
        assert_true(exists(name));
    }
}

static void test_wrong_usage(void **state) {
    (void)state;
    need_program();
    static const struct {
        const char *words;
        int status;
        const char *says;
    } rows[] = {
        {"render --worksheet 0 -o a.pdf", 2, "--worksheet"},
        {"render --worksheet many -o a.pdf", 2, "from 1 to 4096, or all"},
        {"render --answers -o a.pdf", 2, "--answers"},
        {"render --page a4 -o a.pdf", 2, "--page"},
        {"render --worksheet-seed 2 -o a.pdf", 2, "--worksheet-seed"},
        {"render --worksheet 3 --worksheet-seed 0 -o a.pdf", 2, "--worksheet-seed"},
        {"render --worksheet 3 --page a5 -o a.pdf", 2, "a4 or letter"},
        {"render --worksheet 3 --paper -o a.pdf", 2, "leave out --paper"},
        {"render --worksheet 3 --part head -o a.pdf", 2, "leave out --part"},
        {"render --worksheet 3 --width-mm 84 -o a.pdf", 2, "leave out --width-mm"},
        {"render --worksheet 3 --contact-sheet -o a.pdf", 2, "leave out --contact-sheet"},
        {"trace --worksheet 3 -o a.json", 2, "of render alone"},
        {"render --step tokens --worksheet 3 -o a.pdf", 1, "no numbers to work out"},
        {"render --text '' --step sum --worksheet 3 -o a.pdf", 1, "no sentence"},
        {"render " BY_HAND "--step similarity --worksheet 10 -o a.pdf", 1, "from 1 to 9"},
        {"render --step softmax --worksheet 8 -o a.svg", 1, "{page}"},
        {"render --text '' --step all --worksheet 8 -o a.pdf", 1, "--text"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        complains(rows[i].words, rows[i].status, rows[i].says);
    assert_false(exists("a.pdf"));
    assert_false(exists("a.svg"));
}

/* ---- in the window ---- */

static int count_files(const struct rig *rig, const char *ending) {
    DIR *directory = opendir(rig->folder);
    int count = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        size_t bytes = strlen(entry->d_name), end = strlen(ending);
        count += bytes > end && strcmp(entry->d_name + bytes - end, ending) == 0;
    }
    if (directory) closedir(directory);
    return count;
}

static void finish(struct rig *rig) {
    for (int i = 0; i < 200 && export_is_running(&rig->app); i++)
        app_picture(&rig->app, rig->now_ms += 10);
    assert_false(export_is_running(&rig->app));
}

static void choose(struct rig *rig, int row, int value) {
    assert_true(app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_EXPORT_SET, row, value, 0}));
}

static void save_chosen(struct rig *rig) {
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_EXPORT, 1, 0, 0});
}

/* Both files in one go, beside each other; a dropped one opens its document. */
static void test_sheet_and_key_from_the_menu(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '4', 0);
    choose(rig, EXPORT_ROW_PART, PICTURE_WORKSHEET);
    choose(rig, EXPORT_ROW_BLANKS, 12);
    save_chosen(rig);
    assert_false(rig->app.presence.is_message_error);
    assert_int_equal(count_files(rig, "-worksheet.pdf"), 1);
    assert_int_equal(count_files(rig, "-answers.pdf"), 1);
    assert_non_null(strstr(rig->app.presence.message, "answer key"));
    assert_non_null(strstr(rig->window.clipboard, "-worksheet.pdf"));
    choose(rig, EXPORT_ROW_ANSWERS, EXPORT_KEY_ALONE);
    save_chosen(rig);
    assert_int_equal(count_files(rig, "-worksheet.pdf"), 1);
    assert_int_equal(count_files(rig, ".pdf"), 3);
    choose(rig, EXPORT_ROW_ANSWERS, EXPORT_SHEET_ALONE);
    save_chosen(rig);
    assert_int_equal(count_files(rig, ".pdf"), 4);
    rig_key(rig, '7', 0);
    struct input drop = {.kind = INPUT_DROP, .text = rig->window.clipboard};
    app_input(&rig->app, &drop);
    assert_int_equal(rig->app.study.document.step, STEP_SIMILARITY);
    rig_end(rig);
}

/* Every step: two PDFs of several pages, one after the other; Esc between them keeps the first. */
static void test_each_step_from_the_menu(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    choose(rig, EXPORT_ROW_PART, PICTURE_WORKSHEET);
    choose(rig, EXPORT_ROW_RANGE, EXPORT_EACH_STEP);
    save_chosen(rig);
    finish(rig);
    assert_int_equal(count_files(rig, "-steps-worksheet.pdf"), 1);
    assert_int_equal(count_files(rig, "-steps-answers.pdf"), 1);
    save_chosen(rig);
    for (int i = 0; i < 200 && count_files(rig, ".pdf") < 3; i++)
        app_picture(&rig->app, rig->now_ms += 10);
    assert_true(export_is_running(&rig->app));
    struct input escape = {.kind = INPUT_KEY, .key = KEY_ESCAPE};
    app_input(&rig->app, &escape);
    assert_false(export_is_running(&rig->app));
    assert_non_null(strstr(rig->app.presence.message, "without its answer key"));
    assert_int_equal(count_files(rig, ".pdf"), 3);
    rig_end(rig);
}

/* Where there is nothing to work out, a sentence says so and nothing is saved. */
static void test_nothing_to_work_out(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '1', 0);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_WORKSHEET_KEY, 0, 0, 0});
    assert_true(rig->app.presence.is_message_error);
    assert_non_null(strstr(rig->app.presence.message, "no numbers to work out"));
    assert_int_equal(count_files(rig, ".pdf"), 0);
    rig_key(rig, '7', 0);
    assert_true(app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_WORKSHEET, 0, 0, 0}));
    assert_int_equal(count_files(rig, ".pdf"), 1);
    assert_true(app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_WORKSHEET_KEY, 0, 0, 0}));
    assert_int_equal(count_files(rig, ".pdf"), 3);
    rig_end(rig);
}

int main(void) {
#define PROGRAM_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_the_same_bytes_again),
        PROGRAM_TEST(test_answers_are_in_the_key_alone),
        PROGRAM_TEST(test_pdf),
        PROGRAM_TEST(test_all_steps),
        PROGRAM_TEST(test_wrong_usage),
        cmocka_unit_test(test_sheet_and_key_from_the_menu),
        cmocka_unit_test(test_each_step_from_the_menu),
        cmocka_unit_test(test_nothing_to_work_out),
    };
#undef PROGRAM_TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
