#!/usr/bin/env python3
"""ecs_types.py — makes ecs_types.def from the Elastic Common Schema.

    src/plan/ecs_types.py ecs_flat.yml 9.5.0-dev > src/plan/ecs_types.def

ecs_flat.yml is public (https://github.com/elastic/ecs, generated/ecs/ecs_flat.yml); the second argument says which
version it is, because the file does not. Only what is read here matters: a line without indent names a field, and the
line "  type: X" below it, indented by two, is its type (types of multi-fields are indented deeper).
"""
import re
import sys

KINDS = {"date": "DATE", "ip": "IP"}


def read_types(path):
    """Pairs of field and type."""
    field = None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name = re.match(r"^(?P<quote>['\"]?)(?P<name>[^\s'\"#][^'\"]*)(?P=quote):\s*$", line)
            if name:
                field = name["name"]
                continue
            kind = re.match(r"^  type: (\w+)\s*$", line)
            if kind and field:
                yield field, kind[1]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    rows = sorted((f.encode(), KINDS[t]) for f, t in read_types(sys.argv[1]) if t in KINDS)
    print(
        "/* ecs_types.def — fields of the Elastic Common Schema that are dates or addresses: ECS_FIELD(path, type).\n"
        " *\n"
        f" * ECS {sys.argv[2]}, {len(rows)} fields, in order of bytes. Made by ecs_types.py; do not edit. */"
    )
    for field, kind in rows:
        print(f'ECS_FIELD("{field.decode()}", {kind})')


main()
