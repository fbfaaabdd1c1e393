#ifndef NETSTEP_SERVER_RUN_H
#define NETSTEP_SERVER_RUN_H
/* The headless commands. Each gets the arguments behind its name and returns the exit status. */
#include <stdbool.h>
#include <stdint.h>

int run_main(int argc, char **argv);
int bridge_main(int argc, char **argv); /* bridge.c */
int check_main(int argc, char **argv);
int serve_main(int argc, char **argv);  /* serve.c */
int decode_main(int argc, char **argv); /* decode.c */

/* One line on stderr, "netstep: ...", and the status of bad usage, 2. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int usage_value(const char *command, const char *option, const char *value, const char *mend);

/* The words behind a command's name, and how far they are read. */
struct arguments {
    const char *command;
    int count;
    char **words;
    int at;
};
struct option {
    const char *name, *value;
};

/* "--name value" or "--name=value" at `at`, one of `names`, which NULL ends; moves `at` to the last
 * word that it used. False after a complaint. */
bool usage_option(struct arguments *a, const char *const *names, struct option *option);

#define USAGE_ERROR          2
#define RUN_UNTIL_DEFAULT_NS 600000000000 /* ten minutes of virtual time */
#define RUN_STEPS_DEFAULT    10000000 /* without --until: a storm ends the run, not the patience */

#endif
