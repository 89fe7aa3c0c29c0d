/* lucene.h — Lucene's regular expressions, written as PCRE2 patterns.
 *
 * Pure text to text; whoever matches compiles the result with PCRE2_UTF | PCRE2_DOTALL (and PCRE2_CASELESS) and takes
 * it as anchored at both ends (it carries \A(?: … )\z itself). Whole-pattern ~x and a&b become several patterns. */
#ifndef EQ_PLAN_LUCENE_H
#define EQ_PLAN_LUCENE_H

#include "base/arena.h"
#include "base/slice.h"
#include "base/status.h"

struct eq_lucene {
    struct eq_slice *patterns; /* PCRE2; all must hold (intersection) */
    bool *negate;              /* pattern i must not match (complement) */
    size_t n;
    struct eq_slice literal;   /* a run of bytes that every match contains, as long as one is easy to see; may be empty;
                                  empty when any pattern is negated */
};

struct eq_lucene_error {
    size_t offset; /* byte in the pattern */
    const char *message; /* static */
};

/* EQ_INVALID with *error, EQ_NOMEM, EQ_LIMIT (nesting, or repeat counts beyond 1000: *error too). */
enum eq_status eq_lucene_translate(struct eq_lucene *out, struct eq_slice pattern, struct eq_arena *arena,
                                   struct eq_lucene_error *error);

#endif
