/* Settings: Linux's names and units, ranges, profiles, and what is refused without any change. */
#include <stdio.h>
#include <string.h>

#include "../sim/sim_support.h"
#include "stack/sysctl.h"

static struct setup setup;
static struct running run;
static struct hand hand;

static struct step *begin(void) {
    two_hosts(&setup);
    run_begin(&run, &setup);
    return hand_begin(&hand, &run, 0);
}

static void end(void) {
    hand_end(&hand);
    run_end(&run);
}

static void expect_setting(const char *name, const char *expected) {
    char is[96];
    assert_true(setting_text(run.lab, 1, name, is, sizeof is));
    assert_string_equal(is, expected);
}

static void linux_has_these_defaults(void **state) {
    (void)state;
    static const char *const expected[][2] = {
        {"net.ipv4.ip_forward", "0"},
        {"net.ipv4.ip_default_ttl", "64"},
        {"net.ipv4.ip_local_port_range", "32768\t60999"},
        {"net.ipv4.icmp_echo_ignore_broadcasts", "1"},
        {"net.ipv4.neigh.default.base_reachable_time_ms", "30000"},
        {"net.ipv4.neigh.default.delay_first_probe_time", "5"},
        {"net.ipv4.neigh.default.unres_qlen", "101"},
        {"net.ipv4.tcp_syn_retries", "6"},
        {"net.ipv4.tcp_syn_linear_timeouts", "4"},
        {"net.ipv4.tcp_synack_retries", "5"},
        {"net.ipv4.tcp_retries2", "15"},
        {"net.ipv4.tcp_fin_timeout", "60"},
        {"net.core.somaxconn", "4096"},
        {"net.ipv4.tcp_max_syn_backlog", "2048"},
        {"net.ipv4.tcp_syncookies", "1"},
        {"net.ipv4.tcp_abort_on_overflow", "0"},
        {"net.ipv4.tcp_retries1", "3"},
        {"net.ipv4.tcp_orphan_retries", "0"},
        {"net.ipv4.tcp_max_orphans", "131072"},
        {"net.ipv4.tcp_max_tw_buckets", "131072"},
        {"net.ipv4.tcp_tw_reuse", "2"},
        {"net.ipv4.tcp_dsack", "1"},
        {"net.ipv4.tcp_ecn", "2"},
        {"net.ipv4.tcp_keepalive_time", "7200"},
        {"net.ipv4.tcp_keepalive_intvl", "75"},
        {"net.ipv4.tcp_keepalive_probes", "9"},
        {"net.ipv4.tcp_fastopen", "1"},
        {"net.ipv4.tcp_fastopen_key", "00000000-00000000-00000000-00000000"},
        {"net.ipv4.ip_local_reserved_ports", ""},
        {"net.ipv4.tcp_early_retrans", "3"},
        {"net.ipv4.tcp_reordering", "3"},
        {"net.ipv4.tcp_congestion_control", "reno"},
        {"net.ipv4.tcp_challenge_ack_limit", "2147483647"},
        {"const.queue_full_rule", ">"},
        {"const.isn", "linux"},
        {"net.ipv4.tcp_rmem", "4096\t131072\t6291456"},
        {"net.ipv4.tcp_wmem", "4096\t16384\t4194304"},
        {"net.ipv4.tcp_rto_min_us", "200000"},
    };
    begin();
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        expect_setting(expected[i][0], expected[i][1]);
    end();
}

static void times_are_kept_in_ns(void **state) {
    (void)state;
    struct complaint why;
    struct step *s = begin();
    assert_int_equal(setting_of(run.lab, 1, SETTING_TCP_FIN_TIMEOUT), SECONDS(60));
    assert_true(setting_set(s, 1, "net.ipv4.tcp_fin_timeout", "7", &why));
    assert_int_equal(setting_of(run.lab, 1, SETTING_TCP_FIN_TIMEOUT), SECONDS(7));
    assert_true(setting_set(s, 1, "net.ipv4.tcp_rto_min_us", "5000", &why));
    assert_int_equal(setting_of(run.lab, 1, SETTING_TCP_RTO_MIN), MILLIS(5));
    assert_true(setting_set(s, 1, "const.rto_init", "1.5s", &why));
    assert_int_equal(setting_of(run.lab, 1, SETTING_CONST_RTO_INIT), MILLIS(1500));
    expect_setting("const.rto_init", "1500");
    end();
}

static void names_with_slashes_are_the_same(void **state) {
    (void)state;
    struct complaint why;
    struct step *s = begin();
    assert_true(setting_set(s, 1, "net/ipv4/ip_forward", "1", &why));
    expect_setting("net.ipv4.ip_forward", "1");
    end();
}

static void nodes_have_their_own(void **state) {
    (void)state;
    struct complaint why;
    struct step *s = begin();
    assert_true(setting_set(s, 1, "net.ipv4.ip_default_ttl", "9", &why));
    assert_int_equal(setting_of(run.lab, 1, SETTING_IP_DEFAULT_TTL), 9);
    assert_int_equal(setting_of(run.lab, 2, SETTING_IP_DEFAULT_TTL), 64);
    end();
}

static void wrong_values_change_nothing(void **state) {
    (void)state;
    static const char *const wrong[][3] = {
        {"net.ipv4.ip_forward", "2", "takes a number from 0 to 1"},
        {"net.ipv4.ip_forward", "", "takes a number from 0 to 1"},
        {"net.ipv4.ip_forward", "1 1", "takes a number from 0 to 1"},
        {"net.ipv4.ip_forward", "-1", "takes a number from 0 to 1"},
        {"net.ipv4.ip_forward", "99999999999999999999", "takes a number from 0 to 1"},
        {"net.ipv4.tcp_syn_retries", "0", "takes a number from 1 to 127"},
        {"net.ipv4.tcp_syn_retries", "128", "takes a number from 1 to 127"},
        {"net.ipv4.ip_local_port_range", "5",
         "takes 2 rising numbers from 1 to 65535, such as \"32768 60999\""},
        {"net.ipv4.ip_local_port_range", "6 5", "takes 2 rising numbers from 1 to 65535"},
        {"net.ipv4.ip_local_port_range", "1 70000", "takes 2 rising numbers from 1 to 65535"},
        {"net.ipv4.tcp_fin_timeout", "soon",
         "takes a number from 0 to 2147483 seconds, such as \"60\""},
        {"net.ipv4.tcp_fin_timeoutx", "1",
         "no such setting; did you mean \"net.ipv4.tcp_fin_timeout\"?"},
        {"tcp_syn_retries", "1", "no such setting; did you mean \"net.ipv4.tcp_syn_retries\"?"},
        {"kernel.hostname", "1", "no such setting; \"sysctl -a\" on a node lists them"},
        {"net.ipv4.tcp_fin", "1", "no such setting"},
        {"", "1", "no such setting"},
        {"net.ipv4.tcp_tw_recycle", "1",
         "linux-6.12 has no such setting; it is there under linux-4.9, linux-2.6.32"},
        {"net.ipv4.tcp_congestion_control", "vegas", "takes one of: reno cubic, such as \"reno\""},
        {"net.ipv4.ip_local_reserved_ports", "0", "takes at most 4 ports or ranges"},
        {"net.ipv4.ip_local_reserved_ports", "9-8", "takes at most 4 ports or ranges"},
        {"net.ipv4.ip_local_reserved_ports", "1,2,3,4,5", "takes at most 4 ports or ranges"},
        {"net.ipv4.ip_local_reserved_ports", "1-2-3", "takes at most 4 ports or ranges"},
        {"net.ipv4.tcp_fastopen_key", "0011", "takes 32 hexadecimal digits"},
        {"net.ipv4.tcp_fastopen_key", "00112233.44556677-8899aabb-ccddeeff",
         "takes 32 hexadecimal digits"},
        {"net.ipv4.tcp_fastopen", "-1", "takes a number from 0 to "},
        {"const.isn", "openbsd",
         "takes a number of 32 bits or a model: linux rfc6528 rfc793-clock notes-4ms"},
        {"const.isn", "4294967296", "takes a number of 32 bits or a model"},
        {"variant.no_persist", "2", "takes a number from 0 to 1, such as \"0\""},
    };
    struct step *s = begin();
    uint64_t before = lab_hash(run.lab);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct complaint why = {"", ""};
        assert_false(setting_set(s, 1, wrong[i][0], wrong[i][1], &why));
        assert_memory_equal(why.problem, wrong[i][2], strlen(wrong[i][2]));
        assert_string_equal(why.place, wrong[i][0]);
    }
    assert_int_equal(lab_hash(run.lab), before);
    end();
}

/* A model by its name, or the first sequence number itself. */
static void isn_is_a_name_or_a_number(void **state) {
    (void)state;
    static const char *const values[] = {"linux",   "rfc6528",   "rfc793-clock", "notes-4ms",
                                         "bsd44",   "fixed",     "random",       "0",
                                         "1234567", "4294967295"};
    struct step *s = begin();
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct complaint why;
        char is[96];
        assert_true(setting_set(s, 1, "const.isn", values[i], &why));
        assert_true(setting_text(run.lab, 1, "const.isn", is, sizeof is));
        assert_string_equal(is, values[i]);
    }
    end();
}

/* Each name stands once, reads, and takes back what it reads as. */
static void every_name_reads_and_writes(void **state) {
    (void)state;
    struct complaint why;
    struct step *s = begin();
    size_t count = 0;
    uint64_t before = lab_hash(run.lab);
    for (uint32_t i = 0; setting_name(i) != NULL; i++, count++) {
        char value[96];
        for (uint32_t j = 0; j < i; j++) assert_string_not_equal(setting_name(i), setting_name(j));
        if (!setting_text(run.lab, 1, setting_name(i), value, sizeof value)) continue;
        if (!setting_set(s, 1, setting_name(i), value, &why))
            fail_msg("%s = %s: %s", setting_name(i), value, why.problem);
    }
    assert_true(count > 75);
    assert_int_equal(lab_hash(run.lab), before);
    end();
}

static void words_ports_and_keys(void **state) {
    (void)state;
    struct complaint why;
    struct step *s = begin();
    assert_true(setting_set(s, 1, "net.ipv4.tcp_congestion_control", "cubic", &why));
    assert_int_equal(setting_of(run.lab, 1, SETTING_TCP_CONGESTION_CONTROL), CONGESTION_CUBIC);
    expect_setting("net.ipv4.tcp_congestion_control", "cubic");
    assert_true(setting_set(s, 1, "const.queue_full_rule", ">=", &why));
    assert_int_equal(setting_of(run.lab, 1, SETTING_CONST_QUEUE_FULL_RULE), FULL_AT);
    assert_true(setting_set(s, 1, "net.ipv4.ip_local_reserved_ports", "8080,9148-9150", &why));
    assert_int_equal(setting_of(run.lab, 1, SETTING_RESERVED_PORTS), 8080 << 16 | 8080);
    assert_int_equal(setting_of(run.lab, 1, SETTING_RESERVED_PORTS_2), 9148 << 16 | 9150);
    expect_setting("net.ipv4.ip_local_reserved_ports", "8080,9148-9150");
    assert_true(setting_set(s, 1, "net.ipv4.ip_local_reserved_ports", "", &why));
    expect_setting("net.ipv4.ip_local_reserved_ports", "");
    const char *key = "00112233-44556677-8899aabb-ccddeeff";
    assert_true(setting_set(s, 1, "net.ipv4.tcp_fastopen_key", key, &why));
    expect_setting("net.ipv4.tcp_fastopen_key", key);
    assert_true(setting_set(s, 1, "net.ipv4.tcp_fastopen", "0x603", &why));
    expect_setting("net.ipv4.tcp_fastopen", "1539");
    end();
}

/* tcp_init(): one slot for each 128 KiB of memory, and the limits that follow. */
static void limits_follow_the_table_of_connections(void **state) {
    (void)state;
    struct complaint why;
    struct step *s = begin();
    assert_true(setting_set(s, 1, "const.ehash_entries", "8192", &why));
    expect_setting("net.ipv4.tcp_max_syn_backlog", "128");
    expect_setting("net.ipv4.tcp_max_tw_buckets", "4096");
    expect_setting("net.ipv4.tcp_max_orphans", "4096");
    end();
}

static int64_t under(const char *profile, enum setting setting) {
    two_hosts(&setup);
    setup.nodes[0].profile = profile;
    run_begin(&run, &setup);
    int64_t value = setting_of(run.lab, 1, setting);
    run_end(&run);
    return value;
}

static void profiles_differ_where_they_should(void **state) {
    (void)state;
    assert_int_equal(under("linux-6.12", SETTING_CONST_DELACK_MAX), MILLIS(200));
    assert_int_equal(under("linux-6.12-plain", SETTING_CONST_DELACK_MAX), 0);
    assert_int_equal(under("linux-6.12-plain", SETTING_TCP_SYN_RETRIES), 6);
    assert_int_equal(under("rfc9293", SETTING_CONST_MSL), SECONDS(120));
    assert_int_equal(under("rfc9293", SETTING_CONST_TIMEWAIT_LEN), SECONDS(240));
    assert_int_equal(under("rfc9293", SETTING_TCP_RTO_MIN), SECONDS(1));
    assert_int_equal(under("rfc9293", SETTING_TCP_SYN_LINEAR_TIMEOUTS), 0);
    assert_int_equal(under("linux-6.12", SETTING_TCP_EARLY_RETRANS), 3);
    assert_int_equal(under("linux-6.12-plain", SETTING_TCP_EARLY_RETRANS), 0);
    assert_int_equal(under("linux-6.1", SETTING_TCP_SYN_LINEAR_TIMEOUTS), 0);
    assert_int_equal(under("linux-6.1", SETTING_SOMAXCONN), 4096);
    assert_int_equal(under("linux-4.9", SETTING_SOMAXCONN), 128);
    assert_int_equal(under("linux-4.9", SETTING_TCP_TW_REUSE), 0);
    assert_int_equal(under("linux-4.9", SETTING_CONST_QUEUE_FULL_RULE), FULL_AT);
    assert_int_equal(under("linux-2.6.32", SETTING_SOMAXCONN), 128);
    assert_int_equal(under("linux-2.6.32", SETTING_CONST_RTO_INIT), SECONDS(3));
    assert_int_equal(under("linux-2.6.32", SETTING_TCP_SYN_RETRIES), 5);
    assert_int_equal(under("linux-2.6.32", SETTING_TCP_MAX_TW_BUCKETS), 180000);
    assert_int_equal(under("linux-2.6.32", SETTING_PORT_HIGH), 61000);
    assert_int_equal(under("rfc793", SETTING_CONST_RFC5961), 0);
    assert_int_equal(under("rfc793", SETTING_CONST_ISN), ISN_RFC793_CLOCK);
    assert_int_equal(under("rfc793", SETTING_CONST_TIMEWAIT_LEN), SECONDS(240));
    assert_int_equal(under("bsd", SETTING_CONST_MSL), SECONDS(30));
    assert_int_equal(under("bsd", SETTING_CONST_TIMEWAIT_LEN), SECONDS(60));
    assert_int_equal(under("bsd", SETTING_CONST_ISN), ISN_BSD44);
    assert_string_equal(profile_name(PROFILE_RFC9293), "rfc9293");
    assert_null(profile_name(PROFILE_COUNT));
}

static void routers_forward(void **state) {
    (void)state;
    through_router(&setup);
    run_begin(&run, &setup);
    assert_int_equal(setting_of(run.lab, 1, SETTING_IP_FORWARD), 0);
    assert_int_equal(setting_of(run.lab, 2, SETTING_IP_FORWARD), 1);
    run_end(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_has_these_defaults),
        cmocka_unit_test(times_are_kept_in_ns),
        cmocka_unit_test(names_with_slashes_are_the_same),
        cmocka_unit_test(nodes_have_their_own),
        cmocka_unit_test(wrong_values_change_nothing),
        cmocka_unit_test(isn_is_a_name_or_a_number),
        cmocka_unit_test(every_name_reads_and_writes),
        cmocka_unit_test(words_ports_and_keys),
        cmocka_unit_test(limits_follow_the_table_of_connections),
        cmocka_unit_test(profiles_differ_where_they_should),
        cmocka_unit_test(routers_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
