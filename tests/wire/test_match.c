/* Filters and edits: what they match, how they bind, what they refuse and where. */
#include "wire/match.h"
#include "wire/ospf.h"
#include "wire_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char syn[] = "02000000000b 02000000000a 0800 4500003c44e440004006e13b0a4d00010a4d0002"
                          "9c41 1f41 1e0e0da1 00000000 a002 faf0 9c17 0000"
                          "020405b4 0402 080ad7f5dd3000000000 01 03030a";
static const char data[] = "02000000000b 02000000000a 0800 4500002c44e640004006e1490a4d00010a4d0002"
                           "9c41 1f41 1e0e0da2 4eee0f4b 5018 003f 0000 0000 68656c6c 0000";
static const char arp[] = "ffffffffffff 020000000010 0806"
                          "0001 0800 06 04 0001 020000000010 0a4e000a 000000000000 0a4e0001";
static const char echo[] = "020000000001 020000000010 0800 4500001d8dc840004001975e0a4e000a0a4e0114"
                           "08 00 a862 57cc 0001 19";

/* A response with three routes, and an update with a router-LSA and two external ones. */
static const char rip[] = "01005e000009 020000000010 0800 4500005c00000000011100000a4e000ae0000009"
                          "0208 0208 0048 0000 02020000"
                          "00020000 0a010000 ffff0000 00000000 00000001"
                          "00020007 0a020000 ffff0000 00000000 00000010"
                          "00020000 0a030000 ffff0000 00000000 00000005";
static const char ospf[] =
    "0200000040011699d9d5c089080045c000a89799000001590c520a2800020a28000102040094020202020000000"
    "0fc420000000000000000000000000003000942010202020202020202"
    "80000001b1b0003002"
    "0000020a280000ffffff000300000a0a2a0000ffffff000300001e00090205ac1effff0202020280000001794f00"
    "24ffff000080002710000000000000000000090205ac1f05000202020280000001368c0024ffffff008000271000"
    "00000000000000";

static bool matches(const char *filter, const char *hex) {
    uint8_t frame[256];
    struct match m;
    struct complaint why = {.problem = ""};
    if (!match_compile(&m, filter, &why)) fail_msg("%s: %s", filter, why.problem);
    return match_frame(&m, frame, from_hex(hex, frame, sizeof frame));
}

/* Of fields that come many times, the first is set; then OSPF's checksum is mended with the rest,
 * and an advertisement's own, which its originator made, is not. */
static void edits_and_mending_of_routing(void **state) {
    (void)state;
    enum { PACKET = 34, LENGTH = 148, FIRST_LSA = 28 };
    uint8_t frame[256];
    struct field f;
    char text[64];
    size_t count = from_hex(rip, frame, sizeof frame);
    assert_true(field_edit("rip.metric = 9", frame, count));
    assert_field(frame, count, "rip.metric", "9");
    assert_true(find_field(frame, count, "rip.metric", 1, &f, text));
    assert_string_equal(text, "16");
    count = from_hex(ospf, frame, sizeof frame);
    assert_true(field_edit("ospf.lsa.router.metric0 = 11", frame, count));
    assert_false(ospf_checksum_holds(frame + PACKET, LENGTH));
    checksums_mend(frame, count, MEND_ALL);
    assert_true(ospf_checksum_holds(frame + PACKET, LENGTH));
    assert_false(ospf_lsa_checksum_holds(frame + PACKET + FIRST_LSA, 48));
}

/* Fields that a packet has many times: one that fits is enough, and for != all must differ. */
static void fields_that_come_many_times(void **state) {
    (void)state;
    static const struct {
        const char *filter, *hex;
        bool wanted;
    } cases[] = {
        {"rip", rip, true},
        {"rip", ospf, false},
        {"udp", rip, true},
        {"rip.command == 2 && rip.version == 2", rip, true},
        {"rip.metric == 16", rip, true},
        {"rip.metric == 5", rip, true},
        {"rip.metric > 16", rip, false},
        {"rip.metric != 5", rip, false},
        {"rip.metric != 6", rip, true},
        {"rip.ip == 10.3.0.0", rip, true},
        {"rip.ip == 10.3.0.0/16", rip, true},
        {"rip.ip == 10.4.0.0", rip, false},
        {"rip.route_tag == 7", rip, true},
        {"rip.auth.type", rip, false},
        {"rip.auth.type != 2", rip, false},
        {"ospf", ospf, true},
        {"ospf", rip, false},
        {"ospf.msg == 4", ospf, true},
        {"ospf.msg.lsupdate", ospf, true},
        {"ospf.msg.hello", ospf, false},
        {"ospf.srcrouter == 2.2.2.2 && ospf.area_id == 0.0.0.0", ospf, true},
        {"ospf.lsa == 1", ospf, true},
        {"ospf.lsa == 5", ospf, true},
        {"ospf.lsa == 2", ospf, false},
        {"ospf.lsa.router", ospf, true},
        {"ospf.lsa.network", ospf, false},
        {"ospf.lsa.id == 172.31.5.0", ospf, true},
        {"ospf.lsa.seqnum == 0x80000001", ospf, true},
        {"ospf.lsa.age < 3600", ospf, true},
        {"ospf.lsa.router.linkid == 10.42.0.0", ospf, true},
        {"ospf.lsa.router.linktype == 2", ospf, false},
        {"ospf.lsa.router.metric0 == 30", ospf, true},
        {"ospf.metric == 10000", ospf, true},
        {"ospf.v2.options.e", ospf, true},
        {"ospf.v2.options.o == 0", ospf, true},
        {"ospf.hello.network_mask", ospf, false},
        {"ospf.advrouter == 2.2.2.2", ospf, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (matches(cases[i].filter, cases[i].hex) != cases[i].wanted)
            fail_msg("%s: should be %d", cases[i].filter, cases[i].wanted);
}

static void fields_and_protocols(void **state) {
    (void)state;
    static const struct {
        const char *filter, *hex;
        bool wanted;
    } cases[] = {
        {"", syn, true},
        {" ", arp, true},
        {"tcp", syn, true},
        {"tcp", arp, false},
        {"arp", arp, true},
        {"eth", arp, true},
        {"ip", arp, false},
        {"udp", syn, false},
        {"icmp", echo, true},
        {"tcp.flags.syn && !tcp.flags.ack", syn, true},
        {"tcp.flags.syn && !tcp.flags.ack", data, false},
        {"tcp.flags.syn", data, false},
        {"tcp.flags.push", data, true},
        {"tcp.flags == 0x18", data, true},
        {"ip.src == 10.77.0.1 or arp", syn, true},
        {"ip.src == 10.77.0.1 or arp", arp, true},
        {"ip.src == 10.77.0.1 or arp", echo, false},
        {"tcp.len > 0", data, true},
        {"tcp.len > 0", syn, false},
        {"tcp.len == 4", data, true},
        {"frame.len == 60", data, true},
        {"tcp.seq_raw == 504237473", syn, true},
        {"tcp.seq_raw == 0x1e0e0da1", syn, true},
        {"tcp.srcport eq 40001", syn, true},
        {"tcp.port == 8001", syn, true},
        {"tcp.port == 40001", syn, true},
        {"tcp.port == 80", syn, false},
        {"tcp.port != 80", syn, true},
        {"tcp.port != 8001", syn, false},
        {"tcp.port != 8001", arp, false},
        {"ip.addr == 10.77.0.2", syn, true},
        {"ip.addr == 10.77.0.0/24", syn, true},
        {"ip.addr == 10.78.0.0/16", syn, false},
        {"ip.src == 0.0.0.0/0", syn, true},
        {"tcp.options.mss_val == 1460", syn, true},
        {"tcp.options.mss_val", data, false},
        {"tcp.options.wscale.shift == 10", syn, true},
        {"tcp.options.wscale.multiplier == 1024", syn, true},
        {"tcp.options.timestamp", syn, true},
        {"tcp.options.timestamp", data, false},
        {"tcp.options.sack_perm and tcp.options.timestamp.tsval ge 3623214384", syn, true},
        {"arp.opcode == 1 and arp.dst.proto_ipv4 == 10.78.0.1", arp, true},
        {"arp.opcode == 2", arp, false},
        {"eth.dst == ff:ff:ff:ff:ff:ff", arp, true},
        {"eth.dst == ff:ff:ff:ff:ff:fe", arp, false},
        {"eth.addr == 02:00:00:00:00:10", arp, true},
        {"eth.type == 0x0806", arp, true},
        {"icmp.type == 8 && icmp.seq == 1", echo, true},
        {"icmp.ident_le == 52311", echo, true},
        {"icmp.mtu", echo, false},
        {"icmp.originate_timestamp == 0", echo, false},
        {"ip.ttl <= 64 && ip.ttl >= 64 && !(ip.ttl < 64) && !(ip.ttl > 64)", syn, true},
        {"ip.flags.df == true", syn, true},
        {"ip.hdr_len == 20", syn, true},
        {"ip.frag_offset", syn, false},
        {"ip.frag_offset == 0", syn, true},
        {"ip.frag_offset == 0", arp, false},
        {"data", data, true},
        {"data", syn, false},
        {"data.len == 4", data, true},
        {"udp.checksum == 0", syn, false},
        {"arp.src.hw_mac == 02:00:00:00:00:10", arp, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (matches(cases[i].filter, cases[i].hex) != cases[i].wanted)
            fail_msg("%s should be %d", cases[i].filter, cases[i].wanted);
}

/* not binds tighter than and, and tighter than or; all words and signs mean the same. */
static void binding(void **state) {
    (void)state;
    assert_true(matches("tcp or arp and udp", syn));
    assert_false(matches("(tcp or arp) and udp", syn));
    assert_true(matches("not udp and tcp", syn));
    assert_false(matches("not (udp or tcp)", syn));
    assert_true(matches("!!tcp", syn));
    assert_true(matches("not not tcp", syn));
    assert_true(matches("!udp&&!arp||icmp", syn));
    assert_true(matches("ip.ttl==64&&tcp", syn));
    assert_true(matches("((((tcp))))", syn));
    assert_true(matches("udp or arp or icmp or tcp", syn));
    assert_false(matches("tcp and ip and eth and arp", syn));
}

/* All sixteen tables of two operands, through the bit stack. */
static void truth_tables(void **state) {
    (void)state;
    const char *const operand[] = {"udp", "tcp"}; /* false, true */
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++)
            for (int c = 0; c < 2; c++) {
                char filter[64];
                snprintf(filter, sizeof filter, "%s and %s or %s", operand[a], operand[b],
                         operand[c]);
                assert_int_equal(matches(filter, syn), (a && b) || c);
                snprintf(filter, sizeof filter, "%s and (%s or !%s)", operand[a], operand[b],
                         operand[c]);
                assert_int_equal(matches(filter, syn), a && (b || !c));
                snprintf(filter, sizeof filter, "%s or (%s and %s)", operand[a], operand[b],
                         operand[c]);
                assert_int_equal(matches(filter, syn), a || (b && c));
            }
}

static void cut_frames(void **state) {
    (void)state;
    uint8_t frame[128];
    struct match m;
    size_t count = from_hex(syn, frame, sizeof frame);
    assert_true(match_compile(&m, "tcp.options.wscale.shift == 10", NULL));
    for (size_t shorter = 0; shorter < count; shorter++)
        assert_false(match_frame(&m, frame, shorter));
    assert_true(match_compile(&m, "tcp.dstport == 8001", NULL));
    for (size_t shorter = 0; shorter <= count; shorter++)
        assert_int_equal(match_frame(&m, frame, shorter), shorter >= 38);
}

static void complaints(void **state) {
    (void)state;
    static const struct {
        const char *filter, *starts;
    } cases[] = {
        {"tcp.flag.syn", "column 1: no field \"tcp.flag.syn\""},
        {"tcp && ", "column 8: expected the name of a field"},
        {"tcp tcp", "column 5: expected \"&&\", \"||\" or the end, found \"tcp\""},
        {"ip.src == 300.1.1.1",
         "column 11: expected an address such as 10.0.0.1, found \"300.1.1.1\""},
        {"eth.dst == 10.0.0.1", "column 12: expected an address such as 02:"},
        {"ip.ttl == 256", "column 11: the field holds 0 to 255, not \"256\""},
        {"tcp.flags.syn == 2", "column 18: the field holds 0 to 1"},
        {"ip.ttl ==", "column 10: expected a number, found the end"},
        {"ip.ttl = 1", "column 8: expected \"&&\", \"||\" or the end, found \"=\""},
        {"(tcp", "column 5: expected \")\", found the end"},
        {"tcp)", "column 4: expected"},
        {"tcp.seq == 1", "column 1: a link knows no relative numbers"},
        {"nottcp", "column 1: no field \"nottcp\""},
        {"ip.ttl == 0x", "column 11: expected a number"},
        {"ip.ttl == 99999999999999999999", "column 11: expected a number"},
        {"tcp & udp", "column 5: expected"},
        {"\x01", "column 1: expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct match m;
        struct complaint why = {.place = "faults[0].match"};
        assert_false(match_compile(&m, cases[i].filter, &why));
        if (strncmp(why.problem, cases[i].starts, strlen(cases[i].starts)) != 0)
            fail_msg("%s: %s", cases[i].filter, why.problem);
        assert_string_equal(why.place, "faults[0].match");
        assert_false(match_compile(&m, cases[i].filter, NULL));
    }
}

static void limits(void **state) {
    (void)state;
    char filter[600] = "tcp";
    struct match m;
    struct complaint why;
    for (int i = 0; i < 11; i++) strcat(filter, " and tcp"); /* 12 tests and 11 connectives */
    assert_true(match_compile(&m, filter, &why));
    strcat(filter, " and tcp");
    assert_false(match_compile(&m, filter, &why));
    assert_non_null(strstr(why.problem, "too long"));
    memset(filter, '(', 500);
    filter[500] = '\0';
    assert_false(match_compile(&m, filter, &why));
    assert_non_null(strstr(why.problem, "too deep"));
    memset(filter, '!', 500);
    assert_false(match_compile(&m, filter, &why));
    memset(filter, 'a', 599);
    filter[599] = '\0';
    assert_false(match_compile(&m, filter, &why));
    assert_true(strlen(why.problem) < sizeof why.problem);
}

static void edits(void **state) {
    (void)state;
    uint8_t frame[128], before[128];
    size_t count = from_hex(syn, frame, sizeof frame);
    static const struct {
        const char *assignment, *field, *text;
    } cases[] = {
        {"ip.ttl = 1", "ip.ttl", "1"},
        {"tcp.flags.ack = 1", "tcp.flags", "0x0012"},
        {"tcp.flags = 0x004", "tcp.flags", "0x0004"},
        {"ip.src=1.2.3.4", "ip.src", "1.2.3.4"},
        {"eth.src = 02:00:00:00:00:99", "eth.src", "02:00:00:00:00:99"},
        {"tcp.options.mss_val = 88", "tcp.options.mss_val", "88"},
        {"ip.frag_offset = 2", "ip.frag_offset", "2"},
        {"tcp.seq_raw = 4294967295", "tcp.seq_raw", "4294967295"},
        {"ip.hdr_len = 24", "ip.hdr_len", "24"},
        {"ip.checksum = 0", "ip.checksum", "0x0000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct complaint why;
        from_hex(syn, frame, sizeof frame);
        memcpy(before, frame, count);
        assert_true(field_edit_check(cases[i].assignment, &why));
        assert_true(field_edit(cases[i].assignment, frame, count));
        assert_field(frame, count, cases[i].field, cases[i].text);
        int changed = 0;
        for (size_t k = 0; k < count; k++) changed += frame[k] != before[k];
        assert_in_range(changed, 1, 4);
    }
    from_hex(syn, frame, sizeof frame);
    memcpy(before, frame, count);
    assert_false(field_edit("arp.opcode = 2", frame, count));
    assert_false(field_edit("tcp.options.mss_val = 1", frame, 56));
    assert_false(field_edit("tcp.len = 2", frame, count));
    assert_memory_equal(frame, before, count);
}

static void bad_edits(void **state) {
    (void)state;
    static const struct {
        const char *assignment, *starts;
    } cases[] = {
        {"ip.ttl", "column 7: expected \"=\""},
        {"ip.ttl = 256", "column 10: the field holds 0 to 255"},
        {"ip.ttl == 1", "column 9: expected a number"},
        {"tcp = 1", "column 5: that cannot be set"},
        {"tcp.len = 1", "column 9: that cannot be set"},
        {"ip.src = 10.0.0.0/8", "column 20: one address"},
        {"ip.hdr_len = 21", "column 16: the value must be a multiple of 4"},
        {"ip.ttl = 1 2", "column 12: expected the end"},
        {"", "column 1: expected the name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct complaint why = {.problem = ""};
        assert_false(field_edit_check(cases[i].assignment, &why));
        if (strncmp(why.problem, cases[i].starts, strlen(cases[i].starts)) != 0)
            fail_msg("%s: %s", cases[i].assignment, why.problem);
    }
}

/* Every name over every beginning of every frame, each in a block of its exact size. */
static void names_over_cut_frames(void **state) {
    (void)state;
    static const char *const frames[] = {syn, data, arp, echo};
    static const char *const filters[] = {"eth.src == 02:00:00:00:00:01",
                                          "eth.type",
                                          "eth.len",
                                          "eth.lg",
                                          "arp.opcode",
                                          "arp.hw.type",
                                          "arp.dst.hw_mac == 02:00:00:00:00:01",
                                          "ip.dst == 1.2.3.4",
                                          "ip.checksum",
                                          "icmp.type",
                                          "icmp.code",
                                          "icmp.mtu",
                                          "icmp.seq",
                                          "icmp.unused",
                                          "icmp.transmit_timestamp",
                                          "udp.length",
                                          "tcp.flags",
                                          "tcp.urgent_pointer",
                                          "tcp.options.timestamp.tsecr",
                                          "tcp.len",
                                          "data.len"};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        for (size_t k = 0; k < sizeof filters / sizeof *filters; k++) {
            uint8_t frame[128];
            struct match m;
            size_t count = from_hex(frames[i], frame, sizeof frame);
            assert_true(match_compile(&m, filters[k], NULL));
            for (size_t shorter = 0; shorter <= count; shorter++) {
                uint8_t *copy = malloc(shorter + !shorter);
                assert_non_null(copy);
                memcpy(copy, frame, shorter);
                match_frame(&m, copy, shorter);
                free(copy);
            }
        }
}

struct name_list {
    char names[200][40];
    size_t count;
};

static void collect(void *user, const struct field *f) {
    struct name_list *list = user;
    if (list->count < 200) strncpy(list->names[list->count++], f->name, 39);
}

/* Whatever the tree shows can be filtered by, but for a few views that are no numbers. */
static void the_trees_names_are_known(void **state) {
    (void)state;
    static const char *const frames[] = {syn, data, arp, echo};
    static const char *const views[] = {
        "_resolved",       "checksum_calculated", "flags.str", "tcp.options.nop",
        "tcp.option_kind", "tcp.option_len",      "payload",   "data.data"};
    for (size_t i = 0; i < 4; i++) {
        uint8_t frame[128];
        struct name_list list = {.count = 0};
        packet_describe(frame, from_hex(frames[i], frame, sizeof frame), collect, &list);
        for (size_t k = 0; k < list.count; k++) {
            struct match m;
            bool known = match_compile(&m, list.names[k], NULL),
                 view = strcmp(list.names[k], "tcp.options") == 0 ||
                        strcmp(list.names[k], "eth.padding") == 0;
            for (size_t v = 0; v < sizeof views / sizeof *views; v++)
                view |= strstr(list.names[k], views[v]) != NULL;
            if (!known && !view) fail_msg("%s is not known to filters", list.names[k]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_protocols),
        cmocka_unit_test(fields_that_come_many_times),
        cmocka_unit_test(edits_and_mending_of_routing),
        cmocka_unit_test(binding),
        cmocka_unit_test(truth_tables),
        cmocka_unit_test(cut_frames),
        cmocka_unit_test(names_over_cut_frames),
        cmocka_unit_test(complaints),
        cmocka_unit_test(limits),
        cmocka_unit_test(edits),
        cmocka_unit_test(bad_edits),
        cmocka_unit_test(the_trees_names_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
