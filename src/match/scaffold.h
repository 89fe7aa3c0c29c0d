/* scaffold.h — events that a rule matches, and near misses, found by asking why (why.h).
 *
 *      empty event ─▶ why is it not true? ─▶ mend that part ─▶ why … ─▶ true ─▶ take out what is needless
 *                                                                        └─▶ spoil one part ─▶ a near miss
 *
 * A guess, which the caller verifies with the engine. The same rule gives the same events. */
#ifndef EQ_MATCH_SCAFFOLD_H
#define EQ_MATCH_SCAFFOLD_H

#include "match/why.h"

/* What to try: events as NDJSON, for which the rule is expected to give alerts or none. `name` says what they show.
 * *verified: whether it did so. */
typedef enum eq_status eq_scaffold_try(struct eq_slice name, bool match, struct eq_slice events, bool *verified, void *ctx);

/* `w` is `alone`. EQ_LIMIT: no matching events were found, and `problem` says for which part. */
enum eq_status eq_scaffold(struct eq_why *w, eq_scaffold_try *try, void *ctx, struct eq_buf *problem);

#endif
