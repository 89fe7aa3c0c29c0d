/* test_sink.c — what sinks print, of alerts that no matcher needs to make. */
#include <stdio.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

#include "sink/json_check.h"
#include "sink/json_cut.h"
#include "sink/sink_priv.h"

struct written {
    struct eq_buf text;
    bool full; /* refuse to write */
};

static bool write_text(const char *ptr, size_t len, void *ctx)
{
    struct written *w = ctx;
    eq_buf_add(&w->text, eq_slice(ptr, len));
    return !w->full;
}

static const struct eq_sink_rule *rule(uint32_t number, void *ctx)
{
    static const struct eq_slice tags[] = {EQ_LIT("a"), EQ_LIT("b")};
    static const struct eq_sink_rule rules[] = {
        {.id = EQ_LIT("r-1"),
         .name = EQ_LIT("First"),
         .severity = EQ_LIT("high"),
         .risk_score = 73,
         .tags = tags,
         .n_tags = 2,
         .query = EQ_LIT("any where true")},
        {.id = EQ_LIT("r-2"),
         .name = EQ_LIT("Second"),
         .severity = EQ_LIT("low"),
         .message = EQ_LIT("{{host}} ran {{@process.name}}, {{ process.pid }}{{nothing}} {{unclosed")},
    };
    (void)ctx;
    return &rules[number];
}

static struct eq_alert_event event(const char *json)
{
    return (struct eq_alert_event){.json = eq_slice_of(json), .origin = {EQ_LIT("x.ndjson"), 7, 42}};
}

/* Put alerts into a sink and compare what it wrote. */
static void expect(struct eq_sink_options o, const struct eq_alert *alerts, size_t n, const char *want)
{
    struct written w = {.full = false};
    struct eq_sink *s = NULL;
    eq_buf_init(&w.text, &eq_alloc_default);
    o.rule = rule;
    o.write = write_text;
    o.ctx = &w;
    CU_ASSERT_EQUAL_FATAL(eq_sink_new(&s, &o, &eq_alloc_default), EQ_OK);
    for (size_t i = 0; i < n; i++)
        CU_ASSERT_EQUAL(eq_sink_put(s, &alerts[i]), EQ_OK);
    CU_ASSERT_EQUAL(eq_sink_end(s), EQ_OK);
    bool same = eq_slice_eq(eq_buf_slice(&w.text), eq_slice_of(want));
    if (!same)
        printf("\nwanted: %s\ngot:    %.*s\n", want, (int)w.text.len, w.text.ptr);
    CU_ASSERT_TRUE(same);
    eq_sink_free(s);
    eq_buf_free(&w.text);
}

static void test_json_check(void)
{
    static const char *const good[] = {"{}",
                                       " [ ] ",
                                       "0",
                                       "-0.5e+10",
                                       "\"\\u00e9\\n\"",
                                       "[1,{\"a\":[true,null]},\"x\"]",
                                       "{\"a\":1,\"b\":{\"c\":[[[]]]}}",
                                       "\"\xff\""};
    static const char *const bad[] = {
        "",   "{",   "}",     "[1 2]",   "[1,]",      "{\"a\"}", "{\"a\":}", "{a:1}", "01", "+1",         "1.", ".5",
        "1e", "nul", "truex", "\"\\x\"", "\"\\u12\"", "\"\n\"",  "\"a",      "{} {}", "[}", "{\"a\":1,}", "-",  "NaN"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CU_ASSERT_TRUE(eq_json_check(eq_slice_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_FALSE(eq_json_check(eq_slice_of(bad[i])));
    CU_ASSERT_FALSE(eq_json_check(EQ_LIT("\"a\0")));
    CU_ASSERT_FALSE(eq_json_check_scalar(EQ_LIT("\"a\"")));
    CU_ASSERT_TRUE(eq_json_check_scalar(EQ_LIT("-1.5")));
}

static void test_json_cut(void)
{
    static const char text[] = " { \"a\" : [1, \"x]\\\"}\", {\"b\":[]} , null ] ,\"b\":{\"c\":-1.5}, \"e\":\"\" } ";
    static const char *const elements[] = {"1", "\"x]\\\"}\"", "{\"b\":[]}", "null"};
    struct eq_slice object = eq_slice_of(text), value = {0}, array, inner;
    CU_ASSERT_TRUE(eq_json_check(object));
    CU_ASSERT_TRUE(eq_json_cut_member(&array, object, EQ_LIT("a")));
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_TRUE(eq_json_cut_next(&value, &array) && eq_slice_eq(value, eq_slice_of(elements[i])));
    CU_ASSERT_FALSE(eq_json_cut_next(&value, &array));
    CU_ASSERT_TRUE(eq_json_cut_member(&inner, object, EQ_LIT("b")) && eq_json_cut_member(&value, inner, EQ_LIT("c")));
    CU_ASSERT_TRUE(eq_slice_eq(value, EQ_LIT("-1.5")));
    CU_ASSERT_TRUE(eq_json_cut_member(&value, object, EQ_LIT("e")) && eq_slice_eq(value, EQ_LIT("\"\"")));
    CU_ASSERT_FALSE(eq_json_cut_member(&value, object, EQ_LIT("c"))); /* of an object inside */
    CU_ASSERT_FALSE(eq_json_cut_member(&value, EQ_LIT("[1]"), EQ_LIT("1")));
    CU_ASSERT_FALSE(eq_json_cut_member(&value, EQ_LIT("{}"), EQ_LIT("")));
    array = EQ_LIT("[ ]");
    CU_ASSERT_FALSE(eq_json_cut_next(&value, &array));
    array = EQ_LIT("{\"a\":1}");
    CU_ASSERT_FALSE(eq_json_cut_next(&value, &array));
    CU_ASSERT_FALSE(eq_json_cut_next(&value, &(struct eq_slice){"", 0}));
}

/* Documents come back as they were, and what is none is refused without a trace. */
static void test_documents(void)
{
    static const char *const documents[] = {
        "{\"rule\":{\"id\":\"r-9\",\"name\":\"Ninth\",\"severity\":\"high\",\"risk_score\":5},\"reason\":\"\",\"join_keys\":[\"a\\u0022\",null,4],"
        "\"source\":{\"path\":\"p\",\"line\":7,\"offset\":42},\"events\":[{\"n\":1.50},null,{\"n\":2}]}",
        "{\"_source\":{\"kibana.alert.rule.uuid\":\"r-9\",\"process\":{\"name\":\"x\"}}}",
    };
    static const char *const no_alerts[] = {"", "[]", "{}", "{\"a\":1}", "{\"rule\":{\"id\":4}}", "{\"rule\":{\"id\":\"\"}}",
                                            "{\"rule\":{\"id\":\"r\"}", "\"rule\""};
    struct written w = {.full = false};
    struct eq_sink_options o = {.form = EQ_SINK_NDJSON, .content = EQ_SINK_EVENTS, .write = write_text, .ctx = &w};
    struct eq_sink *s = NULL;
    eq_buf_init(&w.text, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(eq_sink_new(&s, &o, &eq_alloc_default), EQ_OK);
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        CU_ASSERT_EQUAL(eq_sink_put_document(s, eq_slice_of(documents[i])), EQ_OK);
    for (size_t i = 0; i < sizeof no_alerts / sizeof *no_alerts; i++)
        CU_ASSERT_EQUAL(eq_sink_put_document(s, eq_slice_of(no_alerts[i])), EQ_INVALID);
    CU_ASSERT_TRUE(eq_slice_eq(eq_buf_slice(&w.text),
                               EQ_LIT("{\"join_keys\":[\"a\\\"\",null,4],\"events\":[{\"n\":1.50},null,{\"n\":2}]}\n"
                                      "{\"kibana.alert.rule.uuid\":\"r-9\",\"process\":{\"name\":\"x\"}}\n")));
    CU_ASSERT_EQUAL(eq_sink_rules(s), 1);
    CU_ASSERT_TRUE(eq_slice_eq(eq_sink_rule_at(s, EQ_SINK_FOREIGN)->name, EQ_LIT("Ninth")));
    eq_sink_free(s);
    eq_buf_free(&w.text);
}

static void test_depth(void)
{
    char text[10000];
    for (size_t depth = 4095; depth < 4098; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        CU_ASSERT_EQUAL(eq_json_check(eq_slice(text, 2 * depth)), depth <= 4096);
    }
}

static void test_event_json(void)
{
    static const struct {
        const char *json, *want;
        unsigned repairs;
    } cases[] = {
        {"{\"a\" : 1}", "{\"a\" : 1}", 0},
        {"{\n  \"a\": 1,\r\n\t\"b\": \"x  y\"\n}\n", "{\"a\":1,\"b\":\"x  y\"}", 0},
        {"\xEF\xBB\xBF{\"a\":1}", "{\"a\":1}", EQ_REPAIR_BOM},
        {"{\"a\":\"\xff\"}", "{\"a\":\"\xEF\xBF\xBD\"}", EQ_REPAIR_UTF8},
        {"{\"a\":\"\\ud800\\ud83d\\ude00\\udc00\"}", "{\"a\":\"\\ufffd\\ud83d\\ude00\\ufffd\"}", EQ_REPAIR_SURROGATE},
        {"{\"a\":[NaN,-Infinity]}", "{\"a\":[null,null]}", EQ_REPAIR_NAN},
        {"{\"a\":\"x\x1b\"}", "{\"a\":\"x\\u001b\"}", EQ_REPAIR_CONTROL},
        {"{\"a\":4!}", "{\"a\":\"4!\"}", 0},
        {"{\"a\":\"\\q\\u1\"}", "{\"a\":\"\\\\q\\\\u1\"}", 0},
        {"{\"a\":[1 2]}", "{\"invalid_json\":\"{\\\"a\\\":[1 2]}\"}", 0},
    };
    struct eq_buf out;
    eq_buf_init(&out, &eq_alloc_default);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eq_alert_event e = event(cases[i].json);
        e.repairs = cases[i].repairs;
        eq_buf_clear(&out);
        eq_sink_event_json(&out, &e);
        CU_ASSERT_TRUE(eq_slice_eq(eq_buf_slice(&out), eq_slice_of(cases[i].want)));
    }
    eq_buf_clear(&out);
    eq_sink_json_for_terminal(&out, EQ_LIT("{\"a\":\"\xC2\x9B\xE2\x80\xAE\x7F"
                                           "b\"}"));
    CU_ASSERT_TRUE(eq_slice_eq(eq_buf_slice(&out), EQ_LIT("{\"a\":\"\\u009b\\u202e\\u007fb\"}")));
    eq_buf_free(&out);
}

static void test_missing(void)
{
    struct eq_alert_event events[] = {event("{\"a\":1}"), {.missing = true}, event("{\"a\":2}")};
    struct eq_value keys[] = {eq_value_int(4), eq_value_string(EQ_LIT("h\""))};
    struct eq_alert a = {.events = events, .n_events = 3, .keys = keys, .n_keys = 2};
    expect((struct eq_sink_options){.form = EQ_SINK_NDJSON}, &a, 1,
           "{\"join_keys\":[4,\"h\\\"\"],\"events\":[{\"a\":1},null,{\"a\":2}]}\n");
    struct eq_slice column = EQ_LIT("a");
    expect((struct eq_sink_options){.form = EQ_SINK_CSV, .columns = &column, .n_columns = 1}, &a, 1,
           "sequence,a\r\n1,1\r\n1 (missing),\r\n1,2\r\n");
    struct eq_alert_event none = {.missing = true};
    struct eq_alert empty = {.events = &none, .n_events = 1};
    expect((struct eq_sink_options){.form = EQ_SINK_TABLE, .content = EQ_SINK_ALERTS_ECS}, &empty, 1,
           "TIME  SEVERITY  RULE   HOST  WHAT\n      high      First        (missing)\n");
}

static void test_message(void)
{
    struct eq_alert_event e =
        event("{\"host\":{\"name\":[\"h1\",\"h2\"]},\"process.name\":\"sh\",\"process\":{\"pid\":12}}");
    struct eq_alert a = {.rule = 1, .events = &e, .n_events = 1, .is_event = true};
    expect((struct eq_sink_options){.form = EQ_SINK_NDJSON, .content = EQ_SINK_ALERTS_COMPACT}, &a, 1,
           "{\"rule\":{\"id\":\"r-2\",\"name\":\"Second\",\"severity\":\"low\",\"risk_score\":0},"
           "\"reason\":\"event with process sh, on h1, h2 created low alert Second.\","
           "\"message\":\"h1, h2 ran sh, 12- {{unclosed\","
           "\"source\":{\"path\":\"x.ndjson\",\"line\":7,\"offset\":42},\"events\":["
           "{\"host\":{\"name\":[\"h1\",\"h2\"]},\"process.name\":\"sh\",\"process\":{\"pid\":12}}]}\n");
}

static void test_table(void)
{
    struct eq_alert_event e[] = {event("{\"a\":\"日本語テキスト\",\"b\":\"\\u001b[2J\"}"),
                                 event("{\"a\":\"x\",\"b\":2}")};
    struct eq_alert a[] = {{.events = &e[0], .n_events = 1, .is_event = true},
                           {.events = &e[1], .n_events = 1, .is_event = true}};
    struct eq_slice columns[] = {EQ_LIT("a"), EQ_LIT("b")};
    struct eq_sink_options o = {.form = EQ_SINK_TABLE, .columns = columns, .n_columns = 2};
    expect(o, a, 2, "a               b\n日本語テキスト  \\u{1b}[2J\nx               2\n");
    o.width = 21; /* 9 and a gap for b: 10 remain for a */
    expect(o, a, 2, "a           b\n日本語テ…   \\u{1b}[2J\nx           2\n");
}

/* An id depends on the rule and the events, not on where they were read. These must never change. */
static void test_id(void)
{
    static const struct {
        const char *json, *id, *index, *want;
    } cases[] = {
        {"{\"a\":1}", NULL, NULL, "c2f3f3fb"},
        {"{\"a\":1}", "7", "logs", "7ea52096"},
        {"{\"event\":{\"id\":\"e\"},\"agent\":{\"id\":\"g\"}}", NULL, NULL, "30657cec"},
        {"{\"event\":{\"id\":\"e\"}}", NULL, NULL, "2ee77085"},
    };
    struct eq_sink_options o = {.form = EQ_SINK_NDJSON, .rule = rule, .write = write_text};
    struct eq_sink *s = NULL;
    struct eq_buf out;
    eq_buf_init(&out, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(eq_sink_new(&s, &o, &eq_alloc_default), EQ_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eq_alert_event e = event(cases[i].json);
        struct eq_alert a = {.events = &e, .n_events = 1, .is_event = true};
        e.id = eq_slice_of(cases[i].id);
        e.index = eq_slice_of(cases[i].index);
        eq_buf_clear(&out);
        eq_sink_alert_id(&out, s, &a);
        CU_ASSERT_EQUAL(out.len, 64);
        bool same = eq_slice_starts(eq_buf_slice(&out), eq_slice_of(cases[i].want));
        if (!same)
            printf("\nid %zu: %.8s\n", i, out.ptr);
        CU_ASSERT_TRUE(same);
    }
    eq_buf_free(&out);
    eq_sink_free(s);
}

static void test_full(void)
{
    struct written w = {.full = true};
    struct eq_alert_event e = event("{}");
    struct eq_alert a = {.events = &e, .n_events = 1, .is_event = true};
    eq_buf_init(&w.text, &eq_alloc_default);
    for (unsigned form = 0; form < EQ_SINK_COUNT; form++) {
        struct eq_sink_options o = {.form = (enum eq_sink_form)form, .rule = rule, .write = write_text, .ctx = &w};
        struct eq_sink *s = NULL;
        CU_ASSERT_EQUAL_FATAL(eq_sink_new(&s, &o, &eq_alloc_default), EQ_OK);
        enum eq_status st = eq_sink_put(s, &a);
        CU_ASSERT_EQUAL(st == EQ_OK ? eq_sink_end(s) : st, EQ_IO);
        eq_sink_free(s);
    }
    eq_buf_free(&w.text);
}

CU_TestInfo eq_tests_sink[] = {
    {"JSON is checked to the letter", test_json_check},
    {"JSON is checked to a depth", test_depth},
    {"pieces of JSON", test_json_cut},
    {"documents read back", test_documents},
    {"an event is printed verbatim or mended", test_event_json},
    {"the place of a missing event is shown", test_missing},
    {"a message is filled in", test_message},
    {"a table fits its terminal", test_table},
    {"ids of alerts never change", test_id},
    {"a full disk is an error in every form", test_full},
    CU_TEST_INFO_NULL,
};
