/* rule.c — a rule, and the set of rules that it belongs to. */
#include "rule/load.h"

static const struct {
    const char *name;
    int risk;
} levels[] = {{"low", 21}, {"medium", 47}, {"high", 73}, {"critical", 99}};

const char *eq_level_name(enum eq_level l)
{
    return levels[l].name;
}

int eq_level_risk(enum eq_level l)
{
    return levels[l].risk;
}

bool eq_level_parse(enum eq_level *out, struct eq_slice name)
{
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++)
        if (eq_slice_eq(name, eq_slice_of(levels[i].name))) {
            *out = (enum eq_level)i;
            return true;
        }
    return false;
}

void eq_rule_set_init(struct eq_rule_set *set, const struct eq_alloc *alloc)
{
    *set = (struct eq_rule_set){.alloc = alloc};
    eq_arena_init(&set->arena, alloc);
    eq_arena_init(&set->sources, alloc);
    eq_intern_init(&set->ids, alloc);
    for (int i = 0; i < 2; i++)
        eq_intern_init(&set->by_name[i].names, alloc);
}

void eq_rule_set_free(struct eq_rule_set *set)
{
    if (!set->alloc)
        return;
    eq_arena_free(&set->arena);
    eq_arena_free(&set->sources);
    eq_intern_free(&set->ids);
    eq_free(set->alloc, set->items);
    eq_free(set->alloc, set->by_id);
    for (int i = 0; i < 2; i++) {
        eq_intern_free(&set->by_name[i].names);
        eq_free(set->alloc, set->by_name[i].first);
    }
    eq_rule_set_init(set, set->alloc);
}

struct eq_rule *eq_rule_set_find(const struct eq_rule_set *set, struct eq_slice id)
{
    uint32_t number = eq_intern_find(&set->ids, id);
    return number == EQ_NONE ? NULL : set->by_id[number];
}

struct eq_rule *eq_rule_new(struct eq_load *l)
{
    struct eq_rule *rule = eq_arena_alloc(&l->set->arena, sizeof *rule);
    if (!rule)
        return NULL;
    rule->path = eq_arena_copy(&l->set->arena, l->path);
    rule->severity = EQ_LEVEL_MEDIUM;
    rule->risk_score = eq_level_risk(EQ_LEVEL_MEDIUM);
    rule->interval = EQ_LIT("5m");
    rule->from = EQ_LIT("now-6m");
    rule->max_signals = 100;
    rule->type = EQ_LIT("eql");
    rule->source.name = rule->path;
    return rule->path.ptr ? rule : NULL;
}

/* Two rules with one id have been told already; native and endpoint rules live in different places. */
static enum eq_status check_name(struct eq_load *l, struct eq_rule *rule)
{
    const struct eq_toml *at = eq_toml_get(rule->document, "rule.name");
    bool endpoint = !eq_toml_get(rule->document, "rule.rule_id");
    struct eq_rule_names *known = &l->set->by_name[endpoint];
    uint32_t number;
    bool added;

    if (!at)
        return EQ_OK;
    if (!eq_grow(l->set->alloc, &known->first, &known->cap, known->names.n + 1, sizeof *known->first))
        return EQ_NOMEM;
    enum eq_status st = eq_intern_put(&number, &known->names, rule->name, &added);
    if (st != EQ_OK)
        return st;
    if (added)
        known->first[number] = rule;
    const struct eq_rule *first = known->first[number];
    if (!eq_slice_eq(first->id, rule->id))
        eq_load_report(l, EQ_W0710, at->line, at->column, "the name %.*s is also that of %.*s", EQ_SHOW(rule->name),
                       (int)first->path.len, first->path.ptr);
    return EQ_OK;
}

/* *first: the rule of the set that has the id. */
static enum eq_status put(struct eq_rule **first, struct eq_rule_set *set, struct eq_rule *rule)
{
    uint32_t number;
    bool added;
    enum eq_status st;

    /* Room first, so that a failure leaves the set as it was. */
    if (!eq_grow(set->alloc, &set->items, &set->cap, set->n + 1, sizeof *set->items) ||
        !eq_grow(set->alloc, &set->by_id, &set->by_id_cap, set->ids.n + 1, sizeof *set->by_id))
        return EQ_NOMEM;
    st = eq_intern_put(&number, &set->ids, rule->id, &added);
    if (st != EQ_OK)
        return st;
    if (added)
        set->by_id[number] = rule;
    *first = set->by_id[number];
    set->items[set->n++] = rule;
    return EQ_OK;
}

enum eq_status eq_rule_set_put(struct eq_rule_set *set, struct eq_rule *rule)
{
    struct eq_rule *first;
    return put(&first, set, rule);
}

enum eq_status eq_rule_set_add(struct eq_load *l, struct eq_rule *rule, uint32_t line, uint32_t column)
{
    struct eq_rule *first = rule;
    enum eq_status st = l->options && l->options->metadata ? check_name(l, rule) : EQ_OK;

    if (st == EQ_OK)
        st = put(&first, l->set, rule);
    if (st == EQ_OK && first != rule)
        eq_load_report(l, EQ_W0703, line, column, "the rule id %.*s is also that of %.*s", EQ_SHOW(rule->id),
                       (int)first->path.len, first->path.ptr);
    return st;
}
