/* results_save.c — what head has counted and tail holds. */
#include "match/results_priv.h"
#include "match/save.h"
#include "plan/plan.h"

/* ── Saving ── */

static void save_alert(struct eq_saving *s, const struct eq_alert *a)
{
    eq_pack_bool(s->out, a->is_event);
    eq_pack_u64(s->out, a->n_events);
    for (size_t i = 0; i < a->n_events; i++)
        eq_save_alert_event(s->out, &a->events[i]);
    eq_pack_u64(s->out, a->n_keys);
    for (size_t i = 0; i < a->n_keys; i++)
        eq_save_value(s->out, &a->keys[i]);
}

void eq_results_save(struct eq_saving *s, const struct eq_results *r)
{
    bool given = false;
    for (size_t i = 0; i < r->n; i++) {
        const struct eq_results_stage *stage = &r->stages[i];
        given |= s->ended && stage->kind == EQ_PIPE_TAIL;
        bool holds = !given && stage->kind == EQ_PIPE_TAIL;
        eq_pack_u64(s->out, given ? 0 : stage->seen);
        eq_pack_u64(s->out, holds ? stage->seen - stage->first : 0);
        for (uint64_t k = stage->first; holds && k < stage->seen; k++)
            save_alert(s, stage->ring[k % stage->cap]);
    }
}

/* ── Restoring ── */

static void restore_alert(struct eq_restoring *s, struct eq_results *r, struct eq_results_stage *stage, uint32_t rule)
{
    struct eq_alert_event *events = s->alert_events;
    struct eq_alert a = {.rule = rule, .events = events, .keys = s->values, .is_event = eq_unpack_bool(s->in)};
    a.n_events = (size_t)eq_unpack_most(s->in, EQ_PLAN_STAGES_MAX);
    for (size_t i = 0; i < a.n_events; i++)
        events[i] = eq_restore_alert_event(s->in);
    a.n_keys = (size_t)eq_unpack_most(s->in, EQ_PLAN_KEYS_MAX);
    for (size_t i = 0; i < a.n_keys; i++)
        eq_restore_value(&s->values[i], s->in);
    if (a.n_events == 0 || (a.is_event && (a.n_events != 1 || events[0].missing)))
        eq_unpack_fail(s->in, EQ_INVALID, NULL);
    uint64_t before = stage->seen - stage->first;
    enum eq_status st = eq_unpack_ok(s->in) ? eq_results_keep(r, stage, &a) : EQ_OK;
    if (st != EQ_OK)
        eq_unpack_fail(s->in, st, NULL);
    else if (stage->seen - stage->first == before)
        eq_unpack_fail(s->in, EQ_LIMIT, EQ_TOO_MUCH);
}

void eq_results_restore(struct eq_restoring *s, struct eq_results *r, uint32_t rule)
{
    for (size_t i = 0; i < r->n && eq_unpack_ok(s->in); i++) {
        struct eq_results_stage *stage = &r->stages[i];
        bool tail = stage->kind == EQ_PIPE_TAIL;
        uint64_t seen = eq_unpack_most(s->in, tail ? UINT64_MAX / 2 : stage->count);
        uint64_t held = eq_unpack_most(s->in, !tail ? 0 : seen < stage->count ? seen : stage->count);
        stage->first = tail ? seen - held : 0;
        stage->seen = tail ? stage->first : seen;
        while (held-- && eq_unpack_ok(s->in))
            restore_alert(s, r, stage, rule);
    }
}
