#ifndef NETSTEP_OBSERVE_OBSERVE_H
#define NETSTEP_OBSERVE_OBSERVE_H
/* Within observe/: what is kept of each connection. engine.h says what the room is for. */
#include "engine.h"

enum { OBSERVE_SEGMENTS = 24 };
/* A segment that took room in the sequence space, of the newest OBSERVE_SEGMENTS of its sender. */
struct observe_sent {
    uint32_t seq, end, frame;
    uint16_t times; /* how often it was seen */
    uint16_t lost;  /* its last copy is known to be lost */
};
struct observe_side {
    ip4 address;
    uint16_t port;
    uint8_t state;  /* enum tcp_state or OBSERVED_UNKNOWN */
    uint8_t closes; /* it sends its FIN after it has got the other's */
    bool spoke, has_syn, has_fin, has_seq, has_ack, has_got, has_text, gone, answers, repeats;
    int8_t shift;            /* of its window: 0..14; -1 not known; -2 not used */
    uint8_t cut;             /* a scale may stand in a part of the SYN that is not there */
    uint32_t base;           /* its ISS, or one less than the first number seen */
    uint32_t next;           /* behind all that it was seen to send */
    uint32_t fin;            /* the sequence number of its FIN */
    uint32_t ack;            /* the highest that it acknowledged */
    uint32_t got;            /* the highest acknowledgment that it is taken to have got */
    uint32_t hole, hole_end; /* text behind a gap was seen; equal: none */
    uint32_t doubled;        /* the frame of its last duplicate ACK */
    uint32_t newest;         /* index in `sent` of the newest */
    struct observe_sent sent[OBSERVE_SEGMENTS];
};
struct observe_connection {
    uint64_t key; /* the two addresses, the smaller end first; 0: an empty slot */
    uint32_t ports;
    uint32_t number; /* 0: not yet */
    uint32_t first;  /* which end of the key is side 0 */
    uint32_t place;
    struct observe_side side[2];
};
/* What is looked at of a segment. */
struct observe_segment {
    ip4 src, dst;
    uint16_t src_port, dst_port, flags;
    uint32_t seq, ack, text, end; /* end: behind text, SYN and FIN */
    uint32_t frame;
    int8_t shift; /* of the SYN's option; -2: it has none; -1: it is cut */
    bool has_sack, whole;
    uint32_t sack_left, sack_right; /* the block that lies highest */
};
/* Where things are told. */
struct observe_told {
    observation_sink *sink;
    void *user;
    uint32_t connection;
};

bool observe_parse(struct observe_segment *, const uint8_t *octets, size_t count);
/* Figure 5, from what the segments of both ends prove: the state of side `s` of the connection. */
uint32_t observe_state(const struct observe_side *s, const struct observe_side *other);
/* Tells each side whose state is now another. */
void observe_settle(struct observe_connection *, const struct observe_told *);
/* What the segment of `sender` says of losses; returns how often it was sent before. */
uint16_t observe_losses(struct observe_side *sender, uint32_t side, struct observe_side *other,
                        const struct observe_segment *, const struct observe_told *);

/* Sequence numbers, RFC 9293 3.4: a before b. */
static inline bool observe_before(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

#endif
