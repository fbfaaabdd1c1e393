/*
 * Copies of the captures with two octets of a hundred changed, in the packets or anywhere in the
 * file: all are read, decoded and told without harm, and in each packet every octet is still owned
 * once. MUTATIONS says how many copies; `make test` takes a few.
 */
#include "conversation.h"
#include "pcap_read.h"
#include "seen.h"
#include "wire_support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/wire/captures/"

enum { FILES_MAX = 64, COPIES = 2000, RECORD = 16, HEADER = 24 };
struct sample {
    uint8_t *octets;
    size_t count;
};
static struct sample samples[FILES_MAX];
static size_t sample_count;
static uint64_t chance = 0x9e3779b97f4a7c15u;

static uint32_t draw(uint32_t below) { /* xorshift: the same copies in every run */
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)((chance >> 32) * below >> 32);
}

static void load(const char *name) {
    char path[300];
    snprintf(path, sizeof path, FOLDER "%s", name);
    FILE *file = fopen(path, "rb");
    assert_true(file != NULL && sample_count < FILES_MAX);
    struct sample *s = &samples[sample_count++];
    s->octets = malloc(1 << 20);
    s->count = fread(s->octets, 1, 1 << 20, file);
    fclose(file);
}

static int setup(void **state) {
    (void)state;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strstr(entry->d_name, ".pcap") != NULL) load(entry->d_name);
    closedir(folder);
    return sample_count > 0 ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_count; i++) free(samples[i].octets);
    return 0;
}

static void mutate(uint8_t *octets, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (draw(100) < 2) octets[i] = (uint8_t)draw(256);
}

/* The packets' own octets alone, so that all of them are reached. */
static void mutate_packets(uint8_t *octets, size_t count) {
    for (size_t at = HEADER; at + RECORD <= count;) {
        uint32_t length;
        memcpy(&length, octets + at + 8, 4);
        at += RECORD;
        if (length > count - at) return;
        mutate(octets, at, at + length);
        at += length;
    }
}

static void ignore(void *user, const struct field *f) {
    *(uint64_t *)user += f->length;
}

static void decode(uint8_t *octets, size_t count) {
    struct capture capture;
    struct captured packet;
    struct conversations conversations = {0};
    uint64_t owned = 0;
    FILE *file = fmemopen(octets, count, "rb");
    bool open = capture_open(&capture, file);
    while (open && capture_next(&capture, &packet) == CAPTURE_PACKET) {
        struct packet_context context = {
            .kind = capture_kind(packet.link_type), .has_time = true, .at_ns = packet.at_ns};
        conversations_context(&conversations, capture.packets, packet.octets, packet.count,
                              &context);
        packet_describe_in(&context, packet.octets, packet.count, ignore, &owned);
        if (context.kind == FRAME_ETHERNET) check_cover(packet.octets, packet.count);
    }
    capture_close(&capture);
    conversations_free(&conversations);
    fclose(file);
}

static void count_line(void *user, const struct story_line *line) {
    assert_int_equal(line->i, (*(uint32_t *)user)++);
}

static void tell(const uint8_t *octets, size_t count) {
    struct buffer file = {0};
    struct complaint why;
    uint32_t lines = 0;
    buffer_span(&file, (const char *)octets, count);
    struct seen *seen = seen_begin(&file);
    enum seen_progress progress = SEEN_MORE;
    while (progress == SEEN_MORE) progress = seen_read(seen, 64, &why);
    if (progress == SEEN_DONE) {
        struct story *story = story_new(DETAIL_STORY, count_line, &lines);
        while (seen_tell(seen, 64, NULL, story) == SEEN_MORE) continue;
        assert_false(story_failed(story));
        story_free(story);
    }
    seen_free(seen);
}

static void copies(void **state) {
    (void)state;
    const char *wanted = getenv("MUTATIONS");
    long count = wanted != NULL ? strtol(wanted, NULL, 10) : COPIES;
    for (long i = 0; i < count; i++) {
        const struct sample *s = &samples[(size_t)i % sample_count];
        uint8_t *copy = malloc(s->count); /* of just that size: a step beyond is seen */
        memcpy(copy, s->octets, s->count);
        if (i % 4 == 0)
            mutate(copy, 0, s->count);
        else
            mutate_packets(copy, s->count);
        decode(copy, s->count);
        tell(copy, s->count);
        free(copy);
    }
    print_message("%ld mutated copies of %zu captures\n", count, sample_count);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(copies)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
