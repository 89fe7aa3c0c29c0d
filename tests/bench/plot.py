#!/usr/bin/env python3
"""Draws what the benchmark measured: plot.py GROWTH.tsv > growth.svg

Rows of the table are "SERIES AMOUNT<tab>NANOSECONDS AN EVENT<tab>..."; each series named below is a panel: the cost of an event
against the amount, both on scales by powers of ten.
"""
import math
import sys

PANELS = [("made-up rules", "rules, made up", "#0b6e99"), ("public rules", "public rules", "#0b6e99"),
          ("waiting sequences", "sequences waiting", "#2e7d32"), ("threads", "threads (by the clock)", "#ad5700")]
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, GAP = 250, 240, 62, 44, 34, 22


def read(path):
    series = {}
    for line in open(path, encoding="utf-8"):
        name, ns, *_ = line.rstrip("\n").split("\t")
        amount, word = name.split(" ", 1)
        series.setdefault(word, []).append((float(amount), float(ns)))
    return {k: sorted(v) for k, v in series.items()}


def label(value):
    """1000 → 1,000; nanoseconds as they are"""
    return f"{value:,.0f}"


def panel(x0, title, points, colour, low, high):
    """one panel at x0; `low` and `high` are powers of ten of the cost"""
    inner_w, inner_h = WIDTH - LEFT, HEIGHT - BOTTOM - TOP
    first, last = (math.log10(points[0][0]), math.log10(points[-1][0]))
    span = last - first or 1

    def at(amount, ns):
        return (x0 + LEFT + (math.log10(amount) - first) / span * inner_w,
                TOP + inner_h - (math.log10(ns) - low) / (high - low) * inner_h)

    out = [f'<text x="{x0 + LEFT}" y="18" class="title">{title}</text>']
    for power in range(low, high + 1):
        y = TOP + inner_h - (power - low) / (high - low) * inner_h
        out.append(f'<line x1="{x0 + LEFT}" x2="{x0 + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        out.append(f'<text x="{x0 + LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label(10 ** power)}</text>')
    for i, (amount, ns) in enumerate(points):
        x, y = at(amount, ns)
        side, shift = ("start", 4) if i == 0 else ("middle", 0)  # the first stands beside the scale
        out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>')
        out.append(f'<text x="{x + shift:.1f}" y="{y - 8:.1f}" text-anchor="{side}">{label(ns)}</text>')
        out.append(f'<text x="{x:.1f}" y="{TOP + inner_h + 16}" text-anchor="middle">{label(amount)}</text>')
    line = " ".join("%.1f,%.1f" % at(*p) for p in points)
    out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
    return out


def main():
    series = read(sys.argv[1])
    panels = [(key, title, colour) for key, title, colour in PANELS if len(series.get(key, [])) > 1]
    costs = [ns for key, *_ in panels for _, ns in series[key]]
    if not costs:
        sys.exit("plot.py: nothing to draw")
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    width = len(panels) * (WIDTH + GAP) + GAP
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" role="img">',
           "<title>Nanoseconds an event costs</title>",
           '<style>text{font:10px sans-serif;fill:#444}.title{font:bold 12px sans-serif;fill:#111}.grid{stroke:#ddd}</style>',
           f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>',
           f'<text x="10" y="{HEIGHT - 8}">nanoseconds an event; both scales by powers of ten</text>']
    for i, (key, title, colour) in enumerate(panels):
        out += panel(i * (WIDTH + GAP), title, series[key], colour, low, high)
    print("\n".join(out + ["</svg>"]))


if __name__ == "__main__":
    main()
