#include "support_studies.h"
#include "support_model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct support_model folders[] = {
    {.layers = 2,
     .heads = 2,
     .d = 4,
     .d_k = 2,
     .d_v = 3,
     .d_ff = 5,
     .norm = "post",
     .mask = "causal",
     .tokenizer = "words",
     .position = "learned",
     .has_bias = true},
    {.layers = 2,
     .heads = 2,
     .d = 4,
     .d_k = 3,
     .d_v = 2,
     .d_ff = 5,
     .norm = "pre",
     .mask = "none",
     .tokenizer = "words",
     .activation = "gelu",
     .has_bias = true},
    {.layers = 2,
     .heads = 1,
     .d = 3,
     .d_k = 2,
     .d_v = 2,
     .d_ff = 4,
     .norm = "none",
     .mask = "none",
     .tokenizer = "words",
     .position = "sinusoidal"},
    {.layers = 2,
     .heads = 2,
     .d = 4,
     .d_k = 2,
     .d_v = 2,
     .norm = "post",
     .mask = "none",
     .tokenizer = "words"},
    {.layers = 1,
     .heads = 2,
     .d = 3,
     .d_k = 2,
     .d_v = 2,
     .norm = "pre",
     .mask = "causal",
     .tokenizer = "words",
     .is_scale_off = true},
    {.layers = 2,
     .heads = 1,
     .d = 2,
     .d_k = 1,
     .d_v = 1,
     .norm = "none",
     .mask = "none",
     .tokenizer = "words",
     .is_residual_off = true},
    {.layers = 1,
     .heads = 3,
     .d = 3,
     .d_k = 1,
     .d_v = 2,
     .d_ff = 2,
     .norm = "post",
     .mask = "none",
     .tokenizer = "words",
     .is_residual_off = true,
     .has_bias = true},
    {.layers = 1,
     .heads = 1,
     .d = 3,
     .d_k = 3,
     .d_v = 2,
     .d_ff = 4,
     .norm = "pre",
     .mask = "none",
     .tokenizer = "words",
     .is_residual_off = true,
     .activation = "gelu"},
    {.layers = 2,
     .heads = 1,
     .d = 3,
     .d_k = 2,
     .d_v = 2,
     .d_ff = 4,
     .norm = "none",
     .mask = "none",
     .tokenizer = "words",
     .is_residual_off = true},
};
enum { FOLDERS = sizeof folders / sizeof folders[0] };

const char *support_studies_name(const struct study *study) {
    static char name[400];
    const struct attention_config *c = &study->model.weights.config;
    const struct document *d = &study->document;
    snprintf(name, sizeof name,
             "%s (norm %d, residual off %d, d_ff %d, heads %d), layer %d, \"%s\", mask %s, scaling "
             "%s, step %s, beat %d, stride %s",
             study->model.id, (int)c->norm, (int)c->is_residual_off, c->d_ff, c->heads, d->layer,
             d->text, mask_id(d->what_if.mask), scaling_id(d->what_if.scaling), step_id(d->step), d->beat,
             stride_id(d->stride));
    return name;
}

static void each_layer(struct study *study, struct document *wanted,
                       void (*check)(struct study *study)) {
    struct file_error error = {{0}};
    int layers = 1;
    for (int layer = 0; layer < layers; layer++) {
        wanted->layer = layer;
        wanted->step = STEP_FEEDFORWARD;
        if (!study_set(study, wanted, &error)) fail_msg("%s", error.text);
        layers = study->model.weights.config.layers;
        assert_int_equal(study->document.layer, layer);
        check(study);
    }
}

static void each_setting(const char *model, const char *text, void (*check)(struct study *study)) {
    struct study study;
    struct document wanted;
    assert_true(study_init(&study, NULL) && document_init(&wanted, NULL));
    assert_true(document_set_model(&wanted, model));
    assert_true(document_set_text(&wanted, text, strlen(text)));
    each_layer(&study, &wanted, check);
    wanted.what_if.mask = study_is_masked(&study) ? MASK_NONE : MASK_CAUSAL;
    wanted.query = 1;
    wanted.key = 2;
    wanted.head = 1;
    each_layer(&study, &wanted, check);
    wanted.what_if.scaling = study_is_scaled(&study) ? SCALING_OFF : SCALING_ON;
    each_layer(&study, &wanted, check);
    document_free(&wanted);
    study_free(&study);
}

void support_studies_each(void (*check)(struct study *study)) {
    for (int i = 0; i < FOLDERS; i++) {
        struct support_model folder = folders[i];
        support_model_make(&folder);
        each_setting(folder.folder, "a b c a", check);
        each_setting(folder.folder, "b", check);
        support_model_remove(&folder);
    }
    for (int i = 0; model_builtin_ids[i]; i++) {
        each_setting(model_builtin_ids[i], "the cat, the", check);
        each_setting(model_builtin_ids[i], "\xe7\x8c\xab", check);
    }
}
