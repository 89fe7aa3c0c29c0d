/* state.c — --state: a run takes up where another one stopped, however that one ended.
 *
 *      start    read FILE ─▶ matcher, reader, our counters
 *      now and then, and at the end    matcher settled ─▶ output to the disk ─▶ FILE.tmp ─▶ FILE
 *
 * The output goes first. So whatever a state says was given was given; what was given after it is given again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define EVENTS_PER_LOOK 64 /* at the clock */
#define EVERY_S 30.0

/* ── Our counters, as lines "name number" ── */

static void write_note(struct cli_text *t, const struct cli_state *s)
{
    for (size_t i = 0; i < s->n_counters; i++)
        cli_text_printf(t, "%s %llu\n", s->counters[i].name, (unsigned long long)*s->counters[i].n);
}

static void take_counter(const struct cli_state *s, const char *line, size_t len)
{
    for (size_t i = 0; i < s->n_counters; i++) {
        size_t n = strlen(s->counters[i].name);
        if (len <= n + 1 || memcmp(line, s->counters[i].name, n) != 0 || line[n] != ' ')
            continue;
        uint64_t value = 0;
        for (size_t k = n + 1; k < len && line[k] >= '0' && line[k] <= '9'; k++)
            value = value * 10 + (uint64_t)(line[k] - '0');
        *s->counters[i].n = value;
    }
}

static void read_note(const struct cli_state *s, eqlite_string note)
{
    for (size_t at = 0; at < note.len;) {
        const char *line = note.ptr + at, *end = memchr(line, '\n', note.len - at);
        size_t len = end ? (size_t)(end - line) : note.len - at;
        take_counter(s, line, len);
        at += len + 1;
    }
}

/* ── Restoring ── */

static void tell(const struct cli *c, const eqlite_state_report *r)
{
    if (r->fresh || r->dropped || c->verbose)
        cli_warn(c, "%s: %zu rule%s go%s on, %zu begin%s anew, %zu %s no more", c->state, r->kept,
                 r->kept == 1 ? "" : "s", r->kept == 1 ? "es" : "", r->fresh, r->fresh == 1 ? "s" : "", r->dropped,
                 r->dropped == 1 ? "is" : "are");
}

bool cli_state_restore(struct cli_feed *f)
{
    struct cli_state *s = f->state;
    struct cli_text bytes = {0};
    eqlite_state state = EQLITE_STATE_INIT;
    eqlite_state_report report = {.size = sizeof report};
    s->last = cli_seconds();
    s->every_s = f->cli->every_given ? (double)f->cli->state_every_ns / 1e9 : EVERY_S;
    if (access(f->cli->state, F_OK) != 0 && errno == ENOENT) {
        if (f->cli->verbose)
            cli_warn(f->cli, "%s does not exist yet: everything begins anew", f->cli->state);
        return true;
    }
    if (!cli_read_file(&bytes, f->cli->state))
        return false;
    state.matcher = f->matcher;
    state.reader = f->reader;
    bool good = eqlite_state_restore(&state, bytes.ptr, bytes.len, &report) == EQLITE_OK;
    if (good) {
        read_note(s, report.note);
        s->restored(s->ctx);
        tell(f->cli, &report);
        s->saved = s->before = f->events;
        f->held = f->cli->follow; /* what was held back may wait for silence */
        f->last = s->last;
    } else {
        bool colour = cli_colour(f->cli, stderr);
        cli_note("%serror[E0805]%s: %s: %s", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "", f->cli->state,
                 report.problem);
    }
    cli_text_free(&bytes);
    return good;
}

/* ── Saving ── */

bool cli_state_save(struct cli_feed *f)
{
    struct cli_state *s = f->state;
    struct cli_text note = {0};
    eqlite_state state = EQLITE_STATE_INIT;
    state.matcher = f->matcher;
    state.reader = f->reader;
    if (eqlite_matcher_settle(f->matcher) != EQLITE_OK || !cli_output_sync(f->output)) /* told when that is closed */
        return false;
    write_note(&note, s);
    state.note = (eqlite_string){note.ptr, note.len};
    eqlite_status st = eqlite_state_save_file(&state, f->cli->state);
    if (st == EQLITE_IO)
        cli_error("cannot write %s: %s", f->cli->state, strerror(errno));
    else if (st != EQLITE_OK)
        cli_error("%s: %s", f->cli->state, eqlite_status_text(st));
    cli_text_free(&note);
    s->last = cli_seconds();
    s->saved = f->events;
    return st == EQLITE_OK;
}

/* A state that cannot be written now ends nothing: the one before holds. The run has failed all the same. */
static void save_if_due(struct cli_feed *f)
{
    if (f->events != f->state->saved && cli_seconds() - f->state->last >= f->state->every_s && !cli_state_save(f))
        f->trouble = true;
}

void cli_state_step(struct cli_feed *f)
{
    struct cli_state *s = f->state;
    if (s->every_s > 0 && ++s->since < EVENTS_PER_LOOK)
        return;
    s->since = 0;
    save_if_due(f);
}

void cli_state_idle(struct cli_feed *f)
{
    if (f->events == f->state->idle)
        save_if_due(f);
    f->state->idle = f->events;
}
