/* hash.h: the hash of one record, for the hash of a picture and for finding the same record in
 * another. Private to draw. */
#ifndef DRAW_HASH_H
#define DRAW_HASH_H
#include "list.h"

#define HASH_START 14695981039346656037u

uint64_t hash_word(uint64_t hash, uint32_t word);
/* Everything the record paints, its text and cells included; not its key. */
uint64_t hash_command(uint64_t hash, const struct draw_list *list,
                      const struct draw_command *command);
#endif
