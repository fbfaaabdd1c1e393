#ifndef NETSTEP_STACK_TCP_CONGESTION_H
#define NETSTEP_STACK_TCP_CONGESTION_H
/*
 * Congestion control: how much may be in flight. Loss recovery (tcp_acked.c and what it calls) says
 * what arrived, what is lost, and when recovery begins and ends; this side answers with CWND and
 * SSTHRESH. Everything is in octets. SMSS is the most text of a full segment; the Linux profiles
 * keep CWND a whole number of them, for Linux counts segments.
 */
#include "sim/lab.h"

struct tcb;

/* Linux's five (its Documentation calls them TCP_CA_*): all is well; duplicate ACKs; reducing
 * because of a mark, not a loss; fast recovery; after a time-out. */
enum tcp_congestion_state {
    TCP_CONGESTION_OPEN,
    TCP_CONGESTION_DISORDER,
    TCP_CONGESTION_CWR,
    TCP_CONGESTION_RECOVERY,
    TCP_CONGESTION_LOSS,
    TCP_CONGESTION_STATES
};
#define TCP_SSTHRESH_INFINITE 0x7fffffffu

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
/* CUBIC, RFC 8312 4.1: the epoch is the current congestion avoidance. */
struct tcp_cubic {
    sim_time epoch_at, least_rtt; /* 0: no epoch; the shortest round trip so far */
    uint32_t w_max, w_last_max;   /* the window at the last reduction, and at the one before */
    uint32_t origin, k_us;        /* where the curve is flat, and when it gets there */
    uint32_t need, need_cwnd;     /* octets for the next segment, as reckoned for this CWND */
    sim_time need_at;             /* and when */
    uint32_t w_est, est_counted;  /* what Reno would have, 4.2; octets since that last grew */
    /* HyStart: when the round of data up to round_end began, its last ACK of the train, its
     * shortest round trip and how many were measured. */
    sim_time round_at, train_at, round_rtt;
    uint32_t round_end, samples;
};
/* RFC 3168 6.1: each a truth. */
struct tcp_ecn {
    uint8_t asked, agreed; /* in the SYNs */
    uint8_t echo;          /* receiver: a mark has come, and no CWR since */
    uint8_t reduced;       /* sender: the next new text says CWR */
};
struct tcp_congestion {
    uint32_t cwnd, ssthresh;
    uint32_t state;                      /* enum tcp_congestion_state */
    uint32_t algorithm;                  /* enum congestion_control */
    uint32_t prior_cwnd, prior_ssthresh; /* before the last reduction: for undo and PRR */
    uint32_t counted;                /* octets acknowledged since CWND last grew, RFC 5681 3.1 */
    uint32_t inflated;               /* octets that duplicate ACKs lent to CWND, RFC 5681 3.2 */
    uint32_t high;                   /* SND.NXT when a CWR began */
    uint32_t prr_delivered, prr_out; /* RFC 6937 3.1 */
    uint32_t limited;                /* 1: CWND was what held us back, of late */
    uint32_t most_in_flight, window_end; /* in the window of data that ends there */
    uint32_t used;                       /* most in flight since CWND was last filled */
    uint32_t flight;                     /* RFC 5681 2: FlightSize, for watchers */
    struct tcp_ecn ecn;
    uint32_t reserved;
    sim_time filled_at, sent_at; /* CWND was last filled; text was last sent */
    struct tcp_cubic cubic;
};
#pragma GCC diagnostic pop

/* What one ACK has told. */
struct tcp_progress {
    uint32_t acked; /* octets by which SND.UNA moved, without those of SYN and FIN */
    uint32_t
        delivered;  /* octets newly known to have arrived: by ACK or SACK, each counted once. For
                         * a duplicate ACK without SACK that means a segment: SMSS */
    uint32_t lost;  /* octets newly held to be lost */
    bool duplicate; /* a duplicate ACK, RFC 5681 2 */
};

uint32_t tcp_smss(const struct tcb *); /* most octets of text in a segment */
/* Octets in flight that are not known to be lost or arrived: loss recovery's "pipe". */
uint32_t tcp_flight(const struct lab *, const struct tcb *);
uint32_t tcp_flight_room(const struct lab *, const struct tcb *); /* octets that may still leave */

/* The connection is established: the initial window. */
void tcp_congestion_begin(struct step *, struct tcb *);
/* Once for every acceptable ACK, after the recovery calls below and before anything is sent. */
void tcp_congestion_acked(struct step *, struct tcb *, const struct tcp_progress *);
/* Text has left: `again` if it is a retransmission. */
void tcp_congestion_sent(struct step *, struct tcb *, uint32_t octets, bool again);
/* An ACK answered a segment that had left so long ago, RFC 6298. */
void tcp_congestion_measured(struct step *, struct tcb *, sim_time round_trip);
/* tcp_output() has sent what it could: whether CWND is what holds us back. */
void tcp_congestion_output(struct step *, struct tcb *, bool sent);
/* The user gives text to send: after a silence CWND starts again, RFC 5681 4.1. */
void tcp_congestion_idle(struct step *, struct tcb *);

/* tcp_episode.c: the one writer of the state. */
void tcp_congestion_enter(struct step *, struct tcb *, enum tcp_congestion_state);
/* Duplicate ACKs or SACKs have come, or are over, without a loss so far. */
void tcp_congestion_disorder(struct step *, struct tcb *, bool disorder);
/* Fast retransmit: recovery begins (RFC 5681 3.2, RFC 6675 5). Before anything is repeated. */
void tcp_congestion_recovery_enter(struct step *, struct tcb *);
/* An ACK inside fast recovery moved SND.UNA, but not up to the recovery point (RFC 6582 3.2). Only
 * for connections without SACK in profiles that follow the RFC; harmless otherwise. */
void tcp_congestion_partial(struct step *, struct tcb *, uint32_t acked);
void tcp_congestion_recovery_exit(struct step *, struct tcb *);
/* The retransmission timer fired; `first`: for this oldest segment. Before it is repeated. */
void tcp_congestion_timeout(struct step *, struct tcb *, bool first);
void tcp_congestion_loss_exit(struct step *, struct tcb *); /* all of that flight is acknowledged */
/* It had been no loss: CWND and SSTHRESH as they were. The state follows by the exits above. */
void tcp_congestion_undo(struct step *, struct tcb *);
/* Reduce once, as for a loss, though nothing is to be repeated: an ECN echo, a loss probe that
 * turned out to have repaired a loss. Nothing happens during a reduction. */
void tcp_congestion_reduce(struct step *, struct tcb *);

/* ------------------------------------------------------------------- for the algorithms alone */

struct tcp_algorithm_of {
    const char *name;                                                   /* as Linux has it */
    uint32_t (*reduced)(const struct step *, struct tcb *);             /* a new SSTHRESH */
    void (*avoid)(struct step *, struct tcb *, uint32_t acked);         /* congestion avoidance */
    void (*timed_out)(struct tcb *);                                    /* may be NULL, and so on */
    void (*resumed)(struct tcb *, sim_time silence);                    /* after that long a rest */
    void (*measured)(struct step *, struct tcb *, sim_time round_trip); /* of this ACK */
};
extern const struct tcp_algorithm_of tcp_reno, tcp_cubic;
const char *tcp_algorithm_name(uint32_t algorithm); /* NULL past the end */
bool tcp_in_slow_start(const struct tcb *);
/* CWND grows by one SMSS for every `need` octets that are acknowledged. */
void tcp_congestion_climb(struct tcb *, uint32_t need, uint32_t acked);
/* tcp_cubic.c: the curve, for its test too. */
uint32_t tcp_cubic_root(uint64_t);
uint32_t tcp_cubic_rise(uint32_t smss, uint64_t d_us);
uint32_t tcp_cubic_k(uint32_t smss, uint32_t octets);

#endif
