/* number_shim.h — doubles from decimal text and back, by the C++ library: exact, and without a look at the locale. */
#ifndef EQ_BASE_NUMBER_SHIM_H
#define EQ_BASE_NUMBER_SHIM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The double nearest to the decimal in [first, end): digits with perhaps a point among them, perhaps an exponent, no
 * sign. What is too large becomes infinity, what is too small 0. */
double eq_decimal_read(const char *first, const char *end);

#define EQ_DECIMAL_DIGITS 17 /* no double needs more */

/* The fewest digits that read back as d, which is positive and finite, and of two digits if one would do the nearest, as
 * Java prints it (4.9E-324, not 5E-324): d1.d2d3… × 10^exponent, without zeros at the end. How many there are. */
int eq_decimal_digits(char digits[EQ_DECIMAL_DIGITS], int *exponent, double d);

#ifdef __cplusplus
}
#endif

#endif
