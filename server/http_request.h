#ifndef NETSTEP_SERVER_HTTP_REQUEST_H
#define NETSTEP_SERVER_HTTP_REQUEST_H
/* One request on its way through http.c (life), http_routes.c (what is asked) and http_stream.c
 * (upgrades). Private to these files. */
#include <microhttpd.h>

#include "files.h"
#include "http.h"

enum { HTTP_PATH = 256, HTTP_BODY_MAX = 64 * 1024, HTTP_DISCARD_MAX = 1 << 20, HTTP_SEGMENTS = 8 };

enum request_state {
    REQUEST_READING, /* the body arrives */
    REQUEST_WAITING, /* suspended; the worker has the job */
    REQUEST_READY,   /* the job is done */
    REQUEST_HANDED,  /* suspended; the sender has the socket */
    REQUEST_GONE     /* the stream is over: close */
};

struct request {
    struct http *http;
    struct MHD_Connection *connection;
    _Atomic int state;
    char method[8], path[HTTP_PATH];
    char *segment[HTTP_SEGMENTS]; /* of `split`, behind /api */
    char split[HTTP_PATH];
    unsigned segments;
    struct buffer body;
    size_t most;    /* octets that its body may have */
    size_t weighed; /* of a capture: octets that the labs know of */
    bool busy;      /* and there was no room for it */
    size_t discarded;
    bool stream; /* the job opens a stream */
    unsigned status;
    uint64_t octets;
    int64_t begun;
    struct job job;
    bool job_begun;
};

struct http {
    struct http_config config;
    struct MHD_Daemon *daemon;
    unsigned port;
    _Atomic bool draining;
    struct MHD_Response *(*files)[FORM_COUNT]; /* of each embedded file, in each form */
};

/* Queue an answer; each returns what the handler must return. */
enum MHD_Result request_error(struct request *, unsigned status, const char *code,
                              const char *place, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
enum MHD_Result request_answer(struct request *, unsigned status, const char *type,
                               struct buffer *);
enum MHD_Result request_file(struct request *, const char *path);
enum MHD_Result request_job_answer(struct request *);
/* Suspends the connection and gives the job to the lab's worker; takes the held room over. */
enum MHD_Result request_post(struct request *, struct room *);

const char *request_header(const struct request *, const char *name); /* NULL: none */
const char *request_query(const struct request *, const char *name);  /* NULL: none */
/* A number of the query in low..high, `otherwise` when absent. False: an error was queued. */
bool request_query_number(struct request *, const char *name, uint32_t low, uint32_t high,
                          uint32_t otherwise, uint32_t *value, enum MHD_Result *result);
void request_visitor(const struct request *, char out[ROOM_VISITOR]);
/* The Origin rule: absent, our own host, or the one that the options allow. */
bool request_origin_allowed(const struct request *);

/* http_routes.c: a complete request that is not for a file. */
enum MHD_Result route(struct request *);
/* http_stream.c */
enum MHD_Result stream_ask(struct request *);       /* checks the upgrade, asks the lab */
enum MHD_Result stream_hand_over(struct request *); /* the lab has answered */

#endif
