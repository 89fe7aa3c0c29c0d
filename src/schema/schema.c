/* schema.c — the names of fields: which are known, and which was meant.
 *
 * A name is looked for where slips of the finger leave it: among the fields that begin with the same word, then below
 * the word that is nearest to its first one (proces.name), then in the data. Looking is bounded, for a rule may have a
 * hundred thousand wrong names. */
#include "schema/schema_priv.h"

#include "base/suggest.h"
#include "base/utf8.h"

enum { MOST_ROOTS = 64, MOST_TRIES = 2000000, MOST_NAME = 256 };

/* A name that the user or the data brought. */
struct known {
    uint8_t type; /* enum eq_ecs_type */
    bool given;   /* by the user, not only seen in data */
    bool seen;    /* in data */
    bool told;    /* that it is not */
};

struct eq_schema {
    const struct eq_alloc *alloc;
    bool ecs, compare;
    struct eq_intern names;
    struct known *known; /* by number in `names` */
    size_t cap;
    struct eq_intern given_roots;      /* first words of names that the user gave */
    struct eq_slice roots[MOST_ROOTS]; /* first words of ECS */
    size_t n_roots;
    uint64_t tries; /* names that were compared for suggestions */
};

static struct eq_slice root_of(struct eq_slice path)
{
    const char *dot = path.len ? memchr(path.ptr, '.', path.len) : NULL;
    return dot ? eq_slice(path.ptr, (size_t)(dot - path.ptr)) : path;
}

/* The first field behind all that begin with `root` and a dot. */
static size_t end_of_root(struct eq_slice root)
{
    char next[MOST_NAME];
    if (root.len >= sizeof next)
        return eq_ecs_count();
    memcpy(next, root.ptr, root.len);
    next[root.len] = '.' + 1;
    return eq_ecs_at(eq_slice(next, root.len + 1));
}

static void find_roots(struct eq_schema *s)
{
    for (size_t i = 0; i < eq_ecs_count(); i++) {
        struct eq_ecs_field field = eq_ecs_get(i);
        struct eq_slice root = root_of(field.path);
        bool last = s->n_roots && eq_slice_eq(s->roots[s->n_roots - 1], root);
        if (!field.extra && !last && s->n_roots < MOST_ROOTS)
            s->roots[s->n_roots++] = root;
    }
}

enum eq_status eq_schema_new(struct eq_schema **out, bool ecs, const struct eq_alloc *alloc)
{
    struct eq_schema *s = eq_new(alloc, sizeof *s);
    if (!s)
        return EQ_NOMEM;
    s->alloc = alloc;
    s->ecs = ecs;
    eq_intern_init(&s->names, alloc);
    eq_intern_init(&s->given_roots, alloc);
    if (ecs)
        find_roots(s);
    *out = s;
    return EQ_OK;
}

void eq_schema_free(struct eq_schema *s)
{
    if (!s)
        return;
    eq_intern_free(&s->names);
    eq_intern_free(&s->given_roots);
    eq_free(s->alloc, s->known);
    eq_free(s->alloc, s);
}

/* ── What is known ── */

static enum eq_status entry(struct known **out, struct eq_schema *s, struct eq_slice path)
{
    uint32_t number;
    bool added;

    if (!eq_grow(s->alloc, &s->known, &s->cap, s->names.n + 1, sizeof *s->known))
        return EQ_NOMEM;
    enum eq_status st = eq_intern_put(&number, &s->names, path, &added);
    if (st != EQ_OK)
        return st;
    if (added)
        s->known[number] = (struct known){0};
    *out = &s->known[number];
    return EQ_OK;
}

enum eq_status eq_schema_add(struct eq_schema *s, struct eq_slice path, enum eq_ecs_type type)
{
    struct known *k;
    uint32_t root;
    enum eq_status st = eq_intern_put(&root, &s->given_roots, root_of(path), NULL);
    if (st == EQ_OK)
        st = entry(&k, s, path);
    if (st != EQ_OK)
        return st;
    k->type = (uint8_t)type;
    k->given = true;
    return EQ_OK;
}

enum eq_status eq_schema_saw(struct eq_schema *s, struct eq_slice path)
{
    struct known *k;
    enum eq_status st = entry(&k, s, path);
    s->compare = true;
    if (st == EQ_OK)
        k->seen = true;
    return st;
}

void eq_schema_compare(struct eq_schema *s)
{
    s->compare = true;
}

static const struct known *find(const struct eq_schema *s, struct eq_slice path)
{
    uint32_t number = eq_intern_find(&s->names, path);
    return number == EQ_NONE ? NULL : &s->known[number];
}

enum eq_ecs_type eq_schema_type_of(const struct eq_schema *s, struct eq_slice path)
{
    const struct known *k = find(s, path);
    struct eq_ecs_field field;

    if (k && k->given)
        return (enum eq_ecs_type)k->type;
    return s->ecs && eq_ecs_find(&field, path) ? field.type : EQ_ECS_OTHER;
}

bool eq_schema_has_ecs(const struct eq_schema *s)
{
    return s->ecs;
}

enum eq_ecs_type eq_schema_type(struct eq_slice name)
{
    static const struct {
        const char *name;
        enum eq_ecs_type type;
    } types[] = {{"keyword", EQ_ECS_KEYWORD},      {"constant_keyword", EQ_ECS_KEYWORD},
                 {"wildcard", EQ_ECS_KEYWORD},     {"text", EQ_ECS_TEXT},
                 {"match_only_text", EQ_ECS_TEXT}, {"byte", EQ_ECS_NUMBER},
                 {"short", EQ_ECS_NUMBER},         {"integer", EQ_ECS_NUMBER},
                 {"long", EQ_ECS_NUMBER},          {"unsigned_long", EQ_ECS_NUMBER},
                 {"half_float", EQ_ECS_NUMBER},    {"float", EQ_ECS_NUMBER},
                 {"double", EQ_ECS_NUMBER},        {"scaled_float", EQ_ECS_NUMBER},
                 {"boolean", EQ_ECS_BOOLEAN},      {"date", EQ_ECS_DATE},
                 {"date_nanos", EQ_ECS_DATE},      {"ip", EQ_ECS_IP},
                 {"object", EQ_ECS_OBJECT},        {"nested", EQ_ECS_OBJECT},
                 {"flattened", EQ_ECS_OBJECT},     {"geo_point", EQ_ECS_OBJECT}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (eq_slice_eq(name, eq_slice_of(types[i].name)))
            return types[i].type;
    return EQ_ECS_OTHER;
}

/* ── Is there such a field? ── */

/* Is some part of the path in front of a dot an object, below which any name goes? */
static bool below_object(const struct eq_schema *s, struct eq_slice path)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '.' && eq_schema_type_of(s, eq_slice(path.ptr, i)) == EQ_ECS_OBJECT)
            return true;
    return false;
}

static bool has_capital(struct eq_slice path)
{
    for (size_t i = 0; i < path.len; i++)
        if ((i == 0 || path.ptr[i - 1] == '.') && path.ptr[i] >= 'A' && path.ptr[i] <= 'Z')
            return true;
    return false;
}

/* The same name in small letters, if that is a field of ECS; else empty. */
static struct eq_slice small_letters(const struct eq_schema *s, struct eq_slice path)
{
    char small[MOST_NAME];
    struct eq_ecs_field field;

    if (!s->ecs || path.len > sizeof small)
        return eq_slice("", 0);
    for (size_t i = 0; i < path.len; i++)
        small[i] = (char)eq_fold_ascii[(unsigned char)path.ptr[i]];
    return eq_ecs_find(&field, eq_slice(small, path.len)) ? field.path : eq_slice("", 0);
}

/* Does the schema claim to know all names that begin like this one? */
static bool owns_root(const struct eq_schema *s, struct eq_slice root)
{
    for (size_t i = 0; i < s->n_roots; i++)
        if (eq_slice_eq(s->roots[i], root))
            return true;
    return eq_intern_find(&s->given_roots, root) != EQ_NONE;
}

/* Is it the beginning of other names, as process.parent is? */
static bool is_group(const struct eq_schema *s, struct eq_slice path)
{
    if (!s->ecs || path.len + 2 > MOST_NAME)
        return false;
    char start[MOST_NAME];
    memcpy(start, path.ptr, path.len);
    start[path.len] = '.';
    size_t at = eq_ecs_at(eq_slice(start, path.len + 1));
    return at < eq_ecs_count() && eq_slice_starts(eq_ecs_get(at).path, eq_slice(start, path.len + 1));
}

/* ── Which one was meant? ── */

static bool may_try(struct eq_schema *s, size_t n)
{
    s->tries += n;
    return s->tries <= MOST_TRIES;
}

/* Fields of ECS that begin with `root`. */
static void try_root(struct eq_suggest *nearest, struct eq_schema *s, struct eq_slice root)
{
    size_t at = eq_ecs_at(root), end = end_of_root(root);

    if (!s->ecs || at >= end || !may_try(s, end - at))
        return;
    for (; at < end; at++)
        if (eq_slice_eq(root_of(eq_ecs_get(at).path), root))
            eq_suggest_try(nearest, eq_ecs_get(at).path);
}

/* Names that the user gave, or those of the data. */
static void try_names(struct eq_suggest *nearest, struct eq_schema *s, bool seen)
{
    if (!may_try(s, s->names.n))
        return;
    for (size_t i = 0; i < s->names.n; i++)
        if (seen ? s->known[i].seen : s->known[i].given)
            eq_suggest_try(nearest, s->names.items[i]);
}

/* The first word of ECS that is one slip away: further ones are words of other people. */
static struct eq_slice nearest_root(const struct eq_schema *s, struct eq_slice root)
{
    struct eq_suggest nearest;
    eq_suggest_start(&nearest, root);
    for (size_t i = 0; i < s->n_roots; i++)
        eq_suggest_try(&nearest, s->roots[i]);
    return nearest.distance <= 2 ? nearest.best : eq_slice("", 0);
}

/* The field that `path` was meant to be; empty if none is near. */
static struct eq_slice suggest(struct eq_schema *s, struct eq_slice path)
{
    struct eq_slice root = root_of(path), near = small_letters(s, path);
    struct eq_suggest nearest;

    if (near.len)
        return near;
    eq_suggest_start(&nearest, path);
    if (s->compare)
        try_names(&nearest, s, true);
    try_names(&nearest, s, false);
    try_root(&nearest, s, root);
    if (!owns_root(s, root) && root.len < path.len) {
        near = nearest_root(s, root);
        if (near.len)
            try_root(&nearest, s, near);
    }
    return nearest.best;
}

/* Of a name that may be one of other people's only what is plainly a slip: empty for all else. */
static struct eq_slice meant_by(struct eq_schema *s, struct eq_slice path, bool ours)
{
    if (ours)
        return suggest(s, path);
    if (has_capital(path))
        return small_letters(s, path);
    return nearest_root(s, root_of(path)).len ? suggest(s, path) : eq_slice("", 0);
}

/* ── Reports ── */

static void report_unknown(struct eq_schema_run *run, struct eq_slice path, struct eq_span span, struct eq_slice meant)
{
    struct eq_schema *s = run->schema;
    bool group = is_group(s, path);
    struct eq_diag *d;

    if (group)
        d = eq_diag_add(run->diags, EQ_W0202, run->source, span,
                        "%.*s is a group of fields and has no value of its own", EQ_SHORT(path));
    else
        d = eq_diag_add(run->diags, EQ_W0202, run->source, span, "%s has no field %.*s%s",
                        s->given_roots.n ? "the schema" : "ECS", EQ_SHORT(path),
                        s->compare ? ", nor has any event of the data" : "");
    if (!d)
        return;
    if (group)
        eq_diag_help(run->diags, d, "name one of them");
    else if (meant.len)
        eq_diag_help(run->diags, d, "did you mean %.*s?", EQ_SHORT(meant));
    else if (!run->alone)
        eq_diag_help(run->diags, d, "write ?%.*s if events may have it", EQ_SHORT(path));
    if (!group && meant.len)
        eq_diag_instead(run->diags, d, path, meant);
}

/* Once for all rules: a thousand that read a field which the data lacks have one cause. */
static void report_unseen(struct eq_schema_run *run, struct eq_slice path, struct eq_span span)
{
    struct eq_suggest nearest;
    struct known *k;
    struct eq_diag *d;

    run->status = entry(&k, run->schema, path);
    if (run->status != EQ_OK || k->told)
        return;
    k->told = true;
    d = eq_diag_add(run->diags, EQ_W0206, run->source, span, "no event of the data has the field %.*s", EQ_SHORT(path));
    if (!d)
        return;
    eq_suggest_start(&nearest, path);
    try_names(&nearest, run->schema, true);
    if (eq_suggest_found(&nearest))
        eq_diag_help(run->diags, d, "it has %.*s", EQ_SHORT(nearest.best));
}

/* Was it in the data, perhaps as the field that Elasticsearch makes x.text and x.caseless of? */
static bool seen(const struct eq_schema *s, struct eq_slice path)
{
    static const struct eq_slice made[] = {{".text", 5}, {".caseless", 9}};
    const struct known *k = find(s, path);

    if (k && k->seen)
        return true;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        if (!eq_slice_ends(path, made[i]))
            continue;
        k = find(s, eq_slice(path.ptr, path.len - made[i].len));
        if (k && k->seen)
            return true;
    }
    return false;
}

/* Each name once in a plan, where it first stands. */
static void check_name(struct eq_schema_run *run, struct eq_slice path, struct eq_span span)
{
    struct eq_schema *s = run->schema;
    const struct known *k;
    struct eq_slice meant;
    uint32_t number;
    bool first;

    if (run->status == EQ_OK)
        run->status = eq_intern_put(&number, &run->told, path, &first);
    if (run->status != EQ_OK || !first || !path.len || (s->compare && seen(s, path)))
        return;
    k = find(s, path);
    bool known = (k && k->given) || eq_schema_type_of(s, path) != EQ_ECS_OTHER || below_object(s, path);
    bool ours = owns_root(s, root_of(path)) && !has_capital(path);
    meant = known || run->diags->n >= run->diags->max ? eq_slice("", 0) : meant_by(s, path, ours);
    if (!known && (ours || meant.len))
        report_unknown(run, path, span, meant);
    else if (s->compare)
        report_unseen(run, path, span);
}

/* ── The walk ── */

static void check_node(struct eq_schema_run *run, const struct eq_node *n)
{
    if (n->kind == EQ_N_FIELD) {
        if (n->frame != EQ_FRAME_ELEMENT && !n->optional)
            check_name(run, n->path, n->span);
        return;
    }
    eq_schema_check_value(run, n);
    for (uint32_t i = 0; i < n->n_kids; i++)
        check_node(run, n->kids[i]);
}

static void check_stage(struct eq_schema_run *run, const struct eq_plan_stage *stage)
{
    check_node(run, stage->filter);
    if (eq_schema_has_ecs(run->schema))
        eq_schema_check_pair(run, stage->filter);
    for (uint32_t i = 0; i < stage->n_keys; i++)
        if (!stage->keys[i].optional)
            check_name(run, stage->keys[i].path, stage->keys[i].span);
}

enum eq_status eq_schema_check(struct eq_schema *s, const struct eq_plan *plan, const struct eq_source *source,
                               struct eq_diags *diags)
{
    struct eq_schema_run run = {.schema = s, .source = source, .diags = diags};

    eq_intern_init(&run.told, s->alloc);
    eq_arena_init(&run.scratch, s->alloc);
    for (uint32_t i = 0; i < plan->n_stages; i++)
        check_stage(&run, &plan->stages[i]);
    if (plan->until)
        check_stage(&run, plan->until);
    eq_intern_free(&run.told);
    eq_arena_free(&run.scratch);
    return diags->failed ? EQ_NOMEM : run.status;
}

enum eq_status eq_schema_check_field(struct eq_schema *s, const struct eq_source *source, struct eq_diags *diags)
{
    struct eq_schema_run run = {.schema = s, .source = source, .diags = diags, .alone = true};

    eq_intern_init(&run.told, s->alloc);
    check_name(&run, source->text, (struct eq_span){0, (uint32_t)source->text.len});
    eq_intern_free(&run.told);
    return diags->failed ? EQ_NOMEM : run.status;
}
