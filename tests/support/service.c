#include "service.h"
/*
 * Client and harness of the server's tests. Deliberately written apart from the server: its own
 * framing (RFC 6455 5.2) and inflating (RFC 7692 7.2.2), so that both sides cannot share a mistake.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "buffer.h"
#include "report.h"

enum { PATIENCE_S = 5, REPLY_MAX = 80 << 20 };

const char handshake_lab[] = "{\"netstep\":1,\"seed\":7,\"nodes\":["
                             "{\"name\":\"client\",\"kind\":\"host\",\"interfaces\":[{\"name\":"
                             "\"eth0\",\"address\":\"10.0.0.1/24\"}]},"
                             "{\"name\":\"server\",\"kind\":\"host\",\"interfaces\":[{\"name\":"
                             "\"eth0\",\"address\":\"10.0.0.2/24\"}]}],"
                             "\"links\":[{\"between\":[\"client:eth0\",\"server:eth0\"],\"delay\":"
                             "\"10ms\",\"rate\":\"10Mbit\"}],"
                             "\"script\":[{\"at\":\"0s\",\"on\":\"server\",\"run\":\"nc -l 80\"},"
                             "{\"at\":\"1s\",\"on\":\"client\",\"run\":\"nc server 80\"}]}";
const char flood_lab[] = "{\"netstep\":1,\"seed\":7,\"nodes\":["
                         "{\"name\":\"a\",\"kind\":\"host\",\"interfaces\":[{\"name\":\"eth0\","
                         "\"address\":\"10.0.0.1/24\"}]},"
                         "{\"name\":\"b\",\"kind\":\"host\",\"interfaces\":[{\"name\":\"eth0\","
                         "\"address\":\"10.0.0.2/24\"}]}],"
                         "\"links\":[{\"between\":[\"a:eth0\",\"b:eth0\"],\"delay\":\"1ms\"}],"
                         "\"script\":[{\"at\":\"0s\",\"on\":\"a\",\"run\":\"ping -f b\"}]}";
const char storm_lab[] =
    "{\"netstep\":1,\"seed\":7,\"nodes\":["
    "{\"name\":\"a\",\"kind\":\"host\",\"interfaces\":[{\"name\":\"eth0\",\"address\":\"10.0.0.1/"
    "24\"}]},"
    "{\"name\":\"s1\",\"kind\":\"switch\",\"interfaces\":[{\"name\":\"p1\"},{\"name\":\"p2\"},{"
    "\"name\":\"p3\"}]},"
    "{\"name\":\"s2\",\"kind\":\"switch\",\"interfaces\":[{\"name\":\"p1\"},{\"name\":\"p2\"}]}],"
    "\"links\":[{\"between\":[\"a:eth0\",\"s1:p1\"],\"delay\":\"1ms\"},"
    "{\"between\":[\"s1:p2\",\"s2:p1\"],\"delay\":\"1ms\"},{\"between\":[\"s1:p3\",\"s2:p2\"],"
    "\"delay\":\"1ms\"}],"
    "\"script\":[{\"at\":\"0s\",\"on\":\"a\",\"run\":\"ping -c 1 10.0.0.9\"}]}";

/* --------------------------------------------------------------------------- house */

void house_options(struct house *h) {
    options_default(&h->options);
    h->options.listen = "127.0.0.1:0";
    h->options.lessons = "tests/server/no-lessons";
    h->options.workers = 2;
    h->service = NULL;
    report_threshold(REPORT_ERROR);
}

void house_open(struct house *h) {
    char why[400];
    h->service = service_start(&h->options, why, sizeof why);
    if (!h->service) fail_msg("%s", why);
    h->port = service_port(h->service);
}

void house_close(struct house *h) {
    if (h->service) service_stop(h->service);
    h->service = NULL;
}

/* ---------------------------------------------------------------------------- HTTP */

unsigned dial_from;

int dial(unsigned port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval patience = {PATIENCE_S, 0};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + dial_from);
    if (dial_from) bind(fd, (struct sockaddr *)&from, sizeof from);
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* recv() that a signal does not end: a fuzzer's alarm must not look like a silent server. */
static ssize_t receive(int fd, void *out, size_t room) {
    ssize_t n;
    do n = recv(fd, out, room, 0);
    while (n < 0 && errno == EINTR);
    return n;
}

static bool send_all(int fd, const char *octets, size_t count) {
    while (count) {
        ssize_t n = send(fd, octets, count, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        octets += n;
        count -= (size_t)n;
    }
    return true;
}

static size_t body_length(const char *head) {
    const char *at = strcasestr(head, "\r\nContent-Length:");
    return at ? strtoul(at + 17, NULL, 10) : 0;
}

struct reply exchange(int fd, const char *octets, size_t count) {
    struct reply reply = {0};
    size_t room = 65536, got = 0, want = SIZE_MAX;
    char *text = malloc(room + 1), *end = NULL;
    send_all(fd, octets, count); /* a reply may come although not all was taken */
    while (got < want && got < REPLY_MAX) {
        if (got == room) text = realloc(text, (room *= 2) + 1);
        ssize_t n = receive(fd, text + got, room - got);
        if (n <= 0) break;
        got += (size_t)n;
        text[got] = 0;
        if (!end && (end = strstr(text, "\r\n\r\n")))
            want = (size_t)(end - text) + 4 + body_length(text);
    }
    text[got] = 0;
    end = strstr(text, "\r\n\r\n");
    reply.head = text;
    if (!end) return reply;
    end[2] = 0;
    reply.status = (unsigned)strtoul(text + strcspn(text, " "), NULL, 10);
    reply.body = end + 4;
    reply.length = got - (size_t)(end + 4 - text);
    return reply;
}

struct reply ask(unsigned port, const char *method, const char *path, const char *key,
                 const char *body, const char *more) {
    struct buffer request = {0};
    buffer_printf(&request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s", method, path, port,
                  more ? more : "");
    if (key) buffer_printf(&request, "Authorization: Bearer %s\r\n", key);
    if (body && !(more && strstr(more, "Content-Type")))
        buffer_add(&request, "Content-Type: application/json\r\n");
    if (body) buffer_printf(&request, "Content-Length: %zu\r\n", strlen(body));
    buffer_add(&request, "\r\n");
    if (body) buffer_add(&request, body);
    int fd = dial(port);
    struct reply reply = exchange(fd, request.data, request.length);
    close(fd);
    buffer_free(&request);
    return reply;
}

void reply_free(struct reply *r) {
    free(r->head);
    *r = (struct reply){0};
}

bool reply_has(const struct reply *r, const char *text) {
    return r->body && memmem(r->body, r->length, text, strlen(text));
}

bool reply_header(const struct reply *r, const char *name, char *out, size_t size) {
    char pattern[64];
    snprintf(pattern, sizeof pattern, "\r\n%s: ", name);
    const char *at = strcasestr(r->head, pattern);
    if (!at) return false;
    at += strlen(pattern);
    snprintf(out, size, "%.*s", (int)strcspn(at, "\r"), at);
    return true;
}

bool value_of(const char *json, const char *key, char *out, size_t size) {
    char pattern[64];
    snprintf(pattern, sizeof pattern, "\"%s\":", key);
    const char *at = strstr(json, pattern);
    if (!at) return false;
    at += strlen(pattern);
    if (*at == '"')
        snprintf(out, size, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
    else
        snprintf(out, size, "%.*s", (int)strcspn(at, ",}]"), at);
    return true;
}

long number_of(const char *json, const char *key) {
    char text[32];
    return value_of(json, key, text, sizeof text) ? strtol(text, NULL, 10) : -1;
}

struct lab_names make_lab(unsigned port, const char *scenario) {
    struct lab_names names = {0};
    char *body = malloc(strlen(scenario) + 64);
    sprintf(body, "{\"scenario\":%s}", scenario);
    struct reply r = ask(port, "POST", "/api/labs", NULL, body, NULL);
    free(body);
    if (r.status != 201) fail_msg("a lab is refused: %u %s", r.status, r.body ? r.body : "");
    value_of(r.body, "lab", names.lab, sizeof names.lab);
    value_of(r.body, "key", names.key, sizeof names.key);
    value_of(r.body, "join", names.join, sizeof names.join);
    reply_free(&r);
    return names;
}

/* ------------------------------------------------------------------------- streams */

static bool more_octets(struct stream *s) {
    if (s->raw_length == s->raw_room) {
        s->raw_room = s->raw_room ? s->raw_room * 2 : 65536;
        s->raw = realloc(s->raw, s->raw_room);
    }
    ssize_t n = receive(s->fd, s->raw + s->raw_length, s->raw_room - s->raw_length);
    if (n <= 0) return false;
    s->raw_length += (size_t)n;
    s->octets += (uint64_t)n;
    return true;
}

static void consume(struct stream *s, size_t count) {
    s->raw_length -= count;
    memmove(s->raw, s->raw + count, s->raw_length);
}

void stream_open(struct stream *s, unsigned port, const char *query, const char *more) {
    char request[1024];
    bool packs = s->packs;
    *s = (struct stream){.fd = dial(port), .packs = packs};
    int n = snprintf(request, sizeof request,
                     "GET /ws?%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
                     "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s\r\n",
                     query, port,
                     packs ? "Sec-WebSocket-Extensions: permessage-deflate; "
                             "client_max_window_bits\r\n"
                           : "",
                     more ? more : "");
    send_all(s->fd, request, (size_t)n);
    unsigned char *end = NULL;
    while (!end && more_octets(s)) end = memmem(s->raw, s->raw_length, "\r\n\r\n", 4);
    if (!end) return;
    size_t head = (size_t)(end - s->raw) + 4;
    snprintf(s->head, sizeof s->head, "%.*s", (int)head, (const char *)s->raw);
    s->status = (unsigned)strtoul(s->head + strcspn(s->head, " "), NULL, 10);
    consume(s, head);
}

static void add_text(struct stream *s, const void *text, size_t length) {
    if (s->text_length + length + 1 > s->text_room) {
        s->text_room = (s->text_length + length + 1) * 2;
        s->text = realloc(s->text, s->text_room);
    }
    memcpy(s->text + s->text_length, text, length);
    s->text_length += length;
}

static void inflate_text(struct stream *s, const unsigned char *packed, size_t length) {
    static const unsigned char tail[4] = {0, 0, 0xff, 0xff};
    unsigned char out[65536];
    z_stream z = {0};
    inflateInit2(&z, -15);
    for (int part = 0; part < 2; part++) {
        z.next_in = (unsigned char *)(uintptr_t)(part ? tail : packed);
        z.avail_in = (unsigned)(part ? sizeof tail : length);
        do {
            z.next_out = out;
            z.avail_out = sizeof out;
            int result = inflate(&z, Z_SYNC_FLUSH);
            assert_true(result == Z_OK || result == Z_BUF_ERROR);
            add_text(s, out, sizeof out - z.avail_out);
        } while (z.avail_out == 0);
    }
    inflateEnd(&z);
}

/* One frame. False: the stream is over. */
static bool take_frame(struct stream *s) {
    size_t need = 2;
    uint64_t length = 0;
    while (s->raw_length < need)
        if (!more_octets(s)) return false;
    length = s->raw[1] & 127;
    need += length == 126 ? 2 : length == 127 ? 8 : 0;
    while (s->raw_length < need)
        if (!more_octets(s)) return false;
    if (length >= 126) {
        size_t octets = length == 126 ? 2 : 8;
        length = 0;
        for (size_t n = 0; n < octets; n++) length = length << 8 | s->raw[2 + n];
    }
    while (s->raw_length < need + length)
        if (!more_octets(s)) return false;
    const unsigned char *payload = s->raw + need;
    unsigned opcode = s->raw[0] & 15;
    if (opcode == 1 && s->raw[0] & 0x40) {
        s->packed++;
        inflate_text(s, payload, length);
    } else if (opcode == 1) {
        s->plain++;
        add_text(s, payload, length);
    } else if (opcode == 8) {
        s->close_code = length >= 2 ? payload[0] << 8 | payload[1] : -1;
    }
    consume(s, need + length);
    return opcode != 8;
}

const char *stream_line(struct stream *s) {
    if (s->text_at && s->text_at == s->text_length) s->text_at = s->text_length = 0;
    for (;;) {
        char *at = s->text + s->text_at;
        char *end =
            s->text_length > s->text_at ? memchr(at, '\n', s->text_length - s->text_at) : NULL;
        if (end) {
            *end = 0;
            s->text_at += (size_t)(end - at) + 1;
            return at;
        }
        if (!take_frame(s)) {
            if (!s->close_code) s->close_code = -1;
            return NULL;
        }
    }
}

void stream_close(struct stream *s) {
    if (s->fd >= 0) close(s->fd);
    free(s->raw);
    free(s->text);
    *s = (struct stream){.fd = -1};
}

uint32_t stream_expect(struct stream *s, uint32_t first, uint32_t last) {
    uint32_t next = first;
    while (next <= last) {
        const char *line = stream_line(s);
        if (!line) fail_msg("the stream ended (%d) before event %u", s->close_code, next);
        if (!strstr(line, "\"line\":\"events\"")) continue;
        long i = number_of(line, "i");
        if (i != (long)next) fail_msg("event %ld instead of %u", i, next);
        next++;
    }
    return next - first;
}

void expect_reply(const struct house *house, const char *method, const char *path, const char *key,
                  const char *body, const char *more, unsigned status, const char *contains) {
    struct reply r = ask(house->port, method, path, key, body, more);
    if (r.status != status || (contains && !reply_has(&r, contains)))
        fail_msg("%s %s: %u %.300s; wanted %u %s", method, path, r.status, r.body ? r.body : "",
                 status, contains ? contains : "");
    reply_free(&r);
}

const char *lab_path(const struct lab_names *l, const char *rest) {
    static char room[256];
    snprintf(room, sizeof room, "/api/labs/%s%s", l->lab, rest);
    return room;
}
