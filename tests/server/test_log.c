#include "log.h"
/* The log alone: batches, cursors, the spill file, compression, and a branch below its fork. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static const struct log_config roomy = {1 << 20, "/tmp"}, tight = {8192, "/tmp"},
                               nowhere = {8192, NULL};

/* Event i is "i" and 40 octets that depend on it, so that a misplaced cursor shows. */
static void add(struct log *log, uint32_t first, uint32_t count) {
    char line[80];
    for (uint32_t i = first; i < first + count; i++) {
        int n = snprintf(line, sizeof line, "{\"i\":%u,\"x\":\"%08x%08x%08x\"}\n", i,
                         i * 2654435761u, i * 40503u, ~i);
        assert_true(log_append(log, line, (size_t)n, 1));
    }
}

static void check_from(struct log *log, uint32_t first, uint32_t last) {
    static char text[LOG_CHUNK];
    uint64_t offset;
    uint32_t next = first;
    assert_true(log_offset(log, first, &offset));
    while (next < last) {
        long n = log_read(log, offset, text, sizeof text);
        assert_true(n > 0);
        assert_int_equal(text[n - 1], '\n');
        for (char *at = text; at < text + n && next < last; at = strchr(at, '\n') + 1)
            assert_int_equal(strtoul(at + 5, NULL, 10), next++);
        offset += (uint64_t)n;
    }
}

static void test_cursors(void **state) {
    (void)state;
    struct log *log = log_create(&roomy, NULL, 0);
    uint64_t offset;
    assert_true(log_offset(log, 0, &offset));
    assert_int_equal(offset, 0);
    assert_false(log_offset(log, 1, &offset));
    add(log, 0, 10);
    assert_int_equal(log_count(log), 0); /* nothing is seen before it is published */
    assert_true(log_flush(log, NULL));
    assert_false(log_flush(log, NULL));
    add(log, 10, 90);
    log_flush(log, NULL);
    assert_int_equal(log_count(log), 100);
    for (uint32_t i = 0; i < 100; i++) check_from(log, i, 100);
    assert_true(log_offset(log, 100, &offset));
    assert_int_equal(offset, log_end(log));
    assert_int_equal(log_read(log, offset, (char[64]){0}, 64), 0);
    log_release(log);
}

static void test_old_batches_come_from_the_file(void **state) {
    (void)state;
    struct log *log = log_create(&tight, NULL, 0);
    for (uint32_t i = 0; i < 5000; i += 50) {
        add(log, i, 50);
        log_flush(log, NULL);
    }
    assert_true(log_memory(log) < 64 * 1024); /* 5000 lines are some 200 KB */
    assert_false(log_full(log));
    check_from(log, 0, 5000);
    check_from(log, 2501, 5000);
    check_from(log, 4999, 5000);
    log_release(log);
}

static void test_without_a_file_the_ring_is_the_log(void **state) {
    (void)state;
    struct log *log = log_create(&nowhere, NULL, 0);
    for (uint32_t i = 0; i < 1000; i += 50) {
        add(log, i, 50);
        log_flush(log, NULL);
    }
    assert_true(log_full(log));
    check_from(log, 0, 1000); /* and nothing is lost */
    log_release(log);
}

static void test_a_large_append_makes_batches_of_whole_lines(void **state) {
    (void)state;
    struct log *log = log_create(&roomy, NULL, 0);
    add(log, 0, 5000);
    log_flush(log, NULL);
    assert_int_equal(log_count(log), 5000);
    assert_true(log_memory(log) < log_end(log) + 64 * 1024); /* the text once, and little else */
    check_from(log, 3333, 5000);
    log_release(log);
}

static void test_a_branch_reads_its_parent_below_the_fork(void **state) {
    (void)state;
    struct log *parent = log_create(&tight, NULL, 0);
    for (uint32_t i = 0; i < 1000; i += 10) {
        add(parent, i, 10);
        log_flush(parent, NULL);
    }
    assert_null(log_create(&tight, parent, 1001)); /* not published yet */
    struct log *child = log_create(&tight, parent, 777);
    add(child, 777, 500);
    log_flush(child, NULL);
    struct log *grandchild = log_create(&tight, child, 1000);
    add(grandchild, 1000, 5);
    log_flush(grandchild, NULL);
    add(parent, 1000, 10);
    log_flush(parent, NULL);
    log_release(parent); /* the children keep it alive */
    check_from(child, 0, 1277);
    check_from(child, 776, 1277);
    check_from(grandchild, 0, 1005);
    check_from(grandchild, 999, 1005);
    log_release(child);
    check_from(grandchild, 700, 1005);
    log_release(grandchild);
}

/* Each log writes its own mark, in lines of its own length. */
static void add_marked(struct log *log, uint32_t first, uint32_t count, char mark) {
    char line[80];
    for (uint32_t i = first; i < first + count; i++) {
        int n = snprintf(line, sizeof line, "{\"i\":%u,%*c}\n", i, 20 + (int)(mark - 'a'), mark);
        assert_true(log_append(log, line, (size_t)n, 1));
    }
    log_flush(log, NULL);
}

static void test_a_branch_may_be_cut_before_its_parents_own_part(void **state) {
    (void)state;
    static char text[LOG_CHUNK];
    struct log *a = log_create(&roomy, NULL, 0);
    add_marked(a, 0, 100, 'a');
    struct log *b = log_create(&roomy, a, 80), *c = log_create(&roomy, b, 30);
    add_marked(b, 80, 20, 'b');
    struct log *d = log_create(&roomy, c, 10);
    add_marked(c, 30, 20, 'c');
    add_marked(d, 10, 5, 'd');
    check_from(c, 0, 50);
    check_from(d, 0, 15);
    long n = log_read(d, 0, text, sizeof text);
    uint32_t lines = 0;
    for (char *at = text; at < text + n; at = strchr(at, '\n') + 1, lines++)
        assert_non_null(memchr(at, lines < 10 ? 'a' : 'd', strcspn(at, "\n")));
    assert_int_equal(lines, 15);
    log_release(a);
    log_release(b);
    log_release(c);
    log_release(d);
}

static void test_batches_are_compressed_once_and_only_when_wanted(void **state) {
    (void)state;
    struct log *log = log_create(&roomy, NULL, 0);
    struct packer *packer = packer_create();
    add(log, 0, 50);
    log_flush(log, packer);
    assert_null(log_packed_at(log, 0)); /* nobody takes it */
    uint64_t at = log_end(log);
    atomic_store(&log_audience(log)->packed, 1);
    add(log, 50, 50);
    log_flush(log, packer);
    struct log_batch *batch = log_packed_at(log, at);
    assert_non_null(batch);
    assert_null(log_packed_at(log, at + 1));
    assert_true(batch->packed_length < batch->length);
    unsigned char out[8192], in[8192];
    memcpy(in, batch->packed, batch->packed_length);
    memcpy(in + batch->packed_length, "\0\0\xff\xff", 4); /* RFC 7692 7.2.2 */
    z_stream z = {.next_in = in,
                  .avail_in = (unsigned)batch->packed_length + 4,
                  .next_out = out,
                  .avail_out = sizeof out};
    inflateInit2(&z, -15);
    assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
    assert_int_equal(sizeof out - z.avail_out, batch->length);
    assert_memory_equal(out, batch->text, batch->length);
    inflateEnd(&z);
    log_batch_release(batch);
    log_release(log);
    packer_free(packer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cursors),
        cmocka_unit_test(test_old_batches_come_from_the_file),
        cmocka_unit_test(test_without_a_file_the_ring_is_the_log),
        cmocka_unit_test(test_a_large_append_makes_batches_of_whole_lines),
        cmocka_unit_test(test_a_branch_reads_its_parent_below_the_fork),
        cmocka_unit_test(test_a_branch_may_be_cut_before_its_parents_own_part),
        cmocka_unit_test(test_batches_are_compressed_once_and_only_when_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
