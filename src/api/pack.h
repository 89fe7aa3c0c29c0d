/* pack.h — finished rules as an image of bytes, and an image as rules to be compiled. */
#ifndef EQ_API_PACK_H
#define EQ_API_PACK_H

#include "api/handles.h"
#include "plan/program_pack.h"

/* What is in an image; rule number i has plan number i. */
struct eq_api_packed {
    struct eq_slice category, timestamp; /* options that the plans were made with */
    struct eq_rule *rules;
    struct eq_plan *plans;
    size_t n;
    struct eq_packed_program program; /* what was compiled of them, and the nodes that they are made of */
};

/* Read it; everything lives in `arena`. EQ_INVALID: *why says why it cannot be used, static or strerror's. EQ_NOMEM. */
enum eq_status eq_api_unpack(struct eq_api_packed *out, const char *path, struct eq_arena *arena, const char **why);

#endif
