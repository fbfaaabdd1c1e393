#include "routing/keychain.h"
/*
 * Key chains are the node's. They stand in one list, sorted by name and number; a record without a
 * number stands for the chain itself, so that it exists before it has keys. Left out: lifetimes
 * (accept-lifetime, send-lifetime) and cryptographic algorithms other than the user's choice.
 */
#include <string.h>

static const struct key *get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_KEY, id);
}

static struct key *edit(struct step *s, struct id id) {
    return object_edit(s, POOL_KEY, id);
}

static int name_order(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) a++, b++;
    return (int)(uint8_t)*a - (int)(uint8_t)*b;
}

static int order(const struct key *k, const char *chain, uint32_t numbered, uint32_t number) {
    int names = name_order(k->chain, chain);
    if (names != 0) return names;
    if (k->numbered != numbered) return k->numbered < numbered ? -1 : 1;
    return k->number < number ? -1 : k->number > number;
}

/* The link where that record stands, or would. */
static struct id *place(struct step *s, uint32_t node, const char *chain, uint32_t numbered,
                        uint32_t number) {
    struct id *at = &node_at(s->lab, node)->first_key;
    while (id_is(*at) && order(get(s->lab, *at), chain, numbered, number) < 0)
        at = &edit(s, *at)->next;
    return at;
}

static struct key *find(struct step *s, uint32_t node, const char *chain, uint32_t numbered,
                        uint32_t number) {
    struct id id = *place(s, node, chain, numbered, number);
    bool found = id_is(id) && order(get(s->lab, id), chain, numbered, number) == 0;
    return found ? edit(s, id) : NULL;
}

static struct key *make(struct step *s, uint32_t node, const char *chain, uint32_t numbered,
                        uint32_t number) {
    struct key *k = find(s, node, chain, numbered, number);
    if (k != NULL) return k;
    struct id id = object_create(s, POOL_KEY, node);
    k = edit(s, id);
    if (k == NULL) return NULL;
    k->node = node;
    k->numbered = numbered;
    k->number = number;
    copy_text(k->chain, sizeof k->chain, chain);
    struct id *at = place(s, node, chain, numbered, number);
    k->next = *at;
    *at = id;
    return k;
}

/* A chain goes with all of its keys. */
static void drop(struct step *s, uint32_t node, const char *chain, uint32_t numbered,
                 uint32_t number) {
    struct id *at = place(s, node, chain, numbered, number);
    const struct key *k;
    while ((k = get(s->lab, *at)) != NULL && same_text(k->chain, chain)) {
        if (numbered != 0 && k->number != number) return;
        struct id gone = *at;
        *at = k->next;
        object_destroy(s, POOL_KEY, gone);
    }
}

/* -------------------------------------------------------------------------------- the lines */

static enum config_result made(const struct key *k, struct text *why) {
    if (k != NULL) return CONFIG_OK;
    text_add(why, "% No room for one more key");
    return CONFIG_BAD;
}

static enum config_result chain_line(struct step *s, uint32_t node, bool no, size_t count,
                                     char **words, struct text *why) {
    if (count < 3 || !same_text(words[1], "chain") || strlen(words[2]) >= KEY_CHAIN_ROOM)
        return CONFIG_UNKNOWN;
    if (no) {
        drop(s, node, words[2], 0, 0);
        return CONFIG_OK;
    }
    enum config_result result = made(make(s, node, words[2], 0, 0), why);
    if (result != CONFIG_OK || count == 3) return result;
    return key_config(s, node, words[2], -1, false, count - 3, words + 3, why); /* in one line */
}

static enum config_result key_line(struct step *s, uint32_t node, const char *chain, bool no,
                                   size_t count, char **words, struct text *why) {
    uint64_t number;
    if (count < 2 || !parse_u64(words[1], &number) || number > KEY_NUMBER_MOST)
        return CONFIG_UNKNOWN;
    if (no) {
        drop(s, node, chain, 1, (uint32_t)number);
        return CONFIG_OK;
    }
    enum config_result result = made(make(s, node, chain, 1, (uint32_t)number), why);
    if (result != CONFIG_OK || count == 2) return result;
    return key_config(s, node, chain, (int64_t)number, false, count - 2, words + 2, why);
}

enum config_result key_config(struct step *s, uint32_t node, const char *chain, int64_t key,
                              bool no, size_t count, char **words, struct text *why) {
    if (count == 0) return CONFIG_UNKNOWN;
    if (chain == NULL)
        return same_text(words[0], "key") ? chain_line(s, node, no, count, words, why)
                                          : CONFIG_UNKNOWN;
    if (key < 0)
        return same_text(words[0], "key") ? key_line(s, node, chain, no, count, words, why)
                                          : CONFIG_UNKNOWN;
    struct key *k = find(s, node, chain, 1, (uint32_t)key);
    bool takes = no ? count >= 1 : count == 2 && strlen(words[1]) < KEY_SECRET_ROOM;
    if (k == NULL || !same_text(words[0], "key-string") || !takes) return CONFIG_UNKNOWN;
    copy_text(k->secret, sizeof k->secret, no ? "" : words[1]);
    return CONFIG_OK;
}

/* --------------------------------------------------------------------------------- looking */

static const struct key *find_from(const struct lab *lab, struct id id, const char *chain,
                                   uint32_t least) {
    for (const struct key *k; (k = get(lab, id)) != NULL; id = k->next)
        if (k->numbered != 0 && k->number >= least && same_text(k->chain, chain)) return k;
    return NULL;
}

bool key_chain_exists(const struct lab *lab, uint32_t node, const char *chain) {
    struct id id = node_view_at(lab, node)->first_key;
    for (const struct key *k; (k = get(lab, id)) != NULL; id = k->next)
        if (same_text(k->chain, chain)) return true;
    return false;
}

const struct key *key_first(const struct lab *lab, uint32_t node, const char *chain) {
    return find_from(lab, node_view_at(lab, node)->first_key, chain, 0);
}

const struct key *key_after(const struct lab *lab, const struct key *k) {
    return find_from(lab, k->next, k->chain, k->number + 1);
}

const struct key *key_numbered(const struct lab *lab, uint32_t node, const char *chain,
                               uint32_t number) {
    const struct key *k = find_from(lab, node_view_at(lab, node)->first_key, chain, number);
    return k != NULL && k->number == number ? k : NULL;
}

static void say_words(struct say *say, const char *a, const char *b) {
    char room[80];
    struct text t = text_of(room, sizeof room);
    text_add(&t, a);
    text_add(&t, b);
    say_line(say, &t);
}

static void say_key(struct say *say, const struct key *k) {
    char room[80];
    struct text t = text_of(room, sizeof room);
    text_add(&t, " key ");
    text_u64(&t, k->number);
    say_line(say, &t);
    if (k->secret[0] != '\0') say_words(say, "  key-string ", k->secret);
    say_words(say, " exit", "");
}

void keys_running_config(const struct lab *lab, uint32_t node, struct say *say) {
    const struct key *k, *behind;
    for (struct id id = node_view_at(lab, node)->first_key; (k = get(lab, id)) != NULL;
         id = k->next) {
        if (k->numbered == 0)
            say_words(say, "key chain ", k->chain);
        else
            say_key(say, k);
        behind = get(lab, k->next);
        if (behind != NULL && same_text(behind->chain, k->chain)) continue;
        say_words(say, "exit", "");
        say_words(say, "!", "");
    }
}

const struct object_kind key_kind = {.size = sizeof(struct key), .table = NO_TABLE};
