#include "app/options.h"

#include "app/open.h"
#include "lesson/steps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What an option sets: `apply` puts a value into the document or the options; false: not a value it
 * takes. */
struct target {
    struct options *options;
    struct document *document;
    struct text_loss *loss;
    struct file_error *error; /* of reading a file; NULL while only checking */
};

struct option_row {
    const char *name;
    const char *takes; /* for errors and --help; NULL: no value */
    bool (*apply)(const struct target *target, const char *value);
    bool is_of_document; /* applied when the document is known */
};

static bool read_integer(const char *value, long low, long high, long *out) {
    char *end = NULL;
    errno = 0;
    long number = strtol(value, &end, 10);
    if (errno || end == value || *end || number < low || number > high) return false;
    *out = number;
    return true;
}

static bool read_index(const char *value, int *out) {
    long number;
    if (!read_integer(value, 1, 1000000, &number)) return false;
    *out = (int)number - 1;
    return true;
}

static bool read_switch(const char *value, bool *out) {
    bool is_on = strcmp(value, "on") == 0;
    if (!is_on && strcmp(value, "off") != 0) return false;
    *out = is_on;
    return true;
}

static bool apply_text(const struct target *t, const char *value) {
    if (!t->error) return true;
    struct file_bytes bytes = {.data = (uint8_t *)(uintptr_t)value, .size = strlen(value)};
    return open_text(&bytes, t->document, t->loss, t->error);
}

static bool apply_text_file(const struct target *t, const char *value) {
    if (!t->error) return true;
    return open_text_file(value, t->document, t->loss, t->error);
}

static bool apply_model(const struct target *t, const char *value) {
    return *value && document_set_model(t->document, value);
}

static bool apply_layer(const struct target *t, const char *value) {
    return read_index(value, &t->document->layer);
}

static bool apply_head(const struct target *t, const char *value) {
    t->options->is_each_head = strcmp(value, "all") == 0;
    return t->options->is_each_head || read_index(value, &t->document->head);
}

static bool apply_query(const struct target *t, const char *value) {
    return read_index(value, &t->document->query);
}

static bool apply_key(const struct target *t, const char *value) {
    return read_index(value, &t->document->key);
}

static bool apply_beat(const struct target *t, const char *value) {
    t->document->beat = BEAT_LAST;
    return strcmp(value, "last") == 0 || read_index(value, &t->document->beat);
}

/* An enumeration's field by its id. */
#define APPLY_ID(name, field, type)                                                                \
    static bool apply_##name(const struct target *t, const char *value) {                          \
        int found = name##_from_id(value);                                                         \
        if (found >= 0) t->document->field = (type)found;                                          \
        return found >= 0;                                                                         \
    }
APPLY_ID(step, step, enum step)
APPLY_ID(view, view, enum view)
APPLY_ID(mask, what_if.mask, enum mask_choice)
APPLY_ID(scaling, what_if.scaling, enum scaling_choice)
APPLY_ID(stride, stride, enum stride)
APPLY_ID(theme, theme, enum theme_choice)
APPLY_ID(map, map, enum map_choice)
APPLY_ID(language, language, enum language)
#undef APPLY_ID

static bool apply_size(const struct target *t, const char *value) {
    int width = 0, height = 0, used = 0;
    if (sscanf(value, "%5dx%5d%n", &width, &height, &used) != 2 || value[used]) return false;
    t->document->width = width;
    t->document->height = height;
    return width >= 320 && width <= 16384 && height >= 240 && height <= 16384;
}

/* 1.5 and 150 mean the same. */
static bool apply_scale(const struct target *t, const char *value) {
    char *end = NULL;
    double scale = strtod(value, &end);
    if (end == value || *end) return false;
    if (scale <= 3) scale *= 100;
    t->document->scale_percent = (int)(scale + 0.5);
    return scale >= 75 && scale <= 300;
}

static bool apply_predict(const struct target *t, const char *value) {
    bool is_on = true;
    if (!read_switch(value, &is_on)) return false;
    t->document->is_predict_off = !is_on;
    return true;
}

static bool apply_presentation(const struct target *t, const char *value) {
    (void)value;
    t->document->is_presentation = true;
    return true;
}

static bool apply_output(const struct target *t, const char *value) {
    t->options->output = value;
    return *value;
}

static bool apply_json(const struct target *t, const char *value) {
    (void)value;
    t->options->is_json = true;
    return true;
}

static bool apply_density(const struct target *t, const char *value) {
    long density;
    if (!read_integer(value, 1, 4, &density)) return false;
    t->options->density = (int)density;
    return true;
}

static bool apply_part(const struct target *t, const char *value) {
    static const char *const ids[] = {"window", "stage", "head"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(value, ids[i]) != 0) continue;
        t->options->part = (enum picture_part)i;
        return true;
    }
    return false;
}

/* "512M", "2G", "100000" */
static bool apply_memory(const struct target *t, const char *value) {
    static const char units[] = "KMG";
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    if (errno || end == value || *value == '-' || number == 0) return false;
    int shift = 0;
    if (*end) {
        const char *unit = strchr(units, *end);
        if (!unit || end[1]) return false;
        shift = 10 * (int)(unit - units + 1);
    }
    if (number > (SIZE_MAX >> shift)) return false;
    t->options->memory_bytes = (size_t)number << shift;
    return true;
}

static const struct option_row rows[] = {
    {"--text", "a sentence", apply_text, true},
    {"--text-file", "a file", apply_text_file, true},
    {"--model", "textbook, by-hand or a model folder", apply_model, true},
    {"--layer", "a number from 1", apply_layer, true},
    {"--head", "a number from 1, or all", apply_head, true},
    {"--query", "a number from 1", apply_query, true},
    {"--key", "a number from 1", apply_key, true},
    {"--step",
     "tokens, embedding, projection, similarity, scale, softmax, sum, heads or feedforward",
     apply_step, true},
    {"--beat", "a number from 1, or last", apply_beat, true},
    {"--view", "matrices or heads", apply_view, true},
    {"--mask", "model, none or causal", apply_mask, true},
    {"--scale", "model, on or off", apply_scaling, true},
    {"--stride", "cell, row or matrix", apply_stride, true},
    {"--theme", "light, dark or contrast", apply_theme, true},
    {"--colormap", "theme, blues, ember, cividis, viridis, magma or greys", apply_map, true},
    {"--lang", "en or zh", apply_language, true},
    {"--size", "WIDTHxHEIGHT from 320x240 to 16384x16384", apply_size, true},
    {"--ui-scale", "a factor from 0.75 to 3", apply_scale, true},
    {"--predict", "on or off", apply_predict, true},
    {"--presentation", NULL, apply_presentation, true},
    {"--density", "1, 2, 3 or 4", apply_density, false},
    {"--part", "window, stage or head", apply_part, false},
    {"--memory", "a size such as 512M or 2G", apply_memory, false},
    {"--output", "a file, or -", apply_output, false},
    {"--json", NULL, apply_json, false},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

static int find_row(const char *name, size_t bytes) {
    if (bytes == 2 && memcmp(name, "-o", 2) == 0) return find_row("--output", 8);
    for (int i = 0; i < ROW_COUNT; i++)
        if (strlen(rows[i].name) == bytes && memcmp(rows[i].name, name, bytes) == 0) return i;
    return -1;
}

/* One option at argv[*at], as "--name value" or "--name=value"; *at ends on its last word. */
static bool parse_option(int argc, char **argv, int *at, struct options *out,
                         struct document *scratch, struct file_error *error) {
    const char *word = argv[*at];
    const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
    size_t bytes = equals ? (size_t)(equals - word) : strlen(word);
    int row = find_row(word, bytes);
    if (row < 0)
        return file_error_set(error, "%.*s: there is no such option; see headway --help",
                              (int)bytes, word);
    const char *value = equals ? equals + 1 : "";
    if (!rows[row].takes && equals)
        return file_error_set(
            error, "%s: it takes no value; leave out what follows the =", rows[row].name);
    if (rows[row].takes && !equals) {
        if (*at + 1 >= argc)
            return file_error_set(error, "%s: its value is missing; give %s", rows[row].name,
                                  rows[row].takes);
        value = argv[++*at];
    }
    if (rows[row].apply == apply_output && out->output)
        return file_error_set(error,
                              "--output: it was given twice, as %.200s and %.200s; leave "
                              "one out",
                              out->output, value);
    struct target target = {.options = out, .document = scratch};
    if (!rows[row].apply(&target, value))
        return file_error_set(error, "%s: “%.80s” is not possible; give %s", rows[row].name, value,
                              rows[row].takes);
    if (!rows[row].is_of_document) return true;
    if (out->value_count == OPTIONS_MAX)
        return file_error_set(error, "%s: there are too many options; give each once",
                              rows[row].name);
    out->values[out->value_count++] = (struct option_value){row, value};
    return true;
}

static bool parse_verb(const char *word, enum verb *verb) {
    static const struct {
        const char *word;
        enum verb verb;
    } verbs[] = {{"render", VERB_RENDER},    {"trace", VERB_TRACE}, {"describe", VERB_DESCRIBE},
                 {"models", VERB_MODELS},    {"steps", VERB_STEPS}, {"views", VERB_VIEWS},
                 {"--help", VERB_HELP},      {"-h", VERB_HELP},     {"help", VERB_HELP},
                 {"--version", VERB_VERSION}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(word, verbs[i].word) != 0) continue;
        *verb = verbs[i].verb;
        return true;
    }
    return false;
}

static bool check_whole(const struct options *options, struct file_error *error) {
    bool is_writing = options->verb == VERB_RENDER || options->verb == VERB_TRACE;
    if (is_writing && !options->output)
        return file_error_set(error, "%s: where to write is missing; give -o FILE",
                              options->verb == VERB_RENDER ? "render" : "trace");
    if (!is_writing && options->output)
        return file_error_set(error, "--output: nothing is written here; use render or trace");
    if (options->is_each_head && options->verb == VERB_RENDER && !strstr(options->output, "{head}"))
        return file_error_set(error, "--head all: every head would go to the same file; put {head} "
                                     "into the name after -o");
    return true;
}

bool options_parse(int argc, char **argv, struct options *out, struct file_error *error) {
    *out = (struct options){.density = 1};
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

bool options_apply(const struct options *options, struct document *document, struct text_loss *loss,
                   struct file_error *error) {
    struct options ignored = *options;
    *loss = (struct text_loss){0};
    if (options->file && !open_into_document(options->file, document, loss, error)) return false;
    for (int i = 0; i < options->value_count; i++) {
        struct target target = {&ignored, document, loss, error};
        const struct option_value *given = &options->values[i];
        if (!rows[given->row].apply(&target, given->value)) {
            if (!error->text[0]) file_error_set(error, "no memory is left; close other programs");
            return false;
        }
    }
    return true;
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

static bool was_given(const struct options *options, const char *name) {
    for (int i = 0; i < options->value_count; i++)
        if (strcmp(rows[options->values[i].row].name, name) == 0) return true;
    return false;
}

bool options_check(const struct options *options, const struct document *wanted,
                   const struct document *got, size_t tokens, int heads, int layers,
                   struct file_error *error) {
    if (was_given(options, "--layer") &&
        !check_index("--layer", wanted->layer, got->layer, layers, "layer", error))
        return false;
    if (was_given(options, "--head") &&
        !check_index("--head", wanted->head, got->head, heads, "head", error))
        return false;
    if (was_given(options, "--query") &&
        !check_index("--query", wanted->query, got->query, (int)tokens, "token", error))
        return false;
    if (was_given(options, "--key") &&
        !check_index("--key", wanted->key, got->key, (int)tokens, "token", error))
        return false;
    return !was_given(options, "--beat") || check_beat(wanted, got, error);
}

bool options_has_size(const struct options *options) {
    return was_given(options, "--size");
}

size_t options_memory(const struct options *options) {
    if (options->memory_bytes) return options->memory_bytes;
    long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGE_SIZE);
    return pages > 0 && bytes > 0 ? (size_t)pages / 2 * (size_t)bytes : 0;
}
