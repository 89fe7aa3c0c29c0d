/* rows.h — an alert as rows of cells, for table and csv.
 *
 *      event rule, events:    one row: the columns, or a sensible choice
 *      sequence, events:      a row for each event, in front of the columns the number of the sequence
 *      alert:                 one row: TIME SEVERITY RULE HOST WHAT, then the columns, from the last event */
#ifndef EQ_SINK_ROWS_H
#define EQ_SINK_ROWS_H

#include "sink/sink_priv.h"

#define EQ_ROW_FIXED 5 /* most cells in front of the columns */

/* Takes one cell of a row. `severity`: the cell is one, and may be coloured. */
typedef void eq_cell(struct eq_sink *s, struct eq_slice text, bool severity, void *ctx);
/* Called after the last cell of a row. */
typedef enum eq_status eq_row_end(struct eq_sink *s, void *ctx);

size_t eq_rows_width(const struct eq_sink *s); /* cells in a row */
struct eq_slice eq_rows_title(const struct eq_sink *s, size_t cell);
enum eq_status eq_rows(struct eq_sink *s, const struct eq_alert *a, eq_cell *cell, eq_row_end *end, void *ctx);
/* When nobody chose columns: time, category, host, process. Called by the forms that print rows, when opened. */
enum eq_status eq_rows_open(struct eq_sink *s);

#endif
