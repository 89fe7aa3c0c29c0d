/* outline.h — what stands where in a rule file, right or wrong: for editors.
 *
 *      rule_id = "a7…"          id       bytes 12 to 48
 *      query = """              query    bytes 61 to 98, and where each byte of what it says stands
 *      process where \              ▲
 *        true"""                    └─ runs of bytes that stand as they are
 */
#ifndef EQ_RULE_OUTLINE_H
#define EQ_RULE_OUTLINE_H

#include "base/arena.h"
#include "base/status.h"

struct eq_outline_part {
    const char *kind;     /* "id", "name", "tested", "query", "test"; static */
    struct eq_slice text; /* what it says */
    size_t start, end;    /* its bytes in the file, without quotes */
};

struct eq_outline_run { /* `len` bytes of the query stand one after the other in the file */
    size_t query, file, len;
};

struct eq_outline { /* all in `arena`; nothing borrows */
    struct eq_arena arena;
    struct eq_outline_part *parts; /* in the order of kinds above, tests in that of the file */
    size_t n, cap;
    struct eq_outline_run *runs; /* of the query, ascending; the last is its end, of length 0 */
    size_t n_runs;
};

/* Read a text whose name ends with .toml as a rule file or a file of tests, any other as a query. EQ_INVALID: it is no
 * TOML, no UTF-8 or longer than a rule file may be. */
enum eq_status eq_outline_read(struct eq_outline *o, struct eq_slice name, struct eq_slice text,
                               const struct eq_alloc *alloc);
void eq_outline_free(struct eq_outline *o); /* a zeroed one is fine */

/* Where a byte of the query stands in the file, and the other way round; SIZE_MAX: not there. The end of the query is a
 * byte too. */
size_t eq_outline_to_file(const struct eq_outline *o, size_t at);
size_t eq_outline_to_query(const struct eq_outline *o, size_t at);

#endif
