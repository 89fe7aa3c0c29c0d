/* lower.h — from the tree to the plan: what the parts of lowering share.
 *
 *      lower_query.c       stages, keys, options, pipes
 *      lower_condition.c   true or false for an event
 *      lower_expression.c  a value or null
 *      lower_name.c        what a name means: field, alias, variable, function
 *
 * Each returns NULL after reporting why; NULL goes in and out silently, so that one run shows every mistake. What
 * plan/build.h checks (types, numbers of arguments, keys and stages) is not checked here again. */
#ifndef EQ_LANG_EQL_LOWER_H
#define EQ_LANG_EQL_LOWER_H

#include "lang/eql/ast.h"
#include "lang/languages.h"
#include "plan/build.h"

struct eql_alias {
    struct eq_slice name;
    uint32_t stage; /* as written, from 0 */
};

struct eql_lower {
    struct eq_builder b;
    struct eq_arena *scratch; /* ends with the tree */
    enum eq_dialect dialect;
    struct eq_slice category_field;
    bool broken; /* the text had mistakes already: numbers of stages and keys mean little */

    struct eql_alias *aliases; /* of the stages before this one */
    uint32_t n_aliases;
    const char *no_aliases;   /* where they cannot be read, or NULL */
    struct eq_slice variable; /* inside _arraysearch: its name with $; else empty */
};

/* The plan of a whole query, in lo->b.arena. */
struct eq_plan *eql_lower_query(struct eql_lower *lo, const struct eql_node *query);

struct eq_node *eql_lower_event(struct eql_lower *lo, const struct eql_node *event); /* category included */
struct eq_node *eql_lower_condition(struct eql_lower *lo, const struct eql_node *n);
struct eq_node *eql_lower_value(struct eql_lower *lo, const struct eql_node *n);

/* The kids of n from `first` on as values, without literal nulls if `drop_nulls`. NULL when memory is out. */
struct eq_node **eql_lower_list(struct eql_lower *lo, const struct eql_node *first, bool drop_nulls, size_t *count);
/* Either is a comparison or list with a field on both sides: Elasticsearch would refuse it. */
void eql_warn_fields(struct eql_lower *lo, const struct eql_node *at);
/* Is this known to be a boolean, and more than a field? Then == true is the condition itself. */
bool eql_is_boolean(const struct eql_node *n);

struct eq_node *eql_lower_field(struct eql_lower *lo, const struct eql_node *n); /* FIELD or VARIABLE */
/* The function of a CALL; EQ_FUNCTION_COUNT after reporting that there is none. */
enum eq_function_id eql_lower_function(struct eql_lower *lo, const struct eql_node *call);
bool eql_is_search(const struct eql_node *n); /* a call of _arraysearch */
struct eq_node *eql_lower_search(struct eql_lower *lo, const struct eql_node *call);
struct eq_node *eql_lower_lineage(struct eql_lower *lo, const struct eql_node *n);

struct eq_diag *eql_lower_error(struct eql_lower *lo, enum eq_code code, struct eq_span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void eql_lower_help(struct eql_lower *lo, struct eq_diag *d, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Room for n things in the scratch arena; NULL when memory is out (lo->b.nomem is set). */
void *eql_lower_room(struct eql_lower *lo, size_t n, size_t size);

#endif
