/* RIP: the five properties on messages of FRR and BIRD; authentication. */
#include "wire/rip.h"
#include "wire_support.h"

#include <string.h>

/* A response of BIRD 2.0.12 with a password and two routes. */
static const char with_password[] = "02020000 ffff0002 73656b72657400000000000000000000"
                                    "00020000 ac1e0000 ffff0000 00000000 00000001"
                                    "00020000 0a200000 ffffff00 00000000 00000001";
/* A request of FRR 8.4.4 for everything. */
static const char request[] = "01020000 00000000 00000000 00000000 00000000 00000010";

static enum parse_result parse(const uint8_t *octets, size_t count) {
    struct rip_header h;
    struct rip_auth a;
    struct rip_entry e;
    struct reader r = reader_of(octets, count);
    enum parse_result result = rip_parse(&h, &r);
    if (result != PARSE_OK) return result;
    if (rip_has_auth(&r)) result = rip_parse_auth(&a, &r);
    while (rip_next_entry(&r, &e)) continue;
    return r.failed ? PARSE_BAD_LENGTH : result;
}

static void a_request(void **state) {
    (void)state;
    uint8_t octets[64], again[64];
    size_t count = from_hex(request, octets, sizeof octets);
    struct reader r = reader_of(octets, count);
    struct rip_header h;
    struct rip_entry e, none;
    assert_int_equal(rip_parse(&h, &r), PARSE_OK);
    assert_int_equal(h.command, RIP_REQUEST);
    assert_int_equal(h.version, 2);
    assert_false(rip_has_auth(&r));
    assert_true(rip_next_entry(&r, &e));
    assert_int_equal(e.afi, RIP_FAMILY_NONE);
    assert_int_equal(e.metric, RIP_INFINITY);
    assert_false(rip_next_entry(&r, &none));
    assert_false(r.failed);
    struct writer w = writer_of(again, sizeof again);
    rip_emit_header(&w, &h);
    rip_emit_entry(&w, &e);
    assert_int_equal(written(&w), count);
    assert_memory_equal(again, octets, count);
    assert_int_equal(check_flips(parse, octets, count), 0);
}

static void a_password(void **state) {
    (void)state;
    uint8_t octets[64], again[64];
    size_t count = from_hex(with_password, octets, sizeof octets);
    struct reader r = reader_of(octets, count);
    struct writer w = writer_of(again, sizeof again);
    struct rip_header h;
    struct rip_auth a;
    struct rip_entry e;
    assert_int_equal(rip_parse(&h, &r), PARSE_OK);
    assert_true(rip_has_auth(&r));
    assert_int_equal(rip_parse_auth(&a, &r), PARSE_OK);
    assert_int_equal(a.type, RIP_AUTH_PASSWORD);
    assert_memory_equal(a.password, "sekret\0\0\0\0\0\0\0\0\0", RIP_PASSWORD);
    rip_emit_header(&w, &h);
    rip_emit_auth(&w, &a);
    assert_true(rip_next_entry(&r, &e));
    assert_int_equal(e.address, 0xac1e0000);
    assert_int_equal(e.mask, 0xffff0000);
    rip_emit_entry(&w, &e);
    assert_true(rip_next_entry(&r, &e));
    assert_int_equal(e.address, 0x0a200000);
    rip_emit_entry(&w, &e);
    assert_memory_equal(again, octets, count);
    check_flips(parse, octets, count);
}

/* Whole entries, or it is refused; and less than a header is cut off. */
static void lengths(void **state) {
    (void)state;
    uint8_t octets[64];
    size_t count = from_hex(with_password, octets, sizeof octets);
    for (size_t cut = 0; cut <= count; cut++) {
        enum parse_result want = cut < RIP_HEADER                      ? PARSE_TRUNCATED
                                 : (cut - RIP_HEADER) % RIP_ENTRY == 0 ? PARSE_OK
                                                                       : PARSE_BAD_LENGTH;
        assert_int_equal(parse(octets, cut), want);
    }
}

static const uint8_t key[RIP_PASSWORD] = "sekret";

/* RFC 2082 3.1: entry, routes, trailer; the digest is over all before itself, and the key. */
static void a_digest(void **state) {
    (void)state;
    uint8_t octets[128], digest[RIP_DIGEST];
    struct writer w = writer_of(octets, sizeof octets);
    struct rip_header h = {RIP_RESPONSE, 2, 0};
    struct rip_auth a = {.type = RIP_AUTH_CRYPTOGRAPHIC,
                         .key_id = 7,
                         .data_length = 16,
                         .sequence = 0x01020304},
                    back;
    struct rip_entry e = {RIP_FAMILY_IP, 9, 0x0a000000, 0xff000000, 0x0a000001, 3}, got;
    rip_emit_header(&w, &h);
    rip_emit_auth(&w, &a);
    rip_emit_entry(&w, &e);
    rip_emit_trailer(&w, key);
    assert_int_equal(written(&w), 4 + 20 + 20 + 4 + 16);
    struct reader r = reader_of(octets, written(&w));
    assert_int_equal(rip_parse(&h, &r), PARSE_OK);
    assert_int_equal(rip_parse_auth(&back, &r), PARSE_OK);
    assert_int_equal(back.packet_length, 44);
    assert_int_equal(back.key_id, 7);
    assert_int_equal(back.data_length, 16);
    assert_int_equal(back.sequence, 0x01020304);
    rip_digest(digest, octets, back.packet_length + RIP_TRAILER_HEADER, key);
    assert_memory_equal(back.digest, digest, sizeof digest);
    assert_true(rip_next_entry(&r, &got));
    assert_int_equal(got.tag, 9);
    assert_int_equal(got.next_hop, 0x0a000001);
    assert_false(rip_next_entry(&r, &got));
    assert_false(r.failed);
    check_flips(parse, octets, written(&w));
}

static const char in_front[] =
    "01005e000009020000000010 0800 4500005c00000000011100000a4e000ae0000009"
    "0208 0208 0048 0000";

/* Each octet of whatever comes is in one leaf, with a password as with a digest. */
static void described(void **state) {
    (void)state;
    uint8_t frame[128];
    size_t front = from_hex(in_front, frame, sizeof frame);
    size_t count = front + from_hex(with_password, frame + front, sizeof frame - front);
    check_cover_damaged(frame, count);
    assert_field(frame, count, "rip.auth.passwd", "sekret");
    assert_field(frame, count, "rip.ip", "172.30.0.0");
    assert_field(frame, count, "rip.metric", "1");
    from_hex("ffff0003 002c0714 01020304 0000000000000000", frame + front + 4, RIP_ENTRY);
    from_hex("ffff0001 000102030405060708090a0b0c0d0e0f", frame + front + 44, RIP_ENTRY);
    check_cover_damaged(frame, count);
    assert_field(frame, count, "rip.digest_offset", "44");
    assert_field(frame, count, "rip.seq_num", "16909060");
    assert_field(frame, count, "rip.authentication_data",
                 "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request), cmocka_unit_test(a_password), cmocka_unit_test(lengths),
        cmocka_unit_test(a_digest),  cmocka_unit_test(described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
