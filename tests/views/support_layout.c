/* support_layout.c: the sentences, the sizes, and making pictures of them. */
#include "support_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SIXTEEN(end) "when the old captain saw a light beyond the reef he told his crew to wait" end

const char *const layout_sentences[SENTENCE_COUNT] = {
    [SENTENCE_EMPTY] = "",
    [SENTENCE_ONE] = "attention",
    [SENTENCE_EIGHT] = DOCUMENT_DEFAULT_TEXT,
    [SENTENCE_TWENTY] =
        "The animal didn't cross the wide street because it was too tired , and the "
        "long night was still young .",
    [SENTENCE_SIXTY_FOUR] = SIXTEEN(" ") SIXTEEN(" , ") SIXTEEN(" ") SIXTEEN(" ."),
    [SENTENCE_LONG_WORDS] = "Donaudampfschifffahrtsgesellschaftskapitänswitwe met "
                            "Pneumonoultramicroscopicsilicovolcanoconiosis and "
                            "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz in "
                            "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch today",
    [SENTENCE_CHINESE] = "小猫坐在垫子上，因为它很累了。",
    [SENTENCE_MIXED] =
        "Zoë says שלום to 👩‍👩‍👧‍👦 and مرحبا to naïve 猫 friends",
};

const struct layout_size layout_sizes[LAYOUT_SIZES] = {{1024, 700},  {1280, 720},  {1440, 900},
                                                       {1920, 1080}, {3840, 2160}, {640, 480},
                                                       {320, 240},   {800, 600}};

void layout_room_open(struct layout_room *room) {
    struct file_error error = {0};
    char sentence[512] = "";
    *room = (struct layout_room){.density = 1, .part = PICTURE_WINDOW};
    room->fonts = fonts_open(sentence, sizeof sentence, NULL, 0);
    if (!room->fonts) {
        fail_msg("%s", sentence);
    }
    room->measurer = fonts_measurer(room->fonts);
    if (!catalogue_load(HEADWAY_SOURCE_DIR "/assets/languages", &room->catalogue, &error) ||
        !study_init(&room->study, &error)) {
        fail_msg("%s", error.text);
    }
}

void layout_room_close(struct layout_room *room) {
    draw_list_free(&room->list);
    semantics_free(&room->semantics);
    study_free(&room->study);
    catalogue_free(&room->catalogue);
    fonts_close(room->fonts);
}

void layout_draw(struct layout_room *room, const struct document *wanted) {
    struct file_error error = {0};
    if (!study_set(&room->study, wanted, &error)) {
        fail_msg("%s", error.text);
    }
    struct picture_request request = {.study = &room->study,
                                      .catalogue = &room->catalogue,
                                      .measurer = &room->measurer,
                                      .part = room->part,
                                      .density = room->density,
                                      .presence = &room->presence,
                                      .worksheet = room->worksheet};
    assert_true(picture_draw(&request, &room->list, &room->semantics));
    room->pictures++;
}

void layout_name(const struct layout_room *room, char *out, size_t out_bytes) {
    const struct document *d = &room->study.document;
    const struct picture_presence *p = &room->presence;
    snprintf(out, out_bytes, "%s %s beat %d t %d %s %s %s %dx%d %d%%%s%s%s%s%s%s%s%s%s%s n=%zu '%.24s'",
             step_id(d->step), view_id(d->view), d->beat + 1, d->compare_steps,
             compare_shows_id(d->compare_shows), theme_id(d->theme),
             language_id(d->language), d->width, d->height, d->scale_percent,
             room->density > 1 ? " dense" : "", d->is_presentation ? " presentation" : "",
             room->part == PICTURE_STAGE  ? " stage"
             : room->part == PICTURE_HEAD ? " head"
             : room->part != PICTURE_WORKSHEET ? ""
             : room->worksheet.is_key          ? " key"
                                               : " worksheet",
             p->is_editing ? " editing" : "", p->composition ? " composing" : "",
             p->message ? " message" : "", p->is_keys_open ? " keys" : "",
             p->is_model_menu_open    ? " models"
             : p->is_export_menu_open ? " export"
                                      : "",
             p->is_panel_open ? " panel" : "",
             p->is_painting   ? " painting"
             : p->has_pointer ? " pointer"
                              : "",
             study_tokens(&room->study), d->text);
}

void layout_fault(struct layout_room *room, const char *format, ...) {
    char name[512], what[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    layout_name(room, name, sizeof name);
    uint32_t hash = 2166136261u; /* the same in another theme or step is printed once */
    for (const char *c = what; *c; c++) {
        hash = (hash ^ (uint32_t)(unsigned char)*c) * 16777619u;
    }
    bool is_new = !room->is_quiet && room->printed < LAYOUT_MOST_PRINTED;
    for (size_t i = 0; i < room->printed && is_new; i++) {
        is_new = room->printed_hashes[i] != hash;
    }
    if (is_new) {
        print_error("%s:\n    %s\n", name, what);
        room->printed_hashes[room->printed++] = hash;
    }
    room->faults++;
}

void layout_product(enum layout_sentence sentence) {
    struct layout_room room;
    struct document d;
    struct file_error error = {0};
    layout_room_open(&room);
    const char *text = layout_sentences[sentence];
    if (!document_init(&d, &error) || !document_set_text(&d, text, strlen(text))) {
        fail_msg("%s", error.text);
    }
    for (int size = 0; size < LAYOUT_DESK_SIZES; size++) {
        for (int at = 0; at < STEP_COUNT * VIEW_COUNT * THEME_COUNT * LANGUAGE_COUNT; at++) {
            d.step = (enum step)(at % STEP_COUNT);
            d.view = (enum view)(at / STEP_COUNT % VIEW_COUNT);
            d.theme = (enum theme_choice)(at / STEP_COUNT / VIEW_COUNT % THEME_COUNT);
            d.language = (enum language)(at / STEP_COUNT / VIEW_COUNT / THEME_COUNT);
            d.beat = BEAT_LAST;
            d.compare_shows = (enum compare_shows)(at % 2); /* view `compare` is the same at every step */
            d.compare_steps = at % STEP_COUNT;
            d.compare_kernel = 1 + at % COMPARISON_MAX_KERNEL;
            d.width = layout_sizes[size].width;
            d.height = layout_sizes[size].height;
            layout_draw(&room, &d);
            layout_check(&room);
        }
    }
    assert_int_equal(room.pictures,
                     LAYOUT_DESK_SIZES * STEP_COUNT * VIEW_COUNT * THEME_COUNT * LANGUAGE_COUNT);
    assert_int_equal(room.faults, 0);
    document_free(&d);
    layout_room_close(&room);
}
