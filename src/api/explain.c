/* explain.c — the forms that a query takes on its way to the machine, one printer each. */
#include "api/handles.h"

#include "api/compiler_priv.h"

static enum eq_status print_program(struct eq_buf *out, const struct eq_plan *plan, const struct eq_alloc *alloc)
{
    struct eq_program *p = NULL;
    enum eq_status st = eq_program_new(&p, false, alloc);
    if (st != EQ_OK)
        return st;
    st = eq_program_add(p, plan, NULL);
    if (st == EQ_OK)
        st = eq_program_finish(p);
    if (st == EQ_OK)
        eq_program_print(out, p);
    eq_program_free(p);
    return st;
}

static enum eq_status print_stage(struct eq_buf *out, eqlite_compiler *c, const char *stage,
                                  const struct eq_source *source)
{
    struct eq_diags *diags = eq_compiler_diags(c);
    enum eq_dialect dialect = eq_compiler_dialect(c);
    struct eq_plan *plan = NULL;
    struct eq_arena arena;
    if (strcmp(stage, "tokens") == 0)
        return eq_language_print_tokens(out, dialect, source, diags);
    if (strcmp(stage, "ast") == 0)
        return eq_language_print_ast(out, dialect, source, diags);
    if (strcmp(stage, "plan") != 0 && strcmp(stage, "program") != 0)
        return EQ_INVALID;
    eq_arena_init(&arena, eq_compiler_alloc(c));
    enum eq_status st = eq_compiler_plan(&plan, c, source, &arena);
    if (st == EQ_OK && strcmp(stage, "plan") == 0)
        eq_plan_print(out, plan);
    else if (st == EQ_OK)
        st = print_program(out, plan, eq_compiler_alloc(c));
    eq_arena_free(&arena);
    return st;
}

eqlite_status eqlite_explain(eqlite_compiler *c, const char *stage, const char *name, const char *text, size_t len,
                             eqlite_write *write, void *ctx)
{
    const struct eq_source *source = eq_compiler_keep_source(c, eq_api_slice(name), eq_slice(text, len));
    struct eq_buf out;
    if (!source)
        return EQLITE_NOMEM;
    eq_buf_init(&out, eq_compiler_alloc(c));
    enum eq_status st = print_stage(&out, c, stage, source);
    eqlite_status written = eq_api_write(&out, write, ctx);
    eq_buf_free(&out);
    return st != EQ_OK ? eq_api_status(st) : written;
}

/* Brackets closed, strings and comments ended. Wrong characters are the parser's business. */
bool eqlite_query_is_complete(const char *text, size_t len)
{
    size_t open = 0, comments = 0;
    for (size_t i = 0; i < len; i++) {
        struct eq_slice rest = eq_slice(text + i, len - i);
        if (comments || eq_slice_starts(rest, EQ_LIT("/*"))) {
            int step = eq_slice_starts(rest, EQ_LIT("/*")) ? 1 : eq_slice_starts(rest, EQ_LIT("*/")) ? -1 : 0;
            comments = step > 0 ? comments + 1 : step < 0 ? comments - 1 : comments;
            i += step != 0;
        } else if (eq_slice_starts(rest, EQ_LIT("//"))) {
            while (i + 1 < len && text[i + 1] != '\n')
                i++;
        } else if (eq_slice_starts(rest, EQ_LIT("\"\"\""))) {
            for (i += 3; i < len && !eq_slice_starts(eq_slice(text + i, len - i), EQ_LIT("\"\"\"")); i++)
                ;
            if (i >= len)
                return false;
            for (i += 2; i + 1 < len && text[i + 1] == '"'; i++)
                ;
        } else if (text[i] == '"' || text[i] == '`') {
            char quote = text[i++];
            while (i < len && text[i] != quote)
                i += quote == '"' && text[i] == '\\' ? 2 : 1;
            if (i >= len)
                return false;
        } else if (text[i] == '(' || text[i] == '[') {
            open++;
        } else if ((text[i] == ')' || text[i] == ']') && open) {
            open--;
        }
    }
    return open == 0 && comments == 0;
}
