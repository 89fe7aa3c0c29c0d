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

/* Slips between two texts of at most EQ_SUGGEST_MAX bytes, two for each, one for a letter in the other case. */
enum { EQ_SUGGEST_MAX = 128 };
unsigned eq_suggest_distance(struct eq_slice a, struct eq_slice b);

#endif
