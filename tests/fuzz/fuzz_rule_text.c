/* fuzz_rule_text.c — any bytes as a query.
 *
 * Promised: compiling ends with a status that its diagnostics bear out; every span lies inside the text; a query that
 * compiles can be printed, matched and freed; explain works on wrong text as far as it goes. The first byte picks the
 * dialect. */
#include "api/eqlite.h"
#include "fuzz.h"

/* A little past for sequences: two hosts, equal and different users, times that go on, stand still and go back. */
static const char *const events[] = {
    "{\"@timestamp\":1000,\"event\":{\"category\":\"process\"},\"process\":{\"name\":\"cmd.exe\",\"pid\":7,\"entity_id\":\"p7\"},"
    "\"a\":1,\"host\":{\"id\":\"h\"},\"user\":{\"id\":[1,null,\"x\"]}}",
    "{\"@timestamp\":2000,\"event.category\":\"file\",\"file.path\":\"C:\\\\x\",\"b\":1,\"a\":\"x\",\"host.id\":\"h\",\"user\":{\"id\":1}}",
    "{\"@timestamp\":2000,\"event.category\":\"process\",\"a\":1,\"b\":2,\"process\":{\"name\":\"x\",\"entity_id\":\"p8\","
    "\"parent\":{\"entity_id\":\"p7\"}},\"host.id\":\"h\",\"user.id\":1}",
    "{\"@timestamp\":1500,\"event.category\":[\"network\",\"file\"],\"source.ip\":\"10.0.0.1\",\"host.id\":\"g\",\"user.id\":\"x\"}",
    "{\"event.category\":\"any\",\"process\":{\"args\":[\"a\",\"b\"],\"thread\":{\"Ext\":{\"call_stack\":[{\"symbol_info\":\"ntdll\"}]}}}}",
};
enum { N_EVENTS = sizeof events / sizeof *events };

static bool ignore(const char *ptr, size_t len, void *ctx)
{
    (void)ptr;
    *(size_t *)ctx += len;
    return true;
}

static void check_diagnostics(const eqlite_diagnostics *d, size_t size)
{
    size_t written = 0;
    for (size_t i = 0; i < eqlite_diagnostics_count(d); i++) {
        eqlite_diagnostic one = eqlite_diagnostics_get(d, i);
        PROMISE(one.code && one.message.len);
        PROMISE(one.start <= one.end && one.end <= size);
        PROMISE(eqlite_diagnostics_print(d, i, false, ignore, &written) == EQLITE_OK);
        PROMISE(eqlite_diagnostics_json(d, i, ignore, &written) == EQLITE_OK);
    }
    PROMISE(eqlite_diagnostics_report(d, "sarif", false, ignore, &written) == EQLITE_OK);
    PROMISE(eqlite_diagnostics_report(d, "github", false, ignore, &written) == EQLITE_OK);
}

static void match(eqlite_rules *rules)
{
    eqlite_matcher *m = NULL;
    eqlite_stats stats = {.size = sizeof stats};
    PROMISE(eqlite_matcher_new(&m, rules, NULL) == EQLITE_OK);
    for (size_t i = 0; i < 2 * N_EVENTS; i++) {
        const char *json = events[i % N_EVENTS];
        eqlite_event event = {.json = json, .len = strlen(json), .line = i + 1};
        eqlite_status status = eqlite_matcher_feed(m, &event);
        PROMISE(status == EQLITE_OK || status == EQLITE_END);
    }
    PROMISE(eqlite_matcher_finish(m) == EQLITE_OK);
    eqlite_matcher_stats(m, &stats);
    PROMISE(stats.bad_events == 0 && stats.repaired_events == 0);
    eqlite_matcher_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const stages[] = {"tokens", "ast", "plan", "program"};
    if (size < 1 || size > 1 << 16)
        return 0;
    eqlite_options options = EQLITE_OPTIONS_INIT;
    options.dialect = data[0] % 2 ? "endpoint" : "elastic";
    options.schema = data[0] / 8 % 2 ? NULL : "ecs";
    size--;
    char *text = fuzz_copy(data + 1, size);

    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    size_t written = 0;
    PROMISE(eqlite_compiler_new(&c, &options) == EQLITE_OK);
    eqlite_status status = eqlite_compiler_add_query(c, "q", text, size);
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(c);
    PROMISE(status == EQLITE_OK || status == EQLITE_INVALID || status == EQLITE_LIMIT);
    PROMISE((status == EQLITE_OK) == (eqlite_diagnostics_errors(d) == 0));
    check_diagnostics(d, size);
    PROMISE(eqlite_compiler_finish(&rules, c) == EQLITE_OK);
    PROMISE(eqlite_rules_count(rules) == (status == EQLITE_OK));
    if (status == EQLITE_OK)
        match(rules);
    eqlite_rules_free(rules);
    eqlite_query_is_complete(text, size);
    eqlite_explain(c, stages[data[0] / 2 % 4], "q", text, size, ignore, &written);
    eqlite_compiler_free(c);
    free(text);
    return 0;
}
