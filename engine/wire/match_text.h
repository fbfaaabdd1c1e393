#ifndef NETSTEP_WIRE_MATCH_TEXT_H
#define NETSTEP_WIRE_MATCH_TEXT_H
/* Within wire/: the words of filters and assignments. Every refusal names the column. */
#include "wire/names.h"

struct scan {
    const char *start, *at;
    struct complaint *why; /* may be NULL */
};
struct field_value_text {
    uint64_t value, mask; /* the value under the mask */
};
struct scan scan_of(const char *text, struct complaint *);
bool scan_at_end(struct scan *);                 /* nothing but blanks is left */
bool scan_take(struct scan *, const char *word); /* a whole word, or an operator */
bool scan_field(struct scan *, struct field_name *);
bool scan_value(struct scan *, const struct field_name *, struct field_value_text *);
/* Both return false, so that they can be returned. */
bool scan_refuse(struct scan *, const char *problem);
bool scan_expected(struct scan *, const char *what);

#endif
