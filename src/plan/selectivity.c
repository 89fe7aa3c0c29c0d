/* selectivity.c — a table of fields that say little, and rules of thumb for the rest: long text is rare, but many
 * things lie below the same few folders. */
#include "plan/selectivity.h"

struct common_field {
    struct eq_slice path;
    double share; /* of events, for one value of it */
};

#define PATH(text) {text, sizeof text - 1}

/* Fields with few distinct values in endpoint and Windows logs. */
static const struct common_field common_fields[] = {
    {PATH("event.kind"), 0.9},
    {PATH("event.type"), 0.4},
    {PATH("event.category"), 0.3},
    {PATH("event.outcome"), 0.7},
    {PATH("event.action"), 0.15},
    {PATH("event.code"), 0.1},
    {PATH("event.dataset"), 0.4},
    {PATH("event.module"), 0.6},
    {PATH("event.provider"), 0.4},
    {PATH("host.os.type"), 0.6},
    {PATH("host.os.family"), 0.6},
    {PATH("host.os.platform"), 0.6},
    {PATH("data_stream.dataset"), 0.4},
    {PATH("agent.type"), 0.9},
    {PATH("user.name"), 0.2},
    {PATH("winlog.channel"), 0.4},
    {PATH("network.direction"), 0.5},
    {PATH("network.transport"), 0.5},
    {PATH("file.extension"), 0.05},
};

/* Ends of paths, for fields that several things have. */
static const struct common_field common_ends[] = {
    {PATH("code_signature.subject_name"), 0.5},
    {PATH("code_signature.status"), 0.6},
    {PATH("code_signature.trusted"), 0.6},
    {PATH("code_signature.exists"), 0.6},
    {PATH("user.id"), 0.4},
    {PATH("user.domain"), 0.3},
};

static double share_of_field(struct eq_slice path)
{
    for (size_t i = 0; i < sizeof common_fields / sizeof *common_fields; i++)
        if (eq_slice_eq(path, common_fields[i].path))
            return common_fields[i].share;
    for (size_t i = 0; i < sizeof common_ends / sizeof *common_ends; i++)
        if (eq_slice_ends(path, common_ends[i].path))
            return common_ends[i].share;
    return 0;
}

/* "C:\\Windows\\*" and the like: a path from its root, with one star at its end. The number of folders in it, or 0. */
static size_t folders_of(struct eq_slice text)
{
    size_t folders = 0;
    bool rooted = (text.len > 2 && text.ptr[1] == ':') || (text.len && text.ptr[0] == '/');
    if (!rooted || text.ptr[text.len - 1] != '*' || memchr(text.ptr, '*', text.len - 1))
        return 0;
    for (size_t i = 0; i < text.len; i++)
        folders += text.ptr[i] == '\\' || text.ptr[i] == '/';
    return folders;
}

/* Below C:\\Windows much happens, below /etc little, and in deeper folders little everywhere. */
static double share_of_folder(struct eq_slice text, size_t folders)
{
    if (text.ptr[0] == '/')
        return folders <= 2 ? 0.05 : 0.01;
    return folders <= 2 ? 0.4 : folders == 3 ? 0.1 : 0.02;
}

/* The longest literal run makes a pattern rare. */
static double share_of_pattern(struct eq_slice text)
{
    size_t run = 0, longest = 0, folders = folders_of(text);
    for (size_t i = 0; i < text.len; i++) {
        run = text.ptr[i] == '*' || text.ptr[i] == '?' ? 0 : run + 1;
        longest = run > longest ? run : longest;
    }
    if (longest == text.len)
        return 0.002;
    if (folders)
        return share_of_folder(text, folders);
    return longest == 0 ? 0.7 : longest <= 2 ? 0.2 : longest <= 4 ? 0.05 : longest <= 6 ? 0.01 : 0.003;
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
