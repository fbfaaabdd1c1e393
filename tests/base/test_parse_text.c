/* Quantities: what is taken, at its limits, and what is refused without touching the result. */
#include "base/text.h"
#include "wire_support.h"

#include <string.h>

static void whole_numbers(void **state) {
    (void)state;
    uint64_t value = 9;
    assert_true(parse_u64("0", &value) && value == 0);
    assert_true(parse_u64("18446744073709551615", &value) && value == UINT64_MAX);
    value = 9;
    const char *const bad[] = {"",    "-1", "+1", " 1", "1 ", "0x10", "18446744073709551616",
                               "1e3", "1.0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(parse_u64(bad[i], &value));
        assert_true(value == 9);
    }
}

static void addresses(void **state) {
    (void)state;
    uint32_t address = 1, prefix = 2;
    assert_true(parse_ip4("255.255.255.255", &address) && address == UINT32_MAX);
    assert_true(parse_ip4("0.0.0.0", &address) && address == 0);
    const char *const bad[] = {"",         "1.2.3",  "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ",
                               "01.2.3.4", "1..3.4", "a.b.c.d",   "1.2.3.-4",  "1,2,3,4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(parse_ip4(bad[i], &address));
    assert_int_equal(address, 0);
    assert_true(parse_cidr("10.0.1.254/24", &address, &prefix));
    assert_int_equal(address, 0x0a0001fe);
    assert_int_equal(prefix, 24);
    assert_true(parse_cidr("10.0.0.1", &address, &prefix) && prefix == 32);
    assert_true(parse_cidr("0.0.0.0/0", &address, &prefix) && prefix == 0);
    assert_false(parse_cidr("10.0.0.1/33", &address, &prefix));
    assert_false(parse_cidr("10.0.0.1/", &address, &prefix));
    assert_false(parse_cidr("10.0.0/8", &address, &prefix));
    assert_false(parse_cidr("10.0.0.0/8/8", &address, &prefix));
}

static void hardware_addresses(void **state) {
    (void)state;
    uint8_t mac[6] = {0}, want[6] = {2, 0, 0xab, 0xcd, 0xef, 0xff};
    assert_true(parse_mac("02:00:ab:CD:ef:FF", mac));
    assert_memory_equal(mac, want, 6);
    const char *const bad[] = {"",
                               "02:00:ab:cd:ef",
                               "02:00:ab:cd:ef:f",
                               "02:00:ab:cd:ef:fff",
                               "02-00-ab-cd-ef-ff",
                               "02:00:ab:cd:ef:0g",
                               "02:00:ab:cd:ef:ff:"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(parse_mac(bad[i], mac));
    assert_memory_equal(mac, want, 6);
}

static void durations(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
    } good[] = {{"0", 0},
                {"0s", 0},
                {"10ms", 10000000},
                {"1.5s", 1500000000},
                {"2us", 2000},
                {"30ns", 30},
                {"1min", 60000000000},
                {"0.5min", 30000000000},
                {"0.001us", 1},
                {"1.000000001s", 1000000001},
                {"1.50s", 1500000000},
                {"9007199254740992ns", 9007199254740992}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t ns = -1;
        assert_true(parse_duration(good[i].text, &ns));
        assert_true(ns == good[i].ns);
    }
    const char *const bad[] = {"",
                               "1",
                               "s",
                               "-1s",
                               "1.s",
                               ".5s",
                               "1 s",
                               "1h",
                               "0.5ns",
                               "1.0000000001s",
                               "9007199254740993ns",
                               "99999999999min",
                               "1e3s",
                               "1ss",
                               "0x1s",
                               "1.5.5s"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ns = -1;
        assert_false(parse_duration(bad[i], &ns));
        assert_true(ns == -1);
    }
}

static void rates_and_chances(void **state) {
    (void)state;
    uint64_t bps;
    assert_true(parse_rate("10Mbit", &bps) && bps == 10000000);
    assert_true(parse_rate("1Gbit", &bps) && bps == 1000000000);
    assert_true(parse_rate("64kbit", &bps) && bps == 64000);
    assert_true(parse_rate("1.5mbit", &bps) && bps == 1500000);
    assert_true(parse_rate("300bit", &bps) && bps == 300);
    assert_false(parse_rate("10", &bps));
    assert_false(parse_rate("10MB", &bps));
    assert_false(parse_rate("9999999999Gbit", &bps));
    uint32_t ppm;
    assert_true(parse_ppm("10%", &ppm) && ppm == 100000);
    assert_true(parse_ppm("0.5%", &ppm) && ppm == 5000);
    assert_true(parse_ppm("0.0001%", &ppm) && ppm == 1);
    assert_true(parse_ppm("100%", &ppm) && ppm == 1000000);
    assert_true(parse_ppm("1/3", &ppm) && ppm == 333333);
    assert_true(parse_ppm("1/1", &ppm) && ppm == 1000000);
    const char *const bad[] = {"",    "101%",     "1/0", "2/1", "10",
                               "-1%", "0.00001%", "1/",  "/3",  "1/3x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(parse_ppm(bad[i], &ppm));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),      cmocka_unit_test(addresses),
        cmocka_unit_test(hardware_addresses), cmocka_unit_test(durations),
        cmocka_unit_test(rates_and_chances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
