# Forms of input: arrays, search responses, _source, CRLF, compressed files and archives

  $ echo '[{"a":1},{"a":2}]' | eqlite query -e 'any where a == 2'
  {"a":2}
  $ printf '{\n  "a": 1,\n  "b": "x y"\n}\n{\n  "a": 2\n}\n' | eqlite query -e 'any where true'
  {"a":1,"b":"x y"}
  {"a":2}
  $ echo '{"hits":{"hits":[{"_id":"7","_source":{"a":1}}]}}' | eqlite query -e 'any where a == 1'
  {"a":1}
  $ echo '{"_id":"7","_index":"i","_source":{"a":1}}' | eqlite query -e 'any where a == 1'
  {"a":1}
  $ echo '{"_id":"7","_index":"i","_source":{"a":1}}' | eqlite query --unwrap none -c -e 'any where a == 1'
  0
  $ printf '{"a":1}\r\n{"a":2}\r\n' | eqlite query -e 'any where true'
  {"a":1}
  {"a":2}
  $ printf '{"a":1}\n{"a":2}' > plain.ndjson
  $ gzip -k plain.ndjson && eqlite query -c -e 'any where true' plain.ndjson.gz
  2
  $ tar -cf two.tar plain.ndjson plain.ndjson.gz && eqlite query -c -e 'any where true' two.tar
  4
  $ command -v zstd > /dev/null && zstd -q plain.ndjson -o plain.zst || cp plain.ndjson plain.zst
  $ eqlite query -c -e 'any where true' plain.zst
  2
  $ eqlite query -c -e 'any where true' plain.ndjson plain.ndjson.gz - < plain.ndjson
  6
