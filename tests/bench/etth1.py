#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""ETTh1 at the published protocol, by the real program: etth1.py PROGRAM ETTh1.csv [HORIZON...] [--seeds N] [-- OPTION...]

Rows 0-11,519 (12 + 4 months) to fit on, of which the last quarter validates; rows 11,008-14,399 to test, so that the
first window's 512 rows end where the test begins. Every window counts, errors are in units of the training months' standard
deviation. Settings are those of configs/etth1-HORIZON.yaml; what follows -- is handed on to fit. Prints the
validation loss that settings are chosen by, and MSE and MAE of the test, for each seed and as mean and spread.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile

import h5py

PUBLISHED = {96: (0.361, 0.392), 192: (0.404, 0.418), 336: (0.420, 0.431), 720: (0.463, 0.472)}
CONFIGS = pathlib.Path(__file__).resolve().parents[2] / "configs"


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)


def cut(program, table, folder):
    lines = pathlib.Path(table).read_text().splitlines()
    for name, first, end in (("train", 0, 11520), ("test", 11008, 14400)):
        (folder / f"{name}.csv").write_text("\n".join([lines[0], *lines[1 + first:1 + end]]) + "\n")
        run(program, "import", "--source", "csv", "--period-s", "3600", folder / f"{name}.csv", "-o", folder / f"{name}.h5")


def measure(program, folder, horizon, seed, extra):
    model, scores = folder / "model.h5", folder / "scores.h5"
    run(program, "fit", "forecast", "--config", CONFIGS / f"etth1-{horizon}.yaml", folder / "train.h5",
        "-m", model, "--seed", str(seed), *extra)
    run(program, "score", "forecast", folder / "test.h5", "-m", model, "-o", scores)
    with h5py.File(model) as m, h5py.File(scores) as s:
        found = s["forecast"].attrs
        return float(m["forecast"].attrs["validation_loss"]), float(found["mse"]), float(found["mae"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("table")
    parser.add_argument("horizons", nargs="*", type=int, default=list(PUBLISHED))
    parser.add_argument("--seeds", type=int, default=3)
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options = parser.parse_args(sys.argv[1:end])
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        cut(options.program, options.table, folder)
        for horizon in options.horizons:
            rows = [measure(options.program, folder, horizon, seed, sys.argv[end + 1:])
                    for seed in range(1, options.seeds + 1)]
            for seed, row in enumerate(rows, 1):
                print(f"{horizon:4} hours, seed {seed}: validation {row[0]:.4f}, MSE {row[1]:.4f}, MAE {row[2]:.4f}", flush=True)
            for place, name in ((1, "MSE"), (2, "MAE")):
                values = [row[place] for row in rows]
                spread = statistics.stdev(values) if len(values) > 1 else 0
                print(f"{horizon:4} hours, {name} {statistics.mean(values):.4f} +- {spread:.4f}, "
                      f"published {PUBLISHED[horizon][place - 1]:.3f}", flush=True)


main()
