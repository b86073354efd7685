/* How numbers are written, and that what is written is what number_shown says. */
#include "lesson/number.h"
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MINUS "\xe2\x88\x92"

struct written {
    float value;
    const char *plain, *weight;
};

static void check(const struct written *list, size_t count) {
    char text[NUMBER_BYTES];
    for (size_t i = 0; i < count; i++) {
        size_t bytes = number_format(text, sizeof text, list[i].value, NUMBER_PLAIN);
        assert_string_equal(text, list[i].plain);
        assert_int_equal(bytes, strlen(text));
        number_format(text, sizeof text, list[i].value, NUMBER_WEIGHT);
        assert_string_equal(text, list[i].weight);
    }
}
#define CHECK(list) check(list, sizeof list / sizeof list[0])

static void two_decimals_and_a_true_minus(void **state) {
    (void)state;
    static const struct written list[] = {
        {0.5f, "0.50", ".50"},
        {0.77f, "0.77", ".77"},
        {-0.77f, MINUS "0.77", MINUS ".77"},
        {1.25f, "1.25", "1.25"},
        {-12.5f, MINUS "12.50", MINUS "12.50"},
        {10.04f, "10.04", "10.04"},
        {0.9949f, "0.99", ".99"},
        {0.996f, "1.00", "1.00"},
        {2.004f, "2.00", "2.00"},
        {-2.004f, MINUS "2.00", MINUS "2.00"},
        {999.99f, "999.99", "999.99"},
    };
    CHECK(list);
}

static void whole_numbers_stay_whole(void **state) {
    (void)state;
    static const struct written list[] = {
        {0.0f, "0", "0"},          {-0.0f, "0", "0"},
        {1.0f, "1", "1"},          {-1.0f, MINUS "1", MINUS "1"},
        {12.0f, "12", "12"},       {-999.0f, MINUS "999", MINUS "999"},
        {1000.0f, "1000", "1000"},
    };
    CHECK(list);
}

static void halves_go_away_from_zero(void **state) {
    (void)state;
    static const struct written list[] = {
        {0.125f, "0.13", ".13"},          {-0.125f, MINUS "0.13", MINUS ".13"},
        {0.375f, "0.38", ".38"},          {2.625f, "2.63", "2.63"},
        {1005.0f, "1010", "1010"},        {-1005.0f, MINUS "1010", MINUS "1010"},
        {1005000.0f, "1.01e6", "1.01e6"},
    };
    CHECK(list);
}

static void small_numbers_are_not_zero(void **state) {
    (void)state;
    static const struct written list[] = {
        {0.004f, "<.01", "<.01"},
        {-0.004f, ">" MINUS ".01", ">" MINUS ".01"},
        {FLT_MIN, "<.01", "<.01"},
        {FLT_TRUE_MIN, "<.01", "<.01"},
        {-FLT_TRUE_MIN, ">" MINUS ".01", ">" MINUS ".01"},
        {0.0050001f, "0.01", ".01"},
        {-0.0050001f, MINUS "0.01", MINUS ".01"},
    };
    CHECK(list);
}

/* In a sum that is written down a small number has two digits of its own. */
static void small_terms_have_two_digits(void **state) {
    (void)state;
    static const struct {
        float value;
        const char *text;
    } list[] = {{0.0016f, "0.0016"},  {0.00123f, "0.0012"},  {0.00018f, "0.00018"},
                {0.0001f, "1.0e−4"},  {3.24e-7f, "3.2e−7"},  {-3.26e-7f, "−3.3e−7"},
                {9.97e-5f, "1.0e−4"}, {1.4e-45f, "1.4e−45"}, {0.004999f, "0.0050"},
                {0.5f, "0.50"},       {0.0f, "0"},           {12.0f, "12"}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        char text[NUMBER_BYTES];
        number_format(text, sizeof text, list[i].value, NUMBER_TERM);
        assert_string_equal(text, list[i].text);
    }
}

static void three_digits_from_a_thousand_on(void **state) {
    (void)state;
    static const struct written list[] = {
        {999.996f, "1000", "1000"},
        {-999.996f, MINUS "1000", MINUS "1000"},
        {1234.0f, "1230", "1230"},
        {1234.56f, "1230", "1230"},
        {99949.0f, "99900", "99900"},
        {99951.0f, "100000", "100000"},
        {999499.0f, "999000", "999000"},
        {999999.0f, "1.00e6", "1.00e6"},
        {1e6f, "1.00e6", "1.00e6"},
        {-1.234e7f, MINUS "1.23e7", MINUS "1.23e7"},
        {1e10f, "1.00e10", "1.00e10"},
        {FLT_MAX, "3.40e38", "3.40e38"},
        {-FLT_MAX, MINUS "3.40e38", MINUS "3.40e38"},
    };
    CHECK(list);
}

static void what_is_no_number(void **state) {
    (void)state;
    static const struct written list[] = {
        {-INFINITY, MINUS "\xe2\x88\x9e", MINUS "\xe2\x88\x9e"},
        {INFINITY, "\xe2\x88\x9e", "\xe2\x88\x9e"},
        {NAN, "NaN", "NaN"},
    };
    CHECK(list);
    assert_true(isnan(number_shown(NAN)));
    assert_true(number_shown(-INFINITY) == -(double)INFINITY);
}

/* The number that a text stands for. */
static double parsed(const char *text) {
    bool is_negative = false;
    if (*text == '<' || *text == '>') return 0;
    if (strncmp(text, MINUS, strlen(MINUS)) == 0) {
        is_negative = true;
        text += strlen(MINUS);
    }
    if (strcmp(text, "\xe2\x88\x9e") == 0)
        return is_negative ? -(double)INFINITY : (double)INFINITY;
    char *end;
    double value = strtod(text, &end);
    if (*end || *text == '-' || *text == '+') fail_msg("\"%s\" is no number", text);
    return is_negative ? -value : value;
}

static void check_shown(float value) {
    static const enum number_style styles[] = {NUMBER_PLAIN, NUMBER_WEIGHT};
    char text[NUMBER_BYTES];
    for (int s = 0; s < 2; s++) {
        number_format(text, sizeof text, value, styles[s]);
        double shown = number_shown(value), said = parsed(text);
        if (fabs(shown - said) > 1e-12 * fabs(shown))
            fail_msg("%.9g is written %s, number_shown says %.17g", (double)value, text, shown);
        double magnitude = fabs((double)value), error = fabs(shown - (double)value);
        if (error > (magnitude < 1000 ? 0.005000001 : magnitude * 0.005000001))
            fail_msg("%.9g is shown as %.17g", (double)value, shown);
        assert_false(signbit(shown) && shown == 0);
        if (strstr(text, MINUS "0.00") || strstr(text, MINUS ".00") || strcmp(text, "0.00") == 0 ||
            strcmp(text, ".00") == 0)
            fail_msg("%.9g is written %s", (double)value, text);
        size_t digits = strcspn(text, "e");
        bool has_decimals = memchr(text, '.', digits) != NULL;
        if (has_decimals && fabs(shown) >= 1000 && !strchr(text, 'e'))
            fail_msg("%.9g is written %s", (double)value, text);
    }
}

static void shown_is_what_is_written(void **state) {
    (void)state;
    uint32_t bits = 1;
    for (int i = 0; i < 40000; i++) { /* every exponent */
        bits = bits * 1664525u + 1013904223u;
        float value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) check_shown(value);
        check_shown((float)((int32_t)bits >> 8) / 4096.0f); /* to ±2048, with all their halves */
        check_shown((float)((int32_t)bits >> 8));           /* whole numbers to 2^23 */
    }
    for (float edge = 1000; edge < 1e38f; edge *= 10) {
        check_shown(edge);
        check_shown(nextafterf(edge, 0));
        check_shown(nextafterf(edge, INFINITY));
        check_shown(edge * 0.9995f);
        check_shown(-edge * 1.005f);
    }
}

/* A text that has no beginning of a character without its end. */
static bool is_whole(const char *text) {
    for (size_t i = 0; text[i];) {
        size_t bytes = (unsigned char)text[i] < 0x80 ? 1 : 3;
        for (size_t b = 1; b < bytes; b++)
            if (((unsigned char)text[i + b] & 0xc0) != 0x80) return false;
        i += bytes;
    }
    return true;
}

static void a_small_buffer_is_never_left(void **state) {
    (void)state;
    static const float values[] = {-INFINITY, NAN, -FLT_MAX, -999.99f, -0.001f, 0, 0.5f, -99900};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char whole[NUMBER_BYTES];
        size_t most = number_format(whole, sizeof whole, values[i], NUMBER_PLAIN);
        for (size_t room = 0; room <= most + 1; room++) {
            char *text = malloc(room ? room : 1); /* the sanitizer stands at its end */
            assert_non_null(text);
            text[0] = '#';
            size_t bytes = number_format(text, room, values[i], NUMBER_PLAIN);
            if (room == 0) {
                assert_int_equal(bytes, 0);
                assert_int_equal(text[0], '#');
            } else {
                assert_true(bytes < room && text[bytes] == '\0');
                assert_memory_equal(text, whole, bytes);
                assert_true(is_whole(text));
                if (room > most) assert_string_equal(text, whole);
            }
            free(text);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_decimals_and_a_true_minus),
        cmocka_unit_test(whole_numbers_stay_whole),
        cmocka_unit_test(halves_go_away_from_zero),
        cmocka_unit_test(small_numbers_are_not_zero),
        cmocka_unit_test(small_terms_have_two_digits),
        cmocka_unit_test(three_digits_from_a_thousand_on),
        cmocka_unit_test(what_is_no_number),
        cmocka_unit_test(shown_is_what_is_written),
        cmocka_unit_test(a_small_buffer_is_never_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
