#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A simulated scaling table of `telltale mrdmd` to 4,096 ranks (docs/scaling.md).

usage: scaling.py TELLTALE [HOSTS [ALPHA_S [BYTES_PER_S]]]

One pass over HOSTS x 8 metrics x 2,880 samples is run on 1 to 4 ranks with --profile; times of stages come from one rank,
calls and bytes from the counting layer. A call costs, by Thakur, Rabenseifner and Gropp (2005), on p ranks:
reduce 2 log2(p) alpha + 2 n / B, broadcast log2(p) (alpha + n / B), gather and all log2(p) alpha + N / B."""
import math
import os
import re
import subprocess
import sys
import tempfile

RANKS = [1, 2, 4, 16, 64, 256, 1024, 4096]
DEALT = 4  # subtrees of one root that are dealt out to the ranks (src/analysis/mrdmd/solve.c)


def profile(telltale, file, ranks):
    """Seconds by stage (most of the ranks) and rows (stage, kind, calls, sent, received) of one run."""
    run = subprocess.run(
        ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), telltale, "mrdmd", file, "--sampling",
         "pooled", "--precision", "plain", "--profile", "-o", os.path.join(os.path.dirname(file), "out.h5")],
        check=True, capture_output=True, text=True).stderr
    times, rows = {}, []
    for line in run.splitlines():
        if found := re.match(r"(mrdmd.*?)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+\d+$", line):
            times[found[1]] = float(found[4])
        elif found := re.match(r"(\S.*?)\s+(reduce|broadcast|gather|all|barrier)\s+(\d+)\s+(\d+)\s+(\d+)$", line):
            rows.append((found[1], found[2], int(found[3]), int(found[4]), int(found[5])))
    return times, rows


def cost(rows, ranks, alpha_s, rate):
    seconds = messages = sent = 0.0
    steps = math.ceil(math.log2(ranks)) if ranks > 1 else 0
    for _, kind, calls, out, received in rows if ranks > 1 else ():
        rounds = 2 * steps if kind == "reduce" else steps
        most = {"reduce": 2 * out, "broadcast": steps * received}.get(kind, received)
        messages += calls * rounds
        sent += most
        seconds += calls * rounds * alpha_s + most / rate
    return seconds, messages, sent


def main(telltale, hosts=1280, alpha_s=2e-6, rate=1e10):
    hosts, alpha_s, rate = int(hosts), float(alpha_s), float(rate)
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "day.h5")
        subprocess.run([telltale, "synth", "--hosts", str(hosts), "--metrics", "8", "--samples", "2880", "--period-s", "30",
                        "--missing-share", "0", "--silent-share", "0", "--no-jobs", "-o", file],
                       check=True, capture_output=True)
        runs = {ranks: profile(telltale, file, ranks) for ranks in (1, 2, 3, 4)}
    times, rows = runs[1][0], runs[4][1]
    products, recursion = times["mrdmd products"], times["mrdmd recursion"]
    rest = times["mrdmd"] - products - recursion
    print(f"measured, {hosts} hosts x 8 metrics x 2,880 samples: products {products:.3f} s, recursion {recursion:.3f} s, "
          f"rest {rest:.3f} s on one rank")
    for ranks, (_, counted) in runs.items():
        print(f"counted on {ranks}: {sum(row[2] for row in counted)} calls, {sum(row[3] for row in counted)} bytes handed "
              f"over by a rank, {sum(row[4] for row in counted)} got back")
    print(f"\nsimulated, alpha {alpha_s:g} s, {rate:g} bytes/s; growing: 64 tiles of 64 hosts a rank\n")
    print("| ranks | hosts, fixed | s | efficiency | hosts, growing | s | efficiency | messages a rank | MB a rank |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    fixed = 4096 * 64
    for ranks in RANKS:
        exchange, messages, sent = cost(rows, ranks, alpha_s, rate)
        serial = recursion / min(ranks, DEALT) + rest
        strong = products * math.ceil(fixed / 64 / ranks) * 64 / hosts + serial + exchange
        weak = products * 4096 / hosts + serial + exchange
        strong_one = products * fixed / hosts + recursion + rest
        weak_one = products * 4096 / hosts + recursion + rest
        print(f"| {ranks:,} | {fixed:,} | {strong:.3f} | {strong_one / strong / ranks:.2f} | {4096 * ranks:,} | {weak:.3f} | "
              f"{weak_one / weak:.2f} | {messages:.0f} | {sent / 1e6:.1f} |")


main(*sys.argv[1:])
