/* diag.c — a list of reports, and where in the text they point. How they look is in diag_print.c. */
#include "base/diag.h"

#include "base/utf8.h"

enum { DEFAULT_MAX = 1000 };

static const struct {
    const char *name, *title;
    enum eq_severity severity;
} codes[] = {
#define DIAG(code, severity, title) {#code, title, EQ_##severity},
#include "base/diagnostics.def"
#undef DIAG
};

void eq_diags_init(struct eq_diags *d, const struct eq_alloc *alloc)
{
    *d = (struct eq_diags){.alloc = alloc, .max = DEFAULT_MAX};
    eq_arena_init(&d->arena, alloc);
}

void eq_diags_free(struct eq_diags *d)
{
    if (!d->alloc)
        return;
    eq_arena_free(&d->arena);
    eq_free(d->alloc, d->items);
    eq_diags_init(d, d->alloc);
}

void eq_diags_clear(struct eq_diags *d)
{
    eq_arena_reset(&d->arena);
    d->n = d->errors = d->warnings = d->notes = 0;
    d->failed = false;
}

/* Format into the arena; false when memory ran out. */
static bool format_text(struct eq_slice *out, struct eq_diags *d, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
static bool format_text(struct eq_slice *out, struct eq_diags *d, const char *format, va_list args)
{
    struct eq_buf b;
    eq_buf_init(&b, d->alloc);
    eq_buf_vprintf(&b, format, args);
    *out = (struct eq_slice){NULL, 0};
    if (eq_buf_status(&b) == EQ_OK)
        *out = eq_arena_copy(&d->arena, eq_buf_slice(&b));
    eq_buf_free(&b);
    if (!out->ptr)
        d->failed = true;
    return out->ptr != NULL;
}

struct eq_diag *eq_diag_add(struct eq_diags *d, enum eq_code code, const struct eq_source *source, struct eq_span span,
                            const char *format, ...)
{
    struct eq_diag *diag;
    struct eq_slice message;
    va_list args;
    bool ok;

    d->errors += codes[code].severity == EQ_ERROR;
    d->warnings += codes[code].severity == EQ_WARNING;
    d->notes += codes[code].severity == EQ_NOTE;
    if (d->n >= d->max)
        return NULL;
    if (!eq_grow(d->alloc, &d->items, &d->cap, d->n + 1, sizeof *d->items)) {
        d->failed = true;
        return NULL;
    }
    va_start(args, format);
    ok = format_text(&message, d, format, args);
    va_end(args);
    if (!ok)
        return NULL;
    diag = &d->items[d->n++];
    *diag = (struct eq_diag){
        .code = code, .severity = codes[code].severity, .source = source, .span = span, .message = message};
    if (source && source->text.ptr)
        eq_source_position(source, span.start, &diag->line, &diag->column);
    return diag;
}

void eq_diag_help(struct eq_diags *d, struct eq_diag *diag, const char *format, ...)
{
    va_list args;
    if (!diag)
        return;
    va_start(args, format);
    format_text(&diag->help, d, format, args);
    va_end(args);
}

void eq_diag_instead(struct eq_diags *d, struct eq_diag *diag, struct eq_slice was, struct eq_slice instead)
{
    if (!diag || !diag->source || diag->span.end > diag->source->text.len)
        return;
    struct eq_slice text = diag->source->text;
    if (!eq_slice_eq(eq_slice(text.ptr + diag->span.start, diag->span.end - diag->span.start), was))
        return;
    diag->instead = eq_arena_copy(&d->arena, instead);
    d->failed |= !diag->instead.ptr;
}

const char *eq_code_name(enum eq_code code)
{
    return codes[code].name;
}

const char *eq_code_title(enum eq_code code)
{
    return codes[code].title;
}

enum eq_severity eq_code_severity(enum eq_code code)
{
    return codes[code].severity;
}

const char *eq_severity_name(enum eq_severity s)
{
    static const char *const names[] = {"error", "warning", "note"};
    return names[s];
}

/* The last mark at or before a byte: the start of the text if there is none. */
static struct eq_mark mark_before(const struct eq_source *source, size_t at)
{
    size_t low = 0, high = source->n_marks;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (source->marks[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low)
        return source->marks[low - 1];
    return (struct eq_mark){0, source->line ? source->line : 1, source->column ? source->column : 1};
}

void eq_source_position(const struct eq_source *source, uint32_t at, uint32_t *line, uint32_t *column)
{
    struct eq_slice text = source->text;
    size_t end = at < text.len ? at : text.len;
    struct eq_mark mark = mark_before(source, end);
    size_t line_start = mark.at;
    uint32_t lines = 0, first = mark.column;

    for (size_t i = mark.at; i < end; i++) {
        if (text.ptr[i] == '\n') {
            lines++;
            line_start = i + 1;
        }
    }
    *line = mark.line + lines;
    *column = (lines ? 1 : first) + (uint32_t)eq_utf8_count(eq_slice(text.ptr + line_start, end - line_start));
}
