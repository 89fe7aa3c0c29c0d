/* check.h — what a rule file says about its rule, beyond what the rule needs to run; shared by the files of this
 * folder.
 *
 *      check.c          every key known, every value of its type          always
 *      check_meta.c     values that fit each other, dates, tags           eq_rule_options.metadata
 *      check_threat.c   ATT&CK                                            eq_rule_options.metadata */
#ifndef EQ_RULE_CHECK_H
#define EQ_RULE_CHECK_H

#include "rule/load.h"

/* W0702, W0704, W0709, W0711, W0712, and those of eq_load_check_threats. */
void eq_load_check_meta(struct eq_load *l, const struct eq_toml *root, enum eq_rule_shape shape);
/* W0705 to W0708, W0714; `threats` (may be NULL) is the array rule.threat, or threat. `first`: files are named after the
 * first tactic. */
void eq_load_check_threats(struct eq_load *l, const struct eq_toml *threats, bool first);

#endif
