/* feed.c — files to events, one after the other, until the end or Ctrl-C.
 *
 * Broken events never stop a run: each is counted, the first few are described. A file that cannot be read is told, and
 * the next one follows. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define SHOWN_BAD 5
#define MOST_THREADS_UNASKED 8 /* each has memory of its own for values that it has seen */

void cli_feed_bad(struct cli_feed *f, const eqlite_bad_event *bad)
{
    f->bad++;
    if (f->cli->quiet || f->shown >= SHOWN_BAD)
        return;
    struct cli_text path = {0};
    if (bad->path.len == 0 || cli_string_is(bad->path, "-"))
        cli_text_printf(&path, "<stdin>");
    else
        cli_text_escape(&path, bad->path);
    bool colour = cli_colour(f->cli, stderr);
    cli_note("%s:%llu: %swarning[W0801]%s: broken event left out: %s, at byte %llu", path.ptr,
             (unsigned long long)bad->line, colour ? "\033[1;33m" : "", colour ? "\033[0m" : "", bad->reason,
             (unsigned long long)(bad->offset + bad->at));
    if (++f->shown == SHOWN_BAD)
        cli_note("eqlite: further broken events are only counted");
    cli_text_free(&path);
}

eqlite_status cli_feed_match(struct cli_feed *f, const eqlite_event *e)
{
    eqlite_status st = eqlite_matcher_feed(f->matcher, e);
    f->unsettled = f->several;
    return st == EQLITE_OK && eqlite_matcher_done(f->matcher) ? EQLITE_END : st;
}

void cli_feed_threads(eqlite_matcher_options *out, struct cli_feed *f)
{
    const struct cli *c = f->cli;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors > MOST_THREADS_UNASKED)
        processors = MOST_THREADS_UNASKED;
    out->threads = c->threads ? (unsigned)c->threads : processors > 1 ? (unsigned)processors : 1;
    out->block_bytes = c->block_size;
    f->several = out->threads > 1;
}

/* Have what was fed matched, so that its results come before what follows. */
static eqlite_status settle(struct cli_feed *f)
{
    f->unsettled = false;
    eqlite_status st = f->matcher ? eqlite_matcher_settle(f->matcher) : EQLITE_OK;
    return st == EQLITE_OK && f->matcher && eqlite_matcher_done(f->matcher) ? EQLITE_END : st;
}

/* What the reader could not make an event of. */
static eqlite_status problem_event(struct cli_feed *f, const eqlite_event *e, const char *problem)
{
    eqlite_bad_event bad = {e->path, e->line, e->offset, 0, problem};
    eqlite_status st = settle(f);
    if (st == EQLITE_OK)
        cli_feed_bad(f, &bad);
    return st;
}

/* Asked before each event, and ten times a second while waiting for one. */
static bool on_stop(void *ctx)
{
    struct cli_feed *f = ctx;
    if (f->cli->follow && (f->held || f->unsettled))
        cli_order_idle(f);
    if (f->live && f->unsettled && cli_input_waits())
        f->flushed = settle(f);
    if (f->live && f->output)
        cli_output_idle(f->output);
    if (f->state)
        cli_state_idle(f);
    return cli_stopped() || f->flushed != EQLITE_OK;
}

static void on_progress(uint64_t bytes, void *ctx)
{
    struct cli_feed *f = ctx;
    f->progress.bytes = bytes;
}

/* What the reader has to tell since it was asked last. */
static void tell_news(const struct cli_feed *f, size_t *told)
{
    const eqlite_diagnostics *d = eqlite_reader_diagnostics(f->reader);
    if (eqlite_diagnostics_count(d) == *told)
        return;
    cli_print_diagnostics(f->cli, d, *told);
    *told = eqlite_diagnostics_count(d);
}

static eqlite_status read_all(struct cli_feed *f)
{
    size_t told = 0;
    for (;;) {
        eqlite_event e;
        const char *problem = NULL;
        eqlite_status st = eqlite_reader_next(&e, &problem, f->reader);
        if (st == EQLITE_IO)
            f->trouble = true;
        if (st == EQLITE_IO || f->state)
            tell_news(f, &told);
        if (st == EQLITE_IO)
            continue;
        if (st == EQLITE_END)
            return f->flushed;
        if (st != EQLITE_OK)
            return st;
        f->events++;
        cli_progress_step(&f->progress);
        st = problem ? problem_event(f, &e, problem) : f->event(f, &e);
        if (st != EQLITE_OK || cli_stopped())
            return st;
        if (f->state)
            cli_state_step(f);
        if (f->cli->follow && f->matcher) {
            f->held = true;
            f->last = cli_seconds();
        }
    }
}

/* To the end, and all of it matched. */
static eqlite_status feed_all(struct cli_feed *f)
{
    eqlite_status st = read_all(f);
    return st == EQLITE_OK ? settle(f) : st;
}

/* Is standard input among the files, and a pipe, socket or terminal? */
static bool reads_live(const struct cli_list *files)
{
    struct stat st;
    for (size_t i = 0; i < files->n; i++)
        if (strcmp(files->items[i], "-") == 0)
            return fstat(STDIN_FILENO, &st) == 0 && !S_ISREG(st.st_mode);
    return false;
}

/* A followed file may come later; a mistyped name never does. */
static void tell_awaited(const struct cli *c, const struct cli_list *files)
{
    struct stat st;
    for (size_t i = 0; c->follow && i < files->n; i++)
        if (strcmp(files->items[i], "-") != 0 && stat(files->items[i], &st) != 0)
            cli_warn(c, "%s does not exist yet: waiting for it", files->items[i]);
}

eqlite_status cli_feed_files(struct cli_feed *f, const struct cli_list *files)
{
    eqlite_reader_options options = EQLITE_READER_OPTIONS_INIT;
    options.input = f->cli->input;
    options.follow = f->cli->follow;
    options.stop = on_stop;
    options.progress = on_progress;
    options.ctx = f;
    options.leave_half = f->state && !f->cli->flush;
    if (f->merge) {
        options.merge_field = f->cli->timestamp_field ? f->cli->timestamp_field : "@timestamp";
        options.merge_unwrap = !f->cli->no_unwrap;
    }
    if (!f->event)
        f->event = cli_feed_match;
    f->live = reads_live(files);
    tell_awaited(f->cli, files);
    eqlite_status st = eqlite_reader_new(&f->reader, &options);
    for (size_t i = 0; st == EQLITE_OK && i < files->n; i++)
        st = eqlite_reader_add(f->reader, files->items[i]);
    if (st == EQLITE_OK && f->state && !cli_state_restore(f)) {
        f->state_refused = true;
        return EQLITE_INVALID;
    }
    if (st == EQLITE_OK) {
        cli_progress_start(&f->progress, f->cli, eqlite_reader_total_bytes(f->reader));
        st = feed_all(f);
        cli_progress_end(&f->progress);
    }
    if (!f->state)
        cli_feed_close(f);
    return st;
}

void cli_feed_close(struct cli_feed *f)
{
    eqlite_reader_free(f->reader);
    f->reader = NULL;
}
