# explain --event --format json: what each event does to sequences in progress

  $ cat > events.ndjson <<'END'
  > {"@timestamp":"2026-01-01T00:00:00Z","t":"a","u":"x"}
  > {"@timestamp":"2026-01-01T00:00:01Z","t":"a","u":"y"}
  > {"@timestamp":"2026-01-01T00:00:02Z","t":"b","u":"x"}
  > {"@timestamp":"2026-01-01T00:00:03Z","t":"a","u":"y"}
  > {"@timestamp":"2026-01-01T00:00:04Z","t":"end","u":"x"}
  > {"@timestamp":"2026-01-01T00:10:00Z","t":"b","u":"y"}
  > {"@timestamp":"2026-01-01T00:10:01Z","t":"a","u":"y"}
  > END
  $ steps() { jq -c '[.line, .matches, (.sequences // [] | map([.what, "\(.events)/\(.needed)", .keys, .first_line]))]'; }
  $ eqlite explain --format json --event events.ndjson -e 'sequence by u with maxspan=1m [any where t == "a"] [any where t == "b"] [any where t == "c"] until [any where t == "end"]' | steps
  [1,[],[["started","1/3",["x"],1]]]
  [2,[],[["started","1/3",["y"],2]]]
  [3,[],[["extended","2/3",["x"],1]]]
  [4,[],[["started","1/3",["y"],4],["replaced","1/3",["y"],2]]]
  [5,[],[["ended","2/3",["x"],1]]]
  [6,[],[["expired","1/3",["y"],4]]]
  [7,[],[["started","1/3",["y"],7]]]
  [null,[],[["waiting","1/3",["y"],7]]]
  $ eqlite explain --format json --event events.ndjson -e 'sequence by u with maxspan=1m [any where t == "a"] ![any where t == "end"]' | steps
  [1,[],[["started","1/1",["x"],1]]]
  [2,[],[["started","1/1",["y"],2]]]
  [3,[],[]]
  [4,[],[["started","1/1",["y"],4]]]
  [5,[],[]]
  [6,["<query>","<query>"],[["refuted","1/1",["x"],1],["completed","1/1",["y"],2],["completed","1/1",["y"],4]]]
  [7,[],[["started","1/1",["y"],7]]]
  [null,["<query>"],[["completed","1/1",["y"],7]]]
  $ eqlite explain --format json --event events.ndjson -e 'sequence by u with maxspan=1m [any where t == "a"] [any where t == "b"]' | jq -c 'del(.why)' | head -n 3
  {"path":"events.ndjson","line":1,"matches":[],"sequences":[{"rule":"<query>","what":"started","events":1,"needed":2,"keys":["x"],"first_line":1,"last_line":1}]}
  {"path":"events.ndjson","line":2,"matches":[],"sequences":[{"rule":"<query>","what":"started","events":1,"needed":2,"keys":["y"],"first_line":2,"last_line":2}]}
  {"path":"events.ndjson","line":3,"matches":["<query>"],"sequences":[{"rule":"<query>","what":"completed","events":2,"needed":2,"keys":["x"],"first_line":1,"last_line":3}]}
