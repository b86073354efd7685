#include "code_point.h"
#include <stddef.h>
#include <utf8proc.h>

bool code_point_is_space(uint32_t code) {
    return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

static utf8proc_category_t category_of(uint32_t code) {
    return utf8proc_category((utf8proc_int32_t)code);
}

static unsigned boundary_class(uint32_t code) {
    return utf8proc_get_property((utf8proc_int32_t)code)->boundclass;
}

/* utf8proc lists the categories in the order Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So. */
bool code_point_is_sign(uint32_t code) {
    utf8proc_category_t category = category_of(code);
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_SO;
}

/* Lu Ll Lt Lm Lo. */
bool code_point_is_letter(uint32_t code) {
    utf8proc_category_t category = category_of(code);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool code_point_is_digit(uint32_t code) {
    return category_of(code) == UTF8PROC_CATEGORY_ND;
}

/* Script=Han of Unicode 15.1 (Scripts.txt); utf8proc does not know scripts. */
bool code_point_is_han(uint32_t code) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x2E80, 0x2E99},   {0x2E9B, 0x2EF3},   {0x2F00, 0x2FD5},   {0x3005, 0x3005},
        {0x3007, 0x3007},   {0x3021, 0x3029},   {0x3038, 0x303B},   {0x3400, 0x4DBF},
        {0x4E00, 0x9FFF},   {0xF900, 0xFA6D},   {0xFA70, 0xFAD9},   {0x16FE2, 0x16FE3},
        {0x16FF0, 0x16FF1}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B739}, {0x2B740, 0x2B81D},
        {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}, {0x2EBF0, 0x2EE5D}, {0x2F800, 0x2FA1D},
        {0x30000, 0x3134A}, {0x31350, 0x323AF},
    };
    if (code < ranges[0].first) return false;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) return true;
    }
    return false;
}

bool code_point_is_emoji(uint32_t code) {
    unsigned boundary = boundary_class(code);
    return boundary == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ||
           boundary == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR ||
           (code >= 0x1F3FB && code <= 0x1F3FF);
}

bool code_point_attaches(uint32_t code) {
    unsigned boundary = boundary_class(code);
    return (boundary == UTF8PROC_BOUNDCLASS_EXTEND || boundary == UTF8PROC_BOUNDCLASS_ZWJ ||
            boundary == UTF8PROC_BOUNDCLASS_SPACINGMARK) &&
           !code_point_is_sign(code);
}

bool code_point_breaks(uint32_t before, uint32_t code, int32_t *state) {
    return utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)code,
                                            state);
}
