/* The worked examples of tests/fixtures as model folders, traced by the program itself: every
 * tensor to 1e-6 of its scale. */
#include "app/support_app.h"

#include "files/json.h"
#include "files/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <sys/wait.h>

#define PROGRAM HEADWAY_BINARY_DIR "/headway"
enum { MOST_TENSORS = 32, MOST_NUMBERS = 256 };

struct parts { /* of a model.safetensors being made */
    struct safetensors_source sources[MOST_TENSORS];
    float numbers[MOST_TENSORS][MOST_NUMBERS];
    char names[MOST_TENSORS][64];
    size_t count;
};
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

static json_t *record(json_t *records, const char *id) {
    size_t i;
    json_t *each;
    json_array_foreach(records, i, each) {
        if (strcmp(json_string_value(json_object_get(each, "id")), id) == 0) return each;
    }
    fail_msg("no record %s", id);
    return NULL;
}

static double element(const json_t *matrix, size_t r, size_t c) {
    return json_number_value(json_array_get(json_array_get(matrix, r), c));
}

/* A matrix [rows, columns] of the record, as it stands or transposed: files keep weights out × in.
 */
static void add_matrix(struct parts *parts, const char *name, const json_t *matrix,
                       bool is_transposed) {
    size_t rows = json_array_size(matrix), columns = json_array_size(json_array_get(matrix, 0)),
           t = parts->count++;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            parts->numbers[t][is_transposed ? c * rows + r : r * columns + c] =
                (float)element(matrix, r, c);
    snprintf(parts->names[t], sizeof parts->names[t], "%s", name);
    parts->sources[t] = (struct safetensors_source){
        parts->names[t],
        2,
        {is_transposed ? columns : rows, is_transposed ? rows : columns},
        parts->numbers[t]};
}

/* A vector of the record, or `count` times `value` where there is none. */
static void add_vector(struct parts *parts, const char *name, const json_t *vector, size_t count,
                       float value) {
    size_t t = parts->count++;
    for (size_t i = 0; i < count; i++)
        parts->numbers[t][i] = vector ? (float)json_number_value(json_array_get(vector, i)) : value;
    snprintf(parts->names[t], sizeof parts->names[t], "%s", name);
    parts->sources[t] = (struct safetensors_source){parts->names[t], 1, {count}, parts->numbers[t]};
}

static void write_model(const struct parts *parts, json_t *config, size_t tokens) {
    char path[256];
    struct file_error error = {0};
    struct file_bytes bytes = {0};
    json_t *vocab = json_array();
    for (size_t i = 0; i < tokens; i++) {
        char word[32];
        snprintf(word, sizeof word, "t%zu", i);
        json_array_append_new(vocab, json_string(word));
    }
    json_object_set_new(config, "model_type", json_string("headway"));
    json_object_set_new(config, "tokenizer", json_string("words"));
    json_object_set_new(config, "vocab", vocab);
    assert_true(file_join(path, sizeof path, folder, "config.json"));
    if (!file_json_write(path, config, FILE_WRITE_REPLACE, &error)) fail_msg("%s", error.text);
    assert_true(safetensors_build(parts->sources, parts->count, NULL, &bytes, &error));
    assert_true(file_join(path, sizeof path, folder, "model.safetensors"));
    if (!file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_REPLACE, &error))
        fail_msg("%s", error.text);
    file_bytes_free(&bytes);
    json_decref(config);
}

/* The trace of "t0 t1 …" through the folder's model, with more options. */
static json_t *trace(size_t tokens, const char *options) {
    char line[1024], words[256] = "", path[256];
    struct file_error error = {0};
    for (size_t i = 0; i < tokens; i++)
        snprintf(words + strlen(words), sizeof words - strlen(words), "t%zu ", i);
    snprintf(line, sizeof line,
             "env -u DISPLAY HEADWAY_ASSETS='%s' XDG_CONFIG_HOME='%s' '%s' trace --model '%s' "
             "--text '%s' %s -o '%s/t.json'",
             HEADWAY_SOURCE_DIR, folder, PROGRAM, folder, words, options, folder);
    int status = system(line);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(file_join(path, sizeof path, folder, "t.json"));
    json_t *json = file_json_read(path, &error);
    if (!json) fail_msg("%s", error.text);
    return json;
}

/* Numbers of a nested array, in order. */
static size_t flatten(const json_t *json, double *out, size_t used) {
    if (!json_is_array(json)) {
        out[used] = json_number_value(json);
        return used + 1;
    }
    for (size_t i = 0; i < json_array_size(json); i++)
        used = flatten(json_array_get(json, i), out, used);
    return used;
}

/* heads > 1: the record has the heads side by side, the trace one after the other. */
static void compare(const json_t *made, const char *name, const json_t *wanted, size_t heads) {
    double want[MOST_NUMBERS], scale = 0;
    const json_t *data =
        json_object_get(json_object_get(json_object_get(made, "tensors"), name), "data");
    size_t count = flatten(wanted, want, 0), rows = json_array_size(wanted);
    size_t columns = count / rows, width = columns / heads;
    if (json_array_size(data) != count)
        fail_msg("%s has %zu numbers, not %zu", name, json_array_size(data), count);
    for (size_t i = 0; i < count; i++)
        scale = fmax(scale, fabs(want[i]));
    for (size_t i = 0; i < count; i++) {
        size_t r = i / columns, c = i % columns;
        size_t at = heads > 1 ? (c / width) * rows * width + r * width + c % width : i;
        double got = json_number_value(json_array_get(data, at));
        if (!(fabs(got - want[i]) <= 1e-6 * scale))
            fail_msg("%s[%zu] is %.9g, not %.9g", name, i, got, want[i]);
    }
}

static json_t *read_records(void) {
    struct file_error error = {0};
    json_t *records = file_json_read(HEADWAY_SOURCE_DIR "/tests/fixtures/attention.json", &error);
    if (!records) fail_msg("%s", error.text);
    return records;
}

/* A folder with the record's X and weights; returns the number of its tokens. `similarity` NULL: as
 * without that key. */
static size_t write_one_head(const json_t *r, const char *similarity) {
    const json_t *x = json_object_get(r, "X"), *wq = json_object_get(r, "WQ");
    size_t n = json_array_size(x), d = json_array_size(wq),
           d_k = json_array_size(json_array_get(wq, 0));
    size_t d_v = json_array_size(json_array_get(json_object_get(r, "WV"), 0));
    struct parts *parts = calloc(1, sizeof *parts);
    assert_non_null(parts);
    add_matrix(parts, "embedding.weight", x, false);
    add_matrix(parts, "layers.0.attention.q.weight", wq, true);
    add_matrix(parts, "layers.0.attention.k.weight", json_object_get(r, "WK"), true);
    add_matrix(parts, "layers.0.attention.v.weight", json_object_get(r, "WV"), true);
    json_t *output = json_array(); /* any W_O will do: the records end before it */
    for (size_t i = 0; i < d; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < d_v; j++)
            json_array_append_new(row, json_real(i == j));
        json_array_append_new(output, row);
    }
    add_matrix(parts, "layers.0.attention.o.weight", output, false);
    json_decref(output);
    bool is_scaled = json_number_value(json_object_get(r, "scale")) != 1.0;
    json_t *config = json_pack(
        "{s:I, s:i, s:i, s:I, s:I, s:b, s:s, s:b, s:s}", "d_model", (json_int_t)d, "layers", 1,
        "heads", 1, "d_k", (json_int_t)d_k, "d_v", (json_int_t)d_v, "scale", is_scaled, "mask",
        json_string_value(json_object_get(r, "mask")), "residual", 0, "norm", "none");
    if (similarity) json_object_set_new(config, "similarity", json_string(similarity));
    write_model(parts, config, n);
    free(parts);
    return n;
}

static void one_head(json_t *records, const char *id) {
    const json_t *r = record(records, id);
    json_t *made = trace(write_one_head(r, NULL), "");
    compare(made, "x", json_object_get(r, "X"), 1);
    compare(made, "layers.0.q", json_object_get(r, "Q"), 1);
    compare(made, "layers.0.k", json_object_get(r, "K"), 1);
    compare(made, "layers.0.v", json_object_get(r, "V"), 1);
    compare(made, "layers.0.similarity", json_object_get(r, "scores"), 1);
    compare(made, "layers.0.weights", json_object_get(r, "weights"), 1);
    compare(made, "layers.0.head_output", json_object_get(r, "output"), 1);
    json_decref(made);
}

/* The record of one F over the queries, keys and values of the first example: asked for with
 * options, which change the model, or by the model itself. */
static void one_similarity(json_t *records, const char *id, const char *similarity,
                           const char *options) {
    const json_t *r = record(records, id);
    json_t *made = trace(write_one_head(record(records, "karim_unscaled"), similarity), options);
    compare(made, "layers.0.q", json_object_get(r, "Q"), 1);
    compare(made, "layers.0.k", json_object_get(r, "K"), 1);
    compare(made, "layers.0.v", json_object_get(r, "V"), 1);
    compare(made, "layers.0.scores", json_object_get(r, "scores"), 1);
    compare(made, "layers.0.weights", json_object_get(r, "weights"), 1);
    compare(made, "layers.0.head_output", json_object_get(r, "output"), 1);
    json_decref(made);
}

static void test_every_similarity(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    json_t *records = read_records();
    one_similarity(records, "similarity_F_dot", NULL, "");
    one_similarity(records, "similarity_F_scaled_dot", NULL, "--scale on");
    one_similarity(records, "similarity_F_cosine", NULL, "--similarity cosine");
    one_similarity(records, "similarity_F_cosine", "cosine", "");
    one_similarity(records, "similarity_F_dot", "cosine", "--similarity dot");
    one_similarity(records, "similarity_F_additive_tanh_sum", NULL, "--similarity additive");
    one_similarity(records, "similarity_F_dot", NULL, "--similarity general"); /* W = I */
    json_decref(records);
}

static void test_one_head(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    json_t *records = read_records();
    one_head(records, "karim_unscaled");
    one_head(records, "karim_scaled_sqrt3");
    one_head(records, "karim_causal_scaled");
    one_head(records, "raschka_simple");
    one_head(records, "raschka_qkv");
    json_decref(records);
}

static void test_whole_layer(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    static const char *const norms[] = {"layers.0.norm1.weight", "layers.0.norm2.weight",
                                        "layers.0.norm1.bias", "layers.0.norm2.bias"};
    static const char *const pairs[][2] = {{"attention_output", "attn_out"},
                                           {"residual1", "residual1"},
                                           {"norm1", "norm1"},
                                           {"ffn_hidden", "ffn_hidden"},
                                           {"ffn_output", "ffn_out"},
                                           {"residual2", "residual2"},
                                           {"output", "output"}};
    json_t *records = read_records();
    const json_t *r = record(records, "house_encoder_block");
    struct parts *parts = calloc(1, sizeof *parts);
    assert_non_null(parts);
    add_matrix(parts, "embedding.weight", json_object_get(r, "X"), false);
    add_matrix(parts, "position.weight", json_object_get(r, "PE"), false);
    add_matrix(parts, "layers.0.attention.q.weight", json_object_get(r, "Wq"), true);
    add_matrix(parts, "layers.0.attention.k.weight", json_object_get(r, "Wk"), true);
    add_matrix(parts, "layers.0.attention.v.weight", json_object_get(r, "Wv"), true);
    add_matrix(parts, "layers.0.attention.o.weight", json_object_get(r, "Wo"), true);
    for (int i = 0; i < 4; i++)
        add_vector(parts, norms[i], NULL, 4, i < 2 ? 1.0f : 0.0f);
    add_matrix(parts, "layers.0.ffn.up.weight", json_object_get(r, "W1"), true);
    add_vector(parts, "layers.0.ffn.up.bias", json_object_get(r, "b1"), 8, 0);
    add_matrix(parts, "layers.0.ffn.down.weight", json_object_get(r, "W2"), true);
    add_vector(parts, "layers.0.ffn.down.bias", json_object_get(r, "b2"), 4, 0);
    write_model(parts,
                json_pack("{s:i, s:i, s:i, s:i, s:s}", "d_model", 4, "layers", 1, "heads", 2,
                          "d_ff", 8, "position", "learned"),
                3);
    json_t *made = trace(3, "");
    compare(made, "x", json_object_get(r, "X_plus_PE"), 1);
    compare(made, "layers.0.q", json_object_get(r, "Q"), 2);
    compare(made, "layers.0.k", json_object_get(r, "K"), 2);
    compare(made, "layers.0.v", json_object_get(r, "V"), 2);
    compare(made, "layers.0.scores", json_object_get(r, "scaled_scores"), 1);
    compare(made, "layers.0.weights", json_object_get(r, "weights"), 1);
    compare(made, "layers.0.concat", json_object_get(r, "concat"), 1);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char name[64];
        snprintf(name, sizeof name, "layers.0.%s", pairs[i][0]);
        compare(made, name, json_object_get(r, pairs[i][1]), 1);
    }
    json_decref(made);
    free(parts);
    json_decref(records);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_head, start, stop),
        cmocka_unit_test_setup_teardown(test_whole_layer, start, stop),
        cmocka_unit_test_setup_teardown(test_every_similarity, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
