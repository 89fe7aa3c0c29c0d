/* kept.h — an alert that outlives its event: one block of memory with everything it points at. */
#ifndef EQ_MATCH_KEPT_H
#define EQ_MATCH_KEPT_H

#include "base/alloc.h"
#include "match/alert.h"

/* A copy that borrows nothing; freed with eq_free. NULL without memory. */
size_t eq_alert_kept_bytes(const struct eq_alert *alert); /* of the copy */
struct eq_alert *eq_alert_keep(const struct eq_alert *alert, const struct eq_alloc *alloc);

#endif
