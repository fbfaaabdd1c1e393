#include "routing/daemon.h"
/*
 * What the routing daemons share. They print nothing by themselves: `show` and `show
 * running-config` ask them for lines, and whoever asks knows where those go.
 */

void say_text(struct say *say, const char *line) {
    say->line(say, line);
}

void say_line(struct say *say, struct text *t) {
    say->line(say, t->start);
    t->at = t->start;
    *t->at = '\0';
    t->cut = false;
}
