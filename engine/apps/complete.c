#include "apps/apps.h"
/* What may stand at the end of a console line: commands, lines of the router's mode, and names. */
#include "apps/shell.h"
#include "apps/vtysh_words.h"
#include "stack/iface.h"
#include "stack/sysctl.h"
#include <string.h>

typedef void offering(void *user, const char *word, const char *help);

static bool begins_with(const char *text, const char *part) {
    size_t length = strlen(part);
    return strlen(text) >= length && memcmp(text, part, length) == 0;
}

/* The names that a command takes: of settings, of socket options. */
static void complete_names(const char *line, const char *part, offering *offer, void *user) {
    bool options = begins_with(line, "setsockopt ") || begins_with(line, "getsockopt ");
    for (uint32_t i = 0; options && socket_option_name(i) != NULL; i++)
        if (begins_with(socket_option_name(i), part))
            offer(user, socket_option_name(i), "help.option");
    for (uint32_t i = 0; begins_with(line, "sysctl ") && setting_name(i) != NULL; i++)
        if (begins_with(setting_name(i), part)) offer(user, setting_name(i), "help.setting");
}

/* Within a mode the first word of its lines comes before the shell's commands. */
static bool is_of_shell(const char *word) {
    return !same_text(word, "show") && !same_text(word, "interface") &&
           !same_text(word, "router") && !same_text(word, "no") && !same_text(word, "exit");
}

static uint32_t mode_of(const struct lab *lab, uint32_t node) {
    const struct process *p = process_get(lab, process_named(lab, node, CONSOLE_PROCESS));
    return p == NULL ? VTYSH_SHELL : p->vtysh.mode;
}

void apps_complete(const struct lab *lab, uint32_t node, const char *line, offering *offer,
                   void *user) {
    size_t start = strlen(line), first = 0;
    uint32_t mode = mode_of(lab, node);
    const char *name, *help;
    while (start > 0 && line[start - 1] != ' ') start--;
    while (line[first] == ' ') first++;
    const char *part = line + start;
    bool is_first = start <= first;
    bool routers = (mode != VTYSH_SHELL || !is_first) &&
                   vtysh_complete(lab, node, mode, line + first, offer, user);
    for (size_t i = 0; is_first && shell_command(i, &name, &help); i++)
        if (begins_with(name, part) && (mode == VTYSH_SHELL || is_of_shell(name)))
            offer(user, name, help);
    if (!is_first) complete_names(line + first, part, offer, user);
    for (uint32_t n = 1; !is_first && !routers && n <= lab_node_count(lab); n++)
        if (node_address(lab, n) != 0 && begins_with(node_view_at(lab, n)->name, part))
            offer(user, node_view_at(lab, n)->name, "help.host");
}
