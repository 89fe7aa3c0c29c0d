/* repl_place.c — which place of the grammar a half-typed query ends in.
 *
 *      text ─▶ words, strings, marks ─▶ what each of them leaves expected ─▶ the place of the last word
 *
 * It reads like the lexer, but trusts nobody: any text has a place, perhaps the wrong one, and Tab then offers too
 * little. The word at the end counts as not typed yet. */
#include <stdlib.h>
#include <string.h>

#include "cli/repl.h"

enum { MOST_DEPTH = 64 };

struct walk {
    enum repl_at at;          /* what is expected next */
    char open[MOST_DEPTH];    /* '[' a stage, '(' an expression, 'f' a call, 'l' a list of values, '{' */
    size_t depth;
    bool by, after_in;        /* in the keys of `by`; behind an operator where a list may open */
    struct cli_text field;    /* that values are compared with */
};

static bool is(eqlite_string word, const char *name)
{
    return cli_string_is(word, name);
}

static bool any_of(eqlite_string word, const char *const *names)
{
    for (; *names; names++)
        if (is(word, *names))
            return true;
    return false;
}

static enum repl_at more(const struct walk *w)
{
    for (size_t i = 0; i < w->depth && i < MOST_DEPTH; i++)
        if (w->open[i] == '[')
            return REPL_AT_MORE_IN_STAGE;
    return REPL_AT_MORE;
}

static bool in_list(const struct walk *w)
{
    return w->depth > 0 && w->depth <= MOST_DEPTH && w->open[w->depth - 1] == 'l';
}

static void take_word(struct walk *w, eqlite_string word)
{
    static const char *const joins[] = {"and", "or", "not", "where", NULL};
    static const char *const lists[] = {"in", "in~", "like", "like~", "regex", "regex~", NULL};
    bool was_field = w->at == REPL_AT_OPERATOR;
    w->after_in = false;
    if (any_of(word, joins)) {
        w->at = was_field && is(word, "not") ? REPL_AT_OPERATOR : REPL_AT_CONDITION;
        w->by = false;
    } else if (is(word, "sequence") || is(word, "sample")) {
        w->at = REPL_AT_SEQUENCE;
    } else if (is(word, "by")) {
        w->at = REPL_AT_FIELD;
        w->by = true;
    } else if (is(word, "with")) {
        w->at = w->depth ? REPL_AT_NOTHING : REPL_AT_SPAN;
        w->by = false;
    } else if (is(word, "until")) {
        w->at = REPL_AT_SEQUENCE;
        w->by = false;
    } else if (any_of(word, lists)) {
        w->at = REPL_AT_VALUE;
        w->after_in = true;
    } else if (w->at == REPL_AT_START || w->at == REPL_AT_CATEGORY) {
        w->at = REPL_AT_WHERE;
    } else if (w->at == REPL_AT_CONDITION) {
        w->field.len = 0;
        cli_text_add(&w->field, word.ptr + (word.len && word.ptr[0] == '?'), word.len - (word.len && word.ptr[0] == '?'));
        w->at = REPL_AT_OPERATOR;
    } else if (w->at == REPL_AT_VALUE) {
        w->at = in_list(w) ? REPL_AT_NOTHING : more(w);
    } else if (w->by) {
        w->at = w->depth ? REPL_AT_NOTHING : REPL_AT_STAGE_END;
    } else {
        w->at = REPL_AT_NOTHING;
    }
}

static void push(struct walk *w, char c)
{
    if (w->depth < MOST_DEPTH)
        w->open[w->depth] = c;
    w->depth++;
}

/* A closing bracket. */
static void pop(struct walk *w)
{
    char was = w->depth && w->depth <= MOST_DEPTH ? w->open[w->depth - 1] : 0;
    w->depth -= w->depth > 0;
    if (was == '[')
        w->at = REPL_AT_STAGE_END;
    else
        w->at = was == 'f' ? REPL_AT_OPERATOR : more(w);
}

static void take_mark(struct walk *w, char c)
{
    bool listed = w->after_in;
    w->after_in = false;
    if (c == '(') {
        push(w, listed ? 'l' : w->at == REPL_AT_OPERATOR ? 'f' : '(');
        w->at = listed ? REPL_AT_VALUE : REPL_AT_CONDITION;
    } else if (c == '[') {
        w->by = false;
        push(w, '[');
        w->at = REPL_AT_CATEGORY;
    } else if (c == ')' || c == ']') {
        pop(w);
    } else if (c == ',') {
        w->at = w->by ? REPL_AT_FIELD : in_list(w) ? REPL_AT_VALUE : REPL_AT_CONDITION;
    } else if (c == '|') {
        w->at = REPL_AT_PIPE;
        w->by = false;
    } else if (strchr("=<>:!", c)) {
        if (c == '=' && w->at == REPL_AT_NOTHING) /* maxspan= */
            return;
        w->at = c == '!' && w->at != REPL_AT_OPERATOR ? w->at : REPL_AT_VALUE;
        w->after_in = c == ':';
    }
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_.@?~-`$", c) ||
           (unsigned char)c >= 0x80;
}

size_t repl_string_end(const char *text, size_t at, size_t len)
{
    bool raw = len - at >= 3 && memcmp(text + at, "\"\"\"", 3) == 0;
    for (size_t i = at + (raw ? 3 : 1); i < len; i++) {
        if (text[i] == '\n') /* never closed; no string goes on in the next line */
            return i;
        if (!raw && text[i] == '\\' && i + 1 < len && text[i + 1] != '\n')
            i++;
        else if (!raw && text[i] == '"')
            return i + 1;
        else if (raw && len - i >= 3 && memcmp(text + i, "\"\"\"", 3) == 0)
            return i + 3;
    }
    return len + 1;
}

size_t repl_comment_end(const char *text, size_t at, size_t len)
{
    bool line = text[at + 1] == '/';
    size_t open = 1; /* they nest */
    for (size_t i = at + 2; i < len; i++) {
        bool pair = i + 1 < len;
        if (line && text[i] == '\n')
            return i + 1;
        if (!line && pair && text[i] == '/' && text[i + 1] == '*') {
            open++;
            i++;
        } else if (!line && pair && text[i] == '*' && text[i + 1] == '/') {
            i++;
            if (--open == 0)
                return i + 1;
        }
    }
    return len + 1;
}

void repl_place_find(struct repl_place *p, const char *text, size_t len)
{
    struct walk w = {.at = REPL_AT_START};
    *p = (struct repl_place){.word = len};
    for (size_t i = 0; i < len;) {
        size_t end = i + 1;
        if (strchr(" \t\r\n", text[i]) || !text[i]) {
            i++;
            continue;
        }
        if (text[i] == '"') {
            end = repl_string_end(text, i, len);
            if (end > len) { /* open: this is the word */
                p->word = i;
                w.at = w.at == REPL_AT_VALUE ? w.at : REPL_AT_NOTHING;
                break;
            }
            w.at = in_list(&w) ? REPL_AT_NOTHING : more(&w);
            w.after_in = false;
        } else if (text[i] == '/' && i + 1 < len && (text[i + 1] == '/' || text[i + 1] == '*')) {
            end = repl_comment_end(text, i, len);
            if (end > len) {
                w.at = REPL_AT_NOTHING;
                break;
            }
        } else if (is_word(text[i])) {
            while (end < len && is_word(text[end]))
                end++;
            if (end == len) {
                p->word = i;
                break;
            }
            take_word(&w, (eqlite_string){text + i, end - i});
        } else {
            take_mark(&w, text[i]);
        }
        i = end;
    }
    p->what = w.at;
    cli_text_add(&w.field, "", 0);
    p->field = w.field.ptr;
}

void repl_place_free(struct repl_place *p)
{
    free(p->field);
    p->field = NULL;
}
