#include "apps/tftp.h"
/*
 * When TFTP sends again: RFC 1123 4.2.3.2 asks for an adaptive time-out, with TCP's algorithms as
 * the example, and at the least for an exponential back-off. So this is RFC 6298, with a least
 * time-out of tftp.timeout, and RFC 6298 3 (Karn): no round trip is measured by what was repeated.
 * An agreed timeout option (RFC 2349) is kept to exactly.
 *
 * RFC 1123 4.2.3.1 would let the receiver go without a timer, as its ACK alone makes nobody send
 * again. Ours waits twice as long as a sender does, and its ACK then replaces one that was lost.
 *
 * Differs: tftp-hpa's client waits 5 s each time and gives up after 25, atftp's 5 s and five times;
 * neither adapts.
 */
#include "apps/apps.h"
#include "apps/shell.h"

enum { BACKOFF_MOST_S = 64, DALLY_TIMEOUTS = 4 };
static const sim_time second_ns = 1000000000;

static sim_time interval(const struct tftp_transfer *t) {
    bool receives = t->state == TFTP_RECEIVING;
    return receives ? 2 * t->timeout : t->timeout;
}

void tftp_wait(struct step *s, struct tftp_transfer *t) {
    t->sent_at = s->now;
    timer_set(s, &t->timer, TIMER_TFTP_RETRANSMISSION, t->node, t->self, s->now + interval(t));
}

static bool interval_is_agreed(const struct tftp_transfer *t) {
    return t->state != TFTP_REQUESTED && (t->options >> TFTP_TIMEOUT & 1) != 0;
}

/* RFC 6298 2.2, 2.3. */
void tftp_measure(struct step *s, struct tftp_transfer *t) {
    sim_time trip = s->now - t->sent_at;
    if (t->repeated != 0) return;
    if (t->least_trip == 0 || trip < t->least_trip) t->least_trip = trip;
    if (t->srtt == 0) {
        t->srtt = trip;
        t->rttvar = trip / 2;
    } else {
        sim_time off = trip > t->srtt ? trip - t->srtt : t->srtt - trip;
        t->rttvar += (off - t->rttvar) / 4;
        t->srtt += (trip - t->srtt) / 8;
    }
    sim_time least = setting_of(s->lab, t->node, SETTING_TFTP_TIMEOUT);
    t->timeout = t->srtt + 4 * t->rttvar;
    if (t->timeout < least) t->timeout = least;
    if (interval_is_agreed(t)) t->timeout = (sim_time)t->value[TFTP_TIMEOUT] * second_ns;
}

void tftp_progress(struct step *s, struct tftp_transfer *t) {
    tftp_measure(s, t);
    t->retries = 0;
    t->repeated = 0;
}

void tftp_dally(struct step *s, struct tftp_transfer *t) {
    timer_stop(s, &t->timer);
    timer_set(s, &t->timer, TIMER_TFTP_DALLY, t->node, t->self,
              s->now + DALLY_TIMEOUTS * t->timeout);
}

static void send_again(struct step *s, struct tftp_transfer *t) {
    switch ((enum tftp_state)t->state) {
    case TFTP_REQUESTED: tftp_request_out(s, t); break;
    case TFTP_NEGOTIATING: tftp_oack_out(s, t); break;
    case TFTP_SENDING:
    case TFTP_LAST_BLOCK: tftp_send_again(s, t); break;
    case TFTP_RECEIVING: tftp_ack_again(s, t); break;
    case TFTP_CLOSED:
    case TFTP_DALLYING:
    case TFTP_STATE_COUNT: break;
    }
}

void tftp_timer_fired(struct step *s, uint32_t timer, struct id id) {
    struct tftp_transfer *t = tftp_edit(s, id);
    if (t == NULL) return;
    struct id process = t->process;
    if (timer == TIMER_TFTP_DALLY) {
        tftp_destroy(s, id, "RFC 1350 6");
        process_return(s, process);
        return;
    }
    if ((int64_t)t->retries >= setting_of(s->lab, t->node, SETTING_TFTP_RETRIES)) {
        tftp_tell_timeout(s, t);
        tftp_destroy(s, id, "RFC 1350 7");
        process_return(s, process);
        return;
    }
    t->retries++;
    t->repeated = 1;
    tftp_tell_retry(s, t);
    if (!interval_is_agreed(t) && t->timeout < BACKOFF_MOST_S * second_ns) t->timeout *= 2;
    send_again(s, t);
}
