/* matcher.c — see matcher.h. */
#include "match/matcher_priv.h"

#include "plan/partition.h"

/* Where results of all rules end. */
static enum eq_status give(const struct eq_alert *alert, void *ctx)
{
    struct eq_matcher *m = ctx;
    m->stats.alerts++;
    m->rule_stats[alert->rule].results++;
    return m->options.on_alert ? m->options.on_alert(alert, m->options.ctx) : EQ_OK;
}

/* ── Life ── */

static bool trails(const struct eq_plan *plan)
{
    return plan->stages[plan->n_stages - 1].missing;
}

static enum eq_status open_rule(struct eq_matcher *m, uint32_t rule)
{
    const struct eq_program_rule *r = &m->program->rules[rule];
    const struct eq_plan *plan = r->plan;
    for (uint32_t i = 0; i < r->n_clauses; i++)
        m->hit_kinds[r->clauses[i]] = (struct eq_hit_kind){.rule = rule, .has_aliases = r->has_aliases};
    enum eq_status st = eq_results_new(&m->results[rule], plan, m->options.limit, give, m, &m->budget,
                                       &m->rule_stats[rule]);
    if (st != EQ_OK)
        return st;
    m->n_open += !eq_results_done(m->results[rule]);
    if (plan->kind == EQ_PLAN_SEQUENCE) {
        st = eq_sequence_new(&m->sequences[rule], &m->context, rule, m->results[rule]);
        m->keeps_order = true;
        for (uint32_t i = 0, positive = 0; i < plan->n_stages; i++) {
            m->hit_kinds[r->clauses[i]].stirs = plan->stages[i].missing || positive == 0;
            positive += !plan->stages[i].missing;
        }
        if (trails(plan))
            m->waiting[m->n_waiting++] = rule;
    } else if (plan->kind == EQ_PLAN_SAMPLE) {
        st = eq_sample_new(&m->samples[rule], &m->context, rule, m->options.samples_per_key, m->results[rule]);
    }
    return st;
}

static enum eq_status open_all(struct eq_matcher *m, const struct eq_ruleset *rules)
{
    struct eq_decode_options decode = {.unwrap = m->options.unwrap};
    size_t n = m->program->n_rules + 1;
    m->results = eq_new(m->alloc, n * sizeof(struct eq_results *));
    m->sequences = eq_new(m->alloc, n * sizeof(struct eq_sequence *));
    m->samples = eq_new(m->alloc, n * sizeof(struct eq_sample *));
    m->waiting = eq_new(m->alloc, n * sizeof *m->waiting);
    m->rule_stats = eq_new(m->alloc, n * sizeof *m->rule_stats);
    m->hit_kinds = eq_new(m->alloc, (m->program->n_clauses + 1) * sizeof *m->hit_kinds);
    if (!m->results || !m->sequences || !m->samples || !m->waiting || !m->rule_stats || !m->hit_kinds)
        return EQ_NOMEM;
    enum eq_status st = eq_engine_new(&m->engine, rules, &decode, m->alloc);
    m->context.alloc = m->alloc;
    m->context.program = m->program;
    m->context.engine = m->engine;
    m->context.budget = &m->budget;
    m->context.on_trace = m->options.on_trace;
    m->context.trace_ctx = m->options.ctx;
    m->context.stats = m->rule_stats;
    if (st == EQ_OK)
        st = eq_clocks_init(&m->context.clocks, m->program, &m->budget);
    if (st == EQ_OK)
        st = eq_lineage_new(&m->lineage, m->program, m->alloc);
    if (st == EQ_OK)
        eq_engine_set_lineage(m->engine, m->lineage);
    if (st == EQ_OK && m->options.profile)
        st = eq_engine_open_profile(m->engine);
    if (st == EQ_OK && m->options.profile)
        st = eq_profile_new(&m->profile, m->program->n_rules, m->alloc);
    if (st == EQ_OK)
        st = eq_past_fields_find(&m->context.past_fields, m->program, &m->arena);
    for (uint32_t i = 0; i < m->program->n_rules && st == EQ_OK; i++)
        st = open_rule(m, i);
    return st;
}

/* May events be held back by the time of their partition? Not if a rule needs one order of all: lineage whose processes
 * may have relatives in other partitions. */
static bool parts_order(const struct eq_matcher *m)
{
    const struct eq_clocks *clocks = &m->context.clocks;
    struct eq_slice fields[EQ_PLAN_KEYS_MAX];
    struct eq_buf why;
    bool parts = clocks->n_keys > 0;
    for (size_t i = 0; i < clocks->n_keys; i++)
        fields[i] = clocks->keys[i].path;
    eq_buf_init(&why, m->alloc);
    for (size_t i = 0; parts && i < m->program->n_rules; i++)
        parts = eq_partition_class(m->program->rules[i].plan, fields, clocks->n_keys, &why) != EQ_PARTITION_GLOBAL;
    eq_buf_free(&why);
    return parts;
}

enum eq_status eq_matcher_open_order(struct eq_matcher *m, struct eq_slice timestamp, struct eq_slice tiebreaker)
{
    struct eq_decode_options decode = {.unwrap = m->options.unwrap};
    const struct eq_clocks *clocks = &m->context.clocks;
    m->options.order.partitions = parts_order(m);
    enum eq_status st =
        eq_order_new(&m->order, timestamp, tiebreaker, clocks->keys, clocks->n_keys, &decode, m->alloc);
    return st == EQ_OK ? eq_reorder_new(&m->reorder, &m->options.order, m->alloc) : st;
}

/* Sort events before they are matched, if that can matter. */
static enum eq_status open_order(struct eq_matcher *m)
{
    const struct eq_program *p = m->program;
    bool depends = m->keeps_order || m->lineage, ties = p->tiebreaker_field != EQ_NONE;
    if (!depends || p->timestamp_field == EQ_NONE || (m->options.order.lateness_ns <= 0 && !ties))
        return EQ_OK;
    return eq_matcher_open_order(m, p->fields->items[p->timestamp_field].path,
                                 ties ? p->fields->items[p->tiebreaker_field].path : (struct eq_slice){0});
}

static eq_crew_take take;

static enum eq_status open_crew(struct eq_matcher *m, const struct eq_ruleset *rules)
{
    struct eq_crew_options options = {
        .threads = m->options.threads,
        .block_bytes = m->options.block_bytes,
        .unwrap = m->options.unwrap,
        .engine = m->engine,
        .profile = m->options.profile,
        .carried = &m->carried,
        .carry_all = m->lineage || m->program->n_partition_fields,
        .take = take,
        .ctx = m,
    };
    if (m->options.threads < 2)
        return EQ_OK;
    enum eq_status st = eq_carry_fields_find(&m->carried, m->program, &m->arena);
    return st == EQ_OK ? eq_crew_new(&m->crew, rules, &options, m->alloc) : st;
}

enum eq_status eq_matcher_new(struct eq_matcher **out, const struct eq_ruleset *rules,
                              const struct eq_matcher_options *options, const struct eq_alloc *alloc)
{
    struct eq_matcher *m = eq_new(alloc, sizeof *m);
    if (!m)
        return EQ_NOMEM;
    m->alloc = alloc;
    m->program = eq_ruleset_program(rules);
    m->options = *options;
    eq_arena_init(&m->arena, alloc);
    eq_join_keys_init(&m->context.keys, alloc);
    eq_budget_init(&m->budget, options->memory_bytes, alloc);
    enum eq_status st = open_all(m, rules);
    if (st == EQ_OK)
        st = open_order(m);
    if (st == EQ_OK)
        st = open_crew(m, rules);
    if (st != EQ_OK) {
        eq_matcher_free(m);
        return st;
    }
    *out = m;
    return EQ_OK;
}

void eq_matcher_free(struct eq_matcher *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->program->n_rules; i++) {
        if (m->sequences)
            eq_sequence_free(m->sequences[i]);
        if (m->samples)
            eq_sample_free(m->samples[i]);
        if (m->results)
            eq_results_free(m->results[i]);
    }
    eq_crew_free(m->crew);
    eq_engine_free(m->engine);
    eq_lineage_free(m->lineage);
    eq_profile_free(m->profile);
    eq_order_free(m->order);
    eq_reorder_free(m->reorder);
    eq_join_keys_free(&m->context.keys);
    eq_clocks_free(&m->context.clocks);
    eq_arena_free(&m->arena);
    eq_free(m->alloc, m->results);
    eq_free(m->alloc, m->sequences);
    eq_free(m->alloc, m->samples);
    eq_free(m->alloc, m->waiting);
    eq_free(m->alloc, m->hit_kinds);
    eq_budget_free(&m->budget);
    eq_free(m->alloc, m->rule_stats);
    eq_free(m->alloc, m);
}

/* ── An event ── */

static enum eq_status match_event(struct eq_matcher *m, struct eq_slice text, const struct eq_origin *origin, bool late)
{
    struct eq_finding found;
    if (m->crew)
        return eq_crew_put(m->crew, text, origin, late);
    eq_engine_find(&found, m->engine, text);
    if (!eq_matcher_receive(m, &found, text, origin))
        return found.status == EQ_INVALID ? EQ_OK : found.status;
    return eq_matcher_go_on(m, &found, origin, late);
}

/* ── What the crew found ── */

static enum eq_status take(struct eq_crew_event *e, void *ctx)
{
    struct eq_matcher *m = ctx;
    if (eq_matcher_done(m))
        return EQ_OK;
    if (!eq_matcher_receive(m, &e->found, e->text, &e->origin))
        return e->found.status == EQ_INVALID ? EQ_OK : e->found.status;
    if (e->known)
        eq_engine_fed_elsewhere(m->engine, e->text, &e->found.event->frame, e->known);
    return eq_matcher_go_on(m, &e->found, &e->origin, e->late);
}

/* ── In and out ── */

/* Match held events whose turn has come; at the end all, unless nothing can come of it any more. */
static enum eq_status match_held(struct eq_matcher *m, bool end)
{
    const struct eq_held *held;
    enum eq_status st = EQ_OK;
    while (st == EQ_OK && !eq_matcher_done(m)) {
        st = eq_reorder_next(&held, m->reorder, end);
        if (st != EQ_OK || !held)
            return st;
        st = match_event(m, held->text, &held->origin, false);
    }
    return st;
}

enum eq_status eq_matcher_feed(struct eq_matcher *m, struct eq_slice text, const struct eq_origin *origin)
{
    struct eq_place place;
    struct eq_slice partition;
    bool late = false;
    if (!m->reorder)
        return match_event(m, text, origin, false);
    enum eq_status st = eq_order_find(&place, m->order, text);
    if (st == EQ_INVALID || (st == EQ_OK && !place.has_time)) /* no place among others */
        return match_event(m, text, origin, false);
    if (st == EQ_OK)
        st = eq_order_partition(&partition, m->order);
    if (st == EQ_OK)
        st = eq_reorder_put(&late, m->reorder, &place, partition, text, origin);
    if (st == EQ_OK && late)
        return match_event(m, text, origin, true);
    return st == EQ_OK ? match_held(m, false) : st;
}

enum eq_status eq_matcher_settle(struct eq_matcher *m)
{
    return m->crew ? eq_crew_settle(m->crew) : EQ_OK;
}

enum eq_status eq_matcher_flush(struct eq_matcher *m)
{
    enum eq_status st = EQ_OK;
    if (m->reorder && m->options.order.lateness_ns != EQ_REORDER_ALL)
        st = match_held(m, true);
    return st == EQ_OK ? eq_matcher_settle(m) : st;
}

enum eq_status eq_matcher_advance(struct eq_matcher *m, struct eq_time now)
{
    enum eq_status st = m->reorder ? eq_reorder_pass(m->reorder, now) : EQ_OK;
    if (m->reorder && st == EQ_OK)
        st = match_held(m, false);
    if (m->reorder)
        eq_reorder_passed(m->reorder);
    if (st == EQ_OK)
        st = eq_matcher_settle(m);
    if (st == EQ_OK)
        eq_clocks_pass(&m->context.clocks, now);
    for (size_t i = 0; i < m->program->n_rules && st == EQ_OK; i++)
        if (m->sequences[i])
            st = eq_sequence_pass(m->sequences[i]);
    return st;
}

enum eq_status eq_matcher_finish(struct eq_matcher *m)
{
    enum eq_status st = m->reorder ? match_held(m, true) : EQ_OK;
    if (st == EQ_OK)
        st = eq_matcher_settle(m);
    for (size_t i = 0; i < m->program->n_rules && st == EQ_OK; i++) {
        if (m->sequences[i])
            st = eq_sequence_finish(m->sequences[i]);
        if (m->samples[i] && st == EQ_OK)
            st = eq_sample_finish(m->samples[i]);
        if (st == EQ_OK)
            st = eq_results_finish(m->results[i]);
    }
    m->ended = true;
    return st;
}

bool eq_matcher_done(const struct eq_matcher *m)
{
    return m->n_open == 0;
}

void eq_matcher_stats(const struct eq_matcher *m, struct eq_matcher_stats *out)
{
    *out = m->stats;
    out->keys_cut = m->context.keys.cut;
    out->clocks_forgotten = m->context.clocks.forgotten;
    if (m->reorder) {
        struct eq_reorder_stats order = eq_reorder_stats(m->reorder);
        out->reordered = order.reordered;
        out->reorder_forced = order.forced;
    }
    out->memory_limit = m->budget.limit;
    out->memory_used = m->budget.used;
    out->memory_peak = m->budget.peak;
    struct eq_engine_stats *sum = &out->engine;
    eq_engine_add_stats(m->engine, sum);
    if (m->crew)
        eq_crew_add_stats(m->crew, sum);
    sum->regex_fallbacks += m->before.regex_fallbacks;
    sum->regex_failures += m->before.regex_failures;
    sum->choices_cut += m->before.choices_cut;
    sum->broken_elements += m->before.broken_elements;
}

const struct eq_rule_stats *eq_matcher_rule_stats(const struct eq_matcher *m, size_t rule)
{
    return &m->rule_stats[rule];
}

bool eq_matcher_lineage_holds(const struct eq_matcher *m, uint32_t tracker)
{
    return m->lineage && eq_lineage_holds(m->lineage, tracker);
}
