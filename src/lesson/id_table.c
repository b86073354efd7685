#include "lesson/id_table.h"
#include <stddef.h>
#include <string.h>

const char *id_table_at(const char *const *ids, int count, int index) {
    return index >= 0 && index < count ? ids[index] : "";
}

int id_table_find(const char *const *ids, int count, const char *id) {
    for (int i = 0; id != NULL && i < count; i++) {
        if (strcmp(ids[i], id) == 0) return i;
    }
    return -1;
}
