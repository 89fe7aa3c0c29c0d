/* talk.c — what the program says on standard error, and when it is told to stop. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

/* ── Colours ── */

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

bool cli_colour(const struct cli *c, FILE *f)
{
    const char *term = getenv("TERM"), *force = getenv("CLICOLOR_FORCE");
    if (c->color != CLI_AUTO)
        return c->color == CLI_ALWAYS;
    if (is_set("NO_COLOR"))
        return false;
    if (force && *force && strcmp(force, "0") != 0)
        return true;
    return isatty(fileno(f)) && term && strcmp(term, "dumb") != 0;
}

/* ── Messages ── */

static void line(const char *prefix, const char *format, va_list args)
{
    cli_progress_erase();
    fputs(prefix, stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void cli_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line("eqlite: ", format, args);
    va_end(args);
}

void cli_warn(const struct cli *c, const char *format, ...)
{
    va_list args;
    if (c->quiet)
        return;
    va_start(args, format);
    line("eqlite: ", format, args);
    va_end(args);
}

void cli_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line("", format, args);
    va_end(args);
}

static bool to_stderr(const char *ptr, size_t len, void *ctx)
{
    (void)ctx;
    return fwrite(ptr, 1, len, stderr) == len;
}

void cli_print_diagnostics(const struct cli *c, const eqlite_diagnostics *d, size_t from)
{
    bool colour = cli_colour(c, stderr);
    size_t n = eqlite_diagnostics_count(d);
    for (size_t i = from; i < n; i++) {
        eqlite_diagnostic one = eqlite_diagnostics_get(d, i);
        if (c->quiet && one.severity != EQLITE_ERROR)
            continue;
        if (!c->verbose && strcmp(one.code, "W0401") == 0)
            continue; /* about runs without end; here it would be said of each sequence */
        cli_progress_erase();
        eqlite_diagnostics_print(d, i, colour, to_stderr, NULL);
    }
}

int cli_failed(eqlite_status st)
{
    cli_error("%s", eqlite_status_text(st));
    return CLI_TROUBLE;
}

/* ── Signals and time ── */

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
    /* Once is a request; a second time ends the program at once. */
    signal(number, SIG_DFL);
}

static void catch_one(int number)
{
    struct sigaction action;
    /* Who started us in the background may have asked that Ctrl-C is not for us. */
    if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN)
        return;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal; /* no SA_RESTART: a blocked read should end */
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void cli_catch_signals(void)
{
    signal(SIGPIPE, SIG_DFL); /* a reader that has seen enough ends us quietly */
    catch_one(SIGINT);
    catch_one(SIGTERM);
    catch_one(SIGHUP); /* the terminal is gone */
}

bool cli_stopped(void)
{
    return stop_signal != 0;
}

void cli_clear_stop(void)
{
    if (stop_signal == SIGINT) /* the others mean the program, not what it does now */
        stop_signal = 0;
    catch_one(SIGINT);
}

int cli_stop_status(void)
{
    return 128 + (int)stop_signal;
}

double cli_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
