/* OSPF: the five properties on packets of FRR and BIRD, and authentication. */
#include "wire/ospf.h"
#include "wire_support.h"

#include <string.h>

enum { IN_FRAME = 34 };

/* Packets of FRR 8.4.4 (1.1.1.1) and BIRD 2.0.12 (2.2.2.2), with Ethernet and IPv4 in front. */
static const char hello[] =
    "01005e000005020000004001080045c000448ca50000015941ce0a280001e000000502010030010101010000000"
    "0e26500000000000000000000ffffff000001020a000000040a2800010a28000202020202";
static const char description[] =
    "0200000040011699d9d5c089080045c000709797000001590c8c0a2800020a2800010202005c0202020200000000"
    "a56f0000000000000000000005dc420136aa402c00080205ac1effff0202020280000001794f002400080205ac1f"
    "05000202020280000001368c002400084201020202020202020280000001b1b00030";
static const char requests[] =
    "1699d9d5c089020000004001080045c000508ca10000015917a20a2800010a2800020203003c010101010000000"
    "08e650000000000000000000000000001020202020202020200000005ac1effff0202020200000005ac1f050002"
    "020202";
static const char update[] =
    "0200000040011699d9d5c089080045c000a89799000001590c520a2800020a28000102040094020202020000000"
    "0fc420000000000000000000000000003000942010202020202020202"
    "80000001b1b0003002"
    "0000020a280000ffffff000300000a0a2a0000ffffff000300001e00090205ac1effff0202020280000001794f00"
    "24ffff000080002710000000000000000000090205ac1f05000202020280000001368c0024ffffff008000271000"
    "00000000000000";
static const char acks[] =
    "01005e000005020000004001080045c000688ca40000015941ab0a280001e0000005020500540101010100000000"
    "66270000000000000000000000094201020202020202020280000001b1b0003000090205ac1effff020202028000"
    "0001794f002400090205ac1f05000202020280000001368c0024";

static enum parse_result parse_lsa(const struct ospf_lsa_header *h, const uint8_t *octets) {
    if (!ospf_lsa_checksum_holds(octets, h->length)) return PARSE_BAD_CHECKSUM;
    return ospf_lsa_body_fits(h->type, octets + OSPF_LSA_HEADER, h->length - OSPF_LSA_HEADER)
               ? PARSE_OK
               : PARSE_BAD_LENGTH;
}

static enum parse_result parse_update(struct reader *r) {
    struct ospf_lsa_header h;
    const uint8_t *octets;
    uint32_t count;
    enum parse_result result = ospf_parse_update(&count, r);
    while (result == PARSE_OK && ospf_next_lsa(r, &h, &octets)) result = parse_lsa(&h, octets);
    return result;
}

static enum parse_result parse_body(uint32_t type, struct reader *r) {
    struct ospf_hello a_hello;
    struct ospf_dd dd;
    struct ospf_request q;
    struct ospf_lsa_header h;
    uint32_t id;
    enum parse_result result = PARSE_OK;
    switch (type) {
    case OSPF_HELLO: result = ospf_parse_hello(&a_hello, r); break;
    case OSPF_DATABASE_DESCRIPTION: result = ospf_parse_dd(&dd, r); break;
    case OSPF_LINK_STATE_UPDATE: return parse_update(r);
    default: break;
    }
    if (type == OSPF_HELLO)
        while (ospf_next_neighbor(r, &id)) continue;
    else if (type == OSPF_LINK_STATE_REQUEST)
        while (ospf_next_request(r, &q)) continue;
    else
        while (ospf_next_lsa_header(r, &h)) continue;
    return r->failed && result == PARSE_OK ? PARSE_TRUNCATED : result;
}

static enum parse_result parse(const uint8_t *octets, size_t count) {
    struct ospf_header h;
    struct reader r = reader_of(octets, count);
    enum parse_result result = ospf_parse(&h, &r);
    if (result != PARSE_OK) return result;
    if (h.au_type != OSPF_AU_CRYPTOGRAPHIC && !ospf_checksum_holds(octets, h.length))
        return PARSE_BAD_CHECKSUM;
    return parse_body(h.type, &r);
}

struct sample {
    uint8_t octets[256];
    size_t count;
    struct ospf_header header;
    struct reader body;
};

static struct sample sample_of(const char *hex) {
    struct sample s = {.count = 0};
    uint8_t frame[400];
    s.count = from_hex(hex, frame, sizeof frame) - IN_FRAME;
    memcpy(s.octets, frame + IN_FRAME, s.count);
    return s;
}

static void open_sample(struct sample *s) {
    s->body = reader_of(s->octets, s->count);
    assert_int_equal(ospf_parse(&s->header, &s->body), PARSE_OK);
    assert_int_equal(s->header.length, s->count);
}

/* What was read is written again: the same octets, checksum included. */
static void assert_emits(const struct sample *s, const struct writer *body, uint8_t *packet) {
    assert_int_equal(written(body), s->count - OSPF_HEADER);
    ospf_emit(packet, s->count, &s->header);
    assert_memory_equal(packet, s->octets, s->count);
}

static void headers(void **state) {
    (void)state;
    static const char *const packets[] = {hello, description, requests, update, acks};
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        struct sample s = sample_of(packets[i]);
        open_sample(&s);
        assert_int_equal(s.header.type, i + 1);
        assert_int_equal(s.header.area, 0);
        check_truncation(parse, s.octets, s.count);
        /* Flips pass in the authentication field, which nobody looks at (D.1), and the one that
         * makes AuType 2, for which there is no checksum. */
        size_t summed = 8 * (s.count - OSPF_SIMPLE_KEY);
        assert_int_equal(check_flips(parse, s.octets, s.count), summed - 1);
    }
}

/* Opaque ones of RFC 3623, RFC 7770 and traffic engineering, and an NSSA's; a Hello with
 * link-local signalling (RFC 5613) behind it. */
static const char opaque[] =
    "01005e000005020000000001080045c000ac000000000159ce330a000001e0000005020400980101010100000000"
    "b69e000000000000000000000000000400014209030000000101010180000001c9f80024000100040000003c0002"
    "0001010000000001020a04000000010101018000000169ee001c00010004f00000000001020a0100000501010101"
    "80000001a3ac001800000000000108070a000000010101018000000194140024ff00000080000014000000000000"
    "0000";
static const char signalling[] =
    "01005e000005020000000001080045c0006c000000000159ce730a000001e00000050201002c0101010100000000"
    "d69900000000000000000000ffffff00000a1201000000280a0000010a000002c886000b00010004000000030002"
    "001400000005000102030405060708090a0b0c0d0e0f00090001ff000000";

/* Each octet of whatever comes is in one leaf, and the fields are those of the packet. */
static void described(void **state) {
    (void)state;
    static const char *const packets[] = {hello, description, requests,  update,
                                          acks,  opaque,      signalling};
    uint8_t frame[400];
    size_t count = 0;
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        count = from_hex(packets[i], frame, sizeof frame);
        check_cover_damaged(frame, count);
    }
    count = from_hex(update, frame, sizeof frame);
    assert_field(frame, count, "ospf.msg", "4");
    assert_field(frame, count, "ospf.ls.number_of_lsas", "3");
    assert_field(frame, count, "ospf.lsa.age", "9");
    assert_field(frame, count, "ospf.lsa.router.linkdata", "255.255.255.0");
    assert_field(frame, count, "ospf.metric", "10000");
    assert_field(frame, count, "ospf.lsa.asext.type", "1");
}

static bool is_bad(const uint8_t *frame, size_t count, const char *name, int nth) {
    struct field f;
    char text[64];
    assert_true(find_field(frame, count, name, nth, &f, text));
    return (f.flags & FIELD_BAD) != 0;
}

/* The packet's checksum and each advertisement's are judged, each by its own octets. */
static void checksums_are_judged(void **state) {
    (void)state;
    enum { SECOND_LSA = 110, METRIC = 27 };
    uint8_t frame[400];
    size_t count = from_hex(update, frame, sizeof frame);
    assert_false(is_bad(frame, count, "ospf.checksum", 0));
    for (int i = 0; i < 3; i++) assert_false(is_bad(frame, count, "ospf.lsa.chksum", i));
    frame[SECOND_LSA + METRIC] ^= 1;
    assert_true(is_bad(frame, count, "ospf.checksum", 0));
    assert_false(is_bad(frame, count, "ospf.lsa.chksum", 0));
    assert_true(is_bad(frame, count, "ospf.lsa.chksum", 1));
    frame[IN_FRAME + 15] = OSPF_AU_CRYPTOGRAPHIC; /* no checksum then: D.4.3 (2) */
    assert_false(is_bad(frame, count, "ospf.checksum", 0));
}

static void a_hello(void **state) {
    (void)state;
    struct sample s = sample_of(hello);
    struct ospf_hello h;
    uint8_t packet[256];
    uint32_t id;
    open_sample(&s);
    assert_int_equal(s.header.router_id, 0x01010101);
    assert_int_equal(ospf_parse_hello(&h, &s.body), PARSE_OK);
    assert_int_equal(h.mask, 0xffffff00);
    assert_int_equal(h.interval, 1);
    assert_int_equal(h.options, OSPF_OPTION_E);
    assert_int_equal(h.priority, 10);
    assert_int_equal(h.dead_interval, 4);
    assert_int_equal(h.dr, 0x0a280001);
    assert_int_equal(h.bdr, 0x0a280002);
    struct writer w = writer_of(packet + OSPF_HEADER, sizeof packet - OSPF_HEADER);
    ospf_emit_hello(&w, &h);
    assert_true(ospf_next_neighbor(&s.body, &id));
    assert_int_equal(id, 0x02020202);
    assert_false(ospf_next_neighbor(&s.body, &id));
    write_u32(&w, id);
    assert_emits(&s, &w, packet);
}

static void a_description(void **state) {
    (void)state;
    struct sample s = sample_of(description);
    struct ospf_dd d;
    struct ospf_lsa_header h;
    uint8_t packet[256];
    static const uint8_t types[] = {OSPF_EXTERNAL_LSA, OSPF_EXTERNAL_LSA, OSPF_ROUTER_LSA};
    size_t count = 0;
    open_sample(&s);
    assert_int_equal(ospf_parse_dd(&d, &s.body), PARSE_OK);
    assert_int_equal(d.mtu, 1500);
    assert_int_equal(d.options, OSPF_OPTION_E | OSPF_OPTION_O);
    assert_int_equal(d.flags, OSPF_DD_MS);
    assert_int_equal(d.sequence, 0x36aa402c);
    struct writer w = writer_of(packet + OSPF_HEADER, sizeof packet - OSPF_HEADER);
    ospf_emit_dd(&w, &d);
    while (ospf_next_lsa_header(&s.body, &h)) {
        assert_int_equal(h.type, types[count++]);
        assert_int_equal(h.age, 8);
        assert_int_equal(h.sequence, 0x80000001);
        ospf_emit_lsa_header(&w, &h);
    }
    assert_int_equal(count, 3);
    assert_emits(&s, &w, packet);
}

static void some_requests(void **state) {
    (void)state;
    struct sample s = sample_of(requests);
    struct ospf_request q;
    uint8_t packet[256];
    size_t count = 0;
    open_sample(&s);
    struct writer w = writer_of(packet + OSPF_HEADER, sizeof packet - OSPF_HEADER);
    for (; ospf_next_request(&s.body, &q); count++) {
        assert_int_equal(q.type, count == 0 ? OSPF_ROUTER_LSA : OSPF_EXTERNAL_LSA);
        assert_int_equal(q.advertising_router, 0x02020202);
        ospf_emit_request(&w, &q);
    }
    assert_int_equal(count, 3);
    assert_emits(&s, &w, packet);
}

static void acknowledgements(void **state) {
    (void)state;
    struct sample s = sample_of(acks);
    struct ospf_lsa_header h;
    uint8_t packet[256];
    open_sample(&s);
    struct writer w = writer_of(packet + OSPF_HEADER, sizeof packet - OSPF_HEADER);
    while (ospf_next_lsa_header(&s.body, &h)) ospf_emit_lsa_header(&w, &h);
    assert_emits(&s, &w, packet);
}

static void emit_router_lsa(struct writer *w, struct reader *body) {
    struct ospf_router_lsa a;
    struct ospf_link link;
    assert_int_equal(ospf_parse_router_lsa(&a, body), PARSE_OK);
    assert_int_equal(a.bits, OSPF_ROUTER_E);
    assert_int_equal(a.links, 2);
    ospf_emit_router_lsa(w, &a);
    while (ospf_next_link(body, &link)) {
        assert_int_equal(link.type, OSPF_LINK_STUB);
        ospf_emit_link(w, &link);
    }
    assert_int_equal(link.id, 0x0a2a0000);
    assert_int_equal(link.data, 0xffffff00);
    assert_int_equal(link.metric, 30);
}

static void emit_external_lsa(struct writer *w, struct reader *body) {
    struct ospf_external_lsa a;
    assert_int_equal(ospf_parse_external_lsa(&a, body), PARSE_OK);
    assert_true(a.type2);
    assert_int_equal(a.metric, 10000);
    ospf_emit_external_lsa(w, &a);
}

/* Each advertisement is taken apart and made again: its checksum comes out the same. */
static void an_update(void **state) {
    (void)state;
    struct sample s = sample_of(update);
    struct ospf_lsa_header h;
    const uint8_t *octets;
    uint32_t count;
    uint8_t packet[256], again[64];
    open_sample(&s);
    assert_int_equal(ospf_parse_update(&count, &s.body), PARSE_OK);
    assert_int_equal(count, 3);
    struct writer w = writer_of(packet + OSPF_HEADER, sizeof packet - OSPF_HEADER);
    write_u32(&w, count);
    while (ospf_next_lsa(&s.body, &h, &octets)) {
        struct writer lsa = writer_of(again, sizeof again);
        struct reader body = reader_of(octets + OSPF_LSA_HEADER, h.length - OSPF_LSA_HEADER);
        assert_true(ospf_lsa_checksum_holds(octets, h.length));
        assert_true(ospf_lsa_body_fits(h.type, body.at, read_left(&body)));
        ospf_emit_lsa_header(&lsa, &h);
        if (h.type == OSPF_ROUTER_LSA)
            emit_router_lsa(&lsa, &body);
        else
            emit_external_lsa(&lsa, &body);
        patch_u16(&lsa, 16, 0);
        patch_u16(&lsa, 18, 0);
        ospf_lsa_seal(again, written(&lsa));
        assert_memory_equal(again, octets, h.length);
        again[0] ^= 0xff; /* the age is not summed up: 12.1.7 */
        assert_true(ospf_lsa_checksum_holds(again, h.length));
        again[4] ^= 0x01;
        assert_false(ospf_lsa_checksum_holds(again, h.length));
        write_copy(&w, octets, h.length);
    }
    assert_emits(&s, &w, packet);
}

static void networks_and_summaries(void **state) {
    (void)state;
    uint8_t octets[64];
    struct writer w = writer_of(octets, sizeof octets);
    struct ospf_network_lsa n = {0xffffff00}, n2;
    uint32_t id;
    ospf_emit_network_lsa(&w, &n);
    ospf_emit_attached(&w, 0x01010101);
    ospf_emit_attached(&w, 0x02020202);
    struct reader r = reader_of(octets, written(&w));
    assert_int_equal(ospf_parse_network_lsa(&n2, &r), PARSE_OK);
    assert_int_equal(n2.mask, 0xffffff00);
    assert_true(ospf_next_attached(&r, &id) && id == 0x01010101);
    assert_true(ospf_next_attached(&r, &id) && id == 0x02020202);
    assert_false(ospf_next_attached(&r, &id));
    assert_true(ospf_lsa_body_fits(OSPF_NETWORK_LSA, octets, 12));
    assert_false(ospf_lsa_body_fits(OSPF_NETWORK_LSA, octets, 11));

    struct ospf_summary_lsa s = {0xffff0000, OSPF_LS_INFINITY}, s2;
    w = writer_of(octets, sizeof octets);
    ospf_emit_summary_lsa(&w, &s);
    r = reader_of(octets, written(&w));
    assert_int_equal(ospf_parse_summary_lsa(&s2, &r), PARSE_OK);
    assert_int_equal(s2.mask, 0xffff0000);
    assert_int_equal(s2.metric, OSPF_LS_INFINITY);
    assert_false(ospf_lsa_body_fits(OSPF_ASBR_SUMMARY_LSA, octets, 7));
}

/* RFC 1583's metrics by TOS are passed over; a link that announces more than there are is none. */
static void links_with_tos(void **state) {
    (void)state;
    uint8_t octets[64];
    size_t count = from_hex("01000002 01010101 02020202 03010005 08000009"
                            "03030303 04040404 01000006",
                            octets, sizeof octets);
    struct reader r = reader_of(octets, count);
    struct ospf_router_lsa a;
    struct ospf_link link;
    assert_int_equal(ospf_parse_router_lsa(&a, &r), PARSE_OK);
    assert_int_equal(a.bits, OSPF_ROUTER_B);
    assert_true(ospf_next_link(&r, &link));
    assert_int_equal(link.tos_count, 1);
    assert_int_equal(link.metric, 5);
    assert_true(ospf_next_link(&r, &link));
    assert_int_equal(link.type, OSPF_LINK_POINT_TO_POINT);
    assert_int_equal(link.metric, 6);
    assert_true(ospf_lsa_body_fits(OSPF_ROUTER_LSA, octets, count));
    octets[13] = 200;
    assert_false(ospf_lsa_body_fits(OSPF_ROUTER_LSA, octets, count));
    octets[13] = 1;
    octets[3] = 3;
    assert_false(ospf_lsa_body_fits(OSPF_ROUTER_LSA, octets, count));
}

/* D.4.3: no checksum; the digest behind the packet is over the packet and the key. */
static void cryptographic(void **state) {
    (void)state;
    uint8_t packet[OSPF_HEADER + OSPF_HELLO_LENGTH + OSPF_DIGEST], digest[OSPF_DIGEST];
    const uint8_t key[OSPF_DIGEST] = "sekret";
    size_t length = OSPF_HEADER + OSPF_HELLO_LENGTH;
    struct ospf_header h = {.type = OSPF_HELLO,
                            .router_id = 1,
                            .au_type = OSPF_AU_CRYPTOGRAPHIC,
                            .key_id = 3,
                            .auth_length = 16,
                            .crypt_sequence = 77},
                       back;
    memset(packet, 0, sizeof packet);
    ospf_emit(packet, length, &h);
    ospf_digest(packet + length, packet, length, key);
    struct reader r = reader_of(packet, sizeof packet);
    assert_int_equal(ospf_parse(&back, &r), PARSE_OK);
    assert_int_equal(back.checksum, 0);
    assert_int_equal(back.au_type, OSPF_AU_CRYPTOGRAPHIC);
    assert_int_equal(back.key_id, 3);
    assert_int_equal(back.auth_length, 16);
    assert_int_equal(back.crypt_sequence, 77);
    assert_int_equal(read_left(&r), OSPF_HELLO_LENGTH);
    packet[length - 1] ^= 1;
    ospf_digest(digest, packet, length, key);
    assert_memory_not_equal(digest, packet + length, sizeof digest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),
        cmocka_unit_test(described),
        cmocka_unit_test(checksums_are_judged),

        cmocka_unit_test(a_hello),
        cmocka_unit_test(a_description),
        cmocka_unit_test(some_requests),
        cmocka_unit_test(acknowledgements),
        cmocka_unit_test(an_update),
        cmocka_unit_test(networks_and_summaries),
        cmocka_unit_test(links_with_tos),
        cmocka_unit_test(cryptographic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
