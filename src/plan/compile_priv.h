/* compile_priv.h — between compile.c, leaf.c and program.c: one plan on its way into the program; and what plan_pack_check.c
 * must know of leaves as they do. */
#ifndef EQ_PLAN_COMPILE_PRIV_H
#define EQ_PLAN_COMPILE_PRIV_H

#include "plan/program.h"

struct eq_compile {
    struct eq_program *p;
    struct eq_arena *scratch;
    struct eq_buf *text;
    struct eq_fields *element_fields; /* inside a SEARCH */
    uint32_t reads;                   /* of the clause at hand */
};

/* Is an expression one field of the event against literals, if it is known whether its first kid is such a field and the others
 * are literals? And what looking up a value for it takes, if it is known whether one of them has wildcards? */
static inline bool eq_expr_is_text(const struct eq_node *e, bool of_event, bool literals)
{
    return (e->kind == EQ_N_LIKE || e->kind == EQ_N_IN || (e->kind == EQ_N_COMPARE && e->op == EQ_CMP_EQ)) && of_event &&
           literals;
}

static inline uint8_t eq_expr_looks(const struct eq_node *e, bool wild)
{
    unsigned own = e->fold ? 0 : EQ_LOOKS_TYPED, folded = e->fold || e->kind == EQ_N_LIKE ? EQ_LOOKS_FOLDED : 0;
    return (uint8_t)(own | folded | (wild && e->kind == EQ_N_LIKE ? EQ_LOOKS_PATTERNS : 0));
}

/* A string, number or boolean. */
static inline bool eq_is_literal(const struct eq_node *n)
{
    return n->kind == EQ_N_CONST && n->value.type != EQ_NULL && n->value.type <= EQ_STRING;
}

/* One field of the event against constant strings, numbers or booleans? */
bool eq_leaf_is_text(const struct eq_node *leaf);
/* Is the predicate of this leaf of those that are found for all rules at once (program.h)? */
bool eq_leaf_is_eager(const struct eq_node *leaf);
/* The predicate for a leaf: an equal one that exists already, or a new one. */
enum eq_status eq_leaf_predicate(uint32_t *out, struct eq_compile *c, const struct eq_node *leaf);
/* The same for one of the known leaves. */
enum eq_status eq_leaf_known_predicate(uint32_t *out, struct eq_compile *c, const struct eq_known_leaf *leaf);

/* Add a clause for the condition: of a rule's stage, or, with rule EQ_NONE, one inside a leaf. */
enum eq_status eq_compile_clause(uint32_t *out, struct eq_compile *c, const struct eq_node *condition, uint32_t rule,
                                 uint32_t stage);
/* Add a clause as it is, with a copy of as many witnesses as it has. */
enum eq_status eq_clause_put(uint32_t *out, struct eq_program *p, struct eq_clause clause, const uint32_t *witnesses);
/* Add a jump. */
enum eq_status eq_jump_put(uint32_t *out, struct eq_program *p, struct eq_jump jump);

#endif
