/* why.c — the parts of a plan, numbered, and what is needed to ask them. See why.h.
 *
 *      plan ─▶ parts: AND 0 ─┬─ ANY 1 ─ code                 event ─▶ decoder ─▶ ask all parts ─▶ values
 *                            └─ NOT 2 ─── ANY 3 ─ code
 *
 * Expressions are compiled as for the engine, one for each leaf, against fields and regexes of their own. */
#include "match/why_priv.h"

#include "event/survey.h"
#include "match/regex.h"

/* As the engine's: docs/semantics.md, Limits. */
#define CHOICES_PER_EVENT 1000000

const char *const eq_why_value_names[] = {"false", "true", "null", "unknown", "none"};

/* ── Parts ── */

struct maker {
    struct eq_why *w;
    struct eq_fields *element_fields;
    uint32_t search, stage, n_regexes;
    bool negated;
};

/* A leaf ends the walk, but conditions stand below SEARCH and LINEAGE too. */
static uint32_t first_kid(const struct eq_node *n)
{
    return n->kind == EQ_N_SEARCH ? 1 : n->kind == EQ_N_EXISTS || n->kind == EQ_N_ANY ? n->n_kids : 0;
}

/* A NOT that is only how the plan says `!=`, `not in` or `== null`: the same text as what it is around. */
static bool is_spelling(const struct eq_node *n)
{
    const struct eq_node *kid = n->kind == EQ_N_NOT ? n->kids[0] : NULL;
    return kid && (kid->kind == EQ_N_ANY || kid->kind == EQ_N_EXISTS) && kid->span.start == n->span.start &&
           kid->span.end == n->span.end;
}

static size_t count_parts(const struct eq_node *n)
{
    size_t total = 1;
    for (uint32_t i = first_kid(n); i < n->n_kids; i++)
        total += count_parts(n->kids[i]);
    return total;
}

static enum eq_status resolve_field(uint32_t *out, const struct eq_node *field, void *ctx)
{
    struct maker *m = ctx;
    struct eq_fields *fields = field->frame == EQ_FRAME_ELEMENT ? m->element_fields : m->w->fields;
    return eq_fields_add(out, fields, field->path);
}

static enum eq_status compile_expr(struct eq_expr *out, struct maker *m, const struct eq_node *n)
{
    struct eq_expr_resolver resolve = {resolve_field, m};
    enum eq_status st = eq_expr_compile(out, n, &m->w->arena, &resolve, &m->n_regexes);
    for (uint32_t i = 0; i < out->n_sets && st == EQ_OK; i++)
        for (size_t k = 0; out->sets[i].patterns && k < out->sets[i].n && st == EQ_OK; k++) {
            uint32_t number;
            struct eq_regex_error error; /* there is none: the rule was compiled before */
            st = eq_regexes_add(&number, m->w->regexes, out->sets[i].patterns[k], out->sets[i].fold, &error);
        }
    return st;
}

static enum eq_status make_any(struct maker *m, struct eq_why_entry *p)
{
    const struct eq_node *e = p->node->kids[0];
    enum eq_status st = compile_expr(&p->expr, m, e);
    if (st == EQ_OK && e->n_kids && e->kids[0]->kind == EQ_N_CALL)
        st = compile_expr(&p->left, m, e->kids[0]);
    if (st != EQ_OK)
        return st;
    p->picked = eq_arena_alloc(&m->w->arena, (p->expr.n_choices + 1u) * sizeof *p->picked);
    return p->picked ? EQ_OK : EQ_NOMEM;
}

static enum eq_status make_part(struct maker *m, const struct eq_node *n, uint32_t parent)
{
    struct eq_why *w = m->w;
    uint32_t number = w->n_parts++, search = m->search;
    struct eq_fields *element_fields = m->element_fields;
    struct eq_why_entry *p = &w->parts[number];
    enum eq_status st = EQ_OK;
    *p = (struct eq_why_entry){.node = n,
                               .parent = parent,
                               .stage = m->stage,
                               .search = search,
                               .tracker = EQ_NONE,
                               .weight = 1,
                               .inverted = is_spelling(n),
                               .value = EQ_WHY_NONE};
    bool negated = m->negated;
    m->negated ^= n->kind == EQ_N_NOT;
    if (p->inverted)
        p->node = n = n->kids[0];
    p->negated = m->negated;
    if (n->kind == EQ_N_ANY)
        st = make_any(m, p);
    else if (n->kind == EQ_N_EXISTS)
        st = resolve_field(&p->field, n->kids[0], m);
    else if (n->kind == EQ_N_SEARCH) {
        st = eq_fields_add_array(&p->field, w->fields, n->kids[0]->path);
        if (st == EQ_OK) {
            m->element_fields = w->fields->items[p->field].elements;
            m->search = number;
        }
    }
    for (uint32_t i = first_kid(n); i < n->n_kids && st == EQ_OK; i++)
        st = make_part(m, n->kids[i], number);
    m->element_fields = element_fields;
    m->search = search;
    m->negated = negated;
    p->next = w->n_parts;
    return st;
}

static const struct eq_plan_stage *stage_at(const struct eq_why *w, uint32_t stage)
{
    return eq_plan_filter(w->plan, stage);
}

static enum eq_status make_stage(struct maker *m, uint32_t stage)
{
    struct eq_why *w = m->w;
    const struct eq_plan_stage *s = stage_at(w, stage);
    enum eq_status st = EQ_OK;
    m->stage = stage;
    w->roots[stage] = w->n_parts;
    for (uint32_t k = 0; k < w->n_keys && st == EQ_OK; k++)
        st = eq_fields_add(&w->keys[stage * w->n_keys + k], w->fields, s->keys[k].path);
    if (st == EQ_OK)
        st = make_part(m, s->filter, EQ_NONE);
    /* An event of another category is no near miss. */
    if (st == EQ_OK && s->filter->kind == EQ_N_AND && s->filter->kids[0]->kind == EQ_N_ANY)
        w->parts[w->roots[stage] + 1].weight = 3;
    return st;
}

static enum eq_status make_parts(struct eq_why *w)
{
    struct maker m = {.w = w, .search = EQ_NONE};
    size_t total = 0;
    w->n_stages = eq_plan_filters(w->plan);
    w->n_keys = w->plan->stages[0].n_keys;
    for (uint32_t i = 0; i < w->n_stages; i++)
        total += count_parts(stage_at(w, i)->filter);
    w->parts = eq_arena_alloc(&w->arena, total * sizeof *w->parts);
    w->roots = eq_arena_alloc(&w->arena, w->n_stages * sizeof *w->roots);
    w->keys = eq_arena_alloc(&w->arena, (w->n_stages * w->n_keys + 1u) * sizeof *w->keys);
    w->aliases = eq_arena_alloc(&w->arena, w->n_stages * sizeof(struct eq_frame *));
    w->bound = eq_arena_alloc(&w->arena, w->n_stages * sizeof *w->bound);
    w->near = eq_arena_alloc(&w->arena, w->n_stages * sizeof(struct eq_why_near *));
    w->n_near = eq_arena_alloc(&w->arena, w->n_stages * sizeof *w->n_near);
    if (!w->parts || !w->roots || !w->keys || !w->aliases || !w->bound || !w->near || !w->n_near)
        return EQ_NOMEM;
    enum eq_status st = EQ_OK;
    for (uint32_t i = 0; i < w->n_stages && st == EQ_OK; i++) {
        eq_buf_init(&w->bound[i].text, w->alloc);
        w->near[i] = eq_arena_alloc(&w->arena, EQ_WHY_NEAR * sizeof *w->near[i]);
        st = w->near[i] ? make_stage(&m, i) : EQ_NOMEM;
    }
    return st;
}

/* ── The past ── */

/* Which of the program's trackers a LINEAGE is: equal ones are one. */
static enum eq_status find_tracker(struct eq_why_entry *p, const struct eq_program *program,
                                   const struct eq_alloc *alloc)
{
    struct eq_buf wanted, text;
    eq_buf_init(&wanted, alloc);
    eq_buf_init(&text, alloc);
    eq_node_print(&wanted, p->node);
    for (size_t i = 0; i < program->n_predicates && p->tracker == EQ_NONE; i++) {
        const struct eq_predicate *q = &program->predicates[i];
        if (q->kind != EQ_P_LINEAGE)
            continue;
        eq_buf_clear(&text);
        eq_node_print(&text, q->node);
        if (eq_slice_eq(eq_buf_slice(&text), eq_buf_slice(&wanted)))
            p->tracker = q->tracker;
    }
    enum eq_status st = wanted.failed || text.failed ? EQ_NOMEM : EQ_OK;
    eq_buf_free(&wanted);
    eq_buf_free(&text);
    return st;
}

static enum eq_status add_patterns(struct eq_regexes *regexes, const struct eq_node *n)
{
    enum eq_status st = EQ_OK;
    for (uint32_t i = 0; i < n->n_kids && st == EQ_OK; i++)
        st = add_patterns(regexes, n->kids[i]);
    for (uint32_t i = 1; n->kind == EQ_N_REGEX && i < n->n_kids && st == EQ_OK; i++) {
        uint32_t number;
        struct eq_regex_error error;
        st = eq_regexes_add(&number, regexes, eq_value_slice(&n->kids[i]->value), n->fold, &error);
    }
    return st;
}

static enum eq_status make_program(struct eq_program **out, struct eq_regexes **regexes, struct eq_why *w)
{
    struct eq_slice time = w->options.timestamp_field;
    enum eq_status st = eq_program_new(out, true, w->alloc);
    if (st == EQ_OK)
        st = eq_regexes_new(regexes, w->alloc);
    if (st == EQ_OK)
        st = eq_program_add(*out, w->plan, NULL);
    for (uint32_t i = 0; i < w->n_stages && st == EQ_OK; i++)
        st = add_patterns(*regexes, stage_at(w, i)->filter);
    if (st == EQ_OK)
        st = eq_fields_add(&(*out)->timestamp_field, (*out)->fields, time.len ? time : EQ_LIT("@timestamp"));
    return st == EQ_OK ? eq_program_finish(*out) : st;
}

/* Relations between processes are remembered by a matcher that runs this rule alone. */
static enum eq_status make_past(struct eq_why *w)
{
    struct eq_program *program = NULL;
    struct eq_regexes *regexes = NULL;
    struct eq_matcher_options options = {.unwrap = w->options.unwrap};
    bool any = false;
    for (uint32_t i = 0; i < w->n_parts; i++)
        any |= w->parts[i].node->kind == EQ_N_LINEAGE;
    if (!any || w->options.alone)
        return EQ_OK;
    enum eq_status st = make_program(&program, &regexes, w);
    if (st != EQ_OK) {
        eq_program_free(program);
        eq_regexes_free(regexes);
        return st;
    }
    st = eq_ruleset_new(&w->past_rules, program, regexes, EQ_ENGINE_PLAIN, w->alloc);
    for (uint32_t i = 0; i < w->n_parts && st == EQ_OK; i++)
        if (w->parts[i].node->kind == EQ_N_LINEAGE)
            st = find_tracker(&w->parts[i], eq_ruleset_program(w->past_rules), w->alloc);
    return st == EQ_OK ? eq_matcher_new(&w->past, w->past_rules, &options, w->alloc) : st;
}

/* ── Life ── */

static enum eq_status open_why(struct eq_why *w)
{
    struct eq_decode_options decode = {.unwrap = w->options.unwrap};
    struct eq_slice time = w->options.timestamp_field;
    uint32_t number;
    enum eq_status st = eq_fields_new(&w->fields, w->alloc);
    if (st == EQ_OK &&
        w->plan->kind == EQ_PLAN_SEQUENCE) /* a time that is no JSON makes the event none: as for a matcher */
        st = eq_fields_add(&number, w->fields, time.len ? time : EQ_LIT("@timestamp"));
    if (st == EQ_OK)
        st = eq_regexes_new(&w->regexes, w->alloc);
    if (st == EQ_OK)
        st = make_parts(w);
    if (st == EQ_OK)
        st = eq_fields_freeze(w->fields);
    if (st == EQ_OK)
        st = eq_decoder_new(&w->decoder, w->fields, &decode, w->alloc);
    if (st == EQ_OK)
        st = eq_regex_matcher_new(&w->regex, w->regexes, w->alloc);
    if (st != EQ_OK)
        return st;
    w->machine = (struct eq_machine){
        .scratch = &w->scratch,
        .aliases = w->aliases,
        .n_aliases = w->n_stages,
        .regex = eq_regex_match_any,
        .ctx = w->regex,
    };
    return make_past(w);
}

enum eq_status eq_why_new(struct eq_why **out, const struct eq_plan *plan, const struct eq_why_options *options,
                          const struct eq_alloc *alloc)
{
    struct eq_why *w = eq_new(alloc, sizeof *w);
    if (!w)
        return EQ_NOMEM;
    w->alloc = alloc;
    w->plan = plan;
    w->options = *options;
    eq_arena_init(&w->arena, alloc);
    eq_arena_init(&w->scratch, alloc);
    eq_buf_init(&w->padded, alloc);
    enum eq_status st = open_why(w);
    if (st != EQ_OK) {
        eq_why_free(w);
        return st;
    }
    *out = w;
    return EQ_OK;
}

void eq_why_free(struct eq_why *w)
{
    if (!w)
        return;
    for (uint32_t i = 0; w->bound && i < w->n_stages; i++) {
        eq_decoder_free(w->bound[i].decoder);
        eq_buf_free(&w->bound[i].text);
    }
    eq_why_free_near(w);
    eq_matcher_free(w->past);
    eq_ruleset_free(w->past_rules);
    eq_decoder_free(w->decoder);
    eq_regex_matcher_free(w->regex);
    eq_regexes_free(w->regexes);
    eq_fields_free(w->fields);
    eq_survey_free(w->survey);
    eq_buf_free(&w->padded);
    eq_arena_free(&w->scratch);
    eq_arena_free(&w->arena);
    eq_free(w->alloc, w);
}

/* ── Events ── */

static void forget_event(struct eq_why *w)
{
    eq_arena_reset(&w->scratch);
    eq_survey_free(w->survey);
    w->survey = NULL;
    w->event = NULL;
    w->status = EQ_OK;
    w->work = EQ_WHY_WORK;
    w->machine.choices_left = CHOICES_PER_EVENT;
    for (uint32_t i = 0; i < w->n_parts; i++) {
        w->parts[i].value = EQ_WHY_NONE;
        w->parts[i].was_true = w->parts[i].was_false = false;
    }
}

enum eq_status eq_why_feed(struct eq_why *w, struct eq_slice text, const struct eq_origin *origin,
                           struct eq_decode_error *error)
{
    forget_event(w);
    enum eq_status st = eq_decode(&w->event, w->decoder, text, error);
    if (st == EQ_OK && w->past)
        st = eq_matcher_feed(w->past, text, origin);
    if (st != EQ_OK) {
        w->event = NULL;
        return st;
    }
    w->machine.frames[EQ_FRAME_EVENT] = &w->event->frame;
    for (uint32_t i = 0; i < w->n_stages && w->status == EQ_OK; i++)
        eq_why_ask(w, w->roots[i]);
    if (w->status != EQ_OK)
        return w->status;
    return w->options.alone || w->plan->kind == EQ_PLAN_EVENT ? EQ_OK : eq_why_note_near(w, origin);
}

enum eq_status eq_why_bind(struct eq_why *w, uint32_t stage, struct eq_slice text)
{
    struct eq_why_bound *b = &w->bound[stage];
    struct eq_decode_options decode = {.unwrap = w->options.unwrap};
    struct eq_decode_error error;
    const struct eq_event *event;
    w->aliases[stage] = NULL;
    if (!text.ptr)
        return EQ_OK;
    enum eq_status st = b->decoder ? EQ_OK : eq_decoder_new(&b->decoder, w->fields, &decode, w->alloc);
    eq_buf_clear(&b->text);
    eq_buf_add(&b->text, text);
    eq_buf_fill(&b->text, ' ', EQ_JSON_PADDING);
    if (st == EQ_OK)
        st = eq_buf_status(&b->text);
    if (st == EQ_OK)
        st = eq_decode(&event, b->decoder, eq_slice(b->text.ptr, text.len), &error);
    if (st == EQ_OK)
        w->aliases[stage] = &event->frame;
    return st;
}

/* ── Views ── */

uint32_t eq_why_count(const struct eq_why *w)
{
    return w->n_parts;
}

uint32_t eq_why_root(const struct eq_why *w, uint32_t stage)
{
    return stage < w->n_stages ? w->roots[stage] : EQ_NONE;
}

uint32_t eq_why_stage_of(const struct eq_why *w, size_t index)
{
    uint32_t stage = 0;
    for (size_t end = 0; stage < w->plan->n_stages; stage++) {
        end += w->plan->stages[stage].runs;
        if (index < end)
            break;
    }
    return stage;
}

struct eq_why_part eq_why_part(const struct eq_why *w, uint32_t number)
{
    static const char *const inverted[] = {
        [EQ_N_EXISTS] = "not exists",   [EQ_N_CALL] = "not call", [EQ_N_COMPARE] = "not compare",
        [EQ_N_IN] = "not in",           [EQ_N_LIKE] = "not like", [EQ_N_REGEX] = "not regex",
        [EQ_N_IS_NULL] = "not is null", [EQ_N_KAND] = "not and",  [EQ_N_KOR] = "not or",
        [EQ_N_KNOT] = "not not",
    };
    static const char *const names[] = {
        [EQ_N_TRUE] = "true",   [EQ_N_FALSE] = "false",   [EQ_N_AND] = "and",       [EQ_N_OR] = "or",
        [EQ_N_NOT] = "not",     [EQ_N_EXISTS] = "exists", [EQ_N_SEARCH] = "search", [EQ_N_LINEAGE] = "lineage",
        [EQ_N_CONST] = "value", [EQ_N_FIELD] = "field",   [EQ_N_CALL] = "call",     [EQ_N_COMPARE] = "compare",
        [EQ_N_IN] = "in",       [EQ_N_LIKE] = "like",     [EQ_N_REGEX] = "regex",   [EQ_N_IS_NULL] = "is null",
        [EQ_N_KAND] = "and",    [EQ_N_KOR] = "or",        [EQ_N_KNOT] = "not",
    };
    const struct eq_why_entry *p = &w->parts[number];
    const struct eq_node *n = p->node->kind == EQ_N_ANY ? p->node->kids[0] : p->node;
    return (struct eq_why_part){
        .number = number,
        .parent = p->parent,
        .stage = p->stage,
        .next = p->next,
        .value = (enum eq_why_value)p->value,
        .was_true = p->was_true,
        .was_false = p->was_false,
        .kind = eq_slice_of(p->inverted && inverted[n->kind] ? inverted[n->kind] : names[n->kind]),
        .span = p->node->span,
    };
}
