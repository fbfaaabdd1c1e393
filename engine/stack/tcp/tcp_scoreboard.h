#ifndef NETSTEP_STACK_TCP_SCOREBOARD_H
#define NETSTEP_STACK_TCP_SCOREBOARD_H
/*
 * The sender's scoreboard, RFC 2018 5 and RFC 6675 3: one record for each segment between SND.UNA
 * and SND.NXT. Private to stack/tcp_*.c and their unit tests.
 */
#include "sim/lab.h"

struct tcb;
struct tcp_range {
    uint32_t left, right; /* left =< octet < right */
};

/* A record is LOST or SACKED or neither; the others go with any of them. */
enum tcp_mark {
    TCP_MARK_SACKED = 1,   /* the peer says that it has it */
    TCP_MARK_LOST = 2,     /* held to be lost */
    TCP_MARK_REPEATED = 4, /* a retransmission of it is in flight */
    TCP_MARK_AGAIN = 8,    /* it has been retransmitted at least once */
    TCP_MARK_PUSHED = 16,  /* a SEND ended here: it left with PSH, and so will its repetitions */
    TCP_MARK_JOINED = 32   /* it left in one burst with the one behind it: tcp_burst.c */
};
enum { TCP_PAGE_RECORDS = 19 };

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct tcp_sent {
    sim_time at;     /* when it was sent last */
    uint32_t end;    /* behind its last sequence number */
    uint32_t step;   /* in which step: many steps may share one instant of virtual time */
    uint16_t length; /* octets of text and FIN: it begins at end - length */
    uint8_t marks, repeats;
    uint32_t reserved;
};
/* Records in the order of sequence numbers. The sums let a search step over whole pages. */
struct tcp_sent_page {
    struct id previous, next;
    uint32_t first, end; /* sent[first .. end) are in use */
    uint32_t sacked, waiting, open;
    uint32_t again;  /* some were sent again, so times are not in order */
    sim_time oldest; /* of the open ones, none was sent before; may be too early */
    struct tcp_sent sent[TCP_PAGE_RECORDS];
};
struct tcp_count {
    uint32_t octets, segments;
};
struct tcp_scoreboard {
    struct id first, last;
    struct tcp_count out;      /* all records */
    struct tcp_count sacked;   /* of those: SACKED */
    struct tcp_count lost;     /* LOST */
    struct tcp_count repeated; /* REPEATED */
    uint32_t highest;          /* the end of the highest SACKED record, when there is one */
    uint32_t delivered;        /* segments that have arrived since the connection began */
};
#pragma GCC diagnostic pop

/* A record and where it lies; valid until a record is added, dropped or split. */
struct tcp_spot {
    struct tcp_sent_page *page;
    struct tcp_sent *sent; /* NULL: none */
};
/* What one ACK tells about what was sent. */
struct tcp_news {
    struct tcp_count acked;     /* records taken off the front, or parts of one (octets) */
    struct tcp_count delivered; /* arrived, as far as we did not know yet */
    struct tcp_count sacked;    /* of these: known by SACK */
    sim_time first_at, last_at; /* of the acknowledged, sent once: when; -1: there is none */
    sim_time sacked_first_at;   /* of the newly SACKED, sent once: when; -1: there is none */
    sim_time sacked_last_at;    /* the same of the last of them */
    uint32_t lowest;            /* where the lowest begins that came late, when `late` */
    uint32_t highest;           /* given: the end of the highest SACKED before this ACK; else UNA */
    uint32_t below;             /* given: what ends here or before may count as `original` */
    uint32_t echo;              /* given: the ACK's timestamp echo, when has_echo */
    bool has_echo;
    bool again;    /* something acknowledged had been sent more than once */
    bool late;     /* something that was sent once arrived after what was sent later */
    bool original; /* something that was sent once arrived */
};

/* False: the lab's pool is exhausted, nothing may be sent. */
bool tcp_board_add(struct step *, struct tcb *, uint32_t end, uint32_t length);
void tcp_board_note(struct step *, struct tcb *, enum tcp_mark); /* PUSHED, JOINED: the last one */
void tcp_board_take_back(struct step *, struct tcb *, uint32_t nxt); /* SND.NXT moved back */
void tcp_board_ack(struct step *, struct tcb *, uint32_t una, struct tcp_news *);
/* Records that lie wholly in the block become SACKED; `from`: those before it are known to be. */
void tcp_board_sack(struct step *, struct tcb *, struct tcp_range block, uint32_t from,
                    struct tcp_news *);
/* Cuts a record so that its first part has `length`; false: no room, it stays whole. */
bool tcp_board_split(struct step *, struct tcb *, struct tcp_spot *, uint32_t length);
void tcp_board_free(struct step *, struct tcb *);

struct tcp_spot tcp_board_first(struct lab *, const struct tcb *);
struct tcp_spot tcp_board_last(struct lab *, const struct tcb *);
struct tcp_spot tcp_board_next(struct lab *, struct tcp_spot);
struct tcp_spot tcp_board_previous(struct lab *, struct tcp_spot);
struct tcp_spot tcp_board_at(struct lab *, const struct tcb *, uint32_t seq);
/* Searches that step over pages which cannot hold what is looked for: the first record that waits
 * to be repeated; the highest SACKED one; the next open one that was sent at `before` at the
 * latest. */
struct tcp_spot tcp_board_waiting(struct lab *, const struct tcb *);
struct tcp_spot tcp_board_highest(struct lab *, const struct tcb *);
struct tcp_spot tcp_board_open(struct lab *, const struct tcb *, struct tcp_spot after,
                               sim_time before);
void tcp_board_mark(struct tcb *, struct tcp_spot, uint32_t marks);
/* It has left again; `in_flight`: that copy counts as in flight beside the first. */
void tcp_board_sent_again(const struct step *, struct tcb *, struct tcp_spot, bool in_flight);

static inline uint32_t tcp_sent_begin(const struct tcp_sent *r) {
    return r->end - r->length;
}
/* Neither arrived nor waiting to be repeated: something of it may be in flight. */
static inline bool tcp_sent_open(uint32_t marks) {
    if ((marks & TCP_MARK_SACKED) != 0) return false;
    return (marks & (TCP_MARK_LOST | TCP_MARK_REPEATED)) != TCP_MARK_LOST;
}
static inline bool tcp_sent_waiting(uint32_t marks) {
    return (marks & (TCP_MARK_LOST | TCP_MARK_REPEATED | TCP_MARK_SACKED)) == TCP_MARK_LOST;
}

#endif
