#include "tftp_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/file.h"
#include "apps/process.h"
#include "wire/ipv4.h"
#include "wire/tftp.h"
#include "wire/udp.h"

enum { HEADERS = 14 + IPV4_HEADER + UDP_HEADER };

void tftp_hosts(struct tftp_setup *t, const char *server_line) {
    static const struct scenario_neighbour know_server = {0x0a000002, {2, 0, 0, 0, 2, 1}};
    static const struct scenario_neighbour know_client = {0x0a000001, {2, 0, 0, 0, 1, 1}};
    memset(t, 0, sizeof *t);
    two_hosts(&t->setup);
    for (size_t i = 0; i < 2; i++) {
        t->setup.nodes[i].neighbours = i == 0 ? &know_server : &know_client;
        t->setup.nodes[i].neighbour_count = 1;
        t->setup.nodes[i].files = t->files[i];
    }
    if (server_line != NULL) setup_run(&t->setup, 0, "server", server_line);
}

static struct scenario_content *add_file(struct tftp_setup *t, const char *node) {
    size_t at = strcmp(node, "server") == 0;
    size_t n = t->setup.nodes[at].file_count++;
    assert_true(n < TFTP_FILES);
    return &t->files[at][n];
}

void tftp_file(struct tftp_setup *t, const char *node, const char *name, uint64_t size) {
    *add_file(t, node) = (struct scenario_content){.name = name, .size = size};
}

struct scenario_content *tftp_text(struct tftp_setup *t, const char *node, const char *name,
                                   const char *text) {
    struct scenario_content *file = add_file(t, node);
    *file = (struct scenario_content){
        .name = name, .octets = (const uint8_t *)text, .size = strlen(text)};
    return file;
}

/* ----------------------------------------------------------------------------- what was said */

static void write_options(FILE *out, struct reader options) {
    const char *name, *value;
    while (tftp_next_option(&options, &name, &value)) fprintf(out, " %s=%s", name, value);
}

static void write_packet(FILE *out, const struct tftp_packet *p) {
    static const char *const names[] = {"", "RRQ", "WRQ", "DATA", "ACK", "ERROR", "OACK"};
    fprintf(out, "%s", names[p->opcode]);
    if (p->opcode == TFTP_RRQ || p->opcode == TFTP_WRQ) {
        fprintf(out, " %s %s", p->name, p->mode);
        write_options(out, p->contents);
    } else if (p->opcode == TFTP_OACK) {
        write_options(out, p->contents);
    } else {
        fprintf(out, " %u", p->block);
    }
    if (p->opcode == TFTP_DATA) fprintf(out, " (%zu)", read_left(&p->contents));
}

/* A whole UDP datagram in one frame. */
static bool datagram(const struct trace_record *r, struct tftp_packet *p) {
    const uint8_t *o = r->octets;
    if (r->kind != TRACE_SENT || r->octet_count < HEADERS + 2 || o[12] != 8 || o[23] != 17)
        return false;
    return tftp_parse(p, reader_of(o + HEADERS, r->octet_count - HEADERS)) == PARSE_OK;
}

char *tftp_dialogue(const struct running *run) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        struct tftp_packet p;
        if (!datagram(r, &p)) continue;
        fprintf(out, "%.3f %s ", (double)r->at / 1e9, lab_node(run->lab, r->node).name);
        write_packet(out, &p);
        fprintf(out, "\n");
    }
    fclose(out);
    return text;
}

void expect_tftp(const struct running *run, const char *expected) {
    char *said = tftp_dialogue(run);
    if (strcmp(said, expected) != 0) fail_msg("expected\n%sbut was\n%s", expected, said);
    free(said);
}

uint32_t tftp_port_of(const struct running *run, const char *node, size_t nth) {
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        struct tftp_packet p;
        if (datagram(r, &p) && strcmp(lab_node(run->lab, r->node).name, node) == 0 && --nth == 0)
            return (uint32_t)r->octets[34] << 8 | r->octets[35];
    }
    return 0;
}

/* ------------------------------------------------------------------------------------ files */

static struct id file_there(const struct running *run, const char *node, const char *name,
                            uint64_t size) {
    struct id id = file_named(run->lab, lab_node_named(run->lab, node), name);
    if (!id_is(id)) fail_msg("%s has no file %s", node, name);
    const struct file *file = file_get(run->lab, id);
    if (file->size != size)
        fail_msg("%s has %llu octets of %s, not %llu", node, (unsigned long long)file->size, name,
                 (unsigned long long)size);
    assert_int_equal(file->state, FILE_READY);
    return id;
}

void expect_file(const struct running *run, const char *node, const char *name,
                 const uint8_t *octets, size_t count) {
    struct id id = file_there(run, node, name, count);
    struct file_place place = {.at = 0};
    uint8_t *held = malloc(count + 1);
    assert_int_equal(file_read(run->lab, id, &place, 0, held, count + 1), count);
    assert_memory_equal(held, octets, count);
    free(held);
}

void expect_pattern_file(const struct running *run, const char *node, const char *name,
                         uint64_t size) {
    uint8_t *octets = malloc(size + 1);
    pattern_fill(octets, 0, size);
    expect_file(run, node, name, octets, size);
    free(octets);
}

void tftp_inject(struct running *run, sim_time at, const char *node, uint32_t src_port,
                 uint32_t dst_port, const uint8_t *payload, size_t count) {
    uint8_t octets[1600], udp[1500];
    uint32_t from = lab_node_named(run->lab, node), to = 3 - from;
    struct ipv4_header ip = {
        .ttl = 64, .protocol = IP_PROTOCOL_UDP, .src = 0x0a000000 + from, .dst = 0x0a000000 + to};
    struct udp_header h = {.src_port = (uint16_t)src_port, .dst_port = (uint16_t)dst_port};
    memcpy(udp + UDP_HEADER, payload, count);
    udp_emit(udp, &h, count, ip.src, ip.dst);
    size_t length = make_datagram(octets, from, to, &ip, udp, UDP_HEADER + count);
    inject(run, at, node, octets, length);
}
