/* matcher.c — see matcher.h. */
#include "match/matcher.h"

struct eq_matcher {
    const struct eq_alloc *alloc;
    const struct eq_program *program;
    struct eq_engine *engine;
    struct eq_matcher_options options;
    struct eq_results **results; /* by rule */
    bool *runs;                  /* by rule: it can be run */
    size_t n_open;               /* rules whose results are not done */
    struct eq_matcher_stats stats;
};

static bool has_kind(const struct eq_node *n, enum eq_node_kind kind)
{
    if (n->kind == kind)
        return true;
    for (uint32_t i = 0; i < n->n_kids; i++)
        if (has_kind(n->kids[i], kind))
            return true;
    return false;
}

const char *eq_matcher_cannot_run(const struct eq_plan *plan)
{
    if (plan->kind == EQ_PLAN_SEQUENCE)
        return "sequences are checked but not run by this version";
    if (plan->kind == EQ_PLAN_SAMPLE)
        return "samples are checked but not run by this version";
    if (has_kind(plan->stages[0].filter, EQ_N_LINEAGE))
        return "descendant of, child of and event of are checked but not run by this version";
    return NULL;
}

/* Where results of all rules end. */
static enum eq_status give(const struct eq_alert *alert, void *ctx)
{
    struct eq_matcher *m = ctx;
    m->stats.alerts++;
    return m->options.on_alert ? m->options.on_alert(alert, m->options.ctx) : EQ_OK;
}

enum eq_status eq_matcher_new(struct eq_matcher **out, const struct eq_ruleset *rules,
                              const struct eq_matcher_options *options, const struct eq_alloc *alloc)
{
    struct eq_matcher *m = eq_new(alloc, sizeof *m);
    struct eq_decode_options decode = {.unwrap = options->unwrap};
    if (!m)
        return EQ_NOMEM;
    m->alloc = alloc;
    m->program = eq_ruleset_program(rules);
    m->options = *options;
    m->results = eq_new(alloc, (m->program->n_rules + 1) * sizeof(struct eq_results *));
    m->runs = eq_new(alloc, m->program->n_rules + 1);
    enum eq_status st = m->results && m->runs ? eq_engine_new(&m->engine, rules, &decode, alloc) : EQ_NOMEM;
    for (size_t i = 0; i < m->program->n_rules && st == EQ_OK; i++) {
        const struct eq_plan *plan = m->program->rules[i].plan;
        m->runs[i] = eq_matcher_cannot_run(plan) == NULL;
        st = eq_results_new(&m->results[i], plan, options->limit, give, m, alloc);
        m->n_open += st == EQ_OK && m->runs[i] && !eq_results_done(m->results[i]);
    }
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
    for (size_t i = 0; m->results && i < m->program->n_rules; i++)
        eq_results_free(m->results[i]);
    eq_engine_free(m->engine);
    eq_free(m->alloc, m->results);
    eq_free(m->alloc, m->runs);
    eq_free(m->alloc, m);
}

static enum eq_status put_event(struct eq_matcher *m, uint32_t rule, const struct eq_alert_event *event)
{
    struct eq_alert alert = {.rule = rule, .events = event, .n_events = 1, .is_event = true};
    struct eq_results *r = m->results[rule];
    if (eq_results_done(r))
        return EQ_OK;
    enum eq_status st = eq_results_put(r, &alert);
    if (eq_results_done(r))
        m->n_open--;
    return st;
}

static enum eq_status put_hits(struct eq_matcher *m, const struct eq_hits *hits, const struct eq_origin *origin)
{
    struct eq_alert_event event = {.json = hits->event->raw,
                                   .id = hits->event->id,
                                   .index = hits->event->index,
                                   .repairs = hits->event->repairs,
                                   .origin = *origin};
    for (size_t i = 0; i < hits->n; i++) {
        uint32_t rule = m->program->clauses[hits->clauses[i]].rule;
        if (!m->runs[rule])
            continue;
        enum eq_status st = put_event(m, rule, &event);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

enum eq_status eq_matcher_feed(struct eq_matcher *m, struct eq_slice text, const struct eq_origin *origin,
                               struct eq_decode_error *error)
{
    struct eq_hits hits;
    enum eq_status st = eq_engine_feed(&hits, m->engine, text, error);
    m->stats.bytes += text.len;
    m->stats.bad_events += st == EQ_INVALID;
    if (st != EQ_OK)
        return st;
    m->stats.events++;
    m->stats.repaired_events += hits.event->repairs != 0;
    return put_hits(m, &hits, origin);
}

enum eq_status eq_matcher_finish(struct eq_matcher *m)
{
    for (size_t i = 0; i < m->program->n_rules; i++) {
        enum eq_status st = eq_results_finish(m->results[i]);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

bool eq_matcher_done(const struct eq_matcher *m)
{
    return m->n_open == 0;
}

void eq_matcher_stats(const struct eq_matcher *m, struct eq_matcher_stats *out)
{
    *out = m->stats;
    eq_engine_stats(m->engine, &out->engine);
}
