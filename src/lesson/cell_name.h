/* cell_name.h: the name of a document_cell's source in documents: that of the trace's tensor, or "W_Q", "token" … */
#ifndef LESSON_CELL_NAME_H
#define LESSON_CELL_NAME_H
#include <stdint.h>

const char *cell_source_id(int source);  /* NULL: no such source */
int cell_source_from_id(const char *id); /* −1: unknown; id NULL-safe */
/* The source that had this number in documents of version 0.1.0; −1: none had. */
int cell_source_from_number(int64_t number);
#endif
