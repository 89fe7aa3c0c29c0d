/* schema.c — which fields there are, as users and their data tell a compiler. */
#include "api/compiler_priv.h"

eqlite_status eqlite_compiler_add_schema(eqlite_compiler *c, const char *text, size_t len)
{
    const struct eq_alloc *alloc = eq_compiler_alloc(c);
    struct eq_schema *schema = eq_compiler_schema(c);
    eqlite_event document = {.json = text, .len = len};
    struct eq_slice padded;
    struct eq_buf copy;
    enum eq_status st = EQ_NOMEM;

    eq_buf_init(&copy, alloc);
    if (schema && eq_api_pad(&padded, &copy, &document))
        st = eq_schema_read(schema, padded, alloc);
    eq_buf_free(&copy);
    return eq_api_status(st);
}

eqlite_status eqlite_compiler_compare(eqlite_compiler *c, const eqlite_survey *survey)
{
    struct eq_schema *schema = eq_compiler_schema(c);
    enum eq_status st = schema ? EQ_OK : EQ_NOMEM;

    if (schema)
        eq_schema_compare(schema);
    for (size_t i = 0; i < eqlite_survey_count(survey) && st == EQ_OK; i++) {
        eqlite_string path = eqlite_survey_get(survey, i).path;
        st = eq_schema_saw(schema, eq_slice(path.ptr, path.len));
    }
    return eq_api_status(st);
}
