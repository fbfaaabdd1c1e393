#include "base/md5.h"
/*
 * The MD5 message digest: RFC 1321 3. Blocks of 64 octets go through four rounds of 16 steps; the
 * last block ends with the number of bits. Words are little endian (RFC 1321 2), which nothing else
 * here is. What may be secret takes no branch and no index, and still this is no defence against
 * anybody who measures: MD5 has been broken as a hash, and is here because RIP and OSPF carry it.
 */
#include <string.h>

/* RFC 1321 3.4: T[i], the integer part of 2^32 * abs(sin(i)). */
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const uint8_t shifts[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static uint32_t little_word(const uint8_t *o) {
    return (uint32_t)o[3] << 24 | (uint32_t)o[2] << 16 | (uint32_t)o[1] << 8 | o[0];
}

static void put_little_word(uint8_t *o, uint32_t word) {
    for (int i = 0; i < 4; i++) o[i] = (uint8_t)(word >> 8 * i);
}

/* RFC 1321 3.4: F, G, H and I. */
static uint32_t mixed(uint32_t round, uint32_t x, uint32_t y, uint32_t z) {
    switch (round) {
    case 0: return (x & y) | (~x & z);
    case 1: return (x & z) | (y & ~z);
    case 2: return x ^ y ^ z;
    default: return y ^ (x | ~z);
    }
}

/* Which word of the block step i of a round takes. */
static uint32_t chosen(uint32_t round, uint32_t i) {
    static const uint8_t first[4] = {0, 1, 5, 0}, stride[4] = {1, 5, 3, 7};
    return (first[round] + stride[round] * i) % 16;
}

static void add_block(uint32_t state[4], const uint8_t *block) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t round = i / 16, shift = shifts[round][i % 4];
        uint32_t word = little_word(block + 4 * (size_t)chosen(round, i));
        uint32_t sum = a + mixed(round, b, c, d) + word + sines[i];
        a = d;
        d = c;
        c = b;
        b += sum << shift | sum >> (32 - shift);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

void md5_begin(struct md5 *m) {
    *m = (struct md5){.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
}

void md5_add(struct md5 *m, const uint8_t *octets, size_t count) {
    while (count > 0) {
        size_t held = m->count % MD5_BLOCK, some = MD5_BLOCK - held;
        if (some > count) some = count;
        memcpy(m->block + held, octets, some);
        m->count += some;
        octets += some;
        count -= some;
        if (held + some == MD5_BLOCK) add_block(m->state, m->block);
    }
}

/* RFC 1321 3.1, 3.2: a one bit, zeroes up to eight octets before a block's end, and the number of
 * bits. */
void md5_end(struct md5 *m, uint8_t digest[MD5_DIGEST]) {
    static const uint8_t padding[MD5_BLOCK] = {0x80};
    uint64_t bits = 8 * m->count;
    size_t held = m->count % MD5_BLOCK;
    uint8_t tail[8];
    put_little_word(tail, (uint32_t)bits);
    put_little_word(tail + 4, (uint32_t)(bits >> 32));
    md5_add(m, padding, (held < 56 ? 56 : 120) - held);
    md5_add(m, tail, sizeof tail);
    for (size_t i = 0; i < 4; i++) put_little_word(digest + 4 * i, m->state[i]);
}

void md5_keyed(uint8_t digest[MD5_DIGEST], const uint8_t *octets, size_t count,
               const uint8_t key[MD5_DIGEST]) {
    struct md5 m;
    md5_begin(&m);
    md5_add(&m, octets, count);
    md5_add(&m, key, MD5_DIGEST);
    md5_end(&m, digest);
}
