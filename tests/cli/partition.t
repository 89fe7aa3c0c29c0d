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
