/* progress.c — one line on standard error that tells how far we are, redrawn twice a second.
 *
 *      38 %  212 of 559 MB  140,211 events/s  12 alerts  3 s left */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define REDRAW_S 0.5
#define FIRST_S 1.0 /* quick runs show nothing */
#define EVENTS_PER_LOOK 1024

static struct cli_progress *visible; /* the one whose line is on the terminal now */

void cli_progress_start(struct cli_progress *p, const struct cli *c, uint64_t total)
{
    p->on = c->progress == CLI_ALWAYS || (c->progress == CLI_AUTO && !c->quiet && isatty(STDERR_FILENO));
    p->total = total;
    p->started = p->last = cli_seconds();
}

static void draw(struct cli_progress *p, double now)
{
    struct cli_text t = {0};
    double spent = now - p->started;
    if (p->total) {
        uint64_t percent = p->bytes >= p->total ? 100 : p->bytes * 100 / p->total;
        cli_text_printf(&t, "%llu %%  %.0f of %.0f MB  ", (unsigned long long)percent, (double)p->bytes / 1e6,
                        (double)p->total / 1e6);
    } else {
        cli_text_printf(&t, "%.0f MB  ", (double)p->bytes / 1e6);
    }
    cli_text_count(&t, (uint64_t)((double)p->events / spent));
    cli_text_printf(&t, " events/s  ");
    cli_text_count(&t, p->alerts);
    cli_text_printf(&t, " found");
    if (p->total > p->bytes && p->bytes)
        cli_text_printf(&t, "  %.0f s left", spent * (double)(p->total - p->bytes) / (double)p->bytes);
    fprintf(stderr, "\r\033[K%s", t.ptr);
    fflush(stderr);
    cli_text_free(&t);
    visible = p;
}

void cli_progress_step(struct cli_progress *p)
{
    if (!p->on || ++p->events % EVENTS_PER_LOOK != 0)
        return;
    double now = cli_seconds();
    if (now - p->started < FIRST_S || now - p->last < REDRAW_S)
        return;
    p->last = now;
    draw(p, now);
}

void cli_progress_erase(void)
{
    if (!visible)
        return;
    visible = NULL;
    fputs("\r\033[K", stderr);
    fflush(stderr);
}

void cli_progress_end(struct cli_progress *p)
{
    cli_progress_erase();
    p->on = false;
}
