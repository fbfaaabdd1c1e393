#include "scenario_parts.h"
/* A router's configuration in a scenario: lines as frr.conf has them. What they mean is the
 * engine's affair, which says which of them is wrong. */
#include "json.h"
#include <string.h>

enum { CONFIG_MAX = 1024, CONFIG_LINE_MAX = 255 };

static const char *read_line(struct reading *r, const struct json_node *item) {
    const char *line = json_need_text(item);
    if (json_failed(item->document)) return NULL;
    if (strlen(line) > CONFIG_LINE_MAX)
        json_fail(item, "has %zu octets; a line has at most %d", strlen(line), CONFIG_LINE_MAX);
    for (const char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            json_fail(item, "is no single line; give each line an entry of its own");
            return NULL;
        }
    return reading_text(r, line);
}

void read_config(struct reading *r, const struct json_node *list, struct scenario_node *node) {
    if (!json_is(*list) || !json_need_array(list)) return;
    size_t count = json_count(list);
    if (node->kind != NODE_ROUTER && node->kind != NODE_HOST) {
        json_fail(list, "only routers and hosts have routing daemons; leave it out");
        return;
    }
    if (count > CONFIG_MAX) {
        json_fail(list, "has %zu lines; give at most %d", count, CONFIG_MAX);
        return;
    }
    const char **lines = reading_memory(r, count, sizeof *lines);
    for (size_t i = 0; i < count && !json_failed(list->document); i++) {
        struct json_node item = json_item(list, i);
        lines[i] = read_line(r, &item);
    }
    node->config = lines;
    node->config_count = count;
}
