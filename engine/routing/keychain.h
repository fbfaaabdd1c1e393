#ifndef NETSTEP_ROUTING_KEYCHAIN_H
#define NETSTEP_ROUTING_KEYCHAIN_H
/* Key chains, FRR's `key chain NAME`: keys with numbers, for daemons that sign what they say. */
#include "routing/daemon.h"

enum { KEY_CHAIN_ROOM = 32, KEY_SECRET_ROOM = 20, KEY_NUMBER_MOST = 255 };

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct key { /* of a chain; one without a number stands for the chain itself */
    struct id next;
    uint32_t node, numbered, number;
    char chain[KEY_CHAIN_ROOM];
    char secret[KEY_SECRET_ROOM];
};
#pragma GCC diagnostic pop

/* One line; `no` has been taken off. chain NULL: "key chain NAME". key below 0: "key NUMBER" within
 * that chain. Else "key-string SECRET" within that key. */
enum config_result key_config(struct step *, uint32_t node, const char *chain, int64_t key, bool no,
                              size_t count, char **words, struct text *why);
bool key_chain_exists(const struct lab *, uint32_t node, const char *chain);
void keys_running_config(const struct lab *, uint32_t node, struct say *);

/* The chain's keys, by rising number; NULL: no more. */
const struct key *key_first(const struct lab *, uint32_t node, const char *chain);
const struct key *key_after(const struct lab *, const struct key *);
const struct key *key_numbered(const struct lab *, uint32_t node, const char *chain,
                               uint32_t number);

extern const struct object_kind key_kind;

#endif
