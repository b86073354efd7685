/* bench_work.c: what needs no window: the pass at several lengths, and a PNG of 3840 × 2160. Run by
 * hand. */
#include "app/export.h"
#include "app/resources.h"
#include "bench.h"

/* The pass alone, over the embeddings of n words, into a trace that is used again. */
static void measure_pass(const struct model *model, int n) {
    char text[BENCH_TEXT];
    struct token_list tokens = {0};
    struct file_error error = {0};
    struct attention_error failure = {0};
    float *rows = NULL;
    double times[BENCH_RUNS];
    struct attention_trace *trace = attention_trace_new(NULL);
    bench_sentence(text, n);
    if (!trace || !model_read_text(model, text, strlen(text), &tokens, &rows, &error))
        bench_fail("text", error.text);
    const struct attention_options options = {.mask = model->mask};
    const struct attention_input input = {.embedding = rows, .n = tokens.count};
    for (int i = -2; i < BENCH_RUNS; i++) {
        double start = bench_now_ms();
        if (attention_pass(trace, &model->weights, &options, &input, &failure) != ATTENTION_OK)
            bench_fail("pass", failure.text);
        if (i >= 0) times[i] = bench_now_ms() - start;
    }
    double median = bench_median(times, BENCH_RUNS);
    printf("pass, n = %4zu, d = %d, h = %d, layers %d: %8.3f ms (best %.3f)\n", tokens.count,
           model->weights.config.d_model, model->weights.config.heads, model->weights.config.layers,
           median, times[0]);
    attention_trace_free(trace);
    tokens_free(&tokens);
    free(rows);
}

struct parts {
    struct study study;
    struct catalogue catalogue;
    struct fonts *fonts;
    struct text_measurer measurer;
    struct export_tools tools;
};

static void parts_open(struct parts *parts) {
    char folder[4000], words[4096];
    struct file_error error = {0};
    if (!resources_find(folder, sizeof folder, &error) ||
        !file_join(words, sizeof words, folder, "assets/languages") ||
        !catalogue_load(words, &parts->catalogue, &error) || !study_init(&parts->study, &error))
        bench_fail("start", error.text);
    parts->fonts = fonts_open(error.text, sizeof error.text, NULL, 0);
    if (!parts->fonts) bench_fail("fonts", error.text);
    parts->measurer = fonts_measurer(parts->fonts);
    parts->tools = (struct export_tools){&parts->catalogue, &parts->measurer,
                                         cairo_renderer_new(parts->fonts)};
}

static void measure_png(struct parts *parts, int width, int height, int density) {
    struct file_error error = {0};
    struct document document = {0};
    double times[BENCH_RUNS];
    size_t size = 0;
    if (!document_copy(&document, &parts->study.document)) bench_fail("document", "no memory");
    document.width = width;
    document.height = height;
    document.step = STEP_SOFTMAX;
    document.beat = BEAT_LAST;
    if (!study_set(&parts->study, &document, &error)) bench_fail("document", error.text);
    document_free(&document);
    for (int i = -1; i < BENCH_RUNS; i++) {
        struct file_bytes bytes = {0};
        double start = bench_now_ms();
        if (!export_png(&parts->tools, &parts->study, PICTURE_WINDOW, density, &bytes, &error))
            bench_fail("picture", error.text);
        if (i >= 0) times[i] = bench_now_ms() - start;
        size = bytes.size;
        file_bytes_free(&bytes);
    }
    double median = bench_median(times, BENCH_RUNS);
    printf("PNG, %d x %d at density %d: %.0f ms (best %.0f), %zu kB\n", width, height, density,
           median, times[0], size / 1000);
}

/* The whole walk as the window shows it, 1280 x 720: what a beat takes, its picture and its
 * encoding, the document at the beginning and the end of the file included. */
static void measure_walk(struct parts *parts, enum export_format format) {
    struct export_variety variety = {.is_each_step = true, .is_each_beat = true};
    struct export_look look = {.format = format, .density = 1, .seconds = 2};
    struct export_place *places = NULL;
    struct file_error error = {0};
    struct file_bytes bytes = {0};
    size_t count = 0;
    double times[7], drawing = 0;
    parts->study.document.width = 1280;
    parts->study.document.height = 720;
    if (!export_places(&parts->study, &variety, &places, &count, &error))
        bench_fail("walk", error.text);
    for (int run = -1; run < 7; run++) {
        double start = bench_now_ms();
        struct study first = export_study_at(&parts->study, &places[0]);
        struct export_pages *pages = export_pages_new(&parts->tools, &first, &look, count, &error);
        bool is_done = pages != NULL;
        for (size_t i = 0; i < count && is_done; i++) {
            struct study at = export_study_at(&parts->study, &places[i]);
            is_done = export_pages_add(pages, &parts->tools, &at, &look, &error);
        }
        file_bytes_free(&bytes);
        if (!is_done || !export_pages_finish(pages, &bytes, &error)) bench_fail("walk", error.text);
        export_pages_free(pages);
        if (run >= 0) times[run] = bench_now_ms() - start;
    }
    for (size_t i = 0; i < count; i++) { /* the same pictures, only drawn */
        struct study at = export_study_at(&parts->study, &places[i]);
        struct picture_request request = {.study = &at,
                                          .catalogue = &parts->catalogue,
                                          .measurer = &parts->measurer,
                                          .part = PICTURE_WINDOW,
                                          .density = 1};
        struct draw_list list = {0};
        uint32_t *pixels = NULL;
        int width, height;
        double start = bench_now_ms();
        if (!picture_draw(&request, &list, NULL) ||
            !cairo_renderer_draw(parts->tools.cairo, &list, &pixels, &width, &height))
            bench_fail("walk", "no memory");
        drawing += bench_now_ms() - start;
        free(pixels);
        draw_list_free(&list);
    }
    double median = bench_median(times, 7), beats = (double)count;
    printf(
        "%s of %zu beats, 1280 x 720: %.1f ms a beat (best %.1f), of them %.1f drawing; %zu kB\n",
        format == EXPORT_GIF ? "GIF" : "WebP", count, median / beats, times[0] / beats,
        drawing / beats, bytes.size / 1000);
    file_bytes_free(&bytes);
    free(places);
}

int main(void) {
    static const int lengths[] = {8, 16, 64, 256, 1024};
    struct model model = {0};
    struct file_error error = {0};
    struct parts parts = {0};
    if (!model_load("textbook", &model, &error)) bench_fail("model", error.text);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        measure_pass(&model, lengths[i]);
    model_free(&model);
    parts_open(&parts);
    measure_png(&parts, 1920, 1080, 2);
    measure_png(&parts, 3840, 2160, 1);
    measure_walk(&parts, EXPORT_WEBP);
    measure_walk(&parts, EXPORT_GIF);
    cairo_renderer_free(parts.tools.cairo);
    fonts_close(parts.fonts);
    catalogue_free(&parts.catalogue);
    study_free(&parts.study);
    return 0;
}
