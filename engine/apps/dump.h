#ifndef NETSTEP_APPS_DUMP_H
#define NETSTEP_APPS_DUMP_H
/*
 * Frames in tcpdump's words. A printer is a function of the octets, of how one wants to see them,
 * and of the TCP connections that were seen before, whose numbers are told from where they began.
 */
#include "base/bytes.h"
#include "base/text.h"
#include "engine.h"
#include "wire/ipv4.h"

enum dump_time {
    DUMP_CLOCK,
    DUMP_NO_TIME,
    DUMP_SECONDS,
    DUMP_SINCE_LAST,
    DUMP_DATE,
    DUMP_SINCE_FIRST
};
enum dump_octets { DUMP_NO_OCTETS, DUMP_HEX, DUMP_HEX_AND_TEXT, DUMP_TEXT };
struct dump_look {
    const struct lab *lab; /* whose names hosts have; NULL: addresses */
    uint32_t numeric;      /* -n: neither hosts' nor ports' names */
    uint32_t link;         /* -e */
    uint32_t verbose;      /* how many -v */
    uint32_t quick;        /* -q */
    uint32_t absolute;     /* -S */
    enum dump_time time;
    enum dump_octets octets;
    bool with_link; /* -xx, -XX: the octets of the Ethernet header too */
};
enum { DUMP_FLOWS = 40 }; /* connections beyond these are told with absolute numbers */
struct dump_flow {
    ip4 low, high; /* the end with the lower port, or address; and the other */
    uint16_t low_port, high_port;
    uint32_t seq, ack;
};
struct dump_flows { /* part of a program's state: no gaps */
    struct dump_flow of[DUMP_FLOWS];
    uint32_t count, reserved;
};

/* Everything but the time and the octets, lines divided by '\n'. `count` octets were kept of the
 * `length` that the frame had. */
void dump_frame(const struct dump_look *, struct dump_flows *, struct text *, const uint8_t *octets,
                size_t count, size_t length);
void dump_time(struct text *, enum dump_time, sim_time at, sim_time first, sim_time last);
/* The next line of the octets, from `*at` on, which it moves. False: there are no more. */
bool dump_octets(const struct dump_look *, struct text *, const uint8_t *octets, size_t count,
                 size_t *at);

/* dump_filter.c: does the frame fit? An expression of pcap-filter(7)'s words, or a filter of this
 * engine with Wireshark's names. NULL frame: only whether it can be understood. */
enum dump_fit { DUMP_FITS, DUMP_FITS_NOT, DUMP_NOT_UNDERSTOOD };
enum dump_fit dump_filter(const struct lab *, const char *expression, const uint8_t *octets,
                          size_t count);

/* ----------------------------------------------------------------- between the dump_*.c files */

struct dump { /* a frame that is being printed */
    const struct dump_look *look;
    struct dump_flows *flows;
    struct text *t;
};
/* One protocol's part. `length`: octets that there should be, by the header before; the reader
 * holds those that there are. */
struct dump_ip {
    ip4 src, dst;
    ip4 last; /* where a source route ends: what checksums are over */
    uint8_t ttl;
    bool fragment;
};
void dump_ip(struct dump *, struct reader, size_t length);
void dump_icmp(struct dump *, struct reader, size_t length, const struct dump_ip *);
void dump_igmp(struct dump *, struct reader, size_t length);
void dump_udp(struct dump *, struct reader, size_t length, const struct dump_ip *);
void dump_rip(struct dump *, struct reader, size_t length);
void dump_ospf(struct dump *, struct reader, size_t length);
void dump_tcp(struct dump *, struct reader, size_t length, const struct dump_ip *);
void dump_arp(struct dump *, struct reader, size_t length);
void dump_host(struct dump *, ip4);
void dump_port(struct dump *, uint16_t port, bool udp);
/* "10.0.0.1.80 > 10.0.0.2.4000: " */
void dump_ends(struct dump *, const struct dump_ip *, uint16_t from, uint16_t to, bool udp);
void dump_number(struct dump *, const char *before, uint64_t);
void dump_hex(struct dump *, const char *before, uint64_t, int digits); /* 0: as many as needed */
void dump_unknown(struct dump *, const uint8_t *octets, size_t count);  /* as hex and text */
/* The same as hex alone, each line behind the indent. */
void dump_indented(struct dump *, const char *indent, const uint8_t *octets, size_t count);
/* Text up to its NUL, as cat -v has it. */
void dump_password(struct dump *, const uint8_t *octets, size_t count);
/* The names of the bits that are set, from the lowest up. */
void dump_bits(struct dump *, const char *const *names, uint32_t count, uint32_t bits,
               const char *none);
/* OSPF: the reader goes on behind what was told; false: it was cut off. */
void dump_ospf_options(struct dump *, const char *before, uint32_t options);
bool dump_lsa_header(struct dump *, struct reader *);
bool dump_lsa(struct dump *, struct reader *);
/* "Router LSA (1), LSA-ID: 1.1.1.1"; `between`: what stands behind "Opaque-Type". */
void dump_lsa_name(struct dump *, uint32_t type, uint32_t id, const char *between);
/* The checksum that should stand there: over a pseudo-header, the field itself taken as zero. */
uint16_t dump_checksum(const struct dump_ip *, uint8_t protocol, const uint8_t *octets,
                       size_t count, size_t field);

#endif
