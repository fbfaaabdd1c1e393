#ifndef NETSTEP_SERVER_DEVICES_H
#define NETSTEP_SERVER_DEVICES_H
/*
 * The tap devices of the service (`serve --tap`): opened before anything else, each had by one lab
 * at most. A thread for each device that is had reads its frames, with the wall's time of each,
 * into a ring, and posts a job to the lab's worker while there are any.
 */
#include "room.h"
#include "tap.h"

enum { DEVICES_MOST = 16 };

struct device;
struct devices;
struct device_frame {
    int64_t wall;
    size_t count;
    const uint8_t *octets;
};

struct devices *devices_new(void); /* NULL: out of memory */
/* False: `why` is one line with the mend. */
bool devices_open(struct devices *, const char *name, char *why, size_t size);
/* A descriptor that gives a frame with each read, instead: for tests. */
bool devices_add(struct devices *, const char *name, int fd);
bool devices_start(struct devices *, struct labs *); /* the threads */
/* No frame comes any more, and no room is held. Call after labs_stop. */
void devices_stop(struct devices *);
void devices_free(struct devices *); /* NULL is fine */

unsigned devices_count(const struct devices *); /* NULL: 0 */
struct device *devices_at(struct devices *, unsigned n);
struct device *devices_find(struct devices *, const char *name); /* NULL: none */
const char *device_name(const struct device *);
bool device_is_free(struct device *);

enum claim { CLAIM_TAKEN, CLAIM_BUSY, CLAIM_SOON, CLAIM_GONE };
/* From now on `run` is called on the room's worker while there are frames. CLAIM_SOON: who had it
 * before is not yet done with it; ask again. */
enum claim device_claim(struct device *, struct room *, bool (*run)(struct room *, struct job *));
void device_release(struct device *);
struct device *device_of(const struct job *); /* inside `run` */
/* The oldest frame; false: there is none, and `run` is over. *gone: nor will there be. */
bool device_frame(struct device *, struct device_frame *, bool *gone);
void device_took(struct device *); /* that frame's room is free again */
enum tap_sent device_write(struct device *, const uint8_t *octets, size_t count);

#endif
