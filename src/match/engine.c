/* engine.c — see engine.h.
 *
 * Always true between events: no bit of `truth` or `known` is set, and `found` is empty. Clearing costs what was set. */
#include "match/engine.h"

#include <stdlib.h>

#include "match/dispatch.h"
#include "match/index.h"
#include "match/memo.h"

/* Expressions that may be computed for one event, each combination of array values counted: a tenth of a second at
 * worst, and far more than any real event needs of all public rules. */
#define CHOICES_PER_EVENT 1000000

/* Bytes of remembered values and their predicates. */
#define MEMO_BYTES (32u << 20)
/* Events before there is a memo: short inputs, as those of rule tests, do not pay for its table. */
#define MEMO_AFTER 256
/* Unknown answers that are followed both ways, of one clause. */
#define UNKNOWN_CHOICES 64
/* Candidates asked while the jumps of a later one are fetched. */
#define FETCH_AHEAD 6

struct eq_ruleset {
    const struct eq_alloc *alloc;
    struct eq_arena arena;
    struct eq_program *program;
    struct eq_regexes *regexes;
    uint32_t *regex_numbers; /* by the program's regex number: that of the table */
    struct eq_index *index;
    struct eq_dispatch dispatch;
    bool memo;
};

/* Predicate numbers, each at most once; has room for all. */
struct number_list {
    uint32_t *items;
    size_t n;
};

struct eq_engine {
    const struct eq_alloc *alloc;
    const struct eq_ruleset *rules;
    struct eq_decoder *decoder;
    struct eq_regex_matcher *regex;
    struct eq_index_scratch look;
    struct eq_memo *memo;    /* NULL: switched off, or too early */
    uint32_t n_events;       /* counted up to MEMO_AFTER */
    uint32_t *collected;     /* predicates of one value */
    size_t n_collected, cap_collected;
    bool nomem;              /* while collecting */
    struct eq_arena scratch; /* text made while evaluating */
    const struct eq_event *event;
    struct eq_machine machine;
    const struct eq_lineage *lineage; /* NULL: none is asked */
    uint64_t *truth, *known; /* bits by predicate; known: of lazy ones that were asked */
    struct number_list found; /* eager predicates that are true */
    struct number_list asked; /* lazy predicates that are known */
    struct number_list candidates;
    struct number_list hits;
    uint32_t *questions;     /* by clause that is a candidate: see eq_hits */
    uint32_t *stamps;        /* by clause: the event for which it last became a candidate */
    uint32_t stamp;
    uint64_t broken_elements;
    struct eq_slice elsewhere;     /* text of an event that another engine was fed; ptr NULL: none, or it was looked at */
    struct eq_engine_stats again;  /* counted while looking at such ones */
};

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
                              bool memo, const struct eq_alloc *alloc)
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
    r->memo = memo;
    eq_arena_init(&r->arena, alloc);
    enum eq_status st = number_regexes(r);
    if (st == EQ_OK)
        st = eq_index_new(&r->index, program, alloc);
    if (st == EQ_OK)
        st = eq_dispatch_build(&r->dispatch, program, &r->arena);
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

/* ── Bits ── */

static inline bool bit_get(const uint64_t *bits, uint32_t i)
{
    return bits[i >> 6] >> (i & 63) & 1;
}

static inline void bit_set(uint64_t *bits, uint32_t i)
{
    bits[i >> 6] |= (uint64_t)1 << (i & 63);
}

static inline void bit_clear(uint64_t *bits, uint32_t i)
{
    bits[i >> 6] &= ~((uint64_t)1 << (i & 63));
}

static void forget_event(struct eq_engine *e)
{
    for (size_t i = 0; i < e->found.n; i++)
        bit_clear(e->truth, e->found.items[i]);
    for (size_t i = 0; i < e->asked.n; i++) {
        bit_clear(e->truth, e->asked.items[i]);
        bit_clear(e->known, e->asked.items[i]);
    }
    e->found.n = e->asked.n = e->candidates.n = e->hits.n = 0;
    eq_arena_reset(&e->scratch);
    e->machine.choices_left = CHOICES_PER_EVENT;
}

/* ── Lazy predicates ── */

static enum eq_status ask_clause(bool *out, struct eq_engine *e, uint32_t clause);

static enum eq_status match_regexes(bool *out, uint32_t first, size_t n, struct eq_slice text, void *ctx)
{
    struct eq_engine *e = ctx;
    *out = false;
    for (size_t i = 0; i < n && !*out; i++) {
        enum eq_status st = eq_regex_match(out, e->regex, e->rules->regex_numbers[first + i], text);
        if (st != EQ_OK)
            return st;
    }
    return EQ_OK;
}

static enum eq_status ask_search(bool *out, struct eq_engine *e, const struct eq_predicate *q)
{
    struct eq_elements elements;
    enum eq_status st = eq_decode_elements(&elements, e->decoder, q->field);
    *out = false;
    if (st == EQ_INVALID) { /* a value inside them is no JSON; the event itself was read */
        e->broken_elements++;
        return EQ_OK;
    }
    if (st != EQ_OK)
        return st;
    size_t width = eq_fields_count(e->rules->program->fields->items[q->field].elements);
    struct eq_frame frame = e->event->frame;
    const struct eq_frame *outer = e->machine.frames[EQ_FRAME_ELEMENT];
    e->machine.frames[EQ_FRAME_ELEMENT] = &frame;
    for (size_t i = 0; i < elements.n && !*out && st == EQ_OK; i++) {
        frame.slots = width ? elements.slots + i * width : NULL;
        st = ask_clause(out, e, q->clause);
    }
    e->machine.frames[EQ_FRAME_ELEMENT] = outer;
    return st;
}

static bool ask_exists(const struct eq_engine *e, const struct eq_predicate *q)
{
    const struct eq_frame *frame = NULL;
    if (q->frame < EQ_FRAME_ALIAS)
        frame = e->machine.frames[q->frame];
    else if ((size_t)(q->frame - EQ_FRAME_ALIAS) < e->machine.n_aliases)
        frame = e->machine.aliases[q->frame - EQ_FRAME_ALIAS];
    return frame && frame->slots[q->field].head != EQ_END_OF_CHAIN;
}

static enum eq_status ask_lazy(bool *out, struct eq_engine *e, uint32_t number)
{
    const struct eq_predicate *q = &e->rules->program->predicates[number];
    enum eq_status st = EQ_OK;
    if (q->reads == 0 && bit_get(e->known, number)) {
        *out = bit_get(e->truth, number);
        return EQ_OK;
    }
    switch (q->kind) {
    case EQ_P_EXISTS: *out = ask_exists(e, q); break;
    case EQ_P_SEARCH: st = ask_search(out, e, q); break;
    case EQ_P_EXPR: st = eq_expr_any(out, &q->expr, &e->machine); break;
    case EQ_P_LINEAGE: *out = e->lineage && eq_lineage_holds(e->lineage, q->tracker); break;
    default: *out = false; break; /* TEXT is never lazy */
    }
    if (st != EQ_OK || q->reads != 0)
        return st;
    bit_set(e->known, number);
    if (*out)
        bit_set(e->truth, number);
    e->asked.items[e->asked.n++] = number;
    return EQ_OK;
}

static enum eq_status ask_clause(bool *out, struct eq_engine *e, uint32_t clause)
{
    const struct eq_program *p = e->rules->program;
    uint32_t at = p->clauses[clause].entry;
    while (at < EQ_REJECT) {
        const struct eq_jump *j = &p->jumps[at];
        bool yes;
        if (j->predicate < p->n_eager) {
            yes = bit_get(e->truth, j->predicate);
        } else {
            enum eq_status st = ask_lazy(&yes, e, j->predicate);
            if (st != EQ_OK)
                return st;
        }
        at = yes ? j->on_true : j->on_false;
    }
    *out = at == EQ_ACCEPT;
    return EQ_OK;
}

/* ── Clauses that read aliases or the past ── */

static bool is_unknown(const struct eq_engine *e, uint32_t predicate)
{
    return e->rules->program->predicates[predicate].reads & (EQ_READS_ALIAS | EQ_READS_PAST);
}

/* Go on from jump *at to the end, or to a predicate that is unknown; `given` is one whose answer is supposed. */
static enum eq_status follow(uint32_t *at, struct eq_engine *e, uint32_t given, bool answer)
{
    const struct eq_program *p = e->rules->program;
    while (*at < EQ_REJECT) {
        const struct eq_jump *j = &p->jumps[*at];
        bool yes = answer;
        if (j->predicate != given) {
            if (is_unknown(e, j->predicate))
                return EQ_OK;
            enum eq_status st = EQ_OK;
            if (j->predicate < p->n_eager)
                yes = bit_get(e->truth, j->predicate);
            else
                st = ask_lazy(&yes, e, j->predicate);
            if (st != EQ_OK)
                return st;
        }
        *at = yes ? j->on_true : j->on_false;
    }
    return EQ_OK;
}

/* Could the clause be true from a jump on, whatever is unknown? Beyond *choices it could. */
static enum eq_status could_hold(bool *out, struct eq_engine *e, uint32_t at, uint32_t *choices)
{
    for (;;) {
        enum eq_status st = follow(&at, e, EQ_NONE, false);
        *out = at == EQ_ACCEPT;
        if (st != EQ_OK || at >= EQ_REJECT)
            return st;
        *out = true;
        if (*choices == 0)
            return EQ_OK;
        --*choices;
        st = could_hold(out, e, e->rules->program->jumps[at].on_true, choices);
        if (st != EQ_OK || *out)
            return st;
        at = e->rules->program->jumps[at].on_false;
    }
}

/* What is left to ask of a clause: EQ_QUESTION_…, or one tracker and its answer. */
static enum eq_status find_question(uint32_t *out, struct eq_engine *e, uint32_t entry)
{
    const struct eq_program *p = e->rules->program;
    uint32_t at = entry, choices = UNKNOWN_CHOICES;
    bool could;
    enum eq_status st = follow(&at, e, EQ_NONE, false);
    *out = at == EQ_ACCEPT ? EQ_QUESTION_NONE : EQ_QUESTION_NO_HIT;
    if (st != EQ_OK || at >= EQ_REJECT)
        return st;
    const struct eq_jump *j = &p->jumps[at];
    if (p->predicates[j->predicate].kind == EQ_P_LINEAGE) {
        uint32_t if_true = j->on_true, if_false = j->on_false;
        st = follow(&if_true, e, j->predicate, true);
        if (st == EQ_OK)
            st = follow(&if_false, e, j->predicate, false);
        if (st != EQ_OK)
            return st;
        if (if_true >= EQ_REJECT && if_true == if_false)
            *out = if_true == EQ_ACCEPT ? EQ_QUESTION_NONE : EQ_QUESTION_NO_HIT;
        else if (if_true >= EQ_REJECT && if_false >= EQ_REJECT)
            *out = p->predicates[j->predicate].tracker << 1 | (if_true == EQ_ACCEPT);
        if (if_true >= EQ_REJECT && if_false >= EQ_REJECT)
            return EQ_OK;
    }
    st = could_hold(&could, e, at, &choices);
    *out = could ? EQ_QUESTION_ALL : EQ_QUESTION_NO_HIT;
    return st;
}

/* ── An event ── */

static void note_true(struct eq_engine *e, const uint32_t *predicates, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bit_get(e->truth, predicates[i]))
            continue;
        bit_set(e->truth, predicates[i]);
        e->found.items[e->found.n++] = predicates[i];
    }
}

static void collect(const uint32_t *predicates, uint32_t n, void *ctx)
{
    struct eq_engine *e = ctx;
    if (!eq_grow(e->alloc, &e->collected, &e->cap_collected, e->n_collected + n, sizeof *e->collected)) {
        e->nomem = true;
        return;
    }
    memcpy(e->collected + e->n_collected, predicates, n * sizeof *predicates);
    e->n_collected += n;
}

static void note_run(const uint32_t *predicates, uint32_t n, void *ctx)
{
    note_true(ctx, predicates, n);
}

/* The predicates that a value makes true, from memory or from the index. */
static enum eq_status look_at(struct eq_engine *e, uint32_t field, enum eq_index_work work, const struct eq_value *v)
{
    struct eq_memo_key key;
    const uint32_t *list;
    uint32_t n;
    bool worth = false;
    if (work == EQ_INDEX_NONE || v->type == EQ_NULL) /* an object: it is there, no more */
        return EQ_OK;
    if (work == EQ_INDEX_LITTLE || !e->memo)
        return eq_index_look(e->rules->index, field, v, &e->look, note_run, e);
    if (eq_memo_find(e->memo, field, v, &key, &list, &n, &worth)) {
        note_true(e, list, n);
        return EQ_OK;
    }
    e->n_collected = 0;
    enum eq_status st = eq_index_look(e->rules->index, field, v, &e->look, collect, e);
    if (st != EQ_OK || e->nomem)
        return EQ_NOMEM;
    note_true(e, e->collected, e->n_collected);
    if (worth)
        eq_memo_put(e->memo, &key, e->collected, (uint32_t)e->n_collected);
    return EQ_OK;
}

static enum eq_status find_predicates(struct eq_engine *e)
{
    const struct eq_event *event = e->event;
    const struct eq_index_field *fields = eq_index_fields(e->rules->index);
    for (size_t i = 0; i < event->n_touched; i++) {
        uint32_t field = event->touched[i], exists = fields[field].exists;
        uint32_t v = event->frame.slots[field].head;
        if (exists != EQ_NONE && v != EQ_END_OF_CHAIN)
            note_true(e, &exists, 1);
        for (; v != EQ_END_OF_CHAIN; v = event->frame.next[v]) {
            enum eq_status st = look_at(e, field, fields[field].work, &event->frame.values[v]);
            if (st != EQ_OK)
                return st;
        }
    }
    return EQ_OK;
}

static void add_candidate(struct eq_engine *e, uint32_t clause)
{
    if (e->stamps[clause] == e->stamp)
        return;
    e->stamps[clause] = e->stamp;
    e->candidates.items[e->candidates.n++] = clause;
}

static void find_candidates(struct eq_engine *e)
{
    const struct eq_dispatch *d = &e->rules->dispatch;
    if (++e->stamp == 0) { /* wrapped around: old stamps would look new */
        memset(e->stamps, 0, e->rules->program->n_clauses * sizeof *e->stamps);
        e->stamp = 1;
    }
    for (size_t i = 0; i < e->found.n; i++) {
        uint32_t witness = e->found.items[i];
        if (witness >= e->rules->program->n_witnesses)
            continue;
        for (uint32_t c = d->starts[witness]; c < d->starts[witness + 1]; c++)
            add_candidate(e, d->clauses[c]);
    }
    for (size_t i = 0; i < d->n_always; i++)
        add_candidate(e, d->always[i]);
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
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

static enum eq_status find_hits(struct eq_engine *e)
{
    const struct eq_clause *clauses = e->rules->program->clauses;
    for (size_t i = 0; i < e->candidates.n; i++) {
        uint32_t clause = e->candidates.items[i];
        fetch_ahead(e, i + FETCH_AHEAD);
        bool yes;
        enum eq_status st;
        e->questions[clause] = EQ_QUESTION_NONE;
        if (clauses[clause].reads & (EQ_READS_ALIAS | EQ_READS_PAST)) {
            st = find_question(&e->questions[clause], e, clauses[clause].entry);
            yes = e->questions[clause] != EQ_QUESTION_NO_HIT;
        } else {
            st = ask_clause(&yes, e, clause);
        }
        if (st != EQ_OK)
            return st;
        if (yes)
            e->hits.items[e->hits.n++] = clause;
    }
    if (e->hits.n > 1)
        qsort(e->hits.items, e->hits.n, sizeof *e->hits.items, ascending);
    return EQ_OK;
}

enum eq_status eq_engine_feed(struct eq_hits *out, struct eq_engine *e, struct eq_slice text,
                              struct eq_decode_error *error)
{
    forget_event(e);
    e->event = NULL;
    e->elsewhere = (struct eq_slice){0};
    enum eq_status st = eq_decode(&e->event, e->decoder, text, error);
    if (st != EQ_OK)
        return st;
    e->machine.frames[EQ_FRAME_EVENT] = &e->event->frame;
    if (e->rules->memo && e->n_events < MEMO_AFTER && ++e->n_events == MEMO_AFTER)
        st = eq_memo_new(&e->memo, MEMO_BYTES, e->alloc);
    if (st == EQ_OK)
        st = find_predicates(e);
    if (st != EQ_OK)
        return st;
    find_candidates(e);
    if ((st = find_hits(e)) != EQ_OK)
        return st;
    *out = (struct eq_hits){e->event, e->hits.items, e->hits.n, e->questions};
    return EQ_OK;
}

/* When the event happened: the first value of the timestamp field. */
static void find_time(struct eq_finding *out, const struct eq_engine *e)
{
    const struct eq_frame *f = &out->event->frame;
    uint32_t field = e->rules->program->timestamp_field;
    uint32_t v = field == EQ_NONE ? EQ_END_OF_CHAIN : f->slots[field].head;
    out->has_time = v != EQ_END_OF_CHAIN && eq_time_of_value(&out->time, &f->values[v]);
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

void eq_engine_fed_elsewhere(struct eq_engine *e, struct eq_slice text)
{
    e->elsewhere = text;
}

static struct eq_engine_stats stats_of(const struct eq_engine *e)
{
    struct eq_regex_stats regex = eq_regex_stats(e->regex);
    return (struct eq_engine_stats){regex.fallbacks, regex.failures, e->machine.gave_up, e->broken_elements};
}

static void add_stats(struct eq_engine_stats *sum, struct eq_engine_stats plus, struct eq_engine_stats minus)
{
    sum->regex_fallbacks += plus.regex_fallbacks - minus.regex_fallbacks;
    sum->regex_failures += plus.regex_failures - minus.regex_failures;
    sum->choices_cut += plus.choices_cut - minus.choices_cut;
    sum->broken_elements += plus.broken_elements - minus.broken_elements;
}

static enum eq_status look_again(struct eq_engine *e)
{
    struct eq_decode_error error;
    struct eq_hits hits;
    struct eq_engine_stats before = stats_of(e);
    enum eq_status st = eq_engine_feed(&hits, e, e->elsewhere, &error);
    add_stats(&e->again, stats_of(e), before);
    return st;
}

enum eq_status eq_engine_ask(bool *out, struct eq_engine *e, uint32_t clause, const struct eq_frame *const *aliases,
                             size_t n_aliases)
{
    if (e->elsewhere.ptr) {
        enum eq_status again = look_again(e);
        if (again != EQ_OK)
            return again;
    }
    e->machine.aliases = aliases;
    e->machine.n_aliases = n_aliases;
    enum eq_status st = ask_clause(out, e, clause);
    e->machine.aliases = NULL;
    e->machine.n_aliases = 0;
    return st;
}

void eq_engine_add_stats(const struct eq_engine *e, struct eq_engine_stats *sum)
{
    add_stats(sum, stats_of(e), e->again);
}

/* ── Life ── */

static bool make_list(struct number_list *l, const struct eq_alloc *alloc, size_t n)
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
    eq_arena_init(&e->scratch, alloc);
    eq_index_scratch_init(&e->look, alloc);
    e->machine = (struct eq_machine){.scratch = &e->scratch, .regex = match_regexes, .ctx = e};
    size_t words = p->n_predicates / 64 + 1;
    e->truth = eq_new(alloc, words * sizeof *e->truth);
    e->known = eq_new(alloc, words * sizeof *e->known);
    e->stamps = eq_new(alloc, (p->n_clauses + 1) * sizeof *e->stamps);
    e->questions = eq_new(alloc, (p->n_clauses + 1) * sizeof *e->questions);
    enum eq_status st = EQ_NOMEM;
    if (!e->truth || !e->known || !e->stamps || !e->questions || !make_list(&e->found, alloc, p->n_eager) ||
        !make_list(&e->asked, alloc, p->n_predicates) || !make_list(&e->candidates, alloc, p->n_clauses) ||
        !make_list(&e->hits, alloc, p->n_clauses))
        goto failed;
    if ((st = eq_decoder_new(&e->decoder, p->fields, decode, alloc)) != EQ_OK)
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
    eq_free(e->alloc, e->collected);
    eq_arena_free(&e->scratch);
    eq_free(e->alloc, e->truth);
    eq_free(e->alloc, e->known);
    eq_free(e->alloc, e->stamps);
    eq_free(e->alloc, e->questions);
    eq_free(e->alloc, e->found.items);
    eq_free(e->alloc, e->asked.items);
    eq_free(e->alloc, e->candidates.items);
    eq_free(e->alloc, e->hits.items);
    eq_free(e->alloc, e);
}
