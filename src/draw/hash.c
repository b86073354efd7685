/* hash.c: one number for all that a list paints. FNV-1a over 32-bit words, in painting order. */
#include "hash.h"
#include <string.h>

uint64_t hash_word(uint64_t hash, uint32_t word) {
    return (hash ^ word) * 1099511628211u;
}

static uint64_t hash_float(uint64_t hash, float value) {
    float plain = value + 0.0f; /* −0 and 0 paint the same */
    uint32_t word;
    memcpy(&word, &plain, sizeof word);
    return hash_word(hash, word);
}

static uint64_t hash_rect(uint64_t hash, struct rect r) {
    return hash_float(hash_float(hash_float(hash_float(hash, r.x), r.y), r.w), r.h);
}

static uint64_t hash_colour(uint64_t hash, struct colour c) {
    return hash_word(hash, (uint32_t)c.r << 24 | (uint32_t)c.g << 16 | (uint32_t)c.b << 8 | c.a);
}

uint64_t hash_command(uint64_t hash, const struct draw_list *list, const struct draw_command *c) {
    hash = hash_word(hash, c->kind);
    hash = hash_rect(hash_rect(hash, c->rect), c->clip);
    hash = hash_colour(hash, c->colour);
    hash = hash_float(hash_float(hash, c->radius), c->thickness);
    hash = hash_float(hash_float(hash, c->dash), c->angle);
    hash = hash_word(hash_word(hash, c->count), c->columns);
    if (c->kind == DRAW_CURVE) hash = hash_word(hash, c->is_upright);
    if (c->kind == DRAW_TEXT) {
        hash = hash_word(hash, (uint32_t)c->face << 1 | c->is_right_to_left);
        for (size_t i = 0; i < c->count; i++)
            hash = hash_word(hash, (uint8_t)list->text[c->data + i]);
    }
    if (c->kind == DRAW_MATRIX)
        for (size_t i = 0; i < (size_t)c->count * c->columns; i++)
            hash = hash_colour(hash, list->cells[c->data + i]);
    return hash;
}

uint64_t draw_list_hash(const struct draw_list *list) {
    uint64_t hash = hash_float(hash_float(HASH_START, list->width), list->height);
    hash = hash_colour(hash, list->background);
    for (size_t i = 0; i < list->count; i++)
        hash = hash_command(hash, list, &list->commands[i]);
    return hash;
}
