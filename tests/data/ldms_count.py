#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What an import of LDMS runs must hold, counted without it: ldms_count.py FACILITY.h5 DATASET REPORT.json

Reads every file by itself, places rows on whole seconds, and compares every sample, the rows and the labels.
"""
import json
import math
import os
import re
import sys

import h5py
import numpy as np

facility, dataset, report = sys.argv[1:]
file = h5py.File(facility)
values = file["telemetry/values"][0]
start = int(file.attrs["start_unix_s"])
text = lambda path: [item.decode() for item in file[path][:]]
number = {key: i for i, key in enumerate(zip(text("metrics/source"), text("metrics/name")))}
kind = file["metrics/kind"][:]
seen = np.zeros(values.shape, bool)
rows = short = cut = different = runs = 0
for folder, _, _ in sorted(os.walk(dataset)):
    if os.path.basename(folder) != "data":
        continue
    runs += 1
    for path in ("memory_metrics/meminfo", "memory_metrics/vmstat", "process_metrics/procstat"):
        lines = open(os.path.join(folder, path)).read().split("\n")
        is_cut = lines[-1] != ""
        header = lines[0].split(",")
        table = [line.split(",") for line in lines[1:] if line]
        rows += len(table)
        short += sum(len(row) < len(header) for row in table)
        if is_cut and len(table[-1]) == len(header):
            table[-1][-1] = ""
            cut += 1
        table = [row for row in table if len(row) == len(header)]
        columns = [(c, number[path.split("/")[1], name]) for c, name in enumerate(header) if (path.split("/")[1], name) in number]
        metrics = [metric for _, metric in columns]
        raw = np.array([[float(row[c] or "nan") for c, _ in columns] for row in table])
        base = np.where((kind[metrics] == 1) & (np.nanmax(raw, axis=0) > 2**24), raw[0], 0)
        times = np.array([int(float(row[0])) for row in table]) - start
        want, have = (raw - base).astype("f4"), values[times][:, metrics]
        different += int((~((want == have) | (np.isnan(want) & np.isnan(have)))).sum())
        seen[np.ix_(times, metrics)] = True
extra = int((~np.isnan(values) & ~seen).sum())
counted = json.load(open(report))["rows"]
anomalies = sum(len(re.findall(r"ST\d+", os.path.basename(os.path.dirname(folder)))) or 1
                for folder, _, _ in os.walk(dataset) if os.path.basename(folder) == "data")
print(f"{runs} runs, {rows} rows, {short} short, {cut} cut, {different} different, {extra} extra, {anomalies} labels")
assert different == 0 and extra == 0
assert (counted["read"], counted["refused"], counted["repaired"]) == (rows, short, cut), counted
assert len(file["jobs/id"]) == runs and len(file["labels/name"]) == anomalies
