#include "routing/ospf_parts.h"
/*
 * Authentication of packets: RFC 2328 appendix D. Null and simple ones carry a checksum of the
 * packet without the authentication field; a cryptographic one carries a digest behind its end,
 * and a sequence number against replay. O34
 *
 * Left out: the lifetimes of keys (D.3). Of several keys the one that was configured last signs;
 * all of them are accepted.
 */
#include "sim/trace.h"

static const struct ospf_key *key_with(const struct ospf_interface *i, uint32_t id) {
    for (uint32_t k = 0; k < OSPF_KEYS_MAX; k++)
        if (i->set.key[k].used != 0 && i->set.key[k].id == id) return &i->set.key[k];
    return NULL;
}

/* The one that was configured last; NULL: none was. */
static const struct ospf_key *key_to_sign(const struct ospf_interface *i) {
    const struct ospf_key *last = NULL;
    for (uint32_t k = 0; k < OSPF_KEYS_MAX; k++)
        if (i->set.key[k].used != 0 && (last == NULL || i->set.key[k].used > last->used))
            last = &i->set.key[k];
    return last;
}

size_t ospf_auth_length(const struct lab *lab, struct id interface) {
    return ospf_interface_get(lab, interface)->au_type == OSPF_AU_CRYPTOGRAPHIC ? OSPF_DIGEST : 0;
}

/* ------------------------------------------------------------------- D.4 */

/* D.3: seconds, as they never fall; and higher with each packet, so that none can be replayed. */
static uint32_t next_sequence(struct step *s, struct id ospf) {
    struct ospf *o = ospf_edit(s, ospf);
    uint32_t seconds = (uint32_t)(s->now / SEC(1));
    o->crypt_sequence = seconds > o->crypt_sequence ? seconds : o->crypt_sequence + 1;
    return o->crypt_sequence;
}

size_t ospf_auth_emit(struct step *s, struct id interface, struct ospf_header *h, uint8_t *packet,
                      size_t length) {
    static const struct ospf_key none = {0};
    const struct ospf_interface *i = ospf_interface_get(s->lab, interface);
    const struct ospf_key *key = key_to_sign(i);
    if (key == NULL) key = &none; /* Differs: as FRR, a key of zeros with the number 0 */
    h->au_type = (uint16_t)i->au_type;
    memset(h->simple_key, 0, sizeof h->simple_key);
    if (i->au_type == OSPF_AU_SIMPLE) memcpy(h->simple_key, i->set.simple_key, OSPF_SIMPLE_KEY);
    if (i->au_type == OSPF_AU_CRYPTOGRAPHIC) {
        h->key_id = (uint8_t)key->id;
        h->auth_length = OSPF_DIGEST;
        h->crypt_sequence = next_sequence(s, i->ospf);
    }
    ospf_emit(packet, length, h);
    if (i->au_type != OSPF_AU_CRYPTOGRAPHIC) return length;
    ospf_digest(packet + length, packet, length, key->key);
    return length + OSPF_DIGEST;
}

/* ------------------------------------------------------------------- D.5 */

static enum reason judge_digest(struct step *s, const struct ospf_packet *p, const uint8_t *octets,
                                size_t count) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, p->interface);
    const struct ospf_key *key = key_with(i, p->header.key_id);
    struct ospf_neighbor *n = ospf_neighbor_edit(s, p->neighbor);
    uint8_t digest[OSPF_DIGEST];
    size_t length = p->header.length;
    if (key == NULL) return REASON_OSPF_KEY_ID;                    /* (1) */
    if (n != NULL && p->header.crypt_sequence < n->crypt_sequence) /* (2) */
        return REASON_OSPF_REPLAY;
    if (p->header.auth_length != OSPF_DIGEST || count < length + OSPF_DIGEST)
        return REASON_OSPF_DIGEST;
    ospf_digest(digest, octets, length, key->key); /* (3) */
    if (memcmp(digest, octets + length, OSPF_DIGEST) != 0) return REASON_OSPF_DIGEST;
    if (n != NULL) n->crypt_sequence = p->header.crypt_sequence;
    return REASON_NONE;
}

bool ospf_auth_accepts(struct step *s, const struct ospf_packet *p, const uint8_t *octets,
                       size_t count, enum reason *why) {
    const struct ospf_interface *i = ospf_interface_get(s->lab, p->interface);
    *why = REASON_NONE;
    if (p->header.au_type != i->au_type)
        *why = REASON_OSPF_AUTH_TYPE;
    else if (i->au_type == OSPF_AU_CRYPTOGRAPHIC)
        *why = judge_digest(s, p, octets, count);
    else if (!ospf_checksum_holds(octets, p->header.length))
        *why = REASON_BAD_CHECKSUM;
    else if (i->au_type == OSPF_AU_SIMPLE &&
             memcmp(p->header.simple_key, i->set.simple_key, OSPF_SIMPLE_KEY) != 0)
        *why = REASON_OSPF_PASSWORD;
    return *why == REASON_NONE;
}
