#include "apps/shell.h"
/*
 * The shell of a node. A line is a command of the table, with "< N" (N octets of the pattern at
 * its input), "echo TEXT |" before it, "> FILE" (its output is not shown) and "&" (it runs by
 * itself). Everything else about a line is the command's own.
 */
#include "apps/apps.h"
#include "apps/daemons.h"
#include "apps/vtysh.h"
#include "sim/script.h"
#include "stack/iface.h"
#include "stack/sysctl.h"
#include <assert.h>
#include <string.h>

static command_run run_help, run_hostname, run_kill, run_jobs, run_echo, run_exit;

struct entry {
    const char *name;
    command_run *run;
    const char *usage; /* what follows the name */
    const char *help;  /* text key */
};
#define FORGE_USAGE "tcp FLAGS SRC:PORT DST:PORT [seq N] [ack N] [len N] [count N] [every TIME]"
#define TFTP_USAGE  "[-v] [-m MODE] [--option \"NAME VALUE\"] HOST [PORT] -c get|put FILE [FILE]"
#define ATFTP_USAGE "[--option \"NAME VALUE\"]... -g|-p -r REMOTE [-l LOCAL] HOST [PORT]"
#define TFTPD_USAGE "[-cpv] [-B BLKSIZE] [-r OPTION] [-R PORT:PORT] [-T MICROSECONDS] [DIRECTORY]"
static const struct entry commands[] = {
    {"accept", run_accept, "FD", "help.accept"},
    {"arp", run_arp, "[-aen] [HOST] | -s HOST MAC | -d HOST", "help.arp"},
    {"arping", run_arping,
     "[-AbDfqU] [-c COUNT] [-w SECONDS] [-i SECONDS] [-I NAME] [-s ADDRESS] HOST", "help.arping"},
    {"atftp", run_atftp, ATFTP_USAGE, "help.tftp"},
    {"bind", run_bind, "FD ADDRESS:PORT", "help.bind"},
    {"cat", run_cat, "FILE...", "help.cat"},
    {"close", run_close, "FD", "help.close"},
    {"cmp", run_cmp, "FILE FILE", "help.cmp"},
    {"configure", run_console_line, "terminal", "help.configure"},
    {"connect", run_connect, "FD HOST:PORT", "help.connect"},
    {"conntrack", run_conntrack, "-L", "help.conntrack"},
    {"echo", run_echo, "[TEXT]", "help.echo"},
    {"exit", run_exit, "", "help.exit"},
    {"forge", run_forge, FORGE_USAGE, "help.forge"},
    {"help", run_help, "[COMMAND]", "help.help"},
    {"getsockopt", run_getsockopt, "FD NAME", "help.getsockopt"},
    {"hostname", run_hostname, "", "help.hostname"},
    {"in.tftpd", run_tftp_server, TFTPD_USAGE, "help.tftpd"},
    {"interface", run_console_line, "NAME", "help.interface"},
    {"ip", run_ip, "addr|link|route|neigh|maddr [...]", "help.ip"},
    {"iptables", run_iptables, "[-t nat] -A|-I|-D|-F|-P|-Z|-L|-S [CHAIN] [RULE]", "help.iptables"},
    {"jobs", run_jobs, "", "help.jobs"},
    {"key", run_console_line, "chain NAME", "help.vtysh.key_chain"},
    {"kill", run_kill, "PID", "help.kill"},
    {"killall", run_killall, "NAME", "help.killall"},
    {"listen", run_listen, "FD BACKLOG", "help.listen"},
    {"ls", run_ls, "[-l]", "help.ls"},
    {"nc", run_nc, "[-klNuvz] [-w SECONDS] [HOST] PORT [< OCTETS]", "help.nc"},
    {"no", run_console_line, "router rip|ospf", "help.no"},
    {"netstat", run_netstat, "-tan", "help.netstat"},
    {"nstat", run_nstat, "[-a]", "help.nstat"},
    {"ping", run_ping,
     "[-bDfnOqR] [-c COUNT] [-i SECONDS] [-s SIZE] [-t TTL] [-W SECONDS] [HOP...] HOST",
     "help.ping"},
    {"ospfd", run_daemon, "", "help.ospfd"},
    {"ps", run_jobs, "", "help.jobs"},
    {"raw", run_forge, FORGE_USAGE, "help.forge"},
    {"recv", run_recv, "FD OCTETS [oob|peek|errqueue]", "help.recv"},
    {"ripd", run_daemon, "", "help.ripd"},
    {"router", run_console_line, "rip|ospf", "help.router"},
    {"rm", run_rm, "FILE...", "help.rm"},
    {"send", run_send, "FD OCTETS|\"TEXT\" [oob|more]", "help.send"},
    {"sendto", run_sendto, "FD HOST:PORT OCTETS|\"TEXT\"", "help.sendto"},
    {"setsockopt", run_setsockopt, "FD NAME VALUE", "help.setsockopt"},
    {"show", run_console_line, "ip route|rip|ospf, interface, running-config", "help.show"},
    {"shutdown", run_shutdown, "FD wr|rd|rdwr", "help.shutdown"},
    {"sleep", run_sleep, "TIME", "help.sleep"},
    {"socket", run_socket, "tcp|udp|raw PROTOCOL", "help.socket"},
    {"ss", run_ss, "[-tuanli]", "help.ss"},
    {"staticd", run_daemon, "", "help.staticd"},
    {"sysctl", run_sysctl, "[-a | NAME... | -w NAME=VALUE...]", "help.sysctl"},
    {"tcpdump", run_tcpdump, "[-nevqStxXA] [-i NAME|any] [-c COUNT] [-s SNAPLEN] [EXPRESSION]",
     "help.tcpdump"},
    {"tftp", run_tftp, TFTP_USAGE, "help.tftp"},
    {"tftpd", run_tftp_server, TFTPD_USAGE, "help.tftpd"},
    {"traceroute", run_traceroute,
     "[-In] [-q QUERIES] [-w SECONDS] [-f FIRST] [-m MAX_TTL] [-p PORT] HOST", "help.traceroute"},
    {"vtysh", run_vtysh, "-c \"LINE\"...", "help.vtysh"},
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

/* What `help NAME` says beside the usage. */
static const struct {
    command_run *run;
    const char *lines;
} details[] = {
    {run_forge,
     "FLAGS are tcpdump's letters: S (SYN) F (FIN) R (RST) P (PSH) U (URG) E (ECE) W (CWR)\n"
     "and . (ACK), as in \"S\" and \"S.\". SRC and DST are addresses; seq and ack are absolute, "
     "or\n"
     "\"random\", or with a sign relative to what DST expects of SRC: seq +0 ack +0, seq -100.\n"
     "count N sends N, one every TIME (1ms), each step N further on in seq. SRC may be ranges "
     "that\n"
     "they run through: 10.9.0.1-10.9.0.254:*, 10.9.0.7:1024-65535.\n"
     "More: win N, data WORD, badsum, mss N, wscale N, sackok, ts VAL ECR, cookie HEX|-,\n"
     "sack LEFT RIGHT, up N (urgent pointer). ICMP errors about a segment:\n"
     "forge icmp TYPE CODE SRC DST [mtu N] tcp SRC:PORT DST:PORT [seq N]\n"
     "Datagrams: forge udp SRC:PORT DST:PORT [len N] [data WORD] [nosum] [badsum] [ttl N] [tos N]\n"
     "          [df] [count N] [every TIME]\n"
     "ARP, as no node of good faith would say it (SENDER and TARGET are addresses):\n"
     "forge arp request|reply SENDER TARGET [sha MAC] [tha MAC] [from MAC] [to MAC] [dev NAME]\n"
     "          [op N] [count N] [every TIME]\n"
     "A flood: forge tcp S 10.9.0.1-10.9.0.254:* 10.0.0.1:80 count 50000"},
    {run_arping,
     "-D asks whether an address is free, -U tells of one by a request, -A by a reply; -b goes on\n"
     "to ask everybody, -f ends with the first answer, -w after SECONDS, -q says nothing."},
    {run_ping,
     "-w ends after SECONDS, -W waits so long for a reply, -l sends so many at once, -f as fast\n"
     "as they come back. -R records the route, -T tsonly|tsandaddr|tsprespec times on the way;\n"
     "HOPs are those of tsprespec, or a loose source route. -M do|want|dont: path MTU discovery.\n"
     "-I interface or address, -Q type of service, -p pattern (hexadecimal), -D time of day,\n"
     "-O tells of missing replies, -q only the end. With the setting ping.wait_reply each waits\n"
     "for the one before."},
    {run_nc,
     "-l listens on PORT, -k goes on to listen, -N shuts the writing side at the input's end,\n"
     "-u is UDP, -v says what happens, -z only connects, -w gives up after SECONDS.\n"
     "\"< OCTETS\" gives so many octets as input, \"echo TEXT | nc ...\" a text; else a line that "
     "is\n"
     "typed and is no command goes to it, and ^D ends its input."},
    {run_tftp, "get REMOTE [LOCAL] fetches, put LOCAL [REMOTE] sends; MODE is netascii (as for "
               "tftp-hpa,\nwhen nothing is said) or octet. Options: blksize, timeout, tsize, "
               "windowsize."},
    {run_atftp, "-g fetches, -p sends, in octets. Options: blksize, timeout, tsize, windowsize,\n"
                "mode (octet or netascii), each with its value: --option \"blksize 1428\"."},
    {run_tftp_server,
     "Serves the node's files (those below DIRECTORY) that others may read; -c takes new ones,\n"
     "-p asks for no modes, -v tells of requests, -B is the largest block, -r refuses an option,\n"
     "-R are the ports for transfers, -T the first time-out."},
    {run_setsockopt,
     "NAME: SO_KEEPALIVE TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_USER_TIMEOUT (ms) TCP_SYNCNT\n"
     "TCP_CONGESTION TCP_NODELAY TCP_CORK TCP_QUICKACK TCP_MAXSEG TCP_WINDOW_CLAMP SO_SNDBUF "
     "SO_RCVBUF IP_TOS\n"
     "IP_TTL SO_LINGER (seconds or off) TCP_LINGER2 TCP_DEFER_ACCEPT SO_REUSEADDR SO_OOBINLINE\n"
     "UDP: SO_BROADCAST SO_NO_CHECK IP_MTU_DISCOVER (0 to 2) IP_RECVERR; IP_MTU can be read.\n"
     "F_SETOWN (asynchronous reports); getsockopt also knows SO_ERROR, IP_RECVTOS and URGENT."},
    {run_tcpdump,
     "EXPRESSION: host H, net N, port P, portrange P-Q, with src or dst before; ip arp icmp tcp "
     "udp;\n"
     "and or not ( ); tcp[tcpflags] & (tcp-syn|tcp-fin) != 0; or a filter in Wireshark's words:\n"
     "ip.addr == 10.0.0.1 && tcp.flags.syn. -t -tt -ttt -tttt -ttttt: none, seconds, since the\n"
     "last, with the date, since the first; -x -xx -X -XX -A: the octets; ^C ends it."},
    {run_sendto, "On a TCP socket: connect() and send() in one (MSG_FASTOPEN)."},
    {run_send, "oob: the last octet is urgent (MSG_OOB); more: do not push yet (MSG_MORE)."},
    {run_recv, "oob: the urgent octet alone (MSG_OOB); peek: leave them in the queue (MSG_PEEK);\n"
               "errqueue: the ICMP error that waits longest (MSG_ERRQUEUE), after setsockopt FD "
               "IP_RECVERR 1."},
    {run_ip, "ip link set NAME up|down; ip route add|del NETWORK [via ADDRESS] [dev NAME];\n"
             "ip route get ADDRESS; ip neigh [show] [ADDRESS] [dev NAME] [nud STATE];\n"
             "ip neigh add|change|replace ADDRESS [lladdr MAC] dev NAME [nud STATE];\n"
             "ip neigh del|get ADDRESS dev NAME; ip neigh flush all|dev NAME"},
};

/* The socket calls: typed while the console still waits in one, they wait their turn. */
static const char *const verbs[] = {"accept", "bind",       "close",     "connect",  "listen",
                                    "recv",   "send",       "sendto",    "shutdown", "sleep",
                                    "socket", "setsockopt", "getsockopt"};

static const struct entry *command_named(const char *name) {
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (same_text(commands[i].name, name)) return &commands[i];
    return NULL;
}

bool shell_command(size_t n, const char **name, const char **help) {
    if (n >= COMMAND_COUNT) return false;
    *name = commands[n].name;
    *help = commands[n].help;
    return true;
}

bool shell_knows(const char *word) {
    return command_named(word) != NULL;
}

static bool is_verb(const char *line) {
    size_t length = 0;
    while (line[length] != '\0' && line[length] != ' ' && line[length] != '\t') length++;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strlen(verbs[i]) == length && memcmp(verbs[i], line, length) == 0) return true;
    return false;
}

const char *command_usage(const char *name) {
    return command_named(name)->usage;
}

void command_misused(struct step *s, const struct command *c, const char *problem) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, c->words[0]);
    text_add(&t, ": ");
    text_add(&t, problem);
    process_say(s, c->process, &t);
    text_add(&t, "Usage: ");
    text_add(&t, c->words[0]);
    text_char(&t, ' ');
    text_add(&t, command_usage(c->words[0]));
    process_say(s, c->process, &t);
    process_return(s, c->process);
}

bool parse_endpoint(const struct lab *lab, const char *word, struct tcp_endpoint *e) {
    char host[HOST_ROOM];
    uint64_t port;
    size_t colon = strlen(word);
    while (colon > 0 && word[colon - 1] != ':') colon--;
    if (colon == 0 || colon > sizeof host || !parse_u64(word + colon, &port) || port > 65535)
        return false;
    memcpy(host, word, colon - 1);
    host[colon - 1] = '\0';
    e->port = (uint32_t)port;
    e->address = 0;
    return host[0] == '\0' || same_text(host, "*") || host_lookup(lab, host, &e->address);
}

const char *host_name_of(const struct lab *lab, ip4 address) {
    if (address >> 24 == 127) return "localhost";
    for (uint32_t node = 1; node <= lab_node_count(lab); node++)
        if (iface_with_address(lab, node, address) != 0) return node_view_at(lab, node)->name;
    return NULL;
}

/* ------------------------------------------------------------------- a line */

/* Whether a quotation begins or ends within the word. */
static bool turns_quotation(const char *word) {
    bool turns = false;
    for (; *word != '\0'; word++)
        if (*word == '\'' || *word == '"') turns = !turns;
    return turns;
}

/* Takes "> FILE", "< N" and "&" out of the words, but for those between quotes; false: the line is
 * wrong, `problem` says how. */
static bool redirect(struct process *p, struct command *c, const char **problem) {
    size_t kept = 0;
    bool quoted = false;
    for (size_t i = 0; i < c->count; i++) {
        bool in = same_text(c->words[i], "<"), out = same_text(c->words[i], ">");
        if (turns_quotation(c->words[i])) quoted = !quoted;
        if (quoted || (!in && !out)) {
            c->words[kept++] = c->words[i];
            continue;
        }
        if (++i == c->count) {
            *problem = "syntax error near unexpected token `newline'";
            return false;
        }
        if (out)
            p->quiet = 1;
        else if (parse_u64(c->words[i], &p->input) || same_text(c->words[i], "/dev/null"))
            p->has_input = 1;
        else {
            *problem = "after < comes a number of octets";
            return false;
        }
    }
    if (kept > 0 && same_text(c->words[kept - 1], "&")) kept--;
    c->count = kept;
    return true;
}

/* "echo TEXT | command": the text becomes the command's input. */
static void pipe_in(struct process *p, struct command *c) {
    size_t bar = 0;
    while (bar < c->count && !same_text(c->words[bar], "|")) bar++;
    if (bar == c->count || !same_text(c->words[0], "echo")) return;
    struct text t = text_of(p->piped, sizeof p->piped);
    for (size_t i = 1; i < bar; i++) {
        if (i > 1) text_char(&t, ' ');
        text_add(&t, c->words[i]);
    }
    text_char(&t, '\n');
    p->has_input = 1;
    c->words += bar + 1;
    c->count -= bar + 1;
}

static void unknown(struct step *s, struct id process, const char *name) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "sh: ");
    text_add(&t, name);
    text_add(&t, ": command not found");
    process_say(s, process, &t);
    vtysh_hint(s, process, name);
    process_return(s, process);
}

void shell_run(struct step *s, struct id process, const char *line) {
    struct process *p = process_edit(s, process);
    char room[LINE_ROOM], *words[WORDS_MAX];
    const char *problem = NULL;
    copy_text(p->line, sizeof p->line, line);
    copy_text(room, sizeof room, line);
    struct command c = {.process = process, .node = p->node, .words = words};
    c.count = split_words(room, words, WORDS_MAX);
    pipe_in(p, &c);
    if (!redirect(p, &c, &problem)) {
        char said[LINE_ROOM];
        struct text t = text_of(said, sizeof said);
        text_add(&t, "sh: ");
        text_add(&t, problem);
        process_say(s, process, &t);
        process_return(s, process);
        return;
    }
    const struct entry *e = c.count == 0 ? NULL : command_named(c.words[0]);
    if (c.count > 0 && (p->vtysh.mode != VTYSH_SHELL || e == NULL) && vtysh_line(s, process, line))
        process_return(s, process);
    else if (e != NULL)
        e->run(s, &c);
    else if (c.count == 0)
        process_return(s, process);
    else
        unknown(s, process, c.words[0]);
}

/* ------------------------------------------------------------------- wakes */

static void resume(struct step *s, struct id process) {
    const struct process *p = process_get(s->lab, process);
    switch ((enum app)p->app) {
    case APP_IDLE: break;
    case APP_SLEEP:
        if (!timer_pending(s->lab, p->timer, NULL)) process_return(s, process);
        break;
    case APP_CALL: call_resume(s, process); break;
    case APP_PING: ping_resume(s, process); break;
    case APP_NC: nc_resume(s, process); break;
    case APP_TRACEROUTE: traceroute_resume(s, process); break;
    case APP_FORGE: forge_resume(s, process); break;
    case APP_ARPING: arping_resume(s, process); break;
    case APP_TCPDUMP: tcpdump_resume(s, process); break;
    case APP_TFTP: tftp_resume(s, process); break;
    case APP_TFTP_SERVER: tftp_server_resume(s, process); break;
    case APP_RIPD:
    case APP_STATICD:
    case APP_OSPFD: daemon_resume(s, process); break;
    }
}

void apps_timer_fired(struct step *s, uint32_t timer, struct id process, uint32_t node) {
    (void)timer, (void)node;
    if (process_get(s->lab, process) == NULL) return;
    reports_say(s, process);
    resume(s, process);
}

void shell_interrupt(struct step *s, struct id process) {
    const struct process *p = process_get(s->lab, process);
    switch ((enum app)p->app) {
    case APP_IDLE: break;
    case APP_PING: ping_interrupt(s, process); break;
    case APP_FORGE: forge_interrupt(s, process); break;
    case APP_ARPING: arping_interrupt(s, process); break;
    case APP_TCPDUMP: tcpdump_interrupt(s, process); break;
    case APP_TFTP: tftp_interrupt(s, process); break;
    case APP_CALL: call_interrupt(s, process); break;
    case APP_RIPD: /* they stand behind no terminal */
    case APP_STATICD:
    case APP_OSPFD: break;
    case APP_SLEEP:
    case APP_NC:
    case APP_TFTP_SERVER:
    case APP_TRACEROUTE: process_return(s, process); break;
    }
}

/* ------------------------------------------------------------------- the console */

/* Ctrl-C reaches the newest program that a person started here, or else the newest of all. */
static void interrupt(struct step *s, uint32_t node) {
    struct id any = {0, 0};
    for (struct id id = process_first(s->lab, node); id_is(id);
         id = process_get(s->lab, id)->next) {
        const struct process *p = process_get(s->lab, id);
        if (p->app == APP_IDLE || daemon_is(p->app)) continue;
        if (p->typed != 0) {
            any = id;
            break;
        }
        if (!id_is(any)) any = id;
    }
    if (!id_is(any)) return;
    process_print(s, any, "^C");
    shell_interrupt(s, any);
}

static bool enqueue(struct step *s, struct id process, const char *line) {
    struct process *p = process_edit(s, process);
    size_t length = strlen(line) + 1;
    if (p->queued + length > sizeof p->queue) return false;
    memcpy(p->queue + p->queued, line, length);
    p->queued += (uint32_t)length;
    return true;
}

static void run_in_new(struct step *s, uint32_t node, const char *name, enum process_kind_of kind,
                       bool typed, const char *line) {
    static const char full[] = "sh: fork: Resource temporarily unavailable";
    struct id id = process_create(s, node, name, kind);
    if (!id_is(id)) {
        trace_output(s, node, id, full, sizeof full - 1);
        if (kind == PROCESS_NAMED) script_returned(s, node, name);
        return;
    }
    process_edit(s, id)->typed = typed;
    shell_run(s, id, line);
}

static bool ends_in_background(const char *line) {
    size_t length = strlen(line);
    while (length > 0 && line[length - 1] == ' ') length--;
    return length > 0 && line[length - 1] == '&';
}

/* A line that is no command is meant for the nc that runs here and reads what is typed: the one
 * that a person started, or else the newest of all. */
static bool typed_to_nc(struct step *s, uint32_t node, const char *line) {
    struct id any = {0, 0};
    char room[LINE_ROOM], *words[1];
    copy_text(room, sizeof room, line);
    if (split_words(room, words, 1) > 0 && command_named(words[0]) != NULL) return false;
    for (struct id id = process_first(s->lab, node); id_is(id);
         id = process_get(s->lab, id)->next) {
        const struct process *p = process_get(s->lab, id);
        if (p->app != APP_NC || p->of.nc.has_input != 0) continue;
        if (!id_is(any) || (p->typed != 0 && process_get(s->lab, any)->typed == 0)) any = id;
    }
    return id_is(any) && nc_typed(s, any, line);
}

static void typed_line(struct step *s, uint32_t node, const char *line) {
    if (same_text(line, "^C")) {
        interrupt(s, node);
        return;
    }
    struct id id = process_named(s->lab, node, CONSOLE_PROCESS);
    if (vtysh_typed(s, id, line) || typed_to_nc(s, node, line)) return;
    bool busy = id_is(id) && process_get(s->lab, id)->app != APP_IDLE;
    if (ends_in_background(line) || (busy && !is_verb(line)))
        run_in_new(s, node, "", PROCESS_OWN, true, line);
    else if (!id_is(id))
        run_in_new(s, node, CONSOLE_PROCESS, PROCESS_CONSOLE, true, line);
    else if (!busy)
        shell_run(s, id, line);
    else if (!enqueue(s, id, line))
        process_print(s, id, "sh: too many lines wait for the call that has not returned");
}

static const char *without_blanks(const char *line) {
    while (*line == ' ' || *line == '\t') line++;
    return line;
}

bool apps_console(struct step *s, uint32_t node, const char *process, const char *line) {
    const char *start = without_blanks(line);
    if (process != NULL && same_text(process, CONSOLE_PROCESS)) {
        if (*start != '\0' && *start != '#') typed_line(s, node, start);
        return true;
    }
    if (process == NULL) {
        run_in_new(s, node, "", PROCESS_OWN, false, start);
        return true;
    }
    struct id id = process_named(s->lab, node, process);
    if (id_is(id) && process_get(s->lab, id)->app != APP_IDLE) return false;
    if (id_is(id))
        shell_run(s, id, start);
    else
        run_in_new(s, node, process, PROCESS_NAMED, false, start);
    return true;
}

/* ------------------------------------------------------------------- the shell's own commands */

static void help_about(struct step *s, struct id process, const struct entry *e) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, e->name);
    text_char(&t, ' ');
    text_add(&t, e->usage);
    process_say(s, process, &t);
}

static void run_help(struct step *s, const struct command *c) {
    const struct entry *e = c->count > 1 ? command_named(c->words[1]) : NULL;
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    if (e != NULL) {
        help_about(s, c->process, e);
        for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
            if (details[i].run == e->run) process_print(s, c->process, details[i].lines);
        vtysh_list_of(s, c->process, e->name);
    } else if (c->count > 1) {
        text_add(&t, "sh: help: no help topics match `");
        text_add(&t, c->words[1]);
        text_add(&t, "'.  Try `help'.");
        process_say(s, c->process, &t);
    } else {
        for (size_t i = 0; i < COMMAND_COUNT; i++) help_about(s, c->process, &commands[i]);
    }
    process_return(s, c->process);
}

static void run_hostname(struct step *s, const struct command *c) {
    process_print(s, c->process, node_view_at(s->lab, c->node)->name);
    process_return(s, c->process);
}

static void run_echo(struct step *s, const struct command *c) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    for (size_t i = 1; i < c->count; i++) {
        if (i > 1) text_char(&t, ' ');
        text_add(&t, c->words[i]);
    }
    process_say(s, c->process, &t);
    process_return(s, c->process);
}

static void run_exit(struct step *s, const struct command *c) {
    process_destroy(s, c->process);
}

static void run_jobs(struct step *s, const struct command *c) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    text_add(&t, "    PID CMD");
    process_say(s, c->process, &t);
    for (struct id id = process_first(s->lab, c->node); id_is(id);
         id = process_get(s->lab, id)->next) {
        const struct process *p = process_get(s->lab, id);
        if (id_same(id, c->process) || p->app == APP_IDLE) continue;
        text_padded(&t, p->pid, 7, ' ');
        text_char(&t, ' ');
        text_add(&t, p->line);
        process_say(s, c->process, &t);
    }
    process_return(s, c->process);
}

/* kill -9 and plain kill are one here: the process ends and its descriptors close. */
static void run_kill(struct step *s, const struct command *c) {
    char room[LINE_ROOM];
    struct text t = text_of(room, sizeof room);
    uint64_t pid;
    const char *word = c->count > 1 ? c->words[c->count - 1] : "";
    if (!parse_u64(word, &pid)) {
        command_misused(s, c, "which process?");
        return;
    }
    struct id victim = process_with_pid(s->lab, c->node, pid);
    if (!id_is(victim) || id_same(victim, c->process)) {
        text_add(&t, "sh: kill: (");
        text_u64(&t, pid);
        text_add(&t, ") - No such process");
        process_say(s, c->process, &t);
    } else {
        process_destroy(s, victim);
    }
    process_return(s, c->process);
}
