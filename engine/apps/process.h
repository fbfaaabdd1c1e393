#ifndef NETSTEP_APPS_PROCESS_H
#define NETSTEP_APPS_PROCESS_H
/*
 * Processes: a descriptor table, the line that runs, and the program's own state as data. A
 * program that must wait returns; app_resume() in shell.c calls it again when a socket or its
 * timer wakes the process, as a step of its own.
 */
#include "apps/dump.h"
#include "base/text.h"
#include "sim/event.h"
#include "sim/limits.h"
#include "sim/trace.h"
#include "stack/iface.h"
#include "stack/socket.h"

enum {
    FD_FIRST = 3,
    FD_COUNT = 16,
    WORDS_MAX = 32,
    LINE_QUEUE_ROOM = 1024,
    NC_TEXT_ROOM = 128,
    HOST_ROOM = NODE_NAME_ROOM,
    CHAIN_NAME_ROOM = 32
};

enum app {
    APP_IDLE,
    APP_SLEEP,
    APP_CALL,
    APP_PING,
    APP_NC,
    APP_TRACEROUTE,
    APP_FORGE,
    APP_ARPING,
    APP_TCPDUMP,
    APP_TFTP, /* one transfer */
    APP_TFTP_SERVER,
    APP_RIPD, /* daemons, whose state is the node's: routing/ */
    APP_OSPFD,
    APP_STATICD
};
/* vtysh's modes: what the next line of the process is tried as first. */
enum vtysh_mode_kind {
    VTYSH_SHELL,
    VTYSH_CONFIGURE,
    VTYSH_INTERFACE,
    VTYSH_RIP,
    VTYSH_OSPF,
    VTYSH_KEY_CHAIN,
    VTYSH_KEY
};
enum process_kind_of { PROCESS_OWN, PROCESS_NAMED, PROCESS_CONSOLE };

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct call_state { /* a socket call that has not returned */
    uint32_t kind, fd;
    uint64_t count, done;
    uint32_t text, flags;       /* text: send the text of the line, not the pattern */
    uint32_t opening, reserved; /* the SYN has carried the first octets: sendto */
};
enum ping_flag {
    PING_FLOOD = 1,
    PING_QUIET = 2,
    PING_NUMERIC = 4,
    PING_STAMPED = 8,      /* -D: the time of day before each line */
    PING_OUTSTANDING = 16, /* -O: says which replies are still to come */
    PING_BROADCAST = 32
};
enum ping_options { PING_NO_OPTIONS, PING_ROUTE, PING_TIMES, PING_HOPS };
struct ping_state {
    struct id socket;
    sim_time interval, wait, deadline;
    sim_time first_at, last_at, next_at; /* next_at 0: nothing more to send */
    uint64_t count;                      /* 0: without end */
    uint64_t sent, received, errors, duplicates;
    uint64_t sum_us, square_us, least_us, most_us;
    uint64_t average_us; /* eight times the moving average */
    uint64_t seen[4];    /* of the last 256 sequence numbers */
    ip4 dst, src;
    uint32_t size, ttl, tos, flags, preload;
    uint32_t path;                  /* enum ping_path: -M */
    uint32_t pipe;                  /* requests under way at a time, at most */
    uint32_t options, stamp_format; /* enum ping_options; of -T: RFC 791's flag */
    uint32_t option_count, pattern_count, recorded_count;
    uint8_t option[40], recorded[40], pattern[16];
    char host[HOST_ROOM];
    char device[INTERFACE_NAME_ROOM]; /* -I with an interface's name */
};
struct nc_state {
    struct id listener, socket;
    uint64_t input, sent, received;
    sim_time give_up; /* -w; 0: none */
    uint32_t state, udp, keep, verbose, zero, shut_at_end, listen;
    uint32_t has_input, text_length, closed; /* closed: the peer's side has ended */
    uint32_t shown, cut;                     /* octets printed; cut: more came than are printed */
    struct tcp_endpoint peer;
    uint32_t port, peer_known;
    char host[HOST_ROOM];
    char text[NC_TEXT_ROOM];
    char partial[NC_TEXT_ROOM]; /* a line whose end has not come */
    uint32_t partial_length, reserved;
    uint64_t text_at; /* how much had been sent before `text` */
};
struct traceroute_state {
    struct id socket;
    sim_time sent_at;
    ip4 dst, last_from;
    sim_time wait;
    uint32_t ttl, most, probe, probes, printed, reached;
    uint32_t first, port, icmp, numeric; /* port: of the first probe */
    char host[HOST_ROOM];
    char row[LINE_ROOM];
};
struct arping_state {
    sim_time interval, deadline, sent_at; /* deadline 0: none */
    uint64_t count;                       /* 0: without end */
    uint64_t sent, broadcasts, received, requests, broadcast_replies;
    ip4 src, dst;
    uint32_t interface, probe, unasked, reply; /* probe: -D */
    uint32_t first_only, broadcast_only, quiet, done;
    uint8_t to[MAC_OCTETS], reserved[2]; /* to: everybody, or who answered */
};
struct tcpdump_state { /* the rest is in the line */
    sim_time first_at, last_at;
    uint64_t captured, received;
    uint32_t interface, done; /* interface 0: all of them */
    struct dump_flows flows;
};
struct forge_state { /* the rest is in the line */
    uint64_t done;
};
struct transfer_state { /* a client, or what the server forked */
    struct id transfer;
};
enum { DIRECTORY_ROOM = 64, REFUSED_OPTIONS_MAX = 4, OPTION_NAME_ROOM = 16 };
struct tftp_server_state {
    struct id socket;
    uint32_t create, permissive, verbose;                /* -c, -p, -v */
    uint32_t blksize_most, retransmission_ms;            /* -B, -T; 0: not said */
    uint32_t port_low, port_high, reserved;              /* -R; 0: any */
    char root[DIRECTORY_ROOM];                           /* "" or "boot/" */
    char refused[REFUSED_OPTIONS_MAX][OPTION_NAME_ROOM]; /* -r */
};
struct vtysh_mode {
    uint32_t mode, interface; /* interface: of VTYSH_INTERFACE */
    uint32_t configures;      /* after `configure terminal`, to which `exit` goes back */
    uint32_t key;             /* of VTYSH_KEY */
    char chain[CHAIN_NAME_ROOM];
};
struct daemon_state {
    uint32_t started, reserved; /* it has an instance, and P_start was called */
};
struct process {
    struct id next; /* the node's list, newest first */
    struct id timer;
    struct id fd[FD_COUNT];
    uint64_t fd_sent[FD_COUNT]; /* octets of the pattern sent so far by each descriptor */
    uint32_t node, pid, app, kind;
    uint32_t quiet;             /* output goes to /dev/null */
    uint32_t typed;             /* a person typed the line */
    uint32_t has_input, queued; /* queued: octets of `queue` */
    uint64_t input;             /* octets of the pattern that stand at its input */
    struct vtysh_mode vtysh;
    char name[PROCESS_NAME_ROOM];
    char line[LINE_ROOM];        /* what runs, as it was typed */
    char piped[NC_TEXT_ROOM];    /* text that stands at its input; "": none */
    char queue[LINE_QUEUE_ROOM]; /* lines that wait, each with its NUL */
    union {
        struct call_state call;
        struct ping_state ping;
        struct nc_state nc;
        struct traceroute_state traceroute;
        struct forge_state forge;
        struct arping_state arping;
        struct tcpdump_state tcpdump;
        struct transfer_state tftp;
        struct tftp_server_state tftp_server;
        struct daemon_state daemon;
    } of;
};
#pragma GCC diagnostic pop

const struct process *process_get(const struct lab *, struct id);
struct process *process_edit(struct step *, struct id);
struct id process_create(struct step *, uint32_t node, const char *name, enum process_kind_of);
struct id process_named(const struct lab *, uint32_t node, const char *name);
struct id process_with_pid(const struct lab *, uint32_t node, uint64_t pid);
struct id process_first(const struct lab *, uint32_t node); /* then ->next */
/* The line has returned: an own process ends with it, a named one takes its next line. */
void process_return(struct step *, struct id);
void process_destroy(struct step *, struct id); /* closes its descriptors, as exit does */
void process_wait_until(struct step *, struct id, sim_time at);
void process_stop_timer(struct step *, struct id);
/* Prints a line; several when it holds newlines. Not at all when its output is redirected. */
void process_print(struct step *, struct id, const char *);
void process_say(struct step *, struct id, struct text *); /* prints and empties it */
/* What a call returned: prints its error, if it is one, and traces it. */
void process_returned(struct step *, struct id, const char *call, int64_t value);

uint32_t fd_open(struct step *, struct id process, struct id socket); /* 0: EMFILE */
struct id fd_socket(const struct lab *, struct id process, uint64_t fd);

/* The octets that programs send when nobody gives them others: lines of 16 octets that tell
 * their own offset, "netstep 0000010\n", so that a gap shows. */
void pattern_fill(uint8_t *out, uint64_t offset, size_t count);

#endif
