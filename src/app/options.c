/* options.c: the command line into options, and options into a document. */
#include "app/numbers.h"
#include "app/options_private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct option_row *find_row(const char *name, size_t bytes) {
    static const struct option_row *const tables[] = {options_place_rows, options_what_if_rows,
                                                      options_look_rows};
    if (bytes == 2 && memcmp(name, "-o", 2) == 0) return find_row("--output", 8);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct option_row *row = tables[i]; row->name; row++)
            if (strlen(row->name) == bytes && memcmp(row->name, name, bytes) == 0) return row;
    return NULL;
}

/* One option at argv[*at], as "--name value" or "--name=value"; *at ends on its last word. */
static bool parse_option(int argc, char **argv, int *at, struct options *out,
                         struct document *scratch, struct file_error *error) {
    const char *word = argv[*at];
    const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
    size_t bytes = equals ? (size_t)(equals - word) : strlen(word);
    const struct option_row *row = find_row(word, bytes);
    if (!row)
        return file_error_set(error, "%.*s: there is no such option; see headway --help",
                              (int)bytes, word);
    const char *value = equals ? equals + 1 : "";
    if (!row->takes && equals)
        return file_error_set(error,
                              "%s: it takes no value; leave out what follows the =", row->name);
    if (row->takes && !equals) {
        if (*at + 1 >= argc)
            return file_error_set(error, "%s: its value is missing; give %s", row->name,
                                  row->takes);
        value = argv[++*at];
    }
    if (strcmp(row->name, "--output") == 0 && out->output)
        return file_error_set(error,
                              "--output: it was given twice, as %.200s and %.200s; leave "
                              "one out",
                              out->output, value);
    struct option_target target = {.options = out, .document = scratch};
    if (!row->apply(&target, value))
        return file_error_set(error, "%s: “%.80s” is not possible; give %s", row->name, value,
                              row->takes);
    if (row->phase == OPTION_AT_ONCE) return true;
    if (out->value_count == OPTIONS_MAX)
        return file_error_set(error, "%s: there are more than %d options; leave some out",
                              row->name, OPTIONS_MAX);
    out->values[out->value_count++] = (struct option_value){row, value};
    return true;
}

static bool parse_verb(const char *word, enum verb *verb) {
    static const struct {
        const char *word;
        enum verb verb;
    } verbs[] = {{"render", VERB_RENDER},   {"trace", VERB_TRACE},      {"describe", VERB_DESCRIBE},
                 {"compare", VERB_COMPARE}, {"numbers", VERB_NUMBERS}, {"model", VERB_MODEL},
                 {"models", VERB_MODELS},   {"steps", VERB_STEPS},
                 {"views", VERB_VIEWS},     {"--help", VERB_HELP},      {"-h", VERB_HELP},
                 {"help", VERB_HELP},       {"--version", VERB_VERSION}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(word, verbs[i].word) != 0) continue;
        *verb = verbs[i].verb;
        return true;
    }
    return false;
}

static bool was_given(const struct options *options, const char *name) {
    for (int i = 0; i < options->value_count; i++)
        if (strcmp(options->values[i].row->name, name) == 0) return true;
    return false;
}

static bool check_numbers(const struct options *options, struct file_error *error) {
    bool is_numbers = options->verb == VERB_NUMBERS;
    const char *stray = options->matrix >= 0         ? "--matrix"
                        : options->table_format >= 0 ? "--format"
                        : options->precision >= 0    ? "--precision"
                                                     : NULL;
    if (!is_numbers && stray)
        return file_error_set(error, "%s: it is of numbers alone; leave it out", stray);
    if (!is_numbers) return true;
    if (options->matrix < 0)
        return file_error_set(error, "numbers: which matrix is missing; give --matrix NAME, such as "
                                     "weights, scores, q or W_Q");
    int by_ending = file_table_format_of(options->output);
    bool is_standard = strcmp(options->output, "-") == 0;
    int format = options->table_format >= 0 ? options->table_format : by_ending;
    if (format < 0 && !is_standard)
        return file_error_set(error,
                              "%.300s: numbers are written as .csv, .npy, .tsv, .md or .tex; give "
                              "one of these endings, or --format",
                              options->output);
    if (options->is_each_head && format != FILE_TABLE_NPY && !strstr(options->output, "{head}"))
        return file_error_set(error, "--head all: only .npy holds more than one matrix; give one "
                                     "head, or put {head} into the name after -o");
    return true;
}

static bool check_whole(const struct options *options, struct file_error *error) {
    bool is_numbers = options->verb == VERB_NUMBERS;
    bool is_model = options->verb == VERB_MODEL;
    bool is_writing =
        options->verb == VERB_RENDER || options->verb == VERB_TRACE || is_numbers || is_model;
    if (is_writing && !options->output)
        return file_error_set(error, "%s: where to write is missing; give -o %s",
                              options->verb == VERB_RENDER ? "render"
                              : is_numbers                 ? "numbers"
                              : is_model                   ? "model"
                                                           : "trace",
                              is_model ? "FOLDER" : "FILE");
    if (is_model && strcmp(options->output, "-") == 0)
        return file_error_set(error, "model: a model is a folder with two files, which standard "
                                     "output cannot be; give -o FOLDER");
    if (!check_numbers(options, error)) return false;
    if (options->verb != VERB_TRACE && options->extras)
        return file_error_set(error, "--with: it is of trace alone; leave it out");
    if (!is_writing && options->output)
        return file_error_set(error, "--output: nothing is written here; use render, trace, numbers or model");
    if (was_given(options, "--values") && !was_given(options, "--context") && !options->file &&
        !was_given(options, "--session"))
        return file_error_set(error, "--values: there is no context whose keys they would go with; "
                                     "give one with --context");
    return options_check_render(options, error);
}

bool options_parse(int argc, char **argv, struct options *out, struct file_error *error) {
    *out = (struct options){.density = 1,
                            .matrix = -1,
                            .table_format = -1,
                            .precision = -1,
                            .worksheet = {.seed = 1}};
    struct document scratch;
    if (!document_init(&scratch, error)) return false;
    bool is_done = true, is_only_files = false;
    int first = 1;
    if (argc > 1 && parse_verb(argv[1], &out->verb)) first = 2;
    for (int at = first; at < argc && is_done; at++) {
        const char *word = argv[at];
        bool is_option = !is_only_files && word[0] == '-' && word[1];
        if (is_option && strcmp(word, "--") == 0)
            is_only_files = true;
        else if (is_option && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0))
            out->verb = VERB_HELP;
        else if (is_option && strcmp(word, "--version") == 0)
            out->verb = VERB_VERSION;
        else if (is_option)
            is_done = parse_option(argc, argv, &at, out, &scratch, error);
        else if (out->file)
            is_done = file_error_set(error,
                                     "%.200s: one file is opened at a time, and %.200s was "
                                     "named already; leave one out",
                                     word, out->file);
        else
            out->file = word;
    }
    document_free(&scratch);
    return is_done && check_whole(out, error);
}

/* The options of one phase, in the order given. */
static bool apply_phase(const struct options *options, enum option_phase phase,
                        struct document *document, struct text_loss *loss,
                        struct file_error *error) {
    struct options ignored = *options;
    for (int i = 0; i < options->value_count; i++) {
        struct option_target target = {&ignored, document, loss, error};
        const struct option_value *given = &options->values[i];
        if (given->row->phase != phase || given->row->apply(&target, given->value)) continue;
        return error->text[0] ? false
                              : file_error_set(error, "no memory is left; close other programs");
    }
    return true;
}

bool options_apply(const struct options *options, struct document *document, struct text_loss *loss,
                   struct file_error *error) {
    *loss = (struct text_loss){0};
    if (options->file && !open_into_document(options->file, document, NULL, loss, error))
        return false;
    return apply_phase(options, OPTION_SESSION, document, loss, error) &&
           apply_phase(options, OPTION_FIELD, document, loss, error) &&
           apply_phase(options, OPTION_LAST, document, loss, error);
}

/* of: "layer"; more than one of them take an s. */
static bool check_index(const char *name, int wanted, int got, int count, const char *of,
                        struct file_error *error) {
    if (wanted == got || wanted < count) return true;
    if (count <= 0)
        return file_error_set(error, "%s %d: there is no %s; give a sentence with --text", name,
                              wanted + 1, of);
    if (count == 1)
        return file_error_set(error, "%s %d: there is 1 %s; give 1", name, wanted + 1, of);
    return file_error_set(error, "%s %d: there are %d %ss; give a number from 1 to %d", name,
                          wanted + 1, count, of, count);
}

static bool check_beat(const struct document *wanted, const struct document *got,
                       struct file_error *error) {
    int count = got->beat + 1;
    if (wanted->beat == BEAT_LAST || wanted->beat == got->beat) return true;
    if (count == 1)
        return file_error_set(error, "--beat %d: step %s has 1 beat here; give 1 or last",
                              wanted->beat + 1, step_id(got->step));
    return file_error_set(error,
                          "--beat %d: step %s has %d beats here; give a number from 1 to %d, or "
                          "last",
                          wanted->beat + 1, step_id(got->step), count, count);
}

bool options_check(const struct options *options, const struct document *wanted,
                   const struct document *got, const struct option_extent *extent,
                   struct file_error *error) {
    if (was_given(options, "--layer") &&
        !check_index("--layer", wanted->layer, got->layer, extent->layers, "layer", error))
        return false;
    if (was_given(options, "--head") &&
        !check_index("--head", wanted->head, got->head, extent->heads, "head", error))
        return false;
    if (was_given(options, "--query") &&
        !check_index("--query", wanted->query, got->query, (int)extent->tokens, "token", error))
        return false;
    if (was_given(options, "--key") &&
        !check_index("--key", wanted->key, got->key, (int)extent->keys, "token", error))
        return false;
    const struct what_if *what_if = &wanted->what_if;
    if (was_given(options, "--mask") && what_if->mask == MASK_PADDING &&
        (size_t)what_if->mask_size > extent->keys)
        return file_error_set(error, "--mask padding:%d: there are %zu keys; give at most as many",
                              what_if->mask_size, extent->keys);
    if (was_given(options, "--heads-off") && !options_check_heads(wanted, extent, error))
        return false;
    return !was_given(options, "--beat") || check_beat(wanted, got, error);
}

struct option_extent options_extent_of(const struct study *study) {
    const struct attention_config *config = &study->model.weights.config;
    return (struct option_extent){study_tokens(study), study_keys(study), config->heads,
                                  config->layers};
}

bool options_has_size(const struct options *options) {
    return was_given(options, "--size");
}

bool options_has_content(const struct options *options) {
    static const char *const names[] = {"--session", "--text", "--text-file", "--model"};
    bool has_content = options->file != NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        has_content = has_content || was_given(options, names[i]);
    return has_content;
}

size_t options_memory(const struct options *options) {
    if (options->memory_bytes) return options->memory_bytes;
    long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGE_SIZE);
    return pages > 0 && bytes > 0 ? (size_t)pages / 2 * (size_t)bytes : 0;
}

int options_threads(void) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > 8 ? 8 : (int)processors;
}
