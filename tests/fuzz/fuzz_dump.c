/*
 * Any octets as a frame in tcpdump's words, and any text as an expression over it. The input is how
 * to print it (one octet), the expression up to a zero octet, and the frame.
 */
#include "apps/dump.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count);

static void print(const struct dump_look *look, const uint8_t *octets, size_t count) {
    static char room[16384];
    static struct dump_flows flows;
    struct text t = text_of(room, sizeof room);
    size_t at = 0;
    dump_time(&t, look->time, (sim_time)count << 40, 0, 0);
    dump_frame(look, &flows, &t, octets, count, count);
    if (strlen(room) != text_length(&t)) abort();
    while (dump_octets(look, &t, octets, count, &at)) t = text_of(room, sizeof room);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count) {
    if (count < 2 || count > 4096) return 0;
    uint8_t how = octets[0];
    struct dump_look look = {.numeric = how & 1,
                             .link = how >> 1 & 1,
                             .verbose = how >> 2 & 3,
                             .quick = how >> 4 & 1,
                             .absolute = how >> 5 & 1,
                             .octets = (enum dump_octets)(how >> 6),
                             .time = (enum dump_time)(how % 6)};
    char *text = calloc(1, count);
    if (text == NULL) return 0;
    memcpy(text, octets + 1, count - 1);
    size_t length = strlen(text) + 2;
    const uint8_t *frame = length < count ? octets + length : octets + count;
    size_t left = (size_t)(octets + count - frame);
    bool understood = dump_filter(NULL, text, NULL, 0) != DUMP_NOT_UNDERSTOOD;
    /* Whether it is understood does not depend on the frame. */
    if ((dump_filter(NULL, text, frame, left) != DUMP_NOT_UNDERSTOOD) != understood) abort();
    print(&look, frame, left);
    free(text);
    return 0;
}
