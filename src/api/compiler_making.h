/* compiler_making.h — the insides of a compiler, for the files that add rules to it. */
#ifndef EQ_API_COMPILER_MAKING_H
#define EQ_API_COMPILER_MAKING_H

#include "api/compiler_priv.h"

/* How rules are matched; the results are the same. */
enum engine { ENGINE_DECISIONS, ENGINE_MEMO, ENGINE_SHARED, ENGINE_NAIVE };

struct eqlite_compiler {
    struct eq_alloc alloc;
    struct eqlite_diagnostics diags;
    struct eq_rule_options rule_options;
    struct eq_slice category, timestamp, tiebreaker; /* copies in `arena`; may be empty */
    struct eq_slice partition[EQ_PLAN_KEYS_MAX]; /* fields of partition_by */
    size_t n_partition;
    struct eq_arena arena;
    struct eqlite_rules *making; /* what is being gathered; NULL at first and after finish */
    struct eqlite_rules **made;  /* kept alive for the sources that diagnostics show */
    size_t n_made, cap_made;
    uint64_t refused;
    enum engine engine;
    struct eq_schema *schema; /* NULL: fields are not checked */
};

/* `a`, or `b` if it is empty. */
struct eq_slice eq_compiler_first_set(struct eq_slice a, struct eq_slice b);
/* There is something to add to: `making`. EQ_NOMEM, also if memory ran out for it before. */
enum eq_status eq_compiler_begin(struct eqlite_compiler *c);
/* The regular expressions of a condition, of all conditions of a plan. EQ_INVALID, with a diagnostic at `source`. */
enum eq_status eq_compiler_add_patterns(struct eqlite_compiler *c, const struct eq_node *n, const struct eq_source *source);
enum eq_status eq_compiler_add_regexes(struct eqlite_compiler *c, const struct eq_plan *plan, const struct eq_source *source);
/* The keys of partition_by join those of the plan. EQ_INVALID, with a diagnostic: they cannot. */
enum eq_status eq_compiler_partition(struct eqlite_compiler *c, struct eq_plan *plan, const struct eq_source *source);
/* The rules of a pack; one that does not fit is a diagnostic. */
enum eq_status eq_compiler_add_pack(struct eqlite_compiler *c, const char *path);

#endif
