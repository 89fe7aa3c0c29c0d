# lint: what is right but hardly meant, and check --fix

Warnings are shown, notes with --info; both only by check and the shell.

  $ eqlite check -e 'process where process.name : ("a", "b", "A") and process.name : "*" and process.args == "x*"'
  <query>:1:89: warning[W0506]: the * is compared as it stands: "==" has no wildcards
  1 | process where process.name : ("a", "b", "A") and process.name : "*" and process.args == "x*"
    |                                                                                         ^^^^ help: for a pattern write ":" or "like"
  eqlite: 1 checked, 0 errors, 1 warning
  $ eqlite check --info -e 'process where process.name : ("a", "b", "A") and process.name : "*" and process.args == "x*"'
  <query>:1:41: note[W0517]: stands in this list twice
  1 | process where process.name : ("a", "b", "A") and process.name : "*" and process.args == "x*"
    |                                         ^^^
  <query>:1:50: note[W0516]: needless: it follows from process.name : ("a", "b", "A")
  1 | process where process.name : ("a", "b", "A") and process.name : "*" and process.args == "x*"
    |                                                  ^^^^^^^^^^^^^^^^^^
  <query>:1:65: note[W0505]: matches every value: this asks only whether there is one
  1 | process where process.name : ("a", "b", "A") and process.name : "*" and process.args == "x*"
    |                                                                 ^^^ help: write != null
  <query>:1:89: warning[W0506]: the * is compared as it stands: "==" has no wildcards
  1 | process where process.name : ("a", "b", "A") and process.name : "*" and process.args == "x*"
    |                                                                                         ^^^^ help: for a pattern write ":" or "like"
  eqlite: 1 checked, 0 errors, 1 warning, 3 notes
  $ eqlite check --fail-level warning -e 'process where process.name != "a" or process.name != "b"'
  <query>:1:38: warning[W0513]: always true together with process.name != "a": the field holds one value, so it differs from one of them
  1 | process where process.name != "a" or process.name != "b"
    |                                      ^^^^^^^^^^^^^^^^^^^
  eqlite: 1 checked, 0 errors, 1 warning
  [1]
  $ eqlite check -q -e 'process where process.name : ("a", "a")'
  $ echo '{"a":"x"}' | eqlite query -e 'any where a : ("x", "x")'
  {"a":"x"}
  $ printf 'any where a == "x" and a == "x"\n\n' | eqlite repl
  <query>:1:24: warning[W0503]: stands here twice
  1 | any where a == "x" and a == "x"
    |                        ^^^^^^^^
  $ eqlite check --info --format json -e 'any where a : ("x*", "xy")'
  [
  {"code":"W0517","severity":"note","message":"needless in this list beside \"x*\", which covers it","source":"<query>","rule":"<query>","line":1,"column":22,"end_line":1,"end_column":26}
  ]
  eqlite: 1 checked, 0 errors, 0 warnings, 1 note

Rules beside each other: the later one is told. A folder is read in order of path.

  $ mkdir r && printf 'any where a == 1 and b : ("x", "y")' > r/1.eql && printf 'any where b : ("y", "x") and a == 1' > r/2.eql
  $ printf 'any where b : "x" and a == 1 and not c : "z"' > r/3.eql && printf 'any where b : ("x", "Y") and (a == 1 or a == 1)' > r/4.eql
  $ eqlite check --info r
  r/3.eql:1:34: note[W0509]: also true of events without c
  1 | any where b : "x" and a == 1 and not c : "z"
    |                                  ^^^^^^^^^^^ help: if that is not meant, add: c != null
  r/4.eql:1:41: warning[W0503]: stands here twice
  1 | any where b : ("x", "Y") and (a == 1 or a == 1)
    |                                         ^^^^^^
  r/2.eql:1:11: warning[W0511]: the same query as that of r/1.eql
  1 | any where b : ("y", "x") and a == 1
    |           ^^^^^^^^^^^^^^^^^^^^^^^^^
  r/4.eql:1:11: warning[W0511]: finds the same as the query of r/1.eql
  1 | any where b : ("x", "Y") and (a == 1 or a == 1)
    |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  r/3.eql:1:11: note[W0512]: all that this query finds is also found by that of r/1.eql
  1 | any where b : "x" and a == 1 and not c : "z"
    |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  eqlite: 4 checked, 0 errors, 3 warnings, 2 notes
  $ printf 'sequence by u with maxspan=1m [any where a == 1 and b == 2] [any where c : "x"]' > s1.eql
  $ printf 'sequence by u with maxspan=1m [any where b == 2 and a == 1] [any where c : "x"]' > s2.eql
  $ printf 'sequence by u with maxspan=2m [any where b == 2 and a == 1] [any where c : "x"]' > s3.eql
  $ eqlite check s1.eql s2.eql s3.eql 2>&1 | cut -c 1-70
  s2.eql:1:42: warning[W0511]: the same query as that of s1.eql
  1 | sequence by u with maxspan=1m [any where b == 2 and a == 1] [any w
    |                                          ^^^^^^^^^^^^^^^^^
  eqlite: 3 checked, 0 errors, 1 warning

Two files with one id are told as such, and not as the same query too.

  $ printf '// @id r1\nany where a == 1' > id1.eql && cp id1.eql id2.eql && eqlite check id1.eql id2.eql; rm id1.eql id2.eql
  id2.eql:1:1: warning[W0703]: the rule id r1 is also that of id1.eql
  1 | // @id r1
    | ^^
  eqlite: 2 checked, 0 errors, 1 warning

--fix edits rule files in place: only bytes of the finding, and only where it is proven that nothing changes. What it
leaves is shown.

  $ cat > a.toml <<'END'
  > # a comment : ("a", "a")
  > [rule]
  > name = "é"
  > rule_id = "3b0f8a4e-5c8e-4d0e-9d0c-7a3f3f0f6a11"
  > description = "d"
  > severity = "low"
  > risk_score = 21
  > author = ["a"]
  > type = "eql"
  > language = "eql"
  > query = """
  > process where process.name : ("é\\b", "é\\b", "c") and \
  >     (user.id == "é" or user.id == "é") and process.args == "d*"
  > """
  > note = '("a", "a")'
  > END
  $ cp a.toml before.toml && chmod 640 a.toml && ln -s a.toml link.toml
  $ eqlite check --fix --info link.toml
  link.toml: mended in 2 places
  link.toml:2:1: warning[W0702]: missing: metadata.creation_date, metadata.maturity, metadata.updated_date
  2 | [rule]
    | ^^^^^
  link.toml:13:42: warning[W0506]: the * is compared as it stands: "==" has no wildcards
  13 | process where process.name : ("é\b", "c") and (user.id == "é") and process.args == "d*"
     |                                                                                    ^^^^ help: for a pattern write ":" or "like"
  eqlite: 1 checked, 0 errors, 2 warnings, 0 notes
  $ diff before.toml a.toml | sed 's/^[<>]/|/'; stat -c %a a.toml; test -L link.toml && ls
  12,13c12,13
  | process where process.name : ("é\\b", "é\\b", "c") and \
  |     (user.id == "é" or user.id == "é") and process.args == "d*"
  ---
  | process where process.name : ("é\\b", "c") and \
  |     (user.id == "é") and process.args == "d*"
  640
  a.toml
  before.toml
  link.toml
  r
  s1.eql
  s2.eql
  s3.eql
  $ cp a.toml once.toml && eqlite check -q --fix --info a.toml && cmp once.toml a.toml

On one line, with other escapes; with a byte order mark and line ends of Windows; notes too with --info.

  $ cat > b.toml <<'END'
  > [rule]
  > query = "any where a : (\"x\u0041*\", \"xab\", \"XAB\") and b : \"*\" // \"x\""
  > name = "b"
  > rule_id = "b"
  > END
  $ eqlite check -q --fix --info b.toml; grep query b.toml
  query = "any where a : (\"x\u0041*\") and b != null // \"x\""
  $ printf '\357\273\277[rule]\r\nname = "c"\r\nrule_id = "c"\r\nquery = \047\047\047\r\nany where a : (\r\n  "x",\r\n  "y",\r\n  "x"\r\n)\r\n\047\047\047\r\n' > c.toml
  $ eqlite check -q --fix --info c.toml; cat c.toml | tail -n 6; head -c 3 c.toml | od -An -tx1
  query = '''\r
  any where a : (\r
    "x",\r
    "y"\r
  )\r
  '''\r
   ef bb bf
  $ printf '// @severity high\nany where a == 1 and a == 1\n' > d.eql && eqlite check -q --fix d.eql && cat d.eql
  // @severity high
  any where a == 1

What cannot be mended stays: a wrong rule, a query of the command line. A folder's other rules are mended.

  $ mkdir f && printf 'any where a == 1 and a == 1 and' > f/1.eql && printf 'any where a == 1 and a == 1\n' > f/2.eql
  $ eqlite check --fix f; cat f/1.eql; echo; cat f/2.eql
  f/2.eql: mended in 1 place
  f/1.eql:1:32: error[E0101]: expected an expression, found the end of the query
  1 | any where a == 1 and a == 1 and
    |                                ^
  eqlite: 2 checked, 1 error, 0 warnings
  any where a == 1 and a == 1 and
  any where a == 1
  $ eqlite check --fix -e 'any where a : ("x", "x")'
  eqlite: check: --fix mends rule files, not queries of -e and -f
  Try 'eqlite help check'.
  [2]
  $ eqlite check --fix nothing.toml
  error[E0801]: nothing.toml: No such file or directory
  eqlite: 0 checked, 1 error, 0 warnings
  [2]
