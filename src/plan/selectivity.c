/* selectivity.c — a table of fields that say little, and a rule of thumb for the rest: long text is rare. */
#include "plan/selectivity.h"

struct common_field {
    const char *path;
    double share; /* of events, for one value of it */
};

/* Fields with few distinct values in endpoint and Windows logs. */
static const struct common_field common_fields[] = {
    {"event.kind", 0.9},     {"event.type", 0.4},     {"event.category", 0.3}, {"event.outcome", 0.7},
    {"event.action", 0.15},  {"event.code", 0.1},     {"event.dataset", 0.4},  {"event.module", 0.6},
    {"event.provider", 0.4}, {"host.os.type", 0.6},   {"host.os.family", 0.6}, {"host.os.platform", 0.6},
    {"data_stream.dataset", 0.4}, {"agent.type", 0.9}, {"user.id", 0.2},       {"user.name", 0.2},
    {"winlog.channel", 0.4}, {"network.direction", 0.5}, {"network.transport", 0.5}, {"process.user.id", 0.2},
    {"file.extension", 0.05}, {"dll.code_signature.status", 0.5}, {"user.domain", 0.3},
};

static double share_of_field(struct eq_slice path)
{
    for (size_t i = 0; i < sizeof common_fields / sizeof *common_fields; i++)
        if (eq_slice_eq(path, eq_slice_of(common_fields[i].path)))
            return common_fields[i].share;
    return 0;
}

/* A pattern's literal characters are what makes it rare. */
static double share_of_pattern(struct eq_slice text)
{
    size_t literal = 0;
    for (size_t i = 0; i < text.len; i++)
        literal += text.ptr[i] != '*' && text.ptr[i] != '?';
    return literal == text.len ? 0.002 : 0.4 / (1.0 + (double)literal);
}

double eq_selectivity(const struct eq_node *leaf)
{
    if (leaf->kind == EQ_N_EXISTS)
        return 0.6;
    const struct eq_node *e = leaf->kids[0];
    double known = share_of_field(e->kids[0]->path), sum = 0;
    for (uint32_t i = 1; i < e->n_kids; i++) {
        const struct eq_value *k = &e->kids[i]->value;
        if (known > 0)
            sum += known;
        else if (k->type == EQ_STRING)
            sum += e->kind == EQ_N_LIKE ? share_of_pattern(eq_value_slice(k)) : 0.002;
        else
            sum += k->type == EQ_BOOL ? 0.4 : 0.01;
    }
    return sum < 1 ? sum : 1;
}
