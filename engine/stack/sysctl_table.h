#ifndef NETSTEP_STACK_SYSCTL_TABLE_H
#define NETSTEP_STACK_SYSCTL_TABLE_H
/* What a setting is: for sysctl.c and profile.c alone. */
#include "stack/sysctl.h"

enum unit {
    UNIT_NUMBER,
    UNIT_SECONDS,
    UNIT_CENTISECONDS, /* Linux's USER_HZ */
    UNIT_MILLISECONDS,
    UNIT_MICROSECONDS,
    UNIT_WORD,  /* one of `words`; the setting is its place in the list */
    UNIT_ISN,   /* the same, or a number of 32 bits: ISN_EXPLICIT + the number */
    UNIT_PORTS, /* "8080,9148-9150": up to `count` ranges, or nothing */
    UNIT_KEY    /* 16 octets in hexadecimal, in two settings */
};
enum { VALUES_MAX = 4, VALUE_MAX = 0x7fffffff };

struct range {
    int64_t low, high;
};
struct knob {
    const char *name;
    enum setting first; /* its numbers are settings first .. first + count - 1 */
    uint32_t count;
    enum unit unit;
    struct range range;
    int64_t usual[VALUES_MAX]; /* in `unit`, under linux-6.12; profile.c has the differences */
    const char *const *words;  /* ends with NULL */
};
const struct knob *knob_at(uint32_t index); /* NULL past the end */
int64_t unit_ns(enum unit);

#endif
