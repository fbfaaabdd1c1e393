#ifndef NETSTEP_SIM_MEMO_H
#define NETSTEP_SIM_MEMO_H
/*
 * What the layers above have found out about the lab and would find out again. It is no state:
 * whether a thing was remembered or looked up must not show anywhere, so whoever changes what memos
 * were made from calls memos_forget(), and the lab's hash leaves them out.
 */
#include "sim/step.h"

enum { MEMO_BITS = 7, MEMO_WORDS = 6 };
struct memo {
    uint64_t key; /* 0: nothing is remembered here */
    uint32_t word[MEMO_WORDS];
};
struct memos {
    struct memo memo[1 << MEMO_BITS];
    uint64_t any; /* not 0: something is remembered */
};

struct memos *lab_memos(struct lab *);
void memos_forget(struct lab *);

/* The memo of this key, which is not 0; all words are 0 when it is new. It lasts until the next
 * one is asked for. */
static inline struct memo *memo_of(struct lab *lab, uint64_t key) {
    struct memos *all = lab_memos(lab);
    struct memo *m = &all->memo[key * 0xd1b54a32d192ed03u >> (64 - MEMO_BITS)];
    if (m->key == key) return m;
    *m = (struct memo){.key = key};
    all->any = 1;
    return m;
}

#endif
