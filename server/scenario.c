#include "scenario.h"
/*
 * Reads a scenario. The file's values become the engine's struct scenario, whose strings and
 * arrays live in one chain of blocks (struct memory) that is freed as a whole. Here are the file,
 * its script, faults and limits; scenario_net.c has nodes and links.
 *
 * What is said briefly is completed, and only where there is one way to do so. What only the
 * engine can judge (names of settings, filters, whether two nodes are neighbours) is judged by
 * lab_create, whose complaints carry the same places.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_parts.h"
#include "units.h"

enum { LINES_MAX = 4096, FAULTS_MAX = 4096, LINE_OCTETS_MAX = 240, NAME_MAX = 31 };
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ----------------------------------------------------------------------- memory and small parts */

struct memory {
    struct memory *next;
    max_align_t octets[];
};

void *reading_memory(struct reading *r, size_t count, size_t size) {
    struct memory *block = calloc(1, sizeof *block + (count + 1) * size);
    if (block == NULL)
        abort(); /* counts are bounded by the file's 16 MiB: only a machine without memory fails */
    block->next = r->file->memory;
    r->file->memory = block;
    return block->octets;
}

const char *reading_text(struct reading *r, const char *text) {
    size_t length = strlen(text);
    char *copy = reading_memory(r, length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}

static int by_name(const void *a, const void *b) {
    return strcmp(**(const char *const *const *)a, **(const char *const *const *)b);
}

void reading_sort_names(struct reading *r) {
    for (size_t i = 0; i < r->node_count; i++) r->sorted[i] = &r->names[i];
    if (r->node_count > 0) qsort(r->sorted, r->node_count, sizeof *r->sorted, by_name);
}

size_t reading_node(struct reading *r, const struct json_node *at, const char *name) {
    const char *const *key = &name;
    const char *const **found =
        r->node_count == 0 ? NULL : bsearch(&key, r->sorted, r->node_count, sizeof key, by_name);
    if (found != NULL) return (size_t)(*found - r->names);
    const char *near = json_nearest(name, r->names, r->node_count);
    if (near != NULL)
        json_fail(at, "no node \"%.40s\"; did you mean \"%s\"?", name, near);
    else
        json_fail(at, "no node \"%.40s\"; add it to nodes, or correct the name", name);
    return SIZE_MAX;
}

sim_time reading_time(const struct json_node *node) {
    sim_time time = 0;
    if (json_holds_integer(node) && json_integer_or(node, 1) == 0) return 0;
    if (json_holds_integer(node)) {
        long long number = json_integer_or(node, 0);
        json_fail(node, "%lld has no unit; write \"%llds\" or \"%lldms\"", number, number, number);
        return 0;
    }
    const char *text = json_need_text(node);
    if (!json_failed(node->document) && !read_duration(text, &time))
        json_fail(node,
                  "\"%.30s\" is no time; write a number and ns, us, ms, s, min or h, such as "
                  "\"10ms\"",
                  text);
    return time;
}

uint32_t reading_chance(const struct json_node *node) {
    uint32_t ppm = 0;
    const char *text = json_need_text(node);
    if (!json_failed(node->document) && !read_chance(text, &ppm))
        json_fail(node, "\"%.30s\" is no chance; write \"10%%\" or \"1/10\"", text);
    return ppm;
}

bool reading_name(const struct json_node *node, const char *name, size_t most) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length = strlen(name);
    if (length == 0) return json_fail(node, "is empty; give a name");
    if (length > most)
        return json_fail(node, "\"%.40s...\" is too long; use at most %zu letters", name, most);
    if (strchr("_.-", name[0]) != NULL)
        return json_fail(node, "\"%.40s\" begins with %c; begin a name with a letter or digit",
                         name, name[0]);
    if (strspn(name, letters) != length)
        return json_fail(
            node, "\"%.40s\" has a letter that names may not have; use A-Z a-z 0-9 _ . -", name);
    return true;
}

/* ----------------------------------------------------------------------- script, faults, limits */

static void read_line(struct reading *r, const struct json_node *node, struct scenario_line *line) {
    static const char *const keys[] = {"at", "on", "run", "process", "comment"};
    if (!json_need_object(node, keys, COUNT(keys))) return;
    struct json_node at = json_get(node, "at"), on = json_get(node, "on"),
                     run = json_get(node, "run"), process = json_get(node, "process");
    line->at = json_is(at) ? reading_time(&at) : 0;
    const char *name = json_need_text(&on), *text = json_need_text(&run);
    if (json_failed(node->document)) return;
    size_t found = reading_node(r, &on, name);
    line->node = found == SIZE_MAX ? "" : r->names[found];
    if (*text == '\0')
        json_fail(&run, "is empty; give a console line such as \"ping -c 1 server\"");
    if (strlen(text) > LINE_OCTETS_MAX)
        json_fail(&run, "is longer than %d octets; split it", LINE_OCTETS_MAX);
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            json_fail(&run, "holds a control character; give one console line for each entry");
    line->run = reading_text(r, text);
    if (!json_is(process)) return;
    const char *process_name = json_need_text(&process);
    if (!json_failed(node->document) && reading_name(&process, process_name, NAME_MAX))
        line->process = reading_text(r, process_name);
}

static void read_script(struct reading *r, const struct json_node *script) {
    if (!json_is(*script) || !json_need_array(script)) return;
    size_t count = json_count(script);
    if (count > LINES_MAX) {
        json_fail(script, "has %zu lines; give at most %d", count, LINES_MAX);
        return;
    }
    struct scenario_line *lines = reading_memory(r, count, sizeof *lines);
    for (size_t i = 0; i < count && !json_failed(script->document); i++) {
        struct json_node item = json_item(script, i);
        read_line(r, &item, &lines[i]);
    }
    r->file->scenario.script = lines;
    r->file->scenario.line_count = count;
}

/* "r1" of "r1:eth1": which interface there is, the engine judges. */
static bool is_a_node(struct reading *r, const struct json_node *at, const char *end) {
    char name[NAME_MAX + 1];
    size_t length = strcspn(end, ":");
    if (length > NAME_MAX) length = NAME_MAX;
    memcpy(name, end, length);
    name[length] = '\0';
    return reading_node(r, at, name) != SIZE_MAX;
}

/* "r1 -> server" as the engine reads it: "r1->server". Both ends must be nodes. */
static const char *read_on(struct reading *r, const struct json_node *node) {
    const char *text = json_need_text(node);
    char *plain = reading_memory(r, strlen(text) + 1, 1), *to = plain;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != ' ') *to++ = *from;
    char *arrow = strstr(plain, "->");
    if (json_failed(node->document) || arrow == NULL) return plain;
    *arrow = '\0';
    if (is_a_node(r, node, plain)) is_a_node(r, node, arrow + 2);
    *arrow = '-';
    return plain;
}

/* One of two spellings of the same key; both together are a contradiction. */
static struct json_node either(const struct json_node *object, const char *key, const char *other) {
    struct json_node first = json_get(object, key), second = json_get(object, other);
    if (json_is(first) && json_is(second))
        json_fail(&second, "says the same as %s; give only one of them", key);
    return json_is(first) ? first : second;
}

static void read_fault_when(const struct json_node *node, struct scenario_fault *fault) {
    struct json_node nth = json_get(node, "nth"), count = json_get(node, "count"),
                     chance = either(node, "chance", "probability"),
                     from = either(node, "from", "at"), until = json_get(node, "until");
    fault->nth = json_is(nth) ? (uint32_t)json_need_integer(&nth, 1, UINT32_MAX) : 0;
    fault->count = json_is(count) ? (uint32_t)json_need_integer(&count, 1, UINT32_MAX) : 0;
    fault->chance_ppm = json_is(chance) ? reading_chance(&chance) : 0;
    if (json_is(chance) && fault->chance_ppm == 0)
        json_fail(&chance, "is never; give more than 0%%, or leave the fault out");
    fault->from = json_is(from) ? reading_time(&from) : 0;
    fault->until = json_is(until) ? reading_time(&until) : 0;
    if (json_is(until) && fault->until <= fault->from)
        json_fail(&until, "is not after the fault's beginning; give a later time");
}

/* swap and add: which words of the frame, by the octets where they begin. */
static void read_fault_words(const struct json_node *node, struct scenario_fault *fault) {
    enum { LAST = 1512 };
    struct json_node words = json_get(node, "words"), word = json_get(node, "word"),
                     add = json_get(node, "add"), how = json_get(node, "do");
    if (fault->kind == FAULT_SWAP) {
        if (!json_is(words) || json_count(&words) != 2) {
            json_fail(&how, "needs two words of the frame; add \"words\": [54, 56]");
            return;
        }
        struct json_node first = json_item(&words, 0), second = json_item(&words, 1);
        fault->word = (uint32_t)json_need_integer(&first, 0, LAST);
        fault->other = (uint32_t)json_need_integer(&second, 0, LAST);
    } else if (fault->kind == FAULT_ADD) {
        if (!json_is(word) || !json_is(add)) {
            json_fail(&how, "needs where and what; add \"word\": 54, \"add\": 1");
            return;
        }
        fault->word = (uint32_t)json_need_integer(&word, 0, LAST);
        fault->add = (int32_t)json_need_integer(&add, -65535, 65535);
    }
}

static void read_fault_mend(const struct json_node *node, struct scenario_fault *fault) {
    static const char *const mends[MEND_COUNT] = {
        [MEND_NONE] = "none", [MEND_IP] = "ip", [MEND_ALL] = "all"};
    struct json_node mend = json_get(node, "mend");
    if (json_is(mend)) fault->mend = (enum fault_mend)json_need_word(&mend, mends, COUNT(mends));
}

/* What the kind of fault needs, and what it has no use for. */
static void read_fault_how(struct reading *r, const struct json_node *node,
                           struct scenario_fault *fault) {
    static const char *const of_frames[] = {"match", "nth", "count", "chance", "probability"};
    struct json_node delay = either(node, "delay", "by"), bit = json_get(node, "bit"),
                     set = json_get(node, "set"), match = json_get(node, "match"),
                     how = json_get(node, "do");
    bool link = fault->kind == FAULT_LINK_DOWN || fault->kind == FAULT_LINK_UP;
    bool by_time = link || fault->kind == FAULT_NODE_CRASH || fault->kind == FAULT_NODE_BOOT;
    if (json_is(delay)) {
        fault->delay_ns = reading_time(&delay);
        if (fault->kind != FAULT_DELAY && fault->kind != FAULT_DUPLICATE)
            json_fail(&delay, "means nothing here; only delay and duplicate take a time");
    } else if (fault->kind == FAULT_DELAY)
        json_fail(&how, "needs how long; add \"delay\": \"10ms\"");
    if (json_is(bit)) {
        fault->bit = (uint32_t)json_need_integer(&bit, 0, 8 * 1514 - 1);
        if (fault->kind != FAULT_CORRUPT)
            json_fail(&bit, "means nothing here; only corrupt takes a bit");
    } else if (fault->kind == FAULT_CORRUPT)
        json_fail(&how, "needs which bit of the frame; add \"bit\": 400 (0 is the first)");
    if (json_is(set)) {
        fault->edit = reading_text(r, json_need_text(&set));
        if (fault->kind != FAULT_EDIT)
            json_fail(&set, "means nothing here; only edit sets a field");
    } else if (fault->kind == FAULT_EDIT)
        json_fail(&how, "needs what to set; add \"set\": \"ip.ttl = 1\"");
    for (size_t i = 0; by_time && i < COUNT(of_frames); i++) {
        struct json_node key = json_get(node, of_frames[i]);
        if (json_is(key))
            json_fail(&key, "means nothing here; %s by time: give \"from\"",
                      link ? "a link goes down or up" : "a node crashes or starts");
    }
    if (json_is(match)) fault->match = reading_text(r, json_need_text(&match));
}

static void read_fault(struct reading *r, const struct json_node *node,
                       struct scenario_fault *fault) {
    static const char *const keys[] = {
        "on",  "match", "nth", "count", "chance",  "probability", "do",   "delay", "by",  "bit",
        "set", "from",  "at",  "until", "comment", "words",       "word", "add",   "mend"};
    static const char *const kinds[FAULT_KIND_COUNT] = {
        [FAULT_DROP] = "drop",       [FAULT_DELAY] = "delay",      [FAULT_DUPLICATE] = "duplicate",
        [FAULT_CORRUPT] = "corrupt", [FAULT_EDIT] = "edit",        [FAULT_LINK_DOWN] = "down",
        [FAULT_LINK_UP] = "up",      [FAULT_REORDER] = "reorder",  [FAULT_SWAP] = "swap",
        [FAULT_ADD] = "add",         [FAULT_NODE_CRASH] = "crash", [FAULT_NODE_BOOT] = "boot"};
    if (!json_need_object(node, keys, COUNT(keys))) return;
    struct json_node on = json_get(node, "on"), how = json_get(node, "do");
    fault->on = read_on(r, &on);
    int kind = json_need_word(&how, kinds, COUNT(kinds));
    if (json_failed(node->document)) return;
    fault->kind = (enum fault_kind)kind;
    read_fault_when(node, fault);
    read_fault_how(r, node, fault);
    read_fault_words(node, fault);
    read_fault_mend(node, fault);
}

static void read_faults(struct reading *r, const struct json_node *list) {
    if (!json_is(*list) || !json_need_array(list)) return;
    size_t count = json_count(list);
    if (count > FAULTS_MAX) {
        json_fail(list, "has %zu faults; give at most %d", count, FAULTS_MAX);
        return;
    }
    struct scenario_fault *faults = reading_memory(r, count, sizeof *faults);
    for (size_t i = 0; i < count && !json_failed(list->document); i++) {
        struct json_node item = json_item(list, i);
        read_fault(r, &item, &faults[i]);
    }
    r->file->scenario.faults = faults;
    r->file->scenario.fault_count = count;
}

static void read_limits(const struct json_node *node, struct limits *limits) {
    static const char *const keys[] = {"connections", "sockets",      "processes",  "frames",
                                       "datagrams",   "reassemblies", "neighbours", "buffer_octets",
                                       "routes",      "faults",       "events",     "file_octets",
                                       "lsas"};
    uint32_t *const values[] = {&limits->connections, &limits->sockets,       &limits->processes,
                                &limits->frames,      &limits->datagrams,     &limits->reassemblies,
                                &limits->neighbours,  &limits->buffer_octets, &limits->routes,
                                &limits->faults,      &limits->events,        &limits->file_octets,
                                &limits->lsas};
    static const int64_t most[] = {200000,  200000, 65536, 65536,   4096,    262144, 65536,
                                   1 << 30, 65536,  4096,  1000000, 1 << 30, 1 << 21};
    if (!json_is(*node) || !json_need_object(node, keys, COUNT(keys))) return;
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct json_node limit = json_get(node, keys[i]);
        if (json_is(limit)) *values[i] = (uint32_t)json_need_integer(&limit, 1, most[i]);
    }
}

/* ------------------------------------------------------------------------------- the whole file */

static void read_whole(struct reading *r, const struct json_node *root) {
    static const char *const keys[] = {"netstep", "$schema", "title",  "description", "seed",
                                       "nodes",   "links",   "script", "faults",      "limits"};
    if (!json_need_object(root, keys, COUNT(keys))) return;
    struct json_node version = json_get(root, "netstep"), schema = json_get(root, "$schema"),
                     seed = json_get(root, "seed"), title = json_get(root, "title"),
                     about = json_get(root, "description"), nodes = json_get(root, "nodes"),
                     links = json_get(root, "links"), script = json_get(root, "script"),
                     faults = json_get(root, "faults"), limits = json_get(root, "limits");
    if (!json_is(version)) json_fail(&version, "is missing; begin the file with \"netstep\": 1");
    json_need_integer(&version, 1, 1);
    r->file->scenario.seed = json_is(seed) ? (uint64_t)json_need_integer(&seed, 0, INT64_MAX) : 1;
    if (json_is(title)) r->file->title = reading_text(r, json_need_text(&title));
    if (json_is(about)) json_need_text(&about);
    if (json_is(schema)) json_need_text(&schema);
    read_nodes(r, &nodes);
    if (!json_failed(root->document)) read_links(r, &links);
    if (json_failed(root->document)) return;
    read_script(r, &script);
    read_faults(r, &faults);
    read_limits(&limits, &r->file->scenario.limits);
    lay_out(r);
}

struct scenario_file *scenario_read_node(const struct json_node *root) {
    struct reading r = {.file = calloc(1, sizeof *r.file)};
    if (r.file == NULL) {
        json_fail(root, "out of memory; try a smaller scenario");
        return NULL;
    }
    read_whole(&r, root);
    free(r.drafts);
    if (!json_failed(root->document)) return r.file;
    scenario_free(r.file);
    return NULL;
}

static struct scenario_file *read_document(struct json_document *document, struct complaint *why) {
    if (document == NULL) return NULL;
    struct json_node root = json_root(document);
    struct scenario_file *file = scenario_read_node(&root);
    if (file == NULL) *why = *json_complaint(document);
    json_free(document);
    return file;
}

struct scenario_file *scenario_load(const char *path, struct complaint *why) {
    return read_document(json_read_file(path, why), why);
}

struct scenario_file *scenario_read(const char *text, size_t length, struct complaint *why) {
    return read_document(json_read(text, length, why), why);
}

void scenario_free(struct scenario_file *file) {
    if (file == NULL) return;
    for (struct memory *block = file->memory, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(file);
}

/* The engine speaks of its own struct; where the file has another word, the file's is said. */
static void translate(struct complaint *why) {
    static const char engine[] = ".edit", file[] = ".set";
    size_t length = strlen(why->place), tail = sizeof engine - 1;
    if (strncmp(why->place, "faults[", 7) == 0 && length > tail &&
        strcmp(why->place + length - tail, engine) == 0)
        memcpy(why->place + length - tail, file, sizeof file);
}

/* lab_size gives no reason. lab_create would, but needs a block: any will do to be refused. */
static struct lab *refuse_limits(const struct scenario_file *file, struct complaint *why) {
    max_align_t block[64];
    if (!lab_create(block, sizeof block, &file->scenario, why) && why->problem[0] != '\0')
        return NULL;
    snprintf(why->place, sizeof why->place, "limits");
    snprintf(why->problem, sizeof why->problem, "are out of range; lower them");
    return NULL;
}

struct lab *scenario_lab(const struct scenario_file *file, struct complaint *why) {
    size_t size = lab_size(&file->scenario);
    if (size == 0) return refuse_limits(file, why);
    void *block = aligned_alloc(64, (size + 63) / 64 * 64);
    if (block == NULL) {
        snprintf(why->place, sizeof why->place, "limits");
        snprintf(why->problem, sizeof why->problem,
                 "this machine has not enough memory for them; lower them");
        return NULL;
    }
    if (lab_create(block, size, &file->scenario, why)) return block;
    translate(why);
    free(block);
    return NULL;
}
