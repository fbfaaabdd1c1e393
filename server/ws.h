#ifndef NETSTEP_SERVER_WS_H
#define NETSTEP_SERVER_WS_H
/*
 * The sender of the streams: one thread that owns every WebSocket. It never listens and never sees
 * a stranger's request: the HTTP side checks the upgrade, keeps its connection suspended, and hands
 * over a duplicate of the socket (server/README.md, "One port").
 */
#include "channel.h"
#include "labs.h"
#include "log.h"

struct ws;
/* One upgrade that has been checked. What it holds passes to the sender. */
struct ws_visit {
    int fd;           /* a duplicate of the connection's socket */
    char key[25];     /* Sec-WebSocket-Key: 24 characters of base64 */
    bool packed;      /* permessage-deflate was offered */
    bool no_takeover; /* with server_no_context_takeover */
    struct log *log;  /* held */
    uint64_t offset;
    struct channel *channel; /* held */
    struct buffer greeting;  /* whole lines to send first */
    void (*gone)(void *);    /* called once, when the socket is not used any more */
    void *gone_argument;
};
struct ws *ws_start(char *why, size_t size);       /* NULL after a complaint */
void ws_hand_over(struct ws *, struct ws_visit *); /* the visit is copied; any thread */
unsigned ws_viewers(const struct ws *);            /* those under way included */
/* A log or a channel has news; any thread. The signatures are those of struct labs_ears. */
void ws_published(void *ws, struct log *);
void ws_noted(void *ws, struct channel *);
/* Closes every stream with 1001, waits at most two seconds for those that are slow, and ends. */
void ws_stop(struct ws *);

#endif
