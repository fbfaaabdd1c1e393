/*
 * What is received and what is not: the checks of RFC 2328 8.2, each with its reason, and Hellos
 * that do not fit, 10.5; what a Hello says, 9.5. O2 O5 O8
 */
#include "ospf_hand.h"
#include "stack/socket.h"

static struct hands h;
static const struct ospf_header good_header = {.type = OSPF_HELLO, .router_id = PEER_ID};

static void begin(enum peer_role role) {
    peer_setup(&h.setup, role);
    hands_start(&h, role);
}

static void expect_taken(const struct forged *f) {
    forged_in(&h, f);
    assert_string_equal(last_drop(&h), "none");
    hands_look(&h);
    assert_true(id_is(h.neighbor));
}

static void expect_dropped(const struct forged *f, const char *reason) {
    forged_in(&h, f);
    assert_string_equal(last_drop(&h), reason);
    hands_look(&h);
    assert_false(id_is(h.neighbor));
}

/* ------------------------------------------------------------------- 8.2 */

static void a_hello_that_fits_makes_a_neighbour(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct forged f = forged_hello(&good_header, &hello);
    begin(PEER_IS_OTHER);
    expect_taken(&f);
    assert_int_equal(the_neighbor(&h)->state, OSPF_NEIGHBOR_2WAY);
    assert_int_equal(the_neighbor(&h)->router_id, PEER_ID);
    assert_int_equal(the_neighbor(&h)->address, PEER_ADDRESS);
    run_end(&h.run);
}

static void the_ip_level(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct forged f = forged_hello(&good_header, &hello);
    begin(PEER_IS_OTHER);
    f.src = ROUTER_ADDRESS; /* IP itself takes no datagram that claims to be from this node */
    expect_dropped(&f, "martian");
    f.src = PEER_ADDRESS;
    f.dst = 0xe0000001; /* all systems: taken by IP, but none of OSPF's groups */
    expect_dropped(&f, "ospf_destination");
    f.dst = ROUTER_ADDRESS;
    expect_taken(&f);
    run_end(&h.run);
}

static void version_and_length(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct forged good = forged_hello(&good_header, &hello), f = good;
    begin(PEER_IS_OTHER);
    f.packet[0] = 3;
    expect_dropped(&f, "bad_version");
    f = good;
    f.packet[3] = 200; /* longer than the datagram */
    expect_dropped(&f, "truncated");
    f.packet[3] = 20; /* shorter than a header */
    expect_dropped(&f, "bad_length");
    f = good;
    f.count = 20; /* not even a header */
    expect_dropped(&f, "truncated");
    f = good;
    f.packet[1] = 9;
    ospf_emit(f.packet, f.count, &(struct ospf_header){.type = 9, .router_id = PEER_ID});
    forged_in(&h, &f); /* no Hello, so it has to be from a neighbour */
    assert_string_equal(last_drop(&h), "ospf_no_neighbor");
    expect_taken(&good);
    forged_in(&h, &f);
    assert_string_equal(last_drop(&h), "unknown_type");
    run_end(&h.run);
}

static void area_and_network(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct ospf_header other = good_header;
    other.area = 1;
    struct forged f = forged_hello(&other, &hello);
    begin(PEER_IS_OTHER);
    expect_dropped(&f, "ospf_area");
    f = forged_hello(&good_header, &hello);
    f.src = 0x0a000102; /* 10.0.1.2 */
    expect_dropped(&f, "ospf_network");
    run_end(&h.run);
    begin(PEER_IS_PTP); /* there addresses are each end's own affair */
    expect_taken(&f);
    run_end(&h.run);
}

static void all_d_routers_is_for_two(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct forged f = forged_hello(&good_header, &hello);
    begin(PEER_IS_DR_ALONE); /* the router is DR Other, and has not joined the group */
    f.dst = OSPF_ALL_D_ROUTERS;
    expect_dropped(&f, "not_a_member");
    hands_begin(&h);
    struct id socket = ospf_get(h.run.lab, h.ospf)->socket;
    socket_group_join(h.s, socket, the_interface(&h)->interface, OSPF_ALL_D_ROUTERS);
    hand_end(&h.hand);
    expect_dropped(&f, "ospf_not_dr");
    run_end(&h.run);
    begin(PEER_IS_OTHER);
    h.peer.silent = true;
    run_until(&h.run, SECONDS(45)); /* the router is DR */
    expect_taken(&f);
    run_end(&h.run);
}

static void checksums(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct forged f = forged_hello(&good_header, &hello);
    begin(PEER_IS_OTHER);
    f.packet[40] ^= 1;
    expect_dropped(&f, "bad_checksum");
    run_end(&h.run);
}

static void strangers_and_doubles(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct ospf_header twin = good_header;
    twin.router_id = ROUTER_ID;
    struct forged f = forged_hello(&twin, &hello);
    begin(PEER_IS_OTHER);
    expect_dropped(&f, "ospf_same_id");
    for (uint8_t type = OSPF_DATABASE_DESCRIPTION; type <= OSPF_LINK_STATE_ACK; type++) {
        struct ospf_header header = {.type = type, .router_id = PEER_ID};
        f = forged_hello(&header, &hello);
        expect_dropped(&f, "ospf_no_neighbor");
    }
    run_end(&h.run);
}

static void a_passive_interface_is_deaf_and_dumb(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct forged f = forged_hello(&good_header, &hello);
    struct said said;
    peer_setup(&h.setup, PEER_IS_OTHER);
    setup_run(&h.setup, 0, "r1", "vtysh -c \"interface eth0\" -c \"ip ospf passive\"");
    hands_start(&h, PEER_IS_OTHER);
    run_until(&h.run, SECONDS(1));
    size_t count = h.run.count;
    hands_mark(&h);
    run_until(&h.run, SECONDS(100));
    assert_true(count > 0);
    assert_false(peer_heard(&h.peer, OSPF_HELLO, &said));
    f.dst = ROUTER_ADDRESS;
    expect_dropped(&f, "ospf_no_interface");
    run_end(&h.run);
}

/* ------------------------------------------------------------------- 10.5 */

static void what_all_must_have_in_common(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct forged f;
    begin(PEER_IS_OTHER);
    hello.mask = 0xffff0000;
    f = forged_hello(&good_header, &hello);
    expect_dropped(&f, "ospf_hello_mask");
    hello = good_hello();
    hello.interval = 11;
    f = forged_hello(&good_header, &hello);
    expect_dropped(&f, "ospf_hello_interval");
    hello = good_hello();
    hello.dead_interval = 41;
    f = forged_hello(&good_header, &hello);
    expect_dropped(&f, "ospf_dead_interval");
    hello = good_hello();
    hello.options = 0; /* it takes the area for a stub */
    f = forged_hello(&good_header, &hello);
    expect_dropped(&f, "ospf_options");
    hello.options = OSPF_OPTION_E | OSPF_OPTION_O | OSPF_OPTION_DC; /* the others do not matter */
    f = forged_hello(&good_header, &hello);
    expect_taken(&f);
    run_end(&h.run);
}

static void in_a_stub_the_e_bit_is_clear(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct ospf_header header = good_header;
    struct said said;
    struct ospf_hello ours;
    header.area = 1;
    peer_setup(&h.setup, PEER_IS_OTHER);
    setup_run(&h.setup, 0, "r1",
              "vtysh -c \"router ospf\" -c \"no network 10.0.0.0/24 area 0\" "
              "-c \"network 10.0.0.0/24 area 1\" -c \"area 1 stub\"");
    hands_start(&h, PEER_IS_OTHER);
    struct forged f = forged_hello(&header, &hello);
    h.peer.seen = 0;
    bool heard = false;
    while (peer_heard(&h.peer, OSPF_HELLO, &said)) heard = true;
    assert_true(heard);
    assert_int_equal(ospf_parse_hello(&ours, &said.body), PARSE_OK);
    assert_int_equal(ours.options & OSPF_OPTION_E, 0);
    expect_dropped(&f, "ospf_options");
    hello.options = 0;
    f = forged_hello(&header, &hello);
    expect_taken(&f);
    run_end(&h.run);
}

static void a_point_to_point_mask_is_ignored(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    hello.mask = 0;
    struct forged f = forged_hello(&good_header, &hello);
    begin(PEER_IS_PTP);
    expect_taken(&f);
    run_end(&h.run);
}

static void another_router_at_the_address(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello();
    struct ospf_header other = good_header;
    other.router_id = 0x09090909;
    struct forged f = forged_hello(&good_header, &hello), g = forged_hello(&other, &hello);
    begin(PEER_IS_OTHER);
    expect_taken(&f);
    expect_taken(&g);
    assert_int_equal(the_neighbor(&h)->router_id, 0x09090909);
    assert_int_equal(the_interface(&h)->neighbor_count, 1);
    run_end(&h.run);
}

/* ------------------------------------------------------------------- 9.5 */

static void what_a_hello_says(void **state) {
    (void)state;
    struct ospf_hello hello = good_hello(), ours;
    struct forged f = forged_hello(&good_header, &hello);
    struct said said;
    uint32_t seen;
    begin(PEER_IS_OTHER);
    h.peer.silent = true;
    h.peer.seen = 0;
    assert_true(peer_heard(&h.peer, OSPF_HELLO, &said)); /* at once, and nobody was heard yet */
    assert_int_equal(said.dst, OSPF_ALL_SPF_ROUTERS);
    assert_int_equal(said.src, ROUTER_ADDRESS);
    assert_int_equal(ospf_parse_hello(&ours, &said.body), PARSE_OK);
    assert_int_equal(ours.mask, 0xffffff00);
    assert_int_equal(ours.interval, 10);
    assert_int_equal(ours.dead_interval, 40);
    assert_int_equal(ours.options, OSPF_OPTION_E);
    assert_int_equal(ours.priority, 1);
    assert_int_equal(ours.dr, 0);
    assert_false(ospf_next_neighbor(&said.body, &seen));
    run_until(&h.run, SECONDS(9));
    expect_taken(&f);
    run_until(&h.run, SECONDS(10.5)); /* each HelloInterval */
    assert_true(peer_heard(&h.peer, OSPF_HELLO, &said));
    assert_int_equal(said.at, SECONDS(10) + MILLIS(1));
    assert_int_equal(ospf_parse_hello(&ours, &said.body), PARSE_OK);
    assert_true(ospf_next_neighbor(&said.body, &seen));
    assert_int_equal(seen, PEER_ID);
    run_until(&h.run, SECONDS(70)); /* it has been silent for RouterDeadInterval */
    while (peer_heard(&h.peer, OSPF_HELLO, &said)) ospf_parse_hello(&ours, &said.body);
    assert_false(ospf_next_neighbor(&said.body, &seen));
    assert_int_equal(ours.dr, ROUTER_ADDRESS);
    run_end(&h.run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_that_fits_makes_a_neighbour),
        cmocka_unit_test(the_ip_level),
        cmocka_unit_test(version_and_length),
        cmocka_unit_test(area_and_network),
        cmocka_unit_test(all_d_routers_is_for_two),
        cmocka_unit_test(checksums),
        cmocka_unit_test(strangers_and_doubles),
        cmocka_unit_test(a_passive_interface_is_deaf_and_dumb),
        cmocka_unit_test(what_all_must_have_in_common),
        cmocka_unit_test(in_a_stub_the_e_bit_is_clear),
        cmocka_unit_test(a_point_to_point_mask_is_ignored),
        cmocka_unit_test(another_router_at_the_address),
        cmocka_unit_test(what_a_hello_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
