/* code_point.h: what the tokenizers ask about one Unicode code point. */
#ifndef MODELS_CODE_POINT_H
#define MODELS_CODE_POINT_H
#include <stdbool.h>
#include <stdint.h>

bool code_point_is_space(uint32_t code);  /* property White_Space */
bool code_point_is_sign(uint32_t code);   /* category P* or S* */
bool code_point_is_letter(uint32_t code); /* category L* */
bool code_point_is_digit(uint32_t code);  /* category Nd */
bool code_point_is_han(uint32_t code);    /* script Han */
/* Can begin an emoji sequence by itself: Extended_Pictographic, a regional indicator (flags), or a
 * skin tone standing alone. */
bool code_point_is_emoji(uint32_t code);
/* A combining mark, variation selector or joiner: belongs to what stands before it. */
bool code_point_attaches(uint32_t code);
/* Whether an extended grapheme cluster ends between the two. *state is 0 where a cluster begins. */
bool code_point_breaks(uint32_t before, uint32_t code, int32_t *state);
#endif
