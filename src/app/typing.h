/* typing.h: what a key does in a line of text, whichever it is. */
#ifndef APP_TYPING_H
#define APP_TYPING_H
#include "app/app.h"

enum typing {
    TYPING_OTHER, /* not a key of the line */
    TYPING_TAKEN, /* caret or selection at most */
    TYPING_CHANGED,
    TYPING_CUT, /* changed, and part of what was pasted did not fit */
    TYPING_NO_MEMORY
};
/* Moves, deletes, selects, copies, pastes, undoes. Characters come as text; as keys they are the
 * line's all the same. */
enum typing typing_key(struct editor *editor, const struct app_host *host,
                       const struct input *input);
enum editor_result typing_result(enum typing typing); /* of CHANGED, CUT and NO_MEMORY */
#endif
