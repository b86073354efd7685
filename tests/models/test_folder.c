/* Model folders: a good one loads whole, each fault is one sentence that names it. */
#include "files/memory.h"
#include "models/folder.h"
#include "support_folder.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[200];
static struct support_model small;
static struct file_error error;

static int make(void **state) {
    (void)state;
    support_folder_make(folder, sizeof folder);
    support_model_make(&small);
    error.text[0] = '\0';
    return 0;
}

static int clear(void **state) {
    (void)state;
    support_model_free(&small);
    support_folder_remove(folder);
    return 0;
}

static bool is_zero(const struct model *model) {
    return !model->id && !model->name && !model->vocab && !model->head_names && !model->memory &&
           !model->embedding_table && !model->weights.layers && model->vocab_count == 0;
}

static void load(struct model *model) {
    support_model_write(&small, folder);
    if (!model_folder_load(folder, model, &error)) fail_msg("%s", error.text);
}

/* The model as it is now is refused by one sentence that holds both parts. */
static void refuses(const char *part, const char *other) {
    struct model model;
    support_model_write(&small, folder);
    error.text[0] = '\0';
    if (model_folder_load(folder, &model, &error)) fail_msg("accepted, but %s", part);
    assert_true(is_zero(&model));
    size_t length = strlen(error.text);
    if (length == 0 || error.text[length - 1] != '.' || !strstr(error.text, part) ||
        !strstr(error.text, other) || !strstr(error.text, folder))
        fail_msg("\"%s\", \"%s\" or the folder is not in: %s", part, other, error.text);
}

/* Sets a key of config.json (NULL removes it), expects a refusal, and puts the old value back. */
static void refuses_key(const char *key, const char *value, const char *allowed) {
    json_t *old = json_incref(json_object_get(small.config, key));
    if (value) {
        json_t *parsed = json_loads(value, JSON_DECODE_ANY, NULL);
        assert_non_null(parsed);
        json_object_set_new(small.config, key, parsed);
    } else {
        json_object_del(small.config, key);
    }
    refuses(key, allowed);
    if (old) {
        json_object_set_new(small.config, key, old);
    } else {
        json_object_del(small.config, key);
    }
}

static void set(const char *key, const char *value) {
    json_object_set_new(small.config, key, json_loads(value, JSON_DECODE_ANY, NULL));
}

static void a_good_folder_loads_whole(void **state) {
    (void)state;
    struct model model;
    load(&model);
    const struct attention_config *config = &model.weights.config;
    assert_string_equal(model.id, folder);
    assert_string_equal(model.name, "Small");
    assert_false(model.is_builtin);
    assert_int_equal(config->d_model, 4);
    assert_int_equal(config->layers, 2);
    assert_int_equal(config->heads, 2);
    assert_int_equal(config->d_k, 2);
    assert_int_equal(config->d_v, 2);
    assert_int_equal(config->d_ff, 3);
    assert_int_equal(config->position_rows, 6);
    assert_int_equal(config->position, ATTENTION_POSITION_LEARNED);
    assert_int_equal(model.mask, ATTENTION_MASK_CAUSAL);
    assert_int_equal(model.vocab_count, 4);
    assert_string_equal(model.vocab[2], "cat");
    assert_string_equal(model.head_names[0], "head.previous");
    assert_string_equal(model.head_names[3], "Fourth");
    assert_int_equal(attention_config_check(config, NULL), ATTENTION_OK);
    const struct attention_layer_weights *layer = &model.weights.layers[1];
    assert_memory_equal(model.embedding_table, support_model_find(&small, "embedding.weight")->data,
                        16 * sizeof(float));
    assert_memory_equal(model.weights.position_weight,
                        support_model_find(&small, "position.weight")->data, 24 * sizeof(float));
    assert_memory_equal(layer->q_bias,
                        support_model_find(&small, "layers.1.attention.q.bias")->data,
                        4 * sizeof(float));
    assert_memory_equal(layer->down_weight,
                        support_model_find(&small, "layers.1.ffn.down.weight")->data,
                        12 * sizeof(float));
    assert_non_null(layer->norm2_weight);
    assert_null(layer->k_bias);
    assert_null(layer->norm2_bias);
    assert_null(layer->down_bias);
    model_folder_free(&model);
    assert_true(is_zero(&model));
    model_folder_free(&model);
}

static void the_smallest_config_takes_defaults(void **state) {
    (void)state;
    static const char *const optional[] = {"name", "d_ff", "position", "mask", "head_names"};
    for (size_t i = 0; i < 5; i++)
        json_object_del(small.config, optional[i]);
    support_model_remove(&small, "position.weight");
    for (int layer = 0; layer < 2; layer++) {
        static const char *const parts[] = {"norm2.weight", "ffn.up.weight", "ffn.up.bias",
                                            "ffn.down.weight"};
        for (size_t i = 0; i < 4; i++) {
            char name[80];
            snprintf(name, sizeof name, "layers.%d.%s", layer, parts[i]);
            support_model_remove(&small, name);
        }
    }
    struct model model;
    load(&model);
    const struct attention_config *config = &model.weights.config;
    assert_string_equal(model.name, strrchr(folder, '/') + 1);
    assert_int_equal(config->d_ff, 0);
    assert_int_equal(config->position, ATTENTION_POSITION_NONE);
    assert_true(config->position_base == 10000.0);
    assert_int_equal(config->norm, ATTENTION_NORM_POST);
    assert_int_equal(config->activation, ATTENTION_ACTIVATION_RELU);
    assert_false(config->is_residual_off || model.is_scale_off);
    assert_int_equal(model.mask, ATTENTION_MASK_NONE);
    assert_null(model.head_names);
    assert_null(model.weights.layers[0].norm2_weight);
    assert_non_null(model.weights.layers[0].norm1_weight);
    model_folder_free(&model);
}

static void every_setting_is_read(void **state) {
    (void)state;
    set("scale", "false");
    set("residual", "false");
    set("norm", "\"pre\"");
    set("activation", "\"gelu\"");
    set("position", "\"sinusoidal\"");
    set("position_base", "500");
    set("tokenizer", "\"characters\"");
    set("similarity", "\"dot\"");
    support_model_remove(&small, "position.weight");
    struct model model;
    load(&model);
    const struct attention_config *config = &model.weights.config;
    assert_true(model.is_scale_off && config->is_residual_off);
    assert_int_equal(config->norm, ATTENTION_NORM_PRE);
    assert_int_equal(config->activation, ATTENTION_ACTIVATION_GELU);
    assert_int_equal(config->position, ATTENTION_POSITION_SINUSOIDAL);
    assert_true(config->position_base == 500.0);
    assert_int_equal(model.tokenizer, TOKENIZER_CHARACTERS);
    model_folder_free(&model);
}

/* Each row is refused by a sentence with the key, the value and what is allowed. */
static void bad_settings_are_named_with_their_range(void **state) {
    (void)state;
    static const struct {
        const char *key, *value, *allowed;
    } rows[] = {
        {"model_type", NULL, "\"headway\""},
        {"model_type", "\"bert\"", "\"headway\""},
        {"d_model", NULL, "from 1 to 4096"},
        {"d_model", "4097", "from 1 to 4096"},
        {"d_model", "0", "from 1 to 4096"},
        {"d_model", "4.0", "whole number"},
        {"d_model", "\"4\"", "whole number"},
        {"layers", NULL, "from 1 to 96"},
        {"layers", "97", "a whole number from 1 to 96"},
        {"layers", "0", "from 1 to 96"},
        {"heads", NULL, "from 1 to 64"},
        {"heads", "0", "from 1 to 64"},
        {"heads", "65", "from 1 to 64"},
        {"heads", "-1", "from 1 to 64"},
        {"d_k", "4097", "from 1 to 4096"},
        {"d_k", "0", "from 1 to 4096"},
        {"d_v", "4097", "from 1 to 4096"},
        {"d_ff", "65537", "from 0 to 65536"},
        {"d_v", "0", "from 1 to 4096"},
        {"d_ff", "-1", "from 0 to 65536"},
        {"d_ff", "9223372036854775807", "from 0 to 65536"},
        {"similarity", "\"dots\"", "\"dot\", \"cosine\", \"general\" or \"additive\""},
        {"similarity", "1", "\"dot\""},
        {"scale", "1", "true or false"},
        {"mask", "\"window:2\"", "\"none\" or \"causal\""},
        {"mask", "\"padding\"", "\"none\" or \"causal\""},
        {"position", "\"rotary\"", "\"none\", \"sinusoidal\" or \"learned\""},
        {"position_base", "0", "from 1 to 1000000000"},
        {"position_base", "0.5", "from 1 to 1000000000"},
        {"position_base", "1000000001", "from 1 to 1000000000"},
        {"position_base", "null", "from 1 to 1000000000"},
        {"position_base", "\"x\"", "from 1 to"},
        {"residual", "null", "true or false"},
        {"norm", "\"layer\"", "\"post\", \"none\" or \"pre\""},
        {"activation", "\"tanh\"", "\"relu\" or \"gelu\""},
        {"tokenizer", NULL, "\"words\" or \"characters\""},
        {"tokenizer", "\"bpe\"", "\"words\" or \"characters\""},
        {"name", "\"\"", "string"},
        {"name", "5", "string"},
        {"vocab", NULL, "list"},
        {"vocab", "[]", "list"},
        {"vocab", "{}", "list"},
        {"head_names", "[[\"a\", \"b\"]]", "2 lists of 2 names"},
        {"head_names", "[[\"a\", \"b\"], [\"c\"]]", "2 lists of 2 names"},
        {"head_names", "[\"a\", \"b\"]", "2 lists of 2 names"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char said[80];
        refuses_key(rows[i].key, rows[i].value, rows[i].allowed);
        snprintf(said, sizeof said, "%s is %s; it must be ", rows[i].key,
                 rows[i].value ? rows[i].value : "missing");
        bool is_list = rows[i].value && strchr(rows[i].value, ','); /* shown without spaces */
        if (!is_list && !strstr(error.text, said)) fail_msg("\"%s\" not in: %s", said, error.text);
    }
    struct model model;
    load(&model); /* all were put back */
    model_folder_free(&model);
}

static void what_depends_on_other_settings_is_named(void **state) {
    (void)state;
    refuses_key("d_model", "5", "5 does not divide into 2 heads");
    refuses_key("vocab", "[\"a\", \"b\", \"c\", 4]", "vocab[3] is 4; it must be a string");
    refuses_key("vocab", "[\"\", \"b\"]", "vocab[0] is \"\"; it must be a string of at least");
    refuses_key("vocab", "[\"a\", \"b\", \"c\", \"a\"]", "\"a\" twice");
    refuses_key("vocab", "[\"a\", \"b\"]", "4 rows, but vocab in config.json has 2 words");
    refuses_key("head_names", "[[\"a\", \"b\"], [\"c\", 1]]",
                "head_names[1][1] is 1; it must be a string");
    refuses_key("dmodel", "4", "unknown");
    refuses_key("Name", "\"x\"", "unknown");
    char name[300] = "\"";
    memset(name + 1, 'n', 201);
    strcpy(name + 202, "\"");
    refuses_key("name", name, "n…; it must be a string of 1 to 200 bytes");
}

static void numbers_that_are_not_finite_are_named(void **state) {
    (void)state;
    /* The writer refuses them, so the bytes are changed behind it. */
    char path[300];
    struct file_bytes bytes;
    struct model model;
    support_model_write(&small, folder);
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    assert_true(file_read_whole(path, 1 << 20, &bytes, &error));
    memcpy(bytes.data + bytes.size - 4, "\0\0\xC0\x7F", 4); /* the last of the last tensor */
    assert_true(file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_REPLACE, &error));
    file_bytes_free(&bytes);
    assert_false(model_folder_load(folder, &model, &error));
    assert_true(is_zero(&model));
    assert_non_null(strstr(error.text, "tensor layers.1.ffn.down.weight has NaN"));
    load(&model);
    model_folder_free(&model);
}

static void wrong_tensors_are_named(void **state) {
    (void)state;
    static const char *const required[] = {
        "embedding.weight",
        "position.weight",
        "layers.0.attention.q.weight",
        "layers.1.attention.o.weight",
        "layers.1.norm1.weight",
        "layers.0.norm2.weight",
        "layers.1.ffn.up.weight",
        "layers.0.ffn.down.weight",
    };
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        struct support_model whole = small;
        support_model_remove(&small, required[i]);
        refuses(required[i], "missing");
        small = whole;
    }
    static const char *const unknown[] = {
        "layers.2.attention.q.weight",
        "layers.0.attention.q.Weight",
        "layers.00.norm1.weight",
        "layers.2.attention.general.weight",
        "layers.0.attention.additive.weight",
        "layers.0.attention.general.bias",
        "lm_head.weight",
        "norm1.weight",
    };
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        support_model_add(&small, unknown[i], 4, 4);
        refuses(unknown[i], "has no place");
        small.count--;
    }
}

static void wrong_shapes_are_named(void **state) {
    (void)state;
    for (size_t i = 0; i < small.count; i++) {
        struct support_tensor whole = small.tensors[i];
        struct support_tensor *tensor = &small.tensors[i];
        tensor->dims = 3; /* the same numbers with another dimension */
        tensor->shape[2] = 1;
        if (whole.dims == 1) tensor->shape[1] = 1;
        refuses(tensor->name, "config.json asks for");
        *tensor = whole;
        tensor->shape[whole.dims - 1]--;
        refuses(tensor->name, "config.json asks for");
        *tensor = whole;
    }
    support_model_find(&small, "layers.1.attention.v.weight")->shape[0] = 3;
    refuses("layers.1.attention.v.weight has the shape [3, 4]", "asks for [4, 4]");
}

static void numbers_of_wrong_shape_follow_d_k_and_d_v(void **state) {
    (void)state;
    set("d_k", "3");
    refuses("layers.0.attention.q.weight", "asks for [6, 4]");
    set("d_k", "2");
    set("d_v", "1");
    refuses("layers.0.attention.v.weight", "asks for [2, 4]");
    json_object_del(small.config, "d_v");
    set("norm", "\"none\"");
    refuses("layers.0.norm1.bias", "has no place");
}

static void add_similarities(size_t d_a) {
    for (int layer = 0; layer < 2; layer++) {
        char name[80];
        snprintf(name, sizeof name, "layers.%d.attention.general.weight", layer);
        support_model_add_stack(&small, name, 2, 2, 2);
        snprintf(name, sizeof name, "layers.%d.attention.additive.q.weight", layer);
        support_model_add_stack(&small, name, 2, d_a, 2);
        snprintf(name, sizeof name, "layers.%d.attention.additive.k.weight", layer);
        support_model_add_stack(&small, name, 2, d_a, 2);
        snprintf(name, sizeof name, "layers.%d.attention.additive.w", layer);
        support_model_add(&small, name, 2, d_a);
    }
}

static void every_similarity_is_read(void **state) {
    (void)state;
    static const struct {
        const char *word;
        enum attention_similarity similarity;
    } rows[] = {{"\"dot\"", ATTENTION_SIMILARITY_DOT},
                {"\"cosine\"", ATTENTION_SIMILARITY_COSINE},
                {"\"general\"", ATTENTION_SIMILARITY_GENERAL},
                {"\"additive\"", ATTENTION_SIMILARITY_ADDITIVE}};
    struct model model;
    set("similarity", "\"cosine\"");
    load(&model); /* needs no tensors of its own */
    assert_null(model.weights.layers[0].general_weight);
    assert_null(model.weights.layers[0].additive_q_weight);
    assert_int_equal(model.weights.config.d_a, 0);
    model_folder_free(&model);
    add_similarities(5);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set("similarity", rows[i].word);
        load(&model); /* the tensors of the others may be there, for those who ask for them */
        assert_int_equal(model.weights.config.similarity, rows[i].similarity);
        assert_int_equal(model.weights.config.d_a, 5);
        for (int layer = 0; layer < 2; layer++) {
            const struct attention_layer_weights *w = &model.weights.layers[layer];
            char name[80];
            snprintf(name, sizeof name, "layers.%d.attention.additive.k.weight", layer);
            const struct support_tensor *k = support_model_find(&small, name);
            assert_memory_equal(w->additive_k_weight, k->data, 20 * sizeof(float));
            snprintf(name, sizeof name, "layers.%d.attention.additive.w", layer);
            k = support_model_find(&small, name);
            assert_memory_equal(w->additive_w, k->data, 10 * sizeof(float));
            snprintf(name, sizeof name, "layers.%d.attention.general.weight", layer);
            k = support_model_find(&small, name);
            assert_memory_equal(w->general_weight, k->data, 8 * sizeof(float));
            assert_non_null(w->additive_q_weight);
        }
        model_folder_free(&model);
    }
}

static void wrong_similarities_are_named(void **state) {
    (void)state;
    set("similarity", "\"general\"");
    refuses("layers.0.attention.general.weight", "missing");
    set("similarity", "\"additive\"");
    refuses("layers.0.attention.additive.q.weight", "missing");
    set("similarity", "\"dot\"");
    add_similarities(3);
    static const char *const parts[] = {"general.weight", "additive.q.weight", "additive.k.weight",
                                        "additive.w"};
    for (int i = 0; i < 8; i++) { /* of one F all tensors, or none */
        struct support_model whole = small;
        char name[80];
        snprintf(name, sizeof name, "layers.%d.attention.%s", i % 2, parts[i / 2]);
        support_model_remove(&small, name);
        refuses(name, "missing");
        small = whole;
        struct support_tensor *tensor = support_model_find(&small, name);
        tensor->shape[tensor->dims - 1]--; /* heads first, d_k or d_a last */
        refuses("config.json asks for [2, ", "make them agree");
        small = whole;
    }
    struct support_tensor *k = support_model_find(&small, "layers.1.attention.additive.k.weight");
    k->shape[1] = 2; /* another d_a than in layer 0 */
    refuses(k->name, "asks for [2, 3, 2]");
    k->shape[1] = 3;
    k->shape[0] = 1;
    refuses(k->name, "asks for [2, 3, 2]");
    k->shape[0] = 2;
    struct model model;
    load(&model); /* all were put back */
    model_folder_free(&model);
}

static void broken_files_are_named(void **state) {
    (void)state;
    struct model model;
    char config[300], tensors[300];
    snprintf(config, sizeof config, "%s/config.json", folder);
    snprintf(tensors, sizeof tensors, "%s/model.safetensors", folder);
    assert_int_equal(unlink(tensors), 0);
    assert_false(model_folder_load(folder, &model, &error));
    assert_non_null(strstr(error.text, "model.safetensors"));
    assert_true(file_write_whole(tensors, "too short", 9, FILE_WRITE_NEW, &error));
    assert_false(model_folder_load(folder, &model, &error));
    assert_non_null(strstr(error.text, "model.safetensors"));
    assert_true(file_write_whole(config, "[1]", 3, FILE_WRITE_REPLACE, &error));
    assert_false(model_folder_load(folder, &model, &error));
    assert_non_null(strstr(error.text, "one JSON object"));
    assert_true(file_write_whole(config, "{", 1, FILE_WRITE_REPLACE, &error));
    assert_false(model_folder_load(folder, &model, &error));
    assert_non_null(strstr(error.text, "config.json: line 1"));
    assert_int_equal(unlink(config), 0);
    assert_false(model_folder_load(folder, &model, &error));
    assert_non_null(strstr(error.text, "config.json"));
    assert_false(model_folder_load("/no/such/folder", &model, &error));
    assert_non_null(strstr(error.text, "/no/such/folder"));
    assert_false(model_folder_load("", &model, &error));
    assert_true(is_zero(&model));
}

static void a_loaded_model_computes(void **state) {
    (void)state;
    struct model model;
    load(&model);
    struct token_list tokens;
    float *rows;
    const char *text = "the cat dog";
    if (!model_read_text(&model, text, strlen(text), &tokens, &rows, &error))
        fail_msg("%s", error.text);
    assert_int_equal(tokens.count, 3);
    assert_int_equal(tokens.tokens[1].id, 2);
    assert_true(tokens.tokens[2].is_unknown);
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_options options = {.mask = model.mask};
    const struct attention_input input = {.embedding = rows, .n = 3};
    assert_int_equal(attention_pass(trace, &model.weights, &options, &input, NULL), ATTENTION_OK);
    struct attention_tensor output = attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, 1);
    for (size_t i = 0; i < 12; i++)
        assert_true(isfinite(output.data[i]));
    attention_trace_free(trace);
    free(rows);
    tokens_free(&tokens);
    model_free(&model);
    assert_true(is_zero(&model));
}

static size_t allocations, failing_at;
static bool all_that_follow_fail;

static bool is_allowed(size_t bytes) {
    (void)bytes;
    size_t nth = allocations++;
    return all_that_follow_fail ? nth < failing_at : nth != failing_at;
}

static void *allocate_json(size_t bytes) {
    return is_allowed(bytes) ? malloc(bytes) : NULL;
}

static bool load_with_little_memory(struct model *model) {
    error.text[0] = '\0';
    allocations = 0;
    file_allocation_hook = is_allowed;
    if (all_that_follow_fail) json_set_alloc_funcs(allocate_json, free);
    bool is_loaded = model_folder_load(folder, model, &error);
    file_allocation_hook = NULL;
    json_set_alloc_funcs(malloc, free);
    return is_loaded;
}

/* First one of our own allocations fails and the rest succeed; then all from the nth on fail,
 * jansson's too (which takes a word that it had no memory for as a mistake in the text). */
static void every_allocation_may_fail(void **state) {
    (void)state;
    for (int round = 0; round < 2; round++) {
        all_that_follow_fail = round == 1;
        bool was_refused = true;
        size_t loads = 0;
        for (failing_at = 0; was_refused; failing_at++) {
            struct model model;
            bool is_loaded = load_with_little_memory(&model);
            was_refused = allocations > failing_at;
            loads += is_loaded;
            if (!is_loaded) assert_true(is_zero(&model));
            if (!is_loaded && !strstr(error.text, "memory") && !strstr(error.text, "JSON"))
                fail_msg("%s", error.text);
            model_folder_free(&model);
        }
        assert_true(failing_at > 50);
        assert_true(loads >= 1 &&
                    loads <= 2); /* the folder's name may stay in more room than it needs */
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make, clear)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_good_folder_loads_whole),
        TEST(the_smallest_config_takes_defaults),
        TEST(every_setting_is_read),
        TEST(bad_settings_are_named_with_their_range),
        TEST(what_depends_on_other_settings_is_named),
        TEST(numbers_that_are_not_finite_are_named),
        TEST(wrong_tensors_are_named),
        TEST(wrong_shapes_are_named),
        TEST(numbers_of_wrong_shape_follow_d_k_and_d_v),
        TEST(every_similarity_is_read),
        TEST(wrong_similarities_are_named),
        TEST(broken_files_are_named),
        TEST(a_loaded_model_computes),
        TEST(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("models.folder", tests, NULL, NULL);
}
