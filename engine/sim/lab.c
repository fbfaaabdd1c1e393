#include "sim/lab.h"
/*
 * The lab's memory: accessors of nodes and interfaces, the arena, and pools with generations.
 *
 * A pool is a directory of pages; a page is taken from the arena when the first of its slots is
 * handed out, and never given back. Free slots are threaded through their headers, the one freed
 * last is used first. An object is zero when it is handed out and zeroed when it is freed, so the
 * block never holds the remains of the dead, and equal labs are equal octets.
 *
 * A generation is odd while the slot is live; an id is stale as soon as its slot was freed.
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/state.h"

struct node *node_at(struct lab *lab, uint32_t node) {
    assert(node >= 1 && node <= lab->node_count);
    return (struct node *)lab_at(lab, lab->nodes) + (node - 1);
}

const struct node *node_view_at(const struct lab *lab, uint32_t node) {
    assert(node >= 1 && node <= lab->node_count);
    return (const struct node *)lab_const_at(lab, lab->nodes) + (node - 1);
}

struct interface *interface_at(struct lab *lab, uint32_t global_number) {
    assert(global_number >= 1 && global_number <= lab->interface_count);
    return (struct interface *)lab_at(lab, lab->interfaces) + (global_number - 1);
}

uint32_t interface_global(const struct lab *lab, uint32_t node, uint32_t n) {
    const struct node *owner = node_view_at(lab, node);
    assert(n >= 1 && n <= owner->interface_count);
    return owner->first_interface + n - 1;
}

struct interface *node_interface(struct lab *lab, uint32_t node, uint32_t n) {
    return interface_at(lab, interface_global(lab, node, n));
}

uint64_t lab_seed(const struct lab *lab) {
    return lab->seed;
}

/* -------------------------------------------------------------------------------- the arena */

uint64_t arena_take(struct lab *lab, uint64_t octets) {
    uint64_t offset = lab->used, rounded = (octets + PAGE_UNIT - 1) / PAGE_UNIT * PAGE_UNIT;
    assert(rounded <= lab->size - offset);
    memset(lab_at(lab, offset), 0, rounded);
    lab->used += rounded;
    return offset;
}

static void pool_grow(struct lab *lab, struct pool *p) {
    uint32_t page = p->high >> p->page_shift;
    uint32_t *directory = lab_at(lab, p->directory);
    if (directory[page] != 0) return;
    uint64_t octets = (uint64_t)p->stride << p->page_shift;
    directory[page] = (uint32_t)(arena_take(lab, octets) / PAGE_UNIT);
}

struct memos *lab_memos(struct lab *lab) {
    return lab_at(lab, lab->memos);
}

void memos_forget(struct lab *lab) {
    struct memos *all = lab_memos(lab);
    if (all->any != 0) memset(all, 0, sizeof *all);
}

/* -------------------------------------------------------------------------------- the pools */

struct id pool_take(struct lab *lab, enum pool_kind kind) {
    struct pool *p = &lab->pools[kind];
    if (p->live == p->capacity) return (struct id){0, 0};
    uint32_t number = p->free;
    if (number == 0) {
        pool_grow(lab, p);
        number = ++p->high;
    }
    struct slot *slot = pool_slot(lab, p, number);
    if (number == p->free) p->free = slot->next_free;
    slot->next_free = 0;
    slot->generation += 1;
    p->live += 1;
    assert(slot->generation & 1);
    return (struct id){number, slot->generation};
}

void pool_give(struct lab *lab, enum pool_kind kind, uint32_t number, size_t dirty) {
    struct pool *p = &lab->pools[kind];
    struct slot *slot = pool_slot(lab, p, number);
    assert((slot->generation & 1) && dirty <= p->stride - sizeof *slot);
    memset(slot_object(slot), 0, dirty);
    slot->generation += 1;
    slot->next_free = p->free;
    p->free = number;
    p->live -= 1;
}

struct id pool_id(struct lab *lab, enum pool_kind kind, uint32_t number) {
    const struct slot *slot = pool_slot(lab, &lab->pools[kind], number);
    assert(slot->generation & 1);
    return (struct id){number, slot->generation};
}

static void *object_at(struct lab *lab, enum pool_kind kind, struct id id) {
    const struct pool *p = &lab->pools[kind];
    if (id.slot - 1 >= p->high) return NULL; /* 0 is none */
    struct slot *slot = pool_slot(lab, p, id.slot);
    return slot->generation == id.generation ? slot_object(slot) : NULL;
}

const void *object_get(const struct lab *lab, enum pool_kind kind, struct id id) {
    return object_at((struct lab *)lab, kind, id); /* read only: what comes back is const again */
}

void *object_edit(struct step *s, enum pool_kind kind, struct id id) {
    void *object = object_at(s->lab, kind, id);
    if (object != NULL && s->sink != NULL) watch_edit(s, kind, id, object);
    return object;
}

void *object_touch(struct lab *lab, enum pool_kind kind, struct id id) {
    return object_at(lab, kind, id);
}

struct id object_create(struct step *s, enum pool_kind kind, uint32_t node) {
    assert(node <= s->lab->node_count);
    struct id id = pool_take(s->lab, kind);
    if (id_is(id) && s->sink != NULL) watch_created(s, kind, id);
    return id;
}

void object_destroy(struct step *s, enum pool_kind kind, struct id id) {
    assert(object_at(s->lab, kind, id) != NULL);
    if (s->sink != NULL) watch_destroyed(s, kind, id);
    pool_give(s->lab, kind, id.slot, s->lab->pools[kind].stride - sizeof(struct slot));
}

struct id object_next(const struct lab *lab, enum pool_kind kind, struct id after) {
    const struct pool *p = &lab->pools[kind];
    for (uint32_t number = after.slot + 1; number <= p->high; number++) {
        const struct slot *slot = pool_slot((struct lab *)lab, p, number);
        if (slot->generation & 1) return (struct id){number, slot->generation};
    }
    return (struct id){0, 0};
}

uint32_t pool_live(const struct lab *lab, enum pool_kind kind) {
    return lab->pools[kind].live;
}

uint32_t pool_capacity(const struct lab *lab, enum pool_kind kind) {
    return lab->pools[kind].capacity;
}

struct id *bucket(struct lab *lab, enum bucket_set set, uint64_t hash) {
    struct id *heads = lab_at(lab, lab->bucket_heads[set]);
    return &heads[hash & lab->bucket_mask[set]];
}

/* ------------------------------------------------------------------------- looking into a lab */

size_t lab_used(const struct lab *lab) {
    return lab->used;
}

sim_time lab_now(const struct lab *lab) {
    return lab->clock;
}

uint64_t lab_steps(const struct lab *lab) {
    return lab->steps;
}

static bool span_is(const char *name, const char *span, size_t length) {
    return strlen(name) == length && memcmp(name, span, length) == 0;
}

/* Names lie in a table of node numbers, open to the next free place. */
uint32_t node_named_span(const struct lab *lab, const char *name, size_t length) {
    char copy[NODE_NAME_ROOM];
    if (length == 0 || length >= sizeof copy) return 0;
    memcpy(copy, name, length);
    copy[length] = '\0';
    const uint32_t *names = lab_const_at(lab, lab->names);
    for (uint64_t at = hash_text(0, copy);; at++) {
        uint32_t node = names[at & lab->name_mask];
        if (node == 0 || span_is(node_view_at(lab, node)->name, name, length)) return node;
    }
}

uint32_t lab_node_named(const struct lab *lab, const char *name) {
    return node_named_span(lab, name, strlen(name));
}

uint32_t interface_named(const struct lab *lab, uint32_t node, const char *name, size_t length) {
    const struct node *owner = node_view_at(lab, node);
    const struct interface *all = lab_const_at(lab, lab->interfaces);
    for (uint32_t i = 0; i < owner->interface_count; i++)
        if (span_is(all[owner->first_interface - 1 + i].name, name, length))
            return owner->first_interface + i;
    return 0;
}
