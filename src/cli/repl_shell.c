/* repl_shell.c — what only a person at a terminal can ask for: commands of the system, an editor, a pager, the history.
 *
 * A script, or a file that is read, gets none of it: what it does is to depend on what it says alone. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/repl.h"

#define MOST_EDITED ((size_t)1 << 20) /* bytes of a query */

bool repl_is_person(const struct repl *r)
{
    return r->line && !r->reading;
}

/* Told if not. */
static bool for_person(const struct repl *r, const char *what)
{
    if (!repl_is_person(r))
        cli_error("%s only where statements are typed at a terminal", what);
    return repl_is_person(r);
}

/* ── Commands of the system ── */

/* Its exit status, 128 + the signal that ended it, or -1: it could not be started, told. Ctrl-C is for the command. */
static int run_command(const char *command)
{
    fflush(stdout);
    int status = system(command);
    if (status == -1) {
        cli_error("cannot run it: %s", strerror(errno));
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void repl_system(struct repl *r, const char *command)
{
    command += strspn(command, " \t");
    if (!for_person(r, "! runs commands"))
        return;
    if (!*command) {
        cli_error("which command?");
        return;
    }
    int status = run_command(command);
    if (status > 0)
        cli_note("exit status %d", status);
}

/* ── An editor ── */

/* A new file with the last query; NULL: told. */
static char *write_query(const struct repl *r)
{
    const char *folder = getenv("TMPDIR");
    struct cli_text path = {0};
    cli_text_printf(&path, "%s/eqlite-XXXXXX.eql", folder && *folder ? folder : "/tmp");
    int fd = mkstemps(path.ptr, 4);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
    bool fine = f && fwrite(r->last.ptr ? r->last.ptr : "", 1, r->last.len, f) == r->last.len && fputc('\n', f) != EOF;
    if (f)
        fine = fclose(f) == 0 && fine;
    if (fine)
        return path.ptr;
    cli_error("cannot write %s: %s", path.ptr, strerror(errno));
    if (fd >= 0)
        unlink(path.ptr);
    cli_text_free(&path);
    return NULL;
}

void repl_edit(struct repl *r, const struct cli_list *words)
{
    struct cli_text query = {0};
    (void)words;
    char *path = for_person(r, ".edit starts an editor") ? write_query(r) : NULL;
    if (!path)
        return;
    /* The shell splits the words of $EDITOR; the path goes in a variable, so that no character of it matters. */
    setenv("EQLITE_EDITED", path, 1);
    int status = run_command("${VISUAL:-${EDITOR:-vi}} \"$EQLITE_EDITED\"");
    unsetenv("EQLITE_EDITED");
    if (status > 0)
        cli_error("the editor ended with exit status %d; nothing is run", status);
    bool fine = status == 0 && cli_read_most(&query, path, MOST_EDITED);
    unlink(path);
    free(path);
    if (fine && query.len > MOST_EDITED)
        cli_error("a query has at most %zu MiB here", MOST_EDITED >> 20);
    else if (fine)
        repl_run_text(r, query.ptr ? query.ptr : "", query.len);
    cli_text_free(&query);
}

/* ── A pager ── */

FILE *repl_pager_open(const struct repl *r)
{
    const char *pager = getenv("PAGER");
    if (!r->paged || !repl_is_person(r) || !isatty(STDOUT_FILENO))
        return NULL;
    fflush(stdout);
    FILE *f = popen(pager && *pager ? pager : "more", "w");
    if (f)
        signal(SIGPIPE, SIG_IGN); /* who has seen enough leaves the pager, not us */
    else
        cli_error("cannot start the pager: %s", strerror(errno));
    return f;
}

void repl_pager_close(FILE *pager)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGINT, &ignored, &before); /* all is shown: Ctrl-C is for the pager */
    pclose(pager);
    sigaction(SIGINT, &before, NULL);
    signal(SIGPIPE, SIG_DFL);
}

/* ── History ── */

void repl_history(struct repl *r, const struct cli_list *words)
{
    uint64_t n = 20;
    if (words->n && !repl_count(&n, words->items[0]))
        cli_error("how many statements? a number");
    else if (!r->line)
        cli_error("there is no history without a terminal");
    else
        repl_line_history(r->line, n);
}
