#include "run.h"
/* How every command complains: one line, and the status of bad usage. */
#include <stdarg.h>
#include <stdio.h>

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
