/* sink_rule.h — what a sink says about a rule. */
#ifndef EQ_API_SINK_RULE_H
#define EQ_API_SINK_RULE_H

#include "rule/rule.h"
#include "sink/sink.h"

/* In the arena, borrowing from the rule; without its kind. NULL: no memory. */
struct eq_sink_rule *eq_api_sink_rule(struct eq_arena *arena, const struct eq_rule *rule);

#endif
