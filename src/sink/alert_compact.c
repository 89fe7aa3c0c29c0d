/* alert_compact.c — an alert in few words: which rule, why, when, where, and the events.
 *
 *      {"@timestamp":…,"rule":{"id":…,"name":…,"severity":…,"risk_score":…},"reason":…,"source":{…},"events":[…]} */
#include "sink/sink_priv.h"

static void rule_object(struct eq_buf *out, const struct eq_sink_rule *rule)
{
    eq_buf_puts(out, "\"rule\":{\"id\":");
    eq_buf_json(out, rule->id);
    eq_buf_puts(out, ",\"name\":");
    eq_buf_json(out, rule->name);
    eq_buf_puts(out, ",\"severity\":");
    eq_buf_json(out, rule->severity);
    eq_buf_printf(out, ",\"risk_score\":%d}", rule->risk_score);
}

static void text(struct eq_buf *out, const char *name, const struct eq_buf *value)
{
    out->failed = out->failed || value->failed;
    eq_buf_putc(out, '"');
    eq_buf_puts(out, name);
    eq_buf_puts(out, "\":");
    eq_buf_json(out, eq_buf_slice(value));
}

static void events(struct eq_buf *out, const struct eq_alert *a)
{
    eq_buf_puts(out, "\"events\":[");
    for (size_t i = 0; i < a->n_events; i++) {
        if (i)
            eq_buf_putc(out, ',');
        if (a->events[i].missing)
            eq_buf_puts(out, "null");
        else
            eq_sink_event_json(out, &a->events[i]);
    }
    eq_buf_putc(out, ']');
}

void eq_sink_alert_compact(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    const struct eq_sink_rule *rule = eq_sink_rule_of(s, a);
    const struct eq_alert_event *last = eq_sink_last_event(a);
    struct eq_buf value;
    eq_buf_init(&value, s->alloc);

    eq_buf_putc(out, '{');
    eq_sink_reason(&value, s, a); /* leaves the view on the last event */
    size_t reason_len = value.len;
    eq_sink_time(&value, s);
    if (!value.failed && value.len > reason_len) {
        eq_buf_puts(out, "\"@timestamp\":");
        eq_buf_json(out, eq_slice(value.ptr + reason_len, value.len - reason_len));
        eq_buf_putc(out, ',');
        value.len = reason_len;
    }
    rule_object(out, rule);
    eq_buf_putc(out, ',');
    text(out, "reason", &value);
    if (rule->message.len) {
        eq_buf_clear(&value);
        eq_sink_message(&value, s, a);
        eq_buf_putc(out, ',');
        text(out, "message", &value);
    }
    if (!a->is_event) {
        eq_buf_puts(out, ",\"join_keys\":");
        eq_sink_join_keys(out, a);
    }
    if (last) {
        eq_buf_puts(out, ",\"source\":");
        eq_sink_origin(out, &last->origin);
    }
    eq_sink_explain(out, s, a);
    eq_buf_putc(out, ',');
    events(out, a);
    eq_buf_putc(out, '}');
    eq_buf_free(&value);
}
