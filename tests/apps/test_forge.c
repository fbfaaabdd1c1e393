/*
 * forge: segments exactly as told, one or at a rate, from any address, with numbers that are
 * absolute or relative to what a connection expects.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

static struct setup setup;
static struct running run;

struct seen {
    sim_time at;
    uint32_t src, src_port, seq, ack, flags;
    char text[16];
};

/* The `n`th TCP segment that the node sent, from 0. */
static bool sent(const char *node, size_t n, struct seen *out) {
    const struct trace_record *r;
    size_t at = 0;
    for (;; at = (size_t)((const struct kept *)(const void *)r - run.records) + 1) {
        r = run_find(&run, at, TRACE_SENT, node);
        if (r == NULL) return false;
        struct reader in = reader_of(r->octets, r->octet_count);
        struct ipv4_header ip;
        struct tcp_header h;
        read_skip(&in, 14);
        if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != IP_PROTOCOL_TCP) continue;
        if (tcp_parse_as(&h, &in, ip.src, ip.dst, TCP_CHECKSUM_NONE) != PARSE_OK) continue;
        if (n-- > 0) continue;
        *out = (struct seen){r->at, ip.src, h.src_port, h.seq, h.ack, h.flags, ""};
        snprintf(out->text, sizeof out->text, "%.*s", (int)read_left(&in), (const char *)in.at);
        return true;
    }
}

static void begin(void) {
    two_hosts(&setup);
    setup_setting(&setup, "client", "const.isn", "1000");
    setup_setting(&setup, "server", "const.isn", "2000");
    run_begin(&run, &setup);
    run_command(&run, 0, "client", "ping -c 1 -q server > /dev/null"); /* the address is resolved */
    run_until(&run, SECONDS(1));
}

static void open_connection(void) {
    run_command(&run, SECONDS(1), "server", "nc -l 80");
    run_command(&run, SECONDS(1), "client", "nc -p 40000 server 80");
    run_until(&run, SECONDS(2));
}

/* Addresses run first, then ports; one every `every`; a step onwards in sequence numbers. */
static void a_source_range_is_run_through(void **state) {
    (void)state;
    static const struct seen expected[] = {
        {0, 0x0a090001, 7000, 100, 0, TCP_SYN, ""}, {0, 0x0a090002, 7000, 110, 0, TCP_SYN, ""},
        {0, 0x0a090001, 7001, 120, 0, TCP_SYN, ""}, {0, 0x0a090002, 7001, 130, 0, TCP_SYN, ""},
        {0, 0x0a090001, 7000, 140, 0, TCP_SYN, ""},
    };
    begin();
    run_command(&run, SECONDS(1), "client",
                "forge tcp S 10.9.0.1-10.9.0.2:7000-7001 10.0.0.2:80 seq 100 step 10 count 5 "
                "every 250us");
    run_until(&run, SECONDS(2));
    struct seen is, first;
    assert_true(sent("client", 0, &first));
    for (size_t i = 0; i < 5; i++) {
        assert_true(sent("client", i, &is));
        assert_int_equal(is.src, expected[i].src);
        assert_int_equal(is.src_port, expected[i].src_port);
        assert_int_equal(is.seq, expected[i].seq);
        assert_int_equal(is.flags, TCP_SYN);
        assert_int_equal(is.at - first.at, (sim_time)i * 250000);
    }
    assert_false(sent("client", 5, &is));
    char *said = run_output(&run, "client");
    assert_string_equal(said, "5 segments sent\n");
    free(said);
    run_end(&run);
}

static void a_flood_is_one_command(void **state) {
    (void)state;
    enum { COUNT = 50000 };
    begin();
    run_command(&run, SECONDS(1), "client",
                "forge tcp S 10.9.0.1-10.9.0.254:* 10.0.0.2:80 seq random count 50000 every 20us");
    run_until(&run, SECONDS(3));
    struct seen a, b;
    assert_true(sent("client", 0, &a) && sent("client", COUNT - 1, &b));
    assert_int_equal(b.src, 0x0a090001 + (COUNT - 1) % 254);
    assert_int_equal(b.src_port, 1024 + (COUNT - 1) / 254);
    assert_int_not_equal(a.seq, b.seq);
    assert_false(sent("client", COUNT, &b));
    run_end(&run);
}

/* The lab knows what the server expects: a reset at +0 is believed, an old duplicate at -N is old,
 * and a number that is off by one is not believed. */
static void signed_numbers_are_relative_to_the_connection(void **state) {
    (void)state;
    struct seen is;
    begin();
    open_connection();
    run_command(&run, SECONDS(2), "client",
                "forge tcp P. 10.0.0.1:40000 10.0.0.2:80 seq -1 ack +0 data X");
    run_until(&run, SECONDS(3));
    run_command(&run, SECONDS(3), "client",
                "forge tcp P. 10.0.0.1:40000 10.0.0.2:80 seq +5 ack -1 data later");
    run_until(&run, SECONDS(4));
    size_t n = 0;
    while (sent("client", n, &is) && strcmp(is.text, "X") != 0) n++;
    assert_string_equal(is.text, "X");
    assert_int_equal(is.seq, 1000);
    assert_int_equal(is.ack, 2001);
    while (sent("client", n, &is) && strcmp(is.text, "later") != 0) n++;
    assert_int_equal(is.seq, 1006);
    assert_int_equal(is.ack, 2000);
    run_command(&run, SECONDS(4), "client", "forge tcp R 10.0.0.1:40000 10.0.0.2:80 seq +1");
    run_until(&run, SECONDS(5));
    char *states = run_states(&run, "tcp");
    assert_null(strstr(states, "ESTABLISHED -> CLOSED"));
    free(states);
    run_command(&run, SECONDS(5), "client", "forge tcp R 10.0.0.1:40000 10.0.0.2:80 seq +0");
    run_until(&run, SECONDS(6));
    states = run_states(&run, "tcp");
    assert_non_null(strstr(states, "server 5.010 tcp ESTABLISHED -> CLOSED"));
    free(states);
    run_end(&run);
}

static void a_bad_checksum_is_told_as_one(void **state) {
    (void)state;
    begin();
    run_command(&run, SECONDS(1), "client", "forge tcp S 10.0.0.1:40000 10.0.0.2:80 badsum");
    run_until(&run, SECONDS(2));
    assert_int_equal(run_lost(&run, "bad_checksum"), 1);
    run_end(&run);
}

static void ctrl_c_ends_a_flood(void **state) {
    (void)state;
    struct seen is;
    begin();
    run_command(&run, SECONDS(1), "client",
                "forge tcp S 10.9.0.1:* 10.0.0.2:80 count 1000 every 100ms");
    run_until(&run, MILLIS(1450));
    run_command(&run, MILLIS(1450), "client", "^C");
    run_until(&run, SECONDS(10));
    assert_true(sent("client", 4, &is));
    assert_false(sent("client", 5, &is));
    char *said = run_output(&run, "client");
    assert_string_equal(said, "^C\n5 segments sent\n");
    free(said);
    run_end(&run);
}

/* The `n`th ICMP message that the client sent, from 0: its octets from the type on. */
static size_t icmp_sent(size_t n, uint8_t octets[64]) {
    const struct trace_record *r;
    size_t at = 0;
    for (;; at = (size_t)((const struct kept *)(const void *)r - run.records) + 1) {
        r = run_find(&run, at, TRACE_SENT, "client");
        if (r == NULL) return 0;
        struct reader in = reader_of(r->octets, r->octet_count);
        struct ipv4_header ip;
        read_skip(&in, 14);
        if (ipv4_parse(&ip, &in) != PARSE_OK || ip.protocol != IP_PROTOCOL_ICMP) continue;
        if (n-- > 0) continue;
        size_t count = read_left(&in) < 64 ? read_left(&in) : 64;
        read_copy(&in, octets, count);
        return count;
    }
}

static void icmp_quotes_what_is_told(void **state) {
    (void)state;
    static const char *const lines[] = {
        "forge icmp 5 1 10.0.0.254 10.0.0.2 gateway 10.0.0.66 echo 10.0.0.2 10.9.0.1 id 7",
        "forge icmp 3 4 10.0.0.254 10.0.0.2 mtu 1000 udp 10.0.0.2:53 10.9.0.1:54",
        "forge icmp 13 0 10.0.0.1 10.0.0.2 timestamp"};
    uint8_t o[64];
    begin();
    for (size_t i = 0; i < 3; i++) run_command(&run, SECONDS(1), "client", lines[i]);
    run_until(&run, SECONDS(2));
    assert_int_equal(icmp_sent(1, o), 36); /* 0 was the ping */
    assert_memory_equal(o, "\5\1", 2);
    assert_memory_equal(o + 4, "\12\0\0\102", 4);
    assert_memory_equal(o + 8 + 12, "\12\0\0\2\12\11\0\1\10\0", 10); /* 10.0.0.2 pings */
    assert_memory_equal(o + 8 + 24, "\0\7", 2);
    assert_int_equal(icmp_sent(2, o), 36);
    assert_memory_equal(o + 4, "\0\0\3\350", 4);
    assert_memory_equal(o + 8 + 20, "\0\65\0\66\0\10\0\0", 8);
    assert_int_equal(icmp_sent(3, o), 20);
    assert_memory_equal(o + 8, "\0\0\3\350\0\0\0\0\0\0\0\0", 12); /* 1 s after midnight */
    run_end(&run);
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    static const char *const lines[][2] = {
        {"forge tcp S 10.0.0.9-10.0.0.1:5 10.0.0.2:80", "forge: expected ADDRESS:PORT twice?"},
        {"forge tcp S 10.0.0.1:5-4 10.0.0.2:80", "forge: expected ADDRESS:PORT twice?"},
        {"forge tcp S 10.0.0.1:5 10.0.0.2-10.0.0.3:80", "forge: DST is one address and port?"},
        {"forge tcp S 10.0.0.1:5 10.0.0.2:80 count 0", "forge: a count of nothing?"},
        {"forge tcp S 10.0.0.1:5 10.0.0.2:80 count 20000000", "forge: 20000000?"},
        {"forge tcp S 10.0.0.1:5 10.0.0.2:80 every soon", "forge: soon?"},
        {"forge tcp S 10.0.0.1:5 10.0.0.2:80 count 1001 every 0",
         "forge: more than 1000 at once: which time between them?"},
        {"forge tcp S 10.0.0.1:5 10.0.0.2:80 seq +0",
         "forge: + and - need a connection between SRC and DST?"},
        {"forge tcp S 10.0.0.1:5 10.0.0.2:80 seq", "forge: a value is missing at the end?"},
        {"forge tcp S 10.0.0.1:5 10.7.0.2:80", "forge: no route to DST?"},
        {"forge tcp S 10.0.0.1:5 10.0.0.2:80 speed 5", "forge: speed?"},
    };
    begin();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        size_t from = run.count;
        run_command(&run, SECONDS(1), "client", lines[i][0]);
        const struct trace_record *r = run_find(&run, from, TRACE_OUTPUT, "client");
        assert_non_null(r);
        assert_string_equal(r->text, lines[i][1]);
    }
    run_end(&run);
}

/* Datagrams by no socket: with the checksum that it is told, or none. */
static void datagrams_are_forged(void **state) {
    (void)state;
    two_hosts(&setup);
    setup_run(&setup, 0, "server", "nc -u -l -k 53");
    setup_run(&setup, SECONDS(1), "client",
              "forge udp 10.0.0.9:1000 10.0.0.2:53 data stranger nosum");
    setup_run(&setup, SECONDS(2), "client", "forge udp 10.0.0.1:1000 10.0.0.2:53 len 20 badsum");
    setup_run(&setup, SECONDS(3), "client",
              "forge udp 10.0.0.1:1000 10.0.0.2:53 data x count 3 every 10ms");
    setup_run(&setup, SECONDS(4), "client", "forge udp 10.0.0.1:1000 10.0.0.2:53 len much");
    run_begin(&run, &setup);
    run_until(&run, SECONDS(5));
    assert_int_equal(run_lost(&run, "bad_checksum"), 1);
    expect_output(&run, "server", "stranger\nx\nx\nx\n");
    expect_output(&run, "client", "3 datagrams sent\nforge: len?\n");
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_range_is_run_through),
        cmocka_unit_test(a_flood_is_one_command),
        cmocka_unit_test(signed_numbers_are_relative_to_the_connection),
        cmocka_unit_test(a_bad_checksum_is_told_as_one),
        cmocka_unit_test(ctrl_c_ends_a_flood),
        cmocka_unit_test(icmp_quotes_what_is_told),
        cmocka_unit_test(datagrams_are_forged),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
