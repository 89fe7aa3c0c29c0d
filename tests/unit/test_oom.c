/* test_oom.c — every allocation fails once.
 *
 *      scenario ─▶ 1st allocation fails, 2nd fails, 3rd fails …, until one run needs fewer
 *
 * Each run must end cleanly: no crash, every block given back, and either some call said EQLITE_NOMEM or the output is
 * that of the run in which nothing failed. Then the same once more where all later allocations fail, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "unit/helpers.h"

#define MOST_RUNS 20000 /* a scenario that needs more allocations is too large for this test */

/* What one run does. Output is collected without the faulty allocator. */
struct run {
    eqlite_options options;
    const eqlite_allocator *allocator;
    char output[1 << 17];
    size_t len;
    bool nomem; /* some call said so */
};

static bool keep(const char *ptr, size_t len, void *ctx)
{
    struct run *r = ctx;
    size_t room = sizeof r->output - r->len;
    len = len < room ? len : room;
    memcpy(r->output + r->len, ptr, len);
    r->len += len;
    return true;
}

/* Note a status; true if the run can go on with what the call made. */
static bool fine(struct run *r, eqlite_status status)
{
    r->nomem |= status == EQLITE_NOMEM;
    return status == EQLITE_OK;
}

static const char *const queries[] = {
    "process where process.name == \"cmd.exe\" and not user.id in (\"S-1-5-18\", \"S-1-5-19\") or process.pid > 4 + 3 * 2",
    "any where process.command_line like~ (\"*\\\\temp\\\\*\", \"?.exe\") and length(process.name) >= 3",
    "file where file.name regex~ \".*[0-9]{2,4}\\\\.(tmp|dat)\" and file.path : \"\"\"C:\\Users\\*\"\"\"",
    "network where cidrMatch(destination.ip, \"10.0.0.0/8\", \"fe80::/10\") and ?destination.port != null",
    "process where substring(process.name, 0, -4) == \"cmd\" and concat(user.name, \"@\", host.id) : \"*@*\" | head 5",
    "sequence by user.id with maxspan=1m [process where true] by process.pid [file where file.size > 0] by process.pid",
    "sample by host.id [process where true] [file where true]",
    "process where wrong syntax here ==",
    "process where unknownFunction(1) and \"unterminated",
};

static const char *const dubious[] = {
    "process where process.name : (\"a*\", \"ab*\", \"A*\") and 1 == 2 and not user.id == \"x\"",
    "process where process.name : (\"a*\", \"ab*\", \"A*\") and 1 == 2 and not user.id == \"x\"",
    "process where process.name : \"*\" and (process.name == \"a*\" or process.name : \"A*\")",
    "process where process.name == \"ab\"",
    "process where process.name : \"a*\"",
    "sequence by user.id [a where x] [b where user.id == null] until [any where true]",
};

static const char rule[] =
    "[metadata]\nmaturity = \"production\"\n"
    "[rule]\nauthor = [\"a\"]\ndescription = \"d\"\nlanguage = \"eql\"\nname = \"n\"\nrisk_score = 47\n"
    "rule_id = \"00000000-0000-0000-0000-000000000001\"\nseverity = \"medium\"\ntags = [\"one\", \"two\"]\ntype = \"eql\"\n"
    "query = '''\nprocess where process.name : \"cmd*\" and process.args : \"/c\"\n'''\n"
    "[[rule.threat]]\nframework = \"MITRE ATT&CK\"\n"
    "[rule.threat.tactic]\nid = \"TA0002\"\nname = \"Execution\"\nreference = \"https://attack.mitre.org/tactics/TA0002/\"\n";

static const char *const events[] = {
    ("{\"@timestamp\":\"2024-01-01T00:00:00Z\",\"event\":{\"category\":[\"process\",\"session\"]},\"process\":{\"name\":\"cmd.exe\","
     "\"pid\":7,\"args\":[\"cmd.exe\",\"/c\",\"w\\u00e9\\\\x\"],\"command_line\":\"C:\\\\temp\\\\cmd.exe\"},\"user\":{\"id\":1}}"),
    "{\"event.category\":\"file\",\"file.name\":\"a0123.tmp\",\"file.path\":\"c:\\\\users\\\\a0123.tmp\",\"@timestamp\":5}",
    "{\"event.category\":\"network\",\"destination\":{\"ip\":[\"10.1.2.3\",\"::1\"],\"port\":443}}",
    "{broken",
};

static void compile_queries(struct run *r)
{
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    if (!fine(r, eqlite_compiler_new(&c, &r->options)))
        return;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        fine(r, eqlite_compiler_add_query(c, "q", queries[i], strlen(queries[i])));
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(c);
    for (size_t i = 0; i < eqlite_diagnostics_count(d); i++) {
        fine(r, eqlite_diagnostics_print(d, i, true, keep, r));
        fine(r, eqlite_diagnostics_json(d, i, keep, r));
    }
    fine(r, eqlite_compiler_finish(&rules, c));
    eqlite_compiler_free(c);
    eqlite_rules_free(rules);
}

static void explain_queries(struct run *r)
{
    static const char *const stages[] = {"tokens", "ast", "plan", "program"};
    eqlite_compiler *c = NULL;
    if (!fine(r, eqlite_compiler_new(&c, &r->options)))
        return;
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        fine(r, eqlite_explain(c, stages[i], "q", queries[i], strlen(queries[i]), keep, r));
    eqlite_compiler_free(c);
}

/* Rules of all kinds against events, as trees and as JSON. */
static void explain_events(struct run *r)
{
    static const char *const asked[] = {
        "process where process.name : (\"cmd*\", \"x\") and not process.pid == 8 and length(process.name) > 3 and process.nam == null",
        "sequence by process.name with maxspan=1m [process where process.args regex \"w.*\"] as a [any where user.id == a.user.id]",
        "any where descendant of [process where true] or _arraysearch(process.args, $x, $x like \"/?\")",
    };
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    r->options.dialect = "endpoint";
    if (!fine(r, eqlite_compiler_new(&c, &r->options)))
        return;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        fine(r, eqlite_compiler_add_query(c, "q", asked[i], strlen(asked[i])));
    size_t n = fine(r, eqlite_compiler_finish(&rules, c)) ? eqlite_rules_count(rules) : 0;
    for (size_t i = 0; i < n; i++) {
        eqlite_why *w = NULL;
        eqlite_why_options options = EQLITE_WHY_OPTIONS_INIT;
        if (!fine(r, eqlite_why_new(&w, rules, i, &options)))
            continue;
        for (size_t k = 0; k < sizeof events / sizeof *events; k++) {
            eqlite_event event = {.json = events[k], .len = strlen(events[k]), .line = k + 1};
            if (!fine(r, eqlite_why_feed(w, &event)))
                continue;
            fine(r, eqlite_why_print(w, 0, "tree", 1, keep, r));
            fine(r, eqlite_why_print(w, eqlite_rules_get(rules, i).kind == EQLITE_RULE_SEQUENCE, "json", 0, keep, r));
            fine(r, eqlite_why_note(w, eqlite_why_count(w) - 1, keep, r));
        }
        fine(r, eqlite_why_nearest(w, 1, (eqlite_string){"[\"cmd.exe\"]", 11}, 0, keep, r));
        eqlite_why_free(w);
    }
    eqlite_compiler_free(c);
    eqlite_rules_free(rules);
}

static void load_rule(struct run *r)
{
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    if (!fine(r, eqlite_compiler_new(&c, &r->options)))
        return;
    fine(r, eqlite_compiler_add_rule(c, "a.toml", rule, strlen(rule)));
    fine(r, eqlite_compiler_add_rule(c, "b.toml", rule, strlen(rule) / 2));
    fine(r, eqlite_compiler_add_rule(c, "c.eql", queries[0], strlen(queries[0])));
    if (fine(r, eqlite_compiler_finish(&rules, c)) && eqlite_rules_count(rules))
        fine(r, eqlite_rules_json(rules, 0, keep, r));
    eqlite_compiler_free(c);
    eqlite_rules_free(rules);
}

static void format(struct run *r)
{
    static const char escaped[] = "[rule]\nquery = \"any where a : \\\"x\\\"\"\n";
    static const char comment[] = "any where a // why\n and (b or (c)) /* end */";
    eqlite_compiler *c = NULL;
    if (!fine(r, eqlite_compiler_new(&c, &r->options)))
        return;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        fine(r, eqlite_format(c, "q", queries[i], strlen(queries[i]), 40, keep, r));
    fine(r, eqlite_format(c, "q", comment, strlen(comment), 0, keep, r));
    fine(r, eqlite_format(c, "a.toml", rule, strlen(rule), 0, keep, r));
    fine(r, eqlite_format(c, "b.toml", escaped, strlen(escaped), 0, keep, r));
    eqlite_compiler_free(c);
}

/* A rule that every check has something to say about. */
static const char doubtful[] =
    "[metadata]\ncreation_date = \"2026/01/02\"\nupdated_date = \"2026/01/01\"\nmaturity = \"production\"\n"
    "[rule]\nauthor = [\"a\"]\ndescription = \"d\"\nlanguage = \"eql\"\nname = \"n\"\nrisk_score = 1\nfrom = \"now-9m\"\n"
    "rule_id = \"00000000-0000-0000-0000-00000000000%c\"\nseverity = \"high\"\ntags = [\"a\", \"a\"]\ntype = \"eql\"\n"
    "query = '''sequence with maxspan=1h [process where proces.name == \"a\" and event.type like \"q*\"] by process.foo\n"
    "[file where event.type == \"end\" and process.pid : \"a\" and own.x == 1] by user.id'''\n"
    "[[rule.threat]]\nframework = \"MITRE ATT&CK\"\ntactic = {id = \"TA0003\", name = \"Execution\"}\n"
    "technique = [{id = \"T1086\", name = \"x\"}, {id = \"T1003\", name = \"y\"}]\n";

static void check_rule(struct run *r)
{
    static const char *const forms[] = {"text", "json", "sarif", "github"};
    static const char schema[] = "{\"own.y\":\"keyword\",\"a*\":{\"own\":{\"z\":\"long\"}}}";
    const char *seen = "{\"process\":{\"name\":\"a\"},\"own\":{\"xx\":1}}";
    eqlite_event event = {.json = seen, .len = strlen(seen)};
    eqlite_survey *s = NULL;
    eqlite_compiler *c = NULL;
    eqlite_options options = r->options;
    char text[2048];
    options.schema = "ecs";
    options.metadata = true;
    if (!fine(r, eqlite_compiler_new(&c, &options)))
        return;
    fine(r, eqlite_compiler_add_schema(c, schema, strlen(schema)));
    if (fine(r, eqlite_survey_new(&s, r->allocator)) && fine(r, eqlite_survey_feed(s, &event)))
        fine(r, eqlite_compiler_compare(c, s));
    for (char last = '1'; last <= '2'; last++) {
        int len = snprintf(text, sizeof text, doubtful, last);
        fine(r, eqlite_compiler_add_rule(c, "a.toml", text, (size_t)len));
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        fine(r, eqlite_diagnostics_report(eqlite_compiler_diagnostics(c), forms[i], false, keep, r));
    eqlite_compiler_free(c);
    eqlite_survey_free(s);
}

struct sinking {
    eqlite_sink *sink;
    struct run *run;
};

static bool put(const eqlite_alert *alert, void *ctx)
{
    struct sinking *s = ctx;
    fine(s->run, eqlite_sink_put(s->sink, alert));
    return true;
}

static bool forget_fix(size_t start, size_t end, eqlite_string with, void *ctx)
{
    (void)start, (void)end, (void)with, (void)ctx;
    return true;
}

static void outline(struct run *r)
{
    static const char *const names[] = {"a.toml", "a.eql"};
    for (size_t i = 0; i < 2; i++) {
        eqlite_outline *o = NULL;
        if (fine(r, eqlite_outline_new(&o, r->allocator, names[i], rule, strlen(rule))))
            for (size_t k = 0; k < eqlite_outline_count(o); k++)
                keep(eqlite_outline_get(o, k).text.ptr, eqlite_outline_get(o, k).text.len, r);
        eqlite_outline_free(o);
    }
}

static void lint_queries(struct run *r)
{
    eqlite_compiler *c = NULL;
    size_t fixes = 0;
    if (!fine(r, eqlite_compiler_new(&c, &r->options)))
        return;
    for (size_t i = 0; i < sizeof dubious / sizeof *dubious; i++) {
        fine(r, eqlite_compiler_add_query(c, "q", dubious[i], strlen(dubious[i])));
        fine(r, eqlite_fix(c, EQLITE_NOTE, "q.eql", dubious[i], strlen(dubious[i]), &fixes, keep, r));
        fine(r, eqlite_fix_each(c, EQLITE_NOTE, "q.eql", dubious[i], strlen(dubious[i]), 0, SIZE_MAX, forget_fix, r));
    }
    fine(r, eqlite_compiler_lint(c, EQLITE_NOTE));
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(c);
    for (size_t i = 0; i < eqlite_diagnostics_count(d); i++)
        fine(r, eqlite_diagnostics_json(d, i, keep, r));
    eqlite_compiler_free(c);
}

static bool keep_value(eqlite_string text, bool is_string, uint64_t n, void *ctx)
{
    (void)is_string;
    (void)n;
    return keep(text.ptr, text.len, ctx);
}

static bool keep_line(const eqlite_alert *alert, void *ctx)
{
    char line = (char)('0' + eqlite_alert_get_event(alert, 0).line);
    return keep(&line, 1, ctx);
}

static void ask_one(struct run *r, eqlite_store *store, const char *query)
{
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    eqlite_matcher *m = NULL;
    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    matching.on_alert = keep_line;
    matching.ctx = r;
    if (fine(r, eqlite_compiler_new(&c, &r->options)) &&
        fine(r, eqlite_compiler_add_query(c, "q", query, strlen(query))) && fine(r, eqlite_compiler_finish(&rules, c)) &&
        fine(r, eqlite_matcher_new(&m, rules, &matching)))
        fine(r, eqlite_store_match(store, m));
    eqlite_matcher_free(m);
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
}

static void match_into(struct run *r, const char *format, const char *content)
{
    static const char *const columns[] = {"@timestamp", "process.name", "process.args"};
    struct sinking s = {.run = r};
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    eqlite_matcher *m = NULL;
    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_sink_options sinking = EQLITE_SINK_OPTIONS_INIT;
    if (!fine(r, eqlite_compiler_new(&c, &r->options)))
        return;
    for (size_t i = 0; i < 5; i++)
        fine(r, eqlite_compiler_add_query(c, "q", queries[i], strlen(queries[i])));
    fine(r, eqlite_compiler_add_rule(c, "a.toml", rule, strlen(rule)));
    if (!fine(r, eqlite_compiler_finish(&rules, c)))
        goto done;
    sinking.format = format;
    sinking.content = content;
    sinking.columns = columns;
    sinking.n_columns = strcmp(content, "events") ? 0 : 3;
    sinking.width = 100;
    sinking.terminal = true;
    sinking.explain = true;
    sinking.write = keep;
    sinking.ctx = r;
    if (!fine(r, eqlite_sink_new(&s.sink, rules, &sinking)))
        goto done;
    matching.profile = true;
    matching.on_alert = put;
    matching.ctx = &s;
    if (!fine(r, eqlite_matcher_new(&m, rules, &matching)))
        goto done;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        eqlite_event event = {.json = events[i], .len = strlen(events[i]), .line = i + 1};
        fine(r, eqlite_matcher_feed(m, &event));
    }
    fine(r, eqlite_matcher_finish(m));
    fine(r, eqlite_sink_end(s.sink));
done:
    eqlite_matcher_free(m);
    eqlite_sink_free(s.sink);
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
}

static void to_ndjson(struct run *r)
{
    match_into(r, "ndjson", "ecs");
}

static void to_json(struct run *r)
{
    match_into(r, "json", "compact");
}

static void to_table(struct run *r)
{
    match_into(r, "table", "events");
}

static void to_page(struct run *r)
{
    match_into(r, "html", "ecs");
}

static void to_layer(struct run *r)
{
    match_into(r, "navigator", "ecs");
}

/* Alert documents of a rule that is there and of one that is not, into a page and a layer. */
static void read_alerts(struct run *r)
{
    static const char *const documents[] = {
        "{\"@timestamp\":\"2026-01-01T00:00:00Z\",\"rule\":{\"id\":\"elsewhere\",\"name\":\"n\",\"severity\":\"low\"},"
        "\"join_keys\":[\"a\",null,4],\"source\":{\"path\":\"x\",\"line\":3},\"events\":[{\"a\":1},null]}",
        "{\"kibana.alert.rule.rule_id\":\"one\",\"kibana.alert.uuid\":\"u\",\"kibana.alert.rule.threat\":[{\"tactic\":{\"id\":"
        "\"TA0002\",\"name\":\"Execution\"},\"technique\":[{\"id\":\"T1059\",\"name\":\"C\",\"subtechnique\":[{\"id\":"
        "\"T1059.001\",\"name\":\"P\"}]}]}],\"eqlite\":{\"join_keys\":[],\"steps\":[{\"index\":0,\"event\":{\"host\":{\"name\":"
        "\"h\"}},\"source\":{\"path\":\"y\",\"line\":1,\"offset\":0}},{\"index\":1,\"missing\":true}]}}",
    };
    static const char *const forms[] = {"html", "navigator"};
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    if (!fine(r, eqlite_compiler_new(&c, &r->options)))
        return;
    fine(r, eqlite_compiler_add_rule(c, "a.toml", rule, strlen(rule)));
    bool made = fine(r, eqlite_compiler_finish(&rules, c));
    for (size_t form = 0; made && form < 2; form++) {
        eqlite_sink_options options = EQLITE_SINK_OPTIONS_INIT;
        eqlite_sink *s = NULL;
        options.format = forms[form];
        options.title = "title";
        options.write = keep;
        options.ctx = r;
        if (!fine(r, eqlite_sink_new(&s, rules, &options)))
            continue;
        for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
            fine(r, eqlite_sink_put_document(s, documents[i], strlen(documents[i])));
        fine(r, eqlite_sink_end(s));
        eqlite_sink_free(s);
    }
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
}

static void to_csv(struct run *r)
{
    match_into(r, "csv", "events");
}

static void survey(struct run *r)
{
    eqlite_survey *s = NULL;
    if (!fine(r, eqlite_survey_new(&s, r->allocator)))
        return;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        eqlite_event event = {.json = events[i], .len = strlen(events[i]), .line = i + 1};
        fine(r, eqlite_survey_feed(s, &event));
    }
    for (size_t i = 0; i < eqlite_survey_count(s); i++) {
        eqlite_survey_field f = eqlite_survey_get(s, i);
        keep(f.path.ptr, f.path.len, r);
    }
    eqlite_survey_free(s);
}

/* Events in a store: columns that are made, values that are counted, queries with and without them. */
static void ask_store(struct run *r)
{
    static const char *const asked[] = {"process where process.name == \"cmd.exe\"", "any where process.args : \"/C\" | tail 1",
                                        "sequence with maxspan=1m [process where true] [file where true]"};
    static char texts[3][512];
    const eqlite_string fields[] = {{"process.name", 12}, {"process.args", 12}};
    eqlite_store_options options = EQLITE_STORE_OPTIONS_INIT;
    eqlite_store *store = NULL;
    options.allocator = r->allocator;
    if (!fine(r, eqlite_store_new(&store, &options)))
        return;
    for (size_t i = 0; i < 3; i++) {
        snprintf(texts[i], sizeof texts[i], "%s", events[i]);
        eqlite_event event = {.json = texts[i], .len = strlen(texts[i]), .padded = true, .line = i + 1};
        fine(r, eqlite_store_add(store, &event));
    }
    fine(r, eqlite_store_prepare(store, fields, 2, true));
    fine(r, eqlite_store_values(store, "process.args", true, keep_value, r));
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        ask_one(r, store, asked[i]);
    eqlite_store_free(store);
}

/* Tests made for rules of all kinds. */
static void scaffold(struct run *r)
{
    static const char *const made_for[] = {
        "process where process.name : \"cmd*\"",
        "sequence by user.id with maxspan=1m [any where true] [any where true]",
    };
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    eqlite_why_options options = EQLITE_WHY_OPTIONS_INIT;
    if (!fine(r, eqlite_compiler_new(&c, &r->options)))
        return;
    for (size_t i = 0; i < sizeof made_for / sizeof *made_for; i++)
        fine(r, eqlite_compiler_add_query(c, "q", made_for[i], strlen(made_for[i])));
    size_t n = fine(r, eqlite_compiler_finish(&rules, c)) ? eqlite_rules_count(rules) : 0;
    for (size_t i = 0; i < n; i++)
        fine(r, eqlite_scaffold(rules, i, &options, keep, r));
    eqlite_compiler_free(c);
    eqlite_rules_free(rules);
}

/* What a rule is expected to find, from a file. */
static void load_expected(struct run *r)
{
    static const char text[] = "[[tests]]\nrule_id = \"00000000-0000-0000-0000-000000000001\"\nfile = \"a.ndjson\"\n"
                               "expect = { event_ids = [[\"a\", \"b\"]], join_keys = [[\"k\", 1]], fields = [{ x = 1 }] }\n"
                               "[[tests]]\nrule_id = \"?\"\nfile = \"a.ndjson\"\nexpect = 1\n";
    char path[] = "/tmp/eqlite-oom-XXXXXX";
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    int fd = mkstemp(path);
    CU_ASSERT_EQUAL_FATAL(write(fd, text, sizeof text - 1), (ssize_t)(sizeof text - 1));
    close(fd);
    if (fine(r, eqlite_compiler_new(&c, &r->options))) {
        fine(r, eqlite_compiler_add_rule(c, "a.toml", rule, strlen(rule)));
        fine(r, eqlite_compiler_add_expected(c, path, "corpus"));
        fine(r, eqlite_compiler_finish(&rules, c));
    }
    for (size_t i = 0; rules && eqlite_rules_count(rules) && i < eqlite_rules_get(rules, 0).n_tests; i++) {
        eqlite_rule_test t = eqlite_rules_test(rules, 0, i);
        keep(t.file.ptr, t.file.len, r);
        keep(t.event_ids[0].ptr, t.event_ids[0].len, r);
        keep(t.join_keys[0].ptr, t.join_keys[0].len, r);
    }
    eqlite_compiler_free(c);
    eqlite_rules_free(rules);
    unlink(path);
}

/* One run with allocation `fail_at` failing. Returns false once no allocation failed: all have had their turn. */
static bool attempt(void (*scenario)(struct run *), struct run *out, size_t fail_at, bool forever,
                    const struct run *good)
{
    struct faulty faulty = {.fail_at = fail_at, .forever = forever};
    eqlite_allocator allocator = {faulty_resize, &faulty};
    *out = (struct run){.options = EQLITE_OPTIONS_INIT, .allocator = &allocator};
    out->options.allocator = &allocator;
    scenario(out);
    CU_ASSERT_EQUAL(faulty.live, 0);
    if (good && !out->nomem) {
        CU_ASSERT_EQUAL(out->len, good->len);
        CU_ASSERT(out->len == good->len && !memcmp(out->output, good->output, good->len));
    }
    return faulty.failed;
}

static void fail_each(void (*scenario)(struct run *))
{
    static struct run good, bad;
    attempt(scenario, &good, 0, false, NULL);
    CU_ASSERT(good.len > 0);
    CU_ASSERT_FALSE(good.nomem);
    for (int forever = 0; forever <= 1; forever++) {
        size_t n = 1;
        while (n < MOST_RUNS && attempt(scenario, &bad, n, forever, &good))
            n++;
        CU_ASSERT(n > 1 && n < MOST_RUNS);
    }
}

#define EACH(scenario)                  \
    static void fail_##scenario(void)   \
    {                                   \
        fail_each(scenario);            \
    }
EACH(compile_queries)
EACH(explain_queries)
EACH(explain_events)
EACH(load_rule)
EACH(format)
EACH(check_rule)
EACH(lint_queries)
EACH(outline)
EACH(to_ndjson)
EACH(to_json)
EACH(to_table)
EACH(to_csv)
EACH(to_page)
EACH(to_layer)
EACH(read_alerts)
EACH(survey)
EACH(ask_store)
EACH(scaffold)
EACH(load_expected)
#undef EACH

CU_TestInfo eq_tests_oom[] = {
    {"compiling right and wrong queries", fail_compile_queries},
    {"printing every stage of a query", fail_explain_queries},
    {"explaining events", fail_explain_events},
    {"loading rule files", fail_load_rule},
    {"formatting queries and rule files", fail_format},
    {"holding rules against schema, data and ATT&CK", fail_check_rule},
    {"looking for what is hardly meant, and mending it", fail_lint_queries},
    {"where the parts of rule files stand", fail_outline},
    {"matching, alerts as NDJSON", fail_to_ndjson},
    {"matching, alerts as JSON", fail_to_json},
    {"matching, events as a table", fail_to_table},
    {"matching, events as CSV", fail_to_csv},
    {"matching, alerts as a page", fail_to_page},
    {"matching, alerts as a layer", fail_to_layer},
    {"reading alerts back", fail_read_alerts},
    {"surveying fields", fail_survey},
    {"asking a store", fail_ask_store},
    {"making tests for rules", fail_scaffold},
    {"loading what rules are expected to find", fail_load_expected},
    CU_TEST_INFO_NULL,
};
