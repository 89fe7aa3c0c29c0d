/* toml_cut.h — the lines inside long strings, which toml++ need not see.
 *
 *      query = '''                       query = '''
 *      process where true         ─▶                        the content, as it stood, goes into the tree
 *      '''                               '''                afterwards
 *
 * Most of a rule file is prose and a query between ''' or """, and toml++ spends some two hundred instructions on each
 * character. Lines keep their number and what stands before and behind a string keeps its column, so every position is
 * that of the file. Only what TOML takes as it stands is cut: no escape, no carriage return, no control character. */
#ifndef EQ_RULE_TOML_CUT_H
#define EQ_RULE_TOML_CUT_H

#include "base/buf.h"

struct eq_toml_cut {
    uint32_t line, column;   /* of the opening quotes */
    struct eq_slice content; /* borrowed from the source */
};

struct eq_toml_cuts {
    struct eq_slice source;
    struct eq_buf text;        /* the source so far, without what was cut */
    struct eq_toml_cut *items; /* ascending by line; a line opens one at most */
    size_t n, cap;
    size_t copied;             /* bytes of the source that are in `text` or cut */
    size_t counted;            /* bytes whose lines are counted */
    uint32_t line;             /* where they end */
    bool failed;               /* no memory */
};

void eq_toml_cuts_init(struct eq_toml_cuts *c, struct eq_slice source, const struct eq_alloc *alloc);
void eq_toml_cuts_free(struct eq_toml_cuts *c);
/* A string between triple quotes, these included; later ones come later. Cut it if that is possible and pays. */
void eq_toml_cut(struct eq_toml_cuts *c, struct eq_slice string);
/* The text for toml++, valid as long as the cuts and their source. EQ_NOMEM. */
enum eq_status eq_toml_cuts_text(struct eq_slice *out, struct eq_toml_cuts *c);
/* The cut whose opening quotes stand here, or NULL. */
const struct eq_toml_cut *eq_toml_cut_at(const struct eq_toml_cuts *c, uint32_t line, uint32_t column);

#endif
