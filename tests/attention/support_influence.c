#include "support_influence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void test_differences(test_network *network, const void *context, const double *x, size_t tokens,
                      size_t d, size_t rows, size_t width, double *out) {
    double *moved = malloc(tokens * d * sizeof *moved);
    double *up = malloc(rows * width * sizeof *up), *down = malloc(rows * width * sizeof *down);
    if (!moved || !up || !down) abort();
    memcpy(moved, x, tokens * d * sizeof *moved);
    memset(out, 0, rows * tokens * sizeof *out);
    for (size_t at = 0; at < tokens * d; at++) {
        const double step = 1e-5;
        moved[at] = x[at] + step;
        network(context, moved, up);
        moved[at] = x[at] - step;
        network(context, moved, down);
        moved[at] = x[at];
        for (size_t i = 0; i < rows; i++) {
            for (size_t c = 0; c < width; c++) {
                const double slope = (up[i * width + c] - down[i * width + c]) / (2.0 * step);
                out[i * tokens + at / d] += slope * slope;
            }
        }
    }
    for (size_t i = 0; i < rows * tokens; i++)
        out[i] = sqrt(out[i]);
    free(moved);
    free(up);
    free(down);
}

void test_influence_expect(const char *name, const float *got, const double *want, size_t count,
                           double tolerance) {
    double scale = 0.0;
    for (size_t i = 0; i < count; i++)
        scale = fmax(scale, want[i]);
    for (size_t i = 0; i < count; i++) {
        if (!(fabs((double)got[i] - want[i]) <= tolerance * scale))
            fail_msg("%s: number %zu is %.9g, by differences %.9g (scale %.3g)", name, i,
                     (double)got[i], want[i], scale);
    }
}
