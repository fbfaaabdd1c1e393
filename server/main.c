#include "run.h"
/*
 * The program: picks the sub-command. Each command reads its own arguments; bad usage is one line
 * on stderr and exit status 2.
 */
#include <stdio.h>
#include <string.h>

#include "engine.h"

static const char help[] =
    "netstep: TCP/IP that you can step through\n"
    "\n"
    "  netstep serve   [--listen ADDR:PORT] [--lessons DIR] [--data DIR]   the web service\n"
    "  netstep run     SCENARIO [--until 10s] [--seed N] [--events FILE|-] [--pcap FILE]\n"
    "  netstep bridge  SCENARIO --attach NODE:INTERFACE=TAP   real time, joined to a tap device\n"
    "  netstep check   [LESSON...]          run lessons headless: all steps, all checks\n"
    "  netstep decode  FILE.pcap[ng]        our decoder over any capture, JSON lines\n"
    "\n"
    "netstep COMMAND --help says more; netstep --version names the program and its behaviour.\n";

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} commands[] = {{"serve", serve_main},
                {"run", run_main},
                {"bridge", bridge_main},
                {"check", check_main},
                {"decode", decode_main}};

int main(int argc, char **argv) {
    if (argc < 2)
        return usage_error(
            "no command; give serve, run, bridge, check or decode, or see netstep --help");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0) return commands[i].main(argc - 2, argv + 2);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        fputs(help, stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("netstep 0.1 behaviour %d\n", ENGINE_BEHAVIOUR);
        return 0;
    }
    return usage_error("unknown command %.40s; give serve, run, bridge, check or decode", argv[1]);
}
