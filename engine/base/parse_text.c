#include "base/text.h"
/*
 * Parsers for the quantities of scenarios and console lines: numbers, addresses, durations, rates
 * and chances. Each takes the whole string or says no; nothing is rounded silently except a ratio
 * of a chance, and no floating point is used, so that the same text means the same on any machine.
 */
#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Takes the digits at *at; false: none, or more than 64 bits. */
static bool take_u64(const char **at, uint64_t *out) {
    uint64_t value = 0;
    if (!is_digit(**at)) return false;
    for (; is_digit(**at); ++*at) {
        uint64_t digit = (uint64_t)(**at - '0');
        if (value > (UINT64_MAX - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool parse_u64(const char *text, uint64_t *out) {
    uint64_t value;
    if (!take_u64(&text, &value) || *text != '\0') return false;
    *out = value;
    return true;
}

static bool take_ip4(const char **at, uint32_t *out) {
    uint32_t address = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t part;
        if (i > 0 && *(*at)++ != '.') return false;
        if ((*at)[0] == '0' && is_digit((*at)[1])) /* octal to some, decimal to others: refused */
            return false;
        if (!take_u64(at, &part) || part > 255) return false;
        address = address << 8 | (uint32_t)part;
    }
    *out = address;
    return true;
}

bool parse_ip4(const char *text, uint32_t *out) {
    uint32_t address;
    if (!take_ip4(&text, &address) || *text != '\0') return false;
    *out = address;
    return true;
}

bool parse_cidr(const char *text, uint32_t *address, uint32_t *prefix) {
    uint32_t found;
    uint64_t bits = 32;
    if (!take_ip4(&text, &found)) return false;
    if (*text == '/') {
        text++;
        if (!take_u64(&text, &bits) || bits > 32) return false;
    }
    if (*text != '\0') return false;
    *address = found;
    *prefix = (uint32_t)bits;
    return true;
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool parse_mac(const char *text, uint8_t mac[6]) {
    uint8_t found[6];
    if (strlen(text) != 17) return false;
    for (int i = 0; i < 6; i++, text += 3) {
        int high = hex_value(text[0]), low = hex_value(text[1]);
        if (high < 0 || low < 0 || (i < 5 && text[2] != ':')) return false;
        found[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(mac, found, sizeof found);
    return true;
}

struct unit {
    const char *name;
    uint64_t size;
};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_unit(const char *text, const char *name) {
    size_t i = 0;
    while (text[i] != '\0' && name[i] != '\0' && lower(text[i]) == name[i]) i++;
    return text[i] == '\0' && name[i] == '\0';
}

/* "1.5" times `unit`, exactly: false when it is no whole number or more than `max`. */
static bool scaled(uint64_t whole, const char *fraction, size_t digits, uint64_t unit, uint64_t max,
                   uint64_t *out) {
    if (unit != 0 && whole > max / unit) return false;
    uint64_t value = whole * unit, place = unit;
    for (size_t i = 0; i < digits; i++) {
        uint64_t digit = (uint64_t)(fraction[i] - '0');
        if (place % 10 != 0 && digit != 0) return false;
        place /= 10;
        value += digit * place;
    }
    *out = value;
    return value <= max;
}

static bool parse_quantity(const char *text, const struct unit *units, size_t unit_count,
                           uint64_t max, uint64_t *out) {
    uint64_t whole;
    const char *at = text, *fraction = "";
    size_t digits = 0;
    if (!take_u64(&at, &whole)) return false;
    if (*at == '.') {
        fraction = ++at;
        while (is_digit(*at)) at++;
        digits = (size_t)(at - fraction);
        if (digits == 0) return false;
    }
    for (size_t i = 0; i < unit_count; i++)
        if (same_unit(at, units[i].name))
            return scaled(whole, fraction, digits, units[i].size, max, out);
    return false;
}

bool parse_duration(const char *text, int64_t *ns) {
    static const struct unit units[] = {
        {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"min", 60000000000},
    };
    uint64_t value;
    if (same_text(text, "0")) {
        *ns = 0;
        return true;
    }
    if (!parse_quantity(text, units, sizeof units / sizeof *units, (uint64_t)1 << 53, &value))
        return false;
    *ns = (int64_t)value;
    return true;
}

bool parse_rate(const char *text, uint64_t *bps) {
    static const struct unit units[] = {
        {"bit", 1},
        {"kbit", 1000},
        {"mbit", 1000000},
        {"gbit", 1000000000},
    };
    return parse_quantity(text, units, sizeof units / sizeof *units, 1000000000000000, bps);
}

bool parse_ppm(const char *text, uint32_t *ppm) {
    static const struct unit units[] = {{"%", 10000}};
    uint64_t value, of;
    const char *at = text;
    if (take_u64(&at, &value) && *at == '/') {
        at++;
        if (!take_u64(&at, &of) || *at != '\0' || of == 0 || value > of || value > UINT32_MAX)
            return false;
        *ppm = (uint32_t)(value * 1000000 / of);
        return true;
    }
    if (!parse_quantity(text, units, 1, 1000000, &value)) return false;
    *ppm = (uint32_t)value;
    return true;
}
