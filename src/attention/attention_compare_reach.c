/* Who can have heard of whom: reachability, without any weights. */
#include <assert.h>
#include <string.h>

#include "attention_compare.h"
#include "attention_error.h"
#include "attention_heads.h"
#include "attention_request.h"
#include "attention_workspace.h"

void attention_rnn_reach(size_t n, size_t steps, uint8_t *reach) {
    assert(reach);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            reach[i * n + j] = i < steps && j <= i;
}

size_t attention_rnn_steps_between(size_t i, size_t j) {
    return j <= i ? i + 1 : SIZE_MAX;
}

size_t attention_cnn_layers_between(size_t i, size_t j, size_t kernel) {
    assert(kernel >= 1);
    const size_t left = (kernel - 1) / 2, right = kernel - 1 - left;
    const size_t distance = i > j ? i - j : j - i, span = i > j ? left : right;
    if (distance == 0) return 0;
    if (span == 0) return SIZE_MAX;
    return (distance - 1) / span + 1;
}

void attention_cnn_reach(size_t n, size_t kernel, size_t layers, uint8_t *reach) {
    assert(reach);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            reach[i * n + j] = attention_cnn_layers_between(i, j, kernel) <= layers;
}

/* One more layer: row i hears what each row that it may look at has heard, and keeps what it has.
 * Returns whether anything is new. */
static bool layer_add(const struct attention_options *options, size_t n, const uint8_t *before,
                      uint8_t *now) {
    bool is_new = false;
    memcpy(now, before, n * n);
    for (size_t i = 0; i < n; i++) {
        const struct attention_row_mask mask = attention_mask_row(options, i, n);
        uint8_t *row = now + i * n;
        for (size_t j = mask.first; j < mask.end; j++) {
            if (j == i || (mask.allowed && !mask.allowed[j])) continue;
            for (size_t c = 0; c < n; c++)
                row[c] |= before[j * n + c];
        }
        is_new = is_new || memcmp(row, before + i * n, n) != 0;
    }
    return is_new;
}

enum attention_status attention_reach(const struct attention_options *options, size_t n,
                                      size_t layers, const struct attention_allocator *allocator,
                                      uint8_t *reach, struct attention_error *error) {
    static const struct attention_options defaults = {0};
    static const char what[] = "the reach of attention";
    assert(n >= 1 && reach);
    attention_error_clear(error);
    if (!options) options = &defaults;
    const enum attention_status status = attention_mask_check(options, n, error);
    if (status != ATTENTION_OK) return status;
    size_t bytes = 0;
    if (!attention_workspace_count(&bytes, n, n, 1)) return attention_workspace_refuse(what, error);
    double *memory =
        attention_workspace_doubles(allocator, bytes / sizeof(double) + 1, what, error);
    if (!memory) return ATTENTION_NO_MEMORY;
    uint8_t *now = (uint8_t *)memory;
    memset(reach, 0, bytes);
    for (size_t i = 0; i < n; i++)
        reach[i * n + i] = 1;
    for (size_t layer = 0; layer < layers;
         layer++) { /* after n − 1 layers at the latest nothing is new */
        if (!layer_add(options, n, reach, now)) break;
        memcpy(reach, now, bytes);
    }
    attention_workspace_release(allocator, memory);
    return ATTENTION_OK;
}
