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
    cairo_renderer_free(parts.tools.cairo);
    fonts_close(parts.fonts);
    catalogue_free(&parts.catalogue);
    study_free(&parts.study);
    return 0;
}
