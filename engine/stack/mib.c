#include "stack/mib.h"
/*
 * The counters' names are what `nstat` prints on Linux: the group of /proc/net/snmp or netstat and
 * the counter's name in one word. Counting is not traced: a reader asks with `nstat`.
 */
#include <assert.h>

static const char *const names[MIB_COUNT] = {
    [MIB_IP_IN_RECEIVES] = "IpInReceives",
    [MIB_IP_IN_HDR_ERRORS] = "IpInHdrErrors",
    [MIB_IP_IN_ADDR_ERRORS] = "IpInAddrErrors",
    [MIB_IP_FORW_DATAGRAMS] = "IpForwDatagrams",
    [MIB_IP_IN_UNKNOWN_PROTOS] = "IpInUnknownProtos",
    [MIB_IP_IN_DISCARDS] = "IpInDiscards",
    [MIB_IP_IN_DELIVERS] = "IpInDelivers",
    [MIB_IP_OUT_REQUESTS] = "IpOutRequests",
    [MIB_IP_OUT_DISCARDS] = "IpOutDiscards",
    [MIB_IP_OUT_NO_ROUTES] = "IpOutNoRoutes",
    [MIB_IP_IN_NO_ROUTES] = "IpExtInNoRoutes",
    [MIB_IP_REVERSE_PATH_FILTER] = "TcpExtIPReversePathFilter",
    [MIB_IP_IN_CSUM_ERRORS] = "IpExtInCsumErrors",
    [MIB_IP_REASM_TIMEOUT] = "IpReasmTimeout",
    [MIB_IP_REASM_REQDS] = "IpReasmReqds",
    [MIB_IP_REASM_OKS] = "IpReasmOKs",
    [MIB_IP_REASM_FAILS] = "IpReasmFails",
    [MIB_IP_FRAG_OKS] = "IpFragOKs",
    [MIB_IP_FRAG_FAILS] = "IpFragFails",
    [MIB_IP_FRAG_CREATES] = "IpFragCreates",
    [MIB_IP_REASM_OVERLAPS] = "IpExtReasmOverlaps",
    [MIB_ICMP_IN_MSGS] = "IcmpInMsgs",
    [MIB_ICMP_IN_ERRORS] = "IcmpInErrors",
    [MIB_ICMP_IN_CSUM_ERRORS] = "IcmpInCsumErrors",
    [MIB_ICMP_IN_DEST_UNREACHS] = "IcmpInDestUnreachs",
    [MIB_ICMP_IN_TIME_EXCDS] = "IcmpInTimeExcds",
    [MIB_ICMP_IN_ECHOS] = "IcmpInEchos",
    [MIB_ICMP_IN_ECHO_REPS] = "IcmpInEchoReps",
    [MIB_ICMP_IN_PARM_PROBS] = "IcmpInParmProbs",
    [MIB_ICMP_IN_SRC_QUENCHS] = "IcmpInSrcQuenchs",
    [MIB_ICMP_IN_REDIRECTS] = "IcmpInRedirects",
    [MIB_ICMP_IN_TIMESTAMPS] = "IcmpInTimestamps",
    [MIB_ICMP_IN_TIMESTAMP_REPS] = "IcmpInTimestampReps",
    [MIB_ICMP_IN_ADDR_MASKS] = "IcmpInAddrMasks",
    [MIB_ICMP_IN_ADDR_MASK_REPS] = "IcmpInAddrMaskReps",
    [MIB_ICMP_OUT_MSGS] = "IcmpOutMsgs",
    [MIB_ICMP_OUT_DEST_UNREACHS] = "IcmpOutDestUnreachs",
    [MIB_ICMP_OUT_TIME_EXCDS] = "IcmpOutTimeExcds",
    [MIB_ICMP_OUT_ECHOS] = "IcmpOutEchos",
    [MIB_ICMP_OUT_ECHO_REPS] = "IcmpOutEchoReps",
    [MIB_ICMP_OUT_ERRORS] = "IcmpOutErrors",
    [MIB_ICMP_OUT_RATE_LIMIT_GLOBAL] = "IcmpOutRateLimitGlobal",
    [MIB_ICMP_OUT_RATE_LIMIT_HOST] = "IcmpOutRateLimitHost",
    [MIB_ICMP_OUT_PARM_PROBS] = "IcmpOutParmProbs",
    [MIB_ICMP_OUT_SRC_QUENCHS] = "IcmpOutSrcQuenchs",
    [MIB_ICMP_OUT_REDIRECTS] = "IcmpOutRedirects",
    [MIB_ICMP_OUT_TIMESTAMPS] = "IcmpOutTimestamps",
    [MIB_ICMP_OUT_TIMESTAMP_REPS] = "IcmpOutTimestampReps",
    [MIB_ICMP_OUT_ADDR_MASKS] = "IcmpOutAddrMasks",
    [MIB_ICMP_OUT_ADDR_MASK_REPS] = "IcmpOutAddrMaskReps",
    [MIB_UDP_IN_DATAGRAMS] = "UdpInDatagrams",
    [MIB_UDP_NO_PORTS] = "UdpNoPorts",
    [MIB_UDP_IN_ERRORS] = "UdpInErrors",
    [MIB_UDP_OUT_DATAGRAMS] = "UdpOutDatagrams",
    [MIB_UDP_RCVBUF_ERRORS] = "UdpRcvbufErrors",
    [MIB_UDP_IN_CSUM_ERRORS] = "UdpInCsumErrors",
    [MIB_TCP_ACTIVE_OPENS] = "TcpActiveOpens",
    [MIB_TCP_PASSIVE_OPENS] = "TcpPassiveOpens",
    [MIB_TCP_ATTEMPT_FAILS] = "TcpAttemptFails",
    [MIB_TCP_ESTAB_RESETS] = "TcpEstabResets",
    [MIB_TCP_IN_SEGS] = "TcpInSegs",
    [MIB_TCP_OUT_SEGS] = "TcpOutSegs",
    [MIB_TCP_RETRANS_SEGS] = "TcpRetransSegs",
    [MIB_TCP_IN_ERRS] = "TcpInErrs",
    [MIB_TCP_OUT_RSTS] = "TcpOutRsts",
    [MIB_TCP_IN_CSUM_ERRORS] = "TcpInCsumErrors",
    [MIB_TCP_TW] = "TcpExtTW",
    [MIB_TCP_TW_RECYCLED] = "TcpExtTWRecycled",
    [MIB_TCP_TIME_WAIT_OVERFLOW] = "TcpExtTCPTimeWaitOverflow",
    [MIB_TCP_ABORT_ON_MEMORY] = "TcpExtTCPAbortOnMemory",
    [MIB_TCP_FASTOPEN_ACTIVE] = "TcpExtTCPFastOpenActive",
    [MIB_TCP_FASTOPEN_ACTIVE_FAIL] = "TcpExtTCPFastOpenActiveFail",
    [MIB_TCP_FASTOPEN_PASSIVE] = "TcpExtTCPFastOpenPassive",
    [MIB_TCP_FASTOPEN_PASSIVE_FAIL] = "TcpExtTCPFastOpenPassiveFail",
    [MIB_TCP_FASTOPEN_LISTEN_OVERFLOW] = "TcpExtTCPFastOpenListenOverflow",
    [MIB_TCP_FASTOPEN_COOKIE_REQD] = "TcpExtTCPFastOpenCookieReqd",
    [MIB_TCP_PAWS_ACTIVE] = "TcpExtPAWSActive",
    [MIB_TCP_PAWS_PASSIVE] = "TcpExtPAWSPassive",
    [MIB_TCP_LISTEN_OVERFLOWS] = "TcpExtListenOverflows",
    [MIB_TCP_LISTEN_DROPS] = "TcpExtListenDrops",
    [MIB_TCP_REQ_QUEUE_FULL_DROP] = "TcpExtTCPReqQFullDrop",
    [MIB_TCP_REQ_QUEUE_FULL_DO_COOKIES] = "TcpExtTCPReqQFullDoCookies",
    [MIB_TCP_SYNCOOKIES_SENT] = "TcpExtSyncookiesSent",
    [MIB_TCP_SYNCOOKIES_RECV] = "TcpExtSyncookiesRecv",
    [MIB_TCP_SYNCOOKIES_FAILED] = "TcpExtSyncookiesFailed",
    [MIB_TCP_TIMEOUTS] = "TcpExtTCPTimeouts",
    [MIB_TCP_ABORT_ON_DATA] = "TcpExtTCPAbortOnData",
    [MIB_TCP_ABORT_ON_CLOSE] = "TcpExtTCPAbortOnClose",
    [MIB_TCP_ABORT_ON_TIMEOUT] = "TcpExtTCPAbortOnTimeout",
    [MIB_TCP_ABORT_ON_LINGER] = "TcpExtTCPAbortOnLinger",
    [MIB_TCP_WIN_PROBE] = "TcpExtTCPWinProbe",
    [MIB_TCP_CHALLENGE_ACK] = "TcpExtTCPChallengeACK",
    [MIB_TCP_SYN_CHALLENGE] = "TcpExtTCPSYNChallenge",
    [MIB_TCP_PAWS_ESTAB] = "TcpExtPAWSEstab",
    [MIB_TCP_EMBRYONIC_RSTS] = "TcpExtEmbryonicRsts",
    [MIB_TCP_DELAYED_ACKS] = "TcpExtDelayedACKs",
    [MIB_TCP_SYN_RETRANS] = "TcpExtTCPSynRetrans",
    [MIB_TCP_DSACK_RECV] = "TcpExtTCPDSACKRecv",
    [MIB_TCP_DSACK_OFO_RECV] = "TcpExtTCPDSACKOfoRecv",
    [MIB_TCP_DSACK_IGNORED_DUBIOUS] = "TcpExtTCPDSACKIgnoredDubious",
    [MIB_TCP_SACK_DISCARD] = "TcpExtTCPSACKDiscard",
    [MIB_TCP_SACK_RENEGING] = "TcpExtTCPSACKReneging",
    [MIB_TCP_SACK_RECOVERY] = "TcpExtTCPSackRecovery",
    [MIB_TCP_RENO_RECOVERY] = "TcpExtTCPRenoRecovery",
    [MIB_TCP_SACK_REORDER] = "TcpExtTCPSACKReorder",
    [MIB_TCP_RENO_REORDER] = "TcpExtTCPRenoReorder",
    [MIB_TCP_TS_REORDER] = "TcpExtTCPTSReorder",
    [MIB_TCP_FULL_UNDO] = "TcpExtTCPFullUndo",
    [MIB_TCP_PARTIAL_UNDO] = "TcpExtTCPPartialUndo",
    [MIB_TCP_DSACK_UNDO] = "TcpExtTCPDSACKUndo",
    [MIB_TCP_LOSS_UNDO] = "TcpExtTCPLossUndo",
    [MIB_TCP_LOST_RETRANSMIT] = "TcpExtTCPLostRetransmit",
    [MIB_TCP_FAST_RETRANS] = "TcpExtTCPFastRetrans",
    [MIB_TCP_SLOW_START_RETRANS] = "TcpExtTCPSlowStartRetrans",
    [MIB_TCP_SPURIOUS_RTOS] = "TcpExtTCPSpuriousRTOs",
    [MIB_TCP_LOSS_PROBES] = "TcpExtTCPLossProbes",
    [MIB_TCP_LOSS_PROBE_RECOVERY] = "TcpExtTCPLossProbeRecovery",
    [MIB_TCP_KEEP_ALIVE] = "TcpExtTCPKeepAlive",
    [MIB_TCP_OUT_OF_WINDOW_ICMPS] = "TcpExtOutOfWindowIcmps",
    [MIB_TCP_DEFER_ACCEPT_DROP] = "TcpExtTCPDeferAcceptDrop",
};
static_assert((int)CENSUS_COUNT <= (int)CENSUS_MAX, "the node has room for every kind");
static_assert((int)MIB_COUNT <= (int)COUNTER_MAX, "the node has room for every counter");

void mib_add(struct step *s, uint32_t node, enum mib counter) {
    assert(counter < MIB_COUNT);
    node_at(s->lab, node)->counter[counter]++;
}

void census_add(struct step *s, uint32_t node, enum census census, uint32_t by) {
    assert(census < CENSUS_COUNT);
    node_at(s->lab, node)->census[census] += by;
}

uint32_t census_value(const struct lab *lab, uint32_t node, enum census census) {
    assert(census < CENSUS_COUNT);
    return node_view_at(lab, node)->census[census];
}

uint64_t mib_value(const struct lab *lab, uint32_t node, enum mib counter) {
    assert(counter < MIB_COUNT);
    return node_view_at(lab, node)->counter[counter];
}

const char *mib_name(uint32_t counter) {
    return counter < MIB_COUNT ? names[counter] : NULL;
}
