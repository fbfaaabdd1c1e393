#include "ws.h"
/*
 * One libwebsockets context, one thread, no listener. Rules that were learnt the hard way:
 *
 * - lws_adopt_socket_vhost_readbuf() serves synchronously and may have destroyed the wsi before it
 *   returns, so its result is ignored; the viewer is tied to the wsi when lws instantiates it and
 *   released when lws destroys it.
 * - The only call that is legal from another thread is lws_cancel_service().
 * - lws's own permessage-deflate can be made to abort by one message from a client, so it is never
 *   registered. The extension here only sets RSV1 on what the log has compressed (RFC 7692 6.1); it
 *   never inflates, and any data from a viewer closes the stream with 1008.
 * - tx_packet_size must not be below a message, or lws copies the rest of each one.
 * - A batch must not wait for the ACK of the one before it (Nagle against delayed ACKs: 40 ms).
 * - A frozen viewer pins what its kernel buffer holds: SO_SNDBUF is bounded.
 */
#include <errno.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "metrics.h"
#include "pacer.h"
#include "report.h"

enum {
    SEND_BUFFER = 256 * 1024,
    SCRATCH = LOG_CHUNK,
    STOP_WAIT_MS = 2000,
    PING_S = 30,
    HANGUP_S = 90
};

struct viewer {
    struct ws_visit visit;
    struct ws *ws;
    struct lws *wsi;
    struct viewer *next_visit;             /* in the inbox */
    struct viewer *next_all, **link_all;   /* of the context */
    struct viewer *next_log, **link_log;   /* of the same log */
    struct viewer *next_room, **link_room; /* of the same channel */
    uint64_t offset, note_seen;
    bool open, idle, packing, greeted;
};

struct ws {
    struct lws_context *context;
    pthread_t thread;
    char *scratch; /* LWS_PRE octets, then a message */
    _Atomic unsigned viewers;
    _Atomic bool woken, stop;
    _Atomic int64_t published_at;

    pthread_mutex_t lock; /* guards the next three */
    struct viewer *inbox, **inbox_end;
    struct log *dirty_logs;
    struct channel *dirty_channels;

    struct viewer *all; /* the thread's own */
    struct viewer *adopting;
    bool closing;
    int64_t lag_due;
};

/* ---------------------------------------------------------------------- from other threads */

static void wake(struct ws *ws) {
    if (!atomic_exchange(&ws->woken, true)) lws_cancel_service(ws->context);
}

static void viewer_free(struct viewer *v) {
    log_release(v->visit.log);
    channel_release(v->visit.channel);
    buffer_free(&v->visit.greeting);
    atomic_fetch_sub(&v->ws->viewers, 1);
    v->visit.gone(v->visit.gone_argument);
    free(v);
}

unsigned ws_viewers(const struct ws *ws) {
    return atomic_load(&ws->viewers);
}

void ws_hand_over(struct ws *ws, struct ws_visit *visit) {
    struct viewer *v = calloc(1, sizeof *v);
    atomic_fetch_add(&ws->viewers, 1);
    if (!v) {
        struct viewer lost = {.visit = *visit, .ws = ws};
        close(visit->fd);
        log_release(lost.visit.log);
        channel_release(lost.visit.channel);
        buffer_free(&lost.visit.greeting);
        atomic_fetch_sub(&ws->viewers, 1);
        lost.visit.gone(lost.visit.gone_argument);
        return;
    }
    v->visit = *visit;
    v->ws = ws;
    v->offset = visit->offset;
    v->idle = true;
    pthread_mutex_lock(&ws->lock);
    *ws->inbox_end = v;
    ws->inbox_end = &v->next_visit;
    pthread_mutex_unlock(&ws->lock);
    wake(ws);
}

void ws_published(void *user, struct log *log) {
    struct ws *ws = user;
    struct log_audience *audience = log_audience(log);
    if (!atomic_load(&audience->viewers) || atomic_exchange(&audience->dirty, true)) return;
    log_hold(log);
    pthread_mutex_lock(&ws->lock);
    if (!ws->dirty_logs) atomic_store(&ws->published_at, wall_now());
    audience->next = ws->dirty_logs;
    ws->dirty_logs = log;
    pthread_mutex_unlock(&ws->lock);
    wake(ws);
}

void ws_noted(void *user, struct channel *channel) {
    struct ws *ws = user;
    if (atomic_exchange(&channel->dirty, true)) return;
    channel_hold(channel);
    pthread_mutex_lock(&ws->lock);
    channel->next = ws->dirty_channels;
    ws->dirty_channels = channel;
    pthread_mutex_unlock(&ws->lock);
    wake(ws);
}

/* --------------------------------------------------------------------------------- viewers */

#define JOIN(v, head, member)                                                                      \
    do {                                                                                           \
        (v)->next_##member = (head);                                                               \
        (v)->link_##member = &(head);                                                              \
        if ((v)->next_##member) (v)->next_##member->link_##member = &(v)->next_##member;           \
        (head) = (v);                                                                              \
    } while (0)
#define LEAVE(v, member)                                                                           \
    do {                                                                                           \
        *(v)->link_##member = (v)->next_##member;                                                  \
        if ((v)->next_##member) (v)->next_##member->link_##member = (v)->link_##member;            \
    } while (0)

static void viewer_open(struct viewer *v, struct lws *wsi) {
    struct log_audience *audience = log_audience(v->visit.log);
    int size = SEND_BUFFER, one = 1;
    v->wsi = wsi;
    v->open = true;
    setsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    setsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    JOIN(v, v->ws->all, all);
    JOIN(v, audience->watchers, log);
    JOIN(v, v->visit.channel->watchers, room);
    atomic_fetch_add(&audience->viewers, 1);
    if (v->visit.packed) atomic_fetch_add(&audience->packed, 1);
    atomic_fetch_add(&v->visit.channel->viewers, 1);
    metric_add(METRIC_VIEWERS, 1);
    metric_add(METRIC_OPENED, 1);
    v->idle = false;
    lws_callback_on_writable(wsi);
}

static void viewer_close(struct viewer *v) {
    if (!v->open) return;
    struct log_audience *audience = log_audience(v->visit.log);
    v->open = false;
    LEAVE(v, all);
    LEAVE(v, log);
    LEAVE(v, room);
    if (!v->ws->all) metric_set(METRIC_LAG_OCTETS, 0); /* nobody is left to be behind */
    atomic_fetch_sub(&audience->viewers, 1);
    if (v->visit.packed) atomic_fetch_sub(&audience->packed, 1);
    atomic_fetch_sub(&v->visit.channel->viewers, 1);
    metric_add(METRIC_VIEWERS, -1);
    metric_add(METRIC_CLOSED, 1);
}

static void want_writable(struct viewer *v) {
    if (!v->idle) return;
    v->idle = false;
    lws_callback_on_writable(v->wsi);
}

/* One message. lws writes the frame's header before the payload, hence the copy. */
static int send_message(struct viewer *v, const void *octets, size_t length, bool packed) {
    char *at = v->ws->scratch + LWS_PRE, *own = NULL;
    if (length > SCRATCH) {
        own = malloc(LWS_PRE + length);
        if (!own) return -1;
        at = own + LWS_PRE;
    }
    if (octets != at) memcpy(at, octets, length);
    v->packing = packed;
    int sent = lws_write(v->wsi, (unsigned char *)at, length, LWS_WRITE_TEXT);
    v->packing = false;
    free(own);
    metric_add(METRIC_SENT_MESSAGES, 1);
    metric_add(METRIC_SENT_OCTETS, (int64_t)length);
    if (packed) metric_add(METRIC_SENT_PACKED, 1);
    return sent < (int)length ? -1 : 0;
}

/* The next run of lines: a batch in its compressed form when the cursor stands at its start, else
 * as many whole lines as a chunk takes, which lets those who are behind catch up in large steps. */
static int send_lines(struct viewer *v) {
    struct log_batch *batch = v->visit.packed ? log_packed_at(v->visit.log, v->offset) : NULL;
    if (batch) {
        int result = send_message(v, batch->packed, batch->packed_length, true);
        v->offset = batch->offset + batch->length;
        log_batch_release(batch);
        return result;
    }
    long length = log_read(v->visit.log, v->offset, v->ws->scratch + LWS_PRE, SCRATCH);
    if (length < 0) return -1;
    if (length == 0) {
        v->idle = true;
        return 0;
    }
    metric_add(METRIC_FILE_CHUNKS, 1);
    v->offset += (uint64_t)length;
    return send_message(v, v->ws->scratch + LWS_PRE, (size_t)length, false);
}

static int viewer_writable(struct viewer *v) {
    char note[CHANNEL_NOTE];
    if (v->ws->closing) {
        lws_close_reason(v->wsi, LWS_CLOSE_STATUS_GOINGAWAY, (unsigned char *)"stopping", 8);
        return -1;
    }
    int result = 0;
    size_t length;
    if (!v->greeted) {
        v->greeted = true;
        result = send_message(v, v->visit.greeting.data, v->visit.greeting.length, false);
        buffer_free(&v->visit.greeting);
    } else if ((length = channel_get(v->visit.channel, &v->note_seen, note))) {
        result = send_message(v, note, length, false);
    } else {
        result = send_lines(v);
    }
    if (!result && !v->idle) lws_callback_on_writable(v->wsi);
    return result;
}

/* --------------------------------------------------------------------------- lws callbacks */

static int no_data(struct lws *wsi) {
    metric_add(METRIC_DATA_FROM_VIEWER, 1);
    lws_close_reason(wsi, LWS_CLOSE_STATUS_POLICY_VIOLATION,
                     (unsigned char *)"this stream is one way", 22);
    return -1;
}

static void woken(struct ws *ws);

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t length) {
    struct viewer *v = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    (void)user;
    switch ((int)reason) {
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED: woken(lws_context_user(lws_get_context(wsi))); return 0;
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED: {
        struct ws *ws = lws_context_user(lws_get_context(wsi));
        lws_set_opaque_user_data(wsi, ws->adopting);
        ws->adopting = NULL;
        return 0;
    }
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return in && !strcmp(in, "websocket") ? 0 : -1;
    case LWS_CALLBACK_HTTP: return -1; /* only upgrades are handed over */
    case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY: return v && v->visit.packed ? 0 : 1;
    case LWS_CALLBACK_ESTABLISHED:
        if (!v) return -1;
        viewer_open(v, wsi);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE: return v && v->open ? viewer_writable(v) : -1;
    case LWS_CALLBACK_RECEIVE: return no_data(wsi);
    case LWS_CALLBACK_CLOSED:
        if (v) viewer_close(v);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        if (!v) return 0;
        lws_set_opaque_user_data(wsi, NULL);
        viewer_close(v);
        viewer_free(v);
        return 0;
    default: return lws_callback_http_dummy(wsi, reason, user, in, length);
    }
}

/* RFC 7692, the sending half: marks what is compressed already. */
static int on_extension(struct lws_context *context, const struct lws_extension *extension,
                        struct lws *wsi, enum lws_extension_callback_reasons reason, void *user,
                        void *in, size_t length) {
    static const struct lws_ext_options options[] = {{"server_no_context_takeover", EXTARG_NONE},
                                                     {NULL, EXTARG_NONE}};
    (void)context;
    (void)extension;
    (void)user;
    (void)length;
    if (reason == LWS_EXT_CB_CONSTRUCT) {
        memcpy(in, &(const struct lws_ext_options *){options}, sizeof(void *));
    } else if (reason == LWS_EXT_CB_PACKET_TX_PRESEND) {
        struct viewer *v = lws_get_opaque_user_data(wsi);
        struct lws_tokens *frame = in;
        if (v && v->packing && frame->token) frame->token[0] |= 0x40; /* RSV1 */
    }
    return 0;
}

static const struct lws_protocols protocols[] = {
    {"netstep", on_event, 0, 1024, 0, NULL, 1 << 20}, /* tx_packet_size: above any chunk */
    {NULL, NULL, 0, 0, 0, NULL, 0}};
static const struct lws_extension extensions[] = {{"permessage-deflate", on_extension, NULL},
                                                  {NULL, NULL, NULL}};
static const lws_retry_bo_t alive = {.secs_since_valid_ping = PING_S,
                                     .secs_since_valid_hangup = HANGUP_S};

/* ------------------------------------------------------------------------------ the thread */

static void adopt(struct ws *ws, struct viewer *v) {
    char request[512];
    int n = snprintf(request, sizeof request,
                     "GET /ws HTTP/1.1\r\nHost: netstep\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: %s\r\n%s%s\r\n",
                     v->visit.key,
                     v->visit.packed ? "Sec-WebSocket-Extensions: permessage-deflate" : "",
                     !v->visit.packed       ? ""
                     : v->visit.no_takeover ? "; server_no_context_takeover\r\n"
                                            : "\r\n");
    ws->adopting = v;
    lws_adopt_socket_vhost_readbuf(lws_get_vhost_by_name(ws->context, "default"), v->visit.fd,
                                   request, (size_t)n);
    if (!ws->adopting) return;
    ws->adopting = NULL; /* lws never made a wsi of it, and has closed the socket */
    viewer_free(v);
}

static void take_visits(struct ws *ws, struct viewer *visits) {
    while (visits) {
        struct viewer *v = visits;
        visits = v->next_visit;
        if (ws->closing) {
            close(v->visit.fd);
            viewer_free(v);
        } else {
            adopt(ws, v);
        }
    }
}

static void wake_readers(struct log *logs, struct channel *channels) {
    while (logs) {
        struct log *log = logs;
        struct log_audience *audience = log_audience(log);
        logs = audience->next;
        atomic_store(&audience->dirty, false);
        for (struct viewer *v = audience->watchers; v; v = v->next_log) want_writable(v);
        log_release(log);
    }
    while (channels) {
        struct channel *channel = channels;
        channels = channel->next;
        atomic_store(&channel->dirty, false);
        for (struct viewer *v = channel->watchers; v; v = v->next_room) want_writable(v);
        channel_release(channel);
    }
}

static void measure_lag(struct ws *ws, int64_t wall) {
    if (wall < ws->lag_due) return;
    ws->lag_due = wall + 1000000000;
    uint64_t most = 0;
    for (struct viewer *v = ws->all; v; v = v->next_all) {
        uint64_t end = log_end(v->visit.log);
        if (end > v->offset && end - v->offset > most) most = end - v->offset;
    }
    metric_set(METRIC_LAG_OCTETS, (int64_t)most);
}

static void begin_closing(struct ws *ws) {
    ws->closing = true;
    for (struct viewer *v = ws->all; v; v = v->next_all) lws_callback_on_writable(v->wsi);
}

static void woken(struct ws *ws) {
    atomic_store(&ws->woken, false);
    metric_add(METRIC_WAKEUPS, 1);
    pthread_mutex_lock(&ws->lock);
    struct viewer *visits = ws->inbox;
    struct log *logs = ws->dirty_logs;
    struct channel *channels = ws->dirty_channels;
    ws->inbox = NULL;
    ws->inbox_end = &ws->inbox;
    ws->dirty_logs = NULL;
    ws->dirty_channels = NULL;
    pthread_mutex_unlock(&ws->lock);
    int64_t wall = wall_now();
    if (logs) metric_wake_us((uint64_t)(wall - atomic_load(&ws->published_at)) / 1000);
    if (atomic_load(&ws->stop) && !ws->closing) begin_closing(ws);
    wake_readers(logs, channels);
    take_visits(ws, visits);
    measure_lag(ws, wall);
}

static void *thread_main(void *argument) {
    struct ws *ws = argument;
    int64_t end = 0;
    while (!ws->closing || (ws->all && wall_now() < end)) {
        if (lws_service(ws->context, 0) < 0) break;
        if (ws->closing && !end) end = wall_now() + (int64_t)STOP_WAIT_MS * 1000000;
        if (ws->closing) wake(ws); /* so that a frozen viewer does not hold the loop */
        if (ws->closing) usleep(1000);
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------ life */

static void log_line(int level, const char *line) {
    char text[256];
    size_t length = strcspn(line, "\n");
    if (strstr(line, "calling service")) return; /* 4.1 says this of each adoption, as an error */
    snprintf(text, sizeof text, "%.*s", (int)(length < 250 ? length : 250), line);
    report_limited(level & LLL_ERR ? REPORT_WARN : REPORT_DEBUG, "websocket", "%s", text);
}

struct ws *ws_start(char *why, size_t size) {
    struct ws *ws = calloc(1, sizeof *ws);
    snprintf(why, size, "the sender of the streams cannot be started");
    if (!ws) return NULL;
    ws->inbox_end = &ws->inbox;
    pthread_mutex_init(&ws->lock, NULL);
    ws->scratch = malloc(LWS_PRE + SCRATCH);
    lws_set_log_level(LLL_ERR | LLL_WARN, log_line);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = protocols,
        .extensions = extensions,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .user = ws,
        .timeout_secs = 10,
        .max_http_header_data = 2048,
        .retry_and_idle_policy = &alive,
    };
    ws->context = ws->scratch ? lws_create_context(&info) : NULL;
    if (ws->context && !pthread_create(&ws->thread, NULL, thread_main, ws)) return ws;
    if (ws->context) lws_context_destroy(ws->context);
    free(ws->scratch);
    free(ws);
    return NULL;
}

void ws_stop(struct ws *ws) {
    if (!ws) return;
    atomic_store(&ws->stop, true);
    atomic_store(&ws->woken, true);
    lws_cancel_service(ws->context);
    pthread_join(ws->thread, NULL);
    woken(ws); /* what was handed over last is let go */
    lws_context_destroy(ws->context);
    pthread_mutex_destroy(&ws->lock);
    free(ws->scratch);
    free(ws);
}
