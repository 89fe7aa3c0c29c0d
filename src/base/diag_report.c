/* diag_report.c — all reports in a form that other programs read.
 *
 *      json      [{"code": …}, …]                    as diag_print.c writes each
 *      sarif     SARIF 2.1.0, for code scanning      one run, one result a report
 *      github    ::warning file=x,line=3::message    annotations of a workflow of GitHub
 *
 * What did not fit into the list is told in each of them but JSON, which has no place for it. */
#include "base/diag.h"

void eq_diags_json(struct eq_buf *out, const struct eq_diags *d)
{
    eq_buf_putc(out, '[');
    for (size_t i = 0; i < d->n; i++) {
        eq_buf_puts(out, i ? ",\n" : "\n");
        eq_diag_json(out, &d->items[i]);
    }
    eq_buf_puts(out, d->n ? "\n]\n" : "]\n");
}

/* Reports that were counted only. */
static size_t left_out(const struct eq_diags *d)
{
    size_t told = d->errors + d->warnings + d->notes;
    return told > d->n ? told - d->n : 0;
}

/* ── SARIF ── */

/* Text of a message: a brace would begin a placeholder there (SARIF 2.1.0, 3.11.5). */
static void sarif_text(struct eq_buf *out, struct eq_slice message, struct eq_slice help)
{
    struct eq_buf plain;
    eq_buf_init(&plain, out->alloc);
    for (int part = 0; part < 2; part++) {
        struct eq_slice s = part ? help : message;
        if (part && s.len)
            eq_buf_puts(&plain, "; ");
        for (size_t i = 0; i < s.len; i++) {
            char c = s.ptr[i];
            if (c == '{' || c == '}')
                eq_buf_putc(&plain, c);
            eq_buf_putc(&plain, c);
        }
    }
    out->failed |= plain.failed;
    eq_buf_puts(out, "{\"text\":");
    eq_buf_json(out, eq_buf_slice(&plain));
    eq_buf_putc(out, '}');
    eq_buf_free(&plain);
}

/* A path as a URI: relative as it is, absolute with file://. */
static void sarif_uri(struct eq_buf *out, struct eq_slice path)
{
    eq_buf_putc(out, '"');
    if (path.len && path.ptr[0] == '/')
        eq_buf_puts(out, "file://");
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~/", c));
        if (plain)
            eq_buf_putc(out, (char)c);
        else
            eq_buf_printf(out, "%%%02X", c);
    }
    eq_buf_putc(out, '"');
}

static const char *sarif_level(enum eq_severity s)
{
    return eq_severity_name(s); /* the same three words */
}

static void sarif_place(struct eq_buf *out, const struct eq_diag *d)
{
    uint32_t line, column;

    eq_buf_puts(out, ",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
    sarif_uri(out, d->source->name);
    eq_buf_putc(out, '}');
    if (d->line) {
        eq_source_position(d->source, d->span.end, &line, &column);
        eq_buf_printf(out, ",\"region\":{\"startLine\":%u,\"startColumn\":%u,\"endLine\":%u,\"endColumn\":%u}", d->line,
                      d->column, line, column);
    }
    eq_buf_puts(out, "}}]");
}

static void sarif_result(struct eq_buf *out, const struct eq_diag *d, int rule)
{
    eq_buf_printf(out, "{\"ruleId\":\"%s\",\"ruleIndex\":%d,\"level\":\"%s\",\"message\":", eq_code_name(d->code), rule,
                  sarif_level(d->severity));
    sarif_text(out, d->message, d->help);
    if (d->source && d->source->name.len)
        sarif_place(out, d);
    eq_buf_putc(out, '}');
}

/* The codes that occur, and in index[] their places in that list. */
static void sarif_rules(struct eq_buf *out, const struct eq_diags *d, int index[EQ_CODE_COUNT])
{
    enum eq_severity severity[EQ_CODE_COUNT];
    int n = 0;

    for (int code = 0; code < EQ_CODE_COUNT; code++)
        index[code] = -1;
    for (size_t i = 0; i < d->n; i++) {
        index[d->items[i].code] = 0;
        severity[d->items[i].code] = d->items[i].severity;
    }
    for (int code = 0; code < EQ_CODE_COUNT; code++) {
        if (index[code] < 0)
            continue;
        eq_buf_printf(out, "%s{\"id\":\"%s\",\"shortDescription\":", n ? ",\n" : "", eq_code_name((enum eq_code)code));
        sarif_text(out, eq_slice_of(eq_code_title((enum eq_code)code)), eq_slice("", 0));
        eq_buf_printf(out, ",\"defaultConfiguration\":{\"level\":\"%s\"}}", sarif_level(severity[code]));
        index[code] = n++;
    }
}

void eq_diags_sarif(struct eq_buf *out, const struct eq_diags *d, const char *version)
{
    int index[EQ_CODE_COUNT];

    eq_buf_puts(out,
                "{\"version\":\"2.1.0\",\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"runs\":[{\n");
    eq_buf_printf(out, "\"tool\":{\"driver\":{\"name\":\"eqlite\",\"version\":\"%s\",\"rules\":[\n", version);
    sarif_rules(out, d, index);
    eq_buf_puts(out, "]}},\n\"columnKind\":\"unicodeCodePoints\",\n");
    if (left_out(d))
        eq_buf_printf(out,
                      "\"invocations\":[{\"executionSuccessful\":true,\"toolExecutionNotifications\":[{\"level\":"
                      "\"warning\",\"message\":{\"text\":\"%zu more findings are not listed\"}}]}],\n",
                      left_out(d));
    eq_buf_puts(out, "\"results\":[");
    for (size_t i = 0; i < d->n; i++) {
        eq_buf_puts(out, i ? ",\n" : "\n");
        sarif_result(out, &d->items[i], index[d->items[i].code]);
    }
    eq_buf_puts(out, "]}]}\n");
}

/* ── GitHub ── */

/* Text of a command: what would end it is escaped, and what would move a cursor before that. `property`: not the
 * message itself. */
static void github_text(struct eq_buf *out, struct eq_slice s, bool property)
{
    struct eq_buf shown;
    eq_buf_init(&shown, out->alloc);
    eq_buf_terminal(&shown, s);
    out->failed |= shown.failed;
    for (size_t i = 0; i < shown.len; i++) {
        char c = shown.ptr[i];
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
            eq_buf_printf(out, "%%%02X", (unsigned char)c);
        else
            eq_buf_putc(out, c);
    }
    eq_buf_free(&shown);
}

static void github_place(struct eq_buf *out, const struct eq_diag *d)
{
    uint32_t line, column;

    eq_buf_puts(out, "file=");
    github_text(out, d->source->name, true);
    if (d->line) {
        eq_source_position(d->source, d->span.end, &line, &column);
        eq_buf_printf(out, ",line=%u,endLine=%u", d->line, line);
        if (line == d->line) /* columns are for one line only */
            eq_buf_printf(out, ",col=%u,endColumn=%u", d->column, column);
    }
    eq_buf_putc(out, ',');
}

void eq_diags_github(struct eq_buf *out, const struct eq_diags *d)
{
    static const char *const commands[] = {"error", "warning", "notice"};

    for (size_t i = 0; i < d->n; i++) {
        const struct eq_diag *one = &d->items[i];
        eq_buf_printf(out, "::%s ", commands[one->severity]);
        if (one->source && one->source->name.len)
            github_place(out, one);
        eq_buf_printf(out, "title=%s %s::", eq_code_name(one->code), eq_code_title(one->code));
        github_text(out, one->message, false);
        if (one->help.len) {
            eq_buf_puts(out, "%0Ahelp: ");
            github_text(out, one->help, false);
        }
        eq_buf_putc(out, '\n');
    }
    if (left_out(d))
        eq_buf_printf(out, "::notice::%zu more findings are not listed\n", left_out(d));
}
