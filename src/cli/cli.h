/* cli.h — what the commands of the program share.
 *
 *      main ─▶ options ─▶ command ─┬─▶ compile   rules and their diagnostics
 *                                  ├─▶ feed      files to events, bad ones told and counted
 *                                  └─▶ output    bytes to stdout or a file
 *
 * Standard output is data, standard error is everything else. The program is built on eqlite.h alone. */
#ifndef EQLITE_CLI_H
#define EQLITE_CLI_H

#include <stdio.h>

#include "api/eqlite.h"

enum cli_exit {
    CLI_OK = 0,           /* ran, nothing to complain about */
    CLI_NO = 1,           /* ran, and the answer is no */
    CLI_TROUBLE = 2,      /* usage, wrong query or rule, unreadable file, failed output */
    CLI_INTERRUPTED = 130 /* Ctrl-C, after flushing */
};

/* ── Commands and options (options.c) ── */

enum cli_command_id {
#define COMMAND(id, name, operands, files, summary, description) CLI_COMMAND_##id,
#include "cli/options.def"
    CLI_COMMANDS
};

enum cli_option_id {
#define OPTION(id, short, long, argument, choices, commands, help) CLI_OPT_##id,
#include "cli/options.def"
    CLI_OPTIONS
};

struct cli_command {
    const char *name, *operands, *files, *summary, *description;
};

struct cli_option {
    char short_name; /* 0: none */
    const char *name, *argument, *choices;
    unsigned commands; /* bit per command */
    const char *help;
};

extern const struct cli_command cli_commands[CLI_COMMANDS];
extern const struct cli_option cli_options[CLI_OPTIONS];

struct cli_list { /* of borrowed C strings */
    const char **items;
    size_t n, cap;
};

enum cli_when { CLI_AUTO, CLI_ALWAYS, CLI_NEVER };
enum cli_level { CLI_LOW, CLI_MEDIUM, CLI_HIGH, CLI_CRITICAL, CLI_NO_LEVEL };

/* What the command line says. Strings are those of argv. */
struct cli {
    enum cli_command_id command;
    struct cli_list files;             /* operands */
    struct cli_list exprs, expr_files; /* at each index one of the two is not NULL */
    struct cli_list names;             /* of exprs; NULL: none given */
    struct cli_list rules, only, skip, columns, against, raised;
    const char *dialect, *input, *timestamp_field, *category_field, *tiebreaker_field, *engine, *partition_by, *schema;
    const char *format, *alerts, *output, *report, *title, *stage, *event, *filter, *junit, *expect, *corpus, *state, *now;
    uint64_t limit, max_alerts, samples, width;
    int64_t max_lateness_ns;
    size_t memory; /* bytes; 0: the default */
    uint64_t threads;  /* 0: as many as there are processors */
    size_t block_size; /* bytes; 0: the default */
    int64_t state_every_ns;
    bool lateness_given, sort, no_merge, every_given, flush;
    enum cli_level min_severity, fail_on;
    eqlite_severity fail_level; /* check: findings from this on make it fail */
    bool no_unwrap, follow, strict, count, exit_status, missing, stats, stats_json, profile, profile_json, quiet, verbose, explain;
    bool info, fix;          /* check */
    bool partial;            /* explain */
    bool fail_fast, update, scaffold, coverage, coverage_json; /* test */
    uint64_t min_coverage;   /* test: percent; 0: any will do */
    bool write, check, diff; /* fmt */
    bool named, help;
    enum cli_when color, progress;
};

/* Read the options of c->command from argv (argv[0] is the command). False: wrong usage, already told. */
bool cli_parse(struct cli *c, int argc, char **argv);
void cli_free(struct cli *c);
/* The number of a command, or CLI_COMMANDS. */
enum cli_command_id cli_find_command(const char *name);
/* "eqlite query: MESSAGE", and where to find help. Returns CLI_TROUBLE. */
int cli_usage(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Files to read events from: the operands, or standard input. False: it is a terminal, already told. */
bool cli_default_files(struct cli *c);

/* ── Commands ── */

int cli_query(struct cli *c);
int cli_run(struct cli *c);
int cli_check(struct cli *c);
int cli_fmt(struct cli *c);
bool cli_fix(struct cli *c); /* mend the rule files of the operands; false: trouble, already told */
int cli_test(struct cli *c);
int cli_explain(struct cli *c);
int cli_explain_events(struct cli *c); /* --event, explain_event.c */
int cli_explain_partial(const struct cli *c, eqlite_rules *rules); /* --partial, explain_partial.c */
int cli_fields(struct cli *c);
int cli_pack(struct cli *c);
int cli_report(struct cli *c);
int cli_coverage(struct cli *c);
int cli_repl(struct cli *c);
int cli_lsp(struct cli *c);
int cli_completion(struct cli *c);
int cli_version(struct cli *c);
int cli_help(struct cli *c);
int cli_help_command(enum cli_command_id command); /* print its help on stdout */

/* ── Text (text.c) ── */

/* Memory, or an end with exit status 2. */
void *cli_alloc(void *ptr, size_t size);
void cli_list_add(struct cli_list *l, const char *item);

struct cli_text { /* bytes that grow; a zeroed one is empty */
    char *ptr;    /* NUL after len, once something was added */
    size_t len, cap;
};
void cli_text_add(struct cli_text *t, const char *ptr, size_t len);
void cli_text_printf(struct cli_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool cli_text_write(const char *ptr, size_t len, void *ctx); /* an eqlite_write into a cli_text */
void cli_text_free(struct cli_text *t);
/* For a terminal: control characters, bidi controls and broken UTF-8 as escapes. */
void cli_text_escape(struct cli_text *t, eqlite_string s);
void cli_text_json(struct cli_text *t, eqlite_string s);
/* "FILE:LINE", for people. */
void cli_text_place(struct cli_text *t, eqlite_string path, uint64_t line);
/* 1234567 as 1,234,567. */
void cli_text_count(struct cli_text *t, uint64_t n);
/* The whole of a file ("-": standard input); false: already told. */
bool cli_read_file(struct cli_text *out, const char *path);
/* The same, but no further than a little more than `most` bytes. */
bool cli_read_most(struct cli_text *out, const char *path, size_t most);
size_t cli_columns(eqlite_string s); /* code points, near enough to terminal columns for tables of names */
eqlite_string cli_string(const char *text);
bool cli_string_is(eqlite_string s, const char *text);
int cli_string_order(eqlite_string a, eqlite_string b); /* by bytes: below, above or 0 */
/* Is text like pattern, with * and ?, ignoring ASCII case? */
bool cli_like(const char *pattern, eqlite_string text);
/* The name nearest to `wanted` among n; NULL if none is near. */
const char *cli_nearest(const char *wanted, const char *const *names, size_t n);
enum cli_level cli_level_of(eqlite_string severity); /* CLI_NO_LEVEL if it is none */
extern const char *const cli_level_names[];          /* by enum cli_level */

/* ── Talking (talk.c) ── */

bool cli_colour(const struct cli *c, FILE *f); /* may f get colours? */
/* One line on standard error, "eqlite: " in front; erases the progress line. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void cli_warn(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3))); /* not with -q */
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2))); /* without "eqlite: " */
/* Print diagnostics from number `from` on to standard error; warnings not with -q. */
void cli_print_diagnostics(const struct cli *c, const eqlite_diagnostics *d, size_t from);
int cli_failed(eqlite_status st); /* tell an unexpected status, return CLI_TROUBLE */

void cli_catch_signals(void);
bool cli_stopped(void); /* Ctrl-C or SIGTERM came */
void cli_clear_stop(void); /* forget a Ctrl-C */
int cli_stop_status(void); /* exit status for it */
double cli_seconds(void);  /* a clock that only goes forward */

/* ── Progress (progress.c) ── */

struct cli_progress {
    bool on, shown;
    uint64_t total, bytes, events, alerts;
    double started, last;
};
void cli_progress_start(struct cli_progress *p, const struct cli *c, uint64_t total);
void cli_progress_step(struct cli_progress *p); /* call often: it looks at the clock seldom */
void cli_progress_erase(void);                  /* before anything else is printed there */
void cli_progress_end(struct cli_progress *p);

/* ── Output (output.c) ── */

struct cli_output {
    FILE *file;
    const char *path; /* NULL: standard output */
    char *temporary;  /* written first, renamed when whole; NULL: written in place */
    bool flush_each;  /* a terminal or --follow */
    bool append;      /* --state: what is there stays */
    bool pending;     /* something may be in the buffer */
    int error;        /* errno of the first failure */
};
bool cli_output_open(struct cli_output *o, const struct cli *c, const char *path); /* false: already told */
/* A file that appears only when it is whole, whatever --follow and --state say of alerts. False: already told. */
bool cli_output_open_whole(struct cli_output *o, const char *path);
bool cli_output_write(const char *ptr, size_t len, void *ctx);                     /* an eqlite_write */
bool cli_output_flush(struct cli_output *o); /* if each line should be seen at once */
bool cli_input_waits(void); /* standard input has nothing now, and has not ended */
/* Whoever reads our output should not wait for our input: write what is buffered if standard input has nothing now. */
void cli_output_idle(struct cli_output *o);
/* Write what is buffered, to the disk if it is a file. False: it failed, which closing tells. */
bool cli_output_sync(struct cli_output *o);
/* Finish. `keep` false: drop a file that is not whole. False: it could not be written, already told. */
bool cli_output_close(struct cli_output *o, bool keep);
/* Fill in what a sink needs to print to `o`. Columns borrow from c. */
void cli_sink_options(eqlite_sink_options *out, const struct cli *c, struct cli_output *o, const char *content);

/* ── Changed files (replace.c, diff.c) ── */

/* Put `text` in place of what is in the file, all at once, with its mode; a symbolic link stays one. False: told. */
bool cli_replace_file(const char *path, const char *text, size_t len);
/* What changes from `before` to `after`, as diff -u writes it; nothing if they are equal. */
void cli_diff(struct cli_text *out, const char *path, eqlite_string before, eqlite_string after);

/* ── Rules (compile.c) ── */

/* What diagnostics call query number i. */
void cli_query_name(struct cli_text *out, const struct cli *c, size_t i);

/* NULL: already told. */
eqlite_compiler *cli_compiler(const struct cli *c);
/* All -e and -f queries. False: some is wrong (see the diagnostics) or could not be read (told, counted). */
bool cli_add_queries(eqlite_compiler *compiler, const struct cli *c, size_t *unreadable);
/* Rule files and folders; *unreadable counts paths that could not be read. */
bool cli_add_paths(eqlite_compiler *compiler, const struct cli_list *paths, size_t *unreadable);
/* Finished rules of a command's queries, or NULL after printing what is wrong. */
eqlite_rules *cli_compile_queries(const struct cli *c);
/* Finished rules of `paths` without those that --only, --skip, --min-severity leave out. Diagnostics are printed. */
eqlite_rules *cli_compile_rules(const struct cli *c, const struct cli_list *paths, size_t *refused, size_t *unreadable);
/* Errors of rules, and with -v warnings too. */
void cli_tell_rules(const struct cli *c, const eqlite_diagnostics *d);
bool cli_rule_chosen(const struct cli *c, const eqlite_rule *rule);

/* ── Events (feed.c) ── */

/* What a run keeps in a state besides matcher and reader (state.c). */
struct cli_counter {
    const char *name;
    uint64_t *n;
};
struct cli_state {
    const struct cli_counter *counters;
    size_t n_counters;
    void (*restored)(void *ctx); /* called when it was taken up */
    void *ctx;
    double every_s, last;  /* how often it is saved, and when it was */
    uint64_t before;       /* events of the runs before */
    uint64_t saved, idle;  /* events when it was saved, and when nothing had come for a while */
    unsigned since;        /* events since the clock was looked at */
};

struct cli_feed {
    const struct cli *cli;
    eqlite_reader *reader;   /* while files are read; with a state it stays for the last saving */
    struct cli_state *state; /* NULL: none is kept */
    eqlite_matcher *matcher; /* may be NULL if `event` does not need it */
    /* What to do with an event; NULL: match it. Anything but EQLITE_OK ends the reading. */
    eqlite_status (*event)(struct cli_feed *f, const eqlite_event *e);
    void *ctx;
    bool merge;           /* the files by time */
    double last;          /* when the last event came; of live input */
    bool held;            /* some may be held back for order */
    bool several;         /* threads look at events */
    bool unsettled;       /* some may wait for that */
    eqlite_status flushed; /* how matching them went */
    struct cli_output *output; /* to be written when standard input falls silent; may be NULL */
    bool live;            /* standard input is read, and is no file */
    struct cli_progress progress;
    uint64_t events, bad; /* read; left out */
    uint64_t shown;       /* bad ones told */
    bool trouble;         /* some file could not be read */
    bool state_refused;   /* it could not be used: nothing was read */
};
/* Read events of the files to the end. EQLITE_OK also if files could not be read or events were broken: see trouble and
 * bad. EQLITE_END: the event function ended it. */
eqlite_status cli_feed_files(struct cli_feed *f, const struct cli_list *files);
void cli_feed_close(struct cli_feed *f); /* the reader, if it stayed */
eqlite_status cli_feed_match(struct cli_feed *f, const eqlite_event *e);
/* Count a broken event, and describe it if it is one of the first. */
void cli_feed_bad(struct cli_feed *f, const eqlite_bad_event *bad);
/* How many threads look at events: as --threads says, or as many as there are processors, up to 8. */
void cli_feed_threads(eqlite_matcher_options *out, struct cli_feed *f);

/* ── Which fields there are (schema.c) ── */

const char *cli_schema_name(const struct cli *c); /* for eqlite_options */
/* The file of --schema, and the events of --against. False: already told. */
bool cli_schema_add(eqlite_compiler *compiler, const struct cli *c);
bool cli_schema_compare(eqlite_compiler *compiler, const struct cli *c);
/* An event function: teach it to the survey that is f->ctx. */
eqlite_status cli_survey_event(struct cli_feed *f, const eqlite_event *e);

/* ── State (state.c) ── */

/* Take up what the file says, if there is one. False: it cannot be used, already told. */
bool cli_state_restore(struct cli_feed *f);
/* False: it could not be saved; told, unless the output failed. */
bool cli_state_save(struct cli_feed *f);
void cli_state_step(struct cli_feed *f); /* an event was matched: save if it is time */
void cli_state_idle(struct cli_feed *f); /* asked while waiting for events, and between them */

/* ── What was counted (stats.c) ── */

/* Statistics on standard error, as --stats asks. */
void cli_print_stats(const struct cli *c, const struct cli_feed *f, const eqlite_rules *rules, double seconds);
/* Warn if rules had to give up something for memory, or a regular expression for the work that it makes. */
void cli_warn_losses(const struct cli *c, const eqlite_matcher *m, const eqlite_rules *rules);

/* ── What the time was spent on (profile.c) ── */

/* On standard error, as --profile asks. */
void cli_print_profile(const struct cli *c, const eqlite_matcher *m, const eqlite_rules *rules);

/* ── How far sequences came (partial.c) ── */

#define CLI_PARTIALS_SHOWN 20 /* keys of a rule */
struct cli_partials;
struct cli_partials *cli_partials_new(void);
void cli_partials_free(struct cli_partials *p); /* NULL is fine */
void cli_partials_trace(struct cli_partials *p, const eqlite_trace *t); /* remember a step */
/* What was remembered, at most `most` keys of a rule, the furthest first; as JSON all, an object a line. Once. */
void cli_partials_add(struct cli_text *out, struct cli_partials *p, const eqlite_rules *rules, bool json, size_t most);
/* What a trace says, in words (explain_event.c). */
const char *cli_trace_words(const char *what);

/* ── Order of time (order.c) ── */

/* How long events are held back. */
void cli_order_matcher(eqlite_matcher_options *out, const struct cli *c);
/* While files are followed: have what was fed matched when nothing comes, and after a while what is held back for order. */
void cli_order_idle(struct cli_feed *f);
/* Are the files to be merged? Says if they should be, but are too many. */
bool cli_order_merges(const struct cli *c, const eqlite_rules *rules);
/* Add how many events came too late, or nothing. */
void cli_order_tell(struct cli_text *t, const eqlite_stats *stats);
/* As cli_failed, of a call that fed or finished a matcher. */
int cli_order_failed(const struct cli *c, eqlite_status st);

#endif
