/* plan_pack_priv.h — between plan_pack*.c and program_pack.c: is what was read a plan? */
#ifndef EQ_PLAN_PLAN_PACK_PRIV_H
#define EQ_PLAN_PLAN_PACK_PRIV_H

#include "plan/plan_pack.h"

#define FIELDS_MAX 30000

/* What is known of a node and all below it. */
struct eq_node_facts {
    uint32_t size; /* nodes, shared ones counted where they stand */
    uint16_t depth;
    uint16_t fields;  /* that stand in it; FIELDS_MAX: so many or more */
    uint16_t aliases; /* 1 + the highest stage whose event it reads; 0: none */
    uint32_t field;   /* a TEXT leaf: the node of its field; EQ_NONE: it is none */
    uint8_t looks;    /* a TEXT leaf: EQ_LOOKS_… */
    bool element : 1; /* it reads the element of a SEARCH around it */
    bool search : 1;  /* there is a SEARCH in it */
    bool leaf : 1;    /* it can be a predicate outside a SEARCH ... */
    bool eager : 1;   /* ... and is then found for all rules at once */
};

/* The kids, which are checked already, may stand where they do; fills facts[number] in. */
bool eq_image_check_node(struct eq_plan_pack *x, uint32_t number);
bool eq_image_check_plan(struct eq_plan_pack *x, const struct eq_plan *plan);

#endif
