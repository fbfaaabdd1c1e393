#include "stack/sysctl_table.h"
/*
 * One table of every setting: Linux's name, the unit that Linux uses for it, its range, and its
 * value under the profile linux-6.12. Names and units are those of Linux's
 * Documentation/networking/ip-sysctl.rst; const.* are constants in Linux that experiments may
 * change. A name with several numbers ("net.ipv4.tcp_rmem") owns consecutive settings.
 *
 * const.ehash_entries is the size of Linux's table of connections, which it chooses by the
 * machine's memory: one entry for each 128 KiB, at most 524288. Three limits follow from it.
 *
 * Differs: Linux shows route.redirect_load and route.redirect_silence in ticks of its timer.
 */
#include <assert.h>
#include <stdlib.h>

#define ONE(name, setting, unit, low, high, usual)                                                 \
    { name, SETTING_##setting, 1, unit, {low, high}, {usual}, NULL }
#define NUMBER(name, setting, low, high, usual)  ONE(name, setting, UNIT_NUMBER, low, high, usual)
#define FLAG(name, setting, usual)               ONE(name, setting, UNIT_NUMBER, 0, 1, usual)
#define SECONDS(name, setting, low, high, usual) ONE(name, setting, UNIT_SECONDS, low, high, usual)
#define MILLIS(name, setting, low, high, usual)                                                    \
    ONE(name, setting, UNIT_MILLISECONDS, low, high, usual)
#define CENTIS(name, setting, low, high, usual)                                                    \
    ONE(name, setting, UNIT_CENTISECONDS, low, high, usual)
#define MICROS(name, setting, low, high, usual)                                                    \
    ONE(name, setting, UNIT_MICROSECONDS, low, high, usual)
#define PAIR(name, setting, low, high, a, b)                                                       \
    { name, SETTING_##setting, 2, UNIT_NUMBER, {low, high}, {a, b}, NULL }
#define TRIPLE(name, setting, low, high, a, b, c)                                                  \
    { name, SETTING_##setting, 3, UNIT_NUMBER, {low, high}, {a, b, c}, NULL }
#define PORTS(name, setting)                                                                       \
    { name, SETTING_##setting, 4, UNIT_PORTS, {1, 65535}, {0}, NULL }
#define KEY(name, setting)                                                                         \
    { name, SETTING_##setting, 2, UNIT_KEY, {0, 0}, {0}, NULL }
#define WORD(name, setting, words, usual)                                                          \
    {                                                                                              \
        name, SETTING_##setting, 1, UNIT_WORD, {0, sizeof(words) / sizeof *(words)-2}, {usual},    \
            words                                                                                  \
    }

static const char *const congestion_controls[] = {
    [CONGESTION_RENO] = "reno", [CONGESTION_CUBIC] = "cubic", NULL};
static const char *const ip_id_models[] = {
    [IP_ID_LINUX] = "linux", [IP_ID_COUNTER] = "counter", NULL};
static const char *const fragment_overlaps[] = {
    [OVERLAP_DROP] = "drop", [OVERLAP_NEWEST] = "newest", [OVERLAP_OLDEST] = "oldest",
    [OVERLAP_BSD] = "bsd",   [OVERLAP_LINUX] = "linux",   NULL};
static const char *const nat_checksums[] = {
    [NAT_CHECKSUM_INCREMENTAL] = "incremental", [NAT_CHECKSUM_FULL] = "full", NULL};
static const char *const full_rules[] = {[FULL_ABOVE] = ">", [FULL_AT] = ">=", NULL};
static const char *const arp_models[] = {[ARP_MODEL_NUD] = "linux-nud",
                                         [ARP_MODEL_TIMEOUT] = "timeout60",
                                         [ARP_MODEL_STATIC] = "static",
                                         NULL};
static const char *const acd_choices[] = {
    [ACD_OFF] = "off", [ACD_CEASE] = "cease", [ACD_DEFEND] = "defend", [ACD_KEEP] = "keep", NULL};
static const char *const isn_models[] = {
    [ISN_LINUX] = "linux",
    [ISN_RFC6528] = "rfc6528",
    [ISN_RFC793_CLOCK] = "rfc793-clock",
    [ISN_NOTES_4MS] = "notes-4ms",
    [ISN_BSD44] = "bsd44",
    [ISN_FIXED] = "fixed",
    [ISN_RANDOM] = "random",
    NULL,
};

static const char *const ts_models[] = {
    [ICMP_TS_LINUX] = "linux", [ICMP_TS_RFC792] = "rfc792", NULL};
enum { DAY_MS = 86400000 };
static const char *const horizons[] = {"off", "simple", "poison", NULL};
static const char *const server_tids[] = {
    [TFTP_TID_NEW] = "new", [TFTP_TID_WELL_KNOWN] = "well-known", NULL};

static const struct knob knobs[] = {
    FLAG("net.ipv4.ip_forward", IP_FORWARD, 0),
    NUMBER("net.ipv4.ip_default_ttl", IP_DEFAULT_TTL, 1, 255, 64),
    PAIR("net.ipv4.ip_local_port_range", PORT_LOW, 1, 65535, 32768, 60999),
    PORTS("net.ipv4.ip_local_reserved_ports", RESERVED_PORTS),
    FLAG("net.ipv4.conf.all.accept_source_route", ACCEPT_SOURCE_ROUTE, 0),
    FLAG("router.ttl_seconds", TTL_SECONDS, 0),
    SECONDS("net.ipv4.ipfrag_time", IPFRAG_TIME, 0, VALUE_MAX / 1000, 30),
    NUMBER("net.ipv4.ipfrag_high_thresh", IPFRAG_HIGH, 0, VALUE_MAX, 4194304),
    NUMBER("net.ipv4.ipfrag_low_thresh", IPFRAG_LOW, 0, VALUE_MAX, 3145728),
    NUMBER("net.ipv4.ipfrag_max_dist", IPFRAG_MAX_DIST, 0, VALUE_MAX, 64),
    WORD("const.ip_id", CONST_IP_ID, ip_id_models, IP_ID_LINUX),
    WORD("const.fragment_overlap", CONST_FRAGMENT_OVERLAP, fragment_overlaps, OVERLAP_DROP),
    FLAG("const.fragment_evict", CONST_FRAGMENT_EVICT, 0),
    FLAG("const.fragment_options", CONST_FRAGMENT_OPTIONS, 0),
    FLAG("net.ipv4.icmp_echo_ignore_all", ICMP_ECHO_IGNORE_ALL, 0),
    FLAG("net.ipv4.icmp_echo_ignore_broadcasts", ICMP_ECHO_IGNORE_BROADCASTS, 1),
    MILLIS("net.ipv4.icmp_ratelimit", ICMP_RATELIMIT, 0, VALUE_MAX, 1000),
    NUMBER("net.ipv4.icmp_ratemask", ICMP_RATEMASK, 0, VALUE_MAX, 6168),
    NUMBER("net.ipv4.icmp_msgs_per_sec", ICMP_MSGS_PER_SEC, 0, VALUE_MAX, 1000),
    NUMBER("net.ipv4.icmp_msgs_burst", ICMP_MSGS_BURST, 0, VALUE_MAX, 50),
    FLAG("net.ipv4.icmp_errors_use_inbound_ifaddr", ICMP_INBOUND_IFADDR, 0),
    FLAG("net.ipv4.conf.all.accept_redirects", ACCEPT_REDIRECTS, 1),
    FLAG("net.ipv4.conf.all.secure_redirects", SECURE_REDIRECTS, 1),
    FLAG("net.ipv4.conf.all.send_redirects", SEND_REDIRECTS, 1),
    FLAG("net.ipv4.conf.all.shared_media", SHARED_MEDIA, 1),
    NUMBER("net.ipv4.route.redirect_number", REDIRECT_NUMBER, 0, VALUE_MAX, 9),
    MILLIS("net.ipv4.route.redirect_load", REDIRECT_LOAD, 0, VALUE_MAX, 20),
    MILLIS("net.ipv4.route.redirect_silence", REDIRECT_SILENCE, 0, VALUE_MAX, 20480),
    SECONDS("net.ipv4.route.gc_timeout", ROUTE_GC_TIMEOUT, 1, VALUE_MAX / 1000, 300),
    FLAG("net.ipv4.conf.all.ignore_routes_with_linkdown", IGNORE_LINKDOWN, 0),
    NUMBER("net.ipv4.ip_no_pmtu_disc", NO_PMTU_DISC, 0, 3, 0),
    NUMBER("icmp.error_size", ICMP_ERROR_SIZE, 56, 576, 576),
    WORD("icmp.ts_model", ICMP_TS_MODEL, ts_models, ICMP_TS_LINUX),
    MILLIS("icmp.think", ICMP_THINK, 0, 3600000, 0),
    FLAG("icmp.mask_agent", ICMP_MASK_AGENT, 0),
    MILLIS("clock.offset", CLOCK_OFFSET, -DAY_MS, DAY_MS, 0),
    FLAG("irdp.advertise", IRDP_ADVERTISE, 0),
    SECONDS("irdp.max_interval", IRDP_MAX_INTERVAL, 4, 1800, 600),
    SECONDS("irdp.min_interval", IRDP_MIN_INTERVAL, 3, 1800, 450),
    SECONDS("irdp.lifetime", IRDP_LIFETIME, 4, 9000, 1800),
    NUMBER("irdp.preference", IRDP_PREFERENCE, -0x7fffffff - 1, VALUE_MAX, 0),
    FLAG("irdp.solicit", IRDP_SOLICIT, 0),
    FLAG("ping.wait_reply", PING_WAIT_REPLY, 0),
    WORD("nat.checksum", NAT_CHECKSUM, nat_checksums, NAT_CHECKSUM_INCREMENTAL),
    NUMBER("net.netfilter.nf_conntrack_max", CT_MAX, 1, VALUE_MAX, 262144),
    SECONDS("net.netfilter.nf_conntrack_generic_timeout", CT_GENERIC, 1, VALUE_MAX / 1000, 600),
    SECONDS("net.netfilter.nf_conntrack_icmp_timeout", CT_ICMP, 1, VALUE_MAX / 1000, 30),
    SECONDS("net.netfilter.nf_conntrack_udp_timeout", CT_UDP, 1, VALUE_MAX / 1000, 30),
    SECONDS("net.netfilter.nf_conntrack_udp_timeout_stream", CT_UDP_STREAM, 1, VALUE_MAX / 1000,
            120),
    SECONDS("net.netfilter.nf_conntrack_tcp_timeout_syn_sent", CT_SYN_SENT, 1, VALUE_MAX / 1000,
            120),
    SECONDS("net.netfilter.nf_conntrack_tcp_timeout_syn_recv", CT_SYN_RECV, 1, VALUE_MAX / 1000,
            60),
    SECONDS("net.netfilter.nf_conntrack_tcp_timeout_established", CT_ESTABLISHED, 1,
            VALUE_MAX / 1000, 432000),
    SECONDS("net.netfilter.nf_conntrack_tcp_timeout_fin_wait", CT_FIN_WAIT, 1, VALUE_MAX / 1000,
            120),
    SECONDS("net.netfilter.nf_conntrack_tcp_timeout_close_wait", CT_CLOSE_WAIT, 1, VALUE_MAX / 1000,
            60),
    SECONDS("net.netfilter.nf_conntrack_tcp_timeout_last_ack", CT_LAST_ACK, 1, VALUE_MAX / 1000,
            30),
    SECONDS("net.netfilter.nf_conntrack_tcp_timeout_time_wait", CT_TIME_WAIT, 1, VALUE_MAX / 1000,
            120),
    SECONDS("net.netfilter.nf_conntrack_tcp_timeout_close", CT_CLOSE, 1, VALUE_MAX / 1000, 10),
    NUMBER("net.ipv4.conf.all.rp_filter", RP_FILTER, 0, 2, 0),
    FLAG("net.ipv4.conf.all.log_martians", LOG_MARTIANS, 0),
    FLAG("net.ipv4.conf.all.bc_forwarding", BC_FORWARDING, 0),
    NUMBER("net.ipv4.conf.all.force_igmp_version", FORCE_IGMP_VERSION, 0, 3, 0),
    FLAG("net.ipv4.igmp_link_local_mcast_reports", IGMP_LINK_LOCAL_REPORTS, 1),
    MILLIS("net.ipv4.neigh.default.base_reachable_time_ms", ARP_BASE_REACHABLE, 1, VALUE_MAX,
           30000),
    SECONDS("net.ipv4.neigh.default.delay_first_probe_time", ARP_DELAY_FIRST_PROBE, 0,
            VALUE_MAX / 1000, 5),
    NUMBER("net.ipv4.neigh.default.ucast_solicit", ARP_UCAST_PROBES, 0, 100, 3),
    NUMBER("net.ipv4.neigh.default.mcast_solicit", ARP_MCAST_PROBES, 0, 100, 3),
    MILLIS("net.ipv4.neigh.default.retrans_time_ms", ARP_RETRANS, 1, VALUE_MAX, 1000),
    NUMBER("net.ipv4.neigh.default.unres_qlen", ARP_UNRES_QLEN, 0, 65535, 101),
    SECONDS("net.ipv4.neigh.default.gc_stale_time", ARP_GC_STALE, 1, VALUE_MAX / 1000, 60),
    NUMBER("net.ipv4.neigh.default.gc_thresh1", ARP_GC_THRESH1, 0, VALUE_MAX, 128),
    NUMBER("net.ipv4.neigh.default.gc_thresh2", ARP_GC_THRESH2, 0, VALUE_MAX, 512),
    NUMBER("net.ipv4.neigh.default.gc_thresh3", ARP_GC_THRESH3, 0, VALUE_MAX, 1024),
    CENTIS("net.ipv4.neigh.default.locktime", ARP_LOCKTIME, 0, VALUE_MAX, 100),
    NUMBER("net.ipv4.neigh.default.mcast_resolicit", ARP_MCAST_REPROBES, 0, 100, 0),
    CENTIS("net.ipv4.neigh.default.proxy_delay", ARP_PROXY_DELAY, 0, VALUE_MAX, 80),
    FLAG("net.ipv4.conf.all.proxy_arp", ARP_PROXY, 0),
    NUMBER("net.ipv4.conf.all.arp_ignore", ARP_IGNORE, 0, 8, 0),
    NUMBER("net.ipv4.conf.all.arp_announce", ARP_ANNOUNCE, 0, 2, 0),
    NUMBER("net.ipv4.conf.all.arp_accept", ARP_ACCEPT, 0, 2, 0),
    FLAG("net.ipv4.conf.all.arp_notify", ARP_NOTIFY, 0),
    WORD("arp.model", ARP_MODEL, arp_models, ARP_MODEL_NUD),
    SECONDS("arp.timeout", ARP_TIMEOUT, 1, VALUE_MAX / 1000, 60),
    FLAG("arp.randomise", ARP_RANDOMISE, 0),
    WORD("arp.acd", ARP_ACD, acd_choices, ACD_OFF),
    FLAG("arp.log", ARP_LOG, 0),
    NUMBER("net.ipv4.tcp_syn_retries", TCP_SYN_RETRIES, 1, 127, 6),
    NUMBER("net.ipv4.tcp_syn_linear_timeouts", TCP_SYN_LINEAR_TIMEOUTS, 0, 127, 4),
    NUMBER("net.ipv4.tcp_synack_retries", TCP_SYNACK_RETRIES, 0, 255, 5),
    NUMBER("net.ipv4.tcp_max_syn_backlog", TCP_MAX_SYN_BACKLOG, 0, VALUE_MAX, 2048),
    NUMBER("net.ipv4.tcp_syncookies", TCP_SYNCOOKIES, 0, 2, 1),
    FLAG("net.ipv4.tcp_abort_on_overflow", TCP_ABORT_ON_OVERFLOW, 0),
    SECONDS("net.ipv4.route.mtu_expires", MTU_EXPIRES, 1, VALUE_MAX / 1000, 600),
    FLAG("net.ipv4.tcp_stdurg", TCP_STDURG, 0),
    NUMBER("net.ipv4.tcp_retries1", TCP_RETRIES1, 0, 255, 3),
    NUMBER("net.ipv4.tcp_retries2", TCP_RETRIES2, 0, 255, 15),
    NUMBER("net.ipv4.tcp_orphan_retries", TCP_ORPHAN_RETRIES, 0, 255, 0),
    NUMBER("net.ipv4.tcp_max_orphans", TCP_MAX_ORPHANS, 0, VALUE_MAX, 131072),
    SECONDS("net.ipv4.tcp_fin_timeout", TCP_FIN_TIMEOUT, 0, VALUE_MAX / 1000, 60),
    NUMBER("net.ipv4.tcp_max_tw_buckets", TCP_MAX_TW_BUCKETS, 0, VALUE_MAX, 131072),
    NUMBER("net.ipv4.tcp_tw_reuse", TCP_TW_REUSE, 0, 2, 2),
    MILLIS("net.ipv4.tcp_tw_reuse_delay", TCP_TW_REUSE_DELAY, 0, VALUE_MAX, 1000),
    FLAG("net.ipv4.tcp_tw_recycle", TCP_TW_RECYCLE, 0),
    NUMBER("net.ipv4.tcp_timestamps", TCP_TIMESTAMPS, 0, 2, 1),
    FLAG("net.ipv4.tcp_window_scaling", TCP_WINDOW_SCALING, 1),
    FLAG("net.ipv4.tcp_sack", TCP_SACK, 1),
    FLAG("net.ipv4.tcp_dsack", TCP_DSACK, 1),
    NUMBER("net.ipv4.tcp_ecn", TCP_ECN, 0, 2, 2),
    SECONDS("net.ipv4.tcp_keepalive_time", TCP_KEEPALIVE_TIME, 1, VALUE_MAX / 1000, 7200),
    SECONDS("net.ipv4.tcp_keepalive_intvl", TCP_KEEPALIVE_INTVL, 1, VALUE_MAX / 1000, 75),
    NUMBER("net.ipv4.tcp_keepalive_probes", TCP_KEEPALIVE_PROBES, 0, 255, 9),
    NUMBER("net.ipv4.tcp_fastopen", TCP_FASTOPEN, 0, VALUE_MAX, 1),
    KEY("net.ipv4.tcp_fastopen_key", TCP_FASTOPEN_KEY),
    NUMBER("net.core.somaxconn", SOMAXCONN, 0, VALUE_MAX, 4096),
    NUMBER("net.core.rmem_default", RMEM_DEFAULT, 2304, VALUE_MAX, 212992),
    TRIPLE("net.ipv4.tcp_rmem", TCP_RMEM_MIN, 1, VALUE_MAX, 4096, 131072, 6291456),
    TRIPLE("net.ipv4.tcp_wmem", TCP_WMEM_MIN, 1, VALUE_MAX, 4096, 16384, 4194304),
    FLAG("net.ipv4.tcp_moderate_rcvbuf", TCP_MODERATE_RCVBUF, 1),
    FLAG("net.ipv4.tcp_shrink_window", TCP_SHRINK_WINDOW, 0),
    NUMBER("net.ipv4.tcp_early_retrans", TCP_EARLY_RETRANS, 0, 4, 3),
    NUMBER("net.ipv4.tcp_recovery", TCP_RECOVERY, 0, 7, 1),
    NUMBER("net.ipv4.tcp_reordering", TCP_REORDERING, 1, 300, 3),
    NUMBER("net.ipv4.tcp_frto", TCP_FRTO, 0, 2, 2),
    WORD("net.ipv4.tcp_congestion_control", TCP_CONGESTION_CONTROL, congestion_controls,
         CONGESTION_RENO),
    FLAG("net.ipv4.tcp_slow_start_after_idle", TCP_SLOW_START_AFTER_IDLE, 1),
    FLAG("net.ipv4.tcp_no_metrics_save", TCP_NO_METRICS_SAVE, 1),
    NUMBER("net.ipv4.tcp_challenge_ack_limit", TCP_CHALLENGE_ACK_LIMIT, 0, VALUE_MAX, VALUE_MAX),
    FLAG("net.ipv4.tcp_thin_linear_timeouts", TCP_THIN_LINEAR_TIMEOUTS, 0),
    MICROS("net.ipv4.tcp_rto_min_us", TCP_RTO_MIN, 1, VALUE_MAX, 200000),
    FLAG("net.ipv4.tcp_rfc1337", TCP_RFC1337, 0),
    MILLIS("net.ipv4.tcp_invalid_ratelimit", TCP_INVALID_RATELIMIT, 0, VALUE_MAX, 500),
    MILLIS("const.rto_init", CONST_RTO_INIT, 1, 3600000, 1000),
    MILLIS("const.rto_max", CONST_RTO_MAX, 1, 3600000, 120000),
    MILLIS("const.msl", CONST_MSL, 0, 3600000, 30000),
    MILLIS("const.timewait_len", CONST_TIMEWAIT_LEN, 0, 7200000, 60000),
    MILLIS("const.delack_min", CONST_DELACK_MIN, 0, 500, 40),
    MILLIS("const.delack_max", CONST_DELACK_MAX, 0, 500, 200),
    NUMBER("const.quickacks", CONST_QUICKACKS, 0, 255, 16),
    MILLIS("const.jiffy", CONST_JIFFY, 0, 100, 4),
    {"const.isn",
     SETTING_CONST_ISN,
     1,
     UNIT_ISN,
     {0, ISN_MODEL_COUNT - 1},
     {ISN_LINUX},
     isn_models},
    NUMBER("const.initial_window", CONST_INITIAL_WINDOW, 1, 1024, 10),
    MILLIS("const.rto_after_syn_loss", CONST_RTO_AFTER_SYN_LOSS, 0, 3600000, 0),
    FLAG("const.listen_queues", CONST_LISTEN_QUEUES, 1),
    WORD("const.queue_full_rule", CONST_QUEUE_FULL_RULE, full_rules, FULL_ABOVE),
    WORD("const.accept_full_rule", CONST_ACCEPT_FULL_RULE, full_rules, FULL_ABOVE),
    FLAG("const.reqsk_prune", CONST_REQSK_PRUNE, 1),
    SECONDS("const.cookie_period", CONST_COOKIE_PERIOD, 1, 3600, 60),
    NUMBER("const.cookie_age", CONST_COOKIE_AGE, 1, 255, 2),
    SECONDS("const.paws_msl", CONST_PAWS_MSL, 0, 3600, 60),
    NUMBER("const.tw_isn_step", CONST_TW_ISN_STEP, 1, VALUE_MAX, 65535 + 2),
    NUMBER("const.ehash_entries", CONST_EHASH_ENTRIES, 512, 524288, 262144),
    NUMBER("const.req_size", CONST_REQ_SIZE, 1, 65535, 304),
    NUMBER("const.tcb_size", CONST_TCB_SIZE, 1, 65535, 2304),
    FLAG("const.timestamp_offset", CONST_TIMESTAMP_OFFSET, 1),
    SECONDS("const.uptime", CONST_UPTIME, 0, VALUE_MAX, 0),
    FLAG("const.rfc5961", CONST_RFC5961, 1),
    FLAG("const.gso", CONST_GSO, 0),
    NUMBER("net.ipv4.tcp_min_tso_segs", TCP_MIN_TSO_SEGS, 1, 65535, 2),
    NUMBER("net.ipv4.tcp_tso_win_divisor", TCP_TSO_WIN_DIVISOR, 0, VALUE_MAX, 3),
    FLAG("tftp.options", TFTP_OPTIONS, 1),
    NUMBER("tftp.blksize", TFTP_BLKSIZE, 8, 65464, 512),
    NUMBER("tftp.windowsize", TFTP_WINDOWSIZE, 1, 64, 1),
    MILLIS("tftp.timeout", TFTP_TIMEOUT, 1, 255000, 1000),
    NUMBER("tftp.retries", TFTP_RETRIES, 0, 255, 5),
    FLAG("tftp.rollover", TFTP_ROLLOVER, 0),
    WORD("tftp.server_tid", TFTP_SERVER_TID, server_tids, TFTP_TID_NEW),
    NUMBER("rip.version", RIP_VERSION, 1, 2, 2),
    SECONDS("rip.update", RIP_UPDATE, 1, 65535, 30),
    SECONDS("rip.timeout", RIP_TIMEOUT, 1, 65535, 180),
    SECONDS("rip.garbage", RIP_GARBAGE, 1, 65535, 120),
    MILLIS("rip.jitter", RIP_JITTER, 0, 65535000, 5000),
    MILLIS("rip.phase", RIP_PHASE, -1, 65535000, -1),
    WORD("rip.split_horizon", RIP_SPLIT_HORIZON, horizons, 1),
    {"rip.triggered_delay",
     SETTING_RIP_TRIGGERED_DELAY,
     2,
     UNIT_MILLISECONDS,
     {0, 65535000},
     {1000, 5000},
     NULL},
    NUMBER("rip.infinity", RIP_INFINITY, 2, 255, 16),
    NUMBER("rip.max_entries", RIP_MAX_ENTRIES, 1, 25, 25),
    FLAG("rip.check_zero", RIP_CHECK_ZERO, 1),
    FLAG("variant.two_way_handshake", VARIANT_TWO_WAY_HANDSHAKE, 0),
    FLAG("variant.split_synack", VARIANT_SPLIT_SYNACK, 0),
    FLAG("variant.rst_on_lost_ack", VARIANT_RST_ON_LOST_ACK, 0),
    FLAG("variant.seq_instead_of_ack", VARIANT_SEQ_INSTEAD_OF_ACK, 0),
    FLAG("variant.full_tcb", VARIANT_FULL_TCB, 0),
    FLAG("variant.no_time_wait", VARIANT_NO_TIME_WAIT, 0),
    FLAG("variant.no_persist", VARIANT_NO_PERSIST, 0),
    FLAG("variant.ignore_window", VARIANT_IGNORE_WINDOW, 0),
    FLAG("variant.shrink_window", VARIANT_SHRINK_WINDOW, 0),
    FLAG("variant.no_pseudo_header", VARIANT_NO_PSEUDO_HEADER, 0),
    FLAG("variant.no_checksum", VARIANT_NO_CHECKSUM, 0),
    FLAG("variant.no_seq_check", VARIANT_NO_SEQ_CHECK, 0),
    FLAG("variant.no_rexmit", VARIANT_NO_REXMIT, 0),
    FLAG("variant.no_backoff", VARIANT_NO_BACKOFF, 0),
    FLAG("variant.no_karn", VARIANT_NO_KARN, 0),
    FLAG("variant.silent_on_dup", VARIANT_SILENT_ON_DUP, 0),
    FLAG("variant.arp_flood", VARIANT_ARP_FLOOD, 0),
    FLAG("variant.no_rst_from_closed", VARIANT_NO_RST_FROM_CLOSED, 0),
    FLAG("variant.tftp_sorcerer", VARIANT_TFTP_SORCERER, 0),
    FLAG("variant.tftp_no_empty_last", VARIANT_TFTP_NO_EMPTY_LAST, 0),
    SECONDS("ospf.min_ls_interval", OSPF_MIN_LS_INTERVAL, 0, 3600, 5),
    SECONDS("ospf.min_ls_arrival", OSPF_MIN_LS_ARRIVAL, 0, 3600, 1),
    SECONDS("ospf.ls_refresh", OSPF_LS_REFRESH, 1, 3600, 1800),
    SECONDS("ospf.max_age", OSPF_MAX_AGE, 2, 3600, 3600),
    FLAG("variant.no_lsack", VARIANT_NO_LSACK, 0),
    FLAG("variant.no_split_horizon", VARIANT_NO_SPLIT_HORIZON, 0),
    FLAG("variant.no_triggered_updates", VARIANT_NO_TRIGGERED_UPDATES, 0),
};
enum { KNOB_COUNT = sizeof knobs / sizeof knobs[0] };
static_assert((int)SETTING_COUNT <= (int)SETTING_MAX, "the node has room for every setting");

const struct knob *knob_at(uint32_t index) {
    return index < KNOB_COUNT ? &knobs[index] : NULL;
}

int64_t unit_ns(enum unit unit) {
    switch (unit) {
    case UNIT_SECONDS: return 1000000000;
    case UNIT_CENTISECONDS: return 10000000;
    case UNIT_MILLISECONDS: return 1000000;
    case UNIT_MICROSECONDS: return 1000;
    case UNIT_NUMBER:
    case UNIT_WORD:
    case UNIT_ISN:
    case UNIT_PORTS:
    case UNIT_KEY: return 1;
    }
    abort();
}
