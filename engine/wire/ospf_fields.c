#include "wire/ospf_fields.h"
/*
 * OSPF's fields: where each lies in its part of a packet (RFC 2328 A.2 to A.4), by Wireshark's
 * names. A part may come many times in a packet; ospf_walk.c finds where. Bits that later RFCs took
 * have the names of these: L of RFC 5613, DN of RFC 4576, O of RFC 5250, MT of RFC 4915, H and N of
 * router-LSAs; of opaque advertisements those of RFC 3623 and RFC 7770 are here.
 */
#include "wire/ospf.h"

const struct value_name ospf_msg_names[] = {
    {OSPF_HELLO, "Hello Packet"},
    {OSPF_DATABASE_DESCRIPTION, "DB Description"},
    {OSPF_LINK_STATE_REQUEST, "LS Request"},
    {OSPF_LINK_STATE_UPDATE, "LS Update"},
    {OSPF_LINK_STATE_ACK, "LS Acknowledge"},
    {0, NULL},
};
const struct value_name ospf_lsa_type_names[] = {
    {OSPF_ROUTER_LSA, "Router-LSA"},
    {OSPF_NETWORK_LSA, "Network-LSA"},
    {OSPF_SUMMARY_LSA, "Summary-LSA (IP network)"},
    {OSPF_ASBR_SUMMARY_LSA, "Summary-LSA (ASBR)"},
    {OSPF_EXTERNAL_LSA, "AS-External-LSA (ASBR)"},
    {6, "Group Membership LSA"},
    {7, "NSSA AS-External-LSA"},
    {8, "External Attributes LSA"},
    {9, "Opaque LSA, Link-local scope"},
    {10, "Opaque LSA, Area-local scope"},
    {11, "Opaque LSA, AS scope"},
    {0, NULL},
};
const struct value_name ospf_link_type_names[] = {
    {OSPF_LINK_POINT_TO_POINT, "Point-to-point connection to another router"},
    {OSPF_LINK_TRANSIT, "Connection to a transit network"},
    {OSPF_LINK_STUB, "Connection to a stub network"},
    {OSPF_LINK_VIRTUAL, "Virtual link"},
    {0, NULL},
};
static const struct value_name area_names[] = {{0, "Backbone"}, {UINT32_MAX, NULL}};
static const struct value_name auth_names[] = {
    {OSPF_AU_NULL, "Null"},
    {OSPF_AU_SIMPLE, "Simple password"},
    {OSPF_AU_CRYPTOGRAPHIC, "Cryptographic"},
    {0, NULL},
};
static const struct value_name external_names[] = {
    {0, "Type 1 (metric is specified in the same units as interface cost)"},
    {1, "Type 2 (metric is larger than any other link state path)"},
    {0, NULL},
};
static const struct value_name reason_names[] = {
    {0, "Unknown"},
    {1, "Software Restart"},
    {2, "Software Upgrade"},
    {3, "Redundant Control Processor Switchover"},
    {0, NULL},
};

#define BIT(at, mask, name, label) BITS(at, 1, mask, 2, SHAPE_DECIMAL, name, label)
#define OPTIONS(at)                                                                                \
    ROW(at, 1, SHAPE_HEX, "ospf.v2.options", "Options"),                                           \
        BIT(at, OSPF_OPTION_DN, "ospf.v2.options.dn", "DN"),                                       \
        BIT(at, OSPF_OPTION_O, "ospf.v2.options.o", "O"),                                          \
        BIT(at, OSPF_OPTION_DC, "ospf.v2.options.dc", "(DC) Demand Circuits"),                     \
        BIT(at, OSPF_OPTION_EA, "ospf.v2.options.l", "(L) LLS Data block"),                        \
        BIT(at, OSPF_OPTION_NP, "ospf.v2.options.n", "(N) NSSA"),                                  \
        BIT(at, OSPF_OPTION_MC, "ospf.v2.options.mc", "(MC) Multicast"),                           \
        BIT(at, OSPF_OPTION_E, "ospf.v2.options.e", "(E) External Routing"),                       \
        BIT(at, OSPF_OPTION_MT, "ospf.v2.options.mt", "(MT) Multi-Topology Routing")
/* What the type is, as a field of its own. */
#define KIND(at, name, label) VIEW(at, 1, 1, SHAPE_ANY, name, label)

const struct wire_field ospf_fields[OSPF_F_COUNT] = {
#define CLAUSE "RFC 2328 A.3.1"
    [OSPF_F_VERSION] = ROW(0, 1, SHAPE_DECIMAL, "ospf.version", "Version"),
    NAMED(1, 1, SHAPE_DECIMAL, "ospf.msg", "Message Type", ospf_msg_names),
    ROW(2, 2, SHAPE_DECIMAL, "ospf.packet_length", "Packet Length"),
    ROW(4, 4, SHAPE_IP4, "ospf.srcrouter", "Source OSPF Router"),
    NAMED(8, 4, SHAPE_IP4, "ospf.area_id", "Area ID", area_names),
    ROW(12, 2, SHAPE_CHECKSUM, "ospf.checksum", "Checksum"),
    NAMED(14, 2, SHAPE_DECIMAL, "ospf.auth.type", "Auth Type", auth_names),
    [OSPF_F_MSG_KIND] = KIND(1, "ospf.msg.hello", "Hello"),
    KIND(1, "ospf.msg.dbdesc", "Database Description"),
    KIND(1, "ospf.msg.lsreq", "Link State Adv Request"),
    KIND(1, "ospf.msg.lsupdate", "Link State Adv Update"),
    KIND(1, "ospf.msg.lsack", "Link State Adv Acknowledgement"),
#undef CLAUSE
#define CLAUSE "RFC 2328 D.3"
    [OSPF_F_CRYPT] = ROW(0, 2, SHAPE_DECIMAL, "ospf.auth.crypt.reserved", "Reserved"),
    ROW(2, 1, SHAPE_DECIMAL, "ospf.auth.crypt.key_id", "Auth Crypt Key id"),
    ROW(3, 1, SHAPE_DECIMAL, "ospf.auth.crypt.data_length", "Auth Crypt Data Length"),
    ROW(4, 4, SHAPE_DECIMAL, "ospf.auth.crypt.seq_nbr", "Auth Crypt Sequence Number"),
#undef CLAUSE
#define CLAUSE "RFC 2328 A.3.2"
    [OSPF_F_HELLO] = ROW(0, 4, SHAPE_IP4, "ospf.hello.network_mask", "Network Mask"),
    ROW(4, 2, SHAPE_DECIMAL, "ospf.hello.hello_interval", "Hello Interval [sec]"),
    OPTIONS(6),
    ROW(7, 1, SHAPE_DECIMAL, "ospf.hello.router_priority", "Router Priority"),
    ROW(8, 4, SHAPE_DECIMAL, "ospf.hello.router_dead_interval", "Router Dead Interval [sec]"),
    ROW(12, 4, SHAPE_IP4, "ospf.hello.designated_router", "Designated Router"),
    ROW(16, 4, SHAPE_IP4, "ospf.hello.backup_designated_router", "Backup Designated Router"),
    [OSPF_F_NEIGHBOR] = ROW(0, 4, SHAPE_IP4, "ospf.hello.active_neighbor", "Active Neighbor"),
#undef CLAUSE
#define CLAUSE "RFC 2328 A.3.3"
    [OSPF_F_DD] = ROW(0, 2, SHAPE_DECIMAL, "ospf.db.interface_mtu", "Interface MTU"),
    OPTIONS(2),
    ROW(3, 1, SHAPE_HEX, "ospf.dbd", "DB Description"),
    BIT(3, OSPF_DD_R, "ospf.dbd.r", "(R) OOBResync"),
    BIT(3, OSPF_DD_I, "ospf.dbd.i", "(I) Init"),
    BIT(3, OSPF_DD_M, "ospf.dbd.m", "(M) More"),
    BIT(3, OSPF_DD_MS, "ospf.dbd.ms", "(MS) Master"),
    BIT(3, 0xf0, "ospf.dbd.reserved", "Reserved"),
    ROW(4, 4, SHAPE_DECIMAL, "ospf.db.dd_sequence", "DD Sequence"),
#undef CLAUSE
#define CLAUSE "RFC 2328 A.3.4"
    [OSPF_F_REQUEST] = NAMED(0, 4, SHAPE_DECIMAL, "ospf.lsa", "LS Type", ospf_lsa_type_names),
    ROW(4, 4, SHAPE_IP4, "ospf.link_state_id", "Link State ID"),
    ROW(8, 4, SHAPE_IP4, "ospf.advrouter", "Advertising Router"),
#undef CLAUSE
#define CLAUSE "RFC 2328 A.3.5"
    [OSPF_F_UPDATE] = ROW(0, 4, SHAPE_DECIMAL, "ospf.ls.number_of_lsas", "Number of LSAs"),
#undef CLAUSE
#define CLAUSE "RFC 2328 A.4.1"
    [OSPF_F_LSA] = BITS(0, 2, 0x7fff, 1, SHAPE_DECIMAL, "ospf.lsa.age", "LS Age (seconds)"),
    BITS(0, 2, 0x8000, 1, SHAPE_DECIMAL, "ospf.lsa.donotage", "Do Not Age Flag"),
    OPTIONS(2),
    NAMED(3, 1, SHAPE_DECIMAL, "ospf.lsa", "LS Type", ospf_lsa_type_names),
    BIT(2, OSPF_OPTION_NP, "ospf.v2.options.p", "(P) Propagate"),
    [OSPF_F_LSA_KIND] = KIND(3, "ospf.lsa.router", "Router LSA"),
    KIND(3, "ospf.lsa.network", "Network LSA"),
    KIND(3, "ospf.lsa.summary", "Summary LSA (IP Network)"),
    KIND(3, "ospf.lsa.asbr", "Summary LSA (ASBR)"),
    KIND(3, "ospf.lsa.asext", "AS-External LSA (ASBR)"),
    KIND(3, "ospf.lsa.member", "Group Membership LSA"),
    KIND(3, "ospf.lsa.nssa", "NSSA AS-External LSA"),
    KIND(3, "ospf.lsa.attr", "External Attributes LSA"),
    KIND(3, "ospf.lsa.opaque", "Opaque LSA"),
    [OSPF_F_LSA_ID] = ROW(4, 4, SHAPE_IP4, "ospf.lsa.id", "Link State ID"),
    ROW(4, 1, SHAPE_DECIMAL, "ospf.lsid_opaque_type", "Link State ID Opaque Type"),
    ROW(5, 3, SHAPE_DECIMAL, "ospf.lsid.opaque_id", "Link State ID Opaque ID"),
    ROW(5, 1, SHAPE_DECIMAL, "ospf.lsid_te_lsa.reserved", "Link State ID TE-LSA Reserved"),
    ROW(6, 2, SHAPE_DECIMAL, "ospf.lsid_te_lsa.instance", "Link State ID TE-LSA Instance"),
    [OSPF_F_LSA_TAIL] = ROW(8, 4, SHAPE_IP4, "ospf.advrouter", "Advertising Router"),
    ROW(12, 4, SHAPE_HEX, "ospf.lsa.seqnum", "Sequence Number"),
    ROW(16, 2, SHAPE_CHECKSUM, "ospf.lsa.chksum", "Checksum"),
    ROW(18, 2, SHAPE_DECIMAL, "ospf.lsa.length", "Length"),
#undef CLAUSE
#define CLAUSE "RFC 2328 A.4.2"
    [OSPF_F_ROUTER] = ROW(0, 1, SHAPE_HEX, "ospf.v2.router.lsa.flags", "Flags"),
    BIT(0, 0x80, "ospf.v2.router.lsa.flags.h", "(H) flag"),
    BIT(0, 0x60, "ospf.v2.router.lsa.flags.reserved", "Reserved"),
    BIT(0, 0x10, "ospf.v2.router.lsa.flags.n", "(N) flag"),
    BIT(0, 0x08, "ospf.v2.router.lsa.flags.w", "(W) Wild-card multicast receiver"),
    BIT(0, OSPF_ROUTER_V, "ospf.v2.router.lsa.flags.v", "(V) Virtual link endpoint"),
    BIT(0, OSPF_ROUTER_E, "ospf.v2.router.lsa.flags.e", "(E) AS boundary router"),
    BIT(0, OSPF_ROUTER_B, "ospf.v2.router.lsa.flags.b", "(B) Area border router"),
    ROW(1, 1, SHAPE_DECIMAL, "ospf.reserved", "Reserved"),
    ROW(2, 2, SHAPE_DECIMAL, "ospf.lsa.number_of_links", "Number of Links"),
    [OSPF_F_LINK] = ROW(0, 4, SHAPE_IP4, "ospf.lsa.router.linkid", "Link ID"),
    ROW(4, 4, SHAPE_IP4, "ospf.lsa.router.linkdata", "Link Data"),
    NAMED(8, 1, SHAPE_DECIMAL, "ospf.lsa.router.linktype", "Link Type", ospf_link_type_names),
    ROW(9, 1, SHAPE_DECIMAL, "ospf.lsa.router.nummetrics", "Number of Metrics"),
    ROW(10, 2, SHAPE_DECIMAL, "ospf.lsa.router.metric0", "0 Metric"),
    [OSPF_F_LINK_TOS] = ROW(0, 1, SHAPE_DECIMAL, "ospf.lsa.tos", "TOS"),
    ROW(1, 1, SHAPE_DECIMAL, "ospf.reserved", "Reserved"),
    BITS(0, 4, 0xffff, 1, SHAPE_DECIMAL, "ospf.ls.metric", "Metric"),
#undef CLAUSE
#define CLAUSE "RFC 2328 A.4.3"
    [OSPF_F_NETWORK_MASK] = ROW(0, 4, SHAPE_IP4, "ospf.lsa.network.netmask", "Netmask"),
    [OSPF_F_ATTACHED] = ROW(0, 4, SHAPE_IP4, "ospf.lsa.network.attchrtr", "Attached Router"),
#undef CLAUSE
#define CLAUSE "RFC 2328 A.4.4"
    [OSPF_F_SUMMARY_MASK] = ROW(0, 4, SHAPE_IP4, "ospf.lsa.asbr.netmask", "Netmask"),
    [OSPF_F_SUMMARY_TOS] = ROW(0, 1, SHAPE_DECIMAL, "ospf.lsa.tos", "TOS"),
    ROW(1, 3, SHAPE_DECIMAL, "ospf.metric", "Metric"),
#undef CLAUSE
#define CLAUSE "RFC 2328 A.4.5"
    [OSPF_F_EXTERNAL_MASK] = ROW(0, 4, SHAPE_IP4, "ospf.lsa.asext.netmask", "Netmask"),
    [OSPF_F_EXTERNAL] = {"ospf.lsa.asext.type", "External Type", 0, 1, 1, SHAPE_DECIMAL, 0x80, 0,
                         FIELD_BITS, CLAUSE, external_names},
    BITS(0, 1, 0x7f, 1, SHAPE_DECIMAL, "ospf.lsa.tos", "TOS"),
    ROW(1, 3, SHAPE_DECIMAL, "ospf.metric", "Metric"),
    ROW(4, 4, SHAPE_IP4, "ospf.lsa.asext.fwdaddr", "Forwarding Address"),
    ROW(8, 4, SHAPE_DECIMAL, "ospf.lsa.asext.extrttag", "External Route Tag"),
#undef CLAUSE
#define CLAUSE "RFC 5613 2"
    [OSPF_F_LLS] = ROW(0, 2, SHAPE_HEX, "ospf.lls.checksum", "Checksum"),
    {"ospf.lls.data_length", "LLS Data Length", 2, 2, 1, SHAPE_DECIMAL, 0, 4, 0, CLAUSE, NULL},
    [OSPF_F_TLV] = ROW(0, 2, SHAPE_DECIMAL, "ospf.tlv_type", "TLV Type"),
    ROW(2, 2, SHAPE_DECIMAL, "ospf.tlv_length", "TLV Length"),
    [OSPF_F_EXT_OPTIONS] = ROW(0, 4, SHAPE_HEX, "ospf.lls.ext.options", "Options"),
    BITS(0, 4, 0xfffffffc, 2, SHAPE_HEX, "ospf.lls.ext.options.reserved", "Reserved"),
    BITS(0, 4, 2, 2, SHAPE_DECIMAL, "ospf.lls.ext.options.rs", "(RS) Restart Signal"),
    BITS(0, 4, 1, 2, SHAPE_DECIMAL, "ospf.lls.ext.options.lr", "(LR) LSDB Resynchronization"),
    [OSPF_F_LLS_SEQUENCE] = ROW(0, 4, SHAPE_HEX, "ospf.v2.lls.sequence_number", "Sequence number"),
#undef CLAUSE
#define CLAUSE "RFC 3623 A"
    [OSPF_F_GRACE_PERIOD] = ROW(0, 4, SHAPE_DECIMAL, "ospf.v2.grace.period", "Grace Period"),
    NAMED(0, 1, SHAPE_DECIMAL, "ospf.v2.grace.reason", "Restart Reason", reason_names),
    ROW(0, 4, SHAPE_IP4, "ospf.v2.grace.ip", "Restart IP"),
#undef CLAUSE
#define CLAUSE "RFC 7770 2"
    [OSPF_F_RI_TLV] = ROW(0, 2, SHAPE_DECIMAL, "ospf.tlv_type.opaque", "TLV Type"),
    ROW(2, 2, SHAPE_DECIMAL, "ospf.tlv_length", "TLV Length"),
    ROW(0, 1, SHAPE_HEX, "ospf.ri.options", "RI Options"),
    BIT(0, 0x80, "ospf.ri.options.grc", "(GRC) Graceful Restart"),
    BIT(0, 0x40, "ospf.ri.options.grh", "(GRH) Graceful Restart Helper"),
    BIT(0, 0x20, "ospf.ri.options.srs", "Stub Router Support"),
    BIT(0, 0x10, "ospf.ri.options.tes", "(TES) Traffic Engineering"),
    BIT(0, 0x08, "ospf.ri.options.p2plan", "(P2PLAN) Point-to-point over LAN"),
    BIT(0, 0x04, "ospf.ri.options.ete", "(ETE) Experimental TE"),
    BIT(0, 0x02, "ospf.ri.options.reserved", "Reserved"),
    BIT(0, 0x01, "ospf.ri.options.host", "Host Router"),
};
const size_t ospf_field_count = OSPF_F_COUNT;
