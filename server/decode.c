#include "run.h"
/*
 * Prints each packet of a capture as one line of JSON with its field tree. What tshark knows from
 * earlier packets of a TCP connection (relative numbers, the scaled window) comes from
 * conversation.c. A file that breaks off is decoded as far as it goes, then reported.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "buffer.h"
#include "conversation.h"
#include "packet_json.h"
#include "pcap_read.h"
#include "seen.h"

enum { EXIT_NO_OUTPUT = 1, EXIT_BAD_INPUT = 2, FLUSH_AT = 256 * 1024 };

static void packet_line(struct buffer *out, uint64_t number, const struct captured *packet,
                        struct conversations *conversations) {
    struct packet_context context = {
        .kind = capture_kind(packet->link_type), .has_time = true, .at_ns = packet->at_ns};
    conversations_context(conversations, number, packet->octets, packet->count, &context);
    int64_t second = packet->at_ns / 1000000000, ns = packet->at_ns % 1000000000;
    buffer_printf(out,
                  "{\"packet\":%llu,\"time\":\"%s%lld.%09lld\",\"length\":%u,\"captured\":%u,"
                  "\"tree\":",
                  (unsigned long long)number, packet->at_ns < 0 && second == 0 ? "-" : "",
                  (long long)second, (long long)(ns < 0 ? -ns : ns), packet->length, packet->count);
    packet_tree_json_in(out, &context, packet->octets, packet->count);
    buffer_add(out, "}\n");
}

static bool flush(struct buffer *out, size_t at_least) {
    if (out->length < at_least) return true;
    size_t wrote = fwrite(out->data, 1, out->length, stdout);
    bool all = wrote == out->length;
    buffer_clear(out);
    return all;
}

static int complain(const char *name, uint64_t place, const char *problem) {
    fflush(stdout);
    fprintf(stderr, "netstep decode: %s: byte %llu: %s\n", name, (unsigned long long)place,
            problem);
    return EXIT_BAD_INPUT;
}

static int decode_packets(struct capture *capture, const char *name, struct buffer *out,
                          struct conversations *conversations) {
    struct captured packet;
    enum capture_result result;
    while ((result = capture_next(capture, &packet)) == CAPTURE_PACKET) {
        packet_line(out, capture->packets, &packet, conversations);
        if (out->failed) return complain(name, capture->record_at, "out of memory");
        if (!flush(out, FLUSH_AT)) break;
    }
    if (!flush(out, 1) || fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "netstep decode: cannot write the output: %s\n", strerror(errno));
        return EXIT_NO_OUTPUT;
    }
    return result == CAPTURE_BAD ? complain(name, capture->record_at, capture->problem) : 0;
}

static int decode_file(FILE *file, const char *name) {
    struct capture capture;
    struct buffer out = {0};
    struct conversations conversations = {0};
    int status = capture_open(&capture, file) ? decode_packets(&capture, name, &out, &conversations)
                                              : complain(name, capture.record_at, capture.problem);
    capture_close(&capture);
    buffer_free(&out);
    conversations_free(&conversations);
    return status;
}

/* --------------------------------------------------------------------- as a lab's story is told */

static void print_line(void *user, const struct story_line *line) {
    buffer_span(user, line->text, line->length);
}

static int tell_story(struct seen *seen, const char *name) {
    struct buffer out = {0};
    struct story *story = story_new(DETAIL_STORY, print_line, &out);
    if (story == NULL) return complain(name, 0, "out of memory");
    buffer_add(&out, "{\"line\":\"hello\",\"v\":1,\"lab\":\"\",\"timeline\":\"T0\",\"parent\":null,"
                     "\"from\":0,\"detail\":\"story\",");
    seen_world(&out, seen);
    buffer_add(&out, "}\n");
    bool good = true;
    while (good && seen_tell(seen, 1024, NULL, story) == SEEN_MORE) good = flush(&out, FLUSH_AT);
    good = good && !story_failed(story) && !out.failed && flush(&out, 1) && fflush(stdout) == 0;
    story_free(story);
    buffer_free(&out);
    if (good) return 0;
    fprintf(stderr, "netstep decode: cannot write the output: %s\n", strerror(errno));
    return EXIT_NO_OUTPUT;
}

static int story_file(FILE *file, const char *name) {
    struct buffer octets = {0};
    struct complaint why = {.place = ""};
    size_t got = 1;
    while (got > 0 && octets.length <= SEEN_OCTETS && !octets.failed) {
        char *room = buffer_room(&octets, FLUSH_AT);
        got = room != NULL ? fread(room, 1, FLUSH_AT, file) : 0;
        buffer_took(&octets, got);
    }
    if (octets.length > SEEN_OCTETS) {
        buffer_free(&octets);
        return complain(name, SEEN_OCTETS, "a capture that is told as a story has at most 32 MiB");
    }
    struct seen *seen = seen_begin(&octets);
    enum seen_progress progress = SEEN_MORE;
    while (seen != NULL && progress == SEEN_MORE) progress = seen_read(seen, 1024, &why);
    int status = progress == SEEN_DONE ? tell_story(seen, name) : EXIT_BAD_INPUT;
    if (progress != SEEN_DONE)
        fprintf(stderr, "netstep decode: %s: %s: %s\n", name, why.place, why.problem);
    seen_free(seen);
    return status;
}

int decode_main(int argc, char **argv) {
    if (argc == 1 && strcmp(argv[0], "--help") == 0) {
        puts("usage: netstep decode [--story] FILE.pcap[ng]   (- reads the standard input)\n"
             "Prints one JSON object a packet: its time, its lengths and its field tree.\n"
             "--story: the stream of events that a page shows of the capture, with the states of "
             "its\n"
             "TCP connections as far as an observer can know them.");
        return 0;
    }
    int (*print)(FILE *, const char *) = decode_file;
    if (argc > 0 && strcmp(argv[0], "--story") == 0) {
        print = story_file;
        argc--;
        argv++;
    }
    bool plain = argc > 0 && strcmp(argv[0], "--") == 0; /* a file follows, whatever its name */
    argc -= plain;
    argv += plain;
    if (!plain && argc > 0 && argv[0][0] == '-' && argv[0][1] != '\0')
        return usage_error("decode: unknown option %.60s; see netstep decode --help", argv[0]);
    if (argc != 1) return usage_error("decode: give one capture: netstep decode FILE.pcap[ng]");
    if (strcmp(argv[0], "-") == 0) return print(stdin, "standard input");
    FILE *file = fopen(argv[0], "rb");
    if (file == NULL) {
        fprintf(stderr, "netstep decode: %s: %s; give a capture that exists and can be read\n",
                argv[0], strerror(errno));
        return EXIT_BAD_INPUT;
    }
    int status = print(file, argv[0]);
    fclose(file);
    return status;
}
