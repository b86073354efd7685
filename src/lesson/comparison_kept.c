/* comparison_kept.c: what pictures need of a comparison, made when first asked for. */
#include "lesson/comparison.h"
#include <stdlib.h>

void comparison_kept_forget(struct comparison_kept *kept) {
    comparison_free(&kept->comparison);
    kept->has_comparison = kept->has_influence = false;
    kept->why.text[0] = '\0';
}

void comparison_kept_free(struct comparison_kept *kept) {
    if (kept != NULL) comparison_kept_forget(kept);
    free(kept);
}

const struct comparison *comparison_of(const struct study *study) {
    struct comparison_kept *kept = study->kept;
    if (kept == NULL || study_tokens(study) == 0) return NULL;
    if (kept->has_comparison &&
        (kept->comparison.kernel != (size_t)study->document.compare_kernel ||
         kept->layer != study->document.layer))
        comparison_kept_forget(kept);
    kept->layer = study->document.layer;
    if (!kept->has_comparison)
        kept->has_comparison = comparison_make(study, &kept->comparison, NULL);
    return kept->has_comparison ? &kept->comparison : NULL;
}

const struct comparison *comparison_with_influence(const struct study *study, const char **why) {
    struct comparison_kept *kept = study->kept;
    *why = "";
    if (comparison_of(study) == NULL) return NULL;
    if (!kept->has_influence) {
        kept->has_influence = true;
        if (!comparison_is_too_much(study))
            comparison_make_influence(study, &kept->comparison, &kept->why);
    }
    *why = kept->why.text;
    return &kept->comparison;
}

bool comparison_is_too_much(const struct study *study) {
    return comparison_influence_work(study) > COMPARISON_MOST_WORK;
}

const float *comparison_shown(const struct study *study, enum compared compared, size_t *columns) {
    const char *why;
    bool is_influence = study->document.compare_shows == COMPARE_INFLUENCE;
    const struct comparison *comparison =
        is_influence ? comparison_with_influence(study, &why) : comparison_of(study);
    if (comparison == NULL) return NULL;
    *columns = comparison_columns(comparison, compared);
    return is_influence ? comparison->influence[compared] : comparison->first[compared];
}

enum { LARGEST_KEYS = 8, LARGEST_TRIALS = 2000, LARGEST_SEED = 1 };

/* The sizes in order, with the model's own among them; returns how many. */
static size_t sizes_of(size_t own, struct largest_weight *out) {
    static const size_t sizes[] = {1, 4, 16, 64, 256};
    size_t count = 0;
    bool is_in = false;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (!is_in && own < sizes[i]) out[count++].d_k = own;
        is_in = is_in || own <= sizes[i];
        out[count++].d_k = sizes[i];
    }
    if (!is_in) out[count++].d_k = own;
    return count;
}

const struct largest_weight *comparison_largest_weights(const struct study *study, size_t *count) {
    struct comparison_kept *kept = study->kept;
    int own = study->model.weights.config.d_k;
    *count = 0;
    if (kept == NULL || own < 1) return NULL;
    if (kept->largest_count == 0 || kept->largest_of != own) {
        kept->largest_count = 0;
        size_t sizes = sizes_of((size_t)own, kept->largest);
        for (size_t i = 0; i < sizes; i++) {
            struct largest_weight *at = &kept->largest[i];
            if (attention_mean_largest_weight(at->d_k, LARGEST_KEYS, LARGEST_TRIALS, LARGEST_SEED,
                                              NULL, &at->unscaled, &at->scaled,
                                              NULL) != ATTENTION_OK)
                return NULL;
        }
        kept->largest_count = sizes;
        kept->largest_of = own;
    }
    *count = kept->largest_count;
    return kept->largest;
}
