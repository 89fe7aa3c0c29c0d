# Sequences follow the time of events, not the order in which they are read

  $ event() { printf '{"@timestamp":"2026-01-01T00:00:%02dZ","event":{"category":"%s","id":"%s"}}\n' "$1" "$2" "$3"; }
  $ { event 0 process 1; event 4 process 3; } > a.ndjson
  $ { event 2 file 2; event 6 file 4; } > b.ndjson
  $ query() { eqlite query --fields event.id -e 'sequence [process where true] [file where true]' "$@"; }

Files are merged by time, in whichever order they are named, but not standard input, and not where no sequence asks.

  $ query a.ndjson b.ndjson
  {"join_keys":[],"events":[{"event.id":"1"},{"event.id":"2"}]}
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  $ query b.ndjson a.ndjson
  {"join_keys":[],"events":[{"event.id":"1"},{"event.id":"2"}]}
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  $ gzip -k b.ndjson && query b.ndjson.gz a.ndjson
  {"join_keys":[],"events":[{"event.id":"1"},{"event.id":"2"}]}
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  $ query --no-merge a.ndjson b.ndjson
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  eqlite: 4 events, 0 broken, 1 found; 1 event came too late for sequences; see --max-lateness
  $ query a.ndjson - < b.ndjson
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  eqlite: 4 events, 0 broken, 1 found; 1 event came too late for sequences; see --max-lateness
  $ eqlite query --fields event.id -e 'any where true' b.ndjson a.ndjson
  {"event.id":"2"}
  {"event.id":"4"}
  {"event.id":"1"}
  {"event.id":"3"}
  $ { echo '{"event":{"id":"none"}}'; echo '{broken'; } > c.ndjson
  $ query c.ndjson b.ndjson missing.ndjson a.ndjson
  error[E0801]: missing.ndjson: No such file or directory
  c.ndjson:2: warning[W0801]: broken event left out: expected a key in quotes, at byte 25
  {"join_keys":[],"events":[{"event.id":"1"},{"event.id":"2"}]}
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  eqlite: 6 events, 1 broken, 2 found
  [2]
  $ i=0; while [ $i -lt 65 ]; do event $i process $i > many.$i; i=$((i + 1)); done
  $ query --stats=json many.* 2>&1 | sed 's/{.*"late":\([0-9]*\).*/late \1/'
  eqlite: warning: more than 64 files are not merged by time but read one after the other; see --sort
  late 8

Which processes come from which depends on order, too.

  $ echo '{"@timestamp":2000,"event":{"category":"process","id":"child"},"process":{"entity_id":"c","parent":{"entity_id":"p"}}}' > child.ndjson
  $ echo '{"@timestamp":1000,"event":{"category":"process","id":"parent"},"process":{"entity_id":"p","name":"w"}}' > parent.ndjson
  $ eqlite query --dialect endpoint --fields event.id -e 'any where child of [process where process.name == "w"]' child.ndjson parent.ndjson
  {"event.id":"child"}
  $ cat child.ndjson parent.ndjson | eqlite query --dialect endpoint --fields event.id -e 'any where child of [process where process.name == "w"]'
  $ cat child.ndjson parent.ndjson | eqlite query --sort --dialect endpoint --fields event.id -e 'any where child of [process where process.name == "w"]'
  {"event.id":"child"}

Within one input, late events are waited for when asked: --max-lateness, or --sort for all there are.

  $ { event 9 file 4; event 2 process 1; event 3 file 2; event 4 process 3; event 20 file 5; } > late.ndjson
  $ query late.ndjson
  eqlite: 5 events, 0 broken, 0 found; 3 events came too late for sequences; see --max-lateness
  $ query --max-lateness 4s late.ndjson
  {"join_keys":[],"events":[{"event.id":"1"},{"event.id":"2"}]}
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  $ query --max-lateness 7s late.ndjson
  {"join_keys":[],"events":[{"event.id":"1"},{"event.id":"2"}]}
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  $ query --max-lateness 7000ms late.ndjson
  {"join_keys":[],"events":[{"event.id":"1"},{"event.id":"2"}]}
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  $ query --sort --stats=json late.ndjson 2> stats
  {"join_keys":[],"events":[{"event.id":"1"},{"event.id":"2"}]}
  {"join_keys":[],"events":[{"event.id":"3"},{"event.id":"4"}]}
  $ sed 's/.*"late":\([0-9]*\),.*"reordered":\([0-9]*\).*/\1 late, \2 reordered/' stats
  0 late, 3 reordered
  $ query --max-lateness 0 -q late.ndjson
  $ echo 'sequence with maxspan=1m [process where true] [file where true]' > two.eql
  $ eqlite run -r two.eql late.ndjson 2>&1 >/dev/null | sed 's/, [0-9.]* s;/, N s;/'
  eqlite: 5 events, 0 broken, 1 rule, 0 alerts, N s; 3 events came too late for sequences; see --max-lateness
  $ eqlite run -r two.eql --sort --alerts compact late.ndjson 2>&1 >/dev/null | sed 's/, [0-9.]* s/, N s/'
  eqlite: 5 events, 0 broken, 1 rule, 2 alerts (2 medium), N s

Events of one time are ordered by the tiebreaker; those without one come last.

  $ cat > ties.ndjson <<END
  > {"@timestamp":1000,"event":{"category":"file","id":"b"}}
  > {"@timestamp":1000,"event":{"category":"file","id":"c","sequence":10}}
  > {"@timestamp":1000,"event":{"category":"process","id":"a","sequence":9}}
  > END
  $ query ties.ndjson
  $ query --tiebreaker-field event.sequence ties.ndjson
  {"join_keys":[],"events":[{"event.id":"a"},{"event.id":"c"}]}

What is wrong is told.

  $ query --max-lateness 10 late.ndjson
  eqlite: query: --max-lateness: '10' is not a time such as 500ms, 10s, 5m
  Try 'eqlite help query'.
  [2]
  $ query --max-lateness 99999999999d late.ndjson
  eqlite: query: --max-lateness: '99999999999d' is not a time such as 500ms, 10s, 5m
  Try 'eqlite help query'.
  [2]
  $ query --max-lateness -1s late.ndjson
  eqlite: query: --max-lateness: '-1s' is not a time such as 500ms, 10s, 5m
  Try 'eqlite help query'.
  [2]
  $ query --sort --follow late.ndjson
  eqlite: query: --sort waits for the end of the events, and --follow has none; use --max-lateness
  Try 'eqlite help query'.
  [2]
