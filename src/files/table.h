/* table.h: a matrix with names for its rows and columns, as text or as numpy's file, in bytes. */
#ifndef FILES_TABLE_H
#define FILES_TABLE_H
#include "files.h"

enum file_table_format {
    FILE_TABLE_CSV,      /* RFC 4180 with both rows of names; names that a spreadsheet would take for a formula get a ' */
    FILE_TABLE_TSV,      /* the bare numbers, as spreadsheets paste them */
    FILE_TABLE_MARKDOWN, /* with both rows of names */
    FILE_TABLE_LATEX,    /* a tabular, likewise */
    FILE_TABLE_NPY,      /* NumPy's format 1.0, little-endian float32 */
    FILE_TABLE_FORMATS
};

struct file_table {
    const float *values;            /* [layers, rows, columns] */
    size_t layers, rows, columns;   /* layers: 1 except for NPY, where 0 stands for two dimensions */
    const char *const *row_names;   /* UTF-8; NULL: numbers from 1 */
    const char *const *column_names;
    const bool *is_empty;           /* rows × columns: what is left out of a text; NULL: nothing */
    /* How a number is written in Markdown and LaTeX; NULL: in full. Everywhere else 9 significant digits, which give the very
     * float32 back. Writes UTF-8 and a NUL. */
    size_t (*format)(char *out, size_t out_bytes, float value);
};

/* false: no memory. */
bool file_table_build(const struct file_table *table, enum file_table_format format,
                      struct file_bytes *out, struct file_error *error);
/* By the ending of a path: ".csv", ".tsv", ".md", ".tex", ".npy"; −1: another. */
int file_table_format_of(const char *path);
const char *file_table_format_id(enum file_table_format format); /* "csv" … "npy" */
int file_table_format_from_id(const char *id);                   /* −1: none */
#endif
