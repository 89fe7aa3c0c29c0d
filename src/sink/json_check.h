/* json_check.h — is a text JSON, to the letter? */
#ifndef EQ_SINK_JSON_CHECK_H
#define EQ_SINK_JSON_CHECK_H

#include "base/slice.h"

/* One value and blanks around it, as RFC 8259 has it, at most 4096 levels deep. UTF-8 inside strings is not checked. */
bool eq_json_check(struct eq_slice text);
/* A number, true, false or null. */
bool eq_json_check_scalar(struct eq_slice text);

#endif
