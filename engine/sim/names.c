#include "sim/trace.h"
/*
 * The names of everything that is numbered: stable snake_case keys, under which the catalogues of
 * text have their sentences. A watched field's name is as its RFC prints it. Names of states and
 * graphs belong to their machines: engine.c.
 */
#include "base/text.h"
#include "sim/event.h"

static const char *const kinds[TRACE_KIND_COUNT] = {[TRACE_COMMAND] = "command",
                                                    [TRACE_SENT] = "sent",
                                                    [TRACE_DELIVERED] = "delivered",
                                                    [TRACE_LOST] = "lost",
                                                    [TRACE_DROPPED] = "dropped",
                                                    [TRACE_STATE] = "state",
                                                    [TRACE_VARIABLE] = "variable",
                                                    [TRACE_TABLE] = "table",
                                                    [TRACE_TIMER_SET] = "timer_set",
                                                    [TRACE_TIMER_FIRED] = "timer_fired",
                                                    [TRACE_TIMER_STOPPED] = "timer_stopped",
                                                    [TRACE_OUTPUT] = "output",
                                                    [TRACE_CALL] = "call",
                                                    [TRACE_STREAM] = "stream",
                                                    [TRACE_RULE] = "rule"};

static const char *const machines[MACHINE_COUNT] = {[MACHINE_TCP] = "tcp",
                                                    [MACHINE_NEIGHBOUR] = "neighbour",
                                                    [MACHINE_CONGESTION] = "congestion",
                                                    [MACHINE_TFTP] = "tftp",
                                                    [MACHINE_RIP] = "rip",
                                                    [MACHINE_OSPF_INTERFACE] = "ospf_interface",
                                                    [MACHINE_OSPF_NEIGHBOR] = "ospf_neighbor"};

static const char *const tables[TABLE_COUNT] = {[TABLE_INTERFACES] = "interfaces",
                                                [TABLE_ARP] = "arp",
                                                [TABLE_MAC] = "mac",
                                                [TABLE_ROUTES] = "routes",
                                                [TABLE_FRAGMENTS] = "fragments",
                                                [TABLE_NAT] = "nat",
                                                [TABLE_GROUPS] = "groups",
                                                [TABLE_SOCKETS] = "sockets",
                                                [TABLE_TIMERS] = "timers",
                                                [TABLE_QUEUES] = "queues",
                                                [TABLE_SYN_QUEUE] = "syn_queue",
                                                [TABLE_ACCEPT_QUEUE] = "accept_queue",
                                                [TABLE_FILES] = "files",
                                                [TABLE_TRANSFERS] = "transfers",
                                                [TABLE_OSPF_ROUTES] = "ospf_routes",

                                                [TABLE_RIP] = "rip",
                                                [TABLE_OSPF_LSDB] = "ospf_lsdb",
                                                [TABLE_OSPF_INTERFACES] = "ospf_interfaces",
                                                [TABLE_OSPF_NEIGHBORS] = "ospf_neighbors"};

static const struct {
    const char *name, *clause;
} timers[TIMER_KIND_COUNT] = {
    [TIMER_TCP_RETRANSMISSION] = {"retransmission", "RFC 6298 5"},
    [TIMER_TCP_DELAYED_ACK] = {"delayed_ack", "RFC 9293 3.8.6.3"},
    [TIMER_TCP_TIME_WAIT] = {"time_wait", "RFC 9293 3.10.8"},
    [TIMER_TCP_USER] = {"user_timeout", "RFC 9293 3.10.8"},
    [TIMER_TCP_PERSIST] = {"persist", "RFC 9293 3.8.6.1"},
    [TIMER_TCP_KEEPALIVE] = {"keepalive", "RFC 9293 3.8.4"},
    [TIMER_TCP_FIN_WAIT_2] = {"fin_wait_2", NULL}, /* Linux's tcp_fin_timeout; no RFC has it */
    [TIMER_TCP_SYNACK] = {"synack", "RFC 6298 5"},
    [TIMER_TCP_LOSS_PROBE] = {"loss_probe", "RFC 8985 7.2"},
    [TIMER_TCP_REORDERING] = {"reordering", "RFC 8985 6.3"},
    [TIMER_ARP_RETRANS] = {"arp_retrans", "RFC 1122 2.3.2.1"},
    [TIMER_ARP_REACHABLE] = {"arp_reachable", "RFC 4861 7.3.2"},
    [TIMER_ARP_DELAY] = {"arp_delay", "RFC 4861 7.3.3"},
    [TIMER_ARP_PROBE] = {"arp_probe", "RFC 4861 7.3.3"},
    [TIMER_ROUTE] = {"route", "RFC 1122 3.3.1.3"},
    [TIMER_ROUTER] = {"router", "RFC 1256 4.3"},
    [TIMER_ICMP_REPLY] = {"icmp_reply", "RFC 792"},
    [TIMER_REASSEMBLY] = {"reassembly", "RFC 1122 3.3.2"},
    [TIMER_TRACK] = {"track", "RFC 3022 2.6"},
    [TIMER_IGMP_REPORT] = {"igmp_report", "RFC 2236 3"},
    [TIMER_IGMP_CHANGE] = {"igmp_change", "RFC 3376 5.1"},
    [TIMER_ARP_ADDRESS] = {"arp_address", "RFC 5227 2.1.1"},
    [TIMER_ARP_PROXY] = {"arp_proxy", "RFC 1027 2.1"},
    [TIMER_TFTP_RETRANSMISSION] = {"tftp_retransmission", "RFC 1123 4.2.3.2"},
    [TIMER_TFTP_DALLY] = {"tftp_dally", "RFC 1350 6"},
    [TIMER_RIP_UPDATE] = {"rip_update", "RFC 2453 3.8"},
    [TIMER_RIP_TRIGGERED] = {"rip_triggered", "RFC 2453 3.10.1"},
    [TIMER_RIP_TIMEOUT] = {"rip_timeout", "RFC 2453 3.8"},
    [TIMER_RIP_GARBAGE] = {"rip_garbage", "RFC 2453 3.8"},
    [TIMER_OSPF_HELLO] = {"ospf_hello", "RFC 2328 9.5"},
    [TIMER_OSPF_WAIT] = {"ospf_wait", "RFC 2328 9.3"},
    [TIMER_OSPF_INACTIVITY] = {"ospf_inactivity", "RFC 2328 10.3"},
    [TIMER_OSPF_DD] = {"ospf_dd", "RFC 2328 10.8"},
    [TIMER_OSPF_REQUEST] = {"ospf_request", "RFC 2328 10.9"},
    [TIMER_OSPF_AGE] = {"ospf_age", "RFC 2328 14"},
    [TIMER_OSPF_ORIGINATION] = {"ospf_origination", "RFC 2328 12.4"},
    [TIMER_OSPF_UPDATE] = {"ospf_update", "RFC 2328 13.6"},
    [TIMER_OSPF_ACK] = {"ospf_ack", "RFC 2328 13.5"},
    [TIMER_OSPF_SPF] = {"ospf_spf", "RFC 2328 16"},
    [TIMER_PROCESS] = {"process", NULL},
    [TIMER_WAKE] = {"wake", NULL},
    [TIMER_LOOPBACK] = {"loopback", NULL},
    [TIMER_SCRIPT] = {"script", NULL},
    [TIMER_HOLD] = {"hold", NULL},
    [TIMER_FAULT] = {"fault", NULL}};

static const char *const reasons[REASON_COUNT] = {
    [REASON_NONE] = "none",
    [REASON_LOSS] = "loss",
    [REASON_FAULT] = "fault",
    [REASON_QUEUE_FULL] = "queue_full",
    [REASON_LINK_DOWN] = "link_down",
    [REASON_NO_CABLE] = "no_cable",
    [REASON_NO_FRAMES] = "no_frames",
    [REASON_NO_BUFFERS] = "no_buffers",
    [REASON_NO_CONNECTIONS] = "no_connections",
    [REASON_NO_NEIGHBOURS] = "no_neighbours",
    [REASON_TRUNCATED] = "truncated",
    [REASON_BAD_CHECKSUM] = "bad_checksum",
    [REASON_BAD_HEADER] = "bad_header",
    [REASON_BAD_VERSION] = "bad_version",
    [REASON_BAD_LENGTH] = "bad_length",
    [REASON_BAD_OPTION] = "bad_option",
    [REASON_NOT_FOR_US] = "not_for_us",
    [REASON_UNKNOWN_TYPE] = "unknown_type",
    [REASON_UNKNOWN_PROTOCOL] = "unknown_protocol",
    [REASON_NOT_FORWARDING] = "not_forwarding",
    [REASON_NO_ROUTE] = "no_route",
    [REASON_ROUTE_REFUSES] = "route_refuses",
    [REASON_REVERSE_PATH] = "reverse_path",
    [REASON_TTL_EXPIRED] = "ttl_expired",
    [REASON_SOURCE_ROUTE] = "source_route",
    [REASON_FRAGMENT_DUPLICATE] = "fragment_duplicate",
    [REASON_FRAGMENT_OVERLAP] = "fragment_overlap",
    [REASON_FRAGMENT_MISFIT] = "fragment_misfit",
    [REASON_FRAGMENT_TOO_LONG] = "fragment_too_long",
    [REASON_FRAGMENT_MARKS] = "fragment_marks",
    [REASON_FRAGMENT_MEMORY] = "fragment_memory",
    [REASON_FRAGMENT_EVICTED] = "fragment_evicted",
    [REASON_FRAGMENT_TOO_FAR] = "fragment_too_far",
    [REASON_FRAGMENT_TIMEOUT] = "fragment_timeout",
    [REASON_TOO_BIG] = "too_big",
    [REASON_MARTIAN] = "martian",
    [REASON_FIREWALL] = "firewall",
    [REASON_NAT_PORTS] = "nat_ports",
    [REASON_TRACK_FULL] = "track_full",
    [REASON_NOT_A_MEMBER] = "not_a_member",
    [REASON_UNRESOLVED] = "unresolved",
    [REASON_UNRESOLVED_QUEUE_FULL] = "unresolved_queue_full",
    [REASON_TENTATIVE] = "tentative",
    [REASON_LOOP_GUARD] = "loop_guard",
    [REASON_NODE_DOWN] = "node_down",
    [REASON_SEEN_LOST] = "seen_lost",
    [REASON_NOT_CAPTURED] = "not_captured",
    [REASON_ECHO_IGNORED] = "echo_ignored",
    [REASON_QUERY_IGNORED] = "query_ignored",
    [REASON_REDIRECT_REFUSED] = "redirect_refused",
    [REASON_SOURCE_QUENCH] = "source_quench",
    [REASON_ICMP_LIMITED] = "icmp_limited",
    [REASON_NO_SOCKET] = "no_socket",
    [REASON_RECEIVE_QUEUE_FULL] = "receive_queue_full",
    [REASON_RIP_LENGTH] = "rip_length",
    [REASON_RIP_VERSION] = "rip_version",
    [REASON_RIP_COMMAND] = "rip_command",
    [REASON_RIP_INTERFACE] = "rip_interface",
    [REASON_RIP_OWN] = "rip_own",
    [REASON_RIP_PORT] = "rip_port",
    [REASON_RIP_NEIGHBOUR] = "rip_neighbour",
    [REASON_RIP_VERSION_OFF] = "rip_version_off",
    [REASON_RIP_NOT_ZERO] = "rip_not_zero",
    [REASON_RIP_EMPTY] = "rip_empty",
    [REASON_RIP_SILENT] = "rip_silent",
    [REASON_RIP_AUTH_UNWANTED] = "rip_auth_unwanted",
    [REASON_RIP_AUTH_MISSING] = "rip_auth_missing",
    [REASON_RIP_AUTH_TYPE] = "rip_auth_type",
    [REASON_RIP_AUTH_LENGTH] = "rip_auth_length",
    [REASON_RIP_AUTH_PASSWORD] = "rip_auth_password",
    [REASON_RIP_AUTH_KEY] = "rip_auth_key",
    [REASON_RIP_AUTH_DIGEST] = "rip_auth_digest",
    [REASON_RIP_AUTH_SEQUENCE] = "rip_auth_sequence",
    [REASON_RIP_FAMILY] = "rip_family",
    [REASON_RIP_ADDRESS] = "rip_address",
    [REASON_RIP_MASK] = "rip_mask",
    [REASON_RIP_METRIC] = "rip_metric",
    [REASON_RIP_NO_ROOM] = "rip_no_room",
    [REASON_TCP_OUTSIDE_WINDOW] = "tcp_outside_window",
    [REASON_TCP_BAD_ACK] = "tcp_bad_ack",
    [REASON_TCP_NO_ACK] = "tcp_no_ack",
    [REASON_TCP_NO_SYN] = "tcp_no_syn",
    [REASON_TCP_RST_IGNORED] = "tcp_rst_ignored",
    [REASON_TCP_NO_LISTENER] = "tcp_no_listener",
    [REASON_TCP_SYN_IN_WINDOW] = "tcp_syn_in_window",
    [REASON_TCP_OLD_DUPLICATE] = "tcp_old_duplicate",
    [REASON_TCP_ACCEPT_QUEUE_FULL] = "tcp_accept_queue_full",
    [REASON_TCP_SYN_QUEUE_FULL] = "tcp_syn_queue_full",
    [REASON_TCP_PAWS] = "tcp_paws",
    [REASON_TCP_CLOSED] = "tcp_closed",
    [REASON_TCP_DEFERRED] = "tcp_deferred",
    [REASON_OSPF_NO_INTERFACE] = "ospf_no_interface",
    [REASON_OSPF_OWN] = "ospf_own",
    [REASON_OSPF_DESTINATION] = "ospf_destination",
    [REASON_OSPF_AREA] = "ospf_area",
    [REASON_OSPF_NETWORK] = "ospf_network",
    [REASON_OSPF_NOT_DR] = "ospf_not_dr",
    [REASON_OSPF_AUTH_TYPE] = "ospf_auth_type",
    [REASON_OSPF_PASSWORD] = "ospf_password",
    [REASON_OSPF_KEY_ID] = "ospf_key_id",
    [REASON_OSPF_REPLAY] = "ospf_replay",
    [REASON_OSPF_DIGEST] = "ospf_digest",
    [REASON_OSPF_SAME_ID] = "ospf_same_id",
    [REASON_OSPF_NO_NEIGHBOR] = "ospf_no_neighbor",
    [REASON_OSPF_HELLO_MASK] = "ospf_hello_mask",
    [REASON_OSPF_HELLO_INTERVAL] = "ospf_hello_interval",
    [REASON_OSPF_DEAD_INTERVAL] = "ospf_dead_interval",
    [REASON_OSPF_OPTIONS] = "ospf_options",
    [REASON_OSPF_DD_MTU] = "ospf_dd_mtu",
    [REASON_OSPF_DD_NEGOTIATION] = "ospf_dd_negotiation",
    [REASON_OSPF_DD_DUPLICATE] = "ospf_dd_duplicate",
    [REASON_OSPF_DD_MASTER] = "ospf_dd_master",
    [REASON_OSPF_DD_INIT] = "ospf_dd_init",
    [REASON_OSPF_DD_OPTIONS] = "ospf_dd_options",
    [REASON_OSPF_DD_SEQUENCE] = "ospf_dd_sequence",
    [REASON_OSPF_DD_LATE] = "ospf_dd_late",
    [REASON_OSPF_DD_LSA] = "ospf_dd_lsa",
    [REASON_OSPF_BAD_REQUEST] = "ospf_bad_request",
    [REASON_OSPF_NEIGHBOR_STATE] = "ospf_neighbor_state",
    [REASON_OSPF_LSA_CHECKSUM] = "ospf_lsa_checksum",
    [REASON_OSPF_LSA_TYPE] = "ospf_lsa_type",
    [REASON_OSPF_LSA_STUB] = "ospf_lsa_stub",
    [REASON_OSPF_LSA_FORM] = "ospf_lsa_form",
    [REASON_OSPF_LSA_TOO_SOON] = "ospf_lsa_too_soon",
    [REASON_OSPF_LSA_OLD] = "ospf_lsa_old",
    [REASON_OSPF_LSA_WRAPS] = "ospf_lsa_wraps",
    [REASON_OSPF_LSA_REQUESTED] = "ospf_lsa_requested"};

static const char *const node_kinds[NODE_KIND_COUNT] = {[NODE_HOST] = "host",
                                                        [NODE_ROUTER] = "router",
                                                        [NODE_SWITCH] = "switch",
                                                        [NODE_HUB] = "hub",
                                                        [NODE_OUTSIDE] = "outside"};

static const char *const fault_kinds[FAULT_KIND_COUNT] = {
    [FAULT_DROP] = "drop",       [FAULT_DELAY] = "delay",      [FAULT_DUPLICATE] = "duplicate",
    [FAULT_CORRUPT] = "corrupt", [FAULT_EDIT] = "edit",        [FAULT_LINK_DOWN] = "link_down",
    [FAULT_LINK_UP] = "link_up", [FAULT_REORDER] = "reorder",  [FAULT_SWAP] = "swap",
    [FAULT_ADD] = "add",         [FAULT_NODE_CRASH] = "crash", [FAULT_NODE_BOOT] = "boot"};

static const char *const stops[] = {[STOP_BUDGET] = "budget",
                                    [STOP_UNTIL] = "until",
                                    [STOP_QUIET] = "quiet",
                                    [STOP_LIVELOCK] = "livelock",
                                    [STOP_END] = "end"};

static const struct watch *watch_numbered(uint32_t field) {
    for (uint32_t pool = 0; pool < POOL_COUNT; pool++) {
        const struct object_kind *kind = dispatch.kinds[pool];
        if (kind == NULL) continue;
        if (field < kind->watch_count) return &kind->watches[field];
        field -= kind->watch_count;
    }
    return NULL;
}

uint32_t engine_field_machine(uint32_t field) {
    for (uint32_t pool = 0; pool < POOL_COUNT; pool++) {
        const struct object_kind *kind = dispatch.kinds[pool];
        if (kind == NULL) continue;
        if (field < kind->watch_count) return kind->machine;
        field -= kind->watch_count;
    }
    return MACHINE_COUNT;
}

#define NAME_IN(list, value) ((value) < sizeof(list) / sizeof((list)[0]) ? (list)[value] : NULL)

const char *engine_name(enum name_set set, uint32_t value) {
    const struct watch *watch;
    switch (set) {
    case NAME_TRACE_KIND: return NAME_IN(kinds, value);
    case NAME_MACHINE: return NAME_IN(machines, value);
    case NAME_TABLE: return NAME_IN(tables, value);
    case NAME_TIMER: return value < TIMER_KIND_COUNT ? timers[value].name : NULL;
    case NAME_FIELD: watch = watch_numbered(value); return watch == NULL ? NULL : watch->name;
    case NAME_REASON: return NAME_IN(reasons, value);
    case NAME_NODE_KIND: return NAME_IN(node_kinds, value);
    case NAME_FAULT_KIND: return NAME_IN(fault_kinds, value);
    case NAME_STOP: return NAME_IN(stops, value);
    }
    return NULL;
}

const char *timer_clause(uint32_t timer) {
    return timer < TIMER_KIND_COUNT ? timers[timer].clause : NULL;
}

size_t engine_field_text(uint32_t field, uint64_t value, char *out, size_t size) {
    struct text t = text_of(out, size);
    const struct watch *watch = watch_numbered(field);
    switch (watch == NULL ? WATCH_NUMBER : (enum watch_format)watch->format) {
    case WATCH_NUMBER:
    case WATCH_SEQ: text_u64(&t, value); break;
    case WATCH_SIGNED: text_i64(&t, watch->size == 4 ? (int32_t)value : (int64_t)value); break;
    case WATCH_NS: text_time(&t, (int64_t)value); break;
    case WATCH_IP4: text_ip4(&t, (uint32_t)value); break;
    case WATCH_HEX: text_hex(&t, value, 2 * watch->size); break;
    }
    return text_length(&t);
}
