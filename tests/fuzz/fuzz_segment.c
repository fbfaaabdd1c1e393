/*
 * Raw segments, with any options, for a host in each of the eleven states: numbers near the true
 * ones, so that they get past the first checks. Time passes between them. After each the invariants
 * of every connection must hold (tcp_invariants.h).
 *
 * The first octet chooses the state. Then orders: 8 octets of header, then as many options and as
 * much text as the header says.
 */
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "sim/link.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "sim/trace.h"
#include "stack/tcp/tcp_state.h"
#include "tcp_invariants.h"
#include "wire/ether.h"
#include "wire/ipv4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HOST = 0x0a000001, PEER = 0x0a000002, STATES = 12, HEAD = 8, TEXT_MAX = 1400 };

static struct script *(*const givens[STATES])(void) = {
    given_closed,       given_listen,      given_syn_sent,   given_syn_received,
    given_simultaneous, given_established, given_fin_wait_1, given_fin_wait_2,
    given_close_wait,   given_closing,     given_last_ack,   given_time_wait};
static void *saved[STATES];
static size_t saved_count[STATES];
static struct lab *lab;

/* Each state is reached once, by its dialogue, and kept as a copy of the lab. */
static void reach(size_t state) {
    struct script *d = givens[state]();
    script_line(d, "+0 $ hostname");
    struct lab *reached = script_lab(d);
    saved_count[state] = lab_used(reached);
    saved[state] = malloc(saved_count[state]);
    memcpy(saved[state], reached, saved_count[state]);
    end(d);
}

static void reach_all(void) {
    struct setup room;
    two_hosts(&room);
    for (size_t i = 0; i < STATES; i++) reach(i);
    lab = malloc(lab_size(&room.scenario)); /* the default limits, as those of scripts */
}

static const struct tcb *the_connection(void) {
    const struct tcb *found = NULL;
    for (struct id at = object_next(lab, POOL_TCB, (struct id){0, 0}); id_is(at);
         at = object_next(lab, POOL_TCB, at)) {
        const struct tcb *c = tcb_get(lab, at);
        if (c->node == 1 && (found == NULL || c->state != TCP_LISTEN)) found = c;
    }
    return found;
}

static void seal(uint8_t *segment, size_t count) {
    uint32_t sum =
        (PEER >> 16) + (PEER & 0xffff) + (HOST >> 16) + (HOST & 0xffff) + 6 + (uint32_t)count;
    for (size_t i = 0; i < count; i++) sum += i % 2 == 0 ? segment[i] * 256u : segment[i];
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    segment[16] = (uint8_t)(~sum >> 8);
    segment[17] = (uint8_t)~sum;
}

static uint32_t near(const uint32_t edges[4], uint8_t how) {
    return edges[how & 3] + (uint32_t)((how >> 2 & 31) - 8) * ((how & 0x80) != 0 ? 1448 : 1);
}

/* From the order's octets; returns its length. */
static size_t make_segment(uint8_t *out, const uint8_t *o, const uint8_t *rest, size_t left) {
    static const struct tcb nothing;
    const struct tcb *c = the_connection();
    if (c == NULL) c = &nothing;
    const uint32_t theirs[] = {c->rcv.nxt, c->rcv.nxt + c->rcv.wnd, c->irs, c->rcv.nxt - 1};
    const uint32_t ours[] = {c->snd.una, c->snd.nxt, c->iss, c->snd.una - c->snd.max_wnd};
    size_t options = (o[4] & 15u) * 4, text = (size_t)o[5] * (o[4] & 0x80 ? 6 : 1);
    if (options > 40) options = 40;
    if (options > left) options = left & ~(size_t)3;
    if (text > TEXT_MAX) text = TEXT_MAX;
    struct writer w = writer_of(out, 20 + options + text);
    write_u16(&w, (uint16_t)(c->remote_port != 0 ? c->remote_port : 40000u + (o[6] & 3)));
    write_u16(&w, (uint16_t)(c->local_port != 0 ? c->local_port : 80));
    write_u32(&w, near(theirs, o[1]));
    write_u32(&w, near(ours, o[2]));
    write_u16(&w, (uint16_t)((20 + options) / 4 << 12 | o[3]));
    write_u16(&w, (uint16_t)(o[6] * 257));
    write_u32(&w, o[7]); /* no checksum yet; the urgent pointer */
    write_copy(&w, rest, options);
    memset(write_span(&w, text), 'x', text);
    seal(out, 20 + options + text);
    return 20 + options + text;
}

static void deliver(const uint8_t *segment, size_t count) {
    struct step step;
    struct scratch scratch;
    struct sink none = {0};
    struct ipv4_header ip = {.header_length = 20,
                             .total_length = (uint16_t)(20 + count),
                             .ttl = 64,
                             .protocol = IP_PROTOCOL_TCP,
                             .src = PEER,
                             .dst = HOST};
    step_begin(&step, &scratch, lab, &none, lab_now(lab), 0);
    struct id frame = frame_new(&step, 2, 34 + count);
    if (id_is(frame)) {
        struct writer w = writer_of(frame_append(&step, frame, 34 + count), 34 + count);
        struct ether_header ether = {{2, 0, 0, 0, 1, 1}, {2, 0, 0, 0, 2, 1}, ETHER_TYPE_IPV4};
        ether_emit(&w, &ether);
        ipv4_emit(&w, &ip);
        write_copy(&w, segment, count);
        link_send(&step, interface_global(lab, 2, 1), frame);
    }
    step_end(&step);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t segment[20 + 40 + TEXT_MAX];
    if (size < 1) return 0;
    if (lab == NULL) reach_all();
    size_t state = data[0] % STATES;
    memcpy(lab, saved[state], saved_count[state]);
    data++, size--;
    for (int n = 0; size >= HEAD && n < 60; n++) {
        const uint8_t *o = data;
        data += HEAD, size -= HEAD;
        size_t count = make_segment(segment, o, data, size);
        size_t options = (segment[12] >> 4) * 4u - 20;
        data += options, size -= options;
        deliver(segment, count);
        struct budget few = {2 + o[0] % 4, SIM_TIME_MAX / 2};
        if (o[0] < 200) few.until = lab_now(lab); /* else timers fire */
        lab_step(lab, NULL, &few);
        tcp_check_all(lab);
    }
    return 0;
}
