/* support_files.h: a folder of its own for each test program, and memory that runs out on request. */
#ifndef SUPPORT_FILES_H
#define SUPPORT_FILES_H
#include "files/files.h"
#include <stddef.h>

/* Makes an empty folder; folder[bytes] gets its path. */
void test_folder_make(char *folder, size_t bytes);
/* Removes the folder and the files and folders in it. */
void test_folder_remove(const char *folder);
/* How many names the folder holds. */
size_t test_folder_count(const char *folder);
/* The file holds exactly this text. */
void test_file_holds(const char *path, const char *text);

/* The allocation number `nth` (from 0) and all after it fail, in the room files and in jansson. */
void test_memory_fail_at(size_t nth);
/* Memory is endless again; true when an allocation was refused since test_memory_fail_at. */
bool test_memory_restore(void);

/* The error is one sentence: not empty, no line break, ends in a full stop, and names `part`. */
void test_error_names(const struct file_error *error, const char *part);
#endif
