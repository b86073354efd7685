#include "attention_pool.h"
int attention_pool_threads(const struct attention_pool *pool){(void)pool;return 1;}
void attention_pool_run(struct attention_pool *pool, void (*task)(void *context, size_t part), void *context, size_t parts){(void)pool;for(size_t i=0;i<parts;i++)task(context,i);}
