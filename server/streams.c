#include "streams.h"
/*
 * Sockets are told apart by node, object and name, "tcp LOCAL REMOTE": a slot that is used again
 * for another connection begins another entry. States come with the connection's name, "LOCAL >
 * REMOTE", and are joined by it. OpenSSL's EVP does the SHA-256.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 96, SHA256_OCTETS = 32 };
enum { SENT, DELIVERED, DIRECTION_COUNT };

struct entry {
    char name[NAME_ROOM]; /* "tcp 10.0.0.1:40000 10.0.0.2:80", or a connection's "A > B" */
    uint32_t node, object;
    uint32_t machine;
    uint64_t state;
    bool is_stream, told, stated;
    uint64_t octets[DIRECTION_COUNT];
    EVP_MD_CTX *digest[DIRECTION_COUNT];
};
struct streams {
    struct entry *entries;
    size_t count, room;
    uint32_t *slots; /* open addressing: index + 1 into entries; 0 empty */
    size_t slot_count;
    bool failed;
};

struct streams *streams_new(void) {
    return calloc(1, sizeof(struct streams));
}

static size_t slot_of(const struct streams *s, const struct entry *e) {
    uint64_t hash = 1469598103934665603u ^ e->node;
    hash = hash * 1099511628211u ^ e->object;
    for (const char *c = e->name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    return (size_t)(hash >> 20) & (s->slot_count - 1);
}

static bool same(const struct entry *a, const struct entry *b) {
    return a->node == b->node && a->object == b->object && a->is_stream == b->is_stream &&
           strcmp(a->name, b->name) == 0;
}

static void insert(struct streams *s, size_t index) {
    size_t at = slot_of(s, &s->entries[index]);
    while (s->slots[at] != 0) at = (at + 1) & (s->slot_count - 1);
    s->slots[at] = (uint32_t)index + 1;
}

static bool grow(struct streams *s) {
    size_t room = s->room == 0 ? 64 : 2 * s->room;
    struct entry *entries = realloc(s->entries, room * sizeof *entries);
    if (entries == NULL) return false;
    s->entries = entries;
    uint32_t *slots = calloc(2 * room, sizeof *slots);
    if (slots == NULL) return false;
    free(s->slots);
    s->slots = slots;
    s->slot_count = 2 * room;
    s->room = room;
    for (size_t i = 0; i < s->count; i++) insert(s, i);
    return true;
}

/* The entry that equals `wanted`; `make`: a new one when there is none. NULL: none. */
static struct entry *find(struct streams *s, const struct entry *wanted, bool make) {
    if (s->slot_count > 0)
        for (size_t at = slot_of(s, wanted); s->slots[at] != 0; at = (at + 1) & (s->slot_count - 1))
            if (same(&s->entries[s->slots[at] - 1], wanted)) return &s->entries[s->slots[at] - 1];
    if (!make || s->failed || (s->count == s->room && !grow(s))) {
        s->failed = s->failed || make;
        return NULL;
    }
    s->entries[s->count] = *wanted;
    insert(s, s->count);
    return &s->entries[s->count++];
}

static void copy_name(struct entry *entry, const struct trace_record *r) {
    size_t length = r->text == NULL ? 0 : r->text_length;
    if (length >= NAME_ROOM) length = NAME_ROOM - 1;
    if (length > 0) memcpy(entry->name, r->text, length);
}

static void take_stream(struct streams *s, const struct trace_record *r) {
    struct entry wanted = {.node = r->node, .object = r->object, .is_stream = true};
    copy_name(&wanted, r);
    struct entry *entry = find(s, &wanted, true);
    if (entry == NULL) return;
    int direction = r->before == 0 ? SENT : DELIVERED;
    EVP_MD_CTX **digest = &entry->digest[direction];
    if (*digest == NULL) {
        *digest = EVP_MD_CTX_new();
        if (*digest == NULL || EVP_DigestInit_ex(*digest, EVP_sha256(), NULL) != 1)
            s->failed = true;
    }
    if (!s->failed && EVP_DigestUpdate(*digest, r->octets, r->octet_count) != 1) s->failed = true;
    entry->octets[direction] += r->octet_count;
}

void streams_record(struct streams *s, const struct trace_record *r) {
    if (r->kind == TRACE_STREAM) take_stream(s, r);
    if (r->kind != TRACE_STATE || r->text_length == 0) return;
    struct entry wanted = {.node = r->node}; /* by name alone: a stream has another object */
    copy_name(&wanted, r);
    struct entry *entry = find(s, &wanted, true);
    /* A connection may have a second machine (how it takes its path); the first one counts. */
    if (entry == NULL || (entry->stated && entry->machine != r->machine)) return;
    entry->stated = true;
    entry->machine = r->machine;
    entry->state = r->after;
}

static void write_direction(struct buffer *b, const struct entry *entry, int direction) {
    uint8_t hash[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    bool fine = copy != NULL;
    if (fine && entry->digest[direction] != NULL)
        fine = EVP_MD_CTX_copy_ex(copy, entry->digest[direction]) == 1;
    else if (fine)
        fine = EVP_DigestInit_ex(copy, EVP_sha256(), NULL) == 1;
    fine = fine && EVP_DigestFinal_ex(copy, hash, NULL) == 1;
    EVP_MD_CTX_free(copy);
    if (!fine) b->failed = true;
    buffer_add(b, "{\"octets\":");
    buffer_u64(b, entry->octets[direction]);
    buffer_add(b, ",\"sha256\":\"");
    if (fine) buffer_hex(b, hash, SHA256_OCTETS);
    buffer_add(b, "\"}");
}

/* "tcp LOCAL REMOTE" in three parts; a part that is missing is empty. */
static void split(const char *name, char parts[3][NAME_ROOM]) {
    memset(parts, 0, 3 * sizeof parts[0]);
    for (int part = 0; part < 3; part++) {
        size_t length = part < 2 ? strcspn(name, " ") : strlen(name);
        memcpy(parts[part], name, length);
        name += length + (name[length] == ' ');
    }
}

static const char *state_of(struct streams *s, const struct entry *stream,
                            char parts[3][NAME_ROOM]) {
    struct entry wanted = {.node = stream->node};
    struct buffer name = {0};
    buffer_printf(&name, "%s > %s", parts[1], parts[2]);
    if (!name.failed && name.length < NAME_ROOM) memcpy(wanted.name, name.data, name.length);
    buffer_free(&name);
    struct entry *entry = find(s, &wanted, false);
    if (entry == NULL) return NULL;
    entry->told = true;
    return engine_state_name(entry->machine, entry->state);
}

static void write_entry(struct buffer *b, const struct lab *lab, const struct entry *entry,
                        char parts[3][NAME_ROOM], const char *state) {
    buffer_add(b, b->data[b->length - 1] == '[' ? "{\"node\":" : ",{\"node\":");
    buffer_json_string(b, lab_node(lab, entry->node).name);
    buffer_add(b, ",\"protocol\":");
    buffer_json_string(b, parts[0]);
    buffer_add(b, ",\"local\":");
    buffer_json_string(b, parts[1]);
    buffer_add(b, ",\"remote\":");
    buffer_json_string(b, parts[2]);
    buffer_add(b, ",\"state\":");
    if (state == NULL)
        buffer_add(b, "null");
    else
        buffer_json_string(b, state);
    buffer_add(b, ",\"sent\":");
    write_direction(b, entry, SENT);
    buffer_add(b, ",\"delivered\":");
    write_direction(b, entry, DELIVERED);
    buffer_char(b, '}');
}

/* A connection that moved no octets: its name "A > B" in parts; false for what is no connection. */
static bool split_connection(const struct entry *entry, char parts[3][NAME_ROOM]) {
    const char *between = strstr(entry->name, " > ");
    size_t length = strlen(entry->name);
    if (between == NULL || entry->told || entry->name[length - 1] == '*') return false;
    memset(parts, 0, 3 * sizeof parts[0]);
    const char *machine = engine_name(NAME_MACHINE, entry->machine);
    memcpy(parts[0], machine, strnlen(machine, NAME_ROOM - 1));
    memcpy(parts[1], entry->name, (size_t)(between - entry->name));
    memcpy(parts[2], between + 3, strlen(between + 3));
    return true;
}

void streams_json(struct streams *s, const struct lab *lab, struct buffer *b) {
    char parts[3][NAME_ROOM];
    buffer_char(b, '[');
    for (size_t i = 0; i < s->count && !b->failed; i++) {
        struct entry *entry = &s->entries[i];
        if (!entry->is_stream) continue;
        split(entry->name, parts);
        write_entry(b, lab, entry, parts, state_of(s, entry, parts));
    }
    for (size_t i = 0; i < s->count && !b->failed; i++) {
        struct entry *entry = &s->entries[i];
        if (!entry->is_stream && split_connection(entry, parts))
            write_entry(b, lab, entry, parts, engine_state_name(entry->machine, entry->state));
    }
    buffer_char(b, ']');
    if (s->failed) b->failed = true;
}

void streams_free(struct streams *s) {
    if (s == NULL) return;
    for (size_t i = 0; i < s->count; i++)
        for (int direction = 0; direction < DIRECTION_COUNT; direction++)
            EVP_MD_CTX_free(s->entries[i].digest[direction]);
    free(s->entries);
    free(s->slots);
    free(s);
}
