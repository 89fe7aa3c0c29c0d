# --state: a run goes on where another one stopped

  $ event() { printf '{"@timestamp":"2026-01-01T00:00:%02dZ","event":{"category":"process","id":"%s"},"k":"%s","t":"%s"}\n' "$@"; }
  $ cat > pair.eql <<END
  > // @id pair
  > // @name Pair
  > sequence by k with maxspan=1m [any where t == "A"] [any where t == "B"]
  > END
  $ cat > alone.eql <<END
  > // @id alone
  > // @name Alone
  > sequence by k with maxspan=10s [any where t == "A"] ![any where t == "B"]
  > END
  $ run() { eqlite run --state state --alerts compact -o alerts -r pair.eql -r alone.eql "$@" 2>&1 | sed 's/, [0-9.]* s.*//'; }
  $ alerts() { jq -c '[.rule.id, .events[].event.id]' alerts; }
  $ event 1 e1 x A > events.ndjson
  $ run events.ndjson && alerts
  eqlite: 1 event, 0 broken, 2 rules, 0 alerts

What was read before is not read again, and what was counted goes on.

  $ event 2 e2 y A >> events.ndjson
  $ event 3 e3 x B >> events.ndjson
  $ run events.ndjson && alerts
  eqlite: 3 events, 0 broken, 2 rules, 1 alert (1 medium)
  ["pair","e1","e3"]

A run without new events gives nothing new. A missing event is not missing because the input has ended: more may come.

  $ run events.ndjson && alerts
  eqlite: 3 events, 0 broken, 2 rules, 1 alert (1 medium)
  ["pair","e1","e3"]
  $ event 20 e4 z C >> events.ndjson
  $ run events.ndjson && alerts
  eqlite: 4 events, 0 broken, 2 rules, 2 alerts (2 medium)
  ["pair","e1","e3"]
  ["alone","e2",null]

--now says that time has passed though no event says so, --flush that nothing more will come.

  $ event 21 e5 q A >> events.ndjson
  $ run events.ndjson && alerts | tail -n 1
  eqlite: 5 events, 0 broken, 2 rules, 2 alerts (2 medium)
  ["alone","e2",null]
  $ run --now 2026-01-01T00:00:31Z events.ndjson && alerts | tail -n 1
  eqlite: 5 events, 0 broken, 2 rules, 2 alerts (2 medium)
  ["alone","e2",null]
  $ run --now 2026-01-01T00:00:32Z events.ndjson && alerts | tail -n 1
  eqlite: 5 events, 0 broken, 2 rules, 3 alerts (3 medium)
  ["alone","e5",null]
  $ event 40 e6 q A >> events.ndjson
  $ run events.ndjson && alerts | tail -n 1
  eqlite: 6 events, 0 broken, 2 rules, 3 alerts (3 medium)
  ["alone","e5",null]
  $ run --flush events.ndjson && alerts | tail -n 1
  eqlite: 6 events, 0 broken, 2 rules, 4 alerts (4 medium)
  ["alone","e6",null]
  $ run --flush events.ndjson && alerts | tail -n 1
  eqlite: 6 events, 0 broken, 2 rules, 4 alerts (4 medium)
  ["alone","e6",null]

Statistics tell of all runs together.

  $ eqlite run -q --state state --stats=json -r pair.eql -r alone.eql events.ndjson 2>&1 | jq -c '[.events, .alerts, .rules[].started]'
  [6,4,4,4]

The state holds events: only its owner may read it.

  $ ls -l state | cut -c1-10
  -rw-------

A rule that changed begins anew, the others go on.

  $ sed -i s/1m/2m/ pair.eql
  $ run events.ndjson
  eqlite: state: 1 rule goes on, 1 begins anew, 1 is no more
  eqlite: 6 events, 0 broken, 2 rules, 4 alerts (4 medium)
  $ run events.ndjson
  eqlite: 6 events, 0 broken, 2 rules, 4 alerts (4 medium)
  $ run -v events.ndjson | head -n 2
  eqlite: state: 2 rules go on, 0 begin anew, 0 are no more
  eqlite: 6 events, 0 broken, 2 rules, 4 alerts (4 medium)

A file that is another one now is read from its start. Its events are older than those before: too late for sequences.

  $ event 5 e7 x A > events.ndjson
  $ run events.ndjson
  warning[W0802]: events.ndjson: it is not the file that was read before, or was cut; it is read from the start
  eqlite: 7 events, 0 broken, 2 rules, 4 alerts (4 medium)

What is no state, or damaged, is refused before anything is read.

  $ cp state good
  $ head -c 100 good > state
  $ run events.ndjson; eqlite run -q --state state -r pair.eql events.ndjson
  error[E0805]: state: it is cut short, or something was added to it
  error[E0805]: state: it is cut short, or something was added to it
  [2]
  $ { cat good; echo; } > state
  $ run events.ndjson
  error[E0805]: state: it is cut short, or something was added to it
  $ { head -c 60 good; printf x; tail -c +62 good; } > state
  $ run events.ndjson
  error[E0805]: state: it is damaged: its checksum is another
  $ cp pair.eql state
  $ run events.ndjson
  error[E0805]: state: it is not a saved state
  $ cp good state
  $ run --timestamp-field time events.ndjson
  error[E0805]: state: it was made with another field of the time
  $ rm state

Half a line at the end of the alerts was written by a run that was killed; it goes.

  $ printf '{"half' >> alerts
  $ { event 41 f1 h A; event 42 f2 h B; } > more.ndjson
  $ run more.ndjson && tail -n 2 alerts | jq -c '[.rule.id, .events[].event.id]'
  eqlite: 2 events, 0 broken, 2 rules, 1 alert (1 medium)
  ["alone","e6",null]
  ["pair","f1","f2"]

What cannot be written is told.

  $ run --state none/state more.ndjson
  eqlite: cannot write none/state: No such file or directory
  eqlite: 2 events, 0 broken, 2 rules, 1 alert (1 medium)

Interrupted, it saves all the same: what it had read is not read again.

  $ rm -f state alerts; event 1 g1 x A > live.ndjson
  $ eqlite run -q --follow --state state --state-every 10ms -o alerts -r pair.eql live.ndjson & while [ ! -e state ]; do sleep 0.02; done; event 2 g2 x B >> live.ndjson; while [ ! -s alerts ]; do sleep 0.02; event 13 g3 y C >> live.ndjson; done; kill -TERM $!; wait $!; echo $?
  143
  $ eqlite run -q --state state -o alerts -r pair.eql live.ndjson; jq -c '[.eqlite.steps[].event.event.id]' alerts
  ["g1","g2"]

Samples and tails answer at the end only.

  $ cat > sample.eql <<END
  > // @id sample
  > // @name Sample
  > sample by k [any where t == "A"] [any where t == "B"]
  > END
  $ eqlite run --state s --alerts compact -r sample.eql -r pair.eql more.ndjson 2>&1 | sed 's/, [0-9.]* s$//' | cut -c1-160
  eqlite: warning: 1 rule answers ("Sample") only when the input ends, which with --state it does by --flush
  {"@timestamp":"2026-01-01T00:00:42.000Z","rule":{"id":"pair","name":"Pair","severity":"medium","risk_score":47},"reason":"process event created medium alert Pai
  eqlite: 2 events, 0 broken, 2 rules, 1 alert (1 medium)
  $ eqlite run -q --state s --flush --alerts compact -r sample.eql -r pair.eql more.ndjson 2>&1 | jq -c '[.rule.id, .events[].event.id]'
  ["sample","f1","f2"]

A line that is being written is left to the next run; what --flush finds half is broken.

  $ rm -f state alerts; { event 1 h1 x A; event 2 h2 x B | head -c 50; } > growing.ndjson
  $ run growing.ndjson
  eqlite: 1 event, 0 broken, 2 rules, 0 alerts
  $ event 2 h2 x B | tail -c +51 >> growing.ndjson; event 3 h3 x B | head -c 50 >> growing.ndjson
  $ run growing.ndjson
  eqlite: 2 events, 0 broken, 2 rules, 1 alert (1 medium)
  $ run --flush growing.ndjson
  growing.ndjson:3: warning[W0801]: broken event left out: a string does not end, at byte 236
  eqlite: 3 events, 1 broken, 2 rules, 1 alert (1 medium)

What does not go together

  $ run --sort events.ndjson
  eqlite: run: --sort waits for the end of the events, and with --state there is none; use --max-lateness
  Try 'eqlite help run'.
  $ run --format table events.ndjson
  eqlite: run: with --state the output goes on where it was, line by line: only --format ndjson can
  Try 'eqlite help run'.
  $ run --now yesterday events.ndjson
  eqlite: run: --now: 'yesterday' is not a time such as 2026-11-21T12:00:00Z
  Try 'eqlite help run'.
  $ run --state-every often events.ndjson
  eqlite: run: --state-every: 'often' is not a time such as 500ms, 10s, 5m
  Try 'eqlite help run'.
  $ eqlite run --flush -r pair.eql events.ndjson
  eqlite: run: --flush belongs to --state
  Try 'eqlite help run'.
  [2]
  $ eqlite run --state-every 1s -r pair.eql events.ndjson
  eqlite: run: --state-every belongs to --state
  Try 'eqlite help run'.
  [2]
