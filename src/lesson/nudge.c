/* nudge.c: the size of a step, and steps. */
#include "nudge.h"

#include "cell_edit.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

int nudge_exponent(const struct study *study, const struct document_cell *cell) {
    struct cell_matrix m = cell_matrix_of(study, cell->source, cell->head, NULL);
    float largest = 0;
    bool is_whole = true;
    for (size_t i = 0; m.values && i < m.rows * m.columns; i++) {
        struct document_cell one = *cell;
        float value = m.values[i];
        one.row = (int)(i / m.columns);
        one.column = (int)(i % m.columns);
        if (!isfinite(value) || cell_is_edited(study, &one)) continue;
        largest = fmaxf(largest, fabsf(value));
        is_whole = is_whole && value == truncf(value);
    }
    if (largest == 0) return -1;
    int exponent = (int)floor(log10((double)largest)) - 1;
    return is_whole && exponent < 0 ? 0 : exponent;
}

float nudge_value(float from, int exponent, long steps) {
    const double slack = 1e-4; /* 0.7f is a multiple of 0.1 */
    double scale = pow(10, abs(exponent)), start = isfinite(from) ? (double)from : 0;
    double at = exponent < 0 ? start * scale : start / scale;
    if (steps == 0) return (float)start;
    double count = (steps > 0 ? floor(at + slack) : ceil(at - slack)) + (double)steps;
    double value = exponent < 0 ? count / scale : count * scale;
    return (float)fmin(fmax(value, -(double)FLT_MAX), (double)FLT_MAX);
}
