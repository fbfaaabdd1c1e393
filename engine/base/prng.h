#ifndef NETSTEP_BASE_PRNG_H
#define NETSTEP_BASE_PRNG_H
/* Integer randomness: a small generator with its state in the lab, and keyed hashes. */
#include <stddef.h>
#include <stdint.h>

struct prng {
    uint64_t state;
};
struct prng prng_seeded(uint64_t seed, const char *name, uint32_t purpose);
uint32_t prng_u32(struct prng *);
uint32_t prng_below(struct prng *, uint32_t bound); /* 0..bound-1, unbiased; bound >= 1 */

/* SipHash-2-4: RFC 6528's F() for initial sequence numbers, and what a link draws per packet. */
uint64_t siphash(const uint64_t key[2], const uint8_t *octets, size_t count);
uint64_t hash_text(uint64_t seed, const char *text); /* for names; not keyed, stable for ever */
uint64_t hash_mix(uint64_t a, uint64_t b);           /* order matters */

#endif
