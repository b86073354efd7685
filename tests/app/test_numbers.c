/* Numbers out of the window and from the command line. */
#include "app/support_app.h"

#include "app/numbers.h"
#include "app/support_program.h"
#include "lesson/selection.h"

#include <stdio.h>

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static void dispatch(struct rig *rig, enum ui_command command, int32_t a, int32_t b, int32_t c) {
    app_dispatch(&rig->app, (struct ui_action){command, a, b, c});
}

static void test_copies(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    dispatch(rig, UI_COMMAND_STEP_GO, STEP_SOFTMAX, BEAT_LAST, 1);
    const float *weights =
        study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, now(rig)->head);
    rig_key(rig, 'c', INPUT_CTRL);
    const char *at = rig->window.clipboard;
    for (size_t i = 0; i < 64; i++) { /* tabs and line ends between, the very numbers */
        char *end = NULL;
        float read = strtof(at, &end);
        assert_memory_equal(&read, &weights[i], sizeof read);
        assert_int_equal(*end, (i + 1) % 8 ? '\t' : '\n');
        at = end + 1;
    }
    dispatch(rig, UI_COMMAND_COPY_AS, FILE_TABLE_MARKDOWN, NUMBERS_SHOWN, 0);
    assert_non_null(strstr(rig->window.clipboard, "| | The | cat | sat | because | the | cat | was "
                                                  "| tired |\n|:---|---:|"));
    dispatch(rig, UI_COMMAND_COPY_AS, FILE_TABLE_LATEX, NUMBERS_SHOWN, 0);
    assert_non_null(strstr(rig->window.clipboard, "\\begin{tabular}{l|rrrrrrrr}\n & The & cat & "));
    dispatch(rig, UI_COMMAND_COPY_AS, FILE_TABLE_CSV, NUMBERS_FULL, 0);
    assert_non_null(
        strstr(rig->window.clipboard, ",The,cat,sat,because,the,cat,was,tired\r\nThe,"));
    dispatch(rig, UI_COMMAND_COPY_AS, FILE_TABLE_NPY, 0, 0); /* no text: nothing happens */
    assert_non_null(strstr(rig->window.clipboard, ",The,cat,"));
    rig_end(rig);
}

/* What the beat has not come to is not given away. */
static void test_what_is_not_shown_is_left_empty(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    dispatch(rig, UI_COMMAND_PREDICT_TOGGLE, 0, 0, 0);
    dispatch(rig, UI_COMMAND_STEP_GO, STEP_SIMILARITY, 0, 1);
    dispatch(rig, UI_COMMAND_COPY_AS, FILE_TABLE_TSV, NUMBERS_FULL, 0);
    size_t numbers = 0, tabs = 0;
    for (const char *at = rig->window.clipboard; *at; at++) {
        tabs += *at == '\t';
        numbers +=
            (*at >= '0' && *at <= '9') && (at == rig->window.clipboard || strchr("\t\n-", at[-1]));
    }
    assert_int_equal(tabs, 7 * 8);
    assert_true(numbers < 64);
    rig_end(rig);
}

static void test_saving_from_the_window(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    char path[256];
    struct file_bytes bytes = {0};
    dispatch(rig, UI_COMMAND_STEP_GO, STEP_SOFTMAX, BEAT_LAST, 1);
    dispatch(rig, UI_COMMAND_NUMBERS_SAVE, 0, 0, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NUMBERS);
    assert_non_null(strstr(rig->app.finder.editor.text, "-weights-head-1.csv"));
    assert_true(file_join(path, sizeof path, rig->folder, "w.csv"));
    rig_key(rig, 'a', INPUT_CTRL);
    rig_type(rig, path);
    rig_key(rig, KEY_ENTER, 0);
    assert_true(file_read_whole(path, 100000, &bytes, NULL)); /* all of it, shown or not */
    assert_null(strstr((char *)bytes.data, ",,"));
    assert_non_null(strstr((char *)bytes.data, "\r\ntired,"));
    file_bytes_free(&bytes);
    dispatch(rig, UI_COMMAND_NUMBERS_SAVE, 0, 0, 0);
    rig_key(rig, 'a', INPUT_CTRL);
    rig_type(rig, "/tmp/w.xlsx");
    rig_key(rig, KEY_ENTER, 0);
    assert_true(rig->app.presence.is_message_error);
    assert_non_null(strstr(rig->app.message, ".csv, .npy"));
    rig_end(rig);
}

/* Every source builds in every format or says that it is not there; per head and all heads agree.
 */
static void test_every_matrix(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    const struct study *study = &rig->app.study;
    int built = 0;
    for (int source = 0; source < CELL_SOURCE_COUNT; source++) {
        if (source == CELL_TOKEN || cell_is_compared(source)) continue;
        struct numbers_request request = {source, 1, FILE_TABLE_NPY, NUMBERS_FULL, false};
        struct file_bytes one = {0}, all = {0};
        struct file_error error = {0};
        bool is_there = numbers_build(study, &request, &one, &error);
        request.head = -1;
        assert_int_equal(numbers_build(study, &request, &all, &error), is_there);
        if (is_there) {
            size_t size = one.size - 10 - one.data[8],
                   from = cell_source_is_per_head(source) ? size : 0;
            assert_memory_equal(one.data + 10 + one.data[8], all.data + 10 + all.data[8] + from,
                                size);
            built++;
        } else {
            assert_non_null(strstr(error.text, "no such matrix"));
        }
        file_bytes_free(&one);
        file_bytes_free(&all);
    }
    assert_true(built > 15);
    rig_end(rig);
}

static void test_command_line(void **state) {
    (void)state;
    static const struct {
        const char *arguments;
        int status;
        const char *out, *error;
    } rows[] = {
        {"numbers -o - --matrix weights --text 'b a' --mask causal", 0, ",b,a\r\nb,1,0\r\n", NULL},
        {"numbers -o - --matrix weights --text 'b a' --mask causal --format md", 0, "| b | 1 | 0 |",
         NULL},
        {"numbers -o - --matrix scores --text 'b a' --mask causal --format tsv", 0, "\t-inf\n",
         NULL},
        {"numbers -o - --matrix W_Q --model by-hand --head 2", 0, ",1,2,3,4\r\n1,", NULL},
        {"numbers -o - --matrix nothing", 2, NULL, "--matrix"},
        {"numbers -o -", 2, NULL, "--matrix NAME"},
        {"numbers --matrix q", 2, NULL, "give -o FILE"},
        {"numbers -o x.xls --matrix q", 2, NULL, ".csv, .npy"},
        {"numbers -o x.csv --matrix q --head all", 2, NULL, "{head}"},
        {"numbers -o - --matrix residual1 --residual off", 1, NULL, "no such matrix"},
        {"describe --precision full", 2, NULL, "of numbers alone"},
    };
    char folder[128];
    folder_make(folder, sizeof folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct run *result = program_run(folder, rows[i].arguments);
        if (result->status != rows[i].status)
            fail_msg("%s: status %d: %s", rows[i].arguments, result->status, result->err);
        if (rows[i].out && !strstr(result->out, rows[i].out))
            fail_msg("%s: %s", rows[i].arguments, result->out);
        if (rows[i].error && !strstr(result->err, rows[i].error))
            fail_msg("%s: %s", rows[i].arguments, result->err);
    }
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_what_is_not_shown_is_left_empty),
        cmocka_unit_test(test_saving_from_the_window),
        cmocka_unit_test(test_every_matrix),
        cmocka_unit_test(test_command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
