#include "apps/forge.h"
/*
 * forge tcp FLAGS SRC:PORT DST:PORT [seq N] [ack N] [win N] [len N] [mss N] [wscale N] [sackok]
 *           [ts VAL ECR] [sack LEFT RIGHT]... [up N]
 *
 * FLAGS are tcpdump's letters: S F R P U E W, and a dot for ACK. Numbers are absolute. The checksum
 * is right; everything else is as told, so that a lesson can show what a stranger's segment does.
 * Left out: other protocols, wrong checksums (a fault can corrupt a frame).
 */
#include "apps/process.h"
#include "stack/tcp.h"

enum { FORGE_OCTETS_MAX = 1460, SEGMENT_MAX = 1480 };

struct order {
    struct tcp_endpoint src, dst;
    struct tcp_header header;
    uint64_t length;
    const char *wrong; /* what cannot be understood; NULL: nothing */
};

/* The words that are left to read. */
struct line {
    char **at, **end;
};

static uint64_t number(struct line *l, struct order *o, uint64_t most) {
    uint64_t value = 0;
    if (l->at == l->end || !parse_u64(*l->at, &value) || value > most) {
        o->wrong = l->at == l->end ? "a number is missing at the end" : *l->at;
        return 0;
    }
    l->at++;
    return value;
}

static struct tcp_endpoint endpoint(struct line *l, struct order *o) {
    struct tcp_endpoint e = {0, 0};
    char address[32] = "";
    uint64_t port = 0;
    const char *word = l->at < l->end ? *l->at++ : "";
    size_t colon = 0;
    while (word[colon] != '\0' && word[colon] != ':' && colon < sizeof address - 1) {
        address[colon] = word[colon];
        colon++;
    }
    if (word[colon] != ':' || !parse_ip4(address, &e.address) ||
        !parse_u64(word + colon + 1, &port) || port > 65535)
        o->wrong = "expected ADDRESS:PORT twice";
    e.port = (uint32_t)port;
    return e;
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

static void option(struct line *l, struct order *o) {
    struct tcp_header *h = &o->header;
    const char *word = *l->at++;
    if (same_text(word, "seq"))
        h->seq = (uint32_t)number(l, o, UINT32_MAX);
    else if (same_text(word, "ack"))
        h->ack = (uint32_t)number(l, o, UINT32_MAX);
    else if (same_text(word, "win"))
        h->window = (uint16_t)number(l, o, 65535);
    else if (same_text(word, "up"))
        h->urgent_pointer = (uint16_t)number(l, o, 65535);
    else if (same_text(word, "len"))
        o->length = number(l, o, FORGE_OCTETS_MAX);
    else if (same_text(word, "sackok"))
        h->options.sack_permitted = true;
    else if (same_text(word, "sack"))
        sack(l, o);
    else if (same_text(word, "mss")) {
        h->options.has_mss = true;
        h->options.mss = (uint16_t)number(l, o, 65535);
    } else if (same_text(word, "wscale")) {
        h->options.has_window_scale = true;
        h->options.window_scale = (uint8_t)number(l, o, 255);
    } else if (same_text(word, "ts")) {
        h->options.has_timestamps = true;
        h->options.ts_val = (uint32_t)number(l, o, UINT32_MAX);
        h->options.ts_ecr = (uint32_t)number(l, o, UINT32_MAX);
    } else {
        o->wrong = word;
    }
}

static void understand(struct line *l, struct order *o) {
    const char *protocol = l->at < l->end ? *l->at++ : "";
    if (!same_text(protocol, "tcp")) {
        o->wrong = "expected tcp";
        return;
    }
    o->header.flags = flags(l, o);
    o->src = endpoint(l, o);
    o->dst = endpoint(l, o);
    while (l->at < l->end && o->wrong == NULL) option(l, o);
    o->header.src_port = (uint16_t)o->src.port;
    o->header.dst_port = (uint16_t)o->dst.port;
    size_t header = tcp_header_length(&o->header);
    if (o->wrong == NULL && header > 60) o->wrong = "the options do not fit into 40 octets";
    if (o->wrong == NULL && header + o->length > SEGMENT_MAX) o->wrong = "too long for a frame";
}

void forge_command(struct step *s, uint32_t node, struct id process, char *words[], size_t count) {
    struct order o = {0};
    struct line l = {words + (count > 0), words + count};
    char said[LINE_ROOM];
    struct text t = text_of(said, sizeof said);
    understand(&l, &o);
    if (o.wrong != NULL) {
        text_add(&t, "forge: ");
        text_add(&t, o.wrong);
        text_add(&t, "?");
        process_say(s, process, &t);
        return;
    }
    uint8_t octets[FORGE_OCTETS_MAX];
    pattern_fill(octets, 0, o.length);
    enum ip_result result =
        tcp_forge(s, node, o.src.address, o.dst.address, &o.header, octets, o.length);
    if (result == IP_SENT) return;
    text_add(&t, "forge: no route to ");
    text_ip4(&t, o.dst.address);
    process_say(s, process, &t);
}
