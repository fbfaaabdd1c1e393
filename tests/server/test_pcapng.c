#include "pcapng.h"
/*
 * The capture, read back block by block: lengths agree, interfaces are the links, times are virtual
 * ns in order, octets are the frames', and a lost frame says so. tests/tshark.sh reads it too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"

struct listening {
    struct pcapng *pcapng;
    struct buffer out;
    uint32_t sent, lost;
    struct buffer octets; /* of every frame sent, in order */
    sim_time times[4096];
};

static void take(void *user, const struct lab *lab, const struct trace_record *r) {
    struct listening *l = user;
    if (r->kind == TRACE_SENT) {
        assert_true(l->sent < 4096);
        l->times[l->sent++] = r->at;
        buffer_span(&l->octets, (const char *)r->octets, r->octet_count);
    }
    l->lost += r->kind == TRACE_LOST;
    pcapng_record(l->pcapng, lab, r);
    struct buffer *blocks = pcapng_blocks(l->pcapng); /* taken in pieces, as a server does */
    buffer_span(&l->out, blocks->data, blocks->length);
    buffer_clear(blocks);
}

static uint32_t u32(const struct buffer *b, size_t at) {
    const uint8_t *o = (const uint8_t *)b->data + at;
    assert_true(at + 4 <= b->length);
    return o[0] | (uint32_t)o[1] << 8 | (uint32_t)o[2] << 16 | (uint32_t)o[3] << 24;
}

static struct lab *capture(const char *path, struct listening *l, sim_time until) {
    struct complaint why;
    struct scenario_file *file = scenario_load(path, &why);
    struct lab *lab = scenario_lab(file, &why);
    assert_non_null(lab);
    l->pcapng = pcapng_begin(lab, file->title);
    struct sink sink = {.record = take, .user = l, .wants = WANT_STORY};
    struct budget budget = {.until = until};
    lab_step(lab, &sink, &budget);
    pcapng_end(l->pcapng);
    struct buffer *blocks = pcapng_blocks(l->pcapng);
    buffer_span(&l->out, blocks->data, blocks->length);
    scenario_free(file);
    return lab;
}

static void check_blocks(const struct listening *l, uint32_t links) {
    uint32_t interfaces = 0, packets = 0, comments = 0;
    size_t octets = 0;
    for (size_t at = 0; at < l->out.length;) {
        uint32_t type = u32(&l->out, at), length = u32(&l->out, at + 4);
        assert_int_equal(length % 4, 0);
        assert_int_equal(u32(&l->out, at + length - 4), length);
        if (at == 0) {
            assert_int_equal(type, 0x0a0d0d0a);
            assert_int_equal(u32(&l->out, 8), 0x1a2b3c4d);
        } else if (type == 1) {
            assert_int_equal(packets, 0);
            assert_int_equal(u32(&l->out, at + 8), 1); /* Ethernet */
            interfaces++;
        } else {
            assert_int_equal(type, 6);
            assert_true(u32(&l->out, at + 8) < links);
            uint64_t time = (uint64_t)u32(&l->out, at + 12) << 32 | u32(&l->out, at + 16);
            assert_int_equal(time, l->times[packets]);
            uint32_t count = u32(&l->out, at + 20);
            assert_int_equal(u32(&l->out, at + 24), count);
            assert_memory_equal(l->out.data + at + 28, l->octets.data + octets, count);
            octets += count;
            packets++;
            size_t options = at + 28 + (count + 3) / 4 * 4;
            if (options < at + length - 4) {
                assert_int_equal(u32(&l->out, options) & 0xffff, 1); /* opt_comment */
                assert_memory_equal(l->out.data + options + 4, "lost from ", 10);
                comments++;
            }
        }
        at += length;
    }
    assert_int_equal(interfaces, links);
    assert_int_equal(packets, l->sent);
    assert_int_equal(octets, l->octets.length);
    assert_int_equal(comments, l->lost);
    assert_true(packets > 10);
}

static void check(const char *path, uint32_t links, sim_time until, bool loses) {
    static struct listening l;
    memset(&l, 0, sizeof l);
    struct lab *lab = capture(path, &l, until);
    check_blocks(&l, links);
    assert_int_equal(l.lost > 0, loses);
    pcapng_free(l.pcapng);
    buffer_free(&l.out);
    buffer_free(&l.octets);
    free(lab);
}

static void test_router(void **state) {
    (void)state;
    check("tests/scenarios/router.json", 2, 10000000000, true);
}
static void test_loss(void **state) {
    (void)state;
    check("tests/scenarios/loss_1mb.json", 1, 100000000000, true);
    check("tests/scenarios/lossy_both.json", 1, 100000000000, true);
}
static void test_switch(void **state) {
    (void)state;
    check("tests/scenarios/switch.json", 4, 5000000000, false);
}
/* The run ends with frames under way, before the queue of ten overflows: they are in the capture,
 * without a comment. */
static void test_under_way(void **state) {
    (void)state;
    check("tests/scenarios/chain.json", 3, 1200000000, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_router), cmocka_unit_test(test_loss),
                                       cmocka_unit_test(test_switch),
                                       cmocka_unit_test(test_under_way)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
