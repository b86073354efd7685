#define _GNU_SOURCE
/* Every weight of a model in the window: found on the stage, chosen with the pointer, typed over,
 * taken back; the pass is that of the command line's --edit, bit for bit. */
#include "app/support_app.h"
#include "app/support_program.h"
#include "lesson/support_model.h"

#include "app/describe.h"
#include "app/trace_file.h"
#include "files/json.h"
#include "lesson/cell_edit.h"
#include "lesson/steps.h"
#include "ui/ui.h"

#include <stdio.h>

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static void dispatch(struct rig *rig, enum ui_command command, int32_t a, int32_t b, int32_t c) {
    app_dispatch(&rig->app, (struct ui_action){command, a, b, c});
    rig_settle(rig);
}

/* To the step and beat that a weight acts in. */
static void go_to(struct rig *rig, int source) {
    const struct study *study = &rig->app.study;
    const int result = cell_weight_result(source);
    enum attention_tensor_id stages[6];
    int beat = BEAT_LAST;
    enum step step = STEP_FEEDFORWARD;
    if (result == ATTENTION_TENSOR_Q || result == ATTENTION_TENSOR_K ||
        result == ATTENTION_TENSOR_V ||
        (result == ATTENTION_TENSOR_NORM1 &&
         study->model.weights.config.norm == ATTENTION_NORM_PRE))
        step = STEP_PROJECTION;
    else if (result == ATTENTION_TENSOR_SIMILARITY || result == ATTENTION_TENSOR_SIMILARITY_QUERY ||
             result == ATTENTION_TENSOR_SIMILARITY_KEY)
        step = STEP_SIMILARITY;
    else if (result == ATTENTION_TENSOR_ATTENTION_OUTPUT)
        step = STEP_HEADS;
    for (int i = 0, count = steps_feedforward_stages(study, stages);
         step == STEP_FEEDFORWARD && i < count; i++)
        beat = (int)stages[i] == result ? i : beat;
    dispatch(rig, UI_COMMAND_STEP_GO, (int32_t)step, beat, 1);
}

static struct file_bytes trace_of(const struct rig *rig) {
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    if (!trace_build(&rig->app.study, TRACE_SAFETENSORS, 0, &bytes, &error))
        fail_msg("%s", error.text);
    return bytes;
}

static void check_same(struct file_bytes *one, struct file_bytes *other, const char *what) {
    if (one->size != other->size || memcmp(one->data, other->data, one->size) != 0)
        fail_msg("%s: another pass", what);
    file_bytes_free(one);
    file_bytes_free(other);
}

/* "layers.0.attention.additive.q.weight[1,2,0]" */
static void name_of(const struct study *study, const struct document_cell *cell, char *out,
                    size_t out_bytes) {
    char name[WHAT_IF_NAME_BYTES];
    int tensor = 0, layer = 0;
    size_t index = 0, shape[3], places[3];
    assert_true(cell_address(study, cell, &tensor, &layer, &index));
    what_if_quantity_name(tensor, layer, name);
    int dims = study_shape(study, tensor, shape);
    for (int i = dims - 1; i >= 0; i--) {
        places[i] = index % shape[i];
        index /= shape[i];
    }
    size_t used = (size_t)snprintf(out, out_bytes, "%s", name);
    for (int i = 0; i < dims; i++)
        used += (size_t)snprintf(out + used, out_bytes - used, "%c%zu", i ? ',' : '[', places[i]);
    snprintf(out + used, out_bytes - used, "]");
}

/* What the panel says of the chosen weight. */
static bool says(struct rig *rig, const char *words) {
    app_refresh(&rig->app);
    for (size_t i = 0; i < rig->app.semantics.count; i++)
        if (strcmp(rig->app.semantics.nodes[i].name, words) == 0) return true;
    return false;
}

static void check_weight(struct rig *rig, int source, int head, const char *options) {
    const struct study *study = &rig->app.study;
    go_to(rig, source);
    struct cell_matrix m = cell_matrix_of(study, source, head, NULL);
    struct document_cell cell = {source, head, (int)m.rows - 1, (int)m.columns / 2};
    const struct semantic_node *grid = rig_grid(rig, source);
    int row, column;
    float before = 0, value = 0;
    char name[160], spaced[160], line[1024];
    if (!grid || grid->rect.w <= 0)
        fail_msg("%s is not on the stage, %s", cell_symbol(source), options);
    if (!cell_in_grid(grid->grid.id, &cell, &row, &column))
        fail_msg("%s of head %d is not on the stage, but that of head %d", cell_symbol(source),
                 head, cell_from_grid(grid->grid.id, 0, 0).head);
    const struct rect r = semantics_cell_rect(grid, (size_t)row, (size_t)column);
    rig_click(rig, r.x + r.w / 2, r.y + r.h / 2, 1);
    const struct document_cell chosen = now(rig)->cell;
    assert_true(chosen.source == source && chosen.row == cell.row && chosen.column == cell.column);
    name_of(study, &cell, name, sizeof name);
    snprintf(spaced, sizeof spaced, "%.*s %s", (int)(strchr(name, '[') - name), name,
             strchr(name, '['));
    if (!says(rig, name) && !says(rig, spaced)) fail_msg("the panel does not say %s", name);
    assert_true(cell_value(study, &cell, &before) && before != 0.375f);

    struct file_bytes own = trace_of(rig);
    rig_key(rig, 'e', 0);
    assert_true(rig->app.presence.is_editing);
    rig_key(rig, 'a', INPUT_CTRL);
    rig_type(rig, "3/8");
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(now(rig)->what_if.edit_count, 1);
    assert_true(cell_value(study, &cell, &value) && value == 0.375f);
    assert_true(cell_unedited_value(study, &cell, &value) && value == before);
    if (!rig_grid(rig, source)->value[0]) fail_msg("%s is not marked", name);
    assert_true(says(rig, name) || says(rig, spaced)); /* still, once it is edited */

    struct file_bytes edited = trace_of(rig);
    assert_true(edited.size != own.size || memcmp(edited.data, own.data, own.size) != 0);
    snprintf(line, sizeof line, "trace -o t.safetensors %s --edit '%s=0.375'", options, name);
    const struct run *run = program_run(rig->folder, line);
    if (run->status != 0) fail_msg("%s: %s", line, run->err);
    struct file_bytes told = program_bytes(rig->folder, "t.safetensors");
    check_same(&edited, &told, name);

    /* A session brings the edit, and the chosen cell. */
    struct document opened;
    json_t *json = document_to_json(now(rig));
    assert_true(json && document_from_json(json, &opened, NULL));
    assert_true(document_equal(&opened, now(rig)) && opened.cell.source == source);
    document_free(&opened);
    json_decref(json);

    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(now(rig)->what_if.edit_count, 0);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    assert_int_equal(now(rig)->what_if.edit_count, 1);
    rig_click_named(rig, "Take back");
    struct file_bytes back = trace_of(rig);
    check_same(&own, &back, name);
}

static void test_every_weight(void **state) {
    (void)state;
    size_t checked = 0;
    for (size_t i = 0; i < 3; i++) {
        struct support_model folder = support_whole_models[i];
        struct rig *rig = rig_start();
        struct document wanted;
        char options[512];
        support_model_make(&folder);
        assert_true(app_copy_document(&rig->app, &wanted));
        assert_true(document_set_model(&wanted, folder.folder));
        assert_true(document_set_text(&wanted, "a b c a", 7));
        assert_true(app_change(&rig->app, &wanted, true));
        rig_settle(rig);
        snprintf(options, sizeof options, "--model '%s' --text 'a b c a'", folder.folder);
        for (int layer = 0; layer < folder.layers; layer++) {
            dispatch(rig, UI_COMMAND_STEP_GO, STEP_PROJECTION, 0, 1);
            dispatch(rig, UI_COMMAND_LAYER_SET, layer, 0, 0);
            dispatch(rig, UI_COMMAND_HEAD_SET, layer, 0, 0);
            for (int source = 0; source < CELL_SOURCE_COUNT; source++) {
                if (!cell_is_weight(source) ||
                    cell_matrix_of(&rig->app.study, source, 0, NULL).rows == 0)
                    continue;
                check_weight(rig, source, cell_source_is_per_head(source) ? layer : 0, options);
                assert_int_equal(now(rig)->layer, layer);
                checked++;
            }
        }
        support_model_remove(&folder);
        rig_end(rig);
    }
    assert_int_equal(checked, 2 * 16 + 2 * 17 + 19);
}

/* A letter is said once in front of a matrix. */
static void test_described_once(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    const struct export_tools tools = {.catalogue = &rig->app.catalogue,
                                       .measurer = &rig->app.measurer};
    for (int at = 0; at < STEP_COUNT * 2; at++) {
        struct file_bytes text = {0};
        struct file_error error = {0};
        dispatch(rig, UI_COMMAND_VIEW_SET, at % 2 ? VIEW_COMPARE : VIEW_MATRICES, 0, 0);
        dispatch(rig, UI_COMMAND_STEP_GO, at / 2, BEAT_LAST, 1);
        assert_true(describe_build(&tools, &rig->app.study, &text, &error));
        for (int source = 0; source < CELL_SOURCE_COUNT; source++) {
            char twice[64];
            const char *letter = cell_symbol(source);
            int bytes = snprintf(twice, sizeof twice, "\n%s: %s ", letter, letter);
            if (letter[0] && memmem(text.data, text.size, twice, (size_t)bytes))
                fail_msg("%s stands twice in step %d", letter, at / 2);
            bytes = snprintf(twice, sizeof twice, "\n%s: %s:", letter, letter);
            if (letter[0] && memmem(text.data, text.size, twice, (size_t)bytes))
                fail_msg("%s stands twice in step %d", letter, at / 2);
        }
        file_bytes_free(&text);
    }
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_weight),
        cmocka_unit_test(test_described_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
