#include "http_queries.h"
/*
 * What a GET asks beside its address: queries to a job's fields. The first that is wrong is named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"
#include "units.h"

enum { BINS_MAX = 4096 };

/* ?lang=en|zh; without it Accept-Language decides. */
bool request_language(struct request *r, enum language *language, enum MHD_Result *result) {
    const char *asked = request_query(r, "lang"), *accepts = request_header(r, "Accept-Language");
    if (!asked) {
        *language = accepts && !strncmp(accepts, "zh", 2) ? LANGUAGE_ZH : LANGUAGE_EN;
        return true;
    }
    for (int n = 0; n < LANGUAGE_COUNT; n++)
        if (!strcmp(asked, language_name[n])) {
            *language = (enum language)n;
            return true;
        }
    *result = request_error(r, 400, "bad_query", "lang", "lang is en or zh");
    return false;
}

bool query_range(struct request *r, enum MHD_Result *result) {
    const char *detail = request_query(r, "detail"), *accept = request_header(r, "Accept");
    struct job *job = &r->job;
    job->binary = accept && strstr(accept, "application/octet-stream");
    if (detail && !strcmp(detail, "full"))
        job->detail = DETAIL_FULL;
    else if (detail && strcmp(detail, "story")) {
        *result = request_error(r, 400, "bad_query", "detail", "detail is story or full");
        return false;
    }
    return request_query_number(r, "from", 0, UINT32_MAX, 0, &job->from, result) &&
           request_query_number(r, "to", 0, UINT32_MAX, UINT32_MAX, &job->to, result);
}

bool query_judge(struct request *r, enum MHD_Result *result) {
    const char *lesson = request_query(r, "lesson"), *step = request_query(r, "step");
    enum language language;
    if (!lesson || !step || strlen(lesson) >= sizeof r->job.slug ||
        strlen(step) >= sizeof r->job.question) {
        *result = request_error(r, 400, "bad_query", lesson ? "step" : "lesson",
                                "judge needs lesson=SLUG and step=ID");
        return false;
    }
    if (!request_language(r, &language, result)) return false;
    r->job.language = (int)language;
    r->job.course = r->http->config.course;
    snprintf(r->job.slug, sizeof r->job.slug, "%s", lesson);
    snprintf(r->job.question, sizeof r->job.question, "%s", step);
    return true;
}

bool query_complete(struct request *r, enum MHD_Result *result) {
    const char *node = request_query(r, "node"), *line = request_query(r, "line");
    if ((node && strlen(node) >= sizeof r->job.node) || (line && strlen(line) > LINE_MAX_OCTETS)) {
        *result = request_error(r, 400, "bad_query", "line", "a command has at most %d octets",
                                LINE_MAX_OCTETS);
        return false;
    }
    if (node) snprintf(r->job.node, sizeof r->job.node, "%s", node);
    r->job.line = strdup(line ? line : "");
    return r->job.line != NULL;
}

bool query_bins(struct request *r, enum MHD_Result *result) {
    return request_query_number(r, "from", 0, UINT32_MAX, 0, &r->job.from, result) &&
           request_query_number(r, "to", 0, UINT32_MAX, UINT32_MAX, &r->job.to, result) &&
           request_query_number(r, "n", 1, BINS_MAX, 100, &r->job.count, result);
}

/* Of which object: its machine, its node's name, its number. */
bool query_variables(struct request *r, enum MHD_Result *result) {
    const char *machine = request_query(r, "m"), *node = request_query(r, "node");
    uint32_t object = 0;
    if (!machine || !node || strlen(machine) >= sizeof r->job.slug ||
        strlen(node) >= sizeof r->job.node) {
        *result = request_error(r, 400, "bad_query", machine ? "node" : "m",
                                "variables needs m=MACHINE, node=NAME and obj=NUMBER");
        return false;
    }
    snprintf(r->job.slug, sizeof r->job.slug, "%s", machine);
    snprintf(r->job.node, sizeof r->job.node, "%s", node);
    if (!request_query_number(r, "from", 0, UINT32_MAX, 0, &r->job.from, result) ||
        !request_query_number(r, "obj", 0, UINT32_MAX, 0, &object, result))
        return false;
    r->job.index = object;
    return true;
}

/* Which moment; of one overlay also which node and which destination. */
bool query_overlays(struct request *r, enum MHD_Result *result) {
    const char *node = request_query(r, "node"), *to = request_query(r, "to");
    r->job.has_at = request_query(r, "at") != NULL;
    if ((node && strlen(node) >= sizeof r->job.node) || (to && strlen(to) >= 64)) {
        *result = request_error(r, 400, "bad_query", node ? "node" : "to",
                                "node is a node's name, to an address or a node's name");
        return false;
    }
    if (node) snprintf(r->job.node, sizeof r->job.node, "%s", node);
    r->job.line = strdup(to ? to : "");
    if (r->segments > 5) snprintf(r->job.slug, sizeof r->job.slug, "%.63s", r->segment[5]);
    return r->job.line != NULL &&
           request_query_number(r, "at", 0, UINT32_MAX, 0, &r->job.at, result) &&
           request_query_number(r, "from", 0, UINT32_MAX, 0, &r->job.from, result);
}

bool query_beliefs(struct request *r, enum MHD_Result *result) {
    const char *overlay = request_query(r, "overlay");
    if (!overlay || strlen(overlay) >= sizeof r->job.slug) {
        *result = request_error(r, 400, "bad_query", "overlay",
                                "beliefs needs overlay=NAME, and what that asks for");
        return false;
    }
    snprintf(r->job.slug, sizeof r->job.slug, "%s", overlay);
    return query_overlays(r, result);
}

/* The index that ends the address: packets/I, keyframes/I. */
bool query_index(struct request *r, enum MHD_Result *result) {
    uint64_t index;
    if (read_u64(r->segment[5], &index) && index <= UINT32_MAX) {
        r->job.index = index;
        return true;
    }
    *result =
        request_error(r, 400, "bad_path", r->segment[4], "an event's index is a whole number");
    return false;
}

bool query_nothing(struct request *r, enum MHD_Result *result) {
    (void)r;
    (void)result;
    return true;
}
