# --profile: what is done for which rule, and where the time goes

Counts are exact. Of eight events four are processes, of which the length is asked; all have a number, so the rule about it
and both stages of the sequence are asked about each. Looked up are its category and that two fields are there (8 + 8 + 8);
the rest (4 + 8 + 8) is computed.

  $ for i in 1 2 3 4 5 6 7 8; do
  >   printf '{"@timestamp":%d,"event":{"category":"%s"},"host":{"id":"h%d"},"n":%d,"process":{"args":["a%d","b"]}}\n' $i $([ $((i % 2)) = 0 ] && echo process || echo file) $((i % 4 / 2)) $i $i
  > done > events.ndjson
  $ mkdir rules
  $ echo 'process where length(process.args) > 1' > rules/length.eql
  $ echo 'any where n > 6' > rules/number.eql
  $ echo 'sequence by host.id [process where n < 5] [file where n > 99]' > rules/sequence.eql
  $ eqlite run -q --threads 1 --alerts compact --profile=json -r rules events.ndjson 2> profile > alerts
  $ jq -c '.rules | sort_by(.name)[] | [.name, .candidates, .evaluations, .matches, .results, .live, .bytes > 0]' profile
  ["length",4,4,4,4,0,false]
  ["number",8,8,2,2,0,false]
  ["sequence",16,16,2,0,2,true]
  $ wc -l < alerts | tr -d ' '
  6

The parts make up the whole.

  $ jq -c '[.events, .candidates == ([.rules[].candidates] | add), .evaluations == ([.rules[].evaluations] | add), .timed_ns == ([.stages[].timed_ns] | add)]' profile
  [8,true,true,true]
  $ jq -r 'keys_unsorted | join(" ")' profile
  events timed_events candidates evaluations predicates lazy_predicates shape_hits shape_misses shape_resets shape_bytes memo_hits memo_misses memo_resets memo_bytes decision_hits decision_misses decisions_made decision_resets decision_bytes residuals timed_ns stages rules
  $ jq -c '[.predicates, .lazy_predicates, .memo_hits + .memo_misses + .decision_hits + .decision_misses]' profile
  [24,20,0]

More events: some are timed, and no rule takes more than the stages that work rule by rule.

  $ awk 'BEGIN { for (i = 0; i < 5000; i++) printf "{\"@timestamp\":%d,\"event\":{\"category\":\"%s\"},\"host\":{\"id\":\"h%d\"},\"n\":%d,\"process\":{\"args\":[\"a%d\",\"b\"]}}\n", i, i % 3 ? "process" : "file", i % 5, i % 20, i % 7 }' > many.ndjson
  $ profile() { eqlite run -q --alerts compact --profile=json "$@" -r rules many.ndjson 2>&1 > /dev/null; }
  $ profile --threads 1 > one
  $ jq -c '[.events, .timed_events, .timed_ns > 0, ([.rules[].timed_ns] | add) <= .stages.ask.timed_ns + .stages.give.timed_ns, ([.stages[].share] | add | . > 0.999 and . < 1.001)]' one
  [5000,72,true,true,true]
  $ jq -c '[.rules[].timed_ns] == ([.rules[].timed_ns] | sort | reverse)' one
  true

Once kinds of events are known, conditions are met by that alone, and not worked out; values are remembered.

  $ mkdir kinds; for i in $(seq 20); do echo "process where event.type == \"start\" and process.name : \"n${i}*\"" > kinds/$i.eql; done
  $ echo 'file where event.type == "start"' > kinds/file.eql
  $ awk 'BEGIN { for (i = 0; i < 3000; i++) printf "{\"event\":{\"category\":\"%s\",\"type\":\"start\"},\"process\":{\"name\":\"n%d\"}}\n", i % 3 ? "process" : "file", i % 40 }' > kinds.ndjson
  $ eqlite run -q --alerts compact --profile=json --threads 1 -r kinds kinds.ndjson 2> kind > /dev/null
  $ jq -c '[.memo_hits > 0, .memo_bytes > 0, .decision_hits > 0, .decisions_made, .residuals, .memo_resets + .decision_resets]' kind
  [true,true,true,2,2,0]
  $ jq -c '.rules[] | select(.name == "file") | [.candidates, .matches, .results, .evaluations < 300]' kind
  [1000,1000,1000,true]

Threads: what is remembered is theirs, what matches is not.

  $ profile --threads 4 --block-size 20K > four
  $ for f in one four; do jq -c '[.events, (.rules | sort_by(.name)[] | [.matches, .results, .live, .bytes])]' $f; done | uniq | wc -l | tr -d ' '
  1
  $ jq -c '[.events, ([.rules[].candidates] | add) == .candidates, ([.rules[].evaluations] | add) == .evaluations]' four
  [5000,true,true]

Nothing is remembered with --engine naive, and every rule is asked about every event.

  $ profile --threads 1 --engine naive | jq -c '[.candidates, .evaluations, .memo_hits + .memo_misses + .decision_hits]'
  [20000,20000,0]

The results are the same with and without.

  $ eqlite run -q --alerts compact -r rules many.ndjson > without; eqlite run -q --alerts compact --profile -r rules many.ndjson 2> /dev/null | cmp - without

For people: stages, then the rules that cost most. Of few events perhaps none is timed.

  $ head -n 4 events.ndjson | eqlite query --profile --threads 1 -e 'process where n > 1' 2>&1 > /dev/null | sed 's/[^ ]*  bytes of it/N  bytes of it/'
                 4  events
                 0  of them with a clock
                 4  conditions that could be met
                 4  conditions worked out
                 6  parts of conditions found by looking up values
                 2  parts of conditions computed
                 0  events of a shape seen before: the same keys in the same order
                 0  events of other shapes
                 0  times that this memory was full and began anew
                 N  bytes of it
                 0  values whose answer was remembered
                 0  values looked up instead
                 0  times that this memory was full and began anew
                 N  bytes of it
                 0  events of a kind decided before
                 0  events of other kinds
                 0  decisions made
                 0  times that their memory was full and began anew
                 N  bytes of it
                 0  different remainders that they leave to be asked
     share of time   candidates  evaluations    matches    results    waiting        bytes  rule
                 -            4            4          2          2          0            0  <query>

Events whose keys come in the same order as in events before are not walked: from the 64th event on, and a shape is learned
when it comes a second time. The longer lists are another shape. With less machinery none is known, and nothing else changes.

  $ for i in $(seq 1 200); do
  >   printf '{"@timestamp":%d,"event":{"category":"process"},"n":%d,"process":{"args":["a"%s]}}\n' $i $i "$([ $((i % 10)) = 0 ] && echo ',"b"')"
  > done > shapes.ndjson
  $ for engine in decisions memo shared; do
  >   eqlite run -q --engine $engine --threads 1 --alerts compact --profile=json -r rules shapes.ndjson 2> profile > $engine
  >   jq -c '[.shape_hits, .shape_misses, .shape_resets, .shape_bytes > 0]' profile
  > done
  [133,4,0,true]
  [133,4,0,true]
  [0,0,0,false]
  $ cmp decisions memo && cmp decisions shared && wc -l < decisions | tr -d ' '
  194
