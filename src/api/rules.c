/* rules.c — finished rules, seen from outside. */
#include "api/handles.h"

#include "plan/partition.h"

static enum eq_status copy_list(const eqlite_string **out, struct eq_arena *arena, const struct eq_slice *items, size_t n)
{
    static const eqlite_string none[1];
    eqlite_string *list = n ? eq_arena_alloc(arena, n * sizeof *list) : NULL;
    *out = n ? list : none;
    if (n && !list)
        return EQ_NOMEM;
    for (size_t i = 0; i < n; i++)
        list[i] = eq_api_string(items[i]);
    return EQ_OK;
}

static enum eq_status make_lists(struct eq_api_lists *out, struct eq_arena *arena, const struct eq_rule *rule)
{
    enum eq_status st = copy_list(&out->tags, arena, rule->tags, rule->n_tags);
    if (st == EQ_OK)
        st = copy_list(&out->index, arena, rule->index, rule->n_index);
    return st == EQ_OK ? copy_list(&out->references, arena, rule->references, rule->n_references) : st;
}

static eqlite_rule view(const struct eq_rule *rule, const struct eq_plan *plan, const struct eq_api_lists *lists)
{
    eqlite_rule v = {
        .kind = (eqlite_rule_kind)plan->kind,
        .id = eq_api_string(rule->id),
        .name = eq_api_string(rule->name),
        .description = eq_api_string(rule->description),
        .note = eq_api_string(rule->note),
        .severity = eq_api_string(eq_slice_of(eq_level_name(rule->severity))),
        .risk_score = rule->risk_score,
        .tags = lists->tags,
        .n_tags = rule->n_tags,
        .index = lists->index,
        .n_index = rule->n_index,
        .references = lists->references,
        .n_references = rule->n_references,
        .query = eq_api_string(rule->source.text),
        .dialect = eq_api_string(eq_slice_of(eq_languages[rule->dialect].name)),
        .path = eq_api_string(rule->path),
        .interval = eq_api_string(rule->interval),
        .from = eq_api_string(rule->from),
        .max_signals = rule->max_signals,
        .line = rule->source.line,
        .n_tests = rule->n_tests,
        .at_end = plan->kind == EQ_PLAN_SAMPLE,
    };
    for (uint32_t i = 0; i < plan->n_pipes; i++)
        v.at_end |= plan->pipes[i].kind == EQ_PIPE_TAIL;
    return v;
}

static enum eq_status copy_fields(eqlite_rule_test *out, struct eqlite_rules *r, const struct eq_rule_test *t)
{
    eqlite_expected_field *fields = eq_arena_alloc(&r->plans, (t->n_fields + 1) * sizeof *fields);
    if (!fields)
        return EQ_NOMEM;
    for (size_t i = 0; i < t->n_fields; i++)
        fields[i] = (eqlite_expected_field){t->fields[i].alert, eq_api_string(t->fields[i].path),
                                            eq_api_string(t->fields[i].value)};
    out->fields = fields;
    out->n_fields = t->n_fields;
    return EQ_OK;
}

static enum eq_status make_tests(const eqlite_rule_test **out, struct eqlite_rules *r, const struct eq_rule *rule)
{
    eqlite_rule_test *tests = rule->n_tests ? eq_arena_alloc(&r->plans, rule->n_tests * sizeof *tests) : NULL;
    if (rule->n_tests && !tests)
        return EQ_NOMEM;
    for (size_t i = 0; i < rule->n_tests; i++) {
        const struct eq_rule_test *t = &rule->tests[i];
        tests[i] = (eqlite_rule_test){
            .name = eq_api_string(t->name),
            .events = eq_api_string(t->events),
            .file = eq_api_string(t->file),
            .now = eq_api_string(t->now),
            .alerts = t->alerts,
            .at_least = t->at_least,
            .at_most = t->at_most,
            .n_event_ids = t->n_event_ids,
            .n_join_keys = t->n_join_keys,
            .path = eq_api_string(t->path),
            .line = t->line,
            .expect = eq_api_string(t->expect),
            .expect_at = t->expect_at,
        };
        enum eq_status st = copy_list(&tests[i].event_ids, &r->plans, t->event_ids, t->n_event_ids);
        if (st == EQ_OK)
            st = copy_list(&tests[i].join_keys, &r->plans, t->join_keys, t->n_join_keys);
        if (st == EQ_OK)
            st = copy_fields(&tests[i], r, t);
        if (st != EQ_OK)
            return st;
    }
    *out = tests;
    return EQ_OK;
}

enum eq_status eq_api_make_lists(struct eqlite_rules *r)
{
    enum eq_status st = EQ_OK;
    r->lists = eq_arena_alloc(&r->plans, (r->set.n + 1) * sizeof *r->lists);
    if (!r->lists)
        return EQ_NOMEM;
    for (size_t i = 0; i < r->set.n && st == EQ_OK; i++) {
        st = make_lists(&r->lists[i], &r->plans, r->set.items[i]);
        if (st == EQ_OK)
            st = make_tests(&r->lists[i].tests, r, r->set.items[i]);
    }
    return st;
}

size_t eqlite_rules_count(const eqlite_rules *r)
{
    return r->set.n;
}

eqlite_rule eqlite_rules_get(const eqlite_rules *r, size_t index)
{
    if (index >= r->set.n)
        return (eqlite_rule){0};
    return view(r->set.items[index], eq_ruleset_program(r->ruleset)->rules[index].plan, &r->lists[index]);
}

eqlite_rule_test eqlite_rules_test(const eqlite_rules *r, size_t index, size_t test)
{
    if (index >= r->set.n || test >= r->set.items[index]->n_tests)
        return (eqlite_rule_test){0};
    return r->lists[index].tests[test];
}

eqlite_status eqlite_rules_json(const eqlite_rules *r, size_t index, eqlite_write *write, void *ctx)
{
    struct eq_buf out;
    if (index >= r->set.n)
        return EQLITE_INVALID;
    eq_buf_init(&out, &r->alloc);
    eq_rule_json(&out, r->set.items[index]);
    eqlite_status st = eq_api_write(&out, write, ctx);
    eq_buf_free(&out);
    return st;
}

eqlite_status eqlite_rules_partition(const eqlite_rules *r, size_t index, const char *fields, const char **answer,
                                     eqlite_write *write, void *ctx)
{
    static const char *const names[] = {"stateless", "keyed", "global"};
    struct eq_slice list[EQ_PLAN_KEYS_MAX];
    size_t n;
    struct eq_buf why;
    if (index >= r->set.n || eq_api_names(list, &n, EQ_PLAN_KEYS_MAX, fields) != EQ_OK || n == 0)
        return EQLITE_INVALID;
    eq_buf_init(&why, &r->alloc);
    const struct eq_plan *plan = eq_ruleset_program(r->ruleset)->rules[index].plan;
    *answer = names[eq_partition_class(plan, list, n, &why)];
    eqlite_status st = eq_api_write(&why, write, ctx);
    eq_buf_free(&why);
    return st;
}

bool eqlite_rules_need_order(const eqlite_rules *r)
{
    return eq_ruleset_program(r->ruleset)->timestamp_field != EQ_NONE;
}

size_t eqlite_rules_field_count(const eqlite_rules *r)
{
    return eq_fields_count(eq_ruleset_program(r->ruleset)->fields);
}

static bool reads_path(const struct eq_node *n, struct eq_slice path)
{
    if (n->kind == EQ_N_FIELD && n->frame != EQ_FRAME_ELEMENT && eq_slice_eq(n->path, path))
        return true;
    for (uint32_t i = 0; i < n->n_kids; i++)
        if (reads_path(n->kids[i], path))
            return true;
    return false;
}

static bool stage_reads(const struct eq_plan_stage *s, struct eq_slice path)
{
    for (uint32_t k = 0; k < s->n_keys; k++)
        if (eq_slice_eq(s->keys[k].path, path))
            return true;
    return reads_path(s->filter, path);
}

static bool plan_reads(const struct eq_plan *plan, struct eq_slice path)
{
    for (uint32_t i = 0; i < plan->n_stages; i++)
        if (stage_reads(&plan->stages[i], path))
            return true;
    return plan->until && stage_reads(plan->until, path);
}

eqlite_string eqlite_rules_field(const eqlite_rules *r, size_t index, size_t *rules)
{
    const struct eq_program *p = eq_ruleset_program(r->ruleset);
    if (index >= eq_fields_count(p->fields))
        return (eqlite_string){0};
    struct eq_slice path = p->fields->items[index].path;
    for (size_t i = 0; rules && i < p->n_rules; i++)
        *rules = (i ? *rules : 0) + plan_reads(p->rules[i].plan, path);
    return eq_api_string(path);
}
