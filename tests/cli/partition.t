# --partition-by: one world for each value of some fields

  $ cat > events.ndjson <<'END'
  > {"@timestamp":1,"a":1,"h":"x"}
  > {"@timestamp":2,"a":2,"h":"y"}
  > {"@timestamp":3,"a":2,"h":"x"}
  > END
  $ query='sequence with maxspan=1s [any where a == 1] [any where a == 2]'
  $ eqlite query -e "$query" events.ndjson
  {"join_keys":[],"events":[{"@timestamp":1,"a":1,"h":"x"},{"@timestamp":2,"a":2,"h":"y"}]}
  $ eqlite query --partition-by h -e "$query" events.ndjson
  {"join_keys":["x"],"events":[{"@timestamp":1,"a":1,"h":"x"},{"@timestamp":3,"a":2,"h":"x"}]}

A key that is there already is not added again.

  $ eqlite query --partition-by h -e 'sequence by h with maxspan=1s [any where a == 1] [any where a == 2]' events.ndjson
  {"join_keys":["x"],"events":[{"@timestamp":1,"a":1,"h":"x"},{"@timestamp":3,"a":2,"h":"x"}]}

Time is that of each partition: files of hosts whose clocks differ can be read one after the other.

  $ h() { printf '{"@timestamp":"2026-01-01T00:00:%02dZ","host":{"id":"%s"},"event":{"category":"%s","id":"%s"}}\n' "$1" "$2" "$3" "$2$1"; }
  $ { h 40 a process; h 41 a file; h 44 a process; h 45 a file; h 59 a end; } > a.ndjson
  $ { h 1 b process; h 2 b file; h 3 b process; h 30 b end; } > b.ndjson
  $ two() { eqlite query --fields event.id --partition-by host.id -e 'sequence with maxspan=5s [process where true] [file where true]' "$@"; }
  $ two --no-merge a.ndjson b.ndjson
  {"join_keys":["a"],"events":[{"event.id":"a40"},{"event.id":"a41"}]}
  {"join_keys":["a"],"events":[{"event.id":"a44"},{"event.id":"a45"}]}
  {"join_keys":["b"],"events":[{"event.id":"b1"},{"event.id":"b2"}]}
  $ two --no-merge a.ndjson b.ndjson | sort > one.after.the.other
  $ two a.ndjson b.ndjson | sort | cmp - one.after.the.other
  $ two --no-merge b.ndjson a.ndjson | sort | cmp - one.after.the.other
  $ eqlite query --fields event.id --no-merge -e 'sequence by host.id with maxspan=5s [process where true] [file where true]' a.ndjson b.ndjson
  {"join_keys":["a"],"events":[{"event.id":"a40"},{"event.id":"a41"}]}
  {"join_keys":["a"],"events":[{"event.id":"a44"},{"event.id":"a45"}]}
  eqlite: 9 events, 0 broken, 2 found; 4 events came too late for sequences; see --max-lateness

Late events are waited for by that time, and so are events that must be missing at the end.

  $ { h 44 a process; h 3 b process; h 40 a process; h 1 b process; h 45 a file; h 2 b file; h 41 a file; h 59 a end; h 30 b end; } > late.ndjson
  $ two --max-lateness 5s late.ndjson
  {"join_keys":["a"],"events":[{"event.id":"a40"},{"event.id":"a41"}]}
  {"join_keys":["a"],"events":[{"event.id":"a44"},{"event.id":"a45"}]}
  {"join_keys":["b"],"events":[{"event.id":"b1"},{"event.id":"b2"}]}
  $ missing() { eqlite query --fields event.id --partition-by host.id -e 'sequence with maxspan=5s [process where true] ![file where true]' "$@"; }
  $ missing a.ndjson b.ndjson
  {"join_keys":["b"],"events":[{"event.id":"b3"},null]}
  $ missing --no-merge b.ndjson a.ndjson
  {"join_keys":["b"],"events":[{"event.id":"b3"},null]}

Within a partition an event can be late still; without the field it is in one of its own.

  $ { h 5 a process; h 4 a file; h 6 a file; echo '{"@timestamp":1,"event":{"category":"process","id":"none 1"}}'; echo '{"@timestamp":2,"event":{"category":"file","id":"none 2"}}'; } | two
  {"join_keys":["a"],"events":[{"event.id":"a5"},{"event.id":"a6"}]}
  {"join_keys":[null],"events":[{"event.id":"none 1"},{"event.id":"none 2"}]}
  eqlite: 5 events, 0 broken, 2 found; 1 event came too late for sequences; see --max-lateness

Ancestors of processes may be in other partitions if these are not hosts; then all events are held back by one time.

  $ echo '{"@timestamp":20000,"user":"x","process":{"entity_id":"p","name":"w"}}' > one.ndjson
  $ echo '{"@timestamp":10000,"user":"y","process":{"entity_id":"c","parent":{"entity_id":"p"}}}' >> one.ndjson
  $ echo '{"@timestamp":30000,"user":"y","process":{"entity_id":"d","parent":{"entity_id":"p"}}}' >> one.ndjson
  $ child() { eqlite query --dialect endpoint --max-lateness 15s --fields @timestamp "$@" -e 'any where child of [any where process.name == "w"]' one.ndjson; }
  $ child
  {"@timestamp":30000}
  $ child --partition-by user
  {"@timestamp":30000}
  $ child --partition-by host.name
  {"@timestamp":30000}

check tells whether events can be dealt out by those fields.

  $ eqlite check -q --partition-by host.id -e 'any where true'
  stateless  <query>: it judges each event alone
  $ eqlite check -q --partition-by host.id -e "$query"
  global     <query>: stage 1 is not joined by host.id
  $ eqlite check -q --partition-by host.id -e 'sequence by host.id with maxspan=1s [any where true] [any where true]'
  keyed      <query>: every stage is joined by it
  $ eqlite check -q --partition-by host.id -e 'sequence by host.id, user.id with maxspan=1s [any where true] [any where true] until [any where true]'
  keyed      <query>: every stage is joined by it
  $ eqlite check -q --dialect endpoint --partition-by user.id -e 'any where descendant of [any where true]'
  global     <query>: it asks for the ancestors of processes, which share a host but perhaps not user.id
  $ eqlite check -q --dialect endpoint --partition-by host.id -e 'any where descendant of [any where true]'
  keyed      <query>: processes and their ancestors share a host
