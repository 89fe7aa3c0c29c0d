/* lint_set.c — rules beside each other: the same query twice, or one within another.
 *
 *      rule A   process where process.name : ("cmd.exe", "pwsh.exe") and …
 *      rule B   process where process.name : ("cmd.exe", "a*")                      is A within B?
 *
 * If A is within B, each part of B's `and` follows from A. So every rule is filed under one part of its own, the
 * rarest, by its texts: B under "cmd.exe" and under "patterns of process.name". A looks only where its own texts lie,
 * and there proves or gives up. The same queries are found by their canonical text, parts sorted. */
#include <stdlib.h>

#include "base/intern.h"
#include "base/utf8.h"
#include "lint/implies.h"
#include "lint/lint.h"
#include "plan/glob.h"
#include "plan/selectivity.h"

#define CANDIDATES_MAX 256u /* rules that one rule is compared with */
#define STEPS_OF_A_PAIR 20000u

struct filed {           /* a rule in a drawer */
    uint32_t rule, next; /* next: number + 1, 0: the last */
};

struct set {
    const struct eq_lint_rule *rules;
    size_t n;
    enum eq_severity least;
    struct eq_diags *diags;
    struct eq_arena scratch;
    struct eq_buf text;
    struct eq_intern drawers;
    uint32_t *heads; /* by drawer: number in `filed` + 1 */
    size_t heads_cap;
    struct filed *filed;
    size_t n_filed, filed_cap;
    uint32_t *asked;               /* by rule: the last rule that was compared with it, + 1 */
    bool *told;                    /* by rule: it is the same as an earlier one */
    const struct eq_node **rarest; /* by rule: the part that it is filed under */
    unsigned candidates;           /* rules that the one at hand was compared with */
    bool found;                    /* a wider one among them */
    bool nomem;
};

/* ── The same ── */

static int by_bytes(const void *a, const void *b)
{
    return eq_slice_cmp(*(const struct eq_slice *)a, *(const struct eq_slice *)b);
}

static void print_sorted(struct set *s, struct eq_buf *out, const struct eq_node *n);

/* The parts of an `and` or `or` have no order. */
static void print_parts(struct set *s, struct eq_buf *out, const struct eq_node *n)
{
    struct eq_slice *parts = eq_arena_alloc(&s->scratch, n->n_kids * sizeof *parts);
    struct eq_buf one;
    eq_buf_init(&one, s->scratch.alloc);
    for (uint32_t i = 0; parts && i < n->n_kids; i++) {
        eq_buf_clear(&one);
        print_sorted(s, &one, n->kids[i]);
        parts[i] = eq_arena_copy(&s->scratch, eq_buf_slice(&one));
        s->nomem |= !parts[i].ptr || eq_buf_status(&one) != EQ_OK;
    }
    eq_buf_free(&one);
    s->nomem |= !parts;
    if (s->nomem)
        return;
    qsort(parts, n->n_kids, sizeof *parts, by_bytes);
    eq_buf_puts(out, n->kind == EQ_N_AND ? "(and" : "(or");
    for (uint32_t i = 0; i < n->n_kids; i++) {
        eq_buf_putc(out, ' ');
        eq_buf_add(out, parts[i]);
    }
    eq_buf_putc(out, ')');
}

static void print_sorted(struct set *s, struct eq_buf *out, const struct eq_node *n)
{
    if (n->kind == EQ_N_AND || n->kind == EQ_N_OR) {
        print_parts(s, out, n);
    } else if (n->kind == EQ_N_NOT) {
        eq_buf_puts(out, "(not ");
        print_sorted(s, out, n->kids[0]);
        eq_buf_putc(out, ')');
    } else {
        eq_node_print(out, n);
    }
}

static void print_stage(struct set *s, struct eq_buf *out, const struct eq_plan_stage *stage)
{
    eq_buf_printf(out, "\n%u %u %u ", stage->missing, stage->runs, stage->n_keys);
    for (uint32_t i = 0; i < stage->n_keys; i++) {
        eq_buf_puts(out, stage->keys[i].optional ? "?" : " ");
        eq_buf_eql(out, stage->keys[i].path);
    }
    print_sorted(s, out, stage->filter);
}

static void print_query(struct set *s, struct eq_buf *out, const struct eq_plan *plan)
{
    eq_buf_printf(out, "%d %lld", plan->kind, (long long)plan->maxspan_ns);
    for (uint32_t i = 0; i < plan->n_pipes; i++)
        eq_buf_printf(out, "|%d %u", plan->pipes[i].kind, plan->pipes[i].count);
    for (uint32_t i = 0; i < plan->n_stages; i++)
        print_stage(s, out, &plan->stages[i]);
    if (plan->until) {
        eq_buf_puts(out, "\nuntil");
        print_stage(s, out, plan->until);
    }
}

static void report(struct set *s, enum eq_code code, uint32_t at, uint32_t other, const char *what)
{
    const struct eq_lint_rule *a = &s->rules[at], *b = &s->rules[other];
    struct eq_slice where = b->source->name.len ? b->source->name : b->id;
    if (eq_code_severity(code) > s->least || eq_slice_eq(a->id, b->id)) /* the same id: W0703 says so */
        return;
    struct eq_diag *d = eq_diag_add(s->diags, code, a->source, a->plan->stages[0].filter->span, "%s %.*s", what,
                                    (int)(where.len > 300 ? 300 : where.len), where.ptr);
    if (d)
        d->rule = a->id;
}

/* The first rule with each query keeps its place; later ones are told. */
static void find_same(struct set *s)
{
    struct eq_intern queries;
    uint32_t *first = eq_new(s->scratch.alloc, (s->n + 1) * sizeof *first), id;
    bool added;
    eq_intern_init(&queries, s->scratch.alloc);
    s->nomem |= !first;
    for (uint32_t i = 0; i < s->n && !s->nomem; i++) {
        struct eq_arena_mark mark = eq_arena_mark(&s->scratch);
        eq_buf_clear(&s->text);
        print_query(s, &s->text, s->rules[i].plan);
        if (eq_buf_status(&s->text) != EQ_OK || eq_intern_put(&id, &queries, eq_buf_slice(&s->text), &added) != EQ_OK)
            s->nomem = true;
        else if (added)
            first[id] = i;
        else
            report(s, EQ_W0511, i, first[id], "the same query as that of");
        s->told[i] = !s->nomem && !added;
        eq_arena_rewind(&s->scratch, mark);
    }
    eq_free(s->scratch.alloc, first);
    eq_intern_free(&queries);
}

/* ── Drawers ── */

/* Does something with the drawer named by s->text. */
typedef void drawer_use(struct set *s, uint32_t rule);

static bool is_field_list(const struct eq_node *n)
{
    return n->kind == EQ_N_ANY && eq_is_list(n->kids[0]) && n->kids[0]->kind != EQ_N_REGEX &&
           n->kids[0]->kids[0]->kind == EQ_N_FIELD;
}

static void name_by_text(struct set *s, const struct eq_node *list, uint32_t i)
{
    const struct eq_value *v = &list->kids[i]->value;
    eq_buf_clear(&s->text);
    eq_node_print(&s->text, list->kids[0]);
    eq_buf_putc(&s->text, '=');
    if (v->type == EQ_STRING)
        eq_fold(&s->text, eq_value_slice(v));
    else
        eq_value_json(&s->text, v);
}

static void name_by_field(struct set *s, const struct eq_node *list)
{
    eq_buf_clear(&s->text);
    eq_node_print(&s->text, list->kids[0]);
    eq_buf_putc(&s->text, '*');
}

/* Part of a wider rule: the drawers that a narrower one may look into. */
static void file_part(struct set *s, const struct eq_node *part, uint32_t rule, drawer_use *use)
{
    if (part->kind == EQ_N_OR) {
        for (uint32_t i = 0; i < part->n_kids; i++)
            file_part(s, part->kids[i], rule, use);
    } else if (is_field_list(part)) {
        const struct eq_node *list = part->kids[0];
        bool patterns = false;
        for (uint32_t i = 1; i < list->n_kids; i++) {
            const struct eq_value *v = &list->kids[i]->value;
            bool wild = list->kind == EQ_N_LIKE && eq_glob_is_wild(eq_value_slice(v));
            if (!wild)
                name_by_text(s, list, i);
            else if (!patterns)
                name_by_field(s, list);
            if (!wild || !patterns)
                use(s, rule);
            patterns |= wild;
        }
    } else {
        eq_buf_clear(&s->text);
        eq_node_print(&s->text, part);
        use(s, rule);
    }
}

/* Part of a narrower rule: the drawers where a wider one may lie. If one holds all of a list, it holds its first. */
static void look_for_part(struct set *s, const struct eq_node *part, uint32_t rule, drawer_use *use)
{
    eq_buf_clear(&s->text);
    eq_node_print(&s->text, part);
    use(s, rule);
    while (part->kind == EQ_N_OR)
        part = part->kids[0];
    if (!is_field_list(part))
        return;
    name_by_text(s, part->kids[0], 1);
    use(s, rule);
    name_by_field(s, part->kids[0]);
    use(s, rule);
}

static void put(struct set *s, uint32_t rule)
{
    uint32_t id;
    bool added;
    if (eq_buf_status(&s->text) != EQ_OK || eq_intern_put(&id, &s->drawers, eq_buf_slice(&s->text), &added) != EQ_OK ||
        !eq_grow(s->scratch.alloc, &s->heads, &s->heads_cap, id + 1u, sizeof *s->heads) ||
        !eq_grow(s->scratch.alloc, &s->filed, &s->filed_cap, s->n_filed + 1, sizeof *s->filed)) {
        s->nomem = true;
        return;
    }
    s->filed[s->n_filed] = (struct filed){rule, added ? 0 : s->heads[id]};
    s->heads[id] = (uint32_t)++s->n_filed;
}

/* ── One within another ── */

static bool is_comparable(const struct eq_plan *plan)
{
    return plan->kind == EQ_PLAN_EVENT && plan->n_pipes == 0;
}

static uint32_t count_parts(const struct eq_node *filter)
{
    return filter->kind == EQ_N_AND ? filter->n_kids : 1;
}

static const struct eq_node *part_of(const struct eq_node *filter, uint32_t i)
{
    return filter->kind == EQ_N_AND ? filter->kids[i] : filter;
}

/* How much a rule in the drawers of this part would be in the way of others. */
static double share_of(const struct eq_node *part)
{
    double sum = 0;
    if (part->kind == EQ_N_OR)
        for (uint32_t i = 0; i < part->n_kids; i++)
            sum += share_of(part->kids[i]);
    else
        sum = is_field_list(part) ? eq_selectivity(part) : 2;
    return sum;
}

static const struct eq_node *rarest_part(const struct eq_node *filter)
{
    const struct eq_node *best = part_of(filter, 0);
    double least = share_of(best);
    for (uint32_t i = 1; i < count_parts(filter); i++) {
        double share = share_of(part_of(filter, i));
        if (share < least) {
            least = share;
            best = part_of(filter, i);
        }
    }
    return best;
}

static bool is_within(struct set *s, uint32_t a, uint32_t b)
{
    const struct eq_node *narrow = s->rules[a].plan->stages[0].filter, *wide = s->rules[b].plan->stages[0].filter;
    struct eq_arena_mark mark = eq_arena_mark(&s->scratch);
    struct eq_prover prover = {.scratch = &s->scratch, .steps_left = STEPS_OF_A_PAIR};
    bool within = eq_implies(&prover, narrow, s->rarest[b]) && eq_implies(&prover, narrow, wide);
    s->nomem |= prover.nomem;
    eq_arena_rewind(&s->scratch, mark);
    return within;
}

/* Compare `rule` with those in the drawer, until one is wider. */
static void ask(struct set *s, uint32_t rule)
{
    uint32_t id = eq_buf_status(&s->text) == EQ_OK ? eq_intern_find(&s->drawers, eq_buf_slice(&s->text)) : EQ_NONE;
    s->nomem |= eq_buf_status(&s->text) != EQ_OK;
    for (uint32_t at = id == EQ_NONE ? 0 : s->heads[id]; at && !s->found && s->candidates < CANDIDATES_MAX;
         at = s->filed[at - 1].next) {
        uint32_t other = s->filed[at - 1].rule;
        if (other == rule || s->told[other] || s->asked[other] == rule + 1)
            continue;
        s->asked[other] = rule + 1;
        s->candidates++;
        if (!is_within(s, rule, other))
            continue;
        s->found = true;
        if (!is_within(s, other, rule)) {
            report(s, EQ_W0512, rule, other, "all that this query finds is also found by that of");
        } else {
            uint32_t later = other > rule ? other : rule;
            report(s, EQ_W0511, later, other > rule ? rule : other, "finds the same as the query of");
            s->told[later] = true;
        }
    }
}

static void find_within(struct set *s)
{
    for (uint32_t i = 0; i < s->n && !s->nomem; i++)
        if (!s->told[i] && is_comparable(s->rules[i].plan)) {
            s->rarest[i] = rarest_part(s->rules[i].plan->stages[0].filter);
            file_part(s, s->rarest[i], i, put);
        }
    for (uint32_t i = 0; i < s->n && !s->nomem; i++) {
        if (s->told[i] || !is_comparable(s->rules[i].plan))
            continue;
        const struct eq_node *filter = s->rules[i].plan->stages[0].filter;
        s->found = false;
        s->candidates = 0;
        for (uint32_t k = 0; k < count_parts(filter) && !s->found; k++)
            look_for_part(s, part_of(filter, k), i, ask);
    }
}

enum eq_status eq_lint_set(const struct eq_lint_rule *rules, size_t n, enum eq_severity least, struct eq_diags *diags)
{
    const struct eq_alloc *alloc = diags->alloc;
    struct set s = {.rules = rules, .n = n, .least = least, .diags = diags};
    eq_arena_init(&s.scratch, alloc);
    eq_buf_init(&s.text, alloc);
    eq_intern_init(&s.drawers, alloc);
    s.asked = eq_new(alloc, (n + 1) * sizeof *s.asked);
    s.told = eq_new(alloc, (n + 1) * sizeof *s.told);
    s.rarest = eq_new(alloc, (n + 1) * sizeof *s.rarest);
    s.nomem = !s.asked || !s.told || !s.rarest;
    if (!s.nomem)
        find_same(&s);
    if (!s.nomem)
        find_within(&s);
    eq_free(alloc, s.asked);
    eq_free(alloc, s.told);
    eq_free(alloc, s.rarest);
    eq_free(alloc, s.heads);
    eq_free(alloc, s.filed);
    eq_intern_free(&s.drawers);
    eq_buf_free(&s.text);
    eq_arena_free(&s.scratch);
    return s.nomem || diags->failed ? EQ_NOMEM : EQ_OK;
}
