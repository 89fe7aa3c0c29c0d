/* ecs_types.h — which fields the Elastic Common Schema calls dates or addresses.
 *
 * JSON has neither, but a comparison with "2026-01-01" or "10.0.0.1" means something else for them than for text. */
#ifndef EQ_PLAN_ECS_TYPES_H
#define EQ_PLAN_ECS_TYPES_H

#include "base/slice.h"

enum eq_ecs_type { EQ_ECS_OTHER, EQ_ECS_DATE, EQ_ECS_IP };

/* The type of a dotted path; OTHER for all else, also for paths that ECS does not know. */
enum eq_ecs_type eq_ecs_type_of(struct eq_slice path);

#endif
