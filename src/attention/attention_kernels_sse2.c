/* The vector kernels for SSE2, the baseline of x86-64: 16 registers of 4 floats. */
#define TABLE         attention_kernels_sse2
#define TABLE_NAME    "sse2"
#define VECTOR_BYTES  16
#define BLOCK_ROWS    3
#define BLOCK_VECTORS 4
#define PANEL_DEPTH   256
#include "attention_kernels_vector.h"
