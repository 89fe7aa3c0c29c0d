/* fields.c — the fields that the Elastic Common Schema names, seen from outside. */
#include "api/handles.h"

#include "ecs/ecs.h"

const char *eqlite_field_version(void)
{
    return eq_ecs_version;
}

size_t eqlite_field_count(void)
{
    return eq_ecs_count();
}

eqlite_field eqlite_field_get(size_t index)
{
    static const char *const types[] = {
        [EQ_ECS_OTHER] = "other", [EQ_ECS_KEYWORD] = "keyword", [EQ_ECS_TEXT] = "text",
        [EQ_ECS_NUMBER] = "number", [EQ_ECS_BOOLEAN] = "boolean", [EQ_ECS_DATE] = "date",
        [EQ_ECS_IP] = "ip", [EQ_ECS_OBJECT] = "object",
    };
    bool only = false;
    if (index >= eq_ecs_count())
        return (eqlite_field){0};
    struct eq_ecs_field field = eq_ecs_get(index);
    const char *values = eq_ecs_values(&only, field.path);
    return (eqlite_field){eq_api_string(field.path), types[field.type], field.many, field.extra, values, only};
}

size_t eqlite_field_at(const char *path, size_t len)
{
    return eq_ecs_at(eq_slice(path, len));
}
