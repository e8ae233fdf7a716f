# SPDX-License-Identifier: GPL-2.0-only
"""What the benchmark's programs printed, and the JSON made of it."""

import json


def read_cost(lines):
    """Lines "row size cost" as {row: {size: cost}}."""
    rows = {}
    for line in lines:
        row, size, cost = line.split()
        rows.setdefault(row, {})[int(size)] = float(cost)
    return rows


def read_threads(lines):
    """Lines "which size threads rate" as {which: {size: {threads: rate}}}."""
    threads = {}
    for line in lines:
        which, size, count, rate = line.split()
        sizes = threads.setdefault(which, {})
        sizes.setdefault(int(size), {})[int(count)] = float(rate)
    return threads


def numbers_as_keys(pairs):
    """JSON knows only strings as keys."""
    return {int(key) if key.isdigit() else key: value for key, value in pairs}


def load(path):
    with open(path, encoding="ascii") as file:
        return json.load(file, object_pairs_hook=numbers_as_keys)


def save(path, results):
    with open(path, "w", encoding="ascii") as file:
        json.dump(results, file, indent=1)
        file.write("\n")
