#include "apps/vtysh.h"
/*
 * The modes of vtysh, and which daemon takes a line of configuration. As in FRR a line that a mode
 * does not know is tried as one of the level above, and words may be cut short; unlike there,
 * `configure terminal` may be left out, `show` works in every mode, and so does what the shell
 * knows. What a line does lasts: the configuration is the node's own (routing/).
 * What a whole frr.conf also says of FRR itself (its version, logs, terminals) a scenario may say
 * too; it means nothing here.
 * Left out: pipes, `write`, VRFs, several instances of a daemon.
 */
#include "apps/daemons.h"
#include "apps/vtysh_words.h"
#include "routing/keychain.h"
#include "routing/routing.h"
#include "routing/staticd.h"
#include "stack/iface.h"
#include <string.h>

_Static_assert((int)CHAIN_NAME_ROOM == (int)KEY_CHAIN_ROOM, "a mode has room for any chain's name");

bool vtysh_is(const char *word, const char *whole) {
    enum { SHORTEST = 3 };
    size_t length = strlen(word), all = strlen(whole);
    return length <= all && memcmp(word, whole, length) == 0 &&
           (length >= SHORTEST || length == all || (length == 2 && whole[0] == 's'));
}

static enum config_result refuse(struct text *why, const char *first, const char *word) {
    text_add(why, first);
    text_add(why, word);
    return CONFIG_BAD;
}

/* ------------------------------------------------------------------- modes */

static void enter(struct vtysh_mode *v, enum vtysh_mode_kind mode) {
    v->mode = mode;
    v->interface = 0;
}

/* "exit" goes one level up, "end" all the way. */
static bool leave(struct vtysh_mode *v, size_t count, char **words) {
    if (count != 1) return false;
    bool up = same_text(words[0], "exit") || same_text(words[0], "quit");
    if (!up && !same_text(words[0], "end")) return false;
    if (!up || v->mode == VTYSH_CONFIGURE) v->configures = 0;
    enter(v, up && v->mode == VTYSH_KEY ? VTYSH_KEY_CHAIN
             : v->configures != 0       ? VTYSH_CONFIGURE
                                        : VTYSH_SHELL);
    return true;
}

static enum config_result router_line(struct step *s, uint32_t node, struct vtysh_mode *v, bool no,
                                      size_t count, char **words, struct text *why) {
    bool rip = count == 2 && same_text(words[1], "rip");
    if (count < 2) return refuse(why, "% Command incomplete", "");
    if (count > 2 || (!rip && !same_text(words[1], "ospf"))) return CONFIG_UNKNOWN;
    if (no && !(rip ? rip_has_router(s->lab, node) : ospf_has_router(s->lab, node)))
        return refuse(why, rip ? "% RIP" : "% OSPF", " instance not found");
    if (!daemon_router(s, node, rip ? APP_RIPD : APP_OSPFD, no))
        return refuse(why, "% no room for one more daemon", "");
    enter(v, !no                  ? rip ? VTYSH_RIP : VTYSH_OSPF
             : v->configures != 0 ? VTYSH_CONFIGURE
                                  : VTYSH_SHELL);
    return CONFIG_OK;
}

static enum config_result interface_line(struct step *s, uint32_t node, struct vtysh_mode *v,
                                         bool no, size_t count, char **words, struct text *why) {
    if (count < 2) return refuse(why, "% Command incomplete", "");
    uint32_t interface = iface_named(s->lab, node, words[1]);
    if (no || count > 2) return CONFIG_UNKNOWN;
    if (interface == 0) return refuse(why, "% Can't find interface ", words[1]);
    enter(v, VTYSH_INTERFACE);
    v->interface = interface;
    return CONFIG_OK;
}

/* "key chain NAME", which enters the chain's mode. */
static enum config_result chain_line(struct step *s, uint32_t node, struct vtysh_mode *v, bool no,
                                     size_t count, char **words, struct text *why) {
    enum config_result result = key_config(s, node, NULL, -1, no, count, words, why);
    if (result != CONFIG_OK || no || count != 3) return result;
    enter(v, VTYSH_KEY_CHAIN);
    copy_text(v->chain, sizeof v->chain, words[2]);
    return CONFIG_OK;
}

static enum config_result route_line(struct step *s, uint32_t node, bool no, size_t count,
                                     char **words, struct text *why) {
    enum config_result result = static_config(s, node, no, count, words, why);
    if (result == CONFIG_OK && static_has(s->lab, node) && !daemon_run(s, node, APP_STATICD))
        return refuse(why, "% no room for one more daemon", "");
    return result;
}

/* What stands at no deeper level. */
static enum config_result global_line(struct step *s, uint32_t node, struct vtysh_mode *v, bool no,
                                      size_t count, char **words, struct text *why) {
    if (vtysh_is(words[0], "router")) return router_line(s, node, v, no, count, words, why);
    if (vtysh_is(words[0], "interface")) return interface_line(s, node, v, no, count, words, why);
    if (count > 1 && same_text(words[0], "key") && same_text(words[1], "chain"))
        return chain_line(s, node, v, no, count, words, why);
    if (count > 1 && same_text(words[0], "ip") && same_text(words[1], "route"))
        return route_line(s, node, no, count - 1, words + 1, why);
    return CONFIG_UNKNOWN;
}

/* ------------------------------------------------------------------- within a mode */

static enum config_result in_interface(struct step *s, uint32_t node, uint32_t interface, bool no,
                                       size_t count, char **words, struct text *why) {
    if (count == 1 && same_text(words[0], "shutdown")) {
        iface_set(s, interface, no ? IFACE_UP : IFACE_DOWN);
        return CONFIG_OK;
    }
    if (count < 2 || !same_text(words[0], "ip")) return CONFIG_UNKNOWN;
    if (same_text(words[1], "rip")) return rip_config(s, node, interface, no, count, words, why);
    if (same_text(words[1], "ospf")) return ospf_config(s, node, interface, no, count, words, why);
    return CONFIG_UNKNOWN;
}

/* "key NUMBER" within a chain, also while one of its keys is open; "key-string" within a key. */
static enum config_result in_chain(struct step *s, uint32_t node, struct vtysh_mode *v, bool no,
                                   size_t count, char **words, struct text *why) {
    enum config_result result = CONFIG_UNKNOWN;
    uint64_t number;
    if (v->mode == VTYSH_KEY) result = key_config(s, node, v->chain, v->key, no, count, words, why);
    if (result != CONFIG_UNKNOWN) return result;
    result = key_config(s, node, v->chain, -1, no, count, words, why);
    if (result != CONFIG_OK || no || count != 2 || !parse_u64(words[1], &number)) return result;
    enter(v, VTYSH_KEY);
    v->key = (uint32_t)number;
    return CONFIG_OK;
}

static enum config_result in_mode(struct step *s, uint32_t node, struct vtysh_mode *v, bool no,
                                  size_t count, char **words, struct text *why) {
    switch ((enum vtysh_mode_kind)v->mode) {
    case VTYSH_INTERFACE: return in_interface(s, node, v->interface, no, count, words, why);
    case VTYSH_RIP:
        return rip_has_router(s->lab, node) ? rip_config(s, node, 0, no, count, words, why)
                                            : CONFIG_UNKNOWN;
    case VTYSH_OSPF:
        return ospf_has_router(s->lab, node) ? ospf_config(s, node, 0, no, count, words, why)
                                             : CONFIG_UNKNOWN;
    case VTYSH_KEY_CHAIN:
    case VTYSH_KEY: return in_chain(s, node, v, no, count, words, why);
    case VTYSH_SHELL:
    case VTYSH_CONFIGURE: break;
    }
    return CONFIG_UNKNOWN;
}

enum config_result vtysh_config(struct step *s, uint32_t node, struct vtysh_mode *v,
                                const char *line, struct text *why) {
    char room[LINE_ROOM], *split[WORDS_MAX], **words = split;
    copy_text(room, sizeof room, line);
    size_t count = split_words(room, split, WORDS_MAX);
    if (count == 0 || words[0][0] == '!' || words[0][0] == '#') return CONFIG_OK;
    if (leave(v, count, words)) return CONFIG_OK;
    if (vtysh_is(words[0], "configure")) {
        v->configures = 1;
        enter(v, VTYSH_CONFIGURE);
        return CONFIG_OK;
    }
    bool no = same_text(words[0], "no");
    words += no;
    count -= no;
    if (count == 0) return refuse(why, "% Command incomplete", "");
    enum config_result result = in_mode(s, node, v, no, count, words, why);
    return result != CONFIG_UNKNOWN ? result : global_line(s, node, v, no, count, words, why);
}

/* ------------------------------------------------------------------- a process's line */

static void say_unknown(struct step *s, struct id process, const char *line) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "% Unknown command: ");
    text_add(&t, line);
    process_say(s, process, &t);
}

/* Whether a line of this mode, but of no mode above it, begins with the word. */
static bool in_table(uint32_t mode, const char *word) {
    const struct vtysh_syntax *line;
    size_t length = strlen(word);
    for (size_t i = 0; (line = vtysh_syntax(i)) != NULL; i++)
        if ((line->modes >> mode & 1) != 0 && (line->modes >> VTYSH_INTERFACE & 1) == 0 &&
            strlen(line->words) > length && memcmp(line->words, word, length) == 0 &&
            line->words[length] == ' ')
            return true;
    return false;
}

void vtysh_hint(struct step *s, struct id process, const char *word) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    bool rip = in_table(VTYSH_RIP, word), ospf = in_table(VTYSH_OSPF, word);
    if (!rip && !ospf) return;
    text_add(&t, "% ");
    text_add(&t, word);
    text_add(&t, " stands below ");
    if (rip) text_add(&t, "`router rip`");
    if (rip && ospf) text_add(&t, " or ");
    if (ospf) text_add(&t, "`router ospf`");
    process_say(s, process, &t);
}

/* A line that is unknown as it stands, and what is known of it. */
static void say_what_is_wrong(struct step *s, struct id process, const char *line,
                              const char *hint) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    say_unknown(s, process, line);
    if (hint[0] == '\0') return;
    text_add(&t, "% ");
    text_add(&t, hint);
    process_say(s, process, &t);
}

/* Whether the line can only be meant for vtysh, whatever the mode. */
static bool is_console_word(const char *word) {
    return same_text(word, "key") || vtysh_is(word, "router") || vtysh_is(word, "interface") ||
           vtysh_is(word, "configure") || same_text(word, "no") || same_text(word, "end");
}

static bool is_show(const char *word) {
    return vtysh_is(word, "show");
}

static void run_show(struct step *s, struct id process, size_t count, char **words,
                     const char *line) {
    if (!vtysh_show(s, process, count, words, line)) say_unknown(s, process, line);
}

/* ------------------------------------------------------------------- list, help */

static void list_modes(struct step *s, struct id process, uint32_t modes, const char *first) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    const struct vtysh_syntax *line;
    size_t length = strlen(first);
    for (size_t i = 0; (line = vtysh_syntax(i)) != NULL; i++) {
        if ((line->modes & modes) == 0 || strlen(line->words) < length ||
            memcmp(line->words, first, length) != 0)
            continue;
        text_add(&t, "  ");
        text_add(&t, line->words);
        process_say(s, process, &t);
    }
}

void vtysh_list_of(struct step *s, struct id process, const char *command) {
    if (same_text(command, "show")) list_modes(s, process, 1 << VTYSH_CONFIGURE, "show");
    if (same_text(command, "configure")) list_modes(s, process, 1 << VTYSH_CONFIGURE, "");
    if (same_text(command, "interface")) list_modes(s, process, 1 << VTYSH_INTERFACE, "ip ");
    if (!same_text(command, "router")) return;
    process_print(s, process, "router rip:");
    list_modes(s, process, 1 << VTYSH_RIP, "");
    process_print(s, process, "router ospf:");
    list_modes(s, process, 1 << VTYSH_OSPF, "");
}

/* The line in mode `v`. */
static bool take_line(struct step *s, struct id process, struct vtysh_mode *v, const char *line) {
    char room[LINE_ROOM], said[LINE_ROOM], *split[WORDS_MAX], **words = split;
    struct text why = text_of(said, sizeof said);
    uint32_t node = process_get(s->lab, process)->node;
    copy_text(room, sizeof room, line);
    size_t count = split_words(room, split, WORDS_MAX);
    if (count > 1 && same_text(words[0], "do")) {
        words++;
        count--;
    }
    if (count == 0) return false;
    if (is_show(words[0])) {
        run_show(s, process, count, words, line);
        return true;
    }
    bool own = is_console_word(words[0]) ||
               (v->mode == VTYSH_INTERFACE && count > 1 && same_text(words[0], "ip") &&
                (same_text(words[1], "ospf") || same_text(words[1], "rip")));
    if (v->mode == VTYSH_SHELL && !own) return false;
    if (count == 1 && v->mode != VTYSH_SHELL && same_text(words[0], "list")) {
        list_modes(s, process, 1u << v->mode, "");
        return true;
    }
    switch (vtysh_config(s, node, v, line, &why)) {
    case CONFIG_OK: return true;
    case CONFIG_BAD: process_say(s, process, &why); return true;
    case CONFIG_UNKNOWN: break;
    }
    if (!own && shell_knows(words[0])) return false;
    say_what_is_wrong(s, process, line, said);
    if (v->mode != VTYSH_RIP && v->mode != VTYSH_OSPF) vtysh_hint(s, process, words[0]);
    return true;
}

bool vtysh_line(struct step *s, struct id process, const char *line) {
    struct vtysh_mode v = process_get(s->lab, process)->vtysh;
    bool taken = take_line(s, process, &v, line);
    struct process *p = process_edit(s, process);
    p->vtysh = v;
    return taken;
}

bool vtysh_typed(struct step *s, struct id console, const char *line) {
    const struct process *p = process_get(s->lab, console);
    return p != NULL && p->vtysh.mode != VTYSH_SHELL && vtysh_line(s, console, line);
}

void run_console_line(struct step *s, const struct command *c) {
    if (!vtysh_line(s, c->process, process_get(s->lab, c->process)->line))
        say_unknown(s, c->process, c->words[0]);
    process_return(s, c->process);
}

/* ------------------------------------------------------------------- vtysh -c */

/* The next -c "LINE" of the whole line; false: there is none. */
static bool next_line(const char **at, char line[LINE_ROOM]) {
    const char *from = *at;
    struct text t = text_of(line, LINE_ROOM);
    while (*from != '\0' && !(from[0] == '-' && from[1] == 'c' && from[2] == ' ')) from++;
    if (*from == '\0') return false;
    for (from += 2; *from == ' ';) from++;
    char quote = *from == '"' || *from == '\'' ? *from++ : ' ';
    for (; *from != '\0' && *from != quote; from++) text_char(&t, *from);
    *at = *from == '\0' ? from : from + 1;
    return true;
}

/* As with FRR's the lines share one mode, and the first that is wrong ends them. Here the mode may
 * be entered without `configure terminal`. */
void run_vtysh(struct step *s, const struct command *c) {
    const struct process *p = process_get(s->lab, c->process);
    struct vtysh_mode v = {0};
    char whole[LINE_ROOM], line[LINE_ROOM], said[LINE_ROOM];
    struct text why = text_of(said, sizeof said);
    copy_text(whole, sizeof whole, p->line);
    const char *at = whole;
    bool any = false;
    while (next_line(&at, line)) {
        char room[LINE_ROOM], *words[WORDS_MAX];
        any = true;
        copy_text(room, sizeof room, line);
        size_t count = split_words(room, words, WORDS_MAX);
        if (count > 0 && is_show(words[0])) {
            run_show(s, c->process, count, words, line);
            continue;
        }
        if (count > 0 && (same_text(words[0], "ping") || same_text(words[0], "traceroute"))) {
            shell_run(s, c->process, line);
            return;
        }
        enum config_result result = vtysh_config(s, c->node, &v, line, &why);
        if (result == CONFIG_OK) continue;
        if (result == CONFIG_BAD)
            process_say(s, c->process, &why);
        else
            say_what_is_wrong(s, c->process, line, said);
        break;
    }
    if (any)
        process_return(s, c->process);
    else
        command_misused(s, c, "what?");
}

/* ------------------------------------------------------------------- a scenario's lines */

static bool complain(struct complaint *why, size_t index, const char *what) {
    struct text t = text_of(why->place, sizeof why->place);
    text_add(&t, "config[");
    text_u64(&t, index);
    text_char(&t, ']');
    copy_text(why->problem, sizeof why->problem, what);
    return false;
}

/* Lines of frr.conf, and of what `show running-config` prints, that are about FRR itself, or about
 * what a scenario says elsewhere: names and forwarding are the node's. */
static bool is_of_frr_itself(const char *line) {
    static const char *const begins[] = {"Building configuration...",
                                         "Current configuration:",
                                         "frr version",
                                         "frr defaults",
                                         "hostname",
                                         "log",
                                         "line vty",
                                         "service",
                                         "ip forwarding",
                                         "no ipv6 forwarding",
                                         "password"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        size_t length = strlen(begins[i]);
        if (strlen(line) >= length && memcmp(line, begins[i], length) == 0 &&
            (line[length] == ' ' || line[length] == '\0'))
            return true;
    }
    return false;
}

bool vtysh_node_begin(struct step *s, uint32_t node, const struct scenario_node *from,
                      struct complaint *why) {
    struct vtysh_mode v = {.mode = VTYSH_CONFIGURE, .configures = 1};
    for (size_t i = 0; i < from->config_count; i++) {
        char said[LINE_ROOM], all[LINE_ROOM];
        struct text bad = text_of(said, sizeof said), t = text_of(all, sizeof all);
        if (from->config[i] == NULL || strlen(from->config[i]) >= LINE_ROOM)
            return complain(why, i, "is no line of at most 255 octets");
        if (is_of_frr_itself(from->config[i])) continue;
        switch (vtysh_config(s, node, &v, from->config[i], &bad)) {
        case CONFIG_OK: continue;
        case CONFIG_UNKNOWN:
            text_add(&t, "\"");
            text_add(&t, from->config[i]);
            text_add(&t, "\" is no command of FRR's here; ");
            text_add(&t, said[0] != '\0' ? said : "see `help router`");
            return complain(why, i, all);
        case CONFIG_BAD:
            text_add(&t, said[0] == '%' ? said + 1 + (said[1] == ' ') : said);
            text_add(&t, " (\"");
            text_add(&t, from->config[i]);
            text_add(&t, "\")");
            return complain(why, i, all);
        }
    }
    return true;
}
