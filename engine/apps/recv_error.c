#include "apps/shell.h"
/*
 * recv FD N errqueue: recvmsg(2) with MSG_ERRQUEUE. Of the ICMP error that waits longest it shows
 * what struct sock_extended_err has: who sent it, its type and code, the error number, and to whom
 * the datagram went that it is about.
 */
#include "stack/ip/icmp.h"
#include "wire/udp.h"

static void text_about(struct text *t, struct reader quoted) {
    struct ipv4_header ip;
    size_t header = (quoted.at[0] & 0xfu) * 4;
    struct reader ports = quoted;
    read_skip(&ports, header + 2);
    struct tcp_endpoint to = {0, read_u16(&ports)};
    if (ports.failed) return;
    ipv4_parse(&ip, &quoted); /* its checksum may be wrong by now: the addresses are what counts */
    to.address = ip.dst;
    text_add(t, ", about ");
    text_endpoint(t, to);
}

static int64_t take(struct step *s, struct id process, struct id socket) {
    enum { PACKET_MAX = 65535 };
    uint8_t packet[PACKET_MAX];
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    struct ipv4_header ip;
    struct icmp_message m;
    bool hard;
    int64_t count = socket_receive_packet(s, socket, packet, sizeof packet);
    if (count < 0) return count;
    struct reader r = reader_of(packet, (size_t)count);
    if (ipv4_parse(&ip, &r) != PARSE_OK || icmp_parse(&m, &r) != PARSE_OK) return 0;
    text_add(&t, "from ");
    text_ip4(&t, ip.src);
    text_add(&t, ", type ");
    text_u64(&t, m.type);
    text_add(&t, ", code ");
    text_u64(&t, m.code);
    text_add(&t, ": ");
    text_add(&t, linux_error_name(icmp_to_error(m.type, m.code, &hard)));
    text_about(&t, r);
    process_say(s, process, &t);
    return 0;
}

void recv_error(struct step *s, struct id process, struct id socket) {
    int64_t value = -LINUX_EAGAIN;
    if (socket_get(s->lab, socket)->type == SOCKET_UDP) value = take(s, process, socket);
    call_returned(s, process, value);
}
