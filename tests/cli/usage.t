# Wrong usage is told, with advice, and ends with 2

  $ eqlite
  eqlite: no command given
  Try 'eqlite help'.
  [2]
  $ eqlite qury
  eqlite: unknown command 'qury'; did you mean 'query'?
  Try 'eqlite help'.
  [2]
  $ eqlite query
  eqlite: query: no query given: use -e QUERY or -f FILE
  Try 'eqlite help query'.
  [2]
  $ eqlite query --formt json -e x
  eqlite: query: unknown option '--formt'; did you mean '--format'?
  Try 'eqlite help query'.
  [2]
  $ eqlite query -Z
  eqlite: query: unknown option '-Z'
  Try 'eqlite help query'.
  [2]
  $ eqlite query --format jsn -e x
  eqlite: query: --format: unknown value 'jsn'; did you mean 'json'?
  Try 'eqlite help query'.
  [2]
  $ eqlite query --limit x -e x
  eqlite: query: --limit: 'x' is not a number
  Try 'eqlite help query'.
  [2]
  $ eqlite query -e
  eqlite: query: --expr needs an argument: QUERY
  Try 'eqlite help query'.
  [2]
  $ eqlite query --count=3 -e x
  eqlite: query: --count takes no argument
  Try 'eqlite help query'.
  [2]
  $ eqlite query --color sometimes -e x
  eqlite: query: --color: unknown value 'sometimes', expected one of: auto always never
  Try 'eqlite help query'.
  [2]
  $ eqlite query --dialect elastik -e 'any where true'
  eqlite: query: --dialect: unknown dialect 'elastik'; did you mean 'elastic'?
  Try 'eqlite help query'.
  [2]
  $ eqlite run
  eqlite: run: no rules given: use -r FILE or -r FOLDER
  Try 'eqlite help run'.
  [2]
  $ eqlite check
  eqlite: check: nothing to check: give rule files, folders, -e QUERY or -f FILE
  Try 'eqlite help check'.
  [2]
  $ eqlite test
  eqlite: test: no rules given
  Try 'eqlite help test'.
  [2]
  $ eqlite explain
  eqlite: explain: nothing to explain: give -e QUERY, a rule file or a code
  Try 'eqlite help explain'.
  [2]
  $ eqlite explain E9999
  eqlite: explain: no diagnostic has the code E9999
  Try 'eqlite help explain'.
  [2]
  $ eqlite fields --missing
  eqlite: fields: --missing needs rules: use -r FILE or -r FOLDER
  Try 'eqlite help fields'.
  [2]
  $ eqlite completion tcsh
  eqlite: completion: unknown shell 'tcsh', expected bash, zsh or fish
  Try 'eqlite help completion'.
  [2]
  $ eqlite help quer
  eqlite: help: unknown command 'quer'; did you mean 'query'?
  Try 'eqlite help help'.
  [2]
  $ eqlite repl -
  eqlite: repl: standard input is for statements
  Try 'eqlite help repl'.
  [2]

A wrong query is told with its place.

  $ eqlite query -e 'process where process.name ==' /dev/null
  <query>:1:30: error[E0101]: expected an expression, found the end of the query
  1 | process where process.name ==
    |                              ^
  [2]
