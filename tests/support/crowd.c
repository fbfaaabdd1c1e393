#include "crowd.h"
/* Half-open ones come by a line of the script; the others by socket calls, in batches that the
 * queues of the links hold. */
#include <stdio.h>
#include <stdlib.h>

#include "lab_support.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "stack/socket.h"
#include "stack/tcp/tcp_state.h"

enum { CLIENT = 1, ROUTER, SERVER, BATCH = 200, PORT = 80 };
static const ip4 server_address = 0x0a000201;

const char *const crowd_names[CROWD_KIND_COUNT] = {"half-open", "established", "TIME-WAIT"};

static void require(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "crowd: %s\n", what);
    abort();
}

static struct lab *create(enum crowd_kind kind, uint32_t count) {
    static struct setup setup;
    static struct scenario_route back = {0x0a090000, 16, 0x0a000101, NULL, 0};
    static const struct scenario_setting wide[] = {{"net.core.somaxconn", "65535"},
                                                   {"net.ipv4.tcp_max_syn_backlog", "262144"},
                                                   {"net.ipv4.tcp_syncookies", "0"},
                                                   {"net.ipv4.ip_local_port_range", "1024 65535"},
                                                   {"net.ipv4.tcp_max_tw_buckets", "65535"}};
    static char flood[128];
    struct complaint why;
    through_router(&setup);
    setup.links[0].delay_ns[0] = setup.links[0].delay_ns[1] = MILLIS(1);
    setup.links[1].delay_ns[0] = setup.links[1].delay_ns[1] = MILLIS(1);
    for (int i = 0; i < 3; i++) {
        setup.nodes[i].settings = wide;
        setup.nodes[i].setting_count = sizeof wide / sizeof wide[0];
    }
    setup.nodes[ROUTER - 1].routes = &back; /* the flood's addresses: nobody answers there */
    setup.nodes[ROUTER - 1].route_count = 1;
    setup.scenario.limits.connections = 2 * count + 100;
    setup.scenario.limits.sockets = 2 * count + 100;
    setup_run(&setup, 0, "client", "ping -c 1 server"); /* neighbours are resolved */
    if (kind == CROWD_HALF_OPEN) {
        snprintf(flood, sizeof flood,
                 "forge tcp S 10.9.0.1-10.9.0.254:* 10.0.2.1:80 seq random count %u every %uus",
                 count, count < 1000 ? 1000 : 2);
        setup_run(&setup, SECONDS(1), "client", flood);
    }
    size_t size = lab_size(&setup.scenario);
    struct lab *lab = malloc(size);
    require(lab != NULL && lab_create(lab, size, &setup.scenario, &why), why.problem);
    return lab;
}

static void drain(struct lab *lab, const struct sink *sink, sim_time until) {
    lab_step(lab, sink, &(struct budget){.until = until});
}

/* One socket call for each of `count`, in steps of BATCH. */
struct calls {
    struct id *client, *server;
    struct id listener;
};
static void call_each(struct lab *lab, const struct sink *sink, uint32_t count,
                      void (*call)(struct step *, struct calls *, uint32_t n), struct calls *of) {
    for (uint32_t n = 0; n < count;) {
        struct step s;
        struct scratch scratch;
        step_begin(&s, &scratch, lab, sink, lab_now(lab), 0);
        for (uint32_t i = 0; i < BATCH && n < count; i++) call(&s, of, n++);
        step_end(&s);
        drain(lab, sink, lab_now(lab) + MILLIS(10));
    }
}

static const struct id nobody = {0, 0};

static void listens(struct step *s, struct calls *of, uint32_t n) {
    (void)n;
    of->listener = socket_create(s, SERVER, SOCKET_TCP, nobody);
    require(socket_bind(s, of->listener, (struct tcp_endpoint){0, PORT}) == 0, "bind");
    require(socket_listen(s, of->listener, 65535) == 0, "listen");
}

static void connects(struct step *s, struct calls *of, uint32_t n) {
    of->client[n] = socket_create(s, CLIENT, SOCKET_TCP, nobody);
    int result = socket_connect(s, of->client[n], (struct tcp_endpoint){server_address, PORT});
    require(result == -LINUX_EINPROGRESS, "connect");
}

static void accepts(struct step *s, struct calls *of, uint32_t n) {
    require(socket_accept(s, of->listener, nobody, &of->server[n]) == 0, "accept");
}

static void client_closes(struct step *s, struct calls *of, uint32_t n) {
    socket_close(s, of->client[n]);
}

static void server_closes(struct step *s, struct calls *of, uint32_t n) {
    socket_close(s, of->server[n]);
}

uint32_t crowd_count(const struct lab *lab, uint32_t node, uint32_t state) {
    uint32_t count = 0;
    struct id at = object_next(lab, POOL_TCB, nobody);
    for (; id_is(at); at = object_next(lab, POOL_TCB, at))
        count += tcb_get(lab, at)->node == node && tcb_get(lab, at)->state == state;
    return count;
}

struct lab *crowd_lab(enum crowd_kind kind, uint32_t count, const struct sink *sink) {
    struct lab *lab = create(kind, count);
    struct calls of = {.client = calloc(count, sizeof(struct id)),
                       .server = calloc(count, sizeof(struct id))};
    drain(lab, sink, SECONDS(0.5));
    call_each(lab, sink, 1, listens, &of);
    if (kind == CROWD_HALF_OPEN) {
        drain(lab, sink, SECONDS(1) + (sim_time)count * 2000 + MILLIS(100));
        uint32_t made = crowd_count(lab, SERVER, TCP_SYN_RECEIVED);
        require(made >= count, "too few connections are half-open");
    } else {
        call_each(lab, sink, count, connects, &of);
        require(crowd_count(lab, SERVER, TCP_ESTABLISHED) == count, "not all are established");
    }
    if (kind == CROWD_TIME_WAIT) {
        call_each(lab, sink, count, accepts, &of);
        call_each(lab, sink, count, client_closes, &of);
        call_each(lab, sink, count, server_closes, &of);
        require(crowd_count(lab, CLIENT, TCP_TIME_WAIT) == count, "not all are in TIME-WAIT");
    }
    free(of.client);
    free(of.server);
    return lab;
}
