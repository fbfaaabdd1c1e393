#include "packet_json.h"
/*
 * The decoder's pre-order walk becomes nested JSON: depth alone says when an object opens its
 * "fields" and when it ends. Octet fields are printed whole here, as tshark does ("aa:bb:cc"); the
 * decoder's own text of them is only a beginning.
 */
struct tree {
    struct buffer *out;
    const uint8_t *octets, *whole; /* the frame's; of the payload that its fragments make */
    uint32_t depth;                /* of the object that is still open */
    bool open;
};

static void octets_json(struct buffer *out, const uint8_t *octets, uint32_t count) {
    static const char digits[] = "0123456789abcdef";
    char *room = buffer_room(out, (size_t)count * 3 + 1);
    if (room == NULL) return;
    size_t at = 0;
    room[at++] = '"';
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) room[at++] = ':';
        room[at++] = digits[octets[i] >> 4];
        room[at++] = digits[octets[i] & 15];
    }
    room[at++] = '"';
    buffer_took(out, at);
}

static void string_member(struct buffer *out, const char *name, const char *value) {
    if (value == NULL) return;
    buffer_add(out, name);
    buffer_json_string(out, value);
}

/* Ends the open object and steps out to `depth`, or into its "fields". */
static void go_to(struct tree *tree, uint32_t depth) {
    if (!tree->open) return;
    if (depth > tree->depth) {
        buffer_add(tree->out, ",\"fields\":[");
        return;
    }
    buffer_char(tree->out, '}');
    for (; tree->depth > depth; tree->depth--) buffer_add(tree->out, "]}");
    buffer_char(tree->out, ',');
}

static void visit(void *user, const struct field *f) {
    struct tree *tree = user;
    struct buffer *out = tree->out;
    go_to(tree, f->depth);
    tree->depth = f->depth;
    tree->open = true;
    string_member(out, "{\"name\":", f->name);
    string_member(out, ",\"label\":", f->label);
    buffer_add(out, ",\"offset\":");
    buffer_u64(out, f->offset);
    buffer_add(out, ",\"length\":");
    buffer_u64(out, f->length);
    buffer_add(out, ",\"value\":");
    if (f->flags & FIELD_OCTETS)
        octets_json(out, (f->flags & FIELD_WHOLE ? tree->whole : tree->octets) + f->offset,
                    f->length);
    else
        buffer_json_string(out, f->text);
    if (f->mask != 0) {
        buffer_add(out, ",\"mask\":");
        buffer_u64(out, f->mask);
    }
    string_member(out, ",\"meaning\":", f->meaning);
    string_member(out, ",\"clause\":", f->clause);
    if (f->flags & FIELD_GENERATED) buffer_add(out, ",\"generated\":true");
    if (f->flags & FIELD_WHOLE) buffer_add(out, ",\"whole\":true");
    if (f->flags & FIELD_BAD) buffer_add(out, ",\"bad\":true");
}

void packet_tree_json_in(struct buffer *out, const struct packet_context *context,
                         const uint8_t *octets, size_t count) {
    enum { HEADER_LENGTH = 15, WORD = 4 };
    struct tree tree = {.out = out, .octets = octets};
    if (context->whole != NULL)
        tree.whole = context->whole + (context->whole[0] & HEADER_LENGTH) * WORD;
    buffer_char(out, '[');
    packet_describe_in(context, octets, count, visit, &tree);
    if (tree.open) {
        buffer_char(out, '}');
        for (; tree.depth > 0; tree.depth--) buffer_add(out, "]}");
    }
    buffer_char(out, ']');
}

void packet_tree_json(struct buffer *out, const uint8_t *octets, size_t count) {
    static const struct packet_context nothing;
    packet_tree_json_in(out, &nothing, octets, count);
}
