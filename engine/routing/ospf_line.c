#include "routing/ospf_config.h"
/* Reads a line of configuration word by word. */

bool ospf_line_ends(const struct ospf_line *l) {
    return l->at == l->count;
}

const char *ospf_line_any(struct ospf_line *l) {
    return ospf_line_ends(l) ? NULL : l->words[l->at++];
}

bool ospf_line_word(struct ospf_line *l, const char *word) {
    if (ospf_line_ends(l) || !same_text(l->words[l->at], word)) return false;
    l->at++;
    return true;
}

bool ospf_line_number(struct ospf_line *l, uint32_t least, uint32_t most, uint32_t *out) {
    uint64_t value;
    if (ospf_line_ends(l) || !parse_u64(l->words[l->at], &value)) return false;
    if (value < least || value > most) return false;
    *out = (uint32_t)value;
    l->at++;
    return true;
}

bool ospf_line_address(struct ospf_line *l, ip4 *out) {
    if (ospf_line_ends(l) || !parse_ip4(l->words[l->at], out)) return false;
    l->at++;
    return true;
}

bool ospf_line_area(struct ospf_line *l, uint32_t *out, uint32_t *typed) {
    *typed = OSPF_AS_NUMBER;
    if (ospf_line_number(l, 0, UINT32_MAX, out)) return true;
    *typed = OSPF_AS_ADDRESS;
    return ospf_line_address(l, out);
}

static bool has_slash(const char *word) {
    while (*word != '\0' && *word != '/') word++;
    return *word == '/';
}

bool ospf_line_prefix(struct ospf_line *l, ip4 *network, uint32_t *prefix) {
    if (ospf_line_ends(l) || !has_slash(l->words[l->at])) return false;
    if (!parse_cidr(l->words[l->at], network, prefix)) return false;
    *network &= *prefix == 0 ? 0 : UINT32_MAX << (32 - *prefix);
    l->at++;
    return true;
}

/* FRR says no more than that it knows no such line; this is said behind it. */
static void say_range(struct ospf_line *l, uint32_t least, uint32_t most) {
    text_add(l->why, "a number from ");
    text_u64(l->why, least);
    text_add(l->why, " to ");
    text_u64(l->why, most);
    text_add(l->why, " is needed");
}

enum config_result ospf_line_value(struct ospf_line *l, uint32_t least, uint32_t most,
                                   uint32_t *value, uint32_t usual) {
    uint32_t given = usual;
    bool is = ospf_line_number(l, least, most, &given);
    if (!is && !l->no) say_range(l, least, most);
    if ((!is && !l->no) || !ospf_line_ends(l)) return CONFIG_UNKNOWN;
    *value = l->no ? usual : given;
    return CONFIG_OK;
}

enum config_result ospf_line_flag(struct ospf_line *l, uint32_t *flag) {
    if (!ospf_line_ends(l)) return CONFIG_UNKNOWN;
    *flag = !l->no;
    return CONFIG_OK;
}

enum config_result ospf_line_bad(struct ospf_line *l, const char *why) {
    text_add(l->why, why);
    return CONFIG_BAD;
}
