/* eqlite.c — version, names and small helpers of the public API. */
#include "api/handles.h"

#include "plan/functions.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

_Static_assert((int)EQLITE_NOMEM == EQ_NOMEM && (int)EQLITE_INVALID == EQ_INVALID && (int)EQLITE_LIMIT == EQ_LIMIT &&
                   (int)EQLITE_IO == EQ_IO && (int)EQLITE_END == EQ_END,
               "public and internal statuses have the same numbers");
_Static_assert(EQLITE_PADDING == EQ_JSON_PADDING, "callers pad as the decoder wants");

const char *eqlite_version(void)
{
    return TEXT(EQLITE_VERSION_MAJOR) "." TEXT(EQLITE_VERSION_MINOR) "." TEXT(EQLITE_VERSION_PATCH);
}

const char *eqlite_status_text(eqlite_status status)
{
    switch (status) {
    case EQLITE_OK: return "ok";
    case EQLITE_NOMEM: return "out of memory";
    case EQLITE_INVALID: return "invalid input";
    case EQLITE_LIMIT: return "a limit was reached";
    case EQLITE_IO: return "reading or writing failed";
    case EQLITE_END: return "end";
    }
    return "unknown status";
}

struct eq_alloc eq_api_alloc(const eqlite_allocator *wanted)
{
    if (!wanted || !wanted->resize)
        return eq_alloc_default;
    return (struct eq_alloc){wanted->resize, wanted->ctx};
}

eqlite_status eq_api_write(struct eq_buf *b, eqlite_write *write, void *ctx)
{
    if (eq_buf_status(b) != EQ_OK)
        return EQLITE_NOMEM;
    if (b->len && !write(b->ptr, b->len, ctx))
        return EQLITE_IO;
    return EQLITE_OK;
}

static struct eq_slice trimmed(struct eq_slice s)
{
    while (s.len && s.ptr[0] == ' ') {
        s.ptr++;
        s.len--;
    }
    while (s.len && s.ptr[s.len - 1] == ' ')
        s.len--;
    return s;
}

enum eq_status eq_api_names(struct eq_slice *out, size_t *n, size_t max, const char *text)
{
    *n = 0;
    while (text) {
        const char *comma = strchr(text, ',');
        struct eq_slice name = trimmed(comma ? eq_slice(text, (size_t)(comma - text)) : eq_slice_of(text));
        if (name.len && *n == max)
            return EQ_LIMIT;
        if (name.len)
            out[(*n)++] = name;
        text = comma ? comma + 1 : NULL;
    }
    return EQ_OK;
}

bool eq_api_pad(struct eq_slice *out, struct eq_buf *copy, const eqlite_event *event)
{
    *out = eq_slice(event->json, event->len);
    if (event->padded)
        return true;
    eq_buf_clear(copy);
    eq_buf_add(copy, *out);
    eq_buf_fill(copy, ' ', EQ_JSON_PADDING);
    out->ptr = copy->ptr;
    return eq_buf_status(copy) == EQ_OK;
}

void eq_api_options(void *out, size_t size, const void *given)
{
    size_t known = 0;
    memset(out, 0, size);
    if (given)
        memcpy(&known, given, sizeof known); /* every option struct begins with its size */
    if (known)
        memcpy(out, given, known < size ? known : size);
}

size_t eqlite_function_count(void)
{
    size_t n = 0;
    for (size_t i = 0; i < EQ_FUNCTION_COUNT; i++)
        n += eq_functions[i].name[0] != '_';
    return n;
}

eqlite_function eqlite_function_get(size_t index)
{
    for (size_t i = 0; i < EQ_FUNCTION_COUNT; i++) {
        const struct eq_function *f = &eq_functions[i];
        if (f->name[0] != '_' && index-- == 0)
            return (eqlite_function){f->name, f->help, f->folds, f->min_args, f->max_args};
    }
    return (eqlite_function){0};
}

const char *const *eqlite_keywords(void)
{
    return eq_keywords;
}

const char *const *eqlite_dialects(void)
{
    static const char *const names[] = {
#define LANGUAGE(id, name, parser, formatter, help) name,
#include "lang/languages.def"
#undef LANGUAGE
        NULL,
    };
    return names;
}
