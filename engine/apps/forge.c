#include "apps/forge.h"
/*
 * forge tcp FLAGS SRC:PORT DST:PORT [OPTION VALUE]...
 *
 * Segments exactly as told, by no connection: a stranger's reset, an old duplicate, a flood. FLAGS
 * are tcpdump's letters: S F R P U E W, and a dot for ACK. SRC may be a range of addresses and of
 * ports; with `count` the segments run through them, one every `every`. A number with a sign is
 * relative to what DST's connection with SRC has and expects just then, which the lab knows.
 *
 * The line itself is the program's state: it is read again for each segment, so nothing of it can
 * go stale. ICMP errors are forge_icmp.c's, UDP is
 * forge_udp.c's, ARP forge_arp.c's.
 */
#include "stack/tcp/tcp.h"

enum { FORGE_OCTETS_MAX = 1460, SEGMENT_MAX = 1480, PORT_FIRST = 1024, PORT_LAST = 65535 };
enum { COUNT_MAX = 10000000, AT_ONCE_MAX = 1000, EVERY_USUAL = 1000000 /* ns */ };

enum base { BASE_NONE, BASE_CONNECTION, BASE_RANDOM };
struct value {
    uint32_t number;
    enum base base;
};
struct range {
    uint32_t first, last;
};
struct order {
    struct range src, src_port;
    struct tcp_endpoint dst;
    struct tcp_header header;
    struct value seq, ack;
    uint32_t step; /* from one segment's SEG.SEQ to the next one's */
    uint64_t length, count;
    sim_time every;
    const char *data;
    uint32_t ecn; /* enum ip_ecn */
    uint32_t tos; /* without its ECN bits */
    uint8_t ip_options[40];
    size_t ip_option_count;
    bool bad_checksum;
    const char *wrong; /* what cannot be understood; NULL: nothing */
};

/* The words that are left to read. */
struct line {
    char **at, **end;
};

static const char *next_word(struct line *l, struct order *o) {
    if (l->at == l->end) {
        o->wrong = "a value is missing at the end";
        return "";
    }
    return *l->at++;
}

static uint64_t number(struct line *l, struct order *o, uint64_t most) {
    uint64_t value = 0;
    const char *word = next_word(l, o);
    if (o->wrong == NULL && (!parse_u64(word, &value) || value > most)) o->wrong = word;
    return value;
}

/* 1000, +0, -100, random */
static struct value sequence_number(struct line *l, struct order *o) {
    struct value v = {0, BASE_NONE};
    const char *word = next_word(l, o);
    bool minus = word[0] == '-', sign = minus || word[0] == '+';
    uint64_t value = 0;
    if (same_text(word, "random")) {
        v.base = BASE_RANDOM;
    } else if (parse_u64(word + sign, &value) && value <= UINT32_MAX) {
        v.base = sign ? BASE_CONNECTION : BASE_NONE;
        v.number = minus ? 0u - (uint32_t)value : (uint32_t)value;
    } else if (o->wrong == NULL) {
        o->wrong = word;
    }
    return v;
}

/* Cuts `word` at the last `mark`; what follows it, or NULL. */
static char *cut_at(char *word, char mark) {
    char *found = NULL;
    for (char *c = word; *c != '\0'; c++)
        if (*c == mark) found = c;
    if (found == NULL) return NULL;
    *found = '\0';
    return found + 1;
}

static bool address_range(char *word, struct range *r) {
    const char *last = cut_at(word, '-');
    if (!parse_ip4(word, &r->first)) return false;
    r->last = r->first;
    return last == NULL || (parse_ip4(last, &r->last) && r->last >= r->first);
}

static bool port_range(char *word, struct range *r) {
    uint64_t first, last;
    const char *dash = cut_at(word, '-');
    *r = (struct range){PORT_FIRST, PORT_LAST};
    if (same_text(word, "*") && dash == NULL) return true;
    if (!parse_u64(word, &first)) return false;
    last = first;
    if (dash != NULL && !parse_u64(dash, &last)) return false;
    *r = (struct range){(uint32_t)first, (uint32_t)last};
    return last <= PORT_LAST && last >= first;
}

static void endpoint(struct line *l, struct order *o, struct range *address, struct range *port) {
    char room[64];
    copy_text(room, sizeof room, next_word(l, o));
    char *colon = cut_at(room, ':');
    if (colon == NULL || !port_range(colon, port) || !address_range(room, address))
        o->wrong = "expected ADDRESS:PORT twice";
}

static uint16_t flags(struct line *l, struct order *o) {
    static const struct {
        char letter;
        uint16_t flag;
    } letters[] = {{'S', TCP_SYN}, {'F', TCP_FIN}, {'R', TCP_RST}, {'P', TCP_PSH},
                   {'.', TCP_ACK}, {'U', TCP_URG}, {'E', TCP_ECE}, {'W', TCP_CWR}};
    uint16_t result = 0;
    const char *word = l->at < l->end ? *l->at++ : "?";
    for (; *word != '\0'; word++) {
        size_t i = 0;
        while (i < sizeof letters / sizeof letters[0] && letters[i].letter != *word) i++;
        if (i == sizeof letters / sizeof letters[0]) {
            o->wrong = "flags are letters of SFRPUEW and a dot for ACK";
            return 0;
        }
        result |= letters[i].flag;
    }
    return result;
}

static void sack(struct line *l, struct order *o) {
    struct tcp_options *t = &o->header.options;
    uint32_t left = (uint32_t)number(l, o, UINT32_MAX);
    uint32_t right = (uint32_t)number(l, o, UINT32_MAX);
    if (t->sack_count == TCP_SACK_BLOCKS_MAX) {
        o->wrong = "at most 4 SACK blocks";
        return;
    }
    t->sack[t->sack_count].left = left;
    t->sack[t->sack_count++].right = right;
}

/* Options of the IP header, as hexadecimal octets: 0107040a000001 and so on, padded with zeros. */
static void ip_options(struct line *l, struct order *o) {
    const char *word = next_word(l, o);
    size_t count = 0;
    for (; word[0] != '\0'; word += 2, count++) {
        int high = hex_value(word[0]), low = high < 0 ? -1 : hex_value(word[1]);
        if (low < 0 || count == sizeof o->ip_options) {
            o->wrong = "IP options are at most 40 octets in hexadecimal";
            return;
        }
        o->ip_options[count] = (uint8_t)(high << 4 | low);
    }
    o->ip_option_count = (count + 3) / 4 * 4;
}

/* Fast Open: 4 to 16 octets in hexadecimal, or "-", which asks for one. */
static void cookie(struct line *l, struct order *o) {
    struct tcp_options *t = &o->header.options;
    const char *word = next_word(l, o);
    t->has_cookie = true;
    t->cookie_length = 0;
    if (o->wrong != NULL || same_text(word, "-")) return;
    for (; word[0] != '\0' && t->cookie_length < TCP_COOKIE_MAX; word += 2) {
        if (hex_value(word[0]) < 0 || hex_value(word[1]) < 0) break;
        t->cookie[t->cookie_length++] = (uint8_t)(hex_value(word[0]) << 4 | hex_value(word[1]));
    }
    if (word[0] != '\0' || t->cookie_length < 4 || t->cookie_length % 2 != 0)
        o->wrong = "a cookie is - or 4 to 16 octets in hexadecimal";
}

/* An option of the header. False: it is none. */
static bool header_option(const char *word, struct line *l, struct order *o) {
    struct tcp_options *t = &o->header.options;
    if (same_text(word, "sackok")) {
        t->sack_permitted = true;
    } else if (same_text(word, "sack")) {
        sack(l, o);
    } else if (same_text(word, "mss")) {
        t->has_mss = true;
        t->mss = (uint16_t)number(l, o, 65535);
    } else if (same_text(word, "wscale")) {
        t->has_window_scale = true;
        t->window_scale = (uint8_t)number(l, o, 255);
    } else if (same_text(word, "cookie")) {
        cookie(l, o);
    } else if (same_text(word, "ts")) {
        t->has_timestamps = true;
        t->ts_val = (uint32_t)number(l, o, UINT32_MAX);
        t->ts_ecr = (uint32_t)number(l, o, UINT32_MAX);
    } else {
        return false;
    }
    return true;
}

/* How many, how often, and what differs from one to the next. False: the word is none of it. */
static bool repetition(const char *word, struct line *l, struct order *o) {
    if (same_text(word, "count")) {
        o->count = number(l, o, COUNT_MAX);
        if (o->count == 0 && o->wrong == NULL) o->wrong = "a count of nothing";
    } else if (same_text(word, "every")) {
        const char *time = next_word(l, o);
        if (o->wrong == NULL && !parse_duration(time, &o->every)) o->wrong = time;
    } else if (same_text(word, "step")) {
        o->step = (uint32_t)number(l, o, UINT32_MAX);
    } else {
        return false;
    }
    return true;
}

static void option(struct line *l, struct order *o) {
    struct tcp_header *h = &o->header;
    const char *word = *l->at++;
    if (same_text(word, "seq"))
        o->seq = sequence_number(l, o);
    else if (same_text(word, "ack"))
        o->ack = sequence_number(l, o);
    else if (same_text(word, "win"))
        h->window = (uint16_t)number(l, o, 65535);
    else if (same_text(word, "up"))
        h->urgent_pointer = (uint16_t)number(l, o, 65535);
    else if (same_text(word, "len"))
        o->length = number(l, o, FORGE_OCTETS_MAX);
    else if (same_text(word, "data"))
        o->data = next_word(l, o);
    else if (same_text(word, "tos"))
        o->tos = (uint32_t)number(l, o, UINT8_MAX);
    else if (same_text(word, "ipopt"))
        ip_options(l, o);
    else if (same_text(word, "ecn"))
        o->ecn = (uint32_t)number(l, o, IP_ECN_CE);
    else if (same_text(word, "badsum"))
        o->bad_checksum = true;
    else if (!header_option(word, l, o) && !repetition(word, l, o))
        o->wrong = word;
}

/* What a shell takes for itself ends the order. */
static bool of_the_shell(const char *word) {
    return same_text(word, "&") || same_text(word, ">") || same_text(word, "<");
}

static void understand(struct line *l, struct order *o) {
    struct range dst, port;
    const char *protocol = l->at < l->end ? *l->at++ : "";
    *o = (struct order){.count = 1, .every = EVERY_USUAL};
    if (!same_text(protocol, "tcp")) {
        o->wrong = "expected tcp, udp, icmp or arp";
        return;
    }
    o->header.flags = flags(l, o);
    endpoint(l, o, &o->src, &o->src_port);
    endpoint(l, o, &dst, &port);
    if (o->wrong != NULL) return;
    if (dst.first != dst.last || port.first != port.last) o->wrong = "DST is one address and port";
    o->dst = (struct tcp_endpoint){dst.first, port.first};
    while (l->at < l->end && o->wrong == NULL && !of_the_shell(*l->at)) option(l, o);
    if (o->wrong != NULL) return;
    if (o->every == 0 && o->count > AT_ONCE_MAX)
        o->wrong = "more than 1000 at once: which time between them";
    size_t header = tcp_header_length(&o->header);
    if (header > 60) o->wrong = "the options do not fit into 40 octets";
    if (header + o->length > SEGMENT_MAX) o->wrong = "too long for a frame";
}

/* The source of segment `k`: through the addresses first, then on to the next port. */
static struct tcp_endpoint source(const struct order *o, uint64_t k) {
    uint64_t addresses = (uint64_t)o->src.last - o->src.first + 1;
    uint64_t ports = (uint64_t)o->src_port.last - o->src_port.first + 1;
    return (struct tcp_endpoint){o->src.first + (uint32_t)(k % addresses),
                                 o->src_port.first + (uint32_t)(k / addresses % ports)};
}

static uint32_t resolved(struct step *s, uint32_t node, struct value v, uint32_t expected) {
    switch (v.base) {
    case BASE_NONE: return v.number;
    case BASE_CONNECTION: return expected + v.number;
    case BASE_RANDOM: return prng_u32(&node_at(s->lab, node)->prng[PRNG_APP]);
    }
    return v.number;
}

static size_t fill(const struct order *o, uint8_t octets[FORGE_OCTETS_MAX]) {
    size_t count = 0;
    if (o->data == NULL) {
        pattern_fill(octets, 0, o->length);
        return o->length;
    }
    while (o->data[count] != '\0' && count < FORGE_OCTETS_MAX) {
        octets[count] = (uint8_t)o->data[count];
        count++;
    }
    return count;
}

/* Sends segment `k` of the order; says what is wrong, if it cannot be sent. */
static const char *send_one(struct step *s, uint32_t node, struct order *o, uint64_t k) {
    uint8_t octets[FORGE_OCTETS_MAX];
    struct tcp_endpoint src = source(o, k);
    struct tcp_header h = o->header;
    uint32_t next = 0, sent = 0;
    bool relative = o->seq.base == BASE_CONNECTION || o->ack.base == BASE_CONNECTION;
    if (relative && !tcp_expects(s->lab, o->dst, src, &next, &sent))
        return "+ and - need a connection between SRC and DST";
    h.src_port = (uint16_t)src.port;
    h.dst_port = (uint16_t)o->dst.port;
    h.seq = resolved(s, node, o->seq, next) + (uint32_t)k * o->step;
    h.ack = resolved(s, node, o->ack, sent);
    size_t count = fill(o, octets);
    struct tcp_disguise disguise = {.tos = o->tos | o->ecn,
                                    .bad_checksum = o->bad_checksum,
                                    .ip_options = o->ip_options,
                                    .ip_option_count = o->ip_option_count};
    enum ip_result result =
        tcp_forge(s, node, src.address, o->dst.address, &h, octets, count, &disguise);
    if (result == IP_SENT) return NULL;
    return result == IP_NO_ROUTE ? "no route to DST" : "no room for a frame";
}

/* -------------------------------------------------------------------------------- the program */

static void end(struct step *s, struct id process, const char *wrong, const char *things) {
    char said[LINE_ROOM];
    struct text t = text_of(said, sizeof said);
    uint64_t done = process_get(s->lab, process)->of.forge.done;
    if (wrong != NULL) {
        text_add(&t, "forge: ");
        text_add(&t, wrong);
        text_add(&t, "?");
        process_say(s, process, &t);
    }
    if (done > 1) {
        text_u64(&t, done);
        text_char(&t, ' ');
        text_add(&t, things);
        text_add(&t, " sent");
        process_say(s, process, &t);
    }
    process_return(s, process);
}

bool forge_repeats(const char *key, const char *value, struct forge_repetition *r,
                   const char **wrong) {
    bool every = same_text(key, "every");
    if (!every && !same_text(key, "count")) return false;
    if (every ? !parse_duration(value, &r->every)
              : !parse_u64(value, &r->count) || r->count == 0 || r->count > COUNT_MAX)
        *wrong = value;
    return true;
}

bool forge_ends(const char *word) {
    return of_the_shell(word);
}

typedef const char *send_order(struct step *, uint32_t node, char *words[], size_t count,
                               struct forge_repetition *);
static void resume_order(struct step *s, struct id process, char *words[], size_t count,
                         send_order *send, const char *things) {
    struct process *p = process_edit(s, process);
    struct forge_repetition r = {.count = 1, .every = EVERY_USUAL};
    const char *wrong;
    do {
        wrong = send(s, p->node, words, count, &r);
        p->of.forge.done += wrong == NULL;
    } while (wrong == NULL && r.every == 0 && p->of.forge.done < r.count &&
             p->of.forge.done < AT_ONCE_MAX);
    if (wrong != NULL || p->of.forge.done >= r.count || r.every == 0)
        end(s, process, wrong, things);
    else
        process_wait_until(s, process, s->now + r.every);
}

void forge_resume(struct step *s, struct id process) {
    struct process *p = process_edit(s, process);
    if (p->of.forge.done > 0 && timer_pending(s->lab, p->timer, NULL)) return;
    char room[LINE_ROOM], *words[WORDS_MAX];
    struct order o;
    copy_text(room, sizeof room, p->line);
    size_t count = split_words(room, words, WORDS_MAX);
    if (count > 1 && same_text(words[1], "arp")) {
        resume_order(s, process, words, count, forge_arp, "packets");
        return;
    }
    if (count > 1 && same_text(words[1], "udp")) {
        resume_order(s, process, words, count, forge_udp, "datagrams");
        return;
    }
    struct line l = {words + (count > 0), words + count};
    understand(&l, &o);
    const char *wrong = o.wrong;
    /* With no time between them, all leave in this step. */
    while (wrong == NULL && p->of.forge.done < o.count) {
        wrong = send_one(s, p->node, &o, p->of.forge.done);
        if (wrong == NULL) p->of.forge.done++;
        if (o.every > 0) break;
    }
    if (wrong != NULL || p->of.forge.done == o.count)
        end(s, process, wrong, "segments");
    else
        process_wait_until(s, process, s->now + o.every);
}

void forge_interrupt(struct step *s, struct id process) {
    char room[LINE_ROOM], *words[WORDS_MAX];
    copy_text(room, sizeof room, process_get(s->lab, process)->line);
    size_t count = split_words(room, words, WORDS_MAX);
    const char *kind = count > 1 ? words[1] : "";
    end(s, process, NULL,
        same_text(kind, "arp")   ? "packets"
        : same_text(kind, "udp") ? "datagrams"
                                 : "segments");
}

void run_forge(struct step *s, const struct command *c) {
    struct process *p = process_edit(s, c->process);
    if (c->count > 1 && same_text(c->words[1], "icmp")) {
        forge_icmp(s, c);
        return;
    }
    p->app = APP_FORGE;
    p->of.forge = (struct forge_state){0};
    forge_resume(s, c->process);
}
