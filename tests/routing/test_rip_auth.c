/* Who signed it: RFC 2453 4.1 and 5.2, RFC 2082, RFC 4822. R12. */
#include <stdio.h>
#include <string.h>

#include "rip_support.h"
#include "wire/rip.h"

static struct rip_scene scene;
#define GROUP "10.0.1.2 > 224.0.0.9"
#define OWN   "10.0.1.0/24 1 self\n10.0.2.0/24 1 self\n"

static int begin(void **state) {
    (void)state;
    rip_scene(&scene);
    return 0;
}

static int end(void **state) {
    (void)state;
    rip_end(&scene);
    return 0;
}

static void add(const char *line) {
    setup_config(&scene.setup, "r1", line);
}

static void with_password(void) {
    add("interface eth0");
    add("ip rip authentication mode text");
    add("ip rip authentication string sekret");
}

static void with_digest(void) {
    add("key chain kc");
    add("key 3");
    add("key-string sekret");
    add("exit");
    add("exit");
    add("interface eth0");
    add("ip rip authentication mode md5 auth-length rfc");
    add("ip rip authentication key-chain kc");
}

static void start(void) {
    rip_begin(&scene);
    run_until(&scene.run, SECONDS(5));
}

/* A message with an entry of authentication in front. */
static size_t signed_message(uint8_t out[600], const struct rip_auth *a, const char *key) {
    uint8_t plain[600], secret[RIP_PASSWORD] = {0};
    size_t count = rip_message(plain, "v2 response 10.9.0.0/24 1");
    struct writer w = writer_of(out, 600);
    struct rip_header h = {.command = RIP_RESPONSE, .version = 2};
    memcpy(secret, key, strlen(key));
    rip_emit_header(&w, &h);
    rip_emit_auth(&w, a);
    write_copy(&w, plain + RIP_HEADER, count - RIP_HEADER);
    if (a->type == RIP_AUTH_CRYPTOGRAPHIC) rip_emit_trailer(&w, secret);
    return written(&w);
}

static void hear_password(sim_time at, const char *password) {
    uint8_t octets[600];
    struct rip_auth a = {.type = RIP_AUTH_PASSWORD};
    memcpy(a.password, password, strlen(password));
    rip_hears_octets(&scene, at, GROUP, octets, signed_message(octets, &a, ""));
}

static void hear_digest(sim_time at, uint8_t key, uint8_t length, uint32_t sequence,
                        const char *secret) {
    uint8_t octets[600];
    struct rip_auth a = {
        .type = RIP_AUTH_CRYPTOGRAPHIC, .key_id = key, .data_length = length, .sequence = sequence};
    rip_hears_octets(&scene, at, GROUP, octets, signed_message(octets, &a, secret));
}

static void a_password_goes_with_every_message(void **state) {
    (void)state;
    with_password();
    rip_begin(&scene);
    expect_rip_said(&scene, SECONDS(5),
                    "0.000 > 224.0.0.9:520 v2 request password sekret all\n"
                    "0.000 > 224.0.0.9:520 v2 response password sekret 10.0.2.0/24 1\n");
}

static void a_digest_goes_with_every_message(void **state) {
    (void)state;
    with_digest();
    rip_begin(&scene);
    expect_rip_said(
        &scene, SECONDS(10),
        "0.000 > 224.0.0.9:520 v2 request key 3 length 16 sequence 0 all\n"
        "0.000 > 224.0.0.9:520 v2 response key 3 length 16 sequence 0 10.0.2.0/24 1\n"
        "10.000 > 224.0.0.9:520 v2 response key 3 length 16 sequence 10 10.0.2.0/24 1\n");
}

/* FRR's usual length counts the four octets in front of the digest. */
static void the_old_length_is_the_usual_one(void **state) {
    (void)state;
    add("interface eth0");
    add("ip rip authentication mode md5");
    add("ip rip authentication string sekret");
    rip_begin(&scene);
    expect_rip_said(&scene, SECONDS(5),
                    "0.000 > 224.0.0.9:520 v2 request key 1 length 20 sequence 0 all\n"
                    "0.000 > 224.0.0.9:520 v2 response key 1 length 20 sequence 0 10.0.2.0/24 1\n");
}

static void passwords_are_compared(void **state) {
    (void)state;
    with_password();
    start();
    hear_password(SECONDS(5), "sekre");
    rip_hears(&scene, SECONDS(6), GROUP, "v2 response 10.9.0.0/24 1");
    rip_hears(&scene, SECONDS(6), "10.0.1.2 > 10.0.1.255", "v1 response 11.0.0.0 1");
    hear_digest(SECONDS(6), 1, 16, 1, "sekret");
    expect_rip(scene.run.lab, "r1", OWN);
    expect_rip_refused(&scene, "rip_auth_password rip_auth_missing rip_auth_missing rip_auth_type");
    hear_password(SECONDS(7), "sekret");
    expect_rip(scene.run.lab, "r1", OWN "10.9.0.0/24 2 10.0.1.2\n");
}

static void digests_are_computed_again(void **state) {
    (void)state;
    with_digest();
    start();
    hear_digest(SECONDS(5), 3, 16, 5, "secret");
    hear_digest(SECONDS(5), 4, 16, 5, "sekret");
    hear_digest(SECONDS(5), 3, 17, 5, "sekret");
    hear_password(SECONDS(5), "sekret");
    expect_rip(scene.run.lab, "r1", OWN);
    expect_rip_refused(&scene, "rip_auth_digest rip_auth_key rip_auth_length rip_auth_type");
    hear_digest(SECONDS(6), 3, 20, 5, "sekret"); /* either length */
    expect_rip(scene.run.lab, "r1", OWN "10.9.0.0/24 2 10.0.1.2\n");
}

/* RFC 2082 3.2.2. */
static void sequence_numbers_do_not_decrease(void **state) {
    (void)state;
    with_digest();
    start();
    hear_digest(SECONDS(5), 3, 16, 100, "sekret");
    hear_digest(SECONDS(6), 3, 16, 100, "sekret");
    hear_digest(SECONDS(7), 3, 16, 99, "sekret");
    hear_digest(SECONDS(8), 3, 16, 0, "sekret"); /* the neighbour is not lost */
    expect_rip_refused(&scene, "rip_auth_sequence rip_auth_sequence");
    hear_digest(SECONDS(186), 3, 16, 50, "sekret"); /* lost: zero, or more than the last */
    expect_rip_refused(&scene, "rip_auth_sequence rip_auth_sequence rip_auth_sequence");
    hear_digest(SECONDS(187), 3, 16, 0, "sekret");
    hear_digest(SECONDS(188), 3, 16, 1, "sekret");
    expect_rip_refused(&scene, "rip_auth_sequence rip_auth_sequence rip_auth_sequence");
}

/* 5.2: who is not told to authenticate discards what is signed. */
static void what_is_signed_is_not_wanted_everywhere(void **state) {
    (void)state;
    start();
    hear_password(SECONDS(5), "sekret");
    expect_rip(scene.run.lab, "r1", OWN);
    expect_rip_refused(&scene, "rip_auth_unwanted");
}

/* A damaged digest's place: anywhere but behind whole entries. */
static void a_digest_that_is_not_there(void **state) {
    (void)state;
    uint8_t octets[600];
    struct rip_auth a = {.type = RIP_AUTH_CRYPTOGRAPHIC, .key_id = 3, .data_length = 16};
    with_digest();
    start();
    size_t count = signed_message(octets, &a, "sekret");
    octets[RIP_HEADER + 5] += 1; /* the packet's length */
    rip_hears_octets(&scene, SECONDS(5), GROUP, octets, count);
    octets[RIP_HEADER + 5] -= 1;
    rip_hears_octets(&scene, SECONDS(5), GROUP, octets, count - 8);
    expect_rip(scene.run.lab, "r1", OWN);
    expect_rip_refused(&scene, "rip_auth_length rip_auth_length");
}

/* R12, R1: 24 entries beside that of authentication. */
static void sixty_routes_are_three_messages(void **state) {
    (void)state;
    with_password();
    add("router rip");
    rip_begin(&scene);
    for (int n = 0; n < 60; n++) {
        char typed[80];
        snprintf(typed, sizeof typed, "vtysh -c \"router rip\" -c \"route 10.9.%d.0/24\"", n);
        rip_types(&scene, SECONDS(1), "r1", typed);
    }
    run_until(&scene.run, SECONDS(10) - 1);
    size_t from = scene.run.count, sizes[8], count = 0;
    run_until(&scene.run, SECONDS(10));
    for (size_t i = from; i < scene.run.count; i++) {
        const struct trace_record *r = &scene.run.records[i].r;
        if (r->kind == TRACE_DELIVERED && r->node == 3) sizes[count++] = r->octet_count - 14 - 28;
    }
    assert_int_equal(count, 3);
    assert_int_equal(sizes[0], 504);
    assert_int_equal(sizes[1], 504);
    assert_int_equal(sizes[2], 4 + (1 + 61 - 48) * 20);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(a_password_goes_with_every_message),
        T(a_digest_goes_with_every_message),
        T(the_old_length_is_the_usual_one),
        T(passwords_are_compared),
        T(digests_are_computed_again),
        T(sequence_numbers_do_not_decrease),
        T(what_is_signed_is_not_wanted_everywhere),
        T(a_digest_that_is_not_there),
        T(sixty_routes_are_three_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
