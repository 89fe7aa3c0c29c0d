/* format.c — a rule file with its query in the layout of its language, and every other byte as it was.
 *
 *      query = '''                 ─▶   query = '''
 *      process where a==1               process where a == 1
 *      '''                              '''
 *
 * Between ''' or ' the query stands as it is. Between """ or " it has escapes: there the layout changes only if writing
 * the old query with our escapes gives the bytes that are there, because then the new one differs in layout alone. A
 * string of one line stays one. */
#include "rule/load.h"

/* The string that holds a query. */
struct holder {
    struct eq_slice raw;  /* between the quotes, without the line break that TOML drops */
    struct eq_slice open; /* the quotes */
    bool literal;         /* ' or ''' */
    bool lines;           /* ''' or """ */
    bool escape_quotes;   /* between """, where it may be left out */
};

static struct holder read_holder(const struct eq_toml *query, struct eq_slice text)
{
    struct eq_slice s = eq_toml_written(query, text);
    struct holder h = {.literal = s.ptr[0] == '\''};
    h.lines = s.len >= 6 && s.ptr[1] == s.ptr[0] && s.ptr[2] == s.ptr[0];
    size_t quotes = h.lines ? 3 : 1;
    h.open = eq_slice(s.ptr, quotes);
    h.raw = eq_slice(s.ptr + quotes, s.len - 2 * quotes);
    size_t skip = eq_slice_starts(h.raw, EQ_LIT("\n")) ? 1 : eq_slice_starts(h.raw, EQ_LIT("\r\n")) ? 2 : 0;
    if (h.lines)
        h.raw = eq_slice(h.raw.ptr + skip, h.raw.len - skip);
    return h;
}

/* `s` as it is written in a string of this kind. */
static void encode(struct eq_buf *out, const struct holder *h, struct eq_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool quote = c == '"' && (h->escape_quotes || !h->lines);
        if (!h->literal && (c == '\\' || quote))
            eq_buf_putc(out, '\\');
        eq_buf_putc(out, c);
    }
}

/* Does writing `query` with our escapes give what is there? Finds out if quotes are escaped. */
static enum eq_status check_escapes(bool *same, struct holder *h, struct eq_slice query, const struct eq_alloc *alloc)
{
    struct eq_buf ours;
    enum eq_status st = EQ_OK;

    *same = false;
    eq_buf_init(&ours, alloc);
    for (int escape = 0; escape < 2 && st == EQ_OK && !*same; escape++) {
        h->escape_quotes = escape;
        eq_buf_clear(&ours);
        encode(&ours, h, query);
        st = eq_buf_status(&ours);
        *same = eq_slice_eq(eq_buf_slice(&ours), h->raw);
    }
    eq_buf_free(&ours);
    return st;
}

/* Does a line of the text end with \r\n? The first one tells. */
static enum eq_newline newline_of(struct eq_slice text)
{
    const char *newline = text.len ? memchr(text.ptr, '\n', text.len) : NULL;
    return newline && newline > text.ptr && newline[-1] == '\r' ? EQ_NEWLINE_CRLF : EQ_NEWLINE_LF;
}

/* A copy for diagnostics to point into, of the string `value` or of the whole file (NULL). NULL without memory. */
static const struct eq_source *keep_source(struct eq_load *l, struct eq_slice text, const struct eq_toml *value)
{
    struct eq_arena *arena = &l->set->sources;
    struct eq_source *source = eq_arena_alloc(arena, sizeof *source);

    if (!source)
        return NULL;
    *source = (struct eq_source){
        .name = eq_arena_copy(arena, l->path), .text = eq_arena_copy(arena, text), .line = 1, .column = 1};
    if (!source->name.ptr || !source->text.ptr)
        return NULL;
    return !value || eq_toml_place(source, value, l->text, arena) == EQ_OK ? source : NULL;
}

static enum eq_status format_query(struct eq_buf *out, struct eq_load *l, struct eq_slice query, const struct eq_toml *value,
                                   const struct eq_format_style *style)
{
    struct eq_arena_mark mark = eq_arena_mark(&l->set->sources);
    const struct eq_source *source = keep_source(l, query, value);
    size_t told = l->diags->n;

    if (!source)
        return EQ_NOMEM;
    enum eq_status st = eq_languages[EQ_DIALECT_ELASTIC].format(out, source, style, l->diags);
    if (l->diags->n == told)
        eq_arena_rewind(&l->set->sources, mark);
    return st;
}

/* What comes between the quotes instead of `raw`; *fits is false if the string cannot hold it. */
static enum eq_status format_string(struct eq_buf *out, bool *fits, struct eq_load *l, const struct eq_toml *query,
                                    struct holder *h, unsigned width)
{
    struct eq_format_style style = {width, newline_of(l->text), !h->lines};
    struct eq_slice newline = style.newline == EQ_NEWLINE_CRLF ? EQ_LIT("\r\n") : EQ_LIT("\n");
    struct eq_slice text = h->literal ? h->raw : query->text;
    struct eq_buf formatted;
    enum eq_status st = h->literal ? EQ_OK : check_escapes(fits, h, text, out->alloc);

    if (st != EQ_OK || !*fits)
        return st;
    eq_buf_init(&formatted, out->alloc);
    st = format_query(&formatted, l, text, query, &style);
    if (st == EQ_LIMIT) {
        *fits = false;
        st = EQ_OK;
    } else if (st == EQ_OK) {
        struct eq_slice s = eq_buf_slice(&formatted);
        if (h->lines)
            eq_buf_add(out, newline);
        else
            s.len -= newline.len;
        encode(out, h, s);
        st = eq_buf_status(out);
    }
    eq_buf_free(&formatted);
    return st;
}

const struct eq_toml *eq_rule_find_query(const struct eq_toml *root)
{
    static const char *const keys[] = {"rule.type", "rule.language"};
    const struct eq_toml *query = eq_toml_get(root, "rule.query");

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct eq_toml *value = eq_toml_get(root, keys[i]);
        if (value && (value->kind != EQ_TOML_STRING || !eq_slice_eq(value->text, EQ_LIT("eql"))))
            return NULL;
    }
    return query && query->kind == EQ_TOML_STRING ? query : NULL;
}

static enum eq_status format_toml(struct eq_buf *out, struct eq_load *l, unsigned width)
{
    struct eq_toml *root;
    size_t start = out->len;
    bool fits = true;
    enum eq_status st = eq_load_document(&root, l);

    if (st != EQ_OK || !root)
        return st != EQ_OK ? st : EQ_INVALID;
    const struct eq_toml *query = eq_rule_find_query(root);
    if (query) {
        struct holder h = read_holder(query, l->text);
        const char *content = h.open.ptr + h.open.len, *end = h.raw.ptr + h.raw.len;
        eq_buf_add(out, eq_slice(l->text.ptr, (size_t)(content - l->text.ptr)));
        st = format_string(out, &fits, l, query, &h, width);
        eq_buf_add(out, eq_slice(end, (size_t)(l->text.ptr + l->text.len - end)));
    }
    if (query && fits)
        return st;
    out->len = start;
    eq_buf_add(out, l->text);
    if (query)
        eq_load_report(l, EQ_W0713, query->line, query->column,
                       "the query stays as it is: another layout would change more in this kind of string");
    return st;
}

enum eq_status eq_rule_format(struct eq_buf *out, struct eq_rule_set *set, struct eq_slice name, struct eq_slice text,
                              unsigned width, struct eq_diags *diags)
{
    struct eq_load l = {.set = set, .diags = diags, .path = name, .text = text.ptr ? text : EQ_LIT("")};
    struct eq_format_style style = {.width = width};
    struct eq_arena_mark mark = eq_arena_mark(&set->arena);

    if (!eq_load_readable(&l))
        return diags->failed ? EQ_NOMEM : EQ_INVALID;
    eq_buf_add(out, eq_slice(text.ptr, text.len - l.text.len)); /* a byte order mark */
    enum eq_status st = eq_slice_ends(name, EQ_LIT(".toml")) ? format_toml(out, &l, width)
                                                             : format_query(out, &l, l.text, NULL, &style);
    eq_arena_rewind(&set->arena, mark);
    if (st == EQ_OK)
        st = diags->failed ? EQ_NOMEM : eq_buf_status(out);
    return st;
}
