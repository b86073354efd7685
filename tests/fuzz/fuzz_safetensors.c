/* Bytes → tensors. What is accepted has every number inside the file, and comes back the same when
 * it is built and read again; a model takes all of it or names what is wrong. */
#include "files/safetensors.h"
#include "models/folder.h"
#include "models/folder_private.h"
#include "support_fuzz.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char file[] = "model.safetensors";

static void check_entries(const struct safetensors *tensors, size_t size) {
    for (size_t i = 0; i < tensors->count; i++) {
        const struct safetensors_entry *entry = &tensors->entries[i];
        size_t count = 1;
        CHECK(entry->dims >= 0 && entry->dims <= SAFETENSORS_MAX_DIMS);
        for (int j = 0; j < entry->dims; j++)
            count *= entry->shape[j];
        CHECK(count == entry->count && count <= size / 2);
        for (size_t j = 0; j < count; j++)
            CHECK(isfinite(entry->data[j]));
        CHECK(i == 0 || strcmp(tensors->entries[i - 1].name, entry->name) < 0);
        CHECK(safetensors_find(tensors, entry->name) == entry);
    }
}

/* One number of the file by the definition of its type, in double. */
static double number_at(const uint8_t *bytes, const char *type) {
    uint32_t bits = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
    bool is_f16 = strcmp(type, "F16") == 0;
    if (strcmp(type, "F32") == 0) bits |= (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    if (strcmp(type, "BF16") == 0) bits <<= 16;
    int places = is_f16 ? 10 : 23, bias = is_f16 ? 15 : 127;
    uint32_t fraction = bits & ((1u << places) - 1);
    int exponent = (int)(bits >> places & (is_f16 ? 0x1Fu : 0xFFu));
    bool is_negative = bits >> (is_f16 ? 15 : 31) & 1;
    double whole = exponent ? (double)fraction + (double)(1u << places) : (double)fraction;
    double value = ldexp(whole, (exponent ? exponent : 1) - bias - places);
    return is_negative ? -value : value;
}

/* One tensor against its entry in the header: shape, and the numbers from the bytes it names, which
 * no other tensor may name. Marks them. */
static void check_against(const json_t *header, const struct safetensors_entry *entry,
                          const uint8_t *numbers, size_t bytes, uint8_t *is_marked) {
    const json_t *value = json_object_get(header, entry->name);
    const json_t *shape = json_object_get(value, "shape");
    const json_t *offsets = json_object_get(value, "data_offsets");
    const char *type = json_string_value(json_object_get(value, "dtype"));
    json_int_t begin = json_integer_value(json_array_get(offsets, 0));
    json_int_t end = json_integer_value(json_array_get(offsets, 1));
    CHECK(type && json_object_size(value) == 3 && json_array_size(offsets) == 2);
    CHECK(json_array_size(shape) == (size_t)entry->dims);
    for (int i = 0; i < entry->dims; i++)
        CHECK((size_t)json_integer_value(json_array_get(shape, (size_t)i)) == entry->shape[i]);
    size_t each = strcmp(type, "F32") == 0 ? 4 : 2;
    CHECK(begin >= 0 && begin <= end && (size_t)end <= bytes);
    CHECK((size_t)(end - begin) == each * entry->count);
    for (size_t i = 0; i < each * entry->count; i++)
        CHECK(!is_marked[(size_t)begin + i]++);
    for (size_t i = 0; i < entry->count; i++)
        CHECK((double)entry->data[i] == number_at(numbers + begin + i * each, type));
}

/* The file by a reading of its own, with jansson alone: the same tensors, every byte in one. */
static void check_file(const struct safetensors *tensors, const uint8_t *data, size_t size) {
    size_t length = 0;
    for (size_t i = 8; i-- > 0;)
        length = length << 8 | data[i];
    CHECK(length <= size - 8);
    size_t bytes = size - 8 - length;
    json_t *header = json_loadb((const char *)data + 8, length, JSON_REJECT_DUPLICATES, NULL);
    uint8_t *is_marked = calloc(bytes + 1, 1);
    CHECK(header && is_marked);
    CHECK(json_object_size(header) == tensors->count + (tensors->metadata ? 1 : 0));
    for (size_t i = 0; i < tensors->count; i++)
        check_against(header, &tensors->entries[i], data + 8 + length, bytes, is_marked);
    for (size_t i = 0; i < bytes; i++)
        CHECK(is_marked[i]);
    free(is_marked);
    json_decref(header);
}

static bool is_same(const struct safetensors_entry *a, const struct safetensors_entry *b) {
    bool is_equal = strcmp(a->name, b->name) == 0 && a->dims == b->dims && a->count == b->count;
    for (int i = 0; is_equal && i < a->dims; i++)
        is_equal = a->shape[i] == b->shape[i];
    return is_equal && memcmp(a->data, b->data, a->count * sizeof a->data[0]) == 0;
}

/* Built again as F32 and read again: the same names, shapes, bits and metadata. */
static void check_round_trip(const struct safetensors *tensors) {
    struct safetensors_source *sources = calloc(tensors->count + 1, sizeof sources[0]);
    struct file_bytes bytes;
    struct file_error error = {""};
    if (!sources) return;
    for (size_t i = 0; i < tensors->count; i++) {
        const struct safetensors_entry *entry = &tensors->entries[i];
        sources[i] = (struct safetensors_source){
            .name = entry->name, .dims = entry->dims, .data = entry->data};
        memcpy(sources[i].shape, entry->shape, sizeof entry->shape);
    }
    CHECK(safetensors_build(sources, tensors->count, tensors->metadata, &bytes, &error));
    struct safetensors again;
    CHECK(bytes.size % 4 == 0);
    CHECK(safetensors_parse("again", bytes.data, bytes.size, &again, &error));
    CHECK(again.count == tensors->count);
    for (size_t i = 0; i < again.count; i++)
        CHECK(is_same(&again.entries[i], &tensors->entries[i]));
    CHECK(tensors->metadata ? json_equal(tensors->metadata, again.metadata) : !again.metadata);
    safetensors_free(&again);
    file_bytes_free(&bytes);
    free(sources);
}

/* Whether the numbers that a weight points to belong to a tensor of at least this many. */
static bool is_inside(const struct safetensors *tensors, const float *weight, size_t count) {
    for (size_t i = 0; i < tensors->count; i++) {
        if (tensors->entries[i].data == weight) return tensors->entries[i].count >= count;
    }
    return false;
}

/* The tensors as those of the smallest model: d = 2, one layer, one head, two words. Takes them. */
static void check_model(struct safetensors *tensors) {
    static char *vocab[] = {"a", "b"};
    struct file_error error = {""};
    struct model_memory memory = {.tensors = *tensors};
    struct model model = {.vocab = vocab, .vocab_count = 2, .memory = &memory};
    model.weights.config = (struct attention_config){
        .d_model = 2, .layers = 1, .heads = 1, .d_k = 1, .d_v = 1, .norm = ATTENTION_NORM_NONE};
    if (model_tensors_take(file, &model, &error)) {
        const struct attention_layer_weights *layer = &model.weights.layers[0];
        CHECK(is_inside(tensors, model.embedding_table, 4));
        CHECK(is_inside(tensors, layer->q_weight, 2) && is_inside(tensors, layer->k_weight, 2));
        CHECK(is_inside(tensors, layer->v_weight, 2) && is_inside(tensors, layer->o_weight, 2));
        CHECK(!layer->q_bias || is_inside(tensors, layer->q_bias, 1));
        CHECK(!layer->o_bias || is_inside(tensors, layer->o_bias, 2));
        CHECK(tensors->count >= 5 && tensors->count <= 9);
    } else {
        fuzz_check_error(&error, file);
    }
    free(memory.layers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct safetensors tensors;
    struct file_error error = {""};
    if (!safetensors_parse(file, data, size, &tensors, &error)) {
        fuzz_check_error(&error, file);
        CHECK(!tensors.entries && tensors.count == 0 && !tensors.metadata);
        return 0;
    }
    check_entries(&tensors, size);
    check_file(&tensors, data, size);
    check_round_trip(&tensors);
    check_model(&tensors);
    safetensors_free(&tensors);
    return 0;
}

#ifdef HEADWAY_FUZZ
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Most changes of length would only break the eight bytes in front. So mostly the header or the
 * numbers change and the length follows; one time in eight anything changes. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint64_t claimed = 0;
    for (size_t i = 8; size >= 8 && i-- > 0;)
        claimed = claimed << 8 | data[i];
    if (seed % 8 == 0 || size < 9 || claimed > size - 8)
        return LLVMFuzzerMutate(data, size, max_size);
    size_t header = (size_t)claimed, behind = size - 8 - header;
    if (seed % 8 == 1) /* the numbers */
        return 8 + header + LLVMFuzzerMutate(data + 8 + header, behind, max_size - 8 - header);
    uint8_t *numbers = malloc(behind + 1);
    if (!numbers) return size;
    memcpy(numbers, data + 8 + header, behind);
    header = LLVMFuzzerMutate(data + 8, header, max_size - 8 - behind);
    memcpy(data + 8 + header, numbers, behind);
    free(numbers);
    for (int i = 0; i < 8; i++)
        data[i] = (uint8_t)((uint64_t)header >> 8 * i);
    return 8 + header + behind;
}
#endif
