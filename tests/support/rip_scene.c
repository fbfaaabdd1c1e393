#include "rip_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/ether.h"
#include "wire/ipv4.h"
#include "wire/rip.h"
#include "wire/udp.h"

enum { WORLD = 3, MESSAGE_ROOM = 600, WORDS_MAX = 200 };
static const uint8_t world_mac[6] = {2, 0xaa, 0, 0, 0, 1};

static const struct scenario_neighbour neighbours[] = {{0x0a000102, {2, 0xaa, 0, 0, 0, 1}},
                                                       {0x0a000103, {2, 0xaa, 0, 0, 0, 1}}};

void rip_scene(struct rip_scene *s) {
    setup_begin(&s->setup);
    setup_node(&s->setup, NODE_ROUTER, "r1");
    setup_interface(&s->setup, "r1", "eth0", "10.0.1.1/24");
    setup_interface(&s->setup, "r1", "eth1", "10.0.2.1/24");
    setup_node(&s->setup, NODE_HOST, "host");
    setup_interface(&s->setup, "host", "eth0", "10.0.2.9/24");
    setup_gateway(&s->setup, "host", "10.0.2.1");
    setup_node(&s->setup, NODE_OUTSIDE, "world");
    setup_interface(&s->setup, "world", "tap0", NULL);
    setup_link(&s->setup, "r1:eth0", "world:tap0", 0);
    setup_link(&s->setup, "r1:eth1", "host:eth0", 0);
    setup_setting(&s->setup, "r1", "rip.jitter", "0");
    setup_setting(&s->setup, "r1", "rip.phase", "10000");
    s->setup.nodes[0].neighbours = neighbours;
    s->setup.nodes[0].neighbour_count = 2;
    setup_config(&s->setup, "r1", "router rip");
    setup_config(&s->setup, "r1", "network eth0");
    setup_config(&s->setup, "r1", "network eth1");
    s->shown = 0;
}

void rip_begin(struct rip_scene *s) {
    run_begin(&s->run, &s->setup);
}

void rip_end(struct rip_scene *s) {
    run_end(&s->run);
}

void rip_types(struct rip_scene *s, sim_time at, const char *node, const char *line) {
    run_until(&s->run, at);
    run_command(&s->run, at, node, line);
    run_until(&s->run, at);
}

/* ----------------------------------------------------------------------------- messages in */

static uint32_t number_of(const char *word) {
    return (uint32_t)strtoul(word, NULL, 0);
}

size_t rip_message(uint8_t out[600], const char *message) {
    char line[4096], *words[WORDS_MAX];
    copy_text(line, sizeof line, message);
    for (char *c = line; *c != '\0'; c++)
        if (*c == ',') *c = ' ';
    size_t count = split_words(line, words, WORDS_MAX), at = 2;
    struct writer w = writer_of(out, MESSAGE_ROOM);
    struct rip_header h = {.version = (uint8_t)number_of(words[0] + 1)};
    h.command = strcmp(words[1], "request") == 0    ? RIP_REQUEST
                : strcmp(words[1], "response") == 0 ? RIP_RESPONSE
                                                    : (uint8_t)number_of(words[1]);
    rip_emit_header(&w, &h);
    while (at < count) {
        struct rip_entry e = {.afi = RIP_FAMILY_IP};
        uint32_t prefix = 0;
        if (strcmp(words[at], "all") == 0) {
            e.afi = RIP_FAMILY_NONE;
            e.metric = RIP_INFINITY;
            rip_emit_entry(&w, &e);
            at++;
            continue;
        }
        if (strchr(words[at], '/') != NULL && parse_cidr(words[at], &e.address, &prefix))
            e.mask = prefix == 0 ? 0 : 0xffffffffu << (32 - prefix);
        else
            assert_true(parse_ip4(words[at], &e.address));
        e.metric = number_of(words[at + 1]);
        for (at += 2; at + 1 < count; at += 2) {
            if (strcmp(words[at], "via") == 0)
                assert_true(parse_ip4(words[at + 1], &e.next_hop));
            else if (strcmp(words[at], "tag") == 0)
                e.tag = (uint16_t)number_of(words[at + 1]);
            else if (strcmp(words[at], "mask") == 0)
                e.mask = number_of(words[at + 1]);
            else if (strcmp(words[at], "afi") == 0)
                e.afi = (uint16_t)number_of(words[at + 1]);
            else
                break;
        }
        rip_emit_entry(&w, &e);
    }
    return written(&w);
}

static void endpoint(const char *word, uint32_t *address, uint32_t *port) {
    char room[32];
    copy_text(room, sizeof room, word);
    char *colon = strchr(room, ':');
    *port = colon == NULL ? RIP_PORT : number_of(colon + 1);
    if (colon != NULL) *colon = '\0';
    assert_true(parse_ip4(room, address));
}

void rip_hears_octets(struct rip_scene *s, sim_time at, const char *from_to, const uint8_t *octets,
                      size_t count) {
    char room[80], *words[3];
    uint8_t frame[1600], datagram[1500];
    struct complaint why;
    uint32_t src, src_port, dst, dst_port;
    copy_text(room, sizeof room, from_to);
    assert_int_equal(split_words(room, words, 3), 3);
    endpoint(words[0], &src, &src_port);
    endpoint(words[2], &dst, &dst_port);
    struct udp_header udp = {.src_port = (uint16_t)src_port, .dst_port = (uint16_t)dst_port};
    memcpy(datagram + UDP_HEADER, octets, count);
    udp_emit(datagram, &udp, count, src, dst);
    struct ether_header ether = {.type = 0x0800};
    memcpy(ether.src, world_mac, sizeof ether.src);
    memset(ether.dst, 0xff, sizeof ether.dst);
    struct ipv4_header ip = {.header_length = IPV4_HEADER,
                             .total_length = (uint16_t)(IPV4_HEADER + UDP_HEADER + count),
                             .ttl = 1,
                             .protocol = IP_PROTOCOL_UDP,
                             .src = src,
                             .dst = dst};
    if (dst >> 28 == 14) {
        uint8_t group[6] = {1, 0, 0x5e, 0, 0, (uint8_t)dst};
        memcpy(ether.dst, group, sizeof group);
    } else if ((dst & 0xff) != 0xff) {
        memcpy(ether.dst, lab_interface(s->run.lab, 1, 1).mac, sizeof ether.dst);
    }
    struct writer w = writer_of(frame, sizeof frame);
    ether_emit(&w, &ether);
    ipv4_emit(&w, &ip);
    write_copy(&w, datagram, UDP_HEADER + count);
    run_until(&s->run, at);
    if (!lab_frame_in(s->run.lab, &s->run.sink, at, WORLD, 1, frame, written(&w), &why))
        fail_msg("%s: %s", why.place, why.problem);
    run_until(&s->run, at);
}

void rip_hears(struct rip_scene *s, sim_time at, const char *from_to, const char *message) {
    uint8_t octets[MESSAGE_ROOM];
    size_t count = rip_message(octets, message);
    rip_hears_octets(s, at, from_to, octets, count);
}

/* ---------------------------------------------------------------------------- messages out */

static void tell_entry(FILE *f, const struct rip_entry *e, uint32_t version) {
    char room[80];
    struct text t = text_of(room, sizeof room);
    if (e->afi == RIP_FAMILY_NONE) {
        fprintf(f, " all");
        return;
    }
    text_char(&t, ' ');
    text_ip4(&t, e->address);
    if (version != 1) {
        uint32_t prefix = 0;
        while (prefix < 32 && (e->mask & 0x80000000u >> prefix) != 0) prefix++;
        text_char(&t, '/');
        text_u64(&t, prefix);
    }
    if (version == 1 && e->mask != 0) text_add(&t, " with a mask"); /* it must be zero */
    text_char(&t, ' ');
    text_u64(&t, e->metric);
    if (e->next_hop != 0) {
        text_add(&t, " via ");
        text_ip4(&t, e->next_hop);
    }
    if (e->tag != 0) {
        text_add(&t, " tag ");
        text_u64(&t, e->tag);
    }
    fprintf(f, "%s", room);
}

static void tell_auth(FILE *f, struct reader *r) {
    struct rip_auth a;
    assert_int_equal(rip_parse_auth(&a, r), PARSE_OK);
    if (a.type == RIP_AUTH_PASSWORD)
        fprintf(f, " password %.16s", (const char *)a.password);
    else
        fprintf(f, " key %u length %u sequence %u", a.key_id, a.data_length, a.sequence);
}

static void tell(FILE *f, const struct trace_record *rec) {
    struct reader r = reader_of(rec->octets, rec->octet_count);
    struct ether_header ether;
    struct ipv4_header ip;
    struct udp_header udp;
    struct rip_header h;
    struct rip_entry e;
    char to[32];
    if (ether_parse(&ether, &r) != PARSE_OK || ether.type != 0x0800) return;
    if (ipv4_parse(&ip, &r) != PARSE_OK || ip.protocol != IP_PROTOCOL_UDP) return;
    if (udp_parse(&udp, &r, ip.src, ip.dst) != PARSE_OK || udp.src_port != RIP_PORT) return;
    assert_int_equal(rip_parse(&h, &r), PARSE_OK);
    struct text t = text_of(to, sizeof to);
    text_ip4_port(&t, ip.dst, udp.dst_port);
    fprintf(f, "%.3f > %s v%u %s", (double)rec->at / 1e9, to, h.version,
            h.command == RIP_REQUEST ? "request" : "response");
    if (rip_has_auth(&r)) tell_auth(f, &r);
    for (bool first = true; rip_next_entry(&r, &e); first = false) {
        if (!first) fprintf(f, ",");
        tell_entry(f, &e, h.version);
    }
    fprintf(f, "\n");
}

void expect_rip_said(struct rip_scene *s, sim_time until, const char *expected) {
    char *out = NULL;
    size_t size;
    run_until(&s->run, until);
    FILE *f = open_memstream(&out, &size);
    for (; s->shown < s->run.count; s->shown++) {
        const struct trace_record *r = &s->run.records[s->shown].r;
        if (r->kind == TRACE_DELIVERED && r->node == WORLD) tell(f, r);
    }
    fclose(f);
    if (strcmp(out, expected) != 0) fail_msg("said:\n%s\nexpected:\n%s", out, expected);
    free(out);
}

void expect_rip_refused(const struct rip_scene *s, const char *expected) {
    char room[1024] = "";
    struct text t = text_of(room, sizeof room);
    for (size_t i = 0; i < s->run.count; i++) {
        const struct trace_record *r = &s->run.records[i].r;
        if (r->kind != TRACE_DROPPED || r->node != 1) continue;
        if (text_length(&t) > 0) text_char(&t, ' ');
        text_add(&t, engine_name(NAME_REASON, r->reason));
    }
    assert_string_equal(room, expected);
}
