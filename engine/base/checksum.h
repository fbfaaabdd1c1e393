#ifndef NETSTEP_BASE_CHECKSUM_H
#define NETSTEP_BASE_CHECKSUM_H
/* The Internet checksum, RFC 1071, its incremental update, RFC 1624 eqn. 3; and Fletcher's, RFC 905
 * annex B. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

uint32_t checksum_add(uint32_t sum, const uint8_t *octets,
                      size_t count); /* an odd tail is padded */
uint32_t checksum_add_pseudo(uint32_t sum, uint32_t src, uint32_t dst, uint8_t protocol,
                             uint16_t length);
/* Whether octets that hold their own checksum sum up as they must; `count` a multiple of 4. For
 * short headers: RFC 1071 2(B), the order of octets does not matter to that question. */
static inline bool checksum_of_words_holds(const uint8_t *octets, size_t count) {
    uint64_t total = 0;
    uint32_t word;
    for (size_t at = 0; at < count; at += sizeof word) {
        memcpy(&word, octets + at, sizeof word);
        total += word;
    }
    total = (total & 0xffffffff) + (total >> 32);
    total = (total & 0xffff) + (total >> 16);
    total = (total & 0xffff) + (total >> 16);
    return ((total & 0xffff) + (total >> 16)) == 0xffff;
}
uint16_t checksum_finish(uint32_t sum); /* folded and complemented: what the header carries */
uint16_t checksum_update(uint16_t old_checksum, uint16_t old_word, uint16_t new_word);

/* RFC 905 annex B: what the two octets at `at` must be so that both sums over all `count` octets
 * are zero; what stands there now does not matter. Neither of the two is ever zero. */
uint16_t fletcher_checksum(const uint8_t *octets, size_t count, size_t at);
bool fletcher_holds(const uint8_t *octets, size_t count);

#endif
