/* sample.h — one rule's sample: events in any order that share a key, one for each filter.
 *
 *      key      filter 0     filter 1          every key that each filter has seen gives a sample of distinct events
 *      "a"      e1 e4        e2                (e1, e2)
 *      "b"      e3           –                 none
 *
 * Decided when the input ends, in order of keys (docs/semantics.md, Samples). */
#ifndef EQ_MATCH_SAMPLE_H
#define EQ_MATCH_SAMPLE_H

#include "match/sequence.h"

struct eq_sample;
struct eq_saving;
struct eq_restoring;

/* At most `per_key` samples for each key. */
enum eq_status eq_sample_new(struct eq_sample **out, struct eq_sequence_context *context, uint32_t rule,
                             uint32_t per_key, struct eq_results *results);
void eq_sample_free(struct eq_sample *s);
enum eq_status eq_sample_feed(struct eq_sample *s, struct eq_moment *moment, const uint32_t *clauses, size_t n);
enum eq_status eq_sample_finish(struct eq_sample *s);
size_t eq_sample_bytes(const struct eq_sample *s); /* kept, as the budget counts them */
/* sample_save.c, see save.h. What the end of the input has given is not saved. */
void eq_sample_save(struct eq_saving *s, const struct eq_sample *sample);
void eq_sample_restore(struct eq_restoring *r, struct eq_sample *sample); /* a new one */

#endif
