#include "apps/daemons.h"
/*
 * ripd, ospfd and staticd as processes: they begin by their names or by what is configured, and end
 * by kill, killall or `no router`. A daemon that is killed leaves its routes where they are, and
 * the node goes on by them: the table is the kernel's. Only `no router` takes them away.
 */
#include "apps/shell.h"
#include "routing/routing.h"
#include "routing/staticd.h"
#include "sim/trace.h"
#include "stack/ip/route.h"

struct daemon {
    const char *name;
    enum app app;
    bool (*has)(const struct lab *, uint32_t node); /* something is configured */
    void (*start)(struct step *, uint32_t node, struct id process);
    void (*stop)(struct step *, uint32_t node);
    void (*resume)(struct step *, uint32_t node);
};
static const struct daemon daemons[] = {
    {"ripd", APP_RIPD, rip_has_router, rip_start, rip_stop, rip_resume},
    {"ospfd", APP_OSPFD, ospf_has_router, ospf_start, ospf_stop, ospf_resume},
    {"staticd", APP_STATICD, static_has, static_start, static_stop, static_resume},
};
enum { DAEMONS = sizeof daemons / sizeof *daemons };

static const struct daemon *daemon_of(uint32_t app) {
    for (size_t i = 0; i < DAEMONS; i++)
        if ((uint32_t)daemons[i].app == app) return &daemons[i];
    return NULL;
}

bool daemon_is(uint32_t app) {
    return daemon_of(app) != NULL;
}

struct id daemon_process(const struct lab *lab, uint32_t node, enum app app) {
    struct id id = process_first(lab, node);
    while (id_is(id) && process_get(lab, id)->app != app) id = process_get(lab, id)->next;
    return id;
}

/* A step of its own at this instant: what a scenario configures begins to run with the lab, and
 * what one line says after another is there when the daemon begins. */
static void wake(struct step *s, struct id id) {
    struct process *p = process_edit(s, id);
    timer_set(s, &p->timer, TIMER_WAKE, p->node, id, s->now);
}

bool daemon_run(struct step *s, uint32_t node, enum app app) {
    struct id id = daemon_process(s->lab, node, app);
    if (!id_is(id)) {
        id = process_create(s, node, "", PROCESS_OWN);
        if (!id_is(id)) return false;
        struct process *p = process_edit(s, id);
        p->app = app;
        copy_text(p->line, sizeof p->line, daemon_of(app)->name);
    }
    if (process_get(s->lab, id)->of.daemon.started == 0) wake(s, id);
    return true;
}

void daemon_resume(struct step *s, struct id id) {
    struct process *p = process_edit(s, id);
    const struct daemon *d = daemon_of(p->app);
    if (!d->has(s->lab, p->node)) return;
    if (p->of.daemon.started != 0) {
        d->resume(s, p->node);
    } else {
        p->of.daemon.started = 1;
        /* With the lab: it is the node's boot that begins it, and nothing else has caused it. */
        if (s->cause_step == 0) trace_command(s, p->node, d->name);
        d->start(s, p->node, id);
    }
}

/* exit(2) closes what the daemon has left open. */
static void close_sockets(struct step *s, uint32_t node, struct id process) {
    struct id next;
    for (struct id id = socket_first(s->lab, node); id_is(id); id = next) {
        next = socket_get(s->lab, id)->next;
        if (id_same(socket_get(s->lab, id)->process, process)) socket_close(s, id);
    }
}

void daemon_ends(struct step *s, struct id id) {
    const struct process *p = process_get(s->lab, id);
    if (p->of.daemon.started != 0) daemon_of(p->app)->stop(s, p->node);
    close_sockets(s, p->node, id);
}

static void take_routes(struct step *s, uint32_t node, enum route_origin origin) {
    struct id next;
    for (struct id id = route_first(s->lab, node); id_is(id); id = next) {
        next = route_get(s->lab, id)->next;
        if (route_get(s->lab, id)->origin == origin) route_unmake(s, id);
    }
    route_drop_baseless(s, node);
}

bool daemon_router(struct step *s, uint32_t node, enum app app, bool no) {
    struct id id = daemon_process(s->lab, node, app);
    bool rip = app == APP_RIPD;
    if (no == !daemon_of(app)->has(s->lab, node)) return true;
    if (no && id_is(id)) process_destroy(s, id);
    if (!(rip ? rip_router(s, node, no) : ospf_router(s, node, no))) return false;
    if (!no) return daemon_run(s, node, app);
    take_routes(s, node, rip ? ROUTE_RIP : ROUTE_OSPF);
    return true;
}

void daemons_boot(struct step *s, uint32_t node) {
    for (size_t i = 0; i < DAEMONS; i++)
        if (daemons[i].has(s->lab, node)) daemon_run(s, node, daemons[i].app);
}

/* ------------------------------------------------------------------- commands */

/* Typed, it goes into the background by itself (-d), as a daemon does. */
void run_daemon(struct step *s, const struct command *c) {
    const struct daemon *d = daemons;
    while (!same_text(d->name, c->words[0])) d++;
    if (id_is(daemon_process(s->lab, c->node, d->app))) {
        char room[LINE_ROOM];
        struct text t = text_of(room, sizeof room);
        text_add(&t, c->words[0]);
        text_add(&t, ": already running");
        process_say(s, c->process, &t);
    } else if (!daemon_run(s, c->node, d->app)) {
        process_print(s, c->process, "sh: fork: Resource temporarily unavailable");
    }
    process_return(s, c->process);
}

/* Whether the line's first word is this name. */
static bool is_called(const struct process *p, const char *name) {
    size_t length = strlen(name);
    return p->app != APP_IDLE && strlen(p->line) >= length && memcmp(p->line, name, length) == 0 &&
           (p->line[length] == '\0' || p->line[length] == ' ');
}

void run_killall(struct step *s, const struct command *c) {
    const char *name = c->count > 1 ? c->words[c->count - 1] : "";
    bool any = false;
    struct id next;
    if (c->count < 2 || name[0] == '-') {
        command_misused(s, c, "which program?");
        return;
    }
    for (struct id id = process_first(s->lab, c->node); id_is(id); id = next) {
        next = process_get(s->lab, id)->next;
        if (id_same(id, c->process) || !is_called(process_get(s->lab, id), name)) continue;
        any = true;
        process_destroy(s, id);
    }
    if (!any) {
        char room[LINE_ROOM];
        struct text t = text_of(room, sizeof room);
        text_add(&t, name);
        text_add(&t, ": no process found");
        process_say(s, c->process, &t);
    }
    process_return(s, c->process);
}
