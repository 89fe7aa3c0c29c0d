/* lower_query.c — stages, join keys, options and pipes.
 *
 *      sequence by a with maxspan=5m  [ … ] by b with runs=2 as x   until [ … ]   | head 5
 *               └─ header ─────────┘  └─ a stage ───────────────┘
 *
 * Each stage gets the keys of the header and then its own. Counts are checked by eq_build_plan. */
#include "lang/eql/lower.h"

#include "base/suggest.h"

#define MAX_RUNS 100

/* A query on its way: the plan and what stands in its header. */
struct building {
    struct eq_plan plan;
    struct eq_plan_stage until;
    const struct eql_node *keys; /* BY of the header, or NULL */
    const char *what;            /* "sequence" or "sample" */
    bool ok;
};

static const struct eql_node *kid_of(const struct eql_node *n, enum eql_kind kind)
{
    for (const struct eql_node *k = n->first; k; k = k->next)
        if (k->kind == kind)
            return k;
    return NULL;
}

static int shown(struct eq_slice s)
{
    return s.len > 100 ? 100 : (int)s.len;
}

/* ── Keys ── */

static struct eq_plan_key lower_key(struct eql_lower *lo, const struct eql_node *n)
{
    if (n->kind == EQL_FIELD)
        return (struct eq_plan_key){.path = n->text, .optional = n->flag, .span = n->span};
    if (n->kind != EQL_ERROR) {
        struct eq_diag *d = eql_lower_error(lo, EQ_E0401, n->span, "a join key must be a field");
        eql_lower_help(lo, d, "write \"by user.name\", or \"by ?user.name\" where the field may be missing");
    }
    return (struct eq_plan_key){.path = EQ_LIT("")}; /* keeps the count right */
}

static bool lower_keys(struct eql_lower *lo, struct eq_plan_stage *stage, const struct eql_node *shared,
                       const struct eql_node *own)
{
    const struct eql_node *both[] = {shared, own};
    uint64_t n = (uint64_t)(shared ? shared->n_kids : 0) + (own ? own->n_kids : 0);
    if (own && n > EQ_PLAN_KEYS_MAX)
        eql_lower_error(lo, EQ_E0903, own->span, "more than %d join keys", EQ_PLAN_KEYS_MAX);
    if (n > EQ_PLAN_KEYS_MAX)
        return false;
    stage->keys = eql_lower_room(lo, n, sizeof *stage->keys);
    for (size_t i = 0; i < 2 && stage->keys; i++)
        for (const struct eql_node *k = both[i] ? both[i]->first : NULL; k; k = k->next)
            stage->keys[stage->n_keys++] = (i == 0 && k->kind != EQL_FIELD) /* the header's were told once */
                                               ? (struct eq_plan_key){.path = EQ_LIT("")}
                                               : lower_key(lo, k);
    return stage->keys != NULL;
}

/* ── Options ── */

/* The error of a maxspan that is no positive integer. */
static int64_t wrong_maxspan(struct eql_lower *lo, const struct eql_node *number, struct eq_slice text)
{
    struct eq_diag *d = eql_lower_error(lo, EQ_E0406, number->span, "maxspan must be a positive integer with a unit, "
                                        "found %.*s", shown(text), text.ptr);
    bool fraction = number->kind == EQL_NUMBER && memchr(text.ptr, '.', text.len);
    eql_lower_help(lo, d, fraction ? "choose a smaller unit: 90m instead of 1.5h" : "write it as in maxspan=5m");
    return -1;
}

/* maxspan=5m: nanoseconds, or -1 after reporting what is wrong. */
static int64_t lower_maxspan(struct eql_lower *lo, const struct eql_node *option)
{
    static const struct {
        struct eq_slice name;
        int64_t ns;
    } units[] = {{EQ_LIT("ms"), 1000000},
                 {EQ_LIT("s"), 1000000000},
                 {EQ_LIT("m"), 60 * 1000000000LL},
                 {EQ_LIT("h"), 3600 * 1000000000LL},
                 {EQ_LIT("d"), 86400 * 1000000000LL}};
    const struct eql_node *number = option->first, *unit = number ? number->next : NULL;
    struct eq_diag *d;
    if (!number || number->kind == EQL_ERROR)
        return -1;
    struct eq_slice text = eq_slice(lo->b.source->text.ptr + number->span.start, number->span.end - number->span.start);
    if (number->kind != EQL_NUMBER || number->number.kind == EQ_NUMBER_DOUBLE)
        return wrong_maxspan(lo, number, text);
    if (number->number.kind == EQ_NUMBER_INT && number->number.i == 0) {
        eql_lower_error(lo, EQ_E0406, number->span, "maxspan must be positive, found 0");
        return -1;
    }
    if (!unit) {
        d = eql_lower_error(lo, EQ_E0406, number->span, "maxspan has no unit of time");
        eql_lower_help(lo, d, "did you mean %.*ss?", shown(text), text.ptr);
        return -1;
    }
    size_t u = 0, count = sizeof units / sizeof *units;
    while (u < count && !eq_slice_eq(units[u].name, unit->text))
        u++;
    if (u == count) {
        d = eql_lower_error(lo, EQ_E0406, unit->span, "unknown unit of time \"%.*s\"", shown(unit->text),
                            unit->text.ptr);
        eql_lower_help(lo, d, "the units are ms, s, m, h and d");
        return -1;
    }
    if (number->number.kind != EQ_NUMBER_INT || number->number.i > INT64_MAX / units[u].ns) {
        eql_lower_error(lo, EQ_E0406, number->span, "maxspan is longer than 292 years");
        return -1;
    }
    return number->number.i * units[u].ns;
}

/* with runs=3: 1 to 100. After reporting what is wrong 2, so that one stage is not told to be too few. */
static uint32_t lower_runs(struct eql_lower *lo, const struct eql_node *option)
{
    const struct eql_node *number = option->first;
    if (!eq_slice_eq(option->text, EQ_LIT("runs"))) {
        struct eq_diag *d = eql_lower_error(lo, EQ_E0405, option->name, "unknown option \"%.*s\" of a stage",
                                            shown(option->text), option->text.ptr);
        if (eq_slice_eq(option->text, EQ_LIT("maxspan")))
            eql_lower_help(lo, d, "maxspan belongs to the whole sequence: sequence with maxspan=5m [...]");
        else
            eql_lower_help(lo, d, "a stage has the option \"runs\" only");
        return 2;
    }
    if (!number || number->kind == EQL_ERROR)
        return 2;
    bool integer = number->kind == EQL_NUMBER && number->number.kind == EQ_NUMBER_INT;
    if (integer && number->number.i >= 1 && number->number.i <= MAX_RUNS && !number->next)
        return (uint32_t)number->number.i;
    if (number->next)
        eql_lower_error(lo, EQ_E0405, number->next->span, "runs has no unit");
    else
        eql_lower_error(lo, EQ_E0405, number->span, "runs must be an integer from 1 to %d", MAX_RUNS);
    return 2;
}

/* ── Stages ── */

static void check_alias(struct eql_lower *lo, const struct eq_plan_stage *stage, const struct eql_node *alias)
{
    struct eq_slice name = alias->text;
    if (lo->dialect != EQ_DIALECT_ENDPOINT) {
        struct eq_diag *d = eql_lower_error(lo, EQ_E0205, alias->span, "an alias is a feature of the endpoint dialect");
        eql_lower_help(lo, d, "Elasticsearch does not support it; choose the dialect \"endpoint\" to use it");
    } else if (stage->missing || stage->runs != 1) {
        eql_lower_error(lo, EQ_E0405, alias->span, "an alias names one event: not with \"![\" or runs");
    }
    for (uint32_t i = 0; i < lo->n_aliases; i++)
        if (eq_slice_eq(lo->aliases[i].name, name))
            eql_lower_error(lo, EQ_E0405, alias->span, "the alias \"%.*s\" is taken by an earlier stage", shown(name),
                            name.ptr);
}

static bool lower_stage(struct eql_lower *lo, struct eq_plan_stage *stage, const struct eql_node *n,
                        const struct building *q)
{
    const struct eql_node *option = kid_of(n, EQL_OPTION), *alias = kid_of(n, EQL_ALIAS);
    stage->span = n->span;
    stage->missing = n->flag;
    stage->runs = option ? lower_runs(lo, option) : 1;
    stage->filter = eql_lower_event(lo, n->first);
    if (alias) {
        check_alias(lo, stage, alias);
        stage->alias = alias->text;
    }
    return lower_keys(lo, stage, q->keys, kid_of(n, EQL_BY));
}

/* Stages of a sample have keys and nothing else. */
static void check_sample_stage(struct eql_lower *lo, const struct eql_node *n)
{
    const struct eql_node *extra = kid_of(n, EQL_OPTION) ? kid_of(n, EQL_OPTION) : kid_of(n, EQL_ALIAS);
    if (n->flag)
        eql_lower_error(lo, EQ_E0407, n->span, "a sample has no order, so no event can be missing in it");
    if (extra)
        eql_lower_error(lo, EQ_E0405, extra->span, "stages of a sample have no options");
}

static void lower_stages(struct eql_lower *lo, struct building *q, const struct eql_node *n)
{
    uint32_t count = 0;
    for (const struct eql_node *k = n->first; k; k = k->next)
        count += k->kind == EQL_STAGE;
    if (count > EQ_PLAN_STAGES_MAX) {
        eql_lower_error(lo, EQ_E0404, n->span, "a %s cannot have more than %d queries, found %u", q->what, EQ_PLAN_STAGES_MAX,
                        count);
        q->ok = false;
        return;
    }
    q->plan.stages = eql_lower_room(lo, count, sizeof *q->plan.stages);
    lo->aliases = eql_lower_room(lo, count, sizeof *lo->aliases);
    if (!q->plan.stages || !lo->aliases)
        return;
    for (const struct eql_node *k = n->first; k; k = k->next) {
        if (k->kind != EQL_STAGE)
            continue;
        if (q->plan.kind == EQ_PLAN_SAMPLE)
            check_sample_stage(lo, k);
        struct eq_plan_stage *stage = &q->plan.stages[q->plan.n_stages];
        q->ok &= lower_stage(lo, stage, k, q);
        if (stage->alias.len)
            lo->aliases[lo->n_aliases++] = (struct eql_alias){stage->alias, q->plan.n_stages};
        q->plan.n_stages++;
    }
}

static void lower_until(struct eql_lower *lo, struct building *q, const struct eql_node *until)
{
    const struct eql_node *stage = until->first;
    if (!stage || stage->kind != EQL_STAGE)
        return;
    const struct eql_node *extra = kid_of(stage, EQL_OPTION) ? kid_of(stage, EQL_OPTION) : kid_of(stage, EQL_ALIAS);
    if (q->plan.kind == EQ_PLAN_SAMPLE)
        eql_lower_error(lo, EQ_E0405, until->span, "a sample has no order, so no \"until\"");
    if (stage->flag)
        eql_lower_error(lo, EQ_E0407, stage->span, "\"until\" takes an event, not a missing one");
    if (extra)
        eql_lower_error(lo, EQ_E0405, extra->span, "\"until\" has no options");
    q->until.span = stage->span;
    q->until.runs = 1;
    lo->no_aliases = "\"until\"";
    q->until.filter = eql_lower_event(lo, stage->first);
    lo->no_aliases = NULL;
    q->ok &= lower_keys(lo, &q->until, q->keys, kid_of(stage, EQL_BY));
    q->plan.until = &q->until;
}

static void lower_header(struct eql_lower *lo, struct building *q, const struct eql_node *n)
{
    const struct eql_node *option = kid_of(n, EQL_OPTION);
    q->keys = kid_of(n, EQL_BY);
    if (q->keys && q->keys->n_kids > EQ_PLAN_KEYS_MAX) {
        eql_lower_error(lo, EQ_E0903, q->keys->span, "more than %d join keys", EQ_PLAN_KEYS_MAX);
        q->ok = false;
    }
    for (const struct eql_node *k = q->keys ? q->keys->first : NULL; k; k = k->next)
        if (k->kind != EQL_FIELD)
            lower_key(lo, k);
    if (!option)
        return;
    if (!eq_slice_eq(option->text, EQ_LIT("maxspan"))) {
        struct eq_diag *d = eql_lower_error(lo, EQ_E0405, option->name, "unknown option \"%.*s\" of a %s",
                                            shown(option->text), option->text.ptr, q->what);
        eql_lower_help(lo, d, "a sequence has the option \"maxspan\"; \"runs\" belongs behind a stage");
    } else if (q->plan.kind == EQ_PLAN_SAMPLE) {
        eql_lower_error(lo, EQ_E0406, option->span, "a sample has no maxspan");
    } else {
        q->plan.maxspan_ns = lower_maxspan(lo, option);
        q->plan.maxspan_at = option->span;
        q->ok &= q->plan.maxspan_ns >= 0; /* else missing events would seem to lack one */
    }
}

/* ── Pipes ── */

/* A constant integer expression; false if it is none. Recurses once per level of the tree. */
static bool fold_integer(int64_t *out, const struct eql_node *n)
{
    int64_t a, b;
    switch ((enum eql_kind)n->kind) {
    case EQL_NUMBER: *out = n->number.i; return n->number.kind == EQ_NUMBER_INT;
    case EQL_PLUS: return fold_integer(out, n->first);
    case EQL_MINUS: return fold_integer(&a, n->first) && !__builtin_sub_overflow(0, a, out);
    case EQL_ARITHMETIC: break;
    default: return false;
    }
    if (!fold_integer(&a, n->first) || !fold_integer(&b, n->last))
        return false;
    switch (n->op) {
    case '+': return !__builtin_add_overflow(a, b, out);
    case '-': return !__builtin_sub_overflow(a, b, out);
    case '*': return !__builtin_mul_overflow(a, b, out);
    default: break;
    }
    if (b == 0 || (a == INT64_MIN && b == -1))
        return false;
    *out = n->op == '/' ? a / b : a % b;
    return true;
}

static bool refuse_pipe(struct eql_lower *lo, const struct eql_node *n)
{
    static const char *const known[] = {"head", "tail", "count", "filter", "sort", "unique", "unique_count"};
    struct eq_suggest suggest;
    eq_suggest_start(&suggest, n->text);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (eq_slice_eq(n->text, eq_slice_of(known[i]))) {
            struct eq_diag *d = eql_lower_error(lo, EQ_E0409, n->name, "the pipe \"%s\" is not supported", known[i]);
            eql_lower_help(lo, d, "there are \"head\" and \"tail\"");
            return false;
        }
        if (i < 2)
            eq_suggest_try(&suggest, eq_slice_of(known[i]));
    }
    struct eq_diag *d = eql_lower_error(lo, EQ_E0408, n->name, "unknown pipe \"%.*s\"", shown(n->text), n->text.ptr);
    if (eq_suggest_found(&suggest))
        eql_lower_help(lo, d, "did you mean \"%.*s\"?", (int)suggest.best.len, suggest.best.ptr);
    else
        eql_lower_help(lo, d, "there are \"head\" and \"tail\"");
    return false;
}

static bool lower_pipe(struct eql_lower *lo, struct eq_plan_pipe *out, const struct eql_node *n)
{
    bool head = eq_slice_eq(n->text, EQ_LIT("head"));
    int64_t count;
    if (n->kind == EQL_ERROR)
        return false;
    if (!head && !eq_slice_eq(n->text, EQ_LIT("tail")))
        return refuse_pipe(lo, n);
    if (n->n_kids != 1) {
        struct eq_diag *d =
            eql_lower_error(lo, EQ_E0410, n->name, "the pipe \"%.*s\" expects exactly one number, found %u",
                            shown(n->text), n->text.ptr, n->n_kids);
        eql_lower_help(lo, d, "write | %.*s 10", shown(n->text), n->text.ptr);
        return false;
    }
    if (n->first->kind == EQL_ERROR)
        return false;
    if (!fold_integer(&count, n->first) || count < 0 || count > INT32_MAX) {
        eql_lower_error(lo, EQ_E0410, n->first->span,
                        "the pipe \"%.*s\" expects a constant integer from 0 to 2147483647", shown(n->text),
                        n->text.ptr);
        return false;
    }
    *out = (struct eq_plan_pipe){head ? EQ_PIPE_HEAD : EQ_PIPE_TAIL, (uint32_t)count};
    return true;
}

static void lower_pipes(struct eql_lower *lo, struct building *q, const struct eql_node *first)
{
    uint32_t n = 0;
    for (const struct eql_node *k = first; k; k = k->next)
        n++;
    q->plan.pipes = eql_lower_room(lo, n, sizeof *q->plan.pipes);
    for (const struct eql_node *k = first; k && q->plan.pipes; k = k->next) {
        if (lower_pipe(lo, &q->plan.pipes[q->plan.n_pipes], k))
            q->plan.n_pipes++;
        else
            q->ok = false;
    }
}

/* ── Whole queries ── */

static bool lower_body(struct eql_lower *lo, struct building *q, const struct eql_node *n)
{
    q->plan.maxspan_ns = -1;
    q->ok = true;
    switch ((enum eql_kind)n->kind) {
    case EQL_EVENT:
        q->plan.kind = EQ_PLAN_EVENT;
        q->plan.stages = eql_lower_room(lo, 1, sizeof *q->plan.stages);
        q->plan.n_stages = 1;
        if (q->plan.stages)
            q->plan.stages[0] = (struct eq_plan_stage){.filter = eql_lower_event(lo, n), .runs = 1, .span = n->span};
        break;
    case EQL_SEQUENCE:
    case EQL_SAMPLE:
        q->plan.kind = n->kind == EQL_SAMPLE ? EQ_PLAN_SAMPLE : EQ_PLAN_SEQUENCE;
        q->what = n->kind == EQL_SAMPLE ? "sample" : "sequence";
        lower_header(lo, q, n);
        lower_stages(lo, q, n);
        if (kid_of(n, EQL_UNTIL))
            lower_until(lo, q, kid_of(n, EQL_UNTIL));
        break;
    default: return false;
    }
    return true;
}

static void warn_no_maxspan(struct eql_lower *lo, uint32_t start)
{
    struct eq_span word = {start, start + (uint32_t)strlen("sequence")};
    struct eq_diag *d = eql_lower_error(lo, EQ_W0401, word,
                                        "sequence without maxspan: what it waits with is kept until memory is needed");
    eql_lower_help(lo, d, "write: sequence with maxspan=1h [...]");
}

struct eq_plan *eql_lower_query(struct eql_lower *lo, const struct eql_node *query)
{
    struct building q = {0};
    if (query->kind != EQL_QUERY || !query->first)
        return NULL;
    bool body = lower_body(lo, &q, query->first);
    lower_pipes(lo, &q, query->first->next);
    if (!body || !q.ok || lo->broken || lo->b.nomem)
        return NULL;
    struct eq_plan *plan = eq_build_plan(&lo->b, &q.plan, query->first->span);
    if (plan && plan->kind == EQ_PLAN_SEQUENCE && plan->maxspan_ns < 0)
        warn_no_maxspan(lo, query->first->span.start);
    return plan;
}
