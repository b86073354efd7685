/* The edited model saved as a folder: from the window, which goes on with it, and from the command
 * line. */
#include "app/support_app.h"
#include "app/support_program.h"

#include "lesson/cell.h"

#include <math.h>
#include <stdio.h>

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static struct rig *start(void) {
    struct rig *rig = rig_start();
    rig->app.documents_folder = strdup(rig->folder);
    rig->app.state_folder = strdup(rig->folder);
    return rig;
}

static void save_as(struct rig *rig, const char *name) {
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_MODEL_SAVE, 0, 0, 0});
    assert_int_equal(rig->app.presence.finder.kind, FINDER_MODEL);
    rig_key(rig, 'a', INPUT_CTRL);
    rig_type(rig, name);
    rig_key(rig, KEY_ENTER, 0);
}

/* Changes of every kind: numbers, switches, and what no model can say. */
static void change(struct rig *rig) {
    struct document wanted = {0};
    assert_true(document_copy(&wanted, now(rig)));
    const struct attention_edit edits[] = {
        {.tensor = ATTENTION_WEIGHT_Q, .index = 9, .value = 0.5f},
        {.tensor = ATTENTION_WEIGHT_NORM1_BIAS, .index = 3, .value = 1},
        {.tensor = ATTENTION_TENSOR_SCORES, .index = 2, .value = -INFINITY}};
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
        assert_true(what_if_edit(&wanted.what_if, &edits[i]));
    wanted.what_if.scaling = SCALING_OFF;
    wanted.what_if.mask = MASK_CAUSAL;
    wanted.what_if.temperature = 2;
    wanted.beat = BEAT_LAST;
    wanted.step = STEP_HEADS;
    assert_true(app_change(&rig->app, &wanted, true));
}

static void copy_outputs(const struct rig *rig, float *out) {
    struct attention_tensor t = study_tensor(&rig->app.study, ATTENTION_TENSOR_OUTPUT);
    memcpy(out, t.data, t.shape[0] * t.shape[1] * sizeof *out);
}

static void test_from_the_window(void **state) {
    (void)state;
    struct rig *rig = start();
    float before[8 * 16], after[8 * 16];
    char path[200];
    change(rig);
    copy_outputs(rig, before);
    size_t undo = rig->app.undo.count;
    save_as(rig, "mine");
    snprintf(path, sizeof path, "%s/mine", rig->folder);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    assert_string_equal(now(rig)->model, path);
    assert_string_equal(rig->app.study.model.name, "mine");
    assert_non_null(strstr(rig->app.message, path));
    assert_non_null(strstr(rig->app.message, "temperature, edited scores."));
    assert_false(rig->app.presence.is_message_error);
    copy_outputs(rig, after);
    assert_memory_equal(before, after, sizeof before);
    /* What is the model's now is no change any more; the rest is still. */
    const struct what_if *rest = &now(rig)->what_if;
    assert_true(rest->edit_count == 1 && rest->edits[0].tensor == ATTENTION_TENSOR_SCORES);
    assert_true(rest->scaling == SCALING_MODEL && rest->mask == MASK_MODEL &&
                rest->temperature == 2);
    assert_int_equal(study_mask(&rig->app.study), MASK_CAUSAL);
    assert_false(study_is_scaled(&rig->app.study));
    assert_int_equal(rig->app.undo.count, undo + 1);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_string_equal(now(rig)->model, "textbook");
    assert_int_equal(now(rig)->what_if.edit_count, 3);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    assert_string_equal(now(rig)->model, path);
    copy_outputs(rig, after);
    assert_memory_equal(before, after, sizeof before);
    /* Other words are [UNK], and can be typed. */
    rig_key(rig, '/', 0);
    rig_type(rig, "a dog");
    assert_string_equal(now(rig)->text, "a dog");
    assert_true(rig->app.study.tokens.tokens[1].is_unknown);
    rig_key(rig, KEY_ENTER, 0);
    rig_end(rig);
}

static void test_names_in_the_window(void **state) {
    (void)state;
    struct rig *rig = start();
    change(rig);
    save_as(rig, "mine");
    struct document before = {0};
    assert_true(document_copy(&before, now(rig)));
    save_as(rig, "mine"); /* nothing is replaced, also not when asked twice */
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_MODEL);
    assert_true(rig->app.presence.finder.is_note_error);
    assert_non_null(strstr(rig->app.finder.note, "replaces nothing"));
    rig_key(rig, KEY_ESCAPE, 0);
    save_as(rig, "no such folder/mine");
    assert_true(rig->app.presence.is_message_error);
    assert_true(document_equal(&before, now(rig)));
    save_as(rig, "again");
    assert_non_null(strstr(rig->app.message, "again"));
    /* A word edited in one of two places has no row: one sentence, nothing written. */
    struct document wanted = {0};
    assert_true(document_copy(&wanted, now(rig)));
    const struct attention_edit edit = {
        .tensor = ATTENTION_TENSOR_EMBEDDING, .index = 16 + 3, .value = 7};
    assert_true(what_if_edit(&wanted.what_if, &edit) && app_change(&rig->app, &wanted, true));
    save_as(rig, "third");
    assert_true(rig->app.presence.is_message_error);
    assert_non_null(strstr(rig->app.message, "“cat”"));
    char path[200];
    snprintf(path, sizeof path, "%s/third", rig->folder);
    assert_false(file_exists(path));
    document_free(&before);
    rig_end(rig);
}

/* The sheet of files offers it, beside saving the session. */
static void test_the_button(void **state) {
    (void)state;
    struct rig *rig = start();
    rig_key(rig, 'o', INPUT_CTRL);
    rig_click_named(rig, "Save the model …");
    assert_int_equal(rig->app.presence.finder.kind, FINDER_MODEL);
    assert_non_null(strstr(rig->app.presence.finder.text, "-model"));
    rig_key(rig, KEY_ENTER, 0);
    assert_non_null(strstr(now(rig)->model, "The-cat-sat"));
    assert_non_null(strstr(rig->app.message, "model’s own now"));
    rig_end(rig);
}

static void run(const char *folder, const char *words, int status, const char *said) {
    const struct run *result = program_run(folder, words);
    if (result->status != status) fail_msg("%s: %d: %s", words, result->status, result->err);
    if (said && !strstr(result->err, said)) fail_msg("%s: %s", words, result->err);
    if (!said && result->err[0]) fail_msg("%s: %s", words, result->err);
}

/* The numbers of a trace, without the names in its metadata. */
static char *numbers_of(const char *folder, const char *name) {
    struct file_bytes bytes = program_bytes(folder, name);
    json_t *json = json_loadb((const char *)bytes.data, bytes.size, 0, NULL);
    char *text = json_dumps(json_object_get(json, "tensors"), JSON_SORT_KEYS);
    assert_non_null(text);
    json_decref(json);
    file_bytes_free(&bytes);
    return text;
}

static void test_from_the_command_line(void **state) {
    (void)state;
    static const char *const models[] = {"by-hand", "textbook", "first-by-hand"};
    char folder[128], words[600];
    folder_make(folder, sizeof folder);
    for (int i = 0; i < 3; i++) {
        const char *changes = "--edit 'layers.0.attention.v.weight[1,1]=-3' --edit "
                              "'layers.0.attention.o.bias[2]=.5' --edit 'position[1,0]=4' "
                              "--similarity additive --norm pre --activation gelu";
        snprintf(words, sizeof words, "trace -o a.json --model %s --text 'cat and dog' %s",
                 models[i], changes);
        run(folder, words, 0, NULL);
        snprintf(words, sizeof words, "model -o first-%s --model %s --text 'cat and dog' %s",
                 models[i], models[i], changes);
        run(folder, words, 0, NULL);
        snprintf(words, sizeof words, "trace -o b.json --model first-%s --text 'cat and dog'",
                 models[i]);
        run(folder, words, 0, NULL);
        char *a = numbers_of(folder, "a.json"), *b = numbers_of(folder, "b.json");
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    run(folder, "model -o heads --text 'a b' --heads-off 2 --temperature 0.5 --mask window:1", 0,
        "temperature, mask, heads");
    run(folder, "model -o heads --text 'a b'", 1, "exists already");
    run(folder, "model", 2, "give -o FOLDER");
    run(folder, "model -o -", 2, "give -o FOLDER");
    run(folder, "model -o empty --text ''", 1, "type one first");
    run(folder, "model -o nowhere/new --text 'a b'", 1, "no such file or folder");
    run(folder, "model -o two --text 'a a' --edit 'embedding[0,0]=3'", 1, "“a”");
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_the_window),
        cmocka_unit_test(test_names_in_the_window),
        cmocka_unit_test(test_the_button),
        cmocka_unit_test(test_from_the_command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
