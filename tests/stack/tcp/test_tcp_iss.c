/*
 * Initial sequence numbers by each model of const.isn: what an attacker could foretell, and what
 * overlaps. RFC 9293 3.4.1, MUST-8: a clock; SHLD-1 and MUST-9: and a secret, in two of them.
 */
#include "lab_support.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

static struct setup setup;
static struct running run;

/* SEG.SEQ of the SYNs that the client sends to closed ports at these moments. */
static void numbers_of(const char *model, uint64_t seed, const double *at, size_t count,
                       uint32_t *seq) {
    size_t found = 0;
    two_hosts(&setup);
    setup.scenario.seed = seed;
    setup_setting(&setup, "client", "const.isn", model);
    for (size_t i = 0; i < count; i++)
        setup_run(&setup, SECONDS(at[i]), "client", "nc -p 40000 server 80");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(at[count - 1] + 1));
    for (size_t i = 0; i < run.count; i++) {
        struct ipv4_header ip;
        struct tcp_header tcp;
        const struct trace_record *r = &run.records[i].r;
        if (r->kind != TRACE_SENT || r->node != 1) continue;
        struct reader in = reader_of(r->octets, r->octet_count);
        read_skip(&in, 14);
        if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != IP_PROTOCOL_TCP) continue;
        assert_int_equal(tcp_parse(&tcp, &in, ip.src, ip.dst), PARSE_OK);
        if ((tcp.flags & TCP_SYN) != 0 && found < count) seq[found++] = tcp.seq;
    }
    assert_int_equal(found, count);
    run_end(&run);
}

enum { MOMENTS = 4 };
static const double moments[MOMENTS] = {1, 2, 10, 100};

/* A clock without a secret: anyone who knows the time knows the number. */
static void expect_clock(const char *model, const uint32_t expected[MOMENTS]) {
    uint32_t seq[MOMENTS], other[MOMENTS];
    numbers_of(model, 1, moments, MOMENTS, seq);
    numbers_of(model, 2, moments, MOMENTS, other);
    for (size_t i = 0; i < MOMENTS; i++) {
        assert_int_equal(seq[i], expected[i]);
        assert_int_equal(other[i], expected[i]);
    }
}

static void clocks_can_be_foretold(void **state) {
    (void)state;
    expect_clock("rfc793-clock", (uint32_t[]){250000, 500000, 2500000, 25000000});
    expect_clock("notes-4ms", (uint32_t[]){250, 500, 2500, 25000});
    /* 1 + 128 000 a second + 64 000 for each connection before. */
    expect_clock("bsd44",
                 (uint32_t[]){128001, 256001 + 64000, 1280001 + 128000, 12800001 + 192000});
    expect_clock("fixed", (uint32_t[]){1000, 1000, 1000, 1000});
    expect_clock("4294967295", (uint32_t[]){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX});
}

/* A clock and a secret: the difference of two numbers of one connection is the clock's, the number
 * itself another one with each seed. */
static void expect_secret(const char *model, uint32_t each_second) {
    uint32_t seq[MOMENTS], other[MOMENTS];
    numbers_of(model, 1, moments, MOMENTS, seq);
    numbers_of(model, 2, moments, MOMENTS, other);
    for (size_t i = 1; i < MOMENTS; i++)
        assert_int_equal(seq[i] - seq[0], (uint32_t)(moments[i] - moments[0]) * each_second);
    assert_int_not_equal(seq[0], other[0]);
}

static void secrets_cannot(void **state) {
    (void)state;
    expect_secret("linux", 15625000);
    expect_secret("rfc6528", 250000);
}

static void random_is_neither(void **state) {
    (void)state;
    uint32_t seq[MOMENTS], again[MOMENTS];
    numbers_of("random", 1, moments, MOMENTS, seq);
    numbers_of("random", 1, moments, MOMENTS, again);
    for (size_t i = 0; i < MOMENTS; i++) assert_int_equal(seq[i], again[i]); /* the seed's */
    assert_int_not_equal(seq[1] - seq[0], seq[2] - seq[1]);
    assert_int_not_equal(seq[0], seq[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_can_be_foretold),
        cmocka_unit_test(secrets_cannot),
        cmocka_unit_test(random_is_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
