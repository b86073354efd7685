/* switches.c: what can be switched, and what is on. */
#include "switches.h"

#include <math.h>

static const char *const ids[SWITCH_COUNT] = {
#define X(NAME, id) id,
    LESSON_SWITCHES(X)
#undef X
};

/* τ in its places: fine around 1, where the eye sees a difference, wide beyond. */
static const float temperatures[] = {0,   .1f, .2f,   .3f,  .4f,   .5f, .6f,  .7f, .8f,
                                     .9f, 1,   1.25f, 1.5f, 1.75f, 2,   2.5f, 3,   3.5f,
                                     4,   5,   6,     7,    8,     9,   10};
enum { TEMPERATURE_PLACES = sizeof temperatures / sizeof *temperatures, TEMPERATURE_OWN = 10 };

const char *switch_id(enum switch_id which) {
    return ids[which];
}

static struct switch_state state_of(int count, const char *const *names, int chosen, int own) {
    struct switch_state state = {.count = count, .chosen = chosen, .own = own};
    for (int i = 0; i < count; i++)
        state.ids[i] = names[i];
    return state;
}

static const char *const on_off[] = {"on", "off"};

static struct switch_state mask_of(const struct study *study) {
    static const char *const names[] = {"none", "causal", "padding", "window", "painted"};
    const struct what_if *what_if = &study->document.what_if;
    /* The mask that acts is one of MASK_NONE … MASK_PAINTED, in the order of the names. */
    int chosen = (int)study_mask(study) - (int)MASK_NONE;
    bool is_causal = study->model.mask == ATTENTION_MASK_CAUSAL;
    bool has_painted = what_if->painted.allowed != NULL || what_if->mask == MASK_PAINTED;
    return state_of(has_painted ? 5 : 4, names, chosen, is_causal ? 1 : 0);
}

static int norm_place(enum attention_norm norm) {
    return norm == ATTENTION_NORM_NONE ? 0 : norm == ATTENTION_NORM_POST ? 1 : 2;
}

struct switch_state switch_of(const struct study *study, enum switch_id which) {
    static const char *const similarities[] = {"dot", "cosine", "general", "additive"};
    static const char *const orders[] = {"typed", "shuffled"};
    static const char *const norms[] = {"none", "post", "pre"};
    static const char *const activations[] = {"relu", "gelu"};
    static const char *const faults[] = {"none", "axis", "after"};
    const struct what_if *what_if = &study->document.what_if;
    const struct attention_config *now = &study->model.weights.config, *own = &study->own_config;
    switch (which) {
    case SWITCH_SIMILARITY:
        return state_of(4, similarities, (int)now->similarity, (int)own->similarity);
    case SWITCH_SCALING:
        return state_of(2, on_off, !study_is_scaled(study), study->model.is_scale_off);
    case SWITCH_MASK:
        return mask_of(study);
    case SWITCH_POSITION:
        return state_of(2, on_off, now->position == ATTENTION_POSITION_NONE,
                        own->position == ATTENTION_POSITION_NONE);
    case SWITCH_ORDER:
        return state_of(2, orders, what_if->shuffle_seed != 0, 0);
    case SWITCH_RESIDUAL:
        return state_of(2, on_off, now->is_residual_off, own->is_residual_off);
    case SWITCH_NORM:
        return state_of(3, norms, norm_place(now->norm), norm_place(own->norm));
    case SWITCH_ACTIVATION:
        if (now->d_ff == 0) return (struct switch_state){0};
        return state_of(2, activations, (int)now->activation, (int)own->activation);
    case SWITCH_FAULT:
        return state_of(3, faults, (int)what_if->fault, 0);
    default:
        return (struct switch_state){0};
    }
}

bool switch_is_changed(const struct switch_state *state) {
    return state->count > 0 && state->chosen != state->own;
}

static void choose_mask(const struct study *study, struct what_if *what_if, int choice) {
    enum { FIRST_SIZE = 1 }; /* of a window or a padding that had none: one that shows */
    what_if->mask = (enum mask_choice)((int)MASK_NONE + choice);
    bool has_size = what_if->mask == MASK_PADDING || what_if->mask == MASK_WINDOW;
    if (has_size && study_mask(study) != what_if->mask && what_if->mask_size == 0)
        what_if->mask_size = FIRST_SIZE;
}

void switch_choose(const struct study *study, struct what_if *what_if, enum switch_id which,
                   int choice) {
    struct switch_state state = switch_of(study, which);
    bool is_own = choice == state.own;
    if (choice < 0 || choice >= state.count) return;
    switch (which) {
    case SWITCH_SIMILARITY:
        what_if->similarity =
            is_own ? SIMILARITY_MODEL
                   : (enum similarity_choice)((int)SIMILARITY_DOT + choice); /* the same order */
        break;
    case SWITCH_SCALING:
        what_if->scaling = is_own ? SCALING_MODEL : choice == 0 ? SCALING_ON : SCALING_OFF;
        break;
    case SWITCH_MASK:
        if (is_own)
            what_if->mask = MASK_MODEL;
        else
            choose_mask(study, what_if, choice);
        break;
    case SWITCH_POSITION:
        what_if->position = is_own ? POSITION_MODEL : choice == 0 ? POSITION_ON : POSITION_OFF;
        break;
    case SWITCH_ORDER: /* each time another order */
        what_if->shuffle_seed = choice == 0 ? 0 : what_if->shuffle_seed + 1;
        if (choice != 0 && what_if->shuffle_seed == 0) what_if->shuffle_seed = 1;
        break;
    case SWITCH_RESIDUAL:
        what_if->residual = is_own ? RESIDUAL_MODEL : choice == 0 ? RESIDUAL_ON : RESIDUAL_OFF;
        break;
    case SWITCH_NORM:
        what_if->norm = is_own ? NORM_MODEL : (enum norm_choice)((int)NORM_NONE + choice);
        break;
    case SWITCH_ACTIVATION:
        what_if->activation = is_own        ? ACTIVATION_MODEL
                              : choice == 0 ? ACTIVATION_RELU
                                            : ACTIVATION_GELU;
        break;
    case SWITCH_FAULT:
        what_if->fault = (enum fault_choice)choice; /* the same order */
        break;
    default:
        break;
    }
}

static struct dial_state temperature_of(const struct what_if *what_if) {
    struct dial_state state = {.places = TEMPERATURE_PLACES,
                               .own = TEMPERATURE_OWN,
                               .value = what_if->temperature,
                               .is_changed = what_if->temperature != 1.0f};
    for (int i = 1; i < TEMPERATURE_PLACES; i++) {
        float nearest = fabsf(temperatures[state.place] - state.value);
        /* (Of a huge value all are equally far: the last one it is.) */
        if (fabsf(temperatures[i] - state.value) <= nearest) state.place = i;
    }
    return state;
}

/* The largest size that still makes a difference. */
static int most_masked(const struct study *study, enum mask_choice mask) {
    int n = (int)study_tokens(study), m = (int)study_keys(study);
    return mask == MASK_PADDING ? m : (n > m ? n : m) - 1;
}

struct dial_state dial_of(const struct study *study, enum dial_id which) {
    const struct what_if *what_if = &study->document.what_if;
    enum mask_choice mask = study_mask(study);
    if (which == DIAL_TEMPERATURE) return temperature_of(what_if);
    if ((mask != MASK_PADDING && mask != MASK_WINDOW) || study_tokens(study) == 0)
        return (struct dial_state){0};
    int most = most_masked(study, mask), size = what_if->mask_size;
    return (struct dial_state){.places = most + 1,
                               .place = size < most ? size : most,
                               .own = -1,
                               .value = (float)size,
                               .is_changed = true};
}

void dial_turn(const struct study *study, struct what_if *what_if, enum dial_id which, int place) {
    struct dial_state state = dial_of(study, which);
    if (state.places == 0) return;
    place = place < 0 ? 0 : place < state.places ? place : state.places - 1;
    if (which == DIAL_TEMPERATURE)
        what_if->temperature = temperatures[place];
    else
        what_if->mask_size = place;
}

bool switches_are_changed(const struct study *study) {
    const struct what_if *what_if = &study->document.what_if;
    const struct attention_config *config = &study->own_config;
    for (int i = 0; i < SWITCH_COUNT; i++) {
        struct switch_state state = switch_of(study, (enum switch_id)i);
        if (switch_is_changed(&state)) return true;
    }
    for (int layer = 0; layer < config->layers; layer++)
        for (int head = 0; head < config->heads; head++)
            if (what_if_is_head_off(what_if, layer, head)) return true;
    return what_if->temperature != 1.0f || what_if->context != NULL || what_if->values != NULL ||
           what_if->edit_count > 0;
}
