/* overview.c: pooled weights, entropy, patterns, shares. */
#include "overview.h"

#include "difference.h"

#include <math.h>
#include <stdlib.h>

const char *head_pattern_id(enum head_pattern pattern) {
    static const char *const ids[PATTERN_COUNT] = {"itself", "previous", "next", "first", "spread"};
    return ids[pattern];
}

void overview_kept_forget(struct overview_kept *kept) {
    if (kept) {
        free(kept->pooled);
        free(kept->differences);
        free(kept->summaries);
        *kept = (struct overview_kept){0};
    }
}

/* Weights [h, n, m] of a layer; data NULL: none. */
static struct attention_tensor weights_of(const struct study *study, int layer) {
    int layers = study->model.weights.config.layers;
    if (!study->trace || layer < 0 || layer >= layers) {
        return (struct attention_tensor){0};
    }
    return attention_trace_tensor(study->trace, ATTENTION_TENSOR_WEIGHTS, layer);
}

static const float *head_of(const struct attention_tensor *weights, int head) {
    bool is_there = weights->data && head >= 0 && (size_t)head < weights->shape[0];
    return is_there ? weights->data + (size_t)head * weights->shape[1] * weights->shape[2] : NULL;
}

static size_t side_of(size_t count) {
    return count < OVERVIEW_SIDE ? count : OVERVIEW_SIDE;
}

static void pool(const float *from, size_t n, size_t m, float *to, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            to[r * columns + c] = 0;
        }
    }
    for (size_t i = 0; i < n; i++) {
        float *row = to + i * rows / n * columns;
        for (size_t c = 0; c < columns; c++) {
            size_t end = ((c + 1) * m + columns - 1) / columns; /* as rows: j·columns / m is c */
            for (size_t j = (c * m + columns - 1) / columns; j < end; j++) {
                row[c] = from[i * m + j] > row[c] ? from[i * m + j] : row[c];
            }
        }
    }
}

static bool pool_all(const struct study *study, size_t rows, size_t columns) {
    const struct attention_config *config = &study->model.weights.config;
    size_t heads = (size_t)config->heads, one = rows * columns;
    float *pooled = calloc((size_t)config->layers * heads * one, sizeof *pooled);
    for (int layer = 0; pooled && layer < config->layers; layer++) {
        struct attention_tensor weights = weights_of(study, layer);
        for (int head = 0; head < config->heads; head++) {
            const float *from = head_of(&weights, head);
            if (from) {
                pool(from, weights.shape[1], weights.shape[2],
                     pooled + ((size_t)layer * heads + (size_t)head) * one, rows, columns);
            }
        }
    }
    study->overview->pooled = pooled;
    return pooled != NULL;
}

const float *overview_head(const struct study *study, int layer, int head, size_t *rows,
                           size_t *columns) {
    struct attention_tensor weights = weights_of(study, layer);
    const float *whole = head_of(&weights, head);
    if (!whole) {
        return NULL;
    }
    *rows = side_of(weights.shape[1]);
    *columns = side_of(weights.shape[2]);
    if (*rows == weights.shape[1] && *columns == weights.shape[2]) {
        return whole;
    }
    if (!study->overview || (!study->overview->pooled && !pool_all(study, *rows, *columns))) {
        return NULL;
    }
    size_t at = (size_t)layer * weights.shape[0] + (size_t)head;
    return study->overview->pooled + at * *rows * *columns;
}

/* As pool, of the differences: what has changed most stays. */
static void pool_difference(const float *now, const float *before, size_t n, size_t m, float *to,
                            size_t rows, size_t columns) {
    for (size_t i = 0; i < n * m; i++) {
        size_t row = i / m * rows / n, column = i % m * columns / m;
        float *cell = to + row * columns + column, step = difference_between(now[i], before[i]);
        *cell = fabsf(step) > fabsf(*cell) ? step : *cell;
    }
}

/* Into differences [L, h, rows, columns] of zeros; false: there is nothing to compare with, or no
 * memory. */
static bool pool_differences(const struct study *study, size_t rows, size_t columns,
                             float *differences) {
    const struct attention_config *config = &study->model.weights.config;
    size_t floats = difference_scratch_floats(study, ATTENTION_TENSOR_WEIGHTS);
    float *scratch = malloc((floats + 1) * sizeof *scratch);
    bool is_there = scratch != NULL;
    for (int i = 0; is_there && i < config->layers * config->heads; i++) {
        struct attention_tensor weights = weights_of(study, i / config->heads);
        const float *now = head_of(&weights, i % config->heads);
        struct difference_matrix before =
            difference_weights_of(study, i / config->heads, i % config->heads, scratch);
        is_there = now && before.values;
        if (is_there) {
            pool_difference(now, before.values, before.rows, before.columns,
                            differences + (size_t)i * rows * columns, rows, columns);
        }
    }
    free(scratch);
    return is_there;
}

const float *overview_difference(const struct study *study, int layer, int head, size_t *rows,
                                 size_t *columns, float *range) {
    const struct attention_config *config = &study->model.weights.config;
    struct attention_tensor weights = weights_of(study, layer);
    struct overview_kept *kept = study->overview;
    if (!kept || !head_of(&weights, head)) {
        return NULL;
    }
    *rows = side_of(weights.shape[1]);
    *columns = side_of(weights.shape[2]);
    size_t one = *rows * *columns, count = (size_t)(config->layers * config->heads) * one;
    if (!kept->differences) {
        float *differences = calloc(count, sizeof *differences);
        if (!differences || !pool_differences(study, *rows, *columns, differences)) {
            free(differences);
            return NULL;
        }
        kept->differences = differences;
        for (size_t i = 0; i < count; i++) {
            kept->range = fmaxf(kept->range, fabsf(differences[i]));
        }
    }
    *range = kept->range > 0 ? kept->range : 1;
    return kept->differences + ((size_t)layer * weights.shape[0] + (size_t)head) * one;
}

/* The key of a pattern for query i; m: it has none. */
static size_t key_of(enum head_pattern pattern, size_t i, size_t m) {
    switch (pattern) {
    case PATTERN_ITSELF:
        return i;
    case PATTERN_PREVIOUS:
        return i > 0 ? i - 1 : m;
    case PATTERN_NEXT:
        return i + 1;
    default:
        return 0;
    }
}

/* Where the summary of a head is kept; NULL: nowhere. */
static struct head_summary *kept_summary(const struct study *study, int layer, int head) {
    const struct attention_config *config = &study->model.weights.config;
    size_t heads = (size_t)config->heads, count = (size_t)config->layers * heads;
    struct overview_kept *kept = study->overview;
    if (kept && !kept->summaries) {
        kept->summaries = malloc(count * sizeof *kept->summaries);
        for (size_t i = 0; kept->summaries && i < count; i++) {
            kept->summaries[i].entropy_bits = -1;
        }
    }
    return kept && kept->summaries ? &kept->summaries[(size_t)layer * heads + (size_t)head] : NULL;
}

bool head_summary_of(const struct study *study, int layer, int head, struct head_summary *out) {
    struct attention_tensor weights = weights_of(study, layer);
    const float *a = head_of(&weights, head);
    struct head_summary *kept = a ? kept_summary(study, layer, head) : NULL;
    if (!a) {
        return false;
    }
    if (kept && kept->entropy_bits >= 0) {
        *out = *kept;
        return true;
    }
    size_t n = weights.shape[1], m = weights.shape[2], rows = 0, counts[PATTERN_COUNT] = {0};
    double entropy = 0, sums[PATTERN_COUNT] = {0};
    for (size_t i = 0; i < n; i++) {
        double row = 0, total = 0;
        for (size_t j = 0; j < m; j++) {
            double weight = (double)a[i * m + j];
            row -= weight > 0 ? weight * log2(weight) : 0;
            total += weight;
        }
        entropy += row;
        rows += total > 0;
        for (int p = 0; p < PATTERN_SPREAD; p++) {
            size_t key = key_of((enum head_pattern)p, i, m);
            if (key < m && total > 0) {
                sums[p] += (double)a[i * m + key];
                counts[p]++;
            }
        }
    }
    bool is_cross = study_has_context(study); /* its places are those of another text */
    *out = (struct head_summary){rows ? (float)(entropy / (double)rows) : 0, PATTERN_SPREAD, 0};
    for (int p = is_cross ? PATTERN_FIRST : 0; p < PATTERN_SPREAD; p++) {
        float mean = counts[p] ? (float)(sums[p] / (double)counts[p]) : 0;
        if (mean > out->weight) {
            out->weight = mean;
            out->pattern = mean >= OVERVIEW_CLEAR ? (enum head_pattern)p : PATTERN_SPREAD;
        }
    }
    if (kept) {
        *kept = *out;
    }
    return true;
}

bool head_share_largest(const struct study *study, int layer, int head, bool is_quick,
                        float *largest) {
    enum { MOST_WORK = 2000000 };
    const struct attention_config *config = &study->model.weights.config;
    size_t n = study_tokens(study), d = (size_t)config->d_model;
    if (n == 0 || layer < 0 || layer >= config->layers || head < 0 || head >= config->heads) {
        return false;
    }
    const struct attention_trace *trace = study->trace;
    if (attention_trace_is_head_off(trace, layer, head)) {
        trace = study->baseline.trace;
        if (!trace || study->baseline.is_missing || attention_trace_tokens(trace) != n) {
            return false;
        }
    }
    if (is_quick && n * d > (size_t)MOST_WORK / (size_t)config->d_v) {
        return false;
    }
    float *share = calloc(n * d, sizeof *share);
    if (!share) {
        return false;
    }
    attention_trace_head_share(trace, &study->model.weights, layer, head, share);
    *largest = 0;
    for (size_t i = 0; i < n * d; i++) {
        *largest = fmaxf(*largest, fabsf(share[i]));
    }
    free(share);
    return true;
}
