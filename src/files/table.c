/* table.c: a matrix as CSV, TSV, Markdown, LaTeX or NumPy's file. */
#include "files/table.h"

#include "files/error.h"
#include "files/memory.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_ROOM = 64 };

/* Text that grows; once memory is out it stays failed. */
struct text {
    struct file_bytes bytes;
    size_t capacity;
    bool has_failed;
};

static void put_bytes(struct text *text, const void *data, size_t size) {
    if (text->has_failed) return;
    if (size >= text->capacity - text->bytes.size) {
        size_t wanted = text->capacity + text->capacity / 2 + size + 1024;
        uint8_t *grown = wanted > size ? file_reallocate(text->bytes.data, wanted, 1) : NULL;
        if (!grown) {
            text->has_failed = true;
            return;
        }
        text->bytes.data = grown;
        text->capacity = wanted;
    }
    memcpy(text->bytes.data + text->bytes.size, data, size);
    text->bytes.size += size;
    text->bytes.data[text->bytes.size] = 0;
}

static void put(struct text *text, const char *part) {
    put_bytes(text, part, strlen(part));
}

static const char *const ids[FILE_TABLE_FORMATS] = {"csv", "tsv", "md", "tex", "npy"};

const char *file_table_format_id(enum file_table_format format) {
    return ids[format];
}

int file_table_format_from_id(const char *id) {
    for (int i = 0; i < FILE_TABLE_FORMATS; i++)
        if (strcmp(ids[i], id) == 0) return i;
    return -1;
}

int file_table_format_of(const char *path) {
    const char *dot = strrchr(path, '.');
    for (int i = 0; dot && i < FILE_TABLE_FORMATS; i++)
        if (strcasecmp(dot + 1, ids[i]) == 0) return i;
    return -1;
}

/* ---- names ---- */

static const char *name_of(const char *const *names, size_t index, char number[24]) {
    if (names) return names[index];
    snprintf(number, 24, "%zu", index + 1);
    return number;
}

/* What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection): also in the
 * wide forms of East Asian keyboards, and what hides it. */
static bool is_formula(const char *name) {
    static const char *const starts[] = {"=",  "+", "-",  "@",  "\t", "\r",
                                         "\n", "−", "＝", "＋", "－", "＠"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(name, starts[i], strlen(starts[i])) == 0) return true;
    return false;
}

static void put_csv_name(struct text *text, const char *name) {
    bool is_quoted = strpbrk(name, ",\"\r\n\t") != NULL || name[0] == ' ' || is_formula(name);
    if (!is_quoted) {
        put(text, name);
        return;
    }
    put(text, "\"");
    if (is_formula(name)) put(text, "'");
    for (const char *at = name; *at; at++) {
        if (*at == '"') put(text, "\"");
        put_bytes(text, at, 1);
    }
    put(text, "\"");
}

static void put_markdown_name(struct text *text, const char *name) {
    for (const char *at = name; *at; at++) {
        if (strchr("\\`*_{}[]<>#|~&$", *at)) put(text, "\\");
        if (*at == '\n' || *at == '\r')
            put(text, " "); /* a line break would end the row */
        else
            put_bytes(text, at, 1);
    }
}

static void put_latex_name(struct text *text, const char *name) {
    for (const char *at = name; *at; at++) {
        if (*at == '\\')
            put(text, "\\textbackslash{}");
        else if (*at == '~')
            put(text, "\\textasciitilde{}");
        else if (*at == '^')
            put(text, "\\textasciicircum{}");
        else if (*at == '\n' || *at == '\r')
            put(text, " ");
        else {
            if (strchr("&%$#_{}", *at)) put(text, "\\");
            put_bytes(text, at, 1);
        }
    }
}

/* ---- numbers ---- */

/* 9 significant digits: what float32 needs so that reading gives the same number. */
static void put_full(struct text *text, float value) {
    char number[NUMBER_ROOM];
    snprintf(number, sizeof number, "%.9g", (double)value);
    put(text, number);
}

static void put_markdown_number(struct text *text, const struct file_table *table, float value) {
    char number[NUMBER_ROOM];
    if (table->format && table->format(number, sizeof number, value))
        put(text, number[0] == '<' ? "\\" : ""), put(text, number);
    else if (isinf(value))
        put(text, value < 0 ? "−∞" : "∞");
    else
        put_full(text, value);
}

/* In mathematics, so that the minus is one; 1.5e-07 becomes a power of ten. */
static void put_latex_number(struct text *text, const struct file_table *table, float value) {
    char number[NUMBER_ROOM];
    if (!table->format || !table->format(number, sizeof number, value))
        snprintf(number, sizeof number, "%.9g", (double)value);
    put(text, "$");
    for (const char *at = number; *at; at++) {
        if (strncmp(at, "−", 3) == 0) {
            put(text, "-");
            at += 2;
        } else if (strncmp(at, "∞", 3) == 0 || strncmp(at, "inf", 3) == 0) {
            put(text, "\\infty");
            at += 2;
        } else if (*at == 'e') {
            char power[NUMBER_ROOM];
            snprintf(power, sizeof power, "\\cdot 10^{%d}", atoi(at + 1));
            put(text, power);
            break;
        } else {
            put_bytes(text, at, 1);
        }
    }
    put(text, "$");
}

/* ---- tables ---- */

static bool is_empty(const struct file_table *table, size_t row, size_t column) {
    return table->is_empty && table->is_empty[row * table->columns + column];
}

static float value_of(const struct file_table *table, size_t row, size_t column) {
    return table->values[row * table->columns + column];
}

static void build_csv(struct text *text, const struct file_table *table) {
    char number[24];
    for (size_t j = 0; j < table->columns; j++) {
        put(text, ",");
        put_csv_name(text, name_of(table->column_names, j, number));
    }
    put(text, "\r\n");
    for (size_t i = 0; i < table->rows; i++) {
        put_csv_name(text, name_of(table->row_names, i, number));
        for (size_t j = 0; j < table->columns; j++) {
            put(text, ",");
            if (!is_empty(table, i, j)) put_full(text, value_of(table, i, j));
        }
        put(text, "\r\n");
    }
}

static void build_tsv(struct text *text, const struct file_table *table) {
    for (size_t i = 0; i < table->rows; i++) {
        for (size_t j = 0; j < table->columns; j++) {
            if (j) put(text, "\t");
            if (!is_empty(table, i, j)) put_full(text, value_of(table, i, j));
        }
        put(text, "\n");
    }
}

static void build_markdown(struct text *text, const struct file_table *table) {
    char number[24];
    put(text, "| |");
    for (size_t j = 0; j < table->columns; j++) {
        put(text, " ");
        put_markdown_name(text, name_of(table->column_names, j, number));
        put(text, " |");
    }
    put(text, "\n|:---|");
    for (size_t j = 0; j < table->columns; j++)
        put(text, "---:|");
    for (size_t i = 0; i < table->rows; i++) {
        put(text, "\n| ");
        put_markdown_name(text, name_of(table->row_names, i, number));
        put(text, " |");
        for (size_t j = 0; j < table->columns; j++) {
            put(text, " ");
            if (!is_empty(table, i, j)) put_markdown_number(text, table, value_of(table, i, j));
            put(text, " |");
        }
    }
    put(text, "\n");
}

static void build_latex(struct text *text, const struct file_table *table) {
    char number[24];
    put(text, "\\begin{tabular}{l|");
    for (size_t j = 0; j < table->columns; j++)
        put(text, "r");
    put(text, "}\n");
    for (size_t j = 0; j < table->columns; j++) {
        put(text, " & ");
        put_latex_name(text, name_of(table->column_names, j, number));
    }
    put(text, " \\\\\n\\hline\n");
    for (size_t i = 0; i < table->rows; i++) {
        put_latex_name(text, name_of(table->row_names, i, number));
        for (size_t j = 0; j < table->columns; j++) {
            put(text, " & ");
            if (!is_empty(table, i, j)) put_latex_number(text, table, value_of(table, i, j));
        }
        put(text, " \\\\\n");
    }
    put(text, "\\end{tabular}\n");
}

/* Magic, version 1.0, the length of the header, the header with blanks up to a multiple of 64, the
 * numbers (numpy.lib.format). */
static void build_npy(struct text *text, const struct file_table *table) {
    enum { PREFIX = 10, ALIGNMENT = 64 };
    char shape[96], header[256];
    size_t layers = table->layers ? table->layers : 1;
    if (table->layers)
        snprintf(shape, sizeof shape, "%zu, %zu, %zu", layers, table->rows, table->columns);
    else
        snprintf(shape, sizeof shape, "%zu, %zu", table->rows, table->columns);
    int used = snprintf(header, sizeof header,
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape);
    size_t bytes = (size_t)used + 1,
           padding = (ALIGNMENT - (PREFIX + bytes) % ALIGNMENT) % ALIGNMENT;
    size_t whole = bytes + padding;
    const uint8_t prefix[PREFIX] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (uint8_t)(whole & 255), (uint8_t)(whole >> 8)};
    put_bytes(text, prefix, sizeof prefix);
    put_bytes(text, header, (size_t)used);
    for (size_t i = 0; i < padding; i++)
        put(text, " ");
    put(text, "\n");
    for (size_t i = 0; i < layers * table->rows * table->columns; i++) {
        uint32_t bits;
        memcpy(&bits, &table->values[i], sizeof bits);
        const uint8_t number[4] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16),
                                   (uint8_t)(bits >> 24)};
        put_bytes(text, number, sizeof number);
    }
}

bool file_table_build(const struct file_table *table, enum file_table_format format,
                      struct file_bytes *out, struct file_error *error) {
    static void (*const builders[FILE_TABLE_FORMATS])(struct text *, const struct file_table *) = {
        build_csv, build_tsv, build_markdown, build_latex, build_npy};
    struct text text = {0};
    *out = (struct file_bytes){0};
    builders[format](&text, table);
    if (text.has_failed) {
        file_bytes_free(&text.bytes);
        return file_error_memory(error, "the numbers");
    }
    *out = text.bytes;
    return true;
}
