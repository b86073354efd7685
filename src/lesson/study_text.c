/* study_text.c: a text as a model reads it. */
#include "lesson/study_text.h"
#include "files/memory.h"
#include "lesson/token_name.h"
#include <stdlib.h>
#include <string.h>

bool study_no_memory(struct file_error *error) {
    return file_error_set(error, "no memory is left for this sentence; shorten it or close other "
                                 "programs");
}

void study_text_free(struct study_text *text) {
    for (size_t i = 0; text->names != NULL && i < text->tokens.count; i++)
        free(text->names[i]);
    free(text->names);
    free(text->rows);
    tokens_free(&text->tokens);
    *text = (struct study_text){0};
}

static bool names_make(const char *text, const struct token_list *tokens, char ***out) {
    if (tokens->count == 0) return true;
    *out = file_allocate(tokens->count, sizeof **out);
    for (size_t i = 0; *out != NULL && i < tokens->count; i++) {
        (*out)[i] = token_name_make(text + tokens->tokens[i].start, tokens->tokens[i].bytes);
        if ((*out)[i] == NULL) return false;
    }
    return *out != NULL;
}

bool study_text_read(const struct model *model, const char *text, struct study_text *out,
                     struct file_error *error) {
    *out = (struct study_text){0};
    if (!model_read_text(model, text, strlen(text), &out->tokens, &out->rows, error)) return false;
    if (names_make(text, &out->tokens, &out->names)) return true;
    study_text_free(out);
    return study_no_memory(error);
}

/* splitmix64: Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators". */
static uint64_t draw(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void swap_tokens(struct study_text *text, size_t a, size_t b, size_t d) {
    struct token token = text->tokens.tokens[a];
    text->tokens.tokens[a] = text->tokens.tokens[b];
    text->tokens.tokens[b] = token;
    char *name = text->names[a];
    text->names[a] = text->names[b];
    text->names[b] = name;
    for (size_t i = 0; i < d; i++) {
        float number = text->rows[a * d + i];
        text->rows[a * d + i] = text->rows[b * d + i];
        text->rows[b * d + i] = number;
    }
}

/* Fisher and Yates, as in Knuth, volume 2, algorithm 3.4.2 P. */
void study_text_shuffle(struct study_text *text, uint32_t seed, size_t d) {
    uint64_t state = seed;
    for (size_t last = text->tokens.count; seed != 0 && last-- > 1;) {
        size_t chosen = (size_t)(draw(&state) % (last + 1));
        if (chosen != last) swap_tokens(text, chosen, last, d);
    }
}
