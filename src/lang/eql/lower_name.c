/* lower_name.c — what a name means: a field, an alias of a stage, a variable, a function, a relation.
 *
 *      process.name          the event at hand
 *      event0.process.name   the event of the stage written `[ … ] as event0`, if that is an earlier one
 *      $entry.symbol_info    the element that _arraysearch(field, $entry, …) looks at
 *
 * The last two, and relations between processes, are known to the endpoint dialect only. */
#include "lang/eql/lower.h"

#include "base/suggest.h"
#include "base/utf8.h"

static bool endpoint(struct eql_lower *lo, struct eq_span span, const char *what)
{
    if (lo->dialect == EQ_DIALECT_ENDPOINT)
        return true;
    struct eq_diag *d = eql_lower_error(lo, EQ_E0205, span, "%s is a feature of the endpoint dialect", what);
    eql_lower_help(lo, d, "Elasticsearch does not support it; choose the dialect \"endpoint\" to use it");
    return false;
}

/* The part of a dotted name behind its first segment; empty if there is none. */
static struct eq_slice rest_of(const struct eql_node *n)
{
    size_t first = n->first->text.len;
    return n->n_kids > 1 ? eq_slice(n->text.ptr + first + 1, n->text.len - first - 1) : eq_slice("", 0);
}

static const struct eql_alias *find_alias(const struct eql_lower *lo, const struct eql_node *n)
{
    if (n->first && !n->first->flag)
        for (uint32_t i = 0; i < lo->n_aliases; i++)
            if (eq_slice_eq(lo->aliases[i].name, n->first->text))
                return &lo->aliases[i];
    return NULL;
}

static struct eq_node *lower_alias(struct eql_lower *lo, const struct eql_node *n, const struct eql_alias *alias)
{
    int len = alias->name.len > 100 ? 100 : (int)alias->name.len;
    if (lo->no_aliases) {
        eql_lower_error(lo, EQ_E0206, n->span, "the alias \"%.*s\" cannot be used in %s", len, alias->name.ptr,
                        lo->no_aliases);
        return NULL;
    }
    if (n->n_kids == 1) {
        struct eq_diag *d =
            eql_lower_error(lo, EQ_E0207, n->span, "\"%.*s\" is a whole event, not a value", len, alias->name.ptr);
        eql_lower_help(lo, d, "name one of its fields: %.*s.process.name", len, alias->name.ptr);
        return NULL;
    }
    return eq_build_field(&lo->b, rest_of(n), EQ_FRAME_ALIAS + alias->stage, n->span);
}

static struct eq_node *lower_variable(struct eql_lower *lo, const struct eql_node *n)
{
    struct eq_slice name = n->first->text;
    if (!endpoint(lo, n->span, "a variable"))
        return NULL;
    if (lo->variable.len && eq_slice_eq(lo->variable, name))
        return eq_build_field(&lo->b, rest_of(n), EQ_FRAME_ELEMENT, n->span);
    struct eq_diag *d = eql_lower_error(lo, EQ_E0206, n->first->span, "unknown variable \"%.*s\"",
                                        name.len > 100 ? 100 : (int)name.len, name.ptr);
    if (lo->variable.len)
        eql_lower_help(lo, d, "the variable here is \"%.*s\"", lo->variable.len > 100 ? 100 : (int)lo->variable.len,
                       lo->variable.ptr);
    else
        eql_lower_help(lo, d, "variables are known inside _arraysearch(field, $variable, condition) only");
    return NULL;
}

struct eq_node *eql_lower_field(struct eql_lower *lo, const struct eql_node *n)
{
    if (!n->first) /* it was told why */
        return NULL;
    if (n->kind == EQL_VARIABLE)
        return lower_variable(lo, n);
    const struct eql_alias *alias = find_alias(lo, n);
    struct eq_node *field =
        alias ? lower_alias(lo, n, alias) : eq_build_field(&lo->b, n->text, EQ_FRAME_EVENT, n->span);
    if (field)
        field->optional = n->flag;
    return field;
}

/* ── Functions ── */

/* Functions of older dialects, and what does their work. */
static const char *replacement(struct eq_slice name)
{
    static const char *const old[][2] = {
        {"arrayContains", "a condition on an array is true if any element meets it: x == \"a\", x in (\"a\", \"b\")"},
        {"arraySearch", "a condition on an array is true if any element meets it: x == \"a\", x : \"a*\""},
        {"arrayCount", "elements cannot be counted; a condition on an array is true if any element meets it"},
        {"match", "use x regex~ \"...\""},
        {"matchLite", "use x regex~ \"...\""},
        {"safe", "leave it out: what cannot be computed is null"},
        {"wildcard", "use x : \"...\" or x like \"...\""},
    };
    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        if (eq_fold_eq(name, eq_slice_of(old[i][0])))
            return old[i][1];
    return NULL;
}

/* Names that other languages have for it. */
static const char *translation(struct eq_slice name)
{
    static const char *const words[][2] = {
        {"exists", "write x != null"},
        {"contains", "stringContains(x, \"...\") looks for a part of a text, x == \"...\" for an element of an array"},
        {"lower", "operators that ignore case: x : \"...\", x in~ (\"...\"), x like~ \"...\""},
        {"upper", "operators that ignore case: x : \"...\", x in~ (\"...\"), x like~ \"...\""},
        {"len", "did you mean \"length\"?"},
        {"cidr", "did you mean \"cidrMatch\"?"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (eq_fold_eq(name, eq_slice_of(words[i][0])))
            return words[i][1];
    return NULL;
}

enum eq_function_id eql_lower_function(struct eql_lower *lo, const struct eql_node *call)
{
    enum eq_function_id f = eq_function_find(call->text);
    if (f != EQ_FUNCTION_COUNT)
        return f;
    int len = call->text.len > 100 ? 100 : (int)call->text.len;
    const char *instead = replacement(call->text);
    if (instead) {
        struct eq_diag *d =
            eql_lower_error(lo, EQ_E0306, call->name, "the function \"%.*s\" is not supported", len, call->text.ptr);
        eql_lower_help(lo, d, "%s", instead);
        return EQ_FUNCTION_COUNT;
    }
    struct eq_suggest suggest;
    eq_suggest_start(&suggest, call->text);
    for (size_t i = 0; i < EQ_FUNCTION_COUNT; i++)
        if (eq_functions[i].name[0] != '_')
            eq_suggest_try(&suggest, eq_slice_of(eq_functions[i].name));
    struct eq_diag *d = eql_lower_error(lo, EQ_E0301, call->name, "unknown function \"%.*s\"", len, call->text.ptr);
    if (translation(call->text))
        eql_lower_help(lo, d, "%s", translation(call->text));
    else if (eq_suggest_found(&suggest))
        eql_lower_help(lo, d, "did you mean \"%.*s\"?", (int)suggest.best.len, suggest.best.ptr);
    if (eq_suggest_found(&suggest) && !translation(call->text))
        eq_diag_instead(lo->b.diags, d, call->text, suggest.best);
    return EQ_FUNCTION_COUNT;
}

bool eql_is_search(const struct eql_node *n)
{
    return n->kind == EQL_CALL && eq_fold_eq(n->text, EQ_LIT("_arraysearch"));
}

struct eq_node *eql_lower_search(struct eql_lower *lo, const struct eql_node *call)
{
    if (!endpoint(lo, call->name, "_arraysearch"))
        return NULL;
    if (call->n_kids != 3) {
        eql_lower_error(lo, EQ_E0302, call->name, "_arraysearch expects exactly 3 arguments, found %u", call->n_kids);
        return NULL;
    }
    if (lo->variable.len) {
        struct eq_diag *d = eql_lower_error(lo, EQ_E0601, call->name, "_arraysearch cannot stand inside _arraysearch");
        eql_lower_help(lo, d, "only elements of one array at a time can be looked at");
        return NULL;
    }
    const struct eql_node *array = call->first, *variable = array->next, *condition = variable->next;
    bool ok = true;
    if (array->kind != EQL_FIELD && array->kind != EQL_ERROR) {
        eql_lower_error(lo, EQ_E0303, array->span, "first argument of _arraysearch must be a field");
        ok = false;
    }
    if ((variable->kind != EQL_VARIABLE || variable->n_kids != 1) && variable->kind != EQL_ERROR) {
        struct eq_diag *d =
            eql_lower_error(lo, EQ_E0303, variable->span, "second argument of _arraysearch must be a variable");
        eql_lower_help(lo, d, "write _arraysearch(field, $entry, $entry.x == 1)");
        ok = false;
    }
    if (!ok || array->kind == EQL_ERROR || variable->kind == EQL_ERROR)
        return NULL;
    struct eq_node *field = eql_lower_field(lo, array);
    lo->variable = variable->text;
    struct eq_node *body = eql_lower_condition(lo, condition);
    lo->variable = eq_slice(NULL, 0);
    return field && body ? eq_build_search(&lo->b, field, body, call->span) : NULL;
}

/* ── Relations between processes ── */

struct eq_node *eql_lower_lineage(struct eql_lower *lo, const struct eql_node *n)
{
    static const struct {
        struct eq_slice name;
        enum eq_relation how;
    } relations[] = {
        {EQ_LIT("child"), EQ_CHILD_OF}, {EQ_LIT("descendant"), EQ_DESCENDANT_OF}, {EQ_LIT("event"), EQ_EVENT_OF}};
    size_t r = 0, count = sizeof relations / sizeof *relations;
    while (r < count && !eq_slice_eq(n->text, relations[r].name))
        r++;
    if (r == count) {
        struct eq_diag *d = eql_lower_error(lo, EQ_E0101, n->name, "unknown relation \"%.*s of\"",
                                            n->text.len > 100 ? 100 : (int)n->text.len, n->text.ptr);
        eql_lower_help(lo, d, "there are \"child of\", \"descendant of\" and \"event of\"");
        return NULL;
    }
    if (!endpoint(lo, n->name, "a relation between processes") || !n->first)
        return NULL;
    const char *no_aliases = lo->no_aliases;
    struct eq_slice variable = lo->variable;
    lo->no_aliases = "a relation between processes";
    lo->variable = eq_slice(NULL, 0);
    struct eq_node *condition = eql_lower_event(lo, n->first);
    lo->no_aliases = no_aliases;
    lo->variable = variable;
    return condition ? eq_build_lineage(&lo->b, relations[r].how, condition, n->span) : NULL;
}
