/* Matrices as text and as NumPy's file: what is written is read back as the same numbers and names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "files/support_files.h"

#include "files/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A reader of RFC 4180 of its own: the field at *at into out; *at ends behind its comma or line
 * end. false: the end of the text. */
static bool csv_next(const char **at, char *out, size_t out_bytes, bool *is_last) {
    size_t used = 0;
    if (!**at) return false;
    if (**at == '"') {
        for ((*at)++; **at && !(**at == '"' && (*at)[1] != '"'); (*at)++) {
            if (**at == '"') (*at)++;
            assert_true(used + 1 < out_bytes);
            out[used++] = **at;
        }
        assert_int_equal(*(*at)++, '"');
    } else {
        for (; **at && **at != ',' && **at != '\r'; (*at)++) {
            assert_true(**at != '"' && **at != '\n' && used + 1 < out_bytes);
            out[used++] = **at;
        }
    }
    out[used] = '\0';
    *is_last = **at == '\r';
    if (*is_last) {
        assert_int_equal((*at)[1], '\n');
        *at += 2;
    } else {
        assert_int_equal(*(*at)++, ',');
    }
    return true;
}

static const char *const names[] = {"plain", "a,b",  "say \"x\"", "two\r\nlines", "=1+1",  "+x",
                                    "-x",    "@SUM", "\tx",       "−x",           "＝1+1", "猫"};
enum { NAMES = sizeof names / sizeof *names };
static const float numbers[NAMES * NAMES] = {
    0.1f,        -0.0f, 1.0f / 3, 3.40282347e+38f, 1.40129846e-45f,
    16777217.0f, -2.5f, 1e-7f,    0.123456789f,    -INFINITY,
    100,         1e9f};

static void test_csv_reads_back(void **state) {
    (void)state;
    struct file_table table = {.values = numbers,
                               .rows = NAMES,
                               .columns = NAMES,
                               .row_names = names,
                               .column_names = names};
    struct file_bytes bytes = {0};
    char field[128];
    bool is_last = false;
    assert_true(file_table_build(&table, FILE_TABLE_CSV, &bytes, NULL));
    const char *at = (const char *)bytes.data;
    for (size_t i = 0; i <= NAMES; i++) {
        for (size_t j = 0; j <= NAMES; j++) {
            assert_true(csv_next(&at, field, sizeof field, &is_last));
            assert_int_equal(is_last, j == NAMES);
            if (i == 0 && j == 0) {
                assert_string_equal(field, "");
            } else if (i == 0 || j == 0) {
                const char *name = names[i == 0 ? j - 1 : i - 1];
                bool is_formula = strchr("=+-@\t", name[0]) || strncmp(name, "−", 3) == 0 ||
                                  strncmp(name, "＝", 3) == 0;
                assert_int_equal(field[0] == '\'', is_formula);
                assert_string_equal(field + is_formula, name);
            } else {
                float read = strtof(field, NULL), wrote = numbers[(i - 1) * NAMES + j - 1];
                assert_memory_equal(&read, &wrote, sizeof read);
            }
        }
    }
    assert_int_equal(*at, '\0');
    file_bytes_free(&bytes);
}

static size_t two_decimals(char *out, size_t out_bytes, float value) {
    int used = isinf(value) ? snprintf(out, out_bytes, "−∞")
                            : snprintf(out, out_bytes, "%.2f", (double)value);
    return (size_t)used;
}

static void check_text(const struct file_table *table, enum file_table_format format,
                       const char *wanted) {
    struct file_bytes bytes = {0};
    assert_true(file_table_build(table, format, &bytes, NULL));
    assert_string_equal((const char *)bytes.data, wanted);
    assert_int_equal(bytes.size, strlen(wanted));
    file_bytes_free(&bytes);
}

static void test_texts(void **state) {
    (void)state;
    static const float values[] = {0.5f, -INFINITY, -1.5e-7f, 2};
    static const char *const rows[] = {"a|b", "50%_"};
    static const bool is_empty[] = {false, false, false, true};
    struct file_table table = {.values = values, .rows = 2, .columns = 2, .row_names = rows};
    check_text(&table, FILE_TABLE_TSV, "0.5\t-inf\n-1.50000005e-07\t2\n");
    check_text(
        &table, FILE_TABLE_MARKDOWN,
        "| | 1 | 2 |\n|:---|---:|---:|\n| a\\|b | 0.5 | −∞ |\n| 50%\\_ | -1.50000005e-07 | 2 |\n");
    check_text(&table, FILE_TABLE_LATEX,
               "\\begin{tabular}{l|rr}\n & 1 & 2 \\\\\n\\hline\na|b & $0.5$ & $-\\infty$ \\\\\n"
               "50\\%\\_ & $-1.50000005\\cdot 10^{-7}$ & $2$ \\\\\n\\end{tabular}\n");
    table.is_empty = is_empty;
    table.format = two_decimals;
    check_text(&table, FILE_TABLE_TSV, "0.5\t-inf\n-1.50000005e-07\t\n");
    check_text(&table, FILE_TABLE_CSV, ",1,2\r\na|b,0.5,-inf\r\n50%_,-1.50000005e-07,\r\n");
    check_text(&table, FILE_TABLE_MARKDOWN,
               "| | 1 | 2 |\n|:---|---:|---:|\n| a\\|b | 0.50 | −∞ |\n| 50%\\_ | -0.00 |  |\n");
}

/* By the description of the format, not by the writer: numpy.lib.format, version 1.0. */
static void test_npy(void **state) {
    (void)state;
    for (size_t layers = 0; layers <= 3; layers += 3) {
        struct file_table table = {.values = numbers, .layers = layers, .rows = 4, .columns = 5};
        struct file_bytes bytes = {0};
        assert_true(file_table_build(&table, FILE_TABLE_NPY, &bytes, NULL));
        assert_memory_equal(bytes.data, "\x93NUMPY\x01\x00", 8);
        size_t header = bytes.data[8] + 256u * bytes.data[9], count = (layers ? layers : 1) * 20;
        assert_int_equal((10 + header) % 64, 0);
        assert_int_equal(bytes.data[10 + header - 1], '\n');
        char text[256];
        snprintf(text, sizeof text, "%.*s", (int)header, (char *)bytes.data + 10);
        assert_non_null(strstr(text, "'descr': '<f4'"));
        assert_non_null(strstr(text, "'fortran_order': False"));
        assert_non_null(strstr(text, layers ? "'shape': (3, 4, 5)" : "'shape': (4, 5)"));
        assert_int_equal(bytes.size, 10 + header + 4 * count);
        for (size_t i = 0; i < count; i++) {
            const uint8_t *b = bytes.data + 10 + header + 4 * i;
            uint32_t bits =
                b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
            assert_memory_equal(&bits, &numbers[i], 4);
        }
        file_bytes_free(&bytes);
    }
}

static void test_endings(void **state) {
    (void)state;
    assert_int_equal(file_table_format_of("/a/b.CSV"), FILE_TABLE_CSV);
    assert_int_equal(file_table_format_of("x.tar.npy"), FILE_TABLE_NPY);
    assert_int_equal(file_table_format_of("x.md"), FILE_TABLE_MARKDOWN);
    assert_int_equal(file_table_format_of("csv"), -1);
    assert_int_equal(file_table_format_of("x.xlsx"), -1);
    for (int i = 0; i < FILE_TABLE_FORMATS; i++)
        assert_int_equal(file_table_format_from_id(file_table_format_id((enum file_table_format)i)),
                         i);
}

static void test_memory(void **state) {
    (void)state;
    struct file_table table = {.values = numbers, .rows = NAMES, .columns = NAMES};
    for (int format = 0; format < FILE_TABLE_FORMATS; format++) {
        struct file_bytes bytes = {0};
        struct file_error error = {0};
        test_memory_fail_at(0);
        assert_false(file_table_build(&table, (enum file_table_format)format, &bytes, &error));
        assert_true(test_memory_restore());
        test_error_names(&error, "not enough memory");
        assert_null(bytes.data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_reads_back),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_npy),
        cmocka_unit_test(test_endings),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
