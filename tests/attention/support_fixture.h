/* support_fixture.h: records of tests/fixtures/attention.json. What a record lacks makes the test
 * fail. */
#ifndef SUPPORT_FIXTURE_H
#define SUPPORT_FIXTURE_H

#include <stddef.h>

#include <jansson.h>

enum { FIXTURE_MOST = 1024 };

/* An array of any depth, flattened; its innermost length is its number of columns. */
struct fixture_numbers {
    double at[FIXTURE_MOST];
    size_t count, columns;
};
struct fixture_numbers fixture_numbers_get(const json_t *record, const char *key);

/* `got` against record[key], to 1e-6 of its largest magnitude. Rows of `got` are `stride` numbers
 * apart, of which the first columns count. */
void fixture_expect(const json_t *record, const char *key, const float *got, size_t stride);
void fixture_to_float(const struct fixture_numbers *numbers, float *out);
/* in × out, as in the file, to out × in. */
void fixture_transpose(const json_t *record, const char *key, float *out);

#endif
