#ifndef NETSTEP_ROUTING_OSPF_SHOW_H
#define NETSTEP_ROUTING_OSPF_SHOW_H
/* `show ip ospf ...`, in FRR 8.4's words. */
#include "routing/ospf_parts.h"

/* A line is written piece by piece, then said. */
struct ospf_show {
    const struct lab *lab;
    const struct ospf *ospf;
    sim_time now;
    struct say *say;
    char room[256];
    struct text t;
};
void ospf_say(struct ospf_show *);                       /* the line; then it is empty */
void ospf_say_text(struct ospf_show *, const char *);    /* a whole line */
void ospf_text_since(struct text *, sim_time);           /* "23.143s", "1m02s", "2h00m05s" */
void ospf_text_options(struct text *, uint32_t options); /* "*|-|-|-|-|-|E|-" */
void ospf_text_right(struct text *, const char *, size_t width);

/* ospf_show_state.c: the words are those behind "show ip ospf interface" and "... neighbor". */
void ospf_show_interfaces(struct ospf_show *, size_t count, char **words);
bool ospf_show_neighbors(struct ospf_show *, size_t count, char **words);
/* ospf_show_database.c: false: no such command. */
bool ospf_show_database(struct ospf_show *, size_t count, char **words);

#endif
