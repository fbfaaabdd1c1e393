#include "units.h"
/*
 * Decimal quantities with a unit. A number is read as whole digits and at most nine decimals and
 * then scaled, so no floating point stands between what was written and what is run: the same
 * text gives the same nanosecond everywhere.
 */
#include <stddef.h>
#include <string.h>

enum { DECIMALS_MAX = 9 };
static const uint64_t TIME_MAX_NS = (uint64_t)1 << 53, RATE_MAX_BPS = 1000000000000000u;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Whole digits below 2^63; NULL when there is none or too many. */
static const char *read_digits(const char *at, uint64_t *value) {
    if (!is_digit(*at)) return NULL;
    uint64_t sum = 0;
    for (; is_digit(*at); at++) {
        if (sum > (UINT64_MAX - 9) / 10) return NULL;
        sum = sum * 10 + (uint64_t)(*at - '0');
    }
    *value = sum;
    return at;
}

/* "1.5" as 1 and 500000000 (billionths). */
static const char *read_decimal(const char *at, uint64_t *whole, uint64_t *billionths) {
    at = read_digits(at, whole);
    *billionths = 0;
    if (at == NULL || *at != '.') return at;
    uint64_t scale = 100000000;
    const char *first = ++at;
    for (; is_digit(*at); at++, scale /= 10) {
        if (at - first == DECIMALS_MAX) return NULL;
        *billionths += (uint64_t)(*at - '0') * scale;
    }
    return at == first ? NULL : at;
}

/* (whole + billionths / 10^9) * unit, rounded down; false above `most`. */
static bool scale(uint64_t whole, uint64_t billionths, uint64_t unit, uint64_t most,
                  uint64_t *out) {
    if (whole > most / unit) return false;
    /* unit may be 3.6e12 and billionths 1e9, so the fraction is scaled in two parts. */
    uint64_t part =
        billionths * (unit / 1000000000) + billionths * (unit % 1000000000) / 1000000000;
    if (whole * unit + part > most) return false;
    *out = whole * unit + part;
    return true;
}

struct unit {
    const char *name;
    uint64_t size;
};

static bool read_quantity(const char *text, const struct unit *units, size_t count, uint64_t most,
                          uint64_t *out) {
    uint64_t whole, billionths;
    const char *at = read_decimal(text, &whole, &billionths);
    if (at == NULL) return false;
    if (*at == ' ') at++;
    for (size_t i = 0; i < count; i++)
        if (strcmp(at, units[i].name) == 0)
            return scale(whole, billionths, units[i].size, most, out);
    return false;
}

bool read_duration(const char *text, int64_t *ns) {
    static const struct unit units[] = {
        {"ns", 1},         {"us", 1000},         {"ms", 1000000},
        {"s", 1000000000}, {"min", 60000000000}, {"h", 3600000000000}};
    uint64_t value;
    if (strcmp(text, "0") == 0) {
        *ns = 0;
        return true;
    }
    if (!read_quantity(text, units, sizeof units / sizeof *units, TIME_MAX_NS, &value))
        return false;
    *ns = (int64_t)value;
    return true;
}

bool read_rate(const char *text, uint64_t *bps) {
    static const struct unit units[] = {
        {"bit", 1},   {"kbit", 1000},   {"Mbit", 1000000},   {"Gbit", 1000000000},
        {"bit/s", 1}, {"kbit/s", 1000}, {"Mbit/s", 1000000}, {"Gbit/s", 1000000000}};
    uint64_t value;
    if (!read_quantity(text, units, sizeof units / sizeof *units, RATE_MAX_BPS, &value) ||
        value == 0)
        return false;
    *bps = value;
    return true;
}

bool read_chance(const char *text, uint32_t *ppm) {
    uint64_t whole, billionths, below;
    const char *at = read_decimal(text, &whole, &billionths);
    if (at == NULL) return false;
    if (strcmp(at, "%") == 0) {
        if (whole > 100 || (whole == 100 && billionths > 0)) return false;
        *ppm = (uint32_t)(whole * 10000 + billionths / 100000);
        return true;
    }
    if (*at != '/' || billionths != 0 || (at = read_digits(at + 1, &below)) == NULL || *at != '\0')
        return false;
    if (below == 0 || whole > below || below > UINT32_MAX) return false;
    *ppm = (uint32_t)(whole * 1000000 / below);
    return true;
}

/* The address in front of `end`; NULL when it is none. Leading zeros are refused: inet_aton would
 * take them as octal. */
static const char *read_quad(const char *at, uint32_t *address) {
    uint32_t sum = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t octet;
        const char *start = at;
        if (i > 0 && *at++ != '.') return NULL;
        start = at;
        at = read_digits(at, &octet);
        if (at == NULL || octet > 255 || (*start == '0' && at - start > 1)) return NULL;
        sum = sum << 8 | (uint32_t)octet;
    }
    *address = sum;
    return at;
}

bool read_address(const char *text, uint32_t *address) {
    uint32_t value;
    const char *end = read_quad(text, &value);
    if (end == NULL || *end != '\0') return false;
    *address = value;
    return true;
}

bool read_cidr(const char *text, uint32_t *address, uint32_t *prefix) {
    uint32_t value;
    uint64_t length;
    const char *at = read_quad(text, &value);
    if (at == NULL || *at != '/') return false;
    const char *start = ++at;
    at = read_digits(at, &length);
    if (at == NULL || *at != '\0' || length > 32 || (*start == '0' && at - start > 1)) return false;
    *address = value;
    *prefix = (uint32_t)length;
    return true;
}

static int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool read_mac(const char *text, uint8_t mac[6]) {
    uint8_t octets[6];
    if (strlen(text) != 17) return false;
    for (int i = 0; i < 6; i++) {
        int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
        if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != ':')) return false;
        octets[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(mac, octets, sizeof octets);
    return true;
}

bool read_u64(const char *text, uint64_t *value) {
    const char *end = read_digits(text, value);
    return end != NULL && *end == '\0';
}
