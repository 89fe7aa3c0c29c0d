/* report.c — alerts as one page for a browser, with all that it needs inside: it opens from a disk, without a network.
 *
 *      report.html, with  {{policy}}   what the page may do: run its own script, nothing else
 *                         {{style}}    report.css
 *                         {{alerts}}   a JSON array, written alert by alert
 *                         {{facts}}    JSON, at the end: rules, ATT&CK, what was left out
 *                         {{script}}   report.js, which draws all that is seen
 *
 * Event values never become HTML. They are JSON in a block of data that no browser runs, with <, > and & escaped, so
 * that they cannot end the block; the script puts them into text nodes. Were it to do otherwise, the policy names the
 * one script that may run by its SHA-256.
 *
 * The page is bounded: so many alerts, so many bytes. The rest is counted by rule, and the page says so. */
#include <sha2.h>

#include "sink/report_page.h"
#include "sink/sink_priv.h"

#define TEXT_MAX 300                  /* bytes of a text of an event */
#define LONG_MAX 4096                 /* bytes of a rule's description or query */
#define EVENT_MAX 8192                /* bytes of an event that is shown whole */
#define EVENTS_MAX ((size_t)24 << 20) /* bytes of all of them */
#define PAGE_MAX ((size_t)64 << 20)   /* bytes of all alerts */
#define STEPS_MAX 100                 /* events of an alert, and its join keys */

struct count {
    uint64_t shown, left;
};

struct report {
    const char *rest;      /* of the page */
    struct count *by_rule; /* by eq_sink_rule_index */
    size_t n_rules, rules_cap;
    uint64_t shown, left, left_events; /* alerts; events without their text */
    size_t bytes, event_bytes;
    struct eq_buf text, record;
};

/* ── The page ── */

/* 'sha256-…' of a text, as a policy names it. */
static void print_hash(struct eq_buf *out, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t d[SHA256_DIGEST_LENGTH + 1] = {0};
    SHA2_CTX sha;
    SHA256Init(&sha);
    SHA256Update(&sha, (const uint8_t *)text, strlen(text));
    SHA256Final(d, &sha);
    eq_buf_puts(out, "'sha256-");
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i += 3) { /* 32 bytes: the last group has two, and a sign of padding */
        uint32_t three = (uint32_t)d[i] << 16 | (uint32_t)d[i + 1] << 8 | d[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            eq_buf_putc(out, i == 30 && shift == 0 ? '=' : digits[three >> shift & 63]);
    }
    eq_buf_putc(out, '\'');
}

static void print_policy(struct eq_buf *out)
{
    eq_buf_puts(out, "default-src 'none'; script-src ");
    print_hash(out, eq_report_js);
    eq_buf_puts(out, "; style-src ");
    print_hash(out, eq_report_css);
    eq_buf_puts(out, "; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
}

/* Print the page up to where `stop` stands, or to its end. */
static void print_page(struct eq_sink *s, const char *stop)
{
    struct report *r = s->state;
    for (;;) {
        const char *open = strstr(r->rest, "{{");
        size_t before = open ? (size_t)(open - r->rest) : strlen(r->rest);
        eq_buf_add(&s->out, eq_slice(r->rest, before));
        r->rest += before;
        if (!open)
            return;
        const char *close = strstr(open, "}}");
        struct eq_slice name = eq_slice(open + 2, (size_t)(close - open) - 2);
        r->rest = close + 2;
        if (eq_slice_eq(name, EQ_LIT("policy")))
            print_policy(&s->out);
        else if (eq_slice_eq(name, EQ_LIT("style")))
            eq_buf_puts(&s->out, eq_report_css);
        else if (eq_slice_eq(name, EQ_LIT("script")))
            eq_buf_puts(&s->out, eq_report_js);
        else if (eq_slice_eq(name, eq_slice_of(stop)))
            return;
    }
}

/* ── JSON in a block of data ── */

static void add_escaped(struct eq_buf *out, const struct eq_buf *json)
{
    out->failed = out->failed || json->failed;
    eq_sink_json_escape(out, eq_buf_slice(json), "<>&");
}

/* ,"name":"text" with the text cut; nothing if it is empty. */
static void member(struct eq_buf *out, const char *name, struct eq_slice text, size_t max)
{
    struct eq_buf cut;
    if (!text.len)
        return;
    eq_buf_init(&cut, out->alloc);
    eq_sink_cut(&cut, text, max);
    eq_buf_printf(out, ",\"%s\":", name);
    eq_buf_json(out, eq_buf_slice(&cut));
    out->failed = out->failed || cut.failed;
    eq_buf_free(&cut);
}

/* The same with what stands in `text`, which is empty afterwards. */
static void member_of(struct eq_buf *out, const char *name, struct eq_buf *text)
{
    out->failed = out->failed || text->failed;
    member(out, name, eq_buf_slice(text), TEXT_MAX);
    eq_buf_clear(text);
}

/* ── One alert ── */

static void known(struct eq_buf *out, struct eq_sink *s, const char *name, enum eq_alert_field field)
{
    struct report *r = s->state;
    eq_view_text(&r->text, &s->view, s->known_fields[field]);
    member_of(out, name, &r->text);
}

static void event_text(struct eq_buf *out, struct eq_sink *s, const struct eq_alert_event *e)
{
    struct report *r = s->state;
    if (e->json.len <= EVENT_MAX)
        eq_sink_event_json(&r->text, e);
    if (r->text.len && r->text.len <= EVENT_MAX && r->event_bytes + r->text.len <= EVENTS_MAX) {
        r->event_bytes += r->text.len;
        eq_buf_puts(out, ",\"event\":");
        eq_buf_json(out, eq_buf_slice(&r->text));
    } else {
        r->left_events++;
        eq_buf_printf(out, ",\"bytes\":%zu", e->json.len);
    }
    out->failed = out->failed || r->text.failed;
    eq_buf_clear(&r->text);
}

static void step(struct eq_buf *out, struct eq_sink *s, const struct eq_alert_event *e)
{
    struct report *r = s->state;
    if (e->missing) {
        eq_buf_puts(out, "{\"missing\":true}");
        return;
    }
    if (eq_view_open(&s->view, e->json) != EQ_OK)
        out->failed = true;
    eq_buf_puts(out, "{\"missing\":false");
    eq_sink_time(&r->text, s);
    member_of(out, "time", &r->text);
    known(out, s, "category", EQ_AF_CATEGORY);
    known(out, s, "host", EQ_AF_HOST_NAME);
    eq_sink_what_event(&r->text, s);
    member_of(out, "what", &r->text);
    member(out, "path", e->origin.path, TEXT_MAX);
    if (e->origin.line)
        eq_buf_printf(out, ",\"line\":%llu", (unsigned long long)e->origin.line);
    event_text(out, s, e);
    eq_buf_putc(out, '}');
}

static void keys(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    struct report *r = s->state;
    struct eq_buf cut;
    eq_buf_init(&cut, s->alloc);
    eq_buf_puts(out, ",\"keys\":[");
    for (size_t i = 0; i < a->n_keys && i < STEPS_MAX; i++) {
        eq_buf_clear(&cut);
        if (a->keys[i].type == EQ_NULL)
            eq_buf_puts(&r->text, "null");
        else
            eq_value_text(&r->text, &a->keys[i]);
        eq_sink_cut(&cut, eq_buf_slice(&r->text), TEXT_MAX);
        eq_buf_puts(out, i ? "," : "");
        eq_buf_json(out, eq_buf_slice(&cut));
        out->failed = out->failed || cut.failed || r->text.failed;
        eq_buf_clear(&r->text);
    }
    eq_buf_putc(out, ']');
    if (a->n_keys > STEPS_MAX)
        eq_buf_printf(out, ",\"more_keys\":%zu", a->n_keys - STEPS_MAX);
    eq_buf_free(&cut);
}

static void record(struct eq_buf *out, struct eq_sink *s, const struct eq_alert *a)
{
    struct report *r = s->state;
    const struct eq_alert_event *last = eq_sink_last_event(a);
    eq_buf_printf(out, "{\"rule\":%zu", eq_sink_rule_index(s, a->rule));
    eq_sink_alert_id(&r->text, s, a);
    member_of(out, "id", &r->text);
    if (eq_sink_rule_of(s, a)->message.len)
        eq_sink_message(&r->text, s, a);
    member_of(out, "message", &r->text);
    eq_sink_what(&r->text, s, a);
    member_of(out, "what", &r->text);
    s->view.event = NULL;
    if (last && eq_view_open(&s->view, last->json) != EQ_OK)
        out->failed = true;
    eq_sink_time(&r->text, s);
    member_of(out, "time", &r->text);
    known(out, s, "host", EQ_AF_HOST_NAME);
    known(out, s, "user", EQ_AF_USER_NAME);
    if (!a->is_event)
        keys(out, s, a);
    eq_buf_puts(out, ",\"steps\":[");
    for (size_t i = 0; i < a->n_events && i < STEPS_MAX; i++) {
        eq_buf_puts(out, i ? "," : "");
        step(out, s, &a->events[i]);
    }
    eq_buf_putc(out, ']');
    if (a->n_events > STEPS_MAX)
        eq_buf_printf(out, ",\"more_steps\":%zu", a->n_events - STEPS_MAX);
    eq_buf_putc(out, '}');
}

/* The counts of a rule; rules that are known from documents join as they come. */
static struct count *count_of(struct eq_sink *s, uint32_t rule)
{
    struct report *r = s->state;
    size_t index = eq_sink_rule_index(s, rule), n = eq_sink_rules(s);
    n = n > index ? n : index + 1;
    if (!eq_grow(s->alloc, &r->by_rule, &r->rules_cap, n, sizeof *r->by_rule))
        return NULL;
    for (; r->n_rules < n; r->n_rules++)
        r->by_rule[r->n_rules] = (struct count){0};
    return &r->by_rule[index];
}

static enum eq_status put(struct eq_sink *s, const struct eq_alert *a)
{
    struct report *r = s->state;
    struct count *count = count_of(s, a->rule);
    if (!count)
        return EQ_NOMEM;
    if (r->shown >= s->o.most_alerts || r->bytes >= PAGE_MAX) {
        r->left++;
        count->left++;
        return EQ_OK;
    }
    eq_buf_clear(&r->record);
    record(&r->record, s, a);
    if (r->shown == 0)
        print_page(s, "alerts");
    eq_buf_puts(&s->out, r->shown ? ",\n" : "\n");
    add_escaped(&s->out, &r->record);
    r->shown++;
    count->shown++;
    r->bytes += s->out.len;
    return eq_sink_flush(s);
}

/* ── Facts ── */

static void techniques(struct eq_buf *out, const struct eq_sink_rule *rule)
{
    eq_buf_puts(out, ",\"attack\":[");
    for (size_t i = 0; i < rule->n_techniques; i++) {
        const struct eq_sink_technique *t = &rule->techniques[i];
        eq_buf_puts(out, i ? ",{\"kind\":" : "{\"kind\":");
        eq_buf_puts(out, t->id.len ? "\"technique\"" : "\"tactic\"");
        member(out, "tactic", t->tactic_id, TEXT_MAX);
        member(out, "tactic_name", t->tactic, TEXT_MAX);
        member(out, "id", t->id, TEXT_MAX);
        member(out, "name", t->name, TEXT_MAX);
        eq_buf_putc(out, '}');
    }
    eq_buf_putc(out, ']');
}

/* Of a rule without alerts only what the matrix shows. */
static void describe(struct eq_buf *out, struct eq_sink *s, size_t index)
{
    struct report *r = s->state;
    const struct eq_sink_rule *rule = eq_sink_rule_at(s, eq_sink_rule_number(s, index));
    struct count count = index < r->n_rules ? r->by_rule[index] : (struct count){0};
    if (!rule) {
        out->failed = true;
        return;
    }
    eq_buf_printf(out, "%s{\"risk\":%d,\"left\":%llu", index ? "," : "", rule->risk_score,
                  (unsigned long long)count.left);
    member(out, "id", rule->id, TEXT_MAX);
    member(out, "name", rule->name.len ? rule->name : rule->id, TEXT_MAX);
    member(out, "severity", rule->severity, TEXT_MAX);
    techniques(out, rule);
    if (count.shown) {
        member(out, "kind", rule->kind, TEXT_MAX);
        member(out, "description", rule->description, LONG_MAX);
        member(out, "query", rule->query, LONG_MAX);
    }
    eq_buf_putc(out, '}');
}

static enum eq_status facts(struct eq_sink *s)
{
    struct report *r = s->state;
    struct eq_buf *out = &r->record;
    eq_buf_clear(out);
    eq_buf_printf(out, "{\"shown\":%llu,\"left\":%llu,\"left_events\":%llu", (unsigned long long)r->shown,
                  (unsigned long long)r->left, (unsigned long long)r->left_events);
    member(out, "title", s->o.title, TEXT_MAX);
    member(out, "version", s->o.version, TEXT_MAX);
    eq_buf_puts(out, ",\"attack\":");
    eq_buf_add(out, s->o.attack_json.len ? s->o.attack_json : EQ_LIT("null"));
    eq_buf_puts(out, ",\"rules\":[");
    for (size_t i = 0, n = eq_sink_rules(s); i < n; i++) {
        describe(out, s, i);
        add_escaped(&s->out, out);
        eq_buf_putc(&s->out, '\n');
        enum eq_status st = eq_sink_flush(s);
        if (st != EQ_OK)
            return st;
        eq_buf_clear(out);
    }
    eq_buf_puts(out, "]}");
    add_escaped(&s->out, out);
    return EQ_OK;
}

static enum eq_status end(struct eq_sink *s)
{
    struct report *r = s->state;
    if (r->shown == 0)
        print_page(s, "alerts");
    eq_buf_puts(&s->out, "\n");
    print_page(s, "facts");
    enum eq_status st = facts(s);
    print_page(s, "");
    return st == EQ_OK ? eq_sink_flush(s) : st;
}

static void close_report(struct eq_sink *s)
{
    struct report *r = s->state;
    eq_free(s->alloc, r->by_rule);
    eq_buf_free(&r->text);
    eq_buf_free(&r->record);
}

enum eq_status eq_sink_html(struct eq_sink *s)
{
    struct report *r = eq_arena_alloc(&s->arena, sizeof *r);
    if (!r)
        return EQ_NOMEM;
    r->rest = eq_report_html;
    eq_buf_init(&r->text, s->alloc);
    eq_buf_init(&r->record, s->alloc);
    if (!s->o.most_alerts)
        s->o.most_alerts = EQ_SINK_REPORT_ALERTS;
    s->state = r;
    s->put = put;
    s->end = end;
    s->close = close_report;
    return EQ_OK;
}
