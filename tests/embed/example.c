/* example.c — eqlite inside another program: one query, four events, and what matches.
 *
 *      cc example.c $(pkg-config --cflags --libs eqlite)
 *
 * Prints the command line of every suspicious process, and what is wrong with the query if it does not compile. */
#include <eqlite.h>

#include <stdio.h>
#include <string.h>

static const char query[] = "process where process.name : \"cmd.exe\" and process.args : \"/c*\"";

static const char *const events[] = {
    "{\"event.category\":\"process\",\"process\":{\"name\":\"cmd.exe\",\"args\":[\"cmd.exe\",\"/c\",\"whoami\"]}}",
    "{\"event.category\":\"process\",\"process\":{\"name\":\"CMD.EXE\",\"args\":[\"/c\",\"net user\"]}}",
    "{\"event.category\":\"process\",\"process\":{\"name\":\"notepad.exe\"}}",
    "{\"event.category\":\"file\",\"process\":{\"name\":\"cmd.exe\",\"args\":[\"/c\"]}}",
};

static bool to_file(const char *ptr, size_t len, void *ctx)
{
    return fwrite(ptr, 1, len, ctx) == len;
}

/* Called for each alert. Returning false would stop. */
static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    eqlite_alert_event event = eqlite_alert_get_event(alert, 0);
    printf("match in event %llu: %.*s\n", (unsigned long long)event.line, (int)event.json.len, event.json.ptr);
    ++*(int *)ctx;
    return true;
}

int main(void)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_compiler *compiler = NULL;
    eqlite_rules *rules = NULL;
    eqlite_matcher *matcher = NULL;
    int matches = 0;

    eqlite_status status = eqlite_compiler_new(&compiler, &options);
    if (status != EQLITE_OK)
        goto done;
    status = eqlite_compiler_add_query(compiler, "example", query, strlen(query));
    if (status != EQLITE_OK) {
        const eqlite_diagnostics *diagnostics = eqlite_compiler_diagnostics(compiler);
        for (size_t i = 0; i < eqlite_diagnostics_count(diagnostics); i++)
            eqlite_diagnostics_print(diagnostics, i, false, to_file, stderr);
        goto done;
    }
    status = eqlite_compiler_finish(&rules, compiler);
    if (status != EQLITE_OK)
        goto done;

    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    matching.on_alert = on_alert;
    matching.ctx = &matches;
    status = eqlite_matcher_new(&matcher, rules, &matching);
    for (size_t i = 0; status == EQLITE_OK && i < sizeof events / sizeof *events; i++) {
        eqlite_event event = {.json = events[i], .len = strlen(events[i]), .line = i + 1};
        status = eqlite_matcher_feed(matcher, &event);
    }
    if (status == EQLITE_OK)
        status = eqlite_matcher_finish(matcher);

done:
    eqlite_matcher_free(matcher);
    eqlite_rules_free(rules);
    eqlite_compiler_free(compiler);
    printf("eqlite %s: %s, %d matches\n", eqlite_version(), eqlite_status_text(status), matches);
    return status == EQLITE_OK && matches == 2 ? 0 : 1;
}
