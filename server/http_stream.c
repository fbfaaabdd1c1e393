#include "http_request.h"
/*
 * From an HTTP request to a stream: idea S, "suspend and share". The upgrade is checked here (RFC
 * 6455 4.2.1), the lab's worker finds the place in the log, and the sender gets a duplicate of the
 * socket with a request that is written anew, in which only the key is the client's. MHD's own
 * connection stays suspended until the stream is over, because MHD would shut the shared socket
 * down; then the handler answers nothing and MHD closes its descriptor.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "metrics.h"

/* Does a comma-separated header contain this token? */
static bool has_token(const char *list, const char *token) {
    size_t length = strlen(token);
    while (list && *list) {
        while (*list == ' ' || *list == ',' || *list == '\t') list++;
        size_t n = strcspn(list, ", \t;");
        if (n == length && !strncasecmp(list, token, n)) return true;
        list += strcspn(list, ",");
    }
    return false;
}

/* 16 octets of base64: 22 characters and two '='. */
static bool good_key(const char *key) {
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return key && strlen(key) == 24 && strspn(key, base64) == 22 && !strcmp(key + 22, "==");
}

/* RFC 7692 7.1: the first offer that does not limit our window; we compress with 32 KiB. */
static bool offers_deflate(const char *offers, bool *no_takeover) {
    while (offers && *offers) {
        size_t n = strcspn(offers, ",");
        char offer[256];
        snprintf(offer, sizeof offer, "%.*s", (int)(n < 255 ? n : 255), offers);
        if (n < 255 && has_token(offer, "permessage-deflate") &&
            !strstr(offer, "server_max_window_bits")) {
            *no_takeover = strstr(offer, "server_no_context_takeover") != NULL;
            return true;
        }
        offers += n + (offers[n] == ',');
    }
    return false;
}

static enum MHD_Result refuse(struct request *r, unsigned status, const char *code,
                              const char *place, const char *say) {
    metric_add(METRIC_REFUSED, 1);
    return request_error(r, status, code, place, "%s", say);
}

static bool read_query(struct request *r, enum MHD_Result *result) {
    const char *timeline = request_query(r, "timeline"), *from = request_query(r, "from"),
               *detail = request_query(r, "detail");
    struct job *job = &r->job;
    snprintf(job->timeline, sizeof job->timeline, "%s", timeline ? timeline : "T0");
    job->from_head = from && !strcmp(from, "head");
    if (!job->from_head && !request_query_number(r, "from", 0, UINT32_MAX, 0, &job->from, result))
        return false;
    if (detail && !strcmp(detail, "full"))
        job->detail = DETAIL_FULL;
    else if (detail && strcmp(detail, "story")) {
        *result = request_error(r, 400, "bad_query", "detail", "detail is story or full");
        return false;
    }
    return true;
}

enum MHD_Result stream_ask(struct request *r) {
    struct http *http = r->http;
    const char *lab = request_query(r, "lab");
    enum MHD_Result result = MHD_NO;
    if (strcmp(r->method, "GET"))
        return refuse(r, 405, "bad_method", "", "a stream is asked for by GET");
    if (!has_token(request_header(r, "Upgrade"), "websocket") ||
        !has_token(request_header(r, "Connection"), "upgrade"))
        return refuse(r, 426, "upgrade_needed", "Upgrade", "this address speaks WebSocket only");
    const char *version = request_header(r, "Sec-WebSocket-Version");
    if (!version || strcmp(version, "13"))
        return refuse(r, 426, "bad_version", "Sec-WebSocket-Version", "version 13 is needed");
    if (!good_key(request_header(r, "Sec-WebSocket-Key")))
        return refuse(r, 400, "bad_key", "Sec-WebSocket-Key", "the key is 16 octets in base64");
    if (!request_origin_allowed(r))
        return refuse(r, 403, "foreign_origin", "Origin", "only pages of this server may do this");
    if (atomic_load(&http->draining))
        return refuse(r, 503, "draining", "", "the service is stopping; try again in a moment");
    if (ws_viewers(http->config.ws) >= http->config.options->viewers)
        return refuse(r, 503, "too_many_viewers", "", "there are as many viewers as there may be");
    struct room *room = lab ? labs_find(http->config.labs, lab) : NULL;
    if (!room) return refuse(r, 404, "no_lab", "lab", "there is no such lab; ask for ?lab=ID");
    job_begin(&r->job);
    r->job_begun = true;
    r->job.room = room;
    if (!read_query(r, &result)) return result;
    r->job.run = job_open;
    r->stream = true;
    return request_post(r, room);
}

static void gone(void *argument) {
    struct request *r = argument;
    atomic_store(&r->state, REQUEST_GONE);
    MHD_resume_connection(r->connection);
}

enum MHD_Result stream_hand_over(struct request *r) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int fd = info ? fcntl(info->connect_fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (fd < 0) return refuse(r, 503, "descriptors", "", "the server has no descriptor left");
    struct ws_visit visit = {.fd = fd,
                             .log = r->job.log,
                             .offset = r->job.offset,
                             .channel = r->job.channel,
                             .greeting = r->job.body,
                             .gone = gone,
                             .gone_argument = r};
    r->job.log = NULL;
    r->job.channel = NULL;
    r->job.body = (struct buffer){0};
    snprintf(visit.key, sizeof visit.key, "%s", request_header(r, "Sec-WebSocket-Key"));
    visit.packed =
        offers_deflate(request_header(r, "Sec-WebSocket-Extensions"), &visit.no_takeover);
    room_release(r->job.room); /* the stream holds the log and the channel, not the room */
    r->job.room = NULL;
    atomic_store(&r->state, REQUEST_HANDED);
    MHD_suspend_connection(r->connection); /* before the hand-over: it may be over at once */
    ws_hand_over(r->http->config.ws, &visit);
    return MHD_YES;
}
