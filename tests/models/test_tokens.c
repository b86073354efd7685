/* Text → tokens, in the scripts and signs that people type. */
#include "files/files.h"
#include "files/memory.h"
#include "models/tokens.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct file_error error;

static const char rule_letters[] = "wphec"; /* in the order of enum token_rule */

/* Splits and compares: expected tokens are separated by '|', rules are one letter for each. */
static void splits(enum tokenizer tokenizer, const char *text, const char *expected,
                   const char *rules) {
    struct token_list list;
    char found[4000] = "", found_rules[500] = "";
    if (!tokens_split(tokenizer, text, strlen(text), &list, &error)) fail_msg("%s", error.text);
    for (size_t i = 0; i < list.count; i++) {
        const struct token *token = &list.tokens[i];
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s%.*s", i ? "|" : "", (int)token->bytes,
                 text + token->start);
        snprintf(found_rules + i, 2, "%c", rule_letters[token->rule]);
        assert_int_equal(token->id, -1);
        assert_false(token->is_unknown);
    }
    assert_string_equal(found, expected);
    if (rules) assert_string_equal(found_rules, rules);
    assert_int_equal(list.dropped, 0);
    tokens_free(&list);
    tokens_free(&list);
}
#define WORDS(text, expected, rules) splits(TOKENIZER_WORDS, text, expected, rules)
#define CHARACTERS(text, expected)   splits(TOKENIZER_CHARACTERS, text, expected, NULL)

static void english(void **state) {
    (void)state;
    WORDS("The cat sat.", "The|cat|sat|.", "wwwp");
    WORDS("  Hello,\tWorld!\n", "Hello|,|World|!", "wpwp");
    WORDS("don't o’clock 'quoted' dogs' 'tis", "don't|o’clock|'|quoted|'|dogs|'|'|tis",
          "wwpwpwppw");
    WORDS("3.14 1,000,000 1. .5 a.b 1.a x,y", "3.14|1,000,000|1|.|.|5|a|.|b|1|.|a|x|,|y", NULL);
    WORDS("a''b 1..2 1.,2", "a|'|'|b|1|.|.|2|1|.|,|2", NULL);
    WORDS("e-mail @home #1 $5 50% a_b x+y=z", "e|-|mail|@|home|#|1|$|5|50|%|a|_|b|x|+|y|=|z", NULL);
    WORDS("can't've 1'2 a'1 GPT-4o", "can't've|1|'|2|a|'|1|GPT|-|4o", NULL);
    WORDS("wait... what?!", "wait|.|.|.|what|?|!", "wpppwpp");
    WORDS("“quoted” – dash—dash…", "“|quoted|”|–|dash|—|dash|…", NULL);
    WORDS("naïve", "naïve", "w");
}

static void nothing_to_split(void **state) {
    (void)state;
    WORDS("", "", "");
    /* Every code point of property White_Space. */
    WORDS("\t\n\v\f\r \xC2\x85\xC2\xA0\xE1\x9A\x80\xE2\x80\x80\xE2\x80\x8A\xE2\x80\xA8\xE2\x80\xA9"
          "\xE2\x80\xAF\xE2\x81\x9F\xE3\x80\x80",
          "", "");
    WORDS("a\xE3\x80\x80"
          "b\xC2\xA0"
          "c",
          "a|b|c", "www");
    CHARACTERS("", "");
}

static void chinese_and_its_neighbours(void **state) {
    (void)state;
    WORDS("我爱北京天安门。", "我|爱|北|京|天|安|门|。", "hhhhhhhp");
    WORDS("用GPT学习Attention机制", "用|GPT|学|习|Attention|机|制", "hwhhwhh");
    WORDS("2024年3.5亿,中'文", "2024|年|3.5|亿|,|中|'|文", "whwhphph");
    WORDS("a'中 中'a", "a|'|中|中|'|a", NULL);
    WORDS("〇々㐀𠀀𪚥", "〇|々|㐀|𠀀|𪚥", "hhhhh"); /* beyond the basic plane too */
    WORDS("私はカタカナ", "私|はカタカナ", "hw");
    WORDS("한국어 텍스트", "한국어|텍스트", "ww");
    WORDS("邊󠄀x", "邊󠄀|x", "hw"); /* a variation selector stays with its character */
}

static void accents_stay_with_their_letter(void **state) {
    (void)state;
    WORDS("cafe\xCC\x81 noir", "cafe\xCC\x81|noir", "ww");
    WORDS("e\xCC\x81'e\xCC\x81", "e\xCC\x81'e\xCC\x81", "w"); /* between two letters all the same */
    WORDS("!\xCC\x81"
          "a",
          "!\xCC\x81|a", "pw");
    WORDS("\xCC\x81"
          "a b",
          "\xCC\x81"
          "a|b",
          "ww");
    WORDS("हिन्दी भाषा।", "हिन्दी|भाषा|।", "wwp");
    WORDS("ไทย", "ไทย", "w");
}

static void right_to_left(void **state) {
    (void)state;
    WORDS("القطة جلست، على", "القطة|جلست|،|على", "wwpw");
    WORDS("שלום, עולם!", "שלום|,|עולם|!", "wpwp");
    WORDS("כִּתָּה", "כִּתָּה", "w");                                 /* with points */
    WORDS("می\xE2\x80\x8Cخواهم", "می\xE2\x80\x8Cخواهم", "w"); /* a non-joiner is inside the word */
    WORDS("١٢٫٥ ١.٢", "١٢|٫|٥|١.٢", NULL);
}

static void emoji_stay_whole(void **state) {
    (void)state;
    WORDS("hi😀😀!", "hi|😀|😀|!", "weep");
    WORDS("👩‍👩‍👧‍👦 x", "👩‍👩‍👧‍👦|x", "ew"); /* joined */
    WORDS("👍🏽👍🏿", "👍🏽|👍🏿", "ee");                      /* skin tones */
    WORDS("🇩🇪🇨🇳🇫", "🇩🇪|🇨🇳|🇫", "eee"); /* flags, and half a flag */
    WORDS("🏴󠁧󠁢󠁳󠁣󠁴󠁿a", "🏴󠁧󠁢󠁳󠁣󠁴󠁿|a",
          "ew"); /* a flag spelled in tags */
    WORDS("❤️ ❤ ☺️", "❤️|❤|☺️", "eee");
    WORDS("1️⃣2️⃣#️⃣ 12 #", "1️⃣|2️⃣|#️⃣|12|#", "eeewp"); /* keycaps */
    WORDS("12️⃣", "1|2️⃣", "we");
    WORDS("🧑🏾‍🚀🏳️‍🌈", "🧑🏾‍🚀|🏳️‍🌈", "ee");
    WORDS("©2024 a™ ©️ →", "©|2024|a|™|©️|→", "pwwpep");
    WORDS("a🏽 🏽", "a|🏽|🏽", "wee"); /* a skin tone without a person */
    WORDS("1.2️⃣", "1|.|2️⃣", "wpe");
}

static void control_characters_are_parts_of_words(void **state) {
    (void)state;
    WORDS("a\x01"
          "b \x1b[2J",
          "a\x01"
          "b|\x1b|[|2J",
          "wwpw");
    WORDS("\x1c", "\x1c", "w"); /* separates in some languages' libraries, not in Unicode */
    WORDS("a\xE2\x80\xAE"
          "b",
          "a\xE2\x80\xAE"
          "b",
          "w"); /* right-to-left override */
    WORDS("a\xE2\x80\x8B"
          "b",
          "a\xE2\x80\x8B"
          "b",
          "w"); /* zero width space is no White_Space */
    WORDS("\xEE\x80\x80\xEF\xBF\xBD\xE2\x90\x80", "\xEE\x80\x80|\xEF\xBF\xBD|\xE2\x90\x80", "wpp");
}

static void characters(void **state) {
    (void)state;
    CHARACTERS("a b", "a| |b");
    CHARACTERS("e\xCC\x81x\r\ny", "e\xCC\x81|x|\r\n|y");
    CHARACTERS("中文👩‍👩‍👧‍👦🇩🇪🇨🇳",
               "中|文|👩‍👩‍👧‍👦|🇩🇪|🇨🇳");
    CHARACTERS("각한", "각|한");
    struct token_list list;
    assert_true(tokens_split(TOKENIZER_CHARACTERS, "a ", 2, &list, &error));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.tokens[1].rule, TOKEN_RULE_CHARACTER);
    tokens_free(&list);
}

static void long_words_and_long_texts(void **state) {
    (void)state;
    static char text[TEXT_MAX_BYTES + 1];
    struct token_list list;
    memset(text, 'w', 500);
    assert_true(tokens_split(TOKENIZER_WORDS, text, 500, &list, &error));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.tokens[0].bytes, 500);
    tokens_free(&list);
    memset(text, '.', sizeof text);
    assert_true(tokens_split(TOKENIZER_WORDS, text, TEXT_MAX_TOKENS, &list, &error));
    assert_int_equal(list.count, TEXT_MAX_TOKENS);
    assert_int_equal(list.dropped, 0);
    tokens_free(&list);
    assert_true(tokens_split(TOKENIZER_WORDS, text, TEXT_MAX_BYTES, &list, &error));
    assert_int_equal(list.count, TEXT_MAX_TOKENS);
    assert_int_equal(list.dropped, TEXT_MAX_BYTES - TEXT_MAX_TOKENS);
    tokens_free(&list);
    assert_true(tokens_split(TOKENIZER_CHARACTERS, text, 2000, &list, &error));
    assert_int_equal(list.dropped, 2000 - TEXT_MAX_TOKENS);
    tokens_free(&list);
    assert_false(tokens_split(TOKENIZER_WORDS, text, sizeof text, &list, &error));
    assert_non_null(strstr(error.text, "65536"));
    assert_null(list.tokens);
}

static void broken_text_is_refused(void **state) {
    (void)state;
    struct token_list list;
    static const char *const bad[] = {"\xFF", "a\xE4\xB8", "\xED\xA0\x80", "\xC0\x80"};
    for (size_t i = 0; i < 4; i++) {
        assert_false(tokens_split(TOKENIZER_WORDS, bad[i], strlen(bad[i]), &list, &error));
        assert_non_null(strstr(error.text, "UTF-8"));
        assert_null(list.tokens);
    }
}

/* Any code points in any order: tokens stand in order, do not touch white space, and leave nothing
 * out. */
static void random_texts_are_covered(void **state) {
    (void)state;
    static const char *const pieces[] = {
        "a",
        "'",
        "’",
        ".",
        ",",
        "1",
        "\xCC\x81",
        "中",
        "😀",
        "\xE2\x80\x8D",
        "🇩",
        "🏽",
        " ",
        "\xE2\x83\xA3",
        "\xEF\xB8\x8F",
        "#",
        "\xE3\x80\x80",
        "ي",
        "\x01",
        "\xD8\x80",
    };
    uint32_t random = 12345;
    for (int round = 0; round < 20000; round++) {
        char text[200] = "";
        for (int i = 0; i < 12; i++) {
            random = random * 1664525u + 1013904223u;
            strcat(text, pieces[(random >> 16) % 20]);
        }
        size_t bytes = strlen(text), at = 0;
        struct token_list list;
        assert_true(tokens_split(TOKENIZER_WORDS, text, bytes, &list, &error));
        for (size_t i = 0; i <= list.count; i++) {
            size_t start = i < list.count ? list.tokens[i].start : bytes;
            while (at < start) { /* only white space between tokens */
                size_t space = text[at] == ' ' ? 1 : 3;
                if (space == 3) assert_memory_equal(text + at, "\xE3\x80\x80", 3);
                at += space;
            }
            assert_int_equal(at, start);
            if (i == list.count) break;
            assert_true(list.tokens[i].bytes > 0);
            at += list.tokens[i].bytes;
            assert_null(memchr(text + start, ' ', list.tokens[i].bytes));
        }
        tokens_free(&list);
    }
}

static size_t allocations_left;
static bool allow_some(size_t bytes) {
    (void)bytes;
    return allocations_left > 0 && allocations_left-- > 0;
}

/* The first allocation fails, then each in which the list grows, until all goes well. */
static void without_memory(void **state) {
    (void)state;
    char text[1000];
    memset(text, '.', sizeof text);
    bool is_split = false;
    for (size_t n = 0; !is_split; n++) {
        struct token_list list;
        error.text[0] = '\0';
        allocations_left = n;
        file_allocation_hook = allow_some;
        is_split = tokens_split(TOKENIZER_WORDS, text, sizeof text, &list, &error);
        file_allocation_hook = NULL;
        assert_int_equal(is_split, n >= 5); /* 64, 128, 256, 512, 1,024 tokens */
        assert_int_equal(list.count, is_split ? sizeof text : 0);
        if (!is_split) assert_non_null(strstr(error.text, "memory"));
        tokens_free(&list);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english),
        cmocka_unit_test(nothing_to_split),
        cmocka_unit_test(chinese_and_its_neighbours),
        cmocka_unit_test(accents_stay_with_their_letter),
        cmocka_unit_test(right_to_left),
        cmocka_unit_test(emoji_stay_whole),
        cmocka_unit_test(control_characters_are_parts_of_words),
        cmocka_unit_test(characters),
        cmocka_unit_test(long_words_and_long_texts),
        cmocka_unit_test(broken_text_is_refused),
        cmocka_unit_test(random_texts_are_covered),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests_name("models.tokens", tests, NULL, NULL);
}
