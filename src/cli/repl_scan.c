/* repl_scan.c — where a statement ends: at a ';' that is in no string, comment or bracket.
 *
 * It goes on where it stopped, so that a statement of many lines is looked at once. Strings and comments may go over
 * lines; their marks may not, so that a line's end is a place to stop. */
#include <string.h>

#include "cli/repl.h"

static bool at(const char *text, size_t len, size_t i, const char *mark)
{
    size_t n = strlen(mark);
    return len - i >= n && memcmp(text + i, mark, n) == 0;
}

/* Inside a string: the index behind what is at i. */
static size_t in_string(struct repl_scan *s, const char *text, size_t len, size_t i)
{
    if (s->quote == 'r') {
        if (!at(text, len, i, "\"\"\""))
            return i + 1;
        for (i += 3; i < len && text[i] == '"'; i++) /* more quotes at the end belong to it */
            ;
        s->quote = 0;
        return i;
    }
    if (s->quote == '"' && text[i] == '\\')
        return i + 2;
    if (text[i] == s->quote)
        s->quote = 0;
    return i + 1;
}

static size_t in_comment(struct repl_scan *s, const char *text, size_t len, size_t i)
{
    bool opens = at(text, len, i, "/*"), closes = at(text, len, i, "*/");
    s->comments = opens ? s->comments + 1 : closes ? s->comments - 1 : s->comments;
    return i + (opens || closes ? 2 : 1);
}

bool repl_scan(struct repl_scan *s, const char *text, size_t len)
{
    while (s->at < len) {
        size_t i = s->at;
        if (s->quote) {
            s->at = in_string(s, text, len, i);
        } else if (s->comments || at(text, len, i, "/*")) {
            s->at = in_comment(s, text, len, i);
        } else if (at(text, len, i, "//")) {
            const char *end = memchr(text + i, '\n', len - i);
            s->at = end ? (size_t)(end - text) : len;
        } else if (at(text, len, i, "\"\"\"")) {
            s->quote = 'r';
            s->at = i + 3;
        } else if (text[i] == ';' && !s->open) {
            return true;
        } else {
            char c = text[i];
            s->quote = c == '"' || c == '`' ? c : 0;
            if (c == '(' || c == '[')
                s->open++;
            else if ((c == ')' || c == ']') && s->open)
                s->open--;
            s->at = i + 1;
        }
    }
    return false;
}

bool repl_scan_is_whole(const struct repl_scan *s)
{
    return !s->open && !s->comments && !s->quote;
}
