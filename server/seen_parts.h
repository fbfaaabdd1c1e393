#ifndef NETSTEP_SERVER_SEEN_PARTS_H
#define NETSTEP_SERVER_SEEN_PARTS_H
/* Within seen*.c: what is kept of a capture. */
#include "conversation.h"
#include "pcap_read.h"
#include "seen.h"

struct seen_packet {
    int64_t at; /* ns since the first packet, never before the one before it */
    uint64_t offset;
    uint32_t count, length, interface, number; /* number: its sender's own count */
    uint32_t connection;
    uint16_t retransmission;
    uint8_t from, to, side, lost;
    struct packet_context context;
};
struct seen_host {
    char name[24];
    ip4 address; /* 0: none is known */
    uint8_t mac[6];
    bool has_mac;
    uint32_t sent;
};
/* What an observation said, after which packet. */
struct seen_change {
    uint32_t packet;
    uint32_t connection, octets;
    uint8_t side, kind, before, after;
    const char *clause;
    uint32_t told; /* the index of its event, once it was told */
};
struct seen_connection {
    ip4 address[2];
    uint16_t port[2];
    uint8_t host[2];
};
struct seen {
    struct buffer octets;
    FILE *file;
    struct capture capture;
    struct conversations conversations; /* which datagrams are a transfer of TFTP */
    struct observer *observer;
    struct seen_packet *packets;
    struct seen_change *changes;
    struct seen_connection *connections;
    uint32_t packet_count, packet_room, change_count, change_room, connection_count,
        connection_room;
    int64_t first_at, last_at;
    bool opened, several, failed; /* several: interfaces */
    /* hosts: 1..host_count; then those that share a lane, and everybody */
    struct seen_host hosts[SEEN_HOSTS + 3];
    const char *names[SEEN_HOSTS + 3];
    uint32_t host_count, others, everybody;        /* the last two: node ids, 0 none */
    uint8_t links[SEEN_HOSTS + 3][SEEN_HOSTS + 3]; /* packets went between them */
    uint32_t told, told_change;                    /* packets and changes */
};

/* seen_hosts.c: who sends the packet and who is meant; known once all packets are read. */
void seen_find_hosts(struct seen *);
uint32_t seen_host_of(const struct seen *, ip4 address); /* 0: none */
/* The frame as an Ethernet would carry it: for what finds headers. `room`: count + 14 octets. */
const uint8_t *seen_frame(const struct seen *, const struct seen_packet *, uint8_t *room,
                          uint32_t *count);

/* The number of an end in its node: both may stand in one lane. */
static inline uint32_t seen_object(const struct seen_change *c) {
    return c->connection * 2 - 1 + c->side;
}
/* The engine's number for a reason that only captures have. */
uint16_t seen_reason(const char *name);

#endif
