# repl, as a script: no prompt, mistakes do not end it

  $ cp "$data"/ev.ndjson .
  $ eqlite repl ev.ndjson <<'END'
  > // three ways to end a statement
  > process where true;
  > network where
  >   process.name == "curl"
  > 
  > .mode csv
  > .set fields event.id,event.category
  > file where true; process where true;
  > process where (;
  > 
  > 
  > .mode ndjson
  > any where event.id == "3"
  > END
  {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}}
  {"@timestamp":"2026-01-01T00:00:02Z","event":{"category":"network","id":"3"},"process":{"name":"curl"},"host":{"name":"h1"}}
  event.id,event.category\r
  2,file\r
  event.id,event.category\r
  1,process\r
  <query>:1:16: error[E0102]: unexpected character ";"
  1 | process where (;
    |                ^ help: a query has no end mark
  <query>:1:16: error[E0101]: expected an expression, found the end of the query
  1 | process where (;
    |                ^
  {"event.id":"3","event.category":"network"}
  $ printf '.help\n' | eqlite repl
  .open      FILE...      read events from files, forget those before
  .add       FILE...      read more events
  .files                  the files and how many events each gave
  .schema    [PATTERN]    fields of the events, with types and an example
  .fields    [PATTERN]    names of the fields
  .values    FIELD [N]    values of a field, the commonest first; 20, or N of them
  .rules     [PATH...]    load rules; without a path, list them
  .rule      ID           all that a rule says, as JSON; ID may have * and ?
  .run       [ID]         run the rules over the events
  .explain   [STAGE]      the last query as tokens, ast, plan or program
  .plan                   the same as .explain plan
  .why       EVENT        why the last query matches an event or not; EVENT counts from 1
  .partial   [N]          how far the last query, a sequence, came for each key; 20, or N of them
  .fmt                    the last query in its one layout
  .save      WHAT FILE    results: FILE; the query: --rule FILE; a test: --test FILE [EVENT...]
  .read      FILE         statements from a file
  .mode      [FORM]       print as ndjson, table, json or csv
  .cols      [A,B]        fields to print, columns of tables; *: the usual ones
  .width     [N]          columns of the terminal for tables; 0: as it is
  .pager     on|off       show results through $PAGER
  .timer     on|off       tell how many results there are and how long it took
  .dialect   [NAME]       dialect of the queries
  .limit     [N]          at most N results; 0: all
  .set       KEY [VALUE]  change a setting
  .show                   the settings
  .history   [N]          statements typed before; the last 20, or N of them
  .edit                   change the last query in $EDITOR, and run it
  .help                   this list
  .quit                   leave; so does Ctrl-D
  !COMMAND                run a command of the system's shell
  A query ends with ';' or an empty line. Ctrl-C cancels, Tab completes.
  $ printf '.mod csv\n.mode tabel\n.nothing\n.rule x\n.run\n.explain\n.limit x\n' | eqlite repl
  eqlite: there is no '.mod'; did you mean '.mode'?
  eqlite: there is no 'tabel'; did you mean 'table'?
  eqlite: there is no '.nothing'
  eqlite: no rule is like that
  eqlite: no rules; load some with .rules PATH
  eqlite: no query to explain yet
  eqlite: a limit is a number; 0 is none
  $ printf '.open ev.ndjson\n.files\n.fields proc\n.schema host*\n.limit 1\n.set fields event.id\nany where true;\n.show\n.quit\nany where true;\n' | eqlite repl
           3  ev.ndjson
  process.name
  process.pid
  host.name           3  string    h1
  {"event.id":"3"}
  mode                  ndjson
  dialect               elastic
  limit                 1
  timestamp-field       @timestamp
  event-category-field  event.category
  tiebreaker-field      none
  unwrap                auto
  input                 auto
  fields                event.id
  width                 0
  pager                 off
  timer                 off
  events                3
  rules                 0
  $ printf 'any where true;\n.explain\n.explain tokens\n' | eqlite repl
  event
    (true)
  1:1 keyword any
  1:5 keyword where
  1:11 keyword true
  $ printf 'any where true;' | eqlite repl nothing.ndjson
  error[E0801]: nothing.ndjson: No such file or directory
  [2]

What was found becomes a rule, its tests, a file; nothing that is there is written over.

  $ printf 'process where process.name : "cmd*";\n.save --rule a_shell.toml\n.save --rule a_shell.toml\n.save --test a_shell.toml\n.save --test a_shell.toml 3\n.save --rule x.txt\n.save --rule no/x.toml\n.save out.ndjson\n.values process.name\n' | eqlite repl ev.ndjson
  {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}}
  eqlite: cannot write a_shell.toml: File exists
  saved; the rule does not match these events
  eqlite: a rule file ends in .toml
  eqlite: cannot write no/x.toml: No such file or directory
           1  cmd.exe
           1  curl
  $ cat a_shell.toml out.ndjson
  [rule]
  name = "a shell"
  description = "Describe what this finds."
  author = ["eqlite repl"]
  severity = "low"
  risk_score = 21
  type = "eql"
  language = "eql"
  rule_id = "7ee1ab67-2f35-88b3-a5fa-21b69de9a6c1"
  query = '''
  process where process.name : "cmd*"
  '''
  
  [[tests]]
  name = "1 from the shell"
  expect = "match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}}
  '''
  
  [[tests]]
  name = "2 from the shell"
  expect = "no_match"
  events = '''
  {"@timestamp":"2026-01-01T00:00:02Z","event":{"category":"network","id":"3"},"process":{"name":"curl"},"host":{"name":"h1"}}
  '''
  {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}}
  $ eqlite test a_shell.toml
  eqlite: 1 warning about rules, which eqlite check shows
  ok    a shell: 1 from the shell
  ok    a shell: 2 from the shell
  2 passed, 0 failed
  $ printf 'any where true | head 1;\n' > q && printf '.read q\n.read none\n.read\n' | eqlite repl ev.ndjson
  {"@timestamp":"2026-01-01T00:00:00Z","event":{"category":"process","id":"1"},"process":{"name":"cmd.exe","pid":4},"host":{"name":"h1"}}
  eqlite: cannot read none: No such file or directory
  eqlite: which file?

How results look, and what a script cannot ask for.

  $ cat > seq.ndjson <<'END'
  > {"@timestamp":"2026-01-01T00:00:00Z","event.category":"process","host.name":"h1"}
  > {"@timestamp":"2026-01-01T00:00:01Z","event.category":"file","host.name":"h1"}
  > {"@timestamp":"2026-01-01T00:00:02Z","event.category":"process","host.name":"h2"}
  > {"@timestamp":"2026-01-01T00:05:00Z","event.category":"network","host.name":"h1"}
  > END
  $ printf '.mode table\n.cols event.category,host.name\n.cols\n.width 12\n.width\nprocess where true;\n.cols *\n.width 0\n.width x\n.width 99999\n.mode csv\nfile where true;\n' | eqlite repl seq.ndjson
  event.category,host.name
  12
  even…  host…
  proc…  h1
  proc…  h2
  eqlite: a width is a number up to 10000; 0: the terminal's
  eqlite: a width is a number up to 10000; 0: the terminal's
  "@timestamp",event.category,host.name,process.name\r
  2026-01-01T00:00:01Z,file,h1,\r
  $ printf '.timer\n.timer on\n.timer maybe\nfile where true | head 0;\n' | eqlite repl seq.ndjson 2>&1 | sed 's/[0-9.]* s$/N s/'
  off
  eqlite: there is no 'maybe'
  0 found, N s
  $ printf '.pager on\n.pager\n.history\n.edit\n!echo no\n! \n.history x\n' | eqlite repl
  eqlite: a pager needs a terminal
  off
  eqlite: there is no history without a terminal
  eqlite: .edit starts an editor only where statements are typed at a terminal
  eqlite: ! runs commands only where statements are typed at a terminal
  eqlite: ! runs commands only where statements are typed at a terminal
  eqlite: how many statements? a number
  $ printf '.partial\nsequence by host.name with maxspan=1m [process where true] [file where true] [network where true];\n.partial\n.partial 1\n.partial x\nany where true | head 0;\n.partial\n' | eqlite repl seq.ndjson
  eqlite: no query to explain yet
  sequence <query>: 1 key reached 2 of 3, 1 key reached 1 of 3
    2 of 3  ["h1"]  expired: maxspan was over (seq.ndjson:2)
    1 of 3  ["h2"]  expired: maxspan was over (seq.ndjson:3)
  sequence <query>: 1 key reached 2 of 3, 1 key reached 1 of 3
    2 of 3  ["h1"]  expired: maxspan was over (seq.ndjson:2)
    … and 1 more key
  eqlite: how many keys? a number
  eqlite: the last query is no sequence
  $ eqlite explain --event seq.ndjson --partial -e 'sequence by host.name with maxspan=1m [process where true] [file where true]'
  sequence <query>: 1 key reached 2 of 2, 1 key reached 1 of 2
    2 of 2  ["h1"]  completed (seq.ndjson:2)
    1 of 2  ["h2"]  expired: maxspan was over (seq.ndjson:3)
  $ eqlite explain --event seq.ndjson --partial --format json -e 'sequence by host.name with maxspan=1m [process where true] [file where true]'
  {"rule":"<query>","keys":["h1"],"reached":2,"needed":2,"what":"completed","path":"seq.ndjson","line":2}
  {"rule":"<query>","keys":["h2"],"reached":1,"needed":2,"what":"expired","path":"seq.ndjson","line":3}
  $ eqlite explain --event seq.ndjson --partial -e 'sequence with maxspan=1m [process where false] [file where true]'
  sequence <query>: no event met the first stage
  $ eqlite explain --event seq.ndjson --partial -e 'any where true'
  eqlite: --partial is about sequences, and none is among the queries
  [2]
  $ eqlite explain --partial -e 'any where true'
  eqlite: explain: --partial is about events; give some with --event FILE
  Try 'eqlite help explain'.
  [2]
  $ awk 'BEGIN { for (i = 0; i < 100100; i++) printf "{\"@timestamp\":%d,\"event.category\":\"process\",\"host.name\":\"h%d\"}\n", i, i }' > many.ndjson
  $ eqlite explain --event many.ndjson --partial -e 'sequence by host.name with maxspan=9h [process where true] [file where true]' | sed -n '1,3p;21,$p'
  sequence <query>: 100000 keys reached 1 of 2
    1 of 2  ["h0"]  still waiting when the input ended (many.ndjson:1)
    1 of 2  ["h1"]  still waiting when the input ended (many.ndjson:2)
    1 of 2  ["h10013"]  still waiting when the input ended (many.ndjson:10014)
    … and 99980 more keys
  … and 200 more steps of other keys
