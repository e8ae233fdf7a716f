#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""plotdata.py RESULTS.json DIR: a file of two columns for each line to plot."""

import pathlib
import sys

import results


def write(path, pairs):
    # There is no 0 on a logarithmic scale.
    path.write_text("".join(f"{x} {y}\n" for x, y in pairs if x))


def main(path, directory):
    found = results.load(path)
    directory = pathlib.Path(directory)
    for row, sizes in found["cost"].items():
        write(directory / row, sizes.items())
    for which, sizes in found["threads"].items():
        for size, rates in sizes.items():
            write(directory / f"{which}-{size}",
                  ((count, rate / rates[1]) for count, rate in rates.items()))


main(*sys.argv[1:])
