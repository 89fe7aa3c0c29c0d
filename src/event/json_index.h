/* json_index.h — where the tokens of a JSON text begin, found by simdjson's first stage.
 *
 *      {"a": [1, "x"]}        at: 0 1 4 6 7 8 10 13 14
 *      ^^  ^ ^^^ ^  ^^        brackets, colons, commas, and the first byte of each scalar
 *
 * Quotes inside strings are no tokens, so a walk over `at` never looks at a string's bytes unless it wants them.
 * This is the only door to C++: json_index.cc lets no exception through. The index lives on the C++ heap. */
#ifndef EQ_EVENT_JSON_INDEX_H
#define EQ_EVENT_JSON_INDEX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum eq_json_fault {
    EQ_JSON_FINE,
    EQ_JSON_UTF8,     /* invalid UTF-8 somewhere */
    EQ_JSON_UNCLOSED, /* a string does not end */
    EQ_JSON_CONTROL,  /* a raw control character inside a string */
    EQ_JSON_EMPTY,    /* nothing but blanks */
    EQ_JSON_TOO_LONG, /* 4 GiB or more */
    EQ_JSON_NOMEM
};

/* Zeroed is a valid empty index. */
struct eq_json_index {
    uint32_t *at; /* n offsets, ascending; two more may be written by the caller as sentinels */
    size_t n;
    void *parser;
    unsigned small; /* texts in a row that needed little of a large capacity */
};

/* Find the tokens of text[0 .. len), of which len + 64 bytes must be readable. Valid until the next call. */
enum eq_json_fault eq_json_index_run(struct eq_json_index *x, const char *text, size_t len);
void eq_json_index_free(struct eq_json_index *x);
/* simdjson's version, and the name of the code that it chose for this processor; static. */
const char *eq_json_version(void);
const char *eq_json_processor(void);

#ifdef __cplusplus
}
#endif

#endif
