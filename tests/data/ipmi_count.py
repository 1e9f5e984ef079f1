#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What an import of IPMI dumps must hold, counted without it: ipmi_count.py FACILITY.h5 FOLDER REPORT.json"""
import calendar
import glob
import json
import os
import re
import sys
import time

import h5py
import numpy as np

facility, folder, report = sys.argv[1:]
file = h5py.File(facility)
text = lambda path: [item.decode() for item in file[path][:]]
metrics = {name: i for i, name in enumerate(text("metrics/name"))}
hosts = {name: i for i, name in enumerate(text("hosts/name"))}
values = file["telemetry/values"][:]
assert values.shape[1] == 1
number = states = none = silent = different = 0
want = np.full(values.shape, np.nan, "f4")
moments, alarms = [], []
for path in glob.glob(os.path.join(folder, "*.txt")):
    host = os.path.basename(path).replace("-2025-05-29.txt", "")
    first, *lines = open(path).read().splitlines()
    silent += not lines
    moment = calendar.timegm(time.strptime(first, "Timestamp: %Y-%m-%d %H:%M:%S UTC"))
    seen = {}
    for line in lines:
        name, value, status = (cell.strip() for cell in line.split("|"))
        seen[name] = seen.get(name, 0) + 1
        twin = f"{name} #{seen[name]}" if seen[name] > 1 else name
        reading = re.fullmatch(r"(-?[0-9.]+) ([A-Za-z ]+)", value)
        states += bool(re.fullmatch("0x[0-9a-f]+", value))
        if not reading:
            none += not value.startswith("0x")
            continue
        number += 1
        moments.append(moment)
        want[hosts[host], 0, metrics[twin]] = float(reading[1])
        if status in ("nc", "cr"):
            alarms.append((host, f"{name} {value} ({status})"))
rows = json.load(open(report))["rows"]
reasons = {name: reason["rows"] for name, reason in rows["reasons"].items()}
print(f"{len(hosts)} hosts, {len(metrics)} metrics, {number} readings, {states} states, {none} without, {silent} silent")
assert ((want == values) | (np.isnan(want) & np.isnan(values))).all()
assert reasons == {"state": states, "no_reading": none, "silent": silent}
assert (rows["used"], rows["repaired"], rows["refused"]) == (number, 0, 0)
assert int(file.attrs["start_unix_s"]) == min(moments)
names = text("hosts/name")
assert sorted(alarms) == sorted((names[h], m) for h, m in zip(file["events/host"][:], text("events/message")))
for name, row, rack in zip(names, file["hosts/row"][:], file["hosts/rack"][:]):
    place = re.match(r"holy(?:gpu)?([0-9a-f]{2})(\d\d)", name)
    assert not place or (int(place[1], 16), int(place[2])) == (row, rack), name
