/* scaffold.c — tests for a rule, made from its query and verified: each set of events runs through a matcher before it is
 * written as an entry of [[tests]]. */
#include "api/handles.h"

#include "match/scaffold.h"

struct scaffold {
    struct eqlite_rules *rules;
    size_t rule;
    const eqlite_why_options *options;
    struct eq_buf *out;
    uint64_t alerts;
};

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct scaffold *s = ctx;
    s->alerts += eqlite_alert_rule(alert) == s->rule;
    return true;
}

static eqlite_status run(struct scaffold *s, struct eq_slice events)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_matcher *m = NULL;
    options.on_alert = on_alert;
    options.ctx = s;
    options.unwrap = s->options->unwrap;
    s->alerts = 0;
    eqlite_status st = eqlite_matcher_new(&m, s->rules, &options);
    while (st == EQLITE_OK && events.len) {
        const char *newline = memchr(events.ptr, '\n', events.len);
        size_t len = newline ? (size_t)(newline - events.ptr) : events.len;
        eqlite_event event = {.json = events.ptr, .len = len};
        st = eqlite_matcher_feed(m, &event);
        len += newline != NULL;
        events = eq_slice(events.ptr + len, events.len - len);
    }
    if (st == EQLITE_OK)
        st = eqlite_matcher_finish(m);
    eqlite_matcher_free(m);
    return st;
}

/* JSON inside a literal string of TOML, which has no escapes: quotes and DEL are escaped as JSON. */
static void add_literal(struct eq_buf *out, struct eq_slice json)
{
    for (size_t i = 0; i < json.len; i++) {
        if (json.ptr[i] == '\'')
            eq_buf_puts(out, "\\u0027");
        else if (json.ptr[i] == 0x7f)
            eq_buf_puts(out, "\\u007f");
        else
            eq_buf_putc(out, json.ptr[i]);
    }
}

static enum eq_status try_events(struct eq_slice name, bool match, struct eq_slice events, bool *verified, void *ctx)
{
    struct scaffold *s = ctx;
    struct eq_buf json;
    eqlite_status st = run(s, events);
    *verified = st == EQLITE_OK && (s->alerts > 0) == match;
    if (!*verified)
        return (enum eq_status)st;
    eq_buf_init(&json, &s->rules->alloc);
    eq_buf_json(&json, name);
    eq_buf_puts(s->out, s->out->len ? "\n[[tests]]\nname = " : "[[tests]]\nname = ");
    for (size_t i = 0; i < json.len; i++)
        if (json.ptr[i] == 0x7f)
            eq_buf_puts(s->out, "\\u007f");
        else
            eq_buf_putc(s->out, json.ptr[i]);
    eq_buf_printf(s->out, "\nexpect = \"%s\"\nevents = '''\n", match ? "match" : "no_match");
    add_literal(s->out, events);
    eq_buf_puts(s->out, "'''\n");
    enum eq_status written = json.failed ? EQ_NOMEM : eq_buf_status(s->out);
    eq_buf_free(&json);
    return written;
}

eqlite_status eqlite_scaffold(eqlite_rules *rules, size_t rule, const eqlite_why_options *given, eqlite_write *write,
                              void *ctx)
{
    eqlite_why_options options;
    eqlite_why *why = NULL;
    struct eq_buf out, problem;
    eq_api_options(&options, sizeof options, given);
    options.alone = true;
    eqlite_status st = eqlite_why_new(&why, rules, rule, &options);
    if (st != EQLITE_OK)
        return st;
    struct scaffold s = {.rules = rules, .rule = rule, .options = &options, .out = &out};
    eq_buf_init(&out, &rules->alloc);
    eq_buf_init(&problem, &rules->alloc);
    st = eq_api_status(eq_scaffold(eq_api_why(why), try_events, &s, &problem));
    if (st == EQLITE_OK || st == EQLITE_LIMIT) {
        eqlite_status written = eq_api_write(st == EQLITE_OK ? &out : &problem, write, ctx);
        st = written == EQLITE_OK ? st : written;
    }
    eq_buf_free(&out);
    eq_buf_free(&problem);
    eqlite_why_free(why);
    return st;
}
