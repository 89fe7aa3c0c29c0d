# Colours: asked for, forced, refused

  $ echo '{"a":1}' > ev.ndjson
  $ colours() { "$@" 2>&1 | tr '\033' '#' | grep -c '#'; }
  $ colours eqlite check -e 'any where'
  0
  [1]
  $ colours eqlite check --color always -e 'any where'
  2
  $ CLICOLOR_FORCE=1 colours eqlite check -e 'any where'
  2
  $ NO_COLOR=1 CLICOLOR_FORCE=1 colours eqlite check -e 'any where'
  0
  [1]
  $ NO_COLOR=1 colours eqlite check --color always -e 'any where'
  2
  $ CLICOLOR_FORCE=1 colours eqlite check --color never -e 'any where'
  0
  [1]
