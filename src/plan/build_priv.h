/* build_priv.h — what the files of the builder share. */
#ifndef EQ_PLAN_BUILD_PRIV_H
#define EQ_PLAN_BUILD_PRIV_H

#include "plan/build.h"

/* A bare node with copied kids; NULL when a kid is NULL or memory is out. */
struct eq_node *eq_build_node(struct eq_builder *b, enum eq_node_kind kind, struct eq_node *const *kids, size_t n,
                              struct eq_span span);
/* A checked IN node, widened to compare addresses as addresses where its list holds some. NULL stays NULL. */
struct eq_node *eq_build_in_typed(struct eq_builder *b, struct eq_node *in);

#endif
