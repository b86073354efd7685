/* Safetensors, strictly: what is written comes back; nothing broken is let in. */
#include "files/safetensors.h"
#include "support_files.h"
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct file_error error;

/* A file from a header and its data; free with file_bytes_free. */
static struct file_bytes file_of(const char *header, const void *data, size_t data_bytes) {
    size_t length = strlen(header);
    struct file_bytes bytes = {malloc(8 + length + data_bytes + 1), 8 + length + data_bytes};
    for (int i = 0; i < 8; i++)
        bytes.data[i] = (uint8_t)((uint64_t)length >> 8 * i);
    memcpy(bytes.data + 8, header, length);
    if (data_bytes) memcpy(bytes.data + 8 + length, data, data_bytes);
    return bytes;
}

static bool parse(const struct file_bytes *bytes, struct safetensors *out) {
    /* A copy of exactly this size, so that reading beyond its end is seen. */
    uint8_t *copy = malloc(bytes->size ? bytes->size : 1);
    memcpy(copy, bytes->data, bytes->size);
    error.text[0] = '\0';
    bool is_read = safetensors_parse("x.safetensors", copy, bytes->size, out, &error);
    free(copy);
    return is_read;
}

/* The header over `data_bytes` zero bytes is refused with a sentence that holds `part`. */
static void refuses(const char *header, size_t data_bytes, const char *part) {
    uint8_t data[256] = {0};
    struct safetensors out;
    struct file_bytes bytes = file_of(header, data, data_bytes);
    if (parse(&bytes, &out)) fail_msg("accepted: %s", header);
    test_error_names(&error, "x.safetensors");
    test_error_names(&error, part);
    assert_true(out.count == 0 && !out.entries && !out.metadata);
    safetensors_free(&out);
    file_bytes_free(&bytes);
}

#define T(type, shape, begin, end)                                                                 \
    "{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

static void broken_headers_are_refused(void **state) {
    (void)state;
    refuses("{\"a\":" T("F32", "[2]", "0", "8") "}", 12, "belong to no tensor");
    refuses("{\"a\":" T("F32", "[2]", "0", "8") "}", 4, "tensor a");
    refuses("{\"a\":" T("F32", "[1]", "4", "8") "}", 8, "hole");
    refuses("{\"a\":" T("F32", "[2]", "0", "8") ",\"b\":" T("F32", "[1]", "4", "8") "}", 8,
            "overlaps");
    refuses("{\"a\":" T("F32", "[1]", "0", "4") ",\"b\":" T("F32", "[1]", "0", "4") "}", 4,
            "overlaps");
    refuses("{\"a\":" T("F32", "[1]", "0", "4") ",\"b\":" T("F32", "[1]", "8", "12") "}", 12,
            "hole");
    refuses("{\"a\":" T("F32", "[1]", "0", "4") ",\"a\":" T("F32", "[1]", "4", "8") "}", 8,
            "duplicate");
    refuses("{\"a\":" T("F32", "[3]", "0", "8") "}", 8, "3 numbers");
    refuses("{\"a\":" T("F32", "[1]", "4", "0") "}", 8, "data_offsets");
    refuses("{\"a\":" T("F32", "[1]", "-4", "0") "}", 8, "data_offsets");
    refuses("{\"a\":" T("F32", "[1]", "0", "4.0") "}", 4, "data_offsets");
    refuses("{\"a\":" T("F32", "[1]", "0", "9223372036854775807") "}", 4, "data_offsets");
    refuses("{\"a\":" T("F32", "[4294967296,4294967296,4294967296]", "0", "0") "}", 0, "size 2");
    refuses("{\"a\":" T("F32", "[-1]", "0", "4") "}", 4, "size 1");
    refuses("{\"a\":" T("F32", "[1.0]", "0", "4") "}", 4, "size 1");
    refuses("{\"a\":" T("F32", "4", "0", "4") "}", 4, "shape");
    refuses("{\"a\":" T("F32", "[1,1,1,1,1,1,1,1,1]", "0", "4") "}", 4, "at most 8");
    refuses("{\"a\":" T("I64", "[1]", "0", "8") "}", 8, "type I64");
    refuses("{\"a\":" T("f32", "[1]", "0", "4") "}", 4, "type f32");
    refuses("{\"a\":{\"dtype\":\"F32\",\"shape\":[0]}}", 0, "dtype, shape and data_offsets");
    refuses("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offset\":[0,0]}}", 0, "data_offsets");
    refuses("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":1}}", 0,
            "nothing else");
    refuses("{\"a\":{\"dtype\":7,\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "type");
    refuses("{\"a\":[]}", 0, "tensor a");
    refuses("{\"__metadata__\":{\"a\":1}}", 0, "__metadata__");
    refuses("{\"__metadata__\":[]}", 0, "__metadata__");
    refuses("[]", 0, "does not begin");
    refuses(" {}", 0, "does not begin");
    refuses("", 0, "does not begin");
    refuses("{", 0, "not valid JSON");
    refuses("{}x", 0, "not valid JSON");
    refuses("{\"a\\u0000b\":1}", 0, "not valid JSON");
}

static void nested_headers_are_refused(void **state) {
    (void)state;
    char header[300] = "{\"a\":";
    memset(header + 5, '[', 100);
    memset(header + 105, ']', 100);
    strcpy(header + 205, "}");
    refuses(header, 0, "32 levels");
}

static void huge_header_lengths_are_refused(void **state) {
    (void)state;
    static const uint64_t lengths[] = {
        3,          100000001,     (uint64_t)100 << 20, UINT32_MAX, (uint64_t)1 << 63,
        UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct file_bytes bytes = file_of("{}", NULL, 0);
        for (int byte = 0; byte < 8; byte++)
            bytes.data[byte] = (uint8_t)(lengths[i] >> 8 * byte);
        struct safetensors out;
        assert_false(parse(&bytes, &out));
        test_error_names(&error, "header");
        file_bytes_free(&bytes);
    }
}

/* A header of exactly the limit, and one byte more; both stand in the file whole. */
static void headers_have_a_limit(void **state) {
    (void)state;
    const size_t limit = 100000000;
    struct file_bytes bytes = {malloc(8 + limit + 1), 8 + limit + 1};
    struct safetensors out;
    assert_non_null(bytes.data);
    for (size_t more = 0; more < 2; more++) {
        size_t length = limit + more;
        memset(bytes.data + 8, ' ', length);
        memcpy(bytes.data + 8, "{}", 2);
        for (int i = 0; i < 8; i++)
            bytes.data[i] = (uint8_t)((uint64_t)length >> 8 * i);
        bool is_read = safetensors_parse("x.safetensors", bytes.data, 8 + length, &out, &error);
        assert_int_equal(is_read, more == 0);
        safetensors_free(&out);
    }
    test_error_names(&error, "more than 100 MB");
    file_bytes_free(&bytes);
}

/* Shapes with a zero hold no number, however large the rest; what is read can be written. */
static void shapes_of_nothing(void **state) {
    (void)state;
    static const struct {
        const char *shape;
        bool is_read;
    } rows[] = {
        {"[0]", true},
        {"[0,9223372036854775807,9223372036854775807]", true},
        {"[2305843009213693951,0]", true}, /* (2⁶³ − 1) / 4 */
        {"[2305843009213693952,0]", false},
        {"[1073741824,4294967296,0]", false},
        {"[9223372036854775807,0]", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char header[200];
        struct safetensors out;
        struct file_bytes again = {0};
        snprintf(header, sizeof header,
                 "{\"a\":{\"dtype\":\"F16\",\"shape\":%s,\"data_offsets\":[0,0]}}", rows[i].shape);
        struct file_bytes bytes = file_of(header, NULL, 0);
        if (parse(&bytes, &out) != rows[i].is_read) fail_msg("%s: %s", header, error.text);
        if (rows[i].is_read) {
            struct safetensors_source source = {"a", out.entries[0].dims, {0}, NULL};
            memcpy(source.shape, out.entries[0].shape, sizeof source.shape);
            assert_int_equal(out.entries[0].count, 0);
            assert_true(safetensors_build(&source, 1, NULL, &again, &error));
        } else {
            test_error_names(&error, "shape of tensor a is not usable");
        }
        safetensors_free(&out);
        file_bytes_free(&again);
        file_bytes_free(&bytes);
    }
}

static void numbers_that_are_not_finite_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *type;
        uint8_t bytes[4];
        const char *what;
    } rows[] = {
        {"F32", {0, 0, 0xC0, 0x7F}, "NaN"},      {"F32", {0, 0, 0x80, 0x7F}, "infinity"},
        {"F32", {0, 0, 0x80, 0xFF}, "infinity"}, {"F32", {1, 0, 0x80, 0xFF}, "NaN"},
        {"F16", {0, 0x7C}, "infinity"},          {"F16", {1, 0x7C}, "NaN"},
        {"F16", {0, 0xFC}, "infinity"},          {"BF16", {0x80, 0x7F}, "infinity"},
        {"BF16", {0xC0, 0xFF}, "NaN"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char header[200];
        bool is_wide = strcmp(rows[i].type, "F32") == 0;
        uint8_t data[8] = {0};
        size_t size = is_wide ? 4 : 2;
        snprintf(header, sizeof header,
                 "{\"bad\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[0,%zu]}}",
                 rows[i].type, 2 * size);
        memcpy(data + size, rows[i].bytes, size);
        struct file_bytes bytes = file_of(header, data, 2 * size);
        struct safetensors out;
        assert_false(parse(&bytes, &out));
        test_error_names(&error, "tensor bad");
        test_error_names(&error, rows[i].what);
        test_error_names(&error, "place 1");
        file_bytes_free(&bytes);
    }
}

/* Every finite F16 against ldexp; every finite BF16 against the top half of a float. */
static void short_numbers_are_widened_exactly(void **state) {
    (void)state;
    uint8_t *data = malloc(4 * 65536);
    size_t count = 0;
    for (unsigned bits = 0; bits < 65536; bits++) {
        if ((bits >> 10 & 31) == 31) continue;
        data[2 * count] = (uint8_t)bits;
        data[2 * count++ + 1] = (uint8_t)(bits >> 8);
    }
    char header[300];
    snprintf(header, sizeof header,
             "{\"h\":{\"dtype\":\"F16\",\"shape\":[%zu],\"data_offsets\":[0,%zu]}}", count,
             2 * count);
    struct file_bytes bytes = file_of(header, data, 2 * count);
    struct safetensors out;
    assert_true(parse(&bytes, &out));
    for (size_t i = 0; i < count; i++) {
        unsigned bits = (unsigned)data[2 * i] | (unsigned)data[2 * i + 1] << 8;
        int exponent = (int)(bits >> 10 & 31);
        double value =
            exponent ? ldexp(1024 + (bits & 1023), exponent - 25) : ldexp(bits & 1023, -24);
        if (bits >> 15) value = -value;
        assert_true((double)out.entries[0].data[i] == value);
        assert_int_equal(signbit(out.entries[0].data[i]) != 0, bits >> 15);
    }
    safetensors_free(&out);
    file_bytes_free(&bytes);
    static const uint8_t brain[] = {0x80, 0x3F, 0x49, 0xC0, 0x01, 0x00}; /* 1, −3.140625, tiny */
    bytes = file_of("{\"b\":" T("BF16", "[3]", "0", "6") "}", brain, sizeof brain);
    assert_true(parse(&bytes, &out));
    assert_true(out.entries[0].data[0] == 1.0f);
    assert_true(out.entries[0].data[1] == -3.140625f);
    assert_true(out.entries[0].data[2] == ldexpf(1.0f, -133));
    safetensors_free(&out);
    file_bytes_free(&bytes);
    free(data);
}

static const float numbers[] = {1.0f, -0.0f, FLT_MAX, -FLT_MIN, 1e-45f, 3.14159274f};
static const struct safetensors_source sources[] = {
    {"z.last", 2, {2, 3}, numbers},
    {"empty", 2, {0, 7}, NULL},
    {"a \xE4\xB8\xAD \"quoted\"", 1, {2}, numbers + 1},
    {"scalar", 0, {0}, numbers + 5},
};
enum { SOURCES = sizeof sources / sizeof sources[0] };

static struct file_bytes build(void) {
    struct file_bytes bytes;
    json_t *metadata = json_pack("{s:s, s:s}", "tokens", "[\"\xE7\x8C\xAB\"]", "format", "pt");
    if (!safetensors_build(sources, SOURCES, metadata, &bytes, &error)) fail_msg("%s", error.text);
    json_decref(metadata);
    return bytes;
}

static void what_is_built_comes_back(void **state) {
    (void)state;
    struct file_bytes bytes = build(), again = build();
    struct safetensors out;
    assert_int_equal(bytes.size, again.size);
    assert_memory_equal(bytes.data, again.data, bytes.size);
    assert_int_equal(bytes.data[0] % 8, 0); /* the data begins at a multiple of 8 */
    assert_true(parse(&bytes, &out));
    assert_int_equal(out.count, SOURCES);
    assert_string_equal(json_string_value(json_object_get(out.metadata, "format")), "pt");
    for (size_t i = 0; i < SOURCES; i++) {
        const struct safetensors_entry *entry = safetensors_find(&out, sources[i].name);
        assert_non_null(entry);
        assert_int_equal(entry->dims, sources[i].dims);
        for (int j = 0; j < entry->dims; j++)
            assert_int_equal(entry->shape[j], sources[i].shape[j]);
        if (entry->count) assert_memory_equal(entry->data, sources[i].data, 4 * entry->count);
    }
    assert_int_equal(safetensors_find(&out, "scalar")->count, 1);
    assert_null(safetensors_find(&out, "z"));
    assert_null(safetensors_find(&out, "zz"));
    safetensors_free(&out);
    safetensors_free(&out);
    file_bytes_free(&bytes);
    file_bytes_free(&again);
}

static void every_cut_file_is_refused(void **state) {
    (void)state;
    struct file_bytes bytes = build();
    size_t whole = bytes.size;
    for (bytes.size = 0; bytes.size < whole; bytes.size++) {
        struct safetensors out;
        if (parse(&bytes, &out)) fail_msg("accepted %zu of %zu bytes", bytes.size, whole);
        test_error_names(&error, "x.safetensors");
    }
    file_bytes_free(&bytes);
}

/* A flipped bit may give another valid file (a name, a number), never a crash or a tensor outside.
 */
static void every_flipped_bit_is_survived(void **state) {
    (void)state;
    struct file_bytes bytes = build();
    size_t refused = 0;
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        struct safetensors out;
        bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (parse(&bytes, &out)) {
            for (size_t i = 0; i < out.count; i++)
                for (size_t j = 0; j < out.entries[i].count; j++)
                    assert_true(isfinite(out.entries[i].data[j]));
        } else {
            refused++;
            test_error_names(&error, "x.safetensors");
        }
        safetensors_free(&out);
        bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(refused > bytes.size);
    file_bytes_free(&bytes);
}

static void what_must_not_be_built(void **state) {
    (void)state;
    const float nan_value = NAN, plus = INFINITY, minus = -INFINITY;
    struct file_bytes bytes;
    struct safetensors_source source = {"s", 1, {1}, &nan_value};
    assert_false(safetensors_build(&source, 1, NULL, &bytes, &error));
    test_error_names(&error, "tensor s");
    source.data = &plus;
    assert_false(safetensors_build(&source, 1, NULL, &bytes, &error));
    assert_null(bytes.data);
    source.data = &minus;
    assert_true(safetensors_build(&source, 1, NULL, &bytes, &error));
    assert_memory_equal(bytes.data + bytes.size - 4, "\0\0\x80\xFF", 4);
    file_bytes_free(&bytes);
    const struct safetensors_source twice[] = {source, source};
    assert_false(safetensors_build(twice, 2, NULL, &bytes, &error));
    test_error_names(&error, "named s");
    source.name = "__metadata__";
    assert_false(safetensors_build(&source, 1, NULL, &bytes, &error));
    source = (struct safetensors_source){"s", 3, {SIZE_MAX, SIZE_MAX, 2}, &minus};
    assert_false(safetensors_build(&source, 1, NULL, &bytes, &error));
    test_error_names(&error, "too large");
    source = (struct safetensors_source){"s", 9, {1}, &minus};
    assert_false(safetensors_build(&source, 1, NULL, &bytes, &error));
    json_t *metadata = json_pack("{s:i}", "a", 1);
    assert_false(safetensors_build(NULL, 0, metadata, &bytes, &error));
    json_decref(metadata);
}

static void files_have_a_limit(void **state) {
    (void)state;
    char folder[200], path[300];
    struct file_bytes bytes = build();
    struct safetensors out;
    test_folder_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/m.safetensors", folder);
    assert_true(file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_NEW, &error));
    assert_true(safetensors_read(path, bytes.size, &out, &error));
    safetensors_free(&out);
    assert_false(safetensors_read(path, bytes.size - 1, &out, &error));
    test_error_names(&error, path);
    file_bytes_free(&bytes);
    test_folder_remove(folder);
    assert_false(safetensors_read(path, 1000, &out, &error));
    test_error_names(&error, path);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    struct file_bytes whole = build();
    bool was_refused = true;
    for (size_t nth = 0; was_refused; nth++) {
        struct safetensors out;
        test_memory_fail_at(nth);
        bool is_read = parse(&whole, &out);
        was_refused = test_memory_restore();
        assert_int_equal(is_read, !was_refused);
        if (!is_read) assert_true(out.entries == NULL && out.metadata == NULL);
        safetensors_free(&out);
    }
    was_refused = true;
    for (size_t nth = 0; was_refused; nth++) {
        struct file_bytes bytes;
        json_t *metadata = json_pack("{s:s}", "tokens", "[]");
        test_memory_fail_at(nth);
        bool is_built = safetensors_build(sources, SOURCES, metadata, &bytes, &error);
        was_refused = test_memory_restore();
        assert_int_equal(is_built, !was_refused);
        file_bytes_free(&bytes);
        json_decref(metadata);
    }
    file_bytes_free(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_headers_are_refused),
        cmocka_unit_test(nested_headers_are_refused),
        cmocka_unit_test(huge_header_lengths_are_refused),
        cmocka_unit_test(headers_have_a_limit),
        cmocka_unit_test(shapes_of_nothing),
        cmocka_unit_test(numbers_that_are_not_finite_are_refused),
        cmocka_unit_test(short_numbers_are_widened_exactly),
        cmocka_unit_test(what_is_built_comes_back),
        cmocka_unit_test(every_cut_file_is_refused),
        cmocka_unit_test(every_flipped_bit_is_survived),
        cmocka_unit_test(what_must_not_be_built),
        cmocka_unit_test(files_have_a_limit),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("files.safetensors", tests, NULL, NULL);
}
