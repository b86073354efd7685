/* history.c: the documents that undo and redo go back to. */
#include "app/app.h"

#include <assert.h>
#include <string.h>

static void drop(struct app_history *history, size_t place) {
    struct document *document = &history->documents[place];
    history->bytes -= document_bytes(document);
    document_free(document);
    history->count--;
    memmove(document, document + 1, (history->count - place) * sizeof *document);
}

void app_history_pop(struct app_history *history) {
    assert(history->count > 0);
    drop(history, history->count - 1);
}

void app_history_clear(struct app_history *history) {
    while (history->count)
        app_history_pop(history);
}

bool app_history_push(struct app_history *history, const struct document *document) {
    struct document copy = {0};
    if (!document_copy(&copy, document)) return false;
    size_t bytes = document_bytes(&copy);
    while (history->count > 0 &&
           (history->count == APP_MAX_UNDO || history->bytes + bytes > APP_MAX_UNDO_BYTES))
        drop(history, 0);
    history->documents[history->count++] = copy;
    history->bytes += bytes;
    history->pushes++;
    return true;
}
