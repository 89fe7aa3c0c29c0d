/* repl.h — the parts of the interactive program.
 *
 *      repl_line  one line, edited ─▶ repl  statements ─┬─▶ query over repl_data, the events in memory
 *                                                       └─▶ repl_commands  .open .schema …  */
#ifndef EQLITE_CLI_REPL_H
#define EQLITE_CLI_REPL_H

#include "cli/cli.h"

/* ── Events in memory (repl_data.c) ── */

struct repl_data {
    eqlite_store *store;   /* NULL until files were read */
    eqlite_survey *survey; /* likewise */
    struct cli_list files; /* owned: as the reader names them; events point at these names */
    struct cli_list blocks; /* owned: the bytes of events */
    char *free;            /* in the last block */
    size_t room;           /* there */
};

/* Read the events of files into memory, after those that are there. False: some could not be read, already told. */
bool repl_data_add(struct repl_data *d, const struct cli *c, const struct cli_list *files);
void repl_data_clear(struct repl_data *d);
size_t repl_data_count(const struct repl_data *d);

/* ── The program ── */

struct repl {
    struct cli cli;        /* settings; begins as the command line, changed by .set and the like */
    struct cli_list owned; /* strings that settings point to */
    struct repl_data data;
    eqlite_rules *rules;       /* NULL: none loaded */
    struct cli_text statement; /* so far */
    struct cli_text last;      /* the last query that ran */
    struct repl_line *line;    /* NULL: not a terminal */
    bool quit, failed;         /* failed: writing to standard output */
    bool blank;                /* the last line was empty */
};

/* Run rules over the events in memory and print with the current mode. */
void repl_match(struct repl *r, eqlite_rules *rules, const char *content);
/* A copy that lives as long as the program. */
const char *repl_keep(struct repl *r, const char *text, size_t len);
/* A line that begins with a dot. */
void repl_command(struct repl *r, const char *line);
extern const char *const repl_command_names[]; /* NULL at the end */

/* ── Lines (repl_line.c) ── */

struct repl_line;
/* NULL if the terminal cannot be used so. `r` is asked for completions. */
struct repl_line *repl_line_new(struct repl *r);
void repl_line_free(struct repl_line *l);
/* The next line, without its end; NULL at the end of the input. *cancelled: Ctrl-C, the line is "". */
const char *repl_line_get(struct repl_line *l, bool more, bool *cancelled, size_t *len);
void repl_line_remember(struct repl_line *l, const char *statement);

/* ── Completion (repl_complete.c) ── */

/* What the word at the end of `text` could become, sorted; owned copies. *word is where it begins. */
void repl_complete(struct cli_list *out, size_t *word, const struct repl *r, const char *text, size_t len);

#endif
