/* decode_shapes.h — events of a shape that was seen before are not walked, but read off.
 *
 *      {"a": {"b": "x"}, "n": 5}      one byte for each token:  { " : { " : " } , " : 0 }
 *                                     keys:    tokens 1, 4, 9 read "a", "b", "n"
 *                                     values:  field 0 is the string at token 6, field 1 the number at 11
 *
 * Most events of a stream have the same keys in the same order as some event before. A shape is what a walk depends on: the
 * first byte of every token, as far as JSON tells such bytes apart, and the text of every key that was looked up.
 * Where both are equal, a walk would read the same tokens into the same fields, so only their texts are read. That is
 * straight through: a few lists, without a guess at what comes next.
 *
 * A shape is learned when its tokens come a second time, from a walk that takes notes (decode_walk.c). Tokens and keys
 * are compared in full; a hash is never trusted. Memory is bounded, and where shapes do not repeat few are looked for. */
#ifndef EQ_EVENT_DECODE_SHAPES_H
#define EQ_EVENT_DECODE_SHAPES_H

#include "event/decode_priv.h"

struct eq_shapes;

enum eq_status eq_shapes_new(struct eq_shapes **out, const struct eq_alloc *alloc);
void eq_shapes_free(struct eq_shapes *s); /* NULL is fine */

/* What to do with the document that was indexed last. */
enum eq_shape_answer {
    EQ_SHAPE_READ, /* done: its values are there */
    EQ_SHAPE_WALK, /* walk it; some values may have been read, which must be forgotten */
    EQ_SHAPE_NOTE  /* the same, taking notes into *eq_shapes_notes */
};
enum eq_shape_answer eq_shapes_read(struct eq_shapes *s, struct eq_decoder *d);
struct eq_notes *eq_shapes_notes(struct eq_shapes *s); /* empty */
/* Learn the shape of the document that eq_shapes_read answered EQ_SHAPE_NOTE to, and that has been walked. A failed
 * allocation only means that it is not. */
void eq_shapes_learn(struct eq_shapes *s, const struct eq_decoder *d);
struct eq_shape_stats eq_shapes_stats(const struct eq_shapes *s);

#endif
