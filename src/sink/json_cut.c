/* json_cut.c — one pass over brackets and strings; nothing is decoded. See json_cut.h. */
#include "sink/json_cut.h"

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* Behind the string that begins at p. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\' && p + 1 < end)
            p++;
    return p < end ? p + 1 : end;
}

/* Does a number or a word end here? */
static bool ends(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Behind the value that begins at p. */
static const char *skip_value(const char *p, const char *end)
{
    size_t depth = 0;
    do {
        if (p < end && *p == '"') {
            p = skip_string(p, end);
            continue;
        }
        if (p < end && (*p == '{' || *p == '['))
            depth++;
        else if (p < end && (*p == '}' || *p == ']'))
            depth--;
        p += p < end;
    } while (p < end && (depth || !ends(*p)));
    return p;
}

bool eq_json_cut_member(struct eq_slice *value, struct eq_slice object, struct eq_slice name)
{
    if (object.len == 0) /* without a place, perhaps */
        return false;
    const char *end = object.ptr + object.len, *p = skip_blanks(object.ptr, end);
    if (p == end || *p != '{')
        return false;
    p = skip_blanks(p + 1, end);
    while (p < end && *p == '"') {
        const char *key = p + 1;
        p = skip_string(p, end);
        bool found = eq_slice_eq(eq_slice(key, (size_t)(p - key - 1)), name);
        p = skip_blanks(p, end);
        p = skip_blanks(p + (p < end), end); /* the colon */
        const char *start = p;
        p = skip_value(p, end);
        if (found) {
            *value = eq_slice(start, (size_t)(p - start));
            return true;
        }
        p = skip_blanks(p, end);
        p = skip_blanks(p + (p < end), end); /* a comma, or the end */
    }
    return false;
}

bool eq_json_cut_next(struct eq_slice *element, struct eq_slice *rest)
{
    if (rest->len == 0)
        return false;
    const char *end = rest->ptr + rest->len, *p = skip_blanks(rest->ptr, end);
    if (p == end || (*p != '[' && *p != ','))
        return false;
    p = skip_blanks(p + 1, end);
    if (p == end || *p == ']')
        return false;
    *element = eq_slice(p, (size_t)(skip_value(p, end) - p));
    p = skip_blanks(element->ptr + element->len, end);
    *rest = eq_slice(p, (size_t)(end - p));
    return true;
}
