/* page.c: memory and words of one picture. */
#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct page_scratch {
    struct page_scratch *next;
};

void *page_memory(struct page *page, size_t count, size_t size) {
    enum { HEADER = 16 };
    struct page_scratch *block =
        size && count > (SIZE_MAX - HEADER) / size ? NULL : calloc(1, HEADER + count * size);
    if (!block) {
        page->ui.list->failed = true;
        return NULL;
    }
    block->next = page->scratch;
    page->scratch = block;
    return (char *)block + HEADER;
}

void page_scratch_free(void *scratch) {
    for (struct page_scratch *block = scratch; block;) {
        struct page_scratch *next = block->next;
        free(block);
        block = next;
    }
}

static const struct {
    const char *tag, *mark;
} tags[] = {{"<q>", UI_MARK_QUERY},  {"<k>", UI_MARK_KEY},  {"<v>", UI_MARK_VALUE},
            {"<o>", UI_MARK_OUTPUT}, {"<b>", UI_MARK_BOLD}, {"</>", UI_MARK_END}};

/* Marks are one byte and tags three, so the text only shrinks. */
static void tags_to_marks(char *text) {
    char *to = text;
    for (const char *from = text; *from;) {
        size_t tag = 0, count = sizeof tags / sizeof tags[0];
        while (tag < count && strncmp(from, tags[tag].tag, 3) != 0) {
            tag++;
        }
        if (tag < count) {
            *to++ = tags[tag].mark[0];
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

const char *page_filled(struct page *page, const char *key, const char *const *names,
                        const char *const *values) {
    const char *pattern = catalogue_get(page->catalogue, page->document->language, key);
    size_t bytes = strlen(pattern) + 1;
    char *marked = page_memory(page, bytes, 1);
    if (!marked) {
        return "";
    }
    memcpy(marked, pattern, bytes);
    tags_to_marks(marked);
    for (const char *const *value = values; names && *value; value++) {
        bytes +=
            2 *
            strlen(*value); /* room for each twice; catalogue_fill cuts what is used more often */
    }
    char *out = page_memory(page, bytes, 1);
    if (!out) {
        return "";
    }
    if (names) {
        catalogue_fill(out, bytes, marked, names, values);
        return out;
    }
    return marked;
}

const char *page_words(struct page *page, const char *key) {
    return page_filled(page, key, NULL, NULL);
}

const char *page_format(struct page *page, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *out = bytes >= 0 ? page_memory(page, (size_t)bytes + 1, 1) : NULL;
    if (!out) {
        return "";
    }
    va_start(arguments, format);
    vsnprintf(out, (size_t)bytes + 1, format, arguments);
    va_end(arguments);
    return out;
}

const char *page_number(struct page *page, float value, enum number_style style) {
    char text[NUMBER_BYTES];
    number_format(text, sizeof text, value, style);
    return page_format(page, "%s", text);
}

/* A very long word in running text: its beginning and an ellipsis. */
static const char *shortened(struct page *page, const char *text) {
    enum { MOST = 24 };
    size_t at = 0, characters = 0;
    for (; text[at]; at++) {
        characters += ((unsigned char)text[at] & 0xC0) != 0x80;
        if (characters > MOST) {
            return page_format(page, "%.*s…", (int)at, text);
        }
    }
    return text;
}

typedef const char *name_of(const struct study *study, int index);

/* A word among `count` of them, with its place where it stands more than once. */
static const char *word_among(struct page *page, name_of *name, size_t count, int index) {
    const char *text = name(page->study, index);
    bool is_repeated = false;
    for (size_t i = 0; i < count && !is_repeated; i++) {
        is_repeated = (int)i != index && strcmp(name(page->study, (int)i), text) == 0;
    }
    text = shortened(page, text);
    if (!is_repeated) {
        return text;
    }
    char place[16], lowered[64];
    size_t used = 0;
    snprintf(place, sizeof place, "%d", index + 1);
    for (const char *digit = place; *digit; digit++) { /* U+2080 … U+2089 */
        used += (size_t)snprintf(lowered + used, sizeof lowered - used, "\xe2\x82%c",
                                 0x80 + *digit - '0');
    }
    return page_format(page, "%s%s", text, lowered);
}

const char *page_word(struct page *page, int index) {
    return word_among(page, study_token, page_n(page), index);
}

const char *page_key_word(struct page *page, int index) {
    return word_among(page, study_key_token, page_m(page), index);
}

const char *page_value_word(struct page *page, int index) {
    return word_among(page, study_value_token, page_m(page), index);
}

static const char *const *names_of(struct page *page, name_of *name, size_t count) {
    const char **names = page_memory(page, count + 1, sizeof *names);
    static const char *const none[] = {NULL};
    for (size_t i = 0; names && i < count; i++) {
        names[i] = name(page->study, (int)i);
    }
    return names ? names : none;
}

const char *const *page_key_names(struct page *page) {
    return names_of(page, study_key_token, page_m(page));
}

const char *const *page_value_names(struct page *page) {
    return names_of(page, study_value_token, page_m(page));
}

const char *page_key_token(struct page *page, int index, const char *mark) {
    return page_format(page, "%s%s" UI_MARK_END, mark, page_key_word(page, index));
}

bool page_is_head_off(const struct page *page, int head) {
    return attention_trace_is_head_off(page->study->trace, page->document->layer, head);
}

const char *page_token(struct page *page, int index, const char *mark) {
    return page_format(page, "%s%s" UI_MARK_END, mark, page_word(page, index));
}

const char *page_head_name(struct page *page, int head) {
    const char *name = model_head_name(&page->study->model, page->document->layer, head);
    if (!name) {
        return "";
    }
    return catalogue_has(page->catalogue, page->document->language, name) ? page_words(page, name)
                                                                          : name;
}

const char *page_model_name(struct page *page) {
    const struct model *model = &page->study->model;
    const char *key = page_format(page, "model.%s", model->id ? model->id : "");
    return catalogue_has(page->catalogue, page->document->language, key) ? page_words(page, key)
           : model->name                                                 ? model->name
                                                                         : "";
}

const char *page_layer(struct page *page, int layer) {
    const char *names[] = {"layer", NULL}, *values[] = {page_format(page, "%d", layer + 1), NULL};
    return page_filled(page, "layer", names, values);
}

size_t page_n(const struct page *page) {
    return study_tokens(page->study);
}

size_t page_m(const struct page *page) {
    return study_keys(page->study);
}
