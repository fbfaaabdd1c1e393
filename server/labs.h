#ifndef NETSTEP_SERVER_LABS_H
#define NETSTEP_SERVER_LABS_H
/*
 * All rooms of the service: found by id or join code, counted against the quotas, spread over the
 * workers, and, with a data folder, found again after a restart.
 */
#include "options.h"
#include "room.h"

struct labs;
/* What the labs tell the sender of the streams. */
struct labs_ears {
    void (*published)(void *user, struct log *);
    void (*noted)(void *user, struct channel *);
    void *user;
};
/* NULL after a complaint: `why` is one line. The options must outlive it. */
struct labs *labs_start(const struct options *, const struct labs_ears *, char *why, size_t size);
/* Stops the workers; every waiting job is answered with 503. Then nothing changes any more. */
void labs_stop(struct labs *);
void labs_free(struct labs *);

/* Each is a room that the caller holds, or NULL. */
struct room *labs_find(struct labs *, const char *id);
struct room *labs_find_join(struct labs *, const char *code);
/* A new, empty room with fresh names; NULL: over a quota, *code and *say tell which. */
struct room *labs_new(struct labs *, const char *visitor, const char **code, const char **say);
void labs_forget(struct labs *, struct room *); /* it could not be created, or is over */
/* Gives the job to its room's worker. After labs_stop it is failed at once. */
void labs_post(struct labs *, struct room *, struct job *);

/* For the rooms. */
const struct options *labs_options(const struct labs *);
const struct labs_ears *labs_ears(const struct labs *);
bool labs_memory_left(struct labs *, size_t octets); /* may all labs together grow by so much? */
void labs_memory_changed(struct labs *, int64_t by); /* a room has grown or shrunk */
bool labs_answer_grows(struct labs *, size_t by);    /* false: the answers hold all they may */
void labs_answer_over(struct labs *, size_t octets);
size_t labs_share(struct labs *); /* what each may hold even when --memory is used up */
void labs_count(struct labs *);   /* renew the gauges; any thread */

/* Random names: unpredictable, from getrandom. */
void random_id(char *out, size_t size); /* lower-case letters and digits, size - 1 of them */
void random_key(char out[ROOM_KEY]);    /* 128 bits in hex */
void random_code(char out[ROOM_JOIN]);  /* six letters and digits that are not mistaken */
bool same_secret(const char *a, const char *b); /* in constant time; never for empty ones */

#endif
