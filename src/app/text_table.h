/* text_table.h: a table in the columns of a terminal, every column as wide as its widest text. */
#ifndef APP_TEXT_TABLE_H
#define APP_TEXT_TABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TEXT_TABLE_CELL_BYTES = 32 };

/* Each gives a text that stays until the next call; room[] is there for those that write one. */
struct text_table {
    size_t rows, columns;
    const char *(*row_name)(const void *context, size_t row, char room[TEXT_TABLE_CELL_BYTES]);
    const char *(*column_name)(const void *context, size_t column, char room[TEXT_TABLE_CELL_BYTES]);
    const char *(*cell)(const void *context, size_t row, size_t column,
                        char room[TEXT_TABLE_CELL_BYTES]);
    const void *context;
};
bool text_table_write(FILE *out, const struct text_table *table); /* false: no memory */
#endif
