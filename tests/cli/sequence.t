# query: sequences and samples

  $ cp "$data"/ev.ndjson .
  $ eqlite query --fields event.id -e 'sequence by host.name [process where true] [network where true]' ev.ndjson
  {"join_keys":["h1"],"events":[{"event.id":"1"},{"event.id":"3"}]}
  $ eqlite query --fields event.id -e 'sequence with maxspan=1m [process where true] ![dns where true] [network where true]' ev.ndjson
  {"join_keys":[],"events":[{"event.id":"1"},null,{"event.id":"3"}]}
  $ eqlite query -e 'sequence by host.name [process where true] [file where true]' ev.ndjson
  {"join_keys":["h1"],"events":[{"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}},{"@timestamp":"2026-01-01T00:00:01Z","event":{"category":"file","id":"2"},"file":{"name":"a, b.txt"},"host":{"name":"h1"}}]}
  $ eqlite query --format table --fields event.id,host.name -e 'sequence with maxspan=1m [process where true] ![dns where true] [network where true]' ev.ndjson
  sequence     event.id  host.name
  1            1         h1
  1 (missing)
  1            3         h1
  $ eqlite query --format csv --fields event.id -e 'sequence by host.name [process where true] [network where true]' ev.ndjson
  sequence,event.id\r
  1,1\r
  1,3\r
  $ eqlite query --fields event.id -e 'sample by host.name [process where true] [network where true]' ev.ndjson
  {"join_keys":["h1"],"events":[{"event.id":"1"},{"event.id":"3"}]}
  $ eqlite query --name two -e 'sequence by host.name [process where true] [network where true]' --fields event.id ev.ndjson
  {"name":"two","join_keys":["h1"],"events":[{"event.id":"1"},{"event.id":"3"}]}
