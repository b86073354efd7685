/* The products of every table of kernels that this processor runs against the plain ones, bit for
 * bit, and the plain ones against the definition. Numbers are ordinary, of very different sizes,
 * huge, subnormal, and zeros of both signs; where NaN comes out, any NaN will do. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support_kernels.h"

enum { MOST_FLOATS = 1 << 22 };
static float a_numbers[MOST_FLOATS], b_numbers[MOST_FLOATS], bias_numbers[4096];
static float c_got[MOST_FLOATS], c_wanted[MOST_FLOATS];

/* Everything that the definition says, one product after the other. */
static void product_by_definition(const struct attention_product *p) {
    for (size_t i = 0; i < p->rows; i++) {
        for (size_t j = 0; j < p->columns; j++) {
            float sum = 0.0f;
            for (size_t k = 0; k < p->depth; k++) {
                sum += p->a[i * p->a_stride + k] *
                       p->b[k * p->b_depth_stride + j * p->b_column_stride];
            }
            float *c = p->c + i * p->c_stride + j;
            if (p->is_added) sum = *c + sum;
            *c = p->bias ? sum + p->bias[j] : sum;
        }
    }
}

/* Random strides, bias and is_added for one shape; the whole of C's memory has to agree, what lies
 * between the rows as well. */
static void product_compare(void (*got)(const struct attention_product *), const char *table,
                            void (*wanted)(const struct attention_product *), size_t rows,
                            size_t columns, size_t depth, struct test_random *random) {
    const bool is_weight = test_random_below(random, 2), has_bias = test_random_below(random, 2);
    const enum test_kind kind = (enum test_kind)test_random_below(random, TEST_KINDS);
    struct attention_product p = {.rows = rows,
                                  .columns = columns,
                                  .depth = depth,
                                  .a = a_numbers + test_random_below(random, 5),
                                  .a_stride = depth + test_random_below(random, 9),
                                  .b = b_numbers + test_random_below(random, 5),
                                  .bias = has_bias ? bias_numbers : NULL,
                                  .c_stride = columns + test_random_below(random, 9),
                                  .is_added = test_random_below(random, 2)};
    const size_t gap = test_random_below(random, 3) * test_random_below(random, 9);
    p.b_depth_stride =
        is_weight ? (gap > 0 && test_random_below(random, 4) == 0 ? 2u : 1u) : columns + gap;
    p.b_column_stride = is_weight ? depth * p.b_depth_stride + gap : 1;
    const size_t a_count = rows * p.a_stride + 8, c_count = rows * p.c_stride + 16;
    const size_t b_count = depth * p.b_depth_stride + columns * p.b_column_stride + 8;
    assert_true(a_count <= MOST_FLOATS && b_count <= MOST_FLOATS && c_count <= MOST_FLOATS);
    test_fill(random, kind, a_numbers, a_count);
    test_fill(random, kind == TEST_HUGE && test_random_below(random, 2) ? TEST_SUBNORMAL : kind,
              b_numbers, b_count);
    test_fill(random, kind, bias_numbers, columns);
    test_fill(random, kind, c_got, c_count);
    memcpy(c_wanted, c_got, c_count * sizeof *c_got);
    p.c = c_got + 3;
    got(&p);
    p.c = c_wanted + 3;
    wanted(&p);
    char what[200];
    snprintf(what, sizeof what,
             "%zu x %zu x %zu, strides a %zu b %zu %zu c %zu, bias %d, added %d, numbers %d", rows,
             columns, depth, p.a_stride, p.b_depth_stride, p.b_column_stride, p.c_stride, has_bias,
             p.is_added, kind);
    test_expect_same(table, what, c_got, c_wanted, c_count);
}

static void test_plain_product_is_the_definition(void **state) {
    (void)state;
    struct test_random random = {11};
    for (int i = 0; i < 400; i++) {
        product_compare(test_plain()->product, "plain", product_by_definition,
                        test_random_below(&random, 90), test_random_below(&random, 90),
                        test_random_below(&random, i % 4 ? 40 : 400), &random);
    }
}

static void products_random(const struct attention_kernels *kernels) {
    struct test_random random = {12};
    for (int i = 0; i < 400; i++) {
        product_compare(kernels->product, kernels->name, test_plain()->product,
                        1 + test_random_below(&random, i % 3 ? 40 : 200),
                        1 + test_random_below(&random, i % 5 ? 80 : 300),
                        1 + test_random_below(&random, i % 7 ? 80 : 700), &random);
    }
}

static void test_products(void **state) {
    (void)state;
    test_each_table(products_random);
}

struct sizes {
    size_t count, at[24];
};

static void products_of_sizes(const struct attention_kernels *kernels, const struct sizes *rows,
                              const struct sizes *columns, const struct sizes *depths) {
    struct test_random random = {13};
    for (size_t i = 0; i < rows->count; i++) {
        for (size_t j = 0; j < columns->count; j++) {
            for (size_t k = 0; k < depths->count; k++) {
                product_compare(kernels->product, kernels->name, test_plain()->product, rows->at[i],
                                columns->at[j], depths->at[k], &random);
            }
        }
    }
}

/* All sizes around those of vectors, blocks and panels. */
static void products_at_edges(const struct attention_kernels *kernels) {
    static const struct sizes rows = {11, {0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 19}};
    static const struct sizes columns = {
        23, {0, 1, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 81, 129}};
    static const struct sizes depths = {8, {0, 1, 3, 4, 5, 16, 17, 19}};
    static const struct sizes few_rows = {3, {1, 6, 19}}, few_columns = {5, {1, 17, 64, 65, 81}};
    static const struct sizes panels = {8, {127, 128, 129, 255, 256, 257, 384, 513}};
    products_of_sizes(kernels, &rows, &columns, &depths);
    products_of_sizes(kernels, &few_rows, &few_columns, &panels);
}

static void test_products_at_edges(void **state) {
    (void)state;
    test_each_table(products_at_edges);
}

static void products_deep(const struct attention_kernels *kernels) {
    struct test_random random = {14};
    static const size_t shapes[][3] = {{7, 17, 65536}, {1, 1, 65536},  {13, 5, 40001},
                                       {230, 70, 300}, {97, 65, 1000}, {2, 30, 65535}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (int repeat = 0; repeat < 3; repeat++) {
            product_compare(kernels->product, kernels->name, test_plain()->product, shapes[i][0],
                            shapes[i][1], shapes[i][2], &random);
        }
    }
}

static void test_products_deep(void **state) {
    (void)state;
    test_each_table(products_deep);
}

/* What is_added adds are the bits of the product alone. */
static void shares_add_up(const struct attention_kernels *kernels) {
    struct test_random random = {15};
    for (int i = 0; i < 100; i++) {
        const size_t rows = 1 + test_random_below(&random, 20),
                     columns = 1 + test_random_below(&random, 90);
        const size_t depth = 1 + test_random_below(&random, i % 2 ? 70 : 600);
        test_fill(&random, TEST_MIXED, a_numbers, rows * depth);
        test_fill(&random, TEST_MIXED, b_numbers, columns * depth);
        test_fill(&random, TEST_MIXED, c_got, rows * columns);
        struct attention_product p = {.rows = rows,
                                      .columns = columns,
                                      .depth = depth,
                                      .a = a_numbers,
                                      .a_stride = depth,
                                      .b = b_numbers,
                                      .b_depth_stride = 1,
                                      .b_column_stride = depth,
                                      .c = c_wanted,
                                      .c_stride = columns};
        kernels->product(&p);
        for (size_t k = 0; k < rows * columns; k++)
            c_wanted[k] = c_got[k] + c_wanted[k];
        p.c = c_got;
        p.is_added = true;
        kernels->product(&p);
        test_expect_same(kernels->name, "a share", c_got, c_wanted, rows * columns);
    }
}

static void test_shares_add_up(void **state) {
    (void)state;
    shares_add_up(test_plain());
    test_each_table(shares_add_up);
}

static void additive_scores(const struct attention_kernels *kernels) {
    struct test_random random = {16};
    for (int i = 0; i < 150; i++) {
        struct attention_additive p = {.rows = test_random_below(&random, 6),
                                       .columns = test_random_below(&random, i % 3 ? 70 : 300),
                                       .units = test_random_below(&random, i % 3 ? 20 : 200),
                                       .query = a_numbers,
                                       .key = b_numbers,
                                       .weight =
                                           test_random_below(&random, 3) ? bias_numbers : NULL};
        p.query_stride = p.units + test_random_below(&random, 4);
        p.key_stride = p.units + test_random_below(&random, 4);
        p.out_stride = p.columns + test_random_below(&random, 4);
        test_fill(&random, (enum test_kind)test_random_below(&random, TEST_KINDS), a_numbers,
                  p.rows * p.query_stride);
        test_fill(&random, (enum test_kind)test_random_below(&random, TEST_KINDS), b_numbers,
                  p.columns * p.key_stride);
        test_fill(&random, TEST_ORDINARY, bias_numbers, p.units);
        const size_t count = p.rows * p.out_stride + 4;
        test_fill(&random, TEST_ORDINARY, c_got, count);
        memcpy(c_wanted, c_got, count * sizeof *c_got);
        p.out = c_got;
        kernels->additive(&p);
        p.out = c_wanted;
        test_plain()->additive(&p);
        test_expect_same(kernels->name, "additive scores", c_got, c_wanted, count);
    }
}

static void test_additive(void **state) {
    (void)state;
    test_each_table(additive_scores);
    const float query[] = {0.5f, -1.0f}, keys[] = {0.25f, 3.0f, -0.5f, 1.0f};
    const float weight[] = {2.0f, -3.0f};
    float out[2];
    test_plain()->additive(
        &(struct attention_additive){1, 2, 2, query, 2, keys, 2, weight, out, 2});
    assert_true(fabs((double)out[0] - (2.0 * tanh(0.75) - 3.0 * tanh(2.0))) < 1e-6);
    assert_true(fabs((double)out[1] - 0.0) < 1e-6);
}

static void test_tables(void **state) {
    (void)state;
    static const char *const names[] = {"plain", "sse2", "avx2", "avx512"};
    const struct attention_kernels *widest = NULL;
    for (int i = 0; i < 4; i++) {
        const struct attention_kernels *kernels =
            attention_kernels_of((enum attention_kernels_choice)(ATTENTION_KERNELS_PLAIN + i));
        if (!kernels) {
            print_message("%s kernels: not in this build or processor, not tested\n", names[i]);
            continue;
        }
        assert_string_equal(kernels->name, names[i]);
        widest = kernels;
    }
    assert_non_null(test_plain());
    assert_ptr_equal(attention_kernels_of(ATTENTION_KERNELS_BEST), widest);
    assert_null(attention_kernels_of((enum attention_kernels_choice)99));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_plain_product_is_the_definition),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_products_at_edges),
        cmocka_unit_test(test_products_deep),
        cmocka_unit_test(test_shares_add_up),
        cmocka_unit_test(test_additive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
