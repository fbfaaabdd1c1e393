#include "rig.h"
/*
 * Where the rig's settings come from: the flags (--so_flags=profile=rfc9293,net.ipv4.tcp_sack=0),
 * the command line that runs us (--local_ip, --mtu), and the shell commands of the script, which
 * speak to a kernel by sysctl, /proc/sys and ethtool. Those are read here, never executed: whatever
 * they do to the machine, or if they are stubs that do nothing, the host under test hears them.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "stack/sysctl.h"

enum { LINE = 4096, FILE_ROOM = 65536, DEPTH = 3, DEFAULT_MTU = 1500 };

/* ------------------------------------------------------------ settings */

bool config_set(struct rig_config *c, const char *name, const char *value, bool required) {
    char number[32];
    if (strlen(name) >= sizeof c->setting[0].name || strlen(value) >= sizeof c->setting[0].value)
        return false;
    if (value[0] == '0' && (value[1] == 'x' || value[1] == 'X')) { /* sysctl(8) takes any base */
        snprintf(number, sizeof number, "%llu", strtoull(value, NULL, 16));
        value = number;
    }
    size_t i = 0;
    while (i < c->settings && strcmp(c->setting[i].name, name) != 0) i++;
    if (i == SETTINGS) return false;
    if (i == c->settings) c->settings++;
    strcpy(c->setting[i].name, name);
    c->setting[i].required |= required;
    strcpy(c->setting[i].value, value);
    return true;
}

void rig_apply(struct rig *r, size_t i) {
    struct complaint why;
    const char *name = r->config.setting[i].name, *value = r->config.setting[i].value;
    struct step *s = rig_step_begin(r);
    bool known = setting_set(s, HOST, name, value, &why);
    rig_step_end(r, s);
    if (!known && r->config.setting[i].required) rig_die("%s=%s: %s", name, value, why.problem);
    if (!known && r->config.verbose)
        fprintf(stderr, "netstep: %s=%s: %s\n", name, value, why.problem);
}

static void from_script(struct rig *r, const char *name, const char *value) {
    if (!config_set(&r->config, name, value, false) || r->lab == NULL) return;
    for (size_t i = 0; i < r->config.settings; i++)
        if (strcmp(r->config.setting[i].name, name) == 0) rig_apply(r, i);
}

/* ------------------------------------------------------------ flags */

static ip4 address_of(const char *text) {
    unsigned a, b, c, d;
    if (sscanf(text, "%u.%u.%u.%u", &a, &b, &c, &d) != 4) return 0;
    return a << 24 | b << 16 | c << 8 | d;
}

static void flag(struct rig_config *c, const char *name, const char *value) {
    if (strcmp(name, "profile") == 0)
        snprintf(c->profile, sizeof c->profile, "%s", value);
    else if (strcmp(name, "seed") == 0)
        c->seed = strtoull(value, NULL, 10);
    else if (strcmp(name, "local") == 0)
        c->local = address_of(value);
    else if (strcmp(name, "mtu") == 0)
        c->mtu = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "mss") == 0)
        c->mss = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "wait") == 0)
        c->wait_s = strtoll(value, NULL, 10);
    else if (strcmp(name, "verbose") == 0)
        c->verbose = strtol(value, NULL, 10) != 0;
    else if (strchr(name, '.') == NULL)
        fprintf(stderr, "netstep: --so_flags: there is no %s\n", name);
    else if (!config_set(c, name, value, true))
        rig_die("--so_flags: %s=%s is too long", name, value);
}

static void read_flags(struct rig_config *c, const char *flags) {
    char *text = strdup(flags), *rest = NULL;
    if (text == NULL) rig_die("no memory");
    for (char *word = strtok_r(text, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(word, '=');
        enum profile profile;
        if (equals != NULL) {
            *equals = '\0';
            flag(c, word, equals + 1);
        } else if (profile_named(word, &profile)) {
            flag(c, "profile", word);
        } else { /* packetdrill wants a string, whatever it says */
            fprintf(stderr, "netstep: --so_flags: \"%s\" says nothing to the host\n", word);
        }
    }
    free(text);
}

/* An option of packetdrill's that the host must know too; `value` NULL: the next word. */
static bool option(struct rig_config *c, const char *word, const char *next) {
    static const char *const names[][2] = {{"local_ip", "local"}, {"mtu", "mtu"}, {"mss", "mss"}};
    if (strncmp(word, "--", 2) != 0) return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = strlen(names[i][0]);
        if (strncmp(word + 2, names[i][0], length) != 0) continue;
        const char *value = word + 2 + length;
        if (*value == '=')
            flag(c, names[i][1], value + 1);
        else if (*value == '\0' && next != NULL)
            flag(c, names[i][1], next);
    }
    return true;
}

/* A script may begin with options, one a line, between comments and blank lines. */
static void read_script(struct rig_config *c, const char *path) {
    char line[LINE];
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, " \t\r\n")] = '\0';
        if (!option(c, line, NULL) && line[0] != '\0' && strncmp(line, "//", 2) != 0) break;
    }
    if (file != NULL) fclose(file);
}

/* What packetdrill itself was told: its options, and the script, which is the last word. */
static void read_command_line(struct rig_config *c) {
    char text[LINE];
    FILE *file = fopen("/proc/self/cmdline", "r");
    if (file == NULL) return;
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = '\0';
    char *last = text;
    for (char *word = text; word < text + count; word += strlen(word) + 1) last = word;
    read_script(c, last);
    for (char *word = text; word < last; word += strlen(word) + 1)
        option(c, word, word + strlen(word) + 1);
}

static void usual(struct rig_config *c, const char *name, const char *value) {
    for (size_t i = 0; i < c->settings; i++)
        if (strcmp(c->setting[i].name, name) == 0) return;
    config_set(c, name, value, false);
}

void config_read(struct rig_config *c, const char *flags) {
    *c = (struct rig_config){.seed = 1, .mtu = DEFAULT_MTU, .wait_s = WAIT_DEFAULT_S};
    strcpy(c->profile, "linux-6.12");
    read_command_line(c);
    if (flags != NULL) read_flags(c, flags);
    if (strncmp(c->profile, "linux", 5) != 0) return;
    usual(c, "const.gso", "1");   /* as a kernel's devices have it */
    usual(c, "const.jiffy", "1"); /* HZ=1000, which scripts' tolerances are made for */
}

/* ------------------------------------------------------------ commands */

/* "15*1024*1024" */
static long long product(const char *at) {
    long long value = 1;
    while (*at != '\0') {
        char *end;
        while (*at != '\0' && !isdigit((unsigned char)*at)) at++;
        if (*at == '\0') break;
        value *= strtoll(at, &end, 10);
        at = end;
    }
    return value;
}

/* One word of a shell line into `out`, without its quotes, with $((...)) worked out. */
static const char *next_word(const char *at, char *out, size_t room) {
    size_t n = 0;
    char quote = '\0';
    while (*at == ' ' || *at == '\t') at++;
    for (; *at != '\0' && (quote != '\0' || (*at != ' ' && *at != '\t')); at++) {
        if (quote == '\0' ? *at == '"' || *at == '\'' : *at == quote) {
            quote = quote == '\0' ? *at : '\0';
        } else if (strncmp(at, "$((", 3) == 0 && strstr(at, "))") != NULL) {
            char inside[64];
            const char *end = strstr(at, "))");
            snprintf(inside, sizeof inside, "%.*s", (int)(end - at - 3), at + 3);
            n += (size_t)snprintf(out + n, room - n, "%lld", product(inside));
            at = end + 1;
        } else if (n + 1 < room) {
            out[n++] = *at;
        }
    }
    out[n] = '\0';
    return at;
}

/* "net.ipv4.x=1", "net/ipv4/x=1" or "/proc/sys/net/ipv4/x=1". */
static void assignment(struct rig *r, char *word) {
    char *equals = strchr(word, '=');
    if (equals == NULL) return;
    *equals = '\0';
    if (strncmp(word, "/proc/sys/", 10) == 0) memmove(word, word + 10, strlen(word + 10) + 1);
    for (char *c = word; *c != '\0'; c++) *c = *c == '/' ? '.' : *c;
    from_script(r, word, equals + 1);
}

static bool ends_in(const char *word, const char *end) {
    size_t n = strlen(word), m = strlen(end);
    return n >= m && strcmp(word + n - m, end) == 0;
}

static void commands(struct rig *r, const char *text, int depth);

/* A shell script that the command runs: what it sets counts as well. */
static void read_file(struct rig *r, const char *path, int depth) {
    FILE *file = fopen(path, "r");
    if (file == NULL) return;
    char *text = calloc(1, FILE_ROOM);
    if (text != NULL && fread(text, 1, FILE_ROOM - 1, file) > 0) commands(r, text, depth + 1);
    free(text);
    fclose(file);
}

static void command(struct rig *r, const char *line, int depth) {
    char word[512];
    const char *at = next_word(line, word, sizeof word);
    bool sets =
        strcmp(word, "sysctl") == 0 || ends_in(word, "/sysctl") || ends_in(word, "set_sysctls.py");
    if (!sets && ends_in(word, ".sh") && depth < DEPTH) read_file(r, word, depth);
    while (sets && *at != '\0') {
        at = next_word(at, word, sizeof word);
        assignment(r, word);
    }
}

static void commands(struct rig *r, const char *text, int depth) {
    char line[LINE];
    size_t n = 0;
    for (;; text++) {
        if (text[0] == '\\' && text[1] == '\n') {
            text++;
            continue;
        }
        bool ends = *text == '\0' || *text == '\n' || *text == ';' || *text == '&';
        if (!ends && !(*text == '#' && (n == 0 || line[n - 1] == ' '))) {
            if (n + 1 < sizeof line) line[n++] = *text;
            continue;
        }
        line[n] = '\0';
        command(r, line, depth);
        n = 0;
        if (*text == '#') text += strcspn(text, "\n");
        if (*text == '\0') return;
    }
}

void rig_command(struct rig *r, const char *text) {
    commands(r, text, 0);
}
