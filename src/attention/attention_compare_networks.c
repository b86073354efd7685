/* The recurrent network and the convolution that stand beside attention: forward, and exact
 * influence. */
#include <assert.h>
#include <float.h>
#include <string.h>

#include "attention_compare.h"
#include "attention_error.h"
#include "attention_math.h"
#include "attention_matrix.h"
#include "attention_workspace.h"

/* Σ w[c] · x[c] in double: no product of two float32 numbers, nor any sum of them, overflows there.
 */
static double weighted_sum(const float *w, const float *x, size_t count) {
    double sum = 0.0;
    for (size_t c = 0; c < count; c++)
        sum += (double)w[c] * (double)x[c];
    return sum;
}

/* tanh of a sum that may be beyond float32: from 20 on it rounds to 1. */
static float tanh_rounded(double z) {
    const double most = 20.0;
    return attention_math_tanh((float)(z > most ? most : z < -most ? -most : z));
}

static void rnn_assert(const struct attention_rnn *rnn) {
    assert(rnn && rnn->d >= 1 && rnn->hidden >= 1 && rnn->input_weight && rnn->state_weight);
    (void)rnn;
}

void attention_rnn_run(const struct attention_rnn *rnn, const float *x, size_t n, float *out) {
    rnn_assert(rnn);
    assert(x && out);
    const size_t d = rnn->d, hidden = rnn->hidden;
    for (size_t i = 0; i < n; i++) {
        for (size_t r = 0; r < hidden; r++) {
            double z = weighted_sum(rnn->input_weight + r * d, x + i * d, d);
            if (i > 0) {
                z += weighted_sum(rnn->state_weight + r * hidden, out + (i - 1) * hidden, hidden);
            }
            if (rnn->bias) z += (double)rnn->bias[r];
            out[i * hidden + r] = tanh_rounded(z);
        }
    }
}

/* Workspace of the influence of a recurrent network, in doubles. */
struct rnn_work {
    double *slopes;           /* [n, hidden]: 1 − y_i² */
    double *state, *next;     /* [hidden] */
    double *state_weight;     /* U [hidden, hidden] */
    double *jacobian, *after; /* [hidden, d] */
};

/* The slopes of tanh along the sequence, with states in double. With e = e^(−2|z|), tanh |z| is
 * (1 − e) / (1 + e) and its slope 4 e / (1 + e)², which keeps its digits where tanh is almost 1. */
static void slopes_fill(const struct attention_rnn *rnn, const float *x, size_t n,
                        struct rnn_work *work) {
    const size_t d = rnn->d, hidden = rnn->hidden;
    for (size_t i = 0; i < n; i++) {
        for (size_t r = 0; r < hidden; r++) {
            double z = weighted_sum(rnn->input_weight + r * d, x + i * d, d);
            if (i > 0) {
                z += attention_matrix_dot(work->state_weight + r * hidden, work->state, hidden);
            }
            if (rnn->bias) z += (double)rnn->bias[r];
            const double e = attention_math_exp_double(-2.0 * (z < 0.0 ? -z : z));
            const double size = (1.0 - e) / (1.0 + e);
            work->slopes[i * hidden + r] = 4.0 * e / ((1.0 + e) * (1.0 + e));
            work->next[r] = z < 0.0 ? -size : size;
        }
        double *before = work->state;
        work->state = work->next;
        work->next = before;
    }
}

/* Multiplies row r of matrix [rows, columns] by slopes[r]; returns the sum of all squares. */
static double slopes_apply(const double *slopes, size_t rows, size_t columns, double *matrix) {
    double square = 0.0;
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            matrix[r * columns + c] *= slopes[r];
            square += matrix[r * columns + c] * matrix[r * columns + c];
        }
    }
    return square;
}

/* Column j of the influence: ∂y_j/∂x_j = D_j W and ∂y_i/∂x_j = D_i U ∂y_(i−1)/∂x_j, D_i the
 * diagonal matrix of slopes. hidden² d multiply-adds for each pair. */
static enum attention_status rnn_column(const struct attention_rnn *rnn, size_t n, size_t j,
                                        struct rnn_work *work, float *influence,
                                        struct attention_error *error) {
    const size_t d = rnn->d, hidden = rnn->hidden;
    for (size_t c = 0; c < hidden * d; c++)
        work->jacobian[c] = (double)rnn->input_weight[c];
    for (size_t i = j; i < n; i++) {
        if (i > j) {
            attention_matrix_multiply(&(struct attention_matrix_product){.rows = hidden,
                                                                         .columns = d,
                                                                         .depth = hidden,
                                                                         .a = work->state_weight,
                                                                         .a_row_stride = hidden,
                                                                         .a_depth_stride = 1,
                                                                         .b = work->jacobian,
                                                                         .b_stride = d,
                                                                         .c = work->after,
                                                                         .c_stride = d});
            double *before = work->jacobian;
            work->jacobian = work->after;
            work->after = before;
        }
        const double square = slopes_apply(work->slopes + i * hidden, hidden, d, work->jacobian);
        const enum attention_status status =
            attention_matrix_store(square, i, j, influence + i * n + j, error);
        if (status != ATTENTION_OK) return status;
    }
    return ATTENTION_OK;
}

enum attention_status attention_rnn_influence(const struct attention_rnn *rnn, const float *x,
                                              size_t n, const struct attention_allocator *allocator,
                                              float *influence, struct attention_error *error) {
    static const char what[] = "the influence in the recurrent network";
    rnn_assert(rnn);
    assert(x && n >= 1 && influence);
    attention_error_clear(error);
    const size_t d = rnn->d, hidden = rnn->hidden;
    size_t count = 0;
    if (!attention_workspace_count(&count, n, hidden, 1) ||
        !attention_workspace_count(&count, 2, hidden, 1) ||
        !attention_workspace_count(&count, hidden, hidden, 1) ||
        !attention_workspace_count(&count, 2, hidden, d)) {
        return attention_workspace_refuse(what, error);
    }
    double *const memory = attention_workspace_doubles(allocator, count, what, error);
    if (!memory) return ATTENTION_NO_MEMORY;
    double *free_memory = memory;
    struct rnn_work work;
    work.slopes = attention_workspace_take(&free_memory, n * hidden);
    work.state = attention_workspace_take(&free_memory, hidden);
    work.next = attention_workspace_take(&free_memory, hidden);
    work.state_weight = attention_workspace_take(&free_memory, hidden * hidden);
    work.jacobian = attention_workspace_take(&free_memory, hidden * d);
    work.after = attention_workspace_take(&free_memory, hidden * d);

    for (size_t c = 0; c < hidden * hidden; c++)
        work.state_weight[c] = (double)rnn->state_weight[c];
    slopes_fill(rnn, x, n, &work);
    memset(influence, 0, n * n * sizeof *influence);
    enum attention_status status = ATTENTION_OK;
    for (size_t j = 0; j < n && status == ATTENTION_OK; j++)
        status = rnn_column(rnn, n, j, &work, influence, error);
    attention_workspace_release(allocator, memory);
    return status;
}

static void cnn_assert(const struct attention_cnn *cnn) {
    assert(cnn && cnn->d >= 1 && cnn->channels >= 1 && cnn->kernel >= 1 && cnn->weight);
    (void)cnn;
}

enum attention_status attention_cnn_run(const struct attention_cnn *cnn, const float *x, size_t n,
                                        float *out, struct attention_error *error) {
    cnn_assert(cnn);
    assert(x && out);
    attention_error_clear(error);
    const size_t d = cnn->d, channels = cnn->channels, left = (cnn->kernel - 1) / 2;
    for (size_t i = 0; i < n; i++) {
        const size_t first =
            i < left ? left - i : 0; /* taps from first to before end fall on tokens */
        const size_t room = n - i + left, end = cnn->kernel < room ? cnn->kernel : room;
        for (size_t r = 0; r < channels; r++) {
            double y = 0.0;
            for (size_t t = first; t < end; t++)
                y += weighted_sum(cnn->weight + (t * channels + r) * d, x + (i + t - left) * d, d);
            if (cnn->bias) y += (double)cnn->bias[r];
            if (y > (double)FLT_MAX || y < -(double)FLT_MAX) {
                attention_error_add(error, "the convolution of token ");
                attention_error_add_number(error, i + 1);
                attention_error_add(error, " is beyond what float32 can hold; use smaller "
                                           "embeddings or weights");
                return ATTENTION_INVALID;
            }
            out[i * channels + r] = (float)y;
        }
    }
    return ATTENTION_OK;
}

/* ∂y_i/∂x_j is W_t with t = j − i + left, where there is such a tap, and 0 elsewhere. */
enum attention_status attention_cnn_influence(const struct attention_cnn *cnn, size_t n,
                                              float *influence, struct attention_error *error) {
    cnn_assert(cnn);
    assert(n >= 1 && influence);
    attention_error_clear(error);
    const size_t left = (cnn->kernel - 1) / 2, count = cnn->channels * cnn->d;
    memset(influence, 0, n * n * sizeof *influence);
    for (size_t t = 0; t < cnn->kernel; t++) {
        if (t >= n + left || t + n <= left) continue; /* falls on padding, whatever the row */
        const float *weight = cnn->weight + t * count;
        const double square = weighted_sum(weight, weight, count);
        for (size_t i = t < left ? left - t : 0; i < n && i + t < n + left; i++) {
            const size_t j = i + t - left;
            const enum attention_status status =
                attention_matrix_store(square, i, j, influence + i * n + j, error);
            if (status != ATTENTION_OK) return status;
        }
    }
    return ATTENTION_OK;
}
