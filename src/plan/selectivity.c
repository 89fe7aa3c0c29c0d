/* selectivity.c — a table of fields that say little, and rules of thumb for the rest: long text is rare, but many
 * things lie below the same few folders. */
#define _GNU_SOURCE /* memmem */
#include "plan/selectivity.h"

struct known {
    struct eq_slice path;
    double share; /* of events */
};

#define PATH(text)                                                                                                     \
    {                                                                                                                  \
        text, sizeof text - 1                                                                                          \
    }
#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Fields that say which kind of event this is: for one value. */
static const struct known kinds[] = {
    {PATH("event.kind"), 0.9},     {PATH("event.type"), 0.4},       {PATH("event.category"), 0.3},
    {PATH("event.outcome"), 0.7},  {PATH("event.action"), 0.15},    {PATH("event.dataset"), 0.4},
    {PATH("event.module"), 0.6},   {PATH("event.provider"), 0.4},   {PATH("host.os.type"), 0.6},
    {PATH("host.os.family"), 0.6}, {PATH("host.os.platform"), 0.6}, {PATH("data_stream.dataset"), 0.4},
};

/* Other fields with few distinct values in endpoint and Windows logs: for one value. */
static const struct known fields[] = {
    {PATH("event.code"), 0.1},      {PATH("agent.type"), 0.9},        {PATH("user.name"), 0.2},
    {PATH("winlog.channel"), 0.4},  {PATH("network.direction"), 0.5}, {PATH("network.transport"), 0.5},
    {PATH("file.extension"), 0.05},
};

/* Ends of paths, for fields that several things have: for one value. */
static const struct known ends[] = {
    {PATH("code_signature.subject_name"), 0.5},
    {PATH("code_signature.status"), 0.6},
    {PATH("code_signature.trusted"), 0.6},
    {PATH("code_signature.exists"), 0.6},
    {PATH("user.id"), 0.4},
    {PATH("user.domain"), 0.3},
};

/* Beginnings of paths: for any value. What is about the event, the host or the process is there nearly always; what is
 * about files, connections or libraries comes with their events only. */
static const struct known beginnings[] = {
    {PATH("process.parent."), 0.3}, {PATH("process.entry_leader."), 0.2},
    {PATH("process."), 0.7},        {PATH("event."), 0.9},
    {PATH("host."), 0.9},           {PATH("user."), 0.8},
    {PATH("@timestamp"), 1},
};
#define SHARE_OF_EXTENSIONS 0.1
#define SHARE_OF_OTHERS 0.2

typedef bool same_path(struct eq_slice path, struct eq_slice known);

static const struct known *find(const struct known *table, size_t n, same_path *same, struct eq_slice path)
{
    for (size_t i = 0; i < n; i++)
        if (same(path, table[i].path))
            return &table[i];
    return NULL;
}

static const struct known *find_kind(struct eq_slice path)
{
    return find(kinds, COUNT(kinds), eq_slice_eq, path);
}

/* What is known of a field's values, or NULL. */
static const struct known *find_common(struct eq_slice path)
{
    const struct known *k = find_kind(path);
    if (!k)
        k = find(fields, COUNT(fields), eq_slice_eq, path);
    return k ? k : find(ends, COUNT(ends), eq_slice_ends, path);
}

double eq_presence_share(struct eq_slice path)
{
    if (path.len && memmem(path.ptr, path.len, "Ext.", 4))
        return SHARE_OF_EXTENSIONS;
    const struct known *k = find(beginnings, COUNT(beginnings), eq_slice_starts, path);
    return k ? k->share : SHARE_OF_OTHERS;
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

static const struct eq_node *field_of(const struct eq_node *leaf)
{
    return leaf->kind == EQ_N_EXISTS ? leaf->kids[0] : leaf->kids[0]->kids[0];
}

double eq_selectivity(const struct eq_node *leaf)
{
    if (leaf->kind == EQ_N_EXISTS)
        return eq_presence_share(field_of(leaf)->path);
    const struct eq_node *e = leaf->kids[0];
    const struct known *common = find_common(field_of(leaf)->path);
    double sum = 0;
    for (uint32_t i = 1; i < e->n_kids; i++) {
        const struct eq_value *k = &e->kids[i]->value;
        if (common)
            sum += common->share;
        else if (k->type == EQ_STRING)
            sum += e->kind == EQ_N_LIKE ? share_of_pattern(eq_value_slice(k)) : 0.002;
        else
            sum += k->type == EQ_BOOL ? 0.4 : 0.01;
    }
    return sum < 1 ? sum : 1;
}

double eq_witness_weight(const struct eq_node *leaf)
{
    double share = eq_selectivity(leaf);
    return find_kind(field_of(leaf)->path) ? 0.5 + share / 2 : share;
}
