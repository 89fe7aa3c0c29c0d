/* forms.h — how texts of a rule file are written: days, durations, times. */
#ifndef EQ_RULE_FORMS_H
#define EQ_RULE_FORMS_H

#include "base/slice.h"

/* `s` follows a picture: 0 is a digit, x a hexadecimal digit, all else itself. */
bool eq_form_is(struct eq_slice s, const char *picture);
bool eq_form_is_day(struct eq_slice s);       /* 2026/01/31, and there is such a day */
bool eq_form_is_duration(struct eq_slice s);  /* 5m, of s m h d */
bool eq_form_is_date_math(struct eq_slice s); /* now-9m, 2026-01-31||-1d/d */
/* Nanoseconds of a duration, or of how far now-9m lies back; false if it is another form, or too long to count. */
bool eq_form_duration(int64_t *out_ns, struct eq_slice s);
bool eq_form_look_back(int64_t *out_ns, struct eq_slice s);

#endif
