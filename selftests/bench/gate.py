#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""gate.py [--update] BASELINE COST: do messages cost more than they did?

What a seal and an unseal cost above the cipher and an empty ioctl, and a seal above
the cipher in a batch of 32, at most 5 % more than BASELINE says. In TAP. With --update BASELINE
becomes what COST has.
"""

import sys

import results

TOLERANCE = 0.05
SIZES = 64, 4096
HEAD = """# SPDX-License-Identifier: GPL-2.0-only
# Instructions of a message beside its cipher: gate.py --update writes this.
"""


def overheads(cost):
    empty = cost["null-ioctl"][0]
    for size in SIZES:
        raw = cost["raw"][size]
        opened = cost["raw-both"][size] - raw
        yield f"seal-{size}", cost["seal"][size] - raw - empty
        yield f"unseal-{size}", cost["unseal"][size] - opened - empty
        yield f"batch-32-{size}", cost["batch-32"][size] - raw


def judge(number, name, now, before):
    says = f"{name}: {now:.0f} instructions, {before:.0f} before"
    if now > before * (1 + TOLERANCE):
        print(f"not ok {number} {says}")
        return False
    if now < before * (1 - TOLERANCE):
        says += ": less, the baseline may be lowered"
    print(f"ok {number} {says}")
    return True


def main(baseline, cost):
    with open(cost, encoding="ascii") as file:
        now = dict(overheads(results.read_cost(file)))
    if baseline[0] == "--update":
        with open(baseline[1], "w", encoding="ascii") as file:
            file.write(HEAD + "".join(f"{name} {value:.0f}\n"
                                      for name, value in now.items()))
        return 0
    with open(baseline[0], encoding="ascii") as file:
        before = {name: float(value) for name, value in
                  (line.split() for line in file if line[0] != "#")}
    print(f"1..{len(now)}")
    passed = sum(judge(number, name, now[name], before[name])
                 for number, name in enumerate(now, 1))
    print(f"{passed} passed, {len(now) - passed} failed")
    return passed < len(now)


sys.exit(main(sys.argv[1:-1], sys.argv[-1]))
