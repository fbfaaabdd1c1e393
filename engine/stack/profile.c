#include "stack/sysctl_table.h"
/*
 * Profiles: whose habits a node has. A profile is another one and what differs from it, so that the
 * history reads downwards: Linux 6.12, then older kernels, each from the next younger; and the
 * RFCs, which know no Linux queues and no habits. A difference is in the unit of its setting.
 *
 * Where Linux's sources speak: 6.1, 4.18 and 6.12 (net/ipv4/tcp_timer.c, inet_connection_sock.c,
 * tcp_minisocks.c, ip-sysctl.rst). The values of 2.6.32 and of 4.4BSD are from tcp(7) and the
 * literature.
 */
#include "base/text.h"
#include <assert.h>

struct difference {
    enum setting setting; /* END: no more */
    int64_t value;
};
#define END SETTING_COUNT

/* Exact timers, no delayed ACK, no loss probe, Reno: what a textbook's diagram has in mind. */
static const struct difference linux_6_12_plain[] = {
    {SETTING_CONST_DELACK_MIN, 0},
    {SETTING_CONST_DELACK_MAX, 0},
    {SETTING_CONST_JIFFY, 0},
    {SETTING_TCP_EARLY_RETRANS, 0},
    {END, 0},
};
/* tcp_syn_linear_timeouts is new in 6.5. */
static const struct difference linux_6_1[] = {
    {SETTING_TCP_SYN_LINEAR_TIMEOUTS, 0},
    {END, 0},
};
/* net.core.somaxconn was 128 until 5.4; tcp_tw_reuse became 2 in 4.19; the SYN queue is full when
 * its length reaches the backlog; a timestamp clock of its own for each connection came in 4.10.
 * The table of connections has a limit for SYNs of 1/256 of its size. Fragments that overlap were
 * trimmed until 4.18 (RFC 5722's rule since), and the oldest made room for new ones until 4.17. */
static const struct difference linux_4_9[] = {
    {SETTING_SOMAXCONN, 128},
    {SETTING_TCP_TW_REUSE, 0},
    {SETTING_CONST_QUEUE_FULL_RULE, FULL_AT},
    {SETTING_CONST_TIMESTAMP_OFFSET, 0},
    {SETTING_TCP_MAX_SYN_BACKLOG, 1024},
    {SETTING_CONST_FRAGMENT_OVERLAP, OVERLAP_LINUX},
    {SETTING_CONST_FRAGMENT_EVICT, 1},
    {END, 0},
};
/* RFC 2988's 3 seconds until 3.1; initial window of RFC 3390 until 2.6.39; tcp_recovery, loss
 * probes and Fast Open did not exist. */
static const struct difference linux_2_6_32[] = {
    {SETTING_CONST_RTO_INIT, 3000},
    {SETTING_TCP_SYN_RETRIES, 5},
    {SETTING_TCP_MAX_TW_BUCKETS, 180000},
    {SETTING_PORT_HIGH, 61000},
    {SETTING_CONST_INITIAL_WINDOW, 3},
    {SETTING_TCP_EARLY_RETRANS, 0},
    {SETTING_TCP_RECOVERY, 0},
    {SETTING_TCP_FASTOPEN, 0},
    {SETTING_IPFRAG_HIGH, 262144},
    {SETTING_IPFRAG_LOW, 196608},
    {END, 0},
};
/* RFC 9293 3.4.2: MSL is 2 minutes. RFC 6298 (2.4): RTO is at least 1 second; (5.7): 3 seconds
 * after the loss of a SYN. 3.8.3 MUST-23: a SYN is repeated for at least 3 minutes, so 7 times.
 * RFC 1122 3.3.2: a datagram's fragments are waited for 60 to 120 seconds; RFC 791 3.2: of octets
 * that came twice the newer ones count. */
static const struct difference rfc9293[] = {
    {SETTING_TCP_SYN_RETRIES, 7},
    {SETTING_TCP_SYN_LINEAR_TIMEOUTS, 0},
    {SETTING_TCP_SYNACK_RETRIES, 7},
    {SETTING_TCP_SYNCOOKIES, 0},
    {SETTING_TCP_TW_REUSE, 0},
    {SETTING_TCP_RTO_MIN, 1000000},
    {SETTING_TCP_INVALID_RATELIMIT, 0},
    {SETTING_TCP_EARLY_RETRANS, 0},
    {SETTING_TCP_RECOVERY, 0},
    {SETTING_TCP_FRTO, 0},
    {SETTING_TCP_ECN, 0},
    {SETTING_TCP_FASTOPEN, 0},
    {SETTING_CONST_MSL, 120000},
    {SETTING_CONST_TIMEWAIT_LEN, 240000},
    {SETTING_CONST_DELACK_MIN, 200},
    {SETTING_CONST_DELACK_MAX, 200},
    {SETTING_CONST_QUICKACKS, 0},
    {SETTING_CONST_JIFFY, 0},
    {SETTING_CONST_ISN, ISN_RFC6528},
    {SETTING_CONST_RTO_AFTER_SYN_LOSS, 3000},
    {SETTING_CONST_LISTEN_QUEUES, 0},
    {SETTING_CONST_REQSK_PRUNE, 0},
    {SETTING_ICMP_RATELIMIT, 0},
    {SETTING_ICMP_RATEMASK, 0},
    {SETTING_SECURE_REDIRECTS, 0}, /* any gateway on the link: RFC 1122 3.2.2.2, RFC 1812 5.2.7.2 */
    {SETTING_SHARED_MEDIA, 0},
    {SETTING_REDIRECT_NUMBER, VALUE_MAX},
    {SETTING_REDIRECT_LOAD, 0},
    {SETTING_ICMP_TS_MODEL, ICMP_TS_RFC792},
    {SETTING_ACCEPT_SOURCE_ROUTE, 1}, /* RFC 1122 3.3.5, RFC 1812 5.2.4.1 */
    {SETTING_IPFRAG_TIME, 60},
    {SETTING_IPFRAG_MAX_DIST, 0},
    {SETTING_CONST_IP_ID, IP_ID_COUNTER},
    {SETTING_CONST_FRAGMENT_OVERLAP, OVERLAP_NEWEST},
    {SETTING_CONST_FRAGMENT_EVICT, 1},
    {SETTING_CONST_FRAGMENT_OPTIONS, 1},
    {SETTING_FORCE_IGMP_VERSION, 2}, /* RFC 2236 */
    {SETTING_ARP_IGNORE, 1},         /* RFC 826: the interface's own address */
    {SETTING_ARP_PROXY_DELAY, 0},
    {END, 0},
};
/* Before RFC 1323, 2018 and 5961: no options but the MSS; what lies in the window is believed. */
static const struct difference rfc793[] = {
    {SETTING_CONST_RFC5961, 0},
    {SETTING_CONST_ISN, ISN_RFC793_CLOCK},
    {SETTING_TCP_TIMESTAMPS, 0},
    {SETTING_TCP_SACK, 0},
    {SETTING_TCP_WINDOW_SCALING, 0},
    {SETTING_ICMP_ERROR_SIZE, 56}, /* RFC 792: the header and 64 bits */
    {END, 0},
};
/* 4.4BSD: MSL 30 seconds, so TIME-WAIT of 60, and its own clock of sequence numbers. */
static const struct difference bsd[] = {
    {SETTING_CONST_MSL, 30000},
    {SETTING_CONST_TIMEWAIT_LEN, 60000},
    {SETTING_CONST_ISN, ISN_BSD44},
    {SETTING_ARP_LOG, 1},
    {END, 0},
};
/* TFTP before RFC 2347: no options. */
static const struct difference rfc1350[] = {
    {SETTING_TFTP_OPTIONS, 0},
    {END, 0},
};

static const struct {
    const char *name;
    enum profile base; /* itself: the table's own values */
    bool is_linux;
    const struct difference *differences;
} profiles[PROFILE_COUNT] = {
    [PROFILE_LINUX_6_12] = {"linux-6.12", PROFILE_LINUX_6_12, true, NULL},
    [PROFILE_LINUX_6_12_PLAIN] = {"linux-6.12-plain", PROFILE_LINUX_6_12, true, linux_6_12_plain},
    [PROFILE_LINUX_6_1] = {"linux-6.1", PROFILE_LINUX_6_12, true, linux_6_1},
    [PROFILE_LINUX_4_9] = {"linux-4.9", PROFILE_LINUX_6_1, true, linux_4_9},
    [PROFILE_LINUX_2_6_32] = {"linux-2.6.32", PROFILE_LINUX_4_9, true, linux_2_6_32},
    [PROFILE_RFC9293] = {"rfc9293", PROFILE_LINUX_6_12, false, rfc9293},
    [PROFILE_RFC793] = {"rfc793", PROFILE_RFC9293, false, rfc793},
    [PROFILE_BSD] = {"bsd", PROFILE_RFC9293, false, bsd},
    [PROFILE_RFC1350] = {"rfc1350", PROFILE_RFC9293, false, rfc1350},
};

/* Names that a kernel does not know: sysctl says "No such file or directory". */
#define BIT(profile) (1u << (profile))
#define OLD_KERNELS  (BIT(PROFILE_LINUX_4_9) | BIT(PROFILE_LINUX_2_6_32))
static const struct {
    enum setting setting;
    uint32_t profiles;
} unknown[] = {
    {SETTING_TCP_TW_RECYCLE, ~OLD_KERNELS}, /* removed in 4.12 */
    {SETTING_TCP_SYN_LINEAR_TIMEOUTS, OLD_KERNELS | BIT(PROFILE_LINUX_6_1)},
    {SETTING_TCP_TW_REUSE_DELAY, OLD_KERNELS | BIT(PROFILE_LINUX_6_1)},
    {SETTING_TCP_RTO_MIN, OLD_KERNELS | BIT(PROFILE_LINUX_6_1)},
    {SETTING_TCP_SHRINK_WINDOW, OLD_KERNELS},
    {SETTING_TCP_FASTOPEN, BIT(PROFILE_LINUX_2_6_32)},
    {SETTING_TCP_FASTOPEN_KEY, BIT(PROFILE_LINUX_2_6_32)},
    {SETTING_TCP_EARLY_RETRANS, BIT(PROFILE_LINUX_2_6_32)},
    {SETTING_TCP_RECOVERY, BIT(PROFILE_LINUX_2_6_32)},
};

bool profile_has(uint32_t profile, enum setting first) {
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        if (unknown[i].setting == first && (unknown[i].profiles & BIT(profile)) != 0) return false;
    return true;
}

static enum unit unit_of(enum setting setting) {
    const struct knob *knob;
    for (uint32_t k = 0; (knob = knob_at(k)) != NULL; k++)
        if (setting >= knob->first && setting < knob->first + knob->count) return knob->unit;
    assert(!"every setting has its row");
    return UNIT_NUMBER;
}

static void take_over(struct node *node, enum profile profile) {
    if (profiles[profile].base != profile) take_over(node, profiles[profile].base);
    const struct difference *d = profiles[profile].differences;
    for (; d != NULL && d->setting != END; d++)
        node->setting[d->setting] = d->value * unit_ns(unit_of(d->setting));
}

void settings_begin(struct node *node, enum profile profile) {
    assert(profile < PROFILE_COUNT);
    const struct knob *knob;
    for (uint32_t k = 0; (knob = knob_at(k)) != NULL; k++)
        for (uint32_t i = 0; i < knob->count; i++)
            node->setting[knob->first + i] = knob->usual[i] * unit_ns(knob->unit);
    take_over(node, profile);
    node->profile = profile;
    if (node->kind != NODE_ROUTER) return;
    node->setting[SETTING_IP_FORWARD] = 1;       /* RFC 1812 2.2.2: a router forwards */
    node->setting[SETTING_ACCEPT_REDIRECTS] = 0; /* 4.3.3.2: and knows its ways itself */
    /* 4.3.3.9: a router tells address masks by default. Differs: Linux never does. */
    node->setting[SETTING_ICMP_MASK_AGENT] = !profiles[profile].is_linux;
}

bool profile_named(const char *name, enum profile *profile) {
    for (uint32_t i = 0; i < PROFILE_COUNT; i++)
        if (same_text(profiles[i].name, name)) {
            *profile = (enum profile)i;
            return true;
        }
    return false;
}

const char *profile_name(uint32_t profile) {
    return profile < PROFILE_COUNT ? profiles[profile].name : NULL;
}

bool profile_is_linux(uint32_t profile) {
    assert(profile < PROFILE_COUNT);
    return profiles[profile].is_linux;
}
