/* scaffold_priv.h — drafts of events, shared by scaffold*.c. */
#ifndef EQ_MATCH_SCAFFOLD_PRIV_H
#define EQ_MATCH_SCAFFOLD_PRIV_H

#include "match/scaffold.h"
#include "match/why_priv.h"

enum { EQ_DRAFT_CELLS = 64, EQ_DRAFT_VALUES = 6, EQ_DRAFT_TEXT = 4096 /* bytes of a value */ };

struct eq_draft_cell {
    struct eq_slice array; /* whose one element has it; ptr NULL: the event itself */
    struct eq_slice path;
    struct eq_slice values[EQ_DRAFT_VALUES]; /* JSON */
    unsigned n;
    bool locked; /* the first value stays: a join key */
};

/* An event under way. Texts borrow from the plan or the arena. */
struct eq_draft {
    struct eq_draft_cell cells[EQ_DRAFT_CELLS];
    unsigned n;
};

struct eq_drafting {
    struct eq_why *w;
    struct eq_arena arena; /* values */
    struct eq_draft *draft;
    struct eq_draft **of_stage; /* drafts that later ones may read; NULL: not made yet */
    bool reaches_back;          /* one of those was changed */
    struct eq_slice array; /* the search that the part at hand is in */
    uint64_t random;
    uint32_t hopeless; /* the part that could not be mended last, or EQ_NONE */
    bool nomem;
};

unsigned eq_drafting_pick(struct eq_drafting *d, unsigned n); /* a number below n, the same in each run */
/* Make the expression of a leaf true or false in the draft, as far as that can be told without asking. False: no idea. */
bool eq_draft_mend(struct eq_drafting *d, const struct eq_node *leaf, bool want);
void eq_draft_remove(struct eq_draft *draft, unsigned cell);
/* The event as JSON on one line, with a number as event.id and a time since the beginning. */
void eq_draft_print(struct eq_buf *out, const struct eq_draft *draft, struct eq_slice timestamp, unsigned number,
                    uint64_t ns);

/* scaffold_regex.c: some text that a regular expression of Lucene matches. False: no idea. */
bool eq_scaffold_regex(struct eq_buf *out, struct eq_slice pattern, struct eq_drafting *d);

#endif
