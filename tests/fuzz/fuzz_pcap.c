/* Any octets as a capture file: read to its end, each packet decoded in its conversation. */
#include "conversation.h"
#include "pcap_read.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count);

static void ignore(void *user, const struct field *f) {
    *(uint64_t *)user += f->length;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count) {
    struct capture capture;
    struct captured packet;
    struct conversations conversations = {0};
    uint64_t seen = 0;
    FILE *file = count == 0 ? NULL : fmemopen((void *)(uintptr_t)octets, count, "rb");
    if (file == NULL) return 0;
    enum capture_result result = capture_open(&capture, file) ? CAPTURE_PACKET : CAPTURE_BAD;
    while (result == CAPTURE_PACKET &&
           (result = capture_next(&capture, &packet)) == CAPTURE_PACKET) {
        struct packet_context context = {
            .kind = capture_kind(packet.link_type), .has_time = true, .at_ns = packet.at_ns};
        conversations_context(&conversations, capture.packets, packet.octets, packet.count,
                              &context);
        packet_describe_in(&context, packet.octets, packet.count, ignore, &seen);
    }
    if (result == CAPTURE_BAD && capture.problem[0] == '\0') abort(); /* every refusal says why */
    capture_close(&capture);
    conversations_free(&conversations);
    fclose(file);
    return 0;
}
