Where time stands behind the events of a test: what waits for a missing event is given only when none can come.

  $ cat > w.eql <<'END'
  > sequence by host.name with maxspan=5m [process where true] ![file where true]
  > END
  $ cat > w.test.toml <<'END'
  > [[tests]]
  > name = "one may still come"
  > now = "2026-01-01T00:05:00Z"
  > expect = "no_match"
  > file = "ev.ndjson"
  > [[tests]]
  > name = "none can come, for one of two"
  > now = 2026-01-01T00:05:00.001Z
  > expect = { event_ids = [["1", "-"]] }
  > file = "ev.ndjson"
  > [[tests]]
  > name = "for both, in another zone"
  > now = "2026-01-01T01:05:01.001+01:00"
  > expect = { join_keys = [["h1"], ["h2"]] }
  > file = "ev.ndjson"
  > [[tests]]
  > name = "the end of time"
  > expect = 2
  > file = "ev.ndjson"
  > [[tests]]
  > name = "too early"
  > now = "2026-01-01T00:00:01Z"
  > expect = 0
  > file = "ev.ndjson"
  > [[tests]]
  > name = "wrong"
  > now = 2
  > expect = 1
  > file = "ev.ndjson"
  > END
  $ cat > ev.ndjson <<'END'
  > {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"host":{"name":"h1"}}
  > {"@timestamp":"2026-01-01T00:00:01Z","event":{"category":"process","id":"2"},"host":{"name":"h2"}}
  > END
  $ eqlite test w.eql
  w.test.toml:27:7: error[E0705]: now must be a time: "2026-01-31T12:00:00Z"
  27 | now = 2
     |       ^
  ok    w: one may still come
  ok    w: none can come, for one of two
  ok    w: for both, in another zone
  ok    w: the end of time
  FAIL  w: too early
        now is not later than all events (w.test.toml:20)
  4 passed, 1 failed
  eqlite: 1 test was left out, see above
  [2]
  $ eqlite compile -q -r w.eql -o w.eqlpack; eqlite test w.eqlpack 2>&1 | tail -4
  w.test.toml:27:7: error[E0705]: now must be a time: "2026-01-31T12:00:00Z"
  27 | now = 2
     |       ^
  ok    w: the end of time
  FAIL  w: too early
        now is not later than all events (w.test.toml:20)
  4 passed, 1 failed
  $ eqlite test -q --update w.eql; grep -c 'expect = 0' w.test.toml
  w.test.toml:27:7: error[E0705]: now must be a time: "2026-01-31T12:00:00Z"
  27 | now = 2
     |       ^
  FAIL  w: too early
        now is not later than all events (w.test.toml:20)
  4 passed, 1 failed
  eqlite: 1 test was left out, see above
  1

The time of events may be in another field. Rules that no time matters to do not care.

  $ sed 's/@timestamp/t/' ev.ndjson > t.ndjson; mv t.ndjson ev.ndjson; eqlite test --timestamp-field t w.eql 2>/dev/null | head -4
  ok    w: one may still come
  ok    w: none can come, for one of two
  ok    w: for both, in another zone
  ok    w: the end of time
  $ echo 'process where true | tail 1' > any.eql; printf '[[tests]]\nnow = "1970-01-01"\nexpect = 1\nfile = "ev.ndjson"\n' > any.test.toml; eqlite test any.eql
  ok    any: unnamed
  1 passed, 0 failed

In which ways a test is run: by itself for each value of a field, where that can be.

  $ mkdir p; cd p
  $ echo 'sequence by user.id, host.id [process where true] [file where true]' > two.eql
  $ echo 'sequence [process where true] [file where true]' > none.eql
  $ echo 'sequence by host.id [process where true] [file where true] | head 1' > pipe.eql
  $ echo 'sample by host.id [process where true] [file where true]' > sample.eql
  $ for i in two none pipe sample; do printf '[[tests]]\nexpect = 0\nevents = "{}"\n' > $i.test.toml; done
  $ eqlite test -v . 2>&1
  ./none.eql:1:1: warning[W0401]: sequence without maxspan: what it waits with is kept until memory is needed
  1 | sequence [process where true] [file where true]
    | ^^^^^^^^ help: write: sequence with maxspan=1h [...]
  ./pipe.eql:1:1: warning[W0401]: sequence without maxspan: what it waits with is kept until memory is needed
  1 | sequence by host.id [process where true] [file where true] | head 1
    | ^^^^^^^^ help: write: sequence with maxspan=1h [...]
  ./two.eql:1:1: warning[W0401]: sequence without maxspan: what it waits with is kept until memory is needed
  1 | sequence by user.id, host.id [process where true] [file where true]
    | ^^^^^^^^ help: write: sequence with maxspan=1h [...]
  ok    none: unnamed
        run as given, with three threads, in another order
  ok    pipe: unnamed
        run as given, with three threads, in another order
  ok    sample: unnamed
        run as given, with three threads, parted by host.id, in another order
  ok    two: unnamed
        run as given, with three threads, parted by user.id, in another order
  4 passed, 0 failed

A pack knows the fields that a test expects.

  $ echo 'process where true' > f.eql; printf '[[tests]]\nexpect = { fields = [{ a = "c" }] }\nevents = "{\\"event.category\\":\\"process\\",\\"a\\":\\"b\\"}"\n' > f.test.toml
  $ eqlite compile -q -r f.eql -o f.eqlpack && eqlite test f.eqlpack
  FAIL  f: unnamed
        alert 1: expected an event with a c (f.test.toml:1)
        alert 1: lines and keys 1 []
  0 passed, 1 failed
  [1]
