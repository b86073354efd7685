/* support_cells.h: numbers of a study by their cells. */
#ifndef TESTS_LESSON_SUPPORT_CELLS_H
#define TESTS_LESSON_SUPPORT_CELLS_H
#include "lesson/arithmetic.h"
#include "support_studies.h"

/* Fails with the number's cell and the study. */
#define CELLS_REQUIRE(study, cell, condition)                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s [%d: %d, %d]: not %s, in %s", cell_symbol((cell)->source), (cell)->head,  \
                     (cell)->row, (cell)->column, #condition, support_studies_name(study));        \
    } while (0)

float cells_value(const struct study *study, const struct document_cell *cell); /* must be there */
/* Is the operand in one of the strips that are framed? */
bool cells_is_framed(const struct arithmetic *m, const struct document_cell *cell);
#endif
