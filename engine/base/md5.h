#ifndef NETSTEP_BASE_MD5_H
#define NETSTEP_BASE_MD5_H
/* The MD5 message digest, RFC 1321, as routing protocols sign with it: over octets and a key. */
#include <stddef.h>
#include <stdint.h>

enum { MD5_DIGEST = 16, MD5_BLOCK = 64 };
struct md5 {
    uint32_t state[4];
    uint64_t count; /* octets so far */
    uint8_t block[MD5_BLOCK];
};
void md5_begin(struct md5 *);
void md5_add(struct md5 *, const uint8_t *octets, size_t count);
void md5_end(struct md5 *, uint8_t digest[MD5_DIGEST]);
/* Of the octets with the key of 16 octets appended: RFC 2082 3.2.1, RFC 2328 D.4.3 (6). */
void md5_keyed(uint8_t digest[MD5_DIGEST], const uint8_t *octets, size_t count,
               const uint8_t key[MD5_DIGEST]);

#endif
