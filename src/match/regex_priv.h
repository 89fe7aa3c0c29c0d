/* regex_priv.h — a compiled regex, as the table makes it and the matcher reads it. */
#ifndef EQ_MATCH_REGEX_PRIV_H
#define EQ_MATCH_REGEX_PRIV_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>
#include <stdatomic.h>

#include "match/regex.h"

struct eq_regex {
    pcre2_code **codes; /* all must match, or not match where negated */
    bool *negate;
    size_t n;
    atomic_bool ready; /* the codes are as fast as they will be, and do not change again */
    bool fold;
    struct eq_slice literal; /* in every match; in lower case and ASCII when fold; may be empty */
    bool literal_has_ks;     /* k or s, which two characters beyond ASCII fold to */
};

const struct eq_regex *eq_regexes_get(const struct eq_regexes *t, uint32_t number);
/* Before its codes are run; any thread may ask. */
void eq_regexes_hasten(struct eq_regexes *t, uint32_t number);
/* PCRE2's view of an allocator; NULL when memory runs out. */
pcre2_general_context *eq_regex_memory(const struct eq_alloc *alloc);

#endif
