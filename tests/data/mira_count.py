#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What an import of Mira's logs must hold, counted without it: mira_count.py FACILITY.h5 FOLDER

The layouts name node boards and I/O cards: what lies on one is its event, what is of more has no single host.
"""
import calendar
import csv
import os
import re
import sys
import time

import h5py

facility, folder = sys.argv[1:]
file = h5py.File(facility)
text = lambda path: [item.decode() for item in file[path][:]]
whole = lambda path: file[path][:].tolist()
hosts = text("hosts/name")
want_hosts = {f"R{r}{c:X}-M{m}-N{n:02}" for r in range(3) for c in range(16) for m in (0, 1) for n in range(16)}
want_hosts |= {f"Q{r}{c}-I{i}-J{j:02}" for r in range(3) for c in "GH" for i in range(9) for j in range(8)}
assert set(hosts) == want_hosts and len(hosts) == 1968

stamp = re.compile(r"(\d{4}-\d\d-\d\d)[;T ](\d\d:\d\d:\d\d)(\.\d+)?")


def moment(words):
    day, clock, fraction = stamp.fullmatch(words).groups()
    return calendar.timegm(time.strptime(day + clock, "%Y-%m-%d%H:%M:%S")) + float(fraction or 0)


want = []
for line in open(os.path.join(folder, "events_2013_2016.cor")):
    if line.startswith("#"):
        continue
    words = line.split()
    location = words[11] if len(words) == 13 else ""
    board = re.match(r"R..-M.-N..|Q..-I.-J..", location)
    want.append((moment(words[7]), words[5], location, board[0] if board else ""))
have = list(zip(whole("events/unix_s"), text("events/category"), text("events/location"),
                [hosts[h] if h >= 0 else "" for h in whole("events/host")]))
assert len(want) == 27996 and set(whole("events/severity")) == {3}
for mine, its in zip(sorted(want), sorted(have)):
    assert abs(mine[0] - its[0]) < 1e-5 and mine[1:] == its[1:], (mine, its)
reservations = [(r[7], r[2], int(moment(r[0])), int(moment(r[1])), int(r[9]), int(float(r[10])))
                for r in csv.reader(open(os.path.join(folder, "total-reservation.txt")))]
periods = [tuple(int(moment(m)) for m in line.strip().split(",")) for line in open(os.path.join(folder, "maintenance_periods.txt"))]
jobs = list(zip(text("jobs/queue"), text("jobs/id"), text("jobs/name"), *(whole("jobs/" + n) for n in ("start_unix_s", "end_unix_s", "limit_s", "node_count"))))
assert sorted(j[1:] for j in jobs if j[0] == "reservation") == sorted(reservations)
assert sorted(j[3:5] for j in jobs if j[0] == "maintenance") == sorted(periods)
print(f"{len(want)} events on {len(hosts)} hosts, {len(reservations)} reservations, {len(periods)} periods")
