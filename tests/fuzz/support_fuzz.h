/* support_fuzz.h: what the fuzz targets share. A target is a file fuzz_*.c with
 * LLVMFuzzerTestOneInput: it reads the bytes as one kind of file and checks what must hold for
 * every input. It is built as a fuzzer with HEADWAY_FUZZ, and always with replay.c, which runs it
 * over its corpus. */
#ifndef SUPPORT_FUZZ_H
#define SUPPORT_FUZZ_H
#include "files/files.h"
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's names. */
int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the program with the place and the condition, in release builds too. */
#define CHECK(condition) ((condition) ? (void)0 : fuzz_check_failed(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_check_failed(const char *file, int line, const char *condition);

/* The error says something, in valid UTF-8 on one line without control characters, and names
 * `part`. */
void fuzz_check_error(const struct file_error *error, const char *part);
#endif
