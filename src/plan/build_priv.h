/* build_priv.h — what the files of the builder share. */
#ifndef EQ_PLAN_BUILD_PRIV_H
#define EQ_PLAN_BUILD_PRIV_H

#include "plan/build.h"

/* A bare node with copied kids; NULL when a kid is NULL or memory is out. */
struct eq_node *eq_build_node(struct eq_builder *b, enum eq_node_kind kind, struct eq_node *const *kids, size_t n,
                              struct eq_span span);
/* A constant address or block as an EQ_IP constant; NULL if the text is none (or without memory: b->nomem). */
struct eq_node *eq_build_block(struct eq_builder *b, const struct eq_node *text);
/* A checked IN node, widened to compare addresses as addresses where its list holds some. NULL stays NULL. */
struct eq_node *eq_build_in_typed(struct eq_builder *b, struct eq_node *in);

#endif
