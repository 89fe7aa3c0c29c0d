/* schema.c — which fields there are: --schema, and --against for those of events. */
#include <string.h>

#include "cli/cli.h"

/* check, lsp and repl know ECS unless told otherwise; query when it is asked. */
static const char *wanted(const struct cli *c)
{
    bool always = c->command == CLI_COMMAND_CHECK || c->command == CLI_COMMAND_LSP || c->command == CLI_COMMAND_REPL;
    return c->schema ? c->schema : always ? "ecs" : "none";
}

const char *cli_schema_name(const struct cli *c)
{
    return strcmp(wanted(c), "none") == 0 ? NULL : "ecs";
}

bool cli_schema_add(eqlite_compiler *compiler, const struct cli *c)
{
    const char *path = wanted(c);
    struct cli_text text = {0};
    if (strcmp(path, "none") == 0 || strcmp(path, "ecs") == 0)
        return true;
    bool fine = cli_read_file(&text, path);
    eqlite_status st = fine ? eqlite_compiler_add_schema(compiler, text.ptr ? text.ptr : "", text.len) : EQLITE_OK;
    if (st == EQLITE_INVALID)
        cli_error("%s: neither a mapping of Elasticsearch nor JSON such as {\"user.name\":\"keyword\"}", path);
    else if (st != EQLITE_OK)
        cli_failed(st);
    cli_text_free(&text);
    return fine && st == EQLITE_OK;
}

eqlite_status cli_survey_event(struct cli_feed *f, const eqlite_event *e)
{
    eqlite_status st = eqlite_survey_feed(f->ctx, e);
    if (st != EQLITE_INVALID)
        return st;
    eqlite_bad_event bad = {e->path, e->line, e->offset, 0, NULL};
    bad.reason = eqlite_survey_bad_event(f->ctx, &bad.at);
    cli_feed_bad(f, &bad);
    return EQLITE_OK;
}

bool cli_schema_compare(eqlite_compiler *compiler, const struct cli *c)
{
    struct cli_feed feed = {.cli = c, .event = cli_survey_event};
    eqlite_survey *survey = NULL;
    if (!c->against.n)
        return true;
    eqlite_status st = eqlite_survey_new(&survey, NULL);
    feed.ctx = survey;
    if (st == EQLITE_OK)
        st = cli_feed_files(&feed, &c->against);
    if (st == EQLITE_OK)
        st = eqlite_compiler_compare(compiler, survey);
    if (st != EQLITE_OK)
        cli_failed(st);
    eqlite_survey_free(survey);
    return st == EQLITE_OK && !feed.trouble;
}
