#!/usr/bin/env python3
"""attack.py — makes attack.def from what is known of MITRE ATT&CK.

    src/rule/attack.py VERSION observed.json redirects.json crosswalk.json > src/rule/attack.def

observed.json     {"tactics": {id: name}, "techniques": {id: name}, "pairs": {id: {tactic: count}}}
redirects.json    {"mapping": {old id: new id}}: techniques that were revoked
crosswalk.json    MITRE's list of what became of techniques when sub-techniques came (2020)

A technique and its sub-techniques share their tactics. A pair of technique and tactic that was seen seldom tells little
about the other tactics, so techniques seen less than SURE times have none: any tactic goes with them.
"""
import collections
import json
import sys

SURE = 10

HEAD = """/* attack.def — MITRE ATT&CK, as far as rules are checked against it.
 *
 *   VERSION(text)
 *   TACTIC(id, name)
 *   TECHNIQUE(id, name, tactics)     tactics: ids parted by blanks; "" if they are not known well enough
 *   GONE(id, instead)                revoked or deprecated; instead: what replaced it, or ""
 *
 * ATT&CK {version} (https://attack.mitre.org; ATT&CK is a trademark of The MITRE Corporation), as public rules use it in
 * 2026; not the whole. Rows are in order of bytes. Made by attack.py; do not edit. */
#ifndef VERSION
#define VERSION(text)
#endif
#ifndef TACTIC
#define TACTIC(id, name)
#endif
#ifndef TECHNIQUE
#define TECHNIQUE(id, name, tactics)
#endif
#ifndef GONE
#define GONE(id, instead)
#endif
"""

TAIL = """
#undef VERSION
#undef TACTIC
#undef TECHNIQUE
#undef GONE"""


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def text(value):
    return json.dumps(value, ensure_ascii=False)


def tactics_of(pairs):
    """technique without its sub-technique -> tactics, counted"""
    found = collections.defaultdict(collections.Counter)
    for technique, tactics in pairs.items():
        found[technique.split(".")[0]].update(tactics)
    return {technique: sorted(count) if sum(count.values()) >= SURE else [] for technique, count in found.items()}


def gone(redirects, crosswalk, current):
    """id -> ids that replaced it"""
    rows = {old: [new] for old, new in redirects["mapping"].items()}
    for entry in crosswalk:
        if entry["change-type"] == "Remains Technique":
            continue
        for old, instead in entry.items():
            if old != "change-type":
                rows.setdefault(old, [new["id"] for new in instead if new["id"].startswith("T")])
    return {old: new for old, new in rows.items() if old not in current and new != [old]}


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    observed = load(sys.argv[2])
    tactics = tactics_of(observed["pairs"])
    print(HEAD.replace("{version}", sys.argv[1]))
    print(f"VERSION({text(sys.argv[1].lstrip('v'))})\n")
    for key, name in sorted(observed["tactics"].items()):
        print(f"TACTIC({text(key)}, {text(name)})")
    print()
    for key, name in sorted(observed["techniques"].items()):
        print(f"TECHNIQUE({text(key)}, {text(name)}, {text(' '.join(tactics.get(key.split('.')[0], [])))})")
    print()
    for old, new in sorted(gone(load(sys.argv[3]), load(sys.argv[4]), observed["techniques"]).items()):
        print(f"GONE({text(old)}, {text(', '.join(new))})")
    print(TAIL)


main()
