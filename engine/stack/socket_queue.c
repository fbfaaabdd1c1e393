#include "stack/socket_queue.h"
/*
 * Datagram sockets. A datagram is kept as the frame that brought it, from its IPv4 header on, and
 * parsed again when it is read: nothing is copied before somebody wants it. ICMP sockets are
 * ping's: the identifier of the echo is their port, as with Linux's ping sockets.
 *
 * SO_RCVBUF limits what waits, counted as Linux 6.18 was seen to count it: not the octets, but the
 * memory that they take, fragment by fragment.
 */
#include "base/text.h"
#include "sim/trace.h"
#include "stack/mib.h"
#include "stack/stack.h"
#include "stack/sysctl.h"
#include "wire/udp.h"
#include <assert.h>
#include <string.h>

static struct socket *edit(struct step *s, struct id id) {
    return object_edit(s, POOL_SOCKET, id);
}

static struct id *chain_of(const struct lab *lab, uint32_t node, uint32_t type, uint32_t port) {
    return bucket((struct lab *)lab, BUCKET_SOCKET, hash_mix(node, (uint64_t)type << 32 | port));
}

void socket_chain(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    struct id *chain = chain_of(s->lab, socket->node, socket->type, socket->local_port);
    assert(socket->chained == 0);
    socket->chain = *chain;
    socket->chained = 1;
    *chain = id;
}

struct id socket_chain_first(const struct lab *lab, uint32_t node, enum socket_type type,
                             uint32_t port) {
    return *chain_of(lab, node, type, port);
}

/* How well a socket matches: an address or a peer that it names must be the datagram's, and each
 * that is named counts (RFC 1122 4.1.3.5). 0: not at all. */
static uint32_t score(const struct socket *socket, ip4 local, ip4 remote, uint32_t remote_port) {
    uint32_t points = 1;
    if (socket->local != 0 && socket->local != local) return 0;
    if (socket->remote != 0 && socket->type == SOCKET_UDP &&
        (socket->remote != remote || socket->remote_port != remote_port))
        return 0;
    points += socket->local != 0;
    points += socket->remote != 0 ? 2 : 0;
    return points;
}

struct id socket_find(const struct lab *lab, uint32_t node, enum socket_type type, ip4 local,
                      uint32_t local_port, ip4 remote, uint32_t remote_port) {
    struct id best = {0, 0};
    uint32_t most = 0;
    for (struct id id = *chain_of(lab, node, type, local_port); id_is(id);
         id = socket_get(lab, id)->chain) {
        const struct socket *socket = socket_get(lab, id);
        if (socket->node != node || socket->type != type || socket->local_port != local_port)
            continue;
        uint32_t points = score(socket, local, remote, remote_port);
        if (points > most) {
            most = points;
            best = id;
        }
    }
    return best;
}

struct id socket_find_next(const struct lab *lab, struct id after, uint32_t node,
                           enum socket_type type, ip4 local, uint32_t local_port, ip4 remote,
                           uint32_t remote_port) {
    struct id id =
        id_is(after) ? socket_get(lab, after)->chain : *chain_of(lab, node, type, local_port);
    for (; id_is(id); id = socket_get(lab, id)->chain) {
        const struct socket *socket = socket_get(lab, id);
        if (socket->node == node && socket->type == type && socket->local_port == local_port &&
            score(socket, local, remote, remote_port) > 0)
            break;
    }
    return id;
}

/* The memory that Linux sets aside for a datagram of so many octets, over an MTU of 1500. */
static uint32_t charge(size_t octets) {
    enum { FRAGMENT = 1480, WHOLE = 2304, HALF = 1280, SMALL = 832, HALF_MOST = 673, FEW = 225 };
    uint32_t whole = 0;
    for (; octets > IPV4_HEADER + FRAGMENT; octets -= FRAGMENT) whole += WHOLE;
    return whole + (octets > HALF_MOST ? WHOLE : octets > FEW ? HALF : SMALL);
}

/* __udp_enqueue_schedule_skb(): a datagram alone always fits. */
static bool fits(const struct lab *lab, const struct socket *socket, uint32_t more) {
    int64_t most = socket->wishes.receive_buffer;
    if (most == 0) most = setting_of(lab, socket->node, SETTING_RMEM_DEFAULT);
    return socket->charged == 0 || (int64_t)socket->charged + more <= most;
}

bool socket_deliver(struct step *s, struct id id, uint32_t interface, struct id frame) {
    struct socket *socket = edit(s, id);
    uint32_t more = charge(frame_count(s->lab, frame));
    if (!fits(s->lab, socket, more)) {
        if (socket->type == SOCKET_UDP) mib_add(s, socket->node, MIB_UDP_RCVBUF_ERRORS);
        if (socket->type == SOCKET_UDP) mib_add(s, socket->node, MIB_UDP_IN_ERRORS);
        trace_dropped(s, socket->node, frame, REASON_RECEIVE_QUEUE_FULL, NULL);
        return false;
    }
    socket->charged += more;
    frame_at(s->lab, frame)->next = (struct id){0, 0};
    frame_at(s->lab, frame)->direction = interface;
    if (id_is(socket->last))
        frame_at(s->lab, socket->last)->next = frame;
    else
        socket->first = frame;
    socket->last = frame;
    socket->queued++;
    socket_notify(s, id, SOCKET_READABLE);
    return true;
}

void socket_deliver_error(struct step *s, struct id id, int error) {
    if (error == 0) return;
    edit(s, id)->error = (uint32_t)error;
    socket_notify(s, id, SOCKET_ERROR);
}

static struct id take(struct step *s, struct socket *socket) {
    struct id frame = socket->first;
    socket->first = frame_at(s->lab, frame)->next;
    if (!id_is(socket->first)) socket->last = socket->first;
    socket->queued--;
    socket->charged -= charge(frame_count(s->lab, frame));
    return frame;
}

/* ip_icmp_error(): the message waits beside the datagrams. */
bool socket_queue_error(struct step *s, struct id id, struct id frame) {
    enum { ERRORS_MOST = 64 };
    struct socket *socket = edit(s, id);
    if (socket->error_count >= ERRORS_MOST) return false;
    frame_at(s->lab, frame)->next = (struct id){0, 0};
    if (id_is(socket->last_error))
        frame_at(s->lab, socket->last_error)->next = frame;
    else
        socket->first_error = frame;
    socket->last_error = frame;
    socket->error_count++;
    socket_notify(s, id, SOCKET_ERROR);
    return true;
}

static struct id take_error(struct step *s, struct socket *socket) {
    struct id frame = socket->first_error;
    socket->first_error = frame_at(s->lab, frame)->next;
    if (!id_is(socket->first_error)) socket->last_error = socket->first_error;
    socket->error_count--;
    return frame;
}

int64_t socket_queue_take(struct step *s, struct id id, uint8_t *out, size_t room,
                          struct tcp_endpoint *from) {
    struct socket *socket = edit(s, id);
    int error = socket_take_error(s, id);
    if (error != 0) return error;
    if (socket->type == SOCKET_RAW) return socket_receive_packet(s, id, out, room);
    if (socket->type != SOCKET_UDP) return -LINUX_EOPNOTSUPP;
    if (socket->bound == 0) return -LINUX_EINVAL;
    if (socket->queued == 0) return -LINUX_EAGAIN;
    struct id frame = take(s, socket);
    struct reader r = reader_of(frame_octets(s->lab, frame), frame_count(s->lab, frame));
    struct ipv4_header ip;
    struct udp_header udp;
    enum parse_result result = ipv4_parse(&ip, &r);
    if (result == PARSE_OK) result = udp_parse(&udp, &r, ip.src, ip.dst);
    assert(result == PARSE_OK);                                 /* it was parsed when it came */
    size_t count = read_left(&r) < room ? read_left(&r) : room; /* recv(2): the rest is lost */
    read_copy(&r, out, count);
    if (from != NULL) *from = (struct tcp_endpoint){ip.src, udp.src_port};
    trace_stream(s, socket->node, id, STREAM_DELIVERED, out, count);
    frame_free(s, frame);
    return (int64_t)count;
}

ip4 socket_next_destination(const struct lab *lab, struct id id) {
    const struct socket *socket = socket_get(lab, id);
    if (socket->queued == 0) return 0;
    struct frame *frame = frame_at((struct lab *)lab, socket->first);
    struct reader r = frame_reader(frame);
    struct ipv4_header ip;
    return ipv4_parse(&ip, &r) == PARSE_OK ? ip.dst : 0;
}

uint32_t socket_next_interface(const struct lab *lab, struct id id) {
    const struct socket *socket = socket_get(lab, id);
    return socket->queued == 0 ? 0 : frame_at((struct lab *)lab, socket->first)->direction;
}

bool socket_next_datagram(const struct lab *lab, struct id id, struct datagram *d) {
    const struct socket *socket = socket_get(lab, id);
    if (socket == NULL || socket->queued == 0) return false;
    struct frame *frame = frame_at((struct lab *)lab, socket->first);
    struct reader r = frame_reader(frame);
    struct ipv4_header ip;
    enum parse_result result = ipv4_parse(&ip, &r);
    assert(result == PARSE_OK); /* it was parsed when it came, and its checksums were right */
    *d = (struct datagram){
        .from = {ip.src, 0}, .to = ip.dst, .interface = frame->direction, .frame = socket->first};
    if (socket->type == SOCKET_UDP) {
        d->from.port = read_u16(&r);
        read_skip(&r, UDP_HEADER - 2);
    }
    d->octets = r.at;
    d->count = read_left(&r);
    return result == PARSE_OK;
}

void socket_skip(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    struct datagram d;
    if (!socket_next_datagram(s->lab, id, &d)) return;
    trace_stream(s, socket->node, id, STREAM_DELIVERED, d.octets, d.count);
    frame_free(s, take(s, socket));
}

int64_t socket_receive_packet(struct step *s, struct id id, uint8_t *out, size_t room) {
    struct socket *socket = edit(s, id);
    bool error = socket->type == SOCKET_UDP;
    if (error ? socket->error_count == 0 : socket->queued == 0) return -LINUX_EAGAIN;
    struct id frame = error ? take_error(s, socket) : take(s, socket);
    size_t count = frame_count(s->lab, frame);
    if (count > room) count = room;
    memcpy(out, frame_octets(s->lab, frame), count);
    frame_free(s, frame);
    return (int64_t)count;
}

struct id socket_take_frame(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    return socket->queued == 0 ? (struct id){0, 0} : take(s, socket);
}

void socket_queue_free(struct step *s, struct id id) {
    struct socket *socket = edit(s, id);
    while (socket->queued > 0) frame_free(s, take(s, socket));
    while (socket->error_count > 0) frame_free(s, take_error(s, socket));
    if (socket->chained == 0) return;
    struct id *chain = chain_of(s->lab, socket->node, socket->type, socket->local_port);
    while (!id_same(*chain, id)) chain = &edit(s, *chain)->chain;
    *chain = socket->chain;
    socket->chained = 0;
}

/* ------------------------------------------------------------------- as data */

void text_endpoint(struct text *t, struct tcp_endpoint e) {
    text_ip4_port(t, e.address, e.port);
}

bool socket_row(struct text *t, const char *protocol, const char *state, size_t receive_queue,
                size_t send_queue, struct tcp_endpoint local, struct tcp_endpoint remote) {
    text_add(t, "[\"");
    text_add(t, protocol);
    text_add(t, "\",\"");
    text_add(t, state);
    text_add(t, "\",\"");
    text_u64(t, receive_queue);
    text_add(t, "\",\"");
    text_u64(t, send_queue);
    text_add(t, "\",\"");
    text_endpoint(t, local);
    text_add(t, "\",\"");
    text_endpoint(t, remote);
    text_add(t, "\"]");
    return true;
}

/* TCP's rows are those of its connections, with or without a socket. */
static bool row(const struct lab *lab, struct id id, struct text *t) {
    const struct socket *socket = socket_get(lab, id);
    if (socket->type == SOCKET_TCP || socket->bound == 0) return false;
    return socket_row(t,
                      socket->type == SOCKET_UDP   ? "udp"
                      : socket->type == SOCKET_RAW ? "raw"
                                                   : "icmp",
                      socket->remote != 0 ? "ESTABLISHED" : "UNCONNECTED", socket->queued, 0,
                      (struct tcp_endpoint){socket->local, socket->local_port},
                      (struct tcp_endpoint){socket->remote, socket->remote_port});
}

static enum rows_made rows_key(const void *object, struct rows_key *key) {
    const struct socket *socket = object;
    (void)key;
    return socket->type == SOCKET_TCP ? ROWS_NONE : ROWS_OF_MORE;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return socket_get(lab, id)->node;
}

/* "tcp 10.0.0.1:40000 10.0.0.2:80"; the peer is "*" when there is none. */
static void label(const struct lab *lab, struct id id, struct text *t) {
    static const char *const types[] = {[SOCKET_TCP] = "tcp ",
                                        [SOCKET_UDP] = "udp ",
                                        [SOCKET_ICMP] = "icmp ",
                                        [SOCKET_RAW] = "raw ",
                                        [SOCKET_NETLINK] = "netlink "};
    struct tcp_endpoint local, remote;
    if (!socket_names(lab, id, &local, &remote)) return;
    text_add(t, types[socket_get(lab, id)->type]);
    text_endpoint(t, local);
    text_char(t, ' ');
    if (remote.port == 0)
        text_char(t, '*');
    else
        text_endpoint(t, remote);
}

const struct object_kind socket_kind = {
    .size = sizeof(struct socket),
    .table = TABLE_SOCKETS,
    .row = row,
    .rows_key = rows_key,
    .row_node = row_node,
    .label = label,
};
