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
