#include "stack/tcp/tcp_state.h"
/*
 * The IP options of a connection, RFC 9293 3.9.2 and 3.9.2.1. The user may give some (IP_OPTIONS),
 * among them a source route, MUST-51. A connection that was opened by a SYN with a completed source
 * route answers along the way back, on every segment, MUST-53; the user's own options stand before
 * those, MUST-52. Timestamps and recorded routes (MAY-10, MAY-11) come back in the same way.
 *
 * Differs: Linux's children do not have the options of their listener's user, so those do not stand
 * before the peer's; and a route that comes later changes nothing there (SHLD-24).
 */
#include <string.h>

static void take(struct tcb *c, const struct ipv4_header *h) {
    struct tcp_wishes *w = &c->wishes;
    memset(w->ip_options, 0, sizeof w->ip_options);
    w->ip_option_count = (uint8_t)ipv4_reply_options(h, w->ip_options);
    w->ip_options_from = w->ip_option_count != 0 ? TCP_OPTIONS_PEERS : TCP_OPTIONS_NONE;
}

void tcp_route_take(struct step *s, struct tcb *c, const struct ip_in *in) {
    bool users = c->wishes.ip_options_from == TCP_OPTIONS_USERS;
    if (users && !tcp_is_linux(s->lab, c->node)) return;             /* MUST-52 */
    if (users || in->header.option_count != 0) take(c, &in->header); /* MUST-53 */
}

static bool has_route(const struct ipv4_header *h) {
    struct ipv4_option_list list;
    uint32_t wrong;
    return ipv4_options_find(h->options, h->option_count, &list, &wrong) && list.route != 0;
}

/* SHLD-24: "If a different source route arrives in a later segment, the later definition SHOULD
 * override the earlier one." */
void tcp_route_later(struct step *s, struct tcb *c, const struct ip_in *in) {
    if (!c->passive || c->state == TCP_LISTEN || tcp_is_linux(s->lab, c->node)) return;
    if (c->wishes.ip_options_from == TCP_OPTIONS_USERS || !has_route(&in->header)) return;
    take(c, &in->header);
    tcp_path_changed(s, c);
}

void tcp_route_put(const struct tcb *c, struct ip_out *out) {
    out->options = c->wishes.ip_options;
    out->option_count = c->wishes.ip_option_count;
    out->fill_options = true;
}

/* Whom segments to `dst` are sent to first: by that a way and an address of our own are chosen. */
ip4 tcp_route_first(ip4 dst, const struct tcp_wishes *w) {
    const struct ip_out out = {
        .dst = dst, .options = w->ip_options, .option_count = w->ip_option_count};
    return ipv4_first_hop(&out);
}

/* MUST-16: what IP options take is not left for the segment. */
uint32_t tcp_mtu_room(const struct tcb *c, uint32_t mtu) {
    uint32_t headers = IPV4_HEADER + TCP_HEADER + c->wishes.ip_option_count;
    return mtu > headers ? mtu - headers : 1;
}
