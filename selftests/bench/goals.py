# SPDX-License-Identifier: GPL-2.0-only
"""The goals of goals.txt, and how the figures stand to them."""

# A figure this much beyond its goal still counts as met.
TOLERANCE = 0.01


def read_goals(lines):
    """A list of (at most?, what, {size: limit as it stands in the file})."""
    goals, sizes = [], []
    for line in lines:
        if line.startswith("# goal"):
            sizes = [int(word) for word in line.split()[2:]]
        if line.startswith("#") or not line.strip():
            continue
        what, limits = line.split(":")
        kind, what = what.split(None, 1)
        limits = dict(zip(sizes, limits.split()))
        goals.append((kind == "at-most", what.strip(), limits))
    return goals


def least(results, rows, size):
    """The least figure of the rows "a|b", or None if there is none."""
    figures = (results["cost"].get(row, {}).get(size, results["cost"].get(
        row, {}).get(0) if row == "null-ioctl" else None)
        for row in rows.split("|"))
    return min((figure for figure in figures if figure is not None),
               default=None)


def figure_of(results, what, size):
    """What a goal is about, or None if it was not measured."""
    if what.startswith("threads"):
        rates = results.get("threads", {}).get("one-context", {}).get(size)
        more, fewer = (int(number) for number in what.split()[1].split("/"))
        return rates and rates[more] / rates[fewer]
    operator = " / " if " / " in what else " - "
    figures = [least(results, rows, size) for rows in what.split(operator)]
    if None in figures:
        return None
    if operator == " / ":
        return figures[0] / figures[1]
    return figures[0] - sum(figures[1:])


def judge(results, goal, size):
    """(figure, limit, met) in the goal's unit; None if there is no such."""
    at_most, what, limits = goal
    limit = limits.get(size, "-")
    figure = figure_of(results, what, size)
    if limit == "-" or figure is None:
        return None
    # Differences are of instructions, whatever else was measured.
    if at_most and limit[-1] != "%" and results["unit"] != "instructions":
        return None
    if limit.endswith("%"):
        figure *= 100 / results["cost"]["raw"][size]
    number = float(limit.rstrip("%"))
    if at_most:
        return figure, limit, figure <= number * (1 + TOLERANCE)
    return figure, limit, figure >= number * (1 - TOLERANCE)
