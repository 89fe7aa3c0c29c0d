# Packs: rules compiled once

  $ cp "$data"/ev.ndjson "$data"/rule.toml .
  $ printf '// @name s\nsequence [any where true] [any where true] | head 1\n' > seq.eql
  $ eqlite compile -r rule.toml -r seq.eql -o rules.eqlpack
  eqlite: 1 warning about rules, which eqlite check shows
  eqlite: 2 rules compiled, 0 left out
  $ eqlite run -q -r rule.toml -r seq.eql ev.ndjson > want
  $ eqlite run -q -r rules.eqlpack ev.ndjson | cmp - want && wc -l < want
  2
  $ mv rule.toml away.toml; mv seq.eql away.eql
  $ eqlite run -q -r rules.eqlpack ev.ndjson | cmp - want
  $ eqlite test rules.eqlpack
  ok    A command shell started: a shell
  ok    A command shell started: something else
  2 passed, 0 failed
  $ eqlite check rules.eqlpack
  eqlite: rules.eqlpack is compiled; its rules were checked then
  eqlite: 2 checked, 0 errors, 0 warnings
  $ eqlite run -r rules.eqlpack --only 'A command*' ev.ndjson 2>&1 > out | sed 's/, [0-9.]* s.*//'
  eqlite: 3 events, 0 broken, 1 rule, 1 alert (1 high)
  $ eqlite fields -r rules.eqlpack | head -n 1
  FIELD             RULES
  $ eqlite compile -q -r rules.eqlpack --only s -o one.eqlpack && eqlite check one.eqlpack
  eqlite: one.eqlpack is compiled; its rules were checked then
  eqlite: 1 checked, 0 errors, 0 warnings

The same rules make the same bytes, and a pack is known by its first bytes, whatever it is called.

  $ eqlite compile -q -r away.toml -o a && eqlite compile -q -r away.toml -o b && cmp a b && eqlite check a
  eqlite: a is compiled; its rules were checked then
  eqlite: 1 checked, 0 errors, 0 warnings

All engines give the same, and a partition can be chosen when the pack is run.

  $ for e in memo shared naive; do eqlite run -q --engine $e -r rules.eqlpack ev.ndjson | cmp - want; done
  $ eqlite run -q --partition-by event.category -r away.toml -r away.eql ev.ndjson > want
  $ eqlite run -q --partition-by event.category -r rules.eqlpack ev.ndjson | cmp - want

What is damaged or does not fit is refused.

  $ head -c 500 rules.eqlpack > cut.eqlpack && eqlite run -r cut.eqlpack ev.ndjson
  error[E0803]: cut.eqlpack: the pack is truncated
    help: compile it again: eqlite compile -r RULES -o cut.eqlpack
  eqlite: no rule could be used
  [2]
  $ (head -c 300 rules.eqlpack; printf 'X'; tail -c +302 rules.eqlpack) > changed.eqlpack && eqlite check -q changed.eqlpack
  error[E0803]: changed.eqlpack: the pack is damaged: its checksum is another
    help: compile it again: eqlite compile -r RULES -o changed.eqlpack
  [1]
  $ echo text > text.eqlpack; eqlite check -q text.eqlpack | head -n 1
  error[E0803]: text.eqlpack: this is no pack
  $ eqlite run -q -r rules.eqlpack --event-category-field kind ev.ndjson
  error[E0803]: rules.eqlpack: the pack was compiled for another field of the event's category
    help: compile it again: eqlite compile -r RULES -o rules.eqlpack
  eqlite: no rule could be used
  [2]

Rules that do not compile are left out of a pack; without any there is none.

  $ echo 'process where' > wrong.eql; eqlite compile -r wrong.eql -r away.toml -o some.eqlpack 2>&1 | tail -n 1; eqlite check some.eqlpack
  eqlite: 1 rule compiled, 1 left out
  eqlite: some.eqlpack is compiled; its rules were checked then
  eqlite: 1 checked, 0 errors, 0 warnings
  $ eqlite compile -q -r wrong.eql -r away.toml -o some.eqlpack > told 2>&1
  [1]
  $ eqlite compile -q -r wrong.eql -o none.eqlpack > told 2>&1; ls none.eqlpack 2> no
  [2]
  $ eqlite compile -r away.toml
  eqlite: compile: where to? use -o PACK
  Try 'eqlite help compile'.
  [2]
  $ eqlite compile -o x.eqlpack
  eqlite: compile: no rules given: use -r FILE or -r FOLDER
  Try 'eqlite help compile'.
  [2]
  $ eqlite compile -r away.toml -o /dev/full
  eqlite: cannot write /dev/full: No space left on device
  [2]
