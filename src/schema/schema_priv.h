/* schema_priv.h — a schema from inside, for schema.c (names) and schema_value.c (what they are compared with). */
#ifndef EQ_SCHEMA_SCHEMA_PRIV_H
#define EQ_SCHEMA_SCHEMA_PRIV_H

#include "base/intern.h"
#include "schema/schema.h"

/* One check of one plan. */
struct eq_schema_run {
    struct eq_schema *schema;
    const struct eq_source *source;
    struct eq_diags *diags;
    bool alone;            /* a name outside of a query */
    struct eq_intern told; /* names that were looked at in this plan */
    struct eq_arena scratch;
    enum eq_status status;
};

/* For messages: "%.*s" with at most so many bytes of a text that may be long. */
#define EQ_SHORT(s) (int)((s).len > 80 ? 80 : (s).len), (s).ptr

/* The type of a field, OTHER if nobody knows. */
enum eq_ecs_type eq_schema_type_of(const struct eq_schema *s, struct eq_slice path);
bool eq_schema_has_ecs(const struct eq_schema *s);

/* schema_value.c: an expression, without its kids: do type and value of a field fit what is asked of it? */
void eq_schema_check_value(struct eq_schema_run *run, const struct eq_node *n);
/* schema_value.c: do event.category and event.type of a stage go together? */
void eq_schema_check_pair(struct eq_schema_run *run, const struct eq_node *filter);

#endif
