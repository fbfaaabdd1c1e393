/*
 * Captures as stories: what an observer concludes of both ends of a connection, in real captures
 * and in segments made up for the purpose; every kind of link; and files that are broken.
 */
#include "pcap_read.h"
#include "seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "tests/wire/captures/"

/* Of each line what is asked for: "1:LISTEN>SYN-RECEIVED " of a state, "lost2 " of the packet that
 * was lost, "gap1 " of a node whose text was not captured, "again1 " of a repetition. */
struct told {
    char text[8192];
    size_t length;
    uint32_t next, ends;
};

static bool take(const char *line, const char *key, char *out, size_t size) {
    char pattern[32];
    int n = snprintf(pattern, sizeof pattern, "\"%s\":", key);
    const char *at = strstr(line, pattern);
    if (at == NULL) return false;
    at += n;
    if (*at == '"') at++;
    size_t length = strcspn(at, "\",}");
    snprintf(out, size, "%.*s", (int)length, at);
    return true;
}

static void note(struct told *told, const char *what, const char *a, const char *b, const char *c) {
    int n = snprintf(told->text + told->length, sizeof told->text - told->length, "%s%s%s%s ", what,
                     a, b, c);
    assert_true(n > 0 && told->length + (size_t)n < sizeof told->text);
    told->length += (size_t)n;
}

static void keep(void *user, const struct story_line *line) {
    struct told *told = user;
    char kind[8], node[8], from[20] = ":", to[20], repeated[8] = "0";
    assert_int_equal(line->i, told->next++);
    assert_true(take(line->text, "k", kind, sizeof kind) && take(line->text, "n", node, 8));
    if (strcmp(kind, "st") == 0) {
        take(line->text, "from", from + 1, sizeof from - 1);
        take(line->text, "to", to, sizeof to);
        strcat(from, ">");
        note(told, node, from, to, "");
    }
    if (strcmp(kind, "lost") == 0) note(told, "lost", node, "", "");
    if (strcmp(kind, "drop") == 0) note(told, "gap", node, "", "");
    if (strcmp(kind, "tx") == 0 && take(line->text, "rtx", repeated, 8) && repeated[0] != '0')
        note(told, "again", node, "", "");
    told->ends += strcmp(kind, "rx") == 0 || strcmp(kind, "lost") == 0;
}

static struct seen *open_octets(const void *octets, size_t count, struct complaint *why) {
    struct buffer file = {0};
    buffer_span(&file, octets, count);
    struct seen *seen = seen_begin(&file);
    enum seen_progress progress = SEEN_MORE;
    assert_non_null(seen);
    while (progress == SEEN_MORE) progress = seen_read(seen, 3, why);
    if (progress == SEEN_DONE) return seen;
    seen_free(seen);
    return NULL;
}

static void tell(struct seen *seen, struct told *told) {
    memset(told, 0, sizeof *told);
    struct story *story = story_new(DETAIL_STORY, keep, told);
    seen_rewind(seen);
    while (seen_tell(seen, 3, NULL, story) == SEEN_MORE) continue;
    assert_false(story_failed(story));
    assert_int_equal(told->ends, seen_packets(seen)); /* each `tx` has its end */
    story_free(story);
}

static size_t load(const char *name, uint8_t **octets) {
    char path[120];
    snprintf(path, sizeof path, FOLDER "%s.pcap", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    *octets = malloc(1 << 20);
    size_t count = fread(*octets, 1, 1 << 20, file);
    fclose(file);
    return count;
}

static void expect_story(const char *name, const char *expected) {
    struct complaint why;
    struct told told;
    uint8_t *octets;
    size_t count = load(name, &octets);
    struct seen *seen = open_octets(octets, count, &why);
    assert_non_null(seen);
    tell(seen, &told);
    assert_string_equal(told.text, expected);
    tell(seen, &told); /* and the same again */
    assert_string_equal(told.text, expected);
    seen_free(seen);
    free(octets);
}

#define OPENED                                                                                     \
    "1:CLOSED>SYN-SENT 2:LISTEN>SYN-RECEIVED 1:SYN-SENT>ESTABLISHED 2:SYN-RECEIVED>ESTABLISHED "

static void real_captures(void **state) {
    (void)state;
    expect_story("tcp_basic",
                 OPENED "1:ESTABLISHED>FIN-WAIT-1 1:FIN-WAIT-1>FIN-WAIT-2 2:ESTABLISHED>CLOSE-WAIT "
                        "2:CLOSE-WAIT>LAST-ACK 1:FIN-WAIT-2>TIME-WAIT 2:LAST-ACK>CLOSED ");
    expect_story("tcp_half_close",
                 OPENED "1:ESTABLISHED>FIN-WAIT-1 1:FIN-WAIT-1>FIN-WAIT-2 2:ESTABLISHED>CLOSE-WAIT "
                        "2:CLOSE-WAIT>LAST-ACK 1:FIN-WAIT-2>TIME-WAIT 2:LAST-ACK>CLOSED ");
    expect_story("tcp_simultaneous_open",
                 "1:CLOSED>SYN-SENT 2:CLOSED>SYN-SENT again1 1:SYN-SENT>SYN-RECEIVED again2 "
                 "1:SYN-RECEIVED>ESTABLISHED 2:SYN-SENT>SYN-RECEIVED 2:SYN-RECEIVED>ESTABLISHED "
                 "2:ESTABLISHED>FIN-WAIT-1 1:ESTABLISHED>CLOSE-WAIT 2:FIN-WAIT-1>FIN-WAIT-2 "
                 "1:CLOSE-WAIT>LAST-ACK 1:LAST-ACK>CLOSED 2:FIN-WAIT-2>TIME-WAIT ");
    expect_story("tcp_simultaneous_close",
                 OPENED "1:ESTABLISHED>FIN-WAIT-1 2:ESTABLISHED>FIN-WAIT-1 1:FIN-WAIT-1>CLOSING "
                        "2:FIN-WAIT-1>FIN-WAIT-2 1:CLOSING>TIME-WAIT 2:FIN-WAIT-2>TIME-WAIT ");
    expect_story("tcp_syn_retries_linear",
                 "1:CLOSED>SYN-SENT again1 again1 again1 again1 "); /* of the other: nothing */
}

/* ------------------------------------------------------------------------ segments made up here */

enum { FRAME = 54, FILE_ROOM = 65536 };
struct file {
    uint8_t octets[FILE_ROOM];
    size_t count;
    uint32_t link, packets;
};

static void put(uint8_t *at, uint32_t value, int octets) {
    while (octets-- > 0) {
        at[octets] = (uint8_t)value;
        value >>= 8;
    }
}

/* A capture in network order, so that its numbers read as they are written. */
static void begin(struct file *f, uint32_t link) {
    *f = (struct file){.link = link, .count = 24};
    put(f->octets, 0xa1b2c3d4, 4);
    put(f->octets + 4, 2, 2);
    put(f->octets + 6, 4, 2);
    put(f->octets + 16, 65535, 4);
    put(f->octets + 20, link, 4);
}

static void sum_ip(uint8_t *ip, size_t length) {
    uint32_t sum = 0;
    put(ip + 10, 0, 2);
    for (size_t i = 0; i < length; i += 2) sum += (uint32_t)ip[i] << 8 | ip[i + 1];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    put(ip + 10, ~sum & 0xffff, 2);
}

static void sum_tcp(uint8_t *ip, size_t length) {
    uint32_t sum = 6 + (uint32_t)length;
    uint8_t *tcp = ip + 20;
    put(tcp + 16, 0, 2);
    for (int i = 12; i < 20; i += 2) sum += (uint32_t)ip[i] << 8 | ip[i + 1];
    for (size_t i = 0; i < length; i++) sum += i % 2 ? tcp[i] : (uint32_t)tcp[i] << 8;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    put(tcp + 16, ~sum & 0xffff, 2);
}

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

static void put_head(const struct file *f, uint8_t *at, size_t head) {
    memset(at, 0, head);
    if (f->link == LINK_ETHERNET) put(at + 12, 0x0800, 2);
    if (f->link == LINK_COOKED) put(at + 14, 0x0800, 2);
    if (f->link == LINK_COOKED_2) put(at, 0x0800, 2);
    if (f->link == LINK_LOOPBACK) at[0] = 2;
    if (f->link == LINK_LOOPBACK_ORDERED) at[3] = 2;
}

static size_t head_of(uint32_t link) {
    switch (link) {
    case LINK_ETHERNET: return 14;
    case LINK_COOKED: return 16;
    case LINK_COOKED_2: return 20;
    case LINK_LOOPBACK:
    case LINK_LOOPBACK_ORDERED: return 4;
    default: return 0;
    }
}

/* A segment of side 'a' (10.0.0.1:1000) or 'b' (10.0.0.2:80) with so much text. */
static void segment(struct file *f, char side, int flags, uint32_t seq, uint32_t ack, size_t text) {
    size_t head = head_of(f->link), count = head + 40 + text;
    uint8_t *record = f->octets + f->count, *at = record + 16, *ip = at + head, *tcp = ip + 20;
    assert_true(f->count + 16 + count < FILE_ROOM);
    put(record, 1000 + f->packets++, 4);
    put(record + 4, 0, 4);
    put(record + 8, (uint32_t)count, 4);
    put(record + 12, (uint32_t)count, 4);
    memset(at, 0, count);
    put_head(f, at, head);
    ip[0] = 0x45;
    put(ip + 2, (uint32_t)(40 + text), 2);
    ip[8] = 64;
    ip[9] = 6;
    put(ip + 12, side == 'a' ? 0x0a000001 : 0x0a000002, 4);
    put(ip + 16, side == 'a' ? 0x0a000002 : 0x0a000001, 4);
    put(tcp, side == 'a' ? 1000 : 80, 2);
    put(tcp + 2, side == 'a' ? 80 : 1000, 2);
    put(tcp + 4, seq, 4);
    put(tcp + 8, ack, 4);
    tcp[12] = 0x50;
    tcp[13] = (uint8_t)flags;
    sum_ip(ip, 20);
    sum_tcp(ip, 20 + text);
    f->count += 16 + count;
}

static void handshake(struct file *f) {
    segment(f, 'a', SYN, 100, 0, 0);
    segment(f, 'b', SYN | ACK, 900, 101, 0);
    segment(f, 'a', ACK, 101, 901, 0);
}

static void expect_file(const struct file *f, const char *expected) {
    struct complaint why;
    struct told told;
    struct seen *seen = open_octets(f->octets, f->count, &why);
    assert_non_null(seen);
    tell(seen, &told);
    assert_string_equal(told.text, expected);
    seen_free(seen);
}

static void what_is_proved(void **state) {
    (void)state;
    struct file f;
    begin(&f, LINK_ETHERNET); /* the SYN,ACK comes again: the ACK did not arrive */
    handshake(&f);
    segment(&f, 'b', SYN | ACK, 900, 101, 0);
    expect_file(&f, OPENED "again2 2:ESTABLISHED>SYN-RECEIVED ");
    begin(&f, LINK_ETHERNET); /* nobody listens */
    segment(&f, 'a', SYN, 100, 0, 0);
    segment(&f, 'b', RST | ACK, 0, 101, 0);
    expect_file(&f, "1:CLOSED>SYN-SENT 1:SYN-SENT>CLOSED 2:unknown>CLOSED ");
    begin(&f, LINK_ETHERNET); /* a stranger's reset, outside of what is expected, changes nothing */
    handshake(&f);
    segment(&f, 'a', RST, 5000, 0, 0);
    expect_file(&f, OPENED);
    begin(&f, LINK_ETHERNET); /* a FIN that comes again takes back that its ACK arrived */
    handshake(&f);
    segment(&f, 'a', FIN | ACK, 101, 901, 0);
    segment(&f, 'b', ACK, 901, 102, 0);
    segment(&f, 'a', FIN | ACK, 101, 901, 0);
    expect_file(&f, OPENED "1:ESTABLISHED>FIN-WAIT-1 1:FIN-WAIT-1>FIN-WAIT-2 "
                           "2:ESTABLISHED>CLOSE-WAIT again1 1:FIN-WAIT-2>FIN-WAIT-1 ");
}

static void midway(void **state) {
    (void)state;
    struct file f;
    begin(&f, LINK_ETHERNET); /* a bare ACK may come from one that has closed: unknown */
    segment(&f, 'a', ACK, 5000, 7000, 0);
    segment(&f, 'b', ACK, 7000, 5000, 0);
    expect_file(&f, "");
    segment(&f, 'a', ACK, 5000, 7000, 10);
    segment(&f, 'b', ACK, 7000, 5010, 0);
    segment(&f, 'a', FIN | ACK, 5010, 7000, 0);
    segment(&f, 'b', ACK, 7000, 5011, 0);
    expect_file(&f, "1:unknown>ESTABLISHED 1:ESTABLISHED>FIN-WAIT-1 1:FIN-WAIT-1>FIN-WAIT-2 "
                    "2:unknown>CLOSE-WAIT ");
    begin(&f, LINK_ETHERNET); /* the same ports again, another first number: another connection */
    handshake(&f);
    segment(&f, 'a', SYN, 77777, 0, 0);
    expect_file(&f, OPENED "1:CLOSED>SYN-SENT ");
}

static void losses(void **state) {
    (void)state;
    struct file f;
    begin(&f, LINK_ETHERNET); /* three were sent, the second is asked for: it was lost */
    handshake(&f);
    segment(&f, 'a', ACK, 101, 901, 100);
    segment(&f, 'a', ACK, 201, 901, 100);
    segment(&f, 'a', ACK, 301, 901, 100);
    segment(&f, 'b', ACK, 901, 201, 0);
    segment(&f, 'b', ACK, 901, 201, 0);
    segment(&f, 'a', ACK, 201, 901, 100);
    segment(&f, 'b', ACK, 901, 401, 0);
    expect_file(&f, OPENED "lost1 again1 ");
    begin(&f, LINK_ETHERNET); /* after a time-out nobody knows what was lost */
    handshake(&f);
    segment(&f, 'a', ACK, 101, 901, 100);
    segment(&f, 'a', ACK, 101, 901, 100);
    expect_file(&f, OPENED "again1 ");
    begin(&f, LINK_ETHERNET); /* a hole that is acknowledged was missed by the capture */
    handshake(&f);
    segment(&f, 'a', ACK, 101, 901, 100);
    segment(&f, 'a', ACK, 301, 901, 100);
    segment(&f, 'b', ACK, 901, 401, 0);
    expect_file(&f, OPENED "gap1 ");
    begin(&f, LINK_ETHERNET); /* so was text that is acknowledged and was never seen */
    handshake(&f);
    segment(&f, 'b', ACK, 901, 601, 0);
    expect_file(&f, OPENED "gap1 ");
    begin(&f, LINK_ETHERNET); /* a hole that is filled in time was only late */
    handshake(&f);
    segment(&f, 'a', ACK, 201, 901, 100);
    segment(&f, 'a', ACK, 101, 901, 100);
    segment(&f, 'b', ACK, 901, 301, 0);
    expect_file(&f, OPENED "again1 ");
    begin(&f, LINK_ETHERNET); /* a keep-alive repeats nothing */
    handshake(&f);
    segment(&f, 'a', ACK, 100, 901, 1);
    segment(&f, 'a', ACK, 100, 901, 0);
    expect_file(&f, OPENED);
}

static void every_link(void **state) {
    static const uint32_t links[] = {LINK_ETHERNET,         LINK_RAW,    LINK_IPV4,
                                     LINK_LOOPBACK,         LINK_COOKED, LINK_COOKED_2,
                                     LINK_LOOPBACK_ORDERED, 12,          14};
    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        struct file f;
        struct complaint why;
        struct seen_view view;
        begin(&f, links[i]);
        handshake(&f);
        expect_file(&f, OPENED);
        struct seen *seen = open_octets(f.octets, f.count, &why);
        assert_true(seen_packet(seen, 3, &view));
        assert_int_equal(view.count, head_of(links[i]) + 40);
        assert_memory_equal(view.octets, f.octets + f.count - view.count, view.count);
        assert_false(seen_packet(seen, 0, &view));
        assert_false(seen_packet(seen, 4, &view));
        seen_free(seen);
    }
}

/* Frames in which nobody can be made out, and one who speaks with himself: each packet still goes
 * from one lane to another that there is. */
static void nobody(void **state) {
    (void)state;
    struct file f;
    struct complaint why;
    struct told told;
    struct buffer world = {0};
    begin(&f, LINK_ETHERNET);
    uint8_t *record = f.octets + f.count;
    memset(record, 0, 16 + 10);
    put(record + 8, 10, 4); /* ten octets: no two addresses */
    put(record + 12, 10, 4);
    f.count += 16 + 10;
    struct seen *seen = open_octets(f.octets, f.count, &why);
    tell(seen, &told);
    seen_world(&world, seen);
    assert_non_null(strstr(world.data, "\"links\":[{\"id\":1,\"a\":1,\"b\":2,"));
    buffer_free(&world);
    seen_free(seen);
}

/* Cut anywhere: a refusal that names the octet at which the broken record begins, or all packets
 * before a clean end. */
static void broken_files(void **state) {
    (void)state;
    struct file f;
    begin(&f, LINK_ETHERNET);
    handshake(&f);
    for (size_t count = 0; count < f.count; count++) {
        struct complaint why = {.place = ""};
        struct seen *seen = open_octets(f.octets, count, &why);
        bool whole = count >= 24 && (count - 24) % (16 + FRAME) == 0;
        assert_int_equal(seen != NULL, whole);
        if (!whole) {
            char place[32];
            size_t at = count < 24 ? 0 : count - (count - 24) % (16 + FRAME);
            snprintf(place, sizeof place, "octet %zu", at);
            assert_string_equal(why.place, place);
            assert_true(strlen(why.problem) > 0);
        }
        seen_free(seen);
    }
    begin(&f, 147); /* somebody's own link type */
    struct complaint why;
    assert_null(open_octets(f.octets, f.count, &why));
    assert_non_null(strstr(why.problem, "147"));
}

static void states_at_a_moment(void **state) {
    (void)state;
    struct file f;
    struct complaint why;
    struct told told;
    struct buffer out = {0};
    begin(&f, LINK_ETHERNET);
    handshake(&f);
    struct seen *seen = open_octets(f.octets, f.count, &why);
    tell(seen, &told);
    seen_snapshot(&out, seen, 0);
    assert_non_null(strstr(out.data, "\"states\":[]"));
    buffer_clear(&out);
    seen_snapshot(&out, seen, 3);
    assert_non_null(strstr(out.data, "\"state\":\"SYN-SENT\"}]"));
    buffer_clear(&out);
    seen_snapshot(&out, seen, told.next);
    assert_non_null(strstr(out.data, "10.0.0.2:80 > 10.0.0.1:1000\",\"state\":\"ESTABLISHED\"}]"));
    buffer_free(&out);
    seen_free(seen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_captures), cmocka_unit_test(what_is_proved),
        cmocka_unit_test(midway),        cmocka_unit_test(losses),
        cmocka_unit_test(every_link),    cmocka_unit_test(nobody),
        cmocka_unit_test(broken_files),  cmocka_unit_test(states_at_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
