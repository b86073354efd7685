/* number.c: writing numbers for people. */
#include "number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUS         "\xe2\x88\x92"
#define INFINITY_SIGN "\xe2\x88\x9e"

/* Hundredths, halves away from zero; in double, so that the float's exact value decides. */
static double rounded_hundredths(double magnitude) {
    return floor(magnitude * 100.0 + 0.5);
}

/* 12345 → 12300: three significant digits. */
static double rounded_significant(double magnitude) {
    double unit = pow(10.0, floor(log10(magnitude)) - 2.0);
    return floor(magnitude / unit + 0.5) * unit;
}

static double shown_magnitude(double magnitude) {
    return magnitude >= 1000.0 ? rounded_significant(magnitude)
                               : rounded_hundredths(magnitude) / 100.0;
}

double number_shown(float value) {
    if (!isfinite(value)) {
        return (double)value;
    }
    double shown = shown_magnitude(fabs((double)value));
    return value < 0 && shown > 0 ? -shown : shown;
}

/* Two significant digits: 0.0016; below 0.0001 3.2e−7. */
static void write_small(char *out, size_t out_bytes, double magnitude) {
    if (magnitude >= 0.0001) {
        snprintf(out, out_bytes, "%.*f", magnitude >= 0.001 ? 4 : 5, magnitude);
        return;
    }
    int exponent = (int)floor(log10(magnitude));
    double digits = floor(magnitude / pow(10.0, exponent) * 10.0 + 0.5) / 10.0;
    if (digits >= 10.0) { /* 9.96e−5 is 1.0e−4 */
        digits = 1.0;
        exponent++;
    }
    snprintf(out, out_bytes, "%.1fe" MINUS "%d", digits, -exponent);
}

/* What is written is decided on the rounded number, so that 999.996 is 1000 and 999,999 is 1.00e6.
 */
static void write_magnitude(char *out, size_t out_bytes, double magnitude,
                            enum number_style style) {
    double rounded = shown_magnitude(magnitude);
    if (rounded >= 1e6) {
        snprintf(out, out_bytes, "%.2e", rounded);
        char *exponent = strstr(out, "e+");
        if (exponent) { /* 1.23e+06 → 1.23e6 */
            char *digits = exponent + 2;
            while (*digits == '0' && digits[1]) {
                digits++;
            }
            memmove(exponent + 1, digits, strlen(digits) + 1);
        }
    } else if (rounded >= 1000.0 || magnitude == floor(magnitude)) {
        snprintf(out, out_bytes, "%.0f", rounded);
    } else if (rounded == 0.0 && style == NUMBER_TERM) {
        write_small(out, out_bytes, magnitude);
    } else if (rounded == 0.0) {
        snprintf(out, out_bytes, "<.01");
    } else {
        snprintf(out, out_bytes, "%.2f", rounded);
        if (style == NUMBER_WEIGHT && out[0] == '0') {
            memmove(out, out + 1, strlen(out));
        }
    }
}

/* As much of text as fits, cut between characters. */
static size_t copy_whole_characters(char *out, size_t out_bytes, const char *text) {
    if (out_bytes == 0) {
        return 0;
    }
    size_t bytes = strlen(text);
    if (bytes >= out_bytes) {
        bytes = out_bytes - 1;
        while (bytes > 0 && ((unsigned char)text[bytes] & 0xc0) == 0x80) {
            bytes--;
        }
    }
    memcpy(out, text, bytes);
    out[bytes] = '\0';
    return bytes;
}

size_t number_format(char *out, size_t out_bytes, float value, enum number_style style) {
    char text[NUMBER_BYTES];
    if (isnan(value)) {
        snprintf(text, sizeof text, "NaN");
    } else if (isinf(value)) {
        snprintf(text, sizeof text, "%s" INFINITY_SIGN, value < 0 ? MINUS : "");
    } else {
        char magnitude[NUMBER_BYTES - 4];
        write_magnitude(magnitude, sizeof magnitude, fabs((double)value), style);
        if (value < 0 && magnitude[0] == '<') {
            snprintf(text, sizeof text, ">" MINUS ".01");
        } else {
            snprintf(text, sizeof text, "%s%s", value < 0 ? MINUS : "", magnitude);
        }
    }
    return copy_whole_characters(out, out_bytes, text);
}

size_t number_write(char *out, size_t out_bytes, float value) {
    char text[NUMBER_BYTES], digits[NUMBER_BYTES - 4];
    if (!isfinite(value)) {
        return number_format(out, out_bytes, value, NUMBER_PLAIN);
    }
    for (int precision = 1; precision <= 9; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, fabs((double)value));
        if (strtof(digits, NULL) == fabsf(value)) {
            break;
        }
    }
    snprintf(text, sizeof text, "%s%s", value < 0 ? MINUS : "", digits);
    return copy_whole_characters(out, out_bytes, text);
}

/* "12", "0.5", ".5", "1e-3" at *at, which ends behind it; false: something else. No sign. */
static bool read_decimal(const char **at, double *out) {
    char *end = NULL;
    bool is_digit = **at >= '0' && **at <= '9';
    bool is_point = **at == '.' && (*at)[1] >= '0' && (*at)[1] <= '9';
    if ((!is_digit && !is_point) || (**at == '0' && ((*at)[1] | 32) == 'x')) {
        return false;
    }
    *out = strtod(*at, &end);
    *at = end;
    return true;
}

static const char *skip_spaces(const char *at) {
    while (*at == ' ') {
        at++;
    }
    return at;
}

bool number_read(const char *text, float *out) {
    static const char *const infinities[] = {"inf", "infinity", INFINITY_SIGN};
    char plain[64];
    size_t used = 0;
    for (const char *c = skip_spaces(text); *c; c++) {
        bool is_minus = strncmp(c, MINUS, sizeof MINUS - 1) == 0;
        if (used + 1 == sizeof plain) {
            return false;
        }
        plain[used++] = is_minus ? '-' : *c;
        c += is_minus ? sizeof MINUS - 2 : 0;
    }
    while (used > 0 && plain[used - 1] == ' ') {
        used--;
    }
    plain[used] = '\0';
    bool is_negative = plain[0] == '-';
    const char *at = skip_spaces(plain + (is_negative || plain[0] == '+'));
    for (size_t i = 0; is_negative && i < sizeof infinities / sizeof *infinities; i++) {
        if (strcmp(at, infinities[i]) == 0) {
            *out = -INFINITY;
            return true;
        }
    }
    double value, divisor = 1;
    if (!read_decimal(&at, &value)) {
        return false;
    }
    at = skip_spaces(at);
    if (*at == '/') {
        at = skip_spaces(at + 1);
        if (!read_decimal(&at, &divisor) || divisor == 0) {
            return false;
        }
    }
    float number = (float)((is_negative ? -value : value) / divisor);
    if (*at || !isfinite(number)) {
        return false;
    }
    *out = number;
    return true;
}
