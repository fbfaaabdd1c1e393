#include "sim/state.h"
/*
 * Two hashes. The trace hash runs over records: lane 0 takes octets and states (every octet of
 * every frame that was sent, lost or thrown away and why, every change of state, with their times),
 * lane 1 takes every field of every record. The lab's hash runs over all state.
 *
 * Words are taken little-endian on every machine, and numbers are hashed as numbers, so the same
 * run has the same hashes everywhere. The lab's state is numbers of fixed size without padding;
 * its hash is over its octets, so it is the same for machines of one byte order.
 */
#include <string.h>

#include "sim/trace.h"

static const uint64_t MULTIPLIER = 0x9e3779b97f4a7c15u;

static uint64_t mix(uint64_t lane, uint64_t word) {
    lane = (lane ^ word) * MULTIPLIER;
    return lane ^ lane >> 29;
}

static uint64_t word_at(const uint8_t *octets) {
    uint64_t word = 0;
    for (int i = 0; i < 8; i++) word |= (uint64_t)octets[i] << (8 * i);
    return word;
}

static uint64_t mix_octets(uint64_t lane, const uint8_t *octets, size_t count) {
    lane = mix(lane, count);
    for (; count >= 8; octets += 8, count -= 8) lane = mix(lane, word_at(octets));
    if (count == 0) return lane;
    uint8_t tail[8] = {0};
    memcpy(tail, octets, count);
    return mix(lane, word_at(tail));
}

static uint64_t mix_text(uint64_t lane, const char *text, size_t length) {
    return text == NULL ? mix(lane, UINT64_MAX) : mix_octets(lane, (const uint8_t *)text, length);
}

void trace_hash_begin(struct trace_hash *hash) {
    hash->lane[0] = 0x6e657473746570u;
    hash->lane[1] = 0x74726163656873u;
}

static uint64_t mix_packet(uint64_t lane, const struct trace_record *r) {
    lane = mix(lane, (uint64_t)r->node << 32 | r->peer);
    lane = mix(lane, (uint64_t)r->origin << 32 | r->number);
    return mix(lane, (uint64_t)r->link << 32 | r->reason);
}

/* What of a record is octets and states. */
static uint64_t mix_essence(uint64_t lane, const struct trace_record *r) {
    switch ((enum trace_kind)r->kind) {
    case TRACE_SENT:
    case TRACE_LOST:
    case TRACE_DROPPED:
        lane = mix(mix(lane, r->kind), (uint64_t)r->at);
        lane = mix(mix_packet(lane, r), (uint64_t)r->until);
        return r->kind == TRACE_SENT ? mix_octets(lane, r->octets, r->octet_count)
                                     : mix(lane, r->where_ppm);
    case TRACE_DELIVERED: /* its octets differ from the sent ones when a fault changed them */
        lane = mix(mix(lane, r->kind), (uint64_t)r->at);
        return mix_octets(mix_packet(lane, r), r->octets, r->octet_count);
    case TRACE_STATE:
        lane = mix(mix(lane, r->kind), (uint64_t)r->at);
        lane = mix(lane, (uint64_t)r->node << 32 | r->machine);
        lane = mix(lane, (uint64_t)r->object << 32 | r->before);
        return mix(lane, r->after);
    case TRACE_COMMAND:
    case TRACE_VARIABLE:
    case TRACE_TABLE:
    case TRACE_TIMER_SET:
    case TRACE_TIMER_FIRED:
    case TRACE_TIMER_STOPPED:
    case TRACE_OUTPUT:
    case TRACE_CALL:
    case TRACE_STREAM:
    case TRACE_RULE:
    case TRACE_KIND_COUNT: break;
    }
    return lane;
}

static uint64_t mix_all(uint64_t lane, const struct trace_record *r) {
    const uint64_t words[] = {r->step,
                              r->cause_step,
                              (uint64_t)r->at,
                              (uint64_t)r->until,
                              (uint64_t)r->kind << 32 | r->k,
                              (uint64_t)r->node << 32 | r->peer,
                              (uint64_t)r->link << 32 | r->object,
                              (uint64_t)r->origin << 32 | r->number,
                              (uint64_t)r->connection << 32 | r->where_ppm,
                              r->before,
                              r->after,
                              (uint64_t)r->machine << 48 | (uint64_t)r->table << 32 |
                                  (uint64_t)r->timer << 16 | r->field,
                              (uint64_t)r->reason << 16 | r->retransmission,
                              (uint64_t)r->seq_base << 32 | r->ack_base};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) lane = mix(lane, words[i]);
    lane = mix_text(lane, r->clause, r->clause == NULL ? 0 : strlen(r->clause));
    lane = mix_text(lane, r->text, r->text_length);
    return mix_octets(lane, r->octets, r->octet_count);
}

void trace_hash_add(struct trace_hash *hash, const struct trace_record *r) {
    hash->lane[0] = mix_essence(hash->lane[0], r);
    hash->lane[1] = mix_all(hash->lane[1], r);
}

static uint64_t mix_block(uint64_t hash, const uint8_t *block, uint64_t from, uint64_t to) {
    for (uint64_t word; from < to; from += sizeof word) {
        memcpy(&word, block + from, sizeof word);
        hash = mix(hash, word);
    }
    return hash;
}

/* The clock is left out: it only says how far a caller has let the time run. So are the memos. */
uint64_t lab_hash(const struct lab *lab) {
    const uint8_t *block = (const uint8_t *)lab;
    uint64_t hash = mix_block(0, block, sizeof lab->clock, lab->memos);
    return mix_block(hash, block, lab->memos + sizeof(struct memos), lab->used);
}
