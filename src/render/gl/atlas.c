#include "render/gl/atlas.h"
#include <epoxy/gl.h>
#include <stdlib.h>
#include <string.h>

enum { BORDER = 1, APRON = 1, SHELF_STEP = 4 };

static void texture_make(struct glyph_atlas *atlas) {
    if (!atlas->texture) glGenTextures(1, &atlas->texture);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, atlas->texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, atlas->size, atlas->size, 0, GL_RED, GL_UNSIGNED_BYTE,
                 NULL);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
}

void glyph_atlas_init(struct glyph_atlas *atlas, int size, int max_size) {
    *atlas = (struct glyph_atlas){.size = size < max_size ? size : max_size, .max_size = max_size};
    texture_make(atlas);
}

void glyph_atlas_free(struct glyph_atlas *atlas) {
    if (atlas->texture) glDeleteTextures(1, &atlas->texture);
    free(atlas->entries);
    free(atlas->pieces);
    free(atlas->text);
    *atlas = (struct glyph_atlas){0};
}

void glyph_atlas_restart(struct glyph_atlas *atlas, bool should_grow) {
    atlas->shelf_count = atlas->entry_count = atlas->piece_count = atlas->text_bytes = 0;
    if (atlas->entries) memset(atlas->entries, 0, atlas->entry_capacity * sizeof *atlas->entries);
    if (should_grow && atlas->size <= atlas->max_size / 2) {
        atlas->size *= 2;
        texture_make(atlas);
    }
}

/* ---- the table ---- */

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t count) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

static uint64_t key_hash(const struct draw_command *command, const char *text) {
    uint64_t hash = hash_bytes(14695981039346656037u, text, command->count);
    hash = hash_bytes(hash, &command->rect.h, sizeof command->rect.h);
    hash = hash_bytes(hash, &command->face, sizeof command->face);
    return (hash ^ command->is_right_to_left) * 1099511628211u;
}

static bool is_key(const struct glyph_atlas *atlas, const struct glyph_entry *entry, uint64_t hash,
                   const struct draw_command *command, const char *text) {
    return entry->hash == hash && entry->bytes == command->count && entry->face == command->face &&
           entry->size_px == command->rect.h &&
           entry->is_right_to_left == command->is_right_to_left &&
           memcmp(atlas->text + entry->text, text, entry->bytes) == 0;
}

/* The place of the key, or the free place where it belongs. */
static struct glyph_entry *entry_place(const struct glyph_atlas *atlas, uint64_t hash,
                                       const struct draw_command *command, const char *text) {
    size_t mask = atlas->entry_capacity - 1;
    for (size_t i = (size_t)(hash ^ hash >> 32) & mask;; i = (i + 1) & mask) {
        struct glyph_entry *entry = &atlas->entries[i];
        if (!entry->bytes || is_key(atlas, entry, hash, command, text)) return entry;
    }
}

static bool table_reserve(struct glyph_atlas *atlas) {
    if (atlas->entry_count * 2 < atlas->entry_capacity) return true;
    size_t capacity = atlas->entry_capacity ? atlas->entry_capacity * 2 : 512;
    struct glyph_entry *entries = calloc(capacity, sizeof *entries);
    if (!entries) return false;
    for (size_t i = 0; i < atlas->entry_capacity; i++) {
        const struct glyph_entry *entry = &atlas->entries[i];
        if (!entry->bytes) continue;
        size_t at = (size_t)(entry->hash ^ entry->hash >> 32) & (capacity - 1);
        while (entries[at].bytes)
            at = (at + 1) & (capacity - 1);
        entries[at] = *entry;
    }
    free(atlas->entries);
    atlas->entries = entries;
    atlas->entry_capacity = capacity;
    return true;
}

/* Room for `more` elements; NULL: no memory, the old block stays. */
static void *array_reserve(void *block, size_t count, size_t more, size_t *capacity, size_t size) {
    if (block && count + more <= *capacity) return block;
    size_t wanted = *capacity ? *capacity * 2 : 256;
    while (wanted < count + more)
        wanted *= 2;
    if (wanted > SIZE_MAX / 2 / size) return NULL;
    void *bigger = realloc(block, wanted * size);
    if (bigger) *capacity = wanted;
    return bigger;
}

/* ---- the texture ---- */

/* A place for width × height pixels: the lowest shelf that fits well, else a new shelf. */
static bool place_find(struct glyph_atlas *atlas, int width, int height, int *x, int *y) {
    struct glyph_shelf *best = NULL;
    for (size_t i = 0; i < atlas->shelf_count; i++) {
        struct glyph_shelf *shelf = &atlas->shelves[i];
        bool fits = shelf->height >= height && shelf->height <= height + height / 2 + SHELF_STEP &&
                    atlas->size - shelf->used >= width;
        if (fits && (!best || shelf->height < best->height)) best = shelf;
    }
    if (!best) {
        const struct glyph_shelf *last =
            atlas->shelf_count ? &atlas->shelves[atlas->shelf_count - 1] : NULL;
        int top = last ? last->y + last->height : 0;
        int rounded = (height + SHELF_STEP - 1) / SHELF_STEP * SHELF_STEP;
        if (atlas->shelf_count == GLYPH_ATLAS_MAX_SHELVES) return false;
        if (width > atlas->size || rounded > atlas->size - top) return false;
        best = &atlas->shelves[atlas->shelf_count++];
        *best = (struct glyph_shelf){.y = top, .height = rounded};
    }
    *x = best->used;
    *y = best->y;
    best->used += width;
    return true;
}

struct bitmap {
    uint8_t *pixels;
    int width, height;
};

static uint8_t bitmap_at(const struct bitmap *bitmap, int x, int y) {
    if (x < 0 || y < 0 || x >= bitmap->width || y >= bitmap->height) return 0;
    return bitmap->pixels[(size_t)y * (size_t)bitmap->width + (size_t)x];
}

/* Puts one piece with its apron into the texture. scratch: at least (GLYPH_PIECE_MAX + 2)² or the
 * piece's own size. */
static bool piece_store(struct glyph_atlas *atlas, struct glyph_piece *piece,
                        const struct bitmap *bitmap, uint8_t *scratch) {
    int width = piece->width + 2 * APRON, height = piece->height + 2 * APRON, x, y;
    if (!place_find(atlas, width, height, &x, &y)) return false;
    uint8_t *out = scratch;
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++)
            *out++ = bitmap_at(bitmap, piece->x - BORDER - APRON + column,
                               piece->y - BORDER - APRON + row);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexSubImage2D(GL_TEXTURE_2D, 0, x, y, width, height, GL_RED, GL_UNSIGNED_BYTE, scratch);
    piece->atlas_x = x + APRON;
    piece->atlas_y = y + APRON;
    return true;
}

static enum glyph_result pieces_store(struct glyph_atlas *atlas, struct glyph_run *run,
                                      const struct bitmap *bitmap) {
    size_t across = ((size_t)run->width + GLYPH_PIECE_MAX - 1) / GLYPH_PIECE_MAX;
    size_t down = ((size_t)run->height + GLYPH_PIECE_MAX - 1) / GLYPH_PIECE_MAX;
    struct glyph_piece *pieces = array_reserve(atlas->pieces, atlas->piece_count, across * down,
                                               &atlas->piece_capacity, sizeof *pieces);
    if (!pieces) return GLYPH_MISSING;
    atlas->pieces = pieces;
    size_t widest = (size_t)(run->width < GLYPH_PIECE_MAX ? run->width : GLYPH_PIECE_MAX);
    size_t tallest = (size_t)(run->height < GLYPH_PIECE_MAX ? run->height : GLYPH_PIECE_MAX);
    uint8_t *scratch = malloc((widest + 2 * APRON) * (tallest + 2 * APRON));
    if (!scratch) return GLYPH_MISSING;
    enum glyph_result result = GLYPH_FOUND;
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, atlas->texture);
    run->first_piece = atlas->piece_count;
    for (int y = 0; y < run->height && result == GLYPH_FOUND; y += GLYPH_PIECE_MAX) {
        for (int x = 0; x < run->width && result == GLYPH_FOUND; x += GLYPH_PIECE_MAX) {
            struct glyph_piece piece = {.x = x, .y = y};
            piece.width = run->width - x < GLYPH_PIECE_MAX ? run->width - x : GLYPH_PIECE_MAX;
            piece.height = run->height - y < GLYPH_PIECE_MAX ? run->height - y : GLYPH_PIECE_MAX;
            if (piece_store(atlas, &piece, bitmap, scratch))
                atlas->pieces[atlas->piece_count++] = piece;
            else
                result = GLYPH_FULL;
        }
    }
    free(scratch);
    run->piece_count = atlas->piece_count - run->first_piece;
    return result;
}

static enum glyph_result run_make(struct glyph_atlas *atlas, struct fonts *fonts,
                                  const struct draw_command *command, const char *text,
                                  struct glyph_run *run) {
    struct bitmap bitmap = {0};
    int origin_x = 0, origin_y = 0;
    if (!fonts_render_run(fonts, command->face, command->rect.h, command->is_right_to_left, text,
                          command->count, &bitmap.pixels, &bitmap.width, &bitmap.height, &origin_x,
                          &origin_y))
        return GLYPH_MISSING;
    enum glyph_result result = GLYPH_FOUND;
    *run = (struct glyph_run){.origin_x = origin_x + BORDER, .origin_y = origin_y + BORDER};
    if (bitmap.pixels && bitmap.width > 0 && bitmap.height > 0) {
        run->width = bitmap.width + 2 * BORDER;
        run->height = bitmap.height + 2 * BORDER;
        result = pieces_store(atlas, run, &bitmap);
    }
    free(bitmap.pixels);
    return result;
}

enum glyph_result glyph_atlas_find(struct glyph_atlas *atlas, struct fonts *fonts,
                                   const struct draw_command *command, const char *text,
                                   const struct glyph_run **run) {
    if (!command->count || !table_reserve(atlas)) return GLYPH_MISSING;
    uint64_t hash = key_hash(command, text);
    struct glyph_entry *entry = entry_place(atlas, hash, command, text);
    if (!entry->bytes) {
        char *kept =
            array_reserve(atlas->text, atlas->text_bytes, command->count, &atlas->text_capacity, 1);
        if (!kept) return GLYPH_MISSING;
        atlas->text = kept;
        struct glyph_run made;
        enum glyph_result result = run_make(atlas, fonts, command, text, &made);
        if (result != GLYPH_FOUND) return result;
        memcpy(kept + atlas->text_bytes, text, command->count);
        *entry = (struct glyph_entry){.hash = hash,
                                      .text = atlas->text_bytes,
                                      .bytes = command->count,
                                      .size_px = command->rect.h,
                                      .face = command->face,
                                      .is_right_to_left = command->is_right_to_left,
                                      .run = made};
        atlas->text_bytes += command->count;
        atlas->entry_count++;
    }
    *run = &entry->run;
    return GLYPH_FOUND;
}
