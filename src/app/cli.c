#include "app/cli.h"

#include "app/compare.h"
#include "app/describe.h"
#include "app/loop.h"
#include "app/numbers.h"
#include "app/open.h"
#include "app/options.h"
#include "app/render.h"
#include "app/resources.h"
#include "app/trace_file.h"
#include "app/versions.h"
#include "lesson/steps.h"
#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* What render and describe work with. */
struct bench {
    struct study study;
    struct catalogue catalogue;
    struct fonts *fonts;
    struct text_measurer measurer;
    struct cairo_renderer *cairo;
};

static int complain(int status, const struct file_error *error) {
    fprintf(stderr, "headway: %s\n", error->text);
    return status;
}

static void bench_free(struct bench *bench) {
    cairo_renderer_free(bench->cairo);
    if (bench->fonts) fonts_close(bench->fonts);
    catalogue_free(&bench->catalogue);
    study_free(&bench->study);
}

static void note_dropped(const char *what, const struct token_list *tokens) {
    if (tokens->dropped)
        fprintf(stderr, "headway: %s: %zu tokens beyond %d were left out; shorten it\n", what,
                tokens->dropped, (int)TEXT_MAX_TOKENS);
}

static void note_losses(const struct text_loss *loss, const struct study *study) {
    if (loss->left_out_bytes)
        fprintf(stderr, "headway: text: %zu bytes beyond %d were left out; shorten it\n",
                loss->left_out_bytes, (int)TEXT_MAX_BYTES);
    if (loss->replaced)
        fprintf(stderr,
                "headway: text: %zu byte%s no valid UTF-8 and became U+FFFD (NUL: U+2400); save it "
                "as UTF-8\n",
                loss->replaced, loss->replaced == 1 ? " is" : "s are");
    if (loss->context_replaced)
        fprintf(stderr,
                "headway: context: %zu byte%s no valid UTF-8 and became U+FFFD; give it as UTF-8\n",
                loss->context_replaced, loss->context_replaced == 1 ? " is" : "s are");
    note_dropped("text", &study->tokens);
    note_dropped("context", &study->context.tokens);
    note_dropped("values", &study->values.tokens);
    if (study->edits_left_out)
        fprintf(stderr,
                "headway: session: %zu edited number%s no place in this pass; choose the text and "
                "model that they belong to\n",
                study->edits_left_out, study->edits_left_out == 1 ? " has" : "s have");
}

/* The study of the options; 0 or the exit status. */
static int make_study(const struct options *options, struct study *study) {
    struct file_error error = {0};
    struct document wanted = {0};
    struct text_loss loss = {0};
    int status = EXIT_DONE;
    if (!document_init(&wanted, &error)) return complain(EXIT_FAILED, &error);
    wanted.language = language_of_locale();
    wanted.beat = BEAT_LAST;
    if (!options_apply(options, &wanted, &loss, &error) || !study_init(study, &error)) {
        document_free(&wanted);
        return complain(EXIT_FAILED, &error);
    }
    study->memory_limit_bytes = options_memory(options);
    study->threads = options_threads();
    if (!study_set(study, &wanted, &error)) {
        status = complain(EXIT_FAILED, &error);
    } else {
        struct option_extent extent = options_extent_of(study);
        bool is_usage = true;
        if (!options_check(options, &wanted, &study->document, &extent, &error) ||
            !options_finish(options, study, &is_usage, &error))
            status = complain(is_usage ? EXIT_USAGE : EXIT_FAILED, &error);
        else
            note_losses(&loss, study);
    }
    document_free(&wanted);
    return status;
}

/* needs_cairo: for pictures. */
static int bench_init(struct bench *bench, const struct options *options, bool needs_cairo) {
    char folder[PATH_BYTES], words[PATH_BYTES], why[256] = "", warning[256] = "";
    struct file_error error = {0};
    int status = make_study(options, &bench->study);
    if (status != EXIT_DONE) return status;
    if (!resources_find(folder, sizeof folder, &error) ||
        !file_join(words, sizeof words, folder, "assets/languages") ||
        !catalogue_load(words, &bench->catalogue, &error))
        return complain(EXIT_FAILED, &error);
    bench->fonts = fonts_open(why, sizeof why, warning, sizeof warning);
    if (!bench->fonts) {
        file_error_set(&error, "%s", why);
        return complain(EXIT_FAILED, &error);
    }
    if (warning[0]) fprintf(stderr, "headway: %s\n", warning);
    bench->measurer = fonts_measurer(bench->fonts);
    if (needs_cairo && !(bench->cairo = cairo_renderer_new(bench->fonts))) {
        file_error_set(&error, "no memory is left for pictures; close other programs");
        return complain(EXIT_FAILED, &error);
    }
    return EXIT_DONE;
}

static int run_render(const struct options *options) {
    struct bench bench = {0};
    struct file_error error = {0};
    int status = bench_init(&bench, options, true);
    struct export_tools tools = {&bench.catalogue, &bench.measurer, bench.cairo};
    if (status == EXIT_DONE && !render_pictures(options, &tools, &bench.study, &error))
        status = complain(EXIT_FAILED, &error);
    bench_free(&bench);
    return status;
}

static int run_trace(const struct options *options) {
    struct study study = {0};
    struct file_error error = {0};
    struct file_bytes bytes = {0};
    enum trace_format format;
    if (!trace_format_of(options->output, &format, &error)) return complain(EXIT_USAGE, &error);
    int status = make_study(options, &study);
    if (status == EXIT_DONE &&
        !(trace_build(&study, format, options->extras, &bytes, &error) &&
          file_write_whole(options->output, bytes.data, bytes.size, FILE_WRITE_REPLACE, &error)))
        status = complain(EXIT_FAILED, &error);
    file_bytes_free(&bytes);
    study_free(&study);
    return status;
}

/* One matrix, or with {head} in the name one for each head. */
static int run_numbers(const struct options *options) {
    struct study study = {0};
    struct file_error error = {0};
    int format =
        options->table_format >= 0 ? options->table_format : file_table_format_of(options->output);
    bool is_split = options->is_each_head && strstr(options->output, "{head}");
    int status = make_study(options, &study);
    int heads = is_split ? study.model.weights.config.heads : 1, first = study.document.head;
    for (int i = 0; i < heads && status == EXIT_DONE; i++) {
        char path[PATH_BYTES];
        struct file_bytes bytes = {0};
        study.document.head = is_split ? i : first;
        struct numbers_request request = {
            options->matrix, options->is_each_head && !is_split ? -1 : study.document.head,
            (enum file_table_format)(format < 0 ? FILE_TABLE_CSV : format),
            options->precision == NUMBERS_FULL ? NUMBERS_FULL : NUMBERS_SHOWN, false};
        bool is_done = render_name(path, sizeof path, options->output, &study.document)
                           ? numbers_build(&study, &request, &bytes, &error)
                           : file_error_set(&error, "--output: the name is too long; give a "
                                                    "shorter one");
        is_done =
            is_done && file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_REPLACE, &error);
        file_bytes_free(&bytes);
        if (!is_done) status = complain(EXIT_FAILED, &error);
    }
    study_free(&study);
    return status;
}

static int write_out(const struct file_bytes *bytes) {
    struct file_error error = {0};
    if (file_write_whole("-", bytes->data, bytes->size, FILE_WRITE_REPLACE, &error))
        return EXIT_DONE;
    return complain(EXIT_FAILED, &error);
}

static int run_compare(const struct options *options) {
    struct bench bench = {0};
    struct file_error error = {0};
    struct file_bytes bytes = {0};
    int status = bench_init(&bench, options, false);
    if (status == EXIT_DONE)
        status = compare_build(&bench.study, &bench.catalogue, options->is_json, &bytes, &error)
                     ? write_out(&bytes)
                     : complain(EXIT_FAILED, &error);
    file_bytes_free(&bytes);
    bench_free(&bench);
    return status;
}

static int run_describe(const struct options *options) {
    struct bench bench = {0};
    struct file_error error = {0};
    struct file_bytes bytes = {0};
    int status = bench_init(&bench, options, false);
    struct export_tools tools = {&bench.catalogue, &bench.measurer, NULL};
    if (status == EXIT_DONE)
        status = describe_build(&tools, &bench.study, &bytes, &error)
                     ? write_out(&bytes)
                     : complain(EXIT_FAILED, &error);
    file_bytes_free(&bytes);
    bench_free(&bench);
    return status;
}

/* The ids of a list, one per line or as a JSON array. */
static int run_list(const struct options *options) {
    const char *ids[STEP_COUNT + VIEW_COUNT + 8];
    int count = 0;
    if (options->verb == VERB_MODELS)
        while (model_builtin_ids[count] && count < STEP_COUNT)
            ids[count] = model_builtin_ids[count], count++;
    for (int i = 0; options->verb == VERB_STEPS && i < STEP_COUNT; i++)
        ids[count++] = step_id((enum step)i);
    for (int i = 0; options->verb == VERB_VIEWS && i < VIEW_COUNT; i++)
        ids[count++] = view_id((enum view)i);
    if (options->is_json) printf("[");
    for (int i = 0; i < count; i++)
        printf(options->is_json ? "%s\"%s\"" : "%s%s\n", options->is_json && i ? ", " : "", ids[i]);
    if (options->is_json) printf("]\n");
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* HEADWAY_STATS=1 makes the program say at its end how often it drew: benchmarks and tests read it.
 */
static int run_window(const struct options *options) {
    struct loop_result result = {0};
    struct file_error error = {0};
    if (!loop_run(options, &result, &error))
        return complain(result.is_usage ? EXIT_USAGE : EXIT_FAILED, &error);
    if (getenv("HEADWAY_STATS"))
        fprintf(stderr, "frames %lu idle_frames %lu first_ms %.0f slowest_input_ms %.1f\n",
                result.frames, result.idle_frames, result.first_ms, result.slowest_input_ms);
    return EXIT_DONE;
}

int cli_run(int argc, char **argv) {
    struct options options;
    struct file_error error = {0};
    if (!options_parse(argc, argv, &options, &error)) return complain(EXIT_USAGE, &error);
    switch (options.verb) {
    case VERB_HELP:
        fputs(options_help(), stdout);
        return EXIT_DONE;
    case VERB_VERSION:
        versions_print(stdout);
        return EXIT_DONE;
    case VERB_RENDER:
        return run_render(&options);
    case VERB_TRACE:
        return run_trace(&options);
    case VERB_DESCRIBE:
        return run_describe(&options);
    case VERB_COMPARE:
        return run_compare(&options);
    case VERB_NUMBERS:
        return run_numbers(&options);
    case VERB_MODELS:
    case VERB_STEPS:
    case VERB_VIEWS:
        return run_list(&options);
    case VERB_WINDOW:
        break;
    }
    return run_window(&options);
}
