/* attack.h — MITRE ATT&CK, as far as rules are checked against it (attack.def, which says the version). */
#ifndef EQ_RULE_ATTACK_H
#define EQ_RULE_ATTACK_H

#include "base/buf.h"

/* The name of a tactic ("TA0002") or technique ("T1059", "T1059.001"); NULL if it is not in the table. */
const char *eq_attack_tactic(struct eq_slice id);
const char *eq_attack_technique(struct eq_slice id);
/* The id of the tactic with this name; NULL if there is none. */
const char *eq_attack_tactic_id(struct eq_slice name);
/* The id of the tactic that a file is named after, as in defense_evasion_x; NULL if it is not named so. */
const char *eq_attack_tactic_of_file(struct eq_slice stem);
/* The tactic whose name is nearest; NULL if none is near. */
const char *eq_attack_nearest(struct eq_slice name);
/* Ids of the tactics that a technique serves, parted by blanks; "" if that is not known. */
const char *eq_attack_tactics_of(struct eq_slice technique);
/* For a technique that ATT&CK dropped: what replaced it, or ""; NULL for all others. */
const char *eq_attack_gone(struct eq_slice technique);
const char *eq_attack_version(void); /* "18" */
/* All of the table as one JSON object: {"version":"18","tactics":[["TA0043","Reconnaissance"],…],"techniques":[["T1003",
 * "OS Credential Dumping",["TA0006"]],…]}. Tactics are in the order of an attack, techniques in that of their ids. */
void eq_attack_json(struct eq_buf *out);

#endif
