#ifndef NETSTEP_STACK_TCP_STATE_H
#define NETSTEP_STACK_TCP_STATE_H
/*
 * The transmission control block, RFC 9293 3.3.1, with the RFC's names. Private to stack/tcp_*.c
 * and their unit tests. It holds ids, no pointers, and no padding.
 */
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/sysctl.h"
#include "stack/tcp/tcp.h"
#include "stack/tcp/tcp_congestion.h"
#include "stack/tcp/tcp_recovery.h"

enum { TCP_TIMERS = 10, TCP_CHUNK_OCTETS = 1464, TCP_MSS_DEFAULT = 536 /* MUST-15 */ };
/* The last SEND said that more will come; TCP_MORE_HOLDS: that SEND is under way. */
enum tcp_more { TCP_MORE_NONE, TCP_MORE_SAID, TCP_MORE_HOLDS };
enum tcp_ack_due { TCP_ACK_NONE, TCP_ACK_DELAYED, TCP_ACK_NOW };
/* Where a connection hangs in its listener: MUST-11 asks to remember a passive OPEN. */
enum tcp_place { TCP_ALONE, TCP_IN_SYN_QUEUE, TCP_IN_ACCEPT_QUEUE };
/* RFC 7413. A client: the SYN asks for a cookie, shows one, carries text without; a server's child:
 * the SYN,ACK grants one, or the child was accepted with the SYN. */
enum tcp_fastopen {
    FASTOPEN_NONE,
    FASTOPEN_ASK,
    FASTOPEN_SHOW,
    FASTOPEN_BARE,
    FASTOPEN_GRANT,
    FASTOPEN_CHILD
};
/* What its node counts it among. */
enum tcp_crowd { TCP_CROWD_NONE, TCP_CROWD_ORPHANS, TCP_CROWD_TIME_WAIT };

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
/* A run of octets in POOL_CHUNK: a segment of an Ethernet fits into one. An idle connection holds
 * none. */
struct tcp_chunk {
    struct id next;
    uint32_t start, end; /* octets[start .. end) are held */
    uint32_t seq;        /* out-of-order queue: sequence number of octets[start] */
    uint32_t right;      /* the first chunk of a run: where the run ends, */
    struct id last;      /* and its last chunk */
    uint8_t octets[TCP_CHUNK_OCTETS];
};
struct tcp_buffer {
    struct id first, last;
    struct id cursor;   /* the chunk that was read last by tcp_buffer_read */
    uint32_t cursor_at; /* octets of the buffer before it */
    uint32_t count;     /* octets held */
};
/* One of a listener's two queues: its children in the order of their coming. */
struct tcp_listen_queue {
    struct id first, last;
    struct id unlisted; /* the first one without a row; none behind it has one */
    uint32_t count, listed;
    uint32_t limit;   /* how many fit; UINT32_MAX: any number */
    uint32_t refused; /* segments that found no room */
    uint32_t each;    /* octets that Linux holds for each of them */
    uint32_t reserved;
};
struct tcp_send_sequence {
    uint32_t una, nxt; /* oldest unacknowledged; next to be sent */
    uint32_t wnd;      /* send window, an offset from una; MUST-1, REC-1 */
    uint32_t wl1, wl2; /* SEG.SEQ and SEG.ACK of the last window update */
    uint32_t max_wnd;  /* MAX.SND.WND, RFC 5961 5 */
    uint32_t mss;      /* most octets of header options and text in a segment */
    uint32_t scale;    /* Snd.Wind.Shift, RFC 7323 2.3 */
    uint32_t small;    /* end of the last short segment, for Nagle's rule */
    uint32_t duplicate_acks;
    uint32_t up; /* send urgent pointer, when urgent_sending */
    uint32_t reserved;
};
struct tcp_receive_sequence {
    uint32_t nxt;
    uint32_t wnd;     /* receive window as the peer knows it, an offset from nxt */
    uint32_t scale;   /* Rcv.Wind.Shift */
    uint32_t acked;   /* Last.ACK.sent, RFC 7323 4.3 */
    uint32_t limit;   /* most octets that may wait to be read */
    uint32_t mss;     /* the MSS option that we sent */
    uint32_t largest; /* the peer's segment size, as seen so far */
    uint32_t up;      /* receive urgent pointer */
    uint32_t fin;     /* sequence number of the peer's FIN, when fin_known */
    uint32_t reserved;
};
/* Sizes of buffers; RCV.WND's own are in rcv. */
struct tcp_tuning {
    uint32_t receive_fixed, send_fixed; /* SO_RCVBUF, SO_SNDBUF as Linux keeps them; 0: tuned */
    uint32_t window;                    /* most to be offered so far: Linux's rcv_ssthresh */
    uint32_t read, space;               /* octets read in this round trip, and in the best one */
    uint32_t send;                      /* octets of text that may wait to be acknowledged */
    uint32_t echo;                      /* the last timestamp that was measured by */
    uint32_t window_end;                /* a window is measured up to here */
    sim_time round_trip, window_at, measured_at;
};
struct tcb {
    struct id self, socket;
    struct id chain;                                /* hash chain: tcp_demux.c */
    struct id listener, queue_next, queue_previous; /* a child: its listener; its neighbours */
    struct tcp_listen_queue syn, accept;            /* a listener's: half-open, finished */
    struct id timer[TCP_TIMERS];                    /* by timer kind, from retransmission on */
    uint32_t node, state;
    ip4 local_address, remote_address;
    uint32_t local_port, remote_port;
    uint32_t iss, irs;
    struct tcp_send_sequence snd;
    struct tcp_receive_sequence rcv;
    struct tcp_buffer send, receive;
    struct id out_of_order; /* chunks in sequence order, disjoint */
    struct id run;          /* the first chunk of the run that was touched last */
    uint32_t out_of_order_octets;
    uint32_t error, soft_error; /* enum tcp_error: to be told once; what ICMP hinted at */
    struct tcp_range sack[TCP_SACK_BLOCKS_MAX]; /* RFC 2018 4: newest first */
    struct tcp_range duplicate; /* RFC 2883: to be told in the next ACK; empty: none */
    uint32_t sack_count;
    uint32_t ts_offset, ts_recent; /* RFC 7323: our clock's start; TS.Recent */
    uint32_t backlog, young;       /* a listener's; children never repeated to */
    uint32_t fastopen_pending;     /* a listener: Fast Open children before their third segment */
    uint32_t syn_text;             /* Fast Open: octets of text in our SYN */
    uint32_t synacks;              /* a child: how often our SYN,ACK was sent */
    uint32_t retransmissions;      /* of the oldest segment, since SND.UNA last moved */
    uint32_t timeouts;             /* of the SYN, for Linux's linear phase */
    uint32_t probes;               /* zero-window probes without an answer that opened it */
    uint32_t quick_acks, ato_ns;   /* Linux: ACKs to be sent at once; delayed-ACK time-out */
    uint32_t timed_seq;            /* the segment that is being timed ends here */
    uint32_t repeated_ts;          /* our timestamp clock at the last repetition */
    uint32_t round_end;            /* Linux: SND.NXT when this round trip of RTTVAR began */
    uint32_t ip_id;                /* datagrams sent so far, Linux's inet_id */
    sim_time queue_time; /* in the SYN queue: when it is given up; then: since when it waits */
    sim_time cookies_at; /* a listener: when it last answered with a cookie */
    sim_time srtt, rttvar, rto;
    sim_time mdev, mdev_most; /* Linux: the mean deviation; its largest of this round trip */
    sim_time timed_at;        /* when it was sent; -1: none is timed */
    sim_time first_sent_at;   /* of the oldest segment, when it has been repeated */
    sim_time ts_recent_at;    /* RFC 7323 5.5 */
    sim_time data_received_at, challenged_at;
    uint8_t passive; /* MUST-11: the OPEN was passive */
    uint8_t place;   /* enum tcp_place */
    uint8_t orphan;  /* the user is gone */
    uint8_t hashed;
    uint8_t fin_queued, fin_sent;              /* ours: CLOSE was called; the FIN has been sent */
    uint8_t fin_known, fin_received, fin_read; /* the peer's: seen; in order; told to the user */
    uint8_t ack_due;                           /* enum tcp_ack_due */
    uint8_t ping_pong;                         /* Linux: interactive, so delay ACKs */
    uint8_t window_scaling, timestamps, sack_permitted; /* agreed in the SYNs */
    uint8_t more;                                       /* enum tcp_more: MAY-15, MSG_MORE */
    uint8_t listed;                                     /* a queued child: it has a row */
    uint8_t crowd;                                      /* enum tcp_crowd */
    uint8_t fastopen;                                   /* enum tcp_fastopen */
    uint8_t syn_text_arrived; /* text that a SYN carried, ours or the peer's, was taken */
    uint8_t urgent;           /* tcp_urgent.c: a mark lies ahead of the reader */
    uint8_t urgent_sending;   /* SND.UP is valid */
    uint8_t tos_seen;         /* MAY-9: of the last segment that came */
    uint8_t cookies_sent;     /* a listener: it has answered with cookies */
    uint8_t flood_told;       /* a listener: the kernel has warned of a flood */
    uint8_t third_seen; /* a child: TCP_DEFER_ACCEPT keeps it although the peer has answered */
    uint8_t reserved[7];
    /* The user's side: tcp_user.c, tcp_patience.c. */
    struct tcp_wishes wishes;
    sim_time acked_at;                /* when the last ACK came: the peer was alive */
    sim_time probing_since;           /* zero-window probes, whatever was answered; -1: none */
    sim_time path_until;              /* when the path's MTU is tried anew; 0: it is the link's */
    uint32_t keep_probes;             /* keep-alives without an answer */
    uint32_t peer_mss;                /* the peer's MSS option */
    struct tcp_congestion congestion; /* tcp_congestion.h */
    struct tcp_tuning tuning;         /* tcp_tuning.c */
    struct tcp_scoreboard board;      /* tcp_scoreboard.h: what is in flight */
    struct tcp_recovery recovery;     /* tcp_recovery.h */
};
#pragma GCC diagnostic pop

/* A segment as the RFC's text names it: SEG.SEQ and so on. */
struct segment {
    struct tcp_header header;
    const struct ip_in *in;
    uint32_t seq, ack, len, wnd, up; /* wnd is scaled once the connection is known */
    uint32_t flags;
    const uint8_t *text;
    size_t text_count;
    uint32_t node;
    ip4 src, dst;
};

/* What a node remembers of another host, in POOL_PEER. */
struct tcp_peer {
    struct id chain;
    uint32_t node;
    ip4 address;
    sim_time stamped_at; /* RFC 6191, tw_recycle: when `stamp` came */
    uint32_t stamp;      /* its last timestamp; valid when `stamped` */
    uint32_t mss;        /* RFC 7413 4.1.3: what it offered together with its cookie */
    uint8_t stamped, cookie_length;
    uint8_t cookie[TCP_COOKIE_MAX];
    uint8_t reserved[6];
};

/* tcp_state.c */
struct tcb *tcb_edit(struct step *, struct id); /* NULL: gone */
const struct tcb *tcb_get(const struct lab *, struct id);
struct tcb *tcb_create(struct step *, uint32_t node, enum tcp_state); /* NULL: no room */
void tcp_enter(struct step *, struct tcb *, enum tcp_state, const char *clause);
/* Enters CLOSED and deletes the TCB; one that a socket or an accept queue still names stays as
 * CLOSED until it is let go. `c` must not be used afterwards. */
void tcp_delete(struct step *, struct tcb *, const char *clause);
void tcp_fail(struct step *, struct tcb *, enum tcp_error, const char *clause);
/* A child goes back into its listener (Figure 5, note 1): LISTEN, and then no TCB of its own. */
void tcp_return_to_listen(struct step *, struct tcb *, const char *clause);
void tcp_notify(struct step *, const struct tcb *, unsigned events);
void tcp_report(struct step *, const struct tcb *, enum socket_report, uint64_t value);
bool tcp_is_linux(const struct lab *, uint32_t node);
/* Whether the node is broken on purpose: `variant` is one of SETTING_VARIANT_*, each of which is
 * asked at the one step that it breaks. */
bool tcp_broken(const struct lab *, uint32_t node, enum setting variant);

/* tcp_steps.c: RFC 9293 3.10.7.4. False: the segment has come to its end. */
enum tcp_step {
    STEP_SEQUENCE,
    STEP_RST,
    STEP_SECURITY,
    STEP_SYN,
    STEP_ACK,
    STEP_URG,
    STEP_TEXT,
    STEP_FIN,
    STEP_COUNT
};
void tcp_run_steps(struct step *, struct tcb *, struct segment *, enum tcp_step from);
void tcp_drop(struct step *, const struct segment *, enum reason, const char *clause);
/* What this node's TCP does for a checksum: RFC 9293 3.1, unless it is broken on purpose. */
enum tcp_checksum tcp_checksum_of(const struct lab *, uint32_t node);
void tcp_open_window(struct step *, struct tcb *, const struct segment *); /* SND.WND, WL1, WL2 */

/* tcp_acked.c: what an acceptable ACK does. False: drop the segment. */
bool tcp_take_ack(struct step *, struct tcb *, const struct segment *);

/* tcp_listen.c: a listener's queues */
void tcp_listen_measure(const struct lab *, struct tcb *listener); /* the limits as they are now */
bool tcp_listen_over_backlog(const struct lab *, const struct tcb *listener);
void tcp_listen_join(struct step *, struct tcb *child, enum tcp_place);
void tcp_listen_leave(struct step *, struct tcb *child); /* harmless when in no queue */
void tcp_listen_end(struct step *, struct tcb *listener);
enum { TCP_LISTEN_ROWS = 4 };
extern const struct object_row tcp_listen_rows[TCP_LISTEN_ROWS];

/* tcp_passive.c: from the SYN to the accept queue */
void tcp_passive_syn(struct step *, struct tcb *listener, const struct segment *,
                     uint32_t iss); /* iss 0: any; else beyond those of a TIME-WAIT */
struct tcb *tcp_passive_child(struct step *, struct tcb *listener, const struct segment *);
bool tcp_passive_accepts(struct step *, struct tcb *listener, const struct segment *);
void tcp_passive_syn_again(struct step *, struct tcb *);
bool tcp_passive_admits(struct step *, struct tcb *, const struct segment *); /* false: ended */
void tcp_passive_established(struct step *, struct tcb *);
void tcp_passive_reset(struct step *, struct tcb *, const char *clause); /* back to LISTEN */
void tcp_passive_timeout(struct step *, struct tcb *);
void tcp_queue_rest_of_syn(struct step *, struct tcb *, const struct segment *);

/* tcp_cookie.c */
uint32_t tcp_cookie_make(const struct step *, const struct segment *syn);
uint32_t tcp_cookie_mss(const struct step *, const struct segment *ack); /* 0: none of ours */
void tcp_cookie_answer(struct step *, struct tcb *listener, const struct segment *syn);
bool tcp_cookie_ack(struct step *, struct tcb *listener, const struct segment *); /* taken */

/* tcp_fastopen.c */
void tcp_fastopen_option(const struct step *, const struct tcb *, uint32_t flags,
                         struct tcp_options *);
uint32_t tcp_fastopen_room(struct step *, struct tcb *); /* octets of text for our SYN */
void tcp_fastopen_answered(struct step *, struct tcb *, const struct segment *, uint32_t acked);
void tcp_fastopen_syn(struct step *, struct tcb *child, const struct segment *);
void tcp_fastopen_settle(struct step *, struct tcb *child);

/* tcp_peer.c */
const struct tcp_peer *tcp_peer_get(struct lab *, uint32_t node, ip4); /* NULL: a stranger */
void tcp_peers_forget(struct step *, uint32_t node);
void tcp_peer_stamp(struct step *, const struct tcb *); /* as its TIME-WAIT begins */
bool tcp_peer_is_late(struct step *, const struct segment *syn);
void tcp_peer_cookie(struct step *, const struct tcb *, const struct segment *);

/* tcp_time_wait.c: TIME-WAIT and orphans */
void tcp_crowd(struct step *, struct tcb *, enum tcp_crowd);
bool tcp_time_wait_enter(struct step *, struct tcb *); /* false: no room; it is gone */
void tcp_time_wait_begin(struct step *, struct tcb *); /* or again */
void tcp_time_wait_segment(struct step *, struct tcb *, const struct segment *);
uint32_t tcp_time_wait_reopens(const struct step *, const struct tcb *, const struct segment *);
bool tcp_time_wait_reusable(const struct step *, const struct tcb *, bool bound);
uint32_t tcp_time_wait_reuse(struct step *, struct tcb *);
bool tcp_fin_wait_2_orphan(struct step *, struct tcb *, bool fin_follows);
void tcp_orphaned(struct step *, struct id connection);

/* tcp_demux.c */
void tcp_hash_in(struct step *, struct tcb *);
void tcp_hash_out(struct step *, struct tcb *);
struct id tcp_find(struct lab *, uint32_t node, struct tcp_endpoint local,
                   struct tcp_endpoint remote);
struct id tcp_find_listener(struct lab *, uint32_t node, struct tcp_endpoint local);
uint32_t tcp_choose_port(struct step *, uint32_t node, ip4 local, struct tcp_endpoint remote);

/* tcp_iss.c */
uint32_t tcp_iss(struct step *, const struct tcb *);
uint32_t tcp_ts_offset(const struct lab *, const struct tcb *);
uint32_t tcp_ts_now(const struct step *, const struct tcb *);
uint32_t tcp_ts_at(const struct step *, const struct tcb *, sim_time); /* our clock then */

/* tcp_buffer.c */
size_t tcp_buffer_append(struct step *, struct tcp_buffer *, const uint8_t *octets, size_t count);
void tcp_buffer_read(struct step *, struct tcp_buffer *, uint32_t offset, uint8_t *out,
                     size_t count);
void tcp_buffer_drop(struct step *, struct tcp_buffer *, size_t count);
bool tcp_queue_insert(struct step *, struct tcb *, uint32_t seq, const uint8_t *octets,
                      size_t count);
uint32_t tcp_queue_take(struct step *, struct tcb *); /* octets that have become in order */
bool tcp_queue_run(const struct lab *, const struct tcb *, uint32_t seq, struct tcp_range *run);
void tcp_queue_drop(struct step *, struct tcb *);
void tcp_buffers_free(struct step *, struct tcb *);

/* tcp_rtt.c */
void tcp_rtt_begin(struct step *, struct tcb *);
void tcp_rtt_sent(struct step *, struct tcb *, uint32_t end); /* a first transmission */
void tcp_rtt_repeated(const struct step *, struct tcb *);     /* MUST-18: Karn's algorithm */
void tcp_rtt_acked(struct step *, struct tcb *, const struct segment *, const struct tcp_news *);
void tcp_rtt_heard(struct step *, struct tcb *, const struct tcp_news *);
void tcp_rtt_established(struct step *, struct tcb *);
sim_time tcp_backed_off(const struct step *, const struct tcb *, sim_time rto);

/* tcp_tuning.c */
uint32_t tcp_tuning_largest(const struct lab *, const struct tcb *);
void tcp_tuning_first_window(const struct lab *, struct tcb *, uint32_t segment);
void tcp_tuning_clamp(struct tcb *); /* TCP_WINDOW_CLAMP has been set */
void tcp_tuning_text(struct step *, struct tcb *, const struct segment *);
void tcp_tuning_read(struct step *, struct tcb *, size_t count);
void tcp_tuning_window(const struct lab *, struct tcb *); /* CWND has changed */
uint32_t tcp_send_limit(const struct lab *, const struct tcb *);
uint32_t tcp_send_held(const struct lab *, const struct tcb *); /* of that limit */
uint32_t tcp_send_free(const struct lab *, const struct tcb *); /* octets taken now */

/* tcp_ecn.c */
enum { TCP_NEW_TEXT = 0x10000 }; /* a flag for tcp_transmit() alone: this goes out the first time */
void tcp_ecn_agree(const struct step *, struct tcb *, const struct segment *); /* the peer's SYN */
uint32_t tcp_ecn_flags(const struct step *, struct tcb *, uint32_t flags, uint32_t text_count,
                       bool fresh, uint8_t *ip_field);
void tcp_ecn_text(struct step *, struct tcb *, const struct segment *);
void tcp_ecn_acked(struct step *, struct tcb *, const struct segment *);

/* tcp_output.c */
enum ip_result tcp_transmit(struct step *, struct tcb *, uint32_t seq, uint32_t flags,
                            uint32_t text_count);
enum ip_result tcp_transmit_again(struct step *, struct tcb *, uint32_t seq, uint32_t flags,
                                  uint32_t text_count, uint32_t repeats);
void tcp_output(struct step *, struct tcb *);   /* data, FIN, window, ACK: all that is due */
void tcp_send_ack(struct step *, struct tcb *); /* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> now */
void tcp_send_synack(struct step *, struct tcb *);
void tcp_send_reset(struct step *, struct tcb *); /* our own reset: <SEQ=SND.NXT><CTL=RST,ACK> */
void tcp_refuse(struct step *, const struct segment *); /* the reset that answers a segment */
void tcp_retransmit(struct step *, struct tcb *);
uint32_t tcp_window_update(const struct lab *, struct tcb *,
                           uint32_t flags); /* sets RCV.WND; the header's field */
bool tcp_window_opens(const struct lab *,
                      const struct tcb *); /* an update is worth a segment of its own */
bool tcp_send_text(struct step *, struct tcb *, uint32_t count, uint32_t flags); /* now */
bool tcp_send_probe(struct step *, struct tcb *); /* a segment of new text, whatever CWND says */
uint32_t tcp_text_room(const struct step *, const struct tcb *); /* of one segment */
uint32_t tcp_unsent(const struct tcb *); /* octets of text, the FIN not counted */

/* tcp_burst.c: Linux hands several segments down at a time. Another one is to leave now; left 0:
 * it is the last of its burst. */
struct tcp_burst {
    uint32_t left, segments;
};
uint32_t tcp_burst_octets(const struct tcb *); /* the most of one, as far as the peer goes */
uint32_t tcp_burst_segments(const struct lab *, const struct tcb *);
void tcp_burst_take(const struct lab *, const struct tcb *, struct tcp_burst *, uint32_t usable);

/* tcp_ack.c: when to acknowledge what came in */
void tcp_ack_later(struct step *, struct tcb *);
void tcp_ack_text(struct step *, struct tcb *, size_t count);
void tcp_ack_sent(struct step *, struct tcb *);
void tcp_ack_challenge(struct step *, struct tcb *, const struct segment *);
void tcp_quick_acks(struct step *, struct tcb *);
void tcp_sack_received(struct step *, struct tcb *, uint32_t seq);
void tcp_sack_advance(struct tcb *);

/* tcp_options.c: what the SYNs agree on */
void tcp_offer(struct step *, struct tcb *);                         /* before our SYN */
void tcp_first_window(struct step *, struct tcb *);                  /* of an active OPEN */
void tcp_agree(struct step *, struct tcb *, const struct segment *); /* after the peer's */
void tcp_options_fill(const struct step *, const struct tcb *, uint32_t flags,
                      struct tcp_options *);

/* tcp_persist.c */
void tcp_persist_begin(struct step *, struct tcb *);
void tcp_persist_answered(struct step *, struct tcb *);
void tcp_persist_timeout(struct step *, struct tcb *);

/* tcp_patience.c: when the peer, or the way to it, is taken for dead */
void tcp_keepalive_begin(struct step *, struct tcb *);
void tcp_keepalive_wish(struct step *, struct tcb *, const struct tcp_wishes *before);
void tcp_keepalive_timeout(struct step *, struct tcb *);
void tcp_alive(struct step *, struct tcb *, bool progress); /* an ACK has come */
void tcp_user_timer(struct step *, struct tcb *, bool progress);
void tcp_user_timeout(struct step *, struct tcb *);
void tcp_negative_advice(struct step *, struct tcb *); /* MUST-20: R1 has been reached */
sim_time tcp_before_user_timeout(const struct step *, const struct tcb *, sim_time since,
                                 sim_time after);

/* tcp_user.c */
void tcp_inherit(struct step *, struct tcb *child, const struct tcb *listener);
void tcp_apply_wishes(struct step *, struct tcb *);

/* tcp_route.c */
void tcp_route_take(struct step *, struct tcb *child, const struct ip_in *);
void tcp_route_later(struct step *, struct tcb *, const struct ip_in *);
void tcp_route_put(const struct tcb *, struct ip_out *);
ip4 tcp_route_first(ip4 dst, const struct tcp_wishes *);
uint32_t tcp_mtu_room(const struct tcb *, uint32_t mtu);

/* tcp_urgent.c */
void tcp_urgent_send(struct tcb *);
bool tcp_urgent_pointer(const struct tcb *, uint32_t seq, uint16_t *pointer);
void tcp_urgent_in(struct step *, struct tcb *, const struct segment *);
size_t tcp_urgent_limit(struct step *, struct tcb *, bool peek, size_t count);
void tcp_urgent_advance(struct tcb *);
void tcp_urgent_acked(struct tcb *);

void tcp_path_changed(struct step *, struct tcb *); /* tcp_icmp.c */

/* tcp_timer.c */
bool tcp_given_up(const struct step *, const struct tcb *); /* R2 has been reached */
void tcp_timer_start(struct step *, struct tcb *, uint32_t kind, sim_time after);
void tcp_timer_stop(struct step *, struct tcb *, uint32_t kind);
/* Of the timers for retransmission, loss probe and reordering only one runs at a time. */
void tcp_timer_alone(struct step *, struct tcb *, uint32_t kind, sim_time after);
void tcp_repair_timers_stop(struct step *, struct tcb *);
bool tcp_repair_timer_runs(const struct lab *, const struct tcb *);
bool tcp_timer_runs(const struct lab *, const struct tcb *, uint32_t kind, sim_time *at);
void tcp_timers_stop(struct step *, struct tcb *);

#endif
