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

/* ── Where statements end (repl_scan.c) ── */

struct repl_scan { /* zeroed: at the beginning */
    size_t at;             /* looked at so far */
    size_t open, comments; /* brackets and comments that are open */
    char quote;            /* of an open string; 'r': a raw one */
};
/* Go on to the ';' that ends the statement: it is at s->at then. False: there is none. */
bool repl_scan(struct repl_scan *s, const char *text, size_t len);
bool repl_scan_is_whole(const struct repl_scan *s); /* nothing is open where it stands */

/* ── The program ── */

struct repl {
    struct cli cli;        /* settings; begins as the command line, changed by .set and the like */
    struct cli_list owned; /* strings that settings point to */
    struct repl_data data;
    eqlite_rules *rules;       /* NULL: none loaded */
    struct cli_text statement; /* so far */
    struct repl_scan scan;     /* of it */
    struct cli_text last;      /* the last query that ran */
    struct repl_line *line;    /* NULL: not a terminal */
    struct cli_text hit;       /* the events of its first result, a line each */
    bool paged, timed;         /* results go through a pager; how long they took is told */
    bool quit, failed;         /* failed: writing to standard output */
    bool blank;                /* the last line was empty */
    unsigned reading;          /* files within files */
};

/* Run rules over the events in memory and print with the current mode, to a file or (NULL) standard output. */
void repl_match(struct repl *r, eqlite_rules *rules, const char *content, const char *path);
/* Run the last query again, into a file. */
void repl_save_results(struct repl *r, const char *path);
/* Run all statements of a text, the last also if nothing ends it. */
void repl_run_text(struct repl *r, const char *text, size_t len);
/* Read statements from a file. */
void repl_read(struct repl *r, const char *path);
/* `.save` (repl_save.c). */
void repl_save(struct repl *r, const struct cli_list *words);
/* Add an event's JSON as one line. */
void repl_add_event(struct cli_text *t, eqlite_event event);
/* The number of an event in memory, counted from 1; 0: there is none, already told. */
size_t repl_event_number(const struct repl *r, const char *word);
/* A copy that lives as long as the program. */
const char *repl_keep(struct repl *r, const char *text, size_t len);
/* A count from 0; false: it is none. */
bool repl_count(uint64_t *out, const char *word);
/* Is the word among the names? Tells if not, with the nearest. */
bool repl_one_of(const char *word, const char *const *names);
/* A line that begins with a dot. */
void repl_command(struct repl *r, const char *line);
extern const char *const repl_command_names[]; /* NULL at the end */
extern const char *const repl_setting_names[]; /* likewise */

/* ── Commands with a file of their own: settings (repl_settings.c), and those for persons (repl_shell.c) ── */

typedef void repl_run(struct repl *r, const struct cli_list *words);
repl_run repl_mode, repl_cols, repl_width, repl_pager, repl_timer, repl_dialect, repl_limit, repl_set, repl_show;
repl_run repl_history, repl_edit;
bool repl_is_person(const struct repl *r); /* who types this statement at a terminal */
void repl_system(struct repl *r, const char *command); /* !COMMAND, without the mark */
FILE *repl_pager_open(const struct repl *r); /* NULL: there is to be none, or it could not be started, told */
void repl_pager_close(FILE *pager);

/* ── Lines (repl_line.c) ── */

struct repl_line;
/* NULL if the terminal cannot be used so. `r` is asked for completions. */
struct repl_line *repl_line_new(struct repl *r);
void repl_line_free(struct repl_line *l);
/* The next line, without its end; NULL at the end of the input. *cancelled: Ctrl-C, the line is "". */
const char *repl_line_get(struct repl_line *l, bool more, bool *cancelled, size_t *len);
void repl_line_remember(struct repl_line *l, const char *statement);
void repl_line_history(struct repl_line *l, uint64_t most); /* print the last ones, the oldest first */

/* ── Completion (repl_complete.c) ── */

/* Where a half-typed query ends (repl_place.c). */
enum repl_at {
    REPL_AT_NOTHING, /* nothing to offer */
    REPL_AT_START, REPL_AT_CATEGORY, REPL_AT_WHERE, REPL_AT_CONDITION, REPL_AT_FIELD, REPL_AT_OPERATOR, REPL_AT_VALUE,
    REPL_AT_MORE,    /* a condition could end here */
    REPL_AT_MORE_IN_STAGE, REPL_AT_PIPE, REPL_AT_SEQUENCE, REPL_AT_SPAN, REPL_AT_STAGE_END
};
struct repl_place {
    enum repl_at what;
    size_t word; /* where the last word begins */
    char *field; /* that values are compared with; "" if none */
};
void repl_place_find(struct repl_place *p, const char *text, size_t len);
void repl_place_free(struct repl_place *p);
/* Behind the string or comment that begins at `at`; len + 1 if it is open. */
size_t repl_string_end(const char *text, size_t at, size_t len);
size_t repl_comment_end(const char *text, size_t at, size_t len);

/* What the word at the end of `text` could become, values by how often they are met, else sorted; owned
 * copies. *word is where it begins. */
void repl_complete(struct cli_list *out, size_t *word, const struct repl *r, const char *text, size_t len);

#endif
