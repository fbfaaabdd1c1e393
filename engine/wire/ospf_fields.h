#ifndef NETSTEP_WIRE_OSPF_FIELDS_H
#define NETSTEP_WIRE_OSPF_FIELDS_H
/* Within wire/: the rows of OSPF's table, and the groups in which a packet has them. */
#include "wire/fields.h"

#define OSPF_OPTION_ROWS(name)                                                                     \
    OSPF_F_##name##_OPTIONS, OSPF_F_##name##_DN, OSPF_F_##name##_O, OSPF_F_##name##_DC,            \
        OSPF_F_##name##_L, OSPF_F_##name##_N, OSPF_F_##name##_MC, OSPF_F_##name##_E,               \
        OSPF_F_##name##_MT

enum ospf_row {
    OSPF_F_VERSION,
    OSPF_F_MSG,
    OSPF_F_PACKET_LENGTH,
    OSPF_F_SRCROUTER,
    OSPF_F_AREA,
    OSPF_F_CHECKSUM,
    OSPF_F_AUTH_TYPE,
    OSPF_F_HEADER_END,
    OSPF_F_MSG_KIND = OSPF_F_HEADER_END, /* one for each type of packet */
    OSPF_F_CRYPT = OSPF_F_MSG_KIND + 5,
    OSPF_F_CRYPT_KEY = OSPF_F_CRYPT + 1,
    OSPF_F_CRYPT_LENGTH,
    OSPF_F_CRYPT_SEQUENCE,
    OSPF_F_CRYPT_END,
    OSPF_F_HELLO = OSPF_F_CRYPT_END, /* the network mask */
    OSPF_F_HELLO_INTERVAL,
    OSPF_OPTION_ROWS(HELLO),
    OSPF_F_HELLO_PRIORITY,
    OSPF_F_HELLO_DEAD,
    OSPF_F_HELLO_DR,
    OSPF_F_HELLO_BDR,
    OSPF_F_HELLO_END,
    OSPF_F_NEIGHBOR = OSPF_F_HELLO_END,
    OSPF_F_DD, /* the interface's MTU */
    OSPF_OPTION_ROWS(DD),
    OSPF_F_DD_FLAGS,
    OSPF_F_DD_R,
    OSPF_F_DD_I,
    OSPF_F_DD_M,
    OSPF_F_DD_MS,
    OSPF_F_DD_RESERVED,
    OSPF_F_DD_SEQUENCE,
    OSPF_F_DD_END,
    OSPF_F_REQUEST = OSPF_F_DD_END, /* the type */
    OSPF_F_REQUEST_ID,
    OSPF_F_REQUEST_ROUTER,
    OSPF_F_REQUEST_END,
    OSPF_F_UPDATE = OSPF_F_REQUEST_END, /* how many */
    OSPF_F_LSA,                         /* the age */
    OSPF_F_LSA_DO_NOT_AGE,
    OSPF_OPTION_ROWS(LSA),
    OSPF_F_LSA_TYPE,
    OSPF_F_LSA_HEAD_END,
    OSPF_F_LSA_P = OSPF_F_LSA_HEAD_END, /* in place of N, of an NSSA's */
    OSPF_F_LSA_KIND,                    /* one for each type from 1 to 9 */
    OSPF_F_LSA_ID = OSPF_F_LSA_KIND + 9,
    OSPF_F_LSA_OPAQUE_TYPE,
    OSPF_F_LSA_OPAQUE_ID,
    OSPF_F_LSA_TE_RESERVED,
    OSPF_F_LSA_TE_INSTANCE,
    OSPF_F_LSA_TAIL,
    OSPF_F_LSA_ROUTER = OSPF_F_LSA_TAIL,
    OSPF_F_LSA_SEQUENCE,
    OSPF_F_LSA_CHECKSUM,
    OSPF_F_LSA_LENGTH,
    OSPF_F_LSA_END,
    OSPF_F_ROUTER = OSPF_F_LSA_END, /* the flags */
    OSPF_F_ROUTER_H,
    OSPF_F_ROUTER_RESERVED,
    OSPF_F_ROUTER_N,
    OSPF_F_ROUTER_W,
    OSPF_F_ROUTER_V,
    OSPF_F_ROUTER_E,
    OSPF_F_ROUTER_B,
    OSPF_F_ROUTER_ZERO,
    OSPF_F_ROUTER_LINKS,
    OSPF_F_ROUTER_END,
    OSPF_F_LINK = OSPF_F_ROUTER_END, /* the link's id */
    OSPF_F_LINK_DATA,
    OSPF_F_LINK_TYPE,
    OSPF_F_LINK_METRICS,
    OSPF_F_LINK_METRIC,
    OSPF_F_LINK_END,
    OSPF_F_LINK_TOS = OSPF_F_LINK_END,
    OSPF_F_LINK_TOS_ZERO,
    OSPF_F_LINK_TOS_METRIC,
    OSPF_F_LINK_TOS_END,
    OSPF_F_NETWORK_MASK = OSPF_F_LINK_TOS_END,
    OSPF_F_ATTACHED,
    OSPF_F_SUMMARY_MASK,
    OSPF_F_SUMMARY_TOS,
    OSPF_F_SUMMARY_METRIC,
    OSPF_F_SUMMARY_END,
    OSPF_F_EXTERNAL_MASK = OSPF_F_SUMMARY_END,
    OSPF_F_EXTERNAL, /* its type, bit E */
    OSPF_F_EXTERNAL_TOS,
    OSPF_F_EXTERNAL_METRIC,
    OSPF_F_EXTERNAL_FORWARDING,
    OSPF_F_EXTERNAL_TAG,
    OSPF_F_EXTERNAL_END,
    OSPF_F_LLS = OSPF_F_EXTERNAL_END, /* the checksum */
    OSPF_F_LLS_LENGTH,
    OSPF_F_LLS_END,
    OSPF_F_TLV = OSPF_F_LLS_END,
    OSPF_F_TLV_LENGTH,
    OSPF_F_TLV_END,
    OSPF_F_EXT_OPTIONS = OSPF_F_TLV_END,
    OSPF_F_EXT_RESERVED,
    OSPF_F_EXT_RS,
    OSPF_F_EXT_LR,
    OSPF_F_EXT_END,
    OSPF_F_LLS_SEQUENCE = OSPF_F_EXT_END,
    OSPF_F_GRACE_PERIOD,
    OSPF_F_GRACE_REASON,
    OSPF_F_GRACE_IP,
    OSPF_F_RI_TLV,
    OSPF_F_RI_TLV_LENGTH,
    OSPF_F_RI_OPTIONS,
    OSPF_F_RI_GRC,
    OSPF_F_RI_GRH,
    OSPF_F_RI_SRS,
    OSPF_F_RI_TES,
    OSPF_F_RI_P2PLAN,
    OSPF_F_RI_ETE,
    OSPF_F_RI_RESERVED,
    OSPF_F_RI_HOST,
    OSPF_F_COUNT
};
/* What begins where a part of a packet begins; OSPF_SAME: more rows of the group before. */
enum ospf_group {
    OSPF_SAME,
    OSPF_GROUP_HEADER,
    OSPF_GROUP_HELLO,
    OSPF_GROUP_DD,
    OSPF_GROUP_REQUEST,
    OSPF_GROUP_UPDATE,
    OSPF_GROUP_LSA,
    OSPF_GROUP_LINK,
    OSPF_GROUP_LLS,
    OSPF_GROUP_TLV,
    OSPF_GROUP_GRACE,
    OSPF_GROUP_RI,
    /* Octets without rows. */
    OSPF_OCTETS_AUTH,
    OSPF_OCTETS_DIGEST,
    OSPF_OCTETS_OPAQUE,
    OSPF_OCTETS_LLS_DIGEST,
    OSPF_OCTETS_VALUE,
    OSPF_OCTETS_PAD,
    OSPF_OCTETS_REST,
    OSPF_GROUP_COUNT
};
extern const struct value_name ospf_msg_names[], ospf_lsa_type_names[], ospf_link_type_names[];

#endif
