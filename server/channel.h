#ifndef NETSTEP_SERVER_CHANNEL_H
#define NETSTEP_SERVER_CHANNEL_H
/*
 * What all viewers of one room share beside the logs: how many they are, and the newest `class`
 * line, which replaces the one before it (a viewer that is late gets only the last).
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHANNEL_NOTE = 512 };

struct viewer; /* ws.c */
struct channel {
    _Atomic unsigned holders;
    _Atomic unsigned viewers;
    _Atomic bool dirty;
    struct channel *next;    /* in the sender's list of dirty channels, under the sender's lock */
    struct viewer *watchers; /* the sender's own list */
    pthread_mutex_t lock;    /* guards what follows */
    char note[CHANNEL_NOTE]; /* one line with its newline; "" none yet */
    size_t note_length;
    uint64_t version; /* counts the notes */
};
struct channel *channel_create(void); /* NULL: out of memory */
struct channel *channel_hold(struct channel *);
void channel_release(struct channel *);
bool channel_set(struct channel *, const char *line, size_t length); /* false: too long */
/* Copies the note when it is newer than *seen. Returns its length, 0: nothing new. */
size_t channel_get(struct channel *, uint64_t *seen, char out[CHANNEL_NOTE]);

#endif
