/* repl_line.c — one line from a person, with editing, history and Tab: the only file that knows libedit. */
#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/repl.h"

#define HISTORY_SIZE 2000
#define MOST_SHOWN 100 /* completions */

struct repl_line {
    struct repl *repl;
    EditLine *el;
    History *history;
    char *history_path; /* NULL: nowhere to keep it */
    bool more;          /* inside a statement */
};

static char *prompt_of(EditLine *el)
{
    static char first[] = "eqlite> ", next[] = "   ...> ";
    void *data = NULL;
    el_get(el, EL_CLIENTDATA, &data);
    return ((struct repl_line *)data)->more ? next : first;
}

/* ── Completion ── */

static size_t common_prefix(const struct cli_list *l)
{
    size_t n = strlen(l->items[0]);
    for (size_t i = 1; i < l->n; i++) {
        size_t same = 0;
        while (same < n && l->items[i][same] == l->items[0][same])
            same++;
        n = same;
    }
    return n;
}

static void show(const struct cli_list *l)
{
    printf("\n");
    for (size_t i = 0; i < l->n && i < MOST_SHOWN; i++) {
        struct cli_text t = {0};
        cli_text_escape(&t, cli_string(l->items[i]));
        printf("%s  ", t.ptr ? t.ptr : "");
        cli_text_free(&t);
    }
    printf("%s\n", l->n > MOST_SHOWN ? "..." : "");
    fflush(stdout);
}

static unsigned char complete(EditLine *el, int key)
{
    void *data = NULL;
    const LineInfo *info = el_line(el);
    struct cli_list found = {0};
    size_t word = 0, typed = (size_t)(info->cursor - info->buffer);
    unsigned char result = CC_ERROR;
    (void)key;
    el_get(el, EL_CLIENTDATA, &data);
    repl_complete(&found, &word, ((struct repl_line *)data)->repl, info->buffer, typed);
    if (found.n) {
        size_t have = typed - word, same = common_prefix(&found);
        struct cli_text rest = {0};
        cli_text_add(&rest, found.items[0] + have, same - have);
        if (found.n == 1 && found.items[0][same - 1] != '/')
            cli_text_add(&rest, " ", 1);
        if (rest.len && el_insertstr(el, rest.ptr) == 0) {
            result = CC_REFRESH;
        } else if (found.n > 1) {
            show(&found);
            result = CC_REDISPLAY;
        }
        cli_text_free(&rest);
    }
    for (size_t i = 0; i < found.n; i++)
        free((void *)(uintptr_t)found.items[i]);
    free(found.items);
    return result;
}

/* ── History ── */

/* $XDG_STATE_HOME/eqlite/history, with its folders made; NULL if there is no home. */
static char *history_file(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct cli_text path = {0};
    if (state && *state)
        cli_text_printf(&path, "%s/eqlite/history", state);
    else if (home && *home)
        cli_text_printf(&path, "%s/.local/state/eqlite/history", home);
    else
        return NULL;
    for (char *p = path.ptr + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            mkdir(path.ptr, 0700); /* if it cannot be made, saving fails later, and nothing else */
            *p = '/';
        }
    return path.ptr;
}

struct repl_line *repl_line_new(struct repl *r)
{
    HistEvent event;
    struct repl_line *l = cli_alloc(NULL, sizeof *l);
    *l = (struct repl_line){.repl = r};
    setlocale(LC_CTYPE, ""); /* libedit reads UTF-8 by it */
    l->el = el_init("eqlite", stdin, stdout, stderr);
    l->history = history_init();
    if (!l->el || !l->history) {
        repl_line_free(l);
        return NULL;
    }
    l->history_path = history_file();
    history(l->history, &event, H_SETSIZE, HISTORY_SIZE);
    history(l->history, &event, H_SETUNIQUE, 1);
    if (l->history_path)
        history(l->history, &event, H_LOAD, l->history_path);
    el_set(l->el, EL_CLIENTDATA, l);
    el_set(l->el, EL_PROMPT, prompt_of);
    el_set(l->el, EL_EDITOR, "emacs");
    el_set(l->el, EL_SIGNAL, 1);
    el_set(l->el, EL_HIST, history, l->history);
    /* The wide form: the other copies these words and never frees them. */
    el_wset(l->el, EL_ADDFN, L"eqlite-complete", L"complete the word", complete);
    el_set(l->el, EL_BIND, "^I", "eqlite-complete", NULL);
    el_set(l->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(l->el, NULL);
    return l;
}

void repl_line_free(struct repl_line *l)
{
    HistEvent event;
    if (!l)
        return;
    if (l->history && l->history_path) {
        mode_t mask = umask(077);
        history(l->history, &event, H_SAVE, l->history_path);
        umask(mask);
    }
    if (l->history)
        history_end(l->history);
    if (l->el)
        el_end(l->el);
    free(l->history_path);
    free(l);
}

const char *repl_line_get(struct repl_line *l, bool more, bool *cancelled, size_t *len)
{
    int count = 0;
    l->more = more;
    *cancelled = false;
    *len = 0;
    errno = 0;
    const char *line = el_gets(l->el, &count);
    if (cli_stopped() || (!line && errno == EINTR)) {
        cli_clear_stop();
        el_reset(l->el);
        printf("\n");
        *cancelled = true;
        return "";
    }
    if (!line || count <= 0)
        return NULL;
    /* The line is libedit's until the next call, as our caller needs; only its end has to go. */
    *len = (size_t)count;
    while (*len && (line[*len - 1] == '\n' || line[*len - 1] == '\r'))
        --*len;
    ((char *)(uintptr_t)line)[*len] = '\0';
    return line;
}

void repl_line_remember(struct repl_line *l, const char *statement)
{
    HistEvent event;
    history(l->history, &event, H_ENTER, statement);
}

void repl_line_history(struct repl_line *l, uint64_t most)
{
    HistEvent event;
    uint64_t n = 1;
    if (!most || history(l->history, &event, H_FIRST) < 0) /* the newest */
        return;
    while (n < most && history(l->history, &event, H_NEXT) >= 0)
        n++;
    do {
        struct cli_text t = {0};
        cli_text_escape(&t, (eqlite_string){event.str, strcspn(event.str, "\n")});
        printf("%5d  %s\n", event.num, t.ptr ? t.ptr : "");
        cli_text_free(&t);
    } while (history(l->history, &event, H_PREV) >= 0);
}
