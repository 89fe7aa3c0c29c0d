/* load.h — a rule file while it is being read; shared by the files of this folder only.
 *
 *      load.c  path ─▶ text ─┬─▶ load_toml.c ─▶ check.c (rule_fields.def) ─▶ rule ─▶ load_tests.c
 *                            └─▶ load_eql.c ──────────────────────────────▶ rule
 *
 * The lines that diagnostics point into are kept in set->sources; the rest of a text goes when it was read. */
#ifndef EQ_RULE_LOAD_H
#define EQ_RULE_LOAD_H

#include "base/buf.h"
#include "rule/rule.h"

enum eq_rule_shape { EQ_SHAPE_NATIVE, EQ_SHAPE_ENDPOINT, EQ_SHAPE_TESTS, EQ_SHAPE_COUNT };

struct eq_load {
    struct eq_rule_set *set;
    const struct eq_rule_options *options;
    struct eq_diags *diags;
    struct eq_slice path, text; /* borrowed; text without byte order mark */
    struct eq_slice corpus;     /* of a file of expectations: the folder of events; else ptr is NULL */
    struct eq_slice shown_path; /* copy for diagnostics, once one was needed */
    unsigned errors, warnings;  /* reported about this file */
    bool refused;               /* what was reported makes the rule unusable */
};

/* For messages: "%.*s" with at most so many bytes of a text that may be long. */
#define EQ_SHOWN_MAX 80
#define EQ_SHOW(s) (int)((s).len > EQ_SHOWN_MAX ? EQ_SHOWN_MAX : (s).len), (s).ptr

/* Report about the token at a position of the file. Beyond a number of reports per file only counts. */
struct eq_diag *eq_load_report(struct eq_load *l, enum eq_code code, uint32_t line, uint32_t column, const char *format,
                               ...) __attribute__((format(printf, 5, 6)));
/* The same at a byte of the file. */
struct eq_diag *eq_load_report_at(struct eq_load *l, enum eq_code code, size_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Is the text short enough, and UTF-8? Cuts a byte order mark. False: reported. */
bool eq_load_readable(struct eq_load *l);

/* check.c: report keys that we do not know, wrong types and values, missing keys; sets l->refused when the rule
 * cannot be run for it. */
void eq_load_check(struct eq_load *l, const struct eq_toml *root, enum eq_rule_shape shape);

/* load_toml.c, load_eql.c: the rule of the file, added to the set unless l->refused. EQ_NOMEM only. */
enum eq_status eq_load_toml(struct eq_load *l);
enum eq_status eq_load_eql(struct eq_load *l);

/* Parse l->text; *out is NULL when that was reported. */
enum eq_status eq_load_document(struct eq_toml **out, struct eq_load *l);

/* load_tests.c: the entries of `tests` ([[tests]], may be NULL) added to those of the rule, or of the one whose rule_id they
 * have; wrong ones are reported and left out. `rule` may be NULL in a file of expectations. */
enum eq_status eq_load_tests(struct eq_load *l, struct eq_rule *rule, const struct eq_toml *tests);
/* The file is an x.test.toml: its tests go to the rule with its rule_id, else to `beside` (which may be NULL). Or it is one
 * of expectations, which has no rule of its own. */
enum eq_status eq_load_side_file(struct eq_load *l, struct eq_rule *beside);

/* format.c: the query of a rule, or NULL if there is none in EQL. */
const struct eq_toml *eq_rule_find_query(const struct eq_toml *root);

/* rule_json.c: a value of a document as JSON; NaN and infinities become null. */
void eq_toml_json(struct eq_buf *out, const struct eq_toml *value);

/* rule.c: a new rule with the defaults of its shape, and its place in the set. */
struct eq_rule *eq_rule_new(struct eq_load *l);
enum eq_status eq_rule_set_add(struct eq_load *l, struct eq_rule *rule, uint32_t line, uint32_t column);
struct eq_rule *eq_rule_set_find(const struct eq_rule_set *set, struct eq_slice id);
int eq_level_risk(enum eq_level l); /* the risk score that goes with a severity */

/* The name of a file without folders and without the given ending. */
struct eq_slice eq_path_stem(struct eq_slice path, struct eq_slice ending);

#endif
