/* sink.c — the sink, seen from outside. What a sink says about a rule is put together when its first alert comes. */
#include "api/handles.h"

#include "sink/sink.h"

struct eqlite_sink {
    struct eqlite_rules *rules;
    struct eq_arena arena;
    struct eq_sink *inner;
    struct eq_sink_rule **about; /* by rule; NULL until asked for */
    eqlite_why **why;            /* likewise, if alerts are explained */
    eqlite_sink_options options;
};

/* Without the brace that closes it. */
static void open_item(struct eq_buf *out, const struct eq_threat_item *item)
{
    eq_buf_puts(out, "{\"id\":");
    eq_buf_json(out, item->id);
    eq_buf_puts(out, ",\"name\":");
    eq_buf_json(out, item->name);
    eq_buf_puts(out, ",\"reference\":");
    eq_buf_json(out, item->reference);
}

/* [{…},{…,"subtechnique":[{…}]}]; a sub-technique never comes first. */
static void print_techniques(struct eq_buf *out, const struct eq_threat_item *items, size_t n)
{
    eq_buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        bool first = i == 0 || items[i - 1].sub != items[i].sub;
        eq_buf_puts(out, !items[i].sub ? (i ? "," : "") : first ? ",\"subtechnique\":[" : ",");
        open_item(out, &items[i]);
        if (items[i].sub)
            eq_buf_putc(out, '}');
        if (i + 1 == n || !items[i + 1].sub)
            eq_buf_puts(out, items[i].sub ? "]}" : "}");
    }
    eq_buf_putc(out, ']');
}

/* Elastic's rule.threat: [{"framework":…,"tactic":{…},"technique":[{…}]}] */
static struct eq_slice threat_json(struct eq_arena *arena, const struct eq_rule *rule)
{
    struct eq_buf out;
    eq_buf_init(&out, arena->alloc);
    eq_buf_putc(&out, '[');
    for (size_t i = 0; i < rule->n_threats; i++) {
        const struct eq_threat *t = &rule->threats[i];
        eq_buf_puts(&out, i ? ",{\"framework\":" : "{\"framework\":");
        eq_buf_json(&out, t->framework);
        eq_buf_puts(&out, ",\"tactic\":");
        open_item(&out, &t->tactic);
        eq_buf_puts(&out, "},\"technique\":");
        print_techniques(&out, t->techniques, t->n_techniques);
        eq_buf_putc(&out, '}');
    }
    eq_buf_putc(&out, ']');
    struct eq_slice json = {0};
    if (eq_buf_status(&out) == EQ_OK)
        json = eq_arena_copy(arena, eq_buf_slice(&out));
    eq_buf_free(&out);
    return json;
}

/* Only what an alert adds is printed for each alert. */
static struct eq_slice ecs_json(struct eq_arena *arena, const struct eq_sink_rule *about)
{
    struct eq_buf out;
    struct eq_slice json = {0};
    eq_buf_init(&out, arena->alloc);
    eq_sink_rule_ecs(&out, about);
    if (eq_buf_status(&out) == EQ_OK)
        json = eq_arena_copy(arena, eq_buf_slice(&out));
    eq_buf_free(&out);
    return json;
}

static struct eq_sink_rule *describe(struct eqlite_sink *s, const struct eq_rule *rule)
{
    struct eq_sink_rule *a = eq_arena_alloc(&s->arena, sizeof *a);
    if (!a)
        return NULL;
    *a = (struct eq_sink_rule){
        .id = rule->id,
        .name = rule->name,
        .severity = eq_slice_of(eq_level_name(rule->severity)),
        .query = rule->source.text,
        .dialect = eq_slice_of(eq_languages[rule->dialect].name),
        .description = rule->description,
        .message = rule->message,
        .rule_type = rule->type,
        .risk_score = rule->risk_score,
        .tags = rule->tags,
        .index = rule->index,
        .references = rule->references,
        .n_tags = rule->n_tags,
        .n_index = rule->n_index,
        .n_references = rule->n_references,
        .threat_json = threat_json(&s->arena, rule),
    };
    if (!a->threat_json.ptr)
        return NULL;
    a->ecs_json = ecs_json(&s->arena, a);
    return a->ecs_json.ptr ? a : NULL;
}

static const struct eq_sink_rule *about_rule(uint32_t number, void *ctx)
{
    struct eqlite_sink *s = ctx;
    static const char *const kinds[] = {"event", "sequence", "sample"};
    if (!s->about[number]) {
        s->about[number] = describe(s, s->rules->set.items[number]);
        if (s->about[number])
            s->about[number]->kind = eq_slice_of(kinds[s->rules->views[number].kind]);
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
    inner.n_columns = options.n_columns;
    inner.width = options.width;
    inner.colour = options.colour;
    inner.terminal = options.terminal;
    inner.rule = about_rule;
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
    eq_arena_free(&s->arena);
    eq_free(&rules->alloc, s);
    eqlite_rules_free(rules);
}
