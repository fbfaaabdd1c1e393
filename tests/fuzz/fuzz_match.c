/*
 * Any text as a filter and as an assignment, run over a frame. The input is the text, then after a
 * zero octet the frame; without one the frame is a SYN.
 */
#include "wire/match.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count);

static const uint8_t syn[] = {
    2,  0,    0,    0,    0,    11,   2,    0,  0,    0,    0,    10,   8,    0, 0x45,
    0,  0,    0x3c, 0x44, 0xe4, 0x40, 0,    64, 6,    0xe1, 0x3b, 10,   77,   0, 1,
    10, 77,   0,    2,    0x9c, 0x41, 0x1f, 65, 0x1e, 14,   13,   0xa1, 0,    0, 0,
    0,  0xa0, 2,    0xfa, 0xf0, 0x9c, 0x17, 0,  0,    2,    4,    5,    0xb4, 4, 2,
    8,  10,   0xd7, 0xf5, 0xdd, 0x30, 0,    0,  0,    0,    1,    3,    3,    10};

static void try_text(const char *text, const uint8_t *frame, size_t count) {
    struct match match;
    struct complaint why = {.problem = ""};
    if (match_compile(&match, text, &why))
        match_frame(&match, frame, count);
    else if (strncmp(why.problem, "column ", 7) != 0)
        abort(); /* every refusal names the column */
    uint8_t *copy = malloc(count + 1);
    if (copy == NULL) return;
    if (count > 0) memcpy(copy, frame, count);
    why.problem[0] = '\0';
    bool good = field_edit_check(text, &why);
    if (!good && strncmp(why.problem, "column ", 7) != 0) abort();
    if (field_edit(text, copy, count) && !good) abort();
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count) {
    if (count > 2000) return 0;
    char *text = calloc(1, count + 1);
    if (text == NULL) return 0;
    if (count > 0) memcpy(text, octets, count);
    size_t length = strlen(text);
    if (length + 1 < count)
        try_text(text, octets + length + 1, count - length - 1);
    else
        try_text(text, syn, sizeof syn);
    free(text);
    return 0;
}
