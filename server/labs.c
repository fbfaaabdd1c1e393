#include "labs.h"
/*
 * The registry: a list of rooms under one lock (a walk over some thousand entries is cheap beside
 * a request), their quotas, and the random names. With a data folder, a room whose id is not known
 * but whose record file exists is taken in, parked; so after a crash every link still works.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics.h"
#include "report.h"
#include "worker.h"

enum { PARKED_FACTOR = 10 }; /* parked rooms may be so many times the live ones */

struct labs {
    const struct options *options;
    struct labs_ears ears;
    pthread_mutex_t lock; /* guards the list */
    struct room *rooms;   /* by next_known */
    struct worker **workers;
    unsigned worker_count;
    _Atomic int64_t memory; /* as the rooms have weighed themselves lately */
    _Atomic size_t answers; /* octets of large answers until they are sent */
    _Atomic unsigned live;  /* rooms, when they were counted last */
    bool stopped;
};

const struct options *labs_options(const struct labs *l) {
    return l->options;
}
const struct labs_ears *labs_ears(const struct labs *l) {
    return &l->ears;
}

/* ---------------------------------------------------------------------------- random names */

static void random_octets(unsigned char *out, size_t count) {
    while (count) {
        ssize_t n = getrandom(out, count, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) abort(); /* a key that can be guessed is worse than no service */
        out += n;
        count -= (size_t)n;
    }
}

/* Letters of `alphabet`, each equally likely: octets that would favour some are thrown away. */
static void random_letters(char *out, size_t count, const char *alphabet) {
    size_t letters = strlen(alphabet), even = 256 - 256 % letters;
    while (count) {
        unsigned char octet;
        random_octets(&octet, 1);
        if (octet >= even) continue;
        *out++ = alphabet[octet % letters];
        count--;
    }
    *out = 0;
}

void random_id(char *out, size_t size) {
    random_letters(out, size - 1, "abcdefghijkmnpqrstuvwxyz23456789");
}

void random_key(char out[ROOM_KEY]) {
    random_letters(out, ROOM_KEY - 1, "0123456789abcdef");
}

void random_code(char out[ROOM_JOIN]) {
    random_letters(out, 6, "ABCDEFGHJKMNPQRTUVWXYZ2346789");
}

bool same_secret(const char *a, const char *b) {
    size_t length = strlen(a);
    if (!length || length != strlen(b)) return false; /* the length is no secret */
    unsigned differ = 0;
    for (size_t n = 0; n < length; n++) differ |= (unsigned char)a[n] ^ (unsigned char)b[n];
    return !differ;
}

/* ---------------------------------------------------------------------------- the registry */

static unsigned least_loaded(const struct labs *l) {
    unsigned best = 0;
    for (unsigned n = 1; n < l->worker_count; n++)
        if (worker_load(l->workers[n]) < worker_load(l->workers[best])) best = n;
    return best;
}

static struct room *empty_room(struct labs *l) {
    struct room *room = calloc(1, sizeof *room);
    if (!room) return NULL;
    atomic_init(&room->holders, 1);
    room->labs = l;
    room->file = -1;
    room->channel = channel_create();
    atomic_store(&room->used_at, wall_now());
    room->pool.budget = l->options->keyframe_octets;
    room->config = (struct timeline_config){{l->options->ring_octets, l->options->spill},
                                            l->options->log_octets};
    if (!room->channel) {
        free(room);
        return NULL;
    }
    return room;
}

/* Under the lock. */
static struct room *add_known(struct labs *l, struct room *room) {
    room->next_known = l->rooms;
    l->rooms = room;
    worker_adopt(l->workers[least_loaded(l)], room);
    return room_hold(room);
}

static struct room *known(struct labs *l, const char *id) {
    for (struct room *room = l->rooms; room; room = room->next_known)
        if (!strcmp(room->id, id)) return room;
    return NULL;
}

static bool is_id(const char *id) {
    if (strlen(id) != ROOM_ID - 1) return false;
    for (; *id; id++)
        if (!islower((unsigned char)*id) && !isdigit((unsigned char)*id)) return false;
    return true;
}

/* A record's first line gives key and join code; the rest is read when the room is revived. */
static struct room *from_disk(struct labs *l, const char *id) {
    char path[512];
    if (!l->options->data || !is_id(id)) return NULL;
    int n = snprintf(path, sizeof path, "%s/%s.ndjson", l->options->data, id);
    FILE *file = n > 0 && (size_t)n < sizeof path ? fopen(path, "re") : NULL;
    if (!file) return NULL;
    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, file);
    fclose(file);
    struct complaint why;
    struct json_document *document = length > 0 ? json_read(line, (size_t)length, &why) : NULL;
    free(line);
    if (!document) return NULL;
    struct json_node root = json_root(document), key = json_get(&root, "key"),
                     join = json_get(&root, "join");
    struct room *room = empty_room(l);
    if (room) {
        snprintf(room->id, sizeof room->id, "%s", id);
        snprintf(room->key, sizeof room->key, "%s", json_text_or(&key, ""));
        snprintf(room->join, sizeof room->join, "%s", json_text_or(&join, ""));
        atomic_store(&room->state, ROOM_PARKED);
    }
    json_free(document);
    return room;
}

struct room *labs_find(struct labs *l, const char *id) {
    pthread_mutex_lock(&l->lock);
    struct room *room = known(l, id);
    if (room)
        room_hold(room);
    else if ((room = from_disk(l, id)))
        add_known(l, room);
    pthread_mutex_unlock(&l->lock);
    return room;
}

struct room *labs_find_join(struct labs *l, const char *code) {
    char plain[ROOM_JOIN] = "";
    size_t length = 0;
    for (; *code && length < ROOM_JOIN - 1; code++)
        if (isalnum((unsigned char)*code)) plain[length++] = (char)toupper((unsigned char)*code);
    pthread_mutex_lock(&l->lock);
    struct room *room = l->rooms;
    while (room && (strcmp(room->join, plain) || !*plain)) room = room->next_known;
    if (room) room_hold(room);
    pthread_mutex_unlock(&l->lock);
    return room;
}

/* Counts the rooms under the lock; parked ones cost little and are counted apart. */
static void count_rooms(struct labs *l, const char *visitor, unsigned *live, unsigned *parked,
                        unsigned *own) {
    *live = *parked = *own = 0;
    for (struct room *room = l->rooms; room; room = room->next_known) {
        if (atomic_load(&room->state) == ROOM_PARKED) {
            ++*parked;
            continue;
        }
        ++*live;
        if (!strcmp(room->visitor, visitor)) ++*own;
    }
    atomic_store(&l->live, *live);
}

static void remove_known(struct labs *l, struct room *room) {
    for (struct room **link = &l->rooms; *link; link = &(*link)->next_known)
        if (*link == room) {
            *link = room->next_known;
            room_release(room);
            return;
        }
}

/* The parked room that was used longest ago leaves; with a file it can come back. */
static void forget_oldest_parked(struct labs *l) {
    struct room *oldest = NULL;
    for (struct room *room = l->rooms; room; room = room->next_known)
        if (atomic_load(&room->state) == ROOM_PARKED &&
            (!oldest || atomic_load(&room->used_at) < atomic_load(&oldest->used_at)))
            oldest = room;
    if (oldest) remove_known(l, oldest);
}

static bool quota(struct labs *l, const char *visitor, const char **code, const char **say) {
    unsigned live, parked, own;
    count_rooms(l, visitor, &live, &parked, &own);
    if (own >= l->options->labs_per_visitor) {
        *code = "too_many_labs_of_yours";
        *say = "you have as many labs as one visitor may; come back later";
    } else if (live >= l->options->labs || !labs_memory_left(l, 0)) {
        *code = "too_many_labs";
        *say = "the server has as many labs as it can hold; try again later";
    } else {
        if (parked >= l->options->labs * PARKED_FACTOR) forget_oldest_parked(l);
        return true;
    }
    return false;
}

struct room *labs_new(struct labs *l, const char *visitor, const char **code, const char **say) {
    struct room *room = NULL;
    pthread_mutex_lock(&l->lock);
    if (quota(l, visitor, code, say)) {
        room = empty_room(l);
        *code = "memory";
        *say = "the server is out of memory; try again later";
    }
    if (room) {
        do random_id(room->id, sizeof room->id);
        while (known(l, room->id));
        random_key(room->key);
        random_code(room->join);
        snprintf(room->visitor, sizeof room->visitor, "%s", visitor);
        add_known(l, room);
    }
    pthread_mutex_unlock(&l->lock);
    return room;
}

void labs_forget(struct labs *l, struct room *room) {
    pthread_mutex_lock(&l->lock);
    remove_known(l, room);
    pthread_mutex_unlock(&l->lock);
}

void labs_post(struct labs *l, struct room *room, struct job *job) {
    (void)l;
    job->room = room;
    atomic_store(&room->used_at, wall_now());
    worker_post(room->worker, job);
}

/* ------------------------------------------------------------------------------ accounting */

bool labs_memory_left(struct labs *l, size_t octets) {
    return atomic_load(&l->memory) + (int64_t)octets <= (int64_t)l->options->memory_octets;
}

/* Many captures that are asked for at once must not take more than an eighth of the memory. */
bool labs_answer_grows(struct labs *l, size_t by) {
    if (atomic_fetch_add(&l->answers, by) + by <= l->options->memory_octets / 8) return true;
    atomic_fetch_sub(&l->answers, by);
    return false;
}

void labs_answer_over(struct labs *l, size_t octets) {
    atomic_fetch_sub(&l->answers, octets);
}

size_t labs_share(struct labs *l) {
    return l->options->memory_octets / (atomic_load(&l->live) + 1);
}

void labs_memory_changed(struct labs *l, int64_t by) {
    metric_set(METRIC_MEMORY_OCTETS, atomic_fetch_add(&l->memory, by) + by);
}

void labs_count(struct labs *l) {
    unsigned live, parked, own;
    pthread_mutex_lock(&l->lock);
    count_rooms(l, "-", &live, &parked, &own);
    pthread_mutex_unlock(&l->lock);
    metric_set(METRIC_LABS_LIVE, live);
    metric_set(METRIC_LABS_PARKED, parked);
}

/* ------------------------------------------------------------------------------------ life */

/* Join codes must be known before somebody types one, so the folder is read at the start. */
static bool read_folder(struct labs *l, char *why, size_t size) {
    const char *folder = l->options->data;
    if (!folder) return true;
    if (mkdir(folder, 0700) && errno != EEXIST) {
        snprintf(why, size, "--data %s: %s; name a folder that can be written", folder,
                 strerror(errno));
        return false;
    }
    DIR *directory = opendir(folder);
    if (!directory || access(folder, W_OK)) {
        snprintf(why, size, "--data %s: %s; name a folder that can be written", folder,
                 strerror(errno));
        if (directory) closedir(directory);
        return false;
    }
    unsigned found = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char id[ROOM_ID];
        size_t length = strlen(entry->d_name);
        if (length != ROOM_ID - 1 + 7 || strcmp(entry->d_name + ROOM_ID - 1, ".ndjson")) continue;
        memcpy(id, entry->d_name, ROOM_ID - 1);
        id[ROOM_ID - 1] = 0;
        struct room *room = labs_find(l, id);
        if (!room) continue;
        room_release(room);
        found++;
    }
    closedir(directory);
    report(REPORT_INFO, "data", "%u labs found in %s", found, folder);
    return true;
}

struct labs *labs_start(const struct options *options, const struct labs_ears *ears, char *why,
                        size_t size) {
    struct labs *l = calloc(1, sizeof *l);
    snprintf(why, size, "no memory for the labs");
    if (!l) return NULL;
    l->options = options;
    l->ears = *ears;
    pthread_mutex_init(&l->lock, NULL);
    l->workers = calloc(options->workers, sizeof *l->workers);
    while (l->workers && l->worker_count < options->workers &&
           (l->workers[l->worker_count] = worker_start(l)))
        l->worker_count++;
    if (l->worker_count == options->workers && read_folder(l, why, size)) return l;
    labs_stop(l);
    labs_free(l);
    return NULL;
}

void labs_stop(struct labs *l) {
    if (l->stopped) return;
    l->stopped = true;
    for (unsigned n = 0; n < l->worker_count; n++) worker_stop(l->workers[n]);
}

void labs_free(struct labs *l) {
    if (!l) return;
    while (l->rooms) remove_known(l, l->rooms);
    for (unsigned n = 0; n < l->worker_count; n++) worker_free(l->workers[n]);
    free(l->workers);
    pthread_mutex_destroy(&l->lock);
    free(l);
}
