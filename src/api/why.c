/* why.c — why a rule matched or did not, seen from outside. The rule is compiled once more, as it was written: the plan
 * that is matched has been simplified, and people would not find their own words in it. */
#include "api/handles.h"

#include "match/why.h"

struct eqlite_why {
    struct eqlite_rules *rules;
    size_t rule;
    struct eq_arena arena; /* of the plan */
    struct eq_why *inner;
    struct eq_buf padded;
    struct eq_decode_error error;
    bool last_was_bad;
};

static enum eq_status compile_again(struct eq_plan **out, struct eqlite_why *w)
{
    const struct eq_rule *rule = w->rules->set.items[w->rule];
    struct eq_language_options options = {
        .category_field = rule->category_field.len ? rule->category_field : w->rules->category_field,
        .timestamp_field = rule->timestamp_field.len ? rule->timestamp_field : w->rules->timestamp_field,
    };
    const struct eq_language *language = &eq_languages[rule->dialect ? rule->dialect : EQ_DIALECT_ELASTIC];
    struct eq_diags diags; /* told when the rules were compiled */
    eq_diags_init(&diags, &w->rules->alloc);
    enum eq_status st = language->compile(out, &rule->source, &options, &w->arena, &diags);
    eq_diags_free(&diags);
    return st;
}

eqlite_status eqlite_why_new(eqlite_why **out, eqlite_rules *rules, size_t rule, const eqlite_why_options *given)
{
    eqlite_why_options options;
    struct eq_plan *plan = NULL;
    eq_api_options(&options, sizeof options, given);
    if (rule >= rules->set.n)
        return EQLITE_INVALID;
    struct eqlite_why *w = eq_new(&rules->alloc, sizeof *w);
    if (!w)
        return EQLITE_NOMEM;
    w->rules = eqlite_rules_retain(rules);
    w->rule = rule;
    eq_arena_init(&w->arena, &rules->alloc);
    eq_buf_init(&w->padded, &rules->alloc);
    struct eq_why_options inner = {
        .source = rules->set.items[rule]->source.text,
        .timestamp_field = rules->timestamp_field,
        .unwrap = options.unwrap,
        .alone = options.alone,
    };
    enum eq_status st = compile_again(&plan, w);
    if (st == EQ_OK)
        st = eq_why_new(&w->inner, plan, &inner, &rules->alloc);
    if (st != EQ_OK) {
        eqlite_why_free(w);
        return eq_api_status(st);
    }
    *out = w;
    return EQLITE_OK;
}

struct eq_why *eq_api_why(eqlite_why *w)
{
    return w->inner;
}

void eqlite_why_free(eqlite_why *w)
{
    if (!w)
        return;
    struct eqlite_rules *rules = w->rules;
    eq_why_free(w->inner);
    eq_arena_free(&w->arena);
    eq_buf_free(&w->padded);
    eq_free(&rules->alloc, w);
    eqlite_rules_free(rules);
}

/* ── Events ── */

eqlite_status eqlite_why_feed(eqlite_why *w, const eqlite_event *event)
{
    struct eq_slice text;
    struct eq_origin origin = {eq_slice(event->path.ptr, event->path.len), event->line, event->offset};
    if (!eq_api_pad(&text, &w->padded, event))
        return EQLITE_NOMEM;
    enum eq_status st = eq_why_feed(w->inner, text, &origin, &w->error);
    w->last_was_bad = st == EQ_INVALID;
    return eq_api_status(st);
}

const char *eqlite_why_bad_event(const eqlite_why *w, size_t *offset)
{
    if (!w->last_was_bad)
        return NULL;
    if (offset)
        *offset = w->error.offset;
    return w->error.message;
}

size_t eqlite_why_count(const eqlite_why *w)
{
    return eq_why_count(w->inner);
}

eqlite_why_part eqlite_why_get(const eqlite_why *w, size_t number)
{
    if (number >= eq_why_count(w->inner))
        return (eqlite_why_part){.parent = SIZE_MAX};
    struct eq_why_part p = eq_why_part(w->inner, (uint32_t)number);
    const char *query = w->rules->set.items[w->rule]->source.text.ptr;
    return (eqlite_why_part){
        .number = p.number,
        .parent = p.parent == EQ_NONE ? SIZE_MAX : p.parent,
        .stage = p.stage,
        .kind = p.kind.ptr,
        .value = eq_why_value_names[p.value],
        .was_true = p.was_true,
        .was_false = p.was_false,
        .text = {query + p.span.start, p.span.end - p.span.start},
        .start = p.span.start,
        .end = p.span.end,
    };
}

/* ── Telling ── */

eqlite_status eqlite_why_note(eqlite_why *w, size_t number, eqlite_write *write, void *ctx)
{
    struct eq_buf out;
    if (number >= eq_why_count(w->inner))
        return EQLITE_INVALID;
    eq_buf_init(&out, &w->rules->alloc);
    eq_why_note(&out, w->inner, (uint32_t)number);
    eqlite_status st = eq_api_write(&out, write, ctx);
    eq_buf_free(&out);
    return st;
}

eqlite_status eqlite_why_print(eqlite_why *w, size_t stage, const char *format, unsigned indent, eqlite_write *write,
                               void *ctx)
{
    struct eq_buf out;
    bool tree = !format || strcmp(format, "tree") == 0;
    if (stage > UINT32_MAX || eq_why_root(w->inner, (uint32_t)stage) == EQ_NONE ||
        !(tree || strcmp(format, "json") == 0))
        return EQLITE_INVALID;
    eq_buf_init(&out, &w->rules->alloc);
    if (tree)
        eq_why_tree(&out, w->inner, (uint32_t)stage, indent);
    else
        eq_why_json(&out, w->inner, (uint32_t)stage);
    eqlite_status st = eq_api_write(&out, write, ctx);
    eq_buf_free(&out);
    return st;
}

eqlite_status eqlite_why_nearest(eqlite_why *w, uint32_t events, eqlite_string keys, unsigned indent,
                                 eqlite_write *write, void *ctx)
{
    struct eq_buf out;
    eq_buf_init(&out, &w->rules->alloc);
    eq_why_nearest(&out, w->inner, events, eq_slice(keys.ptr, keys.len), indent);
    eqlite_status st = eq_api_write(&out, write, ctx);
    eq_buf_free(&out);
    return st;
}

/* The events of an alert are bound as they are explained: each stage may read those before it. */
static enum eq_status explain_step(struct eq_buf *out, struct eqlite_why *w, const struct eq_alert *a, size_t index)
{
    const struct eq_alert_event *e = &a->events[index];
    uint32_t stage = eq_why_stage_of(w->inner, index);
    enum eq_status st = EQ_OK;
    if (index)
        eq_buf_putc(out, ',');
    if (e->missing) {
        eq_buf_puts(out, "null");
        return EQ_OK;
    }
    eq_buf_clear(&w->padded);
    eq_buf_add(&w->padded, e->json);
    eq_buf_fill(&w->padded, ' ', EQ_JSON_PADDING);
    st = eq_buf_status(&w->padded);
    if (st == EQ_OK)
        st = eq_why_feed(w->inner, eq_slice(w->padded.ptr, e->json.len), &e->origin, &w->error);
    if (st == EQ_INVALID) { /* cannot be: it matched */
        eq_buf_puts(out, "null");
        return EQ_OK;
    }
    if (st == EQ_OK)
        eq_why_json(out, w->inner, stage);
    return st == EQ_OK ? eq_why_bind(w->inner, stage, e->json) : st;
}

enum eq_status eq_api_explain_alert(struct eq_buf *out, eqlite_why *w, const struct eq_alert *a)
{
    enum eq_status st = EQ_OK;
    for (size_t i = 0; i < a->n_events; i++)
        (void)eq_why_bind(w->inner, eq_why_stage_of(w->inner, i), (struct eq_slice){0});
    eq_buf_putc(out, '[');
    for (size_t i = 0; i < a->n_events && st == EQ_OK; i++)
        st = explain_step(out, w, a, i);
    eq_buf_putc(out, ']');
    return st;
}

eqlite_status eqlite_why_alert(eqlite_why *w, const eqlite_alert *alert, eqlite_write *write, void *ctx)
{
    struct eq_buf out;
    if (alert->alert->rule != w->rule)
        return EQLITE_INVALID;
    eq_buf_init(&out, &w->rules->alloc);
    enum eq_status st = eq_api_explain_alert(&out, w, alert->alert);
    eqlite_status written = st == EQ_OK ? eq_api_write(&out, write, ctx) : eq_api_status(st);
    eq_buf_free(&out);
    return written;
}
