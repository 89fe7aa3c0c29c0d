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
  [1]

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
