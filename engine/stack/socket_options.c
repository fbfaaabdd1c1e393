#include "stack/socket.h"
/*
 * setsockopt(2) and getsockopt(2): Linux's names, units, ranges and errors (net/core/sock.c,
 * net/ipv4/tcp.c and ip_sockglue.c of 6.12). Most options are members of what the user asks of a
 * connection, struct tcp_wishes, and are obeyed where TCP's files ask for them; a table says which.
 * They may be set before there is a connection, and a listener's go to its children.
 *
 * RFC 9293 3.9.1: MUST-17, MUST-21, MUST-24, MUST-27, MUST-48, SHLD-21 and MUST-49 are set here.
 * IP_OPTIONS (MUST-51) is octets and no number. Left out: TCP_INFO (`ss` shows it).
 */
#include "stack/sysctl.h"
#include <assert.h>
#include <string.h>

enum {
    SECOND = 1000000000,
    MILLISECOND = 1000000,
    NUMBER_MAX = 0x7fffffff,
    KEEP_SECONDS_MAX = 32767,
    TRIES_MAX = 127,
    SNDBUF_LEAST = 4608,
    RCVBUF_LEAST = 2304,
    BUFFER_MOST = 212992, /* net.core.wmem_max and rmem_max */
    MSS_LEAST = 88,
    MSS_MOST = 32767,
    ECN_BITS = 3,
    PMTU_DISCOVERY_MOST = 2 /* IP_PMTUDISC_DONT, WANT, DO; it is always done where it may be */
};

struct row {
    const char *name;
    uint32_t at, size; /* of the member of struct tcp_wishes; size 0: it is no member */
    int64_t unit;      /* ns in one of the option's own unit; 1: a number */
    int64_t low, high;
};
#define MEMBER(name, member, unit, low, high)                                                      \
    {                                                                                              \
        name, offsetof(struct tcp_wishes, member), sizeof((struct tcp_wishes *)0)->member, unit,   \
            low, high                                                                              \
    }
#define FLAG(name, member) MEMBER(name, member, 1, 0, 1)
#define OTHER(name, low, high)                                                                     \
    { name, 0, 0, 1, low, high }

static const struct row rows[OPTION_COUNT] = {
    [OPTION_SO_REUSEADDR] = OTHER("SO_REUSEADDR", 0, 1),
    [OPTION_SO_KEEPALIVE] = FLAG("SO_KEEPALIVE", keep_alive),
    [OPTION_SO_LINGER] = OTHER("SO_LINGER", -1, NUMBER_MAX),
    [OPTION_SO_OOBINLINE] = FLAG("SO_OOBINLINE", urgent_inline),
    [OPTION_SO_SNDBUF] = OTHER("SO_SNDBUF", 0, NUMBER_MAX),
    [OPTION_SO_RCVBUF] = OTHER("SO_RCVBUF", 0, NUMBER_MAX),
    [OPTION_SO_ERROR] = OTHER("SO_ERROR", 1, 0),
    [OPTION_SO_BROADCAST] = OTHER("SO_BROADCAST", 0, 1),
    [OPTION_SO_NO_CHECK] = OTHER("SO_NO_CHECK", 0, 1),
    [OPTION_TCP_NODELAY] = FLAG("TCP_NODELAY", no_delay),
    [OPTION_TCP_MAXSEG] = OTHER("TCP_MAXSEG", 0, MSS_MOST),
    [OPTION_TCP_CORK] = FLAG("TCP_CORK", cork),
    [OPTION_TCP_KEEPIDLE] = MEMBER("TCP_KEEPIDLE", keep_idle, SECOND, 1, KEEP_SECONDS_MAX),
    [OPTION_TCP_KEEPINTVL] = MEMBER("TCP_KEEPINTVL", keep_interval, SECOND, 1, KEEP_SECONDS_MAX),
    [OPTION_TCP_KEEPCNT] = MEMBER("TCP_KEEPCNT", keep_count, 1, 1, TRIES_MAX),
    [OPTION_TCP_SYNCNT] = MEMBER("TCP_SYNCNT", syn_count, 1, 1, TRIES_MAX),
    [OPTION_TCP_LINGER2] = OTHER("TCP_LINGER2", -NUMBER_MAX, NUMBER_MAX),
    [OPTION_TCP_DEFER_ACCEPT] = OTHER("TCP_DEFER_ACCEPT", 0, NUMBER_MAX),
    [OPTION_TCP_WINDOW_CLAMP] = MEMBER("TCP_WINDOW_CLAMP", window_clamp, 1, 0, NUMBER_MAX),
    [OPTION_TCP_CONGESTION] = OTHER("TCP_CONGESTION", CONGESTION_RENO, CONGESTION_CUBIC),
    [OPTION_TCP_QUICKACK] = OTHER("TCP_QUICKACK", 0, NUMBER_MAX),
    [OPTION_TCP_USER_TIMEOUT] =
        MEMBER("TCP_USER_TIMEOUT", user_timeout, MILLISECOND, 0, NUMBER_MAX),
    [OPTION_TCP_FASTOPEN] = MEMBER("TCP_FASTOPEN", fastopen_queue, 1, 0, NUMBER_MAX),
    [OPTION_TCP_FASTOPEN_CONNECT] = FLAG("TCP_FASTOPEN_CONNECT", fastopen_connect),
    [OPTION_IP_OPTIONS] = OTHER("IP_OPTIONS", 1, 0),
    [OPTION_IP_TOS] = OTHER("IP_TOS", 0, UINT8_MAX),
    [OPTION_IP_TTL] = OTHER("IP_TTL", -1, UINT8_MAX),
    [OPTION_IP_RECVTOS] = OTHER("IP_RECVTOS", 1, 0),
    [OPTION_IP_MTU_DISCOVER] = OTHER("IP_MTU_DISCOVER", 0, PMTU_DISCOVERY_MOST),
    [OPTION_IP_ADD_MEMBERSHIP] = OTHER("IP_ADD_MEMBERSHIP", 0, INT64_MAX),
    [OPTION_IP_DROP_MEMBERSHIP] = OTHER("IP_DROP_MEMBERSHIP", 0, INT64_MAX),
    [OPTION_IP_MULTICAST_IF] = OTHER("IP_MULTICAST_IF", 0, UINT32_MAX),
    [OPTION_IP_MULTICAST_TTL] = OTHER("IP_MULTICAST_TTL", -1, UINT8_MAX),
    [OPTION_IP_MULTICAST_LOOP] = OTHER("IP_MULTICAST_LOOP", 0, 1),
    [OPTION_IP_MTU] = OTHER("IP_MTU", 1, 0),
    [OPTION_IP_RECVERR] = OTHER("IP_RECVERR", 0, 1),
    [OPTION_F_SETOWN] = OTHER("F_SETOWN", 0, 1),
    [OPTION_URGENT] = OTHER("URGENT", 1, 0),
};

const char *socket_option_name(uint32_t option) {
    return option < OPTION_COUNT ? rows[option].name : NULL;
}

bool socket_option_named(const char *name, enum socket_option *option) {
    for (uint32_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0) {
            *option = (enum socket_option)i;
            return true;
        }
    return false;
}

static struct socket *edit(struct step *s, struct id id) {
    struct socket *socket = object_edit(s, POOL_SOCKET, id);
    assert(socket != NULL);
    return socket;
}

/* -------------------------------------------------------------------- members of the wishes */

static void store(struct tcp_wishes *wishes, const struct row *row, int64_t value) {
    char *at = (char *)wishes + row->at;
    uint8_t octet = (uint8_t)value;
    uint32_t word = (uint32_t)value;
    switch (row->size) {
    case sizeof octet: memcpy(at, &octet, sizeof octet); return;
    case sizeof word: memcpy(at, &word, sizeof word); return;
    case sizeof value: memcpy(at, &value, sizeof value); return;
    default: assert(!"a member has 1, 4 or 8 octets");
    }
}

static int64_t load(const struct tcp_wishes *wishes, const struct row *row) {
    const char *at = (const char *)wishes + row->at;
    uint8_t octet;
    uint32_t word;
    int64_t value;
    switch (row->size) {
    case sizeof octet: memcpy(&octet, at, sizeof octet); return octet;
    case sizeof word: memcpy(&word, at, sizeof word); return word;
    case sizeof value: memcpy(&value, at, sizeof value); return value;
    default: assert(!"a member has 1, 4 or 8 octets");
    }
    return 0;
}

/* --------------------------------------------------------------------------------- the others
 * Switches over a few of the options: the others are in the table. */

/* Linux doubles what is asked, for its own needs, and bounds it on both sides. */
static uint32_t buffer_for(int64_t value, uint32_t least) {
    uint32_t octets = 2 * (uint32_t)(value < BUFFER_MOST ? value : BUFFER_MOST);
    return octets > least ? octets : least;
}

/* secs_to_retrans(): how many SYN,ACKs that is, at 1, 2, 4 ... seconds. */
static uint32_t repeats_within(int64_t seconds) {
    uint32_t count = 0;
    for (int64_t period = 1, timeout = 1; seconds > 0; period += timeout) {
        count++;
        if (seconds <= period || count == UINT8_MAX) break;
        timeout = timeout < 60 ? 2 * timeout : 120;
    }
    return count;
}

static int64_t seconds_of(uint32_t repeats) {
    int64_t period = repeats > 0, timeout = 1;
    for (uint32_t i = 1; i < repeats; i++) {
        timeout = timeout < 60 ? 2 * timeout : 120;
        period += timeout;
    }
    return period;
}

/* TCP_LINGER2: seconds in FIN-WAIT-2 without a user; Linux takes 120 at most, less than 0: none. */
static sim_time fin_wait_2_for(int64_t seconds) {
    enum { MOST = 120 };
    return seconds < 0 ? -1 : (seconds < MOST ? seconds : MOST) * SECOND;
}

/* Only datagrams go to groups: errors of a TCP socket as ip_mc_join_group() and do_ip_setsockopt()
 * have them. */
static int set_group(struct step *s, struct id id, uint32_t option, int64_t value) {
    struct socket *socket = edit(s, id);
    uint32_t interface = (uint32_t)(value >> 32);
    if (socket->type == SOCKET_TCP)
        return option <= OPTION_IP_DROP_MEMBERSHIP ? -LINUX_EPROTO : -LINUX_EINVAL;
    switch (option) {
    case OPTION_IP_ADD_MEMBERSHIP: return socket_group_join(s, id, interface, (ip4)value);
    case OPTION_IP_DROP_MEMBERSHIP: return socket_group_leave(s, id, interface, (ip4)value);
    case OPTION_IP_MULTICAST_IF: socket->group_interface = (uint32_t)value; return 0;
    case OPTION_IP_MULTICAST_TTL:
        if (value == 0) return -LINUX_EINVAL; /* Linux keeps those on the host; left out */
        socket->group_ttl = value < 0 ? 0 : (uint8_t)value;
        return 0;
    case OPTION_IP_MULTICAST_LOOP: socket->group_no_loop = value == 0; return 0;
    default: return -LINUX_ENOPROTOOPT;
    }
}

static bool is_of_groups(uint32_t option) {
    return option >= OPTION_IP_ADD_MEMBERSHIP && option <= OPTION_IP_MULTICAST_LOOP;
}

static int set_other(struct step *s, struct socket *socket, uint32_t option, int64_t value) {
    struct tcp_wishes *w = &socket->wishes;
    switch (option) {
    case OPTION_SO_REUSEADDR:
        socket->reuse = value != 0;
        w->reuse = value != 0;
        return 0;
    case OPTION_SO_LINGER:
        socket->linger = value >= 0;
        socket->linger_s = value >= 0 ? (uint32_t)value : 0;
        return 0;
    case OPTION_SO_SNDBUF: w->send_buffer = buffer_for(value, SNDBUF_LEAST); return 0;
    case OPTION_SO_RCVBUF: w->receive_buffer = buffer_for(value, RCVBUF_LEAST); return 0;
    case OPTION_TCP_MAXSEG:
        if (value != 0 && value < MSS_LEAST) return -LINUX_EINVAL;
        w->most_mss = (uint32_t)value;
        return 0;
    case OPTION_TCP_LINGER2: w->fin_wait_2 = fin_wait_2_for(value); return 0;
    case OPTION_TCP_DEFER_ACCEPT: w->defer_accept = repeats_within(value); return 0;
    case OPTION_TCP_CONGESTION: w->congestion = 1 + (uint32_t)value; return 0;
    case OPTION_TCP_QUICKACK: tcp_quick_ack(s, socket->connection, value != 0); return 0;
    case OPTION_IP_TOS:
        /* SHLD-22: as it is; of a TCP's the two lowest bits are ECN's own. */
        w->tos = (uint8_t)value;
        if (socket->type == SOCKET_TCP) w->tos &= (uint8_t)~ECN_BITS;
        return 0;
    case OPTION_IP_TTL:
        if (value == 0) return -LINUX_EINVAL;
        w->ttl = value < 0 ? 0 : (uint8_t)value;
        return 0;
    case OPTION_IP_MTU_DISCOVER:
        w->fragments = value == 0;
        socket->discover = 1 + (uint32_t)value;
        return 0;
    case OPTION_SO_BROADCAST: socket->broadcast = value != 0; return 0;
    case OPTION_SO_NO_CHECK: socket->no_check = value != 0; return 0;
    case OPTION_IP_RECVERR: socket->keep_errors = value != 0; return 0;
    case OPTION_F_SETOWN: w->reports = value != 0 ? TCP_REPORTS_ON : TCP_REPORTS_OFF; return 0;
    default: return -LINUX_ENOPROTOOPT; /* can only be read */
    }
}

/* An option of TCP on another socket. */
static bool belongs(const struct socket *socket, const char *name) {
    return socket->type == SOCKET_TCP || strncmp(name, "TCP_", 4) != 0;
}

int socket_option_set(struct step *s, struct id id, enum socket_option option, int64_t value) {
    struct socket *socket = edit(s, id);
    const struct row *row = &rows[option];
    if (!belongs(socket, row->name)) return -LINUX_ENOPROTOOPT;
    if (is_of_groups(option)) return set_group(s, id, option, value);
    bool flag = row->low == 0 && row->high == 1 && option != OPTION_TCP_CONGESTION;
    if (flag) value = value != 0; /* any other number is "on" */
    if (row->low <= row->high && (value < row->low || value > row->high)) return -LINUX_EINVAL;
    if (option == OPTION_TCP_FASTOPEN_CONNECT && !tcp_fastopen_client(s->lab, socket->node))
        return -LINUX_EOPNOTSUPP;
    int result = 0;
    if (row->size != 0)
        store(&socket->wishes, row, value * row->unit);
    else
        result = set_other(s, socket, option, value);
    if (result == 0 && socket->type == SOCKET_TCP) tcp_wish(s, socket->connection, &socket->wishes);
    if (option == OPTION_TCP_NODELAY && value != 0) tcp_push(s, socket->connection);
    return result;
}

int socket_ip_options_set(struct step *s, struct id id, const uint8_t *octets, size_t count) {
    struct socket *socket = edit(s, id);
    struct tcp_wishes *w = &socket->wishes;
    if (!ipv4_options_are_good(octets, count)) return -LINUX_EINVAL;
    memset(w->ip_options, 0, sizeof w->ip_options);
    memcpy(w->ip_options, octets, count);
    w->ip_option_count = (uint8_t)count;
    w->ip_options_from = count != 0 ? TCP_OPTIONS_USERS : TCP_OPTIONS_NONE;
    if (socket->type == SOCKET_TCP) tcp_wish(s, socket->connection, w);
    return 0;
}

size_t socket_ip_options_get(const struct lab *lab, struct id id, uint8_t out[IP_OPTIONS_MOST]) {
    const struct socket *socket = socket_get(lab, id);
    const struct tcp_wishes *w = tcp_wishes_of(lab, socket->connection);
    if (w == NULL) w = &socket->wishes;
    memcpy(out, w->ip_options, w->ip_option_count);
    return w->ip_option_count;
}

/* -------------------------------------------------------------------------------------- reading */

static int64_t setting(const struct lab *lab, const struct socket *socket, enum setting which) {
    return setting_of(lab, socket->node, which);
}

/* What holds now, where the option was not set. */
static int64_t usual(const struct lab *lab, const struct socket *socket, uint32_t option) {
    switch (option) {
    case OPTION_TCP_KEEPIDLE: return setting(lab, socket, SETTING_TCP_KEEPALIVE_TIME) / SECOND;
    case OPTION_TCP_KEEPINTVL: return setting(lab, socket, SETTING_TCP_KEEPALIVE_INTVL) / SECOND;
    case OPTION_TCP_KEEPCNT: return setting(lab, socket, SETTING_TCP_KEEPALIVE_PROBES);
    case OPTION_TCP_SYNCNT: return setting(lab, socket, SETTING_TCP_SYN_RETRIES);
    case OPTION_TCP_LINGER2: return setting(lab, socket, SETTING_TCP_FIN_TIMEOUT) / SECOND;
    case OPTION_SO_SNDBUF: return setting(lab, socket, SETTING_TCP_WMEM_DEFAULT);
    case OPTION_SO_RCVBUF:
        return setting(lab, socket,
                       socket->type == SOCKET_TCP ? SETTING_TCP_RMEM_DEFAULT
                                                  : SETTING_RMEM_DEFAULT);
    case OPTION_IP_TTL: return setting(lab, socket, SETTING_IP_DEFAULT_TTL);
    default: return 0;
    }
}

static ip4 peer_of(const struct lab *lab, struct id id) {
    struct tcp_endpoint local, remote;
    return socket_names(lab, id, &local, &remote) ? remote.address : 0;
}

static int64_t get_other(struct step *s, struct id id, uint32_t option) {
    const struct socket *socket = socket_get(s->lab, id);
    const struct tcp_wishes *w = &socket->wishes;
    switch (option) {
    case OPTION_SO_REUSEADDR: return socket->reuse;
    case OPTION_SO_LINGER: return socket->linger != 0 ? (int64_t)socket->linger_s : -1;
    case OPTION_SO_SNDBUF: return w->send_buffer;
    case OPTION_SO_RCVBUF: return w->receive_buffer;
    case OPTION_SO_ERROR: return -(int64_t)socket_take_error(s, id);
    case OPTION_TCP_MAXSEG:
        return id_is(socket->connection) ? tcp_mss_of(s->lab, socket->connection) : w->most_mss;
    case OPTION_TCP_LINGER2: return w->fin_wait_2 < 0 ? -1 : w->fin_wait_2 / SECOND;
    case OPTION_TCP_DEFER_ACCEPT: return seconds_of(w->defer_accept);
    case OPTION_TCP_CONGESTION:
        if (w->congestion != 0) return w->congestion - 1;
        return setting(s->lab, socket, SETTING_TCP_CONGESTION_CONTROL);
    case OPTION_TCP_QUICKACK: return !tcp_is_interactive(s->lab, socket->connection);
    case OPTION_IP_TOS: return w->tos;
    case OPTION_IP_RECVTOS: return tcp_tos_of(s->lab, socket->connection);
    case OPTION_IP_MTU_DISCOVER:
        return socket->discover == 0 ? w->fragments == 0 : socket->discover - 1;
    case OPTION_IP_MTU: return ip_mtu_for(s->lab, socket->node, peer_of(s->lab, id));
    case OPTION_SO_BROADCAST: return socket->broadcast;
    case OPTION_SO_NO_CHECK: return socket->no_check;
    case OPTION_IP_RECVERR: return socket->keep_errors;
    case OPTION_F_SETOWN: return w->reports == TCP_REPORTS_ON;
    case OPTION_URGENT: return tcp_urgent_left(s->lab, socket->connection);
    case OPTION_IP_TTL: return w->ttl;
    case OPTION_IP_MULTICAST_IF: return socket->group_interface;
    case OPTION_IP_MULTICAST_TTL: return socket->group_ttl == 0 ? 1 : socket->group_ttl;
    case OPTION_IP_MULTICAST_LOOP: return !socket->group_no_loop;
    default: return 0;
    }
}

int socket_option_get(struct step *s, struct id id, enum socket_option option, int64_t *value) {
    const struct socket *socket = socket_get(s->lab, id);
    const struct row *row = &rows[option];
    if (!belongs(socket, row->name)) return -LINUX_ENOPROTOOPT;
    if (option == OPTION_IP_MTU && peer_of(s->lab, id) == 0) return -LINUX_ENOTCONN;
    *value = row->size != 0 ? load(&socket->wishes, row) / row->unit : get_other(s, id, option);
    if (*value == 0) *value = usual(s->lab, socket, option);
    return 0;
}
