/* fuzz_rule_text.c — any bytes as a query.
 *
 * Promised: compiling ends with a status that its diagnostics bear out; every span lies inside the text; a query that
 * compiles can be printed, matched and freed; explain works on wrong text as far as it goes. The first byte picks the
 * dialect. */
#include "api/eqlite.h"
#include "fuzz.h"

static const char *const events[] = {
    "{\"@timestamp\":1,\"event\":{\"category\":\"process\"},\"process\":{\"name\":\"cmd.exe\",\"pid\":7,\"args\":[\"a\",\"b\"]}}",
    "{\"@timestamp\":2,\"event.category\":\"file\",\"file.path\":\"C:\\\\x\",\"user\":{\"id\":[1,null,\"x\"]}}",
};

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
}

static void match(eqlite_rules *rules)
{
    eqlite_matcher *m = NULL;
    eqlite_stats stats = {.size = sizeof stats};
    PROMISE(eqlite_matcher_new(&m, rules, NULL) == EQLITE_OK);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        eqlite_event event = {.json = events[i], .len = strlen(events[i]), .line = i + 1};
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
    if (status == EQLITE_OK && !eqlite_rules_get(rules, 0).not_runnable)
        match(rules);
    eqlite_rules_free(rules);
    eqlite_query_is_complete(text, size);
    eqlite_explain(c, stages[data[0] / 2 % 4], "q", text, size, ignore, &written);
    eqlite_compiler_free(c);
    free(text);
    return 0;
}
