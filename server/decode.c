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

enum { EXIT_NO_OUTPUT = 1, EXIT_BAD_INPUT = 2, FLUSH_AT = 256 * 1024 };

static void packet_line(struct buffer *out, uint64_t number, const struct captured *packet,
                        struct conversations *conversations) {
    struct packet_context context = {.has_time = true, .at_ns = packet->at_ns};
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

int decode_main(int argc, char **argv) {
    if (argc == 1 && strcmp(argv[0], "--help") == 0) {
        puts("usage: netstep decode FILE.pcap[ng]   (- reads the standard input)\n"
             "Prints one JSON object a packet: its time, its lengths and its field tree.");
        return 0;
    }
    bool plain = argc > 0 && strcmp(argv[0], "--") == 0; /* a file follows, whatever its name */
    argc -= plain;
    argv += plain;
    if (!plain && argc > 0 && argv[0][0] == '-' && argv[0][1] != '\0')
        return usage_error("decode: unknown option %.60s; see netstep decode --help", argv[0]);
    if (argc != 1) return usage_error("decode: give one capture: netstep decode FILE.pcap[ng]");
    if (strcmp(argv[0], "-") == 0) return decode_file(stdin, "standard input");
    FILE *file = fopen(argv[0], "rb");
    if (file == NULL) {
        fprintf(stderr, "netstep decode: %s: %s; give a capture that exists and can be read\n",
                argv[0], strerror(errno));
        return EXIT_BAD_INPUT;
    }
    int status = decode_file(file, argv[0]);
    fclose(file);
    return status;
}
