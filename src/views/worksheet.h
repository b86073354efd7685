/* worksheet.h: a page to print: the matrices of one step with blank cells, or its answer key. What is asked for here decides
 * it together with the document; neither is part of the other. */
#ifndef VIEWS_WORKSHEET_H
#define VIEWS_WORKSHEET_H
#include <stdbool.h>
#include <stdint.h>

enum worksheet_paper { WORKSHEET_A4, WORKSHEET_LETTER, WORKSHEET_PAPER_COUNT }; /* "a4", "letter" */
enum worksheet_turn { WORKSHEET_EITHER, WORKSHEET_PORTRAIT, WORKSHEET_LANDSCAPE, WORKSHEET_TURN_COUNT }; /* either: what fits better */

/* Zeroed: everything blank, seed 0, A4. */
struct worksheet_request {
    int blanks;          /* how many cells; WORKSHEET_ALL: every one */
    bool is_count_most;  /* a step with fewer cells has all of them blank; else that is an error */
    uint32_t seed;       /* another one leaves other cells blank */
    bool is_key;         /* the numbers in the blanks, and how each is worked out */
    enum worksheet_paper paper;
    enum worksheet_turn turn;
    int page;            /* from 0 */
};
double worksheet_paper_width_mm(enum worksheet_paper paper, bool is_landscape);
#endif
