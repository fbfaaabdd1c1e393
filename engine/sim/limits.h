#ifndef NETSTEP_SIM_LIMITS_H
#define NETSTEP_SIM_LIMITS_H
/*
 * Every capacity of a lab, on one screen. Defaults belong to the behaviour version: changing one
 * changes labs that run into it. A scenario raises them up to the most; a server refuses a lab
 * that is over its quota and never shrinks one.
 */
enum {
    DEFAULT_CONNECTIONS = 1024,
    MOST_CONNECTIONS = 200000,
    DEFAULT_SOCKETS = 1024,
    MOST_SOCKETS = 400000,
    DEFAULT_PROCESSES = 256,
    MOST_PROCESSES = 65536,
    DEFAULT_FRAMES = 4096,
    FRAMES_OF_AN_INTERFACE = 32,
    USUAL_FRAMES_MOST = 1 << 14, /* more only when the scenario asks */
    MOST_FRAMES = 1 << 20,
    DEFAULT_DATAGRAMS = 32, /* frames that hold more than a link takes; 64 KiB each once used */
    MOST_DATAGRAMS = 4096,
    DEFAULT_REASSEMBLIES = 8192, /* datagrams whose fragments are waited for */
    MOST_REASSEMBLIES = 1 << 18,
    DEFAULT_BUFFER_OCTETS = 8 << 20,
    MOST_BUFFER_OCTETS = 1 << 30,
    DEFAULT_FILE_OCTETS = 8 << 20,
    MOST_FILE_OCTETS = 1 << 30,
    FILES_MAX = 1024, /* beside those of the scenario */
    DEFAULT_NEIGHBOURS = 1024,
    MOST_NEIGHBOURS = 1 << 20,
    DEFAULT_ROUTES = 1024,
    MOST_ROUTES = 1 << 20,
    USUAL_ROUTES_MOST = 1 << 16, /* more only when the scenario asks */
    DEFAULT_LSAS_OF_A_ROUTER = 64,
    HOSTS_THAT_ROUTE = 4,
    USUAL_LSAS_MOST = 1 << 17,
    MOST_LSAS = 1 << 21,
    DEFAULT_FAULTS = 256,
    MOST_FAULTS = 4096,
    DEFAULT_EVENTS = 16384,
    MOST_EVENTS = 1 << 21, /* or 4 for each connection */

    LINE_ROOM = 256, /* a console line, with its NUL */
    PROCESS_NAME_ROOM = 32,
    SCRIPT_LINES_MAX = 4096,
    QUEUE_FRAMES_DEFAULT = 1000,
    QUEUE_FRAMES_MAX = 1000000,
    HEAP_ROOM_FIRST = 64 /* the heap's first arrays; they double as they fill */
};

#endif
