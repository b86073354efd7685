/* support_influence.h: influence by central differences in double. */
#ifndef SUPPORT_INFLUENCE_H
#define SUPPORT_INFLUENCE_H

#include <stddef.h>

/* y [rows, width] from x [tokens, d], all in double. */
typedef void test_network(const void *context, const double *x, double *y);

/* out [rows, tokens]: ‖∂y_i/∂x_j‖ at x. `network` is called 2 · tokens · d times. */
void test_differences(test_network *network, const void *context, const double *x, size_t tokens,
                      size_t d, size_t rows, size_t width, double *out);
/* Every number of got within `tolerance` of the largest of want. */
void test_influence_expect(const char *name, const float *got, const double *want, size_t count,
                           double tolerance);

#endif
