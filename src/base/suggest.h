/* suggest.h — "did you mean": the nearest of some names, by Damerau-Levenshtein distance. */
#ifndef EQ_BASE_SUGGEST_H
#define EQ_BASE_SUGGEST_H

#include "base/slice.h"

struct eq_suggest {
    struct eq_slice wanted, best;
    unsigned distance; /* of best; names further than a third of the length are not suggested */
};

void eq_suggest_start(struct eq_suggest *s, struct eq_slice wanted);
void eq_suggest_try(struct eq_suggest *s, struct eq_slice name); /* case counts half */
bool eq_suggest_found(const struct eq_suggest *s);

#endif
