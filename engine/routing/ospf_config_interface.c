#include "routing/ospf_config.h"
/*
 * The lines "ip ospf ..." of `interface NAME`, in FRR's words: RFC 2328 C.3, and the keys of D.
 */

static enum config_result read_area(struct ospf_line *l) {
    struct ospf_interface_settings *set = &l->interface->set;
    uint32_t area = 0, typed;
    bool is = ospf_line_area(l, &area, &typed);
    if ((!is && !l->no) || !ospf_line_ends(l)) return CONFIG_UNKNOWN;
    set->has_area = l->no ? OSPF_NOT_TYPED : typed;
    set->area_id = l->no ? 0 : area;
    return CONFIG_OK;
}

static enum config_result read_cost(struct ospf_line *l) {
    return ospf_line_value(l, 1, 65535, &l->interface->set.cost, 0);
}

static enum config_result read_priority(struct ospf_line *l) {
    uint32_t value = 0;
    enum config_result result = ospf_line_value(l, 0, 255, &value, 1);
    if (result == CONFIG_OK) l->interface->set.priority = l->no ? 0 : value + 1;
    return result;
}

static enum config_result read_hello(struct ospf_line *l) {
    return ospf_line_value(l, 1, 65535, &l->interface->set.hello_s, 0);
}

static enum config_result read_dead(struct ospf_line *l) {
    return ospf_line_value(l, 1, 65535, &l->interface->set.dead_s, 0);
}

static enum config_result read_rxmt(struct ospf_line *l) {
    return ospf_line_value(l, 1, 65535, &l->interface->set.rxmt_s, 0);
}

static enum config_result read_delay(struct ospf_line *l) {
    return ospf_line_value(l, 1, 65535, &l->interface->set.transmit_delay_s, 0);
}

static enum config_result read_network(struct ospf_line *l) {
    uint32_t type = 0;
    if (ospf_line_word(l, "broadcast"))
        type = OSPF_BROADCAST + 1;
    else if (ospf_line_word(l, "point-to-point"))
        type = OSPF_POINT_TO_POINT + 1;
    else if (!l->no)
        return CONFIG_UNKNOWN;
    if (!ospf_line_ends(l)) return CONFIG_UNKNOWN;
    l->interface->set.type = l->no ? 0 : type;
    return CONFIG_OK;
}

static enum config_result read_passive(struct ospf_line *l) {
    enum config_result result = ospf_line_flag(l, &l->interface->set.passive);
    if (result == CONFIG_OK) l->interface->set.active = l->no;
    return result;
}

static enum config_result read_mtu_ignore(struct ospf_line *l) {
    return ospf_line_flag(l, &l->interface->set.mtu_ignore);
}

/* ------------------------------------------------------------------- appendix D */

static enum config_result read_authentication(struct ospf_line *l) {
    uint32_t type = OSPF_AU_SIMPLE;
    if (ospf_line_word(l, "null"))
        type = OSPF_AU_NULL;
    else if (ospf_line_word(l, "message-digest"))
        type = OSPF_AU_CRYPTOGRAPHIC;
    if (!ospf_line_ends(l)) return CONFIG_UNKNOWN;
    l->interface->set.authentication = l->no ? 0 : type + 1;
    return CONFIG_OK;
}

static enum config_result read_simple_key(struct ospf_line *l) {
    const char *key = ospf_line_any(l);
    if ((key == NULL && !l->no) || !ospf_line_ends(l)) return CONFIG_UNKNOWN;
    uint8_t *out = l->interface->set.simple_key;
    memset(out, 0, OSPF_SIMPLE_KEY);
    if (l->no) return CONFIG_OK;
    size_t length = strlen(key);
    memcpy(out, key, length < OSPF_SIMPLE_KEY ? length : OSPF_SIMPLE_KEY);
    return CONFIG_OK;
}

/* The place of the key with this number, or one for it; NULL: there is none left. `last`: how many
 * keys have been configured so far. */
static struct ospf_key *place_for(struct ospf_interface_settings *set, uint32_t id,
                                  uint32_t *last) {
    struct ospf_key *spare = NULL, *found = NULL;
    *last = 0;
    for (struct ospf_key *k = set->key; k < set->key + OSPF_KEYS_MAX; k++) {
        if (k->used == 0) spare = k;
        if (k->used != 0 && k->id == id) found = k;
        if (k->used > *last) *last = k->used;
    }
    return found != NULL ? found : spare;
}

static enum config_result read_digest_key(struct ospf_line *l) {
    uint32_t id, last;
    if (!ospf_line_number(l, 1, 255, &id)) return CONFIG_UNKNOWN;
    bool md5 = ospf_line_word(l, "md5");
    const char *key = ospf_line_any(l);
    if (((!md5 || key == NULL) && !l->no) || !ospf_line_ends(l)) return CONFIG_UNKNOWN;
    struct ospf_key *place = place_for(&l->interface->set, id, &last);
    bool is = place != NULL && place->used != 0;
    if (l->no) {
        if (!is) return ospf_line_bad(l, "OSPF: Key does not exist");
        *place = (struct ospf_key){0};
        return CONFIG_OK;
    }
    if (is) return ospf_line_bad(l, "OSPF: Key already exists");
    if (place == NULL) return ospf_line_bad(l, "% Too many keys");
    size_t length = strlen(key);
    *place = (struct ospf_key){.id = id, .used = last + 1};
    memcpy(place->key, key, length < sizeof place->key ? length : sizeof place->key);
    return CONFIG_OK;
}

const struct ospf_command ospf_interface_commands[] = {
    {"area", read_area, THEN_ROUTES},
    {"cost", read_cost, THEN_NOTHING},
    {"priority", read_priority, THEN_NOTHING},
    {"hello-interval", read_hello, THEN_NOTHING},
    {"dead-interval", read_dead, THEN_NOTHING},
    {"retransmit-interval", read_rxmt, THEN_NOTHING},
    {"transmit-delay", read_delay, THEN_NOTHING},
    {"network", read_network, THEN_NOTHING},
    {"passive", read_passive, THEN_NOTHING},
    {"mtu-ignore", read_mtu_ignore, THEN_NOTHING},
    {"authentication", read_authentication, THEN_NOTHING},
    {"authentication-key", read_simple_key, THEN_NOTHING},
    {"message-digest-key", read_digest_key, THEN_NOTHING},
    {NULL, NULL, THEN_NOTHING},
};
