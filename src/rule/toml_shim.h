/* toml_shim.h — the one door to toml++; toml.c checks the text before it goes through. */
#ifndef EQ_RULE_TOML_SHIM_H
#define EQ_RULE_TOML_SHIM_H

#include "rule/toml.h"
#include "rule/toml_cut.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As eq_toml_parse, for a text that eq_toml_parse found small and shallow enough, and without what `cuts` holds: that is
 * put back into the tree. */
enum eq_status eq_toml_shim_parse(struct eq_toml **out, struct eq_slice text, const struct eq_toml_cuts *cuts,
                                  struct eq_arena *arena, struct eq_toml_error *error);

const char *eq_toml_version(void); /* of toml++; static */

#ifdef __cplusplus
}
#endif

#endif
