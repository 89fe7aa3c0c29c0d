/* alert_ecs.c — an alert as Elastic Security stores it: ECS fields, kibana.alert.* and, under "eqlite", every event.
 *
 * No wall clock: an alert's time is that of its last event, so the same input gives the same documents. Fields on which
 * all events of a sequence agree are repeated at the top; nothing of an event is lost, for each stands whole in
 * eqlite.steps. */
#include "sink/sink_priv.h"

static void key(struct eq_buf *out, const char *name)
{
    eq_buf_putc(out, ',');
    eq_buf_json(out, eq_slice_of(name));
    eq_buf_putc(out, ':');
}

static void string(struct eq_buf *out, const char *name, struct eq_slice value)
{
    if (!value.len)
        return;
    key(out, name);
    eq_buf_json(out, value);
}

static void strings(struct eq_buf *out, const char *name, const struct eq_slice *values, size_t n)
{
    if (!n)
        return;
    key(out, name);
    for (size_t i = 0; i < n; i++) {
        eq_buf_putc(out, i ? ',' : '[');
        eq_buf_json(out, values[i]);
    }
    eq_buf_putc(out, ']');
}

/* ── Fields at the top ── */

struct common {
    const char *path;
    enum eq_alert_field field;
    size_t start, len; /* of its JSON in a buffer; len 0: not common */
};

static const struct common common_fields[] = {
#define ALERT_FIELD(id, path, top) {(top) ? path : NULL, EQ_AF_##id, 0, 0},
#include "sink/alert_fields.def"
#undef ALERT_FIELD
};
#define N_COMMON (sizeof common_fields / sizeof *common_fields)

/* Find what all present events agree on. Values are collected in `json`. */
static void find_common(struct common *c, struct eq_buf *json, struct eq_sink *s, const struct eq_alert *a)
{
    struct eq_buf other;
    bool first = true;
    eq_buf_init(&other, s->alloc);
    for (size_t i = 0; i < a->n_events; i++) {
        if (a->events[i].missing)
            continue;
        if (eq_view_open(&s->view, a->events[i].json) != EQ_OK)
            json->failed = true;
        for (size_t k = 0; k < N_COMMON && !json->failed; k++) {
            uint32_t field = s->known_fields[c[k].field];
            bool there = c[k].path && eq_view_first(&s->view, field);
            if (first && there) {
                c[k].start = json->len;
                eq_view_json(json, &s->view, field);
                c[k].len = json->len - c[k].start;
            } else if (!first && c[k].len) {
                eq_buf_clear(&other);
                eq_view_json(&other, &s->view, field);
                json->failed = json->failed || other.failed;
                if (!there || !eq_slice_eq(eq_buf_slice(&other), eq_slice(json->ptr + c[k].start, c[k].len)))
                    c[k].len = 0;
            }
        }
        first = false;
    }
    json->failed = json->failed || other.failed;
    eq_buf_free(&other);
}

/* How many leading words of a dotted path two paths share, the last word of `a` never counted. */
static size_t shared_words(const char *a, const char *b)
{
    size_t n = 0;
    for (; *a && *a == *b; a++, b++)
        n += *a == '.';
    return n;
}

static size_t count_dots(const char *path)
{
    size_t n = 0;
    for (; *path; path++)
        n += *path == '.';
    return n;
}

/* Print the words of `path` from number `from` on, opening an object for each but the last. */
static void open_path(struct eq_buf *out, const char *path, size_t from)
{
    for (size_t word = 0;; word++) {
        const char *dot = strchr(path, '.');
        if (word >= from)
            eq_buf_json(out, dot ? eq_slice(path, (size_t)(dot - path)) : eq_slice_of(path));
        if (!dot)
            break;
        if (word >= from)
            eq_buf_puts(out, ":{");
        path = dot + 1;
    }
    eq_buf_putc(out, ':');
}

/* agent.id, agent.name, host.os.type as {"agent":{"id":…,"name":…},"host":{"os":{"type":…}}}, without the outer braces:
 * rows stand together by their words, so each object is opened once. */
static void print_common(struct eq_buf *out, const struct common *c, struct eq_slice json)
{
    const char *last = NULL;
    for (size_t k = 0; k < N_COMMON; k++) {
        if (!c[k].path || !c[k].len)
            continue;
        size_t shared = last ? shared_words(c[k].path, last) : 0;
        if (last)
            eq_buf_fill(out, '}', count_dots(last) - shared);
        eq_buf_putc(out, ',');
        open_path(out, c[k].path, shared);
        eq_buf_add(out, eq_slice(json.ptr + c[k].start, c[k].len));
        last = c[k].path;
    }
    if (last)
        eq_buf_fill(out, '}', count_dots(last));
}

static void common(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    struct common c[N_COMMON];
    struct eq_buf json;
    memcpy(c, common_fields, sizeof c);
    eq_buf_init(&json, s->alloc);
    find_common(c, &json, s, a);
    if (json.failed)
        out->failed = true;
    else
        print_common(out, c, eq_buf_slice(&json));
    eq_buf_free(&json);
}

/* "event":{"kind":"signal","category":[…]}; categories of all events, each once. */
static void event_object(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    struct eq_intern seen;
    eq_intern_init(&seen, s->alloc);
    for (size_t i = 0; i < a->n_events; i++) {
        if (a->events[i].missing)
            continue;
        if (eq_view_open(&s->view, a->events[i].json) != EQ_OK)
            out->failed = true;
        const struct eq_event *event = s->view.event;
        if (!event)
            continue;
        uint32_t at = event->frame.slots[s->known_fields[EQ_AF_CATEGORY]].head;
        for (; at != EQ_END_OF_CHAIN; at = event->frame.next[at]) {
            uint32_t number;
            const struct eq_value *v = &event->frame.values[at];
            if (v->type == EQ_STRING && eq_intern_put(&number, &seen, eq_value_slice(v), NULL) != EQ_OK)
                out->failed = true;
        }
    }
    eq_buf_puts(out, "\"event\":{\"kind\":\"signal\"");
    strings(out, "category", seen.items, seen.n);
    eq_buf_putc(out, '}');
    eq_intern_free(&seen);
}

/* ── kibana.alert.* ── */

void eq_sink_rule_ecs(struct eq_buf *out, const struct eq_sink_rule *rule)
{
    string(out, "kibana.alert.rule.rule_id", rule->id);
    string(out, "kibana.alert.rule.uuid", rule->id);
    string(out, "kibana.alert.rule.name", rule->name);
    string(out, "kibana.alert.rule.type", rule->rule_type.len ? rule->rule_type : EQ_LIT("eql"));
    string(out, "kibana.alert.rule.category", EQ_LIT("Event Correlation Rule"));
    string(out, "kibana.alert.rule.description", rule->description);
    strings(out, "kibana.alert.rule.tags", rule->tags, rule->n_tags);
    strings(out, "kibana.alert.rule.references", rule->references, rule->n_references);
    if (rule->threat_json.len) {
        key(out, "kibana.alert.rule.threat");
        eq_buf_add(out, rule->threat_json);
    }
    eq_buf_puts(out, ",\"kibana.alert.rule.parameters\":{\"query\":");
    eq_buf_json(out, rule->query);
    eq_buf_puts(out, ",\"language\":\"eql\"");
    strings(out, "index", rule->index, rule->n_index);
    eq_buf_putc(out, '}');
    string(out, "kibana.alert.severity", rule->severity);
    key(out, "kibana.alert.risk_score");
    eq_buf_printf(out, "%d", rule->risk_score);
}

static void ancestors(struct eq_buf *out, const struct eq_alert *a)
{
    bool any = false;
    for (size_t i = 0; i < a->n_events; i++) {
        const struct eq_alert_event *e = &a->events[i];
        if (e->missing || !e->id.len)
            continue;
        eq_buf_puts(out, any ? "," : ",\"kibana.alert.ancestors\":[");
        any = true;
        eq_buf_puts(out, "{\"id\":");
        eq_buf_json(out, e->id);
        eq_buf_puts(out, ",\"type\":\"event\"");
        string(out, "index", e->index);
        eq_buf_puts(out, ",\"depth\":0}");
    }
    if (any)
        eq_buf_putc(out, ']');
}

/* ── "eqlite" ── */

static void repairs(struct eq_buf *out, unsigned bits)
{
    static const char *const names[] = {"bom", "utf8", "surrogate", "number", "nan", "control", "depth", "duplicate",
                                        "elements"};
    bool any = false;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (!(bits & 1u << i))
            continue;
        eq_buf_puts(out, any ? "," : ",\"repaired\":[");
        any = true;
        eq_buf_json(out, eq_slice_of(names[i]));
    }
    if (any)
        eq_buf_putc(out, ']');
}

static void step(struct eq_buf *out, const struct eq_alert_event *e, size_t index)
{
    eq_buf_printf(out, "%s{\"index\":%zu", index ? "," : "", index);
    if (e->missing) {
        eq_buf_puts(out, ",\"missing\":true}");
        return;
    }
    eq_buf_puts(out, ",\"event\":");
    eq_sink_event_json(out, e);
    eq_buf_puts(out, ",\"source\":");
    eq_sink_origin(out, &e->origin);
    repairs(out, e->repairs);
    eq_buf_putc(out, '}');
}

static void own_object(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    const struct eq_alert_event *last = eq_sink_last_event(a);
    eq_buf_puts(out, ",\"eqlite\":{\"version\":");
    eq_buf_json(out, s->o.version);
    eq_buf_puts(out, ",\"join_keys\":");
    eq_sink_join_keys(out, a);
    eq_buf_puts(out, ",\"steps\":[");
    for (size_t i = 0; i < a->n_events; i++)
        step(out, &a->events[i], i);
    eq_buf_putc(out, ']');
    eq_sink_explain(out, s, a);
    if (last) {
        eq_buf_puts(out, ",\"source\":");
        eq_sink_origin(out, &last->origin);
    }
    if (eq_sink_rule_of(s, a)->message.len) {
        struct eq_buf message;
        eq_buf_init(&message, s->alloc);
        eq_sink_message(&message, s, a);
        string(out, "message", eq_buf_slice(&message));
        out->failed = out->failed || message.failed;
        eq_buf_free(&message);
    }
    eq_buf_putc(out, '}');
}

void eq_sink_alert_ecs(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    const struct eq_sink_rule *rule = eq_sink_rule_of(s, a);
    struct eq_buf reason, time, id;
    eq_buf_init(&reason, s->alloc);
    eq_buf_init(&time, s->alloc);
    eq_buf_init(&id, s->alloc);
    eq_sink_reason(&reason, s, a); /* leaves the view on the last event */
    eq_sink_time(&time, s);
    eq_sink_alert_id(&id, s, a);

    eq_buf_putc(out, '{');
    if (time.len) {
        eq_buf_puts(out, "\"@timestamp\":");
        eq_buf_json(out, eq_buf_slice(&time));
        eq_buf_putc(out, ',');
    }
    event_object(out, s, a);
    common(out, s, a);
    string(out, "kibana.alert.uuid", eq_buf_slice(&id));
    if (rule->ecs_json.len)
        eq_buf_add(out, rule->ecs_json);
    else
        eq_sink_rule_ecs(out, rule);
    string(out, "kibana.alert.reason", eq_buf_slice(&reason));
    string(out, "kibana.alert.original_time", eq_buf_slice(&time));
    eq_buf_puts(out, ",\"kibana.alert.depth\":1");
    ancestors(out, a);
    eq_buf_puts(out, ",\"kibana.alert.status\":\"active\",\"kibana.alert.workflow_status\":\"open\"");
    if (!a->is_event)
        string(out, "kibana.alert.group.id", eq_buf_slice(&id));
    own_object(out, s, a);
    eq_buf_putc(out, '}');

    out->failed = out->failed || reason.failed || time.failed || id.failed;
    eq_buf_free(&reason);
    eq_buf_free(&time);
    eq_buf_free(&id);
}
