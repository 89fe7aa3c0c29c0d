/* diagnostics.c — the list of diagnostics, seen from outside. */
#include "api/handles.h"

size_t eqlite_diagnostics_count(const eqlite_diagnostics *d)
{
    return d->list.n;
}

size_t eqlite_diagnostics_errors(const eqlite_diagnostics *d)
{
    return d->list.errors;
}

size_t eqlite_diagnostics_warnings(const eqlite_diagnostics *d)
{
    return d->list.warnings;
}

size_t eqlite_diagnostics_notes(const eqlite_diagnostics *d)
{
    return d->list.notes;
}

eqlite_diagnostic eqlite_diagnostics_get(const eqlite_diagnostics *d, size_t index)
{
    if (index >= d->list.n)
        return (eqlite_diagnostic){0};
    const struct eq_diag *one = &d->list.items[index];
    return (eqlite_diagnostic){
        .code = eq_code_name(one->code),
        .severity = (eqlite_severity)one->severity,
        .message = eq_api_string(one->message),
        .help = eq_api_string(one->help),
        .source = one->source ? eq_api_string(one->source->name) : (eqlite_string){0},
        .rule = eq_api_string(one->rule),
        .line = one->line,
        .column = one->column,
        .start = one->span.start,
        .end = one->span.end,
    };
}

void eqlite_diagnostics_end(const eqlite_diagnostics *d, size_t index, uint32_t *line, uint32_t *column)
{
    const struct eq_diag *one = index < d->list.n ? &d->list.items[index] : NULL;
    *line = *column = 0;
    if (one && one->source && one->line)
        eq_source_position(one->source, one->span.end, line, column);
}

eqlite_string eqlite_diagnostics_instead(const eqlite_diagnostics *d, size_t index)
{
    return index < d->list.n ? eq_api_string(d->list.items[index].instead) : (eqlite_string){0};
}

static eqlite_status print(const eqlite_diagnostics *d, size_t index, bool json, bool colour, eqlite_write *write,
                           void *ctx)
{
    struct eq_buf out;
    if (index >= d->list.n)
        return EQLITE_INVALID;
    eq_buf_init(&out, d->list.alloc);
    if (json)
        eq_diag_json(&out, &d->list.items[index]);
    else
        eq_diag_print(&out, &d->list.items[index], colour);
    eqlite_status st = eq_api_write(&out, write, ctx);
    eq_buf_free(&out);
    return st;
}

eqlite_status eqlite_diagnostics_print(const eqlite_diagnostics *d, size_t index, bool colour, eqlite_write *write,
                                       void *ctx)
{
    return print(d, index, false, colour, write, ctx);
}

eqlite_status eqlite_diagnostics_json(const eqlite_diagnostics *d, size_t index, eqlite_write *write, void *ctx)
{
    return print(d, index, true, false, write, ctx);
}

static bool report(struct eq_buf *out, const struct eq_diags *list, const char *format, bool colour)
{
    if (strcmp(format, "json") == 0) {
        eq_diags_json(out, list);
    } else if (strcmp(format, "sarif") == 0) {
        eq_diags_sarif(out, list, eqlite_version());
    } else if (strcmp(format, "github") == 0) {
        eq_diags_github(out, list);
    } else if (strcmp(format, "text") == 0) {
        for (size_t i = 0; i < list->n; i++)
            eq_diag_print(out, &list->items[i], colour);
    } else {
        return false;
    }
    return true;
}

eqlite_status eqlite_diagnostics_report(const eqlite_diagnostics *d, const char *format, bool colour,
                                        eqlite_write *write, void *ctx)
{
    struct eq_buf out;
    eq_buf_init(&out, d->list.alloc);
    eqlite_status st = report(&out, &d->list, format, colour) ? eq_api_write(&out, write, ctx) : EQLITE_INVALID;
    eq_buf_free(&out);
    return st;
}

const char *eqlite_code_title(const char *code)
{
    for (int i = 0; i < EQ_CODE_COUNT; i++)
        if (strcmp(code, eq_code_name((enum eq_code)i)) == 0)
            return eq_code_title((enum eq_code)i);
    return NULL;
}
