/* functions.h — the functions a plan can call: their names and shapes (functions.def), and their bodies. */
#ifndef EQ_PLAN_FUNCTIONS_H
#define EQ_PLAN_FUNCTIONS_H

#include "base/arena.h"
#include "base/status.h"
#include "event/value.h"

enum eq_function_id {
#define FUNCTION(id, name, folds, min, max, needs, result, arguments, help) EQ_FN_##id,
#include "plan/functions.def"
#undef FUNCTION
    EQ_FUNCTION_COUNT
};

enum eq_function_result { EQ_FR_BOOL, EQ_FR_INT, EQ_FR_DOUBLE, EQ_FR_STRING, EQ_FR_ANY, EQ_FR_NUM };

/* Computes *out from the arguments. Text that it makes comes from `scratch`. Whatever cannot be computed (null in,
 * division by zero, overflow, not an address) is null. Fails only with EQ_NOMEM. `fold`: the name~ form. */
typedef enum eq_status eq_function_body(struct eq_value *out, const struct eq_value *args, size_t n, bool fold,
                                        struct eq_arena *scratch);

struct eq_function {
    const char *name;
    bool folds;
    uint8_t min_args, max_args; /* 255: any number */
    uint8_t needs; /* of so many arguments, from the first on, each makes the result null when it is; 255: of all */
    enum eq_function_result result;
    const char *arguments; /* functions.def */
    const char *help;
    eq_function_body *body;
};

extern const struct eq_function eq_functions[EQ_FUNCTION_COUNT];

/* By name, ignoring ASCII case, without a trailing '~'; EQ_FUNCTION_COUNT if there is none. Internal names (_x) are
 * not found. */
enum eq_function_id eq_function_find(struct eq_slice name);

#define FUNCTION(id, name, folds, min, max, needs, result, arguments, help) eq_function_body eq_fn_##id;
#include "plan/functions.def"
#undef FUNCTION

#endif
