/* test_rule.c — rule files: what each shape gives, where mistakes are reported, and what hostile files cannot do. */
#define _GNU_SOURCE /* memmem */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "ecs/ecs.h"
#include "rule/attack.h"
#include "rule/forms.h"
#include "rule/rule.h"
#include "unit/helpers.h"

static struct eq_rule_set set;
static struct eq_diags diags;

static void start(void)
{
    eq_rule_set_init(&set, &eq_alloc_default);
    eq_diags_init(&diags, &eq_alloc_default);
}

static void finish(void)
{
    eq_rule_set_free(&set);
    eq_diags_free(&diags);
}

static enum eq_status load_bytes(const char *name, const char *text, size_t len)
{
    return eq_rule_load_text(&set, eq_slice_of(name), eq_slice(text, len), NULL, &diags);
}

static void load(const char *name, const char *text)
{
    CU_ASSERT_EQUAL(load_bytes(name, text, strlen(text)), EQ_OK);
}

static bool is(struct eq_slice s, const char *text)
{
    return eq_slice_eq(s, eq_slice_of(text));
}

static bool holds(struct eq_slice s, const char *part)
{
    return s.len && memmem(s.ptr, s.len, part, strlen(part)) != NULL;
}

static const struct eq_diag *find(enum eq_code code)
{
    for (size_t i = 0; i < diags.n; i++)
        if (diags.items[i].code == code)
            return &diags.items[i];
    return NULL;
}

/* There is a report of this code at this position, and its message has these words. */
static void said(enum eq_code code, uint32_t line, uint32_t column, const char *words)
{
    const struct eq_diag *d = find(code);

    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    CU_ASSERT_EQUAL(d->line, line);
    CU_ASSERT_EQUAL(d->column, column);
    CU_ASSERT(holds(d->message, words));
}

#define METADATA                                                                                                       \
    "[metadata]\ncreation_date = \"2026/01/02\"\nupdated_date = \"2026/01/02\"\nmaturity = \"production\"\n"
#define RULE                                                                                                           \
    "[rule]\nname = \"N\"\nrule_id = \"5de1ec7c-2638-5c28-af16-35864f68b194\"\ndescription = \"D\"\n"                  \
    "author = [\"A\", \"B\"]\nseverity = \"high\"\nrisk_score = 70\nlanguage = \"eql\"\ntype = \"eql\"\n"
/* METADATA has 4 lines, RULE 9: what is added begins on line 14. */
#define NATIVE METADATA RULE

static void native_shape(void)
{
    const struct eq_rule *r;

    start();
    load("a/x.toml", NATIVE
         "tags = [\"t1\", \"t2\"]\nindex = [\"i-*\"]\nreferences = [\"r\"]\ninterval = \"10m\"\nfrom = \"now-9m\"\n"
         "max_signals = 7\nlicense = \"L\"\nnote = \"n\"\nevent_category_override = \"event.type\"\n"
         "timestamp_field = \"ts\"\ntiebreaker_field = \"tb\"\ntimestamp_override = \"event.ingested\"\n"
         "query = '''\nany where true\n'''\n"
         "[[rule.threat]]\nframework = \"MITRE ATT&CK\"\ntactic = {id = \"TA1\", name = \"tn\", reference = \"tr\"}\n"
         "[[rule.threat.technique]]\nid = \"T1\"\n[[rule.threat.technique.subtechnique]]\nid = \"T1.1\"\n"
         "[[rule.threat.technique]]\nid = \"T2\"\n[eqlite]\ndialect = \"endpoint\"\nmessage = \"m\"\n");
    CU_ASSERT_EQUAL(diags.n, 1);
    said(EQ_W0702, 24, 1, "rule.tiebreaker_field changes nothing here");
    CU_ASSERT_EQUAL_FATAL(set.n, 1);
    r = set.items[0];
    CU_ASSERT(is(r->path, "a/x.toml"));
    CU_ASSERT(is(r->id, "5de1ec7c-2638-5c28-af16-35864f68b194"));
    CU_ASSERT(is(r->name, "N") && is(r->description, "D") && is(r->author, "A, B"));
    CU_ASSERT(is(r->license, "L") && is(r->note, "n") && is(r->message, "m"));
    CU_ASSERT(r->severity == EQ_LEVEL_HIGH && r->risk_score == 70 && r->max_signals == 7);
    CU_ASSERT(r->n_tags == 2 && is(r->tags[1], "t2") && r->n_index == 1 && r->n_references == 1);
    CU_ASSERT(is(r->interval, "10m") && is(r->from, "now-9m"));
    CU_ASSERT(is(r->category_field, "event.type") && is(r->timestamp_field, "ts"));
    CU_ASSERT(is(r->timestamp_override, "event.ingested"));
    CU_ASSERT_EQUAL(r->dialect, EQ_DIALECT_ENDPOINT);
    CU_ASSERT(is(r->source.text, "any where true\n") && r->source.line == 27 && r->source.column == 1);
    CU_ASSERT_EQUAL_FATAL(r->n_threats, 1);
    CU_ASSERT(is(r->threats[0].tactic.id, "TA1"));
    CU_ASSERT_EQUAL_FATAL(r->threats[0].n_techniques, 3);
    CU_ASSERT(is(r->threats[0].techniques[0].id, "T1") && is(r->threats[0].techniques[1].id, "T1.1"));
    CU_ASSERT(is(r->threats[0].techniques[2].id, "T2"));
    CU_ASSERT(!r->threats[0].techniques[0].sub && r->threats[0].techniques[1].sub && !r->threats[0].techniques[2].sub);
    finish();
}

static void endpoint_shape(void)
{
    const struct eq_rule *r;

    start();
    load("x.toml", "[rule]\nid = \"5de1ec7c-2638-5c28-af16-35864f68b194\"\nname = \"N\"\ndescription = \"D\"\n"
                   "os_list = [\"linux\"]\nreference = [\"r1\", \"r2\"]\nversion = \"1.0.1\"\n"
                   "query = 'process where true'\n[[actions]]\naction = \"kill_process\"\nstate = 0\n"
                   "[[threat]]\nframework = \"F\"\n[threat.tactic]\nid = \"TA2\"\n");
    CU_ASSERT_EQUAL(diags.n, 0);
    CU_ASSERT_EQUAL_FATAL(set.n, 1);
    r = set.items[0];
    CU_ASSERT(r->severity == EQ_LEVEL_HIGH && r->risk_score == 73 && r->dialect == EQ_DIALECT_ENDPOINT);
    CU_ASSERT(r->n_references == 2 && r->n_threats == 1 && is(r->threats[0].tactic.id, "TA2"));
    CU_ASSERT(r->source.line == 8 && r->source.column == 10);
    CU_ASSERT(is(r->interval, "5m") && is(r->from, "now-6m") && r->max_signals == 100);
    finish();
}

static void plain_shape(void)
{
    const struct eq_rule *r;

    start();
    load("dir/office.eql", "\xef\xbb\xbf// @name Office starts a shell\r\n// just a remark\r\n\r\n//@severity high\r\n"
                           "// @tags a, ,b\r\n// @dialect endpoint\r\nany where true // @id not-here\r\n");
    load("other.eql", "any where true");
    load("risk.eql", "// @id my-id\n// @risk_score 12\n// @severity low\nany where true");
    CU_ASSERT_EQUAL(diags.n, 0);
    CU_ASSERT_EQUAL_FATAL(set.n, 3);
    r = set.items[0];
    CU_ASSERT(is(r->id, "office") && is(r->name, "Office starts a shell"));
    CU_ASSERT(r->severity == EQ_LEVEL_HIGH && r->risk_score == 73 && r->dialect == EQ_DIALECT_ENDPOINT);
    CU_ASSERT(r->n_tags == 2 && is(r->tags[1], "b"));
    CU_ASSERT(eq_slice_starts(r->source.text, EQ_LIT("// @name")) && r->source.line == 1 && r->source.column == 1);
    r = set.items[1];
    CU_ASSERT(is(r->id, "other") && is(r->name, "other") && r->severity == EQ_LEVEL_MEDIUM && r->risk_score == 47);
    r = set.items[2];
    CU_ASSERT(is(r->id, "my-id") && r->severity == EQ_LEVEL_LOW && r->risk_score == 12);
    finish();
}

static void plain_mistakes(void)
{
    start();
    load("x.eql", "// @nmae X\n// @severity huge\nany where true");
    CU_ASSERT_EQUAL(set.n, 1);
    said(EQ_W0701, 1, 5, "@nmae");
    CU_ASSERT(holds(find(EQ_W0701)->help, "@name"));
    said(EQ_W0702, 2, 14, "@severity");
    load("y.eql", "//  @dialect klingon\nany where true");
    CU_ASSERT(set.n == 1 && set.refused == 1);
    said(EQ_E0703, 1, 14, "klingon");
    finish();
}

static void options_choose_the_dialect(void)
{
    struct eq_rule_options options = {.dialect = EQ_DIALECT_ENDPOINT};

    start();
    CU_ASSERT_EQUAL(eq_rule_load_text(&set, EQ_LIT("x.eql"), EQ_LIT("any where true"), &options, &diags), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(set.n, 1);
    CU_ASSERT_EQUAL(set.items[0]->dialect, EQ_DIALECT_ENDPOINT);
    finish();
}

static void unknown_keys(void)
{
    start();
    load("x.toml",
         NATIVE "query = 'any where true'\n  max_signal = 3\n\"a.b\" = 1\n[[rule.threat]]\nframwork = \"x\"\n");
    CU_ASSERT(set.n == 1 && diags.errors == 0 && diags.warnings == 3);
    said(EQ_W0701, 15, 3, "rule.max_signal");
    CU_ASSERT(holds(diags.items[0].help, "max_signals"));
    CU_ASSERT(holds(diags.items[1].message, "a.b") && diags.items[1].line == 16);
    CU_ASSERT(holds(diags.items[2].message, "rule.threat[].framwork") && holds(diags.items[2].help, "framework"));
    finish();
}

static void missing_keys(void)
{
    start();
    load("x.toml", "\n[rule]\nquery = 'any where true'\n");
    CU_ASSERT(set.n == 0 && set.refused == 1 && diags.errors == 2 && diags.warnings == 1);
    said(EQ_E0702, 2, 1, "rule.name");
    said(EQ_W0702, 2, 1, "metadata.creation_date");
    load("y.toml", "[metadata]\n");
    CU_ASSERT(set.refused == 2 && diags.errors == 3);
    finish();
}

static void wrong_values(void)
{
    start();
    load("x.toml", NATIVE "query = 'any where true'\nmax_signals = \"many\"\nfrom = \"yesterday\"\ntags = [1]\n"
                          "interval = \"5x\"\nto = \"now-1d/d\"\n");
    CU_ASSERT(set.n == 1 && diags.errors == 0 && diags.warnings == 4);
    CU_ASSERT(diags.items[0].line == 15 && diags.items[0].column == 15 && diags.items[0].code == EQ_W0702);
    load("y.toml",
         "[rule]\nrule_id = \"x\"\nname = 3\nquery = 'any where true'\nseverity = \"High\"\nrisk_score = 101\n");
    CU_ASSERT(set.n == 1 && set.refused == 1);
    said(EQ_E0703, 3, 8, "rule.name must be a string");
    finish();
}

static void unusual_values_get_defaults(void)
{
    start();
    load("y.toml",
         "[rule]\nrule_id = \"x\"\nname = 'y'\nquery = 'any where true'\nseverity = \"hgih\"\nrisk_score = 101\n");
    CU_ASSERT_EQUAL_FATAL(set.n, 1);
    CU_ASSERT(set.items[0]->severity == EQ_LEVEL_MEDIUM && set.items[0]->risk_score == 47);
    CU_ASSERT(holds(diags.items[2].help, "high") || holds(diags.items[1].help, "high") ||
              holds(diags.items[0].help, "high"));
    finish();
}

static void what_cannot_be_run(void)
{
    start();
    load("a.toml", "[rule]\nname = 'n'\n  type = \"threshold\"\nsome_key = 1\n");
    CU_ASSERT(set.n == 0 && set.refused == 1 && diags.n == 1);
    said(EQ_E0704, 3, 10, "threshold");
    eq_diags_clear(&diags);
    load("b.toml", "[rule]\nname = 'n'\ntype = \"eql\"\nlanguage = \"kuery\"\n");
    said(EQ_E0704, 4, 12, "kuery");
    eq_diags_clear(&diags);
    load("c.toml", NATIVE "query = 'any where true'\n[eqlite]\ndialect = \"elastik\"\n");
    said(EQ_E0703, 16, 11, "elastik");
    CU_ASSERT(holds(find(EQ_E0703)->help, "elastic"));
    eq_diags_clear(&diags);
    load("d.toml", NATIVE "query = 'any where true'\nevent_category_override = 3\n");
    said(EQ_E0703, 15, 27, "event_category_override");
    CU_ASSERT(set.n == 0 && set.refused == 4);
    finish();
}

/* Where "any" of the query stands in the file. */
static void query_at(const char *query, uint32_t line, uint32_t column, const char *text)
{
    char file[2048];
    uint32_t at_line, at_column;
    const char *any;

    start();
    snprintf(file, sizeof file, NATIVE "%s\n", query);
    load("x.toml", file);
    CU_ASSERT_EQUAL_FATAL(set.n, 1);
    CU_ASSERT(is(set.items[0]->source.text, text));
    any = strstr(text, "any");
    eq_source_position(&set.items[0]->source, (uint32_t)(any - text), &at_line, &at_column);
    CU_ASSERT_EQUAL(at_line, line);
    CU_ASSERT_EQUAL(at_column, column);
    finish();
}

static void positions_of_queries(void)
{
    query_at("query = '''\n  any where true'''", 15, 3, "  any where true");
    query_at("query = '''\r\n\r\n any where\r\n true'''", 16, 2, "\n any where\n true");
    query_at("query = '''any where true'''", 14, 12, "any where true");
    query_at("query = 'any where true'", 14, 10, "any where true");
    query_at("query = \"any where true\"", 14, 10, "any where true");
    query_at("query = \"\"\"\n// \xc3\xbc\nany where \\\"x\\\" == x\"\"\"", 16, 1, "// \xc3\xbc\nany where \"x\" == x");
    query_at("query = \"any\\twhere \\\"x\\\" == x\"", 14, 10, "any\twhere \"x\" == x");
    query_at("query = '''/* \xc3\xbc */ any where true'''", 14, 20, "/* \xc3\xbc */ any where true");
}

static void tests_of_a_rule(void)
{
    const struct eq_rule *r;

    start();
    load("d/x.toml", NATIVE
         "query = 'any where true'\n"
         "[[tests]]\nname = 'a'\nexpect = 'match'\nevents = '''\n{}\n'''\n"
         "[[tests]]\nexpect = 'no_match'\nfile = 'data/e.ndjson'\n"
         "[[tests]]\nexpect = 3\nevents = ''\n"
         "[[tests]]\nexpect = { alerts = 2, event_ids = [['a', 'b'], 'c'], join_keys = [['h'], ['i\u00e9\"', 4, 4.5, true, nan]] }\nevents = ''\n"
         "[[tests]]\nexpect = { event_ids = [] }\nevents = ''\n");
    CU_ASSERT_EQUAL(diags.n, 0);
    CU_ASSERT_EQUAL_FATAL(set.n, 1);
    r = set.items[0];
    CU_ASSERT_EQUAL_FATAL(r->n_tests, 5);
    CU_ASSERT(is(r->tests[0].name, "a") && r->tests[0].alerts == -1 && is(r->tests[0].events, "{}\n"));
    CU_ASSERT_EQUAL(r->tests[0].line, 15);
    CU_ASSERT(r->tests[1].alerts == 0 && is(r->tests[1].file, "d/data/e.ndjson"));
    CU_ASSERT(r->tests[2].alerts == 3 && r->tests[2].n_event_ids == 0);
    CU_ASSERT(r->tests[3].alerts == 2 && r->tests[3].n_event_ids == 2);
    CU_ASSERT(is(r->tests[3].event_ids[0], "a b") && is(r->tests[3].event_ids[1], "c"));
    CU_ASSERT_EQUAL_FATAL(r->tests[3].n_join_keys, 2);
    CU_ASSERT(is(r->tests[3].join_keys[0], "[\"h\"]"));
    CU_ASSERT(is(r->tests[3].join_keys[1], "[\"ié\\\"\",4,4.5,true,null]"));
    CU_ASSERT(r->tests[4].alerts == 0 && r->tests[4].n_event_ids == 0);
    finish();
}

static void wrong_tests(void)
{
    static const char *const wrong[] = {
        "events = ''",
        "expect = 'maybe'\nevents = ''",
        "expect = -1\nevents = ''",
        "expect = true\nevents = ''",
        "expect = { event_ids = [1, 2] }\nevents = ''",
        "expect = { event_ids = [[1]] }\nevents = ''",
        "expect = { event_ids = [[]] }\nevents = ''",
        "expect = { event_ids = 'a' }\nevents = ''",
        "expect = { alerts = 1, event_ids = ['a', 'b'] }\nevents = ''",
        "expect = { alarms = 1 }\nevents = ''",
        "expect = { join_keys = ['a'] }\nevents = ''",
        "expect = { join_keys = [[['a']]] }\nevents = ''",
        "expect = { join_keys = [[2026-01-01]] }\nevents = ''",
        "expect = { event_ids = ['a'], join_keys = [['h'], ['i']] }\nevents = ''",
        "expect = 1",
        "expect = 1\nevents = ''\nfile = 'x'",
        "expect = 1\nevents = 3",
        "expect = 1\nfile = '/etc/passwd'",
        "expect = 1\nfile = '../x'",
        "expect = 1\nfile = 'a/../../x'",
        "expect = 1\nfile = ''",
        "expect = 1\nevents = ''\nname = 3",
    };
    char text[2048];

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        start();
        snprintf(text, sizeof text,
                 NATIVE "query = 'any where true'\n[[tests]]\n%s\n[[tests]]\nexpect = 1\nevents = ''\n", wrong[i]);
        load("x.toml", text);
        CU_ASSERT(diags.n == 1 && find(EQ_E0705) != NULL);
        CU_ASSERT(set.n == 1 && set.items[0]->n_tests == 1);
        finish();
    }
}

static void repeat(char *to, const char *part, size_t n)
{
    for (size_t i = 0; i < n; i++)
        memcpy(to + i * strlen(part), part, strlen(part));
    to[n * strlen(part)] = '\0';
}

static void hostile_documents(void)
{
    size_t room = 12u << 20;
    char *text = malloc(room);

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    start();
    repeat(text, "a.", 500000); /* toml++ alone would overflow the stack */
    load("dots.toml", text);
    said(EQ_E0901, 1, 130, "64");
    eq_diags_clear(&diags);
    strcpy(text, "x = ");
    repeat(text + 4, "[", 100000);
    load("brackets.toml", text);
    CU_ASSERT_PTR_NOT_NULL(find(EQ_E0901));
    eq_diags_clear(&diags);
    repeat(text, "a.a.a.a.a={", 40);
    load("both.toml", text);
    CU_ASSERT_PTR_NOT_NULL(find(EQ_E0901));
    eq_diags_clear(&diags);
    strcpy(text, "x = [");
    repeat(text + 5, "1,", 300000);
    load("many.toml", text);
    CU_ASSERT_PTR_NOT_NULL(find(EQ_E0903));
    eq_diags_clear(&diags);
    memset(text, ' ', room);
    CU_ASSERT_EQUAL(load_bytes("large.toml", text, EQ_RULE_FILE_MAX + 1), EQ_OK);
    CU_ASSERT_PTR_NOT_NULL(find(EQ_E0902));
    eq_diags_clear(&diags);
    strcpy(text, "[rule]\n");
    for (unsigned i = 0; i < 20000; i++)
        sprintf(text + strlen("[rule]\n") + (size_t)i * 9, "k%05u=1\n ", i);
    load("keys.toml", text);
    CU_ASSERT(diags.n < 120);
    CU_ASSERT(set.n == 0 && set.refused == 6);
    finish();
    free(text);
}

/* Many signs inside strings and comments do not count against the limits. */
static void strings_may_hold_anything(void)
{
    char dots[1001], text[8192];

    repeat(dots, ".[", 500);
    start();
    snprintf(text, sizeof text,
             NATIVE "# %s\nquery = '''\nany where x == \"%s\"'''\nnote = \"\"\"\\\"\"\" %s \"\"\"\"\"\nsetup = '%s'\n",
             dots, dots, dots, dots);
    load("x.toml", text);
    CU_ASSERT(diags.n == 0 && set.n == 1);
    finish();
}

static void broken_documents(void)
{
    static const struct {
        const char *text;
        size_t len;
        enum eq_code code;
        uint32_t line, column;
    } broken[] = {
        {"[rule]\nname = \n", 15, EQ_E0701, 2, 8},
        {"[rule]\n[rule]\n", 14, EQ_E0701, 2, 1},
        {"a = \"x\0y\"\n", 10, EQ_E0701, 1, 7},
        {"a = \"\xff\"\n", 8, EQ_E0114, 1, 6},
        {"\xff\xfe[\0r\0", 6, EQ_E0114, 1, 1},
        {"a = \"\"\"x", 8, EQ_E0701, 1, 9},
        {"", 0, EQ_E0702, 1, 1},
        {"rule = 3", 8, EQ_E0702, 1, 1},
        {"[\n", 2, EQ_E0701, 1, 2},
        {"a = 1\nb = \xd0\x9a;", 13, EQ_E0701, 2, 5},
        {"a = \"x\n\xc3\xbc = 1", 13, EQ_E0701, 1, 7},
    };

    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        const struct eq_diag *d;
        start();
        CU_ASSERT_EQUAL(load_bytes("x.toml", broken[i].text, broken[i].len), EQ_OK);
        CU_ASSERT(set.n == 0 && set.refused == 1);
        d = find(broken[i].code);
        CU_ASSERT_PTR_NOT_NULL(d);
        if (d) {
            CU_ASSERT_EQUAL(d->line, broken[i].line);
            CU_ASSERT_EQUAL(d->column, broken[i].column);
        }
        finish();
    }
}

/* Every prefix of a rule, and every rule with one byte changed, ends in an answer. */
static void damaged_documents(void)
{
    static const char whole[] = NATIVE "query = '''\nany where true\n'''\n[[tests]]\nexpect = { event_ids = [['a']] }\n"
                                       "events = \"\"\"{}\"\"\"\n[eqlite]\na.b = [1.5, 2026-01-01, {c = 07:00:00}]\n";
    char text[sizeof whole];

    for (size_t i = 0; i < sizeof whole; i++) {
        start();
        CU_ASSERT_EQUAL(load_bytes("x.toml", whole, i), EQ_OK);
        CU_ASSERT_EQUAL(set.n + set.refused, 1);
        finish();
    }
    for (size_t i = 0; i < sizeof whole - 1; i++) {
        static const char bytes[] = "\0\"'[{.=\n\x80 ]}\\";
        for (size_t b = 0; b < sizeof bytes - 1; b++) {
            memcpy(text, whole, sizeof whole);
            text[i] = bytes[b];
            start();
            CU_ASSERT_EQUAL(load_bytes("x.toml", text, sizeof whole - 1), EQ_OK);
            CU_ASSERT_EQUAL(set.n + set.refused, 1);
            finish();
        }
    }
}

static void json_of_a_rule(void)
{
    struct eq_buf out;

    start();
    eq_buf_init(&out, &eq_alloc_default);
    load("x.toml",
         "[rule]\nrule_id = 'i'\nname = \"n\\u0001\"\nquery = 'q'\n"
         "meta = { b = true, i = -5, f = 1.5, n = nan, d = 2026-01-01T10:00:00+02:00, l = [ 1, \"x\" ], e = {} }\n");
    CU_ASSERT_EQUAL_FATAL(set.n, 1);
    eq_rule_json(&out, set.items[0]);
    CU_ASSERT(is(eq_buf_slice(&out),
                 "{\"rule\":{\"rule_id\":\"i\",\"name\":\"n\\u0001\",\"query\":\"q\",\"meta\":{\"b\":true,"
                 "\"i\":-5,\"f\":1.5,\"n\":null,\"d\":\"2026-01-01T10:00:00+02:00\",\"l\":[1,\"x\"],"
                 "\"e\":{}}}}"));
    eq_buf_clear(&out);
    load("y.eql", "// @tags a,b\nany where true");
    eq_rule_json(&out, set.items[1]);
    CU_ASSERT(is(
        eq_buf_slice(&out),
        "{\"rule\":{\"rule_id\":\"y\",\"name\":\"y\",\"type\":\"eql\",\"severity\":\"medium\",\"risk_score\":47,"
        "\"tags\":[\"a\",\"b\"],\"query\":\"// @tags a,b\\nany where true\"},\"eqlite\":{\"dialect\":\"elastic\"}}"));
    eq_buf_free(&out);
    finish();
}

/* ── Folders ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

static char folder[64];

static void put(const char *name, const char *text)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(text, f);
    fclose(f);
}

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make_folder(void)
{
    strcpy(folder, "/tmp/eqlite-rules-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void folders(void)
{
    start();
    make_folder();
    CU_ASSERT_EQUAL(mkdir(path_of("sub"), 0700), 0);
    CU_ASSERT_EQUAL(mkdir(path_of(".git"), 0700), 0);
    put("b.eql", "any where true");
    put("a.toml", NATIVE "query = 'any where true'\n");
    put("sub.eql", "any where true");
    put("sub/z.eql", "any where true");
    put("sub/broken.toml", "=");
    put(".hidden.eql", "any where true");
    put(".git/x.eql", "any where true");
    put("notes.txt", "no rule");
    put("a.test.toml", "[[tests]]\nexpect = 'match'\nevents = ''\n");
    put("other.test.toml", "rule_id = 'z'\n[[tests]]\nexpect = 'match'\nevents = ''\n");
    put("nobody.test.toml", "[[tests]]\nexpect = 'match'\nevents = ''\n");
    put("copy.toml", NATIVE "query = 'any where true'\n");
    CU_ASSERT_EQUAL(symlink(".", path_of("loop")), 0);
    CU_ASSERT_EQUAL(symlink("nowhere", path_of("dangling.eql")), 0);
    CU_ASSERT_EQUAL(mkfifo(path_of("pipe.eql"), 0600), 0);

    CU_ASSERT_EQUAL(eq_rule_load(&set, folder, NULL, &diags), EQ_IO); /* dangling.eql */
    CU_ASSERT_EQUAL_FATAL(set.n, 5);
    CU_ASSERT(is(set.items[0]->path, path_of("a.toml")));
    CU_ASSERT(is(set.items[1]->path, path_of("b.eql")));
    CU_ASSERT(is(set.items[2]->path, path_of("copy.toml")));
    CU_ASSERT(is(set.items[3]->path, path_of("sub.eql")));
    CU_ASSERT(is(set.items[4]->path, path_of("sub/z.eql")));
    CU_ASSERT(set.items[0]->n_tests == 1 && set.items[4]->n_tests == 1 && set.items[2]->n_tests == 0);
    CU_ASSERT_EQUAL(set.refused, 3); /* broken, dangling, nobody.test */
    said(EQ_W0703, 7, 11, path_of("a.toml"));
    CU_ASSERT_PTR_NOT_NULL(find(EQ_E0701));
    CU_ASSERT(find(EQ_E0802) && holds(find(EQ_E0802)->message, "dangling.eql"));
    CU_ASSERT(find(EQ_E0705) && holds(find(EQ_E0705)->source->name, "nobody.test.toml"));
    remove_folder();
    finish();
}

static void single_files(void)
{
    start();
    make_folder();
    put("a.eql", "any where true");
    put("a.test.toml", "[[tests]]\nexpect = 'match'\nevents = ''\n[[tests]]\nexpect = 1\nfile = 'e.ndjson'\n");
    CU_ASSERT_EQUAL(eq_rule_load(&set, path_of("a.eql"), NULL, &diags), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(set.n, 1);
    CU_ASSERT_EQUAL_FATAL(set.items[0]->n_tests, 2);
    CU_ASSERT(is(set.items[0]->tests[1].file, path_of("e.ndjson")));
    CU_ASSERT_EQUAL(eq_rule_load(&set, path_of("none.eql"), NULL, &diags), EQ_IO);
    CU_ASSERT(diags.n == 1 && diags.items[0].code == EQ_E0801);
    remove_folder();
    finish();
}

static void deep_folders(void)
{
    char path[512];
    size_t len;

    start();
    make_folder();
    len = (size_t)snprintf(path, sizeof path, "%s", folder);
    for (int i = 0; i < EQ_RULE_FOLDERS_MAX + 2; i++) {
        len += (size_t)snprintf(path + len, sizeof path - len, "/d");
        CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
    }
    put("d/x.eql", "any where true");
    CU_ASSERT_EQUAL(eq_rule_load(&set, folder, NULL, &diags), EQ_IO);
    CU_ASSERT(set.n == 1 && find(EQ_E0901) != NULL);
    remove_folder();
    finish();
}

/* ── Memory ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The 1st, 2nd, 3rd … allocation fails, and all after it. */
static void failing_memory(void)
{
    static const char toml[] =
        NATIVE "query = 'any where true'\nunknown = 1\ntags = ['a']\n[[rule.threat]]\n"
               "[[rule.threat.technique]]\nid = 'T'\n[[tests]]\nexpect = { event_ids = [['a']] }\n"
               "file = 'x'\n[[tests]]\nexpect = 'perhaps'\n";
    bool complete = false;

    for (size_t n = 1; n < 500 && !complete; n++) {
        struct faulty f = {.fail_at = n, .forever = true};
        struct eq_alloc alloc = {faulty_resize, &f};
        enum eq_status st;
        eq_rule_set_init(&set, &alloc);
        eq_diags_init(&diags, &alloc);
        st = eq_rule_load_text(&set, EQ_LIT("x.toml"), eq_slice(toml, sizeof toml - 1), NULL, &diags);
        if (st == EQ_OK)
            st = eq_rule_load_text(&set, EQ_LIT("y.eql"), EQ_LIT("// @tags a\nany where true"), NULL, &diags);
        if (st == EQ_OK)
            st = eq_rule_load(&set, "/nowhere/at/all", NULL, &diags);
        CU_ASSERT(st == EQ_IO || st == EQ_NOMEM);
        complete = f.calls < n;
        finish();
        CU_ASSERT_EQUAL(f.live, 0);
    }
    CU_ASSERT(complete);
}

/* ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

static void tables_are_sorted(void)
{
    static const char *const fields[] = {
#define FIELD(path, type, native, endpoint, tests, values) path,
#include "rule/rule_fields.def"
#undef FIELD
    };

    for (size_t i = 1; i < sizeof fields / sizeof *fields; i++)
        CU_ASSERT(strcmp(fields[i - 1], fields[i]) < 0);
    for (size_t i = 1; i < eq_ecs_count(); i++)
        CU_ASSERT(eq_slice_cmp(eq_ecs_get(i - 1).path, eq_ecs_get(i).path) < 0);
}

static void ecs_types(void)
{
    CU_ASSERT_EQUAL(eq_ecs_type_of(EQ_LIT("@timestamp")), EQ_ECS_DATE);
    CU_ASSERT_EQUAL(eq_ecs_type_of(EQ_LIT("source.ip")), EQ_ECS_IP);
    CU_ASSERT_EQUAL(eq_ecs_type_of(EQ_LIT("x509.not_before")), EQ_ECS_OTHER);
    CU_ASSERT_EQUAL(eq_ecs_type_of(EQ_LIT("source.i")), EQ_ECS_OTHER);
    CU_ASSERT_EQUAL(eq_ecs_type_of(EQ_LIT("process.name")), EQ_ECS_KEYWORD);
    CU_ASSERT_EQUAL(eq_ecs_type_of(EQ_LIT("process.pid")), EQ_ECS_NUMBER);
    CU_ASSERT_EQUAL(eq_ecs_type_of(EQ_LIT("winlog.event_data.ObjectDN")), EQ_ECS_OTHER); /* known, but not ECS */
    CU_ASSERT_EQUAL(eq_ecs_type_of(EQ_LIT("")), EQ_ECS_OTHER);
}

static void attack_tables(void)
{
    static const char *const ids[] = {
#define TECHNIQUE(id, name, tactics) id,
#include "rule/attack.def"
    };
    static const char *const dropped[] = {
#define GONE(id, instead) id,
#include "rule/attack.def"
    };
    static const char *const tactics[] = {
#define TECHNIQUE(id, name, tactics) tactics,
#include "rule/attack.def"
    };

    for (size_t i = 1; i < sizeof ids / sizeof *ids; i++)
        CU_ASSERT(strcmp(ids[i - 1], ids[i]) < 0);
    for (size_t i = 1; i < sizeof dropped / sizeof *dropped; i++)
        CU_ASSERT(strcmp(dropped[i - 1], dropped[i]) < 0);
    for (size_t i = 0; i < sizeof tactics / sizeof *tactics; i++) /* each is an id of the table of tactics */
        for (const char *p = tactics[i]; *p; p += strcspn(p, " "), p += *p == ' ')
            CU_ASSERT(eq_attack_tactic(eq_slice(p, strcspn(p, " "))) != NULL);
    CU_ASSERT_STRING_EQUAL(eq_attack_technique(EQ_LIT("T1059.001")), "PowerShell");
    CU_ASSERT_STRING_EQUAL(eq_attack_tactics_of(EQ_LIT("T1003")), "TA0006");
    CU_ASSERT_STRING_EQUAL(eq_attack_gone(EQ_LIT("T1086")), "T1059.001");
    CU_ASSERT_STRING_EQUAL(eq_attack_tactic_id(EQ_LIT("Execution")), "TA0002");
    CU_ASSERT_STRING_EQUAL(eq_attack_nearest(EQ_LIT("Exection")), "Execution");
    CU_ASSERT_PTR_NULL(eq_attack_technique(EQ_LIT("T9999")));
    CU_ASSERT_PTR_NULL(eq_attack_nearest(EQ_LIT("")));
}

/* Every list of values is that of a field, and every type of a category is one of event.type. */
static void ecs_values(void)
{
    static const char *const paths[] = {
#define ECS_VALUES(path, values, how) path,
#include "ecs/ecs_fields.def"
    };
    static const char *const categories[] = {
#define ECS_TYPES(category, types) category,
#include "ecs/ecs_fields.def"
    };
    bool only = false;
    struct eq_slice word, type;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        CU_ASSERT_EQUAL(eq_ecs_type_of(eq_slice_of(paths[i])), EQ_ECS_KEYWORD);
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++) {
        const char *types = eq_ecs_types_of_category(eq_slice_of(categories[i]));
        while (eq_ecs_word(&word, &types)) {
            const char *all = eq_ecs_values(&only, EQ_LIT("event.type"));
            bool found = false;
            while (eq_ecs_word(&type, &all))
                found |= eq_slice_eq(word, type);
            CU_ASSERT(found && only);
        }
    }
    CU_ASSERT_PTR_NULL(eq_ecs_values(&only, EQ_LIT("process.name")));
    CU_ASSERT_PTR_NULL(eq_ecs_types_of_category(EQ_LIT("dns")));
}

static void forms_of_time(void)
{
    int64_t ns = 0;
    CU_ASSERT(eq_form_is_day(EQ_LIT("2024/02/29")));
    CU_ASSERT_FALSE(eq_form_is_day(EQ_LIT("2026/02/29")));
    CU_ASSERT_FALSE(eq_form_is_day(EQ_LIT("2026/04/31")));
    CU_ASSERT_FALSE(eq_form_is_day(EQ_LIT("2026/00/10")));
    CU_ASSERT(eq_form_look_back(&ns, EQ_LIT("now-9m")));
    CU_ASSERT_EQUAL(ns, INT64_C(540000000000));
    CU_ASSERT_FALSE(eq_form_look_back(&ns, EQ_LIT("now")));
    CU_ASSERT_FALSE(eq_form_look_back(&ns, EQ_LIT("now-9m/d")));
    CU_ASSERT_FALSE(eq_form_duration(&ns, EQ_LIT("999999999d"))); /* more than 292 years */
    CU_ASSERT_FALSE(eq_form_duration(&ns, EQ_LIT("99999999999999999999d")));
    CU_ASSERT_EQUAL(ns, INT64_C(540000000000));
}

CU_TestInfo eq_tests_rule[] = {
    {"a native rule with all that it may say", native_shape},
    {"a protections-artifacts rule", endpoint_shape},
    {"plain .eql with a header", plain_shape},
    {"mistakes in the header of plain .eql", plain_mistakes},
    {"options choose the dialect", options_choose_the_dialect},
    {"unknown keys are warnings with a suggestion", unknown_keys},
    {"missing keys", missing_keys},
    {"wrong values", wrong_values},
    {"unusual values get defaults", unusual_values_get_defaults},
    {"rules that cannot be run", what_cannot_be_run},
    {"positions inside queries are those of the file", positions_of_queries},
    {"tests that a rule brings", tests_of_a_rule},
    {"wrong tests are left out", wrong_tests},
    {"hostile documents meet a limit", hostile_documents},
    {"strings may hold anything", strings_may_hold_anything},
    {"broken documents are reported where they break", broken_documents},
    {"damaged documents end in an answer", damaged_documents},
    {"a rule as JSON", json_of_a_rule},
    {"folders", folders},
    {"single files", single_files},
    {"folders nested too deeply", deep_folders},
    {"every allocation fails once", failing_memory},
    {"generated and searched tables are sorted", tables_are_sorted},
    {"dates and addresses of ECS", ecs_types},
    {"values of ECS", ecs_values},
    {"the table of ATT&CK", attack_tables},
    {"days and durations", forms_of_time},
    CU_TEST_INFO_NULL,
};
