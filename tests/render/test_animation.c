/* Animations: read back by other decoders than ours, frame by frame. */
#include "render/animation/animation.h"

#include "render/support_animation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 61, HEIGHT = 37, PIXELS = WIDTH * HEIGHT };
#define JSON "{\"headway\":1,\"text\":\"a & <b> \\u732b\"}"

struct made {
    uint8_t *data;
    size_t bytes;
};

/* A picture of a walk: areas, a row of `levels` different colours, and a square where the walk
 * is. */
static void draw(uint32_t *pixels, int at, int levels) {
    for (int i = 0; i < PIXELS; i++) {
        int x = i % WIDTH, y = i / WIDTH;
        pixels[i] = y < 10 ? 0xF6F5F1 - (uint32_t)(x / 7) * 0x0B0D11 : 0xFFFFFF;
        if (y >= 12 && y < 24 && x * 12 + y - 12 < levels)
            pixels[i] = (uint32_t)(x * 12 + y) * 2654435761u >> 8 & 0xFFFFFF;
        if (x >= 3 * at && x < 3 * at + 9 && y >= 26 && y < 34)
            pixels[i] = 0x2563C9 + (uint32_t)at * 0x010101;
    }
}

static struct made make(enum animation_kind kind, const int *pictures, const int *ms, int count,
                        int levels) {
    uint32_t pixels[PIXELS];
    struct made made = {0};
    struct animation *a = animation_new(kind, WIDTH, HEIGHT, JSON);
    assert_non_null(a);
    for (int i = 0; i < count; i++) {
        draw(pixels, pictures[i], levels);
        assert_true(animation_add(a, pixels, ms[i]));
    }
    assert_true(animation_finish(a, &made.data, &made.bytes));
    animation_free(a);
    return made;
}

/* Every frame, how long it stands, round and round; what stays only stands longer. */
static void test_frames(void **state) {
    (void)state;
    static const int pictures[] = {0, 1, 1, 2, 0, 0, 0, 5},
                     ms[] = {100, 20, 1000, 50, 70, 80, 90, 2000};
    static const int shown[] = {0, 1, 2, 0, 5}, stand[] = {100, 1020, 50, 240, 2000};
    for (int kind = ANIMATION_WEBP; kind <= ANIMATION_GIF; kind++) {
        struct made made = make((enum animation_kind)kind, pictures, ms, 8, 100),
                    again = make((enum animation_kind)kind, pictures, ms, 8, 100);
        struct frames frames;
        assert_int_equal(made.bytes, again.bytes);
        assert_memory_equal(made.data, again.data, made.bytes);
        assert_true(frames_read(made.data, made.bytes, &frames));
        assert_int_equal(frames.width, WIDTH);
        assert_int_equal(frames.height, HEIGHT);
        assert_int_equal(frames.loops, 0);
        assert_int_equal(frames.count, 5);
        for (size_t i = 0; i < frames.count; i++) {
            uint32_t pixels[PIXELS];
            draw(pixels, shown[i], 100);
            assert_int_equal(frames.ms[i], stand[i]);
            assert_int_equal(frames_error(frames.pixels[i], pixels, PIXELS), 0);
        }
        frames_free(&frames);
        free(made.data);
        free(again.data);
    }
}

/* Hundredths of a second add up: what is rounded away comes back. */
static void test_times_add_up(void **state) {
    (void)state;
    static const int pictures[] = {0, 1, 2, 3}, ms[] = {55, 55, 55, 55};
    struct made made = make(ANIMATION_GIF, pictures, ms, 4, 0);
    struct frames frames;
    int all = 0;
    assert_true(frames_read(made.data, made.bytes, &frames));
    for (size_t i = 0; i < frames.count; i++)
        all += frames.ms[i];
    assert_int_equal(all, 220);
    frames_free(&frames);
    free(made.data);
}

/* One picture; one that stands longer than a frame can. */
static void test_one_picture(void **state) {
    (void)state;
    static const int pictures[] = {4, 4, 4}, ms[] = {500000, 500000, 500000};
    for (int kind = ANIMATION_WEBP; kind <= ANIMATION_GIF; kind++)
        for (int count = 1; count <= 3; count += 2) {
            struct made made = make((enum animation_kind)kind, pictures, ms, count, 700);
            struct frames frames;
            uint32_t pixels[PIXELS];
            long all = 0;
            draw(pixels, 4, 700);
            assert_true(frames_read(made.data, made.bytes, &frames));
            for (size_t i = 0; i < frames.count; i++) {
                int error = frames_error(frames.pixels[i], pixels, PIXELS);
                assert_true(kind == ANIMATION_GIF ? error < 32 : error == 0);
                all += frames.ms[i];
            }
            if (kind == ANIMATION_GIF) assert_int_equal(all, count * 500000L);
            frames_free(&frames);
            free(made.data);
        }
    struct animation *none = animation_new(ANIMATION_GIF, 4, 4, NULL);
    uint8_t *data = NULL;
    size_t bytes = 0;
    assert_false(animation_finish(none, &data, &bytes));
    animation_free(none);
}

/* More colours than a GIF has: areas keep theirs, what is left is near. */
static void test_many_colours(void **state) {
    (void)state;
    static const int pictures[] = {0, 3}, ms[] = {100, 100};
    struct made made = make(ANIMATION_GIF, pictures, ms, 2, 700);
    struct frames frames;
    assert_true(frames_read(made.data, made.bytes, &frames));
    for (int i = 0; i < 2; i++) {
        uint32_t pixels[PIXELS];
        draw(pixels, pictures[i], 700);
        for (int at = 0; at < PIXELS; at++)
            if (at / WIDTH < 12 || at / WIDTH >= 24)
                assert_int_equal(frames.pixels[i][at], pixels[at]);
        assert_true(frames_error(frames.pixels[i], pixels, PIXELS) < 32);
    }
    frames_free(&frames);
    free(made.data);
}

static void test_sizes(void **state) {
    (void)state;
    assert_null(animation_new(ANIMATION_WEBP, ANIMATION_WEBP_MAX_SIDE + 1, 2, NULL));
    assert_null(animation_new(ANIMATION_GIF, 2, ANIMATION_GIF_MAX_SIDE + 1, NULL));
    assert_null(animation_new(ANIMATION_GIF, 0, 2, NULL));
    for (int kind = ANIMATION_WEBP; kind <= ANIMATION_GIF; kind++) {
        int side = kind == ANIMATION_WEBP ? ANIMATION_WEBP_MAX_SIDE : ANIMATION_GIF_MAX_SIDE;
        uint32_t *pixels = calloc((size_t)side, sizeof *pixels);
        struct animation *a = animation_new((enum animation_kind)kind, side, 1, NULL);
        struct frames frames;
        uint8_t *data = NULL;
        size_t bytes = 0;
        assert_non_null(a);
        assert_true(animation_add(a, pixels, 100));
        pixels[side - 1] = 0xFFFFFF;
        assert_true(animation_add(a, pixels, 100));
        assert_true(animation_finish(a, &data, &bytes));
        assert_true(frames_read(data, bytes, &frames));
        assert_int_equal(frames.count, 2);
        assert_int_equal(frames.pixels[1][side - 1], 0xFFFFFF);
        frames_free(&frames);
        animation_free(a);
        free(data);
        free(pixels);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),      cmocka_unit_test(test_times_add_up),
        cmocka_unit_test(test_one_picture), cmocka_unit_test(test_many_colours),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
