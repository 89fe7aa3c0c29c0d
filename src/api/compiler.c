/* compiler.c — texts and rule files in, finished rules out.
 *
 *      add ─▶ rule set (rule/) ─▶ plan (lang/) ─▶ simplified ─▶ shared program (plan/)      one rule at a time
 *      finish ─▶ ruleset (match/)                                                           all at once
 *
 * Always true: the rules of `making` that are compiled have the same numbers in the set and in the program. A rule that
 * fails leaves nothing behind but its diagnostics. */
#include "api/compiler_making.h"
#include "api/pack.h"
#include "plan/partition.h"

/* ── Making ── */

static void rules_destroy(struct eqlite_rules *r)
{
    struct eq_alloc alloc = r->alloc;
    eq_ruleset_free(r->ruleset);
    for (size_t i = 0; i < r->n_others; i++)
        eqlite_rules_free(r->others[i]);
    eq_free(&alloc, r->others);
    eq_program_free(r->program);
    eq_regexes_free(r->regexes);
    eq_arena_free(&r->plans);
    eq_rule_set_free(&r->set);
    eq_free(&alloc, r);
}

static enum eq_status rules_new(struct eqlite_rules **out, bool plain, const struct eq_alloc *alloc)
{
    struct eqlite_rules *r = eq_new(alloc, sizeof *r);
    if (!r)
        return EQ_NOMEM;
    r->alloc = *alloc;
    atomic_init(&r->references, 1);
    eq_rule_set_init(&r->set, &r->alloc);
    eq_arena_init(&r->plans, &r->alloc);
    enum eq_status st = eq_program_new(&r->program, plain, &r->alloc);
    if (st == EQ_OK)
        st = eq_regexes_new(&r->regexes, &r->alloc);
    if (st != EQ_OK) {
        rules_destroy(r);
        return st;
    }
    *out = r;
    return EQ_OK;
}

eqlite_rules *eqlite_rules_retain(eqlite_rules *r)
{
    atomic_fetch_add(&r->references, 1);
    return r;
}

void eqlite_rules_free(eqlite_rules *r)
{
    if (r && atomic_fetch_sub(&r->references, 1) == 1)
        rules_destroy(r);
}

static enum eq_status copy_option(struct eq_slice *out, struct eq_arena *arena, const char *text)
{
    if (!text)
        return EQ_OK;
    *out = eq_arena_copy(arena, eq_api_slice(text));
    return out->ptr ? EQ_OK : EQ_NOMEM;
}

static bool parse_engine(enum engine *out, const char *name)
{
    static const char *const names[] = {"decisions", "memo", "shared", "naive"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!name || strcmp(name, names[i]) == 0) {
            *out = (enum engine)i;
            return true;
        }
    return false;
}

eqlite_status eqlite_compiler_new(eqlite_compiler **out, const eqlite_options *given)
{
    eqlite_options options;
    eq_api_options(&options, sizeof options, given);
    struct eq_alloc alloc = eq_api_alloc(options.allocator);
    enum eq_dialect dialect = EQ_DIALECT_AUTO;
    enum engine engine;
    if (!parse_engine(&engine, options.engine))
        return EQLITE_INVALID;
    if (options.schema && strcmp(options.schema, "ecs") != 0)
        return EQLITE_INVALID;
    if (options.dialect && !eq_dialect_parse(&dialect, eq_api_slice(options.dialect)))
        return EQLITE_INVALID;
    struct eq_slice partition = {0};
    struct eqlite_compiler *c = eq_new(&alloc, sizeof *c);
    if (!c)
        return EQLITE_NOMEM;
    c->alloc = alloc;
    c->rule_options = (struct eq_rule_options){.dialect = dialect, .metadata = options.metadata};
    c->engine = engine;
    eq_arena_init(&c->arena, &c->alloc);
    eq_diags_init(&c->diags.list, &c->alloc);
    if (copy_option(&c->category, &c->arena, options.category_field) != EQ_OK ||
        copy_option(&c->timestamp, &c->arena, options.timestamp_field) != EQ_OK ||
        copy_option(&c->tiebreaker, &c->arena, options.tiebreaker_field) != EQ_OK ||
        copy_option(&partition, &c->arena, options.partition_by) != EQ_OK) {
        eqlite_compiler_free(c);
        return EQLITE_NOMEM;
    }
    if (options.schema && eq_schema_new(&c->schema, true, &c->alloc) != EQ_OK) {
        eqlite_compiler_free(c);
        return EQLITE_NOMEM;
    }
    if (eq_api_names(c->partition, &c->n_partition, EQ_PLAN_KEYS_MAX, partition.ptr) != EQ_OK) {
        eqlite_compiler_free(c);
        return EQLITE_INVALID;
    }
    *out = c;
    return EQLITE_OK;
}

void eqlite_compiler_free(eqlite_compiler *c)
{
    if (!c)
        return;
    struct eq_alloc alloc = c->alloc;
    eq_diags_free(&c->diags.list);
    eqlite_rules_free(c->making);
    for (size_t i = 0; i < c->n_made; i++)
        eqlite_rules_free(c->made[i]);
    eq_free(&alloc, c->made);
    eq_schema_free(c->schema);
    eq_arena_free(&c->arena);
    eq_free(&alloc, c);
}

const eqlite_diagnostics *eqlite_compiler_diagnostics(const eqlite_compiler *c)
{
    return &c->diags;
}

size_t eqlite_compiler_refused(const eqlite_compiler *c)
{
    return (size_t)c->refused;
}

/* ── One rule ── */

/* The patterns of one node. Regexes that PCRE2 finds too large are known only when they are compiled. */
enum eq_status eq_compiler_add_patterns(struct eqlite_compiler *c, const struct eq_node *n, const struct eq_source *source)
{
    for (uint32_t i = 1; n->kind == EQ_N_REGEX && i < n->n_kids; i++) {
        uint32_t number;
        struct eq_regex_error error;
        struct eq_slice pattern = eq_value_slice(&n->kids[i]->value);
        enum eq_status st = eq_regexes_add(&number, c->making->regexes, pattern, n->fold, &error);
        if (st == EQ_NOMEM)
            return st;
        if (st != EQ_OK) {
            eq_diag_add(&c->diags.list, EQ_E0502, source, n->kids[i]->span, "regular expression, at its byte %zu: %s",
                        error.offset + 1, error.message);
            return EQ_INVALID;
        }
    }
    return EQ_OK;
}

static enum eq_status add_regexes(struct eqlite_compiler *c, const struct eq_node *n, const struct eq_source *source)
{
    uint32_t n_kids = n->kind == EQ_N_LIKE ? 1 : n->n_kids; /* the others are constants */
    for (uint32_t i = 0; i < n_kids; i++) {
        enum eq_status st = add_regexes(c, n->kids[i], source);
        if (st != EQ_OK)
            return st;
    }
    return eq_compiler_add_patterns(c, n, source);
}

enum eq_status eq_compiler_add_regexes(struct eqlite_compiler *c, const struct eq_plan *plan,
                                      const struct eq_source *source)
{
    enum eq_status st = EQ_OK;
    for (uint32_t i = 0; i < plan->n_stages && st == EQ_OK; i++)
        st = add_regexes(c, plan->stages[i].filter, source);
    if (plan->until && st == EQ_OK)
        st = add_regexes(c, plan->until->filter, source);
    return st;
}

/* The largest expressions do not fit the machine that runs them. */
static bool check_size(struct eqlite_compiler *c, const struct eq_node *n, const struct eq_source *source)
{
    bool fits = n->kind != EQ_N_ANY || eq_expr_fits(n->kids[0]);
    if (!fits)
        eq_diag_add(&c->diags.list, EQ_E0903, source, n->span, "an expression has more than %d fields or %d operands",
                    EQ_EXPR_MAX_CHOICES, EQ_EXPR_MAX_VALUES);
    for (uint32_t i = 0; n->kind <= EQ_N_LINEAGE && n->kind != EQ_N_ANY && fits && i < n->n_kids; i++)
        fits = check_size(c, n->kids[i], source);
    return fits;
}

static enum eq_status check_sizes(struct eqlite_compiler *c, const struct eq_plan *plan, const struct eq_source *source)
{
    bool fits = !plan->until || check_size(c, plan->until->filter, source);
    for (uint32_t i = 0; i < plan->n_stages; i++)
        fits &= check_size(c, plan->stages[i].filter, source);
    return fits ? EQ_OK : EQ_INVALID;
}

struct eq_slice eq_compiler_first_set(struct eq_slice a, struct eq_slice b)
{
    return a.len ? a : b;
}

enum eq_status eq_compiler_partition(struct eqlite_compiler *c, struct eq_plan *plan, const struct eq_source *source)
{
    enum eq_status st = eq_plan_partition(plan, c->partition, c->n_partition, &c->making->plans);
    if (st != EQ_LIMIT)
        return st;
    eq_diag_add(&c->diags.list, EQ_E0903, source, plan->stages[0].span, "with those of the partition a query has more than "
                "%d join keys", EQ_PLAN_KEYS_MAX);
    return EQ_INVALID;
}

/* One matcher has one order of events, so a rule cannot have its own. */
static void check_order(struct eqlite_compiler *c, const struct eq_rule *rule, const struct eq_plan *plan)
{
    struct eq_slice run = eq_compiler_first_set(c->timestamp, EQ_LIT("@timestamp"));
    if (plan->kind != EQ_PLAN_SEQUENCE || !rule->timestamp_field.len || eq_slice_eq(rule->timestamp_field, run))
        return;
    eq_diag_add(&c->diags.list, EQ_W0702, &rule->source, plan->stages[0].span,
                "sequences follow the time field of the run, %.*s, not rule.timestamp_field", (int)run.len, run.ptr);
}

enum eq_status eq_compiler_build(struct eq_plan **out, const eqlite_compiler *c, const struct eq_rule *rule,
                                 struct eq_arena *arena, struct eq_diags *diags)
{
    struct eq_language_options options = {
        .category_field = eq_compiler_first_set(rule->category_field, c->category),
        .timestamp_field = eq_compiler_first_set(rule->timestamp_field, c->timestamp),
    };
    const struct eq_language *language = &eq_languages[rule->dialect ? rule->dialect : EQ_DIALECT_ELASTIC];
    return language->compile(out, &rule->source, &options, arena, diags);
}

static enum eq_status check_field(const struct eq_source *name, void *ctx)
{
    struct eqlite_compiler *c = ctx;
    return eq_schema_check_field(c->schema, name, &c->diags.list);
}

static enum eq_status plan_rule(struct eq_plan **out, struct eqlite_compiler *c, const struct eq_rule *rule)
{
    struct eq_diags *diags = &c->diags.list;
    enum eq_status st = eq_compiler_build(out, c, rule, &c->making->plans, diags);
    if (st == EQ_OK && c->schema)
        st = eq_schema_check(c->schema, *out, &rule->source, diags);
    if (st == EQ_OK && c->schema && c->rule_options.metadata)
        st = eq_rule_each_field(rule, &c->arena, check_field, c);
    if (st == EQ_OK && c->rule_options.metadata)
        eq_rule_check_plan(rule, *out, diags);
    if (st == EQ_OK) {
        check_order(c, rule, *out);
        st = eq_compiler_partition(c, *out, &rule->source);
    }
    if (st == EQ_OK && c->engine != ENGINE_NAIVE)
        st = eq_plan_simplify(*out, &c->making->plans, &rule->source, diags);
    if (st == EQ_OK)
        st = check_sizes(c, *out, &rule->source);
    return st == EQ_OK ? eq_compiler_add_regexes(c, *out, &rule->source) : st;
}

/* Compile a rule into the program. EQ_INVALID: it was refused and left nothing; EQ_NOMEM poisons. */
static enum eq_status compile_rule(struct eqlite_compiler *c, const struct eq_rule *rule)
{
    struct eq_diags *diags = &c->diags.list;
    struct eq_arena_mark mark = eq_arena_mark(&c->making->plans);
    struct eq_plan *plan = NULL;
    size_t told = diags->n;
    enum eq_status st = plan_rule(&plan, c, rule);
    if (st == EQ_OK && diags->failed)
        st = EQ_NOMEM;
    for (size_t i = told; i < diags->n; i++)
        if (!diags->items[i].rule.len)
            diags->items[i].rule = rule->id;
    if (st == EQ_INVALID)
        eq_arena_rewind(&c->making->plans, mark);
    if (st == EQ_OK)
        st = eq_program_add(c->making->program, plan, NULL);
    if (st != EQ_OK && st != EQ_INVALID)
        c->making->poisoned = true;
    return st;
}

/* Compile the rules that were added to the set, and drop those that are refused. */
static enum eq_status compile_new(struct eqlite_compiler *c)
{
    struct eqlite_rules *r = c->making;
    size_t kept = r->n_compiled;
    enum eq_status st = EQ_OK;
    for (size_t i = kept; i < r->set.n && (st == EQ_OK || st == EQ_INVALID); i++) {
        st = compile_rule(c, r->set.items[i]);
        if (st == EQ_OK)
            r->set.items[kept++] = r->set.items[i];
        else if (st == EQ_INVALID)
            c->refused++;
    }
    r->set.n = r->n_compiled = kept;
    return st == EQ_INVALID ? EQ_OK : st;
}

enum eq_status eq_compiler_begin(struct eqlite_compiler *c)
{
    if (c->making)
        return c->making->poisoned ? EQ_NOMEM : EQ_OK;
    enum eq_status st = rules_new(&c->making, c->engine == ENGINE_NAIVE, &c->alloc);
    if (st != EQ_OK)
        return st;
    struct eqlite_rules *r = c->making;
    r->category_field = eq_arena_copy(&r->plans, c->category);
    r->timestamp_field = eq_arena_copy(&r->plans, c->timestamp);
    r->poisoned = !r->category_field.ptr || !r->timestamp_field.ptr;
    return r->poisoned ? EQ_NOMEM : EQ_OK;
}

/* Rules of a file were loaded with `st`: compile them, and count those that the loader refused. */
static enum eq_status loaded(struct eqlite_compiler *c, enum eq_status st, uint64_t refused_before)
{
    c->refused += c->making->set.refused - refused_before;
    if (st == EQ_NOMEM) {
        c->making->poisoned = true;
        return st;
    }
    enum eq_status compiled = compile_new(c);
    return compiled != EQ_OK ? compiled : st;
}

eqlite_status eqlite_compiler_add_path(eqlite_compiler *c, const char *path)
{
    enum eq_status st = eq_compiler_begin(c);
    if (st != EQ_OK)
        return eq_api_status(st);
    if (eqlite_is_pack(path))
        return eq_api_status(eq_compiler_add_pack(c, path));
    uint64_t refused = c->making->set.refused;
    st = eq_rule_load(&c->making->set, path, &c->rule_options, &c->diags.list);
    return eq_api_status(loaded(c, st, refused));
}

eqlite_status eqlite_compiler_add_expected(eqlite_compiler *c, const char *path, const char *corpus)
{
    enum eq_status st = eq_compiler_begin(c);
    if (st != EQ_OK)
        return eq_api_status(st);
    if (c->making->n_others)
        return EQLITE_INVALID;
    uint64_t refused = c->making->set.refused;
    st = eq_rule_load_expected(&c->making->set, path, corpus, &c->rule_options, &c->diags.list);
    return eq_api_status(loaded(c, st, refused));
}

eqlite_status eqlite_compiler_add_rule(eqlite_compiler *c, const char *name, const char *text, size_t len)
{
    enum eq_status st = eq_compiler_begin(c);
    if (st != EQ_OK)
        return eq_api_status(st);
    uint64_t refused = c->making->set.refused;
    uint64_t all_refused = c->refused;
    st = eq_rule_load_text(&c->making->set, eq_api_slice(name), eq_slice(text, len), &c->rule_options, &c->diags.list);
    st = loaded(c, st, refused);
    return st == EQ_OK && c->refused != all_refused ? EQLITE_INVALID : eq_api_status(st);
}

/* A query is a rule without metadata. */
static struct eq_rule *make_query_rule(struct eqlite_compiler *c, struct eq_slice name, struct eq_slice text)
{
    struct eq_rule_set *set = &c->making->set;
    struct eq_rule *rule = eq_arena_alloc(&set->arena, sizeof *rule);
    if (!rule)
        return NULL;
    rule->id = rule->name = rule->path = eq_arena_copy(&set->arena, name);
    rule->dialect = c->rule_options.dialect ? c->rule_options.dialect : EQ_DIALECT_ELASTIC;
    rule->type = EQ_LIT("eql");
    rule->source = (struct eq_source){.name = rule->name, .text = eq_arena_copy(&set->arena, text), .line = 1, .column = 1};
    if (!rule->name.ptr || !rule->source.text.ptr || !eq_grow(set->alloc, &set->items, &set->cap, set->n + 1,
                                                              sizeof *set->items))
        return NULL;
    set->items[set->n++] = rule;
    return rule;
}

eqlite_status eqlite_compiler_add_query(eqlite_compiler *c, const char *name, const char *text, size_t len)
{
    enum eq_status st = eq_compiler_begin(c);
    uint64_t refused = c->refused;
    if (st != EQ_OK)
        return eq_api_status(st);
    if (!make_query_rule(c, eq_api_slice(name), eq_slice(text, len))) {
        c->making->poisoned = true;
        return EQLITE_NOMEM;
    }
    st = compile_new(c);
    return st == EQ_OK && c->refused != refused ? EQLITE_INVALID : eq_api_status(st);
}

/* ── Finishing ── */

/* Does any rule depend on the order of events? */
static bool needs_order(const struct eq_program *p)
{
    for (size_t i = 0; i < p->n_rules; i++)
        if (p->rules[i].plan->kind == EQ_PLAN_SEQUENCE)
            return true;
    for (size_t i = 0; i < p->n_predicates; i++)
        if (p->predicates[i].kind == EQ_P_LINEAGE)
            return true;
    return false;
}

/* Fields that are read beside those of the rules: when events happened, and in which partition. */
static enum eq_status add_time_fields(struct eqlite_compiler *c, struct eq_program *p)
{
    if (!needs_order(p))
        return EQ_OK;
    enum eq_status st = eq_fields_add(&p->timestamp_field, p->fields, eq_compiler_first_set(c->timestamp, EQ_LIT("@timestamp")));
    if (st == EQ_OK && c->tiebreaker.len)
        st = eq_fields_add(&p->tiebreaker_field, p->fields, c->tiebreaker);
    for (size_t i = 0; i < c->n_partition && st == EQ_OK; i++)
        st = eq_fields_add(&p->partition_fields[p->n_partition_fields++], p->fields, c->partition[i]);
    return st;
}

static enum eq_engine_stages stages_of(enum engine engine)
{
    switch (engine) {
    case ENGINE_DECISIONS: return EQ_ENGINE_DECISIONS;
    case ENGINE_MEMO: return EQ_ENGINE_MEMO;
    default: return EQ_ENGINE_PLAIN;
    }
}

static enum eq_status finish(struct eqlite_compiler *c, struct eqlite_rules *r)
{
    enum eq_status st = add_time_fields(c, r->program);
    if (st == EQ_OK)
        st = eq_program_finish(r->program);
    if (st != EQ_OK)
        return st;
    st = eq_ruleset_new(&r->ruleset, r->program, r->regexes, stages_of(c->engine), &r->alloc);
    r->program = NULL; /* the ruleset's, or gone */
    r->regexes = NULL;
    if (st == EQ_OK)
        st = eq_api_make_lists(r);
    if (st != EQ_OK)
        return st;
    if (!eq_grow(&c->alloc, &c->made, &c->cap_made, c->n_made + 1, sizeof *c->made))
        return EQ_NOMEM;
    c->made[c->n_made++] = eqlite_rules_retain(r);
    return EQ_OK;
}

eqlite_status eqlite_compiler_finish(eqlite_rules **out, eqlite_compiler *c)
{
    enum eq_status st = eq_compiler_begin(c);
    if (st != EQ_OK)
        return eq_api_status(st);
    struct eqlite_rules *r = c->making;
    st = finish(c, r);
    if (st != EQ_OK) {
        r->poisoned = true; /* stays in `making`: diagnostics may show its sources */
        return eq_api_status(st);
    }
    c->making = NULL;
    *out = r;
    return EQLITE_OK;
}

/* ── For explain.c, format.c, schema.c and lint.c ── */

struct eq_schema *eq_compiler_schema(eqlite_compiler *c)
{
    if (!c->schema)
        eq_schema_new(&c->schema, false, &c->alloc);
    return c->schema;
}

const struct eqlite_rules *eq_compiler_making(const eqlite_compiler *c)
{
    return c->making;
}

struct eq_diags *eq_compiler_diags(eqlite_compiler *c)
{
    return &c->diags.list;
}

const struct eq_rule_options *eq_compiler_rule_options(const eqlite_compiler *c)
{
    return &c->rule_options;
}

const struct eq_alloc *eq_compiler_alloc(const eqlite_compiler *c)
{
    return &c->alloc;
}

enum eq_dialect eq_compiler_dialect(const eqlite_compiler *c)
{
    return c->rule_options.dialect ? c->rule_options.dialect : EQ_DIALECT_ELASTIC;
}

const struct eq_source *eq_compiler_keep_source(eqlite_compiler *c, struct eq_slice name, struct eq_slice text)
{
    struct eq_source *source = eq_arena_alloc(&c->arena, sizeof *source);
    if (!source)
        return NULL;
    *source = (struct eq_source){.name = eq_arena_copy(&c->arena, name), .text = eq_arena_copy(&c->arena, text), .line = 1, .column = 1};
    return source->name.ptr && source->text.ptr ? source : NULL;
}

enum eq_status eq_compiler_rule_set(struct eq_rule_set **out, eqlite_compiler *c)
{
    enum eq_status st = eq_compiler_begin(c);
    if (st == EQ_OK)
        *out = &c->making->set;
    return st;
}

enum eq_status eq_compiler_plan(struct eq_plan **out, eqlite_compiler *c, const struct eq_source *source,
                                struct eq_arena *arena)
{
    struct eq_language_options options = {c->category, c->timestamp};
    enum eq_status st =
        eq_languages[eq_compiler_dialect(c)].compile(out, source, &options, arena, &c->diags.list);
    return st == EQ_OK ? eq_plan_simplify(*out, arena, source, &c->diags.list) : st;
}
