/* format.c — texts of rule files in their one layout, and where such files are. */
#include "api/handles.h"

#include "api/compiler_priv.h"

_Static_assert(EQLITE_FORMAT_WIDTH == EQ_FORMAT_WIDTH, "the width that is promised is the one used");

eqlite_status eqlite_format(eqlite_compiler *c, const char *name, const char *text, size_t len, unsigned width,
                            eqlite_write *write, void *ctx)
{
    struct eq_rule_set *set;
    struct eq_buf out;
    enum eq_status st = eq_compiler_rule_set(&set, c);
    if (st != EQ_OK)
        return eq_api_status(st);
    eq_buf_init(&out, eq_compiler_alloc(c));
    st = eq_rule_format(&out, set, eq_api_slice(name), eq_slice(text, len), width, eq_compiler_diags(c));
    eqlite_status written = st == EQ_OK ? eq_api_write(&out, write, ctx) : eq_api_status(st);
    eq_buf_free(&out);
    return written;
}

eqlite_status eqlite_rule_paths(eqlite_compiler *c, const char *path, eqlite_on_path *each, void *ctx)
{
    struct eq_rule_set *set;
    enum eq_status st = eq_compiler_rule_set(&set, c);
    if (st == EQ_OK)
        st = eq_rule_paths(set, path, each, ctx, eq_compiler_diags(c));
    return eq_api_status(st);
}
