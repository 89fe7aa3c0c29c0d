/* test_parted.c — can the rule be run for each value of a field by itself, and if so the rule compiled for that.
 *
 *      sequence by host.name […] […]   ─▶   host.name: events of other hosts change nothing, not even the time
 *
 * The field is the first one that the rule reads and may be parted by; host.id for rules that ask for the ancestors of
 * processes. Rules about single events have no such field: they are parted anyway. Nor have rules with a pipe: when each
 * world has its own time, what waits for a missing event may be given in another order, and a pipe chooses by that. */
#include <stdlib.h>
#include <string.h>

#include "cli/test_case.h"

static bool discard(const char *ptr, size_t len, void *ctx)
{
    (void)ptr;
    (void)len;
    (void)ctx;
    return true;
}

static bool may_part(const eqlite_rules *alone, const char *field)
{
    const char *answer = NULL;
    return !strchr(field, ',') && eqlite_rules_partition(alone, 0, field, &answer, discard, NULL) == EQLITE_OK &&
           strcmp(answer, "keyed") == 0;
}

/* False: there is none. */
static bool choose(struct cli_text *field, const eqlite_rules *alone)
{
    eqlite_string query = eqlite_rules_get(alone, 0).query;
    if (memchr(query.ptr, '|', query.len))
        return false;
    for (size_t i = 0; i < eqlite_rules_field_count(alone); i++) {
        eqlite_string name = eqlite_rules_field(alone, i, NULL);
        field->len = 0;
        cli_text_add(field, name.ptr, name.len);
        if (strlen(field->ptr) == name.len && may_part(alone, field->ptr))
            return true;
    }
    field->len = 0;
    cli_text_printf(field, "host.id");
    return may_part(alone, field->ptr);
}

eqlite_rules *test_parted(struct cli_text *field, const struct cli *c, eqlite_rules *alone)
{
    eqlite_rules *parted = NULL;
    struct cli with = *c;
    if (!choose(field, alone))
        return NULL;
    with.partition_by = field->ptr;
    eqlite_compiler *compiler = cli_compiler(&with);
    if (!compiler)
        return NULL;
    eqlite_status st = eqlite_compiler_add_from(compiler, alone, 0);
    if (st == EQLITE_OK)
        st = eqlite_compiler_finish(&parted, compiler);
    if (st != EQLITE_OK)
        cli_failed(st);
    eqlite_compiler_free(compiler);
    return parted;
}
