/* handles.h — what stands behind the opaque types of eqlite.h, for the files of this folder. */
#ifndef EQ_API_HANDLES_H
#define EQ_API_HANDLES_H

#include <stdatomic.h>

#include "api/eqlite.h"
#include "match/matcher.h"
#include "plan/program.h"
#include "rule/rule.h"

/* Diagnostics are the internal list under another name. */
struct eqlite_diagnostics {
    struct eq_diags list;
};

/* What eqlite_rules_get and eqlite_rules_test give of a rule and cannot borrow from it. */
struct eq_api_lists {
    const eqlite_string *tags, *index, *references;
    const eqlite_rule_test *tests;
};

/* Immutable once made by eqlite_compiler_finish. The allocator's copy is what everything inside points at. */
struct eqlite_rules {
    struct eq_alloc alloc;
    atomic_size_t references;
    struct eq_rule_set set;    /* the rule with number i is set.items[i] */
    struct eq_arena plans;     /* plans, queries' texts, lists */
    struct eq_program *program; /* until finished; then it belongs to the ruleset */
    struct eq_regexes *regexes; /* likewise */
    struct eq_ruleset *ruleset;
    struct eq_slice category_field, timestamp_field; /* options that plans were made with; in `plans`, may be empty */
    struct eqlite_rules **others;        /* rules that some of these were taken from */
    size_t n_others, cap_others;
    struct eq_api_lists *lists; /* by rule */
    size_t n_compiled;         /* rules of the set that are compiled; all when finished */
    bool poisoned;             /* memory ran out half-way: cannot be finished */
};

struct eqlite_alert {
    const struct eq_alert *alert;
    const struct eq_alloc *alloc;
};

/* matcher.c, reader.c: their parts of a saved state (state.c). */
void eq_api_matcher_save(struct eq_pack *p, eqlite_matcher *m);
void eq_api_matcher_restore(struct eq_restored *out, struct eq_unpack *u, eqlite_matcher *m);
void eq_api_reader_save(struct eq_pack *p, const eqlite_reader *r);
void eq_api_reader_restore(struct eq_unpack *u, eqlite_reader *r);
const struct eq_alloc *eq_api_matcher_alloc(const eqlite_matcher *m);
const struct eq_alloc *eq_api_reader_alloc(const eqlite_reader *r);

static inline eqlite_status eq_api_status(enum eq_status st)
{
    return (eqlite_status)st; /* the same numbers, asserted in eqlite.c */
}

static inline eqlite_string eq_api_string(struct eq_slice s)
{
    return (eqlite_string){s.ptr, s.len};
}

struct eq_why *eq_api_why(eqlite_why *w); /* why.c */

static inline struct eq_slice eq_api_slice(const char *text) /* NULL: empty */
{
    return eq_slice_of(text);
}

/* The allocator to use for options that name one, or the C library's. */
struct eq_alloc eq_api_alloc(const eqlite_allocator *wanted);

/* Hand a finished buffer to a callback: EQLITE_NOMEM if it failed, EQLITE_IO if the callback did. */
eqlite_status eq_api_write(struct eq_buf *b, eqlite_write *write, void *ctx);

/* The names in a list parted by commas, blanks around them cut; NULL gives none. EQ_LIMIT: more than `max`. They borrow
 * from `text`. */
enum eq_status eq_api_names(struct eq_slice *out, size_t *n, size_t max, const char *text);

/* The text of an event with padding behind it: its own, or a copy in `copy`. False without memory. */
bool eq_api_pad(struct eq_slice *out, struct eq_buf *copy, const eqlite_event *event);

/* matcher.c: the rules that a matcher runs, and whether it reads search hits as the event inside. */
struct eqlite_rules *eq_api_matcher_rules(const eqlite_matcher *m, bool *unwrap);

/* why.c: one tree for each step of an alert, as a JSON array. */
enum eq_status eq_api_explain_alert(struct eq_buf *out, eqlite_why *w, const struct eq_alert *a);

/* rules.c: once, when the rules are finished. */
enum eq_status eq_api_make_lists(struct eqlite_rules *r);

/* A private copy of options as given by a caller that knows fewer or more members; zeroed where he knows none. */
void eq_api_options(void *out, size_t size, const void *given);

#endif
