/* ast_print.c — the tree as text: one node a line, kids indented under it. */
#include "lang/eql/ast.h"

static const char *const kind_names[EQL_KIND_COUNT] = {
    [EQL_ERROR] = "error",
    [EQL_QUERY] = "query",
    [EQL_EVENT] = "event",
    [EQL_SEQUENCE] = "sequence",
    [EQL_SAMPLE] = "sample",
    [EQL_JOIN] = "join",
    [EQL_STAGE] = "stage",
    [EQL_UNTIL] = "until",
    [EQL_BY] = "by",
    [EQL_OPTION] = "with",
    [EQL_ALIAS] = "as",
    [EQL_PIPE] = "pipe",
    [EQL_NULL] = "null",
    [EQL_TRUE] = "true",
    [EQL_FALSE] = "false",
    [EQL_NUMBER] = "number",
    [EQL_STRING] = "string",
    [EQL_FIELD] = "field",
    [EQL_VARIABLE] = "variable",
    [EQL_NAME] = "name",
    [EQL_CALL] = "call",
    [EQL_LINEAGE] = "lineage",
    [EQL_PLUS] = "plus",
    [EQL_MINUS] = "minus",
    [EQL_ARITHMETIC] = "arithmetic",
    [EQL_COMPARE] = "compare",
    [EQL_IN] = "in",
    [EQL_MATCH] = "match",
    [EQL_NOT] = "not",
    [EQL_AND] = "and",
    [EQL_OR] = "or",
    [EQL_LIST] = "list",
};

const char *eql_compare_text(int op)
{
    static const char *const texts[] = {"==", "!=", "<", "<=", ">", ">="};
    return texts[op];
}

static void print_number(struct eq_buf *out, struct eq_number n)
{
    switch (n.kind) {
    case EQ_NUMBER_INT: eq_buf_printf(out, " %lld", (long long)n.i); break;
    case EQ_NUMBER_UINT: eq_buf_printf(out, " %llu", (unsigned long long)n.u); break;
    case EQ_NUMBER_DOUBLE: eq_buf_putc(out, ' '), eq_buf_double(out, n.d); break;
    case EQ_NOT_NUMBER: break;
    }
}

/* A name as it is, anything else as a string, so that no text can imitate a node. */
static void print_text(struct eq_buf *out, struct eq_slice s)
{
    bool plain = s.len > 0;
    for (size_t i = 0; i < s.len && plain; i++)
        plain = (unsigned char)s.ptr[i] > ' ' && s.ptr[i] != '"' && (unsigned char)s.ptr[i] < 0x7f;
    eq_buf_putc(out, ' ');
    if (plain)
        eq_buf_add(out, s);
    else
        eq_buf_eql(out, s);
}

static void print_match_op(struct eq_buf *out, const struct eql_node *n)
{
    eq_buf_puts(out, n->op == ':' ? " :" : n->op == 'l' ? " like" : " regex");
    if (n->fold && n->op != ':')
        eq_buf_putc(out, '~');
}

static void print_details(struct eq_buf *out, const struct eql_node *n)
{
    switch (n->kind) {
    case EQL_NUMBER: print_number(out, n->number); break;
    case EQL_STRING: eq_buf_putc(out, ' '), eq_buf_eql(out, n->text); break;
    case EQL_EVENT: n->flag ? eq_buf_puts(out, " any") : (eq_buf_putc(out, ' '), eq_buf_eql(out, n->text)); break;
    case EQL_STAGE: eq_buf_puts(out, n->flag ? " missing" : ""); break;
    case EQL_ARITHMETIC: eq_buf_printf(out, " %c", n->op); break;
    case EQL_COMPARE: eq_buf_printf(out, " %s", eql_compare_text(n->op)); break;
    case EQL_MATCH: print_match_op(out, n); break;
    case EQL_IN: eq_buf_printf(out, "%s%s", n->fold ? "~" : "", n->flag ? " negated" : ""); break;
    case EQL_FIELD:
    case EQL_VARIABLE:
    case EQL_OPTION:
    case EQL_ALIAS:
    case EQL_PIPE:
    case EQL_NAME:
    case EQL_LINEAGE:
    case EQL_CALL:
        print_text(out, n->text);
        eq_buf_puts(out, n->fold ? "~" : "");
        eq_buf_puts(out, n->kind == EQL_FIELD && n->flag ? " optional" : "");
        break;
    default: break;
    }
}

/* Recurses once per level of the tree, EQL_MAX_DEPTH at most. */
static void print(struct eq_buf *out, const struct eql_node *n, unsigned level)
{
    eq_buf_fill(out, ' ', 2 * (size_t)level);
    eq_buf_puts(out, kind_names[n->kind]);
    print_details(out, n);
    eq_buf_putc(out, '\n');
    if (n->kind == EQL_FIELD || n->kind == EQL_VARIABLE)
        return;
    for (const struct eql_node *k = n->first; k; k = k->next)
        print(out, k, level + 1);
}

void eql_ast_print(struct eq_buf *out, const struct eql_node *root)
{
    if (root)
        print(out, root, 0);
}
