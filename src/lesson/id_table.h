/* id_table.h: the names of an enumeration's values, as in files and on the command line. */
#ifndef LESSON_ID_TABLE_H
#define LESSON_ID_TABLE_H

const char *id_table_at(const char *const *ids, int count, int index);   /* "" out of range */
int id_table_find(const char *const *ids, int count, const char *id); /* −1: unknown; id NULL-safe */

/* Defines thing_id and thing_from_id over a table that the enumeration indexes. */
#define ID_TABLE(thing, type, table)                                                               \
    const char *thing##_id(type thing) {                                                           \
        return id_table_at(table, (int)(sizeof(table) / sizeof(table)[0]), (int)thing);            \
    }                                                                                              \
    int thing##_from_id(const char *id) {                                                          \
        return id_table_find(table, (int)(sizeof(table) / sizeof(table)[0]), id);                  \
    }
#endif
