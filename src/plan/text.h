/* text.h — values as text, and text without case, in memory that dies with the event.
 *
 * Patterns, in~ and folded comparisons look at the text form of a value; most of the time that form is there already
 * and is borrowed. */
#ifndef EQ_PLAN_TEXT_H
#define EQ_PLAN_TEXT_H

#include "base/arena.h"
#include "event/value.h"

/* Room for the text form of any value that is not a string. */
#define EQ_SHORT_TEXT 256

/* The text form of a value that is not null: borrowed from the value, or written to `room` (EQ_SHORT_TEXT bytes). */
struct eq_slice eq_text_of(const struct eq_value *v, char *room);
/* Folded form (base/utf8.h, Case): `s` itself when folding changes nothing, else a copy in `arena`. False when memory
 * runs out. */
bool eq_text_fold(struct eq_slice *out, struct eq_slice s, struct eq_arena *arena);
/* Order of the folded forms by bytes, without making them. */
int eq_text_fold_cmp(struct eq_slice a, struct eq_slice b);

#endif
