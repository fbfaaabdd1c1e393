#include "json.h"
/*
 * The one file that includes jansson. jansson parses and owns the values; this layer adds what a
 * person who wrote the file needs: the place of each complaint, known keys with a "did you mean",
 * and one sticky error for the whole document, so that readers are written without error paths.
 *
 * jansson says where text stops being JSON; it does not keep places of values, which is why a
 * node remembers the way it was reached. Left out: JSON pointers, streaming, comments.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

enum { FILE_OCTETS_MAX = 16 << 20, PLACE_DEPTH_MAX = 32, WORD_MAX = 40 };

struct json_document {
    json_t *root;
    struct complaint complaint;
    bool failed;
};

static const json_t *value_of(const struct json_node *node) {
    return node->value;
}

static void complain(struct complaint *why, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void complain(struct complaint *why, const char *place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    snprintf(why->place, sizeof why->place, "%s", place);
    vsnprintf(why->problem, sizeof why->problem, format, arguments);
    va_end(arguments);
}

struct json_document *json_read(const char *text, size_t length, struct complaint *why) {
    json_error_t error;
    struct json_document *document = calloc(1, sizeof *document);
    if (document == NULL) {
        complain(why, "file", "out of memory; close something and try again");
        return NULL;
    }
    document->root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (document->root != NULL) return document;
    char place[64];
    snprintf(place, sizeof place, "line %d column %d", error.line > 0 ? error.line : 1,
             error.column > 0 ? error.column : 1);
    /* jansson's text quotes the input, which may hold line breaks: keep the complaint one line. */
    for (char *c = error.text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ') *c = ' ';
    complain(why, place, "not valid JSON: %s; mend it there or just before", error.text);
    free(document);
    return NULL;
}

struct json_document *json_read_file(const char *path, struct complaint *why) {
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (file == NULL) {
        complain(why, "file", "cannot be opened (%m); give the path of a file that can be read");
        return NULL;
    }
    struct buffer text = {0};
    size_t count = 0;
    do {
        char *room = buffer_room(&text, 65536);
        if (room == NULL) break;
        count = fread(room, 1, 65536, file);
        buffer_took(&text, count);
    } while (count > 0 && text.length <= FILE_OCTETS_MAX);
    bool unread = ferror(file) != 0;
    if (file != stdin) fclose(file);
    struct json_document *document = NULL;
    if (unread)
        complain(why, "file", "cannot be read; give the path of a regular file");
    else if (text.failed || text.length > FILE_OCTETS_MAX)
        complain(why, "file", "is longer than 16 MiB; make it shorter");
    else
        document = json_read(text.length > 0 ? text.data : "", text.length, why);
    buffer_free(&text);
    return document;
}

void json_free(struct json_document *document) {
    if (document == NULL) return;
    json_decref(document->root);
    free(document);
}

struct json_node json_root(struct json_document *document) {
    return (struct json_node){.document = document, .value = document->root};
}

bool json_failed(const struct json_document *document) {
    return document->failed;
}
const struct complaint *json_complaint(const struct json_document *document) {
    return &document->complaint;
}

struct json_node json_get(const struct json_node *object, const char *key) {
    return (struct json_node){.document = object->document,
                              .up = object,
                              .key = key,
                              .value = json_object_get(value_of(object), key)};
}

struct json_node json_item(const struct json_node *array, size_t index) {
    return (struct json_node){.document = array->document,
                              .up = array,
                              .index = index,
                              .value = json_array_get(value_of(array), index)};
}

size_t json_count(const struct json_node *node) {
    return json_holds_array(node) ? json_array_size(value_of(node))
                                  : json_object_size(value_of(node));
}

struct json_node json_member(const struct json_node *object, size_t n) {
    struct json_node member = {.document = object->document, .up = object};
    json_t *value = object->value;
    void *at = json_object_iter(value);
    while (at != NULL && n-- > 0) at = json_object_iter_next(value, at);
    if (at != NULL) {
        member.key = json_object_iter_key(at);
        member.value = json_object_iter_value(at);
    }
    return member;
}

static bool holds(const struct json_node *node, json_type type) {
    return node->value != NULL && json_typeof(value_of(node)) == type;
}
bool json_holds_object(const struct json_node *n) {
    return holds(n, JSON_OBJECT);
}
bool json_holds_array(const struct json_node *n) {
    return holds(n, JSON_ARRAY);
}
bool json_holds_text(const struct json_node *n) {
    return holds(n, JSON_STRING);
}
bool json_holds_integer(const struct json_node *n) {
    return holds(n, JSON_INTEGER);
}
bool json_holds_boolean(const struct json_node *n) {
    return json_is_boolean(value_of(n));
}

/* --------------------------------------------------------------------------------------- places */

void json_place(const struct json_node *node, char *out, size_t size) {
    const struct json_node *path[PLACE_DEPTH_MAX];
    size_t depth = 0, length = 0;
    for (; node != NULL && node->up != NULL && depth < PLACE_DEPTH_MAX; node = node->up)
        path[depth++] = node;
    out[0] = '\0';
    while (depth > 0 && length < size - 1) {
        const struct json_node *at = path[--depth];
        char *to = out + length;
        if (at->key == NULL)
            snprintf(to, size - length, "[%zu]", at->index);
        else
            snprintf(to, size - length, "%s%.40s", length > 0 ? "." : "", at->key);
        length += strlen(to);
    }
    if (length == 0) snprintf(out, size, "file");
}

/* The file's own words are quoted in complaints; a complaint is one line whatever they hold. */
static void one_line(char *text) {
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f) *text = ' ';
}

bool json_fail(const struct json_node *node, const char *format, ...) {
    struct json_document *document = node->document;
    if (document->failed) return false;
    document->failed = true;
    json_place(node, document->complaint.place, sizeof document->complaint.place);
    va_list arguments;
    va_start(arguments, format);
    struct complaint *complaint = &document->complaint;
    vsnprintf(complaint->problem, sizeof complaint->problem, format, arguments);
    va_end(arguments);
    one_line(complaint->place);
    one_line(complaint->problem);
    return false;
}

/* -------------------------------------------------------------------------------- needed values */

static bool need(const struct json_node *node, json_type type, const char *what) {
    if (holds(node, type)) return true;
    if (node->value == NULL) return json_fail(node, "is missing; give %s", what);
    static const char *const found[] = {
        "an object", "a list", "a text", "a whole number", "a number with a fraction",
        "true",      "false",  "null"};
    return json_fail(node, "is %s; give %s", found[json_typeof(value_of(node))], what);
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Levenshtein's distance; words longer than WORD_MAX are never near. */
static size_t distance(const char *a, const char *b) {
    size_t m = strlen(a), n = strlen(b), row[WORD_MAX + 1];
    if (m > WORD_MAX || n > WORD_MAX) return SIZE_MAX;
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = smaller(change, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

const char *json_nearest(const char *word, const char *const words[], size_t count) {
    const char *best = NULL;
    size_t length = strlen(word), limit = length > 1 ? length / 3 + 1 : 0;
    size_t best_distance = limit + 1;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(word, words[i]);
        if (d < best_distance) {
            best_distance = d;
            best = words[i];
        }
    }
    return best;
}

/* "a, b, c or d", as far as `size` goes. */
static void list_words(const char *const words[], size_t count, char *out, size_t size) {
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && length < size - 1; i++) {
        const char *between = i == 0 ? "" : i + 1 == count ? " or " : ", ";
        snprintf(out + length, size - length, "%s%s", between, words[i]);
        length += strlen(out + length);
    }
}

static bool refuse_word(const struct json_node *node, const char *problem, const char *word,
                        const char *const words[], size_t count) {
    const char *near = json_nearest(word, words, count);
    if (near != NULL)
        return json_fail(node, "%s \"%.40s\"; did you mean \"%s\"?", problem, word, near);
    char list[120];
    list_words(words, count, list, sizeof list);
    return json_fail(node, "%s \"%.40s\"; use %s", problem, word, list);
}

bool json_need_object(const struct json_node *node, const char *const keys[], size_t key_count) {
    if (!need(node, JSON_OBJECT, "an object in { }")) return false;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)node->value, key, value) {
        bool known = false;
        for (size_t i = 0; i < key_count && !known; i++) known = strcmp(key, keys[i]) == 0;
        if (!known) {
            struct json_node member = json_get(node, key);
            return refuse_word(&member, "unknown key", key, keys, key_count);
        }
    }
    return true;
}

bool json_need_array(const struct json_node *node) {
    return need(node, JSON_ARRAY, "a list in [ ]");
}

const char *json_need_text(const struct json_node *node) {
    return need(node, JSON_STRING, "a text in quotes") ? json_string_value(value_of(node)) : "";
}

int64_t json_need_integer(const struct json_node *node, int64_t low, int64_t high) {
    if (!need(node, JSON_INTEGER, "a whole number")) return low;
    int64_t value = json_integer_value(value_of(node));
    if (value >= low && value <= high) return value;
    json_fail(node, "%lld is out of range; give %lld to %lld", (long long)value, (long long)low,
              (long long)high);
    return low;
}

bool json_need_boolean(const struct json_node *node) {
    if (!json_holds_boolean(node)) return json_fail(node, "is not true or false; give one of them");
    return json_is_true(value_of(node));
}

int json_need_word(const struct json_node *node, const char *const words[], size_t count) {
    if (!need(node, JSON_STRING, "a word in quotes")) return -1;
    const char *word = json_string_value(value_of(node));
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0) return (int)i;
    refuse_word(node, "unknown word", word, words, count);
    return -1;
}

/* ---------------------------------------------------------------------------- without complaint */

const char *json_text_or(const struct json_node *node, const char *otherwise) {
    return json_holds_text(node) ? json_string_value(value_of(node)) : otherwise;
}

int64_t json_integer_or(const struct json_node *node, int64_t otherwise) {
    return json_holds_integer(node) ? json_integer_value(value_of(node)) : otherwise;
}

bool json_same(const struct json_node *a, const struct json_node *b) {
    return json_equal(value_of(a), value_of(b)) == 1;
}

void json_write(const struct json_node *node, struct buffer *out) {
    char *text = json_dumps(value_of(node), JSON_COMPACT | JSON_ENCODE_ANY);
    if (text == NULL) {
        out->failed = true;
        return;
    }
    buffer_add(out, text);
    free(text);
}
