#include "base/checksum.h"
/*
 * The Internet checksum: RFC 1071 (sum of 16-bit words in one's complement), RFC 793/9293's and
 * RFC 768's pseudo-header, and RFC 1624's incremental update.
 *
 * The sum is taken in whatever byte order the machine has, eight octets at a time, and turned into
 * network order once at the end: RFC 1071 2(B), byte order independence. No swapping is needed for
 * that: the folded 16-bit sum is looked at as two octets.
 */

/* One's complement addition of 64 bits: the carry comes in again at the other end. Folding it to
 * 16 bits later gives the same sum, since 2^64 - 1 is a multiple of 2^16 - 1 (RFC 1071 2(C)). */
static uint64_t add_around(uint64_t total, uint64_t word) {
    total += word;
    return total + (total < word);
}

static uint64_t sum_native(const uint8_t *octets, size_t count) {
    uint64_t total = 0, more = 0, pair[2];
    uint32_t half;
    for (; count >= sizeof pair; octets += sizeof pair, count -= sizeof pair) {
        memcpy(pair, octets, sizeof pair);
        total = add_around(total, pair[0]);
        more = add_around(more, pair[1]); /* two sums do not wait for each other */
    }
    total = add_around(total, more);
    for (; count >= sizeof half; octets += sizeof half, count -= sizeof half) {
        memcpy(&half, octets, sizeof half);
        total = add_around(total, half);
    }
    if (count > 0) { /* RFC 1071 1: an odd octet is padded with zero on the right. */
        uint8_t last[4] = {0};
        for (size_t i = 0; i < count; i++) last[i] = octets[i];
        memcpy(&half, last, sizeof half);
        total = add_around(total, half);
    }
    return total;
}

uint32_t checksum_add(uint32_t sum, const uint8_t *octets, size_t count) {
    uint64_t total = sum_native(octets, count);
    total = (total & 0xffffffff) + (total >> 32);
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    uint16_t folded = (uint16_t)total;
    uint8_t pair[2];
    memcpy(pair, &folded, sizeof pair);
    return sum + (uint32_t)(pair[0] << 8 | pair[1]);
}

uint32_t checksum_add_pseudo(uint32_t sum, uint32_t src, uint32_t dst, uint8_t protocol,
                             uint16_t length) {
    sum += (src >> 16) + (src & 0xffff);
    sum += (dst >> 16) + (dst & 0xffff);
    return sum + protocol + length;
}

uint16_t checksum_finish(uint32_t sum) {
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* RFC 1624 3 eqn. 3: HC' = ~(~HC + ~m + m'), which never turns 0 into -0. */
uint16_t checksum_update(uint16_t old_checksum, uint16_t old_word, uint16_t new_word) {
    uint32_t sum = (uint16_t)~old_checksum;
    sum += (uint16_t)~old_word;
    sum += new_word;
    return checksum_finish(sum);
}
