/* The vector kernels for AVX2: 16 registers of 8 floats. */
#define TABLE         attention_kernels_avx2
#define TABLE_NAME    "avx2"
#define VECTOR_BYTES  32
#define BLOCK_ROWS    6
#define BLOCK_VECTORS 2
#define PANEL_DEPTH   256
#include "attention_kernels_vector.h"
