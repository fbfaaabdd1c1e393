#include "routing/rip.h"
/*
 * When updates leave. Regular ones every 30 seconds, offset by a small random time each (RFC 2453
 * 3.8, rip.jitter), so that routers do not fall into step; the first one at rip.phase, or at a
 * random moment of the first five seconds. Triggered ones at once when a route has changed, then
 * not again for a random 1 to 5 seconds (3.10.1, rip.triggered_delay), in which further changes
 * gather. One that a regular update would follow at the same moment is left out.
 *
 * Both draw from the node's own stream of random numbers, so the lab's seed decides.
 */
#include "stack/iface.h"

static const sim_time second_ns = 1000000000;
enum { PHASE_NONE = -1, PHASE_LEAST_S = 1, PHASE_MOST_S = 5 };

static bool triggers(const struct lab *lab, uint32_t node) {
    return setting_of(lab, node, SETTING_VARIANT_NO_TRIGGERED_UPDATES) == 0;
}

void rip_signal(struct step *s, struct rip *rip) {
    if (triggers(s->lab, rip->node)) rip->wanted = 1;
}

/* ------------------------------------------------------------------------- to all neighbours */

static void to_network(struct step *s, struct rip *rip, struct rip_interface *i,
                       enum rip_which which) {
    uint32_t versions = rip_versions_sent(s->lab, rip, i); /* R18 */
    for (uint32_t version = 1; version <= 2; version++) {
        if ((versions & (version == 1 ? RIP_VERSION_1 : RIP_VERSION_2)) == 0) continue;
        struct rip_to to = {{rip_address_of(i, version), RIP_PORT}, version, which};
        rip_response_out(s, rip, i, &to);
    }
}

/* 3.10: "an actual list of neighboring routers", by `neighbor` lines. */
static void to_neighbours(struct step *s, struct rip *rip, struct rip_interface *i,
                          enum rip_which which) {
    uint32_t versions = rip_versions_sent(s->lab, rip, i);
    const struct rip_line *l;
    for (struct id id = rip->first_line; (l = rip_line_get(s->lab, id)) != NULL; id = l->next) {
        if (l->kind != RIP_LINE_NEIGHBOUR || (versions & RIP_VERSION_NONE) != 0) continue;
        if (((l->address ^ i->address) & prefix_mask(i->prefix)) != 0) continue;
        uint32_t version = (versions & RIP_VERSION_2) != 0 ? 2 : 1;
        struct rip_to to = {{l->address, RIP_PORT}, version, which};
        rip_response_out(s, rip, i, &to);
    }
}

static void to_all(struct step *s, struct rip *rip, enum rip_which which) {
    struct rip_interface *i;
    for (struct id id = rip->first_interface; (i = rip_interface_edit(s, id)) != NULL;
         id = i->next) {
        if (i->active == 0) continue;
        if (!rip_is_passive(s->lab, rip, i)) to_network(s, rip, i, which);
        to_neighbours(s, rip, i, which);
        i->updates++;
    }
    rip_clear_changed(s, rip); /* 3.10.1 */
    rip->wanted = 0;
}

/* --------------------------------------------------------------------------------- the clock */

/* R2, 3.8. */
static void wait_for_next(struct step *s, struct rip *rip) {
    sim_time jitter = setting_of(s->lab, rip->node, SETTING_RIP_JITTER);
    sim_time update = rip_update_time(s->lab, rip);
    if (jitter > update / 2) jitter = update / 2;
    sim_time after = rip_random(s, rip->node, update - jitter, update + jitter);
    timer_set(s, &rip->update, TIMER_RIP_UPDATE, rip->node, rip->self, s->now + after);
}

void rip_update_begin(struct step *s, struct rip *rip) {
    sim_time phase = setting_of(s->lab, rip->node, SETTING_RIP_PHASE);
    if (phase < 0)
        phase = rip_random(s, rip->node, PHASE_LEAST_S * second_ns, PHASE_MOST_S * second_ns);
    timer_set(s, &rip->update, TIMER_RIP_UPDATE, rip->node, rip->self, s->now + phase);
}

static bool update_is_due(const struct step *s, const struct rip *rip) {
    sim_time at;
    return timer_pending(s->lab, rip->update, &at) && at <= s->now;
}

/* R10, 3.10.1. */
void rip_settle(struct step *s, struct rip *rip) {
    if (rip->wanted == 0 || rip->running == 0) return;
    if (timer_pending(s->lab, rip->triggered, NULL) || update_is_due(s, rip)) return;
    sim_time least = setting_of(s->lab, rip->node, SETTING_RIP_TRIGGERED_DELAY);
    sim_time most = setting_of(s->lab, rip->node, SETTING_RIP_TRIGGERED_DELAY_MOST);
    to_all(s, rip, RIP_CHANGED);
    timer_set(s, &rip->triggered, TIMER_RIP_TRIGGERED, rip->node, rip->self,
              s->now + rip_random(s, rip->node, least, most));
}

void rip_update_timer(struct step *s, struct rip *rip, uint32_t timer) {
    if (timer != TIMER_RIP_UPDATE) return; /* the hold is over: rip_settle() does the rest */
    rip_peers_age(s, rip);
    to_all(s, rip, RIP_WHOLE);
    wait_for_next(s, rip);
}
