/* engine.c — see engine.h: rulesets, the life of an engine, and the way of an event through it. */
#include "match/engine_priv.h"

#include "base/sort.h"

/* Expressions that may be computed for one event, each combination of array values counted: a tenth of a second at
 * worst, and far more than any real event needs of all public rules. */
#define CHOICES_PER_EVENT 1000000

/* Bytes of remembered values and what follows from them, and of decisions. */
#define MEMO_BYTES (24u << 20)
#define DECISION_BYTES (8u << 20)
/* Events before there is either: short inputs, as those of rule tests, do not pay for their tables. */
#define MEMO_AFTER 256
/* Candidates asked while the jumps of a later one are fetched. */
#define FETCH_AHEAD 6

/* ── Rulesets ── */

static enum eq_status number_regexes(struct eq_ruleset *r)
{
    const struct eq_program *p = r->program;
    r->regex_numbers = eq_arena_alloc(&r->arena, (p->n_regexes + 1) * sizeof *r->regex_numbers);
    if (!r->regex_numbers)
        return EQ_NOMEM;
    for (size_t i = 0; i < p->n_regexes; i++) {
        struct eq_regex_error error; /* there is none: the same patterns were added when the rules were checked */
        enum eq_status st = eq_regexes_add(&r->regex_numbers[i], r->regexes, p->regexes[i].pattern, p->regexes[i].fold,
                                           &error);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

enum eq_status eq_ruleset_new(struct eq_ruleset **out, struct eq_program *program, struct eq_regexes *regexes,
                              enum eq_engine_stages stages, const struct eq_alloc *alloc)
{
    struct eq_ruleset *r = eq_new(alloc, sizeof *r);
    if (!r) {
        eq_program_free(program);
        eq_regexes_free(regexes);
        return EQ_NOMEM;
    }
    r->alloc = alloc;
    r->program = program;
    r->regexes = regexes;
    r->stages = stages;
    eq_arena_init(&r->arena, alloc);
    enum eq_status st = number_regexes(r);
    if (st == EQ_OK)
        st = eq_index_new(&r->index, program, alloc);
    if (st == EQ_OK)
        st = eq_dispatch_build(&r->dispatch, program, &r->arena);
    if (st == EQ_OK && stages >= EQ_ENGINE_DECISIONS)
        st = eq_guards_build(&r->guards, program, &r->arena);
    if (st != EQ_OK) {
        eq_ruleset_free(r);
        return st;
    }
    *out = r;
    return EQ_OK;
}

void eq_ruleset_free(struct eq_ruleset *r)
{
    if (!r)
        return;
    eq_index_free(r->index);
    eq_regexes_free(r->regexes);
    eq_program_free(r->program);
    eq_arena_free(&r->arena);
    eq_free(r->alloc, r);
}

const struct eq_program *eq_ruleset_program(const struct eq_ruleset *r)
{
    return r->program;
}

/* ── An event ── */

static void forget_event(struct eq_engine *e)
{
    size_t words = eq_bit_words(e->rules->program->n_predicates);
    if (e->found.n > words / 8)
        memset(e->truth, 0, words * sizeof *e->truth);
    for (size_t i = 0; i < e->found.n && e->found.n <= words / 8; i++)
        eq_bit_clear(e->truth, e->found.items[i]);
    for (size_t i = 0; i < e->asked.n; i++) {
        eq_bit_clear(e->truth, e->asked.items[i]);
        eq_bit_clear(e->known, e->asked.items[i]);
    }
    e->found.n = e->asked.n = e->candidates.n = e->hits.n = 0;
    e->n_pending = 0;
    e->decision = NULL;
    eq_arena_reset(&e->scratch);
    e->machine.choices_left = CHOICES_PER_EVENT;
}

/* Jumps of different clauses lie far apart: have those of a candidate fetched while others are asked. */
static void fetch_ahead(const struct eq_engine *e, size_t candidate)
{
#if defined(__GNUC__)
    const struct eq_program *p = e->rules->program;
    if (candidate < e->candidates.n && p->clauses[e->candidates.items[candidate]].entry < EQ_REJECT)
        __builtin_prefetch(&p->jumps[p->clauses[e->candidates.items[candidate]].entry]);
#else
    (void)e, (void)candidate;
#endif
}

static inline enum eq_status ask_candidate(struct eq_engine *e, uint32_t clause)
{
    const struct eq_clause *c = &e->rules->program->clauses[clause];
    enum eq_status st;
    bool yes;
    e->questions[clause] = EQ_QUESTION_NONE;
    if (c->reads & (EQ_READS_ALIAS | EQ_READS_PAST)) {
        st = eq_engine_question(&e->questions[clause], e, c->entry);
        yes = e->questions[clause] != EQ_QUESTION_NO_HIT;
    } else {
        st = eq_engine_ask_clause(&yes, e, clause);
    }
    if (st == EQ_OK && yes)
        e->hits.items[e->hits.n++] = clause;
    return st;
}

static inline enum eq_status ask_candidates(struct eq_engine *e)
{
    for (size_t i = 0; i < e->candidates.n; i++) {
        fetch_ahead(e, i + FETCH_AHEAD);
        enum eq_status st = ask_candidate(e, e->candidates.items[i]);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

/* The same with a clock. */
EQ_PROFILED static enum eq_status time_candidates(struct eq_engine *e)
{
    for (size_t i = 0; i < e->candidates.n; i++) {
        uint32_t clause = e->candidates.items[i];
        fetch_ahead(e, i + FETCH_AHEAD);
        enum eq_status st = ask_candidate(e, clause);
        if (st != EQ_OK)
            return st;
        e->profile->parts[clause].ns += eq_profile_lap(e->profile, EQ_PROFILE_ASK);
    }
    return EQ_OK;
}

/* All hits in order: those that were asked are sorted, and merged from behind with those that need no asking. */
static void gather_hits(struct eq_engine *e)
{
    uint32_t *hits = e->hits.items;
    eq_sort_numbers(hits, e->hits.n);
    if (!e->decision)
        return;
    const uint32_t *certain = e->decision->certain;
    size_t asked = e->hits.n, n = e->decision->n_certain, at = asked + n;
    e->hits.n = at;
    while (n > 0) {
        if (asked > 0 && hits[asked - 1] > certain[n - 1]) {
            hits[--at] = hits[--asked];
            continue;
        }
        hits[--at] = certain[--n];
        e->questions[hits[at]] = EQ_QUESTION_NONE;
    }
}

/* The event at hand, once its hits are known. */
static void count_event(struct eq_engine *e)
{
    struct eq_profile *p = e->profile;
    uint32_t n_certain = e->decision ? e->decision->n_certain : 0;
    p->events++;
    p->timed += p->is_timed;
    p->candidates += e->candidates.n + n_certain;
    p->evaluations += e->candidates.n;
    p->predicates += e->found.n;
    p->lazy += e->asked.n;
    for (size_t i = 0; i < e->candidates.n; i++) {
        p->parts[e->candidates.items[i]].candidates++;
        p->parts[e->candidates.items[i]].evaluations++;
    }
    for (uint32_t i = 0; i < n_certain; i++)
        p->parts[e->decision->certain[i]].candidates++;
}

/* After some events, begin to remember. */
static enum eq_status remember(struct eq_engine *e)
{
    const struct eq_ruleset *r = e->rules;
    if (r->stages == EQ_ENGINE_PLAIN || e->n_events >= MEMO_AFTER || ++e->n_events < MEMO_AFTER)
        return EQ_OK;
    enum eq_status st = eq_memo_new(&e->memo, MEMO_BYTES, e->alloc);
    if (st == EQ_OK && r->guards.n_fields)
        st = eq_decisions_new(&e->decisions, r->program, &r->guards, DECISION_BYTES, e->alloc);
    return st;
}

/* remember, look and ask, with a profile. */
EQ_PROFILED static enum eq_status profile_event(struct eq_engine *e)
{
    enum eq_status st;
    eq_profile_lap(e->profile, EQ_PROFILE_DECODE);
    if ((st = remember(e)) != EQ_OK || (st = eq_engine_look(e)) != EQ_OK)
        return st;
    eq_profile_lap(e->profile, EQ_PROFILE_LOOK);
    st = e->profile->is_timed ? time_candidates(e) : ask_candidates(e);
    if (st == EQ_OK)
        count_event(e);
    return st;
}

enum eq_status eq_engine_feed(struct eq_hits *out, struct eq_engine *e, struct eq_slice text,
                              struct eq_decode_error *error)
{
    forget_event(e);
    e->event = NULL;
    e->elsewhere = (struct eq_slice){0};
    if (e->profile)
        eq_profile_begin(e->profile);
    enum eq_status st = eq_decode(&e->event, e->decoder, text, error);
    if (st != EQ_OK)
        return st;
    e->machine.frames[EQ_FRAME_EVENT] = &e->event->frame;
    if (e->profile)
        st = profile_event(e);
    else if ((st = remember(e)) == EQ_OK && (st = eq_engine_look(e)) == EQ_OK)
        st = ask_candidates(e);
    if (st != EQ_OK)
        return st;
    gather_hits(e);
    e->n_candidates += e->candidates.n;
    *out = (struct eq_hits){e->event, e->hits.items, e->hits.n, e->questions};
    return EQ_OK;
}

/* When the event happened: the first value of the timestamp field. */
static void find_time(struct eq_finding *out, struct eq_engine *e)
{
    const struct eq_frame *f = &out->event->frame;
    uint32_t field = e->rules->program->timestamp_field;
    uint32_t v = field == EQ_NONE ? EQ_END_OF_CHAIN : f->slots[field].head;
    out->has_time = v != EQ_END_OF_CHAIN && eq_time_near(&out->time, &f->values[v], &e->minute);
}

void eq_engine_find(struct eq_finding *out, struct eq_engine *e, struct eq_slice text)
{
    struct eq_hits hits;
    *out = (struct eq_finding){0};
    out->status = eq_engine_feed(&hits, e, text, &out->error);
    if (out->status != EQ_OK)
        return;
    out->event = hits.event;
    out->repaired = hits.event->repairs != 0;
    out->clauses = hits.clauses;
    out->n = hits.n;
    out->questions = hits.questions;
    find_time(out, e);
}

void eq_engine_set_lineage(struct eq_engine *e, const struct eq_lineage *lineage)
{
    e->lineage = lineage;
}

void eq_engine_fed_elsewhere(struct eq_engine *e, struct eq_slice text, const struct eq_frame *event,
                             const struct eq_known *known)
{
    e->elsewhere = text;
    e->elsewhere_event = event;
    e->told = known;
}

struct eq_engine_stats eq_engine_stats_of(const struct eq_engine *e)
{
    struct eq_regex_stats regex = eq_regex_stats(e->regex);
    return (struct eq_engine_stats){
        .regex_fallbacks = regex.fallbacks,
        .regex_failures = regex.failures,
        .choices_cut = e->machine.gave_up,
        .broken_elements = e->broken_elements,
        .candidates = e->n_candidates,
        .memo = e->memo ? eq_memo_stats(e->memo) : (struct eq_memo_stats){0},
        .shapes = eq_decoder_shapes(e->decoder),
        .decisions = e->decisions ? eq_decisions_stats(e->decisions) : (struct eq_decision_stats){0},
    };
}

void eq_engine_stats_add(struct eq_engine_stats *sum, struct eq_engine_stats plus, struct eq_engine_stats minus)
{
    sum->regex_fallbacks += plus.regex_fallbacks - minus.regex_fallbacks;
    sum->regex_failures += plus.regex_failures - minus.regex_failures;
    sum->choices_cut += plus.choices_cut - minus.choices_cut;
    sum->broken_elements += plus.broken_elements - minus.broken_elements;
    sum->candidates += plus.candidates - minus.candidates;
    sum->memo.hits += plus.memo.hits - minus.memo.hits;
    sum->memo.misses += plus.memo.misses - minus.memo.misses;
    sum->memo.resets += plus.memo.resets - minus.memo.resets;
    sum->shapes.hits += plus.shapes.hits - minus.shapes.hits;
    sum->shapes.misses += plus.shapes.misses - minus.shapes.misses;
    sum->shapes.resets += plus.shapes.resets - minus.shapes.resets;
    sum->decisions.hits += plus.decisions.hits - minus.decisions.hits;
    sum->decisions.misses += plus.decisions.misses - minus.decisions.misses;
    sum->decisions.made += plus.decisions.made - minus.decisions.made;
    sum->decisions.resets += plus.decisions.resets - minus.decisions.resets;
}

static enum eq_status look_again(struct eq_engine *e)
{
    struct eq_decode_error error;
    struct eq_hits hits;
    struct eq_engine_stats before = eq_engine_stats_of(e);
    struct eq_profile *profile = e->profile;
    e->profile = NULL; /* that is noted where it was fed */
    enum eq_status st = eq_engine_feed(&hits, e, e->elsewhere, &error);
    e->profile = profile;
    eq_engine_stats_add(&e->again, eq_engine_stats_of(e), before);
    return st;
}

/* Before the first question about an event that another engine was fed. */
static enum eq_status know_elsewhere(struct eq_engine *e)
{
    if (!e->told->all)
        return look_again(e);
    forget_event(e);
    eq_engine_believe(e, e->elsewhere_event, e->told);
    e->elsewhere = (struct eq_slice){0};
    return EQ_OK;
}

enum eq_status eq_engine_ask(bool *out, struct eq_engine *e, uint32_t clause, const struct eq_frame *const *aliases,
                             size_t n_aliases)
{
    if (e->elsewhere.ptr) {
        enum eq_status known = know_elsewhere(e);
        if (known != EQ_OK)
            return known;
    }
    e->machine.aliases = aliases;
    e->machine.n_aliases = n_aliases;
    size_t asked = e->asked.n;
    enum eq_status st = eq_engine_ask_clause(out, e, clause);
    e->machine.aliases = NULL;
    e->machine.n_aliases = 0;
    if (e->profile) {
        e->profile->parts[clause].evaluations++;
        e->profile->evaluations++;
        e->profile->lazy += e->asked.n - asked;
    }
    return st;
}

enum eq_status eq_engine_open_profile(struct eq_engine *e)
{
    return eq_profile_new(&e->profile, e->rules->program->n_clauses, e->alloc);
}

const struct eq_profile *eq_engine_profile(const struct eq_engine *e)
{
    return e->profile;
}

void eq_engine_add_stats(const struct eq_engine *e, struct eq_engine_stats *sum)
{
    struct eq_engine_stats mine = eq_engine_stats_of(e);
    eq_engine_stats_add(sum, mine, e->again);
    sum->shapes.bytes += mine.shapes.bytes;
    sum->memo.bytes += mine.memo.bytes;
    sum->decisions.bytes += mine.decisions.bytes;
    sum->decisions.residuals += mine.decisions.residuals;
}

/* ── Life ── */

static bool make_list(struct eq_number_list *l, const struct eq_alloc *alloc, size_t n)
{
    l->items = eq_new(alloc, (n + 1) * sizeof *l->items);
    return l->items != NULL;
}

enum eq_status eq_engine_new(struct eq_engine **out, const struct eq_ruleset *rules,
                             const struct eq_decode_options *decode, const struct eq_alloc *alloc)
{
    const struct eq_program *p = rules->program;
    struct eq_engine *e = eq_new(alloc, sizeof *e);
    if (!e)
        return EQ_NOMEM;
    e->alloc = alloc;
    e->rules = rules;
    e->fields = eq_index_fields(rules->index);
    eq_arena_init(&e->scratch, alloc);
    eq_index_scratch_init(&e->look, alloc);
    e->machine = (struct eq_machine){.scratch = &e->scratch, .regex = eq_engine_match_regexes, .ctx = e};
    size_t words = eq_bit_words(p->n_predicates);
    e->truth = eq_new(alloc, words * sizeof *e->truth);
    e->known = eq_new(alloc, words * sizeof *e->known);
    e->stamps = eq_new(alloc, (p->n_clauses + 1) * sizeof *e->stamps);
    e->questions = eq_new(alloc, (p->n_clauses + 1) * sizeof *e->questions);
    enum eq_status st = EQ_NOMEM;
    if (!e->truth || !e->known || !e->stamps || !e->questions || !make_list(&e->found, alloc, p->n_eager) ||
        !make_list(&e->asked, alloc, p->n_predicates) || !make_list(&e->candidates, alloc, p->n_clauses) ||
        !make_list(&e->hits, alloc, p->n_clauses))
        goto failed;
    struct eq_decode_options options = decode ? *decode : (struct eq_decode_options){0};
    if (rules->stages == EQ_ENGINE_PLAIN)
        options.shapes = EQ_SHAPES_NEVER;
    if ((st = eq_decoder_new(&e->decoder, p->fields, &options, alloc)) != EQ_OK)
        goto failed;
    if ((st = eq_regex_matcher_new(&e->regex, rules->regexes, alloc)) != EQ_OK)
        goto failed;
    *out = e;
    return EQ_OK;
failed:
    eq_engine_free(e);
    return st;
}

void eq_engine_free(struct eq_engine *e)
{
    if (!e)
        return;
    eq_decoder_free(e->decoder);
    eq_regex_matcher_free(e->regex);
    eq_index_scratch_free(&e->look);
    eq_memo_free(e->memo);
    eq_decisions_free(e->decisions);
    eq_profile_free(e->profile);
    eq_free(e->alloc, e->predicates);
    eq_free(e->alloc, e->clauses);
    eq_arena_free(&e->scratch);
    eq_free(e->alloc, e->truth);
    eq_free(e->alloc, e->known);
    eq_free(e->alloc, e->stamps);
    eq_free(e->alloc, e->questions);
    eq_free(e->alloc, e->visits);
    eq_free(e->alloc, e->answers);
    eq_free(e->alloc, e->found.items);
    eq_free(e->alloc, e->asked.items);
    eq_free(e->alloc, e->candidates.items);
    eq_free(e->alloc, e->hits.items);
    eq_free(e->alloc, e);
}
