/* eql.c — the road of a text: parse, lower, forget the tree.
 *
 * Lowering runs on a wrong text too, as far as the parser could make sense of it, so that one run also shows what is
 * wrong in the rest. A plan comes out only if there was no error at all. */
#include "lang/eql/eql.h"

#include "lang/eql/lower.h"

static enum eq_status status_of(const struct eq_diags *diags, size_t errors_before, bool nomem)
{
    if (nomem || diags->failed)
        return EQ_NOMEM;
    return diags->errors > errors_before ? EQ_INVALID : EQ_OK;
}

/* Order what was told since `first` by place, as people read: the parser and lowering each went over the whole text. */
static void sort_by_place(struct eq_diags *diags, size_t first)
{
    for (size_t i = first + 1; i < diags->n; i++) {
        struct eq_diag d = diags->items[i];
        size_t at = i;
        while (at > first && diags->items[at - 1].span.start > d.span.start)
            at--;
        memmove(&diags->items[at + 1], &diags->items[at], (i - at) * sizeof d);
        diags->items[at] = d;
    }
}

static struct eq_slice or_default(struct eq_slice s, struct eq_slice fallback)
{
    return s.len ? s : fallback;
}

static enum eq_status compile(struct eq_plan **out, enum eq_dialect dialect, const struct eq_source *source,
                              const struct eq_language_options *options, struct eq_arena *arena, struct eq_diags *diags)
{
    static const struct eq_language_options defaults;
    size_t errors_before = diags->errors, told_before = diags->n;
    struct eq_arena scratch;
    struct eql_parser parser;
    struct eq_plan *plan = NULL;
    bool nomem = false;
    eq_arena_init(&scratch, arena->alloc);
    *out = NULL;
    if (!options)
        options = &defaults;

    enum eq_status st = eql_parser_init(&parser, source, &scratch, diags);
    if (st == EQ_OK)
        st = eql_parse(&parser);
    if (st != EQ_OK)
        goto done;
    if (parser.query) {
        struct eql_lower lo = {
            .b = {.arena = arena,
                  .diags = diags,
                  .source = source,
                  .timestamp_field = or_default(options->timestamp_field, EQ_LIT("@timestamp"))},
            .scratch = &scratch,
            .dialect = dialect,
            .broken = diags->errors > errors_before,
            .category_field = or_default(options->category_field, EQ_LIT("event.category")),
        };
        plan = eql_lower_query(&lo, parser.query);
        nomem = lo.b.nomem;
    }
    st = status_of(diags, errors_before, nomem);
    if (st == EQ_OK && !plan)
        st = EQ_NOMEM;
    if (st == EQ_OK)
        *out = plan;
done:
    sort_by_place(diags, told_before);
    eq_arena_free(&scratch);
    return st;
}

enum eq_status eql_compile_elastic(struct eq_plan **out, const struct eq_source *source,
                                   const struct eq_language_options *options, struct eq_arena *arena,
                                   struct eq_diags *diags)
{
    return compile(out, EQ_DIALECT_ELASTIC, source, options, arena, diags);
}

enum eq_status eql_compile_endpoint(struct eq_plan **out, const struct eq_source *source,
                                    const struct eq_language_options *options, struct eq_arena *arena,
                                    struct eq_diags *diags)
{
    return compile(out, EQ_DIALECT_ENDPOINT, source, options, arena, diags);
}

enum eq_status eql_tokens_text(struct eq_buf *out, const struct eq_source *source, struct eq_diags *diags)
{
    size_t errors_before = diags->errors;
    struct eq_arena scratch;
    struct eql_parser parser;
    eq_arena_init(&scratch, diags->alloc);
    enum eq_status st = eql_parser_init(&parser, source, &scratch, diags);
    if (st == EQ_OK) {
        eql_print_tokens(out, &parser);
        st = status_of(diags, errors_before, out->failed);
    }
    eq_arena_free(&scratch);
    return st;
}

enum eq_status eql_ast_text(struct eq_buf *out, const struct eq_source *source, struct eq_diags *diags)
{
    size_t errors_before = diags->errors;
    struct eq_arena scratch;
    struct eql_parser parser;
    eq_arena_init(&scratch, diags->alloc);
    enum eq_status st = eql_parser_init(&parser, source, &scratch, diags);
    if (st == EQ_OK)
        st = eql_parse(&parser);
    if (st == EQ_OK) {
        eql_ast_print(out, parser.query);
        st = status_of(diags, errors_before, out->failed);
    }
    eq_arena_free(&scratch);
    return st;
}
