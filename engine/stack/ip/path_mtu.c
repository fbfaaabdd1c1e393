#include "stack/ip/ip.h"
/*
 * What the node has learned of the maximum transmission units of paths, RFC 1191 6.2: one number
 * per destination, from "fragmentation needed", believed for net.ipv4.route.mtu_expires (6.3: ten
 * minutes) and then tried anew. Few are kept, the oldest goes first. Left out: raising the estimate
 * step by step; finding out without ICMP (RFC 4821).
 */
#include "stack/sysctl.h"

static const struct path_mtu *find(const struct lab *lab, uint32_t node, ip4 dst) {
    const struct node *n = node_view_at(lab, node);
    for (size_t i = 0; i < PATH_MTUS; i++)
        if (n->path[i].dst == dst && n->path[i].until > lab_now(lab)) return &n->path[i];
    return NULL;
}

uint32_t ip_path_mtu(const struct lab *lab, uint32_t node, ip4 dst, sim_time *until) {
    const struct path_mtu *path = find(lab, node, dst);
    if (path != NULL && until != NULL) *until = path->until;
    return path == NULL ? 0 : path->mtu;
}

void ip_learn_mtu(struct step *s, uint32_t node, ip4 dst, uint32_t mtu) {
    struct path_mtu *path = node_at(s->lab, node)->path, *oldest = path;
    for (size_t i = 0; i < PATH_MTUS; i++) {
        if (path[i].dst == dst) oldest = &path[i];
        if (oldest->dst == dst) break;
        if (path[i].until < oldest->until) oldest = &path[i];
    }
    sim_time life = setting_of(s->lab, node, SETTING_MTU_EXPIRES);
    *oldest = (struct path_mtu){.dst = dst, .mtu = mtu, .until = s->now + life};
}

void ip_forget_mtu(struct step *s, uint32_t node, ip4 dst) {
    struct path_mtu *path = node_at(s->lab, node)->path;
    for (size_t i = 0; i < PATH_MTUS; i++)
        if (path[i].dst == dst) path[i] = (struct path_mtu){0};
}

/* RFC 1191 5 and 7: a router that does not say how much it takes; the next plateau below what was
 * sent. */
uint32_t ip_plateau_below(uint32_t sent) {
    static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};
    for (size_t i = 0; i < sizeof plateaus / sizeof plateaus[0]; i++)
        if (plateaus[i] < sent) return plateaus[i];
    return plateaus[sizeof plateaus / sizeof plateaus[0] - 1];
}

void ip_hear_mtu(struct step *s, uint32_t node, ip4 dst, uint32_t mtu, uint32_t sent) {
    enum { LEAST_MTU = 68 }; /* RFC 1191 3 */
    if (mtu == 0) mtu = ip_plateau_below(sent);
    if (mtu < LEAST_MTU) mtu = LEAST_MTU;
    if (mtu < ip_mtu_for(s->lab, node, dst)) ip_learn_mtu(s, node, dst, mtu);
}
