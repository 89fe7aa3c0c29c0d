/* lineage.h — which processes come from which: descendant of, child of, event of.
 *
 *      winword.exe ──▶ cmd.exe ──▶ powershell.exe         tracker 3: descendant of [… name : "winword.exe"]
 *      source          derived     derived
 *
 * Every such condition of the rules is a tracker. For each process the table holds two sets of trackers as bits: those
 * for which it is a source (an event of it met the condition) and those for which it is derived (its parent is a source
 * or, for descendant of, derived itself). One look-up of a process and its parent serves all trackers.
 *
 * A process is known by process.entity_id, or by host.id and process.pid where events have no entity id; its parent
 * likewise, and its ancestors by process.Ext.ancestry. It is forgotten after it has ended (docs/semantics.md,
 * Lineage). Events must come in order. */
#ifndef EQ_MATCH_LINEAGE_H
#define EQ_MATCH_LINEAGE_H

#include "base/pack.h"
#include "event/event.h"
#include "plan/program.h"

/* Processes remembered at most; further ones are not tracked, and counted. */
#define EQ_LINEAGE_PROCESSES 1000000

struct eq_lineage;

/* NULL in *out if the program has no trackers. */
enum eq_status eq_lineage_new(struct eq_lineage **out, const struct eq_program *program, const struct eq_alloc *alloc);
void eq_lineage_free(struct eq_lineage *l); /* NULL is fine */

/* An event: its process inherits from its parent. */
enum eq_status eq_lineage_begin(struct eq_lineage *l, const struct eq_event *event);
/* The event met the condition of a tracker: its process is a source. */
enum eq_status eq_lineage_source(struct eq_lineage *l, uint32_t tracker);
/* Does the event's process stand in the tracker's relation to one that met its condition? */
bool eq_lineage_holds(const struct eq_lineage *l, uint32_t tracker);
/* Could any tracker hold for it? */
bool eq_lineage_any(const struct eq_lineage *l);
uint64_t eq_lineage_untracked(const struct eq_lineage *l);

/* lineage_save.c, see save.h. NULL has no processes. */
void eq_lineage_save(struct eq_pack *p, const struct eq_lineage *l, const struct eq_alloc *alloc);
void eq_lineage_restore(struct eq_unpack *u, struct eq_lineage *l, const struct eq_alloc *alloc);

#endif
