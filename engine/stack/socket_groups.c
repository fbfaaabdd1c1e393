#include "stack/socket.h"
/*
 * The groups of sockets (RFC 1112 7.1): each membership is a record of its own, so that one socket
 * may join a group on several interfaces and two sockets the same group; all of a socket's end with
 * it. As on Linux, a socket that is bound to a port hears every group that its host is in
 * (IP_MULTICAST_ALL), whoever joined it. Left out: sources (IP_ADD_SOURCE_MEMBERSHIP).
 */
#include "stack/iface.h"
#include "stack/ip/igmp.h"
#include "stack/stack.h"

enum { MEMBERSHIPS_MAX = 20 }; /* net.ipv4.igmp_max_memberships */

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct membership {
    struct id next, socket; /* next: of the node's list */
    ip4 group;
    uint32_t interface;
};
#pragma GCC diagnostic pop

static struct membership *edit(struct step *s, struct id id) {
    return object_edit(s, POOL_MEMBERSHIP, id);
}

static const struct membership *get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_MEMBERSHIP, id);
}

/* The link where the id of the socket's membership stands; interface and group 0: any. */
static struct id *find(struct step *s, struct id socket, uint32_t interface, ip4 group) {
    struct id *at = &node_at(s->lab, socket_get(s->lab, socket)->node)->first_membership;
    const struct membership *m;
    for (; (m = get(s->lab, *at)) != NULL; at = &edit(s, *at)->next)
        if (id_same(m->socket, socket) && (group == 0 || m->group == group) &&
            (interface == 0 || m->interface == interface))
            break;
    return at;
}

/* ip_mc_find_dev(): without a name it is the interface by which the group would be reached. */
static uint32_t interface_for(const struct step *s, struct id socket, uint32_t named, ip4 group) {
    uint32_t node = socket_get(s->lab, socket)->node;
    ip4 source = named != 0 ? 0 : ip_source_for(s->lab, node, group);
    return named != 0 ? named : iface_with_address(s->lab, node, source);
}

int socket_group_join(struct step *s, struct id id, uint32_t named, ip4 group) {
    struct socket *socket = object_edit(s, POOL_SOCKET, id);
    uint32_t interface = interface_for(s, id, named, group);
    if (!ip_is_multicast(group)) return -LINUX_EINVAL;
    if (interface == 0) return -LINUX_ENODEV;
    if (id_is(*find(s, id, interface, group))) return -LINUX_EADDRINUSE;
    if (socket->groups >= MEMBERSHIPS_MAX) return -LINUX_ENOBUFS;
    struct id made = object_create(s, POOL_MEMBERSHIP, socket->node);
    if (!id_is(made)) return -LINUX_ENOBUFS;
    if (!group_join(s, interface, group)) {
        object_destroy(s, POOL_MEMBERSHIP, made);
        return -LINUX_ENOBUFS;
    }
    struct id *first = &node_at(s->lab, socket->node)->first_membership;
    *edit(s, made) =
        (struct membership){.next = *first, .socket = id, .group = group, .interface = interface};
    *first = made;
    socket->groups++;
    return 0;
}

static void end(struct step *s, struct id *at) {
    struct id gone = *at;
    const struct membership m = *get(s->lab, gone);
    *at = m.next;
    object_destroy(s, POOL_MEMBERSHIP, gone);
    ((struct socket *)object_edit(s, POOL_SOCKET, m.socket))->groups--;
    group_leave(s, m.interface, m.group);
}

int socket_group_leave(struct step *s, struct id id, uint32_t named, ip4 group) {
    struct id *at = find(s, id, named, group);
    if (group == 0 || !id_is(*at)) return -LINUX_EADDRNOTAVAIL;
    end(s, at);
    return 0;
}

void socket_groups_free(struct step *s, struct id id) {
    for (struct id *at = find(s, id, 0, 0); id_is(*at); at = find(s, id, 0, 0)) end(s, at);
}

const struct object_kind membership_kind = {.size = sizeof(struct membership), .table = NO_TABLE};
