/* facts.c — what an alert says in words: the reason, the rule's own message, what happened, when.
 *
 * A sequence speaks of its last event, the one that completed it. */
#include "event/time.h"
#include "sink/sink_priv.h"

const struct eq_alert_event *eq_sink_last_event(const struct eq_alert *a)
{
    for (size_t i = a->n_events; i > 0; i--)
        if (!a->events[i - 1].missing)
            return &a->events[i - 1];
    return NULL;
}

/* Point the view at the alert's last event. */
static void look_at_last(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    const struct eq_alert_event *last = eq_sink_last_event(a);
    s->view.event = NULL;
    if (last && eq_view_open(&s->view, last->json) != EQ_OK)
        out->failed = true;
}

static bool known_text(struct eq_buf *out, struct eq_sink *s, enum eq_alert_field field)
{
    return eq_view_text(out, &s->view, s->known_fields[field]);
}

static bool has(struct eq_sink *s, enum eq_alert_field field)
{
    return eq_view_first(&s->view, s->known_fields[field]) != NULL;
}

/* One phrase of the reason: the words and the value, if there is one; "," before all but the first. */
static void phrase(struct eq_buf *out, struct eq_sink *s, bool *any, const char *words, enum eq_alert_field field,
                   enum eq_alert_field after_colon)
{
    if (!has(s, field))
        return;
    eq_buf_puts(out, *any ? ", " : " with ");
    *any = true;
    eq_buf_puts(out, words);
    known_text(out, s, field);
    if (after_colon != field && has(s, after_colon)) {
        eq_buf_putc(out, ':');
        known_text(out, s, after_colon);
    }
}

void eq_sink_reason(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    const struct eq_sink_rule *rule = eq_sink_rule_of(s, a);
    bool any = false;
    look_at_last(out, s, a);
    if (known_text(out, s, EQ_AF_CATEGORY))
        eq_buf_putc(out, ' ');
    eq_buf_puts(out, "event");
    phrase(out, s, &any, "process ", EQ_AF_PROCESS_NAME, EQ_AF_PROCESS_NAME);
    phrase(out, s, &any, "parent process ", EQ_AF_PROCESS_PARENT_NAME, EQ_AF_PROCESS_PARENT_NAME);
    phrase(out, s, &any, "file ", EQ_AF_FILE_NAME, EQ_AF_FILE_NAME);
    phrase(out, s, &any, "source ", EQ_AF_SOURCE_IP, EQ_AF_SOURCE_PORT);
    phrase(out, s, &any, "destination ", EQ_AF_DESTINATION_IP, EQ_AF_DESTINATION_PORT);
    if (any)
        eq_buf_putc(out, ',');
    if (has(s, EQ_AF_USER_NAME)) {
        eq_buf_puts(out, " by ");
        known_text(out, s, EQ_AF_USER_NAME);
    }
    if (has(s, EQ_AF_HOST_NAME)) {
        eq_buf_puts(out, " on ");
        known_text(out, s, EQ_AF_HOST_NAME);
    }
    eq_buf_puts(out, " created ");
    eq_buf_add(out, rule->severity);
    eq_buf_puts(out, " alert ");
    eq_buf_add(out, rule->name);
    eq_buf_putc(out, '.');
}

void eq_sink_time(struct eq_buf *out, struct eq_sink *s)
{
    struct eq_time t;
    const struct eq_value *v = eq_view_first(&s->view, s->known_fields[EQ_AF_TIMESTAMP]);
    if (v && eq_time_of_value(&t, v))
        eq_buf_time(out, t);
}

/* ── The rule's message ── */

/* {{host}} is short for host.name, {{@a.b}} is the field a.b. */
static struct eq_slice field_of_name(struct eq_slice name)
{
    static const char *const short_names[][2] = {
        {"host", "host.name"},       {"user", "user.name"},   {"process", "process.name"},
        {"file", "file.name"},       {"source", "source.ip"}, {"destination", "destination.ip"},
        {"service", "service.name"}, {"agent", "agent.name"},
    };
    if (name.len && name.ptr[0] == '@' && !eq_slice_eq(name, EQ_LIT("@timestamp")))
        return eq_slice(name.ptr + 1, name.len - 1);
    for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
        if (eq_slice_eq(name, eq_slice_of(short_names[i][0])))
            return eq_slice_of(short_names[i][1]);
    return name;
}

/* The next {{name}} of `rest`: *before is the text in front of it. At the end, before is all and false is returned. */
static bool next_name(struct eq_slice *before, struct eq_slice *name, struct eq_slice *rest)
{
    for (size_t i = 0; i + 3 < rest->len; i++) {
        if (rest->ptr[i] != '{' || rest->ptr[i + 1] != '{')
            continue;
        for (size_t j = i + 2; j + 1 < rest->len && rest->ptr[j] != '\n'; j++) {
            if (rest->ptr[j] != '}' || rest->ptr[j + 1] != '}')
                continue;
            *before = eq_slice(rest->ptr, i);
            *name = eq_slice(rest->ptr + i + 2, j - i - 2);
            *rest = eq_slice(rest->ptr + j + 2, rest->len - j - 2);
            while (name->len && name->ptr[0] == ' ')
                *name = eq_slice(name->ptr + 1, name->len - 1);
            while (name->len && name->ptr[name->len - 1] == ' ')
                name->len--;
            return true;
        }
        break;
    }
    *before = *rest;
    *rest = eq_slice(NULL, 0);
    return false;
}

#define MAX_NAMES 64 /* of one message; those beyond are printed as "-" */

/* The fields of a rule's message. Kept for the next alert, which is often of the same rule. */
static enum eq_status open_template(struct eq_sink *s, uint32_t number, struct eq_slice message)
{
    struct eq_slice paths[MAX_NAMES], before, name, rest = message;
    uint32_t numbers[MAX_NAMES];
    size_t n = 0;
    if (s->template_rule == number)
        return EQ_OK;
    eq_view_free(&s->template_view);
    s->template_rule = EQ_NONE;
    while (n < MAX_NAMES && next_name(&before, &name, &rest))
        paths[n++] = field_of_name(name);
    enum eq_status st = eq_view_init(&s->template_view, paths, numbers, n, s->alloc);
    if (st == EQ_OK)
        s->template_rule = number;
    return st;
}

void eq_sink_message(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    const struct eq_sink_rule *rule = eq_sink_rule_of(s, a);
    const struct eq_alert_event *last = eq_sink_last_event(a);
    struct eq_slice before, name, rest = rule->message;
    if (!last || open_template(s, a->rule, rule->message) != EQ_OK ||
        eq_view_open(&s->template_view, last->json) != EQ_OK) {
        out->failed = out->failed || last;
        return;
    }
    while (next_name(&before, &name, &rest)) {
        uint32_t field = eq_fields_find(s->template_view.fields, field_of_name(name));
        eq_buf_add(out, before);
        if (field == EQ_NONE || !eq_view_text(out, &s->template_view, field))
            eq_buf_putc(out, '-');
    }
    eq_buf_add(out, before);
}

/* ── A few words ── */

/* What one event is about: the first of these that it has. */
static void what_event(struct eq_buf *out, struct eq_sink *s, bool parent)
{
    static const enum eq_alert_field fields[] = {EQ_AF_PROCESS_NAME, EQ_AF_FILE_NAME,     EQ_AF_DLL_NAME,
                                                 EQ_AF_DNS_QUESTION, EQ_AF_REGISTRY_PATH, EQ_AF_DESTINATION_IP,
                                                 EQ_AF_USER_NAME,    EQ_AF_CATEGORY};
    if (parent && has(s, EQ_AF_PROCESS_NAME) && known_text(out, s, EQ_AF_PROCESS_PARENT_NAME))
        eq_buf_puts(out, " → ");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (known_text(out, s, fields[i]))
            return;
    eq_buf_putc(out, '?');
}

void eq_sink_what(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    for (size_t i = 0; i < a->n_events; i++) {
        if (i)
            eq_buf_puts(out, " → ");
        if (a->events[i].missing) {
            eq_buf_puts(out, "(missing)");
            continue;
        }
        if (eq_view_open(&s->view, a->events[i].json) != EQ_OK)
            out->failed = true;
        what_event(out, s, a->n_events == 1);
    }
}

void eq_sink_what_event(struct eq_buf *out, struct eq_sink *s)
{
    what_event(out, s, false);
}

void eq_sink_cut(struct eq_buf *out, struct eq_slice text, size_t max)
{
    if (text.len <= max) {
        eq_buf_add(out, text);
        return;
    }
    while (max && (text.ptr[max] & 0xC0) == 0x80)
        max--;
    eq_buf_add(out, eq_slice(text.ptr, max));
    eq_buf_puts(out, "…");
}
