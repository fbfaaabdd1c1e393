#include "stack/socket_netlink.h"
/*
 * Netlink sockets (rtnetlink(7)), for the routing daemons: changes of the node's interfaces,
 * addresses and routes. What Linux tells in messages is a bit each here, and the daemon looks at
 * the node itself. So no message is ever lost, and none tells of what is over: a daemon has to
 * compare with what it knows, as a real one must after ENOBUFS.
 * Left out: messages and requests; daemons change routes by route_put().
 */
#include "sim/trace.h"
#include <assert.h>

static struct socket *edit(struct step *s, struct id id) {
    struct socket *socket = object_edit(s, POOL_SOCKET, id);
    assert(socket != NULL && socket->type == SOCKET_NETLINK);
    return socket;
}

void netlink_want(struct step *s, struct id id, uint32_t bits, enum route_origin own) {
    struct socket *socket = edit(s, id);
    socket->netlink_wants = bits;
    socket->netlink_own = own;
}

uint32_t netlink_take(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    uint32_t bits = socket->netlink_has;
    socket->netlink_has = 0;
    return bits;
}

static void tell(struct step *s, uint32_t node, uint32_t bits, uint32_t origin) {
    uint32_t left = node_view_at(s->lab, node)->netlinks;
    for (struct id id = socket_first(s->lab, node); left > 0 && id_is(id);
         id = socket_get(s->lab, id)->next) {
        const struct socket *socket = socket_get(s->lab, id);
        if (socket->type != SOCKET_NETLINK) continue;
        left--;
        bool own = bits == NETLINK_ROUTE && socket->netlink_own == origin;
        if (own || (socket->netlink_wants & bits) == 0) continue;
        edit(s, id)->netlink_has |= bits & socket->netlink_wants;
        socket_notify(s, id, SOCKET_READABLE);
    }
}

void netlink_tell(struct step *s, uint32_t node, uint32_t bits) {
    assert(bits != NETLINK_ROUTE);
    tell(s, node, bits, 0);
}

void netlink_tell_route(struct step *s, uint32_t node, uint32_t origin) {
    tell(s, node, NETLINK_ROUTE, origin);
}
