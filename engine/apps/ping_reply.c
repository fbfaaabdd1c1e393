#include "apps/ping.h"
/*
 * What comes back to ping: replies, with the options of their IP header and with data that should
 * be what was sent; and errors about its own requests, in iputils' words.
 */
#include "stack/ip/icmp.h"
#include <string.h>

enum { PACKET_MAX = 65535, OF_TIMES_ONLY = 0 };
enum { END_OF_OPTIONS = 0, NO_OPERATION = 1, RECORD_ROUTE = 7, TIMES = 68 };
enum { LOOSE_ROUTE = 131, STRICT_ROUTE = 137 };

void ping_begin_line(struct step *s, const struct ping_state *ping, struct text *t) {
    if (!ping_is(ping, PING_STAMPED)) return;
    text_char(t, '[');
    text_u64(t, (uint64_t)(s->now / 1000000000));
    text_char(t, '.');
    text_padded(t, (uint64_t)(s->now % 1000000000 / 1000), 6, '0');
    text_add(t, "] ");
}

static uint64_t bit_of(uint64_t sequence) {
    return (uint64_t)1 << sequence % 64;
}

bool ping_saw(const struct ping_state *ping, uint64_t sequence) {
    return (ping->seen[sequence % PING_SEEN_BITS / 64] & bit_of(sequence)) != 0;
}

uint8_t ping_octet(const struct ping_state *ping, size_t i) {
    return ping->pattern_count == 0 ? (uint8_t)i : ping->pattern[i % ping->pattern_count];
}

static void text_who(struct text *t, const struct lab *lab, const struct ping_state *ping,
                     ip4 who) {
    const char *name = ping_is(ping, PING_NUMERIC) ? NULL : host_name_of(lab, who);
    if (name == NULL) {
        text_ip4(t, who);
        return;
    }
    text_add(t, name);
    text_add(t, " (");
    text_ip4(t, who);
    text_char(t, ')');
}

/* The round trip as ping prints it: three digits after the point, fewer the longer it is. */
static void text_round_trip(struct text *t, uint64_t us) {
    if (us >= 100000 - 50) {
        text_u64(t, (us + 500) / 1000);
    } else if (us >= 10000 - 5) {
        text_u64(t, (us + 50) / 1000);
        text_char(t, '.');
        text_u64(t, (us + 50) % 1000 / 100);
    } else if (us >= 1000) {
        text_u64(t, (us + 5) / 1000);
        text_char(t, '.');
        text_padded(t, (us + 5) % 1000 / 10, 2, '0');
    } else {
        text_u64(t, us / 1000);
        text_char(t, '.');
        text_padded(t, us % 1000, 3, '0');
    }
    text_add(t, " ms");
}

/* The time of sending comes back in the data. False: too little data for it. */
static bool measure(struct ping_state *ping, sim_time now, struct reader data, uint64_t *us) {
    uint64_t words[2] = {0, 0};
    for (size_t i = 0; i < PING_TIME_OCTETS; i++)
        words[i / 8] |= (uint64_t)read_u8(&data) << i % 8 * 8;
    uint64_t sent_us = words[0] * 1000000 + words[1];
    if (data.failed || ping->size < PING_TIME_OCTETS || sent_us > (uint64_t)now / 1000)
        return false;
    *us = (uint64_t)now / 1000 - sent_us;
    ping->sum_us += *us;
    ping->square_us += *us * *us;
    ping->least_us =
        ping->received + ping->duplicates == 1 || *us < ping->least_us ? *us : ping->least_us;
    ping->most_us = *us > ping->most_us ? *us : ping->most_us;
    ping->average_us += ping->average_us == 0 ? *us * 8 : *us - ping->average_us / 8;
    return true;
}

/* ------------------------------------------------------------------- options of the IP header */

static void print_address(struct step *s, const struct ping_state *ping, struct text *t,
                          ip4 address) {
    text_char(t, '\t');
    if (address == 0)
        text_add(t, "0.0.0.0");
    else
        text_who(t, s->lab, ping, address);
}

/* The addresses so far, one a line; of a route that is recorded only when it is another one. */
static void print_route(struct step *s, struct id process, struct text *t, const char *title,
                        struct reader r, size_t count) {
    struct ping_state *ping = ping_of(s, process);
    bool records = title[0] == 'R';
    if (records && count == ping->recorded_count && memcmp(ping->recorded, r.at, count) == 0) {
        text_add(t, "\t(same route)");
        return;
    }
    if (records) {
        memcpy(ping->recorded, r.at, count);
        ping->recorded_count = (uint32_t)count;
    }
    process_say(s, process, t);
    text_add(t, title);
    for (; count >= 4; count -= 4) {
        print_address(s, ping, t, read_u32(&r));
        process_say(s, process, t);
    }
}

static void print_time(struct text *t, uint32_t stamp, uint32_t *last) {
    static const uint32_t not_standard = 0x80000000u;
    text_char(t, '\t');
    if ((stamp & not_standard) != 0) {
        text_u64(t, stamp & ~not_standard);
        text_add(t, " not-standard");
        return;
    }
    if (*last == 0) {
        text_u64(t, stamp);
        text_add(t, " absolute");
    } else {
        text_i64(t, (int64_t)stamp - *last);
    }
    *last = stamp;
}

/* RFC 791 3.1: times, each after the one before, alone or behind the address of who gave it. */
static void print_times(struct step *s, struct id process, struct text *t, struct reader r,
                        size_t count) {
    const struct ping_state *ping = ping_of(s, process);
    uint8_t overflow_and_format = read_u8(&r);
    bool alone = (overflow_and_format & 3) == OF_TIMES_ONLY;
    uint32_t last = 0;
    process_say(s, process, t);
    text_add(t, "TS: ");
    for (size_t each = alone ? 4 : 8; count >= each; count -= each) {
        if (!alone) print_address(s, ping, t, read_u32(&r));
        print_time(t, read_u32(&r), &last);
        process_say(s, process, t);
    }
    if (overflow_and_format >> 4 == 0) return;
    text_add(t, "Unrecorded hops: ");
    text_u64(t, overflow_and_format >> 4);
    process_say(s, process, t);
}

static void print_option(struct step *s, struct id process, struct text *t, const uint8_t *option,
                         size_t length) {
    size_t pointer = option[2], first = option[0] == TIMES ? 5 : 4;
    if (pointer > length + 1) pointer = length + 1;
    if (length < first || pointer <= first) return;
    struct reader r = reader_of(option + 3, length - 3);
    switch (option[0]) {
    case RECORD_ROUTE: print_route(s, process, t, "RR: ", r, pointer - first); return;
    case TIMES: print_times(s, process, t, r, pointer - first); return;
    case LOOSE_ROUTE: print_route(s, process, t, "LSRR: ", r, length - 3); return;
    case STRICT_ROUTE: print_route(s, process, t, "SSRR: ", r, length - 3); return;
    default: return;
    }
}

/* The line of the reply is in `t`; its end too is printed here. */
static void print_options(struct step *s, struct id process, struct text *t,
                          const struct ipv4_header *ip) {
    const uint8_t *options = ip->options;
    for (size_t i = 0, length; i < ip->option_count && options[i] != END_OF_OPTIONS; i += length) {
        length = options[i] == NO_OPERATION || i + 1 == ip->option_count ? 1 : options[i + 1];
        if (length == 0 || length > ip->option_count - i) break;
        if (length >= 3) print_option(s, process, t, options + i, length);
    }
    process_say(s, process, t);
}

/* ------------------------------------------------------------------- replies */

/* What arrived is not what was sent, though its checksum is right. */
static void print_wrong_data(struct step *s, struct id process, struct text *t,
                             struct reader data) {
    enum { IN_A_LINE = 32 };
    const struct ping_state *ping = ping_of(s, process);
    size_t i = PING_TIME_OCTETS, count = read_left(&data) < ping->size ? 0 : ping->size;
    while (i < count && data.at[i] == ping_octet(ping, i)) i++;
    if (i >= count) return;
    process_say(s, process, t);
    text_add(t, "wrong data byte #");
    text_u64(t, i);
    text_add(t, " should be 0x");
    text_hex(t, ping_octet(ping, i), ping_octet(ping, i) < 16 ? 1 : 2);
    text_add(t, " but was 0x");
    text_hex(t, data.at[i], data.at[i] < 16 ? 1 : 2);
    for (i = PING_TIME_OCTETS; i < count; i++) {
        if (i % IN_A_LINE == PING_TIME_OCTETS) {
            process_say(s, process, t);
            text_char(t, '#');
            text_u64(t, i);
            text_char(t, '\t');
        }
        text_hex(t, data.at[i], data.at[i] < 16 ? 1 : 2);
        text_char(t, ' ');
    }
}

/* How many requests are under way, the one that is answered now among them. */
static void acknowledge(struct ping_state *ping, uint16_t sequence) {
    uint16_t behind = (uint16_t)((uint16_t)ping->sent - sequence);
    if (behind <= INT16_MAX && behind + 1u > ping->pipe) ping->pipe = behind + 1u;
}

static void take_reply(struct step *s, struct id process, const struct ipv4_header *ip,
                       const struct icmp_message *m, struct reader data) {
    struct ping_state *ping = ping_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    uint64_t us;
    bool duplicate = ping_saw(ping, m->sequence);
    ping->seen[m->sequence % PING_SEEN_BITS / 64] |= bit_of(m->sequence);
    acknowledge(ping, m->sequence);
    if (duplicate)
        ping->duplicates++;
    else
        ping->received++;
    bool timed = measure(ping, s->now, data, &us);
    if (ping_is(ping, PING_QUIET) || ping_is(ping, PING_FLOOD)) return;
    ping_begin_line(s, ping, &t);
    text_u64(&t, read_left(&data) + ICMP_HEADER);
    text_add(&t, " bytes from ");
    text_who(&t, s->lab, ping, ip->src);
    text_add(&t, ": icmp_seq=");
    text_u64(&t, m->sequence);
    text_add(&t, " ttl=");
    text_u64(&t, ip->ttl);
    if (timed) {
        text_add(&t, " time=");
        text_round_trip(&t, us);
    }
    if (duplicate) text_add(&t, " (DUP!)");
    print_wrong_data(s, process, &t, data);
    print_options(s, process, &t, ip);
}

/* ------------------------------------------------------------------- errors */

static void text_unreachable(struct text *t, const struct icmp_message *m) {
    static const char *const codes[] = {"Destination Net Unreachable",
                                        "Destination Host Unreachable",
                                        "Destination Protocol Unreachable",
                                        "Destination Port Unreachable",
                                        "Frag needed and DF set (mtu = ",
                                        "Source Route Failed",
                                        "Destination Net Unknown",
                                        "Destination Host Unknown",
                                        "Source Host Isolated",
                                        "Destination Net Prohibited",
                                        "Destination Host Prohibited",
                                        "Destination Net Unreachable for Type of Service",
                                        "Destination Host Unreachable for Type of Service",
                                        "Packet filtered",
                                        "Precedence Violation",
                                        "Precedence Cutoff"};
    if (m->code > ICMP_UNREACHABLE_LAST) {
        text_add(t, "Dest Unreachable, Bad Code: ");
        text_u64(t, m->code);
        return;
    }
    text_add(t, codes[m->code]);
    if (m->code != ICMP_FRAGMENTATION_NEEDED) return;
    text_u64(t, m->sequence);
    text_char(t, ')');
}

static void text_redirect(struct step *s, const struct ping_state *ping, struct text *t,
                          const struct icmp_message *m) {
    static const char *const codes[] = {"Redirect Network", "Redirect Host",
                                        "Redirect Type of Service and Network",
                                        "Redirect Type of Service and Host"};
    text_add(t, m->code < 4 ? codes[m->code] : "Redirect, Bad Code: ");
    if (m->code >= 4) text_u64(t, m->code);
    text_add(t, "(New nexthop: ");
    text_who(t, s->lab, ping, (ip4)m->identifier << 16 | m->sequence);
    text_char(t, ')');
}

static void text_error(struct step *s, const struct ping_state *ping, struct text *t,
                       const struct icmp_message *m) {
    switch (m->type) {
    case ICMP_UNREACHABLE: text_unreachable(t, m); return;
    case ICMP_REDIRECT: text_redirect(s, ping, t, m); return;
    case ICMP_TIME_EXCEEDED:
        text_add(t, m->code == 0   ? "Time to live exceeded"
                    : m->code == 1 ? "Frag reassembly time exceeded"
                                   : "Time exceeded, Bad Code: ");
        if (m->code > 1) text_u64(t, m->code);
        return;
    default:
        text_add(t, "Parameter problem: pointer = ");
        text_u64(t, (uint32_t)(m->identifier >> 8));
    }
}

/* The error quotes our request: its sequence number stands in the quoted ICMP header. A redirect is
 * none: the request has gone on. */
static void take_error(struct step *s, struct id process, const struct ipv4_header *ip,
                       const struct icmp_message *m, struct reader quoted) {
    struct ping_state *ping = ping_of(s, process);
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    size_t header = (read_u8(&quoted) & 0xfu) * 4;
    read_skip(&quoted, header - 1 + 6);
    uint16_t sequence = read_u16(&quoted);
    if (quoted.failed) return;
    if (m->type != ICMP_REDIRECT) {
        ping->errors++;
        acknowledge(ping, sequence);
    }
    if (ping_is(ping, PING_QUIET) || ping_is(ping, PING_FLOOD)) return;
    ping_begin_line(s, ping, &t);
    text_add(&t, "From ");
    text_who(&t, s->lab, ping, ip->src);
    text_add(&t, m->type == ICMP_REDIRECT ? ": icmp_seq=" : " icmp_seq=");
    text_u64(&t, sequence);
    text_char(&t, ' ');
    text_error(s, ping, &t, m);
    process_say(s, process, &t);
}

void ping_receive(struct step *s, struct id process) {
    uint8_t packet[PACKET_MAX];
    struct id socket = ping_of(s, process)->socket;
    int64_t count;
    while ((count = socket_receive_packet(s, socket, packet, sizeof packet)) > 0) {
        struct reader r = reader_of(packet, (size_t)count);
        struct ipv4_header ip;
        struct icmp_message m;
        if (ipv4_parse(&ip, &r) != PARSE_OK || icmp_parse(&m, &r) != PARSE_OK) continue;
        if (m.type == ICMP_ECHO_REPLY)
            take_reply(s, process, &ip, &m, r);
        else if (icmp_quotes(m.type))
            take_error(s, process, &ip, &m, r);
    }
}
