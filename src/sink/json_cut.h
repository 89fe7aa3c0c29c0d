/* json_cut.h — pieces of a JSON text, as they are written. For texts that eq_json_check has passed. */
#ifndef EQ_SINK_JSON_CUT_H
#define EQ_SINK_JSON_CUT_H

#include "base/slice.h"

/* The value of the first member of an object with this name; a name that is written with escapes is another. False:
 * there is none, or it is no object. */
bool eq_json_cut_member(struct eq_slice *value, struct eq_slice object, struct eq_slice name);

/* The elements of an array, one by one: begin with *rest as the array. False: no more, or it is no array. */
bool eq_json_cut_next(struct eq_slice *element, struct eq_slice *rest);

#endif
