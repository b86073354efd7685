#include "support_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const double TOLERANCE = 1e-6;

static void flatten(const json_t *json, struct fixture_numbers *numbers) {
    size_t index;
    json_t *item;
    if (json_is_array(json)) {
        numbers->columns = json_array_size(json);
        json_array_foreach(json, index, item) {
            const size_t columns = json_array_size(json);
            flatten(item, numbers);
            if (!json_is_array(item)) numbers->columns = columns;
        }
        return;
    }
    assert_true(numbers->count < FIXTURE_MOST);
    numbers->at[numbers->count++] =
        json_is_boolean(json) ? json_is_true(json) : json_number_value(json);
}

struct fixture_numbers fixture_numbers_get(const json_t *record, const char *key) {
    struct fixture_numbers numbers = {.count = 0};
    const json_t *json = json_object_get(record, key);
    if (!json) fail_msg("%s has no %s", json_string_value(json_object_get(record, "id")), key);
    flatten(json, &numbers);
    return numbers;
}

void fixture_expect(const json_t *record, const char *key, const float *got, size_t stride) {
    const struct fixture_numbers wanted = fixture_numbers_get(record, key);
    double scale = 0.0, error = 0.0;
    for (size_t i = 0; i < wanted.count; i++) {
        const double value = got[i / wanted.columns * stride + i % wanted.columns];
        if (!isfinite(value)) fail_msg("%s has a number that is not finite", key);
        scale = fmax(scale, fabs(wanted.at[i]));
        error = fmax(error, fabs(value - wanted.at[i]));
    }
    if (!(error <= TOLERANCE * scale)) {
        fail_msg("%s: %s is off by %g of its scale",
                 json_string_value(json_object_get(record, "id")), key, error / scale);
    }
}

void fixture_to_float(const struct fixture_numbers *numbers, float *out) {
    for (size_t i = 0; i < numbers->count; i++)
        out[i] = (float)numbers->at[i];
}

void fixture_transpose(const json_t *record, const char *key, float *out) {
    const struct fixture_numbers numbers = fixture_numbers_get(record, key);
    const size_t columns = numbers.columns, rows = numbers.count / columns;
    for (size_t i = 0; i < numbers.count; i++) {
        out[i % columns * rows + i / columns] = (float)numbers.at[i];
    }
}
