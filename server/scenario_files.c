#include "scenario_parts.h"
/*
 * The files of a node: a size (octets of the pattern), a text, or octets in base64; and what their
 * modes let strangers do, as chmod is told.
 */
#include <stdlib.h>
#include <string.h>

enum { FILES_OF_NODE_MAX = 1024, MODE_DIGITS = 4 };
#define SIZE_MOST    ((int64_t)1 << 30)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static int base64_digit(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* RFC 4648 4. False: it is none. */
static bool decode(const char *text, uint8_t *out, size_t *count) {
    uint32_t bits = 0, have = 0;
    size_t length = strlen(text);
    *count = 0;
    if (length % 4 != 0) return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '=') return i + 2 >= length && strspn(text + i, "=") == length - i;
        int digit = base64_digit(text[i]);
        if (digit < 0) return false;
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        out[(*count)++] = (uint8_t)(bits >> have);
    }
    return true;
}

static void read_octets(struct reading *r, const struct json_node *node,
                        struct scenario_content *content) {
    struct json_node text = json_get(node, "text"), base64 = json_get(node, "base64");
    const char *from = json_need_text(json_is(text) ? &text : &base64);
    uint8_t *octets = reading_memory(r, strlen(from) + 1, 1);
    size_t count = strlen(from);
    if (json_is(text))
        memcpy(octets, from, count);
    else if (!decode(from, octets, &count))
        json_fail(&base64, "is no base64; use A-Z a-z 0-9 + / and = at its end");
    content->octets = octets;
    content->size = count;
}

/* "0644": three digits for the owner, the group and strangers, and a zero in front if need be. */
static void read_mode(const struct json_node *node, struct scenario_content *content) {
    const char *text = json_need_text(node);
    size_t length = strlen(text);
    if (json_failed(node->document)) return;
    if (length < 3 || length > MODE_DIGITS || strspn(text, "01234567") != length ||
        (length == MODE_DIGITS && text[0] != '0'))
        json_fail(node, "\"%.20s\" is no mode; write one such as \"0644\"", text);
    else
        content->mode = (uint32_t)strtoul(text, NULL, 8);
    if (!json_failed(node->document) && content->mode == 0)
        json_fail(node, "lets not even the node itself read; write \"0600\" at the least");
}

static void read_file(struct reading *r, const struct json_node *node,
                      struct scenario_content *content) {
    static const char *const keys[] = {"name", "size", "text", "base64", "mode", "comment"};
    if (!json_need_object(node, keys, COUNT(keys))) return;
    struct json_node name = json_get(node, "name"), size = json_get(node, "size"),
                     text = json_get(node, "text"), base64 = json_get(node, "base64"),
                     mode = json_get(node, "mode");
    content->name = reading_text(r, json_need_text(&name));
    int given = json_is(size) + json_is(text) + json_is(base64);
    if (given != 1)
        json_fail(node, given == 0 ? "holds nothing; give size, text or base64"
                                   : "holds several things; give one of size, text and base64");
    else if (json_is(size))
        content->size = (uint64_t)json_need_integer(&size, 0, SIZE_MOST);
    else
        read_octets(r, node, content);
    if (json_is(mode)) read_mode(&mode, content);
}

void read_files(struct reading *r, const struct json_node *list, struct scenario_node *node) {
    if (!json_is(*list) || !json_need_array(list)) return;
    size_t count = json_count(list);
    if (count > FILES_OF_NODE_MAX || node->kind == NODE_SWITCH || node->kind == NODE_HUB) {
        json_fail(list, count > FILES_OF_NODE_MAX ? "has too many files; give at most 1024"
                                                  : "a switch or hub has no files; leave them out");
        return;
    }
    struct scenario_content *files = reading_memory(r, count, sizeof *files);
    for (size_t i = 0; i < count && !json_failed(list->document); i++) {
        struct json_node item = json_item(list, i);
        read_file(r, &item, &files[i]);
    }
    node->files = files;
    node->file_count = count;
}
