/* ecs_types.c — a generated, sorted table and a binary search in it. */
#include "plan/ecs_types.h"

static const struct {
    struct eq_slice path;
    enum eq_ecs_type type;
} fields[] = {
#define ECS_FIELD(path, type) {{path, sizeof(path) - 1}, EQ_ECS_##type},
#include "plan/ecs_types.def"
#undef ECS_FIELD
};

enum eq_ecs_type eq_ecs_type_of(struct eq_slice path)
{
    size_t low = 0, high = sizeof fields / sizeof *fields;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = eq_slice_cmp(path, fields[middle].path);
        if (order == 0)
            return fields[middle].type;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return EQ_ECS_OTHER;
}
