# --threads, --block-size: however the work is dealt out, the same bytes come out

Events of every kind: some hit, many do not, some are broken, late or without time; sequences, samples, lineage, head and
tail wait for them.

  $ awk 'BEGIN { for (i = 0; i < 4000; i++) {
  >   t = i % 97 == 5 ? i - 50 : i
  >   if (i % 211 == 3) { print "{\"broken\":"; continue }
  >   printf "{\"@timestamp\":%s,\"event\":{\"category\":\"process\",\"type\":\"%s\"},\"host\":{\"id\":\"h%d\"},", i % 301 == 7 ? "null" : 1000 * t, i % 5 ? "start" : "end", i % 7
  >   printf "\"n\":%d,\"process\":{\"entity_id\":\"p%d\",\"parent\":{\"entity_id\":\"p%d\"},\"name\":\"n%d\",\"args\":[\"a%d\",\"b\"]}}\n", i % 13, i, i - i % 11, i % 17, i % 23 } }' > events.ndjson
  $ mkdir rules
  $ echo 'any where n == 3 and process.args : "a1*"' > rules/event.eql
  $ echo 'sequence by host.id with maxspan=20s [any where n == 1] [any where process.name == "n4"] until [any where n == 12]' > rules/sequence.eql
  $ echo 'sequence by host.id with maxspan=9s [any where n == 1] ![any where n == 2]' > rules/missing.eql
  $ echo 'sample by host.id [any where n == 7] [any where process.name == "n9"]' > rules/sample.eql
  $ echo 'process where process.name : "n3" and descendant of [process where process.name : "n2"]' > rules/lineage.eql
  $ echo 'sequence by host.id with maxspan=1m [process where n == 1] as a [process where n > a.n and process.args : "a2*"]' > rules/alias.eql
  $ eqlite run -q --threads 1 --dialect endpoint -r rules --alerts compact events.ndjson | jq -r .rule.name | sort | uniq -c
      272 alias
      147 event
       17 lineage
      303 missing
        7 sample
       35 sequence
  $ all() { eqlite run -q --dialect endpoint -r rules --alerts compact --stats=json "$@" events.ndjson 2>&1 | sed 's/,"seconds":[0-9.]*//'; }
  $ all --threads 1 > one; wc -l < one | tr -d ' '
  782
  $ for n in 2 3 8; do for size in 1 1000 64K; do all --threads $n --block-size $size | cmp - one; done; done
  $ all --threads 1 --max-lateness 60s > one; grep -c . one
  788
  $ for n in 2 8; do for size in 1 5000; do all --threads $n --block-size $size --max-lateness 60s | cmp - one; done; done
  $ all --threads 1 --sort > one
  $ all --threads 4 --block-size 7000 --sort | cmp - one
  $ all --threads 1 --partition-by host.id > one
  $ all --threads 4 --block-size 7000 --partition-by host.id | cmp - one

A full head ends the reading, at the same event; broken events are told in their order.

  $ ask() { eqlite query -v --threads $1 --block-size 3000 -e 'any where n == 3 | head 40' events.ndjson; }
  $ ask 1 > one 2> told; cat told
  events.ndjson:4: warning[W0801]: broken event left out: the object does not end, at byte 539
  events.ndjson:215: warning[W0801]: broken event left out: the object does not end, at byte 39039
  events.ndjson:426: warning[W0801]: broken event left out: the object does not end, at byte 77860
  eqlite: 524 events, 3 broken, 40 found
  $ ask 4 2>&1 > two | cmp - told
  $ cmp one two

Numbers that make no sense

  $ eqlite query --threads 257 -e 'any where true' events.ndjson
  eqlite: query: --threads: at most 256
  Try 'eqlite help query'.
  [2]
  $ eqlite query --threads many -e 'any where true' events.ndjson
  eqlite: query: --threads: 'many' is not a number
  Try 'eqlite help query'.
  [2]
  $ eqlite query --block-size 0 -e 'any where true' events.ndjson
  eqlite: query: --block-size: '0' is not a size such as 64M or 2G
  Try 'eqlite help query'.
  [2]
