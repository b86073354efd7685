/* number.c: writing numbers for people. */
#include "number.h"

#include <math.h>
#include <stdio.h>
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

double number_shown(float value) {
    double magnitude = fabs((double)value);
    if (!isfinite(value)) {
        return (double)value;
    }
    double shown = magnitude >= 1000.0 ? rounded_significant(magnitude)
                                       : rounded_hundredths(magnitude) / 100.0;
    return value < 0 ? -shown : shown;
}

static void write_magnitude(char *out, size_t out_bytes, double magnitude,
                            enum number_style style) {
    if (magnitude >= 1e6) {
        snprintf(out, out_bytes, "%.2e", magnitude);
        char *exponent = strstr(out, "e+");
        if (exponent) { /* 1.23e+06 → 1.23e6 */
            char *digits = exponent + 2;
            while (*digits == '0' && digits[1]) {
                digits++;
            }
            memmove(exponent + 1, digits, strlen(digits) + 1);
        }
    } else if (magnitude >= 1000.0) {
        snprintf(out, out_bytes, "%.0f", rounded_significant(magnitude));
    } else if (magnitude == floor(magnitude)) {
        snprintf(out, out_bytes, "%.0f", magnitude);
    } else if (rounded_hundredths(magnitude) == 0.0) {
        snprintf(out, out_bytes, "<.01");
    } else {
        snprintf(out, out_bytes, "%.2f", rounded_hundredths(magnitude) / 100.0);
        if (style == NUMBER_WEIGHT && out[0] == '0') {
            memmove(out, out + 1, strlen(out));
        }
    }
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
    snprintf(out, out_bytes, "%s", text);
    return strlen(out);
}
