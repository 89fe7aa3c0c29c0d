/* rule.h — a rule file: what it says about itself, its own tests, and the query inside.
 *
 * Three shapes give the same struct: detection-rules TOML (the native one), protections-artifacts TOML, and plain
 * .eql (a query; leading // @key value comments are metadata). rule_fields.def lists every key that we know, with its
 * type; the whole document is kept besides, so that nothing is lost. */
#ifndef EQ_RULE_RULE_H
#define EQ_RULE_RULE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "lang/languages.h"
#include "lint/lint.h"
#include "rule/toml.h"

enum eq_level { EQ_LEVEL_LOW, EQ_LEVEL_MEDIUM, EQ_LEVEL_HIGH, EQ_LEVEL_CRITICAL };
const char *eq_level_name(enum eq_level l);
bool eq_level_parse(enum eq_level *out, struct eq_slice name);

struct eq_threat_item {
    struct eq_slice id, name, reference;
    bool sub; /* a sub-technique, of the nearest technique before it */
};

struct eq_threat {
    struct eq_slice framework;
    struct eq_threat_item tactic;
    struct eq_threat_item *techniques; /* sub-techniques included, in document order */
    size_t n_techniques;
};

struct eq_rule_field { /* that some event of an alert is expected to have */
    size_t alert;      /* from 0 */
    struct eq_slice path, value; /* the value as text; JSON if it is no string */
};

/* One entry of [[tests]]. */
struct eq_rule_test {
    struct eq_slice name;
    struct eq_slice events; /* NDJSON text, inline; empty if `file` */
    struct eq_slice file;   /* resolved beside the rule; empty if inline */
    struct eq_slice now;    /* where time stands behind the events, ISO text; empty: at its end */
    int64_t alerts;         /* expected number; -1: from at_least to at_most */
    int64_t at_least, at_most; /* 1 and INT64_MAX for "match" */
    struct eq_slice *event_ids; /* expected event.id of the alerts' events, in order; joined by ' ' for sequences */
    size_t n_event_ids;         /* 0: not checked */
    struct eq_slice *join_keys; /* expected keys of the alerts, in order, each a JSON array: ["h1",4] */
    size_t n_join_keys;         /* 0: not checked */
    struct eq_rule_field *fields;
    size_t n_fields;
    struct eq_slice expect; /* the value as it is written; empty if it is not in one place */
    size_t expect_at;       /* its byte in the file, behind a byte order mark */
    struct eq_slice path;       /* of the file it is written in: the rule's, or one beside it */
    uint32_t line;
};

struct eq_rule {
    struct eq_slice path;        /* of the file */
    struct eq_slice id;          /* rule_id, or id; a file name for plain .eql */
    struct eq_slice name, description, note, license, author; /* author: joined by ", " */
    enum eq_level severity;
    int risk_score;
    struct eq_slice *tags, *index, *references;
    size_t n_tags, n_index, n_references;
    struct eq_threat *threats;
    size_t n_threats;
    struct eq_slice interval, from; /* "5m", "now-9m" */
    int64_t max_signals;
    struct eq_slice message;        /* [eqlite] message template, {{field}} filled in per alert; or empty */
    enum eq_dialect dialect;
    struct eq_slice category_field, timestamp_field; /* empty: the run's own */
    struct eq_slice timestamp_override; /* where Kibana looks for new events; does not order them */
    struct eq_slice type;           /* "eql"; rules of other types are refused with a diagnostic */
    struct eq_source source;        /* the query, placed in its file */
    struct eq_rule_test *tests;
    size_t n_tests, cap_tests;
    const struct eq_toml *document; /* NULL for plain .eql */
};

#define EQ_RULE_FILE_MAX (10u << 20) /* bytes of a rule file */
#define EQ_RULES_MAX 100000u         /* rules of a set */
#define EQ_RULE_FOLDERS_MAX 32       /* folders within folders */

struct eq_rule_set {
    const struct eq_alloc *alloc;
    struct eq_arena arena;   /* the rules and all that is in them */
    struct eq_arena sources; /* texts of files that diagnostics point into */
    struct eq_rule **items;
    size_t n, cap;
    struct eq_intern ids;    /* rule ids ... */
    struct eq_rule **by_id;  /* ... and the first rule with each, by number in `ids` */
    size_t by_id_cap;
    struct eq_rule_names {    /* with `metadata`: names, and the first rule with each; of native and of endpoint rules */
        struct eq_intern names;
        struct eq_rule **first;
        size_t cap;
    } by_name[2];
    bool full;        /* a rule was left out because there were EQ_RULES_MAX */
    uint64_t refused; /* files or rules that could not be used; each has an error in the diagnostics */
};

struct eq_rule_options {
    enum eq_dialect dialect; /* EQ_DIALECT_AUTO: by shape of the file */
    bool metadata;           /* warn also about what does not fit: W0704 to W0712, W0714 to W0716 */
};

void eq_rule_set_init(struct eq_rule_set *set, const struct eq_alloc *alloc);
void eq_rule_set_free(struct eq_rule_set *set);
/* A rule that lives as long as the set joins it, even if another has its id. EQ_NOMEM: it did not. */
enum eq_status eq_rule_set_put(struct eq_rule_set *set, struct eq_rule *rule);
/* Load a rule file, or every *.toml and *.eql below a folder, in order of path (bytewise). x.test.toml beside x.toml
 * adds tests to it. A rule that cannot be used is described in `diags` and left out; the rest still load. EQ_IO: `path`
 * or something below it could not be read, which was reported; the rest is loaded. EQ_NOMEM. Sources named by
 * diagnostics live as long as the set. */
enum eq_status eq_rule_load(struct eq_rule_set *set, const char *path, const struct eq_rule_options *options,
                            struct eq_diags *diags);
/* A rule file's text from memory; `name` stands for the path and decides the shape by its ending. x.test.toml adds tests
 * to the rule of x.toml or x.eql, which must be loaded already. */
enum eq_status eq_rule_load_text(struct eq_rule_set *set, struct eq_slice name, struct eq_slice text,
                                 const struct eq_rule_options *options, struct eq_diags *diags);

/* Expectations of a corpus: a file of [[tests]], each with the rule_id of a rule of the set and a file below `corpus`. They
 * are added to the tests of the rules; wrong ones are reported and left out. EQ_IO: `path` could not be read, reported. */
enum eq_status eq_rule_load_expected(struct eq_rule_set *set, const char *path, const char *corpus,
                                     const struct eq_rule_options *options, struct eq_diags *diags);

/* Tell `each` the path, or if it is a folder, those of the rule files below it, in order, as eq_rule_load takes them.
 * EQ_IO: as there; EQ_END: `each` returned false; EQ_NOMEM. */
typedef bool eq_rule_path(const char *path, void *ctx);
enum eq_status eq_rule_paths(struct eq_rule_set *set, const char *path, eq_rule_path *each, void *ctx,
                             struct eq_diags *diags);

/* Append the text of a rule file with its query in the layout of its language, and everything else as it is; the ending
 * of `name` says what it is, anything but .toml is a query. A rule without an EQL query stays as it is. So does, with a
 * warning, one whose query stands in a string that could not hold it without more changes. EQ_INVALID: it is wrong, see
 * `diags`; EQ_NOMEM. The diagnostics need the set; its rules are not touched. */
enum eq_status eq_rule_format(struct eq_buf *out, struct eq_rule_set *set, struct eq_slice name, struct eq_slice text,
                              unsigned width, struct eq_diags *diags);
/* W0709, W0715: does what the file says fit the rule's plan? W0716, a note, is told apart. */
void eq_rule_check_plan(const struct eq_rule *rule, const struct eq_plan *plan, struct eq_diags *diags);
void eq_rule_note_plan(const struct eq_rule *rule, const struct eq_plan *plan, struct eq_diags *diags);
/* Tell `each` the fields that the file names beside its query, as sources that hold one name; they live in `arena` and
 * borrow from the rule. Ends with the first status that is not EQ_OK. */
typedef enum eq_status eq_rule_field_name(const struct eq_source *name, void *ctx);
enum eq_status eq_rule_each_field(const struct eq_rule *rule, struct eq_arena *arena, eq_rule_field_name *each,
                                  void *ctx);
/* Append `file`, the text that the rule was read from, with edits of its query made: settled ones (lint/lint.h), with
 * spans in rule->source. EQ_LIMIT: the query could not be found again in the file; EQ_NOMEM. */
enum eq_status eq_rule_edit(struct eq_buf *out, struct eq_slice file, const struct eq_rule *rule,
                            const struct eq_edits *edits);

/* edit.c: for each byte of `content`, and for its end, the byte of `file` where the string `value` says it; NULL: the
 * content is the end of the file. `at` has room for them. False: it does not say that. */
bool eq_rule_find_bytes(size_t *at, const struct eq_toml *value, struct eq_slice content, struct eq_slice file);

/* What eqlite reads of a rule, into an image or out of it (base/image.h); without the document. */
struct eq_image;
void eq_rule_pack(struct eq_image *k, struct eq_rule *rule);

/* All that the file says, as one JSON object; of a rule from an image what eqlite reads of it. */
void eq_rule_json(struct eq_buf *out, const struct eq_rule *rule);

#endif
