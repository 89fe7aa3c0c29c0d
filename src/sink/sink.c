/* sink.c — open a form, hand it alerts, close it. See sink.h. */
#include "sink/sink.h"
#include "sink/sink_priv.h"

struct form {
    const char *name;
    enum eq_status (*open)(struct eq_sink *s);
};

static const struct form forms[EQ_SINK_COUNT] = {
#define SINK(id, name, open, help) {name, open},
#include "sink/sinks.def"
#undef SINK
};

bool eq_sink_form_parse(enum eq_sink_form *out, struct eq_slice name)
{
    for (unsigned i = 0; i < EQ_SINK_COUNT; i++)
        if (eq_slice_eq(name, eq_slice_of(forms[i].name))) {
            *out = (enum eq_sink_form)i;
            return true;
        }
    return false;
}

static bool copy(struct eq_slice *out, struct eq_sink *s, struct eq_slice text)
{
    *out = eq_arena_copy(&s->arena, text);
    return out->ptr != NULL;
}

/* The sink outlives the options it was made from. */
static enum eq_status copy_options(struct eq_sink *s, const struct eq_sink_options *options)
{
    s->o = *options;
    struct eq_slice timestamp = options->timestamp_field.len ? options->timestamp_field : EQ_LIT("@timestamp");
    struct eq_slice category = options->category_field.len ? options->category_field : EQ_LIT("event.category");
    if (!copy(&s->o.timestamp_field, s, timestamp) || !copy(&s->o.category_field, s, category) ||
        !copy(&s->o.version, s, options->version) || !copy(&s->o.title, s, options->title))
        return EQ_NOMEM;
    s->o.columns = NULL;
    if (!options->n_columns)
        return EQ_OK;
    struct eq_slice *columns = eq_arena_alloc(&s->arena, options->n_columns * sizeof *columns);
    if (!columns)
        return EQ_NOMEM;
    for (size_t i = 0; i < options->n_columns; i++)
        if (!copy(&columns[i], s, options->columns[i]))
            return EQ_NOMEM;
    s->o.columns = columns;
    return EQ_OK;
}

/* The view's first EQ_AF_COUNT numbers are the well-known fields; a column may be one of them. */
static enum eq_status open_view(struct eq_sink *s)
{
    static const char *const known[] = {
#define ALERT_FIELD(id, path, top) path,
#include "sink/alert_fields.def"
#undef ALERT_FIELD
    };
    size_t n = EQ_AF_COUNT + s->o.n_columns;
    struct eq_slice *paths = eq_arena_alloc(&s->arena, n * sizeof *paths);
    uint32_t *numbers = eq_arena_alloc(&s->arena, n * sizeof *numbers);
    if (!paths || !numbers)
        return EQ_NOMEM;
    for (size_t i = 0; i < EQ_AF_COUNT; i++)
        paths[i] = eq_slice_of(known[i]);
    paths[EQ_AF_TIMESTAMP] = s->o.timestamp_field;
    paths[EQ_AF_CATEGORY] = s->o.category_field;
    for (size_t i = 0; i < s->o.n_columns; i++)
        paths[EQ_AF_COUNT + i] = s->o.columns[i];
    enum eq_status st = eq_view_init(&s->view, paths, numbers, n, s->alloc);
    s->known_fields = numbers;
    s->column_fields = numbers + EQ_AF_COUNT;
    return st;
}

enum eq_status eq_sink_new(struct eq_sink **out, const struct eq_sink_options *options, const struct eq_alloc *alloc)
{
    struct eq_sink *s = eq_new(alloc, sizeof *s);
    if (!s)
        return EQ_NOMEM;
    s->alloc = alloc;
    s->template_rule = EQ_NONE;
    eq_arena_init(&s->arena, alloc);
    eq_buf_init(&s->out, alloc);
    eq_buf_init(&s->document, alloc);
    enum eq_status st = copy_options(s, options);
    if (st == EQ_OK)
        st = open_view(s);
    if (st == EQ_OK)
        st = forms[options->form].open(s);
    if (st != EQ_OK) {
        eq_sink_free(s);
        return st;
    }
    *out = s;
    return EQ_OK;
}

enum eq_status eq_sink_put(struct eq_sink *s, const struct eq_alert *alert)
{
    if (s->alerts++ == 0)
        s->numbered = s->o.content == EQ_SINK_EVENTS && !alert->is_event;
    return s->put(s, alert);
}

enum eq_status eq_sink_put_document(struct eq_sink *s, struct eq_slice json)
{
    struct eq_alert alert;
    enum eq_status st = s->reader ? EQ_OK : eq_alert_reader_new(&s->reader, s);
    if (st == EQ_OK)
        st = eq_alert_read(&alert, s->reader, json);
    if (st == EQ_OK)
        st = eq_sink_put(s, &alert);
    s->given_id = eq_slice("", 0);
    return st;
}

enum eq_status eq_sink_end(struct eq_sink *s)
{
    return s->end ? s->end(s) : EQ_OK;
}

void eq_sink_free(struct eq_sink *s)
{
    if (!s)
        return;
    if (s->close)
        s->close(s);
    eq_alert_reader_free(s->reader);
    eq_view_free(&s->view);
    eq_view_free(&s->template_view);
    eq_buf_free(&s->out);
    eq_buf_free(&s->document);
    eq_arena_free(&s->arena);
    eq_free(s->alloc, s);
}

enum eq_status eq_sink_flush(struct eq_sink *s)
{
    enum eq_status st = eq_buf_status(&s->out);
    if (st == EQ_OK && s->out.len && !s->o.write(s->out.ptr, s->out.len, s->o.ctx))
        st = EQ_IO;
    eq_buf_clear(&s->out);
    return st;
}

const struct eq_sink_rule *eq_sink_rule_at(struct eq_sink *s, uint32_t number)
{
    if (number >= EQ_SINK_FOREIGN)
        return eq_alert_reader_rule(s->reader, number - EQ_SINK_FOREIGN);
    return s->o.rule ? s->o.rule(number, s->o.ctx) : NULL;
}

const struct eq_sink_rule *eq_sink_rule_of(struct eq_sink *s, const struct eq_alert *a)
{
    static const struct eq_sink_rule none;
    const struct eq_sink_rule *rule = eq_sink_rule_at(s, a->rule);
    return rule ? rule : &none;
}

size_t eq_sink_rules(const struct eq_sink *s)
{
    return s->o.n_rules + eq_alert_reader_rules(s->reader);
}

uint32_t eq_sink_rule_number(const struct eq_sink *s, size_t index)
{
    return index < s->o.n_rules ? (uint32_t)index : EQ_SINK_FOREIGN + (uint32_t)(index - s->o.n_rules);
}

size_t eq_sink_rule_index(const struct eq_sink *s, uint32_t number)
{
    return number < EQ_SINK_FOREIGN ? number : s->o.n_rules + (number - EQ_SINK_FOREIGN);
}

enum eq_status eq_sink_document(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    struct eq_buf *doc = s->o.terminal ? &s->document : out;
    if (s->o.terminal)
        eq_buf_clear(&s->document);
    switch (s->o.content) {
    case EQ_SINK_EVENTS: eq_sink_events(doc, s, a); break;
    case EQ_SINK_ALERTS_ECS: eq_sink_alert_ecs(doc, s, a); break;
    case EQ_SINK_ALERTS_COMPACT: eq_sink_alert_compact(doc, s, a); break;
    }
    if (eq_buf_status(doc) != EQ_OK)
        return EQ_NOMEM;
    if (s->o.terminal)
        eq_sink_json_for_terminal(out, eq_buf_slice(doc));
    return eq_buf_status(out);
}

void eq_sink_explain(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    if (!s->o.explain)
        return;
    eq_buf_puts(out, ",\"explain\":");
    if (s->o.explain(out, a, s->o.ctx) != EQ_OK)
        out->failed = true;
}
