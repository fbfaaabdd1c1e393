#ifndef NETSTEP_SERVER_HTTP_QUERIES_H
#define NETSTEP_SERVER_HTTP_QUERIES_H
/* Queries of GETs, read into the request's job. False: *result is the answer, an error. */
#include "http_request.h"
#include "lesson.h"

enum { LINE_MAX_OCTETS = 1024 }; /* of a console line */

typedef bool query_reader(struct request *, enum MHD_Result *result);
query_reader query_range;     /* from, to, detail; octets or lines */
query_reader query_judge;     /* lesson, step, lang */
query_reader query_complete;  /* node, line */
query_reader query_bins;      /* from, to, n */
query_reader query_variables; /* m, node, obj, from */
query_reader query_overlays; /* at, node, to; the overlay's name ends the address, or it does not */
query_reader query_beliefs;  /* overlay, node, to, from */
query_reader query_index;    /* the index that ends the address: packets/I, keyframes/I */
query_reader query_nothing;

/* ?lang=en|zh; without it Accept-Language decides. */
bool request_language(struct request *, enum language *, enum MHD_Result *result);

#endif
