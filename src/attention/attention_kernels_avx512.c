/* The vector kernels for AVX-512: 32 registers of 16 floats. */
#define TABLE         attention_kernels_avx512
#define TABLE_NAME    "avx512"
#define VECTOR_BYTES  64
#define BLOCK_ROWS    6
#define BLOCK_VECTORS 4
#define PANEL_DEPTH   256
#include "attention_kernels_vector.h"
