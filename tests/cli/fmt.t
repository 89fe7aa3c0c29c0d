# fmt: one layout for queries, alone and in rule files

  $ eqlite fmt -e 'process   where (process.name:"cmd.exe")' -e 'any where a==1|head 5'
  process where process.name : "cmd.exe"
  any where a == 1
  | head 5
  $ printf 'any where a // why\n and b' | eqlite fmt
  any where a and // why
    b
  $ printf 'any where a and bbbbbbbbbbbbbbbbbbbbb' | eqlite fmt --width 20 -
  any where a and
    bbbbbbbbbbbbbbbbbbbbb

Files are printed, listed, compared or written. Only the query of a rule file changes.

  $ mkdir -p rules/inner && cp "$data"/rule.toml rules/good.toml
  $ printf '[rule]\nname = "x" # keep   this\nquery = """\nany  where (a) and\n  b : \\"c\\"\n"""\ntags = [ ]\n' > rules/one.toml
  $ printf '// @name y\n\nany where   true' > rules/inner/two.eql
  $ printf 'any where true\n' > rules/inner/fine.eql
  $ printf 'any where' > rules/inner/wrong.test.toml
  $ printf '[rule]\nlanguage = "kuery"\nquery = "a:*"\n' > rules/other.toml
  $ eqlite fmt rules/one.toml rules/inner/two.eql
  [rule]
  name = "x" # keep   this
  query = """
  any where a and b : \"c\"
  """
  tags = [ ]
  // @name y
  
  any where true
  $ eqlite fmt --check rules
  rules/inner/two.eql
  rules/one.toml
  eqlite: 2 of 5 would change
  [1]
  $ eqlite fmt --check -q rules/inner/fine.eql
  $ eqlite fmt --diff rules
  --- rules/inner/two.eql
  +++ rules/inner/two.eql
  @@ -1,3 +1,3 @@
   // @name y
   
  -any where   true
  \ No newline at end of file
  +any where true
  --- rules/one.toml
  +++ rules/one.toml
  @@ -1,7 +1,6 @@
   [rule]
   name = "x" # keep   this
   query = """
  -any  where (a) and
  -  b : \"c\"
  +any where a and b : \"c\"
   """
   tags = [ ]
  $ eqlite fmt --diff --check -q rules > changes.patch; echo $?; cp -r rules patched && patch -s -p1 -d patched < changes.patch
  1
  $ eqlite fmt -w rules
  eqlite: 2 of 5 changed
  $ diff -r rules patched && eqlite fmt --check rules
  eqlite: 0 of 5 would change
  $ cat rules/one.toml rules/inner/two.eql
  [rule]
  name = "x" # keep   this
  query = """
  any where a and b : \"c\"
  """
  tags = [ ]
  // @name y
  
  any where true

The mode of a file stays, a link stays one, and whoever may not write a file leaves it alone.

  $ printf 'any  where a' > a.eql && chmod 640 a.eql && ln -s a.eql link.eql
  $ eqlite fmt -w -q link.eql && stat -c '%a %F' a.eql link.eql && cat a.eql && ls
  640 regular file
  777 symbolic link
  any where a
  a.eql
  changes.patch
  link.eql
  patched
  rules
  $ eqlite fmt -e 'any  where a' > /dev/full
  eqlite: cannot write standard output: No space left on device
  [2]
  $ printf '' > empty.eql; eqlite fmt -w empty.eql; cat empty.eql
  empty.eql:1:1: error[E0115]: the query is empty
    help: every event matches: any where true
  eqlite: 0 of 1 changed

What is wrong is told with its place, and stays; the rest goes on.

  $ printf 'any  where (' > wrong.eql && printf '[rule\n' > wrong.toml && printf 'any  where b' > right.eql
  $ eqlite fmt -w wrong.eql right.eql wrong.toml nothing.eql
  wrong.eql:1:13: error[E0101]: expected an expression, found the end of the query
  1 | any  where (
    |             ^
  wrong.toml:1:6: error[E0701]: Error while parsing table header: expected ']', saw '\n'
  1 | [rule
    |      ^
  error[E0801]: nothing.eql: No such file or directory
  eqlite: 1 of 3 changed
  [2]
  $ cat wrong.eql right.eql
  any  where (any where b
  $ printf '[rule]\nquery = "any  where a // b"\n' > note.toml
  $ eqlite fmt -w note.toml; cat note.toml
  note.toml:2:9: warning[W0713]: the query stays as it is: another layout would change more in this kind of string
  2 | query = "any  where a // b"
    |         ^^^^^^^^^^^^^^^^^^^
  eqlite: 0 of 1 changed
  [rule]
  query = "any  where a // b"
  $ printf '\r\nany  where a\r\n and b // c\r\n' | eqlite fmt
  any where a and b // c\r
  $ eqlite fmt -w --check right.eql
  eqlite: fmt: -w writes the files, --check leaves them as they are; give one of them
  Try 'eqlite help fmt'.
  [2]
  $ eqlite fmt --width 99999 right.eql
  eqlite: fmt: --width: at most 10000
  Try 'eqlite help fmt'.
  [2]
  $ head -c 1100000 /dev/zero | tr '\0' 'a' > long.eql; eqlite fmt --check long.eql
  long.eql:1:1048577: error[E0902]: the query is longer than 1048576 bytes
  1 | …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
    |                                                              ^
  eqlite: 0 of 1 would change
  [2]
  $ awk 'BEGIN { printf "any where a in (1"; for (i = 0; i < 400000; i++) printf ",1"; print ")" }' > list.eql; eqlite fmt --check list.eql
  list.eql:1:1: error[E0902]: formatted, the query is longer than 1048576 bytes
  1 | any where a in (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,…
    | ^
  eqlite: 0 of 1 would change
  [2]
  $ awk 'BEGIN { printf "any where a in (1"; for (i = 0; i < 100000; i++) printf ",1"; print ")" }' > list.eql; eqlite fmt -w list.eql; tail -n 3 list.eql; eqlite check --info list.eql
  eqlite: 1 of 1 changed
      1,
      1
    )
  list.eql:4:5: note[W0517]: stands in this list twice; so do 99999 more of its elements
  4 |     1,
    |     ^
  eqlite: 1 checked, 0 errors, 0 warnings, 1 note
  $ awk 'BEGIN { printf "any where a"; for (i = 0; i < 300; i++) printf " and (a"; print }' | sed 's/$/ or b/' > deep.eql; for i in $(seq 300); do printf ')'; done >> deep.eql; eqlite fmt deep.eql 2>&1 | grep -o 'error.*'
  error[E0901]: nested more than 256 levels deep

The interactive shell formats what was asked last.

  $ printf '.fmt\nany  where  (false);\n.fmt\n' | eqlite repl "$data"/ev.ndjson
  eqlite: no query to format yet
  <query>:1:13: warning[W0501]: this is never true
  1 | any  where  (false)
    |             ^^^^^^^
  any where false
