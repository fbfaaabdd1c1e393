#ifndef NETSTEP_SERVER_ROOM_H
#define NETSTEP_SERVER_ROOM_H
/*
 * A room: one lab that people share, with its timelines, its control key and its join code. It
 * belongs to one worker thread; others talk to it by jobs. What a room is at bottom is its record:
 * scenario, seed and journals as text. A room that nobody uses is parked, which means that only
 * the record is kept, and is re-run when somebody comes.
 */
#include "channel.h"
#include "scenario.h"
#include "seen.h"
#include "timeline.h"

enum {
    ROOM_ID = 12,
    ROOM_KEY = 33,
    ROOM_JOIN = 8,
    ROOM_VISITOR = 48,
    ROOM_CLIENT_ID = 64,
    ROOM_ANSWER_NAME = 128
};

struct labs;
struct worker;
struct room;

/* A request that a worker carries out. It belongs to whoever made it until posted, and again from
 * `done` on. */
struct job {
    struct job *next;
    struct room *room;
    /* By the worker, until it returns true. While it returns false the room goes on living and
     * the job is called again; later jobs may overtake it. */
    bool (*run)(struct room *, struct job *);
    void (*done)(struct job *);
    void *owner;

    /* what is asked for; strings are copies */
    char key[ROOM_KEY], timeline[TIMELINE_ID], client_id[ROOM_CLIENT_ID], node[32], slug[64];
    char question[64];
    char *line;
    bool has_at, has_until, has_speed, binary, from_head;
    uint32_t at, from, to, count;
    uint64_t index;
    enum detail detail;
    int language;
    sim_time until, time; /* of a run; of a command: not before it */
    double speed;
    struct scenario_file *scenario; /* creation: the room takes it over */
    bool joins;                     /* creation: loose interfaces may meet the outside */
    struct seen *seen;              /* the same of a capture */
    struct buffer record;           /* creation: the record's first line */
    const struct course *course;

    /* on the way */
    int64_t taken; /* METRIC_SLICES when its worker took it in: waits are counted in slices */
    int64_t begun;
    void *state;
    void (*state_free)(void *);

    /* the answer */
    unsigned status;
    struct buffer body;
    size_t weighed;   /* octets of a large body that the labs know of */
    const char *type; /* NULL: application/json */
    long strings_at;  /* X-Strings-At; -1: none */
    struct log *log;  /* open: held */
    struct channel *channel;
    uint64_t offset;
};
void job_begin(struct job *);
void job_end(struct job *); /* frees all that it holds, not the job itself */
/* The answer is an error: {"error":{"code","place","say"}}. Always true: `return job_fail(...)`. */
bool job_fail(struct job *, unsigned status, const char *code, const char *place,
              const char *format, ...) __attribute__((format(printf, 5, 6)));

enum room_state { ROOM_NEW, ROOM_LIVE, ROOM_PARKED, ROOM_REVIVING, ROOM_BROKEN };
enum { ROOM_ANSWERS = 256 };

struct answer { /* what a command was answered, for repeats of its id */
    char name[ROOM_ANSWER_NAME];
    unsigned status;
    char *body;
    size_t length;
};
struct revival; /* room_record.c */

struct room {
    _Atomic unsigned holders;
    char id[ROOM_ID], key[ROOM_KEY], join[ROOM_JOIN], visitor[ROOM_VISITOR];
    struct labs *labs;
    struct worker *worker;
    struct channel *channel;
    struct room *next_known; /* registry, under its lock */
    _Atomic int state;       /* written by the worker, read by all */
    _Atomic int64_t used_at; /* wall: the last request */

    /* the worker's alone from here on */
    struct room *next_of_worker;
    struct job *first_job, *last_job;
    int64_t used_ns, used_as_of; /* processor time that it has had lately, faded */
    int64_t due;                 /* when it next wants a slice */
    bool active;
    struct room *next_active;

    struct scenario_file *scenario;
    struct seen *seen;    /* a capture in place of what a lab would do; NULL: a lab */
    struct buffer record; /* empty while parked with a file behind it */
    size_t frame_octets;  /* of it: frames that came in from devices */
    size_t saved;         /* octets of it that are in the file */
    int file;             /* -1: none */
    int64_t heads_due;
    uint64_t heads_sum; /* of the heads that were written last */
    struct revival *revival;
    struct page_pool pool;
    int64_t counted, weighed; /* octets of memory that the labs know of, and since when */
    bool starved;             /* it holds as much as it may: nothing moves */
    struct timeline_config config;
    struct timeline **timelines;
    uint32_t timeline_count, timeline_room, next_number, turn;
    struct answer answers[ROOM_ANSWERS];
    uint32_t answer_count;
    char broken[200];

    char class_timeline[TIMELINE_ID], class_question[64];
    uint32_t class_i;
    bool class_known, class_waits;
    int64_t class_sent;
};

struct room *room_hold(struct room *);
void room_release(struct room *);

/* The worker's calls. */
int64_t room_due(struct room *, int64_t wall); /* when it next wants a slice; INT64_MAX: never */
void room_slice(struct room *, int64_t deadline);
void room_second(struct room *, int64_t wall); /* once a second: idle rules, saving heads */
void room_park(struct room *);                 /* heads are saved, all but the record goes */
void room_fail_jobs(struct room *);            /* the service stops */

/* room_record.c: the record and its revival. */
bool room_record_create(struct room *, const char *text, size_t length); /* the first line */
void room_record_fork(struct room *, const struct timeline *);
void room_record_command(struct room *, const struct timeline *, const struct journal_entry *);
void room_record_heads(struct room *);
bool room_record_save(struct room *); /* to the disk, when there is a file; false: it cannot */
bool room_record_room(const struct room *, size_t octets); /* may it grow so much? */
void room_revive_begin(struct room *);
bool room_revive_some(struct room *, int64_t deadline); /* true: alive or broken */
void room_revive_end(struct room *);

/* room_devices.c: timelines that are joined to devices. */
void room_leave_devices(struct room *, struct timeline *);
void room_describe_devices(const struct room *, struct buffer *);
void room_describe_outside(const struct room *, struct buffer *); /* what may be joined */

/* Helpers of the jobs. */
struct timeline *room_timeline(const struct room *, const char *id); /* NULL: none */
struct timeline *room_add(struct room *, struct timeline *); /* NULL: out of memory; freed */
void room_flush(struct room *, struct timeline *, int64_t wall);
/* Counts a large answer while it is made, and until it is sent. False: it is failed. */
bool room_weigh(const struct room *, struct job *);
bool room_controls(const struct room *, const struct timeline *, const char *key);
void room_class_send(struct room *, int64_t wall);
size_t room_memory(const struct room *);

/* room_seen.c: rooms that show a capture. */
bool room_seen_refuses(const struct room *, struct job *);  /* true: nothing moves in a capture */
void room_seen_world(struct buffer *, const struct room *); /* as story_world */
bool room_seen_revive(struct room *, int64_t deadline);     /* as room_revive_some */
bool job_capture(struct room *, struct job *);              /* creation */
bool job_seen_packet(struct room *, struct job *, uint64_t number);
bool job_seen_keyframe(struct room *, struct job *);
bool job_seen_file(struct room *, struct job *);

/* The jobs (`run` members). */
bool job_create(struct room *, struct job *);
bool job_describe(struct room *, struct job *);
bool job_command(struct room *, struct job *);
bool job_step(struct room *, struct job *);
bool job_run(struct room *, struct job *);
bool job_pause(struct room *, struct job *);
bool job_attach(struct room *, struct job *); /* slug: the device, line: NODE:INTERFACE */
bool job_detach(struct room *, struct job *);
bool job_class(struct room *, struct job *);
bool job_open(struct room *, struct job *);   /* a stream: log, offset, channel, body = greeting */
bool job_events(struct room *, struct job *); /* a range: log, offset; or records in body */
bool job_packet(struct room *, struct job *);
bool job_bins(struct room *, struct job *);
bool job_keyframe(struct room *, struct job *);
bool job_variables(struct room *, struct job *); /* room_samples.c */
bool job_overlays(struct room *, struct job *);  /* room_overlays.c */
bool job_overlay(struct room *, struct job *);   /* slug: which, line: the destination, node */
bool job_beliefs(struct room *, struct job *);   /* the same over time, from `from` on */
bool job_complete(struct room *, struct job *);
bool job_judge(struct room *, struct job *);
bool job_pcap(struct room *, struct job *);

#endif
