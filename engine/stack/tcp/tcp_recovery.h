#ifndef NETSTEP_STACK_TCP_RECOVERY_H
#define NETSTEP_STACK_TCP_RECOVERY_H
/*
 * Loss recovery: what of the flight is lost, what is repeated and when, and whether it was a
 * mistake. How large CWND is meanwhile is congestion control's (tcp_congestion.h), which also keeps
 * the state: open, disorder, CWR, recovery, loss. Private to stack/tcp_*.c and their unit tests.
 */
#include "stack/tcp/tcp_scoreboard.h"

struct segment;

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct tcp_rack {             /* RFC 8985 5 */
    sim_time sent_at;         /* RACK.xmit_ts: of what was sent last among what has arrived */
    sim_time rtt;             /* RACK.rtt */
    sim_time least, least_at; /* RACK.min_RTT and when it was seen; 0: never */
    uint32_t rtt_step;        /* the step in which the segment left that `rtt` was taken of */
    uint32_t step, end;       /* RACK.end_seq, and the step in which that segment left */
    uint32_t advanced;        /* something has arrived since losses were last looked for */
    uint32_t reordered;       /* RACK.reordering_seen: how often */
    uint32_t steps;           /* RACK.reo_wnd_mult */
    uint32_t persist;         /* RACK.reo_wnd_persist */
    uint32_t duplicate;       /* a D-SACK has come in this round trip */
    sim_time round_at;        /* when `steps` last grew */
};
struct tcp_recovery {
    uint32_t point;    /* RFC 6675 RecoveryPoint, RFC 6582 recover: recovery ends here */
    uint32_t high_rxt; /* RFC 6675 HighRxt */
    uint32_t rescue;   /* RFC 6675 RescueRxt, while rescue_set */
    uint32_t rescue_set;
    uint32_t forced;    /* one segment is repeated whatever CWND says */
    uint32_t partial;   /* RFC 6582: a partial ACK has come in this recovery */
    uint32_t threshold; /* DupThresh, in segments; Linux's tcp_reordering adapts it */
    uint32_t guessed;   /* Linux, without SACK: segments that duplicate ACKs say have arrived */
    uint32_t undo_from; /* SND.UNA when the episode began, while undo_on */
    uint32_t undo_on;
    int32_t undo_left;   /* retransmissions that no D-SACK has named yet; -1: none was made */
    uint32_t hold;       /* and this ACK lets out new text alone */
    uint32_t forward;    /* RFC 5682: F-RTO is deciding whether the time-out was spurious */
    uint32_t reneged;    /* SACKs were taken back, and the loss is being repaired */
    uint32_t repeated;   /* retransmissions since the connection began */
    uint32_t duplicates; /* D-SACKs since then, in segments */
    uint32_t probe_end;  /* RFC 8985 7: SND.NXT when the loss probe left, while probe_on */
    uint32_t probe_on, probe_again; /* a probe is out; it repeated something old */
    uint32_t pipe; /* as it was when something was last sent or heard, for those who watch */
    uint32_t prior_count;
    struct tcp_range prior[4]; /* the SACK blocks of the last ACK */
    uint32_t lost;             /* octets ever held to be lost */
    sim_time repeated_at;      /* the episode's first retransmission; -1: none */
    struct tcp_rack rack;
};
#pragma GCC diagnostic pop

/* What one acceptable ACK says, for those who draw conclusions from it. */
struct tcp_heard {
    const struct segment *segment;
    struct tcp_news news;
    uint32_t una;        /* SND.UNA before it */
    uint32_t duplicates; /* segments that it reports as duplicates */
    bool moved;          /* SND.UNA has moved */
    bool duplicate;      /* RFC 5681 2 */
    bool dsack;          /* RFC 2883: it reports a duplicate */
    bool dsack_probe;    /* and that was our loss probe */
    bool rearm;          /* the retransmission timer begins anew */
};

/* tcp_sack.c: the ACK's SACK blocks go onto the scoreboard. */
void tcp_sack_take(struct step *, struct tcb *, struct tcp_heard *);

/* tcp_recovery.c */
void tcp_recovery_begin(struct step *, struct tcb *); /* the connection is established */
void tcp_recovery_acked(struct step *, struct tcb *, struct tcp_heard *);
void tcp_recovery_timeout(struct step *, struct tcb *);  /* before the front is repeated */
void tcp_recovery_narrower(struct step *, struct tcb *); /* SND.MSS has become less */
void tcp_recovery_enter(struct step *, struct tcb *);
bool tcp_mark_by_sack(struct step *, struct tcb *); /* IsLost(); true: something new is lost */
/* Repeats what is lost, as CWND and the window allow (before new text), and RFC 6675's last
 * resorts (after it). */
void tcp_repair(struct step *, struct tcb *);
void tcp_repair_more(struct step *, struct tcb *);
bool tcp_repeat(struct step *, struct tcb *, struct tcp_spot); /* one segment, now */
bool tcp_repeat_as_probe(struct step *, struct tcb *);         /* the last one */
void tcp_mark_lost(struct step *, struct tcb *, struct tcp_spot);
bool tcp_is_retransmitting(const struct tcb *); /* fast recovery, or after a time-out */
uint32_t tcp_pipe(const struct tcb *);          /* RFC 6675 4, SetPipe() */
uint32_t tcp_new_room(const struct lab *, const struct tcb *); /* octets of new text */

/* tcp_recovery_linux.c */
void tcp_linux_acked(struct step *, struct tcb *, struct tcp_heard *);
void tcp_linux_timeout(struct step *, struct tcb *);
void tcp_linux_recover(struct step *, struct tcb *); /* enters fast recovery */
void tcp_linux_reordered(struct step *, struct tcb *, uint32_t lowest, bool by_time);

/* tcp_rack.c: RFC 8985 */
void tcp_rack_delivered(struct step *, struct tcb *, const struct tcp_sent *,
                        const struct tcp_news *);
void tcp_rack_round_trip(struct step *, struct tcb *, sim_time);
void tcp_rack_detect(struct step *, struct tcb *, struct tcp_heard *);
void tcp_rack_timeout(struct step *, struct tcb *);
bool tcp_rack_expired(const struct step *, const struct tcb *, const struct tcp_sent *);
void tcp_rack_adapt(struct step *, struct tcb *, const struct tcp_heard *);
bool tcp_probe_arm(struct step *, struct tcb *, bool rto_restarts);
void tcp_probe_timeout(struct step *, struct tcb *);
void tcp_rto_arm(struct step *, struct tcb *); /* Linux's tcp_rearm_rto() */
void tcp_probe_acked(struct step *, struct tcb *, const struct tcp_heard *);

#endif
