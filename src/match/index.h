/* index.h — from one value of a field to all eager predicates that it makes true.
 *
 *      process.name = "CMD.EXE"
 *         exact   "CMD.EXE"  ─▶ predicates            == in like without wildcards
 *         folded  "cmd.exe"  ─▶ predicates            : in~ like~ without wildcards
 *         globs   *cmd*, c?d.exe … that match         like : with wildcards (match/windows.h)
 *
 * Built once per program, shared by matchers: each field when one of them first looks a value of it up, read-only from
 * then on. */
#ifndef EQ_MATCH_INDEX_H
#define EQ_MATCH_INDEX_H

#include "event/value.h"
#include "plan/program.h"

struct eq_index;

enum eq_status eq_index_new(struct eq_index **out, const struct eq_program *program, const struct eq_alloc *alloc);
void eq_index_free(struct eq_index *index);

/* Scratch of one thread for look-ups. */
struct eq_index_scratch {
    struct eq_buf folded, text;
    const uint32_t *next; /* fields that will be looked at soon: made while another thread makes the one at hand */
    size_t n_next;
};
void eq_index_scratch_init(struct eq_index_scratch *s, const struct eq_alloc *alloc);
void eq_index_scratch_free(struct eq_index_scratch *s);

/* Predicates that are true, one run of numbers at a time; a predicate may come more than once. */
typedef void eq_index_true(const uint32_t *predicates, uint32_t n, void *ctx);

/* The EXISTS predicate of a field, or EQ_NONE, and what looking up one of its values takes: nothing at all, one table, or so
 * much that the answer is worth keeping. */
enum eq_index_work { EQ_INDEX_NONE, EQ_INDEX_LITTLE, EQ_INDEX_MUCH };
struct eq_index_field {
    uint32_t exists;
    enum eq_index_work work;
};
/* By field; small, as it is looked at for every value of every event. */
const struct eq_index_field *eq_index_fields(const struct eq_index *index);

/* `needed`: bits by predicate, patterns of others need not be tried; they may come all the same. NULL: all are. */
enum eq_status eq_index_look(const struct eq_index *index, uint32_t field, const struct eq_value *v,
                             const uint64_t *needed, struct eq_index_scratch *scratch, eq_index_true *yes, void *ctx);

#endif
