#include "input.h"
#include <stdlib.h>

void input_free(struct input *input) {
    if (!input) return;
    free(input->text);
    input->text = NULL;
}
