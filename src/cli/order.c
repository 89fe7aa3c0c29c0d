/* order.c — sequences need events in order of time: what the options say about that, and what is told of late ones. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define FOLLOW_LATENESS_NS INT64_C(10000000000)
#define LEAST_IDLE_S 0.2   /* a shorter pause is no silence */
#define LEAST_PAUSE_S 0.05 /* after which nobody should wait for results */

static const char *folder(void)
{
    const char *name = getenv("TMPDIR");
    return name && *name ? name : "/tmp";
}

static int64_t lateness_ns(const struct cli *c)
{
    if (c->sort)
        return EQLITE_ANY_LATENESS;
    if (c->lateness_given)
        return c->max_lateness_ns;
    return c->follow ? FOLLOW_LATENESS_NS : 0;
}

void cli_order_matcher(eqlite_matcher_options *out, const struct cli *c)
{
    out->max_lateness_ns = lateness_ns(c);
    out->temporary_folder = folder();
}

void cli_order_idle(struct cli_feed *f)
{
    double idle = cli_seconds() - f->last;
    bool flush = f->held && idle >= LEAST_IDLE_S && idle * 1e9 >= (double)lateness_ns(f->cli);
    if (flush)
        f->flushed = eqlite_matcher_flush(f->matcher);
    else if (f->unsettled && idle >= LEAST_PAUSE_S)
        f->flushed = eqlite_matcher_settle(f->matcher);
    else
        return;
    f->unsettled = false;
    f->held = f->held && !flush;
    if (f->flushed == EQLITE_OK && eqlite_matcher_done(f->matcher))
        f->flushed = EQLITE_END;
}

bool cli_order_merges(const struct cli *c, const eqlite_rules *rules)
{
    if (c->files.n < 2 || c->follow || c->no_merge || !eqlite_rules_need_order(rules))
        return false;
    for (size_t i = 0; i < c->files.n; i++)
        if (strcmp(c->files.items[i], "-") == 0)
            return false;
    if (c->files.n <= EQLITE_MERGE_PATHS)
        return true;
    cli_warn(c, "warning: more than %d files are not merged by time but read one after the other; see --sort",
             EQLITE_MERGE_PATHS);
    return false;
}

void cli_order_tell(struct cli_text *t, const eqlite_stats *stats)
{
    if (!stats->late)
        return;
    cli_text_count(t, stats->late);
    cli_text_printf(t, " event%s came too late for sequences; see %s", stats->late == 1 ? "" : "s",
                    stats->reorder_forced ? "--sort, since more had to be held than memory has room for"
                                          : "--max-lateness");
}

int cli_order_failed(const struct cli *c, eqlite_status st)
{
    if (!c->sort || (st != EQLITE_IO && st != EQLITE_LIMIT))
        return cli_failed(st);
    if (st == EQLITE_IO)
        cli_error("events could not be sorted: temporary files in %s cannot be written", folder());
    else
        cli_error("events could not be sorted: there are too many");
    return CLI_TROUBLE;
}
