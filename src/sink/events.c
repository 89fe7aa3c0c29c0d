/* events.c — the content of `query`: what matched, and nothing else.
 *
 * An event is its own JSON. A sequence or sample is {"join_keys":[…],"events":[…]}, with null in the place of a missing
 * event. With columns, an event is an object of those fields alone, under their dotted names. */
#include "sink/sink_priv.h"

void eq_sink_origin(struct eq_buf *out, const struct eq_origin *o)
{
    eq_buf_puts(out, "{\"path\":");
    eq_buf_json(out, o->path);
    eq_buf_printf(out, ",\"line\":%llu,\"offset\":%llu}", (unsigned long long)o->line, (unsigned long long)o->offset);
}

void eq_sink_join_keys(struct eq_buf *out, const struct eq_alert *a)
{
    eq_buf_putc(out, '[');
    for (size_t i = 0; i < a->n_keys; i++) {
        if (i)
            eq_buf_putc(out, ',');
        eq_value_json(out, &a->keys[i]);
    }
    eq_buf_putc(out, ']');
}

static void chosen_fields(struct eq_buf *out, struct eq_sink *s, const struct eq_alert_event *e)
{
    bool any = false;
    if (eq_view_open(&s->view, e->json) != EQ_OK)
        out->failed = true;
    eq_buf_putc(out, '{');
    for (size_t i = 0; i < s->o.n_columns; i++) {
        if (!eq_view_first(&s->view, s->column_fields[i]))
            continue;
        if (any)
            eq_buf_putc(out, ',');
        any = true;
        eq_buf_json(out, s->o.columns[i]);
        eq_buf_putc(out, ':');
        eq_view_json(out, &s->view, s->column_fields[i]);
    }
    eq_buf_putc(out, '}');
}

static void event(struct eq_buf *out, struct eq_sink *s, const struct eq_alert_event *e)
{
    if (e->missing)
        eq_buf_puts(out, "null");
    else if (s->o.n_columns)
        chosen_fields(out, s, e);
    else
        eq_sink_event_json(out, e);
}

void eq_sink_events(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    if (a->is_event) {
        event(out, s, &a->events[0]);
        return;
    }
    eq_buf_puts(out, "{\"join_keys\":");
    eq_sink_join_keys(out, a);
    eq_buf_puts(out, ",\"events\":[");
    for (size_t i = 0; i < a->n_events; i++) {
        if (i)
            eq_buf_putc(out, ',');
        event(out, s, &a->events[i]);
    }
    eq_buf_puts(out, "]}");
}
