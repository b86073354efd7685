/* lines.c: queries on the left, keys on the right, ribbons between them as wide as the weights. */
#include "lines.h"

#include <math.h>

enum { SLOT_WORDS = 6200 };
static const float least_row = 21, most_row = 76; /* logical */

static float widest_word(struct page *page, const char *const *names, size_t count, float most) {
    float width = 0;
    for (size_t i = 0; i < count && i < 256; i++) {
        width = fmaxf(width, ui_text_width(&page->ui, TEXT_WORDS_BOLD, 17, names[i]));
    }
    return fminf(most, ceilf(width) + ui_px(&page->ui, 2));
}

/* How far it is scrolled: where the reader left it, else so that the focus is in view. */
static float scroll_of(const struct page *page, const struct lines *l, float all) {
    const struct picture_presence *p = page->presence;
    float most = fmaxf(0, all - l->area.h);
    float on = ((float)page->document->query + 0.5f) * l->row - l->area.h / 2;
    float scroll = p->has_stage_scroll ? p->stage_scroll * page->ui.unit : on;
    return roundf(fminf(most, fmaxf(0, scroll)) / l->row) * l->row;
}

static struct lines lay_out(struct page *page, struct rect r, uint64_t heads,
                            const char *const *queries, const char *const *keys) {
    struct ui *ui = &page->ui;
    struct lines l = {.n = page_n(page), .m = page_m(page), .heads = heads, .query = -1, .key = -1};
    size_t rows = l.n > l.m ? l.n : l.m;
    float most = floorf(fminf(ui_px(ui, 170), r.w * 0.26f));
    l.label = fmaxf(widest_word(page, queries, l.n, most), widest_word(page, keys, l.m, most));
    l.number =
        r.w >= ui_px(ui, 260) ? ceilf(ui_text_width(ui, TEXT_MONO, 15, "0.00")) + ui_px(ui, 22) : 0;
    bool has_both = r.w >= ui_px(ui, 560); /* numbers behind the queries too, for one key */
    l.query_number = has_both ? l.number : 0;
    float beside = 2 * l.label + l.number + l.query_number + ui_px(ui, 36);
    float span = fminf(ui_px(ui, 640), r.w - beside);
    float gap = ui_px(ui, 12);
    l.left = roundf(r.x + fmaxf(0, (r.w - span - beside) / 2) + l.query_number + l.label + gap);
    l.right = l.left + span;
    l.row = floorf(fminf(ui_px(ui, most_row), fmaxf(ui_px(ui, least_row), r.h / (float)rows)));
    float all = l.row * (float)rows;
    float seen = fmaxf(l.row, floorf(r.h / l.row) * l.row); /* no row is cut */
    l.area = rect_make(r.x, r.y, r.w, fminf(fminf(seen, r.h), all));
    l.scroll = scroll_of(page, &l, all);
    struct semantic_node *node = semantics_add(ui->semantics, ROLE_TEXT, ui_id("lines", 0, 0),
                                               l.area, page_words(page, "view.lines"), "");
    node->action = (struct ui_action){UI_COMMAND_STAGE_SCROLL, 0, 0, 0};
    node->scroll_y = l.scroll / ui->unit;
    node->scroll_room = l.area.h / ui->unit;
    node->scroll_height = all / ui->unit;
    return l;
}

static struct rect row_rect(const struct lines *l, size_t row, float x, float width) {
    return rect_make(x, roundf(l->area.y + (float)row * l->row - l->scroll), width, l->row);
}

static struct rect query_rect(const struct page *page, const struct lines *l, size_t i) {
    float gap = ui_px(&page->ui, 12);
    return row_rect(l, i, l->left - gap - l->label, l->label);
}

static struct rect key_rect(const struct page *page, const struct lines *l, size_t j) {
    return row_rect(l, j, l->right + ui_px(&page->ui, 12), l->label);
}

/* The word that the pointer is on. */
static void find_hovered(struct page *page, struct lines *l) {
    draw_clip_push(page->ui.list, l->area);
    for (size_t i = 0; i < l->n; i++) {
        if (ui_is_hovered(&page->ui, query_rect(page, l, i))) {
            l->query = (int)i;
        }
    }
    for (size_t j = 0; j < l->m; j++) {
        if (ui_is_hovered(&page->ui, key_rect(page, l, j))) {
            l->key = (int)j;
        }
    }
    draw_clip_pop(page->ui.list);
}

/* The query whose weights stand behind the keys. */
static int shown_query(const struct page *page, const struct lines *l) {
    return l->query >= 0 ? l->query : page->document->query;
}

static void draw_word(struct page *page, const struct lines *l, struct rect r, enum ui_align align,
                      const char *word, enum theme_role role, int place, bool is_focus) {
    struct ui *ui = &page->ui;
    bool is_query = role == ROLE_QUERY;
    struct rect seen = rect_intersect(r, l->area);
    if (seen.h <= 0) {
        return;
    }
    float size = l->row >= ui_px(ui, 30) ? 17 : l->row >= ui_px(ui, 24) ? 15 : 14;
    draw_key(ui->list, SLOT_WORDS + (uint32_t)role, (uint32_t)place, 0);
    ui_text_in(ui, r, align, is_focus ? TEXT_WORDS_BOLD : TEXT_WORDS_MEDIUM, size,
               is_focus ? ui->theme->text[role] : ui->theme->ink, word);
    draw_key_end(ui->list);
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_TOKEN,
                      ui_id(is_query ? "lines query" : "lines key", place, 0), seen, word, "");
    node->action =
        (struct ui_action){is_query ? UI_COMMAND_QUERY_SET : UI_COMMAND_KEY_SET, place, 0, 0};
    node->is_selected = is_focus;
    if (ui_text_width(ui, TEXT_WORDS_BOLD, size, word) > r.w) {
        node->tooltip = semantics_string(ui->semantics, word);
    }
}

/* The weight behind a key: of the head in focus. */
static void draw_weight(struct page *page, const struct lines *l, size_t j, const float *row,
                        size_t query) {
    struct ui *ui = &page->ui;
    int head = page->document->head;
    struct rect word = key_rect(page, l, j);
    struct rect r = row_rect(l, j, rect_right(word) + ui_px(ui, 2),
                             fmaxf(ui_px(ui, 8), l->number - ui_px(ui, 2)));
    if (rect_intersect(r, l->area).h < l->row * 0.6f) {
        return;
    }
    const char **names = page_memory(page, 2, sizeof *names);
    struct grid grid = {.slot = SLOT_WORDS + 10,
                        .id = cell_grid_id(ATTENTION_TENSOR_WEIGHTS, head),
                        .rows = 1,
                        .columns = 1,
                        .first_row = query,
                        .first_column = j,
                        .values = row + j,
                        .row_stride = 1,
                        .column_stride = 1,
                        .rect = r,
                        .focus_row = -1,
                        .focus_column = -1,
                        .column_names = names,
                        .name = page_format(page, "A %s", page_key_word(page, (int)j))};
    if (names) {
        names[0] = study_key_token(page->study, (int)j);
    }
    grid_node(page, &grid);
    bool is_chosen = page->selection.source == ATTENTION_TENSOR_WEIGHTS &&
                     page->selection.row == (int)query && page->selection.column == (int)j;
    bool is_lit = l->key < 0 || l->query >= 0; /* else the numbers of one key stand before the queries */
    bool is_above =
        is_lit && row[j] * 100 >= (float)page->document->lines_threshold && row[j] >= 0.005f;
    if (l->number <= 0 || !(is_above || is_chosen)) {
        return;
    }
    draw_key(ui->list, grid.slot, (uint32_t)j, 0);
    ui_text_in(ui, rect_inset(r, ui_px(ui, 6), 0), UI_LEFT, is_chosen ? TEXT_MONO_BOLD : TEXT_MONO,
               l->row >= ui_px(ui, 24) ? 15 : 14, ui->theme->ink,
               page_number(page, row[j], NUMBER_PLAIN));
    draw_key_end(ui->list);
    if (is_chosen) {
        struct rect frame = rect_inset(r, 0, fmaxf(ui_px(ui, 1), (l->row - ui_px(ui, 26)) / 2));
        draw_key(ui->list, SLOT_WORDS + 11, 0, 0);
        draw_frame(ui->list, rect_snap(frame), ui_px(ui, 6), ui_px(ui, 2), ui->theme->ink);
        draw_key_end(ui->list);
    }
}

/* The weight that a query gives to the key under the pointer: before the query. */
static void draw_weight_to(struct page *page, const struct lines *l, size_t i, float weight) {
    struct ui *ui = &page->ui;
    struct rect word = query_rect(page, l, i);
    struct rect r = row_rect(l, i, word.x - l->query_number, l->query_number);
    if (l->query_number <= 0 || rect_intersect(r, l->area).h < l->row * 0.6f) {
        return;
    }
    const char *number = page_number(page, weight, NUMBER_PLAIN);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("lines weight", (int32_t)i, l->key),
                  rect_intersect(r, l->area),
                  page_format(page, "A %s %s", page_word(page, (int)i), page_key_word(page, l->key)),
                  number);
    if (weight * 100 < (float)page->document->lines_threshold || weight < 0.005f) {
        return;
    }
    draw_key(ui->list, SLOT_WORDS + 12, (uint32_t)i, 0);
    ui_text_in(ui, rect_inset(r, ui_px(ui, 6), 0), UI_RIGHT, TEXT_MONO,
               l->row >= ui_px(ui, 24) ? 15 : 14, ui->theme->ink, number);
    draw_key_end(ui->list);
}

static void draw_axes(struct page *page, const struct lines *l, struct rect r) {
    struct ui *ui = &page->ui;
    float gap = ui_px(ui, 12);
    struct rect left = rect_make(r.x, r.y, l->left - gap - r.x, r.h),
                right = rect_make(l->right + gap, r.y, rect_right(r) - l->right - gap, r.h);
    ui_text_in(ui, left, UI_RIGHT, TEXT_WORDS_SEMIBOLD, 14, ui->theme->text[ROLE_QUERY],
               page_words(page, "lines.query"));
    ui_text_in(ui, right, UI_LEFT, TEXT_WORDS_SEMIBOLD, 14, ui->theme->text[ROLE_KEY],
               page_words(page, "lines.key"));
}

static int strongest(const float *row, size_t m) {
    size_t best = 0;
    for (size_t j = 1; j < m; j++) {
        best = row[j] > row[best] ? j : best;
    }
    return row[best] > 0 ? (int)best : -1;
}

void lines_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    int heads = page->study->model.weights.config.heads;
    uint64_t known = heads < 64 ? ((uint64_t)1 << heads) - 1 : UINT64_MAX;
    uint64_t drawn = (page->document->lines_heads & known) | (uint64_t)1 << page->document->head;
    const float *weights =
        study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, page->document->head);
    if (!weights) {
        return;
    }
    lines_controls_draw(page, &r, drawn);
    struct labels queries = labels_tokens(page, -1, ROLE_QUERY, UI_COMMAND_NONE, 0);
    const char *const *keys = page_key_names(page);
    struct rect axes = rect_cut_top(&r, ui_px(ui, 22));
    struct lines l = lay_out(page, r, drawn, queries.texts, keys);
    find_hovered(page, &l);
    draw_axes(page, &l, axes);
    size_t query = (size_t)shown_query(page, &l);
    const float *row = weights + query * l.m;
    int best = strongest(row, l.m);
    draw_clip_push(ui->list, l.area);
    lines_ribbons_draw(page, &l);
    for (size_t i = 0; i < l.n; i++) {
        draw_word(page, &l, query_rect(page, &l, i), UI_RIGHT, queries.texts[i], ROLE_QUERY, (int)i,
                  i == query && l.key < 0);
        if (l.key >= 0) {
            draw_weight_to(page, &l, i, weights[i * l.m + (size_t)l.key]);
        }
    }
    for (size_t j = 0; j < l.m; j++) {
        bool is_focus = l.key >= 0 ? (int)j == l.key : (int)j == best;
        draw_word(page, &l, key_rect(page, &l, j), UI_LEFT, keys[j], ROLE_KEY, (int)j, is_focus);
        draw_weight(page, &l, j, row, query);
    }
    draw_clip_pop(ui->list);
}
