/* text.c — strings for the program: growing text, escapes, patterns, and the nearest name. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

void *cli_alloc(void *ptr, size_t size)
{
    void *p = realloc(ptr, size ? size : 1);
    if (!p) {
        cli_error("out of memory");
        exit(CLI_TROUBLE);
    }
    return p;
}

void cli_list_add(struct cli_list *l, const char *item)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 8;
        l->items = cli_alloc(l->items, l->cap * sizeof *l->items);
    }
    l->items[l->n++] = item;
}

void cli_text_add(struct cli_text *t, const char *ptr, size_t len)
{
    if (len > t->cap || t->len + 1 > t->cap - len) {
        t->cap = 2 * t->cap + len + 64;
        t->ptr = cli_alloc(t->ptr, t->cap);
    }
    if (len)
        memcpy(t->ptr + t->len, ptr, len);
    t->len += len;
    t->ptr[t->len] = '\0';
}

void cli_text_printf(struct cli_text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n > 0) {
        char *line = cli_alloc(NULL, (size_t)n + 1);
        vsnprintf(line, (size_t)n + 1, format, again);
        cli_text_add(t, line, (size_t)n);
        free(line);
    }
    va_end(again);
    va_end(args);
}

bool cli_text_write(const char *ptr, size_t len, void *ctx)
{
    cli_text_add(ctx, ptr, len);
    return true;
}

void cli_text_free(struct cli_text *t)
{
    free(t->ptr);
    *t = (struct cli_text){0};
}

/* The code point at p < end and its length; -1 and 1 if it is not UTF-8. */
static long decode(const unsigned char *p, const unsigned char *end, size_t *len)
{
    static const long smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = *p < 0x80 ? 1 : *p >= 0xC2 && *p < 0xE0 ? 2 : (*p & 0xF0) == 0xE0 ? 3 : *p >= 0xF0 && *p < 0xF5 ? 4 : 0;
    *len = 1;
    if (n == 0 || (size_t)(end - p) < n)
        return -1;
    long code = n == 1 ? *p : *p & (0xFF >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return -1;
        code = code << 6 | (p[i] & 0x3F);
    }
    if (code < smallest[n] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return -1;
    *len = n;
    return code;
}

/* The characters that the library escapes on terminals too (base/utf8.c), the controls of ASCII, and U+FFFE and U+FFFF,
 * which XML has no room for (--junit). */
static bool tricks(long code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x180E ||
           (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
           code == 0xFFFE || code == 0xFFFF || (code >= 0xE0000 && code <= 0xE007F);
}

void cli_text_escape(struct cli_text *t, eqlite_string s)
{
    const unsigned char *p = (const unsigned char *)s.ptr, *end = p + s.len;
    while (p < end) {
        size_t len;
        long code = decode(p, end, &len);
        if (code < 0)
            cli_text_printf(t, "\\x%02x", *p);
        else if (tricks(code))
            cli_text_printf(t, code < 0x80 ? "\\x%02lx" : "\\u%04lx", (unsigned long)code);
        else
            cli_text_add(t, (const char *)p, len);
        p += len;
    }
}

void cli_text_json(struct cli_text *t, eqlite_string s)
{
    const unsigned char *p = (const unsigned char *)s.ptr, *end = p + s.len;
    cli_text_add(t, "\"", 1);
    while (p < end) {
        size_t len;
        long code = decode(p, end, &len);
        if (code < 0)
            cli_text_add(t, "\xEF\xBF\xBD", 3);
        else if (code == '"' || code == '\\')
            cli_text_printf(t, "\\%c", (int)code);
        else if (code < 0x20)
            cli_text_printf(t, "\\u%04lx", (unsigned long)code);
        else
            cli_text_add(t, (const char *)p, len);
        p += len;
    }
    cli_text_add(t, "\"", 1);
}

void cli_text_count(struct cli_text *t, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            cli_text_add(t, ",", 1);
        cli_text_add(t, &digits[i], 1);
    }
}

bool cli_read_file(struct cli_text *out, const char *path)
{
    return cli_read_most(out, path, SIZE_MAX);
}

bool cli_read_most(struct cli_text *out, const char *path, size_t most)
{
    char block[16384];
    bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : fopen(path, "rb");
    size_t n;
    if (!f) {
        cli_error("cannot open %s: %s", path, strerror(errno));
        return false;
    }
    while (out->len <= most && (n = fread(block, 1, sizeof block, f)) > 0)
        cli_text_add(out, block, n);
    bool fine = !ferror(f);
    if (!fine)
        cli_error("cannot read %s: %s", path, strerror(errno));
    if (!standard)
        fclose(f);
    if (fine && !out->ptr)
        cli_text_add(out, "", 0);
    return fine;
}

size_t cli_columns(eqlite_string s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return n;
}

eqlite_string cli_string(const char *text)
{
    return (eqlite_string){text, text ? strlen(text) : 0};
}

void cli_text_place(struct cli_text *out, eqlite_string path, uint64_t line)
{
    if (path.len == 0 || cli_string_is(path, "-"))
        cli_text_printf(out, "<stdin>");
    else
        cli_text_escape(out, path);
    cli_text_printf(out, ":%llu", (unsigned long long)line);
}

int cli_string_order(eqlite_string a, eqlite_string b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool cli_string_is(eqlite_string s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

bool cli_like(const char *pattern, eqlite_string text)
{
    const char *star = NULL;
    size_t at = 0, retry = 0;
    while (at < text.len) {
        int c = tolower((unsigned char)text.ptr[at]);
        if (*pattern == '*') {
            star = pattern++;
            retry = at;
        } else if (*pattern && (*pattern == '?' || tolower((unsigned char)*pattern) == c)) {
            pattern++;
            at++;
        } else if (star) {
            pattern = star + 1;
            at = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

#define LONGEST_NAME 40

/* Edits (insert, delete, replace, swap neighbours) from a to b, both at most LONGEST_NAME long. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[3][LONGEST_NAME + 1];
    size_t *before = row[0], *last = row[1], *now = row[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[m];
}

const char *cli_nearest(const char *wanted, const char *const *names, size_t n)
{
    size_t len = strlen(wanted), least = len / 3 + 2;
    const char *best = NULL;
    if (len > LONGEST_NAME)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t name_len = strlen(names[i]);
        size_t d = name_len > LONGEST_NAME ? least : distance(wanted, len, names[i], name_len);
        if (d < least) {
            least = d;
            best = names[i];
        }
    }
    return best;
}

const char *const cli_level_names[] = {"low", "medium", "high", "critical", NULL};

enum cli_level cli_level_of(eqlite_string severity)
{
    for (unsigned i = 0; cli_level_names[i]; i++)
        if (cli_string_is(severity, cli_level_names[i]))
            return (enum cli_level)i;
    return CLI_NO_LEVEL;
}
