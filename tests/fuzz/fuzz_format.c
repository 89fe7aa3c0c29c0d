/* fuzz_format.c — any bytes formatted, as a query or as a rule file.
 *
 * Promised: what is wrong is told and gives nothing; else the result means the same (its tree, and its plan if there is
 * one, print the same), and formatting it again changes nothing. The first byte picks query or file, the second the
 * width. */
#include "api/eqlite.h"
#include "fuzz.h"

struct text {
    char *ptr;
    size_t len;
};

static bool collect(const char *ptr, size_t len, void *ctx)
{
    struct text *t = ctx;
    t->ptr = realloc(t->ptr, t->len + len + 1);
    PROMISE(t->ptr);
    memcpy(t->ptr + t->len, ptr, len);
    t->len += len;
    return true;
}

static bool same(const struct text *a, const struct text *b)
{
    return a->len == b->len && (a->len == 0 || !memcmp(a->ptr, b->ptr, a->len));
}

/* A form of a query, and whether it has one. */
static eqlite_status explain(struct text *out, eqlite_compiler *c, const char *stage, const struct text *text)
{
    *out = (struct text){0};
    return eqlite_explain(c, stage, "q", text->ptr, text->len, collect, out);
}

static void check_meaning(eqlite_compiler *c, const struct text *before, const struct text *after)
{
    static const char *const stages[] = {"ast", "plan"};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        struct text a, b;
        eqlite_status one = explain(&a, c, stages[i], before), two = explain(&b, c, stages[i], after);
        PROMISE(one == two && same(&a, &b));
        free(a.ptr);
        free(b.ptr);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 1 << 16)
        return 0;
    bool query = data[0] % 4 != 0;
    const char *name = query ? "q" : "x.toml";
    unsigned width = data[1] % 2 ? data[1] : 0;
    struct text text = {fuzz_copy(data + 2, size - 2), size - 2}, once = {0}, twice = {0};
    eqlite_compiler *c = NULL;
    eqlite_options options = EQLITE_OPTIONS_INIT;
    options.dialect = "endpoint";
    PROMISE(eqlite_compiler_new(&c, &options) == EQLITE_OK);
    eqlite_status status = eqlite_format(c, name, text.ptr, text.len, width, collect, &once);
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(c);
    PROMISE(status == EQLITE_OK || status == EQLITE_INVALID);
    PROMISE((status == EQLITE_OK) == (eqlite_diagnostics_errors(d) == 0));
    PROMISE(status == EQLITE_OK || once.len == 0);
    if (status == EQLITE_OK) {
        PROMISE(eqlite_format(c, name, once.ptr ? once.ptr : "", once.len, width, collect, &twice) == EQLITE_OK);
        PROMISE(same(&once, &twice));
        if (query)
            check_meaning(c, &text, &once);
    }
    eqlite_compiler_free(c);
    free(text.ptr);
    free(once.ptr);
    free(twice.ptr);
    return 0;
}
