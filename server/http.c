#include "http_request.h"
/*
 * The daemon, the life of a request, and the answers. Every answer carries the security headers.
 * A body above 64 KiB is read and thrown away before 413, so that the client sees the answer and
 * not a reset; above 1 MiB the connection is closed.
 *
 * A connection that is suspended has no timeout and costs the poll nothing; MHD aborts when it is
 * stopped with one, which is why the labs and the sender must have ended before.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "metrics.h"
#include "pacer.h"
#include "report.h"

enum { TIMEOUT_S = 15, CONNECTION_MEMORY = 16 * 1024, BACKLOG = 512 };

static const char *const security[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
};
/* The page may use what lies beside it; whatever else a browser opens as a document, nothing. */
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
static const char other_policy[] = "default-src 'none'; frame-ancestors 'none'";

static void add_security(struct MHD_Response *response, const char *type) {
    bool page = !strncmp(type, "text/html", 9);
    MHD_add_response_header(response, "Content-Security-Policy", page ? page_policy : other_policy);
    for (size_t n = 0; n < sizeof security / sizeof security[0]; n++)
        MHD_add_response_header(response, security[n][0], security[n][1]);
}

/* ---------------------------------------------------------------------------------- asking */

const char *request_header(const struct request *r, const char *name) {
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

const char *request_query(const struct request *r, const char *name) {
    return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool request_query_number(struct request *r, const char *name, uint32_t low, uint32_t high,
                          uint32_t otherwise, uint32_t *value, enum MHD_Result *result) {
    const char *text = request_query(r, name);
    *value = otherwise;
    if (!text) return true;
    uint64_t number = 0;
    const char *at = text;
    while (*at >= '0' && *at <= '9' && number <= UINT32_MAX)
        number = number * 10 + (uint64_t)(*at++ - '0');
    if (at == text || *at || number < low || number > high) {
        *result = request_error(r, 400, "bad_query", name, "%s is a whole number from %u to %u",
                                name, low, high);
        return false;
    }
    *value = (uint32_t)number;
    return true;
}

void request_visitor(const struct request *r, char out[ROOM_VISITOR]) {
    const char *forwarded =
        r->http->config.options->trust_proxy ? request_header(r, "X-Forwarded-For") : NULL;
    if (forwarded) { /* the last one was written by the proxy that is ours */
        const char *last = strrchr(forwarded, ',');
        last = last ? last + 1 : forwarded;
        while (*last == ' ') last++;
        snprintf(out, ROOM_VISITOR, "%s", last);
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    snprintf(out, ROOM_VISITOR, "?");
    if (address && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, out,
                  ROOM_VISITOR);
    if (address && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, out,
                  ROOM_VISITOR);
}

bool request_origin_allowed(const struct request *r) {
    const char *origin = request_header(r, "Origin"), *host = request_header(r, "Host");
    const char *extra = r->http->config.options->origin;
    if (!origin) return true;
    if (extra && !strcmp(origin, extra)) return true;
    const char *authority = strstr(origin, "://");
    return authority && host && !strcasecmp(authority + 3, host);
}

/* ------------------------------------------------------------------------------- answering */

static enum MHD_Result queue(struct request *r, unsigned status, struct MHD_Response *response,
                             uint64_t octets) {
    r->status = status;
    r->octets = octets;
    if (!response) return MHD_NO;
    enum MHD_Result result = MHD_queue_response(r->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static void dress(struct MHD_Response *response, unsigned status, const char *type) {
    add_security(response, type);
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    if (status == 429 || status == 503) MHD_add_response_header(response, "Retry-After", "5");
}

/* Is this coding named in Accept-Encoding, and not with a weight of nothing (RFC 9110 12.5.3)? */
static bool accepts(const struct request *r, const char *coding) {
    const char *list = request_header(r, "Accept-Encoding");
    size_t length = strlen(coding);
    while (list && *list) {
        list += strspn(list, ", \t");
        size_t n = strcspn(list, ",");
        if (!strncasecmp(list, coding, length) &&
            !strchr("abcdefghijklmnopqrstuvwxyz-", list[length] ? list[length] : ',')) {
            const char *weight = memmem(list, n, "q=0", 3);
            return !weight ||
                   (weight[3] == '.' && strspn(weight + 4, "0") < strspn(weight + 4, "0123456789"));
        }
        list += n;
    }
    return false;
}

/*
 * Below, a body fits into the segment that carries its header anyway; above, the poll would wait
 * for the packing. What is answered to POST is not packed: it holds the keys of labs, and a length
 * must not tell of them.
 */
enum { PACK_FROM = 600, PACK_TO = 64 * 1024, GZIP_WINDOW = 15 + 16 };

/* Puts the gzip of the body in its place; false where it stays as it was. */
static bool pack(struct buffer *body) {
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
    size_t room = deflateBound(&z, body->length);
    char *out = malloc(room);
    z.next_in = (Bytef *)body->data;
    z.avail_in = (uInt)body->length;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    bool packed = out && deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < body->length;
    size_t length = z.total_out;
    deflateEnd(&z);
    if (!packed) {
        free(out);
        return false;
    }
    buffer_free(body);
    *body = (struct buffer){.data = out, .length = length};
    return true;
}

enum MHD_Result request_answer(struct request *r, unsigned status, const char *type,
                               struct buffer *body) {
    if (body->failed) return queue(r, 503, NULL, 0);
    bool packable = body->length > PACK_FROM && body->length < PACK_TO && strcmp(r->method, "POST");
    bool packed = packable && accepts(r, "gzip") && pack(body);
    size_t length = body->length;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, length ? body->data : (void *)(uintptr_t) "",
                                        length ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (!response) return MHD_NO;
    if (length) *body = (struct buffer){0}; /* the response frees it */
    dress(response, status, type);
    if (packable) MHD_add_response_header(response, "Vary", "Accept-Encoding");
    if (packed) MHD_add_response_header(response, "Content-Encoding", "gzip");
    if (r->job.strings_at >= 0 && r->job_begun) {
        char at[24];
        snprintf(at, sizeof at, "%ld", r->job.strings_at);
        MHD_add_response_header(response, "X-Strings-At", at);
    }
    if (status == 405)
        MHD_add_response_header(response, "Allow",
                                strcmp(r->method, "POST") ? "POST" : "GET, HEAD");
    return queue(r, status, response, length);
}

enum MHD_Result request_error(struct request *r, unsigned status, const char *code,
                              const char *place, const char *format, ...) {
    char say[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(say, sizeof say, format, arguments);
    va_end(arguments);
    struct buffer body = {0};
    buffer_add(&body, "{\"error\":{\"code\":");
    buffer_json_string(&body, code);
    buffer_add(&body, ",\"place\":");
    buffer_json_string(&body, place);
    buffer_add(&body, ",\"say\":");
    buffer_json_string(&body, say);
    buffer_add(&body, "}}\n");
    enum MHD_Result result = request_answer(r, status, "application/json", &body);
    buffer_free(&body);
    return result;
}

/* A range of a log, read as the client takes it. */
struct range {
    struct log *log;
    uint64_t offset;
};

static void range_free(void *user) {
    struct range *range = user;
    log_release(range->log);
    free(range);
}

static ssize_t range_read(void *user, uint64_t position, char *out, size_t room) {
    struct range *range = user;
    long n = log_read_octets(range->log, range->offset + position, out, room);
    return n <= 0 ? MHD_CONTENT_READER_END_WITH_ERROR : n;
}

static enum MHD_Result range_answer(struct request *r) {
    uint64_t length = r->job.index - r->job.offset;
    struct range *range = calloc(1, sizeof *range);
    if (!range) return MHD_NO;
    range->log = log_hold(r->job.log);
    range->offset = r->job.offset;
    struct MHD_Response *response =
        MHD_create_response_from_callback(length, 32 * 1024, range_read, range, range_free);
    if (!response) {
        range_free(range);
        return MHD_NO;
    }
    dress(response, 200, r->job.type);
    return queue(r, 200, response, length);
}

enum MHD_Result request_job_answer(struct request *r) {
    if (r->stream && r->job.log) return stream_hand_over(r);
    if (r->stream) metric_add(METRIC_REFUSED, 1);
    if (r->job.log) return range_answer(r);
    return request_answer(r, r->job.status, r->job.type ? r->job.type : "application/json",
                          &r->job.body);
}

/* ----------------------------------------------------------------------------------- files */

static void etag_of(const struct file *file, int form, char *out, size_t size) {
    if (form == FORM_PLAIN)
        snprintf(out, size, "\"%s\"", file->etag);
    else
        snprintf(out, size, "\"%s-%s\"", file->etag, form_name[form]);
}

static struct MHD_Response *file_response(const struct file *file, int form) {
    struct MHD_Response *response = MHD_create_response_from_buffer(
        file->form[form].length, (void *)(uintptr_t)file->form[form].octets,
        MHD_RESPMEM_PERSISTENT);
    if (!response) return NULL;
    add_security(response, file->type);
    MHD_add_response_header(response, "Content-Type", file->type);
    char etag[80]; /* strong tags differ where the octets do: RFC 9110 8.8.3.3 */
    etag_of(file, form, etag, sizeof etag);
    MHD_add_response_header(response, "ETag", etag);
    MHD_add_response_header(response, "Vary", "Accept-Encoding");
    MHD_add_response_header(response, "Cache-Control",
                            file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (form != FORM_PLAIN) MHD_add_response_header(response, "Content-Encoding", form_name[form]);
    return response;
}

static bool build_files(struct http *http) {
    http->files = calloc(file_count() + 1, sizeof *http->files);
    if (!http->files) return false;
    for (size_t n = 0; n < file_count(); n++)
        for (int form = 0; form < FORM_COUNT; form++)
            if (file_at(n)->form[form].octets)
                http->files[n][form] = file_response(file_at(n), form);
    return true;
}

/* The headers of a 304 take the place of those that were kept (RFC 9111 3.2): they must agree. */
static enum MHD_Result not_modified(struct request *r, const char *type, const char *etag) {
    struct MHD_Response *empty =
        MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    if (!empty) return MHD_NO;
    add_security(empty, type);
    MHD_add_response_header(empty, "ETag", etag);
    MHD_add_response_header(empty, "Vary", "Accept-Encoding");
    return queue(r, 304, empty, 0);
}

static bool http_has(const struct http *http, size_t n, int form) {
    return http->files[n][form] != NULL;
}

enum MHD_Result request_file(struct request *r, const char *path) {
    const struct file *file = file_find(path);
    if (!file) return request_error(r, 404, "not_found", "", "there is nothing at this address");
    size_t n = 0;
    while (file_at(n) != file) n++;
    int form = FORM_COUNT - 1; /* the smallest that the client takes */
    while (form != FORM_PLAIN && !(http_has(r->http, n, form) && accepts(r, form_name[form])))
        form--;
    const char *known = request_header(r, "If-None-Match");
    char etag[80];
    etag_of(file, form, etag, sizeof etag);
    if (known && (strstr(known, etag) || !strcmp(known, "*")))
        return not_modified(r, file->type, etag);
    struct MHD_Response *response = r->http->files[n][form];
    r->status = 200;
    r->octets = file->form[form].length;
    return response ? MHD_queue_response(r->connection, 200, response) : MHD_NO;
}

/* ------------------------------------------------------------------------ a request's life */

static void job_done(struct job *job) {
    struct request *r = job->owner;
    atomic_store(&r->state, REQUEST_READY);
    MHD_resume_connection(r->connection);
}

enum MHD_Result request_post(struct request *r, struct room *room) {
    r->job.owner = r;
    r->job.done = job_done;
    atomic_store(&r->state, REQUEST_WAITING);
    MHD_suspend_connection(
        r->connection); /* before the job is posted: the answer may come at once */
    labs_post(r->http->config.labs, room, &r->job);
    return MHD_YES;
}

static struct request *begin(struct http *http, struct MHD_Connection *connection, const char *url,
                             const char *method) {
    struct request *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->http = http;
    r->connection = connection;
    r->begun = wall_now();
    snprintf(r->method, sizeof r->method, "%s", method);
    snprintf(r->path, sizeof r->path, "%s", url);
    r->most = strcmp(url, "/api/captures") == 0 ? SEEN_OCTETS : HTTP_BODY_MAX;
    return r;
}

static enum MHD_Result count_length(void *user, enum MHD_ValueKind kind, const char *name,
                                    const char *value) {
    (void)kind;
    (void)value;
    if (!strcasecmp(name, "Content-Length") || !strcasecmp(name, "Transfer-Encoding"))
        ++*(unsigned *)user;
    return MHD_YES;
}

/* RFC 9112 6.3: a body of two lengths is where requests are smuggled past a proxy. */
static bool one_length(const struct request *r) {
    unsigned lengths = 0;
    MHD_get_connection_values(r->connection, MHD_HEADER_KIND, count_length, &lengths);
    return lengths <= 1;
}

static enum MHD_Result too_large(struct request *r) {
    return request_error(r, 413, "body_too_large", "", "a body has at most %zu octets here",
                         r->most);
}

/* What can be refused before the body has been read. False: an answer is queued. */
static bool acceptable(struct request *r, const char *url, enum MHD_Result *result) {
    const char *length = request_header(r, "Content-Length");
    if (strlen(url) >= HTTP_PATH)
        *result = request_error(r, 414, "path_too_long", "", "no address here is that long");
    else if (!one_length(r))
        *result = request_error(r, 400, "bad_length", "Content-Length",
                                "a body has one length; send it once");
    else if (length && strtoull(length, NULL, 10) > r->most &&
             strtoull(length, NULL, 10) > HTTP_DISCARD_MAX)
        *result = too_large(r);
    else
        return true;
    return false;
}

/* Captures are large: what arrives of them counts among the large answers, so that many of them at
 * once cannot take all the memory. */
static bool weigh_body(struct request *r, size_t size) {
    if (r->most == HTTP_BODY_MAX) return true;
    r->busy = r->busy || !labs_answer_grows(r->http->config.labs, size);
    if (!r->busy) r->weighed += size;
    return !r->busy;
}

static enum MHD_Result read_body(struct request *r, const char *data, size_t *size) {
    if (r->body.length + *size <= r->most && !r->discarded && weigh_body(r, *size))
        buffer_span(&r->body, data, *size);
    else
        r->discarded += *size;
    *size = 0;
    return r->discarded > HTTP_DISCARD_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result handle(void *user, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state) {
    struct request *r = *state;
    enum MHD_Result result;
    (void)version;
    if (!r) {
        *state = r = begin(user, connection, url, method);
        if (!r) return MHD_NO;
        return acceptable(r, url, &result) ? MHD_YES : result;
    }
    if (*size) return read_body(r, data, size);
    switch (atomic_load(&r->state)) {
    case REQUEST_READING:
        if (r->busy)
            return request_error(r, 503, "busy", "",
                                 "too many captures are being opened; try again later");
        if (r->discarded) return too_large(r);
        return route(r);
    case REQUEST_READY: return request_job_answer(r);
    default: return MHD_NO; /* the stream is over: MHD closes its descriptor */
    }
}

static void completed(void *user, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode why) {
    struct request *r = *state;
    (void)user;
    (void)connection;
    (void)why;
    if (!r) return;
    if (r->status) {
        metric_request(r->status);
        report_request(r->method, r->path, r->status, (uint64_t)(wall_now() - r->begun) / 1000,
                       r->octets);
    }
    if (r->job_begun) job_end(&r->job);
    if (r->weighed) labs_answer_over(r->http->config.labs, r->weighed);
    buffer_free(&r->body);
    free(r);
    *state = NULL;
}

/* ------------------------------------------------------------------------------------ life */

static void library_says(void *user, const char *format, va_list arguments) {
    char text[300];
    (void)user;
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = 0;
    /* It says so whenever a stream has ended, since the handler then answers nothing. */
    if (strstr(text, "Application reported internal error")) return;
    report_limited(REPORT_DEBUG, "http", "%s", text);
}

/* "ADDR:PORT", "[ADDR]:PORT", ":PORT" or "PORT". -1 after a complaint. */
static int listen_at(const char *where, char *why, size_t size) {
    char host[256];
    const char *colon = strrchr(where, ':'), *port = colon ? colon + 1 : where;
    snprintf(host, sizeof host, "%.*s", colon ? (int)(colon - where) : 0, where);
    size_t length = strlen(host);
    if (length > 1 && host[0] == '[' && host[length - 1] == ']') {
        memmove(host, host + 1, length - 2);
        host[length - 2] = 0;
    }
    if (!strlen(port) || strlen(port) > 5 || strspn(port, "0123456789") != strlen(port) ||
        strtoul(port, NULL, 10) > 65535) {
        snprintf(why, size, "--listen %s: a port is a number from 1 to 65535 (0: any that is free)",
                 where);
        return -1;
    }
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM},
                    *found;
    int problem = getaddrinfo(*host ? host : NULL, port, &hints, &found);
    if (problem) {
        snprintf(why, size, "--listen %s: %s; give ADDR:PORT, for example 127.0.0.1:8080", where,
                 gai_strerror(problem));
        return -1;
    }
    int one = 1, zero = 0,
        fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd >= 0 && found->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) || listen(fd, BACKLOG)) {
        snprintf(why, size, "--listen %s: %s; choose another port, or stop what uses it", where,
                 strerror(errno));
        if (fd >= 0) close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static unsigned port_of(int fd) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length)) return 0;
    return ntohs(address.ss_family == AF_INET6
                     ? ((struct sockaddr_in6 *)(void *)&address)->sin6_port
                     : ((struct sockaddr_in *)(void *)&address)->sin_port);
}

static struct MHD_Daemon *start_daemon(struct http *http, int fd) {
    const struct options *o = http->config.options;
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handle, http, MHD_OPTION_EXTERNAL_LOGGER, library_says, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_LIMIT,
        o->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->connections_per_ip,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
#if MHD_VERSION >= 0x01000000
        MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1,
#else
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
#endif
        MHD_OPTION_END);
}

struct http *http_start(const struct http_config *config, char *why, size_t size) {
    int fd = listen_at(config->options->listen, why, size);
    if (fd < 0) return NULL;
    struct http *http = calloc(1, sizeof *http);
    if (http) {
        http->config = *config;
        http->port = port_of(fd);
        if (build_files(http)) http->daemon = start_daemon(http, fd);
    }
    if (http && http->daemon) return http;
    snprintf(why, size, "the web service cannot be started");
    close(fd);
    if (http) http_stop(http);
    return NULL;
}

unsigned http_port(const struct http *http) {
    return http->port;
}

void http_drain(struct http *http) {
    atomic_store(&http->draining, true);
    metric_set(METRIC_DRAINING, 1);
}

void http_stop(struct http *http) {
    if (!http) return;
    if (http->daemon) MHD_stop_daemon(http->daemon);
    for (size_t n = 0; http->files && n < file_count(); n++)
        for (int form = 0; form < FORM_COUNT; form++)
            if (http->files[n][form]) MHD_destroy_response(http->files[n][form]);
    free(http->files);
    metric_set(METRIC_DRAINING, 0);
    free(http);
}
