#ifndef NETSTEP_BASE_CHECKSUM_H
#define NETSTEP_BASE_CHECKSUM_H
/* The Internet checksum, RFC 1071, and its incremental update, RFC 1624 eqn. 3. */
#include <stddef.h>
#include <stdint.h>

uint32_t checksum_add(uint32_t sum, const uint8_t *octets,
                      size_t count); /* an odd tail is padded */
uint32_t checksum_add_pseudo(uint32_t sum, uint32_t src, uint32_t dst, uint8_t protocol,
                             uint16_t length);
uint16_t checksum_finish(uint32_t sum); /* folded and complemented: what the header carries */
uint16_t checksum_update(uint16_t old_checksum, uint16_t old_word, uint16_t new_word);

#endif
