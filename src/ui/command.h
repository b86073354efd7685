/* command.h: the commands of the app, one row each: X(ENUM, id). Buttons, keys, scripts and tests name the same rows;
 * app/actions.c gives each its key and function, the language catalogues its words ("command.<id>"). */
#ifndef UI_COMMAND_H
#define UI_COMMAND_H
#include <stdint.h>

#define UI_COMMANDS(X)                                                                             \
    X(NONE, "none")                                                                                \
    X(BEAT_NEXT, "beat.next")                                                                      \
    X(BEAT_BACK, "beat.back")                                                                      \
    X(STEP_NEXT, "step.next")                                                                      \
    X(STEP_BACK, "step.back")                                                                      \
    X(STEP_FIRST, "step.first")                                                                    \
    X(STEP_LAST, "step.last")                                                                      \
    X(STEP_GO, "step.go")               /* a: step 0 … 8 */                                        \
    X(PLAY, "play")                     /* starts and stops */                                     \
    X(QUERY_SET, "query.set")           /* a: token */                                             \
    X(QUERY_NEXT, "query.next")                                                                    \
    X(QUERY_BACK, "query.back")                                                                    \
    X(KEY_SET, "key.set")               /* a: key */                                               \
    X(KEY_NEXT, "key.next")                                                                        \
    X(KEY_BACK, "key.back")                                                                        \
    X(HEAD_SET, "head.set")             /* a: head */                                              \
    X(HEAD_OPEN, "head.open")           /* a: layer, b: head; shows its matrices */                \
    X(HEAD_NEXT, "head.next")                                                                      \
    X(HEAD_BACK, "head.back")                                                                      \
    X(LAYER_SET, "layer.set")           /* a: layer */                                             \
    X(LAYER_NEXT, "layer.next")                                                                    \
    X(LAYER_BACK, "layer.back")                                                                    \
    X(VIEW_SET, "view.set")             /* a: view */                                              \
    X(VIEW_NEXT, "view.next")                                                                      \
    X(STRIDE_NEXT, "stride.next")       /* cell, row, matrix */                                    \
    X(CELL_SELECT, "cell.select")       /* a: grid id, b: row, c: column */                        \
    X(CURSOR_ENTER, "cursor.enter")     /* the cell cursor, on the stage */                        \
    X(CURSOR_LEFT, "cursor.left")                                                                  \
    X(CURSOR_RIGHT, "cursor.right")                                                                \
    X(CURSOR_UP, "cursor.up")                                                                      \
    X(CURSOR_DOWN, "cursor.down")                                                                  \
    X(CURSOR_LEAVE, "cursor.leave")                                                                \
    X(TERMS_TOGGLE, "terms.toggle")     /* show all terms of a long sum */                         \
    X(PREDICT_ANSWER, "predict.answer") /* a: key */                                               \
    X(PREDICT_SKIP, "predict.skip")                                                                \
    X(PREDICT_TOGGLE, "predict.toggle") /* on and off */                                           \
    X(TEXT_EDIT, "text.edit")           /* a: edit_field of views/picture.h */                     \
    X(TEXT_LEAVE, "text.leave")                                                                    \
    X(NUMBER_EDIT, "number.edit")       /* of the selected cell */                                 \
    X(NUMBER_RESET, "number.reset")     /* its own number again */                                 \
    X(NUMBER_MORE, "number.more")       /* by a step; a: −1 a tenth of one */                      \
    X(NUMBER_LESS, "number.less")       /* likewise */                                             \
    X(TEXT_EXAMPLE, "text.example")     /* a: which */                                             \
    X(MODEL_MENU, "model.menu")         /* opens and closes */                                     \
    X(MODEL_SET, "model.set")           /* a: index into the models listed */                      \
    X(EXPORT, "export")                 /* saves the view as PNG */                                \
    X(EXPORT_MENU, "export.menu")                                                                  \
    X(EXPORT_SET, "export.set")         /* a: row of the menu, b: value */                         \
    X(WORKSHEET, "worksheet")           /* of the step, as PDF */                                  \
    X(WORKSHEET_KEY, "worksheet.key")   /* with its answer key as a second file */                 \
    X(COPY, "copy")                                                                                \
    X(COPY_AS, "copy.as")               /* the matrix; a: file_table_format, b: numbers_precision */ \
    X(NUMBERS_SAVE, "numbers.save")     /* the matrix as a file */                                 \
    X(SESSION_OPEN, "session.open")                                                                \
    X(SESSION_SAVE, "session.save")                                                                \
    X(SESSION_SAVE_AS, "session.save_as")                                                          \
    X(MODEL_SAVE, "model.save")         /* the edited model as a folder */                         \
    X(PALETTE, "palette")               /* every command by name */                                \
    X(FINDER_CHOOSE, "finder.choose")   /* a: row of the list that is open */                      \
    X(UNDO, "undo")                                                                                \
    X(REDO, "redo")                                                                                \
    X(THEME_SET, "theme.set")           /* a: theme_choice */                                      \
    X(MAP_SET, "map.set")               /* a: map_choice */                                        \
    X(LANGUAGE_SET, "language.set")     /* a: language */                                          \
    X(STRIDE_SET, "stride.set")         /* a: stride */                                            \
    X(THEME_NEXT, "theme.next")                                                                    \
    X(LANGUAGE_NEXT, "language.next")                                                              \
    X(SCALE_UP, "scale.up")                                                                        \
    X(SCALE_DOWN, "scale.down")                                                                    \
    X(SCALE_RESET, "scale.reset")                                                                  \
    X(PRESENTATION, "presentation")                                                                \
    X(BLANK, "blank")                                                                              \
    X(KEYS, "keys")                                                                                \
    X(PANEL_TOGGLE, "panel.toggle")     /* the right panel, where it is a sheet */                 \
    X(PANEL_SET, "panel.set")           /* a: explanation or what if */                            \
    X(PANEL_NEXT, "panel.next")         /* what if and back */                                     \
    X(PANEL_SCROLL, "panel.scroll")     /* a: logical pixels, down when positive */                \
    X(RAIL_SCROLL, "rail.scroll")                                                                  \
    X(MASK_NEXT, "mask.next")           /* none, causal */                                         \
    X(MASK_PAINT, "mask.paint")         /* the chosen cell of the mask */                          \
    X(MASK_PAINT_MODE, "mask.paint_mode") /* a press on a cell of the stage paints it, or not */   \
    X(SCALING_TOGGLE, "scaling.toggle")                                                            \
    X(CHANGE_CHOICE, "change.choice")   /* a: switch_id, b: which of its choices */                \
    X(CHANGE_DIAL, "change.dial")       /* a: dial_id, b: place */                                 \
    X(CHANGE_HEAD, "change.head")       /* a: head of the layer, b: 1 on, 0 off */                 \
    X(CHANGE_TEXT, "change.text")       /* a: edit_field: takes the text away */                   \
    X(CHANGE_RESET, "change.reset")     /* everything as the model says */                         \
    X(DIFFERENCE_SET, "difference.set") /* b: 0 now, 1 now − before */                             \
    X(DIFFERENCE_TOGGLE, "difference.toggle")                                                      \
    X(LINES_HEAD, "lines.head")         /* a: head, b: 1 drawn, 0 not */                           \
    X(LINES_THRESHOLD, "lines.threshold") /* b: percent */                                        \
    X(STAGE_SCROLL, "stage.scroll")     /* a: logical pixels, down when positive */                \
    X(COMPARE_SHOWS, "compare.shows")   /* b: reach or influence */                                \
    X(COMPARE_STEPS, "compare.steps")   /* b: steps or layers */                                   \
    X(COMPARE_KERNEL, "compare.kernel") /* b: width of the convolution, from 0 for 1 */            \
    X(MESSAGE_CLOSE, "message.close")                                                              \
    X(FOCUS_NEXT, "focus.next")                                                                    \
    X(FOCUS_BACK, "focus.back")                                                                    \
    X(CANCEL, "cancel")                 /* Esc: closes what is open; never quits */                \
    X(QUIT, "quit")

enum ui_command {
#define X(NAME, id) UI_COMMAND_##NAME,
    UI_COMMANDS(X)
#undef X
        UI_COMMAND_COUNT
};

struct ui_action {
    enum ui_command command;
    int32_t a, b, c;
};
const char *ui_command_id(enum ui_command command);       /* "beat.next" */
enum ui_command ui_command_from_id(const char *id);       /* UI_COMMAND_NONE when there is none */
#endif
