/* presence.h — a field without which a condition cannot be true.
 *
 *      startsWith~(process.thread.Ext.call_stack_summary, process.name)      null in, null out: either field
 *      _arraysearch(dll.hash, $h, $h.md5 == "…")                             an array that some element is in: dll.hash
 *      process.pid == null or x > 1                                          none
 *
 * Whether a field is there is known at once, so the condition itself is asked only where it could be true, and rules whose
 * conditions are all of this kind sleep until then. */
#ifndef EQ_PLAN_PRESENCE_H
#define EQ_PLAN_PRESENCE_H

#include "plan/plan.h"

/* The field of the event (a FIELD node of the leaf) that the leaf, ANY or SEARCH, needs to be true; of several the one
 * that plan/selectivity.h expects in fewest events. NULL: it could be true for any event. */
const struct eq_node *eq_presence_needed(const struct eq_node *leaf);

#endif
