/* timeline.h — a sequence drawn: one line per stage, time to the right.
 *
 *      timeline  a newer first event replaces the waiting one with the same key
 *      stages    by user: [A] [B]
 *      A   u:1  v:2  u:3
 *      B                  u:4  v:5
 *      =>  u: A3 B4    v: A2 B5
 *
 * becomes a query, its events, and the ids of what it must find. tests/README.md has the rules. */
#ifndef TIMELINE_H
#define TIMELINE_H

#include <stddef.h>

struct timeline_event {
    char *id, *json;
};

struct timeline {
    char *query;
    char *want;                    /* as for `ids` */
    struct timeline_event *events; /* in order of time */
    size_t n;
};

/* Read the lines below the word `timeline`. NULL, or a message that says what is wrong with them, to be freed. */
char *timeline_read(struct timeline *out, const char *body);
void timeline_free(struct timeline *t);

#endif
