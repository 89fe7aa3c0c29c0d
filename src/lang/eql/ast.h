/* ast.h — a query as it is written: pure syntax, nothing checked, every node with its place.
 *
 *      process where a == 1 or b : ("x", "y")
 *
 *      EVENT process
 *        OR
 *          COMPARE ==  FIELD a  NUMBER 1
 *          MATCH :     FIELD b  STRING "x"  STRING "y"
 *
 * One shape for all nodes: a kind, a text or a number, and a chain of kids. `and`, `or` and lists have any number of
 * kids, so depth is what a person nested. Always true: depth <= EQL_MAX_DEPTH, so every walker may recurse.
 *
 * Constructors are the actions of the grammar. They take NULL for a node that could not be made. */
#ifndef EQ_LANG_EQL_AST_H
#define EQ_LANG_EQL_AST_H

#include "base/number.h"
#include "lang/eql/parser.h"

enum eql_kind {
    /* whole queries */
    EQL_ERROR,    /* something wrong stood here, and was reported */
    EQL_QUERY,    /* kids: EVENT, SEQUENCE, SAMPLE or JOIN, then PIPEs */
    EQL_EVENT,    /* text: category; flag: it is `any`; kid: the condition */
    EQL_SEQUENCE, /* kids: BY, OPTION, STAGEs, UNTIL, those that were written, in that order */
    EQL_SAMPLE,
    EQL_JOIN,
    EQL_STAGE,  /* flag: `![`; kids: EVENT, then BY, OPTION, ALIAS */
    EQL_UNTIL,  /* kid: STAGE */
    EQL_BY,     /* kids: the keys */
    EQL_OPTION, /* text: its name; kids: a number (or MINUS of one), perhaps NAME, its unit */
    EQL_ALIAS,  /* text */
    EQL_PIPE,   /* text: its name; kids: arguments */

    /* expressions */
    EQL_NULL,
    EQL_TRUE,
    EQL_FALSE,
    EQL_NUMBER,   /* number */
    EQL_STRING,   /* text: its value */
    EQL_FIELD,    /* text: dotted; flag: written ?field; kids: its NAMEs */
    EQL_VARIABLE, /* text: dotted, with its $; kids as above */
    EQL_NAME,     /* text; flag: in backquotes */
    EQL_CALL,     /* text: name without ~; fold: with ~; kids: arguments */
    EQL_LINEAGE,  /* text: the relation; kid: EVENT */
    EQL_PLUS,     /* unary */
    EQL_MINUS,
    EQL_ARITHMETIC, /* op: one of + - * / % */
    EQL_COMPARE,    /* op: enum eq_compare of plan.h, as number; two kids */
    EQL_IN,         /* flag: `not in`; fold; kids: what is looked up, then the list */
    EQL_MATCH,      /* op: ':', 'l' like, 'r' regex; fold; kids as above */
    EQL_NOT,
    EQL_AND,
    EQL_OR,
    EQL_LIST, /* while parsing: kids on their way into another node */
    EQL_KIND_COUNT
};

struct eql_node {
    uint8_t kind; /* enum eql_kind */
    char op;
    bool fold, flag;
    bool parens;   /* written in parentheses */
    bool constant; /* an expression without fields and variables */
    uint32_t depth;
    uint32_t n_kids;
    struct eq_span span; /* all of it */
    struct eq_span name; /* the name, operator or category in it */
    struct eql_node *first, *last, *next;
    union {
        struct eq_slice text;
        struct eq_number number;
    };
};

/* Constructors: p, place, parts. */
typedef struct eql_parser *eql_p;
struct eql_node *eql_ast_leaf(eql_p p, struct eq_span s, enum eql_kind kind);
struct eql_node *eql_ast_number(eql_p p, struct eq_span s);
struct eql_node *eql_ast_string(eql_p p, struct eq_span s);
struct eql_node *eql_ast_name(eql_p p, struct eq_span s, enum eql_kind kind); /* NAME or ALIAS, text from s */
struct eql_node *eql_ast_list(eql_p p, struct eq_span s, struct eql_node *list, struct eql_node *item);
struct eql_node *eql_ast_path(eql_p p, struct eq_span s, struct eql_node *path, struct eql_node *name);
struct eql_node *eql_ast_index(eql_p p, struct eq_span s, struct eql_node *path, struct eq_span index);
struct eql_node *eql_ast_field(eql_p p, struct eq_span s, struct eql_node *path, bool optional);
struct eql_node *eql_ast_parens(eql_p p, struct eq_span s, struct eql_node *x);
struct eql_node *eql_ast_unary(eql_p p, struct eq_span s, enum eql_kind kind, struct eql_node *x);
struct eql_node *eql_ast_binary(eql_p p, struct eq_span s, enum eql_kind kind, int op, struct eq_span at,
                                struct eql_node *a, struct eql_node *b);
struct eql_node *eql_ast_nary(eql_p p, struct eq_span s, enum eql_kind kind, struct eql_node *a, struct eql_node *b);
struct eql_node *eql_ast_call(eql_p p, struct eq_span s, struct eq_span name, struct eql_node *args);
struct eql_node *eql_ast_match(eql_p p, struct eq_span s, enum eql_kind kind, int op, struct eq_span at,
                               struct eql_node *x, struct eql_node *list);
struct eql_node *eql_ast_lineage(eql_p p, struct eq_span s, struct eq_span name, struct eql_node *event);

struct eql_node *eql_ast_event(eql_p p, struct eq_span s, struct eql_node *category, struct eql_node *condition);
/* A node of kind `kind` with those of a, b, c, d that are not NULL as kids; the kids of a LIST join one by one. */
struct eql_node *eql_ast_group(eql_p p, struct eq_span s, enum eql_kind kind, struct eql_node *a, struct eql_node *b,
                               struct eql_node *c, struct eql_node *d);
struct eql_node *eql_ast_stage(eql_p p, struct eq_span s, bool missing, struct eql_node *event, struct eql_node *by,
                               struct eql_node *option, struct eql_node *alias);
struct eql_node *eql_ast_named(eql_p p, struct eq_span s, enum eql_kind kind, struct eq_span name,
                               struct eql_node *kids);

/* Mistakes that the grammar knows; each reports and gives what was probably meant. */
int eql_ast_assign(eql_p p, struct eq_span s);
struct eql_node *eql_ast_chained(eql_p p, struct eq_span s, struct eql_node *a, struct eq_span at, struct eql_node *b);
struct eql_node *eql_ast_not_match(eql_p p, struct eq_span s, struct eq_span at, struct eql_node *match);
struct eql_node *eql_ast_by_after_with(eql_p p, struct eq_span s, struct eql_node *option, struct eql_node *by);
struct eql_node *eql_ast_join(eql_p p, struct eq_span s, struct eq_span word);

/* `explain --stage ast`. */
void eql_ast_print(struct eq_buf *out, const struct eql_node *root);
const char *eql_compare_text(int op); /* "==" */

#endif
