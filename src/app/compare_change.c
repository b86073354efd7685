/* compare_change.c: commands of the comparison: what it shows, after how many steps, how wide the
 * convolution is. */
#include "app/actions.h"

#include "lesson/comparison.h"

bool compare_shows(struct app *app, struct ui_action action) {
    struct document wanted;
    if (action.b < 0 || action.b >= COMPARE_COUNT || !app_copy_document(app, &wanted)) return false;
    wanted.compare_shows = (enum compare_shows)action.b;
    return app_change(app, &wanted, false);
}

bool compare_steps(struct app *app, struct ui_action action) {
    struct document wanted;
    if (action.b < 0 || (size_t)action.b > comparison_last_step(&app->study)) return false;
    if (!app_copy_document(app, &wanted)) return false;
    wanted.compare_steps = action.b;
    return app_change(app, &wanted, false);
}

bool compare_kernel(struct app *app, struct ui_action action) {
    struct document wanted;
    if (action.b < 0 || action.b >= COMPARISON_MAX_KERNEL || !app_copy_document(app, &wanted))
        return false;
    wanted.compare_kernel = action.b + 1;
    return app_change(app, &wanted, action.c == 0);
}
