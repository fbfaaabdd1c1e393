/*
 * What the Linux kernel did, done again: the experiments of tests/support/oracle.h that need
 * more than the wire. Of "persist" the probes are compared, with their times: what went before
 * depends on how much of a socket's buffer the kernel takes for itself.
 */
#include "oracle.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/ipv4.h"
#include "wire/tcp.h"

/* Text in a SYN: to a server that does not know Fast Open, which drops it; and to one that needs no
 * cookie (0x603) and hands it to the program before the third segment, which is lost. */
static void syndata(void **state) {
    (void)state;
    struct setup s;
    oracle_stage(&s);
    setup_setting(&s, "c", "net.ipv4.tcp_fastopen", "5");
    setup_setting(&s, "s", "net.ipv4.tcp_fastopen", "1");
    oracle_listens(&s, 5);
    oracle_does(&s, 0, "c", "socket tcp");
    oracle_does(&s, 0, "c", "sendto 3 10.9.0.2:80 \"GET / early data\"");
    oracle_does(&s, 0, "s", "accept 3");
    oracle_does(&s, 0.101, "s", "recv 4 100");
    oracle_does(&s, 0.102, "s", "sysctl -w net.ipv4.tcp_fastopen=1539");
    oracle_does(&s, 0.150, "s", "socket tcp");
    oracle_does(&s, 0.150, "s", "bind 5 10.9.0.2:81");
    oracle_does(&s, 0.150, "s", "listen 5 5");
    oracle_does(&s, 0.150, "s", "setsockopt 5 TCP_FASTOPEN 16");
    oracle_does(&s, 0.150712, "c", "close 3");
    oracle_does(&s, 0.151, "s", "recv 4 100");
    setup_fault(&s, "c->s", FAULT_DROP, "tcp.dstport == 81 && " BARE_ACK, 0);
    oracle_does(&s, 0.192475, "c", "socket tcp");
    oracle_does(&s, 0.192475, "c", "sendto 3 10.9.0.2:81 \"GET / early data\"");
    oracle_does(&s, 0.192520, "s", "accept 5");
    oracle_does(&s, 0.192854, "s", "close 4");
    oracle_does(&s, 0.205, "s", "recv 6 100");
    oracle_act("syndata", &s, 0.3);
}

/* connect() to one's own bound port: a simultaneous open with oneself, by the loopback. */
static void selfconn(void **state) {
    (void)state;
    struct setup s;
    struct running run;
    oracle_stage(&s);
    oracle_does(&s, 0, "c", "socket tcp");
    oracle_does(&s, 0, "c", "bind 3 127.0.0.1:9999");
    oracle_does(&s, 0, "c", "connect 3 127.0.0.1:9999");
    oracle_does(&s, 0, "c", "send 3 \"me\"");
    oracle_does(&s, 0, "c", "recv 3 2");
    oracle_does(&s, 0.1, "c", "ss -tan");
    run_begin(&run, &s);
    run_until(&run, SECONDS(3));
    char *said = run_output(&run, "c");
    assert_non_null(strstr(said, "2 \"me\"\n"));
    assert_non_null(strstr(said, "127.0.0.1:9999"));
    assert_non_null(strstr(said, "ESTAB"));
    free(said);
    run_end(&run);
}

/* -------------------------------------------------------------------------------------- persist */

enum { PROBES_MAX = 32 };
struct probes {
    double at[PROBES_MAX];
    bool from_c[PROBES_MAX];
    size_t count;
};

/* The recorded ones: what comes after the last text, at c. The first is the ACK that closed it. */
static void load_probes(struct probes *out) {
    char line[160], end[4], from[4];
    FILE *file = fopen("tests/stack/oracle/persist.tsv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        double at;
        unsigned length;
        if (sscanf(line, "seg\t%3s\t%*d\t%lf\t%3s\t%*s\t%*s\t%*s\t%u", end, &at, from, &length) !=
                4 ||
            end[0] != 'c')
            continue;
        if (length > 0) out->count = 0;
        if (length > 0) continue;
        assert_true(out->count < PROBES_MAX);
        out->from_c[out->count] = from[0] == 'c';
        out->at[out->count++] = at;
    }
    fclose(file);
}

static void collect_probes(const struct running *run, struct probes *out) {
    for (size_t i = 0; i < run->count; i++) {
        struct ipv4_header ip;
        struct tcp_header tcp;
        const struct trace_record *r = &run->records[i].r;
        if ((r->kind != TRACE_SENT && r->kind != TRACE_DELIVERED) || r->node != 1) continue;
        struct reader in = reader_of(r->octets, r->octet_count);
        read_skip(&in, 14);
        if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != IP_PROTOCOL_TCP) continue;
        assert_int_equal(tcp_parse(&tcp, &in, ip.src, ip.dst), PARSE_OK);
        if (read_left(&in) > 0) out->count = 0;
        if (read_left(&in) > 0) continue;
        /* Begin with the last ACK before the first probe. */
        if (out->count == 1 && (ip.src & 0xff) == 2) out->count = 0;
        assert_true(out->count < PROBES_MAX);
        out->from_c[out->count] = (ip.src & 0xff) == 1;
        out->at[out->count++] = (double)r->at / 1e9;
    }
}

/* Probes and answers in the recorded order, the second probe without one: it came within
 * tcp_invalid_ratelimit of the first.
 * Intervals from one to the next within half a slot of the kernel's timer wheel, which is up to an
 * eighth of the time (ours fire in the middle of a slot), and 10 ms. */
static void persist(void **state) {
    (void)state;
    static struct probes theirs, ours;
    struct setup s;
    struct running run;
    load_probes(&theirs);
    oracle_stage(&s);
    setup_setting(&s, "c", "net.ipv4.tcp_rto_min_us", "216000"); /* the kernel's RTO then */
    oracle_does(&s, -0.9, "s", "socket tcp");
    oracle_does(&s, -0.9, "s", "setsockopt 3 SO_RCVBUF 4096");
    oracle_does(&s, -0.9, "s", "bind 3 10.9.0.2:80");
    oracle_does(&s, -0.9, "s", "listen 3 1");
    oracle_connects(&s, 0);
    oracle_does(&s, 0.1, "c", "send 3 46888");
    run_begin(&run, &s);
    run_until(&run, SECONDS(ORACLE_BEGIN + 60.4));
    collect_probes(&run, &ours);
    assert_int_equal(ours.count, theirs.count);
    for (size_t i = 0; i < ours.count; i++) assert_int_equal(ours.from_c[i], theirs.from_c[i]);
    for (size_t i = 1; i < ours.count; i++) {
        double is = ours.at[i] - ours.at[i - 1], was = theirs.at[i] - theirs.at[i - 1];
        if (!ours.from_c[i]) continue;
        double off = is > was ? is - was : was - is;
        if (off > was / 16 + 0.010) fail_msg("probe %zu after %f s, the kernel's %f s", i, is, was);
    }
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syndata),
        cmocka_unit_test(selfconn),
        cmocka_unit_test(persist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
