#include "support_what_if.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

int lot_number(uint32_t *seed, int below) {
    *seed = *seed * 1664525u + 1013904223u;
    return (int)((*seed >> 8) % (uint32_t)below);
}

/* 0, the model's own, twice in three times. */
static int draw_choice(uint32_t *seed, int count) {
    return lot_number(seed, 3) ? 0 : lot_number(seed, count);
}

static void draw_words(char *out, size_t out_bytes, int count, uint32_t *seed) {
    static const char *const words[] = {
        "dog", "slept", "Rindfleischetikettierung", "猫", "deep", "a", "שלום", "."};
    size_t used = 0;
    for (int i = 0; i < count; i++)
        used += (size_t)snprintf(out + used, out_bytes - used, "%s%s", i ? " " : "",
                                 words[lot_number(seed, 8)]);
}

void lot_what_if(struct document *document, uint32_t *seed) {
    static const float temperatures[] = {0, 0.1f, 0.5f, 2, 10, 0.37f};
    char words[600];
    what_if_free(&document->what_if);
    what_if_init(&document->what_if);
    struct what_if *w = &document->what_if;
    w->similarity = (enum similarity_choice)draw_choice(seed, SIMILARITY_COUNT);
    w->scaling = (enum scaling_choice)draw_choice(seed, SCALING_COUNT);
    w->mask = (enum mask_choice)draw_choice(seed, MASK_PAINTED);
    w->mask_size = lot_number(seed, 3);
    w->position = (enum position_choice)draw_choice(seed, POSITION_COUNT);
    w->residual = (enum residual_choice)draw_choice(seed, RESIDUAL_COUNT);
    w->norm = (enum norm_choice)draw_choice(seed, NORM_COUNT);
    w->activation = (enum activation_choice)draw_choice(seed, ACTIVATION_COUNT);
    if (lot_number(seed, 3) == 0) w->temperature = temperatures[lot_number(seed, 6)];
    if (lot_number(seed, 3) == 0) w->shuffle_seed = 1 + (uint32_t)lot_number(seed, 99);
    if (lot_number(seed, 3) == 0) w->heads_off[0] = (uint64_t)lot_number(seed, 64);
    if (lot_number(seed, 2)) {
        int count = 1 + lot_number(seed, 12);
        draw_words(words, sizeof words, count, seed);
        assert_true(what_if_set_context(w, words));
        if (lot_number(seed, 3) == 0) {
            draw_words(words, sizeof words, count, seed);
            assert_true(what_if_set_values(w, words));
        }
    }
    if (lot_number(seed, 6) == 0) {
        for (int i = 0; i < 12; i++)
            assert_true(what_if_paint(w, 8, 8, (size_t)lot_number(seed, 8),
                                      (size_t)lot_number(seed, 8), false));
        w->mask = MASK_PAINTED;
    }
    uint32_t kind = *seed >> 20; /* of the last lot: no lot of its own */
    w->fault = kind % 3 == 0 ? (enum fault_choice)(kind / 3 % FAULT_COUNT) : FAULT_NONE;
}
