/*
 * IP options: record route, timestamp, source routes, and options that are wrong, against what
 * Linux did with the same octets (tests/stack/oracle/ip_options.tsv); and what the RFCs ask for
 * beyond Linux.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk_support.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

enum { REQUEST_DATA = 8, ETHER = 14, LINE_MOST = 1024, COLUMNS = 5 };
static struct setup setup;

/* a - r - b, as it was recorded. */
static void recorded_net(const char *profile, const char *accept) {
    setup_begin(&setup);
    setup_node(&setup, NODE_HOST, "a")->profile = profile;
    setup_node(&setup, NODE_ROUTER, "r")->profile = profile;
    setup_node(&setup, NODE_HOST, "b")->profile = profile;
    setup_interface(&setup, "a", "eth0", "10.78.0.10/24");
    setup_interface(&setup, "r", "eth0", "10.78.0.1/24");
    setup_interface(&setup, "r", "eth1", "10.78.1.1/24");
    setup_interface(&setup, "b", "eth0", "10.78.1.20/24");
    setup_gateway(&setup, "a", "10.78.0.1");
    setup_gateway(&setup, "b", "10.78.1.1");
    setup_link(&setup, "a:eth0", "r:eth0", MILLIS(1));
    setup_link(&setup, "r:eth1", "b:eth0", MILLIS(1));
    setup_run(&setup, 0, "a", "ping -c 1 b"); /* so that everyone knows his neighbours */
    if (accept == NULL) return;
    static const char name[] = "net.ipv4.conf.all.accept_source_route";
    setup_setting(&setup, "a", name, accept);
    setup_setting(&setup, "r", name, accept);
    setup_setting(&setup, "b", name, accept);
}

static size_t octets_of(const char *hex, uint8_t *out) {
    size_t count = 0;
    for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2, count++) {
        unsigned octet;
        assert_int_equal(sscanf(hex, "%2x", &octet), 1);
        out[count] = (uint8_t)octet;
    }
    return count;
}

static ip4 address_of(const char *text) {
    unsigned o[4];
    assert_int_equal(sscanf(text, "%u.%u.%u.%u", &o[0], &o[1], &o[2], &o[3]), 4);
    return o[0] << 24 | o[1] << 16 | o[2] << 8 | o[3];
}

/* The frame of the echo request, from a to r's hardware address. */
static size_t make_request(uint8_t *out, const char *to, const char *options) {
    struct ipv4_header h = {.src = address_of("10.78.0.10"),
                            .dst = address_of(to),
                            .ttl = 64,
                            .protocol = IP_PROTOCOL_ICMP,
                            .identification = 7};
    uint8_t message[ICMP_HEADER + REQUEST_DATA] = {0};
    struct icmp_message m = {.type = ICMP_ECHO, .identifier = 1, .sequence = 1};
    static const uint8_t macs[] = {2, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 1, 8, 0};
    icmp_emit(message, &m, REQUEST_DATA);
    h.option_count = (uint8_t)octets_of(options, h.options);
    h.header_length = (uint8_t)(IPV4_HEADER + h.option_count);
    h.total_length = (uint16_t)(h.header_length + sizeof message);
    struct writer w = writer_of(out, 256);
    write_copy(&w, macs, sizeof macs);
    ipv4_emit(&w, &h);
    write_copy(&w, message, sizeof message);
    return written(&w);
}

static void text_octets(char *out, const uint8_t *octets, size_t count) {
    if (count == 0) strcpy(out, "-");
    for (size_t i = 0; i < count; i++) sprintf(out + 2 * i, "%02x", octets[i]);
}

/* What came back to a, as the recording says it. */
static void answer_text(const struct running *run, size_t from, char out[LINE_MOST]) {
    strcpy(out, "-");
    for (size_t i = from; i < run->count; i++) {
        const struct trace_record *r = &run->records[i].r;
        if (r->kind != TRACE_DELIVERED || r->node != 1 || r->octets[12] != 8 || r->octets[13] != 0)
            continue;
        const uint8_t *ip = r->octets + ETHER, *icmp = ip + (ip[0] & 15) * 4;
        const uint8_t *quoted = icmp + ICMP_HEADER;
        char options[128], quote[128] = "-";
        text_octets(options, ip + IPV4_HEADER, (ip[0] & 15) * 4u - IPV4_HEADER);
        if (icmp[0] != ICMP_ECHO_REPLY)
            text_octets(quote, quoted + IPV4_HEADER, (quoted[0] & 15) * 4u - IPV4_HEADER);
        snprintf(out, LINE_MOST, "%u.%u.%u.%u %u/%u %u %s %s", ip[12], ip[13], ip[14], ip[15],
                 icmp[0], icmp[1], icmp[0] == ICMP_ECHO_REPLY ? 0 : icmp[4], options, quote);
    }
}

/* A time of day is any time. */
static bool says_the_same(const char *expected, const char *got) {
    for (; *expected != '\0' && *got != '\0'; expected++, got++)
        if (*expected != *got && *expected != 't') return false;
    return *expected == *got;
}

static void ask(const char *profile, const char *accept, const char *to, const char *options,
                char answer[LINE_MOST]) {
    struct running run;
    uint8_t frame[256];
    recorded_net(profile, accept);
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    size_t before = run.count, count = make_request(frame, to, options);
    inject(&run, SECONDS(1), "a", frame, count);
    run_until(&run, SECONDS(2));
    answer_text(&run, before, answer);
    run_end(&run);
}

static void linux_did_the_same(void **state) {
    (void)state;
    FILE *file = fopen("tests/stack/oracle/ip_options.tsv", "r");
    char line[LINE_MOST], answer[LINE_MOST], *column[COLUMNS];
    size_t asked = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#') continue;
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < COLUMNS; i++) column[i] = strtok(i == 0 ? line : NULL, "\t");
        for (size_t allowed = 0; allowed < 2; allowed++) {
            const char *expected = column[4 - allowed];
            ask(NULL, allowed ? "1" : "0", column[1], column[2], answer);
            if (!says_the_same(expected, answer))
                fail_msg("%s, allowed %zu:\nLinux: %s\nours:  %s", column[0], allowed, expected,
                         answer);
            asked++;
        }
    }
    fclose(file);
    assert_true(asked >= 80);
}

/* RFC 1122 3.3.5: who cannot send on along a source route says so, code 5; a host that does not
 * forward (b), and a router without a way. Linux is silent. */
static void a_route_that_fails_is_told_of(void **state) {
    (void)state;
    char answer[LINE_MOST];
    ask("rfc9293", NULL, "10.78.1.20", "8307040a4e010100", answer);
    assert_true(strncmp(answer, "10.78.1.20 3/5 ", 15) == 0);
    ask("rfc9293", NULL, "10.78.0.1", "8307040a09090900", answer);
    assert_true(strncmp(answer, "10.78.0.1 3/5 ", 14) == 0);
}

/* RFC 1812 5.2.4.1: the next hop of a strict source route is on a link of this node; here a second
 * router stands between r and c. */
static void a_strict_route_has_no_gaps(void **state) {
    (void)state;
    static const struct scenario_route to_c = {0x0a4e0200, 24, 0x0a4e0114, NULL, 0};
    struct running run;
    uint8_t frame[256];
    char answer[LINE_MOST];
    recorded_net(NULL, "1");
    setup.nodes[1].routes = &to_c;
    setup.nodes[1].route_count = 1;
    run_begin(&run, &setup);
    run_until(&run, SECONDS(1));
    size_t before = run.count, count = make_request(frame, "10.78.0.1", "8907040a4e020100");
    inject(&run, SECONDS(1), "a", frame, count);
    run_until(&run, SECONDS(2));
    answer_text(&run, before, answer);
    assert_true(strncmp(answer, "10.78.0.1 3/5 ", 14) == 0);
    run_end(&run);
}

/* What a user sends and the options together: Total Length has 16 bits (RFC 791 3.1). */
static void options_count_among_the_octets(void **state) {
    (void)state;
    static const char *const ends[] = {"10.78.1.20:9", "10.78.0.10:9"}; /* b; a itself */
    for (size_t i = 0; i < 2; i++) {
        struct running run;
        char connect[40];
        snprintf(connect, sizeof connect, "connect 3 %s", ends[i]);
        recorded_net(NULL, NULL);
        setup_run(&setup, SECONDS(1), "a", "socket udp")->process = "p";
        setup_run(&setup, SECONDS(1), "a", "setsockopt 3 IP_OPTIONS rr")->process = "p";
        setup_run(&setup, SECONDS(1), "a", connect)->process = "p";
        setup_run(&setup, SECONDS(1), "a", "send 3 65507")->process = "p";
        run_begin(&run, &setup);
        run_until(&run, SECONDS(2));
        char *said = run_output(&run, "a");
        assert_non_null(strstr(said, "EMSGSIZE"));
        free(said);
        run_end(&run);
    }
}

/* RFC 1812 4.3.2.3: an error has 576 octets at most, with the options that it sends back. */
static void an_error_with_options_is_no_longer(void **state) {
    (void)state;
    struct running run;
    size_t longest = 0;
    recorded_net(NULL, NULL);
    setup_run(&setup, SECONDS(1), "a", "socket udp")->process = "p";
    setup_run(&setup, SECONDS(1), "a", "setsockopt 3 IP_OPTIONS rr")->process = "p";
    setup_run(&setup, SECONDS(1), "a", "connect 3 10.78.1.20:9")->process = "p";
    setup_run(&setup, SECONDS(1), "a", "send 3 1000")->process = "p";
    run_begin(&run, &setup);
    run_until(&run, SECONDS(2));
    for (size_t i = 0; i < run.count; i++) {
        const struct trace_record *r = &run.records[i].r;
        if (r->kind == TRACE_SENT && r->node == 3 && r->octets[12] == 8 && r->octets[13] == 0)
            longest = r->octet_count > longest ? r->octet_count : longest;
    }
    assert_int_equal(longest, ETHER + 576);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_did_the_same),
        cmocka_unit_test(a_route_that_fails_is_told_of),
        cmocka_unit_test(a_strict_route_has_no_gaps),
        cmocka_unit_test(options_count_among_the_octets),
        cmocka_unit_test(an_error_with_options_is_no_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
