/* eql.y — tokens to tree.
 *
 * Every action is one call of a constructor (src/lang/eql/ast.c); what a query means is decided later, in lower_*.c.
 * One grammar serves the dialects: what only one of them knows is refused there too.
 *
 * Lists and the chains of `and` and `or` grow to the left, so that the parser's stack stays flat; what people nest
 * is bounded by YYMAXDEPTH and then by the constructors. `error` stands wherever parsing can pick up its thread:
 * terms of `and` and `or`, list elements, brackets, pipes. There are no conflicts. docs/language.md, Grammar. */
%define api.pure full
%define api.prefix {eql_yy}
%define api.token.prefix {EQL_T_}
%define api.location.type {struct eq_span}
%define api.value.type union
%define parse.error custom
%define parse.lac full
%expect 0
%locations
%param {struct eql_parser *p}

%code requires {
#include "lang/eql/ast.h"
}

%code {
#define YYMAXDEPTH 10000
#define YYLLOC_DEFAULT(Current, Rhs, N)                                                                            \
    ((Current) = (N) ? (struct eq_span){YYRHSLOC(Rhs, 1).start, YYRHSLOC(Rhs, N).end}                              \
                     : (struct eq_span){YYRHSLOC(Rhs, 0).end, YYRHSLOC(Rhs, 0).end})

static int eql_yylex(EQL_YYSTYPE *value, struct eq_span *at, struct eql_parser *p)
{
    (void)value;
    return eql_lex(p, at);
}

static void eql_yyerror(struct eq_span *at, struct eql_parser *p, const char *message)
{
    (void)message; /* Bison has one left to tell: its stack is full */
    eql_nested_too_deeply(p, *at);
}
}

%initial-action { @$ = (struct eq_span){0, 0}; }

%token END 0 "end of query"
%token AND "and" ANY "any" BY "by" FALSE "false" IN "in" IN_FOLD "in~" JOIN "join" LIKE "like" LIKE_FOLD "like~"
       MAXSPAN "maxspan" NOT "not" NULL "null" OF "of" OR "or" REGEX "regex" REGEX_FOLD "regex~" SAMPLE "sample"
       SEQUENCE "sequence" TRUE "true" UNTIL "until" WHERE "where" WITH "with" AS "as"
%token NAME "name" NAME_FOLD "name~" QUOTED "`name`" VARIABLE "$name" INTEGER "integer" DECIMAL "decimal"
       STRING "string" BROKEN "unfinished string" INDEX "array index"
%token LPAREN "(" RPAREN ")" LBRACKET "[" RBRACKET "]" MISSING "![" COMMA "," DOT "." PIPE "|" OPTIONAL "?"
       ASSIGN "=" EQ "==" NE "!=" LT "<" LE "<=" GT ">" GE ">=" PLUS "+" MINUS "-" STAR "*" SLASH "/" PERCENT "%"
       COLON ":"

%nterm <struct eql_node *> query event category sequence sample join by key_opt stages stage until alias
       header option value unit options pipes pipe list literals literal match_list
       expr or_expr and_expr not_expr comparison relation predicate sum product unary primary call field path segment
%nterm <int> comparator sum_op product_op match_op in_op
%nterm name

%%

start: query pipes END          { p->query = eql_ast_group(p, @$, EQL_QUERY, $1, $2, NULL, NULL); } ;

query: event | sequence | sample | join
     | error                    { $$ = eql_ast_leaf(p, @$, EQL_ERROR); } ;

/* Filters of single events. */
event: category "where" expr    { $$ = eql_ast_event(p, @$, $1, $3); } ;
category: path                  { $$ = eql_ast_field(p, @$, $1, false); }
        | "?" path              { $$ = eql_ast_field(p, @$, $2, true); }
        | "string"              { $$ = eql_ast_string(p, @$); }
        | "unfinished string"   { $$ = eql_ast_leaf(p, @$, EQL_ERROR); }
        | "any"                 { $$ = eql_ast_leaf(p, @$, EQL_NULL); } ;

/* Groups of events. */
sequence: "sequence" header stages until
                                { $$ = eql_ast_group(p, @$, EQL_SEQUENCE, $2, $3, $4, NULL); } ;
sample: "sample" header stages until
                                { $$ = eql_ast_group(p, @$, EQL_SAMPLE, $2, $3, $4, NULL); } ;
join: "join" header stages until
                                { $$ = eql_ast_join(p, @$, @1); } ;
header: key_opt
      | option
      | by option               { $$ = eql_ast_group(p, @$, EQL_LIST, $1, $2, NULL, NULL); }
      | option by               { $$ = eql_ast_by_after_with(p, @2, $1, $2); } ;
key_opt: %empty                 { $$ = NULL; }
       | by ;
by: "by" list                   { $$ = eql_ast_group(p, @$, EQL_BY, $2, NULL, NULL, NULL); } ;
stages: stage                   { $$ = eql_ast_list(p, @$, NULL, $1); }
      | stages stage            { $$ = eql_ast_list(p, @$, $1, $2); } ;
stage: "[" event "]" key_opt options alias  { $$ = eql_ast_stage(p, @$, false, $2, $4, $5, $6); }
     | "![" event "]" key_opt options alias  { $$ = eql_ast_stage(p, @$, true, $2, $4, $5, $6); }
     | "[" error "]" key_opt options alias  { $$ = eql_ast_stage(p, @$, false, NULL, $4, $5, $6); }
     | "![" error "]" key_opt options alias  { $$ = eql_ast_stage(p, @$, true, NULL, $4, $5, $6); } ;
options: %empty                 { $$ = NULL; }
       | option ;
option: "with" name "=" value   { $$ = eql_ast_named(p, @$, EQL_OPTION, @2, $4); }
      | "with" "maxspan" "=" value { $$ = eql_ast_named(p, @$, EQL_OPTION, @2, $4); }
      | "with" error            { $$ = eql_ast_leaf(p, @$, EQL_ERROR); } ;
value: literal unit             { $$ = eql_ast_group(p, @$, EQL_LIST, $1, $2, NULL, NULL); }
     | "-" literal unit         { $$ = eql_ast_group(p, @$, EQL_LIST, eql_ast_unary(p, @$, EQL_MINUS, $2), $3, NULL, NULL); } ;
unit: %empty                    { $$ = NULL; }
    | "name"                    { $$ = eql_ast_name(p, @$, EQL_NAME); } ;
alias: %empty                   { $$ = NULL; }
     | "as" name                { $$ = eql_ast_name(p, @2, EQL_ALIAS); }
     | "as" error               { $$ = eql_ast_leaf(p, @$, EQL_ERROR); } ;
until: %empty                   { $$ = NULL; }
     | "until" stage            { $$ = eql_ast_group(p, @$, EQL_UNTIL, $2, NULL, NULL, NULL); } ;

/* Pipes. */
pipes: %empty                   { $$ = NULL; }
     | pipes pipe               { $$ = eql_ast_list(p, @$, $1, $2); } ;
pipe: "|" name                  { $$ = eql_ast_named(p, @$, EQL_PIPE, @2, NULL); }
    | "|" name list             { $$ = eql_ast_named(p, @$, EQL_PIPE, @2, $3); }
    | "|" error                 { $$ = eql_ast_leaf(p, @$, EQL_ERROR); } ;

/* Expressions, loosest first. */
expr: or_expr ;
or_expr: and_expr
       | or_expr "or" and_expr  { $$ = eql_ast_nary(p, @$, EQL_OR, $1, $3); } ;
and_expr: not_expr
        | and_expr "and" not_expr { $$ = eql_ast_nary(p, @$, EQL_AND, $1, $3); } ;
not_expr: comparison
        | "not" not_expr        { $$ = eql_ast_unary(p, @$, EQL_NOT, $2); }
        | error                 { $$ = eql_ast_leaf(p, @$, EQL_ERROR); } ;
comparison: predicate | relation ;
relation: predicate comparator predicate { $$ = eql_ast_binary(p, @$, EQL_COMPARE, $2, @2, $1, $3); }
        | relation comparator predicate  { $$ = eql_ast_chained(p, @$, $1, @2, $3); } ;
predicate: sum
         | sum in_op "(" list ")"        { $$ = eql_ast_match(p, @$, EQL_IN, $2, @2, $1, $4); }
         | sum match_op match_list       { $$ = eql_ast_match(p, @$, EQL_MATCH, $2, @2, $1, $3); }
         | sum "not" match_op match_list { $$ = eql_ast_not_match(p, @$, @2, eql_ast_match(p, @$, EQL_MATCH, $3, @3, $1, $4)); } ;
sum: product
   | sum sum_op product         { $$ = eql_ast_binary(p, @$, EQL_ARITHMETIC, $2, @2, $1, $3); } ;
product: unary
       | product product_op unary { $$ = eql_ast_binary(p, @$, EQL_ARITHMETIC, $2, @2, $1, $3); } ;
unary: primary
     | "-" unary                { $$ = eql_ast_unary(p, @$, EQL_MINUS, $2); }
     | "+" unary                { $$ = eql_ast_unary(p, @$, EQL_PLUS, $2); } ;
primary: literal | field | call
       | "(" expr ")"           { $$ = eql_ast_parens(p, @$, $2); }
       | name "of" "[" event "]" { $$ = eql_ast_lineage(p, @$, @1, $4); }
       | name "of" "[" error "]" { $$ = eql_ast_lineage(p, @$, @1, NULL); } ;

comparator: "==" { $$ = 0; } | "!=" { $$ = 1; } | "<" { $$ = 2; } | "<=" { $$ = 3; } | ">" { $$ = 4; } | ">=" { $$ = 5; }
          | "="  { $$ = eql_ast_assign(p, @1); } ;
in_op: "in" { $$ = 'i'; } | "in~" { $$ = 'I'; } | "not" "in" { $$ = 'n'; } | "not" "in~" { $$ = 'N'; } ;
match_op: ":" { $$ = ':'; } | "like" { $$ = 'l'; } | "like~" { $$ = 'L'; } | "regex" { $$ = 'r'; } | "regex~" { $$ = 'R'; } ;
sum_op: "+" { $$ = '+'; } | "-" { $$ = '-'; } ;
product_op: "*" { $$ = '*'; } | "/" { $$ = '/'; } | "%" { $$ = '%'; } ;

list: expr                      { $$ = eql_ast_list(p, @$, NULL, $1); }
    | list "," expr             { $$ = eql_ast_list(p, @$, $1, $3); } ;
match_list: literal             { $$ = eql_ast_list(p, @$, NULL, $1); }
          | "(" literals ")"    { $$ = $2; }
          | "(" error ")"       { $$ = eql_ast_list(p, @$, NULL, eql_ast_leaf(p, @2, EQL_ERROR)); } ;
literals: literal               { $$ = eql_ast_list(p, @$, NULL, $1); }
        | literals "," literal  { $$ = eql_ast_list(p, @$, $1, $3); }
        | literals "," error    { $$ = eql_ast_list(p, @$, $1, eql_ast_leaf(p, @3, EQL_ERROR)); } ;
literal: "null"                 { $$ = eql_ast_leaf(p, @$, EQL_NULL); }
       | "true"                 { $$ = eql_ast_leaf(p, @$, EQL_TRUE); }
       | "false"                { $$ = eql_ast_leaf(p, @$, EQL_FALSE); }
       | "integer"              { $$ = eql_ast_number(p, @$); }
       | "decimal"              { $$ = eql_ast_number(p, @$); }
       | "string"               { $$ = eql_ast_string(p, @$); }
       | "unfinished string"    { $$ = eql_ast_leaf(p, @$, EQL_ERROR); } ;

call: name "(" ")"              { $$ = eql_ast_call(p, @$, @1, NULL); }
    | name "(" list ")"         { $$ = eql_ast_call(p, @$, @1, $3); }
    | "name~" "(" ")"           { $$ = eql_ast_call(p, @$, @1, NULL); }
    | "name~" "(" list ")"      { $$ = eql_ast_call(p, @$, @1, $3); } ;

field: path                     { $$ = eql_ast_field(p, @$, $1, false); }
     | "?" path                 { $$ = eql_ast_field(p, @$, $2, true); } ;
path: segment                   { $$ = eql_ast_path(p, @$, NULL, $1); }
    | "$name"                   { $$ = eql_ast_path(p, @$, NULL, eql_ast_name(p, @1, EQL_NAME)); }
    | path "." segment          { $$ = eql_ast_path(p, @$, $1, $3); }
    | path "array index"        { $$ = eql_ast_index(p, @$, $1, @2); } ;
segment: name                   { $$ = eql_ast_name(p, @$, EQL_NAME); }
       | "`name`"               { $$ = eql_ast_name(p, @$, EQL_NAME); } ;
name: "name" | "as" ;

%%

static int yyreport_syntax_error(const yypcontext_t *context, struct eql_parser *p)
{
    yysymbol_kind_t expected[YYNTOKENS];
    const char *names[YYNTOKENS];
    int n = yypcontext_expected_tokens(context, expected, YYNTOKENS);
    for (int i = 0; i < n; i++)
        names[i] = yysymbol_name(expected[i]);
    eql_syntax_error(p, p->last, *yypcontext_location(context), names, n > 0 ? (size_t)n : 0);
    return 0;
}

enum eq_status eql_parse(struct eql_parser *p)
{
    return eql_yyparse(p) == 2 && !p->too_deep ? EQ_NOMEM : p->nomem ? EQ_NOMEM : EQ_OK;
}
