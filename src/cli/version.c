/* version.c — which eqlite this is. */
#include <string.h>

#include "cli/cli.h"

int cli_version(struct cli *c)
{
    struct cli_output o = {.file = stdout};
    if (c->files.n)
        return cli_usage(c, "takes no operands");
    const char *const *dialects = eqlite_dialects();
    printf("eqlite %s\ndialects:", eqlite_version());
    for (size_t i = 0; dialects[i]; i++)
        printf(" %s", dialects[i]);
    printf("\nfunctions: %zu\n", eqlite_function_count());
    eqlite_status st = eqlite_features(cli_output_write, &o);
    if (st != EQLITE_OK && !o.error)
        return cli_failed(st);
    return cli_output_close(&o, true) ? CLI_OK : CLI_TROUBLE;
}
