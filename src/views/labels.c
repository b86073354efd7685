/* labels.c: words beside matrices, and the colour bar. */
#include "grid.h"

#include <math.h>
#include <string.h>

static const float slant = 0.663f;      /* 38° */
static const float longest_label = 116; /* logical */

static enum text_style label_style(const struct labels *labels, size_t i) {
    return (int)i == labels->focus ? TEXT_WORDS_BOLD : TEXT_WORDS_MEDIUM;
}

static float label_width(const struct page *page, const struct labels *labels, size_t i) {
    float width = ui_text_width(&page->ui, label_style(labels, i), labels->size, labels->texts[i]);
    return fminf(width, ui_px(&page->ui, longest_label));
}

/* Widest label; long lists are dominated by their first hundreds. */
static float widest(const struct page *page, const struct labels *labels) {
    float most = 0;
    for (size_t i = 0; i < labels->count && i < 256; i++) {
        most = fmaxf(most, label_width(page, labels, i));
    }
    return most;
}

/* Every how many-th label is drawn so that each has `needed` pixels; labels too near the focus give
 * way to it. */
static bool is_drawn(const struct labels *labels, size_t i, float pitch, float needed) {
    size_t every = pitch >= needed ? 1 : (size_t)ceilf(needed / fmaxf(pitch, 0.001f));
    if ((int)i == labels->focus) {
        return true;
    }
    if (labels->focus >= 0 && every > 1) {
        size_t distance =
            i > (size_t)labels->focus ? i - (size_t)labels->focus : (size_t)labels->focus - i;
        return i % every == 0 && distance >= every;
    }
    return i % every == 0;
}

static void record_label(struct page *page, const struct labels *labels, size_t i, struct rect r) {
    if (labels->command != UI_COMMAND_NONE) {
        struct semantic_node *node = semantics_add(
            page->ui.semantics, ROLE_TOKEN, ui_id("label", (int32_t)labels->slot, (int32_t)i),
            rect_intersect(r, draw_clip(page->ui.list)), labels->texts[i], "");
        node->action = (struct ui_action){labels->command, (int32_t)i, 0, 0};
        node->is_selected = (int)i == labels->focus;
        if (label_width(page, labels, i) >= ui_px(&page->ui, longest_label)) { /* it was cut */
            node->tooltip = semantics_string(page->ui.semantics, labels->texts[i]);
        }
    }
}

float labels_row_width(const struct page *page, const struct labels *labels, float most) {
    return fminf(most, ceilf(widest(page, labels)));
}

/* Where the text of row i stands: beside its row, moved inwards at the ends of a grid of low rows.
 */
static float row_top(const struct labels *labels, struct rect grid, size_t i, float needed) {
    float pitch = grid.h / (float)labels->count, middle = grid.y + ((float)i + 0.5f) * pitch;
    if (grid.h <= needed) {
        return grid.y + (grid.h - needed) / 2;
    }
    return fmaxf(grid.y, fminf(middle - needed / 2, rect_bottom(grid) - needed));
}

/* The same labels in smaller type, where that lets every row have its own; down to what may still
 * be read. */
static struct labels fitted_to_rows(const struct page *page, const struct labels *labels,
                                    float pitch) {
    struct labels fitted = *labels;
    float least = page->is_presentation ? 8 : 13, tight = pitch / ui_type(&page->ui, 1) / 1.15f;
    if (tight >= least && tight < labels->size * 1.25f / 1.15f) {
        fitted.size = fminf(labels->size, tight);
    }
    return fitted;
}

void labels_rows(struct page *page, const struct labels *wanted, struct rect grid, float gap,
                 float width) {
    struct ui *ui = &page->ui;
    float pitch = grid.h / (float)wanted->count;
    struct labels fitted = fitted_to_rows(page, wanted, pitch), *labels = &fitted;
    float needed =
        fminf(ui_type(ui, labels->size) * 1.25f, fmaxf(pitch, ui_type(ui, labels->size) * 1.15f));
    bool has_focus = labels->focus >= 0 && (size_t)labels->focus < labels->count;
    float focus_top = has_focus ? row_top(labels, grid, (size_t)labels->focus, needed) : 0;
    float end = -INFINITY; /* of the last label */
    for (size_t i = 0; i < labels->count && grid.h >= needed * 0.75f; i++) {
        bool is_focus = (int)i == labels->focus;
        float top = row_top(labels, grid, i, needed);
        bool is_free = is_focus || (top >= end - 1 && (!has_focus || pitch >= needed ||
                                                       fabsf(top - focus_top) >= needed - 1));
        if (!is_drawn(labels, i, pitch, needed) || !is_free) {
            continue;
        }
        end = top + needed;
        float height = fmaxf(pitch, needed);
        struct rect r = rect_make(grid.x - gap - width, roundf(top + (needed - height) / 2), width,
                                  roundf(height));
        draw_key(ui->list, labels->slot, (uint32_t)i, 0);
        ui_text_in(ui, r, UI_RIGHT, label_style(labels, i), labels->size,
                   is_focus ? labels->colour : ui->theme->ink, labels->texts[i]);
        draw_key_end(ui->list);
        record_label(page, labels, i, r);
    }
}

/* The angle at which column labels stand: flat where they fit, slanted, upright where columns are
 * narrow. */
static float column_angle(const struct page *page, const struct labels *labels, float cell_w) {
    float line = ui_type(&page->ui, labels->size) * 1.25f, most = widest(page, labels);
    float between = ui_px(&page->ui, most <= line ? 2 : 6); /* single characters need less */
    if (most + between <= cell_w) {
        return 0;
    }
    return cell_w * sinf(slant) >= line ? slant : 1.5707963f;
}

float labels_column_height(const struct page *page, const struct labels *labels, float cell_w) {
    float angle = column_angle(page, labels, cell_w), size = ui_type(&page->ui, labels->size);
    if (angle <= 0) {
        return ceilf(size * 1.5f);
    }
    return ceilf(sinf(angle) * widest(page, labels) + cosf(angle) * size * 0.6f +
                 ui_px(&page->ui, 8));
}

void labels_columns(struct page *page, const struct labels *labels, struct rect grid,
                    float height) {
    struct ui *ui = &page->ui;
    float pitch = grid.w / (float)labels->count, size = ui_type(ui, labels->size);
    float angle = column_angle(page, labels, pitch);
    float needed = angle > 1 ? size * 1.25f : 0;
    char fitted[512];
    for (size_t i = 0; i < labels->count; i++) {
        if (!is_drawn(labels, i, pitch, needed)) {
            continue;
        }
        enum text_style style = label_style(labels, i);
        float middle = grid.x + ((float)i + 0.5f) * pitch, x = middle, y = grid.y - ui_px(ui, 8);
        float room = ui_px(ui, longest_label);
        if (angle > 0 && angle < 1) { /* a slanted one ends where the stage does */
            float side = rect_right(draw_clip(ui->list)) - middle - sinf(angle) * size;
            room = fminf(room, fmaxf(size, side / cosf(angle)));
        }
        ui_text_fit(ui, style, labels->size, labels->texts[i], room, fitted, sizeof fitted);
        bool is_focus = (int)i == labels->focus;
        struct colour c = is_focus ? labels->colour : ui->theme->ink;
        draw_key(ui->list, labels->slot, (uint32_t)i, 1);
        if (angle <= 0) {
            x = floorf(middle - ui_text_width(ui, style, labels->size, fitted) / 2);
        } else {
            /* The foot of the label stands over the middle of its column. */
            x = middle + sinf(angle) * size * 0.36f - (angle > 1 ? 0 : size * 0.1f);
        }
        draw_text(ui->list, ui->measurer, style, size, roundf(x), roundf(y), -angle, c, fitted,
                  strlen(fitted));
        draw_key_end(ui->list);
        record_label(page, labels, i,
                     rect_make(grid.x + (float)i * pitch, grid.y - height, pitch, height));
    }
}

void labels_columns_below(struct page *page, const struct labels *labels, struct rect grid) {
    struct ui *ui = &page->ui;
    float pitch = grid.w / (float)labels->count, size = ui_type(ui, labels->size);
    float angle = column_angle(page, labels, pitch);
    char fitted[512];
    for (size_t i = 0; i < labels->count; i++) {
        if (!is_drawn(labels, i, pitch, angle > 1 ? size * 1.25f : 0)) {
            continue;
        }
        enum text_style style = label_style(labels, i);
        ui_text_fit(ui, style, labels->size, labels->texts[i], ui_px(ui, longest_label), fitted,
                    sizeof fitted);
        float middle = grid.x + ((float)i + 0.5f) * pitch, x = middle,
              y = rect_bottom(grid) + ui_px(ui, 8);
        if (angle <= 0) {
            x = floorf(middle - ui_text_width(ui, style, labels->size, fitted) / 2);
            y += size;
        } else {
            x = middle - sinf(angle) * size * 0.36f;
            y += cosf(angle) * size * 0.72f;
        }
        draw_key(ui->list, labels->slot, (uint32_t)i, 2);
        draw_text(ui->list, ui->measurer, style, size, roundf(x), roundf(y), angle,
                  (int)i == labels->focus ? labels->colour : ui->theme->secondary, fitted,
                  strlen(fitted));
        draw_key_end(ui->list);
    }
}

float labels_below_overhang(const struct page *page, const struct labels *labels, float cell_w) {
    float angle = column_angle(page, labels, cell_w), most = 0;
    for (size_t i = 0; i < labels->count && angle > 0; i++) {
        float end = cosf(angle) * label_width(page, labels, i) +
                    sinf(angle) * ui_type(&page->ui, labels->size) * 0.4f;
        most = fmaxf(most, end - ((float)(labels->count - i) - 0.5f) * cell_w);
    }
    return ceilf(most);
}

struct labels labels_tokens(struct page *page, int focus, enum theme_role role,
                            enum ui_command command, uint32_t slot) {
    return (struct labels){(const char *const *)page->study->token_names,
                           page_n(page),
                           15,
                           focus,
                           page->ui.theme->text[role],
                           command,
                           slot};
}

struct labels labels_keys(struct page *page, int focus, enum ui_command command, uint32_t slot) {
    struct labels labels = labels_tokens(page, focus, ROLE_KEY, command, slot);
    labels.texts = page_key_names(page);
    labels.count = page_m(page);
    return labels;
}

struct labels labels_values(struct page *page, int focus, enum ui_command command, uint32_t slot) {
    struct labels labels = labels_tokens(page, focus, ROLE_VALUE, command, slot);
    labels.texts = page_value_names(page);
    labels.count = page_m(page);
    return labels;
}

float grid_letter(struct page *page, float x, float baseline, float size, const char *letter,
                  struct colour c) {
    struct ui *ui = &page->ui;
    const char *part = strpbrk(letter, "_^");
    int bytes = part ? (int)(part - letter) : (int)strlen(letter);
    float width = ui_text(ui, TEXT_WORDS_BOLD, size, x, baseline, c,
                          page_format(page, "%.*s", bytes, letter));
    if (part) { /* W_Q: the index stands lower and smaller; K^T: higher */
        bool is_low = *part == '_';
        float small = size * (is_low ? 16.0f : 15.0f) / 26,
              shift = ui_px(ui, size * (is_low ? 5.0f : -10.0f) / 26);
        width += ui_text(ui, TEXT_WORDS_BOLD, small, x + width, baseline + shift, c, part + 1);
    }
    return width;
}

const char *grid_symbol(struct page *page, const char *letter) {
    static const char way[] = " → "; /* "Z → A": one on its way to the other */
    const char *to = strstr(letter, way);
    if (!page->shows_difference) {
        return letter;
    }
    return to ? page_format(page, "Δ%.*s%sΔ%s", (int)(to - letter), letter, way,
                            to + sizeof way - 1)
              : page_format(page, "Δ%s", letter);
}

float grid_title(struct page *page, float x, float baseline, const char *letter, struct colour c,
                 const char *words) {
    struct ui *ui = &page->ui;
    float width = grid_letter(page, x, baseline, 26, grid_symbol(page, letter), c);
    width += ui_px(ui, 8);
    float end = x + width + ui_text_width(ui, TEXT_WORDS, 14, words);
    if (words[0] && end <= rect_right(draw_clip(ui->list))) {
        width += ui_text(ui, TEXT_WORDS, 14, x + width, baseline, ui->theme->secondary, words);
    }
    return width;
}

enum { BAR_WIDTH = 14, BAR_TEXT = 64 };

float colour_bar_width(const struct page *page) {
    return ui_px(&page->ui, BAR_WIDTH + 8 + BAR_TEXT);
}

void colour_bar(struct page *page, struct rect r, bool is_diverging, float range,
                const char *name) {
    enum { STEPS = 128 };
    struct ui *ui = &page->ui;
    struct colour cells[STEPS];
    struct rect rest = r;
    struct rect title = rect_cut_top(&rest, roundf(ui_type(ui, 13) * 1.7f));
    struct rect bar = rect_make(rest.x, rest.y, ui_px(ui, BAR_WIDTH), rest.h);
    if (bar.h < ui_type(ui, 13) * 4) {
        return;
    }
    ui_text_in(ui, title, UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary, name);
    for (int i = 0; i < STEPS; i++) {
        float t = 1 - ((float)i + 0.5f) / STEPS;
        cells[i] = grid_fill(page, is_diverging ? colour_map_at(ui->scores_map, 2 * t - 1)
                                                : colour_map_at(ui->weights_map, t));
    }
    draw_matrix(ui->list, rect_snap(bar), cells, STEPS, 1);
    const float at[3] = {0, 0.5f, 1};
    const float values[3] = {is_diverging ? range : 1, is_diverging ? 0 : 0.5f,
                             is_diverging ? -range : 0};
    for (int tick = 0; tick < 3; tick++) {
        float line = ui_type(ui, 13) * 1.3f, y = bar.y + at[tick] * bar.h;
        float top = fminf(fmaxf(bar.y, y - line / 2), rect_bottom(bar) - line);
        struct rect place =
            rect_make(rect_right(bar) + ui_px(ui, 8), top, ui_px(ui, BAR_TEXT), line);
        draw_rectangle(
            ui->list,
            rect_snap(rect_make(rect_right(bar), y - (tick == 2 ? 1 : 0), ui_px(ui, 4), 1)), 0,
            ui->theme->secondary);
        ui_text_in(ui, place, UI_LEFT, TEXT_MONO, 13, ui->theme->secondary,
                   page_number(page, values[tick], NUMBER_PLAIN));
    }
    semantics_add(ui->semantics, ROLE_COLOUR_BAR, ui_id("colour bar", is_diverging, 0), r, name,
                  page_format(page, "%s … %s", page_number(page, values[2], NUMBER_PLAIN),
                              page_number(page, values[0], NUMBER_PLAIN)));
}
