/* support_networks.h: recurrent networks and convolutions with random numbers. */
#ifndef SUPPORT_NETWORKS_H
#define SUPPORT_NETWORKS_H

#include "attention/attention_compare.h"
#include "support_model.h"

enum { TEST_NETWORK_MOST = 8, TEST_NETWORK_MOST_KERNEL = 9 }; /* of n, d, hidden; of taps */

/* One of each, and rows for them. It points into itself; do not copy it. */
struct test_networks {
    struct attention_rnn rnn;
    struct attention_cnn cnn;
    size_t n;
    float x[TEST_NETWORK_MOST * TEST_NETWORK_MOST], input[TEST_NETWORK_MOST * TEST_NETWORK_MOST],
        state[TEST_NETWORK_MOST * TEST_NETWORK_MOST], bias[TEST_NETWORK_MOST];
    float taps[TEST_NETWORK_MOST_KERNEL * TEST_NETWORK_MOST * TEST_NETWORK_MOST];
};
void test_networks_make(struct test_networks *net, struct test_random *random);

#endif
