#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""table.py GOALS RESULTS.json: the figures, and how they stand to the goals."""

import sys

import goals
import results as results_file

WIDTH = 11


def size_name(size):
    for shift, unit in (20, "MiB"), (10, "KiB"):
        if size >= 1 << shift and size % (1 << shift) == 0:
            return f"{size >> shift} {unit}"
    return f"{size} B"


def line(name, cells):
    return f"{name:<24}" + "".join(f"{cell:>{WIDTH}}" for cell in cells)


def cost_table(cost):
    sizes = sorted({size for row in cost.values() for size in row})
    yield line("", map(size_name, sizes))
    for name, row in cost.items():
        yield line(name, (f"{row[size]:.0f}" if size in row else ""
                          for size in sizes)).rstrip()


def threads_table(threads):
    counts = sorted(next(iter(next(iter(threads.values())).values())))
    yield line("", (f"{count} thr." for count in counts))
    for which, sizes in threads.items():
        for size, rates in sizes.items():
            yield line(f"{which}, {size_name(size)}",
                       (f"{rates[count] / rates[counts[0]]:.2f}"
                        for count in counts))


def goal_lines(results, goal):
    """The goal, what there is, and MISS below what is not good enough."""
    at_most, what, limits = goal
    judged = [goals.judge(results, goal, size) for size in limits]
    yield f"{what}, {'at most' if at_most else 'at least'}:"
    yield line("  goal", limits.values())
    yield line("  is", (
        "-" if one is None else f"{one[0]:.1f}%" if one[1].endswith("%") else
        f"{one[0]:.0f}" if at_most else f"{one[0]:.2f}" for one in judged))
    if not all(one is None or one[2] for one in judged):
        yield line("", ("" if one is None or one[2] else "MISS"
                        for one in judged)).rstrip()


def main(goals_path, results_path):
    results = results_file.load(results_path)
    print(f"Linux {results['kernel']}, {results['unit']} per message\n")
    print(*cost_table(results["cost"]), sep="\n")
    if results["threads"]:
        print("\nseals of all threads per second, over those of one thread:\n")
        print(*threads_table(results["threads"]), sep="\n")
    print("\nbeside the goals:\n")
    with open(goals_path, encoding="ascii") as file:
        wanted = goals.read_goals(file)
    print(line("", map(size_name, wanted[0][2])))
    for goal in wanted:
        if any(goals.judge(results, goal, size) for size in goal[2]):
            print(*goal_lines(results, goal), sep="\n")


main(*sys.argv[1:])
