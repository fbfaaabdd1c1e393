#ifndef NETSTEP_APPS_SHELL_H
#define NETSTEP_APPS_SHELL_H
/* The shell: from a line to a program, and from a wake to the program that waits. */
#include "apps/process.h"

/* One command's line, split at blanks; p->line holds it whole. */
struct command {
    struct id process;
    uint32_t node;
    size_t count;
    char **words; /* words[0] is the command's name */
};
/* A program either ends within the call (process_return) or leaves p->app set and waits. */
typedef void command_run(struct step *, const struct command *);

void shell_run(struct step *, struct id process, const char *line);
bool shell_knows(const char *word); /* it is a command of that name */
bool shell_command(size_t n, const char **name, const char **help); /* false past the last */
void shell_interrupt(struct step *, struct id process);             /* Ctrl-C */

/* One per file of apps/. */
command_run run_ping, run_nc, run_traceroute, run_ip, run_arp, run_ss, run_netstat, run_sysctl,
    run_nstat, run_socket, run_bind, run_listen, run_accept, run_connect, run_send, run_sendto,
    run_recv, run_shutdown, run_close, run_setsockopt, run_getsockopt, run_sleep, run_forge,
    run_arping, run_tcpdump;
void tcpdump_resume(struct step *, struct id process);
void tcpdump_interrupt(struct step *, struct id process);
command_run run_iptables, run_conntrack;
void arping_resume(struct step *, struct id process);
void arping_interrupt(struct step *, struct id process);
command_run run_daemon, run_killall, run_vtysh, run_console_line;
command_run run_tftp, run_atftp, run_tftp_server, run_ls, run_cat, run_cmp, run_rm;
void ping_resume(struct step *, struct id process);
void ping_interrupt(struct step *, struct id process);
void nc_resume(struct step *, struct id process);
bool nc_typed(struct step *, struct id process, const char *line); /* false: it takes no line */
command_run forge_icmp;
void forge_resume(struct step *, struct id process);
void forge_interrupt(struct step *, struct id process);
void tftp_resume(struct step *, struct id process);
void tftp_interrupt(struct step *, struct id process);
void tftp_server_resume(struct step *, struct id process);
void traceroute_resume(struct step *, struct id process);
void call_resume(struct step *, struct id process);
void call_interrupt(struct step *, struct id process);

/* The socket that the line's first argument names; {0,0} after it was answered by EBADF. */
struct id command_socket(struct step *, const struct command *, size_t words);
void call_returned(struct step *, struct id process, int64_t value); /* and the line with it */
void reports_say(struct step *, struct id process); /* what its sockets tell without being asked */

void recv_error(struct step *, struct id process, struct id socket);

/* Says what is wrong with the line and how the command is used, and ends it. */
void command_misused(struct step *, const struct command *, const char *problem);
const char *command_usage(const char *name); /* "ping [-c COUNT] HOST" */
/* "10.0.0.1:80", "server:80", ":80" and "*:80" (any address). */
bool parse_endpoint(const struct lab *, const char *, struct tcp_endpoint *);
const char *host_name_of(const struct lab *, ip4); /* the node's name; NULL: nobody's address */

#endif
