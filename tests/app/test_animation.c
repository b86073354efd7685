/* The walk as an animation: by the command line and from the menu. Needs the built headway beside
 * the tests. */
#include "app/support_app.h"
#include "app/support_program.h"

#include "app/export.h"
#include "files/png_file.h"
#include "render/support_animation.h"

#include <stdio.h>

static char folder[128];

static int start(void **state) {
    (void)state;
    folder_make(folder, sizeof folder);
    return 0;
}

static int stop(void **state) {
    (void)state;
    folder_remove(folder);
    return 0;
}

static struct run *headway(const char *words) {
    return program_run(folder, words);
}

static void done(const char *words) {
    struct run *run = headway(words);
    if (run->status != 0 || run->err[0])
        fail_msg("%s: status %d: %s", words, run->status, run->err);
}

static struct frames frames_of(const char *name) {
    struct file_bytes bytes = program_bytes(folder, name);
    struct frames frames;
    assert_true(frames_read(bytes.data, bytes.size, &frames));
    file_bytes_free(&bytes);
    return frames;
}

static uint32_t *pixels_of(const char *name, size_t *width, size_t *height) {
    struct file_bytes bytes = program_bytes(folder, name);
    struct file_error error = {0};
    uint32_t *pixels = NULL;
    assert_true(
        png_file_decode(bytes.data, bytes.size, &pixels, width, height, NULL, NULL, &error));
    file_bytes_free(&bytes);
    return pixels;
}

static void assert_same_file(const char *one, const char *other) {
    struct file_bytes a = program_bytes(folder, one), b = program_bytes(folder, other);
    if (a.size != b.size || memcmp(a.data, b.data, a.size) != 0)
        fail_msg("%s and %s differ (%zu and %zu bytes)", one, other, a.size, b.size);
    file_bytes_free(&a);
    file_bytes_free(&b);
}

/* The frame that stands in the middle of a beat is the picture of that beat. */
static void check_beat(const struct frames *frames, long at_ms, const char *look, const char *step,
                       int beat, int most) {
    char line[512];
    size_t width = 0, height = 0;
    snprintf(line, sizeof line, "render -o beat.png %s --step %s --beat %d", look, step, beat);
    done(line);
    uint32_t *pixels = pixels_of("beat.png", &width, &height);
    const uint32_t *shown = frames_at(frames, at_ms);
    assert_non_null(shown);
    assert_int_equal(frames->width, width);
    assert_int_equal(frames->height, height);
    for (size_t i = 0; i < width * height; i++)
        pixels[i] &= 0xFFFFFF;
    int error = frames_error(shown, pixels, width * height);
    if (error > most) fail_msg("%s, beat %d of %s: a colour is %d off", look, beat, step, error);
    free(pixels);
}

/* Every beat of every step, in order, for as long as was asked, in WebP exactly. A GIF may be off
 * where there are many colours, mostly in the edges of letters. */
static void test_every_beat_of_every_step(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    static const char look[] = "--size 640x480 --text 'the cat sat' --part stage --theme dark";
    static const char *const steps[] = {"tokens",  "embedding", "projection", "similarity", "scale",
                                        "softmax", "sum",       "heads",      "feedforward"};
    char line[512];
    struct frames frames[2];
    for (int i = 0; i < 2; i++) {
        snprintf(line, sizeof line, "render -o walk.%s %s --step all --seconds 0.5",
                 i ? "gif" : "webp", look);
        done(line);
        frames[i] = frames_of(i ? "walk.gif" : "walk.webp");
        assert_int_equal(frames[i].loops, 0);
    }
    long at_ms = 250;
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        snprintf(line, sizeof line, "describe --text 'the cat sat' --step %s", steps[s]);
        struct run *run = headway(line);
        int beats = 0;
        const char *beat = strstr(run->out, "Beat: ");
        assert_true(beat && sscanf(beat, "Beat: %*d / %d", &beats) == 1);
        for (int b = 1; b <= beats; b++, at_ms += 500) {
            check_beat(&frames[0], at_ms, look, steps[s], b, 0);
            check_beat(&frames[1], at_ms, look, steps[s], b, 24);
        }
    }
    for (int i = 0; i < 2; i++) {
        assert_null(frames_at(&frames[i], at_ms)); /* and nothing after it */
        frames_free(&frames[i]);
    }
}

/* Cells of a heatmap and everything that lies in areas are exact in a GIF, too. */
static void test_cells_are_exact(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    static const char *const looks[] = {
        "--size 900x700 --part head --step softmax --colormap viridis --text 'a b c d e f g h'",
        "--size 900x700 --part window --step softmax --theme contrast --lang zh",
        "--size 900x700 --part stage --step sum --view heads --theme dark"};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        char line[512];
        size_t width = 0, height = 0, off = 0, flat = 0;
        snprintf(line, sizeof line, "render -o w.gif %s", looks[i]);
        done(line);
        snprintf(line, sizeof line, "render -o w.png %s --beat last", looks[i]);
        done(line);
        struct frames frames = frames_of("w.gif");
        uint32_t *pixels = pixels_of("w.png", &width, &height);
        const uint32_t *last = frames.pixels[frames.count - 1];
        for (size_t at = 1; at < width * height; at++) { /* pixels of runs of eight and more */
            size_t run = 0;
            while (run < 8 && at >= run && pixels[at - run] == pixels[at])
                run++;
            if (run < 8) continue;
            flat++;
            off += last[at] != (pixels[at] & 0xFFFFFF);
        }
        if (off * 500 > flat) fail_msg("%s: %zu of %zu pixels are off", looks[i], off, flat);
        frames_free(&frames);
        free(pixels);
    }
}

/* The same bytes on every run, and again from what the file carries. */
static void test_it_opens_again(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    static const char *const looks[] = {
        "--step all --text 'a <b> & \"c\" 注意力 😀' --mask causal --query 2 --head 2 --part head",
        "--step softmax --theme dark --lang zh --temperature 0.5 --stride matrix",
        "--view compare --text 'a b c d' --part stage"};
    static const char *const endings[] = {"webp", "gif"};
    char line[512];
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        for (int e = 0; e < 2; e++) {
            bool is_all = strstr(looks[i], "--step all") != NULL;
            const char *part = strstr(looks[i], "--part");
            snprintf(line, sizeof line, "render -o a.%s --size 640x480 %s", endings[e], looks[i]);
            done(line);
            snprintf(line, sizeof line, "render -o b.%s --size 640x480 %s", endings[e], looks[i]);
            done(line);
            char a[16], b[16], c[16];
            snprintf(a, sizeof a, "a.%s", endings[e]);
            snprintf(b, sizeof b, "b.%s", endings[e]);
            snprintf(c, sizeof c, "c.%s", endings[!e]);
            assert_same_file(a, b);
            snprintf(line, sizeof line, "render -o %s %s %s %s", c, a, is_all ? "--step all" : "",
                     part ? part : "");
            done(line);
            snprintf(line, sizeof line, "render -o %s %s %s %s", b, c, is_all ? "--step all" : "",
                     part ? part : "");
            done(line);
            assert_same_file(a, b);
        }
}

/* Steps and layers go along; heads, and what is in the name, have files of their own. */
static void test_files_of_their_own(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    done("render -o 'h{head}-{step}.gif' --head all --step all --size 320x240 --text 'a b' "
         "--stride matrix --part head");
    for (int head = 1; head <= 6; head++)
        for (int step = 1; step <= 9; step++) {
            char name[32];
            snprintf(name, sizeof name, "h%d-%d.gif", head, step);
            struct frames frames = frames_of(name);
            assert_true(frames.count >= 1);
            frames_free(&frames);
        }
    done("render -o last.gif --step sum --head 3 --size 320x240 --text 'a b' --stride matrix "
         "--part head");
    assert_same_file("last.gif", "h3-7.gif");
}

static void test_what_cannot_be(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    static const struct {
        const char *line;
        int status;
        const char *says;
    } rows[] = {
        {"render -o x.gif --seconds 0", 2, "0.05"},
        {"render -o x.gif --seconds 61", 2, "60"},
        {"render -o x.gif --seconds two", 2, "two"},
        {"render -o x.gif --seconds nan", 2, "nan"},
        {"render -o x.png --seconds 2", 2, ".webp"},
        {"describe --seconds 2", 2, "render"},
        {"render -o x.webp --beat 2", 2, "--beat"},
        {"render -o x.webp --head all", 2, "{head}"},
        {"render -o x.webp --paper --part stage", 2, "--paper"},
        {"render -o x.webp --figure --part stage", 2, "--figure"},
        {"render -o x.gif --width-mm 84", 2, "--width-mm"},
        {"render -o x.gif --outlines", 2, "--outlines"},
        {"render -o x.jpeg", 2, ".webp"},
        {"render -o x.webp --size 16384x240", 1, "16383"},
        {"render -o x.gif --size 9000x9000", 1, "million"},
        {"render -o x.gif --size 16384x1024 --density 4", 1, "65535"},
        {"render -o x.gif --stride cell --step all --text "
         "'a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r "
         "s t u v w x y z a b c d e f g h i j k l m n o p q r s t u v w x y z'",
         1, "stride"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct run *run = headway(rows[i].line);
        program_complains(run, rows[i].status);
        if (!strstr(run->err, rows[i].says)) fail_msg("%s: %s", rows[i].line, run->err);
    }
    static const char *const names[] = {"x.gif", "x.webp", "x.png", "x.jpeg"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];
        assert_true(file_join(path, sizeof path, folder, names[i]));
        assert_false(file_exists(path));
    }
}

/* Cut files and files of others are told from good ones. */
static void test_damaged_files(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    static const char *const names[] = {"a.webp", "a.gif"};
    for (int i = 0; i < 2; i++) {
        char line[128], path[256];
        struct file_error error = {0};
        snprintf(line, sizeof line, "render -o %s --step tokens --size 320x240", names[i]);
        done(line);
        struct file_bytes bytes = program_bytes(folder, names[i]);
        assert_true(file_join(path, sizeof path, folder, "cut"));
        for (size_t size = 12; size < 90; size += 7) {
            assert_true(file_write_whole(path, bytes.data, size, FILE_WRITE_REPLACE, &error));
            program_complains(headway("describe cut"), 1);
        }
        assert_true(file_write_whole(path, bytes.data, bytes.size / 2, FILE_WRITE_REPLACE, &error));
        if (i == 0) program_complains(headway("describe cut"), 1); /* the text comes last */
        if (i == 1) done("describe cut");                          /* the text comes first */
        file_bytes_free(&bytes);
    }
}

/* ---- from the menu ---- */

static void finish(struct rig *rig) {
    for (int i = 0; i < 1000 && export_is_running(&rig->app); i++) {
        rig->now_ms += 100;
        assert_non_null(app_picture(&rig->app, rig->now_ms));
    }
    assert_false(export_is_running(&rig->app));
}

static struct rig *small_rig(void) {
    struct rig *rig = rig_start();
    struct input resize = {.kind = INPUT_RESIZE, .width = 800, .height = 600};
    app_input(&rig->app, &resize);
    return rig;
}

static void test_walk_from_the_menu(void **state) {
    (void)state;
    struct rig *rig = small_rig();
    rig_key(rig, '7', 0);
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_click_named(rig, "What: stage");
    rig_click_named(rig, "Of: walk as animation");
    rig_click_named(rig, "As: GIF");
    rig_click_named(rig, "Each beat +");
    rig_click_named(rig, "Save");
    assert_true(export_is_running(&rig->app));
    finish(rig);
    assert_non_null(strstr(rig->window.clipboard, "-walk.gif"));
    assert_non_null(strstr(rig->app.presence.message, "beats"));
    assert_int_equal(folder_count(rig->folder, ".gif"), 1);
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    struct frames frames;
    assert_true(file_read_whole(rig->window.clipboard, (size_t)64 << 20, &bytes, &error));
    assert_true(frames_read(bytes.data, bytes.size, &frames));
    for (size_t i = 0; i < frames.count; i++)
        assert_int_equal(frames.ms[i] % 2500, 0);
    frames_free(&frames);
    file_bytes_free(&bytes);
    /* Dropped on the window it is the beginning of the walk. */
    struct input drop = {.kind = INPUT_DROP, .text = rig->window.clipboard};
    assert_int_equal(rig->app.study.document.step, STEP_SUM);
    app_input(&rig->app, &drop);
    assert_int_equal(rig->app.study.document.step, STEP_TOKENS);
    assert_int_equal(rig->app.study.document.beat, 0);
    /* One step alone. */
    rig_key(rig, '6', 0);
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_click_named(rig, "Through: this step");
    rig_click_named(rig, "As: WebP");
    rig_click_named(rig, "Save");
    finish(rig);
    assert_non_null(strstr(rig->window.clipboard, "-softmax-head-1.webp"));
    struct input again = {.kind = INPUT_DROP, .text = rig->window.clipboard};
    rig_key(rig, KEY_HOME, 0);
    app_input(&rig->app, &again);
    assert_int_equal(rig->app.study.document.step, STEP_SOFTMAX);
    rig_end(rig);
}

/* It is said how far it is, Esc stops it, and nothing is left of it. */
static void test_a_walk_can_be_stopped(void **state) {
    (void)state;
    struct rig *rig = small_rig();
    for (int format = EXPORT_WEBP; format <= EXPORT_GIF; format++) {
        app_dispatch(&rig->app,
                     (struct ui_action){UI_COMMAND_EXPORT_SET, EXPORT_ROW_RANGE, EXPORT_WALK, 0});
        app_dispatch(&rig->app,
                     (struct ui_action){UI_COMMAND_EXPORT_SET, EXPORT_ROW_FORMAT, format, 0});
        app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_EXPORT, 1, 0, 0});
        app_picture(&rig->app, rig->now_ms);
        rig->now_ms += 600;
        app_picture(&rig->app, rig->now_ms);
        assert_non_null(strstr(rig->app.presence.message, "Saving 1 of "));
        struct input key = {.kind = INPUT_KEY, .key = KEY_ESCAPE};
        app_input(&rig->app, &key);
        assert_false(export_is_running(&rig->app));
        assert_non_null(strstr(rig->app.presence.message, "nothing was saved"));
        for (int i = 0; i < 5; i++)
            app_picture(&rig->app, rig->now_ms += 100);
        assert_int_equal(folder_count(rig->folder, ".webp"), 0);
        assert_int_equal(folder_count(rig->folder, ".gif"), 0);
        assert_int_equal(folder_count(rig->folder, ".tmp"), 0);
    }
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_EXPORT, 1, 0, 0});
    app_picture(&rig->app, rig->now_ms);
    rig_end(rig); /* the program may end in the middle */
}

/* What is too large says so, and the window stays as it was. */
static void test_too_large(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct input resize = {.kind = INPUT_RESIZE, .width = 5000, .height = 1200};
    app_input(&rig->app, &resize);
    app_dispatch(&rig->app,
                 (struct ui_action){UI_COMMAND_EXPORT_SET, EXPORT_ROW_RANGE, EXPORT_WALK, 0});
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_EXPORT_SET, EXPORT_ROW_DENSITY, 4, 0});
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_EXPORT, 1, 0, 0});
    assert_false(export_is_running(&rig->app));
    assert_true(rig->app.presence.is_message_error);
    assert_non_null(strstr(rig->app.presence.message, "16383"));
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_beat_of_every_step, start, stop),
        cmocka_unit_test_setup_teardown(test_cells_are_exact, start, stop),
        cmocka_unit_test_setup_teardown(test_it_opens_again, start, stop),
        cmocka_unit_test_setup_teardown(test_files_of_their_own, start, stop),
        cmocka_unit_test_setup_teardown(test_what_cannot_be, start, stop),
        cmocka_unit_test_setup_teardown(test_damaged_files, start, stop),
        cmocka_unit_test(test_walk_from_the_menu),
        cmocka_unit_test(test_a_walk_can_be_stopped),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
