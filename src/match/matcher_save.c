/* matcher_save.c — the whole past of a matcher, written down and read back; save.h has the picture.
 *
 * A rule that is still the same takes up its part; the part of any other is passed over, since its length stands in
 * front of it. Clocks, held events and processes belong to no rule and are always taken up. */
#include <assert.h>
#include <stddef.h>

#include "match/matcher_priv.h"
#include "match/save.h"

#define N_OF(array) (sizeof(array) / sizeof *(array))

static const size_t rule_counters[] = {
    offsetof(struct eq_rule_stats, hits),      offsetof(struct eq_rule_stats, results),
    offsetof(struct eq_rule_stats, started),   offsetof(struct eq_rule_stats, completed),
    offsetof(struct eq_rule_stats, refuted),   offsetof(struct eq_rule_stats, overwritten),
    offsetof(struct eq_rule_stats, killed),    offsetof(struct eq_rule_stats, expired),
    offsetof(struct eq_rule_stats, evicted),   offsetof(struct eq_rule_stats, live),
    offsetof(struct eq_rule_stats, peak),      offsetof(struct eq_rule_stats, forgotten),
    offsetof(struct eq_rule_stats, not_kept),
};
static_assert(sizeof(struct eq_rule_stats) == N_OF(rule_counters) * sizeof(uint64_t), "every counter is saved");

static const size_t total_counters[] = {
    offsetof(struct eq_matcher_stats, events),          offsetof(struct eq_matcher_stats, bad_events),
    offsetof(struct eq_matcher_stats, repaired_events), offsetof(struct eq_matcher_stats, bytes),
    offsetof(struct eq_matcher_stats, alerts),          offsetof(struct eq_matcher_stats, no_timestamp),
    offsetof(struct eq_matcher_stats, late),
};

static const size_t engine_counters[] = {
    offsetof(struct eq_engine_stats, regex_fallbacks),
    offsetof(struct eq_engine_stats, regex_failures),
    offsetof(struct eq_engine_stats, choices_cut),
    offsetof(struct eq_engine_stats, broken_elements),
};
static_assert(offsetof(struct eq_engine_stats, shapes) == N_OF(engine_counters) * sizeof(uint64_t),
              "every counter of results is saved; those behind tell of speed, and depend on threads");

/* What is kept of a rule depends on this, too. */
enum kind { KIND_EVENT, KIND_SEQUENCE, KIND_SAMPLE };

static enum kind kind_of(const struct eq_matcher *m, size_t rule)
{
    return m->sequences[rule] ? KIND_SEQUENCE : m->samples[rule] ? KIND_SAMPLE : KIND_EVENT;
}

static struct eq_slice path_of(const struct eq_program *p, uint32_t field)
{
    return field == EQ_NONE ? eq_slice("", 0) : p->fields->items[field].path;
}

/* ── Saving ── */

static void save_rule(struct eq_saving *s, const struct eq_matcher *m, uint32_t rule)
{
    eq_pack_u64(s->out, kind_of(m, rule));
    eq_save_counters(s->out, &m->rule_stats[rule], rule_counters, N_OF(rule_counters));
    if (m->sequences[rule])
        eq_sequence_save(s, m->sequences[rule]);
    if (m->samples[rule])
        eq_sample_save(s, m->samples[rule]);
    eq_results_save(s, m->results[rule]);
}

static enum eq_status count_bytes(struct eq_slice bytes, void *ctx)
{
    *(uint64_t *)ctx += bytes.len;
    return EQ_OK;
}

/* Go through the rules without writing: their lengths, and the events that they need. */
static uint64_t *measure_rules(struct eq_saving *s, const struct eq_matcher *m)
{
    uint64_t *lengths = eq_new(m->alloc, (m->program->n_rules + 1) * sizeof *lengths);
    uint64_t written = 0, before = 0;
    struct eq_pack nothing, *out = s->out;
    eq_pack_init(&nothing, count_bytes, &written, m->alloc);
    s->out = &nothing;
    for (uint32_t i = 0; lengths && i < m->program->n_rules; i++) {
        save_rule(s, m, i);
        lengths[i] = written + nothing.waiting.len - before;
        before += lengths[i];
    }
    s->out = out;
    enum eq_status st = eq_pack_end(&nothing);
    if (!lengths || st != EQ_OK)
        out->status = out->status != EQ_OK ? out->status : lengths ? st : EQ_NOMEM;
    return lengths;
}

static void save_settings(struct eq_pack *p, const struct eq_matcher *m)
{
    struct eq_matcher_stats stats;
    eq_matcher_stats(m, &stats);
    eq_pack_bytes(p, path_of(m->program, m->program->timestamp_field));
    eq_pack_bytes(p, path_of(m->program, m->program->tiebreaker_field));
    eq_pack_bool(p, m->options.unwrap);
    eq_save_counters(p, &stats, total_counters, N_OF(total_counters));
    eq_save_counters(p, &stats.engine, engine_counters, N_OF(engine_counters));
    eq_pack_u64(p, stats.keys_cut);
    eq_pack_u64(p, stats.memory_peak);
}

static void save_fields(struct eq_pack *p, const struct eq_matcher *m)
{
    const struct eq_past_fields *kept = &m->context.past_fields;
    eq_pack_u64(p, kept->n);
    for (size_t i = 0; i < kept->n; i++)
        eq_pack_bytes(p, path_of(m->program, kept->fields[i]));
}

void eq_matcher_save(struct eq_pack *p, struct eq_matcher *m, const struct eq_rule_identity *identities)
{
    struct eq_saving s = {.out = p, .alloc = m->alloc, .ended = m->ended};
    s.values = eq_new(m->alloc, EQ_PLAN_KEYS_MAX * sizeof *s.values);
    if (!s.values && p->status == EQ_OK)
        p->status = EQ_NOMEM;
    uint64_t *lengths = s.values ? measure_rules(&s, m) : NULL;
    save_settings(p, m);
    eq_clocks_save(&s, &m->context.clocks, m->sequences);
    save_fields(p, m);
    eq_save_events(&s, &m->context.past_fields);
    eq_lineage_save(p, m->lineage, m->alloc);
    eq_pack_bool(p, m->reorder);
    if (m->reorder)
        eq_reorder_save(&s, m->reorder, m->context.clocks.n_keys);
    eq_pack_u64(p, m->program->n_rules);
    for (uint32_t i = 0; i < m->program->n_rules && p->status == EQ_OK; i++) {
        eq_pack_raw(p, eq_slice(identities[i].bytes, sizeof identities[i].bytes));
        eq_pack_u64(p, lengths[i]);
        save_rule(&s, m, i);
    }
    eq_clocks_save_lanes(&s, &m->context.clocks, m->sequences);
    eq_free(m->alloc, lengths);
    eq_free(m->alloc, s.events);
    eq_free(m->alloc, s.values);
}

/* ── Restoring ── */

/* Rules by their content. Of those that are the same the first is taken up first. */
struct rules_by_content {
    struct eq_intern identities;
    uint32_t *first; /* by number of the identity: a rule, EQ_NONE when all are taken */
    uint32_t *next;  /* by rule */
};

static enum eq_status order_rules(struct rules_by_content *r, const struct eq_matcher *m,
                                  const struct eq_rule_identity *identities)
{
    size_t n = m->program->n_rules;
    eq_intern_init(&r->identities, m->alloc);
    r->first = eq_new(m->alloc, (n + 1) * sizeof *r->first);
    r->next = eq_new(m->alloc, (n + 1) * sizeof *r->next);
    if (!r->first || !r->next)
        return EQ_NOMEM;
    for (uint32_t i = (uint32_t)n; i-- > 0;) {
        uint32_t number;
        bool added;
        enum eq_status st = eq_intern_put(&number, &r->identities,
                                          eq_slice(identities[i].bytes, sizeof identities[i].bytes), &added);
        if (st != EQ_OK)
            return st;
        r->next[i] = added ? EQ_NONE : r->first[number];
        r->first[number] = i;
    }
    return EQ_OK;
}

static uint32_t take_rule(struct rules_by_content *r, struct eq_slice identity)
{
    uint32_t number = eq_intern_find(&r->identities, identity);
    uint32_t rule = number == EQ_NONE ? EQ_NONE : r->first[number];
    if (rule != EQ_NONE)
        r->first[number] = r->next[rule];
    return rule;
}

static void check_setting(struct eq_unpack *u, struct eq_slice now, const char *why)
{
    struct eq_slice then = eq_unpack_bytes(u);
    if (then.len && now.len && !eq_slice_eq(then, now))
        eq_unpack_fail(u, EQ_INVALID, why);
}

static void restore_settings(struct eq_unpack *u, struct eq_matcher *m, struct eq_slice *timestamp,
                           struct eq_slice *tiebreaker)
{
    const struct eq_program *p = m->program;
    struct eq_unpack names = *u;
    *timestamp = eq_unpack_bytes(&names);
    *tiebreaker = eq_unpack_bytes(&names);
    check_setting(u, path_of(p, p->timestamp_field), "it was made with another field of the time");
    check_setting(u, path_of(p, p->tiebreaker_field), "it was made with another field of the tiebreaker");
    if (eq_unpack_bool(u) != m->options.unwrap)
        eq_unpack_fail(u, EQ_INVALID, "it was made with another way to read envelopes");
    eq_restore_counters(&m->stats, u, total_counters, N_OF(total_counters));
    eq_restore_counters(&m->before, u, engine_counters, N_OF(engine_counters));
    m->context.keys.cut = eq_unpack_u64(u);
}

static void restore_fields(struct eq_restoring *r, const struct eq_matcher *m)
{
    const struct eq_past_fields *kept = &m->context.past_fields;
    size_t n = eq_unpack_count(r->in);
    if (!eq_unpack_ok(r->in))
        return;
    r->fields = eq_new(m->alloc, (n + 1) * sizeof *r->fields);
    if (!r->fields)
        eq_unpack_fail(r->in, EQ_NOMEM, NULL);
    while (r->n_fields < n && eq_unpack_ok(r->in)) {
        struct eq_slice path = eq_unpack_bytes(r->in);
        uint32_t now = EQ_NONE;
        for (size_t i = 0; i < kept->n; i++)
            if (eq_slice_eq(path_of(m->program, kept->fields[i]), path))
                now = kept->fields[i];
        r->fields[r->n_fields++] = now;
    }
}

/* Held events are taken up though no rule asks for order any more: they have not been matched yet. */
static void restore_held(struct eq_restoring *r, struct eq_matcher *m, struct eq_slice timestamp,
                         struct eq_slice tiebreaker)
{
    if (!eq_unpack_bool(r->in))
        return;
    enum eq_status st = m->reorder ? EQ_OK : EQ_INVALID;
    if (!m->reorder && timestamp.len)
        st = eq_matcher_open_order(m, timestamp, tiebreaker);
    if (st != EQ_OK)
        eq_unpack_fail(r->in, st, NULL);
    else
        eq_reorder_restore(r, m->reorder);
}

static void restore_rule(struct eq_restoring *r, struct eq_matcher *m, uint32_t rule)
{
    struct eq_rule_stats stats;
    bool was_open = !eq_results_done(m->results[rule]);
    eq_restore_counters(&stats, r->in, rule_counters, N_OF(rule_counters));
    if (m->sequences[rule])
        eq_sequence_restore(r, m->sequences[rule]);
    if (m->samples[rule])
        eq_sample_restore(r, m->samples[rule]);
    eq_results_restore(r, m->results[rule], rule);
    if (stats.live != m->rule_stats[rule].live || r->in->at != r->in->end)
        eq_unpack_fail(r->in, EQ_INVALID, NULL);
    m->rule_stats[rule] = stats;
    m->n_open -= was_open && eq_results_done(m->results[rule]);
    eq_restore_check_memory(r);
}

static void restore_rules(struct eq_restored *out, struct eq_restoring *r, struct eq_matcher *m,
                          struct rules_by_content *rules)
{
    struct eq_unpack *whole = r->in, part;
    size_t n = eq_unpack_count(whole);
    r->rules = eq_unpack_ok(whole) ? eq_new(m->alloc, (n + 1) * sizeof *r->rules) : NULL;
    if (!r->rules)
        eq_unpack_fail(whole, EQ_NOMEM, NULL);
    for (; r->n_rules < n && eq_unpack_ok(whole); r->n_rules++) {
        uint32_t rule = take_rule(rules, eq_unpack_raw(whole, sizeof(struct eq_rule_identity)));
        struct eq_slice text = eq_unpack_bytes(whole);
        eq_unpack_init(&part, text);
        uint64_t kind = eq_unpack_most(&part, KIND_SAMPLE);
        if (rule != EQ_NONE && (!eq_unpack_ok(whole) || kind != kind_of(m, rule)))
            rule = EQ_NONE;
        r->rules[r->n_rules] = rule;
        if (rule == EQ_NONE) {
            out->dropped++;
            continue;
        }
        r->in = &part;
        restore_rule(r, m, rule);
        r->in = whole;
        if (!eq_unpack_ok(&part))
            eq_unpack_fail(whole, part.status, part.why);
        out->kept++;
    }
    out->fresh = m->program->n_rules - out->kept;
}

void eq_matcher_restore(struct eq_restored *out, struct eq_unpack *u, struct eq_matcher *m,
                        const struct eq_rule_identity *identities)
{
    struct rules_by_content rules = {0};
    struct eq_slice timestamp, tiebreaker;
    struct eq_restoring r = {.in = u, .budget = &m->budget, .kept_fields = &m->context.past_fields};
    *out = (struct eq_restored){0};
    eq_buf_init(&r.tuple, m->alloc);
    r.values = eq_new(m->alloc, EQ_PLAN_KEYS_MAX * sizeof *r.values);
    r.alert_events = eq_new(m->alloc, EQ_PLAN_STAGES_MAX * sizeof *r.alert_events);
    if (!r.values || !r.alert_events || order_rules(&rules, m, identities) != EQ_OK)
        eq_unpack_fail(u, EQ_NOMEM, NULL);
    restore_settings(u, m, &timestamp, &tiebreaker);
    uint64_t peak = eq_unpack_u64(u);
    eq_clocks_restore(&r, &m->context.clocks);
    restore_fields(&r, m);
    eq_restore_events(&r);
    eq_lineage_restore(u, m->lineage, m->alloc);
    restore_held(&r, m, timestamp, tiebreaker);
    restore_rules(out, &r, m, &rules);
    eq_clocks_restore_lanes(&r, m->sequences);
    eq_restoring_end(&r);
    m->budget.peak = peak > m->budget.used ? peak : m->budget.used; /* events that nobody needs do not count */
    eq_intern_free(&rules.identities);
    eq_free(m->alloc, rules.first);
    eq_free(m->alloc, rules.next);
}
