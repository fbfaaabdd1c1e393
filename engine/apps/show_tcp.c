#include "apps/show_tcp.h"
/*
 * The second line of "ss -i", in iproute2's words and order: times in milliseconds, CWND and
 * SSTHRESH in segments, what is zero left out.
 */

enum { MICROSECOND = 1000 };

static void milliseconds(struct text *t, int64_t ns) {
    uint64_t us = (uint64_t)(ns + MICROSECOND / 2) / MICROSECOND;
    text_u64(t, us / 1000);
    uint64_t rest = us % 1000;
    if (rest == 0) return;
    text_char(t, '.');
    for (uint64_t digit = 100; rest != 0; digit /= 10) {
        text_char(t, (char)('0' + rest / digit));
        rest %= digit;
    }
}

static void word(struct text *t, bool is, const char *name) {
    if (!is) return;
    text_char(t, ' ');
    text_add(t, name);
}

static void number(struct text *t, const char *name, uint64_t value) {
    if (value == 0) return;
    word(t, true, name);
    text_char(t, ':');
    text_u64(t, value);
}

static void pair(struct text *t, const char *name, uint64_t a, char between, uint64_t b) {
    word(t, true, name);
    text_char(t, ':');
    text_u64(t, a);
    text_char(t, between);
    text_u64(t, b);
}

static void time_of(struct text *t, const char *name, int64_t ns) {
    if (ns == 0) return;
    word(t, true, name);
    text_char(t, ':');
    milliseconds(t, ns);
}

static void agreed(struct text *t, const struct tcp_details *d) {
    word(t, d->timestamps, "ts");
    word(t, d->sack, "sack");
    word(t, d->ecn, "ecn");
    word(t, true, d->algorithm);
    if (d->window_scaling) pair(t, "wscale", d->send_scale, ',', d->receive_scale);
}

void text_tcp_details(struct text *t, const struct tcp_details *d) {
    text_char(t, '\t');
    agreed(t, d);
    time_of(t, "rto", d->rto);
    number(t, "backoff", d->timeouts);
    time_of(t, "rtt", d->srtt);
    if (d->srtt != 0) text_char(t, '/');
    if (d->srtt != 0) milliseconds(t, d->rttvar);
    time_of(t, "ato", d->ato);
    number(t, "mss", d->mss);
    number(t, "rcvmss", d->peer_mss);
    number(t, "advmss", d->own_mss);
    number(t, "cwnd", d->cwnd / d->mss);
    number(t, "ssthresh", d->ssthresh / d->mss);
    number(t, "unacked", d->unacknowledged);
    if (d->repeated_ever != 0) pair(t, "retrans", d->repeated, '/', d->repeated_ever);
    number(t, "lost", d->lost);
    number(t, "sacked", d->sacked);
    number(t, "rcv_space", d->receive_space);
    number(t, "rcv_ssthresh", d->receive_window);
    time_of(t, "minrtt", d->least_rtt);
    number(t, "snd_wnd", d->send_window);
}
