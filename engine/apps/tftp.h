#ifndef NETSTEP_APPS_TFTP_H
#define NETSTEP_APPS_TFTP_H
/*
 * TFTP, RFC 1350 with the options of RFC 2347: what its files give to one another. A transfer is
 * one file on its way, at either end; whoever began it, one end sends DATA and the other ACKs.
 */
#include "apps/file.h"
#include "sim/event.h"
#include "sim/trace.h"
#include "stack/socket.h"
#include "stack/sysctl.h"
#include "wire/tftp.h"

enum tftp_state {
    TFTP_CLOSED,
    TFTP_REQUESTED,   /* a client's request is out */
    TFTP_NEGOTIATING, /* a server's OACK is out */
    TFTP_SENDING,
    TFTP_LAST_BLOCK, /* the block that ends the file is out */
    TFTP_RECEIVING,
    TFTP_DALLYING, /* all is here; the last ACK may have been lost */
    TFTP_STATE_COUNT
};
enum tftp_option { TFTP_BLKSIZE, TFTP_TIMEOUT, TFTP_TSIZE, TFTP_WINDOWSIZE, TFTP_OPTION_COUNT };
enum {
    TFTP_BLKSIZE_LEAST = 8, /* RFC 2348 */
    TFTP_BLKSIZE_MOST = 65464,
    TFTP_BLKSIZE_USUAL = 512,
    TFTP_WINDOWSIZE_MOST = 64, /* see tftp_options.c */
    TFTP_PACKET_MAX = TFTP_HEADER + TFTP_BLKSIZE_MOST
};

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
/* Where a block begins in the file. In netascii one octet of the file may be two of the text, and
 * a block may end between them. */
struct tftp_position {
    uint64_t offset;
    uint32_t half; /* the first of the two was in the block before */
    uint32_t reserved;
};
struct tftp_transfer {
    struct id self, process, socket, file, timer;
    struct tftp_position position; /* of block `una` */
    struct file_place place;
    uint64_t una, sent;         /* the sender: first block not acknowledged, last one sent */
    uint64_t block, window_end; /* the receiver: last block in order, where to acknowledge */
    uint64_t final;             /* the sender: the block that ends the file; 0: not come to yet */
    uint64_t octets;            /* of the file, that are across */
    uint64_t value[TFTP_OPTION_COUNT]; /* asked for, then agreed */
    sim_time timeout, srtt, rttvar;
    sim_time least_trip; /* the shortest round trip so far; 0: none was measured */
    sim_time sent_at;    /* the window, or what waits for an answer */
    sim_time began_at;
    uint32_t node, state;
    uint32_t server, sends; /* which end this is; whether it sends DATA */
    ip4 peer;
    uint32_t peer_port; /* the peer's TID; 0: not known yet */
    uint32_t options;   /* bit of each enum tftp_option: asked for, then agreed */
    uint32_t blksize, windowsize;
    uint32_t netascii, carriage; /* carriage: a CR has come, what follows tells what it means */
    uint32_t retries, repeated;  /* repeated: no round trip is measured by what is out */
    uint32_t told_gap, in_burst; /* the receiver: see tftp_receive.c */
    uint32_t rollover;           /* the block behind 65535 */
    uint32_t verbose, talk;      /* how a client tells its user, enum tftp_talk */
    uint32_t server_port;        /* where the request went */
    uint32_t well_known;         /* the server's port is that of the request, tftp.server_tid */
    char name[FILE_NAME_ROOM];   /* as the request has it */
};
#pragma GCC diagnostic pop
enum tftp_talk { TFTP_TALK_NONE, TFTP_TALK_HPA, TFTP_TALK_ATFTP };

/* tftp_transfer.c: a transfer's life, its states and their figure. */
const struct tftp_transfer *tftp_get(const struct lab *, struct id);
struct tftp_transfer *tftp_edit(struct step *, struct id);
struct tftp_transfer *tftp_create(struct step *, uint32_t node, struct id process); /* NULL */
void tftp_enter(struct step *, struct tftp_transfer *, enum tftp_state, const char *clause);
/* Closes the socket and forgets the transfer; its file is what became of it. */
void tftp_destroy(struct step *, struct id, const char *clause);
void tftp_packet_in(struct step *, struct id, struct tcp_endpoint from, const uint8_t *, size_t);
bool tftp_put_out(struct step *, struct tftp_transfer *, const struct writer *);
void tftp_error_out(struct step *, struct tftp_transfer *, struct tcp_endpoint to, enum tftp_error,
                    const char *message);
/* The end. Whoever waits for it is told: the user, or nobody at a server's end. */
void tftp_done(struct step *, struct tftp_transfer *, const char *clause);
void tftp_fail(struct step *, struct tftp_transfer *, enum tftp_error, const char *message);
void tftp_resume(struct step *, struct id process);
void tftp_interrupt(struct step *, struct id process);

/* tftp_timer.c: RFC 1123 4.2.3.2. */
void tftp_wait(struct step *, struct tftp_transfer *);     /* for an answer to what was sent */
void tftp_measure(struct step *, struct tftp_transfer *);  /* the answer has come */
void tftp_progress(struct step *, struct tftp_transfer *); /* it says something new */
void tftp_dally(struct step *, struct tftp_transfer *);

/* tftp_options.c: RFC 2347, 2348, 2349, 7440. */
const char *tftp_option_name(enum tftp_option);
void tftp_request_out(struct step *, struct tftp_transfer *);
void tftp_oack_out(struct step *, struct tftp_transfer *);
/* A server reads what it is asked for; false: it was refused, and *message says why. */
bool tftp_options_asked(struct step *, struct tftp_transfer *, struct reader, uint64_t blksize_most,
                        const char (*refused)[16], enum tftp_error *, const char **message);
/* A client reads what was agreed; false: that is not what it asked for. */
bool tftp_options_agreed(struct tftp_transfer *, struct reader);
void tftp_options_denied(struct tftp_transfer *);

/* tftp_send.c and tftp_receive.c: the two ends of DATA. */
void tftp_send_begin(struct step *, struct tftp_transfer *);
void tftp_send_again(struct step *, struct tftp_transfer *);
void tftp_ack_in(struct step *, struct tftp_transfer *, uint16_t block);
void tftp_receive_begin(struct step *, struct tftp_transfer *);
void tftp_ack_again(struct step *, struct tftp_transfer *);
void tftp_data_in(struct step *, struct tftp_transfer *, uint16_t block, struct reader octets);
/* Block numbers count on; on the wire they begin again behind 65535. */
uint16_t tftp_wire_block(const struct tftp_transfer *, uint64_t block);
/* The first block from `from` on that has this number on the wire. */
uint64_t tftp_block_at(const struct tftp_transfer *, uint64_t from, uint16_t wire);

/* tftp_client.c: what the user is told. */
void tftp_tell_done(struct step *, const struct tftp_transfer *);
void tftp_tell_error(struct step *, const struct tftp_transfer *, uint32_t code, const char *text);
void tftp_tell_retry(struct step *, const struct tftp_transfer *);
void tftp_tell_timeout(struct step *, const struct tftp_transfer *);

#endif
