/* One-line summaries: role, labels, sentence and arguments of each kind of frame. */
#include "wire/parse.h"
#include "wire/tcp.h"
#include "wire_support.h"

#include <stdio.h>
#include <string.h>

enum { SRC = 0x0a000001, DST = 0x0a000002 };

/* A frame around one TCP segment. */
static size_t tcp_frame(uint8_t *frame, struct tcp_header h, size_t data) {
    static const char ip[] =
        "02000000000b 02000000000a 0800 4500000000004000400600000a0000010a000002";
    size_t at = from_hex(ip, frame, 34), length;
    h.src_port = 40000;
    h.dst_port = 80;
    tcp_emit(frame + at, &h, data, SRC, DST);
    length = 20 + tcp_header_length(&h) + data;
    frame[16] = (uint8_t)(length >> 8);
    frame[17] = (uint8_t)length;
    return 14 + length;
}

static const char *argument(const struct packet_summary *s, const char *name) {
    for (uint32_t i = 0; i < s->argument_count; i++)
        if (strcmp(s->arguments[i][0], name) == 0) return s->arguments[i][1];
    fail_msg("no argument %s", name);
    return NULL;
}

static void segments(void **state) {
    (void)state;
    static const struct {
        uint16_t flags;
        size_t data;
        const char *say;
        enum role role;
        const char *label[3];
    } cases[] = {
        {TCP_SYN, 0, "tcp.syn", ROLE_OPEN, {"SYN", "seq 0", ""}},
        {TCP_SYN | TCP_ACK, 0, "tcp.syn_ack", ROLE_OPEN, {"SYN ACK", "seq 0 ack 5", ""}},
        {TCP_ACK, 0, "tcp.ack", ROLE_CONTROL, {"ACK", "seq 0 ack 5", ""}},
        {TCP_ACK | TCP_PSH, 5, "tcp.data", ROLE_DATA, {"PSH ACK", "seq 0 ack 5", "len 5"}},
        {TCP_ACK | TCP_FIN, 0, "tcp.fin", ROLE_CLOSE, {"FIN ACK", "seq 0 ack 5", ""}},
        {TCP_ACK | TCP_FIN, 7, "tcp.fin", ROLE_CLOSE, {"FIN ACK", "seq 0 ack 5", "len 7"}},
        {TCP_RST, 0, "tcp.rst", ROLE_CLOSE, {"RST", "seq 0", ""}},
        {TCP_RST | TCP_ACK, 0, "tcp.rst", ROLE_CLOSE, {"RST ACK", "seq 0 ack 5", ""}},
        {0, 0, "tcp.other", ROLE_CONTROL, {"no flags", "seq 0", ""}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t frame[200];
        struct packet_summary s;
        size_t count = tcp_frame(
            frame,
            (struct tcp_header){.flags = cases[i].flags, .seq = 100, .ack = 205, .window = 9},
            cases[i].data);
        packet_summarise(frame, count, 100, 200, &s);
        assert_string_equal(s.protocol, "tcp");
        assert_string_equal(s.say, cases[i].say);
        assert_int_equal(s.role, cases[i].role);
        assert_int_equal(s.payload_length, cases[i].data);
        for (uint32_t k = 0; k < 3; k++)
            assert_string_equal(k < s.label_count ? s.label[k] : "", cases[i].label[k]);
        assert_int_equal(s.argument_count, 9);
    }
}

static void numbers(void **state) {
    (void)state;
    uint8_t frame[200];
    struct packet_summary s;
    struct tcp_header h = {.flags = TCP_SYN | TCP_ACK,
                           .seq = 0xffffffff,
                           .ack = 11,
                           .window = 4000,
                           .options = {.has_mss = true, .mss = 1400}};
    size_t count = tcp_frame(frame, h, 0);
    packet_summarise(frame, count, 0xffffffff, 10, &s);
    assert_string_equal(argument(&s, "seq"), "0");
    assert_string_equal(argument(&s, "wire"), "4294967295");
    assert_string_equal(argument(&s, "ack"), "1");
    assert_string_equal(argument(&s, "next"), "1"); /* past the wrap */
    assert_string_equal(argument(&s, "win"), "4000");
    assert_string_equal(argument(&s, "mss"), "1400");
    assert_string_equal(argument(&s, "port"), "80");
    assert_string_equal(argument(&s, "from"), "40000");
    h.window = 0; /* a shut window is said, but not of a SYN: that one has other news */
    count = tcp_frame(frame, h, 0);
    packet_summarise(frame, count, 0xffffffff, 10, &s);
    assert_int_equal(s.label_count, 2);
    h.flags = TCP_ACK;
    count = tcp_frame(frame, h, 0);
    packet_summarise(frame, count, 0xffffffff, 10, &s);
    assert_string_equal(s.label[2], "win 0");
    h.flags = TCP_SYN | TCP_ACK;
    count = tcp_frame(frame, h, 0);
    packet_summarise(frame, count, 0, 0, &s); /* no bases: as on the wire */
    assert_string_equal(s.label[1], "seq 4294967295 ack 11");
    h.options.has_mss = false;
    count = tcp_frame(frame, h, 0);
    packet_summarise(frame, count, 0, 0, &s);
    assert_string_equal(argument(&s, "mss"), "536"); /* what no option means */
}

static void other_protocols(void **state) {
    (void)state;
    static const struct {
        const char *hex, *protocol, *say, *label;
        enum role role;
        uint32_t payload;
    } cases[] = {
        {"ffffffffffff 020000000010 0806 000108000604 0001 020000000010 0a4e000a 000000000000 "
         "0a4e0001",
         "arp", "arp.request", "ARP request", ROLE_OPEN, 0},
        {"ffffffffffff 020000000010 0806 000108000604 0001 020000000010 00000000 000000000000 "
         "0a4e0001",
         "arp", "arp.probe", "ARP probe", ROLE_OPEN, 0},
        {"020000000001 020000000010 0806 000108000604 0001 020000000010 0a4e000a 000000000000 "
         "0a4e0001",
         "arp", "arp.poll", "ARP request", ROLE_OPEN, 0},
        {"ffffffffffff 020000000010 0806 000108000604 0002 020000000010 0a4e000a 020000000011 "
         "0a4e0001",
         "arp", "arp.reply", "ARP reply", ROLE_OPEN, 0},
        {"ffffffffffff 020000000010 0806 000108000604 0001 020000000010 0a4e000a 000000000000 "
         "0a4e000a",
         "arp", "arp.announce", "ARP announcement", ROLE_CONTROL, 0},
        {"ffffffffffff 020000000010 0806 000108000604 0009 020000000010 0a4e000a 000000000000 "
         "0a4e000a",
         "arp", "arp.other", "ARP", ROLE_CONTROL, 0},
        {"ffffffffffff 020000000010 0806 0001", "arp", "arp.other", "ARP", ROLE_CONTROL, 0},
        {"020000000001 020000000010 0800 4500001d00004000400100000a4e000a0a4e0114 0800 0000 0001 "
         "0007 19",
         "icmp", "icmp.echo", "echo request", ROLE_OPEN, 1},
        {"020000000001 020000000010 0800 4500001c00004000400100000a4e000a0a4e0114 0000 0000 0001 "
         "0007",
         "icmp", "icmp.echo_reply", "echo reply", ROLE_OPEN, 0},
        {"020000000001 020000000010 0800 4500001c00004000400100000a4e000a0a4e0114 0303 0000 0000 "
         "0000",
         "icmp", "icmp.unreachable", "Destination unreachable", ROLE_PROBLEM, 0},
        {"020000000001 020000000010 0800 4500001c00004000400100000a4e000a0a4e0114 0b00 0000 0000 "
         "0000",
         "icmp", "icmp.time_exceeded", "Time-to-live exceeded", ROLE_PROBLEM, 0},
        {"020000000001 020000000010 0800 4500001c00004000400100000a4e000a0a4e0114 0304 0000 0000 "
         "03e8",
         "icmp", "icmp.too_big", "Destination unreachable", ROLE_PROBLEM, 0},
        {"020000000001 020000000010 0800 4500001c00004000400100000a4e000a0a4e0114 0e00 0000 0001 "
         "0007",
         "icmp", "icmp.other", "Timestamp reply", ROLE_CONTROL, 0}, /* too short for the times */
        {"020000000001 020000000010 0800 4500001e00004000401100000a4e000a0a4e0114 0047 0046 000a "
         "0000 0102",
         "udp", "udp.datagram", "UDP", ROLE_DATA, 2},
        {"020000000001 020000000010 0800 4500002800004000401100000a4e000a0a4e0114 9c40 0045 0014 "
         "0000 0001 6600 6f6374657400 0000",
         "tftp", "tftp.rrq", "RRQ f", ROLE_OPEN, 12},
        {"020000000001 020000000010 0800 4500002200004000401100000a4e000a0a4e0114 0045 9c40 000e "
         "0000 0003 0007 6162",
         "tftp", "tftp.data", "DATA 7", ROLE_DATA, 6},
        {"020000000001 020000000010 0800 4500002000004000401100000a4e000a0a4e0114 0045 9c40 000c "
         "0000 0009 0007",
         "tftp", "tftp.other", "TFTP", ROLE_CONTROL, 4},
        {"020000000001 020000000010 0800 4500003400004000401100000a4e000a0a4e0114 0208 0208 0020 "
         "0000 "
         "01020000 00000000 00000000 00000000 00000000 00000010",
         "rip", "rip.request_all", "RIP request", ROLE_OPEN, 24},
        {"020000000001 020000000010 0800 4500003400004000401100000a4e000a0a4e0114 0208 0208 0020 "
         "0000 "
         "01020000 00020000 0a010000 ffff0000 00000000 00000010",
         "rip", "rip.request", "RIP request", ROLE_OPEN, 24},
        {"020000000001 020000000010 0800 4500003400004000401100000a4e000a0a4e0114 0208 0208 0020 "
         "0000 "
         "02020000 00020000 0a010000 ffff0000 00000000 00000001",
         "rip", "rip.response", "RIP response", ROLE_DATA, 24},
        {"020000000001 020000000010 0800 4500004800004000401100000a4e000a0a4e0114 0208 0208 0034 "
         "0000 "
         "02020000 00020000 0a010000 ffff0000 00000000 00000001 00020000 0a010000 ffff0000 "
         "00000000 00000010",
         "rip", "rip.poison", "RIP response", ROLE_CLOSE, 44},
        {"020000000001 020000000010 0800 4500002000004000401100000a4e000a0a4e0114 0208 0208 000c "
         "0000 "
         "09020000",
         "rip", "rip.other", "RIP", ROLE_CONTROL, 4},
        {"020000000001 020000000010 0800 4500004400004000405900000a4e000a0a4e0114 "
         "02010030 01010101 00000000 0000 0000 0000000000000000 "
         "ffffff00 000a 02 01 00000028 0a000001 0a000002 02020202",
         "ospf", "ospf.hello", "OSPF hello", ROLE_CONTROL, 48},
        {"020000000001 020000000010 0800 4500003400004000405900000a4e000a0a4e0114 "
         "02020020 01010101 00000000 0000 0000 0000000000000000 "
         "05dc 02 07 00000001",
         "ospf", "ospf.dd", "OSPF description", ROLE_OPEN, 32},
        {"020000000001 020000000010 0800 4500003800004000405900000a4e000a0a4e0114 "
         "02030024 01010101 00000000 0000 0000 0000000000000000 "
         "00000001 01010101 01010101",
         "ospf", "ospf.request", "OSPF request", ROLE_OPEN, 36},
        {"020000000001 020000000010 0800 4500004800004000405900000a4e000a0a4e0114 "
         "02040034 01010101 00000000 0000 0000 0000000000000000 "
         "00000001 0001 02 02 0a000001 01010101 80000001 0000 0018 ffffff00",
         "ospf", "ospf.update", "OSPF update", ROLE_DATA, 52},
        {"020000000001 020000000010 0800 4500004800004000405900000a4e000a0a4e0114 "
         "02040034 01010101 00000000 0000 0000 0000000000000000 "
         "00000001 0e10 02 02 0a000001 01010101 80000001 0000 0018 ffffff00",
         "ospf", "ospf.flush", "OSPF update", ROLE_CLOSE, 52},
        {"020000000001 020000000010 0800 4500004000004000405900000a4e000a0a4e0114 "
         "0205002c 01010101 00000000 0000 0000 0000000000000000 "
         "0001 02 02 0a000001 01010101 80000001 0000 0018",
         "ospf", "ospf.ack", "OSPF ack", ROLE_CONTROL, 44},
        {"020000000001 020000000010 0800 4500002c00004000405900000a4e000a0a4e0114 "
         "02090018 01010101 00000000 0000 0000 0000000000000000 ",
         "ospf", "ospf.other", "OSPF", ROLE_PROBLEM, 24},
        {"020000000001 020000000010 0800 4500001600004000405a00000a4e000a0a4e0114 0045", "ip",
         "ip.other", "IP", ROLE_DATA, 2},
        {"020000000001 020000000010 0800 45000016000000b9400100000a4e000a0a4e0114 0045", "ip",
         "ip.fragment", "IP fragment", ROLE_DATA, 2},
        {"020000000001 020000000010 0800 4500001600004000400600000a4e000a0a4e0114 0045", "ip",
         "ip.other", "IP", ROLE_DATA, 2}, /* too short for TCP */
        {"020000000001 020000000010 86dd 6000", "eth", "eth.other", "Ethernet", ROLE_DATA, 2},
        {"0200", "eth", "eth.other", "Ethernet", ROLE_DATA, 0},
        {"", "eth", "eth.other", "Ethernet", ROLE_DATA, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t frame[128];
        struct packet_summary s;
        packet_summarise(frame, from_hex(cases[i].hex, frame, sizeof frame), 0, 0, &s);
        assert_string_equal(s.protocol, cases[i].protocol);
        assert_string_equal(s.say, cases[i].say);
        assert_string_equal(s.label[0], cases[i].label);
        assert_int_equal(s.role, cases[i].role);
        assert_int_equal(s.payload_length, cases[i].payload);
    }
}

static void what_icmp_messages_say_in_particular(void **state) {
    (void)state;
    static const struct {
        const char *hex, *say, *name, *value;
    } cases[] = {
        {"0501 0000 0a4e0002", "icmp.redirect", "gateway", "10.78.0.2"},
        {"0304 0000 0000 03e8", "icmp.too_big", "mtu", "1000"},
        {"0d00 0000 00010001 00003039 00000000 00000000", "icmp.timestamp", "originate", "12345"},
        {"0e00 0000 00010001 00003039 00003422 00003440", "icmp.timestamp_reply", "transmit",
         "13376"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char hex[256];
        uint8_t frame[128];
        struct packet_summary s;
        snprintf(hex, sizeof hex,
                 "020000000001020000000010 0800 450000%s00004000400100000a4e000a0a4e0114 %s",
                 i < 2 ? "1c" : "28", cases[i].hex);
        packet_summarise(frame, from_hex(hex, frame, sizeof frame), 0, 0, &s);
        assert_string_equal(s.say, cases[i].say);
        assert_string_equal(argument(&s, cases[i].name), cases[i].value);
    }
}

static void names(void **state) {
    (void)state;
    uint32_t count = 0;
    while (engine_protocol_name(count) != NULL) count++;
    assert_int_equal(count, 10);
    for (int role = 0; role < ROLE_COUNT; role++)
        assert_non_null(engine_role_name((enum role)role));
    assert_string_equal(engine_role_name(ROLE_PROBLEM), "problem");
}

/* Texts are always ended, whatever the frame. */
static void damaged_frames(void **state) {
    (void)state;
    uint8_t frame[200];
    struct tcp_header h = {.flags = TCP_ACK,
                           .seq = 4294967290u,
                           .ack = 4294967290u,
                           .options = {.has_timestamps = true}};
    size_t count = tcp_frame(frame, h, 100);
    for (size_t bit = 0; bit < count * 8; bit++) {
        struct packet_summary s;
        memset(&s, 0xff, sizeof s);
        frame[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        packet_summarise(frame, count - bit % 120, 0, 0, &s);
        frame[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        for (uint32_t i = 0; i < s.label_count; i++)
            assert_true(strlen(s.label[i]) < sizeof s.label[0]);
        for (uint32_t i = 0; i < s.argument_count; i++)
            assert_true(strlen(s.arguments[i][1]) < sizeof s.arguments[0][0]);
        assert_true(s.label_count >= 1 && engine_role_name(s.role) != NULL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments),        cmocka_unit_test(numbers),
        cmocka_unit_test(other_protocols), cmocka_unit_test(what_icmp_messages_say_in_particular),
        cmocka_unit_test(names),           cmocka_unit_test(damaged_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
