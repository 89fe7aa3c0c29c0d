/* sink.c — the sink, seen from outside. What a sink says about a rule is put together when its first alert comes. */
#include "api/handles.h"

#include "api/sink_rule.h"
#include "rule/attack.h"

struct eqlite_sink {
    struct eqlite_rules *rules;
    struct eq_arena arena;
    struct eq_sink *inner;
    struct eq_sink_rule **about; /* by rule; NULL until asked for */
    eqlite_why **why;            /* likewise, if alerts are explained */
    struct eq_intern ids;        /* of rules, made when the first document is put */
    uint32_t *by_id;             /* number of the rule, by number in `ids` */
    struct eq_buf attack;        /* what eq_attack_json says */
    eqlite_sink_options options;
};

static const struct eq_sink_rule *about_rule(uint32_t number, void *ctx)
{
    struct eqlite_sink *s = ctx;
    static const char *const kinds[] = {"event", "sequence", "sample"};
    if (!s->about[number]) {
        s->about[number] = eq_api_sink_rule(&s->arena, s->rules->set.items[number]);
        if (s->about[number])
            s->about[number]->kind = eq_slice_of(kinds[eqlite_rules_get(s->rules, number).kind]);
    }
    return s->about[number];
}

static enum eq_status explain(struct eq_buf *out, const struct eq_alert *a, void *ctx)
{
    struct eqlite_sink *s = ctx;
    eqlite_why_options options = EQLITE_WHY_OPTIONS_INIT;
    options.alone = true;
    options.unwrap = false; /* what an alert holds is the event inside */
    if (!s->why[a->rule]) {
        eqlite_status st = eqlite_why_new(&s->why[a->rule], s->rules, a->rule, &options);
        if (st != EQLITE_OK)
            return (enum eq_status)st;
    }
    return eq_api_explain_alert(out, s->why[a->rule], a);
}

/* The ids of all rules; of two with the same, the first. */
static enum eq_status index_ids(struct eqlite_sink *s)
{
    const struct eq_rule_set *set = &s->rules->set;
    s->by_id = eq_arena_alloc(&s->arena, (set->n + 1) * sizeof *s->by_id);
    enum eq_status st = s->by_id ? EQ_OK : EQ_NOMEM;
    for (size_t i = 0; st == EQ_OK && i < set->n; i++) {
        uint32_t number;
        bool added;
        st = eq_intern_put(&number, &s->ids, set->items[i]->id, &added);
        if (st == EQ_OK && added)
            s->by_id[number] = (uint32_t)i;
    }
    return st;
}

static uint32_t find_rule(struct eq_slice id, void *ctx)
{
    struct eqlite_sink *s = ctx;
    uint32_t number = eq_intern_find(&s->ids, id);
    return number == EQ_NONE ? EQ_NONE : s->by_id[number];
}

static bool forward(const char *ptr, size_t len, void *ctx)
{
    struct eqlite_sink *s = ctx;
    return s->options.write(ptr, len, s->options.ctx);
}

static bool parse_content(enum eq_sink_content *out, const char *name)
{
    if (!name || strcmp(name, "ecs") == 0)
        *out = EQ_SINK_ALERTS_ECS;
    else if (strcmp(name, "compact") == 0)
        *out = EQ_SINK_ALERTS_COMPACT;
    else if (strcmp(name, "events") == 0)
        *out = EQ_SINK_EVENTS;
    else
        return false;
    return true;
}

static enum eq_status open_sink(struct eqlite_sink *s, struct eq_sink_options *inner)
{
    const eqlite_sink_options *o = &s->options;
    struct eq_slice *columns = eq_arena_alloc(&s->arena, (o->n_columns + 1) * sizeof *columns);
    s->about = eq_arena_alloc(&s->arena, (s->rules->set.n + 1) * sizeof(struct eq_sink_rule *));
    s->why = eq_arena_alloc(&s->arena, (s->rules->set.n + 1) * sizeof(eqlite_why *));
    if (!columns || !s->about || !s->why)
        return EQ_NOMEM;
    for (size_t i = 0; i < o->n_columns; i++) {
        columns[i] = eq_arena_copy(&s->arena, eq_api_slice(o->columns[i]));
        if (!columns[i].ptr)
            return EQ_NOMEM;
    }
    const struct eq_program *program = eq_ruleset_program(s->rules->ruleset);
    if (program->timestamp_field != EQ_NONE)
        inner->timestamp_field = program->fields->items[program->timestamp_field].path;
    inner->version = eq_slice_of(eqlite_version());
    if (inner->form == EQ_SINK_HTML)
        eq_attack_json(&s->attack);
    if (s->attack.failed)
        return EQ_NOMEM;
    inner->attack_json = eq_buf_slice(&s->attack);
    inner->columns = columns;
    return eq_sink_new(&s->inner, inner, &s->rules->alloc);
}

eqlite_status eqlite_sink_new(eqlite_sink **out, eqlite_rules *rules, const eqlite_sink_options *given)
{
    eqlite_sink_options options;
    struct eq_sink_options inner = {0};
    eq_api_options(&options, sizeof options, given);
    if (!options.write || !parse_content(&inner.content, options.content) ||
        !eq_sink_form_parse(&inner.form, options.format ? eq_api_slice(options.format) : EQ_LIT("ndjson")))
        return EQLITE_INVALID;
    struct eqlite_sink *s = eq_new(&rules->alloc, sizeof *s);
    if (!s)
        return EQLITE_NOMEM;
    s->rules = eqlite_rules_retain(rules);
    s->options = options;
    eq_arena_init(&s->arena, &rules->alloc);
    eq_intern_init(&s->ids, &rules->alloc);
    eq_buf_init(&s->attack, &rules->alloc);
    inner.n_columns = options.n_columns;
    inner.width = options.width;
    inner.colour = options.colour;
    inner.terminal = options.terminal;
    inner.title = eq_api_slice(options.title);
    inner.most_alerts = options.max_alerts;
    inner.rule = about_rule;
    inner.n_rules = rules->set.n;
    inner.find_rule = find_rule;
    inner.attack_version = eq_slice_of(eq_attack_version());
    inner.explain = options.explain ? explain : NULL;
    inner.write = forward;
    inner.ctx = s;
    enum eq_status st = open_sink(s, &inner);
    if (st != EQ_OK) {
        eqlite_sink_free(s);
        return eq_api_status(st);
    }
    *out = s;
    return EQLITE_OK;
}

eqlite_status eqlite_sink_put(eqlite_sink *s, const eqlite_alert *alert)
{
    if (!about_rule(alert->alert->rule, s))
        return EQLITE_NOMEM;
    return eq_api_status(eq_sink_put(s->inner, alert->alert));
}

eqlite_status eqlite_sink_put_document(eqlite_sink *s, const char *json, size_t len)
{
    enum eq_status st = s->by_id ? EQ_OK : index_ids(s);
    return eq_api_status(st == EQ_OK ? eq_sink_put_document(s->inner, eq_slice(json, len)) : st);
}

eqlite_status eqlite_sink_end(eqlite_sink *s)
{
    return eq_api_status(eq_sink_end(s->inner));
}

void eqlite_sink_free(eqlite_sink *s)
{
    if (!s)
        return;
    struct eqlite_rules *rules = s->rules;
    eq_sink_free(s->inner);
    for (size_t i = 0; s->why && i < rules->set.n; i++)
        eqlite_why_free(s->why[i]);
    eq_buf_free(&s->attack);
    eq_intern_free(&s->ids);
    eq_arena_free(&s->arena);
    eq_free(&rules->alloc, s);
    eqlite_rules_free(rules);
}
