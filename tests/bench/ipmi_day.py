#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A day of IPMI polls, a file a host, made from one poll of a real facility:

    tests/bench/ipmi_day.py harvard_ipmi_snapshot_2025-05-29.tar.gz FOLDER [POLLS [HOSTS]]

213 polls of all 1,724 hosts (the default) are 62 million lines and 3.1 GB. Readings wander from poll to poll.
"""
import os
import random
import re
import sys
import tarfile
import time

archive, folder = sys.argv[1:3]
polls = int(sys.argv[3]) if len(sys.argv) > 3 else 213
hosts = int(sys.argv[4]) if len(sys.argv) > 4 else 10**9
start = 1748563200
step = 86400 // polls
os.makedirs(folder, exist_ok=True)
reading = re.compile(r"(\| -?\d+)((?:\.\d+)? [A-Za-z])")
random.seed(1)
lines = written = 0
with tarfile.open(archive) as tar:
    members = sorted((m for m in tar if m.name.endswith(".txt")), key=lambda m: m.name)
    for member in members[:hosts]:
        _, _, text = tar.extractfile(member).read().decode().partition("\n")
        # Sixteen variants are enough: what is measured is reading, not inventing.
        variants = [reading.sub(lambda m: f"{m[1][:-1]}{random.randrange(10)}{m[2]}", text) for _ in range(16)]
        with open(os.path.join(folder, os.path.basename(member.name)), "w") as file:
            for poll in range(polls):
                stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(start + poll * step + random.randrange(10)))
                written += file.write(f"Timestamp: {stamp} UTC\n{variants[random.randrange(16)]}")
        lines += polls * (1 + text.count("\n"))
print(f"{min(hosts, len(members))} hosts, {polls} polls, {lines} lines, {written / 1e9:.2f} GB")
