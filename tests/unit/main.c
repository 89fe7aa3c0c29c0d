/* main.c — runs the CUnit suites of suites.def.
 *
 *      unit_tests                 all
 *      unit_tests --list          the names
 *      unit_tests SUITE...        only these suites
 *
 * Ends with "N passed, N failed", where a test with any failed assertion has failed. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <CUnit/Basic.h>
#include <CUnit/TestDB.h>

#define SUITE(name) extern CU_TestInfo eq_tests_##name[];
#include "unit/suites.def"
#undef SUITE

static const struct {
    const char *name;
    CU_TestInfo *tests;
} suites[] = {
#define SUITE(name) {#name, eq_tests_##name},
#include "unit/suites.def"
#undef SUITE
    {NULL, NULL},
};

static void list(void)
{
    for (size_t i = 0; suites[i].name; i++) {
        for (const CU_TestInfo *t = suites[i].tests; t->pName; t++)
            printf("%s: %s\n", suites[i].name, t->pName);
    }
}

/* Is the suite among the words? Without words every suite is. */
static bool wanted(const char *name, int n, char **words)
{
    for (int i = 0; i < n; i++) {
        if (!strcmp(words[i], name))
            return true;
    }
    return n == 0;
}

static bool add(const char *name, CU_TestInfo *tests)
{
    CU_pSuite suite = CU_add_suite(name, NULL, NULL);
    if (!suite)
        return false;
    for (const CU_TestInfo *t = tests; t->pName; t++) {
        if (!CU_add_test(suite, t->pName, t->pTestFunc))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "--list")) {
        list();
        return 0;
    }
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    for (size_t i = 0; suites[i].name; i++) {
        if (wanted(suites[i].name, argc - 1, argv + 1) && !add(suites[i].name, suites[i].tests)) {
            fprintf(stderr, "suite %s: %s\n", suites[i].name, CU_get_error_msg());
            return 2;
        }
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned run = CU_get_number_of_tests_run(), failed = CU_get_number_of_tests_failed();
    CU_cleanup_registry();
    printf("%u passed, %u failed\n", run - failed, failed);
    return failed || !run ? 1 : 0;
}
