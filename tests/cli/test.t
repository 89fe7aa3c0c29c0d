What tests of rules can expect, and what is told when it is not so: every difference.

  $ cat > keys.eql <<END
  > sequence by host.name with maxspan=5m [process where true] [file where true]
  > END
  $ cat > keys.test.toml <<END
  > [[tests]]
  > name = "everything"
  > expect = { join_keys = [["h1"], ["h2"]], event_ids = [["1", "2"], ["3", "4"]], fields = [{ "user.name" = "ada", n = 5 }, {}] }
  > file = "ev.ndjson"
  > [[tests]]
  > name = "nothing right"
  > expect = { join_keys = [["h1"], ["h3"]], event_ids = [["1", "2"], ["3", "5"]], fields = [{ "user.name" = "ada", n = 6 }, { "user.name" = "bob" }] }
  > file = "ev.ndjson"
  > [[tests]]
  > name = "a number"
  > expect = 1
  > file = "ev.ndjson"
  > END
  $ cat > ev.ndjson <<END
  > {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"host":{"name":"h1"},"user.name":"ada"}
  > {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"3"},"host":{"name":"h2"},"user.name":"ada"}
  > {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"file","id":"2"},"host":{"name":"h1"},"n":5}
  > {"@timestamp":"2026-01-01T00:00:01Z","event":{"category":"file","id":"4"},"host":{"name":"h2"},"n":5}
  > END
  $ eqlite test keys.eql
  ok    keys: everything
  FAIL  keys: nothing right
        alert 2: expected event.id 3 5, got 3 4 (keys.test.toml:5)
        alert 2: expected join keys ["h3"], got ["h2"]
        alert 1: expected an event with n 6
        alert 2: expected an event with user.name bob
  FAIL  keys: a number
        expected 1 alert, got 2 (keys.test.toml:9)
        alert 1: lines and keys 1 3 ["h1"]
        alert 2: lines and keys 2 4 ["h2"]
  1 passed, 2 failed
  [1]
  $ eqlite test --fail-fast keys.eql
  ok    keys: everything
  FAIL  keys: nothing right
        alert 2: expected event.id 3 5, got 3 4 (keys.test.toml:5)
        alert 2: expected join keys ["h3"], got ["h2"]
        alert 1: expected an event with n 6
        alert 2: expected an event with user.name bob
  1 passed, 1 failed
  [1]
  $ sed 's/fields = .*/fields = "x" }/' keys.test.toml > x.test.toml && cp keys.eql x.eql && eqlite test x.eql
  x.test.toml:3:89: error[E0705]: fields must hold, for each alert, a table of values: [{ "user.name" = "ada" }]
  3 | expect = { join_keys = [["h1"], ["h2"]], event_ids = [["1", "2"], ["3", "4"]], fields = "x" }
    |                                                                                         ^^^
  x.test.toml:7:89: error[E0705]: fields must hold, for each alert, a table of values: [{ "user.name" = "ada" }]
  7 | expect = { join_keys = [["h1"], ["h3"]], event_ids = [["1", "2"], ["3", "5"]], fields = "x" }
    |                                                                                         ^^^
  FAIL  x: a number
        expected 1 alert, got 2 (x.test.toml:9)
        alert 1: lines and keys 1 3 ["h1"]
        alert 2: lines and keys 2 4 ["h2"]
  0 passed, 1 failed
  eqlite: 2 tests were left out, see above
  [2]

A test whose events come late as they are given is about their order, and is not run in another; simultaneous events
keep theirs.

  $ cat > late.eql <<END
  > sequence with maxspan=5m [process where true] [file where true]
  > END
  $ cat > late.test.toml <<END
  > [[tests]]
  > name = "the process comes late"
  > expect = "no_match"
  > events = '''
  > {"@timestamp":"2026-01-01T00:00:05Z","event":{"category":"file"}}
  > {"@timestamp":"2026-01-01T00:00:01Z","event":{"category":"process"}}
  > '''
  > END
  $ eqlite test late.eql
  ok    late: the process comes late
  1 passed, 0 failed

Events in lines of ten megabytes, broken events.

  $ cat > big.eql <<END
  > process where length(process.args) > 9000000
  > END
  $ printf '[[tests]]\nname = "big"\nexpect = 1\nfile = "big.ndjson"\n[[tests]]\nname = "broken"\nexpect = 0\nfile = "broken.ndjson"\n' > big.test.toml
  $ { printf '{"event.category":"process","process.args":"'; head -c 10000000 /dev/zero | tr '\0' 'a'; echo '"}'; } > big.ndjson
  $ printf '{"event.category":"process"}\n{"event.category":\n' > broken.ndjson
  $ eqlite test big.eql
  broken.ndjson:2: warning[W0801]: broken event left out: the object does not end, at byte 47
  ok    big: big
  FAIL  big: broken
        1 broken event (big.test.toml:5)
  1 passed, 1 failed
  [1]

Which parts of conditions the tests reach.

  $ mkdir c && cat > c/one.eql <<END
  > process where process.name : ("sh", "bash") and
  >   not user.name == "root"
  > END
  $ cat > c/one.test.toml <<END
  > [[tests]]
  > name = "ada"
  > expect = "match"
  > events = '{"event.category":"process","process.name":"sh","user.name":"ada"}'
  > END
  $ echo 'sequence by host.name with maxspan=1m [any where a == 1] [any where true]' > c/two.eql
  $ eqlite test --coverage c
  ok    one: ada
  1 passed, 0 failed
  one: 6 of 12 branches (50 %)
    never false         process where process.name : ("sh", "bash") and not user.name == "root"
    never false         process
    never false         process.name : ("sh", "bash") and not user.name == "root"
    never false         process.name : ("sh", "bash")
    never false         not user.name == "root"
    never true          user.name == "root"
  two: no tests
  2 rules, 1 without tests; 6 of 14 branches met (42 %)
  $ eqlite test --coverage=json c
  {"passed":1,"failed":0,"untested":1,"branches":14,"met":6,"rules":[{"id":"one","name":"one","path":"c/one.eql","tests":1,"branches":12,"met":6,"parts":[{"number":0,"stage":0,"start":0,"end":73,"text":"process where process.name : (\"sh\", \"bash\") and\u000a  not user.name == \"root\"","true":true,"false":false},{"number":1,"stage":0,"start":0,"end":7,"text":"process","true":true,"false":false},{"number":2,"stage":0,"start":14,"end":73,"text":"process.name : (\"sh\", \"bash\") and\u000a  not user.name == \"root\"","true":true,"false":false},{"number":3,"stage":0,"start":14,"end":43,"text":"process.name : (\"sh\", \"bash\")","true":true,"false":false},{"number":4,"stage":0,"start":50,"end":73,"text":"not user.name == \"root\"","true":true,"false":false},{"number":5,"stage":0,"start":54,"end":73,"text":"user.name == \"root\"","true":false,"false":true}]},{"id":"two","name":"two","path":"c/two.eql","tests":0,"branches":2,"met":0,"parts":[{"number":0,"stage":0,"start":49,"end":55,"text":"a == 1","true":false,"false":false}]}]}
  $ eqlite test --min-coverage 60 c
  ok    one: ada
  1 passed, 0 failed
  2 rules, 1 without tests; 6 of 14 branches met (42 %)
  [1]
  $ eqlite test -q --min-coverage 10 --only one c
  1 passed, 0 failed
  1 rule, 0 without tests; 6 of 12 branches met (50 %)
  $ eqlite test --min-coverage 101 c
  eqlite: test: --min-coverage: at most 100
  Try 'eqlite help test'.
  [2]
  $ eqlite test --min-coverage x c
  eqlite: test: --min-coverage: 'x' is not a number
  Try 'eqlite help test'.
  [2]

What came out becomes what is expected; only those bytes of the files change.

  $ cat > up.test.toml <<END
  > # kept
  > [[tests]]
  > name = "a word"
  > expect =   "no_match"   # kept, too
  > file = "ev.ndjson"
  > [[tests]]
  > name = "a number"
  > expect = 0x1
  > file = "ev.ndjson"
  > [[tests]]
  > expect = 7
  > name = "a decimal number"
  > file = "ev.ndjson"
  > [[tests]]
  > name = "a table"
  > expect = { event_ids = [["1", "2"], ["}", 'x"']], join_keys = [ ["h1"],
  >   ["h9"] ] }
  > file = "ev.ndjson"
  > [[tests]]
  > name = "fields"
  > expect = { fields = [{ "user.name" = "bob" }, {}] }
  > file = "ev.ndjson"
  > [[tests]]
  > name = "elsewhere"
  > expect.alerts = 3
  > file = "ev.ndjson"
  > END
  $ cp keys.eql up.eql; cp up.test.toml before; eqlite test --update up.eql
  FAIL  up: fields
        alert 1: expected an event with user.name bob (up.test.toml:19)
        alert 1: lines and keys 1 3 ["h1"]
        alert 2: lines and keys 2 4 ["h2"]
        not updated: it expects fields, which are to be changed by hand
  FAIL  up: elsewhere
        expected 3 alerts, got 2 (up.test.toml:23)
        alert 1: lines and keys 1 3 ["h1"]
        alert 2: lines and keys 2 4 ["h2"]
        not updated: its expect is not one value on its own
  new   up: a word
        expect = "match"
  new   up: a number
        expect = 2
  new   up: a decimal number
        expect = 2
  new   up: a table
        expect = { event_ids = [["1", "2"], ["3", "4"]], join_keys = [["h1"], ["h2"]] }
  0 passed, 2 failed, 4 updated
  [1]
  $ diff before up.test.toml | sed 's/^>/+/; s/^</-/'
  4c4
  - expect =   "no_match"   # kept, too
  ---
  + expect =   "match"   # kept, too
  8c8
  - expect = 0x1
  ---
  + expect = 2
  11c11
  - expect = 7
  ---
  + expect = 2
  16,17c16
  - expect = { event_ids = [["1", "2"], ["}", 'x"']], join_keys = [ ["h1"],
  -   ["h9"] ] }
  ---
  + expect = { event_ids = [["1", "2"], ["3", "4"]], join_keys = [["h1"], ["h2"]] }
  $ eqlite test up.eql
  ok    up: a word
  ok    up: a number
  ok    up: a decimal number
  ok    up: a table
  FAIL  up: fields
        alert 1: expected an event with user.name bob (up.test.toml:18)
        alert 1: lines and keys 1 3 ["h1"]
        alert 2: lines and keys 2 4 ["h2"]
  FAIL  up: elsewhere
        expected 3 alerts, got 2 (up.test.toml:22)
        alert 1: lines and keys 1 3 ["h1"]
        alert 2: lines and keys 2 4 ["h2"]
  4 passed, 2 failed
  [1]
  $ cp before up.test.toml; mv up.test.toml real.toml; ln -s real.toml up.test.toml; eqlite test -q --update up.eql > /dev/null; test -L up.test.toml && diff before real.toml | grep -c '^[>]'
  4

A key that is null; a rule file with a byte order mark; a file that may not be written; a rule that does not compile.

  $ cat > null.eql <<END
  > sequence by ?user.id, host.name with maxspan=5m [process where true] [file where true]
  > END
  $ printf '\357\273\277[[tests]]\nexpect = { join_keys = [["x", "y"]] }\nfile = "ev.ndjson"\n' > null.test.toml
  $ eqlite test --update null.eql && eqlite test null.eql && head -c 3 null.test.toml | od -An -tx1
  new   null: unnamed
        expect = { join_keys = [[nan, "h1"], [nan, "h2"]] }
  0 passed, 0 failed, 1 updated
  ok    null: unnamed
  1 passed, 0 failed
   ef bb bf
  $ cp before up2.test.toml && cp keys.eql up2.eql && { (trap '' XFSZ; ulimit -f 0; eqlite test -q --update up2.eql; echo $?) 2>&1 | cat; } && cmp before up2.test.toml; ls up2*
  eqlite: cannot write up2.test.toml: File too large
  FAIL  up2: fields
        alert 1: expected an event with user.name bob (up2.test.toml:19)
        alert 1: lines and keys 1 3 ["h1"]
        alert 2: lines and keys 2 4 ["h2"]
        not updated: it expects fields, which are to be changed by hand
  FAIL  up2: elsewhere
        expected 3 alerts, got 2 (up2.test.toml:23)
        alert 1: lines and keys 1 3 ["h1"]
        alert 2: lines and keys 2 4 ["h2"]
        not updated: its expect is not one value on its own
  FAIL  up2: a word
        it expects something else, and could not be updated (up2.test.toml:2)
  FAIL  up2: a number
        it expects something else, and could not be updated (up2.test.toml:6)
  FAIL  up2: a decimal number
        it expects something else, and could not be updated (up2.test.toml:10)
  FAIL  up2: a table
        it expects something else, and could not be updated (up2.test.toml:14)
  0 passed, 6 failed
  2
  up2.eql
  up2.test.toml
  $ echo 'process where' > bad.eql; cp before bad.test.toml; eqlite test --update bad.eql; cmp before bad.test.toml
  bad.eql:1:14: error[E0101]: expected an expression, found the end of the query
  1 | process where
    |              ^
  0 passed, 0 failed
  eqlite: 1 rule could not be used, see above

Rules without tests get some, each verified; what no events are found for is told.

  $ mkdir s && cp keys.eql s/keys.eql && echo 'process where process.name : ("a*", "b") and not user.name == "it'"'"'s me"' > s/event.eql
  $ echo 'sample by host.name [process where true] [file where file.size > 9]' > s/sample.eql
  $ echo 'sequence by host.name with maxspan=10ms [process where a == 1] with runs=2 ![file where true]' > s/missing.eql
  $ echo 'process where process.name == "a" and process.name != "a"' > s/never.eql
  $ eqlite test --scaffold s
  new   event: s/event.test.toml
  new   keys: s/keys.test.toml
  new   missing: s/missing.test.toml
  none  never: no event was found for: process where process.name == "a" and process.name != "a"
  new   sample: s/sample.test.toml
  4 rules got tests, 1 could not, 0 had some
  [1]
  $ cat s/event.test.toml
  [[tests]]
  name = "as the query says"
  expect = "match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:01.000Z","event.id":"1","event.category":"process","process.name":"b"}
  '''
  
  [[tests]]
  name = "not without: process"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:01.000Z","event.id":"1","process.name":"b","event.category":"other value"}
  '''
  
  [[tests]]
  name = "not without: process.name : (\"a*\", \"b\")"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:01.000Z","event.id":"1","event.category":"process"}
  '''
  
  [[tests]]
  name = "not with: user.name == \"it's me\""
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:01.000Z","event.id":"1","event.category":"process","process.name":"b","user.name":"it\u0027s me"}
  '''
  $ cat s/missing.test.toml
  [[tests]]
  name = "as the query says"
  expect = "match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00.003333333Z","event.id":"1","host.name":"key1","event.category":"process","a":1}
  {"@timestamp":"2026-01-01T00:00:00.006666666Z","event.id":"2","host.name":"key1","event.category":"process","a":1}
  '''
  
  [[tests]]
  name = "not with the missing event of stage 2"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00.003333333Z","event.id":"1","host.name":"key1","event.category":"process","a":1}
  {"@timestamp":"2026-01-01T00:00:00.006666666Z","event.id":"2","host.name":"key1","event.category":"process","a":1}
  {"@timestamp":"2026-01-01T00:00:00.008333332Z","event.id":"3","host.name":"key1","event.category":"file"}
  '''
  
  [[tests]]
  name = "not without event 1"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00.006666666Z","event.id":"2","host.name":"key1","event.category":"process","a":1}
  '''
  
  [[tests]]
  name = "not without event 2"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00.003333333Z","event.id":"1","host.name":"key1","event.category":"process","a":1}
  '''
  
  [[tests]]
  name = "not with another host.name in event 2"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00.003333333Z","event.id":"1","host.name":"key1","event.category":"process","a":1}
  {"@timestamp":"2026-01-01T00:00:00.006666666Z","event.id":"2","host.name":"another key","event.category":"process","a":1}
  '''
  
  [[tests]]
  name = "not without: process, in event 1"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00.003333333Z","event.id":"1","host.name":"key1","a":1,"event.category":"other value"}
  {"@timestamp":"2026-01-01T00:00:00.006666666Z","event.id":"2","host.name":"key1","event.category":"process","a":1}
  '''
  
  [[tests]]
  name = "not without: a == 1, in event 1"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00.003333333Z","event.id":"1","host.name":"key1","event.category":"process"}
  {"@timestamp":"2026-01-01T00:00:00.006666666Z","event.id":"2","host.name":"key1","event.category":"process","a":1}
  '''
  
  [[tests]]
  name = "not without: process, in event 2"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00.003333333Z","event.id":"1","host.name":"key1","event.category":"process","a":1}
  {"@timestamp":"2026-01-01T00:00:00.006666666Z","event.id":"2","host.name":"key1","a":1,"event.category":"192.0.2.77"}
  '''
  
  [[tests]]
  name = "not without: a == 1, in event 2"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00.003333333Z","event.id":"1","host.name":"key1","event.category":"process","a":1}
  {"@timestamp":"2026-01-01T00:00:00.006666666Z","event.id":"2","host.name":"key1","event.category":"process","a":2}
  '''
  $ rm s/never.eql; eqlite test s
  ok    event: as the query says
  ok    event: not without: process
  ok    event: not without: process.name : ("a*", "b")
  ok    event: not with: user.name == "it's me"
  ok    keys: as the query says
  ok    keys: not without event 1
  ok    keys: not without event 2
  ok    keys: not with another host.name in event 2
  ok    keys: not without: process, in event 1
  ok    keys: not without: file, in event 2
  ok    missing: as the query says
  ok    missing: not with the missing event of stage 2
  ok    missing: not without event 1
  ok    missing: not without event 2
  ok    missing: not with another host.name in event 2
  ok    missing: not without: process, in event 1
  ok    missing: not without: a == 1, in event 1
  ok    missing: not without: process, in event 2
  ok    missing: not without: a == 1, in event 2
  ok    sample: as the query says
  ok    sample: not without event 1
  ok    sample: not without event 2
  ok    sample: not with another host.name in event 2
  ok    sample: not without: process, in event 1
  ok    sample: not without: file, in event 2
  ok    sample: not without: file.size > 9, in event 2
  26 passed, 0 failed
  $ eqlite test --coverage -q --only event s
  4 passed, 0 failed
  event: 12 of 12 branches (100 %)
  1 rule, 0 without tests; 12 of 12 branches met (100 %)
  $ eqlite test --scaffold s
  0 rules got tests, 0 could not, 4 had some
  $ rm s/event.test.toml; mkdir s/event.test.toml; eqlite test --scaffold s/event.eql
  eqlite: cannot write s/event.test.toml: File exists
  0 rules got tests, 0 could not, 0 had some
  [2]
