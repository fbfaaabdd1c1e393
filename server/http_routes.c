#include "http_request.h"
/*
 * What is asked: addresses to jobs, bodies to their fields (http_queries.c has the queries).
 * Everything from outside is checked here, before a lab's worker sees it; the first thing that is
 * wrong is named with its place. Nothing in this file waits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "devices.h"
#include "files.h"
#include "http_queries.h"
#include "json.h"
#include "lesson.h"
#include "metrics.h"
#include "units.h"

enum { STEPS_MAX = 10000 };

/* -------------------------------------------------------------------------- small services */

static enum MHD_Result health(struct request *r) {
    struct buffer body = {0};
    bool draining = atomic_load(&r->http->draining);
    buffer_add(&body, draining ? "draining\n" : "ok\n");
    return request_answer(r, draining ? 503 : 200, "text/plain; charset=utf-8", &body);
}

static enum MHD_Result metrics(struct request *r) {
    struct buffer body = {0};
    labs_count(r->http->config.labs);
    metrics_print(&body);
    return request_answer(r, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
}

static enum MHD_Result lessons(struct request *r) {
    enum language language;
    enum MHD_Result result;
    struct buffer body = {0};
    const struct course *course = r->http->config.course;
    if (!request_language(r, &language, &result)) return result;
    if (r->segments == 1) {
        course_json(course, language, &body);
    } else {
        const struct lesson *lesson = course_find(course, r->segment[1]);
        if (!lesson)
            return request_error(r, 404, "no_lesson", "lessons", "there is no lesson %.60s",
                                 r->segment[1]);
        lesson_json(lesson, language, &body);
    }
    return request_answer(r, 200, "application/json", &body);
}

static enum MHD_Result devices(struct request *r) {
    struct devices *all = labs_options(r->http->config.labs)->devices;
    struct buffer body = {0};
    buffer_add(&body, "{\"devices\":[");
    for (unsigned n = 0; n < devices_count(all); n++) {
        struct device *device = devices_at(all, n);
        buffer_add(&body, n ? ",{\"name\":" : "{\"name\":");
        buffer_json_string(&body, device_name(device));
        buffer_printf(&body, ",\"free\":%s}", device_is_free(device) ? "true" : "false");
    }
    buffer_add(&body, "]}\n");
    return request_answer(r, 200, "application/json", &body);
}

static enum MHD_Result join(struct request *r) {
    struct room *room = labs_find_join(r->http->config.labs, r->segment[1]);
    if (!room)
        return request_error(r, 404, "no_room", "join", "no lab has this code; look at it again");
    struct buffer body = {0};
    buffer_printf(&body, "{\"lab\":\"%s\",\"timeline\":\"T0\"}\n", room->id);
    room_release(room);
    return request_answer(r, 200, "application/json", &body);
}

/* ---------------------------------------------------------------------------------- bodies */

/* The document of a POST, or NULL after an answer. An empty body counts as {}. */
static struct json_document *read_document(struct request *r, enum MHD_Result *result) {
    struct complaint why;
    bool empty = r->body.length == 0;
    struct json_document *d =
        json_read(empty ? "{}" : r->body.data, empty ? 2 : r->body.length, &why);
    if (!d) *result = request_error(r, 400, "bad_json", why.place, "%s", why.problem);
    return d;
}

static enum MHD_Result bad_body(struct request *r, struct json_document *d, const char *code) {
    const struct complaint *why = json_complaint(d);
    enum MHD_Result result = request_error(r, 400, code, why->place, "%s", why->problem);
    json_free(d);
    return result;
}

static void copy_text(const struct json_node *root, const char *key, char *out, size_t size,
                      const char *what) {
    struct json_node node = json_get(root, key);
    if (!json_is(node)) return;
    const char *text = json_need_text(&node);
    if (strlen(text) >= size)
        json_fail(&node, "%s has at most %zu characters", what, size - 1);
    else
        snprintf(out, size, "%s", text);
}

static uint32_t number(const struct json_node *root, const char *key, int64_t low, int64_t high,
                       uint32_t otherwise, bool *given) {
    struct json_node node = json_get(root, key);
    if (given) *given = json_is(node);
    return json_is(node) ? (uint32_t)json_need_integer(&node, low, high) : otherwise;
}

/* "10s", or a whole number of ns; 0 when absent. */
static sim_time moment(const struct json_node *root, const char *key) {
    struct json_node node = json_get(root, key);
    int64_t ns = 0;
    if (!json_is(node)) return 0;
    if (json_holds_integer(&node)) return json_need_integer(&node, 0, SIM_TIME_MAX);
    if (read_duration(json_need_text(&node), &ns) && ns >= 0 && ns <= SIM_TIME_MAX) return ns;
    json_fail(&node, "a time with its unit, for example \"10s\" or \"250ms\"");
    return 0;
}

static void read_until(const struct json_node *root, struct job *job) {
    struct json_node node = json_get(root, "until");
    job->has_until = json_is(node);
    job->until = moment(root, "until");
}

static void read_speed(const struct json_node *root, struct job *job) {
    struct json_node node = json_get(root, "speed");
    if (!json_is(node)) return;
    struct buffer text = {0};
    json_write(&node, &text);
    char *end = NULL;
    job->has_speed = true;
    job->speed = text.data ? strtod(text.data, &end) : 0;
    if (!end || end == text.data || *end || !(job->speed >= PACER_SPEED_MIN) ||
        !(job->speed <= PACER_SPEED_MAX))
        json_fail(&node, "a number from %g to %g", PACER_SPEED_MIN, PACER_SPEED_MAX);
    buffer_free(&text);
}

static void read_line(const struct json_node *root, struct job *job) {
    struct json_node node = json_get(root, "line");
    const char *line = json_need_text(&node);
    if (strlen(line) > LINE_MAX_OCTETS)
        json_fail(&node, "a command has at most %d octets", LINE_MAX_OCTETS);
    else if (strpbrk(line, "\r\n"))
        json_fail(&node, "a command is one line");
    else if (!*line)
        json_fail(&node, "a command is not empty");
    else
        job->line = strdup(line);
}

static void read_command(const struct json_node *root, struct job *job) {
    static const char *const keys[] = {"id", "at", "line", "node", "time"};
    if (!json_need_object(root, keys, 5)) return;
    struct json_node id = json_get(root, "id");
    json_need_text(&id);
    copy_text(root, "id", job->client_id, sizeof job->client_id, "an id");
    if (json_holds_text(&id) && !*job->client_id) json_fail(&id, "an id is not empty");
    job->at = number(root, "at", 0, UINT32_MAX, 0, &job->has_at);
    job->time = moment(root, "time");
    copy_text(root, "node", job->node, sizeof job->node, "a node's name");
    read_line(root, job);
    job->run = job_command;
}

static void read_run(const struct json_node *root, struct job *job) {
    static const char *const keys[] = {"until", "speed"};
    if (!json_need_object(root, keys, 2)) return;
    read_until(root, job);
    read_speed(root, job);
    job->run = job_run;
}

static void read_pause(const struct json_node *root, struct job *job) {
    json_need_object(root, NULL, 0);
    job->run = job_pause;
}

static void read_step(const struct json_node *root, struct job *job) {
    static const char *const keys[] = {"count"};
    if (!json_need_object(root, keys, 1)) return;
    job->count = number(root, "count", 1, STEPS_MAX, 1, NULL);
    job->run = job_step;
}

static void read_class(const struct json_node *root, struct job *job) {
    static const char *const keys[] = {"timeline", "i", "question"};
    if (!json_need_object(root, keys, 3)) return;
    struct json_node timeline = json_get(root, "timeline"), i = json_get(root, "i"),
                     question = json_get(root, "question");
    json_need_text(&timeline);
    copy_text(root, "timeline", job->timeline, sizeof job->timeline, "a timeline's name");
    job->at = (uint32_t)json_need_integer(&i, 0, UINT32_MAX);
    if (json_holds_text(&question))
        copy_text(root, "question", job->question, sizeof job->question, "a question's name");
    job->run = job_class;
}

/* Both name a device; attaching names the interface, too. */
static void read_device(const struct json_node *root, struct job *job) {
    struct json_node device = json_get(root, "device");
    if (!*json_need_text(&device)) return;
    copy_text(root, "device", job->slug, 16, "a device's name");
}

static void read_attach(const struct json_node *root, struct job *job) {
    static const char *const keys[] = {"device", "interface"};
    if (!json_need_object(root, keys, 2)) return;
    struct json_node interface = json_get(root, "interface");
    const char *place = json_need_text(&interface);
    if (strlen(place) >= 64) json_fail(&interface, "NODE:INTERFACE has at most 63 characters");
    read_device(root, job);
    job->line = strdup(place);
    job->run = job_attach;
}

static void read_detach(const struct json_node *root, struct job *job) {
    static const char *const keys[] = {"device"};
    if (!json_need_object(root, keys, 1)) return;
    read_device(root, job);
    job->run = job_detach;
}

/* -------------------------------------------------------------------------------- creation */

static bool scenario_of_lesson(struct request *r, const struct json_node *slug) {
    struct complaint why;
    size_t length;
    const struct lesson *lesson = course_find(r->http->config.course, json_need_text(slug));
    if (!lesson) return json_fail(slug, "there is no such lesson");
    const char *text = lesson_scenario_text(lesson, &length);
    r->job.scenario = scenario_read(text, length, &why);
    if (!r->job.scenario) return json_fail(slug, "%s: %s", why.place, why.problem);
    r->job.scenario->scenario.seed = lesson_scenario(lesson)->scenario.seed;
    /* One line of the record: JSON may be broken into lines between its tokens only. */
    for (size_t n = 0; n < length; n++)
        buffer_char(&r->job.record, text[n] == '\n' || text[n] == '\r' ? ' ' : text[n]);
    return true;
}

static void read_lab(struct request *r, const struct json_node *root) {
    static const char *const keys[] = {"scenario", "lesson", "seed"};
    if (!json_need_object(root, keys, 3)) return;
    struct json_node scenario = json_get(root, "scenario"), lesson = json_get(root, "lesson"),
                     seed = json_get(root, "seed");
    if (json_is(scenario) == json_is(lesson)) {
        json_fail(root, "give a scenario, or the name of a lesson");
    } else if (json_is(lesson)) {
        scenario_of_lesson(r, &lesson);
    } else {
        r->job.scenario = scenario_read_node(&scenario);
        json_write(&scenario, &r->job.record);
        r->job.joins = devices_count(labs_options(r->http->config.labs)->devices) != 0;
    }
    if (json_is(seed) && r->job.scenario)
        r->job.scenario->scenario.seed = (uint64_t)json_need_integer(&seed, 0, INT64_MAX);
}

/* An empty room for what the job holds. */
static enum MHD_Result create_room(struct request *r, bool (*run)(struct room *, struct job *)) {
    const char *code = "", *say = "";
    char visitor[ROOM_VISITOR];
    request_visitor(r, visitor);
    struct room *room = labs_new(r->http->config.labs, visitor, &code, &say);
    if (!room)
        return request_error(r, code[0] == 't' && strstr(code, "yours") ? 429 : 503, code, "", "%s",
                             say);
    r->job.room = room;
    r->job.run = run;
    return request_post(r, room);
}

static enum MHD_Result draining(struct request *r) {
    return request_error(r, 503, "draining", "", "the service is stopping; try again in a moment");
}

static enum MHD_Result create(struct request *r) {
    enum MHD_Result result = MHD_NO;
    if (atomic_load(&r->http->draining)) return draining(r);
    struct json_document *d = read_document(r, &result);
    if (!d) return result;
    struct json_node root = json_root(d);
    read_lab(r, &root);
    if (json_failed(d)) return bad_body(r, d, "bad_scenario");
    json_free(d);
    return create_room(r, job_create);
}

/* ------------------------------------------------------------------------- labs' addresses */

static const struct {
    const char *name;
    unsigned segments;
    void (*body)(const struct json_node *, struct job *); /* POST */
    query_reader *query;                                  /* GET */
    bool (*run)(struct room *, struct job *);
} views[] = {
    /* /api/labs/L/timelines/T/NAME[/I] */
    {"commands", 5, read_command, NULL, NULL},
    {"run", 5, read_run, NULL, NULL},
    {"pause", 5, read_pause, NULL, NULL},
    {"step", 5, read_step, NULL, NULL},
    {"attach", 5, read_attach, NULL, NULL},
    {"detach", 5, read_detach, NULL, NULL},
    {"events", 5, NULL, query_range, job_events},
    {"packets", 6, NULL, query_index, job_packet},
    {"bins", 5, NULL, query_bins, job_bins},
    {"keyframes", 6, NULL, query_index, job_keyframe},
    {"variables", 5, NULL, query_variables, job_variables},
    {"overlays", 5, NULL, query_overlays, job_overlays},
    {"overlays", 6, NULL, query_overlays, job_overlay},
    {"beliefs", 5, NULL, query_beliefs, job_beliefs},
    {"complete", 5, NULL, query_complete, job_complete},
    {"judge", 5, NULL, query_judge, job_judge},
    {"pcap", 5, NULL, query_nothing, job_pcap},
};
enum { VIEWS = sizeof views / sizeof views[0] };

static enum MHD_Result bad_method(struct request *r, const char *use) {
    return request_error(r, 405, "bad_method", "", "use %s at this address", use);
}
static enum MHD_Result nothing_here(struct request *r) {
    return request_error(r, 404, "not_found", "", "there is nothing at this address");
}

/* Cross-site forms cannot send JSON, and pages of other sites have another Origin. */
static bool may_post(struct request *r, enum MHD_Result *result) {
    const char *type = request_header(r, "Content-Type");
    static const char json[] = "application/json";
    if (!request_origin_allowed(r))
        *result = request_error(r, 403, "foreign_origin", "Origin",
                                "only pages of this server may do this");
    else if (!type || strncasecmp(type, json, sizeof json - 1) ||
             (type[sizeof json - 1] && type[sizeof json - 1] != ';' &&
              type[sizeof json - 1] != ' '))
        *result = request_error(r, 415, "bad_type", "Content-Type", "send application/json");
    else
        return true;
    return false;
}

static void take_key(struct request *r) {
    const char *authorization = request_header(r, "Authorization");
    if (!authorization || strncmp(authorization, "Bearer ", 7)) return;
    snprintf(r->job.key, sizeof r->job.key, "%.32s", authorization + 7);
    if (strlen(authorization + 7) >= sizeof r->job.key) *r->job.key = 0;
}

static enum MHD_Result post_to_lab(struct request *r,
                                   void (*body)(const struct json_node *, struct job *)) {
    enum MHD_Result result = MHD_NO;
    if (!may_post(r, &result)) return result;
    struct json_document *d = read_document(r, &result);
    if (!d) return result;
    struct json_node root = json_root(d);
    take_key(r);
    body(&root, &r->job);
    if (json_failed(d)) return bad_body(r, d, "bad_request");
    json_free(d);
    if ((r->job.run == job_command || r->job.run == job_attach) && !r->job.line)
        return MHD_NO; /* out of memory */
    r->job.room = labs_find(r->http->config.labs, r->segment[1]);
    if (!r->job.room) return request_error(r, 404, "no_lab", "labs", "there is no such lab");
    return request_post(r, r->job.room);
}

static enum MHD_Result get_from_lab(struct request *r, query_reader *query,
                                    bool (*run)(struct room *, struct job *)) {
    enum MHD_Result result = MHD_NO;
    if (!query(r, &result)) return result;
    r->job.room = labs_find(r->http->config.labs, r->segment[1]);
    if (!r->job.room) return request_error(r, 404, "no_lab", "labs", "there is no such lab");
    r->job.run = run;
    return request_post(r, r->job.room);
}

static bool is_post(const struct request *r) {
    return !strcmp(r->method, "POST");
}
static bool is_get(const struct request *r) {
    return !strcmp(r->method, "GET") || !strcmp(r->method, "HEAD");
}

static enum MHD_Result timeline_view(struct request *r) {
    for (unsigned n = 0; n < VIEWS; n++) {
        if (strcmp(r->segment[4], views[n].name) || r->segments != views[n].segments) continue;
        snprintf(r->job.timeline, sizeof r->job.timeline, "%s", r->segment[3]);
        if (views[n].body)
            return is_post(r) ? post_to_lab(r, views[n].body) : bad_method(r, "POST");
        return is_get(r) ? get_from_lab(r, views[n].query, views[n].run) : bad_method(r, "GET");
    }
    return nothing_here(r);
}

/* POST /api/captures: the file itself. Forms of other sites cannot send this type either. */
static enum MHD_Result captures_route(struct request *r) {
    const char *type = request_header(r, "Content-Type");
    if (!is_post(r)) return bad_method(r, "POST");
    job_begin(&r->job);
    r->job_begun = true;
    if (!request_origin_allowed(r))
        return request_error(r, 403, "foreign_origin", "Origin",
                             "only pages of this server may do this");
    if (!type || (strcasecmp(type, "application/vnd.tcpdump.pcap") &&
                  strcasecmp(type, "application/octet-stream")))
        return request_error(r, 415, "bad_type", "Content-Type",
                             "send application/vnd.tcpdump.pcap or application/octet-stream");
    if (atomic_load(&r->http->draining)) return draining(r);
    r->job.seen = r->body.failed ? NULL : seen_begin(&r->body);
    if (!r->job.seen)
        return request_error(r, 503, "memory", "", "the server is out of memory; try again later");
    return create_room(r, job_capture);
}

static enum MHD_Result labs_route(struct request *r) {
    enum MHD_Result result = MHD_NO;
    job_begin(&r->job);
    r->job_begun = true;
    if (r->segments == 1) {
        if (!is_post(r)) return bad_method(r, "POST");
        return may_post(r, &result) ? create(r) : result;
    }
    if (r->segments == 2)
        return is_get(r) ? get_from_lab(r, query_nothing, job_describe) : bad_method(r, "GET");
    if (r->segments == 3 && !strcmp(r->segment[2], "class"))
        return is_post(r) ? post_to_lab(r, read_class) : bad_method(r, "POST");
    if (r->segments >= 5 && !strcmp(r->segment[2], "timelines")) return timeline_view(r);
    return nothing_here(r);
}

/* ------------------------------------------------------------------------------------- all */

static void split_path(struct request *r) {
    snprintf(r->split, sizeof r->split, "%s", r->path + strlen("/api/"));
    for (char *at = r->split; at && r->segments < HTTP_SEGMENTS;) {
        char *slash = strchr(at, '/');
        r->segment[r->segments++] = at;
        if (slash) *slash++ = 0;
        at = slash;
    }
}

static enum MHD_Result api(struct request *r) {
    split_path(r);
    if (!strcmp(r->segment[0], "labs")) return labs_route(r);
    if (!strcmp(r->segment[0], "captures") && r->segments == 1) return captures_route(r);
    if (!is_get(r)) return bad_method(r, "GET");
    if (!strcmp(r->segment[0], "join") && r->segments == 2) return join(r);
    if (!strcmp(r->segment[0], "lessons") && r->segments <= 2) return lessons(r);
    if (!strcmp(r->segment[0], "devices") && r->segments == 1) return devices(r);
    return request_file(r, r->path);
}

/* Addresses of the page itself: the page reads them. */
static bool is_page(const char *path) {
    static const char *const pages[] = {"/l/", "/join/", "/lesson/", "/lessons/"};
    for (size_t n = 0; n < sizeof pages / sizeof *pages; n++)
        if (!strncmp(path, pages[n], strlen(pages[n]))) return true;
    return false;
}

enum MHD_Result route(struct request *r) {
    if (!strcmp(r->path, "/ws")) return stream_ask(r);
    if (!strncmp(r->path, "/api/", 5)) return api(r);
    if (!is_get(r)) return bad_method(r, "GET");
    if (!strcmp(r->path, "/healthz")) return health(r);
    if (!strcmp(r->path, "/metrics")) return metrics(r);
    return request_file(r, is_page(r->path) ? "/index.html" : r->path);
}
