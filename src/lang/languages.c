/* languages.c — the languages by name. */
#include "lang/languages.h"

#include "lang/eql/eql.h"

const struct eq_language eq_languages[EQ_DIALECT_COUNT] = {
    [EQ_DIALECT_AUTO] = {"auto", "what the rule file says, else elastic", NULL, NULL},
#define LANGUAGE(id, name, parser, formatter, help) [EQ_DIALECT_##id] = {name, help, parser, formatter},
#include "lang/languages.def"
#undef LANGUAGE
};

const char *const eq_keywords[] = {
#define KEYWORD(token, text) text,
#define WORD(text) text,
#include "lang/eql/keywords.def"
#undef KEYWORD
#undef WORD
    NULL,
};

bool eq_dialect_parse(enum eq_dialect *out, struct eq_slice name)
{
    for (int i = 0; i < EQ_DIALECT_COUNT; i++)
        if (eq_slice_eq(name, eq_slice_of(eq_languages[i].name))) {
            *out = (enum eq_dialect)i;
            return true;
        }
    return false;
}

/* So far every dialect is one of EQL, and EQL's dialects share tokens and grammar. */
enum eq_status eq_language_print_tokens(struct eq_buf *out, enum eq_dialect dialect, const struct eq_source *source,
                                        struct eq_diags *diags)
{
    (void)dialect;
    return eql_tokens_text(out, source, diags);
}

enum eq_status eq_language_print_ast(struct eq_buf *out, enum eq_dialect dialect, const struct eq_source *source,
                                     struct eq_diags *diags)
{
    (void)dialect;
    return eql_ast_text(out, source, diags);
}
