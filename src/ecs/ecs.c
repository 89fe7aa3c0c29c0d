/* ecs.c — a generated, sorted table and a binary search in it.
 *
 *      names   @timestamp\0agent.build.original\0agent.ephemeral_id\0 …      one block of text
 *      rows    [at len type flags] [at len type flags] …                    eight bytes each
 *
 * Rows hold places in the block, not pointers, so that nothing has to be relocated when a program starts. */
#include "ecs/ecs.h"

#include <stddef.h>

#define JOIN(a, b) a##b
#define MEMBER(line) JOIN(line_, line)

struct names {
#define ECS_FIELD(path, type, count, source) char MEMBER(__LINE__)[sizeof(path)];
#include "ecs/ecs_fields.def"
};

static const struct names names = {
#define ECS_FIELD(path, type, count, source) path,
#include "ecs/ecs_fields.def"
};

enum { ONE, MANY };
enum { ECS, EXTRA };

static const struct row {
    uint32_t at;
    uint16_t len;
    uint8_t type, flags; /* flags: count, and source above it */
} rows[] = {
#define ECS_FIELD(path, type, count, source)                                                                           \
    {(uint32_t)offsetof(struct names, MEMBER(__LINE__)), sizeof(path) - 1, EQ_ECS_##type, count | source << 1},
#include "ecs/ecs_fields.def"
};

#define ECS_VERSION(version) const char eq_ecs_version[] = version;
#include "ecs/ecs_fields.def"

static struct eq_slice path_of(const struct row *row)
{
    return eq_slice((const char *)&names + row->at, row->len);
}

size_t eq_ecs_count(void)
{
    return sizeof rows / sizeof *rows;
}

struct eq_ecs_field eq_ecs_get(size_t index)
{
    const struct row *row = &rows[index];
    return (struct eq_ecs_field){path_of(row), (enum eq_ecs_type)row->type, (row->flags & 1) == MANY,
                                 row->flags >> 1 == EXTRA};
}

size_t eq_ecs_at(struct eq_slice path)
{
    size_t low = 0, high = eq_ecs_count();

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (eq_slice_cmp(path_of(&rows[middle]), path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool eq_ecs_find(struct eq_ecs_field *out, struct eq_slice path)
{
    size_t at = eq_ecs_at(path);

    if (at == eq_ecs_count() || !eq_slice_eq(path_of(&rows[at]), path))
        return false;
    *out = eq_ecs_get(at);
    return true;
}

enum eq_ecs_type eq_ecs_type_of(struct eq_slice path)
{
    struct eq_ecs_field field;
    return eq_ecs_find(&field, path) && !field.extra ? field.type : EQ_ECS_OTHER;
}

/* ── Values ── */

enum { USUAL, ONLY };

const char *eq_ecs_values(bool *only, struct eq_slice path)
{
    static const struct {
        const char *path, *values;
        int how;
    } lists[] = {
#define ECS_VALUES(path, values, how) {path, values, how},
#include "ecs/ecs_fields.def"
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (eq_slice_eq(path, eq_slice_of(lists[i].path))) {
            *only = lists[i].how == ONLY;
            return lists[i].values;
        }
    return NULL;
}

const char *eq_ecs_types_of_category(struct eq_slice category)
{
    static const char *const pairs[][2] = {
#define ECS_TYPES(category, types) {category, types},
#include "ecs/ecs_fields.def"
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (eq_slice_eq(category, eq_slice_of(pairs[i][0])))
            return pairs[i][1];
    return NULL;
}

bool eq_ecs_word(struct eq_slice *word, const char **list)
{
    size_t len = strcspn(*list, "|");

    *word = eq_slice(*list, len);
    *list += len + ((*list)[len] == '|');
    return len > 0;
}
