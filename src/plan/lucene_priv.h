/* lucene_priv.h — the tree between reading Lucene's syntax (lucene_parse.c) and writing PCRE2's (lucene.c). */
#ifndef EQ_PLAN_LUCENE_PRIV_H
#define EQ_PLAN_LUCENE_PRIV_H

#include "plan/lucene.h"

#define EQ_LUCENE_MAX_NESTING 200
#define EQ_LUCENE_MAX_HEIGHT 800 /* of the tree: a group is up to four nodes high */
#define EQ_LUCENE_MAX_STACKED 40 /* repetitions of repetitions; so that what is written nests less than 250 deep */
#define EQ_LUCENE_MAX_REPEAT 1000
#define EQ_LUCENE_MAX_COST 65000 /* roughly bytes of compiled code, repeated groups written out */
#define EQ_LUCENE_FOREVER UINT32_MAX

enum eq_lucene_kind {
    EQ_L_EMPTY,     /* () : the empty text */
    EQ_L_NOTHING,   /* #  : no text at all */
    EQ_L_ANY,       /* .  */
    EQ_L_ANYTHING,  /* @  */
    EQ_L_TEXT,      /* literal text, at least one byte */
    EQ_L_CLASS,     /* [ ] : kids are TEXT of one character, SPAN, SHORTHAND; negated */
    EQ_L_SPAN,      /* a-z, in a class */
    EQ_L_SHORTHAND, /* \d and the like: `letter` */
    EQ_L_INTERVAL,  /* <m-n> */
    EQ_L_REPEAT,    /* kid, min .. max times */
    EQ_L_CONCAT,    /* two or more kids */
    EQ_L_UNION,
    EQ_L_BOTH,      /* a&b: two or more kids */
    EQ_L_COMPLEMENT /* ~kid */
};

struct eq_lucene_node {
    enum eq_lucene_kind kind;
    bool negated;
    bool one_char;             /* TEXT: a single character */
    char letter;               /* SHORTHAND */
    uint32_t min, max;         /* REPEAT; INTERVAL: the bounds */
    uint32_t width;            /* INTERVAL: digits, 0 for any */
    struct eq_slice text;      /* TEXT */
    struct eq_slice low, high; /* SPAN: one character each */
    struct eq_lucene_node *kid, *next;
    size_t offset; /* in the pattern */
    uint32_t cost;
    uint32_t height, stacked; /* the highest way down; repetitions of repetitions on the worst one */
};

/* Read a whole pattern. Statuses and error as eq_lucene_translate. */
enum eq_status eq_lucene_parse(struct eq_lucene_node **out, struct eq_slice pattern, struct eq_arena *arena,
                               struct eq_lucene_error *error);

#endif
