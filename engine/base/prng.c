#include "base/prng.h"
/*
 * Integer randomness. The generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable
 * pseudorandom number generators"): one word of state, every seed is good, and streams that are
 * seeded by different names and purposes are independent. SipHash-2-4 (Aumasson, Bernstein) is the
 * keyed hash: RFC 6528 3's F(), and whatever a link draws for one packet.
 *
 * All constants here are part of the behaviour version: changing one changes every lab.
 */
#include <assert.h>
#include <string.h>

static uint64_t scramble(uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

struct prng prng_seeded(uint64_t seed, const char *name, uint32_t purpose) {
    return (struct prng){.state = hash_mix(hash_text(seed, name), purpose)};
}

uint32_t prng_u32(struct prng *p) {
    p->state += 0x9e3779b97f4a7c15u;
    return (uint32_t)(scramble(p->state) >> 32);
}

/* Lemire's multiplication: draws again in the few cases that would make small results likelier. */
uint32_t prng_below(struct prng *p, uint32_t bound) {
    assert(bound >= 1);
    uint32_t threshold = (0u - bound) % bound;
    for (;;) {
        uint64_t product = (uint64_t)prng_u32(p) * bound;
        if ((uint32_t)product >= threshold) return (uint32_t)(product >> 32);
    }
}

static uint64_t rotate(uint64_t x, int by) {
    return x << by | x >> (64 - by);
}

static void sip_round(uint64_t v[4]) {
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static uint64_t little_endian(const uint8_t *octets, size_t count) {
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) word |= (uint64_t)octets[i] << (8 * i);
    return word;
}

static void sip_word(uint64_t v[4], uint64_t word) {
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

uint64_t siphash(const uint64_t key[2], const uint8_t *octets, size_t count) {
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
                     key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
    size_t whole = count / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) sip_word(v, little_endian(octets + i, 8));
    uint64_t tail = count == whole ? 0 : little_endian(octets + whole, count - whole);
    sip_word(v, tail | (uint64_t)count << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* FNV-1a, then scrambled, since FNV leaves the top bits of short names alike. */
uint64_t hash_text(uint64_t seed, const char *text) {
    uint64_t hash = 0xcbf29ce484222325u ^ scramble(seed);
    for (size_t i = 0; text[i] != '\0'; i++) hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3u;
    return scramble(hash);
}

uint64_t hash_mix(uint64_t a, uint64_t b) {
    return scramble(scramble(a + 0x9e3779b97f4a7c15u) + rotate(b, 24) + 0xd1b54a32d192ed03u);
}
