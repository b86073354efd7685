/* support_explain.h: what holds for the arithmetic of any number, checked. */
#ifndef SUPPORT_EXPLAIN_H
#define SUPPORT_EXPLAIN_H

#include "attention/attention_explain.h"
#include "support_model.h"

/* Explains every number of every tensor and weight of the trace, which is the pass of `c`: the
 * result, done again, is the stored number bit for bit; each operand is the number at its address;
 * the terms add up; their count is exact; the reason fits the settings. is_met[operation] becomes
 * true. Returns how many numbers there were. */
size_t test_explain_all(const struct test_case *c, const struct attention_trace *trace,
                        bool *is_met);
/* The explanation of one number; the test fails with its sentence when it is refused. */
struct attention_arithmetic test_explain(const struct test_case *c,
                                         const struct attention_trace *trace, int id, int layer,
                                         size_t index);
bool test_is_same_bits(float a, float b);

#endif
