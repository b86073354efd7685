/* Seeded normal numbers, and what they say about scaling. */
#include <assert.h>

#include "attention_compare.h"
#include "attention_error.h"
#include "attention_math.h"
#include "attention_normals.h"
#include "attention_workspace.h"

enum { MOST_D_K = 4096, MOST_KEYS = 1024, MOST_TRIALS = 1000000 };

/* splitmix64: Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators". */
static uint64_t random_bits(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Box and Muller 1958: √(−2 ln u) times cosine and sine of 2π w, for u in (0, 1] and w in [0, 1),
 * both multiples of 2^−53. */
double attention_normals_next(struct attention_normals *normals) {
    if (normals->has_second) {
        normals->has_second = false;
        return normals->second;
    }
    const double step = 1.0 / 9007199254740992.0; /* 2^−53 */
    const double u = (double)((random_bits(&normals->state) >> 11) + 1) * step;
    const double w = (double)(random_bits(&normals->state) >> 11) * step;
    const double radius = attention_math_sqrt_double(-2.0 * attention_math_log_double(u));
    const double angle = 6.283185307179586477 * w;
    normals->second = radius * attention_math_sin(angle);
    normals->has_second = true;
    return radius * attention_math_cos(angle);
}

void attention_normal_numbers(uint64_t seed, double size, size_t count, float *out) {
    assert(out || count == 0);
    assert(size >= 0.0 && size <= 1e37);
    struct attention_normals normals = {.state = seed};
    for (size_t i = 0; i < count; i++)
        out[i] = (float)(size * attention_normals_next(&normals));
}

/* The largest of softmax(factor · scores): 1 / Σ e^(factor · (score − largest)). */
static double largest_weight(const double *scores, size_t keys, double largest, double factor) {
    double total = 0.0;
    for (size_t j = 0; j < keys; j++)
        total += attention_math_exp_double(factor * (scores[j] - largest));
    return 1.0 / total;
}

static enum attention_status refuse_range(struct attention_error *error, const char *name,
                                          size_t value, size_t most) {
    attention_error_add(error, name);
    attention_error_add(error, " is ");
    attention_error_add_number(error, value);
    attention_error_add(error, "; set it to a number from 1 to ");
    attention_error_add_number(error, most);
    return ATTENTION_INVALID;
}

/* For one query q, the scores q·k of unit normal keys are themselves normal: independent, with mean
 * 0 and standard deviation ‖q‖. So a trial draws the d_k numbers of q and then one number per key,
 * in place of d_k per key: the same distribution, d_k times sooner. */
enum attention_status attention_mean_largest_weight(size_t d_k, size_t keys, size_t trials,
                                                    uint64_t seed,
                                                    const struct attention_allocator *allocator,
                                                    double *unscaled, double *scaled,
                                                    struct attention_error *error) {
    assert(unscaled && scaled);
    attention_error_clear(error);
    if (d_k < 1 || d_k > MOST_D_K) return refuse_range(error, "d_k", d_k, MOST_D_K);
    if (keys < 1 || keys > MOST_KEYS) {
        return refuse_range(error, "the number of keys", keys, MOST_KEYS);
    }
    if (trials < 1 || trials > MOST_TRIALS) {
        return refuse_range(error, "the number of trials", trials, MOST_TRIALS);
    }
    double *scores = attention_workspace_doubles(allocator, keys, "the scores of one query", error);
    if (!scores) return ATTENTION_NO_MEMORY;

    struct attention_normals normals = {.state = seed};
    const double factor = 1.0 / attention_math_sqrt_double((double)d_k);
    double sum_unscaled = 0.0, sum_scaled = 0.0;
    for (size_t trial = 0; trial < trials; trial++) {
        double square = 0.0;
        for (size_t c = 0; c < d_k; c++) {
            const double q = attention_normals_next(&normals);
            square += q * q;
        }
        const double norm = attention_math_sqrt_double(square);
        double largest = 0.0;
        for (size_t j = 0; j < keys; j++) {
            scores[j] = norm * attention_normals_next(&normals);
            if (j == 0 || scores[j] > largest) largest = scores[j];
        }
        sum_unscaled += largest_weight(scores, keys, largest, 1.0);
        sum_scaled += largest_weight(scores, keys, largest, factor);
    }
    attention_workspace_release(allocator, scores);
    *unscaled = sum_unscaled / (double)trials;
    *scaled = sum_scaled / (double)trials;
    return ATTENTION_OK;
}
