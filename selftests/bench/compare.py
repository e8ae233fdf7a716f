#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""compare.py BEFORE.json AFTER.json: what AFTER costs, over what BEFORE does.

For threads: how many messages, over how many before.
"""

import sys

import results


def ratios(before, after):
    return {size: after[size] / before[size]
            for size in after if before.get(size)}


def show(name, pairs):
    if pairs:
        print(f"{name:<28}" + "".join(
            f"{size}: {ratio:.3f}  " for size, ratio in pairs.items()).rstrip())


def main(before_path, after_path):
    before, after = results.load(before_path), results.load(after_path)
    if before["unit"] != after["unit"]:
        sys.exit("compare.py: one has instructions, the other nanoseconds")
    for row, sizes in after["cost"].items():
        show(row, ratios(before["cost"].get(row, {}), sizes))
    for which, sizes in after["threads"].items():
        for size, rates in sizes.items():
            old = before["threads"].get(which, {}).get(size, {})
            show(f"{which} {size} threads", ratios(old, rates))


main(*sys.argv[1:])
