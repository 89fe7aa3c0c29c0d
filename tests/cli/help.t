# Help, completions and manual pages are made of one table, and agree

  $ eqlite help
  eqlite - EQL, the Event Query Language, over files and streams
  
  Usage: eqlite COMMAND [OPTION...] [FILE...]
  
  Ask and detect:
    query        find the events that match a query
    run          run detection rules over events and print alerts
    repl         ask queries interactively
    report       show alerts as one page for a browser
  
  Write rules:
    check        check rules or queries without running them
    fmt          write queries in their one layout
    test         run the tests that rule files carry
    explain      show what a query means, and why it matches or not
    fields       list the fields that rules read and data has
    coverage     write what rules cover as a layer of the ATT&CK Navigator
    compile      write rules as a pack, which loads in a fraction of the time
    lsp          serve an editor: diagnostics, completion, formatting as rules are written
  
  About eqlite:
    completion   print a completion script for a shell
    version      print the version and what it was built with
    help         explain the program or one of its commands
  
  Examples:
    eqlite query -e 'process where process.name : "cmd.exe"' events.ndjson.gz
    eqlite run -r rules/ --format table events.ndjson
    tail -F events.ndjson | eqlite run -r rules/ -
  
  Exit status: 0 fine, 1 the answer is no, 2 trouble, 130 interrupted.
  'eqlite help COMMAND' explains a command.
  $ eqlite --help | head -n 1
  eqlite - EQL, the Event Query Language, over files and streams
  $ eqlite --version | head -n 1
  eqlite 0.1.0
  $ eqlite version | sed '1,3d; s/: .*//'
  pcre2
  simdjson
  libarchive
  toml++
  utf8proc
  xxhash
  $ eqlite version | grep -c '^pcre2: [0-9.]* .*JIT\|^simdjson: [0-9.]*, for [a-z]\|^libarchive: .*[0-9]\|^toml++: [0-9.]*$\|^utf8proc: [0-9]\|^xxhash: [0-9.]*$'
  6
  $ eqlite version > /dev/full
  eqlite: cannot write standard output: No space left on device
  [2]

Every option of a command's help is in its manual page and in each completion.

  $ options() { grep -o '^ *\(-., \)\{0,1\}--[a-z-]*' | grep -o -e '--[a-z-]*' | sort -u; }
  $ for c in $(eqlite help | grep '^  [a-z]* *[a-z]' | grep -v '^  eqlite\|^  tail' | awk '{ print $1 }'); do
  >     eqlite help $c > help.txt && eqlite $c --help | cmp - help.txt
  >     options < help.txt > want
  >     eqlite help --format man $c | sed 's/\\-/-/g' | grep -o -e 'fB--[a-z-]*' | sed 's/fB//' | sort -u | cmp - want
  >     eqlite completion bash | sed -n "/^    $c)/,/words=/p" | sed -n "s/^        options='//p" | tr -d "'" | tr ' ' '\n' | grep . | sort -u | cmp - want
  >     eqlite completion zsh | sed -n "/^    $c)/,/;;/p" | grep -o -e "'\*--[a-z-]*" | tr -d "'*" | sort -u | cmp - want
  >     eqlite completion fish | grep "from $c'" | grep -o -e ' -l [a-z-]*' | sed 's/ -l /--/' | sort -u | cmp - want
  >     [ -s want ] && echo "$c"
  > done
  query
  run
  repl
  report
  check
  fmt
  test
  explain
  fields
  coverage
  compile
  lsp
  completion
  version
  help

The scripts are right for their shells.

  $ eqlite completion bash > c.bash && bash -n c.bash && bash -c '. ./c.bash; COMP_WORDS=(eqlite query --form); COMP_CWORD=2; _eqlite; echo "${COMPREPLY[@]}"'
  --format
  $ bash -c '. ./c.bash; COMP_WORDS=(eqlite query --format ""); COMP_CWORD=3; _eqlite; echo "${COMPREPLY[@]}"'
  ndjson table json csv
  $ bash -c '. ./c.bash; COMP_WORDS=(eqlite ver); COMP_CWORD=1; _eqlite; echo "${COMPREPLY[@]}"'
  version
  $ eqlite help --format man query | head -n 6
  .TH EQLITE-QUERY 1 "" "eqlite 0.1.0" "User Commands"
  .SH NAME
  eqlite\-query \- find the events that match a query
  .SH SYNOPSIS
  .B eqlite query
  .RI [ OPTION ...]
