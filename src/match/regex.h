/* regex.h — the regular expressions of a program, compiled once, matched by every thread.
 *
 *      text ──▶ holds the literal? ──▶ PCRE2, within limits ──▶ its automaton, within limits ──▶ counted as failed
 *               no: done               answers nearly always     never backtracks                 no match
 *
 * The table is built when rules load and says the same ever after; a matcher belongs to one thread. Patterns are
 * Lucene's (plan/lucene.h). No pattern can stall the stream: whatever reaches a limit is counted, and the count tells
 * "does not match" from "gave up". */
#ifndef EQ_MATCH_REGEX_H
#define EQ_MATCH_REGEX_H

#include "base/alloc.h"
#include "base/slice.h"
#include "base/status.h"

#define EQ_REGEX_MAX_PATTERN 32768    /* bytes */
#define EQ_REGEX_MAX_COMPILED 1048576 /* bytes of PCRE2's code */
#define EQ_REGEX_MATCH_LIMIT 100000   /* steps back, and two more for each byte of the text */
#define EQ_REGEX_MAX_MORE_STEPS 8000000
#define EQ_REGEX_DEPTH_LIMIT 10000
#define EQ_REGEX_HEAP_LIMIT_KIB 8192

struct eq_regexes;
struct eq_regex_matcher;

struct eq_regex_error {
    size_t offset; /* byte in the pattern */
    char message[200];
};

/* An empty table. `alloc` is borrowed until it is freed. */
enum eq_status eq_regexes_new(struct eq_regexes **out, const struct eq_alloc *alloc);
void eq_regexes_free(struct eq_regexes *t); /* NULL is fine */
/* Append a pattern; numbers count from 0 in the order of adding. The same pattern twice is compiled once, but gets
 * two numbers. EQ_INVALID or EQ_LIMIT: *error says what is wrong and nothing was added. EQ_NOMEM. */
enum eq_status eq_regexes_add(uint32_t *number, struct eq_regexes *t, struct eq_slice pattern, bool fold,
                              struct eq_regex_error *error);
size_t eq_regexes_count(const struct eq_regexes *t);

/* A matcher over a table that no longer grows; the table must outlive it. */
enum eq_status eq_regex_matcher_new(struct eq_regex_matcher **out, struct eq_regexes *t, const struct eq_alloc *alloc);
void eq_regex_matcher_free(struct eq_regex_matcher *m); /* NULL is fine */

/* Does the whole of `text` match regex `number`? Fails only with EQ_NOMEM. */
enum eq_status eq_regex_match(bool *out, struct eq_regex_matcher *m, uint32_t number, struct eq_slice text);
/* Any of first .. first+n-1; made to be eq_machine.regex, with the matcher as `ctx`. */
enum eq_status eq_regex_match_any(bool *out, uint32_t first, size_t n, struct eq_slice text, void *matcher);

struct eq_regex_stats {
    uint64_t fallbacks; /* backtracking reached a limit: the automaton was asked */
    uint64_t failures;  /* the automaton reached one too: read as no match */
};
struct eq_regex_stats eq_regex_stats(const struct eq_regex_matcher *m);

#endif
