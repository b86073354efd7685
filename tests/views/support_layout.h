/* support_layout.h: pictures made for a test with the real fonts and no window, and the rules that every picture keeps. */
#ifndef TESTS_VIEWS_SUPPORT_LAYOUT_H
#define TESTS_VIEWS_SUPPORT_LAYOUT_H
#include "render/fonts.h"
#include "views/picture.h"

enum layout_sentence {
    SENTENCE_EMPTY,
    SENTENCE_ONE,
    SENTENCE_EIGHT,
    SENTENCE_TWENTY,
    SENTENCE_SIXTY_FOUR,
    SENTENCE_LONG_WORDS,
    SENTENCE_CHINESE,
    SENTENCE_MIXED, /* accents, emoji, right-to-left */
    SENTENCE_COUNT
};
extern const char *const layout_sentences[SENTENCE_COUNT];

struct layout_size {
    int width, height;
};
/* 1024 × 700 … 3840 × 2160, then smaller than the full layout. */
enum { LAYOUT_DESK_SIZES = 5, LAYOUT_SIZES = 8, LAYOUT_MOST_PRINTED = 80 };
extern const struct layout_size layout_sizes[LAYOUT_SIZES];

/* One place where pictures are made, and the last one made there. */
struct layout_room {
    struct fonts *fonts;
    struct text_measurer measurer;
    struct catalogue catalogue;
    struct study study;
    struct draw_list list;
    struct semantics semantics;
    struct picture_presence presence;
    float density;
    enum picture_part part;
    struct worksheet_request worksheet; /* of PICTURE_WORKSHEET */
    bool is_quiet; /* faults are counted and not printed */
    size_t pictures, faults, printed;
    uint32_t printed_hashes[LAYOUT_MOST_PRINTED];
};
/* Both fail the test when something is missing. */
void layout_room_open(struct layout_room *room);
void layout_room_close(struct layout_room *room);
/* Makes `wanted` the study's document and draws it. */
void layout_draw(struct layout_room *room, const struct document *wanted);

/* The rules. Each fault is printed with the picture it was found in and counted in room->faults.
 *  1 no text overlaps other text, and none is half covered by what is painted later (overlays may)
 *  2 nothing leaves its clip or the window
 *  3 no text is smaller than its least size
 *  4 every text has 4.5:1 against what lies under it; 7:1 in theme contrast
 *  5 no line or frame painted later strikes a text through
 *  6 what is written in a button, a tab, a menu, a card, the box of the formula stays inside it */
void layout_check(struct layout_room *room);
/* Every step × view × theme × language × desk size of a sentence, by the last beat of each step, drawn and checked. */
void layout_product(enum layout_sentence sentence);
/* "similarity matrices light en 1024x700 …": what the picture shows. */
void layout_name(const struct layout_room *room, char *out, size_t out_bytes);
/* Prints a fault and counts it. */
void layout_fault(struct layout_room *room, const char *format, ...) __attribute__((format(printf, 2, 3)));
#endif
