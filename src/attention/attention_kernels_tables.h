/* attention_kernels_tables.h: the tables there are; attention_kernels_of chooses. */
#ifndef ATTENTION_KERNELS_TABLES_H
#define ATTENTION_KERNELS_TABLES_H

#include "attention_kernels.h"

extern const struct attention_kernels attention_kernels_plain;
#ifdef ATTENTION_HAS_VECTOR_KERNELS /* set by CMakeLists.txt: x86-64 */
extern const struct attention_kernels attention_kernels_sse2;
extern const struct attention_kernels attention_kernels_avx2;
extern const struct attention_kernels attention_kernels_avx512;
#endif

#endif
