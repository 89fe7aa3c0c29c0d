/* build.c — making plan nodes, and refusing wrong ones with words.
 *
 * Every maker has the same shape: NULL children make NULL, checks report what is wrong, and only then a node is made.
 * Comparisons with dates and addresses, which depend on the field, are in compare_build.c. */
#include "plan/build.h"

#include "plan/build_priv.h"
#include "plan/lucene.h"
#include "event/ip.h"

struct eq_node *eq_build_node(struct eq_builder *b, enum eq_node_kind kind, struct eq_node *const *kids, size_t n,
                              struct eq_span span)
{
    struct eq_node *node = eq_arena_alloc(b->arena, sizeof *node);
    if (!node || n > UINT32_MAX) {
        b->nomem = true;
        return NULL;
    }
    node->kind = (uint8_t)kind;
    node->span = span;
    if (n == 0)
        return node;
    node->kids = eq_arena_alloc(b->arena, n * sizeof(struct eq_node *));
    if (!node->kids) {
        b->nomem = true;
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        if (!(node->kids[i] = kids[i]))
            return NULL; /* told already */
    node->n_kids = (uint32_t)n;
    return node;
}

/* A node with x as first kid and the list behind it. */
static struct eq_node *make_listed(struct eq_builder *b, enum eq_node_kind kind, bool fold, struct eq_node *x,
                                   struct eq_node *const *list, size_t n, struct eq_span span)
{
    struct eq_node *node = eq_build_node(b, kind, NULL, 0, span);
    if (!node || !x)
        return NULL;
    node->kids = eq_arena_alloc(b->arena, (n + 1) * sizeof(struct eq_node *));
    if (!node->kids) {
        b->nomem = true;
        return NULL;
    }
    node->kids[0] = x;
    for (size_t i = 0; i < n; i++)
        if (!(node->kids[i + 1] = list[i]))
            return NULL;
    node->n_kids = (uint32_t)(n + 1);
    node->fold = fold;
    return node;
}

bool eq_node_is_condition(const struct eq_node *n)
{
    return n->kind <= EQ_N_LINEAGE;
}

enum eq_static_type eq_static_type(const struct eq_node *n)
{
    switch ((enum eq_node_kind)n->kind) {
    case EQ_N_FIELD: return EQ_ST_ANY;
    case EQ_N_CONST:
        switch (n->value.type) {
        case EQ_NULL: return EQ_ST_NULL;
        case EQ_BOOL: return EQ_ST_BOOL;
        case EQ_INT:
        case EQ_UINT: return EQ_ST_INT;
        case EQ_DOUBLE: return EQ_ST_DOUBLE;
        case EQ_STRING: return EQ_ST_STRING;
        default: return EQ_ST_ANY;
        }
    case EQ_N_CALL:
        switch (eq_functions[n->function].result) {
        case EQ_FR_BOOL: return EQ_ST_BOOL;
        case EQ_FR_INT: return EQ_ST_INT;
        case EQ_FR_STRING: return EQ_ST_STRING;
        case EQ_FR_DOUBLE:
        case EQ_FR_NUM: return EQ_ST_DOUBLE;
        case EQ_FR_ANY: return EQ_ST_ANY;
        }
        return EQ_ST_ANY;
    default: return EQ_ST_BOOL;
    }
}

const char *eq_static_type_name(enum eq_static_type t)
{
    static const char *const names[] = {"any", "boolean", "integer", "number", "string", "null"};
    return names[t];
}

/* ── Expressions ── */

struct eq_node *eq_build_const(struct eq_builder *b, struct eq_value v, struct eq_span span)
{
    struct eq_node *node = eq_build_node(b, EQ_N_CONST, NULL, 0, span);
    if (!node)
        return NULL;
    node->value = v;
    if (v.type == EQ_STRING) {
        struct eq_slice copy = eq_arena_copy(b->arena, eq_value_slice(&v));
        if (!copy.ptr) {
            b->nomem = true;
            return NULL;
        }
        node->value.s = copy.ptr;
    }
    return node;
}

struct eq_node *eq_build_field(struct eq_builder *b, struct eq_slice path, unsigned frame, struct eq_span span)
{
    struct eq_node *node = eq_build_node(b, EQ_N_FIELD, NULL, 0, span);
    if (!node)
        return NULL;
    node->path = eq_arena_copy(b->arena, path);
    node->frame = (uint16_t)frame;
    if (!node->path.ptr) {
        b->nomem = true;
        return NULL;
    }
    return node;
}

/* Argument number `i` (from 0) as people count it. */
static const char *ordinal(size_t i)
{
    static const char *const words[] = {"first", "second", "third", "fourth"};
    return i < 4 ? words[i] : "every";
}

static bool argument_fits(char wanted, const struct eq_node *arg)
{
    enum eq_static_type t = eq_static_type(arg);
    bool either = arg->kind == EQ_N_CALL && eq_functions[arg->function].result == EQ_FR_NUM;
    if (t == EQ_ST_ANY || t == EQ_ST_NULL)
        return wanted != 'c';
    if (either) /* length(x) - 1 is an integer, but that is known only when it runs */
        return wanted != 's' && wanted != 'b';
    switch (wanted) {
    case 's': return t == EQ_ST_STRING;
    case 'n': return t == EQ_ST_INT || t == EQ_ST_DOUBLE;
    case 'i': return t == EQ_ST_INT;
    case 'b': return t == EQ_ST_BOOL;
    default: return true;
    }
}

static const char *argument_name(char wanted)
{
    switch (wanted) {
    case 's': return "a string";
    case 'n': return "a number";
    case 'i': return "an integer";
    case 'b': return "a boolean";
    default: return "a constant address or block";
    }
}

/* The address or block that a constant stands for, as a value of its own, so that no event has to parse it. */
static struct eq_node *make_block(struct eq_builder *b, const struct eq_cidr *block, struct eq_span span)
{
    struct eq_node *node = eq_build_node(b, EQ_N_CONST, NULL, 0, span);
    char *bytes = eq_arena_bytes(b->arena, sizeof block->addr.b);
    if (!node || !bytes) {
        b->nomem = true;
        return NULL;
    }
    memcpy(bytes, block->addr.b, sizeof block->addr.b);
    node->value = (struct eq_value){.type = EQ_IP, .len = sizeof block->addr.b, .s = bytes, .u = 128u - block->bits};
    return node;
}

struct eq_node *eq_build_block(struct eq_builder *b, const struct eq_node *text)
{
    struct eq_cidr block;
    if (text->kind == EQ_N_CONST && text->value.type == EQ_STRING && eq_cidr_parse(&block, eq_value_slice(&text->value)))
        return make_block(b, &block, text->span);
    return NULL;
}

static bool check_block(struct eq_builder *b, const struct eq_function *fn, const struct eq_node *arg)
{
    struct eq_cidr block;
    if (arg->kind != EQ_N_CONST || arg->value.type != EQ_STRING) {
        eq_diag_add(b->diags, EQ_E0303, b->source, arg->span, "%s needs blocks as constant strings, such as \"10.0.0.0/8\"",
                    fn->name);
        return false;
    }
    if (!eq_cidr_parse(&block, eq_value_slice(&arg->value))) {
        eq_diag_add(b->diags, EQ_E0305, b->source, arg->span, "this is neither an address nor a block in CIDR notation");
        return false;
    }
    return true;
}

static bool check_arguments(struct eq_builder *b, const struct eq_function *fn, struct eq_node *const *args, size_t n)
{
    bool ok = true;
    const char *wanted = fn->arguments;
    for (size_t i = 0; i < n; i++) {
        if (args[i] && *wanted == 'c') {
            ok &= check_block(b, fn, args[i]);
        } else if (args[i] && !argument_fits(*wanted, args[i])) {
            eq_diag_add(b->diags, EQ_E0303, b->source, args[i]->span, "%s argument of %s must be %s, found %s", ordinal(i),
                        fn->name, argument_name(*wanted), eq_static_type_name(eq_static_type(args[i])));
            ok = false;
        }
        if (wanted[1])
            wanted++;
    }
    return ok;
}

struct eq_node *eq_build_call(struct eq_builder *b, enum eq_function_id f, bool fold, struct eq_node **args, size_t n,
                              struct eq_span span)
{
    const struct eq_function *fn = &eq_functions[f];
    bool ok = true;
    if (fold && !fn->folds) {
        eq_diag_add(b->diags, EQ_E0304, b->source, span, "%s has no form that ignores case", fn->name);
        ok = false;
    }
    if (n < fn->min_args || (fn->max_args != 255 && n > fn->max_args)) {
        if (fn->max_args == 255)
            eq_diag_add(b->diags, EQ_E0302, b->source, span, "%s expects at least %u argument%s, found %zu", fn->name,
                        fn->min_args, fn->min_args == 1 ? "" : "s", n);
        else if (fn->min_args == fn->max_args)
            eq_diag_add(b->diags, EQ_E0302, b->source, span, "%s expects exactly %u argument%s, found %zu", fn->name,
                        fn->min_args, fn->min_args == 1 ? "" : "s", n);
        else
            eq_diag_add(b->diags, EQ_E0302, b->source, span, "%s expects %u to %u arguments, found %zu", fn->name,
                        fn->min_args, fn->max_args, n);
        ok = false;
    }
    if (n > UINT16_MAX) {
        eq_diag_add(b->diags, EQ_E0903, b->source, span, "%s has more than %u arguments", fn->name, UINT16_MAX);
        ok = false;
    }
    ok &= check_arguments(b, fn, args, n);
    struct eq_node *node = eq_build_node(b, EQ_N_CALL, args, n, span);
    if (!node || !ok)
        return NULL;
    node->function = (uint16_t)f;
    node->fold = fold;
    for (uint32_t i = 1; f == EQ_FN_cidr_match && i < node->n_kids; i++)
        if (!(node->kids[i] = eq_build_block(b, node->kids[i])))
            return NULL;
    return node;
}

struct eq_node *eq_build_in(struct eq_builder *b, bool fold, struct eq_node *x, struct eq_node **list, size_t n,
                            struct eq_span span)
{
    if (!x)
        return NULL;
    bool ok = true;
    enum eq_static_type t = eq_static_type(x);
    for (size_t i = 0; i < n; i++) {
        if (!list[i]) {
            ok = false;
            continue;
        }
        enum eq_static_type e = eq_static_type(list[i]);
        bool numbers = (t == EQ_ST_INT || t == EQ_ST_DOUBLE) && (e == EQ_ST_INT || e == EQ_ST_DOUBLE);
        if (t == EQ_ST_ANY || t == EQ_ST_NULL || e == EQ_ST_ANY || e == EQ_ST_NULL || t == e || numbers)
            continue;
        eq_diag_add(b->diags, EQ_E0203, b->source, list[i]->span, "element %zu of the list must be %s, found %s", i + 1,
                    eq_static_type_name(t), eq_static_type_name(e));
        ok = false;
    }
    return ok ? eq_build_in_typed(b, make_listed(b, EQ_N_IN, fold, x, list, n, span)) : NULL;
}

/* What LIKE and REGEX have in common: text on the left, constant strings on the right. */
static bool check_patterns(struct eq_builder *b, const char *what, const struct eq_node *x, struct eq_node *const *list,
                           size_t n)
{
    bool ok = x != NULL;
    if (x) {
        enum eq_static_type t = eq_static_type(x);
        if (t != EQ_ST_ANY && t != EQ_ST_STRING && t != EQ_ST_NULL) {
            struct eq_diag *d = eq_diag_add(b->diags, EQ_E0202, b->source, x->span,
                                            "left side of %s must be a string, found %s", what, eq_static_type_name(t));
            eq_diag_help(b->diags, d, "consider using == instead");
            ok = false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!list[i]) {
            ok = false;
        } else if (list[i]->kind != EQ_N_CONST || list[i]->value.type != EQ_STRING) {
            struct eq_diag *d = eq_diag_add(b->diags, EQ_E0202, b->source, list[i]->span,
                                            "right side of %s must be a string, found %s", what,
                                            eq_static_type_name(eq_static_type(list[i])));
            eq_diag_help(b->diags, d, "consider using == instead");
            ok = false;
        }
    }
    return ok;
}

struct eq_node *eq_build_like(struct eq_builder *b, bool fold, struct eq_node *x, struct eq_node **list, size_t n,
                              struct eq_span span)
{
    if (!check_patterns(b, fold ? "':'" : "'like'", x, list, n))
        return NULL;
    return make_listed(b, EQ_N_LIKE, fold, x, list, n, span);
}

static bool check_regex(struct eq_builder *b, const struct eq_node *pattern)
{
    struct eq_arena scratch;
    struct eq_lucene translated = {0};
    struct eq_lucene_error error = {0};
    eq_arena_init(&scratch, b->arena->alloc);
    enum eq_status st = eq_lucene_translate(&translated, eq_value_slice(&pattern->value), &scratch, &error);
    eq_arena_free(&scratch);
    if (st == EQ_OK)
        return true;
    if (st == EQ_NOMEM)
        b->nomem = true;
    else
        eq_diag_add(b->diags, st == EQ_LIMIT ? EQ_E0502 : EQ_E0501, b->source, pattern->span,
                    "regular expression, at its byte %zu: %s", error.offset + 1, error.message ? error.message : "invalid");
    return false;
}

struct eq_node *eq_build_regex(struct eq_builder *b, bool fold, struct eq_node *x, struct eq_node **list, size_t n,
                               struct eq_span span)
{
    if (!check_patterns(b, "'regex'", x, list, n))
        return NULL;
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok &= check_regex(b, list[i]);
    return ok ? make_listed(b, EQ_N_REGEX, fold, x, list, n, span) : NULL;
}

struct eq_node *eq_build_is_null(struct eq_builder *b, struct eq_node *x, struct eq_span span)
{
    return eq_build_node(b, EQ_N_IS_NULL, &x, 1, span);
}

static bool can_be_boolean(const struct eq_node *n)
{
    enum eq_static_type t = eq_static_type(n);
    return t == EQ_ST_ANY || t == EQ_ST_BOOL || t == EQ_ST_NULL;
}

static bool check_boolean(struct eq_builder *b, const struct eq_node *n)
{
    if (!n || can_be_boolean(n))
        return n != NULL;
    eq_diag_add(b->diags, EQ_E0201, b->source, n->span, "condition must be boolean, found %s",
                eq_static_type_name(eq_static_type(n)));
    return false;
}

struct eq_node *eq_build_logic(struct eq_builder *b, enum eq_node_kind kind, struct eq_node **kids, size_t n,
                               struct eq_span span)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok &= check_boolean(b, kids[i]);
    if (n == 1 && kind != EQ_N_KNOT)
        return ok ? kids[0] : NULL;
    return ok ? eq_build_node(b, kind, kids, n, span) : NULL;
}

/* ── Conditions ── */

struct eq_node *eq_build_truth(struct eq_builder *b, bool value, struct eq_span span)
{
    return eq_build_node(b, value ? EQ_N_TRUE : EQ_N_FALSE, NULL, 0, span);
}

struct eq_node *eq_build_and(struct eq_builder *b, struct eq_node **kids, size_t n, struct eq_span span)
{
    return n == 1 ? kids[0] : eq_build_node(b, EQ_N_AND, kids, n, span);
}

struct eq_node *eq_build_or(struct eq_builder *b, struct eq_node **kids, size_t n, struct eq_span span)
{
    return n == 1 ? kids[0] : eq_build_node(b, EQ_N_OR, kids, n, span);
}

struct eq_node *eq_build_not(struct eq_builder *b, struct eq_node *kid, struct eq_span span)
{
    return eq_build_node(b, EQ_N_NOT, &kid, 1, span);
}

struct eq_node *eq_build_exists(struct eq_builder *b, struct eq_node *field, struct eq_span span)
{
    return eq_build_node(b, EQ_N_EXISTS, &field, 1, span);
}

struct eq_node *eq_build_any(struct eq_builder *b, struct eq_node *expression, struct eq_span span)
{
    if (!check_boolean(b, expression))
        return NULL;
    if (expression->kind == EQ_N_FIELD) {
        struct eq_node *yes = eq_build_const(b, eq_value_bool(true), span);
        expression = eq_build_compare(b, EQ_CMP_EQ, expression, yes, span);
    }
    return eq_build_node(b, EQ_N_ANY, &expression, 1, span);
}

struct eq_node *eq_build_search(struct eq_builder *b, struct eq_node *array, struct eq_node *condition,
                                struct eq_span span)
{
    struct eq_node *kids[] = {array, condition};
    return eq_build_node(b, EQ_N_SEARCH, kids, 2, span);
}

struct eq_node *eq_build_lineage(struct eq_builder *b, enum eq_relation how, struct eq_node *condition,
                                 struct eq_span span)
{
    struct eq_node *node = eq_build_node(b, EQ_N_LINEAGE, &condition, 1, span);
    if (node)
        node->op = (uint8_t)how;
    return node;
}
