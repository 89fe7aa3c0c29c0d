/* print.c — plans as text: one line per node for people, one line per condition for comparing.
 *
 *      (and (any (== event.category "process")) (any (> (length process.name) 3)))
 *
 * The one-line form is canonical: two nodes print alike exactly when they are built alike, which is how the program
 * finds predicates that rules share. */
#include "plan/functions.h"
#include "plan/plan.h"

static const char *const kind_names[] = {
    [EQ_N_TRUE] = "true",       [EQ_N_FALSE] = "false",     [EQ_N_AND] = "and",         [EQ_N_OR] = "or",
    [EQ_N_NOT] = "not",         [EQ_N_EXISTS] = "exists",   [EQ_N_ANY] = "any",         [EQ_N_SEARCH] = "search",
    [EQ_N_LINEAGE] = "lineage", [EQ_N_CONST] = "const",     [EQ_N_FIELD] = "field",     [EQ_N_CALL] = "call",
    [EQ_N_COMPARE] = "compare", [EQ_N_IN] = "in",           [EQ_N_LIKE] = "like",       [EQ_N_REGEX] = "regex",
    [EQ_N_IS_NULL] = "is-null", [EQ_N_KAND] = "and3",       [EQ_N_KOR] = "or3",         [EQ_N_KNOT] = "not3",
};
static const char *const compare_names[] = {"==", "!=", "<", "<=", ">", ">="};
static const char *const lineage_names[] = {"child-of", "descendant-of", "event-of"};

/* A path as it would be written: plain when it can be, back-quoted otherwise. */
static void print_path(struct eq_buf *out, struct eq_slice path)
{
    bool plain = path.len > 0;
    for (size_t i = 0; i < path.len && plain; i++) {
        char c = path.ptr[i];
        plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
                c == '@';
    }
    if (plain) {
        eq_buf_add(out, path);
        return;
    }
    eq_buf_putc(out, '`');
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '`')
            eq_buf_putc(out, '`');
        eq_buf_putc(out, path.ptr[i]);
    }
    eq_buf_putc(out, '`');
}

static void print_field(struct eq_buf *out, const struct eq_node *n)
{
    if (n->frame == EQ_FRAME_ELEMENT)
        eq_buf_puts(out, "$.");
    else if (n->frame >= EQ_FRAME_ALIAS)
        eq_buf_printf(out, "@%u.", n->frame - EQ_FRAME_ALIAS);
    print_path(out, n->path);
}

static void print_const(struct eq_buf *out, const struct eq_value *v)
{
    if (v->type == EQ_STRING) {
        eq_buf_eql(out, eq_value_slice(v));
        return;
    }
    if (v->type == EQ_TIME)
        eq_buf_putc(out, '#');
    eq_value_json(out, v);
}

static void print_head(struct eq_buf *out, const struct eq_node *n)
{
    switch (n->kind) {
    case EQ_N_COMPARE: eq_buf_puts(out, compare_names[n->op]); break;
    case EQ_N_LINEAGE: eq_buf_puts(out, lineage_names[n->op]); break;
    case EQ_N_CALL: eq_buf_puts(out, eq_functions[n->function].name); break;
    default: eq_buf_puts(out, kind_names[n->kind]); break;
    }
    if (n->fold)
        eq_buf_putc(out, '~');
}

static bool is_leaf(const struct eq_node *n)
{
    return n->n_kids == 0 && (n->kind == EQ_N_FIELD || n->kind == EQ_N_CONST);
}

static void print_leaf(struct eq_buf *out, const struct eq_node *n)
{
    if (n->kind == EQ_N_FIELD)
        print_field(out, n);
    else
        print_const(out, &n->value);
}

void eq_node_print(struct eq_buf *out, const struct eq_node *n)
{
    if (is_leaf(n)) {
        print_leaf(out, n);
        return;
    }
    eq_buf_putc(out, '(');
    print_head(out, n);
    for (uint32_t i = 0; i < n->n_kids; i++) {
        eq_buf_putc(out, ' ');
        eq_node_print(out, n->kids[i]);
    }
    eq_buf_putc(out, ')');
}

/* Conditions get a line each; expressions stay on the line of their `any`. */
static void print_tree(struct eq_buf *out, const struct eq_node *n, unsigned depth)
{
    eq_buf_fill(out, ' ', depth * 2);
    bool splits = n->kind == EQ_N_AND || n->kind == EQ_N_OR || n->kind == EQ_N_NOT || n->kind == EQ_N_LINEAGE ||
                  n->kind == EQ_N_SEARCH;
    if (!splits) {
        eq_node_print(out, n->kind == EQ_N_ANY ? n->kids[0] : n);
        eq_buf_putc(out, '\n');
        return;
    }
    print_head(out, n);
    uint32_t first = 0;
    if (n->kind == EQ_N_SEARCH) {
        eq_buf_putc(out, ' ');
        eq_node_print(out, n->kids[0]);
        first = 1;
    }
    eq_buf_putc(out, '\n');
    for (uint32_t i = first; i < n->n_kids; i++)
        print_tree(out, n->kids[i], depth + 1);
}

static void print_stage(struct eq_buf *out, const struct eq_plan_stage *s, const char *what, uint32_t number)
{
    eq_buf_printf(out, "  %s", s->missing ? "missing" : what);
    if (number != UINT32_MAX)
        eq_buf_printf(out, " %u", number);
    for (uint32_t i = 0; i < s->n_keys; i++) {
        eq_buf_puts(out, i ? ", " : " by ");
        if (s->keys[i].optional)
            eq_buf_putc(out, '?');
        print_path(out, s->keys[i].path);
    }
    if (s->runs != 1)
        eq_buf_printf(out, " runs=%u", s->runs);
    if (s->alias.len) {
        eq_buf_puts(out, " as ");
        eq_buf_add(out, s->alias);
    }
    eq_buf_putc(out, '\n');
    print_tree(out, s->filter, 2);
}

void eq_plan_print(struct eq_buf *out, const struct eq_plan *p)
{
    static const char *const kinds[] = {"event", "sequence", "sample"};
    eq_buf_puts(out, kinds[p->kind]);
    if (p->maxspan_ns >= 0)
        eq_buf_printf(out, " maxspan=%lldns", (long long)p->maxspan_ns);
    eq_buf_putc(out, '\n');
    if (p->kind == EQ_PLAN_EVENT) {
        print_tree(out, p->stages[0].filter, 1);
    } else {
        for (uint32_t i = 0; i < p->n_stages; i++)
            print_stage(out, &p->stages[i], "stage", i);
        if (p->until)
            print_stage(out, p->until, "until", UINT32_MAX);
    }
    for (uint32_t i = 0; i < p->n_pipes; i++)
        eq_buf_printf(out, "  | %s %u\n", p->pipes[i].kind == EQ_PIPE_HEAD ? "head" : "tail", p->pipes[i].count);
}
