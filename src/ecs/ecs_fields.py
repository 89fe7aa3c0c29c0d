#!/usr/bin/env python3
"""ecs_fields.py — makes ecs_fields.def from the Elastic Common Schema.

    src/ecs/ecs_fields.py 9.5.0-dev ecs_flat.yml [non-ecs-schema.json] > src/ecs/ecs_fields.def

ecs_flat.yml is public (https://github.com/elastic/ecs, generated/ecs/ecs_flat.yml); the first argument says which version
it is, because the file does not. The second file, which may be left out, has further names, as integrations of Elastic
use them: {"index pattern": {"field": "type" or {…}}}. Needs python3-yaml.
"""
import json
import sys

import yaml

TYPES = {
    "KEYWORD": "keyword constant_keyword wildcard",
    "TEXT": "text match_only_text",
    "NUMBER": "byte short integer long unsigned_long half_float float double scaled_float",
    "BOOLEAN": "boolean",
    "DATE": "date date_nanos",
    "IP": "ip",
    "OBJECT": "object flattened nested geo_point",
}
KIND = {name: kind for kind, names in TYPES.items() for name in names.split()}

# Fields of which Elastic's own senders have further values, such as the category dns.
OPEN = {"event.category"}

HEAD = """/* ecs_fields.def — fields of the Elastic Common Schema, and what their values may be.
 *
 *   ECS_FIELD(path, type, count, source)      in order of bytes; count: ONE value or MANY
 *                                             source: ECS, or EXTRA, a name that integrations add
 *   ECS_VALUES(path, "a|b", how)              ONLY these values; or USUAL ones among others
 *   ECS_TYPES(category, "a|b")                values of event.type that go with an event.category
 *
 * ECS {version}: {ecs} fields of its ecs_flat.yml (https://github.com/elastic/ecs, Apache-2.0), and {extra} names that
 * public rules use besides. Made by ecs_fields.py; do not edit. */
#ifndef ECS_FIELD
#define ECS_FIELD(path, type, count, source)
#endif
#ifndef ECS_VALUES
#define ECS_VALUES(path, values, how)
#endif
#ifndef ECS_TYPES
#define ECS_TYPES(category, types)
#endif
#ifdef ECS_VERSION
ECS_VERSION("{version}")
#endif
"""

TAIL = """
#undef ECS_FIELD
#undef ECS_VALUES
#undef ECS_TYPES
#undef ECS_VERSION"""


def read_extra(table, prefix, rows):
    """Add to rows what a table of names has, nested or dotted."""
    for key, value in table.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict):
            read_extra(value, path, rows)
        elif path not in rows:
            rows[path] = (KIND[value], "MANY", "EXTRA")


def read_fields(schema, extra):
    """path -> columns of its row"""
    rows = {}
    for path, field in schema.items():
        count = "MANY" if "array" in field["normalize"] else "ONE"
        rows[path] = (KIND[field["type"]], count, "ECS")
        for other in field.get("multi_fields", []):
            rows[other["flat_name"]] = (KIND[other["type"]], count, "ECS")
    for table in extra.values():
        read_extra(table, "", rows)
    return rows


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as file:
        schema = yaml.safe_load(file)
    extra = {}
    if len(sys.argv) == 4:
        with open(sys.argv[3], encoding="utf-8") as file:
            extra = json.load(file)
    rows = read_fields(schema, extra)
    n_ecs = sum(row[2] == "ECS" for row in rows.values())
    print(HEAD.format(version=sys.argv[1], ecs=n_ecs, extra=len(rows) - n_ecs))
    for path, columns in sorted(rows.items(), key=lambda row: row[0].encode()):
        print(f'ECS_FIELD("{path}", {", ".join(columns)})')
    print()
    for path, field in sorted(schema.items()):
        only = [value["name"] for value in field.get("allowed_values", [])]
        usual = field.get("expected_values", [])
        if only or usual:
            print(f'ECS_VALUES("{path}", "{"|".join(only or usual)}", {"ONLY" if only and path not in OPEN else "USUAL"})')
    print()
    for category in schema["event.category"]["allowed_values"]:
        print(f'ECS_TYPES("{category["name"]}", "{"|".join(category["expected_event_types"])}")')
    print(TAIL)


main()
