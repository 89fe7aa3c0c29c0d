/* number.h — numbers to text and back, the way EQL wants them.
 *
 * Text form of a double follows Java (42.5, 1.0, 1.0E10), because that is what Elasticsearch's
 * string() and concat() print. */
#ifndef EQ_BASE_NUMBER_H
#define EQ_BASE_NUMBER_H

#include "base/buf.h"

enum eq_number_kind { EQ_NOT_NUMBER, EQ_NUMBER_INT, EQ_NUMBER_UINT, EQ_NUMBER_DOUBLE };

struct eq_number {
    enum eq_number_kind kind; /* UINT only above INT64_MAX */
    union {
        int64_t i;
        uint64_t u;
        double d;
    };
};

/* The whole of `text` as a number: [+-]digits, or a decimal with optional exponent. Integers beyond
 * 64 bits become doubles; infinities, NaN, hex and blanks are not numbers. */
struct eq_number eq_number_parse(struct eq_slice text);
/* -1, 0, 1, or 2 when unordered (NaN); exact between integers and doubles of any size. */
int eq_number_cmp(struct eq_number a, struct eq_number b);
void eq_buf_int(struct eq_buf *b, int64_t i);
void eq_buf_uint(struct eq_buf *b, uint64_t u);
void eq_buf_double(struct eq_buf *b, double d); /* Java style, shortest that reads back */

#endif
