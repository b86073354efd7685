#include "support_networks.h"

static void fill(struct test_random *random, float *numbers, size_t count) {
    for (size_t i = 0; i < count; i++)
        numbers[i] = test_random_float(random, -1.0f, 1.0f);
}

void test_networks_make(struct test_networks *net, struct test_random *random) {
    const size_t d = 1 + test_random_below(random, TEST_NETWORK_MOST),
                 out = 1 + test_random_below(random, TEST_NETWORK_MOST);
    net->n = 1 + test_random_below(random, TEST_NETWORK_MOST);
    fill(random, net->x, TEST_NETWORK_MOST * TEST_NETWORK_MOST);
    fill(random, net->input, TEST_NETWORK_MOST * TEST_NETWORK_MOST);
    fill(random, net->state, TEST_NETWORK_MOST * TEST_NETWORK_MOST);
    fill(random, net->bias, TEST_NETWORK_MOST);
    fill(random, net->taps, TEST_NETWORK_MOST_KERNEL * TEST_NETWORK_MOST * TEST_NETWORK_MOST);
    const float *bias = test_random_one_in(random, 3) ? NULL : net->bias;
    net->rnn = (struct attention_rnn){d, out, net->input, net->state, bias};
    net->cnn = (struct attention_cnn){
        d, out, 1 + test_random_below(random, TEST_NETWORK_MOST_KERNEL), net->taps, bias};
}
