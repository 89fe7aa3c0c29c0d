/* ecs.h — what the Elastic Common Schema says: names of fields, their types, and what their values may be.
 *
 * A table made once from the public release (ecs_fields.def). JSON has neither dates nor addresses, so comparisons ask
 * here what a field is; the checks of schema.h ask the rest. */
#ifndef EQ_ECS_ECS_H
#define EQ_ECS_ECS_H

#include "base/slice.h"

/* OTHER is a name that nobody knows. OBJECT stands for all that other names may follow: objects, flattened, nested,
 * points on the globe. */
enum eq_ecs_type {
    EQ_ECS_OTHER,
    EQ_ECS_KEYWORD,
    EQ_ECS_TEXT,
    EQ_ECS_NUMBER,
    EQ_ECS_BOOLEAN,
    EQ_ECS_DATE,
    EQ_ECS_IP,
    EQ_ECS_OBJECT
};

struct eq_ecs_field {
    struct eq_slice path;
    enum eq_ecs_type type;
    bool many;  /* ECS: an array */
    bool extra; /* not ECS: a name that integrations add */
};

extern const char eq_ecs_version[]; /* "9.5.0-dev" */

/* Fields in order of bytes, counted from 0. */
size_t eq_ecs_count(void);
struct eq_ecs_field eq_ecs_get(size_t index);
/* The first field that does not come before `path`; eq_ecs_count() if all do. */
size_t eq_ecs_at(struct eq_slice path);
/* The field of a dotted path; false if there is none. */
bool eq_ecs_find(struct eq_ecs_field *out, struct eq_slice path);
/* The type that ECS itself gives to a path, as comparisons need it; OTHER for all else. */
enum eq_ecs_type eq_ecs_type_of(struct eq_slice path);

/* What the values of a field are: "a|b", or NULL. *only: there are no others. */
const char *eq_ecs_values(bool *only, struct eq_slice path);
/* Values of event.type that go with an event.category, "a|b"; NULL for a category that ECS does not know. */
const char *eq_ecs_types_of_category(struct eq_slice category);

/* Take the first word of a list "a|b" and move on; false at its end. */
bool eq_ecs_word(struct eq_slice *word, const char **list);

#endif
