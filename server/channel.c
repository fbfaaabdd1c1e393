#include "channel.h"
/* One short text under a lock, with a version. */
#include <stdlib.h>
#include <string.h>

struct channel *channel_create(void) {
    struct channel *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    atomic_init(&c->holders, 1);
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

struct channel *channel_hold(struct channel *c) {
    atomic_fetch_add(&c->holders, 1);
    return c;
}

void channel_release(struct channel *c) {
    if (!c || atomic_fetch_sub(&c->holders, 1) != 1) return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

bool channel_set(struct channel *c, const char *line, size_t length) {
    if (length >= CHANNEL_NOTE) return false;
    pthread_mutex_lock(&c->lock);
    memcpy(c->note, line, length);
    c->note_length = length;
    c->version++;
    pthread_mutex_unlock(&c->lock);
    return true;
}

size_t channel_get(struct channel *c, uint64_t *seen, char out[CHANNEL_NOTE]) {
    size_t length = 0;
    pthread_mutex_lock(&c->lock);
    if (c->version != *seen) {
        length = c->note_length;
        memcpy(out, c->note, length);
        *seen = c->version;
    }
    pthread_mutex_unlock(&c->lock);
    return length;
}
