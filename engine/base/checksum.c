#include "base/checksum.h"
/*
 * The Internet checksum: RFC 1071 (sum of 16-bit words in one's complement), RFC 793/9293's and
 * RFC 768's pseudo-header, and RFC 1624's incremental update.
 *
 * The sum is taken in whatever byte order the machine has, eight octets at a time, and turned into
 * network order once at the end: RFC 1071 2(B), byte order independence. No swapping is needed for
 * that: the folded 16-bit sum is looked at as two octets.
 */
#include <string.h>

static uint64_t sum_native(const uint8_t *octets, size_t count) {
    uint64_t total = 0;
    for (; count >= 32; octets += 32, count -= 32) {
        uint32_t words[8];
        memcpy(words, octets, sizeof words);
        for (int i = 0; i < 8; i++) total += words[i];
    }
    for (; count >= 2; octets += 2, count -= 2) {
        uint16_t word;
        memcpy(&word, octets, sizeof word);
        total += word;
    }
    if (count == 1) { /* RFC 1071 1: an odd octet is padded with zero on the right. */
        uint8_t pair[2] = {octets[0], 0};
        uint16_t word;
        memcpy(&word, pair, sizeof word);
        total += word;
    }
    return total;
}

uint32_t checksum_add(uint32_t sum, const uint8_t *octets, size_t count) {
    uint64_t total = sum_native(octets, count);
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
