#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Raw matrices as wide CSV for `telltale import`, and point labels as a table of labels.

    matrix_to_csv.py FOLDER OUT --period-s 60

FOLDER holds NAME_train_TxM.f32le and NAME_test_TxM.f32le (little-endian float32, [time][metric]) and
NAME_test_label.u8 (one byte a sample), as the Server Machine Dataset and the Application Server Dataset
are kept. OUT gets train/NAME.csv, test/NAME.csv and labels.csv; the test half follows the training half
in time. Nine digits bring every float32 back.
"""
import argparse
import glob
import os
import re

import numpy as np


def spans(flags):
    """Half-open runs of what is not 0."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (flags != 0).astype(int), [0]))))
    return list(zip(edges[0::2], edges[1::2]))


def write_half(path, matrix, start, period):
    with open(path, "w") as out:
        out.write("time," + ",".join(f"m{i + 1}" for i in range(matrix.shape[1])) + "\n")
        for t, row in enumerate(matrix):
            out.write(f"{start + t * period}," + ",".join("%.9g" % v for v in row) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("out")
    parser.add_argument("--period-s", type=int, default=60)
    parser.add_argument("--start-unix-s", type=int, default=1577836800)
    arguments = parser.parse_args()
    for half in ("train", "test"):
        os.makedirs(os.path.join(arguments.out, half), exist_ok=True)
    with open(os.path.join(arguments.out, "labels.csv"), "w") as labels:
        labels.write("host,start,end,name\n")
        for path in sorted(glob.glob(os.path.join(arguments.folder, "*_train_*.f32le"))):
            name = re.match(r"(.*)_train_(\d+)x(\d+)\.f32le$", os.path.basename(path)).group(1)
            start = arguments.start_unix_s
            for half in ("train", "test"):
                (path,) = glob.glob(os.path.join(arguments.folder, f"{name}_{half}_*.f32le"))
                times, metrics = map(int, re.search(r"_(\d+)x(\d+)\.f32le$", path).groups())
                matrix = np.fromfile(path, dtype="<f4").reshape(times, metrics)
                write_half(os.path.join(arguments.out, half, name + ".csv"), matrix, start, arguments.period_s)
                if half == "test":
                    flags = np.fromfile(os.path.join(arguments.folder, f"{name}_test_label.u8"), dtype=np.uint8)
                    assert len(flags) == times
                    for first, end in spans(flags):
                        # A label is closed: it ends at its last sample.
                        labels.write(f"{name},{start + first * arguments.period_s},"
                                     f"{start + (end - 1) * arguments.period_s},anomaly\n")
                start += times * arguments.period_s


if __name__ == "__main__":
    main()
