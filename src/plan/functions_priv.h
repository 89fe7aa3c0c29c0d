/* functions_priv.h — what the bodies in functions_*.c share: arguments as text, as integers, folded. */
#ifndef EQ_PLAN_FUNCTIONS_PRIV_H
#define EQ_PLAN_FUNCTIONS_PRIV_H

#include "plan/functions.h"

/* The text form of a value that is not null: a string or a number's own text as it is, else made in `scratch`. */
enum eq_status eq_function_text(struct eq_slice *out, const struct eq_value *v, struct eq_arena *scratch);

/* The same text with case folded. As folding is one code point to one, code point n of one is n of the other. */
enum eq_status eq_function_fold(struct eq_slice *out, struct eq_slice text, struct eq_arena *scratch);

/* A whole number; values beyond 64 bits become the nearest that fits. False for anything else, as 1.5 or "1". */
bool eq_function_integer(int64_t *out, const struct eq_value *v);

/* Whether any of the first n arguments is null. */
bool eq_function_has_null(const struct eq_value *args, size_t n);

#endif
