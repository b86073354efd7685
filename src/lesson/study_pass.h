/* study_pass.h: a model and what the reader changed about it, as the settings of a pass. */
#ifndef LESSON_STUDY_PASS_H
#define LESSON_STUDY_PASS_H
#include "lesson/what_if.h"
#include "models/model.h"

/* What the switches make of the model's own configuration, and how scores are made. */
struct study_pass {
    struct attention_config config;
    bool is_scale_off;
    float temperature;
    enum attention_mask mask;
    size_t mask_size;
    enum attention_fault fault;
};
/* own: the model's configuration before any change. */
struct study_pass study_pass_of(const struct what_if *what_if, const struct model *model,
                                const struct attention_config *own);
/* Whether passes over the same texts would come out the same, with the masks, heads and edits of both. */
bool study_pass_equal(const struct study_pass *a, const struct what_if *a_changes,
                      const struct study_pass *b, const struct what_if *b_changes);

/* Whether a pass over such an input has a place for the edit; only n, m and which rows are there is read of `input`. */
bool study_pass_has_place(const struct attention_config *config,
                          const struct attention_input *input, const struct attention_edit *edit);

/* The memory that such a pass takes; only n, m and which rows are there is read of `input`. 0: it is none that can be run, or no
 * memory. */
size_t study_pass_bytes(const struct study_pass *pass, const struct what_if *what_if,
                        const struct attention_input *input);

/* What a pass may use. */
struct study_means {
    size_t memory_limit_bytes;   /* 0: no limit */
    struct attention_pool *pool; /* NULL: this thread alone */
};
/* Runs the pass into the trace, which keeps the last one when this fails. Edits that do not fit its shapes are left out and
 * counted in *edits_left_out; padding hides all keys where it asks for more than there are. */
bool study_pass_run(const struct study_pass *pass, const struct what_if *what_if,
                    const struct attention_weights *weights, const struct attention_input *input,
                    const struct study_means *means, struct attention_trace *trace,
                    size_t *edits_left_out, struct file_error *error);
#endif
