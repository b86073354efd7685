// consumer.cpp: the three headers in C++, and the same two tokens as in consumer.c.
#include <attention/attention.h>
#include <attention/attention_compare.h>
#include <attention/attention_explain.h>

#include <cstdio>

int main() {
    const float one[] = {1.0f, 0.0f, 0.0f, 1.0f};
    attention_layer_weights layer = attention_layer_weights();
    layer.q_weight = layer.k_weight = layer.v_weight = layer.o_weight = one;
    attention_weights weights = attention_weights();
    weights.config.d_model = weights.config.d_k = weights.config.d_v = 2;
    weights.config.layers = weights.config.heads = 1;
    weights.config.is_residual_off = true;
    weights.config.norm = ATTENTION_NORM_NONE;
    weights.layers = &layer;
    attention_input input = attention_input();
    input.embedding = one;
    input.n = 2;

    attention_error error = attention_error();
    attention_trace *trace = attention_trace_new(NULL);
    if (!trace || attention_pass(trace, &weights, NULL, &input, &error) != ATTENTION_OK) {
        std::fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    const float *output = attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, 0).data;
    std::printf("%.6f %.6f\n%.6f %.6f\n", output[0], output[1], output[2], output[3]);
    attention_arithmetic arithmetic = attention_arithmetic();
    if (attention_explain(trace, &weights, ATTENTION_TENSOR_WEIGHTS, 0, 1, NULL, &arithmetic,
                          &error)) {
        std::fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    std::printf("%lu terms, %.6f\n", static_cast<unsigned long>(arithmetic.count),
                attention_arithmetic_redo(&arithmetic));
    attention_arithmetic_free(&arithmetic);
    std::printf("path %.0f\n", attention_cost_rnn(7, 2).longest_path);
    attention_trace_free(trace);
    return 0;
}
