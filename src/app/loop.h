/* loop.h: the window around the app. */
#ifndef APP_LOOP_H
#define APP_LOOP_H
#include "app/options.h"

enum language language_of_locale(void);
struct loop_result {
    unsigned long frames;
    unsigned long idle_frames; /* shown more than a second after the last input */
    double first_ms;           /* from the program's start to the first frame shown */
    double slowest_input_ms;   /* from an input to its frame shown */
    bool is_usage;             /* the failure is one of usage */
};
/* Opens the window and stays until it is closed. false: could not start. */
bool loop_run(const struct options *options, struct loop_result *result, struct file_error *error);
#endif
