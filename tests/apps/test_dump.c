/*
 * Frames in tcpdump's words against tcpdump's own: tests/apps/dump/OPTIONS.txt holds what it
 * printed of the captures that it names, filters.txt how many packets fit an expression (ORIGIN
 * says more).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/dump.h"

enum { LINE = 2048, FRAME_MOST = 1 << 16, TEXT_MOST = 16384 };

/* ------------------------------------------------------------------------------- captures */

struct capture {
    FILE *file;
    uint8_t octets[FRAME_MOST];
    size_t count, length;
    sim_time at;
};

static uint32_t little(const uint8_t *o) {
    return o[0] | (uint32_t)o[1] << 8 | (uint32_t)o[2] << 16 | (uint32_t)o[3] << 24;
}

static void capture_open(struct capture *c, const char *path) {
    c->file = fopen(path, "rb");
    assert_non_null(c->file);
    assert_int_equal(fread(c->octets, 1, 24, c->file), 24);
    assert_int_equal(little(c->octets), 0xa1b2c3d4); /* little-endian, microseconds */
}

static bool capture_next(struct capture *c) {
    uint8_t head[16];
    if (fread(head, 1, sizeof head, c->file) != sizeof head) return false;
    c->at = (sim_time)little(head) * 1000000000 + (sim_time)little(head + 4) * 1000;
    c->count = little(head + 8);
    c->length = little(head + 12);
    assert_true(c->count <= FRAME_MOST);
    assert_int_equal(fread(c->octets, 1, c->count, c->file), c->count);
    return true;
}

/* ------------------------------------------------------------------------------- lines */

static void take(struct dump_look *look, char option) {
    switch (option) {
    case 'n': look->numeric = 1; break;
    case 'e': look->link = 1; break;
    case 'v': look->verbose++; break;
    case 'q': look->quick = 1; break;
    case 'S': look->absolute = 1; break;
    case 't': look->time = (enum dump_time)(look->time + 1); break;
    case 'x':
        look->with_link = look->octets == DUMP_HEX;
        look->octets = DUMP_HEX;
        break;
    case 'X':
        look->with_link = look->octets == DUMP_HEX_AND_TEXT;
        look->octets = DUMP_HEX_AND_TEXT;
        break;
    case 'A': look->octets = DUMP_TEXT; break;
    default: fail();
    }
}

/* All that is printed of a capture. */
static void print_all(FILE *out, const struct dump_look *look, const char *path) {
    static struct capture c;
    static struct dump_flows flows;
    static char room[TEXT_MOST];
    sim_time first = -1, last = -1;
    memset(&flows, 0, sizeof flows);
    capture_open(&c, path);
    while (capture_next(&c)) {
        struct text t = text_of(room, sizeof room);
        if (first < 0) first = last = c.at;
        dump_time(&t, look->time, c.at, first, last);
        last = c.at;
        dump_frame(look, &flows, &t, c.octets, c.count, c.length);
        assert_false(t.cut);
        fprintf(out, "%s\n", room);
        size_t at = 0;
        for (;;) {
            t = text_of(room, sizeof room);
            if (!dump_octets(look, &t, c.octets, c.count, &at)) break;
            fprintf(out, "%s\n", room);
        }
    }
    fclose(c.file);
}

static void compare(const char *name, const char *is, const char *expected) {
    size_t line = 1;
    while (*is != '\0' || *expected != '\0') {
        size_t a = strcspn(is, "\n"), b = strcspn(expected, "\n");
        if (a != b || memcmp(is, expected, a) != 0) {
            print_error("%s, line %zu is\n%.*s\ntcpdump printed\n%.*s\n", name, line, (int)a, is,
                        (int)b, expected);
            fail();
        }
        is += a + (is[a] != '\0');
        expected += b + (expected[b] != '\0');
        line++;
    }
}

static void as_tcpdump(const char *options) {
    char path[64], line[LINE], *is = NULL, *expected = NULL;
    size_t is_size, expected_size, captures = 0;
    struct dump_look look = {0};
    for (const char *o = options; *o != '\0'; o++) take(&look, *o);
    snprintf(path, sizeof path, "tests/apps/dump/%s.txt", options);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    FILE *ours = open_memstream(&is, &is_size), *theirs = open_memstream(&expected, &expected_size);
    while (fgets(line, sizeof line, file) != NULL) {
        fputs(line, theirs);
        if (strncmp(line, "== ", 3) != 0) continue;
        fputs(line, ours);
        line[strcspn(line, "\n")] = '\0';
        print_all(ours, &look, line + 3);
        captures++;
    }
    fclose(file);
    fclose(ours);
    fclose(theirs);
    assert_true(captures > 0);
    compare(path, is, expected);
    free(is);
    free(expected);
}

#define AS_TCPDUMP(name)                                                                           \
    static void name(void **state) {                                                               \
        (void)state;                                                                               \
        as_tcpdump(#name);                                                                         \
    }
AS_TCPDUMP(n)
AS_TCPDUMP(nv)
AS_TCPDUMP(nvv)
AS_TCPDUMP(ne)
AS_TCPDUMP(nevv)
AS_TCPDUMP(nq)
AS_TCPDUMP(nS)
AS_TCPDUMP(nx)
AS_TCPDUMP(nX)
AS_TCPDUMP(nXX)
AS_TCPDUMP(nA)
AS_TCPDUMP(nt)
AS_TCPDUMP(ntt)
AS_TCPDUMP(nttt)
AS_TCPDUMP(ntttt)
AS_TCPDUMP(nttttt)

/* ------------------------------------------------------------------------------- filters */

static void expressions_fit_what_they_fit_for_pcap(void **state) {
    (void)state;
    static struct capture c;
    char line[LINE];
    FILE *file = fopen("tests/apps/dump/filters.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char *path = strchr(line, '\t'), *count = strrchr(line, '\t');
        long fitting = 0;
        *path++ = *count++ = '\0';
        capture_open(&c, path);
        while (capture_next(&c)) fitting += dump_filter(NULL, line, c.octets, c.count) == DUMP_FITS;
        fclose(c.file);
        if (fitting != strtol(count, NULL, 10))
            fail_msg("%s on %s: %ld, pcap finds %s", line, path, fitting, count);
    }
    fclose(file);
}

static void what_is_no_expression_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"host",          "port",
                                        "port x",        "host nobody",
                                        "and",           "tcp and",
                                        "(tcp",          "tcp)",
                                        "tcp[",          "tcp[13",
                                        "tcp[13]",       "tcp[13] = ",
                                        "net 10.x",      "not",
                                        "portrange",     "ip proto x",
                                        "portrange 5",   "ether host 1",
                                        "tcp[13:3] = 1", "less",
                                        "foo.bar == 1",  "((((((((((((((((((((((((((tcp"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (dump_filter(NULL, wrong[i], NULL, 0) != DUMP_NOT_UNDERSTOOD)
            fail_msg("understood: %s", wrong[i]);
}

static void wiresharks_words_are_understood_too(void **state) {
    (void)state;
    assert_int_equal(dump_filter(NULL, "ip.addr == 10.0.0.1 && tcp.flags.syn", NULL, 0), DUMP_FITS);
    static struct capture c;
    long fitting = 0;
    capture_open(&c, "tests/wire/captures/icmp_redirect.pcap");
    while (capture_next(&c))
        fitting += dump_filter(NULL, "icmp.type == 5", c.octets, c.count) == DUMP_FITS;
    fclose(c.file);
    assert_int_equal(fitting, 1);
}

/* ------------------------------------------------------------------------------- nonsense */

/* Octets turned over, frames cut short: whatever comes is printed within its room. */
static void nothing_breaks_it(void **state) {
    (void)state;
    static const char *const captures[] = {
        "tests/apps/dump/made.pcap", "tests/wire/captures/made_tcp_options.pcap",
        "tests/wire/captures/made_ip_options.pcap", "tests/wire/captures/made_tftp_odd.pcap"};
    static struct capture c;
    static struct dump_flows flows;
    static char room[TEXT_MOST];
    struct dump_look look = {.verbose = 2, .link = 1, .octets = DUMP_HEX_AND_TEXT};
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof captures / sizeof captures[0]; i++) {
        capture_open(&c, captures[i]);
        while (capture_next(&c))
            for (int round = 0; round < 40; round++) {
                random = random * 1664525u + 1013904223u;
                c.octets[(random >> 8) % c.count] ^= (uint8_t)(1u << (random >> 4) % 8);
                size_t cut = round % 4 == 0 ? random % (c.count + 1) : c.count, at = 0;
                uint8_t *exact =
                    malloc(cut > 0 ? cut : 1); /* so that a sanitizer sees what is read beyond */
                memcpy(exact, c.octets, cut);
                struct text t = text_of(room, sizeof room);
                dump_frame(&look, &flows, &t, exact, cut, c.length);
                while (dump_octets(&look, &t, exact, cut, &at)) continue;
                dump_filter(NULL, "tcp[tcpflags] & tcp-syn != 0 or port 69 or ip[30:4] > 5", exact,
                            cut);
                free(exact);
            }
        fclose(c.file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(n),
        cmocka_unit_test(nv),
        cmocka_unit_test(nvv),
        cmocka_unit_test(ne),
        cmocka_unit_test(nevv),
        cmocka_unit_test(nq),
        cmocka_unit_test(nS),
        cmocka_unit_test(nx),
        cmocka_unit_test(nX),
        cmocka_unit_test(nXX),
        cmocka_unit_test(nA),
        cmocka_unit_test(nt),
        cmocka_unit_test(ntt),
        cmocka_unit_test(nttt),
        cmocka_unit_test(ntttt),
        cmocka_unit_test(nttttt),
        cmocka_unit_test(expressions_fit_what_they_fit_for_pcap),
        cmocka_unit_test(what_is_no_expression_is_refused),
        cmocka_unit_test(wiresharks_words_are_understood_too),
        cmocka_unit_test(nothing_breaks_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
