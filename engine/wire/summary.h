#ifndef NETSTEP_WIRE_SUMMARY_H
#define NETSTEP_WIRE_SUMMARY_H
/* Within wire/: how the parts of a summary are written; the summaries with files of their own. */
#include "base/text.h"
#include "wire/field.h"
#include "wire/layers.h"

enum { VALUE_ROOM = sizeof(((struct packet_summary *)0)->arguments[0][1]) };

static inline void say(struct packet_summary *s, const char *protocol, enum role role,
                       const char *key) {
    copy_text(s->protocol, sizeof s->protocol, protocol);
    copy_text(s->say, sizeof s->say, key);
    s->role = role;
}

/* A writer into the next argument's value. */
static inline struct text argument(struct packet_summary *s, const char *name) {
    assert(s->argument_count < sizeof s->arguments / sizeof *s->arguments);
    char(*pair)[VALUE_ROOM] = s->arguments[s->argument_count++];
    struct text t = text_of(pair[0], VALUE_ROOM);
    text_add(&t, name);
    return text_of(pair[1], VALUE_ROOM);
}

static inline void number(struct packet_summary *s, const char *name, uint64_t value) {
    struct text t = argument(s, name);
    text_u64(&t, value);
}

static inline void address(struct packet_summary *s, const char *name, ip4 value) {
    struct text t = argument(s, name);
    text_ip4(&t, value);
}

static inline struct text label(struct packet_summary *s) {
    assert(s->label_count < sizeof s->label / sizeof *s->label);
    char *room = s->label[s->label_count++];
    return text_of(room, sizeof s->label[0]);
}

static inline void label_is(struct packet_summary *s, const char *text) {
    struct text t = label(s);
    text_add(&t, text);
}

static inline void label_length(struct packet_summary *s, uint32_t length) {
    struct text t = label(s);
    text_add(&t, "len ");
    text_u64(&t, length);
}

static inline void label_number(struct packet_summary *s, const char *what, uint64_t value) {
    struct text t = label(s);
    text_add(&t, what);
    text_char(&t, ' ');
    text_u64(&t, value);
}

static inline void addresses(struct packet_summary *s, const struct layers *l) {
    const uint8_t *o = l->octets + l->at[LAYER_IPV4];
    address(s, "src", field_word(o + 12, 4));
    address(s, "dst", field_word(o + 16, 4));
}

/* summary_routing.c */
void rip_summarise(struct packet_summary *, const struct layers *);
void ospf_summarise(struct packet_summary *, const struct layers *);

#endif
