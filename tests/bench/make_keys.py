#!/usr/bin/env python3
"""Makes small events with many join keys, for measuring how the cost of a sequence grows with what waits.

  make_keys.py KEYS COUNT [SEED] > events.ndjson

Each event begins (n = 0) or goes on with (n = 1) a sequence of a key drawn from KEYS, so that almost all keys have one
waiting soon. The query that goes with it is printed by --query. The same arguments give the same bytes.
"""
import random
import sys

QUERY = "sequence by host.id with maxspan=30d [any where n == 0] [any where n == 1] [any where n == 2]"


def main():
    if sys.argv[1:] == ["--query"]:
        print(QUERY)
        return
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__.strip())
    keys, count = int(sys.argv[1]), int(sys.argv[2])
    r = random.Random(sys.argv[3] if len(sys.argv) == 4 else "1")
    for i in range(count):
        when = 1_700_000_000_000 + i * 3
        sys.stdout.write('{"@timestamp":%d,"event":{"category":["process"],"id":"%012d"},"host":{"id":"%032x","name":"ws"},'
                         '"user":{"name":"user%d"},"n":%d}\n' % (when, i, r.randrange(keys), r.randrange(50), r.random() < 0.3))


if __name__ == "__main__":
    main()
