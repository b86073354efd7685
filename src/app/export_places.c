/* export_places.c: which pictures a batch is made of. */
#include "app/export.h"

#include "lesson/steps.h"
#include "lesson/worksheet.h"

#include <stdlib.h>

bool export_places(const struct study *study, const struct export_variety *variety,
                   struct export_place **places, size_t *count) {
    const struct attention_config *config = &study->model.weights.config;
    const struct document *d = &study->document;
    bool has_words = study_tokens(study) > 0; /* without, there is one picture, of nothing */
    int first_layer = variety->is_each_layer && has_words ? 0 : d->layer;
    int last_layer = variety->is_each_layer && has_words ? config->layers - 1 : d->layer;
    int first_head = variety->is_each_head && has_words ? 0 : d->head;
    int last_head = variety->is_each_head && has_words ? config->heads - 1 : d->head;
    int first_step = variety->is_each_step ? 0 : (int)d->step;
    int last_step = variety->is_each_step ? STEP_COUNT - 1 : (int)d->step;
    size_t most = (size_t)(last_layer - first_layer + 1) * (size_t)(last_head - first_head + 1) *
                  (size_t)(last_step - first_step + 1);
    struct export_place *made = calloc(most, sizeof *made);
    size_t used = 0;
    for (int layer = first_layer; made && layer <= last_layer; layer++)
        for (int step = first_step; step <= last_step; step++) {
            bool is_before_layers = layer > 0 && step < STEP_PROJECTION;
            if (is_before_layers && variety->is_each_step) continue;
            for (int head = first_head; head <= last_head; head++)
                made[used++] = (struct export_place){
                    layer, head, is_before_layers ? STEP_PROJECTION : (enum step)step};
        }
    *places = made;
    *count = used;
    return made != NULL;
}

/* As study_set would leave it: a later layer has no step before its projection. */
struct study export_study_at(const struct study *study, const struct export_place *place) {
    struct study at = *study;
    struct document *d = &at.document;
    bool is_other_step = place->step != d->step;
    bool is_other_question = place->layer != d->layer || place->head != d->head;
    for (int i = 0; i < PREDICT_COUNT && is_other_question; i++)
        d->answers[i] = PREDICT_NONE;
    d->layer = place->layer;
    d->head = place->head;
    steps_go(&at, d, place->step, is_other_step ? BEAT_LAST : d->beat);
    return at;
}

size_t export_places_of_worksheets(const struct study *study, struct export_place *places,
                                   size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct study at = export_study_at(study, &places[i]);
        struct study sheet = worksheet_study(&at);
        if (worksheet_is_possible(&sheet, NULL)) places[kept++] = places[i];
    }
    return kept;
}
