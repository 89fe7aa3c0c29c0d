/* eqlite.h — Event Query Language (EQL) as a library.
 *
 *     rule text ─▶ compiler ─▶ rules ─┐                      once, when rules load
 *                                     ├─▶ matcher ─▶ alerts  for every event
 *     bytes ─▶ reader ─▶ events ──────┘                │
 *                                                      └─▶ sink ─▶ bytes
 *
 * A compiler gathers rules and diagnostics. Rules are finished, immutable, counted by reference and may be shared by
 * threads. A matcher holds what has been seen so far: use one per thread or partition. Reader and sink are there for
 * convenience; any of the caller's own will do.
 *
 * Conventions. Functions return a status; the result comes first and is untouched on failure, a callback's context
 * last. Strings are pointer and length, never terminated unless said, and NUL is data. Option structs begin with
 * their size: set them from their _INIT macro. All memory comes through the allocator of the options. No global
 * state, no locale, no clock (but for profiles): the same input gives the same output. */
#ifndef EQLITE_H
#define EQLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EQLITE_API __attribute__((visibility("default")))
#else
#define EQLITE_API
#endif

/* ── Version ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* Semantic versioning. The build takes its version from here. */
#define EQLITE_VERSION_MAJOR 0
#define EQLITE_VERSION_MINOR 1
#define EQLITE_VERSION_PATCH 0

EQLITE_API const char *eqlite_version(void); /* of the library at run time, "MAJOR.MINOR.PATCH"; static */

/* ── Basics ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef enum eqlite_status {
    EQLITE_OK = 0,
    EQLITE_NOMEM = 1,   /* an allocation failed; the objects involved can still be freed */
    EQLITE_INVALID = 2, /* wrong rule, query, event or argument; diagnostics say what */
    EQLITE_LIMIT = 3,   /* a documented limit was reached */
    EQLITE_IO = 4,      /* reading or writing failed; diagnostics name the path */
    EQLITE_END = 5      /* nothing more: end of the input, or a callback asked to stop */
} eqlite_status;

EQLITE_API const char *eqlite_status_text(eqlite_status status); /* static */

typedef struct eqlite_string { /* borrowed bytes */
    const char *ptr;
    size_t len;
} eqlite_string;

/* As realloc: ptr NULL allocates, size 0 frees and returns NULL; on failure returns NULL and ptr stays valid. */
typedef struct eqlite_allocator {
    void *(*resize)(void *ptr, size_t size, void *ctx);
    void *ctx;
} eqlite_allocator;

/* Takes output bytes; returning false means that they could not be written, and ends the call with EQLITE_IO. */
typedef bool eqlite_write(const char *ptr, size_t len, void *ctx);

/* The libraries inside and what they use of this machine, one "name: version, details" a line. */
EQLITE_API eqlite_status eqlite_features(eqlite_write *write, void *ctx);

/* ── Diagnostics ─────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct eqlite_diagnostics eqlite_diagnostics; /* belongs to the object it was asked from */

typedef enum eqlite_severity { EQLITE_ERROR, EQLITE_WARNING, EQLITE_NOTE } eqlite_severity;

typedef struct eqlite_diagnostic {
    const char *code; /* "E0101"; stable, explained in docs/errors.md */
    eqlite_severity severity;
    eqlite_string message, help; /* one sentence each; help may be empty */
    eqlite_string source;        /* path, or the name given with the text; empty if about no text */
    eqlite_string rule;          /* id of the rule, if any */
    uint32_t line, column;       /* 1-based, in code points; 0 if about no text */
    size_t start, end;           /* byte span in the query text */
} eqlite_diagnostic;

EQLITE_API size_t eqlite_diagnostics_count(const eqlite_diagnostics *d);
EQLITE_API size_t eqlite_diagnostics_errors(const eqlite_diagnostics *d);   /* counts also what was not kept */
EQLITE_API size_t eqlite_diagnostics_warnings(const eqlite_diagnostics *d);
EQLITE_API size_t eqlite_diagnostics_notes(const eqlite_diagnostics *d);
EQLITE_API eqlite_diagnostic eqlite_diagnostics_get(const eqlite_diagnostics *d, size_t index);
/* Where entry `index` ends: behind its last character, counted as its line and column; both 0 if it is about no text. */
EQLITE_API void eqlite_diagnostics_end(const eqlite_diagnostics *d, size_t index, uint32_t *line, uint32_t *column);
/* What is meant by the text that entry `index` is about, as its help says it, for an editor to put there; empty: nothing is
 * known. */
EQLITE_API eqlite_string eqlite_diagnostics_instead(const eqlite_diagnostics *d, size_t index);
/* Entry `index` for a person: source line, carets, help; with ANSI colours if `colour`. */
EQLITE_API eqlite_status eqlite_diagnostics_print(const eqlite_diagnostics *d, size_t index, bool colour,
                                                  eqlite_write *write, void *ctx);
/* Entry `index` as one JSON object, no newline. */
EQLITE_API eqlite_status eqlite_diagnostics_json(const eqlite_diagnostics *d, size_t index, eqlite_write *write,
                                                 void *ctx);

/* All of them in one text: "text", as for a person; "json", an array; "sarif", SARIF 2.1.0; "github", annotations of a
 * workflow of GitHub. EQLITE_INVALID: there is no such form. */
EQLITE_API eqlite_status eqlite_diagnostics_report(const eqlite_diagnostics *d, const char *format, bool colour,
                                                   eqlite_write *write, void *ctx);

/* What a code stands for, "syntax error"; NULL if there is no such code. Static. */
EQLITE_API const char *eqlite_code_title(const char *code);

/* ── Compiler ────────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct eqlite_compiler eqlite_compiler;
typedef struct eqlite_rules eqlite_rules;

typedef struct eqlite_options {
    size_t size;                       /* sizeof(eqlite_options) */
    const eqlite_allocator *allocator; /* NULL: the C library's heap. Must outlive every object made with it. */
    const char *dialect;               /* "elastic", "endpoint"; NULL: elastic, or what a rule file implies */
    const char *timestamp_field;       /* NULL: "@timestamp" */
    const char *category_field;        /* field of the word before `where`; NULL: "event.category" */
    const char *tiebreaker_field;      /* orders events of equal time; NULL: none */
    const char *engine; /* for comparing and debugging, same results: "decisions" (default), "memo" (does not remember
                           what kinds of events leave to be asked), "shared" (remembers no values and no shapes of events
                           either), "naive" (plans as written, no index, every rule asked about every event) */
    const char *partition_by; /* fields, parted by commas, that every sequence and sample is joined by besides its own
                                 keys, as if each value of them were a world of its own, with a time of its own; NULL:
                                 none */
    const char *schema; /* which fields there are, for warnings (W0202 to W0206): "ecs", the Elastic Common Schema; NULL:
                           only what eqlite_compiler_add_schema and eqlite_compiler_compare tell */
    bool metadata;      /* warn also about metadata of rules that does not fit (W0704 to W0712) */
} eqlite_options;
#define EQLITE_OPTIONS_INIT {sizeof(eqlite_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false}

EQLITE_API eqlite_status eqlite_compiler_new(eqlite_compiler **out, const eqlite_options *options);
EQLITE_API void eqlite_compiler_free(eqlite_compiler *c); /* NULL is fine; rules that it made live on */
/* One query. `name` is what diagnostics call it ("<query>"). EQLITE_INVALID: it did not compile. */
EQLITE_API eqlite_status eqlite_compiler_add_query(eqlite_compiler *c, const char *name, const char *text, size_t len);
/* A rule file (.toml or .eql), all below a folder, or a pack of eqlite_rules_pack. Rules that do not compile are left
 * out, with diagnostics; the rest count. A pack is refused as a whole, with a diagnostic, if it is damaged, was written
 * by another version, or for other fields of category and time. EQLITE_IO: the path or something below it could not be
 * read; what could be read is in. */
EQLITE_API eqlite_status eqlite_compiler_add_path(eqlite_compiler *c, const char *path);
/* What rules that were added before are expected to find in the files of a corpus: a TOML file of [[tests]], each with the
 * rule_id of its rule and a file below the folder `corpus`. Those are added to the tests of the rules (their path tells which
 * they are); wrong ones are left out, with diagnostics, and a file that is wrong as a whole counts as refused.
 * EQLITE_INVALID: there are rules of eqlite_compiler_add_from, which cannot change. EQLITE_IO: it could not be read. */
EQLITE_API eqlite_status eqlite_compiler_add_expected(eqlite_compiler *c, const char *path, const char *corpus);
/* A rule file's text from memory; the ending of `name` (.toml, .eql) decides how it is read. x.test.toml adds tests to
 * the rule of x.toml or x.eql, if that was added before. */
EQLITE_API eqlite_status eqlite_compiler_add_rule(eqlite_compiler *c, const char *name, const char *text, size_t len);
/* Fields of the caller's own, besides those of ECS: JSON text of a mapping of Elasticsearch (GET INDEX/_mapping), or of names
 * with types, {"a.b":"keyword","c":{"d":"long"}}. Counts for rules that are added later. EQLITE_INVALID: it is no JSON object
 * or names no field. */
EQLITE_API eqlite_status eqlite_compiler_add_schema(eqlite_compiler *c, const char *text, size_t len);
typedef struct eqlite_survey eqlite_survey;
/* Compare the fields of rules that are added later with those of data: what the survey has learnt so far is known, and
 * what it lacks is told (W0206). Nothing is kept of the survey but a copy of the names. */
EQLITE_API eqlite_status eqlite_compiler_compare(eqlite_compiler *c, const eqlite_survey *survey);
/* Report what is right but hardly meant in all that was added and not finished yet: conditions that are never true,
 * needless elements, rules within each other (docs/errors.md, W05). `least`: EQLITE_WARNING, or EQLITE_NOTE for notes
 * too. Refuses nothing. */
EQLITE_API eqlite_status eqlite_compiler_lint(eqlite_compiler *c, eqlite_severity least);
/* The text of a rule file (.toml or .eql, by the ending of `name`) with what can be mended mended: findings of at least
 * `least` that go without changing what the query asks, which is proven for each. Only bytes of the query change;
 * *fixes tells how many places did. EQLITE_INVALID: it is no rule that compiles; nothing is written then. */
EQLITE_API eqlite_status eqlite_fix(eqlite_compiler *c, eqlite_severity least, const char *name, const char *text,
                                    size_t len, size_t *fixes, eqlite_write *write, void *ctx);
/* The same mends one by one, for an editor to offer: each that touches the bytes `from` to `to` of the text, without
 * heeding the others. It puts `with` in place of the bytes `start` to `end`; valid during the call; returning false ends
 * with EQLITE_END. */
typedef bool eqlite_on_fix(size_t start, size_t end, eqlite_string with, void *ctx);
EQLITE_API eqlite_status eqlite_fix_each(eqlite_compiler *c, eqlite_severity least, const char *name, const char *text,
                                         size_t len, size_t from, size_t to, eqlite_on_fix *each, void *ctx);
/* A rule of finished rules, as it was compiled; they are retained. EQLITE_INVALID: there is no such rule. */
EQLITE_API eqlite_status eqlite_compiler_add_from(eqlite_compiler *c, eqlite_rules *rules, size_t index);
/* Compile what was added so far into rules, and forget it: the compiler can be filled again. */
EQLITE_API eqlite_status eqlite_compiler_finish(eqlite_rules **out, eqlite_compiler *c);
/* Everything reported so far; valid until the compiler is freed. */
EQLITE_API const eqlite_diagnostics *eqlite_compiler_diagnostics(const eqlite_compiler *c);
EQLITE_API size_t eqlite_compiler_refused(const eqlite_compiler *c); /* rules and queries left out so far */

/* ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef enum eqlite_rule_kind { EQLITE_RULE_EVENT, EQLITE_RULE_SEQUENCE, EQLITE_RULE_SAMPLE } eqlite_rule_kind;

typedef struct eqlite_rule { /* a view; strings belong to the rules */
    eqlite_rule_kind kind;
    eqlite_string id, name, description, note;
    eqlite_string severity; /* "low", "medium", "high", "critical" */
    int risk_score;         /* 0..100 */
    eqlite_string query, dialect, path;
    eqlite_string interval, from; /* "5m", "now-9m" */
    int64_t max_signals;
    uint32_t line;                /* of the query in the file */
    const eqlite_string *tags, *index, *references;
    size_t n_tags, n_index, n_references;
    size_t n_tests;
    bool at_end; /* it gives results only when the input ends: samples, tail */
} eqlite_rule;

typedef struct eqlite_expected_field { /* a field that an event of an alert is expected to have */
    size_t alert;               /* which alert, from 0 */
    eqlite_string path, value;  /* the value as text: strings as they are, else as JSON */
} eqlite_expected_field;

typedef struct eqlite_rule_test {
    eqlite_string name;
    eqlite_string events; /* NDJSON; empty if in a file */
    eqlite_string file;   /* path, or empty */
    int64_t alerts;       /* expected number of alerts; -1: from at_least to at_most */
    const eqlite_string *event_ids; /* expected event.id of each alert; a sequence's joined by blanks */
    size_t n_event_ids;   /* 0: not checked */
    uint32_t line;
    const eqlite_string *join_keys; /* expected keys of each alert, as a JSON array without blanks: ["h1",4] */
    size_t n_join_keys;   /* 0: not checked */
    eqlite_string path;   /* of the file it is written in */
    const eqlite_expected_field *fields; /* in order of alerts */
    size_t n_fields;
    eqlite_string expect; /* the value of expect as it is written; empty if that is not one value in one place */
    size_t expect_at;     /* its first byte in the file, behind a byte order mark */
    eqlite_string now;    /* where time stands behind the events, for eqlite_matcher_advance; empty: at its end */
    int64_t at_least, at_most; /* 1 and INT64_MAX where one alert or more is expected */
} eqlite_rule_test;

EQLITE_API eqlite_rules *eqlite_rules_retain(eqlite_rules *r); /* thread-safe */
EQLITE_API void eqlite_rules_free(eqlite_rules *r);            /* drop one reference; thread-safe; NULL is fine */
EQLITE_API size_t eqlite_rules_count(const eqlite_rules *r);
EQLITE_API eqlite_rule eqlite_rules_get(const eqlite_rules *r, size_t index);
EQLITE_API eqlite_rule_test eqlite_rules_test(const eqlite_rules *r, size_t index, size_t test);
/* All metadata of a rule as one JSON object. */
EQLITE_API eqlite_status eqlite_rules_json(const eqlite_rules *r, size_t index, eqlite_write *write, void *ctx);
/* All rules as one image, a pack: eqlite_compiler_add_path takes a file of it in place of the rule files, at a
 * fraction of the time. Only the same version of eqlite reads it, on a machine of the same byte order. What it holds is
 * what eqlite uses: eqlite_rules_json of a rule from a pack lacks the keys that eqlite does not read. EQLITE_LIMIT: it
 * would be larger than 256 MiB. */
EQLITE_API eqlite_status eqlite_rules_pack(const eqlite_rules *r, eqlite_write *write, void *ctx);
/* Is there a pack at a path, to judge by its ending (.eqlpack) or its first bytes? */
EQLITE_API bool eqlite_is_pack(const char *path);
/* Do results depend on the order of events in time? Those of sequences and lineage do. */
EQLITE_API bool eqlite_rules_need_order(const eqlite_rules *r);
/* The fields that the rules read, in a fixed order, and how many rules read each. */
EQLITE_API size_t eqlite_rules_field_count(const eqlite_rules *r);
EQLITE_API eqlite_string eqlite_rules_field(const eqlite_rules *r, size_t index, size_t *rules);

/* Can the events of a rule be dealt out by the values of `fields` (parted by commas) to several matchers? *answer is
 * "stateless" (deal as you like), "keyed" (yes) or "global" (no); `write` gets the reason, one clause. */
EQLITE_API eqlite_status eqlite_rules_partition(const eqlite_rules *r, size_t index, const char *fields,
                                                const char **answer, eqlite_write *write, void *ctx);

/* ── Matcher ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct eqlite_matcher eqlite_matcher;

typedef struct eqlite_event { /* one event's JSON and where it came from; strings are borrowed */
    const char *json;
    size_t len;
    bool padded;          /* at least EQLITE_PADDING readable bytes follow: no copy is needed */
    eqlite_string path;   /* for alerts and diagnostics; may be empty */
    uint64_t line, offset;
} eqlite_event;
#define EQLITE_PADDING 64

typedef struct eqlite_alert_event {
    bool missing;        /* the place of a missing event in a sequence */
    eqlite_string json;  /* verbatim */
    eqlite_string path;
    uint64_t line, offset;
} eqlite_alert_event;

typedef struct eqlite_alert eqlite_alert; /* valid during the callback */

EQLITE_API size_t eqlite_alert_rule(const eqlite_alert *a); /* index in the rules */
EQLITE_API size_t eqlite_alert_event_count(const eqlite_alert *a);
EQLITE_API eqlite_alert_event eqlite_alert_get_event(const eqlite_alert *a, size_t index);
EQLITE_API size_t eqlite_alert_key_count(const eqlite_alert *a);
/* Join key `index` as JSON text. */
EQLITE_API eqlite_status eqlite_alert_key(const eqlite_alert *a, size_t index, eqlite_write *write, void *ctx);

/* Called for each alert, in order. False stops: the call that fed the event returns EQLITE_END. */
typedef bool eqlite_on_alert(const eqlite_alert *alert, void *ctx);

/* What became of a sequence in progress. Valid during the call. */
typedef struct eqlite_trace {
    const char *what;        /* "started", "extended", "completed", "replaced" (by a newer one with the same key), "expired"
                                (maxspan), "ended" (until), "refuted" (a missing event was there), "given up" (memory),
                                "waiting" (the input ended first); static */
    size_t rule;             /* index in the rules */
    uint32_t events, needed; /* matched so far, and in all */
    eqlite_string keys;      /* join keys, as a JSON array */
    eqlite_string first_path, last_path; /* where its first and last event came from */
    uint64_t first_line, last_line;
} eqlite_trace;
typedef void eqlite_on_trace(const eqlite_trace *trace, void *ctx);

/* What was no event, and is left out. Valid during the call. */
typedef struct eqlite_bad_event {
    eqlite_string path;
    uint64_t line, offset; /* of the event, as it was fed */
    size_t at;             /* byte in the event */
    const char *reason;    /* static, one clause */
} eqlite_bad_event;
typedef void eqlite_on_bad_event(const eqlite_bad_event *bad, void *ctx);

typedef struct eqlite_matcher_options {
    size_t size;
    eqlite_on_alert *on_alert;
    void *ctx;
    uint64_t limit;          /* per rule: at most the last so many results (as Elasticsearch's size); 0: no limit */
    uint32_t samples_per_key; /* of sample queries; 0: 1 */
    bool unwrap;             /* read {"_source": {…}} as the event inside */
    eqlite_on_bad_event *on_bad_event; /* told of each broken event; NULL: they are only counted */
    int64_t max_lateness_ns; /* An event may come so much later than newer ones (of its partition): for rules that depend
                                on order, events are held back until nothing earlier is waited for.
                                EQLITE_ANY_LATENESS: all are held to the end. 0: none, but with a tiebreaker those of
                                equal time. */
    const char *temporary_folder; /* with EQLITE_ANY_LATENESS: where events go that memory (256 MiB) has no room for;
                                     NULL: EQLITE_LIMIT then. Must outlive the matcher. */
    size_t memory_bytes;     /* for what is remembered of earlier events: sequences in progress, samples, tails. When it is
                                used up the rule that has most gives up its oldest. 0: 256 MiB; 64 KiB to 16 GiB. */
    eqlite_on_trace *on_trace; /* told of each step of sequences in progress: for explaining. May be NULL */
    unsigned threads;        /* that look at events: 0 and 1: the caller's alone; at most 256. With more, feed copies the
                                event, and its results may come with a later call; results and their order stay the same,
                                and callbacks run in the caller's thread. The allocator is called from all threads. */
    size_t block_bytes;      /* of events that a thread takes at a time; 0: 256 KiB. Changes no result */
    bool profile;            /* note what is done for which rule, for eqlite_matcher_profile. Reads a clock at about every
                                64th event; changes no result */
} eqlite_matcher_options;
#define EQLITE_ANY_LATENESS INT64_MAX
#define EQLITE_MATCHER_OPTIONS_INIT {sizeof(eqlite_matcher_options), NULL, NULL, 0, 0, true, NULL, 0, NULL, 0, NULL, 0, 0, false}

typedef struct eqlite_stats {
    size_t size;              /* set by the caller to sizeof(eqlite_stats) */
    uint64_t events;          /* decoded and matched */
    uint64_t bad_events;      /* not JSON objects: skipped */
    uint64_t repaired_events; /* matched after mending: invalid UTF-8, lone surrogates, duplicate keys, … */
    uint64_t bytes;           /* of events */
    uint64_t alerts;
    uint64_t regex_fallbacks; /* matches that hit a backtracking limit and were decided without backtracking */
    uint64_t regex_failures;  /* could not be decided either way; read as no match */
    uint64_t choices_cut;     /* conditions over several arrays with too many combinations; read as no match */
    uint64_t broken_elements; /* searches of arrays with a value that is no JSON; read as no match */
    uint64_t keys_cut;        /* tuples of join keys beyond 1024 of one event: left out */
    uint64_t no_timestamp;    /* events without a usable timestamp: seen by event rules only */
    uint64_t late;            /* events older than one already matched (in their partition), kept out of sequences */
    uint64_t reordered;       /* events that came behind newer ones and were matched before them */
    uint64_t reorder_forced;  /* events matched before max_lateness_ns was over, because too many were held */
    uint64_t memory_limit;    /* bytes, see memory_bytes */
    uint64_t memory_used;     /* now */
    uint64_t memory_peak;     /* at most, so far */
    uint64_t clocks_forgotten; /* times of partitions that nothing waited in, given up for memory */
} eqlite_stats;

/* What happened to one rule. started = completed + refuted + overwritten + killed + expired + evicted + live. */
typedef struct eqlite_rule_stats {
    size_t size;          /* set by the caller to sizeof(eqlite_rule_stats) */
    uint64_t hits;        /* events that met a stage's condition, over all stages */
    uint64_t results;     /* given to on_alert */
    uint64_t started;     /* sequences: a first event was seen */
    uint64_t completed;   /* the last event was seen */
    uint64_t refuted;     /* complete, but an event that must be missing was seen */
    uint64_t overwritten; /* a later one took its place */
    uint64_t killed;      /* by until */
    uint64_t expired;     /* maxspan passed */
    uint64_t evicted;     /* given up for memory */
    uint64_t live, peak;  /* in progress now, and at most so far */
    uint64_t forgotten;   /* given up for memory: when events that must be missing were seen */
    uint64_t not_kept;    /* no memory: events of a sample, results of a tail */
} eqlite_rule_stats;

/* What a run spends its time on. Counts are exact, over all threads; times are nanoseconds of about every 64th event, the
 * clock's own cost taken off, and reading and sorting the events left out. The same input gives the same counts with one
 * thread, but for memo_… , decision_… and shape_… , which depend a little on the seed of hash tables; with several, what is remembered
 * depends on which thread met what, and so do candidates, evaluations and predicates. */
typedef struct eqlite_profile {
    size_t size;              /* set by the caller to sizeof(eqlite_profile) */
    uint64_t events, timed_events; /* matched; of those, with a clock */
    uint64_t decode_ns;       /* from the text of an event to values */
    uint64_t look_ns;         /* from values to conditions that could be met, for all rules at once */
    uint64_t ask_ns;          /* those conditions, one by one */
    uint64_t past_ns;         /* lineage, order of time, what expires */
    uint64_t give_ns;         /* sequences, samples, pipes, and on_alert */
    uint64_t candidates;      /* conditions (of rules, their stages, and inside `descendant of`) that an event could meet */
    uint64_t evaluations;     /* conditions worked out; candidates less those that the kind of event decides, and more when
                                 sequences ask again */
    uint64_t predicates;      /* parts of conditions found to be true by looking up values */
    uint64_t lazy_predicates; /* parts that had to be computed, once each for an event */
    uint64_t memo_hits, memo_misses, memo_resets; /* values whose answer was remembered, or had to be looked up; */
    uint64_t memo_bytes;                          /* how often and how much */
    uint64_t decision_hits, decision_misses;      /* kinds of events that were known, or not yet */
    uint64_t decisions_made, decision_resets, decision_bytes;
    uint64_t residuals;       /* what decisions leave to be asked: different ones at hand */
    uint64_t shape_hits, shape_misses; /* events with the keys of an earlier one in the same order, and others */
    uint64_t shape_resets, shape_bytes;
} eqlite_profile;

typedef struct eqlite_rule_profile {
    size_t size;          /* set by the caller to sizeof(eqlite_rule_profile) */
    uint64_t candidates;  /* as above, of this rule's stages */
    uint64_t evaluations;
    uint64_t matches;     /* conditions met, over all stages: does not depend on threads */
    uint64_t results;     /* given to on_alert */
    uint64_t timed_ns;    /* part of ask_ns and give_ns; what rules share belongs to none */
    uint64_t live, bytes; /* sequences in progress, and memory that the rule holds, now */
} eqlite_rule_profile;

/* The rules are retained. The allocator is that of the rules' compiler. */
EQLITE_API eqlite_status eqlite_matcher_new(eqlite_matcher **out, eqlite_rules *rules,
                                            const eqlite_matcher_options *options);
EQLITE_API void eqlite_matcher_free(eqlite_matcher *m);
/* Match one event, or hold it (see max_lateness_ns) and match those whose turn has come. A broken one is counted and told
 * to on_bad_event: the status is still EQLITE_OK. Once eqlite_matcher_done, events are neither matched nor counted. */
EQLITE_API eqlite_status eqlite_matcher_feed(eqlite_matcher *m, const eqlite_event *event);
/* Everything fed so far is matched, or held (see max_lateness_ns), and its alerts are given. With one thread that is so
 * after each event; with several, live input needs it when it pauses. */
EQLITE_API eqlite_status eqlite_matcher_settle(eqlite_matcher *m);
/* Match the events that are held, though earlier ones may still come: for live input that has fallen silent. Nothing
 * happens with EQLITE_ANY_LATENESS. */
EQLITE_API eqlite_status eqlite_matcher_flush(eqlite_matcher *m);
/* True once no further event can change the result (every rule ends in a full `head`). */
EQLITE_API bool eqlite_matcher_done(const eqlite_matcher *m);
/* Nothing older than `time` (ISO-8601 text) will come: what is held back and older is matched, sequences whose missing
 * events could only have come before are given, and older events are late from now on. EQLITE_INVALID: it is not a time.
 * `m` NULL: only look whether it is. */
EQLITE_API eqlite_status eqlite_matcher_advance(eqlite_matcher *m, const char *time, size_t len);
/* The input has ended: results that waited for more (tail, limits, samples, missing events) are given now. */
EQLITE_API eqlite_status eqlite_matcher_finish(eqlite_matcher *m);
EQLITE_API void eqlite_matcher_stats(const eqlite_matcher *m, eqlite_stats *out);
EQLITE_API void eqlite_matcher_rule_stats(const eqlite_matcher *m, size_t index, eqlite_rule_stats *out);
/* For a matcher made with `profile`, after eqlite_matcher_settle or _finish. EQLITE_INVALID: made without, or there is no such
 * rule. */
EQLITE_API eqlite_status eqlite_matcher_profile(const eqlite_matcher *m, eqlite_profile *out);
EQLITE_API eqlite_status eqlite_matcher_rule_profile(const eqlite_matcher *m, size_t index, eqlite_rule_profile *out);

/* Number the times of n events as rule `rule` reads them: ranks[i] is 0 if event i has none or is broken, else 1 more than
 * there are different times before it. For putting events in another order, as a test does, without changing which are
 * simultaneous. `unwrap`: as the matcher's. */
EQLITE_API eqlite_status eqlite_event_ranks(size_t *ranks, const eqlite_rules *r, size_t rule, const eqlite_event *events,
                                            size_t n, bool unwrap);

/* ── Reader ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct eqlite_reader eqlite_reader;

typedef struct eqlite_reader_options {
    size_t size;
    const eqlite_allocator *allocator;
    const char *input;   /* "auto", "ndjson", "json"; NULL: auto */
    bool follow;         /* wait for more at the end, as tail -F */
    size_t max_event;    /* bytes; 0: 64 MiB */
    bool (*stop)(void *ctx); /* polled; true ends the input. May be NULL */
    void (*progress)(uint64_t bytes, void *ctx); /* bytes read so far. May be NULL */
    void *ctx;
    const char *merge_field; /* NULL: one path after the other. Else all are open at once, and the event that is earliest
                                by this field comes next; not with follow */
    bool merge_unwrap;       /* read the field in {"_source": {…}} */
    bool leave_half;         /* a last line that has no end and is no whole object yet is being written: leave it for the
                                reader that takes up this one's state */
} eqlite_reader_options;
#define EQLITE_MERGE_PATHS 64 /* that can be merged */
#define EQLITE_READER_OPTIONS_INIT \
    {sizeof(eqlite_reader_options), NULL, NULL, false, 0, NULL, NULL, NULL, NULL, true, false}

EQLITE_API eqlite_status eqlite_reader_new(eqlite_reader **out, const eqlite_reader_options *options);
EQLITE_API void eqlite_reader_free(eqlite_reader *r);
/* "-" is standard input. Compressed files and archives are unpacked: gzip, zstd, xz, bzip2, zip, tar, … EQLITE_LIMIT:
 * more than EQLITE_MERGE_PATHS are to be merged. */
EQLITE_API eqlite_status eqlite_reader_add(eqlite_reader *r, const char *path);
/* The next event, valid until the next call. EQLITE_END after the last. EQLITE_IO: a file could not be read, see the
 * diagnostics; calling again goes on with the next. When *problem is not NULL the bytes are no event, and it says why. */
EQLITE_API eqlite_status eqlite_reader_next(eqlite_event *out, const char **problem, eqlite_reader *r);
EQLITE_API uint64_t eqlite_reader_total_bytes(const eqlite_reader *r); /* 0 if unknown */
EQLITE_API const eqlite_diagnostics *eqlite_reader_diagnostics(const eqlite_reader *r);

/* ── State ───────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* What a run knows, so that another one can go on where it stopped: what the matcher remembers, where the reader stands,
 * and whatever the caller wants to find again. The bytes are the same on every machine and carry a version and a
 * checksum. They hold the events that are remembered. */
typedef struct eqlite_state {
    size_t size;
    eqlite_matcher *matcher; /* NULL: none */
    eqlite_reader *reader;   /* NULL: none. Standard input and pipes have no place to go back to */
    eqlite_string note;      /* the caller's own bytes */
} eqlite_state;
#define EQLITE_STATE_INIT {sizeof(eqlite_state), NULL, NULL, {NULL, 0}}

/* Between two events, not from a callback of the matcher. Everything that was fed is in it, so the reader must stand
 * behind the event that was fed last. After eqlite_matcher_finish what the end of the input gave is left out; sequences
 * in progress are not. EQLITE_LIMIT: events that are held to be sorted are in temporary files. */
EQLITE_API eqlite_status eqlite_state_save(const eqlite_state *state, eqlite_write *write, void *ctx);
/* The same into a file, which is the old or the new one whatever happens meanwhile: written to PATH.tmp beside it, to the
 * disk, and renamed. Only its owner may read it. EQLITE_IO: errno says why. Alerts that the state knows of must be safe
 * before (eqlite_matcher_settle, then your output): then each is given at least once though the program is killed at any
 * time, and again under the same id. */
EQLITE_API eqlite_status eqlite_state_save_file(const eqlite_state *state, const char *path);

typedef struct eqlite_state_report {
    size_t size;            /* set by the caller to sizeof(eqlite_state_report) */
    size_t kept, fresh, dropped; /* rules that take up what they remembered; that begin anew; that are no more */
    const char *problem;    /* why the state cannot be used, one clause; NULL: it can. Static */
    eqlite_string note;     /* part of the bytes given */
} eqlite_state_report;

/* Take up a state: a new matcher, and a new reader with its paths added. A rule goes on if its id, its query and the
 * options that change what is remembered are the same. EQLITE_INVALID: these bytes are no state, are damaged, or of a
 * newer version. EQLITE_LIMIT: more is remembered than memory_bytes allows. After a failure matcher and reader can only
 * be freed. */
EQLITE_API eqlite_status eqlite_state_restore(const eqlite_state *state, const char *ptr, size_t len,
                                              eqlite_state_report *report);

/* ── Store ───────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* Events that are asked again and again, as a shell does: the values of fields are kept in columns beside them, so that
 * a query decodes only what it finds. The events themselves stay the caller's. One thread at a time. */
typedef struct eqlite_store eqlite_store;

typedef struct eqlite_store_options {
    size_t size;
    const eqlite_allocator *allocator;
    size_t column_bytes; /* for columns; 0: 256 MiB. The longest unused go first */
    bool (*stop)(void *ctx); /* polled in what takes long; true ends it with EQLITE_END. May be NULL */
    void *ctx;
} eqlite_store_options;
#define EQLITE_STORE_OPTIONS_INIT {sizeof(eqlite_store_options), NULL, 0, NULL, NULL}

EQLITE_API eqlite_status eqlite_store_new(eqlite_store **out, const eqlite_store_options *options);
EQLITE_API void eqlite_store_free(eqlite_store *s); /* NULL is fine */
/* The event must be padded; its bytes and its path stay borrowed until the store is freed. EQLITE_INVALID: not padded. */
EQLITE_API eqlite_status eqlite_store_add(eqlite_store *s, const eqlite_event *event);
EQLITE_API size_t eqlite_store_count(const eqlite_store *s);
EQLITE_API eqlite_event eqlite_store_get(const eqlite_store *s, size_t index);
/* Make the columns of these fields now, in one pass, but for those with very many values. Others are made when a query
 * asks for them. Made columns serve matchers with the same `unwrap`. */
EQLITE_API eqlite_status eqlite_store_prepare(eqlite_store *s, const eqlite_string *fields, size_t n, bool unwrap);
/* Feed all events to a new matcher, and finish it: the same results in the same order as with eqlite_matcher_feed for
 * each. Of rules that look at single events only, events that cannot match are left out, and not counted. */
EQLITE_API eqlite_status eqlite_store_match(eqlite_store *s, eqlite_matcher *m);
/* The values that a field has in the store, those of most events first; an event with several counts for each. Text as
 * in eqlite_survey_field, uncut, valid during the call; returning false ends with EQLITE_END. Values of which an event
 * has more than 4 KiB are left out. EQLITE_LIMIT: memory for columns has no room for this one. */
typedef bool eqlite_on_value(eqlite_string text, bool is_string, uint64_t events, void *ctx);
EQLITE_API eqlite_status eqlite_store_values(eqlite_store *s, const char *field, bool unwrap, eqlite_on_value *each,
                                             void *ctx);

/* ── Sink ────────────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct eqlite_sink eqlite_sink;

typedef struct eqlite_sink_options {
    size_t size;
    const char *format;  /* "ndjson", "json", "table", "csv"; "html": one page with all that it needs inside, for a browser;
                            "navigator": what the rules cover, as a layer of the ATT&CK Navigator; NULL: ndjson */
    const char *content; /* "events": what matched; "ecs", "compact": alert documents; NULL: ecs. html and navigator have
                            one content */
    const char *const *columns; /* table, csv: field paths */
    size_t n_columns;
    unsigned width;      /* table: columns of the terminal; 0: no limit */
    bool colour, terminal; /* table: ANSI colours; escape event values for a terminal */
    eqlite_write *write;
    void *ctx;
    bool explain;        /* alert documents tell why, part by part, in a member "explain" */
    const char *title;   /* html, navigator: UTF-8; NULL: none */
    size_t max_alerts;   /* html: alerts that the page shows; the rest are counted by rule. 0: EQLITE_REPORT_ALERTS */
} eqlite_sink_options;
#define EQLITE_REPORT_ALERTS 100000
#define EQLITE_SINK_OPTIONS_INIT \
    {sizeof(eqlite_sink_options), NULL, NULL, NULL, 0, 0, false, false, NULL, NULL, false, NULL, 0}

/* The rules are retained. */
EQLITE_API eqlite_status eqlite_sink_new(eqlite_sink **out, eqlite_rules *rules, const eqlite_sink_options *options);
EQLITE_API eqlite_status eqlite_sink_put(eqlite_sink *s, const eqlite_alert *alert);
/* An alert document that a sink wrote with content "ecs" or "compact", as if its alert was put: JSON text. A rule that is not
 * among the rules is described by what the document says. One of Elastic Security without "eqlite" is its own event.
 * EQLITE_INVALID: it is no alert, and nothing was put. */
EQLITE_API eqlite_status eqlite_sink_put_document(eqlite_sink *s, const char *json, size_t len);
EQLITE_API eqlite_status eqlite_sink_end(eqlite_sink *s); /* write what is still held; once */
EQLITE_API void eqlite_sink_free(eqlite_sink *s);

/* ── Formatting ──────────────────────────────────────────────────────────────────────────────────────────────────── */

#define EQLITE_FORMAT_WIDTH 120 /* columns */

/* The text of a rule file, all of it, with its query in the one layout of docs/format.md: the same tokens and comments,
 * without parentheses that say nothing, so the plan is the same. The ending of `name` decides how the text is read: .toml
 * is a rule file, in which only the bytes between the quotes of its EQL query may change; anything else is a query.
 * `width`: columns of a line; 0: EQLITE_FORMAT_WIDTH. EQLITE_INVALID: it is wrong, see the compiler's diagnostics, and
 * nothing was written. A query that its TOML string cannot hold in another layout stays as it is, with a warning. */
EQLITE_API eqlite_status eqlite_format(eqlite_compiler *c, const char *name, const char *text, size_t len, unsigned width,
                                       eqlite_write *write, void *ctx);

/* `path`, or, if that is a folder, each rule file below it in order, as eqlite_compiler_add_path takes them, but files of
 * tests. The path is terminated and valid during the call; returning false ends with EQLITE_END. EQLITE_IO: the path or
 * something below it could not be read, see the diagnostics; the others were told. */
typedef bool eqlite_on_path(const char *path, void *ctx);
EQLITE_API eqlite_status eqlite_rule_paths(eqlite_compiler *c, const char *path, eqlite_on_path *each, void *ctx);

/* ── Editing ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* What stands where in the text of a rule file, while it is written: it need not compile. Nothing borrows from it. */
typedef struct eqlite_outline eqlite_outline;
typedef struct eqlite_outline_part { /* a view; strings belong to the outline */
    const char *kind;   /* "id" and "name" of the rule, its "query" in EQL, "test" (the name of one, of the first 1000),
                           "tested" (the id of the rule that a file of tests names); static */
    eqlite_string text; /* what it says; of a query without the escapes of TOML */
    size_t start, end;  /* its bytes in the file, without quotes; both 0 for the id of an .eql file, which is its name */
} eqlite_outline_part;

/* The ending of `name` decides: .toml is a rule file or one of tests, anything else a query. The allocator may be NULL.
 * EQLITE_INVALID: it is no TOML, not UTF-8, or longer than 10 MiB. */
EQLITE_API eqlite_status eqlite_outline_new(eqlite_outline **out, const eqlite_allocator *allocator, const char *name,
                                            const char *text, size_t len);
EQLITE_API void eqlite_outline_free(eqlite_outline *o); /* NULL is fine */
EQLITE_API size_t eqlite_outline_count(const eqlite_outline *o);
EQLITE_API eqlite_outline_part eqlite_outline_get(const eqlite_outline *o, size_t index);
/* Where byte `at` of the query stands in the file, and the other way round; SIZE_MAX: nowhere. Its end counts too. */
EQLITE_API size_t eqlite_outline_to_file(const eqlite_outline *o, size_t at);
EQLITE_API size_t eqlite_outline_to_query(const eqlite_outline *o, size_t at);

/* Fields that the Elastic Common Schema names, and names that integrations add, in order of bytes. All static. */
typedef struct eqlite_field {
    eqlite_string path;
    const char *type;   /* "keyword", "text", "number", "boolean", "date", "ip"; "object": other names may follow it */
    bool many;          /* an array */
    bool extra;         /* not of ECS: integrations add it */
    const char *values; /* what its values are, "start|end"; NULL: anything */
    bool only;          /* and nothing else */
} eqlite_field;
EQLITE_API const char *eqlite_field_version(void); /* of the schema, "9.5.0-dev" */
EQLITE_API size_t eqlite_field_count(void);
EQLITE_API eqlite_field eqlite_field_get(size_t index);
/* The first field that does not come before `path`; eqlite_field_count() if all do. */
EQLITE_API size_t eqlite_field_at(const char *path, size_t len);

/* ── Looking inside ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* A form of a query: "tokens", "ast", "plan" or "program". Works on a wrong query as far as it goes. */
EQLITE_API eqlite_status eqlite_explain(eqlite_compiler *c, const char *stage, const char *name, const char *text,
                                        size_t len, eqlite_write *write, void *ctx);

/* Is this text a whole query, as far as brackets, strings and comments tell? For interactive input. */
EQLITE_API bool eqlite_query_is_complete(const char *text, size_t len);

/* Why a rule matched an event or did not: the parts of its conditions as they are written, each with its answer about
 * the event fed last. Slower than matching, and beside it: it says what a matcher would say. One per thread. */
typedef struct eqlite_why eqlite_why;
typedef struct eqlite_why_options {
    size_t size;
    bool unwrap; /* as the matcher's */
    bool alone;  /* events are fed one by one, not all that came before: what depends on those is "unknown", and none is
                    kept for eqlite_why_nearest */
} eqlite_why_options;
#define EQLITE_WHY_OPTIONS_INIT {sizeof(eqlite_why_options), true, false}

typedef struct eqlite_why_part { /* a view, valid until the next event; strings belong to the rules */
    size_t number; /* in the order of the query from 0; depends on its text alone, so that it names the part for good */
    size_t parent; /* SIZE_MAX: none, it is the condition of a stage */
    size_t stage;  /* as written, from 0; until is the last */
    const char *kind;  /* "and", "or", "not", "compare", "in", "like", "regex", "exists", "search", …; static */
    const char *value; /* "true", "false", "null" (not true, for want of a value), "unknown" (events that are not at hand
                          decide), "none" (not asked: of an array without elements); static */
    bool was_true, was_false; /* of this event; both can be so of a condition over the elements of an array */
    eqlite_string text; /* of the query */
    size_t start, end;  /* its bytes in the query */
} eqlite_why_part;

/* Rule `rule` of the rules, which are retained. EQLITE_INVALID: there is none. */
EQLITE_API eqlite_status eqlite_why_new(eqlite_why **out, eqlite_rules *rules, size_t rule,
                                        const eqlite_why_options *options);
EQLITE_API void eqlite_why_free(eqlite_why *w); /* NULL is fine */
/* Ask all parts of all stages about an event. EQLITE_INVALID: it is broken, and nothing is known of it. */
EQLITE_API eqlite_status eqlite_why_feed(eqlite_why *w, const eqlite_event *event);
/* Why the last event was broken, and at which byte; NULL if it was fine. */
EQLITE_API const char *eqlite_why_bad_event(const eqlite_why *w, size_t *offset);
EQLITE_API size_t eqlite_why_count(const eqlite_why *w); /* parts, of all stages */
EQLITE_API eqlite_why_part eqlite_why_get(const eqlite_why *w, size_t number);
/* What a part saw and wanted: `process.name is "pwsh", wanted "pwsh.exe"`; nothing for most that have parts below.
 * Event values are in it as they are; escape them for a terminal. */
EQLITE_API eqlite_status eqlite_why_note(eqlite_why *w, size_t number, eqlite_write *write, void *ctx);
/* The tree of a stage: as lines for people, safe for terminals ("tree", NULL), or as one JSON object ("json"). */
EQLITE_API eqlite_status eqlite_why_print(eqlite_why *w, size_t stage, const char *format, unsigned indent,
                                          eqlite_write *write, void *ctx);
/* Of the events fed so far: those that came nearest to the stage that follows `events` matched ones, and what they
 * lacked, as lines for people. First those with these join keys (a JSON array as in eqlite_trace; may be empty). */
EQLITE_API eqlite_status eqlite_why_nearest(eqlite_why *w, uint32_t events, eqlite_string keys, unsigned indent,
                                            eqlite_write *write, void *ctx);
/* An alert of the rule: a JSON array with the tree of each step, null for a missing event. It is as if its events were
 * fed, so use one that is `alone`. EQLITE_INVALID: of another rule. */
EQLITE_API eqlite_status eqlite_why_alert(eqlite_why *w, const eqlite_alert *alert, eqlite_write *write, void *ctx);

/* Tests for a rule, as entries of [[tests]]: events that it matches, and near misses with one part spoilt or an event left
 * out. Each was verified with a matcher of these rules before it is written. EQLITE_LIMIT: no matching events were found,
 * and what is written says for which part. The same rule gives the same text. `options->alone` has no effect. */
EQLITE_API eqlite_status eqlite_scaffold(eqlite_rules *rules, size_t rule, const eqlite_why_options *options,
                                         eqlite_write *write, void *ctx);

typedef struct eqlite_function {
    const char *name, *help;
    bool folds; /* name~ ignores case */
    unsigned min_args, max_args;
} eqlite_function;
EQLITE_API size_t eqlite_function_count(void);
EQLITE_API eqlite_function eqlite_function_get(size_t index);
EQLITE_API const char *const *eqlite_keywords(void); /* NULL at the end */
EQLITE_API const char *const *eqlite_dialects(void); /* NULL at the end */

/* A survey learns which fields events have: for `fields`, `check --against`, completion. */
typedef struct eqlite_survey_field {
    eqlite_string path;
    uint64_t events;                        /* that have a value */
    uint64_t strings, numbers, booleans;    /* values by type */
    bool array;                             /* some event has several values */
    eqlite_string example;                  /* a value, as text; cut at 80 bytes */
} eqlite_survey_field;
EQLITE_API eqlite_status eqlite_survey_new(eqlite_survey **out, const eqlite_allocator *allocator);
EQLITE_API void eqlite_survey_free(eqlite_survey *s);
EQLITE_API eqlite_status eqlite_survey_feed(eqlite_survey *s, const eqlite_event *event); /* EQLITE_INVALID: broken */
/* Why the last event was broken, and at which byte; NULL if it was fine. */
EQLITE_API const char *eqlite_survey_bad_event(const eqlite_survey *s, size_t *offset);
EQLITE_API size_t eqlite_survey_count(const eqlite_survey *s); /* sorted by path */
EQLITE_API eqlite_survey_field eqlite_survey_get(const eqlite_survey *s, size_t index);

#ifdef __cplusplus
}
#endif

#endif
