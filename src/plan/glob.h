/* glob.h — patterns with * (any run of characters) and ? (exactly one code point); everything else is literal.
 *
 * A pattern is cut at its stars when it is compiled, so that matching is a search for pieces from left to right,
 * linear in practice and never exponential:   "C:\*\x?.exe"  ─▶  [C:\]  [\x?.exe]  */
#ifndef EQ_PLAN_GLOB_H
#define EQ_PLAN_GLOB_H

#include "base/arena.h"
#include "base/slice.h"

struct eq_glob {
    struct eq_slice text; /* as given; folded (base/utf8.h) when fold */
    bool fold;
    bool star_first, star_last;
    bool wild;               /* has any * or ? at all */
    bool single;             /* has any ? */
    uint32_t n_pieces;       /* the runs between stars, empty ones left out */
    struct eq_slice *pieces; /* may hold '?' */
    uint32_t min_len;        /* bytes a match has at least */
};

/* Compile a pattern, which is valid UTF-8 as all rule text is. Memory from `arena`; false when it runs out. */
bool eq_glob_compile(struct eq_glob *out, struct eq_slice pattern, bool fold, struct eq_arena *arena);
/* The whole of `text` matches. When the glob folds, `text` must be folded already (plan/text.h). An invalid byte of
 * `text` counts as one character. */
bool eq_glob_match(const struct eq_glob *g, struct eq_slice text);
bool eq_glob_is_wild(struct eq_slice pattern);

#endif
