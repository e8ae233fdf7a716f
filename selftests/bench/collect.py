#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""collect.py UNIT KERNEL COST [THREADS] OUT.json: figures in one file."""

import sys

import results


def read(path, reader):
    with open(path, encoding="ascii") as file:
        return reader(file)


def main(unit, kernel, cost, *more):
    *threads, out = more
    results.save(out, {
        "kernel": kernel,
        "unit": unit,
        "cost": read(cost, results.read_cost),
        "threads": read(threads[0], results.read_threads) if threads else {},
    })


main(*sys.argv[1:])
