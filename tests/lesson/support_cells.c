#include "support_cells.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

float cells_value(const struct study *study, const struct document_cell *cell) {
    float value;
    if (!cell_value(study, cell, &value))
        fail_msg("no cell %d [%d: %d, %d] in %s", cell->source, cell->head, cell->row, cell->column,
                 support_studies_name(study));
    return value;
}

bool cells_is_framed(const struct arithmetic *m, const struct document_cell *cell) {
    for (int i = 0; i < m->operand_count; i++) {
        const struct arithmetic_operand *o = &m->operands[i];
        if (o->source == cell->source && o->head == cell->head &&
            (o->row < 0 || o->row == cell->row) && (o->column < 0 || o->column == cell->column))
            return true;
    }
    return false;
}
