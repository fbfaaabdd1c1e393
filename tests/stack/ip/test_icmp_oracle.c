/* What the Linux kernel did with redirects and timestamps, done again: redirect0.tsv, redirect1.tsv
 * and icmpts.tsv of tests/stack/oracle. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"
#include "wire/ether.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

#define BEGIN 1.0 /* the first frame of a recording leaves at 1 s */
enum { FRAMES_MAX = 1600, H = 1, R1 = 2, R2 = 3 };
static const ip4 h_address = 0x0a08000a, target = 0x0a4d0001;

static struct setup setup;
struct frames {
    struct recorded {
        double at;
        char from[4], to[4], what[12];
        unsigned seq;
    } of[FRAMES_MAX];
    size_t count;
};
static struct frames theirs, ours;

static FILE *open_recording(const char *name) {
    char path[80];
    snprintf(path, sizeof path, "tests/stack/oracle/%s.tsv", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    return file;
}

static void load(const char *name) {
    char line[160], seq[12];
    FILE *file = open_recording(name);
    theirs.count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        struct recorded *r = &theirs.of[theirs.count];
        if (line[0] == '#') continue;
        assert_int_equal(
            sscanf(line, "frame\t%lf\t%3s\t%3s\t%11s\t%11s", &r->at, r->from, r->to, r->what, seq),
            5);
        r->seq = (unsigned)atoi(seq);
        assert_true(++theirs.count < FRAMES_MAX);
    }
    fclose(file);
    assert_true(theirs.count > 20);
}

/* h, r1 and r2 on one switch; the network behind r2 is 10.77.0.0/24. */
static void stage(void) {
    static const struct scenario_neighbour of_h[] = {{0x0a080001, {2, 0, 0, 0, R1, 1}}},
                                           of_r1[] = {{0x0a08000a, {2, 0, 0, 0, H, 1}},
                                                      {0x0a080002, {2, 0, 0, 0, R2, 1}}};
    static const struct scenario_route behind_r2[] = {
        {.network = 0x0a4d0000, .prefix = 24, .via = 0x0a080002}};
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "h");
    setup_node(&setup, NODE_ROUTER, "r1");
    setup_node(&setup, NODE_ROUTER, "r2");
    setup_node(&setup, NODE_SWITCH, "sw");
    setup_interface(&setup, "h", "eth0", "10.8.0.10/24");
    setup_interface(&setup, "r1", "eth0", "10.8.0.1/24");
    setup_interface(&setup, "r2", "eth0", "10.8.0.2/24");
    setup_interface(&setup, "r2", "lo1", "10.77.0.1/24");
    setup_interface(&setup, "sw", "p1", NULL);
    setup_interface(&setup, "sw", "p2", NULL);
    setup_interface(&setup, "sw", "p3", NULL);
    setup_gateway(&setup, "h", "10.8.0.1");
    setup_link(&setup, "h:eth0", "sw:p1", 5000);
    setup_link(&setup, "r1:eth0", "sw:p2", 5000);
    setup_link(&setup, "r2:eth0", "sw:p3", 5000);
    setup.nodes[0].neighbours = of_h;
    setup.nodes[0].neighbour_count = 1;
    setup.nodes[1].neighbours = of_r1;
    setup.nodes[1].neighbour_count = 2;
    setup.nodes[1].routes = behind_r2;
    setup.nodes[1].route_count = 1;
}

static const char *name_of_mac(const uint8_t mac[6]) {
    return mac[4] == H ? "h" : mac[4] == R1 ? "r1" : "r2";
}

/* As tcpdump at h shows it; false: no ICMP. */
static bool read_frame(const struct trace_record *r, struct recorded *out) {
    struct reader in = reader_of(r->octets, r->octet_count);
    struct ether_header ether;
    struct ipv4_header ip;
    struct icmp_message m;
    if (ether_parse(&ether, &in) != PARSE_OK || ether.type != ETHER_TYPE_IPV4) return false;
    if (ipv4_parse(&ip, &in) != PARSE_OK || icmp_parse(&m, &in) != PARSE_OK) return false;
    if (ether.src[4] != H && ether.dst[4] != H) return false; /* the switch floods at first */
    *out = (struct recorded){.at = (double)r->at / 1e9 - BEGIN};
    strcpy(out->from, name_of_mac(ether.src));
    strcpy(out->to, name_of_mac(ether.dst));
    strcpy(out->what, m.type == ICMP_ECHO         ? "request"
                      : m.type == ICMP_ECHO_REPLY ? "reply"
                                                  : "redirect");
    if (m.type != ICMP_REDIRECT) out->seq = m.sequence;
    if (m.type == ICMP_REDIRECT) { /* the gateway that it names is r2 */
        assert_int_equal(m.code, 1);
        assert_int_equal((uint32_t)m.identifier << 16 | m.sequence, 0x0a080002);
    }
    return true;
}

static void collect(const struct running *run, bool with_replies) {
    ours.count = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        bool at_h = r->node == H && (r->kind == TRACE_SENT || r->kind == TRACE_DELIVERED);
        if (!at_h || !read_frame(r, &ours.of[ours.count])) continue;
        if (!with_replies && strcmp(ours.of[ours.count].what, "reply") == 0) continue;
        assert_true(++ours.count < FRAMES_MAX);
    }
}

static void compare(double tolerance) {
    for (size_t i = 0; i < ours.count && i < theirs.count; i++) {
        const struct recorded *a = &theirs.of[i], *b = &ours.of[i];
        if (strcmp(a->from, b->from) != 0 || strcmp(a->to, b->to) != 0 ||
            strcmp(a->what, b->what) != 0 || a->seq != b->seq || a->at - b->at > tolerance ||
            b->at - a->at > tolerance)
            fail_msg("frame %zu: Linux %.6f %s > %s %s %u, we %.6f %s > %s %s %u", i + 1, a->at,
                     a->from, a->to, a->what, a->seq, b->at, b->from, b->to, b->what, b->seq);
    }
    assert_int_equal(ours.count, theirs.count);
}

/* 1,500 requests, sent at the moments at which they were sent then: nine redirects, at the very
 * same ones. */
static void a_deaf_host_gets_nine_redirects(void **state) {
    (void)state;
    struct running run;
    load("redirect0");
    stage();
    setup_setting(&setup, "h", "net.ipv4.conf.all.accept_redirects", "0");
    run_begin(&run, &setup);
    for (size_t i = 0; i < theirs.count; i++) {
        uint8_t message[ICMP_HEADER + 56] = {0}, frame[1600];
        struct icmp_message m = {.type = ICMP_ECHO, .sequence = (uint16_t)theirs.of[i].seq};
        struct ipv4_header ip = {.src = h_address, .dst = target, .protocol = IP_PROTOCOL_ICMP};
        if (strcmp(theirs.of[i].what, "request") != 0) continue;
        icmp_emit(message, &m, 56);
        size_t count = make_datagram(frame, H, R1, &ip, message, sizeof message);
        inject(&run, SECONDS(BEGIN + theirs.of[i].at), "h", frame, count);
    }
    run_until(&run, SECONDS(30));
    collect(&run, false);
    compare(0.001);
    run_end(&run);
}

/* The first redirect only makes h ask for r2's hardware address; the second one counts. */
static void a_host_follows_the_second_redirect(void **state) {
    (void)state;
    struct running run;
    load("redirect1");
    stage();
    setup_run(&setup, SECONDS(BEGIN), "h", "ping -i 0.016 -c 10 10.77.0.1");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(20));
    collect(&run, true);
    compare(0.01);
    expect_table(&run, "routes", "h",
                 "[\"10.8.0.0/24\",\"\",\"eth0\",\"0\",\"\",\"connected\",\"0.000\"]\n"
                 "[\"0.0.0.0/0\",\"10.8.0.1\",\"eth0\",\"0\",\"\",\"gateway\",\"0.000\"]\n"
                 "[\"10.77.0.1/32\",\"10.8.0.2\",\"eth0\",\"0\",\"\",\"redirect\",\"1.048\"]\n");
    run_until(&run, SECONDS(BEGIN + 0.048 + 300.1)); /* "expires 299sec" */
    expect_table(&run, "routes", "h",
                 "[\"10.8.0.0/24\",\"\",\"eth0\",\"0\",\"\",\"connected\",\"0.000\"]\n"
                 "[\"0.0.0.0/0\",\"10.8.0.1\",\"eth0\",\"0\",\"\",\"gateway\",\"0.000\"]\n");
    run_end(&run);
}

struct stamps {
    unsigned type, originate, receive, transmit;
};

static struct stamps stamps_of(const uint8_t *message) {
    struct reader r = reader_of(message, 20);
    struct stamps s = {.type = read_u8(&r)};
    read_skip(&r, 7);
    s.originate = read_u32(&r);
    s.receive = read_u32(&r);
    s.transmit = read_u32(&r);
    return s;
}

static void a_timestamp_reply_names_one_moment_twice(void **state) {
    (void)state;
    struct running run;
    struct stamps asked, told;
    double came;
    char line[160];
    FILE *file = open_recording("icmpts");
    do assert_non_null(fgets(line, sizeof line, file));
    while (line[0] == '#');
    assert_int_equal(sscanf(line, "came\t%lf", &came), 1);
    assert_int_equal(fscanf(file, "stamps\t%u\t%u\t%u\t%u\n", &asked.type, &asked.originate,
                            &asked.receive, &asked.transmit),
                     4);
    assert_int_equal(fscanf(file, "stamps\t%u\t%u\t%u\t%u\n", &told.type, &told.originate,
                            &told.receive, &told.transmit),
                     4);
    fclose(file);
    two_hosts(&setup);
    setup.links[0].delay_ns[0] = setup.links[0].delay_ns[1] = 0;
    run_begin(&run, &setup);
    uint8_t message[20] = {0}, frame[1600];
    struct icmp_message m = {.type = (uint8_t)asked.type, .identifier = 7, .sequence = 1};
    struct ipv4_header ip = {.src = 0x0a000001, .dst = 0x0a000002, .protocol = IP_PROTOCOL_ICMP};
    struct writer w = writer_of(message + ICMP_HEADER, 12);
    write_u32(&w, asked.originate);
    icmp_emit(message, &m, 12);
    inject(&run, SECONDS(came), "client", frame,
           make_datagram(frame, 1, 2, &ip, message, sizeof message));
    run_until(&run, SECONDS(came + 1));
    const struct trace_record *reply = NULL;
    for (size_t i = 0; i < run.count; i++)
        if (run.records[i].r.kind == TRACE_SENT && run.records[i].r.node == 2 &&
            run.records[i].r.octets[23] == IP_PROTOCOL_ICMP)
            reply = &run.records[i].r;
    assert_non_null(reply);
    assert_int_equal(reply->octet_count, 14 + 20 + 20);
    struct stamps ours_are = stamps_of(reply->octets + 34);
    assert_memory_equal(&ours_are, &told, sizeof told);
    assert_memory_equal(reply->octets + 38, message + 4, 4); /* identifier, sequence number */
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deaf_host_gets_nine_redirects),
        cmocka_unit_test(a_host_follows_the_second_redirect),
        cmocka_unit_test(a_timestamp_reply_names_one_moment_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
