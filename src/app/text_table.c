#include "app/text_table.h"

#include <stdlib.h>
#include <utf8proc.h>

/* Columns that a terminal gives the text. */
static int columns_of(const char *text) {
    int columns = 0;
    for (const char *at = text; *at;) {
        utf8proc_int32_t code_point;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)at, -1, &code_point);
        if (used <= 0) break;
        columns += utf8proc_charwidth(code_point);
        at += used;
    }
    return columns;
}

static void write_padded(FILE *out, const char *text, int columns, bool is_right) {
    int missing = columns - columns_of(text);
    fprintf(out, "%*s%s%*s", is_right && missing > 0 ? missing : 0, "", text,
            !is_right && missing > 0 ? missing : 0, "");
}

static void widen(int *width, const char *text) {
    int columns = columns_of(text);
    if (columns > *width) *width = columns;
}

/* widths[columns] is that of the row names. */
static void measure(const struct text_table *t, int *widths) {
    char room[TEXT_TABLE_CELL_BYTES];
    for (size_t row = 0; row < t->rows; row++) {
        widen(&widths[t->columns], t->row_name(t->context, row, room));
        for (size_t column = 0; column < t->columns; column++)
            widen(&widths[column], t->cell(t->context, row, column, room));
    }
    for (size_t column = 0; column < t->columns; column++)
        widen(&widths[column], t->column_name(t->context, column, room));
}

bool text_table_write(FILE *out, const struct text_table *t) {
    char room[TEXT_TABLE_CELL_BYTES];
    int *widths = calloc(t->columns + 1, sizeof *widths);
    if (!widths) return false;
    measure(t, widths);
    write_padded(out, "", widths[t->columns], false);
    for (size_t column = 0; column < t->columns; column++) {
        fputs("  ", out);
        write_padded(out, t->column_name(t->context, column, room), widths[column], true);
    }
    fputc('\n', out);
    for (size_t row = 0; row < t->rows; row++) {
        write_padded(out, t->row_name(t->context, row, room), widths[t->columns], false);
        for (size_t column = 0; column < t->columns; column++) {
            fputs("  ", out);
            write_padded(out, t->cell(t->context, row, column, room), widths[column], true);
        }
        fputc('\n', out);
    }
    free(widths);
    return true;
}
