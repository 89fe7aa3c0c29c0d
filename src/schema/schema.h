/* schema.h — which fields there are, and a plan held against them.
 *
 *      ECS ───────────────┐
 *      names of the user ─┼─▶ schema ─▶ process.nmae: there is no such field    event.type is never "strat"
 *      names in the data ─┘
 *
 * It warns and never refuses: the events decide what there is. Whoever adds names of his own is left alone: below a
 * first word that ECS does not have, and behind a word that begins with a capital letter, any name goes, and so does a
 * field written ?like.this. */
#ifndef EQ_SCHEMA_SCHEMA_H
#define EQ_SCHEMA_SCHEMA_H

#include "ecs/ecs.h"
#include "plan/plan.h"

struct eq_schema;

/* `ecs`: know the fields of the Elastic Common Schema. */
enum eq_status eq_schema_new(struct eq_schema **out, bool ecs, const struct eq_alloc *alloc);
void eq_schema_free(struct eq_schema *s); /* NULL is fine */
/* Know a field; its type counts before that of ECS. EQ_NOMEM. */
enum eq_status eq_schema_add(struct eq_schema *s, struct eq_slice path, enum eq_ecs_type type);
/* The data has such a field. Once this was said, fields that the data lacks are told. EQ_NOMEM. */
enum eq_status eq_schema_saw(struct eq_schema *s, struct eq_slice path);
/* There is data, even if it has no field. */
void eq_schema_compare(struct eq_schema *s);
/* The fields of a JSON document: a mapping of Elasticsearch, or names with types ({"a.b": "keyword"}). The text is
 * padded as for eq_decode. EQ_INVALID: it is no JSON object or has no such field; EQ_NOMEM. */
enum eq_status eq_schema_read(struct eq_schema *s, struct eq_slice text, const struct eq_alloc *alloc);
/* Report W0202 to W0206 about a plan as it was built, not yet simplified. EQ_NOMEM. */
enum eq_status eq_schema_check(struct eq_schema *s, const struct eq_plan *plan, const struct eq_source *source,
                               struct eq_diags *diags);
/* The same about a field that is named outside of a query: W0202 and W0206. `source` holds the name alone. */
enum eq_status eq_schema_check_field(struct eq_schema *s, const struct eq_source *source, struct eq_diags *diags);

/* What a mapping of Elasticsearch calls a type: "keyword", "long", …; OTHER for what we do not know. */
enum eq_ecs_type eq_schema_type(struct eq_slice name);

#endif
