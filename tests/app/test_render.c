/* headway render: formats, figures, widths on paper, batches. Needs the built headway beside the
 * tests. */
#define _GNU_SOURCE /* memmem */
#include "app/support_app.h"
#include "app/support_program.h"

#include "files/png_file.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>

static char folder[128];

static struct run *headway(const char *words) {
    return program_run(folder, words);
}

static void need_program(void) {
    if (!file_exists(PROGRAM)) skip();
}

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

static void done(const char *words) {
    struct run *run = headway(words);
    if (run->status != 0 || run->err[0])
        fail_msg("%s: status %d: %s", words, run->status, run->err);
}

static bool exists(const char *name) {
    char path[256];
    assert_true(file_join(path, sizeof path, folder, name));
    return file_exists(path);
}

static void assert_same_file(const char *one, const char *other) {
    struct file_bytes a = program_bytes(folder, one), b = program_bytes(folder, other);
    if (a.size != b.size || memcmp(a.data, b.data, a.size) != 0)
        fail_msg("%s and %s differ (%zu and %zu bytes)", one, other, a.size, b.size);
    file_bytes_free(&a);
    file_bytes_free(&b);
}

static size_t count_in(const char *name, const char *what) {
    struct file_bytes bytes = program_bytes(folder, name);
    size_t found = 0;
    const char *at = (const char *)bytes.data, *end = at + bytes.size;
    for (; (at = memmem(at, (size_t)(end - at), what, strlen(what))); at++)
        found++;
    file_bytes_free(&bytes);
    return found;
}

/* Render, open what was rendered, render again: the same bytes; so with every format from every
 * other. */
static void test_every_format_opens_again(void **state) {
    (void)state;
    need_program();
    static const char *const looks[] = {
        "--text 'a <b> & \"c\" 注意力 😀 שלום' --step softmax --mask causal --query 2 --head 2",
        "--text '( \\\\ ) ü \xEF\xBF\xBF' --step sum --theme dark --lang zh --temperature 0.5",
        "--model by-hand --step projection --view heads --shuffle 3"};
    static const char *const endings[] = {"png", "svg", "pdf"};
    char line[512];
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        for (int e = 0; e < 3; e++) {
            snprintf(line, sizeof line, "render -o a.%s --size 900x600 %s", endings[e], looks[i]);
            done(line);
            snprintf(line, sizeof line, "render -o twice.%s --size 900x600 %s", endings[e],
                     looks[i]);
            done(line);
            char first[16], twice[16];
            snprintf(first, sizeof first, "a.%s", endings[e]);
            snprintf(twice, sizeof twice, "twice.%s", endings[e]);
            assert_same_file(first, twice);
        }
        for (int from = 0; from < 3; from++)
            for (int to = 0; to < 3; to++) {
                char first[16], again[16];
                snprintf(line, sizeof line, "render -o again.%s a.%s", endings[to], endings[from]);
                done(line);
                snprintf(first, sizeof first, "a.%s", endings[to]);
                snprintf(again, sizeof again, "again.%s", endings[to]);
                assert_same_file(first, again);
            }
    }
    done("render -o b.svg --session a.pdf");
    assert_same_file("a.svg", "b.svg");
}

static void test_pictures_without_a_document(void **state) {
    (void)state;
    need_program();
    program_write(folder, "other.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    program_write(folder, "other.pdf", "%PDF-1.4\n<< /Subject (a paper) >>");
    program_write(folder, "cut.svg", "<svg><metadata><headway:document>{");
    program_complains(headway("describe other.svg"), 1);
    program_complains(headway("describe other.pdf"), 1);
    program_complains(headway("describe cut.svg"), 1);
    assert_non_null(strstr(headway("describe other.pdf")->err, "carries no Headway document"));
    assert_non_null(strstr(headway("describe cut.svg")->err, "cut.svg: "));
}

/* The number behind the first ` name="` at or after `at`. */
static double attribute(const char *at, const char *name) {
    char wanted[32];
    snprintf(wanted, sizeof wanted, " %s=\"", name);
    const char *found = strstr(at, wanted);
    assert_non_null(found);
    return strtod(found + strlen(wanted), NULL);
}

/* Points of the smallest type of an SVG with a width in millimetres. */
static double smallest_type(const char *name, double *width_mm) {
    struct file_bytes bytes = program_bytes(folder, name);
    const char *text = (const char *)bytes.data;
    *width_mm = attribute(text, "width");
    const char *box = strstr(text, "viewBox=\"");
    double x, y, width, height, smallest = 1000;
    assert_int_equal(sscanf(box, "viewBox=\"%lf %lf %lf %lf\"", &x, &y, &width, &height), 4);
    for (const char *at = text; (at = strstr(at, "<text")); at++) {
        double size = attribute(at, "font-size") * *width_mm / 25.4 * 72 / width;
        smallest = fmin(smallest, size);
    }
    file_bytes_free(&bytes);
    return smallest;
}

static void test_type_is_six_points_at_least(void **state) {
    (void)state;
    need_program();
    static const char *const looks[] = {
        "--part head --paper --step softmax",
        "--paper --step sum",
        "--figure --step similarity --lang zh",
        "--part stage --step softmax --text 'a b c d e f g h i j k'",
        "--part window --step heads",
        "--contact-sheet --figure",
        "--paper --view heads",
        "--paper --view lines --step softmax",
        "--paper --view compare",
        "--paper --view diagram --step sum"};
    static const int widths[] = {84, 120, 174};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        for (size_t w = 0; w < 3; w++) {
            char line[256];
            double width_mm;
            snprintf(line, sizeof line, "render -o w.svg --width-mm %d %s", widths[w], looks[i]);
            struct run *run = headway(line);
            if (run->status == 1 &&
                widths[w] == 84) { /* too much for a column: said, with a way out */
                program_complains(run, 1);
                assert_non_null(strstr(run->err, "make it at least"));
                continue;
            }
            if (run->status != 0) fail_msg("%s: %s", line, run->err);
            double type = smallest_type("w.svg", &width_mm);
            if (type < 5.99) fail_msg("%s: %.2f points", line, type);
            assert_true(width_mm == widths[w]);
        }
    /* A head fits into a column, and into half of one it does not. */
    done("render -o w.svg --part head --paper --width-mm 84");
    program_complains(headway("render -o none.svg --part head --paper --width-mm 15"), 1);
    assert_false(exists("none.svg"));
    /* The page of a PDF is as wide. */
    done("render -o w.pdf --part head --paper --width-mm 127");
    assert_int_equal(count_in("w.pdf", "/MediaBox [ 0 0 360 "), 1);
}

static void test_figures(void **state) {
    (void)state;
    need_program();
    done("render -o window.svg --step softmax");
    done("render -o stage.svg --part stage --step softmax");
    done("render -o figure.svg --figure --step softmax");
    done("render -o paper.svg --paper --step similarity --theme dark");
    done("render -o plain.svg --figure --step similarity");
    assert_int_equal(count_in("window.svg", ">Next<"), 1);
    assert_int_equal(count_in("stage.svg", ">Next<"), 0);
    assert_int_equal(count_in("stage.svg", ">Softmax<"), 1);
    assert_int_equal(count_in("stage.svg", "id=\"background\""), 1);
    assert_int_equal(count_in("figure.svg", ">Softmax<"), 0);
    assert_int_equal(count_in("figure.svg", "id=\"background\""), 0);
    done("render -o compare.svg --part stage --view compare");
    done("render -o compared.svg --figure --view compare");
    assert_int_equal(count_in("compare.svg", ">Influence<"), 1); /* nothing to press on paper */
    assert_int_equal(count_in("compared.svg", ">Influence<"), 0);
    /* The ends of the diverging map are another colour than those of the one for paper. */
    assert_true(count_in("plain.svg", "#b3470b") + count_in("plain.svg", "#1f57b0") > 0);
    assert_int_equal(count_in("paper.svg", "#b3470b") + count_in("paper.svg", "#1f57b0"), 0);
    assert_int_equal(count_in("paper.svg", "#1c1e24") > 0, 1); /* ink of the light theme */
    done("render -o outlined.svg --outlines --step softmax");
    assert_int_equal(count_in("outlined.svg", "<text"), 0);
    done("render -o outlined.pdf --outlines --step softmax");
    assert_int_equal(count_in("outlined.pdf", "/FontFile"), 0);
    /* A PNG is cut as well. */
    done("render -o figure.png --part head --figure --size 1000x800");
    struct file_bytes bytes = program_bytes(folder, "figure.png");
    uint32_t *pixels = NULL;
    size_t width, height;
    struct file_error error;
    assert_true(
        png_file_decode(bytes.data, bytes.size, &pixels, &width, &height, NULL, NULL, &error));
    assert_true(width < 1000 && height < 800 && width > 300 && height > 300);
    for (size_t x = 0; x < width; x++) /* a little air all round */
        assert_int_equal(pixels[x] & 0xFFFFFF, 0xFFFFFF);
    free(pixels);
    file_bytes_free(&bytes);
}

static size_t pages_of(const char *name) {
    return count_in(name, "/Type /Page") - count_in(name, "/Type /Pages");
}

static int files_with(const char *ending) {
    int count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));)
        count += strstr(entry->d_name, ending) != NULL;
    closedir(directory);
    return count;
}

static void write_two_layers(void) {
    static const char script[] =
        "import struct,json\n"
        "t={'embedding.weight':(3,4)}\n"
        "for l in range(2):\n"
        "    for k in 'qkvo': t['layers.%d.attention.%s.weight'%(l,k)]=(4,4)\n"
        "h={};o=0;data=b''\n"
        "for n,(a,b) in t.items():\n"
        "    v=[((i*7+len(n)+ord(n[7]))%11-5)/4 for i in range(a*b)]\n"
        "    h[n]={'dtype':'F32','shape':[a,b],'data_offsets':[o,o+4*a*b]};o+=4*a*b\n"
        "    data+=struct.pack('<%df'%(a*b),*v)\n"
        "j=json.dumps(h).encode();j+=b' '*(-len(j)%8)\n"
        "open('two/model.safetensors','wb').write(struct.pack('<Q',len(j))+j+data)\n"
        "json.dump({'model_type':'headway','d_model':4,'layers':2,'heads':2,'norm':'none',"
        "'tokenizer':'words','vocab':['[UNK]','a','b']},open('two/config.json','w'))\n";
    char line[512];
    program_write(folder, "two.py", script);
    snprintf(line, sizeof line, "cd '%s' && mkdir -p two && python3 two.py", folder);
    if (system(line) != 0) skip(); /* no Python here */
}

static void test_batches(void **state) {
    (void)state;
    need_program();
    done("render -o all.pdf --step all --size 600x400");
    assert_int_equal(pages_of("all.pdf"), 9);
    done("render -o heads.pdf --head all --size 600x400");
    assert_int_equal(pages_of("heads.pdf"), 6);
    done("render -o 'walk-{step}.svg' --step all --size 600x400");
    assert_int_equal(files_with("walk-"), 9);
    /* Each page and each file is what it would be alone. */
    done("render -o seven.svg --step sum --size 600x400");
    assert_same_file("walk-7.svg", "seven.svg");
    done("render -o again.svg walk-7.svg");
    assert_same_file("walk-7.svg", "again.svg");
    done("render -o 'h{head}s{step}.png' --head all --step all --size 400x300");
    assert_int_equal(files_with("h6s"), 9);
    done("render -o 'page-{head}.pdf' --head all --size 600x400");
    assert_int_equal(pages_of("page-3.pdf"), 1);
    done("render -o sheet.svg --contact-sheet");
    assert_int_equal(count_in("sheet.svg", ">previous word<"), 1);
    assert_int_equal(count_in("sheet.svg", ">H6<"), 1);
    done("render -o empty.pdf --text '' --head all");
    assert_int_equal(pages_of("empty.pdf"), 1);
}

static void test_batches_of_layers(void **state) {
    (void)state;
    need_program();
    write_two_layers();
    done("render -o model.pdf --model two --text 'a b a' --layer all --head all --step all --size "
         "600x400");
    assert_int_equal(pages_of("model.pdf"), (9 + 7) * 2);
    done("render -o 'l{layer}.svg' --model two --text 'a b a' --layer all --step softmax --size "
         "600x400");
    done("render -o two.svg --model two --text 'a b a' --layer 2 --step softmax --size 600x400");
    assert_same_file("l2.svg", "two.svg");
    done("render -o 'c{layer}.svg' --model two --text 'a b a' --layer all --step sum --view "
         "compare --shows "
         "influence");
    done("render -o c.svg --model two --text 'a b a' --layer 2 --step sum --view compare --shows "
         "influence");
    assert_same_file("c2.svg", "c.svg");
    done("render -o sheet2.svg --model two --text 'a b a' --contact-sheet --layer all");
    assert_int_equal(count_in("sheet2.svg", ">L2 H2<"), 1);
}

static void test_wrong_usage(void **state) {
    (void)state;
    need_program();
    program_complains(headway("render -o x.jpeg"), 2);
    program_complains(headway("render -o x.svg --head all"), 2);
    program_complains(headway("render -o 'x-{head}.svg' --head all --step all"), 2);
    program_complains(headway("render -o 'x-{head}.pdf' --head all --step all"), 2);
    program_complains(headway("render -o x.png --layer all"), 2);
    program_complains(headway("render -o - --step all"), 2);
    program_complains(headway("render -o x.png --width-mm 84"), 2);
    program_complains(headway("render -o x.svg --width-mm 5"), 2);
    program_complains(headway("render -o x.png --outlines"), 2);
    program_complains(headway("render -o x.svg --part window --paper"), 2);
    program_complains(headway("render -o x.svg --contact-sheet --part head"), 2);
    program_complains(headway("render -o x.svg --contact-sheet --head all"), 2);
    program_complains(headway("describe --step all"), 2);
    program_complains(headway("trace -o x.json --layer all"), 2);
    program_complains(headway("describe --paper"), 2);
    program_complains(headway("render -o nowhere/x.pdf --step all"), 1);
    assert_int_equal(files_with("x."), 0);
    assert_int_equal(files_with(".tmp"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_format_opens_again, start, stop),
        cmocka_unit_test_setup_teardown(test_pictures_without_a_document, start, stop),
        cmocka_unit_test_setup_teardown(test_type_is_six_points_at_least, start, stop),
        cmocka_unit_test_setup_teardown(test_figures, start, stop),
        cmocka_unit_test_setup_teardown(test_batches, start, stop),
        cmocka_unit_test_setup_teardown(test_batches_of_layers, start, stop),
        cmocka_unit_test_setup_teardown(test_wrong_usage, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
