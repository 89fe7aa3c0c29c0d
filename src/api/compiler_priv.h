/* compiler_priv.h — what explain.c, format.c, schema.c and lint.c need of a compiler. */
#ifndef EQ_API_COMPILER_PRIV_H
#define EQ_API_COMPILER_PRIV_H

#include "api/handles.h"
#include "schema/schema.h"

/* The schema that queries are held against, made when there is none yet; NULL without memory. */
struct eq_schema *eq_compiler_schema(eqlite_compiler *c);
struct eq_diags *eq_compiler_diags(eqlite_compiler *c);
const struct eq_rule_options *eq_compiler_rule_options(const eqlite_compiler *c);
const struct eq_alloc *eq_compiler_alloc(const eqlite_compiler *c);
enum eq_dialect eq_compiler_dialect(const eqlite_compiler *c); /* never AUTO */
/* A copy that lives as long as the compiler, for diagnostics to point into; NULL without memory. */
const struct eq_source *eq_compiler_keep_source(eqlite_compiler *c, struct eq_slice name, struct eq_slice text);
/* Where rule files are read into; diagnostics that point into them live as long as the compiler. */
enum eq_status eq_compiler_rule_set(struct eq_rule_set **out, eqlite_compiler *c);
/* The simplified plan of a query, in `arena`, with the compiler's options. */
enum eq_status eq_compiler_plan(struct eq_plan **out, eqlite_compiler *c, const struct eq_source *source,
                                struct eq_arena *arena);

/* The rules being gathered, NULL if there are none; and the plan of one of them as it is written, in `arena`. */
const struct eqlite_rules *eq_compiler_making(const eqlite_compiler *c);
enum eq_status eq_compiler_build(struct eq_plan **out, const eqlite_compiler *c, const struct eq_rule *rule,
                                 struct eq_arena *arena, struct eq_diags *diags);

#endif
