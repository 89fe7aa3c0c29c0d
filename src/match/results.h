/* results.h — what becomes of one rule's results: head, tail and the limit, in the order of the pipes.
 *
 *      result ─▶ [head 10] ─▶ [tail 3: ring of the last three] ─ at the end ─▶ [head 2] ─▶ out
 *
 * Without pipes and limit results pass straight through. Order is kept (docs/semantics.md, Pipes). */
#ifndef EQ_MATCH_RESULTS_H
#define EQ_MATCH_RESULTS_H

#include "base/status.h"
#include "match/alert.h"
#include "match/budget.h"
#include "match/rule_stats.h"
#include "plan/plan.h"

struct eq_results;
struct eq_saving;
struct eq_restoring;

/* Takes a result; EQ_END asks to stop, other statuses are failures. */
typedef enum eq_status eq_result_out(const struct eq_alert *alert, void *ctx);

/* The pipes of `plan` and at most `limit` results (0: all): the first ones if the pipes begin with head or it is a
 * sample, else the last ones. What a tail holds is counted in `budget`: where that has no room it holds fewer, the
 * newest ones, and counts those that it gave up in `stats`. */
enum eq_status eq_results_new(struct eq_results **out, const struct eq_plan *plan, uint64_t limit, eq_result_out *sink,
                              void *ctx, struct eq_budget *budget, struct eq_rule_stats *stats);
void eq_results_free(struct eq_results *r);
enum eq_status eq_results_put(struct eq_results *r, const struct eq_alert *alert);
enum eq_status eq_results_finish(struct eq_results *r);
size_t eq_results_bytes(const struct eq_results *r); /* of what tails hold, as the budget counts them */
/* results_save.c, see save.h. What the end of the input has given is not saved: a tail begins anew after it. */
void eq_results_save(struct eq_saving *s, const struct eq_results *r);
void eq_results_restore(struct eq_restoring *s, struct eq_results *r, uint32_t rule); /* a new one */
bool eq_results_done(const struct eq_results *r); /* nothing put from now on can come out */

#endif
