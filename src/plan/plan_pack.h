/* plan_pack.h — the plans of many rules in an image, and back.
 *
 *      nodes   0: process.name   1: "cmd.exe"   2: (like~ 0 1)   3: (any 2)   4: (not 3)   …     kids before parents
 *      plans   event 4 · sequence 3 9 by host.id · …
 *
 * Equal nodes are one, whichever rules they come from, so a condition that a thousand rules ask is one number. What is
 * read is checked as the makers of plan/build.h check it: a plan that exists is valid, wherever it came from. */
#ifndef EQ_PLAN_PLAN_PACK_H
#define EQ_PLAN_PLAN_PACK_H

#include "base/image.h"
#include "plan/plan.h"

#define EQ_IMAGE_TREE_MAX (1u << 20)  /* nodes of one condition, shared ones counted where they stand */
#define EQ_IMAGE_TREES_MAX (1u << 25) /* of all conditions of an image */
#define EQ_IMAGE_DEPTH_MAX 1000

struct eq_plan_pack {
    struct eq_image *k;
    struct eq_intern known; /* writing: the words of each node */
    struct eq_node *nodes;  /* reading, with what is known of each: */
    struct eq_node_facts *facts;
    uint8_t *classes;       /* what others ask of it as their kid: a byte, for they are many and far apart */
    size_t n;
    struct eq_node **kids; /* reading: room for those of nodes to come */
    size_t n_kids;         /* ... that many; writing: of all nodes so far */
    size_t trees;          /* nodes of all conditions so far */
};

void eq_plan_pack_begin(struct eq_plan_pack *x, struct eq_image *k);
/* Writing: the number of a node; it and those below it get one where they have none. */
uint32_t eq_plan_pack_number(struct eq_plan_pack *x, const struct eq_node *n);
void eq_plan_pack_number_all(struct eq_plan_pack *x, const struct eq_plan *plan);
/* Writing: all nodes that have a number by now. Reading: fill x->nodes in. */
void eq_plan_pack_nodes(struct eq_plan_pack *x);
/* Writing: *plan, whose nodes were numbered. Reading: fill *plan in. */
void eq_plan_pack(struct eq_plan_pack *x, struct eq_plan *plan);
void eq_plan_pack_end(struct eq_plan_pack *x);
/* A number for what kinds, operators and functions are called: it changes with them. */
uint64_t eq_plan_pack_tables(void);

#endif
