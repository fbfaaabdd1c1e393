#include "base/checksum.h"
/*
 * The Internet checksum: RFC 1071 (sum of 16-bit words in one's complement), RFC 793/9293's and
 * RFC 768's pseudo-header, and RFC 1624's incremental update. And at the end Fletcher's checksum of
 * RFC 905 annex B, which OSPF's advertisements carry (RFC 2328 12.1.7).
 *
 * The sum is taken in whatever byte order the machine has, eight octets at a time, and turned into
 * network order once at the end: RFC 1071 2(B), byte order independence. No swapping is needed for
 * that: the folded 16-bit sum is looked at as two octets.
 */

/* Words of 32 bits add up without a carry in sums of 64: a packet has few. Two words and their sums
 * lie side by side in a pair, which is one register where the machine has such. */
typedef uint64_t word_pair __attribute__((vector_size(16)));
struct sums {
    word_pair low, high;
};
enum { PAIR = sizeof(word_pair) };

static inline struct sums add_pair(struct sums sums, const uint8_t *octets) {
    word_pair words;
    memcpy(&words, octets, PAIR);
    return (struct sums){sums.low + (words & 0xffffffff), sums.high + (words >> 32)};
}

static uint64_t sum_native(const uint8_t *octets, size_t count) {
    struct sums sums = {{0, 0}, {0, 0}};
    uint32_t word;
    for (; count >= 4 * PAIR; octets += 4 * PAIR, count -= 4 * PAIR) {
        sums = add_pair(sums, octets);
        sums = add_pair(sums, octets + PAIR);
        sums = add_pair(sums, octets + 2 * PAIR);
        sums = add_pair(sums, octets + 3 * PAIR);
    }
    for (; count >= PAIR; octets += PAIR, count -= PAIR) sums = add_pair(sums, octets);
    sums.low += sums.high;
    uint64_t total = sums.low[0] + sums.low[1];
    for (; count >= sizeof word; octets += sizeof word, count -= sizeof word) {
        memcpy(&word, octets, sizeof word);
        total += word;
    }
    if (count > 0) { /* RFC 1071 1: an odd octet is padded with zero on the right. */
        uint8_t last[sizeof word] = {0};
        for (size_t i = 0; i < count; i++) last[i] = octets[i];
        memcpy(&word, last, sizeof word);
        total += word;
    }
    return total;
}

/* Folding to 16 bits gives the one's complement sum, since 2^32 - 1 is a multiple of 2^16 - 1 (RFC
 * 1071 2(C)). */
uint32_t checksum_add(uint32_t sum, const uint8_t *octets, size_t count) {
    uint64_t total = sum_native(octets, count);
    total = (total & 0xffffffff) + (total >> 32);
    total = (total & 0xffff) + (total >> 16);
    total = (total & 0xffff) + (total >> 16);
    uint16_t folded = (uint16_t)((total & 0xffff) + (total >> 16));
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

/* RFC 905 annex B.3: C0, the sum of the octets, and C1, the sum of all C0s, both modulo 255. The
 * remainders are taken once in a while only: 5802 octets of 255 are the most that C1 can hold. */
enum { FLETCHER_SPAN = 4096, FLETCHER_MODULUS = 255 };
struct fletcher_sums {
    uint32_t c0, c1;
};

static void fletcher_add(struct fletcher_sums *s, const uint8_t *octets, size_t count) {
    while (count > 0) {
        size_t span = count < FLETCHER_SPAN ? count : FLETCHER_SPAN;
        for (size_t i = 0; i < span; i++) {
            s->c0 += octets[i];
            s->c1 += s->c0;
        }
        s->c0 %= FLETCHER_MODULUS;
        s->c1 %= FLETCHER_MODULUS;
        octets += span;
        count -= span;
    }
}

/* B.4: X = -C1 + (L - n) C0 and Y = C1 - (L - n + 1) C0, where n counts from 1. A zero is written
 * as 255, which is the same modulo 255 and leaves zero free to mean "no checksum". */
uint16_t fletcher_checksum(const uint8_t *octets, size_t count, size_t at) {
    static const uint8_t none[2];
    struct fletcher_sums s = {0, 0};
    fletcher_add(&s, octets, at);
    fletcher_add(&s, none, sizeof none);
    fletcher_add(&s, octets + at + 2, count - at - 2);
    uint32_t behind = (uint32_t)((count - at - 1) % FLETCHER_MODULUS);
    uint32_t x = (behind * s.c0 + FLETCHER_MODULUS - s.c1) % FLETCHER_MODULUS;
    uint32_t y = 2 * FLETCHER_MODULUS - s.c0 - x;
    y %= FLETCHER_MODULUS;
    if (x == 0) x = FLETCHER_MODULUS;
    if (y == 0) y = FLETCHER_MODULUS;
    return (uint16_t)(x << 8 | y);
}

bool fletcher_holds(const uint8_t *octets, size_t count) {
    struct fletcher_sums s = {0, 0};
    fletcher_add(&s, octets, count);
    return s.c0 == 0 && s.c1 == 0;
}
