/*
 * Authentication: RFC 2328 appendix D, null, simple and cryptographic, sent and received; keys,
 * replay. O34
 */
#include "ospf_hand.h"

static struct hands h;

static void begin(const char *first, const char *second) {
    static char lines[2][96];
    peer_setup(&h.setup, PEER_IS_PTP);
    const char *given[2] = {first, second};
    for (int i = 0; i < 2; i++) {
        if (given[i] == NULL) continue;
        snprintf(lines[i], sizeof lines[i], "vtysh -c \"interface eth0\" -c \"%s\"", given[i]);
        setup_run(&h.setup, 0, "r1", lines[i]);
    }
    hands_start(&h, PEER_IS_PTP);
}

static void expect(const struct forged *f, const char *reason) {
    forged_in(&h, f);
    assert_string_equal(last_drop(&h), reason);
}

static struct forged simple(const char *key) {
    struct ospf_hello hello = good_hello();
    struct ospf_header header = {
        .type = OSPF_HELLO, .router_id = PEER_ID, .au_type = OSPF_AU_SIMPLE};
    memcpy(header.simple_key, key, strlen(key));
    return forged_hello(&header, &hello);
}

static struct forged digested(uint8_t key_id, const char *key, uint32_t sequence) {
    struct ospf_hello hello = good_hello();
    struct ospf_header header = {.type = OSPF_HELLO,
                                 .router_id = PEER_ID,
                                 .au_type = OSPF_AU_CRYPTOGRAPHIC,
                                 .key_id = key_id,
                                 .auth_length = OSPF_DIGEST,
                                 .crypt_sequence = sequence};
    uint8_t padded[OSPF_DIGEST] = {0};
    memcpy(padded, key, strlen(key));
    struct forged f = forged_hello(&header, &hello);
    ospf_digest(f.packet + f.count, f.packet, f.count, padded);
    f.count += OSPF_DIGEST;
    return f;
}

static void null_takes_no_other(void **state) { /* D.1, D.5.1 */
    (void)state;
    struct forged f = simple("secret");
    begin(NULL, NULL);
    expect(&f, "ospf_auth_type");
    f = digested(1, "secret", 1);
    expect(&f, "ospf_auth_type");
    struct ospf_hello hello = good_hello();
    struct ospf_header header = {.type = OSPF_HELLO,
                                 .router_id = PEER_ID,
                                 .simple_key = {1, 2, 3}}; /* the field is not examined */
    f = forged_hello(&header, &hello);
    expect(&f, "none");
    run_end(&h.run);
}

static void simple_takes_its_password_alone(void **state) { /* D.2, D.5.2 */
    (void)state;
    struct forged f = simple("secret");
    struct ospf_hello hello = good_hello();
    struct ospf_header plain = {.type = OSPF_HELLO, .router_id = PEER_ID};
    begin("ip ospf authentication", "ip ospf authentication-key secret");
    expect(&f, "none");
    f = simple("Secret");
    expect(&f, "ospf_password");
    f = forged_hello(&plain, &hello);
    expect(&f, "ospf_auth_type");
    f = simple("secret");
    f.packet[30] ^= 1; /* there is a checksum as well */
    expect(&f, "bad_checksum");
    run_end(&h.run);
}

static void cryptographic(void **state) { /* D.3, D.5.3 */
    (void)state;
    struct forged f = digested(7, "secret", 100);
    begin("ip ospf authentication message-digest", "ip ospf message-digest-key 7 md5 secret");
    expect(&f, "none");
    f = digested(8, "secret", 100);
    expect(&f, "ospf_key_id");
    f = digested(7, "Secret", 101);
    expect(&f, "ospf_digest");
    f = digested(7, "secret", 101);
    f.packet[40] ^= 1; /* no checksum: the digest holds it */
    expect(&f, "ospf_digest");
    f = digested(7, "secret", 101);
    f.count -= 4; /* the digest is cut short */
    expect(&f, "ospf_digest");
    f = digested(7, "secret", 99);
    expect(&f, "ospf_replay");
    f = digested(7, "secret", 100); /* "less than" alone is refused */
    expect(&f, "none");
    f = digested(7, "secret", 5000);
    expect(&f, "none");
    f = digested(7, "secret", 4999);
    expect(&f, "ospf_replay");
    run_end(&h.run);
}

static void a_dead_neighbour_may_begin_anew(void **state) { /* D.3: zero whenever it is Down */
    (void)state;
    struct forged f = digested(7, "secret", 5000);
    begin("ip ospf authentication message-digest", "ip ospf message-digest-key 7 md5 secret");
    h.peer.silent = true;
    expect(&f, "none");
    run_until(&h.run, SECONDS(50));
    f = digested(7, "secret", 1);
    expect(&f, "none");
    run_end(&h.run);
}

static void several_keys_are_taken_and_the_newest_signs(void **state) { /* D.3 */
    (void)state;
    struct said said;
    struct forged f;
    begin("ip ospf authentication message-digest", "ip ospf message-digest-key 9 md5 old");
    run_command(&h.run, lab_now(h.run.lab), "r1",
                "vtysh -c \"interface eth0\" -c \"ip ospf message-digest-key 3 md5 new\"");
    f = digested(9, "old", 1);
    expect(&f, "none");
    f = digested(3, "new", 2);
    expect(&f, "none");
    run_until(&h.run, SECONDS(30));
    uint32_t last = 0, count = 0;
    h.peer.seen = h.mark;
    while (peer_heard(&h.peer, OSPF_HELLO, &said)) {
        assert_int_equal(said.header.key_id, 3);
        assert_int_equal(said.header.auth_length, OSPF_DIGEST);
        assert_int_equal(said.header.checksum, 0);
        assert_true(said.header.crypt_sequence > last); /* it never falls */
        last = said.header.crypt_sequence;
        count++;
    }
    assert_true(count >= 2);
    run_end(&h.run);
}

static void the_area_decides_unless_the_interface_does(void **state) {
    (void)state;
    struct forged f = simple("secret");
    struct ospf_hello hello = good_hello();
    struct ospf_header plain = {.type = OSPF_HELLO, .router_id = PEER_ID};
    begin("ip ospf authentication-key secret", NULL);
    run_command(&h.run, lab_now(h.run.lab), "r1",
                "vtysh -c \"router ospf\" -c \"area 0 authentication\"");
    expect(&f, "none");
    run_command(&h.run, lab_now(h.run.lab), "r1",
                "vtysh -c \"interface eth0\" -c \"ip ospf authentication null\"");
    f = forged_hello(&plain, &hello);
    expect(&f, "none");
    run_end(&h.run);
}

/* Two routers of ours with one key, over each kind. */
static void two_agree(void **state) {
    (void)state;
    static const char *const kinds[][2] = {
        {"ip ospf authentication", "ip ospf authentication-key secret"},
        {"ip ospf authentication message-digest", "ip ospf message-digest-key 1 md5 secret"}};
    static const char *const names[] = {"r1", "r2"};
    static struct setup setup;
    for (int kind = 0; kind < 2; kind++) {
        struct running run;
        setup_begin(&setup);
        for (int n = 0; n < 2; n++) {
            setup_node(&setup, NODE_ROUTER, names[n]);
            setup_interface(&setup, names[n], "eth0", n == 0 ? "10.0.0.1/24" : "10.0.0.2/24");
            setup_config(&setup, names[n], "router ospf");
            setup_config(&setup, names[n], "network 10.0.0.0/24 area 0");
            setup_config(&setup, names[n], "interface eth0");
            setup_config(&setup, names[n], "ip ospf network point-to-point");
            setup_config(&setup, names[n], kinds[kind][0]);
            setup_config(&setup, names[n], kinds[kind][1]);
        }
        setup_link(&setup, "r1:eth0", "r2:eth0", MILLIS(1));
        run_begin(&run, &setup);
        run_until(&run, SECONDS(30));
        for (uint32_t node = 1; node <= 2; node++) {
            struct id id = ospf_get(run.lab, ospf_of(run.lab, node))->first_interface;
            assert_int_equal(ospf_interface_get(run.lab, id)->full_count, 1);
        }
        run_end(&run);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_takes_no_other),
        cmocka_unit_test(simple_takes_its_password_alone),
        cmocka_unit_test(cryptographic),
        cmocka_unit_test(a_dead_neighbour_may_begin_anew),
        cmocka_unit_test(several_keys_are_taken_and_the_newest_signs),
        cmocka_unit_test(the_area_decides_unless_the_interface_does),
        cmocka_unit_test(two_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
