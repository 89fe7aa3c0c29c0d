/* matcher.c — the matcher and its alerts, seen from outside. */
#include "api/handles.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

struct eqlite_matcher {
    struct eqlite_rules *rules;
    struct eq_matcher *inner;
    eqlite_matcher_options options;
    struct eq_buf keys;   /* of a trace */
    struct eq_buf padded; /* copy of an event that has no padding behind it */
};

static enum eq_status forward_alert(const struct eq_alert *alert, void *ctx)
{
    struct eqlite_matcher *m = ctx;
    struct eqlite_alert outside = {alert, &m->rules->alloc};
    if (!m->options.on_alert)
        return EQ_OK;
    return m->options.on_alert(&outside, m->options.ctx) ? EQ_OK : EQ_END;
}

static void add_keys(struct eq_buf *out, const struct eq_value *keys, size_t n)
{
    eq_buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            eq_buf_putc(out, ',');
        eq_value_json(out, &keys[i]);
    }
    eq_buf_putc(out, ']');
}

static void forward_trace(const struct eq_trace *trace, void *ctx)
{
    static const char *const names[] = {
        [EQ_TRACE_STARTED] = "started",   [EQ_TRACE_EXTENDED] = "extended", [EQ_TRACE_COMPLETED] = "completed",
        [EQ_TRACE_REPLACED] = "replaced", [EQ_TRACE_EXPIRED] = "expired",   [EQ_TRACE_ENDED] = "ended",
        [EQ_TRACE_REFUTED] = "refuted",   [EQ_TRACE_GIVEN_UP] = "given up", [EQ_TRACE_WAITING] = "waiting",
    };
    struct eqlite_matcher *m = ctx;
    eq_buf_clear(&m->keys);
    add_keys(&m->keys, trace->keys, trace->n_keys);
    if (eq_buf_status(&m->keys) != EQ_OK)
        return; /* only the story is cut short */
    eqlite_trace outside = {
        .what = names[trace->what],
        .rule = trace->rule,
        .events = trace->n_events,
        .needed = trace->n_needed,
        .keys = eq_api_string(eq_buf_slice(&m->keys)),
        .first_path = eq_api_string(trace->first->path),
        .last_path = eq_api_string(trace->last->path),
        .first_line = trace->first->line,
        .last_line = trace->last->line,
    };
    m->options.on_trace(&outside, m->options.ctx);
}

static void forward_bad_event(const struct eq_origin *origin, const struct eq_decode_error *error, void *ctx)
{
    struct eqlite_matcher *m = ctx;
    eqlite_bad_event outside = {eq_api_string(origin->path), origin->line, origin->offset, error->offset, error->message};
    m->options.on_bad_event(&outside, m->options.ctx);
}

eqlite_status eqlite_matcher_new(eqlite_matcher **out, eqlite_rules *rules, const eqlite_matcher_options *options)
{
    struct eqlite_matcher *m = eq_new(&rules->alloc, sizeof *m);
    if (!m)
        return EQLITE_NOMEM;
    eq_api_options(&m->options, sizeof m->options, options);
    m->rules = eqlite_rules_retain(rules);
    eq_buf_init(&m->padded, &rules->alloc);
    eq_buf_init(&m->keys, &rules->alloc);
    struct eq_matcher_options inner = {
        .on_alert = forward_alert,
        .on_bad_event = m->options.on_bad_event ? forward_bad_event : NULL,
        .ctx = m,
        .limit = m->options.limit,
        .samples_per_key = m->options.samples_per_key,
        .unwrap = m->options.unwrap,
        .memory_bytes = m->options.memory_bytes,
        .order = {.lateness_ns = m->options.max_lateness_ns, .folder = m->options.temporary_folder},
        .on_trace = m->options.on_trace ? forward_trace : NULL,
        .threads = m->options.threads,
        .block_bytes = m->options.block_bytes,
        .profile = m->options.profile,
    };
    enum eq_status st = eq_matcher_new(&m->inner, rules->ruleset, &inner, &rules->alloc);
    if (st != EQ_OK) {
        eqlite_matcher_free(m);
        return eq_api_status(st);
    }
    *out = m;
    return EQLITE_OK;
}

void eqlite_matcher_free(eqlite_matcher *m)
{
    if (!m)
        return;
    struct eqlite_rules *rules = m->rules;
    eq_matcher_free(m->inner);
    eq_buf_free(&m->padded);
    eq_buf_free(&m->keys);
    eq_free(&rules->alloc, m);
    eqlite_rules_free(rules);
}

struct eqlite_rules *eq_api_matcher_rules(const eqlite_matcher *m, bool *unwrap)
{
    *unwrap = m->options.unwrap;
    return m->rules;
}

eqlite_status eqlite_matcher_feed(eqlite_matcher *m, const eqlite_event *event)
{
    struct eq_slice text;
    struct eq_origin origin = {eq_slice(event->path.ptr, event->path.len), event->line, event->offset};
    if (eq_matcher_done(m->inner))
        return EQLITE_OK;
    if (!eq_api_pad(&text, &m->padded, event))
        return EQLITE_NOMEM;
    return eq_api_status(eq_matcher_feed(m->inner, text, &origin));
}

eqlite_status eqlite_matcher_settle(eqlite_matcher *m)
{
    return eq_api_status(eq_matcher_settle(m->inner));
}

bool eqlite_matcher_done(const eqlite_matcher *m)
{
    return eq_matcher_done(m->inner);
}

eqlite_status eqlite_matcher_flush(eqlite_matcher *m)
{
    return eq_api_status(eq_matcher_flush(m->inner));
}

eqlite_status eqlite_matcher_advance(eqlite_matcher *m, const char *time, size_t len)
{
    struct eq_time first;
    if (!eq_time_parse(&first, NULL, eq_slice(time, len)))
        return EQLITE_INVALID;
    return m ? eq_api_status(eq_matcher_advance(m->inner, first)) : EQLITE_OK;
}

eqlite_status eqlite_matcher_finish(eqlite_matcher *m)
{
    return eq_api_status(eq_matcher_finish(m->inner));
}

void eqlite_matcher_stats(const eqlite_matcher *m, eqlite_stats *out)
{
    struct eq_matcher_stats s;
    eq_matcher_stats(m->inner, &s);
    eqlite_stats all = {
        .size = out->size,
        .events = s.events,
        .bad_events = s.bad_events,
        .repaired_events = s.repaired_events,
        .bytes = s.bytes,
        .alerts = s.alerts,
        .regex_fallbacks = s.engine.regex_fallbacks,
        .regex_failures = s.engine.regex_failures,
        .choices_cut = s.engine.choices_cut,
        .broken_elements = s.engine.broken_elements,
        .keys_cut = s.keys_cut,
        .no_timestamp = s.no_timestamp,
        .late = s.late,
        .reordered = s.reordered,
        .reorder_forced = s.reorder_forced,
        .memory_limit = s.memory_limit,
        .memory_used = s.memory_used,
        .memory_peak = s.memory_peak,
        .clocks_forgotten = s.clocks_forgotten,
    };
    memcpy(out, &all, out->size < sizeof all ? out->size : sizeof all);
}

void eqlite_matcher_rule_stats(const eqlite_matcher *m, size_t index, eqlite_rule_stats *out)
{
    eqlite_rule_stats all = {.size = out->size};
    if (index < eqlite_rules_count(m->rules)) {
        const struct eq_rule_stats *s = eq_matcher_rule_stats(m->inner, index);
        all = (eqlite_rule_stats){
            .size = out->size,
            .hits = s->hits,
            .results = s->results,
            .started = s->started,
            .completed = s->completed,
            .refuted = s->refuted,
            .overwritten = s->overwritten,
            .killed = s->killed,
            .expired = s->expired,
            .evicted = s->evicted,
            .live = s->live,
            .peak = s->peak,
            .forgotten = s->forgotten,
            .not_kept = s->not_kept,
        };
    }
    memcpy(out, &all, out->size < sizeof all ? out->size : sizeof all);
}

eqlite_status eqlite_matcher_profile(const eqlite_matcher *m, eqlite_profile *out)
{
    struct eq_profile p;
    struct eq_matcher_stats s;
    if (!eq_matcher_profile(m->inner, &p))
        return EQLITE_INVALID;
    eq_matcher_stats(m->inner, &s);
    eqlite_profile all = {
        .size = out->size,
        .events = p.events,
        .timed_events = p.timed,
        .decode_ns = p.ns[EQ_PROFILE_DECODE],
        .look_ns = p.ns[EQ_PROFILE_LOOK],
        .ask_ns = p.ns[EQ_PROFILE_ASK],
        .past_ns = p.ns[EQ_PROFILE_PAST],
        .give_ns = p.ns[EQ_PROFILE_GIVE],
        .candidates = p.candidates,
        .evaluations = p.evaluations,
        .predicates = p.predicates,
        .lazy_predicates = p.lazy,
        .memo_hits = s.engine.memo.hits,
        .memo_misses = s.engine.memo.misses,
        .memo_resets = s.engine.memo.resets,
        .memo_bytes = s.engine.memo.bytes,
        .decision_hits = s.engine.decisions.hits,
        .decision_misses = s.engine.decisions.misses,
        .decisions_made = s.engine.decisions.made,
        .decision_resets = s.engine.decisions.resets,
        .decision_bytes = s.engine.decisions.bytes,
        .residuals = s.engine.decisions.residuals,
        .shape_hits = s.engine.shapes.hits,
        .shape_misses = s.engine.shapes.misses,
        .shape_resets = s.engine.shapes.resets,
        .shape_bytes = s.engine.shapes.bytes,
    };
    memcpy(out, &all, out->size < sizeof all ? out->size : sizeof all);
    return EQLITE_OK;
}

eqlite_status eqlite_matcher_rule_profile(const eqlite_matcher *m, size_t index, eqlite_rule_profile *out)
{
    struct eq_profile_counts p;
    if (index >= eqlite_rules_count(m->rules) || !eq_matcher_rule_profile(m->inner, index, &p))
        return EQLITE_INVALID;
    const struct eq_rule_stats *s = eq_matcher_rule_stats(m->inner, index);
    eqlite_rule_profile all = {
        .size = out->size,
        .candidates = p.candidates,
        .evaluations = p.evaluations,
        .matches = p.matches,
        .results = s->results,
        .timed_ns = p.ns,
        .live = s->live,
        .bytes = eq_matcher_rule_bytes(m->inner, index),
    };
    memcpy(out, &all, out->size < sizeof all ? out->size : sizeof all);
    return EQLITE_OK;
}

/* ── Alerts ── */

size_t eqlite_alert_rule(const eqlite_alert *a)
{
    return a->alert->rule;
}

size_t eqlite_alert_event_count(const eqlite_alert *a)
{
    return a->alert->n_events;
}

eqlite_alert_event eqlite_alert_get_event(const eqlite_alert *a, size_t index)
{
    if (index >= a->alert->n_events)
        return (eqlite_alert_event){.missing = true};
    const struct eq_alert_event *e = &a->alert->events[index];
    return (eqlite_alert_event){e->missing, eq_api_string(e->json), eq_api_string(e->origin.path), e->origin.line,
                                e->origin.offset};
}

size_t eqlite_alert_key_count(const eqlite_alert *a)
{
    return a->alert->n_keys;
}

eqlite_status eqlite_alert_key(const eqlite_alert *a, size_t index, eqlite_write *write, void *ctx)
{
    struct eq_buf out;
    if (index >= a->alert->n_keys)
        return EQLITE_INVALID;
    eq_buf_init(&out, a->alloc);
    eq_value_json(&out, &a->alert->keys[index]);
    eqlite_status st = eq_api_write(&out, write, ctx);
    eq_buf_free(&out);
    return st;
}

/* ── State ── */

const struct eq_alloc *eq_api_matcher_alloc(const eqlite_matcher *m)
{
    return &m->rules->alloc;
}

static void add_part(struct eq_buf *b, struct eq_slice s)
{
    uint64_t len = s.len;
    eq_buf_add(b, eq_slice((const char *)&len, sizeof len));
    eq_buf_add(b, s);
}

/* What a rule is: its id, its plan, and the options that change what it remembers. */
static enum eq_status identify(struct eq_rule_identity *out, const eqlite_matcher *m, size_t rule, struct eq_buf *text)
{
    const struct eq_program *p = eq_ruleset_program(m->rules->ruleset);
    XXH128_canonical_t hash;
    eq_buf_clear(text);
    add_part(text, m->rules->set.items[rule]->id);
    eq_plan_print(text, p->rules[rule].plan);
    for (uint32_t i = 0; i < p->n_partition_fields; i++)
        add_part(text, p->fields->items[p->partition_fields[i]].path);
    eq_buf_printf(text, "limit %llu, samples %u", (unsigned long long)m->options.limit, m->options.samples_per_key);
    XXH128_canonicalFromHash(&hash, XXH3_128bits(text->ptr, text->len));
    memcpy(out->bytes, hash.digest, sizeof out->bytes);
    return eq_buf_status(text);
}

/* By number of the rule; NULL without memory. */
static struct eq_rule_identity *identities(const eqlite_matcher *m)
{
    const struct eq_alloc *alloc = &m->rules->alloc;
    size_t n = eqlite_rules_count(m->rules);
    struct eq_rule_identity *all = eq_new(alloc, (n + 1) * sizeof *all);
    struct eq_buf text;
    enum eq_status st = all ? EQ_OK : EQ_NOMEM;
    eq_buf_init(&text, alloc);
    for (size_t i = 0; i < n && st == EQ_OK; i++)
        st = identify(&all[i], m, i, &text);
    eq_buf_free(&text);
    if (st == EQ_OK)
        return all;
    eq_free(alloc, all);
    return NULL;
}

void eq_api_matcher_save(struct eq_pack *p, eqlite_matcher *m)
{
    struct eq_rule_identity *all = identities(m);
    enum eq_status st = all ? eq_matcher_settle(m->inner) : EQ_NOMEM;
    if (st != EQ_OK && p->status == EQ_OK)
        p->status = st;
    if (st == EQ_OK)
        eq_matcher_save(p, m->inner, all);
    eq_free(&m->rules->alloc, all);
}

void eq_api_matcher_restore(struct eq_restored *out, struct eq_unpack *u, eqlite_matcher *m)
{
    struct eq_rule_identity *all = identities(m);
    if (all)
        eq_matcher_restore(out, u, m->inner, all);
    else
        eq_unpack_fail(u, EQ_NOMEM, NULL);
    eq_free(&m->rules->alloc, all);
}
