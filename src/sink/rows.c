/* rows.c — an alert as rows of cells. See rows.h. */
#include "sink/rows.h"

static bool of_alerts(const struct eq_sink *s)
{
    return s->o.content != EQ_SINK_EVENTS;
}

enum eq_status eq_rows_open(struct eq_sink *s)
{
    static const enum eq_alert_field usual[] = {EQ_AF_TIMESTAMP, EQ_AF_CATEGORY, EQ_AF_HOST_NAME, EQ_AF_PROCESS_NAME};
    static const size_t n = sizeof usual / sizeof *usual;
    if (s->o.n_columns || of_alerts(s))
        return EQ_OK;
    struct eq_slice *names = eq_arena_alloc(&s->arena, n * sizeof *names);
    uint32_t *fields = eq_arena_alloc(&s->arena, n * sizeof *fields);
    if (!names || !fields)
        return EQ_NOMEM;
    for (size_t i = 0; i < n; i++) {
        fields[i] = s->known_fields[usual[i]];
        names[i] = s->view.fields->items[fields[i]].path;
    }
    s->o.columns = names;
    s->o.n_columns = n;
    s->column_fields = fields;
    return EQ_OK;
}

static size_t fixed_cells(const struct eq_sink *s)
{
    return of_alerts(s) ? EQ_ROW_FIXED : s->numbered ? 1 : 0;
}

size_t eq_rows_width(const struct eq_sink *s)
{
    return fixed_cells(s) + s->o.n_columns;
}

struct eq_slice eq_rows_title(const struct eq_sink *s, size_t cell)
{
    static const char *const alert_titles[EQ_ROW_FIXED] = {"TIME", "SEVERITY", "RULE", "HOST", "WHAT"};
    size_t fixed = fixed_cells(s);
    if (cell >= fixed)
        return s->o.columns[cell - fixed];
    return of_alerts(s) ? eq_slice_of(alert_titles[cell]) : EQ_LIT("sequence");
}

static void put(struct eq_sink *s, struct eq_buf *text, bool severity, eq_cell *cell, void *ctx)
{
    cell(s, eq_buf_slice(text), severity, ctx);
    text->len = 0; /* its failure stays until the row is asked for its status */
}

static void columns(struct eq_sink *s, struct eq_buf *text, eq_cell *cell, void *ctx)
{
    for (size_t i = 0; i < s->o.n_columns; i++) {
        eq_view_text(text, &s->view, s->column_fields[i]);
        put(s, text, false, cell, ctx);
    }
}

static enum eq_status alert_row(struct eq_sink *s, const struct eq_alert *a, eq_cell *cell, eq_row_end *end, void *ctx)
{
    const struct eq_sink_rule *rule = eq_sink_rule_of(s, a);
    const struct eq_alert_event *last = eq_sink_last_event(a);
    struct eq_buf what, text;
    eq_buf_init(&what, s->alloc);
    eq_buf_init(&text, s->alloc);
    if (rule->message.len)
        eq_sink_message(&what, s, a);
    else
        eq_sink_what(&what, s, a);
    s->view.event = NULL;
    enum eq_status st = last ? eq_view_open(&s->view, last->json) : EQ_OK;
    if (st != EQ_OK)
        goto done;

    eq_sink_time(&text, s);
    put(s, &text, false, cell, ctx);
    cell(s, rule->severity, true, ctx);
    cell(s, rule->name.len ? rule->name : rule->id, false, ctx);
    eq_view_text(&text, &s->view, s->known_fields[EQ_AF_HOST_NAME]);
    put(s, &text, false, cell, ctx);
    cell(s, eq_buf_slice(&what), false, ctx);
    columns(s, &text, cell, ctx);
    st = what.failed || text.failed ? EQ_NOMEM : end(s, ctx);
done:
    eq_buf_free(&what);
    eq_buf_free(&text);
    return st;
}

static enum eq_status event_row(struct eq_sink *s, const struct eq_alert *a, size_t index, eq_cell *cell,
                                eq_row_end *end, void *ctx)
{
    const struct eq_alert_event *e = &a->events[index];
    struct eq_buf text;
    s->view.event = NULL;
    enum eq_status st = e->missing ? EQ_OK : eq_view_open(&s->view, e->json);
    if (st != EQ_OK)
        return st;
    eq_buf_init(&text, s->alloc);
    if (s->numbered) {
        eq_buf_printf(&text, e->missing ? "%llu (missing)" : "%llu", (unsigned long long)s->alerts);
        put(s, &text, false, cell, ctx);
    }
    columns(s, &text, cell, ctx);
    st = text.failed ? EQ_NOMEM : end(s, ctx);
    eq_buf_free(&text);
    return st;
}

enum eq_status eq_rows(struct eq_sink *s, const struct eq_alert *a, eq_cell *cell, eq_row_end *end, void *ctx)
{
    enum eq_status st = EQ_OK;
    if (of_alerts(s))
        return alert_row(s, a, cell, end, ctx);
    for (size_t i = 0; st == EQ_OK && i < a->n_events; i++)
        st = event_row(s, a, i, cell, end, ctx);
    return st;
}
