/* ast.c — the constructors of the tree.
 *
 * A node takes its kids over: each has one parent, so the chain of siblings runs through the kids themselves and
 * lists grow in constant time. Depth is counted here, and nowhere is a tree deeper than EQL_MAX_DEPTH: the node
 * that would be becomes an ERROR. */
#include "lang/eql/ast.h"

#include "lang/eql/string.h"

static struct eql_node *make(struct eql_parser *p, struct eq_span s, enum eql_kind kind)
{
    struct eql_node *n = eq_arena_alloc(p->arena, sizeof *n);
    if (!n) {
        p->nomem = true;
        return NULL;
    }
    n->kind = (uint8_t)kind;
    n->depth = 1;
    n->constant = true;
    n->span = n->name = s;
    return n;
}

void eql_nested_too_deeply(struct eql_parser *p, struct eq_span span)
{
    if (p->too_deep)
        return;
    p->too_deep = true;
    struct eq_diag *d =
        eq_diag_add(p->diags, EQ_E0901, p->source, span, "nested more than %u levels deep", EQL_MAX_DEPTH);
    eq_diag_help(p->diags, d, "split the query, or use one list: x in (...)");
}

static struct eql_node *set_depth(struct eql_parser *p, struct eql_node *n, uint32_t depth)
{
    if (depth > n->depth)
        n->depth = depth;
    if (n->depth > EQL_MAX_DEPTH) {
        eql_nested_too_deeply(p, n->span);
        n->kind = EQL_ERROR;
        n->depth = 1;
        n->n_kids = 0;
        n->first = n->last = NULL;
    }
    return n;
}

/* Make `kid` the last kid of n; the kids of a LIST one by one. NULL on either side is fine. */
static void adopt(struct eql_parser *p, struct eql_node *n, struct eql_node *kid)
{
    if (!n || !kid)
        return;
    bool list = kid->kind == EQL_LIST;
    struct eql_node *first = list ? kid->first : kid, *last = list ? kid->last : kid;
    if (!first)
        return;
    *(n->last ? &n->last->next : &n->first) = first;
    n->last = last;
    n->n_kids += list ? kid->n_kids : 1;
    n->constant = n->constant && kid->constant;
    set_depth(p, n, list ? kid->depth : kid->depth + 1);
}

struct eql_node *eql_ast_leaf(eql_p p, struct eq_span s, enum eql_kind kind)
{
    return make(p, s, kind);
}

struct eql_node *eql_ast_number(eql_p p, struct eq_span s)
{
    struct eql_node *n = make(p, s, EQL_NUMBER);
    if (!n)
        return NULL;
    struct eq_slice text = eql_text(p, s);
    n->number = eq_number_parse(text);
    if (n->number.kind == EQ_NOT_NUMBER) {
        eq_diag_add(p->diags, EQ_E0109, p->source, s, "this number is too large");
        n->kind = EQL_ERROR;
    }
    return n;
}

struct eql_node *eql_ast_string(eql_p p, struct eq_span s)
{
    struct eql_node *n = make(p, s, EQL_STRING);
    if (n)
        n->text = eql_string_value(p, s);
    return n;
}

struct eql_node *eql_ast_name(eql_p p, struct eq_span s, enum eql_kind kind)
{
    struct eql_node *n = make(p, s, kind);
    if (!n)
        return NULL;
    n->text = eql_name_value(p, s);
    n->flag = p->text[s.start] == '`';
    return n;
}

struct eql_node *eql_ast_list(eql_p p, struct eq_span s, struct eql_node *list, struct eql_node *item)
{
    if (!list)
        list = make(p, s, EQL_LIST);
    if (list)
        list->span = s;
    adopt(p, list, item);
    return list;
}

struct eql_node *eql_ast_path(eql_p p, struct eq_span s, struct eql_node *path, struct eql_node *name)
{
    if (!path)
        path = make(p, s, EQL_FIELD);
    if (!path)
        return NULL;
    path->span = s;
    adopt(p, path, name);
    return path;
}

struct eql_node *eql_ast_index(eql_p p, struct eq_span s, struct eql_node *path, struct eq_span index)
{
    struct eq_diag *d = eq_diag_add(p->diags, EQ_E0110, p->source, index, "elements of an array have no index");
    eq_diag_help(p->diags, d, "leave it out: a condition on an array is true if any of its elements meets it");
    if (path)
        path->span = s;
    return path;
}

/* The names of a path joined with dots. */
static struct eq_slice join_names(struct eql_parser *p, const struct eql_node *path)
{
    if (path->n_kids == 1)
        return path->first->text;
    size_t len = path->n_kids;
    for (const struct eql_node *k = path->first; k; k = k->next)
        len += k->text.len;
    char *out = eq_arena_bytes(p->arena, len);
    if (!out) {
        p->nomem = true;
        return eq_slice(NULL, 0);
    }
    size_t n = 0;
    for (const struct eql_node *k = path->first; k; k = k->next) {
        if (n || k != path->first)
            out[n++] = '.';
        if (k->text.len)
            memcpy(out + n, k->text.ptr, k->text.len);
        n += k->text.len;
    }
    return eq_slice(out, n);
}

struct eql_node *eql_ast_field(eql_p p, struct eq_span s, struct eql_node *path, bool optional)
{
    if (!path || path->kind != EQL_FIELD || !path->first)
        return path;
    bool variable = p->text[path->first->span.start] == '$';
    path->kind = variable ? EQL_VARIABLE : EQL_FIELD;
    path->span = path->name = s;
    path->flag = optional;
    path->constant = false;
    path->text = join_names(p, path);
    return path;
}

struct eql_node *eql_ast_parens(eql_p p, struct eq_span s, struct eql_node *x)
{
    if (!x)
        return NULL;
    x->span = s;
    x->parens = true;
    return set_depth(p, x, x->depth + 1);
}

struct eql_node *eql_ast_unary(eql_p p, struct eq_span s, enum eql_kind kind, struct eql_node *x)
{
    return eql_ast_group(p, s, kind, x, NULL, NULL, NULL);
}

struct eql_node *eql_ast_binary(eql_p p, struct eq_span s, enum eql_kind kind, int op, struct eq_span at,
                                struct eql_node *a, struct eql_node *b)
{
    struct eql_node *n = eql_ast_group(p, s, kind, a, b, NULL, NULL);
    if (n) {
        n->op = (char)op;
        n->name = at;
    }
    return n;
}

struct eql_node *eql_ast_nary(eql_p p, struct eq_span s, enum eql_kind kind, struct eql_node *a, struct eql_node *b)
{
    if (!a || a->kind != kind || a->parens)
        return eql_ast_group(p, s, kind, a, b, NULL, NULL);
    a->span = s;
    adopt(p, a, b);
    return a;
}

struct eql_node *eql_ast_call(eql_p p, struct eq_span s, struct eq_span name, struct eql_node *args)
{
    struct eql_node *n = eql_ast_named(p, s, EQL_CALL, name, args);
    if (n && n->text.len && n->text.ptr[n->text.len - 1] == '~') {
        n->fold = true;
        n->text.len--;
    }
    return n;
}

struct eql_node *eql_ast_match(eql_p p, struct eq_span s, enum eql_kind kind, int op, struct eq_span at,
                               struct eql_node *x, struct eql_node *list)
{
    struct eql_node *n = eql_ast_binary(p, s, kind, op, at, x, list);
    if (!n)
        return NULL;
    n->fold = op == ':' || (op >= 'A' && op <= 'Z');
    n->flag = op == 'n' || op == 'N';
    if (op >= 'A' && op <= 'Z')
        n->op = (char)(op - 'A' + 'a');
    return n;
}

struct eql_node *eql_ast_lineage(eql_p p, struct eq_span s, struct eq_span name, struct eql_node *event)
{
    struct eql_node *n = eql_ast_named(p, s, EQL_LINEAGE, name, event);
    if (n)
        n->constant = false;
    return n;
}

struct eql_node *eql_ast_event(eql_p p, struct eq_span s, struct eql_node *category, struct eql_node *condition)
{
    struct eql_node *n = eql_ast_group(p, s, EQL_EVENT, condition, NULL, NULL, NULL);
    if (!n || !category)
        return n;
    n->name = category->span;
    n->flag = category->kind == EQL_NULL;
    if (category->kind == EQL_STRING || category->kind == EQL_FIELD)
        n->text = category->text;
    bool plain = category->kind == EQL_FIELD && category->n_kids == 1 && !category->flag && !category->first->flag &&
                 category->span.end - category->span.start == category->text.len;
    if (plain || category->kind == EQL_STRING || category->kind == EQL_NULL)
        return n;
    n->flag = true;
    if (category->kind == EQL_ERROR)
        return n;
    struct eq_diag *d =
        eq_diag_add(p->diags, EQ_E0113, p->source, category->span, "an event category is one name, a string, or any");
    eq_diag_help(p->diags, d, "write an unusual category as a string: \"my-category\" where ...");
    return n;
}

struct eql_node *eql_ast_group(eql_p p, struct eq_span s, enum eql_kind kind, struct eql_node *a, struct eql_node *b,
                               struct eql_node *c, struct eql_node *d)
{
    struct eql_node *n = make(p, s, kind);
    adopt(p, n, a);
    adopt(p, n, b);
    adopt(p, n, c);
    adopt(p, n, d);
    return n;
}

struct eql_node *eql_ast_stage(eql_p p, struct eq_span s, bool missing, struct eql_node *event, struct eql_node *by,
                               struct eql_node *option, struct eql_node *alias)
{
    if (!event)
        event = make(p, s, EQL_ERROR);
    struct eql_node *n = eql_ast_group(p, s, EQL_STAGE, event, by, option, alias);
    if (n)
        n->flag = missing;
    return n;
}

struct eql_node *eql_ast_named(eql_p p, struct eq_span s, enum eql_kind kind, struct eq_span name,
                               struct eql_node *kids)
{
    struct eql_node *n = eql_ast_group(p, s, kind, kids, NULL, NULL, NULL);
    if (n) {
        n->name = name;
        n->text = eql_name_value(p, name);
    }
    return n;
}

int eql_ast_assign(eql_p p, struct eq_span s)
{
    struct eq_diag *d = eq_diag_add(p->diags, EQ_E0112, p->source, s, "\"=\" does not compare");
    eq_diag_help(p->diags, d, "write \"==\"");
    return 0;
}

struct eql_node *eql_ast_chained(eql_p p, struct eq_span s, struct eql_node *a, struct eq_span at, struct eql_node *b)
{
    (void)b;
    if (!a || a->kind != EQL_ERROR) { /* the first of a longer chain tells */
        struct eq_diag *d = eq_diag_add(p->diags, EQ_E0111, p->source, at, "comparisons cannot be chained");
        eq_diag_help(p->diags, d, "join two comparisons with \"and\", or put one in parentheses");
    }
    return make(p, s, EQL_ERROR);
}

struct eql_node *eql_ast_not_match(eql_p p, struct eq_span s, struct eq_span at, struct eql_node *match)
{
    struct eq_slice op = match ? eql_text(p, match->name) : eq_slice("", 0);
    struct eq_diag *d =
        eq_diag_add(p->diags, EQ_E0101, p->source, at, "\"not\" cannot stand before \"%.*s\"", (int)op.len, op.ptr);
    eq_diag_help(p->diags, d, "put it first: not x %.*s ...", (int)op.len, op.ptr);
    return eql_ast_unary(p, s, EQL_NOT, match);
}

struct eql_node *eql_ast_by_after_with(eql_p p, struct eq_span s, struct eql_node *option, struct eql_node *by)
{
    struct eq_diag *d = eq_diag_add(p->diags, EQ_E0412, p->source, s, "\"by\" comes before \"with\"");
    eq_diag_help(p->diags, d, "write: sequence by ... with maxspan=...");
    return eql_ast_group(p, s, EQL_LIST, by, option, NULL, NULL);
}

struct eql_node *eql_ast_join(eql_p p, struct eq_span s, struct eq_span word)
{
    struct eq_diag *d = eq_diag_add(p->diags, EQ_E0411, p->source, word, "\"join\" is not supported");
    eq_diag_help(p->diags, d, "use \"sample\" for events in any order, \"sequence\" for events in this order");
    return make(p, s, EQL_ERROR);
}
