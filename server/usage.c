#include "run.h"
/* How every command complains: one line, and the status of bad usage; and how it reads options. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int usage_error(const char *format, ...) {
    char line[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ') *c = ' ';
    fprintf(stderr, "netstep: %s\n", line);
    return USAGE_ERROR;
}

int usage_value(const char *command, const char *option, const char *value, const char *mend) {
    return usage_error("%s: %s %s: not understood; %s", command, option, value, mend);
}

bool usage_option(struct arguments *a, const char *const *names, struct option *option) {
    const char *word = a->words[a->at];
    for (; *names != NULL; names++) {
        size_t length = strlen(*names);
        if (strncmp(word, *names, length) != 0 || (word[length] != '=' && word[length] != '\0'))
            continue;
        option->name = *names;
        option->value = word[length] == '=' ? word + length + 1 : NULL;
        if (option->value == NULL && ++a->at < a->count) option->value = a->words[a->at];
        if (option->value != NULL && *option->value != '\0') return true;
        usage_error("%s: %s %s; see netstep %s --help", a->command, *names,
                    option->value == NULL ? "needs a value" : "is empty", a->command);
        return false;
    }
    usage_error("%s: unknown option %.60s; see netstep %s --help", a->command, word, a->command);
    return false;
}
