/* test_sentences.c: every sentence of an error that can come to the screen is there in the other
 * language, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "files/json.h"
#include "lesson/sentence.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 1024 };

/* Of the command line alone, whose words are English. */
static const char *const left_out[] = {"options", "cli.c", "render.c", "trace_file.c"};

static json_t *table_load(void) {
    struct file_error error = {0};
    json_t *table =
        file_json_read(HEADWAY_SOURCE_DIR "/assets/languages/sentences-zh.json", &error);
    if (!table) fail_msg("%s", error.text);
    return table;
}

/* The string literals at *at, joined, without their escapes; false: there is none. */
static bool read_literal(const char **at, char out[TEXT_BYTES]) {
    size_t used = 0;
    const char *c = *at;
    if (*c != '"') return false;
    while (*c == '"') {
        for (c++; *c && *c != '"'; c++) {
            if (*c == '\\') c++;
            if (used + 1 < TEXT_BYTES) out[used++] = *c;
        }
        for (c++; isspace((unsigned char)*c);)
            c++;
    }
    out[used] = '\0';
    *at = c;
    return true;
}

/* "%.200s: line %zu" to "{1}: line {2}" */
static void make_pattern(const char *format, char out[TEXT_BYTES]) {
    size_t used = 0;
    int places = 0;
    for (const char *c = format; *c && used + 4 < TEXT_BYTES; c++) {
        if (*c != '%') {
            out[used++] = *c;
        } else if (c[1] == '%') {
            out[used++] = *c++;
        } else {
            c += 1 + strcspn(c + 1, "sdugfcXx");
            used += (size_t)snprintf(out + used, TEXT_BYTES - used, "{%d}", ++places);
        }
    }
    out[used] = '\0';
}

/* Sentences of one file that the table lacks, one printed line each. */
static size_t missing_in(const char *path, const char *source, const json_t *table,
                         size_t *sentences) {
    static const char call[] = "file_error_set(";
    size_t missing = 0;
    for (const char *at = source; (at = strstr(at, call)) != NULL;) {
        char format[TEXT_BYTES], pattern[TEXT_BYTES];
        at += sizeof call - 1;
        at += strcspn(at, ",;");
        if (*at == ',') at++;
        at += strspn(at, " \n");
        if (!read_literal(&at, format) || strcmp(format, "%s") == 0) continue;
        size_t length = strlen(format);
        if (length && format[length - 1] == '%')
            continue; /* goes on in a macro: see the examples */
        make_pattern(format, pattern);
        ++*sentences;
        if (json_object_get(table, pattern)) continue;
        print_error("%s: not in sentences-zh.json: %s\n", path, pattern);
        missing++;
    }
    return missing;
}

static bool is_left_out(const char *name) {
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (strncmp(name, left_out[i], strlen(left_out[i])) == 0) return true;
    return false;
}

static size_t missing_below(const char *folder, const json_t *table, size_t *sentences) {
    size_t missing = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char path[4096];
        struct file_error error = {0};
        struct file_bytes bytes = {0};
        size_t length = strlen(entry->d_name);
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (length < 3 || strcmp(entry->d_name + length - 2, ".c") != 0) {
            if (entry->d_name[0] != '.' && !strchr(entry->d_name, '.'))
                missing += missing_below(path, table, sentences);
            continue;
        }
        if (is_left_out(entry->d_name)) continue;
        if (!file_read_whole(path, 1 << 20, &bytes, &error)) fail_msg("%s", error.text);
        missing += missing_in(path, (const char *)bytes.data, table, sentences);
        file_bytes_free(&bytes);
    }
    closedir(entries);
    return missing;
}

static void every_sentence_is_translated(void **state) {
    (void)state;
    json_t *table = table_load();
    size_t sentences = 0;
    size_t missing = missing_below(HEADWAY_SOURCE_DIR "/src", table, &sentences);
    assert_int_equal(missing, 0);
    assert_true(sentences > 100);
    assert_int_equal(missing_in("planted", "file_error_set(error, \"not %zu \" \"there\", n);",
                                table, &sentences),
                     1);
    json_decref(table);
}

/* The same places on both sides. */
static void places_agree(void **state) {
    (void)state;
    json_t *table = table_load(), *value;
    const char *pattern;
    json_object_foreach(table, pattern, value) {
        for (char digit = '1'; digit <= '9'; digit++) {
            const char place[] = {'{', digit, '}', '\0'};
            /* English plurals ("{4}" of "number{4}") are left out. */
            if (strstr(json_string_value(value), place) && !strstr(pattern, place))
                fail_msg("%s: %s", pattern, json_string_value(value));
        }
    }
    json_decref(table);
}

static void sentences_of_several_parts(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"cannot read /tmp/a, b/x: there is no such file or folder; check the name.",
         "无法读取 /tmp/a, b/x：没有这个文件或文件夹；请检查名字。"},
        {"x.json: \"beat\" is \"y\", not a whole number from 1 to 9; correct it in the file",
         "x.json：“beat”是 \"y\"，不是 1 到 9 的整数；请在文件里改正"},
        {"the context has 70 tokens; give it 1 to 64", "上下文有 70 个词元；应为 1 到 64 个"},
        {"layer 2: scores grew beyond what float32 can hold when divided by the temperature; use 0 "
         "or a larger temperature",
         "第 2 层：scores 除以温度后超出 float32 能表示的范围；请用 0 或更高的温度"},
        {"a pass over 9 tokens takes 20 MiB and the limit is 1 MiB; use a shorter text or a "
         "smaller "
         "model, or raise the limit",
         "计算 9 个词元需要 20 MiB，上限是 1 MiB；请缩短文字、换小一些的模型，或者提高上限"},
        {"cannot write f.png: the disk is full; free some space, set another Pictures folder "
         "(XDG_PICTURES_DIR in user-dirs.dirs), or use “headway render -o FILE”.",
         "无法写入 f.png：磁盘已满；请腾出空间，另设图片文件夹（user-dirs.dirs 里的 "
         "XDG_PICTURES_DIR），或者用“headway render -o FILE”。"},
        {"m/config.json: heads is 65; it must be a whole number from 1 to 64.",
         "m/config.json：heads 是 65；它必须是1 到 64 的整数。"},
        {"this document was saved by a newer Headway (format 7, this one reads 1); open it with "
         "the "
         "newer version",
         "这个文档是更新的 Headway 保存的（格式 7，这里能读 1）；请用新版本打开"}};
    json_t *table = table_load();
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char out[TEXT_BYTES];
        assert_true(sentence_translate(table, pairs[i][0], out, sizeof out));
        assert_string_equal(out, pairs[i][1]);
    }
    json_decref(table);
}

static void what_no_pattern_fits_stays(void **state) {
    (void)state;
    json_t *table = table_load();
    char out[TEXT_BYTES], small[8];
    assert_false(sentence_translate(table, "nothing like it", out, sizeof out));
    assert_string_equal(out, "nothing like it");
    assert_false(sentence_translate(NULL, "text", out, sizeof out));
    assert_string_equal(out, "text");
    assert_true(sentence_translate(table, "the disk is full", small, sizeof small));
    assert_string_equal(small, "磁盘"); /* whole characters */
    assert_false(sentence_translate(table, "", out, sizeof out));
    json_decref(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sentence_is_translated),
        cmocka_unit_test(places_agree),
        cmocka_unit_test(sentences_of_several_parts),
        cmocka_unit_test(what_no_pattern_fits_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
