/*
 * Any octets as a frame: parsed by every parser, described, summarised, filtered and edited. The
 * leaves must own each bit exactly once, and what a parser takes it must emit again.
 */
#include "packet_json.h"
#include "wire/match.h"
#include "wire_support.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count) {
    struct packet_summary summary;
    struct buffer out = {0};
    struct match match;
    if (count < 2 || count > 4096) return 0;
    bool bases = octets[0] & 1;
    struct packet_context context = {.has_time = octets[0] & 2,
                                     .has_bases = bases,
                                     .has_window = octets[0] & 4,
                                     .window_shift = octets[1] % 17 - 2,
                                     .seq_base = 1,
                                     .ack_base = 2};
    octets += 2;
    count -= 2;
    check_cover(octets, count);
    packet_tree_json_in(&out, &context, octets, count);
    packet_summarise(octets, count, 5, 7, &summary);
    if (summary.label_count == 0 || engine_role_name(summary.role) == NULL) abort();
    if (match_compile(&match, "tcp.options.mss_val == 1 or ip.addr == 1.2.3.4 or icmp.mtu", NULL))
        match_frame(&match, octets, count);
    buffer_free(&out);
    return 0;
}
