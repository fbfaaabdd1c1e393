#ifndef NETSTEP_TESTS_LAB_SUPPORT_H
#define NETSTEP_TESTS_LAB_SUPPORT_H
/*
 * Labs in few words, for tests. A setup is a scenario with room; a running lab keeps every record.
 *
 *     struct setup setup;
 *     two_hosts(&setup);                            client 10.0.0.1 --10 ms-- server 10.0.0.2, eth0
 *     setup_run(&setup, 0, "client", "ping -c 1 server");
 *     struct running run;
 *     run_begin(&run, &setup);
 *     run_until(&run, SECONDS(5));
 *     expect_dialogue(&run, "icmp", "0.000 client > server ...\n" ...);
 *     run_end(&run);
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine.h"

#define SECONDS(n) ((sim_time)((n)*1000000000.0))
#define MILLIS(n)  ((sim_time)((n)*1000000.0))

enum {
    SETUP_NODES = 24,
    SETUP_INTERFACES = 16,
    SETUP_LINKS = 48,
    SETUP_LINES = 400,
    SETUP_FAULTS = 32,
    SETUP_SETTINGS = 16,
    SETUP_CONFIG = 64,
    SETUP_NAMES = 256
};
struct setup {
    struct scenario scenario;
    struct scenario_node nodes[SETUP_NODES];
    struct scenario_interface interfaces[SETUP_NODES][SETUP_INTERFACES];
    struct scenario_setting settings[SETUP_NODES][SETUP_SETTINGS];
    const char *config[SETUP_NODES][SETUP_CONFIG];
    struct scenario_link links[SETUP_LINKS];
    struct scenario_line lines[SETUP_LINES];
    struct scenario_fault faults[SETUP_FAULTS];
    char names[SETUP_NAMES][32]; /* "client:eth0" cut in two */
    size_t name_count;
};
void setup_begin(struct setup *); /* empty, seed 1 */
struct scenario_node *setup_node(struct setup *, enum node_kind, const char *name);
/* `cidr` NULL: a port without an address. Names must outlive the setup (string literals). */
void setup_interface(struct setup *, const char *node, const char *interface, const char *cidr);
void setup_gateway(struct setup *, const char *node, const char *address);
void setup_setting(struct setup *, const char *node, const char *name, const char *value);
/* A line of the router's configuration, as frr.conf has it; literals. */
void setup_config(struct setup *, const char *node, const char *line);
struct scenario_link *setup_link(struct setup *, const char *a, const char *b, sim_time delay_ns);
struct scenario_line *setup_run(struct setup *, sim_time at, const char *node, const char *line);
struct scenario_fault *setup_fault(struct setup *, const char *on, enum fault_kind,
                                   const char *match, uint32_t nth);

void two_hosts(struct setup *);      /* client 10.0.0.1/24 - server 10.0.0.2/24, 10 ms */
void through_router(struct setup *); /* client 10.0.1.1 - r1 - server 10.0.2.1; 10 ms and 20 ms */

/* A record with its own copies of text and octets. */
struct kept {
    struct trace_record r;
};
struct running {
    struct lab *lab;
    size_t size;
    struct sink sink;
    struct trace_hash hash;
    struct kept *records;
    size_t count, room;
};
void run_begin(struct running *, const struct setup *); /* fails the test when refused */
enum stop run_until(struct running *, sim_time until);
enum stop run_steps(struct running *, uint64_t steps);
void run_command(struct running *, sim_time at, const char *node,
                 const char *line); /* "": the lab */
void run_end(struct running *);

/* The first record from index `from` on of that kind on that node ("" any); NULL: none. */
const struct trace_record *run_find(const struct running *, size_t from, enum trace_kind,
                                    const char *node);
size_t run_count(const struct running *, enum trace_kind, const char *node);
size_t run_lost(const struct running *, const char *reason); /* LOST and DROPPED for this reason */
/* All that processes of the node printed, a line each. The caller frees. */
char *run_output(const struct running *, const char *node);

/* Each frame that was sent, one line: "1.000 client > server SYN, seq 0, ..." with the labels of
 * the packet's summary. `protocol` "" any. The caller frees. */
char *run_dialogue(const struct running *, const char *protocol);
void expect_dialogue(const struct running *, const char *protocol, const char *expected);
/* "client 1.000 tcp CLOSED -> SYN-SENT", one line a change. `machine` "" any. */
char *run_states(const struct running *, const char *machine);
void expect_states(const struct running *, const char *machine, const char *expected);

/* Two runs of a setup to `until`: one plain, one in which the lab is moved after each step and the
 * old block filled with 0xDD. Fails unless both have one trace hash. */
void expect_move_test(const struct setup *, sim_time until);
/* Takes a keyframe after each `every` steps, restores it and runs on: one hash again. */
void expect_sync_test(const struct setup *, sim_time until, uint64_t every);

#endif
