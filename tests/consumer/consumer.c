/* consumer.c: a program of somebody else's. Two tokens, (1, 0) and (0, 1), each its own query, key
 * and value: the weights are e^(1/√2) : 1, and the output is the weights. Prints them, and what the
 * other two headers say. */
#include <attention/attention.h>
#include <attention/attention_compare.h>
#include <attention/attention_explain.h>
#include <stdio.h>
#include <string.h>

static const float one[] = {1.0f, 0.0f, 0.0f, 1.0f};

static int show_weight(const struct attention_trace *trace,
                       const struct attention_weights *weights) {
    struct attention_arithmetic arithmetic;
    struct attention_error error;
    if (attention_explain(trace, weights, ATTENTION_TENSOR_WEIGHTS, 0, 1, NULL, &arithmetic,
                          &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    printf("%zu terms, %.6f\n", arithmetic.count, (double)attention_arithmetic_redo(&arithmetic));
    attention_arithmetic_free(&arithmetic);
    return 0;
}

int main(void) {
    const struct attention_layer_weights layer = {
        .q_weight = one, .k_weight = one, .v_weight = one, .o_weight = one};
    const struct attention_weights weights = {.config = {.d_model = 2,
                                                         .layers = 1,
                                                         .heads = 1,
                                                         .d_k = 2,
                                                         .d_v = 2,
                                                         .is_residual_off = true,
                                                         .norm = ATTENTION_NORM_NONE},
                                              .layers = &layer};
    const struct attention_input input = {.embedding = one, .n = 2};
    struct attention_error error;
    struct attention_trace *trace = attention_trace_new(NULL);
    if (!trace || attention_pass(trace, &weights, NULL, &input, &error) != ATTENTION_OK) {
        fprintf(stderr, "%s\n", trace ? error.text : "no memory");
        return 1;
    }
    const float *output = attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, 0).data;
    printf("%.6f %.6f\n%.6f %.6f\n", (double)output[0], (double)output[1], (double)output[2],
           (double)output[3]);
    const int status = show_weight(trace, &weights);
    printf("path %.0f\n", attention_cost_rnn(7, 2).longest_path);
    attention_trace_free(trace);

    /* A wrong setting is a sentence, not the end of the program. */
    struct attention_config wrong = weights.config;
    wrong.heads = 0;
    if (attention_config_check(&wrong, &error) != ATTENTION_INVALID || !strstr(error.text, "heads"))
        return 1;
    return status;
}
