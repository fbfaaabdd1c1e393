#include "stack/tcp/tcp.h"
/*
 * What is worth drawing of a TCB's watched fields, as data: which of them belong on one chart over
 * time, and how the sequence space is divided, RFC 9293 3.3.1 Figures 3 and 4. The fields are named
 * as tcp_state.c prints them; a test holds that each is a watched one. A viewer knows none of it.
 */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --------------------------------------------------------------------------------- over time */

/* RFC 5681 3.1: below ssthresh cwnd grows by slow start, above it by congestion avoidance. */
static const struct gauge_line windows[] = {
    {"cwnd", ROLE_DATA, GAUGE_LINE},
    {"ssthresh", ROLE_PROBLEM, GAUGE_LIMIT},
    {"FlightSize", ROLE_OPEN, GAUGE_AREA},
};
/* RFC 6298 2: RTO is SRTT and four times RTTVAR, but not less than its least. */
static const struct gauge_line times[] = {
    {"RTO", ROLE_PROBLEM, GAUGE_LINE},
    {"SRTT", ROLE_DATA, GAUGE_LINE},
    {"RTTVAR", ROLE_CONTROL, GAUGE_AREA},
};
static const struct gauge_line repairs[] = {
    {"duplicate ACKs", ROLE_DATA, GAUGE_LINE},
    {"retransmissions", ROLE_PROBLEM, GAUGE_LINE},
};
/* RFC 6675 4: pipe is what is in flight without what has arrived or is lost, and what went
 * again. */
static const struct gauge_line losses[] = {
    {"pipe", ROLE_OPEN, GAUGE_AREA},
    {"SACKed", ROLE_DATA, GAUGE_LINE},
    {"lost", ROLE_PROBLEM, GAUGE_LINE},
    {"retransmitted", ROLE_CONTROL, GAUGE_LINE},
};
static const struct gauge_line buffers[] = {
    {"send queue", ROLE_DATA, GAUGE_LINE},
    {"receive queue", ROLE_OPEN, GAUGE_AREA},
    {"out-of-order queue", ROLE_PROBLEM, GAUGE_LINE},
    {"SND.WND", ROLE_CLOSE, GAUGE_LIMIT},
    {"RCV.WND", ROLE_CONTROL, GAUGE_LIMIT},
};
/* A listener's. */
static const struct gauge_line queues[] = {
    {"SYN queue", ROLE_OPEN, GAUGE_AREA},
    {"accept queue", ROLE_DATA, GAUGE_LINE},
};
static const struct gauge_chart charts[] = {
    {"window", GAUGE_OCTETS, windows, COUNT(windows)},
    {"time", GAUGE_NS, times, COUNT(times)},
    {"loss", GAUGE_OCTETS, losses, COUNT(losses)},
    {"buffer", GAUGE_OCTETS, buffers, COUNT(buffers)},
    {"repair", GAUGE_COUNT, repairs, COUNT(repairs)},
    {"queue", GAUGE_COUNT, queues, COUNT(queues)},
};

/* ------------------------------------------------------------------------- the sequence space */

#define NO_END                                                                                     \
    { NULL, NULL, NULL }
#define HELD(n)                                                                                    \
    {                                                                                              \
        "held", {"SACK " n " left", NULL, NULL}, {"SACK " n " right", NULL, NULL}, ROLE_PROBLEM,   \
            false                                                                                  \
    }

#define SACKED(n)                                                                                  \
    {                                                                                              \
        "sacked", {"SACKed " n " left", NULL, NULL}, {"SACKed " n " right", NULL, NULL},           \
            ROLE_CONTROL, false                                                                    \
    }

/* Figure 3: 1 acknowledged, 2 sent, 3 allowed, 4 not yet allowed. */
static const struct gauge_zone sending[] = {
    {"acknowledged", NO_END, {"SND.UNA", NULL, NULL}, ROLE_CONTROL, false},
    {"queued", {"SND.NXT", NULL, NULL}, {"SND.UNA", "send queue", NULL}, ROLE_OPEN, false},
    {"flying", {"SND.UNA", NULL, NULL}, {"SND.NXT", NULL, NULL}, ROLE_DATA, false},
    SACKED("1"),
    SACKED("2"),
    SACKED("3"),
    {"congestion", {"SND.UNA", NULL, NULL}, {"SND.UNA", "cwnd", NULL}, ROLE_DATA, true},
    {"offered", {"SND.UNA", NULL, NULL}, {"SND.UNA", "SND.WND", NULL}, ROLE_CLOSE, true},
};
/* Figure 4: 1 received, 2 allowed, 3 not yet allowed; of 1, what the user has not read yet. */
static const struct gauge_zone receiving[] = {
    {"read", NO_END, {"RCV.NXT", NULL, "receive queue"}, ROLE_CONTROL, false},
    {"readable", {"RCV.NXT", NULL, "receive queue"}, {"RCV.NXT", NULL, NULL}, ROLE_OPEN, false},
    HELD("1"),
    HELD("2"),
    HELD("3"),
    {"room", {"RCV.NXT", NULL, NULL}, {"RCV.NXT", "RCV.WND", NULL}, ROLE_CLOSE, true},
};
static const struct gauge_bar bars[] = {
    {"sending",
     true,
     sending,
     COUNT(sending),
     {"SND.UNA", NULL, NULL},
     {"SND.UNA", "SND.WND", NULL}},
    {"receiving",
     false,
     receiving,
     COUNT(receiving),
     {"RCV.NXT", NULL, "receive queue"},
     {"RCV.NXT", "RCV.WND", NULL}},
};

const struct gauge_set tcp_gauges = {.machine = "tcp",
                                     .between = " > ",
                                     .charts = charts,
                                     .bars = bars,
                                     .chart_count = COUNT(charts),
                                     .bar_count = COUNT(bars)};
