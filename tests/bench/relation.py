#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How well relation graphs find what moves what, where it is known (docs/results.md).

    tests/bench/relation.py TELLTALE [--seeds 5] [--first-seed 1] [--systems var2,nonlinear_var,lorenz96] [--ranks 2]

For each system and seed: synth, fit forecast, graph; the area under the ROC curve of the pairs off the diagonal.
Prints a table in Markdown, means over seeds with the least and the largest. Needs numpy and h5py.
"""
import argparse
import os
import subprocess
import tempfile
import time

import h5py
import numpy as np


def area(score, truth):
    """Rank-sum statistic; ties count half."""
    off = ~np.eye(len(truth), dtype=bool)
    score, truth = np.abs(score[off]), truth[off]
    less = (score[truth][:, None] > score[~truth][None, :]).mean()
    equal = (score[truth][:, None] == score[~truth][None, :]).mean()
    return less + equal / 2


# What the hybrid is fitted with; of each pair of models the one with the lower loss on held-out windows is asked.
SETTINGS = (
    "--window 10 --lags 3 --patience 80 --batch-shards 4 --dropout 0",
    "--window 10 --lags 3 --patience 80 --batch-shards 2 --dropout 0.3 --schedule constant",
)
# The original for comparison, trained as long.
SYSMIXER = "--epochs 80 --patience 80"


class Bench:
    def __init__(self, arguments, folder):
        self.program = os.path.abspath(arguments.telltale)
        self.ranks = arguments.ranks
        self.folder = folder

    def run(self, *words):
        start = ["mpirun", "--bind-to", "none", "--oversubscribe", "-n", str(self.ranks)] if self.ranks > 1 else []
        subprocess.run([*start, self.program, *map(str, words)], check=True, cwd=self.folder, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def fit(self, source, predictor, options="", model="fitted.model"):
        """Fit and return the loss on held-out windows."""
        self.run("fit", "forecast", source, "-m", model, "--predictor", predictor, *options.split())
        return self.attribute(model, "validation_loss")

    def attribute(self, model, name):
        with h5py.File(os.path.join(self.folder, model)) as file:
            return file["forecast"].attrs[name]

    def fit_best(self, source, predictor):
        """The model that held-out windows prefer, and its loss."""
        if predictor != "hybrid":
            return "fitted.model", self.fit(source, predictor, SYSMIXER)
        models = [f"fitted{number}.model" for number in range(len(SETTINGS))]
        losses = [self.fit(source, predictor, options, model) for options, model in zip(SETTINGS, models)]
        best = int(np.argmin(losses))
        return models[best], losses[best]

    def matrices(self, name):
        with h5py.File(os.path.join(self.folder, name)) as file:
            return {key: file["graph/" + key][()] for key in ("influence", "slope", "wald", "correlation", "rise", "edge")}

    def truth(self, name):
        with h5py.File(os.path.join(self.folder, name)) as file:
            return file["truth/weight"][()] != 0

    def one(self, system, seed):
        """Areas of one system and seed, by column."""
        found = {}
        self.run("synth", "--system", system, "--seed", seed, "-o", "system.h5")
        truth = self.truth("system.h5")
        for predictor in ("hybrid", "sysmixer"):
            model, found[predictor + " loss"] = self.fit_best("system.h5", predictor)
            self.run("graph", "system.h5", "-m", model, "-o", "swap.h5")
            self.run("graph", "system.h5", "-m", model, "-o", "shift.h5", "--method", "constant-shift")
            swap = self.matrices("swap.h5")
            found[predictor + " R"] = area(swap["influence"], truth)
            found[predictor + " D"] = area(swap["slope"], truth)
            found[predictor + " shift"] = area(self.matrices("shift.h5")["influence"], truth)
            if predictor == "hybrid":
                found["ridge loss"] = self.attribute(model, "ridge_loss")
                off = ~np.eye(len(truth), dtype=bool)
                kept = (swap["edge"] != 0) & off
                found["linear"] = area(swap["wald"], truth)
                found["correlation"] = area(swap["correlation"], truth)
                found["kept"] = kept.sum()
                found["right"] = (kept & truth).sum() / max(kept.sum(), 1)
        self.run("synth", "--system", system, "--seed", seed, "--permute", "-o", "permuted.h5")
        self.fit("permuted.h5", "hybrid", SETTINGS[0])
        self.run("graph", "permuted.h5", "-m", "fitted.model", "-o", "control.h5")
        control = self.matrices("control.h5")
        found["control R"] = area(control["influence"], truth)
        found["control linear"] = area(control["wald"], truth)
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("telltale")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--systems", default="var2,nonlinear_var,lorenz96")
    parser.add_argument("--ranks", type=int, default=1)
    arguments = parser.parse_args()
    columns = None
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, folder)
        for system in arguments.systems.split(","):
            start = time.time()
            rows = []
            for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
                rows.append(bench.one(system, seed))
                print(f"<!-- {system} {seed}: " + ", ".join(f"{key} {value:.4f}" for key, value in rows[-1].items()) + " -->",
                      flush=True)
            if columns is None:
                columns = list(rows[0])
                print("| system | " + " | ".join(columns) + " |")
                print("|---|" + "---|" * len(columns))
            cells = []
            for column in columns:
                values = np.array([row[column] for row in rows], dtype=float)
                digits = 0 if column == "kept" else 4 if "loss" in column else 3
                cells.append(f"{values.mean():.{digits}f} ({values.min():.{digits}f}-{values.max():.{digits}f})")
            print(f"| {system} | " + " | ".join(cells) + " |", flush=True)
            print(f"<!-- {system}: {time.time() - start:.0f} s -->", flush=True)


main()
