/* pack.c — `eqlite compile`: rules as a pack, which loads in a fraction of the time. */
#include <string.h>

#include "cli/cli.h"

static bool write_pack(const struct cli *c, const eqlite_rules *rules)
{
    struct cli_output o;
    if (!cli_output_open(&o, c, c->output))
        return false;
    eqlite_status st = eqlite_rules_pack(rules, cli_output_write, &o);
    if (st != EQLITE_OK && !o.error)
        cli_failed(st);
    return cli_output_close(&o, st == EQLITE_OK) && st == EQLITE_OK;
}

int cli_pack(struct cli *c)
{
    size_t refused = 0, unreadable = 0;
    if (!c->rules.n)
        return cli_usage(c, "no rules given: use -r FILE or -r FOLDER");
    if (!c->output)
        return cli_usage(c, "where to? use -o PACK");
    if (c->files.n)
        return cli_usage(c, "rules are given with -r");
    eqlite_rules *rules = cli_compile_rules(c, &c->rules, &refused, &unreadable);
    if (!rules)
        return CLI_TROUBLE;
    size_t n = eqlite_rules_count(rules);
    bool written = false;
    if (!n)
        cli_error(refused ? "no rule could be used" : "no rules to compile");
    else
        written = write_pack(c, rules);
    if (written && !c->quiet)
        cli_note("eqlite: %zu rule%s compiled, %zu left out", n, n == 1 ? "" : "s", refused);
    eqlite_rules_free(rules);
    return !written || unreadable ? CLI_TROUBLE : refused ? CLI_NO : CLI_OK;
}
