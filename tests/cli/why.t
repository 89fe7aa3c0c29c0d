# explain --event, run --explain, .why: why an event matches or not

The condition as it is written, with the answer of each part, what it saw and what it wanted:

  $ cat > events.ndjson <<'END'
  > {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process"},"process":{"name":"pwsh","args":["a","-enc","zz"],"pid":4},"user":{"name":"root"}}
  > {"@timestamp":"2026-01-01T00:00:01Z","event":{"category":"file"},"process":{"name":"CMD.EXE","arg":["b"],"pid":"4"},"user":{"name":"ada"},"ok":true}
  > END
  $ eqlite explain --event events.ndjson -e 'process where process.name : "powershell*" and not user.name == "root"'
  events.ndjson:1: no match
    ✗ false  and
      ✓ true   process — event.category is "process"
      ✗ false  process.name : "powershell*" — process.name is "pwsh", wanted "powershell*" (it does not begin with "powershell")
      ✗ false  not — this, too, removed the event
        ✓ true   user.name == "root" — user.name is "root"
  events.ndjson:2: no match
    ✗ false  and
      ✗ false  process — event.category is "file", wanted "process"
      ✗ false  process.name : "powershell*" — process.name is "CMD.EXE", wanted "powershell*" (it does not begin with "powershell")
      ✓ true   not
        ✗ false  user.name == "root" — user.name is "ada"
  $ eqlite explain --event events.ndjson -e 'any where process.name in ("cmd.exe", "conhost.exe", "pwsh.exe", "x", "y") or process.args like ("-E*", "*q")'
  events.ndjson:1: no match
    ✗ false  or
      ✗ false  process.name in ("cmd.exe", "conhost.exe", "pwsh.exe", "x", "y") — process.name is "pwsh", wanted "pwsh.exe", "x", "y" … and 2 more
      ✗ false  process.args like ("-E*", "*q") — process.args is "a", "-enc", "zz", wanted "-E*" or "*q" ("-enc": only the case differs)
  events.ndjson:2: no match
    ✗ false  or
      ✗ false  process.name in ("cmd.exe", "conhost.exe", "pwsh.exe", "x", "y") — process.name is "CMD.EXE", wanted "cmd.exe", "pwsh.exe", "x" … and 2 more (only the case differs)
      ✗ null   process.args like ("-E*", "*q") — the event has no process.args; it has process.arg
  $ eqlite explain --event events.ndjson -e 'any where length(process.name) > 5 and process.pid == 5 and ok == "yes"'
  events.ndjson:1: no match
    ✗ false  and
      ✗ false  length(process.name) > 5 — process.name is "pwsh"; length(process.name) is 4, wanted > 5
      ✗ false  process.pid == 5 — process.pid is 4, wanted 5
      ✗ null   ok == "yes" — the event has no ok, wanted "yes"
  events.ndjson:2: no match
    ✗ false  and
      ✓ true   length(process.name) > 5 — process.name is "CMD.EXE"; length(process.name) is 7
      ✗ false  process.pid == 5 — process.pid is "4", wanted 5 (a string, wanted a number)
      ✗ false  ok == "yes" — ok is true, wanted "yes" (a boolean, wanted a string)
  $ eqlite explain --event events.ndjson -e 'any where process.name regex "p.*h" or process.name regex ("c.*", "C.*") or user.nmae != null or process == null'
  events.ndjson:1: match
    ✓ true   or
      ✓ true   process.name regex "p.*h" — process.name is "pwsh"
      ✗ false  process.name regex ("c.*", "C.*") — process.name is "pwsh", wanted "c.*" or "C.*" (a pattern must match the whole value)
      ✗ false  user.nmae != null — the event has no user.nmae; it has user.name
      ✗ false  process == null — process is an object, not a value
  events.ndjson:2: match
    ✓ true   or
      ✗ false  process.name regex "p.*h" — process.name is "CMD.EXE", wanted "p.*h" (a pattern must match the whole value)
      ✓ true   process.name regex ("c.*", "C.*") — process.name is "CMD.EXE", matched by "C.*"
      ✗ false  user.nmae != null — the event has no user.nmae; it has user.name
      ✗ false  process == null — process is an object, not a value
  $ eqlite explain --event events.ndjson -e 'any where process.name != "pwsh" and process.none == null and process.pid not in (4, 5) and not user.name != "ada"'
  events.ndjson:1: no match
    ✗ false  and
      ✗ false  process.name != "pwsh" — process.name is "pwsh"
      ✓ true   process.none == null — the event has no process.none; it has process.name
      ✗ false  process.pid not in (4, 5) — process.pid is 4, equal to 4
      ✗ false  not — this, too, removed the event
        ✓ true   user.name != "ada" — user.name is "root", wanted "ada"
  events.ndjson:2: no match
    ✗ false  and
      ✓ true   process.name != "pwsh" — process.name is "CMD.EXE"
      ✓ true   process.none == null — the event has no process.none; it has process.name
      ✗ false  process.pid not in (4, 5) — process.pid is "4", equal to 4
      ✓ true   not
        ✗ false  user.name != "ada" — user.name is "ada"
  $ eqlite explain --event events.ndjson -e 'any where process.name like "*m?.EXE" or process.name like "C*d*" or process.name : "CM*exe?" or process.name : "?"'
  events.ndjson:1: no match
    ✗ false  or
      ✗ false  process.name like "*m?.EXE" — process.name is "pwsh", wanted "*m?.EXE" (it does not end with "m?.EXE")
      ✗ false  process.name like "C*d*" — process.name is "pwsh", wanted "C*d*" (it does not begin with "C")
      ✗ false  process.name : "CM*exe?" — process.name is "pwsh", wanted "CM*exe?" (it does not begin with "cm")
      ✗ false  process.name : "?" — process.name is "pwsh", wanted "?" (it is not as long as "?")
  events.ndjson:2: no match
    ✗ false  or
      ✗ false  process.name like "*m?.EXE" — process.name is "CMD.EXE", wanted "*m?.EXE" (only the case differs)
      ✗ false  process.name like "C*d*" — process.name is "CMD.EXE", wanted "C*d*" (only the case differs)
      ✗ false  process.name : "CM*exe?" — process.name is "CMD.EXE", wanted "CM*exe?" (it does not end with "exe?")
      ✗ false  process.name : "?" — process.name is "CMD.EXE", wanted "?" (it is not as long as "?")

A hundred values, a hundred constants, a hundred parts: the nearest first, then how many more.

  $ awk 'BEGIN { printf "{\"a\":["; for (i = 0; i < 100; i++) printf "%s\"value %d\"", i ? "," : "", i; print "]}" }' > many.ndjson
  $ eqlite explain --event many.ndjson -e "any where a in ($(seq -s , -f '"valve %g"' 11 110))"
  many.ndjson:1: no match
    ✗ false  a in ("valve 11","valve 12","valve 13","valve 14","valve 15","valve 16",… — a is "value 11" (12th of 100, the nearest), wanted "valve 11", "valve 12", "valve 13" … and 97 more
  $ eqlite explain --event many.ndjson -e 'any where a == "value 7" and not a : "nothing"'
  many.ndjson:1: match
    ✓ true   and
      ✓ true   a == "value 7" — a is "value 7" (8th of 100)
      ✓ true   not
        ✗ false  a : "nothing" — a is "value 0", "value 1", "value 2", "value 3" … and 96 more
  $ eqlite explain --event many.ndjson -e "any where $(seq -s ' or ' -f 'b == %g' 1 100)" | tail -n 2
      ✗ null   b == 24 — the event has no b, wanted 24
      … and 76 more
  $ eqlite explain --event many.ndjson -e 'any where concat(a, a, a, a) == "x"'
  many.ndjson:1: no match
    ✗ false  concat(a, a, a, a) == "x" — a is "value 0", "value 1", "value 2", "value 3" … and 96 more; concat(a, a, a, a) is "value 0value 0value 0value 0", wanted "x"

A value that is no friend of terminals, and one that is long:

  $ printf '{"a":"\\u001b[2J\\u202e\303\050"}\n' | eqlite explain --event - -e 'any where a == "x"'
  <stdin>:1: no match
    ✗ false  a == "x" — a is "\u{1b}[2J\u{202e}�(", wanted "x"
  $ awk 'BEGIN { printf "{\"a\":\""; for (i = 0; i < 100000; i++) printf "long"; print "\"}" }' | eqlite explain --event - -e 'any where a == "long"'
  <stdin>:1: no match
    ✗ false  a == "long" — a is "longlonglonglonglonglonglonglonglonglonglonglonglonglonglong"… (400000 bytes), wanted "long"

Of an array of objects it is told which element:

  $ echo '{"list":[{"k":"a","v":1},{"k":"b","v":2},{"v":3}]}' > list.ndjson
  $ eqlite explain --dialect endpoint --event list.ndjson -e 'any where _arraysearch(list, $x, $x.k == "b" and $x.v > 1)'
  list.ndjson:1: match
    ✓ true   _arraysearch(list, $x, $x.k == "b" and $x.v > 1) — element 1 of 3, counted from 0
      ✓ true   and
        ✓ true   $x.k == "b" — $x.k is "b"
        ✓ true   $x.v > 1 — $x.v is 2
  $ eqlite explain --dialect endpoint --event list.ndjson -e 'any where _arraysearch(list, $x, $x.k == "B" and $x.v > 1)'
  list.ndjson:1: no match
    ✗ false  _arraysearch(list, $x, $x.k == "B" and $x.v > 1) — no element; the nearest is 1 of 3, counted from 0
      ✗ false  and
        ✗ false  $x.k == "B" — $x.k is "b", wanted "B" (only the case differs)
        ✓ true   $x.v > 1 — $x.v is 2
  $ eqlite explain --dialect endpoint --event list.ndjson -e 'any where _arraysearch(nothing, $x, $x.k == "B")'
  list.ndjson:1: no match
    ✗ false  _arraysearch(nothing, $x, $x.k == "B") — the event has no such array, or an empty one

Relations between processes are those that the events before it made:

  $ cat > tree.ndjson <<'END'
  > {"event.category":"process","process.entity_id":"1","process.name":"word"}
  > {"event.category":"process","process.entity_id":"2","process.parent.entity_id":"1","process.name":"cmd"}
  > END
  $ eqlite explain --dialect endpoint --event tree.ndjson -e 'any where child of [process where process.name == "word"]'
  tree.ndjson:1: no match
    ✗ false  child of [process where process.name == "word"] — no related process met this so far
      ✓ true   and
        ✓ true   process — event.category is "process"
        ✓ true   process.name == "word" — process.name is "word"
  tree.ndjson:2: match
    ✓ true   child of [process where process.name == "word"] — an event before met this
      ✗ false  and
        ✓ true   process — event.category is "process"
        ✗ false  process.name == "word" — process.name is "cmd", wanted "word"

Of a sequence: what became of each key, and which events came nearest to the one that never came.

  $ cat > sequence.ndjson <<'END'
  > {"@timestamp":"2026-01-01T00:00:00Z","t":"a","u":"x"}
  > {"@timestamp":"2026-01-01T00:00:01Z","t":"a","u":"y"}
  > {"@timestamp":"2026-01-01T00:00:02Z","t":"b","u":"x"}
  > {"@timestamp":"2026-01-01T00:00:03Z","t":"a","u":"y"}
  > {"@timestamp":"2026-01-01T00:00:04Z","t":"end","u":"x"}
  > {"@timestamp":"2026-01-01T00:10:00Z","t":"b","u":"y"}
  > {"@timestamp":"2026-01-01T00:10:01Z","t":"C","u":"y"}
  > END
  $ eqlite explain --event sequence.ndjson -e 'sequence by u with maxspan=1m [any where t == "a"] [any where t == "b"] [any where t == "c"] until [any where t == "end"]'
  sequence <query>
    key ["x"]
      sequence.ndjson:1  1 of 3  started
      sequence.ndjson:3  2 of 3  extended
      sequence.ndjson:5  2 of 3  ended by until (begun at sequence.ndjson:1)
      event 3 never came; the nearest:
        sequence.ndjson:1 ["x"]
          ✗ t == "c" — t is "a", wanted "c"
        sequence.ndjson:3 ["x"]
          ✗ t == "c" — t is "b", wanted "c"
        sequence.ndjson:5 ["x"]
          ✗ t == "c" — t is "end", wanted "c"
    key ["y"]
      sequence.ndjson:2  1 of 3  started
      sequence.ndjson:4  1 of 3  started
      sequence.ndjson:4  1 of 3  replaced by a newer one with the same key (begun at sequence.ndjson:2)
      sequence.ndjson:6  1 of 3  expired: maxspan was over (begun at sequence.ndjson:4)
      event 2 never came; the nearest:
        sequence.ndjson:2 ["y"]
          ✗ t == "b" — t is "a", wanted "b"
        sequence.ndjson:4 ["y"]
          ✗ t == "b" — t is "a", wanted "b"
        sequence.ndjson:7 ["y"]
          ✗ t == "b" — t is "C", wanted "b"
  $ eqlite explain --event sequence.ndjson -e 'sequence by u [any where t == "A"] [any where t == "b"]'
  sequence <query>
    no event met the first stage; the nearest:
      sequence.ndjson:1 ["x"]
        ✗ t == "A" — t is "a", wanted "A" (only the case differs)
      sequence.ndjson:2 ["y"]
        ✗ t == "A" — t is "a", wanted "A" (only the case differs)
      sequence.ndjson:4 ["y"]
        ✗ t == "A" — t is "a", wanted "A" (only the case differs)
  $ eqlite explain --event sequence.ndjson -e 'sequence by u [any where t == "a"] [any where t == "b"]' | tail -n 3
      sequence.ndjson:4  1 of 2  started
      sequence.ndjson:4  1 of 2  replaced by a newer one with the same key (begun at sequence.ndjson:2)
      sequence.ndjson:6  2 of 2  completed (begun at sequence.ndjson:4)
  $ eqlite explain --event list.ndjson -e 'sample by a [any where a == 1] [any where a == 2]'
  list.ndjson:1: sample of 2
    stage 1
      ✗ null   a == 1 — the event has no a, wanted 1
    stage 2
      ✗ null   a == 2 — the event has no a, wanted 2

Several rules, by name; a folder of them with -r:

  $ cat > rule.toml <<'END'
  > [rule]
  > name = "A shell"
  > rule_id = "1"
  > severity = "low"
  > risk_score = 1
  > type = "eql"
  > language = "eql"
  > query = 'process where process.name : ("pwsh", "bash") and not user.name : "ad*"'
  > END
  $ eqlite explain --event events.ndjson -r rule.toml | head -n 1
  eqlite: 2 warnings about rules, which eqlite check shows
  events.ndjson:1: match
  $ eqlite explain --event events.ndjson -r rule.toml rule.toml -q | grep :
  events.ndjson:1: A shell: match
      ✓ true   process.name : ("pwsh", "bash") — process.name is "pwsh", like "pwsh"
        ✗ false  user.name : "ad*" — user.name is "root"
  events.ndjson:1: A shell: match
      ✓ true   process.name : ("pwsh", "bash") — process.name is "pwsh", like "pwsh"
        ✗ false  user.name : "ad*" — user.name is "root"
  events.ndjson:2: A shell: no match
      ✗ false  process.name : ("pwsh", "bash") — process.name is "CMD.EXE", wanted "pwsh" or "bash"
        ✓ true   user.name : "ad*" — user.name is "ada"
  events.ndjson:2: A shell: no match
      ✗ false  process.name : ("pwsh", "bash") — process.name is "CMD.EXE", wanted "pwsh" or "bash"
        ✓ true   user.name : "ad*" — user.name is "ada"
  $ eqlite explain --event events.ndjson -e 'any where true' -r rule.toml
  eqlite: explain: --event explains queries (-e, -f) or rules, not both at once
  Try 'eqlite help explain'.
  [2]
  $ eqlite explain --format json -r rule.toml
  eqlite: explain: --format is about events; give some with --event FILE
  Try 'eqlite help explain'.
  [2]

As JSON, for programs; the same in alerts:

  $ eqlite explain --event events.ndjson --format json -r rule.toml | head -n 1
  eqlite: 2 warnings about rules, which eqlite check shows
  {"path":"events.ndjson","line":1,"matches":["A shell"],"why":[{"rule":"A shell","stages":[{"part":0,"kind":"and","value":"true","text":"and","start":0,"end":71,"parts":[{"part":1,"kind":"compare","value":"true","text":"process","start":0,"end":7,"note":"event.category is \"process\""},{"part":2,"kind":"and","value":"true","text":"and","start":14,"end":71,"parts":[{"part":3,"kind":"like","value":"true","text":"process.name : (\"pwsh\", \"bash\")","start":14,"end":45,"note":"process.name is \"pwsh\", like \"pwsh\""},{"part":4,"kind":"not","value":"true","text":"not","start":50,"end":71,"parts":[{"part":5,"kind":"like","value":"false","text":"user.name : \"ad*\"","start":54,"end":71,"note":"user.name is \"root\""}]}]}]}]}]}
  $ eqlite run -q --explain -r rule.toml events.ndjson | jq -c '.eqlite.explain[0] | [recurse(.parts[]?) | [.part, .value, .note]]'
  [[0,"true",null],[1,"true","event.category is \"process\""],[2,"true",null],[3,"true","process.name is \"pwsh\", like \"pwsh\""],[4,"true",null],[5,"false","user.name is \"root\""]]
  $ eqlite run -q --explain --alerts compact -r rule.toml events.ndjson | jq -c '.explain[0].parts[0]'
  {"part":1,"kind":"compare","value":"true","text":"process","start":0,"end":7,"note":"event.category is \"process\""}
  $ sed 's/^query.*/query = '"'"'sequence by u with maxspan=5m [any where t == "a"] as x [any where t == x.t] ![any where t == "no"] '"'"'/' rule.toml > alias.toml
  $ eqlite run -q --dialect endpoint --explain -r alias.toml sequence.ndjson | jq -c '.eqlite.explain | map(if . then [.text, .value, .note] else . end)'
  [["t == \"a\"","true","t is \"a\""],["t == x.t","true","t is \"a\"; x.t is \"a\""],null]

In the interactive program, about an event by its number:

  $ printf 'process where process.name : "cmd.exe"\n\n.why 1\n.why 3\n.why\n' | eqlite repl events.ndjson
  ✗ false  and
    ✓ true   process — event.category is "process"
    ✗ false  process.name : "cmd.exe" — process.name is "pwsh", wanted "cmd.exe"
  eqlite: there are events 1 to 2
  eqlite: which event? they are counted from 1
  $ printf '.why 1\n' | eqlite repl events.ndjson
  eqlite: no query to explain yet

What docs/language.md shows is what is printed:

  $ awk '/^## / { on = /Why, and why not/ } /^```/ { code = on && /console/; next } code' "$data/../../../docs/language.md" > shown
  $ sed -n 's/^\$ //p' shown | while read -r line; do printf '$ %s\n' "$line"; eval "$line" < /dev/null; done > printed
  $ diff -u shown printed && grep -c '^\$' shown
  7
