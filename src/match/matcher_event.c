/* matcher_event.c — what follows from what was found about one event, rule by rule.
 *
 *      found ─▶ receive: counted ─▶ the past is asked ─▶ time moves ─▶ hits by rule ─┬─▶ sequence
 *                                   (lineage)           (what expires)               ├─▶ sample
 *                                                                                    └─▶ result */
#include "match/matcher_priv.h"

/* Every so many events all rules forget what has expired, also those that no event has touched. */
#define SWEEP_EVERY 1024

static enum eq_status put_event(struct eq_matcher *m, uint32_t rule, const struct eq_moment *moment)
{
    struct eq_alert_event event = eq_moment_alert_event(moment);
    struct eq_alert alert = {.rule = rule, .events = &event, .n_events = 1, .is_event = true};
    return eq_results_put(m->results[rule], &alert);
}

/* Half of all hits are of later stages of a rule that has no sequence in progress: then no more of it is touched. */
static bool nobody_waits(const struct eq_matcher *m, uint32_t rule, const uint32_t *clauses, size_t n)
{
    if (m->rule_stats[rule].live || !m->sequences[rule])
        return false;
    for (size_t i = 0; i < n; i++)
        if (m->hit_kinds[clauses[i]].stirs)
            return false;
    return true;
}

/* Give a rule its hits: the clauses of one rule stand together. */
static enum eq_status put_rule(struct eq_matcher *m, uint32_t rule, struct eq_moment *moment, const uint32_t *clauses,
                               size_t n)
{
    struct eq_results *r = m->results[rule];
    enum eq_status st = EQ_OK;
    if (eq_results_done(r))
        return EQ_OK;
    m->rule_stats[rule].hits += n;
    if (nobody_waits(m, rule, clauses, n))
        return EQ_OK;
    if (m->samples[rule])
        st = eq_sample_feed(m->samples[rule], moment, clauses, n);
    else if (!m->sequences[rule])
        st = put_event(m, rule, moment);
    else if (moment->has_time)
        st = eq_sequence_feed(m->sequences[rule], moment, clauses, n);
    m->n_open -= eq_results_done(r);
    return st;
}

EQ_PROFILED static void profile_rule(struct eq_matcher *m, uint32_t rule, size_t n)
{
    m->profile->parts[rule].matches += n;
    m->profile->parts[rule].ns += eq_profile_lap(m->profile, EQ_PROFILE_GIVE);
}

static const struct eq_past_fields no_fields;

/* Have what the rules of all hits are asked first on its way, and see what is kept of the event: what aliases read only if
 * one of these rules has aliases. */
static const struct eq_past_fields *prepare(const struct eq_matcher *m, const struct eq_hits *hits)
{
    bool has_aliases = false;
    for (size_t i = 0; i < hits->n; i++) {
        const struct eq_hit_kind *k = &m->hit_kinds[hits->clauses[i]];
        __builtin_prefetch(&m->rule_stats[k->rule], 1);
        __builtin_prefetch(m->results[k->rule]);
        __builtin_prefetch(m->sequences[k->rule]); /* of NULL it is nothing */
        has_aliases |= k->has_aliases;
    }
    return has_aliases ? &m->context.past_fields : &no_fields;
}

static enum eq_status put_hits(struct eq_matcher *m, const struct eq_hits *hits, struct eq_moment *moment)
{
    const struct eq_hit_kind *kinds = m->hit_kinds;
    enum eq_status st = EQ_OK;
    moment->kept_fields = prepare(m, hits);
    for (size_t i = 0, end; i < hits->n && st == EQ_OK; i = end) {
        uint32_t rule = kinds[hits->clauses[i]].rule;
        for (end = i + 1; end < hits->n && kinds[hits->clauses[end]].rule == rule; end++)
            ;
        st = put_rule(m, rule, moment, hits->clauses + i, end - i);
        if (m->profile)
            profile_rule(m, rule, end - i);
    }
    return st;
}

/* An event older than its clocks show is too late for sequences: they need order. `late`: it is known to be so. */
static enum eq_status set_time(struct eq_matcher *m, struct eq_moment *moment, const struct eq_finding *found, bool late)
{
    if (!found->has_time) {
        m->stats.no_timestamp++;
        return EQ_OK;
    }
    moment->time = found->time;
    const struct eq_frame *frame = found->event ? &found->event->frame : NULL;
    enum eq_status st = late ? EQ_OK : eq_clocks_move(&late, &m->context.clocks, frame, moment->time);
    moment->has_time = st == EQ_OK && !late;
    m->stats.late += late;
    return st;
}

static enum eq_status advance(struct eq_matcher *m, const struct eq_moment *moment)
{
    enum eq_status st = EQ_OK;
    if (!moment->has_time)
        return EQ_OK;
    if (m->program->n_partition_fields)
        return eq_sequences_advance(m->sequences, &m->context.clocks);
    for (size_t i = 0; i < m->n_waiting && st == EQ_OK; i++)
        st = eq_sequence_advance(m->sequences[m->waiting[i]], moment->time);
    for (size_t i = 0; m->stats.events % SWEEP_EVERY == 0 && i < m->program->n_rules && st == EQ_OK; i++)
        if (m->sequences[i])
            st = eq_sequence_advance(m->sequences[i], moment->time);
    return st;
}

/* Often one tracker is all that is left to ask. */
static enum eq_status answer(bool *out, struct eq_matcher *m, const struct eq_hits *hits, uint32_t clause)
{
    uint32_t question = hits->questions[clause];
    *out = false;
    if (question == EQ_QUESTION_ANY && !eq_lineage_any(m->lineage))
        return EQ_OK;
    if (question == EQ_QUESTION_ALL || question == EQ_QUESTION_ANY)
        return eq_engine_ask(out, m->engine, clause, NULL, 0);
    *out = question == EQ_QUESTION_NONE || eq_lineage_holds(m->lineage, question >> 1) == (question & 1);
    return EQ_OK;
}

/* Let trackers see the event, and strike out hits that the past does not bear out. Trackers within trackers have the
 * lower clause numbers, so in ascending order each is asked after those it needs. */
static enum eq_status ask_past(struct eq_matcher *m, struct eq_hits *hits)
{
    enum eq_status st = eq_lineage_begin(m->lineage, hits->event);
    size_t kept = 0;
    for (size_t i = 0; i < hits->n && st == EQ_OK; i++) {
        const struct eq_clause *c = &m->program->clauses[hits->clauses[i]];
        bool decided = c->reads == 0 || (c->tracker == EQ_NONE && (c->reads & EQ_READS_ALIAS));
        bool yes = true;
        if (!decided) /* aliases are bound, and asked about, by the sequence */
            st = answer(&yes, m, hits, hits->clauses[i]);
        if (st != EQ_OK || !yes)
            continue;
        if (c->tracker != EQ_NONE)
            st = eq_lineage_source(m->lineage, c->tracker);
        else
            hits->clauses[kept++] = hits->clauses[i];
    }
    hits->n = kept;
    return st;
}

static enum eq_status see_past(struct eq_matcher *m, struct eq_hits *hits, struct eq_moment *moment,
                               const struct eq_finding *found, bool late)
{
    enum eq_status st = m->lineage ? ask_past(m, hits) : EQ_OK;
    if (m->keeps_order && st == EQ_OK) {
        st = set_time(m, moment, found, late);
        if (st == EQ_OK)
            st = advance(m, moment);
    }
    return st;
}

static void relieve(struct eq_matcher *m)
{
    if (m->program->n_partition_fields)
        eq_clocks_relieve(&m->context.clocks);
    eq_budget_relieve(&m->budget);
}

/* see_past and put_hits, with a profile. */
EQ_PROFILED static enum eq_status profile_event(struct eq_matcher *m, struct eq_hits *hits, struct eq_moment *moment,
                                                const struct eq_finding *found, bool late)
{
    eq_profile_begin(m->profile);
    enum eq_status st = see_past(m, hits, moment, found, late);
    eq_profile_lap(m->profile, EQ_PROFILE_PAST);
    return st == EQ_OK ? put_hits(m, hits, moment) : st;
}

enum eq_status eq_matcher_go_on(struct eq_matcher *m, const struct eq_finding *found, const struct eq_origin *origin,
                                bool late)
{
    struct eq_hits hits = {found->event, found->clauses, found->n, found->questions};
    struct eq_moment moment = {
        .budget = &m->budget, .kept_fields = &no_fields, .event = found->event, .origin = *origin};
    enum eq_status st = EQ_OK;
    if (m->profile)
        st = profile_event(m, &hits, &moment, found, late);
    else if ((st = see_past(m, &hits, &moment, found, late)) == EQ_OK && hits.n)
        st = put_hits(m, &hits, &moment);
    eq_moment_end(&moment);
    relieve(m);
    if (m->profile)
        eq_profile_lap(m->profile, EQ_PROFILE_PAST);
    return st;
}

bool eq_matcher_receive(struct eq_matcher *m, const struct eq_finding *found, struct eq_slice text,
                        const struct eq_origin *origin)
{
    m->stats.bytes += text.len;
    if (found->status == EQ_INVALID) {
        m->stats.bad_events++;
        if (m->options.on_bad_event)
            m->options.on_bad_event(origin, &found->error, m->options.ctx);
    }
    if (found->status != EQ_OK)
        return false;
    m->stats.events++;
    m->stats.repaired_events += found->repaired;
    return true;
}
