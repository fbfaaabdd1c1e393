/*
 * TFTP packets from a peer who keeps to nothing, for either end of a transfer in the middle of it:
 * from the peer's own port or a stranger's, with block numbers near the true ones, in any order,
 * with time between them. Whatever comes, the windows stay what they are, and in the end, when
 * nobody speaks any more, every transfer is over.
 *
 * The first octet chooses the end and what it has agreed on; then orders: an octet of what and from
 * where, one of time, and as many of the packet as the next one says.
 */
#include <stdlib.h>
#include <string.h>

#include "apps/process.h"
#include "apps/tftp.h"
#include "sim/link.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "tftp_support.h"
#include "wire/ether.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STARTS = 10, ORDERS_MAX = 80, HOST = 1, PEER = 2, UDP_AT = 34, PACKET_MAX = 700 };
static void *saved[STARTS];
static size_t saved_count[STARTS];
static struct lab *lab;

/* The host is node 1; nobody but the fuzzer speaks for node 2, which has no server. */
static const char *const lines[STARTS] = {
    "tftpd -c",
    "tftp server -m binary -c get file",
    "tftp server -c get file",
    "atftp --option \"windowsize 4\" --option \"blksize 16\" -g -r file server",
    "atftp --option \"timeout 2\" --option \"tsize 0\" -g -r file server",
    "tftp server -m binary -c put own",
    "tftp server -c put own",
    "atftp --option \"windowsize 4\" --option \"blksize 16\" -p -l own server",
    "atftp --option \"windowsize 65535\" -p -l own server",
    "tftpd -c -p -B 100"};

static void reach(size_t start) {
    static struct tftp_setup t;
    struct running run;
    tftp_hosts(&t, NULL);
    tftp_file(&t, "client", "file", 3000);
    tftp_text(&t, "client", "own", "a line\nanother\r\nand more\n")->mode = 0666;
    t.setup.scenario.limits.file_octets = 20000;
    setup_run(&t.setup, 0, "client", lines[start]);
    run_begin(&run, &t.setup);
    run_until(&run, MILLIS(50));
    saved_count[start] = lab_used(run.lab);
    saved[start] = malloc(saved_count[start]);
    memcpy(saved[start], run.lab, saved_count[start]);
    if (lab == NULL) lab = malloc(lab_size(&t.setup.scenario));
    run_end(&run);
}

static const struct tftp_transfer *a_transfer(uint32_t n) {
    struct id id = object_next(lab, POOL_TFTP, (struct id){0, 0});
    for (; n > 0 && id_is(id); n--) id = object_next(lab, POOL_TFTP, id);
    return tftp_get(lab, id);
}

static void deliver(uint32_t src_port, uint32_t dst_port, const uint8_t *payload, size_t count) {
    struct step step;
    struct scratch scratch;
    struct sink none = {0};
    struct ipv4_header ip = {.header_length = 20,
                             .total_length = (uint16_t)(28 + count),
                             .ttl = 64,
                             .protocol = IP_PROTOCOL_UDP,
                             .src = 0x0a000002,
                             .dst = 0x0a000001};
    struct udp_header udp = {.src_port = (uint16_t)src_port, .dst_port = (uint16_t)dst_port};
    step_begin(&step, &scratch, lab, &none, lab_now(lab), 0);
    struct id frame = frame_new(&step, PEER, UDP_AT + UDP_HEADER + count);
    if (id_is(frame)) {
        uint8_t *octets = frame_append(&step, frame, UDP_AT + UDP_HEADER + count);
        struct writer w = writer_of(octets, UDP_AT);
        struct ether_header ether = {{2, 0, 0, 0, 1, 1}, {2, 0, 0, 0, 2, 1}, ETHER_TYPE_IPV4};
        ether_emit(&w, &ether);
        ipv4_emit(&w, &ip);
        if (count > 0) memcpy(octets + UDP_AT + UDP_HEADER, payload, count);
        udp_emit(octets + UDP_AT, &udp, count, ip.src, ip.dst);
        link_send(&step, interface_global(lab, PEER, 1), frame);
    }
    step_end(&step);
}

/* DATA and ACK of blocks around those that are waited for; anything else as it comes. */
static size_t make_packet(uint8_t out[PACKET_MAX], uint8_t what, const uint8_t *o, size_t count,
                          const struct tftp_transfer *t) {
    size_t shape = what & 7;
    if (shape > 3 || t == NULL) {
        if (count > PACKET_MAX) count = PACKET_MAX;
        if (count > 0) memcpy(out, o, count);
        return count;
    }
    struct writer w = writer_of(out, PACKET_MAX);
    uint64_t near = t->sends != 0 ? t->una - 1 : t->block + 1;
    near += count > 0 ? (uint64_t)(o[0] % 8) - 2 : 0;
    if (shape < 2) {
        tftp_emit_block(&w, TFTP_DATA, (uint16_t)near);
        size_t length = shape == 0 ? t->blksize : count;
        if (length > PACKET_MAX - TFTP_HEADER) length = PACKET_MAX - TFTP_HEADER;
        memset(write_span(&w, length), count > 1 ? o[1] : '\r', length);
    } else {
        tftp_emit_block(&w, shape == 2 ? TFTP_ACK : TFTP_ERROR, (uint16_t)near);
    }
    return written(&w);
}

static uint32_t host_port(const struct tftp_transfer *t) {
    return t == NULL ? TFTP_PORT : socket_get(lab, t->socket)->local_port;
}

static void check(void) {
    for (struct id id = object_next(lab, POOL_TFTP, (struct id){0, 0}); id_is(id);
         id = object_next(lab, POOL_TFTP, id)) {
        const struct tftp_transfer *t = tftp_get(lab, id);
        assert(t->una >= 1 && t->una <= t->sent + 1 && t->sent < t->una + t->windowsize);
        assert(t->final == 0 || t->sent <= t->final);
        assert(t->window_end <= t->block + t->windowsize);
        assert(t->state != TFTP_CLOSED && t->state < TFTP_STATE_COUNT);
        assert(timer_pending(lab, t->timer, NULL));
        assert(socket_get(lab, t->socket) != NULL && process_get(lab, t->process) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t packet[PACKET_MAX];
    if (size < 1) return 0;
    if (lab == NULL)
        for (size_t i = 0; i < STARTS; i++) reach(i);
    size_t start = data[0] % STARTS;
    memcpy(lab, saved[start], saved_count[start]);
    data++, size--;
    for (int n = 0; size >= 3 && n < ORDERS_MAX; n++) {
        uint8_t what = data[0], time = data[1];
        size_t count = data[2] < size - 3 ? data[2] : size - 3;
        const struct tftp_transfer *t = a_transfer(what >> 6 & 1);
        uint32_t from = t == NULL || (what & 8) ? 5000 : t->peer_port != 0 ? t->peer_port : 4000;
        uint32_t to = what & 16 ? TFTP_PORT : host_port(t);
        size_t length = make_packet(packet, what, data + 3, count, t);
        data += 3 + count, size -= 3 + count;
        deliver(from, to, packet, length);
        struct budget some = {2000, lab_now(lab) + (sim_time)time * time * 200000};
        lab_step(lab, NULL, &some);
        check();
    }
    struct budget rest = {100000, lab_now(lab) + SECONDS(2000)};
    lab_step(lab, NULL, &rest);
    if (pool_live(lab, POOL_TFTP) != 0) abort();
    return 0;
}
