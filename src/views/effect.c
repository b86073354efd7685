/* effect.c: what the what-if did to the numbers, against the pass as the model says; and the way
 * back. */
#include "chrome.h"

#include "lesson/study_baseline.h"
#include "ui/control.h"

#include <math.h>

/* What changed, as lines of a name and a number. */
struct effect_line {
    const char *name, *value;
};

static const char *up_to(struct page *page, const struct baseline_change *change) {
    const char *names[] = {"value", NULL},
               *values[] = {page_number(page, change->largest, NUMBER_PLAIN), NULL};
    return change->changed == 0 ? page_words(page, "effect.same")
                                : page_filled(page, "effect.up_to", names, values);
}

static int effect_lines(struct page *page, const struct baseline_effect *effect,
                        struct effect_line lines[3]) {
    int count = 0;
    if (!effect->is_there) {
        return 0;
    }
    if (effect->output.is_comparable) {
        lines[count++] =
            (struct effect_line){page_words(page, "effect.output"), up_to(page, &effect->output)};
    }
    if (effect->weights.is_comparable) {
        lines[count++] =
            (struct effect_line){page_words(page, "effect.weights"), up_to(page, &effect->weights)};
    }
    if (effect->rows > 0) {
        const char *names[] = {"changed", "rows", NULL};
        const char *values[] = {page_format(page, "%zu", effect->rows_other),
                                page_format(page, "%zu", effect->rows), NULL};
        const char *head_names[] = {"head", NULL},
                   *head[] = {page_format(page, "%d", page->document->head + 1), NULL};
        lines[count++] = (struct effect_line){page_filled(page, "effect.rows", head_names, head),
                                              page_filled(page, "effect.of", names, values)};
    }
    return count;
}

/* What must be said beside the numbers; NULL: nothing. */
static const char *effect_note(struct page *page, const struct baseline_effect *effect) {
    const char *key = page->study->baseline.is_missing ? "effect.no_memory"
                      : !effect->is_there              ? "effect.none"
                      : effect->has_other_keys         ? "effect.other_keys"
                      : effect->is_by_word             ? "effect.by_word"
                                                       : NULL;
    return key ? page_words(page, key) : NULL;
}

/* Whether the matrices show now, or now − before: as soon as something is changed. The height used.
 */
static float draw_switch(struct page *page, struct rect r, bool is_measuring) {
    struct ui *ui = &page->ui;
    bool is_on = page->document->shows_difference;
    if (what_if_is_plain(&page->document->what_if) && !is_on) {
        return 0;
    }
    const char *labels[] = {page_words(page, "difference.off"), page_words(page, "difference.on")};
    struct ui_choice choice = {.id = ui_id("difference switch", 0, 0),
                               .name = page_words(page, "difference.show"),
                               .value = labels[is_on],
                               .labels = labels,
                               .count = 2,
                               .chosen = is_on,
                               .own = -1,
                               .action = {UI_COMMAND_DIFFERENCE_SET, 0, 0, 0}};
    float gap = ui_px(ui, 8),
          title = ui_text_width(ui, TEXT_WORDS, 13, choice.name) + ui_px(ui, 12);
    float natural = ui_choice_width(ui, &choice), width = fminf(r.w, fmaxf(natural, r.w - title));
    bool has_title = title + natural <= r.w;
    float height = ui_choice_height(ui, &choice, width);
    if (!is_measuring) {
        struct rect place = rect_make(r.x, roundf(r.y + gap), r.w, height);
        if (has_title) {
            ui_text_in(ui, place, UI_LEFT, TEXT_WORDS, 13, ui->theme->ink, choice.name);
        }
        ui_choice_draw(ui, &choice, rect_right(place) - width, place.y, width);
    }
    return gap + height;
}

float effect_draw(struct page *page, struct rect r, bool is_measuring) {
    struct ui *ui = &page->ui;
    struct baseline_effect effect = study_baseline_effect(page->study);
    struct effect_line lines[3];
    int count = effect_lines(page, &effect, lines);
    const char *note = effect_note(page, &effect);
    struct ui_paragraph words = {note, 13, 1.35f, ui->theme->secondary, TEXT_WORDS, 3};
    float title = ui_px(ui, 24), line = ui_px(ui, 21), button = ui_px(ui, 36), y = r.y;
    float note_height = note ? ui_paragraph(ui, &words, 0, 0, r.w, true) + ui_px(ui, 2) : 0;
    bool is_plain = what_if_is_plain(&page->document->what_if);
    float shown = draw_switch(page, r, true);
    float all = title + (float)count * line + note_height + shown + ui_px(ui, 10) + button;
    if (is_measuring) {
        return all;
    }
    ui_text_in(ui, rect_make(r.x, y, r.w, title), UI_LEFT, TEXT_WORDS_SEMIBOLD, 14, ui->theme->ink,
               page_words(page, "effect.title"));
    y += title;
    for (int i = 0; i < count; i++) {
        struct rect place = rect_make(r.x, y, r.w, line);
        float width =
            ui_text_in(ui, place, UI_RIGHT, TEXT_MONO, 13, ui->theme->ink, lines[i].value);
        struct rect left = rect_make(place.x, place.y, place.w - width - ui_px(ui, 10), line);
        ui_text_in(ui, left, UI_LEFT, TEXT_WORDS, 13, ui->theme->ink, lines[i].name);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id("effect", i, 0),
                      rect_intersect(place, draw_clip(ui->list)), lines[i].name, lines[i].value);
        y += line;
    }
    if (note) {
        ui_paragraph(ui, &words, r.x, y, r.w, false);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id("effect note", 0, 0),
                      rect_intersect(rect_make(r.x, y, r.w, note_height), draw_clip(ui->list)),
                      note, "");
        y += note_height;
    }
    y += draw_switch(page, rect_make(r.x, y, r.w, 0), false);
    struct ui_button reset = {.id = ui_id("reset", 0, 0),
                              .label = page_words(page, "command.change.reset"),
                              .action = {UI_COMMAND_CHANGE_RESET, 0, 0, 0},
                              .size = 14,
                              .is_disabled = is_plain};
    ui_button(ui,
              rect_make(r.x, roundf(y + ui_px(ui, 10)), fminf(r.w, ui_button_width(ui, &reset)),
                        button - ui_px(ui, 2)),
              &reset);
    return all;
}
