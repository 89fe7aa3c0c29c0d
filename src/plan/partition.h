/* partition.h — can a rule's events be dealt out to several matchers, and how.
 *
 *      stateless   each event is judged alone: deal as you like
 *      keyed       everything that one alert needs has the same value of the partition fields
 *      global      it may not: all events must go to one matcher
 *
 * Endpoint rules are written as if there were one host; eq_plan_partition says so to the plan by making the partition
 * fields join keys of every stage. */
#ifndef EQ_PLAN_PARTITION_H
#define EQ_PLAN_PARTITION_H

#include "base/arena.h"
#include "plan/plan.h"

enum eq_partition_class { EQ_PARTITION_STATELESS, EQ_PARTITION_KEYED, EQ_PARTITION_GLOBAL };

/* Why a plan has its class: one clause, as "stage 2 is not joined by host.id". */
enum eq_partition_class eq_partition_class(const struct eq_plan *plan, const struct eq_slice *fields, size_t n,
                                           struct eq_buf *why);

/* Put the fields before the join keys of every stage of a sequence or sample, where they are not keys already. Null is a
 * value of them like others. EQ_NOMEM, or EQ_LIMIT beyond EQ_PLAN_KEYS_MAX; other plans are left as they are. */
enum eq_status eq_plan_partition(struct eq_plan *plan, const struct eq_slice *fields, size_t n, struct eq_arena *arena);

/* At which position every stage and until have the field as a join key; EQ_PARTITION_NO_KEY if at none. */
uint32_t eq_partition_position(const struct eq_plan *plan, struct eq_slice field);
#define EQ_PARTITION_NO_KEY UINT32_MAX

#endif
