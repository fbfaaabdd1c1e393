#include "routing/ospf_lsdb.h"
/*
 * The link state database, RFC 2328 12.1 and 12.2, which instance is newer (13.1) and putting one
 * in (13.2). Advertisements of types 1 to 4 hang at their area, those of type 5 at the router, in
 * the order of their keys; the first one's `previous` is the last one, since most come in that
 * order. A search goes by hash over the router, the area, the type and the link state id, which is
 * all that 16.1 knows of a network-LSA.
 *
 * A newer instance takes the place of the older one: the object stays, so what hangs at it by its
 * id stays as well. Bodies lie in blocks of a pool of their own.
 */
#include <assert.h>
#include <string.h>

static const struct id none = {0, 0};

const struct ospf_lsa *ospf_lsa_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_OSPF_LSA, id);
}

struct ospf_lsa *ospf_lsa_edit(struct step *s, struct id id) {
    return object_edit(s, POOL_OSPF_LSA, id);
}

struct ospf_lsa *ospf_lsa_touch(struct step *s, struct id id) {
    return object_touch(s->lab, POOL_OSPF_LSA, id);
}

struct ospf *ospf_touch(struct step *s, struct id id) {
    return object_touch(s->lab, POOL_OSPF, id);
}

struct ospf_neighbor *ospf_neighbor_touch(struct step *s, struct id id) {
    return object_touch(s->lab, POOL_OSPF_NEIGHBOR, id);
}

struct ospf_interface *ospf_interface_touch(struct step *s, struct id id) {
    return object_touch(s->lab, POOL_OSPF_INTERFACE, id);
}

struct ospf_key_of_lsa ospf_key_of(const struct ospf_lsa_header *h) {
    return (struct ospf_key_of_lsa){h->type, h->link_state_id, h->advertising_router};
}

/* ------------------------------------------------------------------------------------ bodies */

static const struct ospf_block *block_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_OSPF_BLOCK, id);
}

static void blocks_free(struct step *s, struct id *first) {
    while (id_is(*first)) {
        struct id gone = *first;
        *first = block_get(s->lab, gone)->next;
        object_destroy(s, POOL_OSPF_BLOCK, gone);
    }
}

/* False: there is not room for all of it, and nothing was taken. */
static bool blocks_fill(struct step *s, uint32_t node, struct id *first, const uint8_t *body,
                        size_t count) {
    uint32_t left = pool_capacity(s->lab, POOL_OSPF_BLOCK) - pool_live(s->lab, POOL_OSPF_BLOCK);
    assert(count <= OSPF_LSA_MOST && !id_is(*first));
    if ((count + OSPF_BLOCK_OCTETS - 1) / OSPF_BLOCK_OCTETS > left) return false;
    for (size_t at = 0; at < count; at += OSPF_BLOCK_OCTETS) {
        size_t part = count - at < OSPF_BLOCK_OCTETS ? count - at : OSPF_BLOCK_OCTETS;
        struct id id = object_create(s, POOL_OSPF_BLOCK, node);
        struct ospf_block *block = object_touch(s->lab, POOL_OSPF_BLOCK, id);
        memcpy(block->octets, body + at, part);
        *first = id;
        first = &block->next;
    }
    return true;
}

static size_t blocks_copy(const struct lab *lab, struct id first, uint8_t *out, size_t count) {
    size_t at = 0;
    for (const struct ospf_block *b; at < count && (b = block_get(lab, first)) != NULL;
         first = b->next) {
        size_t part = count - at < OSPF_BLOCK_OCTETS ? count - at : OSPF_BLOCK_OCTETS;
        memcpy(out + at, b->octets, part);
        at += part;
    }
    return at;
}

size_t ospf_lsa_body(const struct lab *lab, struct id id, uint8_t out[OSPF_LSA_MOST]) {
    const struct ospf_lsa *lsa = ospf_lsa_get(lab, id);
    return blocks_copy(lab, lsa->first_block, out, lsa->header.length - OSPF_LSA_HEADER);
}

bool ospf_lsa_same_body(const struct lab *lab, struct id id, const uint8_t *body, size_t count) {
    const struct ospf_lsa *lsa = ospf_lsa_get(lab, id);
    struct id block = lsa->first_block;
    if (lsa->header.length != count + OSPF_LSA_HEADER) return false;
    for (size_t at = 0; at < count; at += OSPF_BLOCK_OCTETS) {
        size_t part = count - at < OSPF_BLOCK_OCTETS ? count - at : OSPF_BLOCK_OCTETS;
        const struct ospf_block *b = block_get(lab, block);
        if (memcmp(b->octets, body + at, part) != 0) return false;
        block = b->next;
    }
    return true;
}

/* What the router wants to say next, while MinLSInterval or a flush holds it back. */
bool ospf_wanted_keep(struct step *s, struct ospf_lsa *lsa, const uint8_t *body, size_t count) {
    blocks_free(s, &lsa->wanted_block);
    if (!blocks_fill(s, lsa->node, &lsa->wanted_block, body, count)) return false;
    lsa->wanted_length = (uint32_t)count;
    lsa->wanted = OSPF_WANTED_OTHER;
    return true;
}

void ospf_wanted_forget(struct step *s, struct ospf_lsa *lsa) {
    blocks_free(s, &lsa->wanted_block);
    lsa->wanted_length = lsa->wanted_options = 0;
    lsa->wanted = OSPF_WANTED_NOTHING;
}

size_t ospf_wanted_body(const struct lab *lab, const struct ospf_lsa *lsa,
                        uint8_t out[OSPF_LSA_MOST]) {
    return blocks_copy(lab, lsa->wanted_block, out, lsa->wanted_length);
}

/* ----------------------------------------------------------------------------- finding one */

static struct id *chain_of(struct lab *lab, uint32_t node, struct id area, uint32_t type,
                           uint32_t link_state_id) {
    uint64_t place = (uint64_t)node << 32 | area.slot;
    return bucket(lab, BUCKET_OSPF_LSA, hash_mix(place, (uint64_t)type << 32 | link_state_id));
}

/* `router` NULL: of whichever advertising router. */
static struct id find(const struct lab *lab, uint32_t node, struct id area, uint32_t type,
                      uint32_t link_state_id, const uint32_t *router) {
    struct id id = *chain_of((struct lab *)lab, node, area, type, link_state_id); /* only looks */
    for (const struct ospf_lsa *l; (l = ospf_lsa_get(lab, id)) != NULL; id = l->chain)
        if (l->node == node && l->header.type == type && l->header.link_state_id == link_state_id &&
            id_same(l->area, area) && (router == NULL || l->header.advertising_router == *router))
            return id;
    return none;
}

struct id ospf_lsa_find(const struct lab *lab, struct id ospf, struct id area,
                        struct ospf_key_of_lsa key) {
    return find(lab, ospf_get(lab, ospf)->node, key.type == OSPF_EXTERNAL_LSA ? none : area,
                key.type, key.link_state_id, &key.advertising_router);
}

struct id ospf_lsa_network(const struct lab *lab, struct id area, ip4 link_state_id) {
    return find(lab, ospf_area_get(lab, area)->node, area, OSPF_NETWORK_LSA, link_state_id, NULL);
}

struct id ospf_lsa_first(const struct lab *lab, struct id ospf, struct id area) {
    return id_is(area) ? ospf_area_get(lab, area)->first_lsa : ospf_get(lab, ospf)->first_external;
}

/* Seconds. Whatever the setting calls MaxAge is MaxAge to the protocol: so it is sent, too. */
uint32_t ospf_lsa_age(const struct lab *lab, struct id id, sim_time now) {
    const struct ospf_lsa *lsa = ospf_lsa_get(lab, id);
    int64_t age = lsa->header.age + (now - lsa->installed_at) / SEC(1);
    int64_t most = setting_of(lab, lsa->node, SETTING_OSPF_MAX_AGE) / SEC(1);
    return age >= most || age >= OSPF_MAX_AGE ? OSPF_MAX_AGE : (uint32_t)age; /* O12 12.1.1 */
}

/* O19 13.1. Sequence numbers are signed, 12.1.6. */
int ospf_lsa_newer(const struct ospf_lsa_header *a, uint32_t age_a, const struct ospf_lsa_header *b,
                   uint32_t age_b) {
    if (a->sequence != b->sequence) return (int32_t)a->sequence > (int32_t)b->sequence ? 1 : -1;
    if (a->checksum != b->checksum) return a->checksum > b->checksum ? 1 : -1;
    bool old_a = age_a >= OSPF_MAX_AGE, old_b = age_b >= OSPF_MAX_AGE;
    if (old_a != old_b) return old_a ? 1 : -1;
    uint32_t apart = age_a > age_b ? age_a - age_b : age_b - age_a;
    if (apart > OSPF_MAX_AGE_DIFF) return age_a < age_b ? 1 : -1;
    return 0;
}

/* --------------------------------------------------------------------- the order of a database */

static int compare(const struct ospf_lsa_header *a, const struct ospf_lsa_header *b) {
    if (a->type != b->type) return a->type < b->type ? -1 : 1;
    if (a->link_state_id != b->link_state_id) return a->link_state_id < b->link_state_id ? -1 : 1;
    if (a->advertising_router == b->advertising_router) return 0;
    return a->advertising_router < b->advertising_router ? -1 : 1;
}

static struct id *first_of(struct step *s, const struct ospf_lsa *lsa) {
    if (!id_is(lsa->area)) return &ospf_touch(s, lsa->ospf)->first_external;
    struct ospf_area *area = object_touch(s->lab, POOL_OSPF_AREA, lsa->area);
    return &area->first_lsa;
}

static void count_add(struct step *s, const struct ospf_lsa *lsa, uint32_t more) {
    if (id_is(lsa->area))
        ospf_area_edit(s, lsa->area)->lsa_count += more;
    else
        ospf_edit(s, lsa->ospf)->external_count += more;
}

static void enter_order(struct step *s, struct id id, struct ospf_lsa *lsa) {
    struct id *first = first_of(s, lsa);
    struct ospf_lsa *head = ospf_lsa_touch(s, *first);
    struct id before = head == NULL ? none : head->previous; /* the last one */
    struct ospf_lsa *front = ospf_lsa_touch(s, before);
    while (front != NULL && compare(&front->header, &lsa->header) > 0) {
        before = front == head ? none : front->previous;
        front = ospf_lsa_touch(s, before);
    }
    lsa->next = front == NULL ? *first : front->next;
    struct ospf_lsa *behind = ospf_lsa_touch(s, lsa->next);
    lsa->previous = front != NULL ? before : head != NULL ? head->previous : id;
    *(front == NULL ? first : &front->next) = id;
    if (behind != NULL)
        behind->previous = id;
    else
        ospf_lsa_touch(s, *first)->previous = id;
}

static void leave_order(struct step *s, struct id id, const struct ospf_lsa *lsa) {
    struct id *first = first_of(s, lsa);
    bool is_first = id_same(*first, id);
    struct ospf_lsa *behind = ospf_lsa_touch(s, lsa->next);
    *(is_first ? first : &ospf_lsa_touch(s, lsa->previous)->next) = lsa->next;
    if (behind != NULL)
        behind->previous = lsa->previous;
    else if (!is_first)
        ospf_lsa_touch(s, *first)->previous = lsa->previous;
}

static void enter_chain(struct step *s, struct id id, struct ospf_lsa *lsa) {
    struct id *head =
        chain_of(s->lab, lsa->node, lsa->area, lsa->header.type, lsa->header.link_state_id);
    lsa->chain = *head;
    *head = id;
}

static void leave_chain(struct step *s, struct id id, const struct ospf_lsa *lsa) {
    struct id *at =
        chain_of(s->lab, lsa->node, lsa->area, lsa->header.type, lsa->header.link_state_id);
    while (!id_same(*at, id)) at = &ospf_lsa_touch(s, *at)->chain;
    *at = lsa->chain;
}

/* -------------------------------------------------------------------------- in and out of it */

static struct id create(struct step *s, struct id ospf, struct id area,
                        const struct ospf_lsa_header *h) {
    uint32_t node = ospf_get(s->lab, ospf)->node;
    struct id id = object_create(s, POOL_OSPF_LSA, node);
    if (!id_is(id)) return id;
    struct ospf_lsa *lsa = ospf_lsa_touch(s, id);
    lsa->self = id;
    lsa->ospf = ospf;
    lsa->area = area;
    lsa->node = node;
    lsa->header = *h;
    lsa->originated_at = lsa->sent_at = -1;
    enter_chain(s, id, lsa);
    enter_order(s, id, lsa);
    count_add(s, lsa, 1);
    return id;
}

void ospf_lsa_remove(struct step *s, struct id id) {
    struct ospf_lsa *lsa = ospf_lsa_touch(s, id);
    ospf_retransmissions_forget(s, id);
    if (lsa->flushing) ospf_flushing_ends(s, id);
    ospf_age_leave(s, lsa);
    ospf_wanted_forget(s, lsa);
    leave_chain(s, id, lsa);
    leave_order(s, id, lsa);
    count_add(s, lsa, (uint32_t)-1);
    struct id blocks = lsa->first_block; /* the row that goes may still want to read them */
    object_destroy(s, POOL_OSPF_LSA, id);
    blocks_free(s, &blocks);
}

/* O37 13.2: what counts as a difference. MaxAge before is what the old instance was known by. */
static bool differs(const struct step *s, struct id id, const struct ospf_lsa_header *h,
                    const uint8_t *body, size_t count) {
    const struct ospf_lsa *old = ospf_lsa_get(s->lab, id);
    bool was_old = old->flushing, is_old = h->age >= OSPF_MAX_AGE;
    return old->header.options != h->options || was_old != is_old ||
           !ospf_lsa_same_body(s->lab, id, body, count);
}

/* O37 */
struct id ospf_lsa_install(struct step *s, struct id ospf, struct id area,
                           const struct ospf_lsa_header *h, const uint8_t *body, size_t count) {
    if (h->type == OSPF_EXTERNAL_LSA) area = none;
    struct id id = ospf_lsa_find(s->lab, ospf, area, ospf_key_of(h)), blocks = none;
    bool is_new = !id_is(id), other = is_new || differs(s, id, h, body, count);
    assert(count + OSPF_LSA_HEADER == h->length);
    bool same_octets = !is_new && ospf_lsa_same_body(s->lab, id, body, count);
    uint32_t node = ospf_get(s->lab, ospf)->node;
    if (!same_octets && !blocks_fill(s, node, &blocks, body, count)) return none;
    if (is_new) id = create(s, ospf, area, h);
    if (!id_is(id)) {
        blocks_free(s, &blocks);
        return none;
    }
    ospf_retransmissions_forget(s, id); /* 12.2, 13 (5) (c): of the instance before */
    struct ospf_lsa *lsa = ospf_lsa_edit(s, id);
    if (!same_octets) {
        blocks_free(s, &lsa->first_block);
        lsa->first_block = blocks;
    }
    lsa->header = *h;
    lsa->installed_at = s->now;
    lsa->sent_at = -1;
    lsa->received = 0;
    lsa->self_originated = ospf_is_own(s->lab, ospf, h);
    if (lsa->flushing) ospf_flushing_ends(s, id);
    if (h->age >= OSPF_MAX_AGE) ospf_flushing_begins(s, id);
    ospf_age_enter(s, id);
    if (other) ospf_lsa_changed(s, id);
    return id;
}

static void clear(struct step *s, struct id ospf, struct id area) {
    struct id id;
    while (id_is(id = ospf_lsa_first(s->lab, ospf, area))) ospf_lsa_remove(s, id);
}

void ospf_lsdb_clear(struct step *s, struct id ospf) {
    const struct ospf *o = ospf_get(s->lab, ospf);
    for (struct id area = o->first_area; id_is(area); area = ospf_area_get(s->lab, area)->next)
        clear(s, ospf, area);
    clear(s, ospf, none);
    struct ospf *edited = ospf_touch(s, ospf);
    timer_stop(s, &edited->age_timer);
    timer_stop(s, &edited->origin_timer);
}
