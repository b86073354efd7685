/* Two passes, tensor by tensor. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "attention_explain.h"
#include "attention_layout.h"
#include "attention_math.h"

/* dims 0 where the pass has no such tensor or layer. */
static struct attention_tensor tensor_of(const struct attention_trace *trace,
                                         enum attention_tensor_id id, int layer) {
    const struct attention_config *config = attention_trace_config(trace);
    if (!config || layer < 0 || layer >= config->layers) return (struct attention_tensor){0};
    return attention_trace_tensor(trace, id, layer);
}

struct attention_difference attention_trace_difference(const struct attention_trace *now,
                                                       const struct attention_trace *before,
                                                       enum attention_tensor_id id, int layer,
                                                       float *out) {
    assert(now && before && (int)id >= 0 && id < ATTENTION_TENSOR_COUNT);
    struct attention_difference difference = {0};
    if (!attention_tensor_is_per_layer((int)id)) layer = 0;
    const struct attention_tensor a = tensor_of(now, id, layer), b = tensor_of(before, id, layer);
    if (a.dims == 0 || a.dims != b.dims || memcmp(a.shape, b.shape, sizeof a.shape) != 0)
        return difference;
    difference.is_comparable = true;
    difference.count = attention_shape_count(a.shape, a.dims);
    for (size_t i = 0; i < difference.count; i++) {
        const bool is_same = a.data[i] == b.data[i]; /* −∞ and −∞ as well */
        const float step = is_same ? 0.0f : a.data[i] - b.data[i];
        const float size = step < 0.0f ? -step : step;
        difference.changed += !is_same;
        if (size > difference.largest && attention_math_is_finite(size)) {
            difference.largest = size;
            difference.largest_index = i;
        }
        if (out) out[i] = step;
    }
    return difference;
}
