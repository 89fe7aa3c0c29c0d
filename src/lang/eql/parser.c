/* parser.c — a text made ready for parsing, and its tokens printed. */
#include "lang/eql/parser.h"

#include "base/utf8.h"
#include "eql_parser.h"

enum eq_status eql_parser_init(struct eql_parser *p, const struct eq_source *source, struct eq_arena *arena,
                               struct eq_diags *diags)
{
    *p = (struct eql_parser){.source = source, .diags = diags, .arena = arena, .bad_end = UINT32_MAX};
    struct eq_slice text = source->text;
    if (text.len > EQL_MAX_TEXT) {
        eq_diag_add(diags, EQ_E0902, source, (struct eq_span){EQL_MAX_TEXT, EQL_MAX_TEXT},
                    "the query is longer than %u bytes", EQL_MAX_TEXT);
        return EQ_INVALID;
    }
    struct eq_slice copy = eq_arena_copy(arena, text);
    if (!copy.ptr)
        return EQ_NOMEM;
    p->text = p->cursor = copy.ptr;
    p->end = copy.ptr + copy.len;

    size_t bad;
    if (!eq_utf8_valid(copy, &bad))
        eq_diag_add(diags, EQ_E0114, source, (struct eq_span){(uint32_t)bad, (uint32_t)bad + 1},
                    "this byte is not part of UTF-8 text");
    return EQ_OK;
}

static const char *group_of(int kind)
{
    switch (kind) {
    case EQL_T_NAME:
    case EQL_T_AS:
    case EQL_T_NAME_FOLD:
    case EQL_T_QUOTED: return "name";
    case EQL_T_VARIABLE: return "variable";
    case EQL_T_INTEGER:
    case EQL_T_DECIMAL: return "number";
    case EQL_T_BROKEN:
    case EQL_T_STRING: return "string";
    case EQL_T_INDEX: return "index";
#define KEYWORD(token, text) case EQL_T_##token:
#define WORD(text)
#include "lang/eql/keywords.def"
#undef KEYWORD
#undef WORD
        return "keyword";
    default: return "symbol";
    }
}

void eql_print_tokens(struct eq_buf *out, struct eql_parser *p)
{
    struct eq_span span;
    for (int kind; (kind = eql_lex(p, &span)) != EQL_T_END;) {
        uint32_t line, column;
        eq_source_position(p->source, span.start, &line, &column);
        eq_buf_printf(out, "%u:%u %s ", line, column, group_of(kind));
        eq_buf_terminal(out, eql_text(p, span));
        eq_buf_putc(out, '\n');
    }
}
