/* matcher.c — see matcher.h. */
#include "match/matcher_priv.h"

#include "plan/partition.h"

/* Every so many events all rules forget what has expired, also those that no event has touched. */
#define SWEEP_EVERY 1024

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
    const struct eq_plan *plan = m->program->rules[rule].plan;
    enum eq_status st = eq_results_new(&m->results[rule], plan, m->options.limit, give, m, &m->budget,
                                       &m->rule_stats[rule]);
    if (st != EQ_OK)
        return st;
    m->n_open += !eq_results_done(m->results[rule]);
    if (plan->kind == EQ_PLAN_SEQUENCE) {
        st = eq_sequence_new(&m->sequences[rule], &m->context, rule, m->results[rule]);
        m->keeps_order = true;
        for (uint32_t i = 0, positive = 0; i < plan->n_stages; i++) {
            m->stirs[m->program->rules[rule].clauses[i]] = plan->stages[i].missing || positive == 0;
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
    m->stirs = eq_new(m->alloc, m->program->n_clauses + 1);
    if (!m->results || !m->sequences || !m->samples || !m->waiting || !m->rule_stats || !m->stirs)
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
    eq_free(m->alloc, m->stirs);
    eq_budget_free(&m->budget);
    eq_free(m->alloc, m->rule_stats);
    eq_free(m->alloc, m);
}

/* ── An event ── */

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
        if (m->stirs[clauses[i]])
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

static enum eq_status put_hits(struct eq_matcher *m, const struct eq_hits *hits, struct eq_moment *moment)
{
    const struct eq_clause *clauses = m->program->clauses;
    enum eq_status st = EQ_OK;
    for (size_t i = 0, end; i < hits->n && st == EQ_OK; i = end) {
        uint32_t rule = clauses[hits->clauses[i]].rule;
        for (end = i + 1; end < hits->n && clauses[hits->clauses[end]].rule == rule; end++)
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

static enum eq_status match_found(struct eq_matcher *m, const struct eq_finding *found, const struct eq_origin *origin,
                                  bool late)
{
    struct eq_hits hits = {found->event, found->clauses, found->n, found->questions};
    struct eq_moment moment = {
        .budget = &m->budget, .kept_fields = &m->context.past_fields, .event = found->event, .origin = *origin};
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

/* Count an event and tell of a broken one; true if it goes on. */
static bool receive(struct eq_matcher *m, const struct eq_finding *found, struct eq_slice text,
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

static enum eq_status match_event(struct eq_matcher *m, struct eq_slice text, const struct eq_origin *origin, bool late)
{
    struct eq_finding found;
    if (m->crew)
        return eq_crew_put(m->crew, text, origin, late);
    eq_engine_find(&found, m->engine, text);
    if (!receive(m, &found, text, origin))
        return found.status == EQ_INVALID ? EQ_OK : found.status;
    return match_found(m, &found, origin, late);
}

/* ── What the crew found ── */

/* Some hits are only known when the past is asked, and for that the engine must know the event. */
static bool asks_past(const struct eq_matcher *m, const struct eq_finding *found)
{
    for (size_t i = 0; i < found->n; i++)
        if (m->program->clauses[found->clauses[i]].reads & EQ_READS_ALIAS ||
            found->questions[found->clauses[i]] == EQ_QUESTION_ALL ||
            found->questions[found->clauses[i]] == EQ_QUESTION_ANY)
            return true;
    return false;
}

static enum eq_status take(struct eq_crew_event *e, void *ctx)
{
    struct eq_matcher *m = ctx;
    if (eq_matcher_done(m))
        return EQ_OK;
    if (!receive(m, &e->found, e->text, &e->origin))
        return e->found.status == EQ_INVALID ? EQ_OK : e->found.status;
    if (asks_past(m, &e->found))
        eq_engine_fed_elsewhere(m->engine, e->text);
    return match_found(m, &e->found, &e->origin, e->late);
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
