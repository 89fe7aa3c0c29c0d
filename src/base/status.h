/* status.h — how a function says that the world failed.
 *
 * Wrong rules and broken events are not failures of a call: they become diagnostics and counters. */
#ifndef EQ_BASE_STATUS_H
#define EQ_BASE_STATUS_H

enum eq_status {
    EQ_OK = 0,
    EQ_NOMEM,   /* an allocation failed; the object is unchanged or poisoned, as its header says */
    EQ_INVALID, /* the input is wrong; a diagnostic says where */
    EQ_LIMIT,   /* a documented limit was reached */
    EQ_IO,      /* reading or writing failed; errno or a diagnostic names the path */
    EQ_END      /* nothing more to read */
};

#endif
