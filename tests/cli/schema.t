# check: fields against ECS, a schema of one's own and data; formats for other programs

  $ cat > a.toml <<'END'
  > [metadata]
  > creation_date = "2026/01/01"
  > updated_date = "2026/01/01"
  > maturity = "production"
  > [rule]
  > author = ["Ada"]
  > description = "d"
  > name = "Typing"
  > rule_id = "3b0f8a4e-5c8e-4d0e-9d0c-7a3f3f0f6a11"
  > severity = "low"
  > risk_score = 21
  > type = "eql"
  > language = "eql"
  > query = '''
  > process where proces.name == "a" and
  >   event.type == "strat" and vendor.thing == "x"
  > '''
  > END
  $ eqlite check a.toml
  a.toml:15:15: warning[W0202]: ECS has no field proces.name
  15 | process where proces.name == "a" and
     |               ^^^^^^^^^^^ help: did you mean process.name?
  a.toml:16:17: warning[W0204]: event.type is never "strat"
  16 |   event.type == "strat" and vendor.thing == "x"
     |                 ^^^^^^^ help: did you mean "start"?
  eqlite: 1 checked, 0 errors, 2 warnings
  $ eqlite check --schema none a.toml
  eqlite: 1 checked, 0 errors, 0 warnings
  $ eqlite check --schema nothing.json a.toml
  eqlite: cannot open nothing.json: No such file or directory
  [2]
  $ echo '{"a":1}' > no.json; eqlite check --schema no.json a.toml
  eqlite: no.json: neither a mapping of Elasticsearch nor JSON such as {"user.name":"keyword"}
  [2]
  $ echo 'no json' > no.json; eqlite check --schema no.json a.toml
  eqlite: no.json: neither a mapping of Elasticsearch nor JSON such as {"user.name":"keyword"}
  [2]

Names of one's own, plain or as a mapping of Elasticsearch. What begins like them is checked as well.

  $ echo '{"logs-*":{"vendor.thing":"long","vendor":{"place":"keyword"}}}' > names.json
  $ eqlite check --schema names.json -e 'process where vendor.thing == "x" or vendor.plaec == "y" or vendor.Ext.a == 1'
  <query>:1:31: warning[W0203]: vendor.thing is a number, and "x" is none
  1 | process where vendor.thing == "x" or vendor.plaec == "y" or vendor.Ext.a == 1
    |                               ^^^
  <query>:1:38: warning[W0202]: the schema has no field vendor.plaec
  1 | process where vendor.thing == "x" or vendor.plaec == "y" or vendor.Ext.a == 1
    |                                      ^^^^^^^^^^^^ help: did you mean vendor.place?
  eqlite: 1 checked, 0 errors, 2 warnings
  $ cat > mapping.json <<'END'
  > {"logs-vendor-1.2":{"mappings":{"dynamic":"strict","properties":{
  >  "vendor":{"properties":{"thing":{"type":"keyword","ignore_above":1024,"fields":{"text":{"type":"match_only_text"}}},
  >   "type":{"type":"keyword"},"properties":{"properties":{"x":{"type":"long"}}},"where":{"type":"geo_point"}}},
  >  "process":{"properties":{"pid":{"type":"keyword"},"own":{"type":"boolean"}}}}}}}
  > END
  $ eqlite check --schema mapping.json -e 'process where vendor.thing == "x" or vendor.thing.text == "a" or vendor.type == "y" or vendor.properties.x == "z" or vendor.nothing == 1 or process.own == true or process.pid : "1*" or vendor.where.lat == 1'
  <query>:1:111: warning[W0203]: vendor.properties.x is a number, and "z" is none
  1 | …ing.text == "a" or vendor.type == "y" or vendor.properties.x == "z" or vendor.nothing == 1 or process.own == true or process.pid : "1*" or vendor.where.lat == 1
    |                                                                  ^^^
  <query>:1:118: warning[W0202]: the schema has no field vendor.nothing
  1 | …ing.text == "a" or vendor.type == "y" or vendor.properties.x == "z" or vendor.nothing == 1 or process.own == true or process.pid : "1*" or vendor.where.lat == 1
    |                                                                         ^^^^^^^^^^^^^^ help: did you mean vendor.thing?
  eqlite: 1 checked, 0 errors, 2 warnings
  $ eqlite query -e 'process where proces.name == "a"' /dev/null
  $ eqlite query --schema ecs -e 'process where proces.name == "a"' /dev/null
  <query>:1:15: warning[W0202]: ECS has no field proces.name
  1 | process where proces.name == "a"
    |               ^^^^^^^^^^^ help: did you mean process.name?

Data has the last word: what is there is known, what is not is told.

  $ cat > data.ndjson <<'END'
  > {"event":{"category":"process","type":"start"},"process":{"name":"a","own_field":1},"Vendor":{"id":"x"}}
  > {"proces":{"name":"b"}}
  > END
  $ eqlite check --against data.ndjson a.toml
  a.toml:16:17: warning[W0204]: event.type is never "strat"
  16 |   event.type == "strat" and vendor.thing == "x"
     |                 ^^^^^^^ help: did you mean "start"?
  a.toml:16:29: warning[W0206]: no event of the data has the field vendor.thing
  16 |   event.type == "strat" and vendor.thing == "x"
     |                             ^^^^^^^^^^^^
  eqlite: 1 checked, 0 errors, 2 warnings
  $ eqlite check --against data.ndjson -e 'process where process.own_field == 1 and process.executable == "x" and process.name.text == "a" and ?process.pid == 1 and process.own_feild == 2 and Vendor.ids == "x"'
  <query>:1:42: warning[W0206]: no event of the data has the field process.executable
  1 | process where process.own_field == 1 and process.executable == "x" and process.name.text == "a" and ?process.pid == 1 and process.own_feild == 2 and Vendor.ids …
    |                                          ^^^^^^^^^^^^^^^^^^
  <query>:1:123: warning[W0202]: ECS has no field process.own_feild, nor has any event of the data
  1 | …s where process.own_field == 1 and process.executable == "x" and process.name.text == "a" and ?process.pid == 1 and process.own_feild == 2 and Vendor.ids == "x"
    |                                                                                                                      ^^^^^^^^^^^^^^^^^ help: did you mean process.own_field?
  <query>:1:150: warning[W0206]: no event of the data has the field Vendor.ids
  1 | …s where process.own_field == 1 and process.executable == "x" and process.name.text == "a" and ?process.pid == 1 and process.own_feild == 2 and Vendor.ids == "x"
    |                                                                                                                                                 ^^^^^^^^^^ help: it has Vendor.id
  eqlite: 1 checked, 0 errors, 3 warnings
  $ eqlite check --against missing.ndjson a.toml
  error[E0801]: missing.ndjson: No such file or directory
  [2]
  $ echo '{' > broken.ndjson; eqlite check --against broken.ndjson -e 'process where process.name == "a"'
  broken.ndjson:1: warning[W0801]: broken event left out: the input ends inside a JSON value, at byte 0
  <query>:1:1: warning[W0206]: no event of the data has the field event.category
  1 | process where process.name == "a"
    | ^^^^^^^
  <query>:1:15: warning[W0206]: no event of the data has the field process.name
  1 | process where process.name == "a"
    |               ^^^^^^^^^^^^
  eqlite: 1 checked, 0 errors, 2 warnings
  $ printf 'process where process.nam == "a";\nprocess where process.own_field == 1;\nprocess where process.pid == 1;\n' | eqlite repl data.ndjson
  <query>:1:15: warning[W0202]: ECS has no field process.nam, nor has any event of the data
  1 | process where process.nam == "a"
    |               ^^^^^^^^^^^ help: did you mean process.name?
  {"event":{"category":"process","type":"start"},"process":{"name":"a","own_field":1},"Vendor":{"id":"x"}}
  <query>:1:15: warning[W0206]: no event of the data has the field process.pid
  1 | process where process.pid == 1
    |               ^^^^^^^^^^^
  $ printf 'process where process.nam == "a";\n' | eqlite repl --schema none data.ndjson

For other programs.

  $ eqlite check -q --format json a.toml
  [
  {"code":"W0202","severity":"warning","message":"ECS has no field proces.name","help":"did you mean process.name?","source":"a.toml","rule":"3b0f8a4e-5c8e-4d0e-9d0c-7a3f3f0f6a11","line":15,"column":15,"end_line":15,"end_column":26},
  {"code":"W0204","severity":"warning","message":"event.type is never \"strat\"","help":"did you mean \"start\"?","source":"a.toml","rule":"3b0f8a4e-5c8e-4d0e-9d0c-7a3f3f0f6a11","line":16,"column":17,"end_line":16,"end_column":24}
  ]
  $ eqlite check -q --format sarif a.toml > a.sarif; cat a.sarif; python3 "$tests"/check_sarif.py a.sarif
  {"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{
  "tool":{"driver":{"name":"eqlite","version":"0.1.0","rules":[
  {"id":"W0202","shortDescription":{"text":"unknown field"},"defaultConfiguration":{"level":"warning"}},
  {"id":"W0204","shortDescription":{"text":"value that the field never has"},"defaultConfiguration":{"level":"warning"}}]}},
  "columnKind":"unicodeCodePoints",
  "results":[
  {"ruleId":"W0202","ruleIndex":0,"level":"warning","message":{"text":"ECS has no field proces.name; did you mean process.name?"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.toml"},"region":{"startLine":15,"startColumn":15,"endLine":15,"endColumn":26}}}]},
  {"ruleId":"W0204","ruleIndex":1,"level":"warning","message":{"text":"event.type is never \"strat\"; did you mean \"start\"?"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.toml"},"region":{"startLine":16,"startColumn":17,"endLine":16,"endColumn":24}}}]}]}]}
  2 results
  $ eqlite check -q --format github a.toml
  ::warning file=a.toml,line=15,endLine=15,col=15,endColumn=26,title=W0202 unknown field::ECS has no field proces.name%0Ahelp: did you mean process.name?
  ::warning file=a.toml,line=16,endLine=16,col=17,endColumn=24,title=W0204 value that the field never has::event.type is never "strat"%0Ahelp: did you mean "start"?
  $ eqlite check -q --format sarif -e 'process where true' | python3 "$tests"/check_sarif.py
  0 results
  $ eqlite check -q --format github -e 'process where true'
  $ eqlite check --format xml a.toml
  eqlite: check: --format: unknown value 'xml', expected one of: text json sarif github
  Try 'eqlite help check'.
  [2]

What names, texts and places hold does no harm.

  $ mkdir 'a b,c:d%é'; printf 'process where x == "\\q{0}" and y == `a\n::error::b`\n' > 'a b,c:d%é/x.eql'; eqlite check -q --format github 'a b,c:d%é'
  ::error file=a b%2Cc%3Ad%25é/x.eql,line=1,endLine=1,col=21,endColumn=23,title=E0104 invalid escape in a string::invalid escape "\q": there is no such escape%0Ahelp: write a backslash itself as \\, or use a raw string: """..."""
  ::warning file=a b%2Cc%3Ad%25é/x.eql,line=1,endLine=1,col=34,endColumn=36,title=W0201 comparison of two fields::Elasticsearch does not compare fields with fields; eqlite does
  [1]
  $ eqlite check -q --format sarif "$PWD/a b,c:d%é" > b.sarif; sed "s:$PWD:/here:" b.sarif | tail -n 2; python3 "$tests"/check_sarif.py b.sarif
  {"ruleId":"E0104","ruleIndex":0,"level":"error","message":{"text":"invalid escape \"\\q\": there is no such escape; write a backslash itself as \\\\, or use a raw string: \"\"\"...\"\"\""},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file:///here/a%20b%2Cc%3Ad%25%C3%A9/x.eql"},"region":{"startLine":1,"startColumn":21,"endLine":1,"endColumn":23}}}]},
  {"ruleId":"W0201","ruleIndex":1,"level":"warning","message":{"text":"Elasticsearch does not compare fields with fields; eqlite does"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file:///here/a%20b%2Cc%3Ad%25%C3%A9/x.eql"},"region":{"startLine":1,"startColumn":34,"endLine":1,"endColumn":36}}}]}]}]}
  2 results
  $ eqlite check -q --format sarif nothing.toml | python3 "$tests"/check_sarif.py
  1 results

Findings decide the exit status from a level on.

  $ eqlite check -q --fail-level error --format github a.toml > /dev/null
  $ eqlite check -q --fail-level warning --format github a.toml > /dev/null
  [1]
  $ eqlite check -q --fail-level note --format github a.toml > /dev/null
  [1]
  $ eqlite check -q --fail-level info -e 'process where true'
  $ eqlite check -q --fail-level warning -e 'process where true'

Of many findings the first thousand are listed, and it is said that there are more.

  $ { echo 'process where false'; seq 1 1200 | sed 's/.*/ or process.wrong& == 1/'; } > many.eql
  $ eqlite check many.eql > many.txt; grep -c W0202 many.txt
  eqlite: 1 checked, 0 errors, 1200 warnings (the first 1000 are listed)
  1000
  $ eqlite check -q --format sarif many.eql > many.sarif; grep -o '[0-9]* more findings are not listed' many.sarif; python3 "$tests"/check_sarif.py many.sarif
  200 more findings are not listed
  1000 results
  $ eqlite check -q --format github many.eql | tail -n 1
  ::notice::200 more findings are not listed

Two rules of one name; ids of their own do not help readers of alerts.

  $ sed 's/3b0f8a4e/4b0f8a4e/; s/proces\.name/process.name/; s/strat/start/' a.toml > b.toml; eqlite check a.toml b.toml 2>&1 | grep -A1 W0710
  b.toml:8:8: warning[W0710]: the name Typing is also that of a.toml
  8 | name = "Typing"
  $ eqlite run -q -r a.toml -r b.toml data.ndjson
