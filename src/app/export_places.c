/* export_places.c: which pictures a batch or an animation is made of. */
#include "app/export.h"

#include "lesson/comparison.h"
#include "lesson/steps.h"

#include <stdlib.h>

/* More are no animation that anybody watches, nor a batch that ends. */
static const size_t MOST_PLACES = (size_t)1 << 20;

/* From the first to the last of each. */
struct span {
    int first, last;
};
struct spans {
    struct span layers, steps, heads;
};

static struct span span_of(bool is_each, int one, int count) {
    return is_each ? (struct span){0, count - 1} : (struct span){one, one};
}

/* Without words there is one picture, of nothing; and view `compare` is the same at every step. */
static struct spans spans_of(const struct study *study, const struct export_variety *variety) {
    const struct attention_config *config = &study->model.weights.config;
    const struct document *d = &study->document;
    bool has_words = study_tokens(study) > 0;
    bool is_walk_of_steps = !(variety->is_each_beat && d->view == VIEW_COMPARE);
    return (struct spans){
        span_of(variety->is_each_layer && has_words, d->layer, config->layers),
        span_of(variety->is_each_step && is_walk_of_steps, (int)d->step, STEP_COUNT),
        span_of(variety->is_each_head && has_words, d->head, config->heads)};
}

static bool is_comparing(const struct study *study) {
    return study->document.view == VIEW_COMPARE && study_tokens(study) > 0;
}

static size_t beats_at(const struct study *study, const struct export_place *place) {
    struct study at = export_study_at(study, place);
    return is_comparing(&at) ? comparison_last_step(&at) + 1
                             : (size_t)steps_beats(&at, at.document.step);
}

/* Goes through the places in reading order and puts them into `out`, where that is there: returns
 * how many, or more than MOST_PLACES. */
static size_t go_through(const struct study *study, const struct export_variety *variety,
                         struct export_place *out) {
    struct spans spans = spans_of(study, variety);
    size_t count = 0;
    for (int layer = spans.layers.first; layer <= spans.layers.last; layer++)
        for (int step = spans.steps.first; step <= spans.steps.last; step++) {
            bool is_before_layers = layer > 0 && step < STEP_PROJECTION;
            if (is_before_layers && spans.steps.last > spans.steps.first) continue;
            for (int head = spans.heads.first; head <= spans.heads.last; head++) {
                struct export_place place = {
                    layer, head, is_before_layers ? STEP_PROJECTION : (enum step)step, -1};
                size_t beats = variety->is_each_beat ? beats_at(study, &place) : 1;
                if (beats > MOST_PLACES - count) return MOST_PLACES + 1;
                for (size_t beat = 0; beat < beats && out; beat++) {
                    if (variety->is_each_beat) place.beat = (int)beat;
                    out[count + beat] = place;
                }
                count += beats;
            }
        }
    return count;
}

bool export_places(const struct study *study, const struct export_variety *variety,
                   struct export_place **places, size_t *count, struct file_error *error) {
    *places = NULL;
    *count = go_through(study, variety, NULL);
    if (*count > MOST_PLACES)
        return file_error_set(error, "these are more than a million pictures; choose a larger "
                                     "stride, or one step");
    *places = calloc(*count, sizeof **places);
    if (!*places)
        return file_error_set(error, "no memory is left for pictures; close other programs");
    go_through(study, variety, *places);
    return true;
}

/* As study_set would leave it: a later layer has no step before its projection. */
struct study export_study_at(const struct study *study, const struct export_place *place) {
    struct study at = *study;
    struct document *d = &at.document;
    bool is_other_step = place->step != d->step, is_beat = place->beat >= 0;
    bool is_other_question = place->layer != d->layer || place->head != d->head;
    for (int i = 0; i < PREDICT_COUNT && is_other_question; i++)
        d->answers[i] = PREDICT_NONE;
    d->layer = place->layer;
    d->head = place->head;
    int beat = is_beat ? place->beat : is_other_step ? BEAT_LAST : d->beat;
    if (is_beat && is_comparing(&at)) {
        d->compare_steps = place->beat;
        beat = d->beat;
    }
    steps_go(&at, d, place->step, beat);
    return at;
}
