# check, test, explain, fields

  $ cp "$data"/ev.ndjson "$data"/rule.toml .
  $ eqlite check rule.toml
  eqlite: 1 checked, 0 errors, 0 warnings
  $ eqlite check -e 'process where process.name =' -e 'process where true'
  <query 1>:1:28: error[E0112]: "=" does not compare
  1 | process where process.name =
    |                            ^ help: write "=="
  <query 1>:1:29: error[E0101]: expected an expression, found the end of the query
  1 | process where process.name =
    |                             ^
  eqlite: 2 checked, 2 errors, 0 warnings
  [1]
  $ eqlite check --format json -e 'process where process.name ='
  [
  {"code":"E0112","severity":"error","message":"\"=\" does not compare","help":"write \"==\"","source":"<query>","rule":"<query>","line":1,"column":28,"end_line":1,"end_column":29},
  {"code":"E0101","severity":"error","message":"expected an expression, found the end of the query","source":"<query>","rule":"<query>","line":1,"column":29,"end_line":1,"end_column":29}
  ]
  eqlite: 1 checked, 2 errors, 0 warnings
  [1]
  $ eqlite check --format json rule.toml
  []
  eqlite: 1 checked, 0 errors, 0 warnings
  $ eqlite check nothing.toml
  error[E0801]: nothing.toml: No such file or directory
  eqlite: 0 checked, 1 error, 0 warnings
  [2]
  $ eqlite test rule.toml
  ok    A command shell started: a shell
  ok    A command shell started: something else
  2 passed, 0 failed
  $ eqlite test --filter 'some*' --junit out.xml rule.toml && cat out.xml
  ok    A command shell started: something else
  1 passed, 0 failed
  <?xml version="1.0" encoding="UTF-8"?>
  <testsuite name="eqlite" tests="1" failures="0" skipped="0">
    <testcase classname="A command shell started" name="something else" file="rule.toml" line="22"/>
  </testsuite>
  $ sed 's/"no_match"/"match"/' rule.toml > failing.toml && eqlite test failing.toml
  ok    A command shell started: a shell
  FAIL  A command shell started: something else
        expected an alert, got none (failing.toml:22)
  1 passed, 1 failed
  [1]
  $ eqlite explain E0101
  E0101: syntax error
  
  The text is not EQL at this place. The message says what could stand there.
  
      $ eqlite check -q -e 'process where process.name =='
      <query>:1:30: error[E0101]: expected an expression, found the end of the query
      1 | process where process.name ==
        |                              ^
  
  Look at what stands in front of the place as well: a missing quote or bracket is often noticed late. Keywords are
  written in lower case.
  $ eqlite explain W0801 | tail -n 2
  The byte is counted in the file. `--strict` makes the exit status 2. What can be mended is not broken:
  Broken events.
  $ for n in $(seq 101 120) $(seq 201 210) $(seq 301 310) $(seq 401 415) $(seq 501 517) 601 602 $(seq 701 706) $(seq 801 806) $(seq 901 906); do
  >     for code in E0$n W0$n; do
  >         eqlite explain $code > page 2> /dev/null && [ $(wc -l < page) -lt 3 ] && cat page
  >     done
  > done; true
  $ eqlite explain E0999
  eqlite: explain: no diagnostic has the code E0999
  Try 'eqlite help explain'.
  [2]
  $ eqlite explain --stage tokens -e 'process where true'
  1:1 name process
  1:9 keyword where
  1:15 keyword true
  $ eqlite explain rule.toml
  event
    and
      (== event.category "process")
      (== process.name "cmd.exe")
  $ eqlite explain --event ev.ndjson rule.toml
  ev.ndjson:1: match
    ✓ true   and
      ✓ true   process — event.category is "process"
      ✓ true   process.name == "cmd.exe" — process.name is "cmd.exe"
  ev.ndjson:2: no match
    ✗ false  and
      ✗ false  process — event.category is "file", wanted "process"
      ✗ null   process.name == "cmd.exe" — the event has no process.name, wanted "cmd.exe"
  ev.ndjson:3: no match
    ✗ false  and
      ✗ false  process — event.category is "network", wanted "process"
      ✗ false  process.name == "cmd.exe" — process.name is "curl", wanted "cmd.exe"
  $ eqlite explain --stage nothing -e 'process where true'
  eqlite: explain: --stage: unknown value 'nothing', expected one of: tokens ast plan program
  Try 'eqlite help explain'.
  [2]
  $ eqlite fields -r rule.toml
  FIELD             RULES
  event.category        1
  process.name          1
  $ eqlite fields ev.ndjson
  FIELD               EVENTS  TYPES             EXAMPLE
  @timestamp               3  string            2026-01-01T00:00:00Z
  event.category           3  string            process
  event.id                 3  string            1
  file.name                1  string            a, b.txt
  host.name                3  string            h1
  process.name             2  string            cmd.exe
  process.pid              1  number            4
  $ eqlite fields --format json -r rule.toml ev.ndjson
  [
  {"field":"@timestamp","rules":0,"events":3,"strings":3,"numbers":0,"booleans":0,"array":false,"example":"2026-01-01T00:00:00Z"},
  {"field":"event.category","rules":1,"events":3,"strings":3,"numbers":0,"booleans":0,"array":false,"example":"process"},
  {"field":"event.id","rules":0,"events":3,"strings":3,"numbers":0,"booleans":0,"array":false,"example":"1"},
  {"field":"file.name","rules":0,"events":1,"strings":1,"numbers":0,"booleans":0,"array":false,"example":"a, b.txt"},
  {"field":"host.name","rules":0,"events":3,"strings":3,"numbers":0,"booleans":0,"array":false,"example":"h1"},
  {"field":"process.name","rules":1,"events":2,"strings":2,"numbers":0,"booleans":0,"array":false,"example":"cmd.exe"},
  {"field":"process.pid","rules":0,"events":1,"strings":0,"numbers":1,"booleans":0,"array":false,"example":"4"}
  ]
  $ eqlite fields --missing -r rule.toml ev.ndjson
  $ echo 'process where process.nmae == "x"' > typo.eql && eqlite fields --missing -r typo.eql ev.ndjson
  FIELD           RULES
  process.nmae        1
  [1]

Expected join keys are compared; a null key is written nan.

  $ cat > keys.eql <<END
  > sequence by host.name, ?user.id with maxspan=5m [process where true] [file where true]
  > END
  $ cat > keys.test.toml <<END
  > [[tests]]
  > name = "by host and user"
  > expect = { event_ids = [["1", "2"]], join_keys = [["h1", 4]] }
  > events = '''
  > {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"host":{"name":"h1"},"user":{"id":4}}
  > {"@timestamp":"2026-01-01T00:00:01Z","event":{"category":"file","id":"2"},"host":{"name":"h1"},"user":{"id":4}}
  > '''
  > [[tests]]
  > name = "of nobody"
  > expect = { join_keys = [["h1", nan]] }
  > events = '''
  > {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"host":{"name":"h1"}}
  > {"@timestamp":"2026-01-01T00:00:01Z","event":{"category":"file","id":"2"},"host":{"name":"h1"}}
  > '''
  > END
  $ eqlite test keys.eql
  ok    keys: by host and user
  ok    keys: of nobody
  2 passed, 0 failed
  $ sed -i 's/"h1", 4/"h2", 4/' keys.test.toml && eqlite test keys.eql
  FAIL  keys: by host and user
        alert 1: expected join keys ["h2",4], got ["h1",4] (keys.test.toml:1)
  ok    keys: of nobody
  1 passed, 1 failed
  [1]

A keyword in the place of a field gets advice; a word that is only out of place does not.

  $ eqlite check -q -e 'any where maxspan == 1'
  <query>:1:11: error[E0101]: expected an expression, found "maxspan"
  1 | any where maxspan == 1
    |           ^^^^^^^ help: maxspan is a keyword: a field of this name stands in backquotes: `maxspan`
  [1]
  $ eqlite check -q -e 'any where user.name == sequence'
  <query>:1:24: error[E0101]: expected an expression, found "sequence"
  1 | any where user.name == sequence
    |                        ^^^^^^^^ help: sequence is a keyword: a field of this name stands in backquotes: `sequence`
  [1]
  $ eqlite check -q -e 'any where sequence.id : "x"'
  <query>:1:11: error[E0101]: expected an expression, found "sequence"
  1 | any where sequence.id : "x"
    |           ^^^^^^^^ help: sequence is a keyword: a field of this name stands in backquotes: `sequence`
  [1]
  $ eqlite check -q -e 'any where until'
  <query>:1:11: error[E0101]: expected an expression, found "until"
  1 | any where until
    |           ^^^^^
  [1]

The order of events is that of the run, not of a rule.

  $ sed 's/^query.*/tiebreaker_field = "event.sequence"\ntimestamp_field = "event.start"\nquery = "sequence with maxspan=1m [process where true] [file where true]"/' rule.toml > order.toml
  $ eqlite check order.toml
  order.toml:15:1: warning[W0702]: rule.tiebreaker_field changes nothing here
  15 | tiebreaker_field = "event.sequence"
     | ^^^^^^^^^^^^^^^^
  order.toml:17:35: warning[W0702]: sequences follow the time field of the run, @timestamp, not rule.timestamp_field
  17 | sequence with maxspan=1m [process where true] [file where true]
     |                          ^^^^^^^^^^^^^^^^^^^^
  eqlite: 1 checked, 0 errors, 2 warnings
  $ eqlite run -v -r order.toml --timestamp-field event.start ev.ndjson 2>&1 | grep timestamp_field
  [1]

What is too large for the machine is told where it stands, and other rules go on.

  $ (printf 'any where x in (a'; seq 70000 | sed 's/^/, /'; printf ')\n') > operands.eql; eqlite check -q operands.eql | sed 's/:.*error/: error/' | head -n 1
  operands.eql: error[E0903]: an expression has more than 1024 fields or 65535 operands
  $ (printf 'any where concat(a'; seq 1100 | sed 's/^/, f/'; printf ') == "x"\n') > fields.eql; echo 'any where true' > right.eql; eqlite check . 2>&1 | grep 'error\|checked'
  ./fields.eql:1:11: error[E0903]: an expression has more than 1024 fields or 65535 operands
  ./operands.eql:1:11: error[E0903]: an expression has more than 1024 fields or 65535 operands
  eqlite: 8 checked, 2 errors, 6 warnings
  $ (printf 'any where length(x) in (0'; seq 70000 | sed 's/^/, /'; printf ')\n') > list.eql; eqlite check list.eql
  eqlite: 1 checked, 0 errors, 0 warnings
