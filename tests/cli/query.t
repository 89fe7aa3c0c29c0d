# query: events that match, in four forms

  $ cp "$data"/ev.ndjson .
  $ eqlite query -e 'process where true' ev.ndjson
  {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}}
  $ eqlite query --format json -e 'any where event.id != "2"' ev.ndjson
  [
  {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}},
  {"@timestamp":"2026-01-01T00:00:02Z","event":{"category":"network","id":"3"},"process":{"name":"curl"},"host":{"name":"h1"}}
  ]
  $ eqlite query --format table -e 'any where true' ev.ndjson
  @timestamp            event.category  host.name  process.name
  2026-01-01T00:00:00Z  process         h1         cmd.exe
  2026-01-01T00:00:01Z  file            h1
  2026-01-01T00:00:02Z  network         h1         curl
  $ eqlite query --format csv --fields event.id,file.name -e 'any where true' ev.ndjson
  event.id,file.name\r
  1,\r
  2,"a, b.txt"\r
  3,\r

Without results, a form still holds what a reader of it expects.

  $ eqlite query -e 'any where false' ev.ndjson
  $ eqlite query --format json -e 'any where false' ev.ndjson
  []
  $ eqlite query --format csv --fields a,b -e 'any where false' ev.ndjson
  a,b\r

A few fields of each event.

  $ eqlite query --fields event.id,process.pid -e 'any where true' ev.ndjson
  {"event.id":"1","process.pid":4}
  {"event.id":"2"}
  {"event.id":"3"}

Counting, and exit status as an answer.

  $ eqlite query --count -e 'any where true' ev.ndjson
  3
  $ eqlite query --exit-status -e 'any where false' ev.ndjson
  [1]
  $ eqlite query --exit-status -c -e 'any where true' ev.ndjson
  3

Several queries, with names.

  $ eqlite query --name shells -e 'process where true' --name all -e 'any where event.id == "1"' --fields event.id ev.ndjson
  {"name":"shells","event":{"event.id":"1"}}
  {"name":"all","event":{"event.id":"1"}}
  $ eqlite query -c --name shells -e 'process where true' -e 'any where true' ev.ndjson
  shells:1
  2:3
  $ eqlite query --name x --format csv -e 'any where true' ev.ndjson
  eqlite: query: --name needs --format ndjson
  Try 'eqlite help query'.
  [2]

Queries from a file, events from standard input, -- ends the options.

  $ echo 'file where true' > q.eql
  $ cat ev.ndjson | eqlite query -f q.eql --fields event.id
  {"event.id":"2"}
  $ cat ev.ndjson | eqlite query -f q.eql --fields event.id -- -
  {"event.id":"2"}

  $ eqlite query --limit 1 --fields event.id -e 'any where true' ev.ndjson
  {"event.id":"3"}
  $ eqlite query --dialect endgame -e 'any where true' ev.ndjson
  eqlite: query: --dialect: unknown dialect 'endgame'
  Try 'eqlite help query'.
  [2]
