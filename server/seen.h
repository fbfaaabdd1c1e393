#ifndef NETSTEP_SERVER_SEEN_H
#define NETSTEP_SERVER_SEEN_H
/*
 * A capture that people open: its packets, the hosts that speak in it, and what an observer can
 * know of its TCP connections, told as the lines of a story. Nothing runs; the capture's first
 * packet is at time 0. Reading and telling are done in pieces, so that other labs have their turn.
 *
 * Hosts are told by IPv4 address where a capture has one interface (a laptop's: what is behind its
 * router is a host like any other), and by Ethernet address where it has several (the links of a
 * lab: a datagram is seen once on each). Beyond SEEN_HOSTS, the hosts that come later share one
 * lane, "...". What goes to a group or to everybody goes to the lane "*", or, of two hosts, to the
 * other one.
 */
#include "buffer.h"
#include "story.h"

enum {
    SEEN_OCTETS = 32 << 20, /* of the file */
    SEEN_PACKETS = 250000,
    SEEN_HOSTS = 24,
    SEEN_CONNECTIONS = 8192 /* those that come later are shown without states */
};

struct seen;
/* Takes the file's octets over. NULL: out of memory, they are freed. */
struct seen *seen_begin(struct buffer *octets);
void seen_free(struct seen *); /* NULL is fine */
enum seen_progress { SEEN_MORE, SEEN_DONE, SEEN_BAD };
/* Reads some packets. SEEN_BAD: `why` has "octet N" and the problem, if it is the file's. */
enum seen_progress seen_read(struct seen *, uint32_t packets, struct complaint *why);
/* Tells some packets of what was read to a story. `lab` is any. */
enum seen_progress seen_tell(struct seen *, uint32_t packets, const struct lab *lab,
                             struct story *);
/* Tells from the beginning again, to another story. */
void seen_rewind(struct seen *);
/* The names by which the story calls the nodes; node 1 is the first. */
const char *const *seen_names(const struct seen *);
uint32_t seen_packets(const struct seen *);
size_t seen_memory(const struct seen *);
sim_time seen_end(const struct seen *); /* the time of the last packet */

/* Members of a JSON object, as story_world() writes of a lab. */
void seen_world(struct buffer *, const struct seen *);
/* "t":..,"tables":{},"states":[..]: before event `i` of the story. */
void seen_snapshot(struct buffer *, const struct seen *, uint32_t i);
/* Packet `number`, from 1, as it is in the file. */
struct seen_view {
    const uint8_t *octets;
    uint32_t count, length;
    struct packet_context context;
};
bool seen_packet(const struct seen *, uint64_t number, struct seen_view *);
/* The file as it came. */
void seen_file(const struct seen *, struct buffer *);

#endif
