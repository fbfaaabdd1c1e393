#include "rig.h"
/*
 * The lab and its clock. Calls are steps of the lab at the moment now_us; between them the clock
 * moves event by event, so that a frame carries the time at which it left, and a call that waits
 * returns at the moment of the event that it waited for. The wire is a hub with one port: it says
 * nothing by itself, what comes to it has been noted by the sink when it left the host.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/checksum.h"
#include "sim/frame.h"
#include "sim/link.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "wire/ether.h"

enum { ETHERTYPE_IP4 = 0x0800, IP_HEADER = 20, TCP = 6, FIN = 1, PSH = 8, ACK = 16, CWR = 128 };
static const uint8_t GATEWAY_MAC[6] = {2, 0, 0, 0, 2, 1}; /* the wire's own */

void rig_die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("netstep: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

/* ------------------------------------------------------------ the lab */

/* Two bare ACKs of one connection, of one moment. */
static bool same_bare_ack(const struct packet *a, const struct packet *b) {
    const uint8_t *tcp = a->octets + IP_HEADER;
    return a->at_us == b->at_us && a->count == b->count && a->octets[9] == TCP && tcp[13] == ACK &&
           b->octets[IP_HEADER + 13] == ACK && a->count == IP_HEADER + (size_t)(tcp[12] >> 4) * 4 &&
           memcmp(tcp, b->octets + IP_HEADER, 4) == 0;
}

/* What leaves the host is the next packet for netdev_receive(). */
static void note(void *user, const struct lab *lab, const struct trace_record *record) {
    struct rig *r = user;
    (void)lab;
    if (record->kind != TRACE_SENT || record->node != HOST || record->octet_count <= ETHER_HEADER)
        return;
    const uint8_t *frame = record->octets;
    if ((frame[12] << 8 | frame[13]) != ETHERTYPE_IP4) return;
    size_t count = record->octet_count - ETHER_HEADER;
    struct packet *p = malloc(sizeof *p + count);
    if (p == NULL) rig_die("no memory for a packet");
    *p = (struct packet){.at_us = record->at / 1000, .count = count};
    memcpy(p->octets, frame + ETHER_HEADER, count);
    if (r->merging && r->last != NULL && same_bare_ack(r->last, p)) {
        memcpy(r->last->octets, p->octets, count);
        free(p);
        return;
    }
    if (r->last != NULL)
        r->last->next = p;
    else
        r->first = p;
    r->last = p;
}

/* The smallest network in which the host's address is neither the first nor the last, and another
 * address of it for the gateway: all else lies behind that, whatever its address is. */
static uint32_t small_network(ip4 local, ip4 *gateway) {
    for (uint32_t prefix = 30;; prefix--) {
        uint32_t hosts = (1u << (32 - prefix)) - 1, own = local & hosts;
        if (own == 0 || own == hosts) continue;
        *gateway = own + 1 == hosts ? local - 1 : local + 1;
        return prefix;
    }
}

static void describe(struct rig *r, struct scenario *s, ip4 local) {
    static struct scenario_interface eth0, port;
    static struct scenario_neighbour neighbour;
    static struct scenario_node nodes[2];
    static struct scenario_link link;
    ip4 gateway;
    uint32_t prefix = small_network(local, &gateway);
    eth0 = (struct scenario_interface){"eth0", local, prefix, r->config.mtu};
    port = (struct scenario_interface){.name = "port"};
    neighbour = (struct scenario_neighbour){.address = gateway};
    memcpy(neighbour.mac, GATEWAY_MAC, sizeof GATEWAY_MAC);
    nodes[0] = (struct scenario_node){.name = "host",
                                      .kind = NODE_HOST,
                                      .profile = r->config.profile,
                                      .gateway = gateway,
                                      .x = -1,
                                      .y = -1,
                                      .interfaces = &eth0,
                                      .interface_count = 1,
                                      .neighbours = &neighbour,
                                      .neighbour_count = 1};
    nodes[1] = (struct scenario_node){.name = "wire",
                                      .kind = NODE_HUB,
                                      .x = -1,
                                      .y = -1,
                                      .interfaces = &port,
                                      .interface_count = 1};
    link = (struct scenario_link){.node = {"host", "wire"}, .interface = {"eth0", "port"}};
    *s = (struct scenario){
        .seed = r->config.seed,
        .limits = {.connections = 256, .sockets = 256, .frames = 4096, .buffer_octets = 24 << 20},
        .nodes = nodes,
        .links = &link,
        .node_count = 2,
        .link_count = 1};
}

void rig_open(struct rig *r, ip4 local) {
    struct scenario s;
    struct complaint why;
    if (r->lab != NULL) return;
    if (r->config.local != 0) local = r->config.local;
    if (local == 0) local = 0xc0a80001; /* 192.168.0.1 */
    describe(r, &s, local);
    size_t size = lab_size(&s);
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) rig_die("no memory for the lab");
    if (!lab_create(block, size, &s, &why)) rig_die("%s: %s", why.place, why.problem);
    r->lab = block;
    r->sink = (struct sink){.record = note, .user = r, .wants = WANT_STORY};
    for (size_t i = 0; i < r->config.settings; i++) rig_apply(r, i);
    rig_settle(r);
}

void rig_begin(struct rig *r, const char *flags) {
    pthread_condattr_t clock;
    memset(r, 0, sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&r->news, &clock);
    pthread_condattr_destroy(&clock);
    r->driver = pthread_self();
    config_read(&r->config, flags);
    if (r->config.local != 0) rig_open(r, r->config.local);
}

void rig_end(struct rig *r) {
    for (struct packet *p = r->first, *next; p != NULL; p = next) {
        next = p->next;
        free(p);
    }
    for (struct watched *w = r->watched, *next; w != NULL; w = next) {
        next = w->next;
        free(w);
    }
    if (r->lab != NULL) munmap(r->lab, r->lab->size);
    pthread_cond_destroy(&r->news);
    pthread_mutex_destroy(&r->lock);
}

/* ------------------------------------------------------------ the clock */

struct moment { /* a step that is under way, with its scratch */
    struct step step;
    struct scratch scratch;
};

struct step *rig_step_begin(struct rig *r) {
    struct moment *m = malloc(sizeof *m);
    if (m == NULL) rig_die("no memory for a step");
    step_begin(&m->step, &m->scratch, r->lab, &r->sink, r->now_us * 1000, 0);
    return &m->step;
}

void rig_step_end(struct rig *r, struct step *s) {
    step_end(s);
    free(s);
    rig_settle(r);
}

static int64_t next_deadline(const struct rig *r) {
    int64_t least = -1;
    for (const struct waiter *w = r->waiters; w != NULL; w = w->next)
        if (w->deadline_us >= 0 && (least < 0 || w->deadline_us < least)) least = w->deadline_us;
    return least;
}

bool rig_run_one(struct rig *r, int64_t until_us) {
    sim_time at;
    int64_t deadline = next_deadline(r);
    bool pending = r->lab != NULL && lab_next(r->lab, &at) && at <= until_us * 1000;
    if (deadline >= 0 && deadline <= until_us && (!pending || deadline * 1000 < at)) {
        if (deadline > r->now_us) r->now_us = deadline;
        rig_wake(r);
        return true;
    }
    if (!pending) return false;
    enum stop stop =
        lab_step(r->lab, &r->sink, &(struct budget){.steps = 1, .until = until_us * 1000});
    if (stop == STOP_LIVELOCK || stop == STOP_END) rig_die("the lab has ended");
    if (at > r->now_us * 1000) r->now_us = (at + 999) / 1000;
    info_look(r);
    epoll_look(r);
    rig_wake(r);
    return true;
}

void rig_run_to(struct rig *r, int64_t us) {
    while (rig_run_one(r, us)) continue;
    if (r->now_us < us) r->now_us = us;
}

void rig_settle(struct rig *r) {
    info_look(r);
    epoll_look(r);
    rig_run_to(r, r->now_us);
}

/* ------------------------------------------------------------ packets in */

static void inject_frame(struct rig *r, const uint8_t *packet, size_t count) {
    struct step *s = rig_step_begin(r);
    struct id frame = frame_new(s, WIRE, count);
    if (!id_is(frame)) rig_die("no frame for a packet");
    memcpy(frame_append(s, frame, count), packet, count);
    uint8_t *header = frame_push(s, frame, ETHER_HEADER);
    const struct interface *to = node_interface(r->lab, HOST, 1);
    memcpy(header, to->mac, 6);
    memcpy(header + 6, GATEWAY_MAC, 6);
    header[12] = ETHERTYPE_IP4 >> 8;
    header[13] = ETHERTYPE_IP4 & 0xff;
    link_send(s, interface_global(r->lab, WIRE, 1), frame);
    rig_step_end(r, s);
}

/* ------------------------------------------------------------ longer than a frame */

static uint16_t get16(const uint8_t *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at) {
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* The sum over the pseudo header and the segment, as RFC 9293 3.1 has it. */
static uint16_t tcp_sum(const uint8_t *ip, const uint8_t *tcp, size_t count) {
    uint8_t pseudo[4] = {0, TCP, (uint8_t)(count >> 8), (uint8_t)count};
    uint32_t sum = checksum_add(checksum_add(0, ip + 12, 8), pseudo, sizeof pseudo);
    return checksum_finish(checksum_add(sum, tcp, count));
}

struct long_packet {
    const uint8_t *octets;
    size_t count, ip, tcp; /* octets of it and of its two headers */
};

/* The piece [at, at + count) of its text, as a packet of its own. */
static void inject_piece(struct rig *r, const struct long_packet *p, size_t at, size_t count) {
    uint8_t piece[FRAME_OCTETS_MAX], *tcp = piece + p->ip;
    size_t headers = p->ip + p->tcp, whole = p->count - headers;
    memcpy(piece, p->octets, headers);
    memcpy(piece + headers, p->octets + headers + at, count);
    uint32_t seq = get32(tcp + 4);
    put16(tcp + 4, (seq + (uint32_t)at) >> 16);
    put16(tcp + 6, (seq + (uint32_t)at) & 0xffff);
    if (at + count < whole) tcp[13] &= (uint8_t) ~(FIN | PSH);
    if (at > 0) tcp[13] &= (uint8_t)~CWR;
    put16(piece + 2, (uint32_t)(headers + count));
    put16(piece + 10, 0);
    put16(piece + 10, checksum_finish(checksum_add(0, piece, p->ip)));
    put16(tcp + 16, 0);
    put16(tcp + 16, tcp_sum(piece, tcp, p->tcp + count));
    inject_frame(r, piece, headers + count);
}

/* The ACK of all of it, which the last piece alone would have delayed. */
static void acknowledge(struct rig *r, const struct long_packet *p) {
    const uint8_t *tcp = p->octets + p->ip;
    struct tcp_endpoint remote = {get32(p->octets + 12), get16(tcp)};
    struct tcp_endpoint local = {get32(p->octets + 16), get16(tcp + 2)};
    struct step *s = rig_step_begin(r);
    struct tcb *c = tcb_edit(s, tcp_find(r->lab, HOST, local, remote));
    if (c != NULL && c->ack_due == TCP_ACK_DELAYED) {
        c->ack_due = TCP_ACK_NOW;
        tcp_output(s, c);
    }
    rig_step_end(r, s);
}

/* Scripts say one segment where a receiver with offloading (GRO) would see several put together.
 * Our wire carries frames: the segment is cut as its sender's card would, and of the bare ACKs that
 * its pieces call forth only the last is shown, for such a receiver acknowledges once. */
static int inject_long(struct rig *r, const uint8_t *packet, size_t count) {
    struct long_packet p = {packet, count, (size_t)(packet[0] & 15) * 4, 0};
    if (packet[9] != TCP || count < p.ip + 20) return -EMSGSIZE;
    p.tcp = (size_t)(packet[p.ip + 12] >> 4) * 4;
    size_t headers = p.ip + p.tcp, room = FRAME_OCTETS_MAX - ETHER_HEADER - headers;
    if (count < headers) return -EINVAL;
    size_t mss = r->config.mss != 0 && r->config.mss < room ? r->config.mss : room;
    r->merging = true;
    for (size_t at = 0; at < count - headers; at += mss)
        inject_piece(r, &p, at, count - headers - at < mss ? count - headers - at : mss);
    acknowledge(r, &p);
    r->merging = false;
    rig_wake(r);
    return 0;
}

int rig_inject(struct rig *r, const uint8_t *packet, size_t count) {
    if (count < IP_HEADER || packet[0] >> 4 != 4) return -EAFNOSUPPORT;
    if (r->lab == NULL) {
        uint32_t destination;
        memcpy(&destination, packet + 16, sizeof destination);
        rig_open(r, ntohl(destination));
    }
    if (count > FRAME_OCTETS_MAX - ETHER_HEADER) return inject_long(r, packet, count);
    inject_frame(r, packet, count);
    return 0;
}
