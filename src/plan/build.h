/* build.h — the only way to make plan nodes: checks types, arity and limits, so that a plan that exists is valid.
 *
 * Every maker returns the node, or NULL after reporting why in `diags`. A NULL child is accepted silently and makes
 * NULL: the child's own error was already told, so one run shows every mistake. Memory failure sets `nomem`. */
#ifndef EQ_PLAN_BUILD_H
#define EQ_PLAN_BUILD_H

#include "plan/functions.h"
#include "plan/plan.h"

struct eq_builder {
    struct eq_arena *arena; /* nodes live here */
    struct eq_diags *diags;
    const struct eq_source *source;
    struct eq_slice timestamp_field; /* compared as a date, like ECS's own date fields */
    bool nomem;
};

/* What a builder knows of an expression before any event is seen. */
enum eq_static_type { EQ_ST_ANY, EQ_ST_BOOL, EQ_ST_INT, EQ_ST_DOUBLE, EQ_ST_STRING, EQ_ST_NULL };
enum eq_static_type eq_static_type(const struct eq_node *n);
const char *eq_static_type_name(enum eq_static_type t); /* "boolean", "integer", … as in messages */
bool eq_node_is_condition(const struct eq_node *n);

/* Expressions. */
struct eq_node *eq_build_const(struct eq_builder *b, struct eq_value v, struct eq_span span); /* string is copied */
struct eq_node *eq_build_field(struct eq_builder *b, struct eq_slice path, unsigned frame, struct eq_span span);
struct eq_node *eq_build_call(struct eq_builder *b, enum eq_function_id f, bool fold, struct eq_node **args, size_t n,
                              struct eq_span span);
/* Mirrors `literal op x` to `x op literal`. Compares as date or address where the field is known to be one, or the
 * literal is an address (docs/semantics.md). op NE makes KNOT(EQ): callers that mean the complement negate the
 * condition instead. */
struct eq_node *eq_build_compare(struct eq_builder *b, enum eq_compare op, struct eq_node *left, struct eq_node *right,
                                 struct eq_span span);
struct eq_node *eq_build_in(struct eq_builder *b, bool fold, struct eq_node *x, struct eq_node **list, size_t n,
                            struct eq_span span);
struct eq_node *eq_build_like(struct eq_builder *b, bool fold, struct eq_node *x, struct eq_node **list, size_t n,
                              struct eq_span span);
struct eq_node *eq_build_regex(struct eq_builder *b, bool fold, struct eq_node *x, struct eq_node **list, size_t n,
                               struct eq_span span);
struct eq_node *eq_build_is_null(struct eq_builder *b, struct eq_node *x, struct eq_span span);
/* Three-valued connectives over expressions: kind is EQ_N_KAND, EQ_N_KOR or EQ_N_KNOT. */
struct eq_node *eq_build_logic(struct eq_builder *b, enum eq_node_kind kind, struct eq_node **kids, size_t n,
                               struct eq_span span);
/* + - * / % and unary minus are calls of the functions of the same meaning (add, subtract, …, negate). */

/* Conditions. */
struct eq_node *eq_build_truth(struct eq_builder *b, bool value, struct eq_span span);
struct eq_node *eq_build_and(struct eq_builder *b, struct eq_node **kids, size_t n, struct eq_span span);
struct eq_node *eq_build_or(struct eq_builder *b, struct eq_node **kids, size_t n, struct eq_span span);
struct eq_node *eq_build_not(struct eq_builder *b, struct eq_node *kid, struct eq_span span);
struct eq_node *eq_build_exists(struct eq_builder *b, struct eq_node *field, struct eq_span span);
/* The expression must be able to be a boolean; a field becomes field == true. */
struct eq_node *eq_build_any(struct eq_builder *b, struct eq_node *expression, struct eq_span span);
struct eq_node *eq_build_search(struct eq_builder *b, struct eq_node *array, struct eq_node *condition,
                                struct eq_span span);
struct eq_node *eq_build_lineage(struct eq_builder *b, enum eq_relation how, struct eq_node *condition,
                                 struct eq_span span);

/* Whole queries. Counts of keys, stages (after runs) and the rules for missing events are checked here. `stages`,
 * keys and pipes are copied. */
struct eq_plan *eq_build_plan(struct eq_builder *b, const struct eq_plan *parts, struct eq_span span);

#endif
