#ifndef NETSTEP_STACK_SYSCTL_H
#define NETSTEP_STACK_SYSCTL_H
/*
 * Each node's settings, by Linux's names, with the defaults of its profile. Times are in ns
 * inside; shown and set in the unit that Linux uses for that name. const.* and variant.* are ours.
 */
#include "sim/lab.h"

enum profile {
    PROFILE_LINUX_6_12,
    PROFILE_LINUX_6_12_PLAIN,
    PROFILE_LINUX_6_1,
    PROFILE_LINUX_4_9,
    PROFILE_LINUX_2_6_32,
    PROFILE_RFC9293,
    PROFILE_RFC793,
    PROFILE_BSD,
    PROFILE_RFC1350,
    PROFILE_COUNT
};

enum setting {
    SETTING_IP_FORWARD,
    SETTING_IP_DEFAULT_TTL,
    SETTING_TTL_SECONDS,
    SETTING_PORT_LOW,
    SETTING_PORT_HIGH,
    SETTING_RESERVED_PORTS, /* four ranges: low << 16 | high, 0: none */
    SETTING_RESERVED_PORTS_2,
    SETTING_RESERVED_PORTS_3,
    SETTING_RESERVED_PORTS_4,
    SETTING_ACCEPT_SOURCE_ROUTE,
    SETTING_IPFRAG_TIME,
    SETTING_IPFRAG_HIGH,
    SETTING_IPFRAG_LOW,
    SETTING_IPFRAG_MAX_DIST,
    SETTING_CONST_IP_ID,            /* enum ip_id_model */
    SETTING_CONST_FRAGMENT_OVERLAP, /* enum fragment_overlap */
    SETTING_CONST_FRAGMENT_EVICT,   /* 1: above the high threshold the oldest make room */
    SETTING_CONST_FRAGMENT_OPTIONS, /* 1: options that are not copied leave room for others */
    SETTING_ICMP_ECHO_IGNORE_ALL,
    SETTING_ICMP_ECHO_IGNORE_BROADCASTS,
    SETTING_ICMP_RATELIMIT,
    SETTING_ICMP_RATEMASK,
    SETTING_ICMP_MSGS_PER_SEC,
    SETTING_ICMP_MSGS_BURST,
    SETTING_ICMP_INBOUND_IFADDR,
    SETTING_ACCEPT_REDIRECTS,
    SETTING_SECURE_REDIRECTS,
    SETTING_SEND_REDIRECTS,
    SETTING_SHARED_MEDIA,
    SETTING_REDIRECT_NUMBER,
    SETTING_REDIRECT_LOAD,
    SETTING_REDIRECT_SILENCE,
    SETTING_ROUTE_GC_TIMEOUT,
    SETTING_NO_PMTU_DISC, /* enum pmtu_disc */
    SETTING_IGNORE_LINKDOWN,
    SETTING_ICMP_ERROR_SIZE,
    SETTING_ICMP_TS_MODEL, /* enum icmp_ts_model */
    SETTING_ICMP_THINK,
    SETTING_ICMP_MASK_AGENT,
    SETTING_CLOCK_OFFSET,
    SETTING_IRDP_ADVERTISE,
    SETTING_IRDP_MAX_INTERVAL,
    SETTING_IRDP_MIN_INTERVAL,
    SETTING_IRDP_LIFETIME,
    SETTING_IRDP_PREFERENCE,
    SETTING_IRDP_SOLICIT,
    SETTING_PING_WAIT_REPLY,
    SETTING_NAT_CHECKSUM, /* enum nat_checksum */
    SETTING_CT_MAX,
    SETTING_CT_GENERIC,
    SETTING_CT_ICMP,
    SETTING_CT_UDP,
    SETTING_CT_UDP_STREAM,
    SETTING_CT_SYN_SENT,
    SETTING_CT_SYN_RECV,
    SETTING_CT_ESTABLISHED,
    SETTING_CT_FIN_WAIT,
    SETTING_CT_CLOSE_WAIT,
    SETTING_CT_LAST_ACK,
    SETTING_CT_TIME_WAIT,
    SETTING_CT_CLOSE,
    SETTING_RP_FILTER,
    SETTING_LOG_MARTIANS,
    SETTING_BC_FORWARDING,
    SETTING_FORCE_IGMP_VERSION,
    SETTING_IGMP_LINK_LOCAL_REPORTS,
    SETTING_ARP_BASE_REACHABLE,
    SETTING_ARP_DELAY_FIRST_PROBE,
    SETTING_ARP_UCAST_PROBES,
    SETTING_ARP_MCAST_PROBES,
    SETTING_ARP_RETRANS,
    SETTING_ARP_UNRES_QLEN,
    SETTING_ARP_GC_STALE,
    SETTING_ARP_GC_THRESH1,
    SETTING_ARP_GC_THRESH2,
    SETTING_ARP_GC_THRESH3,
    SETTING_ARP_LOCKTIME,
    SETTING_ARP_MCAST_REPROBES,
    SETTING_ARP_PROXY_DELAY,
    SETTING_ARP_PROXY,
    SETTING_ARP_IGNORE,
    SETTING_ARP_ANNOUNCE,
    SETTING_ARP_ACCEPT,
    SETTING_ARP_NOTIFY,
    SETTING_ARP_MODEL, /* enum arp_model */
    SETTING_ARP_TIMEOUT,
    SETTING_ARP_RANDOMISE,
    SETTING_ARP_ACD, /* enum acd_choice */
    SETTING_ARP_LOG, /* 1: who claims another's address is told on the console */
    SETTING_TCP_SYN_RETRIES,
    SETTING_TCP_SYN_LINEAR_TIMEOUTS,
    SETTING_TCP_SYNACK_RETRIES,
    SETTING_MTU_EXPIRES,
    SETTING_TCP_STDURG,
    SETTING_TCP_RETRIES1,
    SETTING_TCP_RETRIES2,
    SETTING_TCP_ORPHAN_RETRIES,
    SETTING_TCP_FIN_TIMEOUT,
    SETTING_TCP_TIMESTAMPS,
    SETTING_TCP_WINDOW_SCALING,
    SETTING_TCP_SACK,
    SETTING_SOMAXCONN,
    SETTING_RMEM_DEFAULT,
    SETTING_TCP_RMEM_MIN,
    SETTING_TCP_RMEM_DEFAULT,
    SETTING_TCP_RMEM_MAX,
    SETTING_TCP_WMEM_MIN,
    SETTING_TCP_WMEM_DEFAULT,
    SETTING_TCP_WMEM_MAX,
    SETTING_TCP_RTO_MIN,
    SETTING_TCP_RFC1337,
    SETTING_TCP_INVALID_RATELIMIT,
    SETTING_TCP_MAX_SYN_BACKLOG,
    SETTING_TCP_SYNCOOKIES,
    SETTING_TCP_ABORT_ON_OVERFLOW,
    SETTING_TCP_MAX_ORPHANS,
    SETTING_TCP_TW_REUSE,
    SETTING_TCP_TW_REUSE_DELAY,
    SETTING_TCP_TW_RECYCLE,
    SETTING_TCP_MAX_TW_BUCKETS,
    SETTING_TCP_DSACK,
    SETTING_TCP_ECN,
    SETTING_TCP_KEEPALIVE_TIME,
    SETTING_TCP_KEEPALIVE_INTVL,
    SETTING_TCP_KEEPALIVE_PROBES,
    SETTING_TCP_FASTOPEN,
    SETTING_TCP_FASTOPEN_KEY, /* two halves; 0: the node's own secret */
    SETTING_TCP_FASTOPEN_KEY_LOW,
    SETTING_TCP_MODERATE_RCVBUF,
    SETTING_TCP_SHRINK_WINDOW,
    SETTING_TCP_EARLY_RETRANS,
    SETTING_TCP_RECOVERY,
    SETTING_TCP_REORDERING,
    SETTING_TCP_FRTO,
    SETTING_TCP_CONGESTION_CONTROL, /* enum congestion_control */
    SETTING_TCP_SLOW_START_AFTER_IDLE,
    SETTING_TCP_NO_METRICS_SAVE,
    SETTING_TCP_CHALLENGE_ACK_LIMIT,
    SETTING_TCP_THIN_LINEAR_TIMEOUTS,
    SETTING_CONST_RTO_INIT,
    SETTING_CONST_RTO_MAX,
    SETTING_CONST_MSL,
    SETTING_CONST_TIMEWAIT_LEN,
    SETTING_CONST_DELACK_MIN,
    SETTING_CONST_DELACK_MAX,
    SETTING_CONST_QUICKACKS,
    SETTING_CONST_JIFFY,
    SETTING_CONST_ISN,
    SETTING_CONST_INITIAL_WINDOW,
    SETTING_CONST_RTO_AFTER_SYN_LOSS, /* 0: as for any new connection */
    SETTING_CONST_LISTEN_QUEUES,      /* 1: the two queues of a listener are bounded, as Linux's */
    SETTING_CONST_QUEUE_FULL_RULE,    /* enum full_rule, of the SYN queue */
    SETTING_CONST_ACCEPT_FULL_RULE,
    SETTING_CONST_REQSK_PRUNE,
    SETTING_CONST_COOKIE_PERIOD,
    SETTING_CONST_COOKIE_AGE, /* in periods */
    SETTING_CONST_PAWS_MSL,
    SETTING_CONST_TW_ISN_STEP,
    SETTING_CONST_EHASH_ENTRIES, /* setting it sets the three limits that follow from it */
    SETTING_CONST_REQ_SIZE,      /* octets of a half-open child, and of a connection, on Linux */
    SETTING_CONST_TCB_SIZE,
    SETTING_CONST_TIMESTAMP_OFFSET, /* 1: each connection's timestamp clock begins elsewhere */
    SETTING_CONST_UPTIME,           /* how long the node had been up when the lab began */
    SETTING_CONST_RFC5961,          /* 1: resets and SYNs in the window are challenged */
    SETTING_CONST_GSO,              /* 1: several segments are handed down at a time, tcp_burst.c */
    SETTING_TCP_MIN_TSO_SEGS,
    SETTING_TCP_TSO_WIN_DIVISOR,
    SETTING_TFTP_OPTIONS, /* 0: RFC 1350 alone */
    SETTING_TFTP_BLKSIZE, /* what a client asks for, unless its line says otherwise */
    SETTING_TFTP_WINDOWSIZE,
    SETTING_TFTP_TIMEOUT, /* the first and the least time-out */
    SETTING_TFTP_RETRIES,
    SETTING_TFTP_ROLLOVER, /* the block behind 65535: 0 or 1 */
    SETTING_TFTP_SERVER_TID,
    SETTING_RIP_VERSION, /* rip.*: what `router rip` begins with */
    SETTING_RIP_UPDATE,
    SETTING_RIP_TIMEOUT,
    SETTING_RIP_GARBAGE,
    SETTING_RIP_JITTER, /* of each regular update, to either side */
    SETTING_RIP_PHASE,  /* of the first one; below 0: random */
    SETTING_RIP_SPLIT_HORIZON,
    SETTING_RIP_TRIGGERED_DELAY, /* two: at least, at most */
    SETTING_RIP_TRIGGERED_DELAY_MOST,
    SETTING_RIP_INFINITY,
    SETTING_RIP_MAX_ENTRIES,
    SETTING_RIP_CHECK_ZERO, /* 0: fields of RIP-1 that must be zero are not looked at */
    /* Broken on purpose: 0 or 1, never set by a profile. */
    SETTING_VARIANT_TWO_WAY_HANDSHAKE,
    SETTING_VARIANT_SPLIT_SYNACK,
    SETTING_VARIANT_RST_ON_LOST_ACK,
    SETTING_VARIANT_SEQ_INSTEAD_OF_ACK,
    SETTING_VARIANT_FULL_TCB,
    SETTING_VARIANT_NO_TIME_WAIT,
    SETTING_VARIANT_NO_PERSIST,
    SETTING_VARIANT_IGNORE_WINDOW,
    SETTING_VARIANT_SHRINK_WINDOW,
    SETTING_VARIANT_NO_PSEUDO_HEADER,
    SETTING_VARIANT_NO_CHECKSUM,
    SETTING_VARIANT_NO_SEQ_CHECK,
    SETTING_VARIANT_NO_REXMIT,
    SETTING_VARIANT_NO_BACKOFF,
    SETTING_VARIANT_NO_KARN,
    SETTING_VARIANT_SILENT_ON_DUP,
    SETTING_VARIANT_ARP_FLOOD,
    SETTING_VARIANT_NO_RST_FROM_CLOSED,
    SETTING_VARIANT_TFTP_SORCERER,
    SETTING_VARIANT_TFTP_NO_EMPTY_LAST,
    SETTING_OSPF_MIN_LS_INTERVAL,
    SETTING_OSPF_MIN_LS_ARRIVAL,
    SETTING_OSPF_LS_REFRESH,
    SETTING_OSPF_MAX_AGE,
    SETTING_VARIANT_NO_LSACK,
    SETTING_VARIANT_NO_SPLIT_HORIZON,
    SETTING_VARIANT_NO_TRIGGERED_UPDATES,
    SETTING_COUNT /* <= SETTING_MAX */
};
/* icmp.ts_model: which moment a timestamp reply names as that of its transmission. */
enum icmp_ts_model { ICMP_TS_LINUX, ICMP_TS_RFC792 };
/* const.ip_id: how datagrams are numbered. */
enum ip_id_model { IP_ID_LINUX, IP_ID_COUNTER };
/* const.fragment_overlap: which octets win where two fragments have the same. */
enum fragment_overlap {
    OVERLAP_DROP,   /* none: the datagram is thrown away */
    OVERLAP_NEWEST, /* RFC 791 3.2 */
    OVERLAP_OLDEST,
    OVERLAP_BSD,  /* those of the fragment that begins first, else the older one's */
    OVERLAP_LINUX /* the same, else the newer one's: Linux until 4.18 */
};
enum tftp_server_tid { TFTP_TID_NEW, TFTP_TID_WELL_KNOWN };
enum full_rule { FULL_ABOVE, FULL_AT }; /* ">": one more than the limit fits; ">=" */
enum congestion_control { CONGESTION_RENO, CONGESTION_CUBIC };
enum arp_model { ARP_MODEL_NUD, ARP_MODEL_TIMEOUT, ARP_MODEL_STATIC }; /* stack/ip/neighbour.c */
enum acd_choice { ACD_OFF, ACD_CEASE, ACD_DEFEND, ACD_KEEP };          /* stack/ip/acd.c */
/* nat.checksum: changed word by word (RFC 1624), or made anew. */
enum nat_checksum { NAT_CHECKSUM_INCREMENTAL, NAT_CHECKSUM_FULL };
/* const.isn: how first sequence numbers are chosen (tcp_iss.c), or ISN_EXPLICIT + the number. */
enum isn_model {
    ISN_LINUX,
    ISN_RFC6528,
    ISN_RFC793_CLOCK,
    ISN_NOTES_4MS,
    ISN_BSD44,
    ISN_FIXED,
    ISN_RANDOM,
    ISN_MODEL_COUNT
};
#define ISN_EXPLICIT ((int64_t)1 << 32)

int64_t setting_of(const struct lab *, uint32_t node, enum setting); /* times: ns */
/* profile.c */
void settings_begin(struct node *, enum profile);
bool profile_named(const char *, enum profile *);
const char *profile_name(uint32_t profile); /* "linux-6.12"; NULL past the end */
bool profile_is_linux(uint32_t profile);
bool profile_has(uint32_t profile, enum setting first); /* that kernel knows the name */

/* sysctl.c */
/* "net.ipv4.tcp_syn_retries" = "3": false with the reason in `why` (unknown name, out of range). */
bool setting_set(struct step *, uint32_t node, const char *name, const char *value,
                 struct complaint *why);
bool setting_text(const struct lab *, uint32_t node, const char *name, char *out, size_t size);
const char *setting_name(uint32_t index); /* of the names that can be set; NULL past the end */

#endif
