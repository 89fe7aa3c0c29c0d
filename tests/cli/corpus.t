What rules are expected to find in files of events: each file is read once, for all rules.

  $ mkdir rules corpus corpus/below; cat > rules/cmd.eql <<'END'
  > // @name A command shell
  > process where process.name : "cmd.exe"
  > END
  $ cat > rules/pair.eql <<'END'
  > sequence by host.name with maxspan=1m [process where process.name : "cmd.exe"] ![network where true] [file where true]
  > END
  $ echo 'sample by host.name [process where true] [file where true]' > rules/sample.eql
  $ echo 'file where true | tail 1' > rules/last.eql
  $ for h in h1 h2; do
  >   echo '{"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"p-'$h'"},"host":{"name":"'$h'"},"process.name":"CMD.exe"}'
  >   echo '{"@timestamp":"2026-01-01T00:00:05Z","event":{"category":"file","id":"f-'$h'"},"host":{"name":"'$h'"}}'
  > done | sort > corpus/two.ndjson; head -n 3 corpus/two.ndjson > corpus/below/one.ndjson; gzip corpus/below/one.ndjson
  $ cat > expect.toml <<'END'
  > [[tests]]
  > rule_id = "cmd"
  > file = "two.ndjson"
  > expect = { at_least = 1, at_most = 2 }
  > [[tests]]
  > rule_id = "pair"
  > file = "two.ndjson"
  > expect = { event_ids = [["p-h1", "-", "f-h1"], ["p-h2", "-", "f-h2"]], join_keys = [["h1"], ["h2"]] }
  > [[tests]]
  > rule_id = "sample"
  > file = "two.ndjson"
  > expect = 2
  > [[tests]]
  > rule_id = "last"
  > file = "two.ndjson"
  > expect = { event_ids = [["f-h2"]], fields = [{ "host.name" = "h2" }] }
  > [[tests]]
  > name = "packed"
  > rule_id = "pair"
  > file = "below/one.ndjson.gz"
  > expect = "match"
  > [[tests]]
  > rule_id = "cmd"
  > file = "below/one.ndjson.gz"
  > expect = "match"
  > END
  $ eqlite test --expect expect.toml --corpus corpus rules
  ok    A command shell: two.ndjson
  ok    pair: two.ndjson
  ok    sample: two.ndjson
  ok    last: two.ndjson
  ok    pair: packed
  ok    A command shell: below/one.ndjson.gz
  6 passed, 0 failed
  $ eqlite test --expect expect.toml --corpus corpus/ --only pair --filter pack* rules
  ok    pair: packed
  1 passed, 0 failed

What is not as expected is told with all differences, and can be written.

  $ cat > other.toml <<'END'
  > # kept
  > [[tests]]
  > rule_id = "cmd"
  > file = "two.ndjson"
  > expect = { at_least = 3 } # at_least
  > [[tests]]
  > rule_id = "last"
  > file = "below/one.ndjson.gz"
  > expect = "no_match"
  > [[tests]]
  > rule_id = "cmd"
  > file = "two.ndjson"
  > expect = { at_most = 0 }
  > [[tests]]
  > rule_id = "pair"
  > file = "two.ndjson"
  > expect = { event_ids = [["p-h1", "f-h1"]] }
  > END
  $ eqlite test --expect other.toml --corpus corpus --junit other.xml rules
  FAIL  A command shell: two.ndjson
        expected at least 3 alerts, got 2 (other.toml:2)
        alert 1: lines and keys 1 []
        alert 2: lines and keys 2 []
  FAIL  last: below/one.ndjson.gz
        expected 0 alerts, got 1 (other.toml:6)
        alert 1: lines and keys 3 []
  FAIL  A command shell: two.ndjson
        expected at most 0 alerts, got 2 (other.toml:10)
        alert 1: lines and keys 1 []
        alert 2: lines and keys 2 []
  FAIL  pair: two.ndjson
        expected 1 alert, got 2 (other.toml:14)
        alert 1: expected event.id p-h1 f-h1, got p-h1 - f-h1
        alert 2: expected event.id (none), got p-h2 - f-h2
  0 passed, 4 failed
  [1]
  $ cat other.xml
  <?xml version="1.0" encoding="UTF-8"?>
  <testsuite name="eqlite" tests="4" failures="4" skipped="0">
    <testcase classname="A command shell" name="two.ndjson" file="other.toml" line="2"><failure message="expected at least 3 alerts, got 2\x0aalert 1: lines and keys 1 []\x0aalert 2: lines and keys 2 []"/></testcase>
    <testcase classname="last" name="below/one.ndjson.gz" file="other.toml" line="6"><failure message="expected 0 alerts, got 1\x0aalert 1: lines and keys 3 []"/></testcase>
    <testcase classname="A command shell" name="two.ndjson" file="other.toml" line="10"><failure message="expected at most 0 alerts, got 2\x0aalert 1: lines and keys 1 []\x0aalert 2: lines and keys 2 []"/></testcase>
    <testcase classname="pair" name="two.ndjson" file="other.toml" line="14"><failure message="expected 1 alert, got 2\x0aalert 1: expected event.id p-h1 f-h1, got p-h1 - f-h1\x0aalert 2: expected event.id (none), got p-h2 - f-h2"/></testcase>
  </testsuite>
  $ eqlite test --expect other.toml --corpus corpus --fail-fast rules
  FAIL  last: below/one.ndjson.gz
        expected 0 alerts, got 1 (other.toml:6)
        alert 1: lines and keys 3 []
  0 passed, 1 failed
  [1]
  $ eqlite test --expect other.toml --corpus corpus --update rules; cat other.toml; eqlite test -q --expect other.toml --corpus corpus rules
  new   A command shell: two.ndjson
        expect = { at_least = 2 }
  new   last: below/one.ndjson.gz
        expect = "match"
  new   A command shell: two.ndjson
        expect = { at_most = 2 }
  new   pair: two.ndjson
        expect = { event_ids = [["p-h1", "-", "f-h1"], ["p-h2", "-", "f-h2"]] }
  0 passed, 0 failed, 4 updated
  # kept
  [[tests]]
  rule_id = "cmd"
  file = "two.ndjson"
  expect = { at_least = 2 } # at_least
  [[tests]]
  rule_id = "last"
  file = "below/one.ndjson.gz"
  expect = "match"
  [[tests]]
  rule_id = "cmd"
  file = "two.ndjson"
  expect = { at_most = 2 }
  [[tests]]
  rule_id = "pair"
  file = "two.ndjson"
  expect = { event_ids = [["p-h1", "-", "f-h1"], ["p-h2", "-", "f-h2"]] }
  4 passed, 0 failed

Time can stand still behind a file, for each expectation at another moment.

  $ echo 'sequence by host.name with maxspan=1m [process where true] ![network where true]' > rules/quiet.eql
  $ for t in 2026-01-01T00:01:00Z 2026-01-01T00:01:01Z; do printf '[[tests]]\nname = "%s"\nrule_id = "quiet"\nfile = "two.ndjson"\nnow = %s\nexpect = 2\n' $t $t; done > quiet.toml
  $ eqlite test --expect quiet.toml --corpus corpus rules
  FAIL  quiet: 2026-01-01T00:01:00Z
        expected 2 alerts, got 0 (quiet.toml:1)
  ok    quiet: 2026-01-01T00:01:01Z
  1 passed, 1 failed
  [1]

What is wrong has a place; a file that is not there fails what is expected of it.

  $ cat > wrong.toml <<'END'
  > [[tests]]
  > rule_id = "nobody"
  > file = "two.ndjson"
  > expect = 1
  > [[tests]]
  > file = "two.ndjson"
  > expect = 1
  > [[tests]]
  > rule_id = "cmd"
  > file = "../two.ndjson"
  > expect = 1
  > [[tests]]
  > rule_id = "cmd"
  > events = "{}"
  > expect = 1
  > [[tests]]
  > rule_id = "cmd"
  > file = "two.ndjson"
  > expect = { at_least = 2, at_most = 1 }
  > [[tests]]
  > rule_id = "cmd"
  > file = "two.ndjson"
  > expect = { at_least = 2, alerts = 2 }
  > [[tests]]
  > rule_id = 5
  > file = "two.ndjson"
  > expect = 1
  > [[tests]]
  > rule_id = "cmd"
  > file = "three.ndjson"
  > expect = 1
  > END
  $ eqlite test --expect wrong.toml --corpus corpus rules
  wrong.toml:2:11: error[E0705]: no rule with this id was loaded
  2 | rule_id = "nobody"
    |           ^^^^^^^^
  wrong.toml:5:1: error[E0705]: the test has no rule_id
  5 | [[tests]]
    | ^^^^^^^
  wrong.toml:10:8: error[E0705]: file must be a path below the folder of the corpus
  10 | file = "../two.ndjson"
     |        ^^^^^^^^^^^^^^^
  wrong.toml:14:10: error[E0705]: an expectation needs file, a path below the corpus, and no events
  14 | events = "{}"
     |          ^^^^
  wrong.toml:19:36: error[E0705]: at_least is more than at_most
  19 | expect = { at_least = 2, at_most = 1 }
     |                                    ^
  wrong.toml:23:23: error[E0705]: at_least and at_most stand alone: the others say how many alerts there are
  23 | expect = { at_least = 2, alerts = 2 }
     |                       ^
  wrong.toml:25:11: error[E0705]: rule_id must be a string
  25 | rule_id = 5
     |           ^
  error[E0801]: corpus/three.ndjson: No such file or directory
  FAIL  A command shell: three.ndjson
        the file of events could not be read (wrong.toml:28)
  0 passed, 1 failed
  eqlite: 7 tests were left out, see above
  [2]
  $ printf '[[tests]]\nexpect = \n' > wrong.toml; eqlite test --expect wrong.toml --corpus corpus rules
  wrong.toml:2:10: error[E0701]: Error while parsing key-value pair: expected value, saw '\n'
  2 | expect = 
    |          ^
  0 passed, 0 failed
  eqlite: 1 rule could not be used, see above
  [2]
  $ eqlite test --expect none.toml --corpus corpus rules
  error[E0801]: none.toml: No such file or directory
  0 passed, 0 failed
  [2]
  $ eqlite test --expect expect.toml rules
  eqlite: test: --expect and --corpus go together
  Try 'eqlite help test'.
  [2]
  $ eqlite test --expect expect.toml --corpus corpus --scaffold rules
  eqlite: test: --expect goes without --scaffold and --coverage
  Try 'eqlite help test'.
  [2]

Broken events are told and left out; late ones too.

  $ { cat corpus/two.ndjson; echo '{"@timestamp":"2025-01-01T00:00:00Z","event.category":"process","host.name":"h1","process.name":"cmd.exe"}'; echo '{'; } > corpus/late.ndjson
  $ sed 's/two/late/' expect.toml > late.toml; eqlite test --expect late.toml --corpus corpus --only pair rules
  corpus/late.ndjson:6: warning[W0801]: broken event left out: the object does not end, at byte 560
  eqlite: corpus/late.ndjson: 1 event came late and no sequence saw it
  ok    pair: late.ndjson
  ok    pair: packed
  2 passed, 0 failed
