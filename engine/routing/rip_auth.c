#include "routing/rip.h"
/*
 * Authentication (RFC 2453 4.1, 5.2): the first entry carries a password, or says that a digest of
 * the message and a key stands behind it (RFC 2082, RFC 4822 2.4). The key's number and a sequence
 * number that never decreases go with the digest; ours is the time in seconds, so that a daemon
 * that begins anew has not forgotten it.
 *
 * Differs: 5.2 would accept RIP-1 messages where authentication is in use and advises against it;
 * as FRR we do not. FRR counts the trailer's header in the digest's length (20), as the first ripd
 * did, unless it is told `auth-length rfc`: either is heard. Left out: lifetimes of keys (the first
 * key of a chain signs, any of them is accepted), and RFC 4822's HMAC-SHA.
 */
#include "routing/keychain.h"

static const sim_time second_ns = 1000000000;

static void secret_of(uint8_t secret[RIP_PASSWORD], const char *text) {
    memset(secret, 0, RIP_PASSWORD); /* left-justified and padded with zeroes */
    for (size_t i = 0; i < RIP_PASSWORD && text[i] != '\0'; i++) secret[i] = (uint8_t)text[i];
}

/* The key that signs what leaves by the interface; its number. */
static uint32_t signing_key(const struct lab *lab, const struct rip_interface *i,
                            uint8_t secret[RIP_PASSWORD]) {
    const struct key *k = i->chain[0] != '\0' ? key_first(lab, i->node, i->chain) : NULL;
    secret_of(secret, k != NULL ? k->secret : i->secret);
    return k != NULL ? k->number : 1;
}

bool rip_auth_open(struct step *s, struct rip_interface *i, uint32_t version, struct writer *w) {
    struct rip_auth a = {.type = RIP_AUTH_PASSWORD};
    if (i->auth == RIP_AUTH_OFF || version == 1) return false;
    uint32_t key = signing_key(s->lab, i, a.password);
    if (i->auth == RIP_AUTH_DIGEST) {
        uint32_t now = (uint32_t)(s->now / second_ns);
        if (now > i->said) i->said = now;
        a = (struct rip_auth){.type = RIP_AUTH_CRYPTOGRAPHIC,
                              .key_id = (uint8_t)key,
                              .data_length =
                                  i->rfc_length != 0 ? RIP_DIGEST : RIP_DIGEST + RIP_TRAILER_HEADER,
                              .sequence = i->said};
    }
    rip_emit_auth(w, &a); /* R12, 4.1 */
    return true;
}

void rip_auth_close(struct step *s, const struct rip_interface *i, uint32_t version,
                    struct writer *w) {
    uint8_t secret[RIP_PASSWORD];
    if (i->auth != RIP_AUTH_DIGEST || version == 1) return;
    signing_key(s->lab, i, secret);
    rip_emit_trailer(w, secret);
}

/* ---------------------------------------------------------------------------------- checking */

static bool fails(struct step *s, const struct rip_heard *h, enum reason reason,
                  const char *clause) {
    rip_discard(s, h, reason, clause);
    return false;
}

/* Any key of the chain will do for a password; for a digest the message says which. */
static bool password_is_right(const struct lab *lab, const struct rip_interface *on,
                              const struct rip_auth *a) {
    uint8_t secret[RIP_PASSWORD];
    if (on->chain[0] == '\0') {
        secret_of(secret, on->secret);
        return memcmp(secret, a->password, sizeof secret) == 0;
    }
    for (const struct key *k = key_first(lab, on->node, on->chain); k != NULL;
         k = key_after(lab, k)) {
        secret_of(secret, k->secret);
        if (memcmp(secret, a->password, sizeof secret) == 0) return true;
    }
    return false;
}

static bool key_named(const struct lab *lab, const struct rip_interface *on, uint32_t number,
                      uint8_t secret[RIP_PASSWORD]) {
    if (on->chain[0] == '\0') {
        secret_of(secret, on->secret);
        return true;
    }
    const struct key *k = key_numbered(lab, on->node, on->chain, number);
    if (k == NULL) return false;
    secret_of(secret, k->secret);
    return true;
}

/* RFC 2082 3.2.2: not less than the last one, from a neighbour of whom routes may be in use; one
 * that was lost may begin with zero again. Of whom nothing can be remembered nothing is believed:
 * what was said before could be said again. */
static bool sequence_is_right(struct step *s, const struct rip_heard *h, const struct rip_auth *a) {
    const struct datagram *d = h->datagram;
    struct rip_peer *p = rip_peer_make(s, h->rip, d->from.address, d->interface);
    if (p == NULL) return false;
    bool known = p->digests != 0 && p->key == a->key_id;
    bool lost = s->now - p->heard_at >= rip_timeout_time(s->lab, h->rip);
    if (known && a->sequence < p->sequence && !(lost && a->sequence == 0)) return false;
    p->key = a->key_id;
    p->sequence = a->sequence;
    p->digests = 1;
    return true;
}

static bool digest_is_right(struct step *s, const struct rip_heard *h, const struct rip_auth *a) {
    uint8_t secret[RIP_PASSWORD], digest[RIP_DIGEST];
    bool length = a->data_length == RIP_DIGEST || a->data_length == RIP_DIGEST + RIP_TRAILER_HEADER;
    if (!length || a->digest == NULL) return fails(s, h, REASON_RIP_AUTH_LENGTH, "RFC 2082 3.1");
    if (!key_named(s->lab, h->on, a->key_id, secret))
        return fails(s, h, REASON_RIP_AUTH_KEY, "RFC 4822 2.3.2");
    rip_digest(digest, h->datagram->octets, a->packet_length + RIP_TRAILER_HEADER, secret);
    if (memcmp(digest, a->digest, sizeof digest) != 0)
        return fails(s, h, REASON_RIP_AUTH_DIGEST, "RFC 2082 3.2.2");
    if (!sequence_is_right(s, h, a)) return fails(s, h, REASON_RIP_AUTH_SEQUENCE, "RFC 2082 3.2.2");
    return true;
}

/* R12, 5.2. */
bool rip_auth_check(struct step *s, struct rip_heard *h) {
    struct rip_auth a;
    enum rip_auth_mode mode = (enum rip_auth_mode)h->on->auth;
    bool has = h->header.version != 1 && rip_has_auth(&h->entries);
    if (mode == RIP_AUTH_OFF) return !has || fails(s, h, REASON_RIP_AUTH_UNWANTED, "RFC 2453 5.2");
    if (!has) return fails(s, h, REASON_RIP_AUTH_MISSING, "RFC 2453 5.2");
    if (rip_parse_auth(&a, &h->entries) != PARSE_OK)
        return fails(s, h, REASON_RIP_AUTH_LENGTH, "RFC 2082 3.1");
    uint32_t type = mode == RIP_AUTH_TEXT ? RIP_AUTH_PASSWORD : RIP_AUTH_CRYPTOGRAPHIC;
    if (a.type != type) return fails(s, h, REASON_RIP_AUTH_TYPE, "RFC 2453 5.2");
    if (mode == RIP_AUTH_DIGEST) return digest_is_right(s, h, &a);
    return password_is_right(s->lab, h->on, &a) ||
           fails(s, h, REASON_RIP_AUTH_PASSWORD, "RFC 2453 5.2");
}
