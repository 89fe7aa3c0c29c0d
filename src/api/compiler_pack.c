/* compiler_pack.c — rules that were compiled before join those that are gathered: from a pack, or out of finished rules.
 *
 *      pack ─▶ image ─▶ plans ─┬─▶ partitioned, as the options say ─▶ shared program
 *      finished rules ─────────┘
 *
 * Nothing is parsed, so all that is left to go wrong is a pack that does not fit. */
#include "api/compiler_making.h"
#include "api/pack.h"

/* Rule and plan, which live as long as those in the making, join them; the plan's regexes are there. */
static enum eq_status add_planned(struct eqlite_compiler *c, struct eq_rule *rule, const struct eq_plan *plan,
                                  const struct eq_ready_clause *ready)
{
    struct eqlite_rules *r = c->making;
    enum eq_status st = eq_rule_set_put(&r->set, rule);
    if (st == EQ_OK)
        st = eq_program_add(r->program, plan, ready);
    if (st == EQ_OK)
        r->n_compiled = r->set.n;
    else
        r->poisoned = true;
    return st;
}

/* Why an image does not fit the options of this compiler; NULL: it does. */
static const char *misfit(const struct eqlite_compiler *c, const struct eq_api_packed *packed)
{
    struct eq_slice category = eq_compiler_first_set(c->category, EQ_LIT("event.category"));
    struct eq_slice timestamp = eq_compiler_first_set(c->timestamp, EQ_LIT("@timestamp"));
    if (!eq_slice_eq(category, eq_compiler_first_set(packed->category, EQ_LIT("event.category"))))
        return "the pack was compiled for another field of the event's category";
    if (!eq_slice_eq(timestamp, eq_compiler_first_set(packed->timestamp, EQ_LIT("@timestamp"))))
        return "the pack was compiled for another field of the time";
    for (size_t i = 0; c->rule_options.dialect && i < packed->n; i++)
        if (packed->rules[i].dialect != c->rule_options.dialect)
            return "the pack was compiled for another dialect";
    return packed->n > EQ_RULES_MAX - c->making->set.n ? "with those of the pack there are more than 100000 rules" : NULL;
}

static enum eq_status add_packed(struct eqlite_compiler *c, struct eq_api_packed *packed)
{
    struct eqlite_rules *r = c->making;
    const struct eq_ready_clause *ready = packed->program.clauses;
    enum eq_status st = eq_program_know(r->program, &packed->program.known);
    for (size_t i = 0; i < packed->n && (st == EQ_OK || st == EQ_INVALID); i++) {
        st = eq_compiler_partition(c, &packed->plans[i], &packed->rules[i].source);
        if (st == EQ_OK)
            st = add_planned(c, &packed->rules[i], &packed->plans[i], ready);
        else
            c->refused += st == EQ_INVALID;
        ready += eq_plan_filters(&packed->plans[i]);
    }
    if (st != EQ_OK && st != EQ_INVALID)
        r->poisoned = true;
    return st == EQ_INVALID ? EQ_OK : st;
}

/* Each distinct node is looked at once, not wherever it stands. */
static enum eq_status add_packed_regexes(struct eqlite_compiler *c, const struct eq_api_packed *packed)
{
    enum eq_status st = EQ_OK;
    for (size_t i = 0; i < packed->program.known.n_nodes && st == EQ_OK; i++)
        st = eq_compiler_add_patterns(c, &packed->program.known.nodes[i], NULL);
    return st;
}

enum eq_status eq_compiler_add_pack(struct eqlite_compiler *c, const char *path)
{
    struct eqlite_rules *r = c->making;
    struct eq_arena_mark mark = eq_arena_mark(&r->plans);
    struct eq_api_packed packed;
    const char *why;
    enum eq_status st = eq_api_unpack(&packed, path, &r->plans, &why);
    if (st == EQ_OK && (why = misfit(c, &packed)))
        st = EQ_INVALID;
    if (st == EQ_OK) {
        why = "a regular expression in the pack is not valid";
        st = add_packed_regexes(c, &packed);
    }
    if (st == EQ_OK)
        return add_packed(c, &packed);
    eq_arena_rewind(&r->plans, mark);
    if (st != EQ_INVALID)
        return st;
    struct eq_diag *d = eq_diag_add(&c->diags.list, EQ_E0803, NULL, (struct eq_span){0, 0}, "%s: %s", path, why);
    eq_diag_help(&c->diags.list, d, "compile it again: eqlite compile -r RULES -o %s", path);
    c->refused++;
    return EQ_OK;
}

eqlite_status eqlite_compiler_add_from(eqlite_compiler *c, eqlite_rules *rules, size_t index)
{
    enum eq_status st = eq_compiler_begin(c);
    if (st != EQ_OK)
        return eq_api_status(st);
    struct eqlite_rules *r = c->making;
    if (index >= rules->set.n)
        return EQLITE_INVALID;
    if (r->n_others == 0 || r->others[r->n_others - 1] != rules) {
        if (!eq_grow(&r->alloc, &r->others, &r->cap_others, r->n_others + 1, sizeof *r->others))
            return EQLITE_NOMEM;
        r->others[r->n_others++] = eqlite_rules_retain(rules);
    }
    struct eq_rule *rule = rules->set.items[index];
    const struct eq_plan *plan = eq_ruleset_program(rules->ruleset)->rules[index].plan;
    st = eq_compiler_add_regexes(c, plan, &rule->source);
    if (st == EQ_OK)
        st = add_planned(c, rule, plan, NULL);
    else
        r->poisoned = true; /* they were compiled before, so memory ran out */
    return eq_api_status(st);
}
