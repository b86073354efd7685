/* painting.c: strokes over the cells of the mask. */
#include "painting.h"

#include "steps.h"

#include <stdlib.h>

bool painting_allows(const struct study *study, int query, int key) {
    struct what_if acting = study->document.what_if;
    size_t n = study_tokens(study), m = study_keys(study);
    acting.mask = study_mask(study);
    if (query < 0 || key < 0 || (size_t)query >= n || (size_t)key >= m) return true;
    return what_if_allows(&acting, (size_t)query, (size_t)key, m);
}

/* a · of / steps, rounded to the nearest, halves away from 0. */
static int part(int a, int of, int steps) {
    long long doubled = 2LL * a * of, whole = 2LL * steps;
    return (int)((doubled + (doubled < 0 ? -steps : steps)) / whole);
}

/* The first hidden cell gives `scale` a beat more, the mask's: who saw the whole step sees it. */
static void follow(const struct study *study, struct document *wanted) {
    if (wanted->step == STEP_SCALE && wanted->beat == steps_beats(study, STEP_SCALE) - 1)
        wanted->beat = BEAT_LAST;
}

bool painting_stroke(const struct study *study, struct document *wanted, struct painting_place from,
                     struct painting_place to, bool is_allowed) {
    int down = to.query - from.query, across = to.key - from.key;
    int steps = abs(down) > abs(across) ? abs(down) : abs(across);
    for (int i = 0; i <= steps; i++) {
        int query = from.query + (steps ? part(down, i, steps) : 0);
        int key = from.key + (steps ? part(across, i, steps) : 0);
        if (!study_paint(study, wanted, query, key, is_allowed)) return false;
    }
    follow(study, wanted);
    return true;
}

/* Does the painted mask let through just what `other` does? Both are for n × m cells. */
static bool is_mask(const struct what_if *painted, const struct what_if *other, size_t n,
                    size_t m) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            if (what_if_allows(painted, i, j, m) != what_if_allows(other, i, j, m)) return false;
    return true;
}

/* The only size that `mask` can have to be the painted one: what the first row shows. */
static int size_of(const struct what_if *painted, enum mask_choice mask, size_t m) {
    size_t seen = 0;
    while (seen < m && what_if_allows(painted, 0, seen, m))
        seen++;
    return mask == MASK_PADDING ? (int)(m - seen) : (int)seen - 1;
}

static void become(struct what_if *what_if, enum mask_choice mask, int size) {
    what_if->mask = mask;
    what_if->mask_size = size;
    free(what_if->painted.allowed);
    what_if->painted = (struct painted_mask){0};
}

void painting_settle(const struct study *study, struct document *wanted) {
    struct what_if *what_if = &wanted->what_if;
    size_t n = study_tokens(study), m = study_keys(study);
    const struct painted_mask *painted = &what_if->painted;
    bool is_whole = painted->allowed && painted->rows == n && painted->columns == m;
    if (what_if->mask != MASK_PAINTED || !is_whole) return;
    enum mask_choice own = study->model.mask == ATTENTION_MASK_CAUSAL ? MASK_CAUSAL : MASK_NONE;
    const enum mask_choice named[] = {own, MASK_NONE, MASK_CAUSAL, MASK_WINDOW, MASK_PADDING};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        struct what_if other = {.mask = named[i], .mask_size = what_if->mask_size};
        if (named[i] == MASK_WINDOW || named[i] == MASK_PADDING)
            other.mask_size = size_of(what_if, named[i], m);
        if (other.mask_size < 0 || !is_mask(what_if, &other, n, m)) continue;
        become(what_if, i == 0 ? MASK_MODEL : named[i], other.mask_size);
        return;
    }
}
