/* order.h: brings instances of one kind together, so that a picture takes few draws. No GL here.
 *
 * Every change of kind is another draw of the graphics driver, and a matrix of numbers alternates:
 * cell, number, cell, number. Shapes that share no pixel may change places; those that might keep
 * theirs, so the picture is the same to the last bit. */
#ifndef RENDER_GL_ORDER_H
#define RENDER_GL_ORDER_H
#include "render/gl/instances.h"

struct gl_order {
    int32_t *tiles; /* columns × rows: the highest batch painted into each tile so far */
    size_t tile_capacity;
    int32_t *batches; /* of each instance */
    struct gl_instance *sorted;
    size_t capacity; /* of batches and sorted */
    uint32_t *starts;
    size_t start_capacity;
};

void gl_order_free(struct gl_order *order); /* safe on zeros and twice */
/* Sorts the instances of a picture of width × height pixels. Without memory they stay as they are.
 */
void gl_order_sort(struct gl_order *order, struct gl_instances *instances, int width, int height);
#endif
