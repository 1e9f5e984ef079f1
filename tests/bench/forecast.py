#!/usr/bin/env python3
"""How well the forecast's scores find what labels say, on the public machines with known anomalies.

Every machine of SMD and ASD is imported through generic CSV; `telltale fit forecast` sees its training half,
`telltale score forecast` its test half, one score a sample. Beside it stand references computed here from the
same samples: chance, the last value, mean |z|, the residual of a PCA (90 %), the nearest training sample; ridge is the
program's own. All that is learned, thresholds included, comes from the training half: the references are fitted to its
first four fifths, and a threshold is what 0.05 samples of a host and day would exceed by the tail (peaks over threshold)
of what the last fifth scores, as the program does it.

Average precision, VUS-PR and VUS-ROC (Paparrizos et al. 2022: buffers 0 to 100, 250 ranks), events found (a labelled span
with at least one alarm) and false-alarm events (runs of alarms that touch no label) per host-day. Intervals: 95 %
percentile bootstraps over machines, for recall over events. Two methods differ where the bootstrap of their paired
differences excludes 0 and a sign test agrees. Whether the metrics that took part in an event are named: causes.py.

    tests/bench/forecast.py PATH/TO/telltale PATH/TO/shared/data [--predictors ridge,hybrid] [--sets SMD,ASD] [--pooled]
        [--fit "--window 10 --lags 10"]

Needs python3 with numpy, scipy and h5py.
"""
import argparse
import json
import os
import sys
import tarfile
import tempfile

import h5py
import numpy as np
from scipy import stats

import causes
import detection

FALSE_PER_HOST_DAY = 0.05
BUFFERS, RANKS = range(0, 101), 250
DRAWS = 10000
MEASURES = ("AP", "VUS-PR", "VUS-ROC")


def segments(mask):
    """[first, end) of the runs of true."""
    edge = np.flatnonzero(np.diff(np.concatenate(([0], np.asarray(mask, np.int8), [0]))))
    return edge.reshape(-1, 2)


def extension(truth, width):
    """What a buffer of this width adds around the labels."""
    extra = np.zeros(len(truth) + 2 * width)
    for first, end in segments(truth):
        for d in range(1, width // 2 + 1):
            weight = np.sqrt(1 - d / width)
            extra[width + first - d] += weight
            extra[width + end - 1 + d] += weight
    extra = extra[width:width + len(truth)]
    return np.where(truth, 0.0, np.minimum(extra, 1.0))


def volumes(score, truth):
    """VUS-PR and VUS-ROC as the header says; prefix sums over one sort."""
    count = len(score)
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    thresholds = falling[np.linspace(0, count - 1, RANKS).astype(int)]
    predicted = np.searchsorted(-falling, -thresholds, side="right")
    hits = np.cumsum(truth[order])[predicted - 1]
    positives = truth.sum()
    precision_area, roc_area = [], []
    for width in BUFFERS:
        extra = extension(truth, width)
        extra_hits = np.cumsum(extra[order])[predicted - 1]
        spans = segments(truth | (extra > 0))
        peaks = np.sort([score[first:end].max() for first, end in spans])
        existence = (len(peaks) - np.searchsorted(peaks, thresholds, side="left")) / len(peaks)
        true = hits + extra_hits
        possible = (2 * positives + extra_hits) / 2
        recall = np.minimum(true / possible, 1) * existence
        precision = true / predicted
        false = (predicted - true) / (count - possible)
        precision_area.append(np.sum(np.diff(recall, prepend=0) * precision))
        roc_area.append(np.trapz(np.concatenate(([0], recall, [1])), np.concatenate(([0], false, [1]))))
    return float(np.mean(precision_area)), float(np.mean(roc_area))


def tail_threshold(held_out, period):
    """Peaks over threshold by probability-weighted moments, as src/analysis/forecast/threshold.c."""
    values = np.sort(held_out[~np.isnan(held_out)])
    tail = max(20, int(0.02 * len(values)))
    expected = FALSE_PER_HOST_DAY * period / 86400 * len(values)
    start, excess = values[-tail - 1], values[-tail:] - values[-tail - 1]
    a0 = excess.mean()
    a1 = np.sum(excess * (tail - 1 - np.arange(tail))) / ((tail - 1) * tail)
    if not (a0 > 0 and a0 - 2 * a1 > 0):
        return values[-1]
    shape = np.clip(2 - a0 / (a0 - 2 * a1), -0.5, 0.9)
    scale, ratio = a0 * (1 - shape), expected / tail
    return start + (-scale * np.log(ratio) if abs(shape) < 1e-9 else scale / shape * (ratio**-shape - 1))


def standardise(train, test, end):
    moving = train[:end].std(0) > 0
    mean, scale = train[:end, moving].mean(0), train[:end, moving].std(0)
    return (train[:, moving] - mean) / scale, (test[:, moving] - mean) / scale, moving


def nearest(known, asked):
    """The nearest of the known rows."""
    squares = (known**2).sum(1)
    result = np.empty_like(asked)
    for first in range(0, len(asked), 2000):
        part = asked[first:first + 2000]
        result[first:first + 2000] = known[np.argmin(squares - 2 * part @ known.T, axis=1)]
    return result


def references(train, test, period):
    """Scores of the test half, a threshold, and what each metric contributes, for each reference."""
    end = int(0.8 * len(train))
    z_train, z_test, moving = standardise(train.astype(float), test.astype(float), end)
    held_out = slice(end, None)
    values, vectors = np.linalg.eigh(z_train[:end].T @ z_train[:end])
    share = np.cumsum(values[::-1]) / values.sum()
    kept = vectors[:, ::-1][:, : np.searchsorted(share, 0.9) + 1]
    steps = np.diff(z_train[:end], axis=0).std(0) + 1e-9
    every = z_train[:end][:: max(1, end // 6000)]
    methods = {  # what each metric contributes, and the score
        "last value": (lambda z: np.clip(np.diff(z, axis=0, prepend=z[:1]) / steps, -20, 20)**2,
                       lambda c: np.sqrt(c.mean(1))),
        "mean |z|": (abs, lambda c: c.mean(1)),
        "PCA 90 %": (lambda z: (z - z @ kept @ kept.T)**2, lambda c: c.sum(1)),
        "1-NN": (lambda z: (z - nearest(every, z))**2, lambda c: np.sqrt(c.sum(1))),
    }
    rate = FALSE_PER_HOST_DAY * period / 86400
    result = {"chance": (np.random.default_rng(7).random(len(test)), 1 - rate, None)}
    for name, (contribute, combine) in methods.items():
        contribution = np.full(test.shape, np.nan)
        contribution[:, moving] = contribute(z_test)
        threshold = tail_threshold(combine(contribute(z_train))[held_out], period)
        result[name] = combine(contribution[:, moving]), threshold, contribution
    return result


def metrics_of(events):
    return len(events[0][2])


def judge(score, threshold, contribution, truth, period, events):
    """One method on one machine."""
    score = np.where(np.isnan(score), np.nanmin(score), score)
    alarm = score > threshold
    found = [bool(alarm[first:end].any()) for first, end in segments(truth)]
    delays = [float(np.argmax(alarm[first:end]) * period) for first, end in segments(truth) if alarm[first:end].any()]
    false = sum(not truth[first:end].any() for first, end in segments(alarm))
    pr, roc = volumes(score, truth)
    return {"AP": detection.average_precision(score, truth), "VUS-PR": pr, "VUS-ROC": roc, "found": found,
            "false": false, "delays": delays, "days": float((~truth).sum() * period / 86400),
            "causes": causes.chance(metrics_of(events), events) if contribution is None
            else causes.judge(score, contribution, events)}


class Machines:
    """Their files and samples."""

    def __init__(self, study, sets, fit):
        self.study, self.fit, self.all = study, fit.split(), {}
        for name in sets:
            archive, period, _, machines = detection.MACHINES[name]
            with tarfile.open(os.path.join(study.data, archive)) as tar:
                tar.extractall(study.path(name))
            for machine in machines:
                self.take(name, machine, period)

    def take(self, name, machine, period):
        train, test, truth = detection.read_machine(self.study.path(name), machine)
        truth = truth != 0
        events = causes.read(self.study.path(name), machine, truth, test.shape[1])
        self.all[machine] = (name, period, train, test, truth, events)
        for half, values, start in (("train", train, detection.START_UNIX_S),
                                    ("test", test, detection.START_UNIX_S + len(train) * period)):
            path = self.study.path(f"{machine}.{half}")
            detection.write_csv(path + ".csv", values, start, period)
            self.study.run("import", path + ".csv", "--source", "csv", "--host", machine, "-o", path + ".h5")
            os.remove(path + ".csv")

    def pool(self, name):
        """The training halves of all machines of a set as hosts of one facility."""
        members = [machine for machine, item in self.all.items() if item[0] == name]
        path = self.study.path(name + ".pooled")
        with open(path + ".csv", "w") as file:
            for machine in members:
                _, period, train = self.all[machine][:3]
                if machine == members[0]:
                    file.write("time,host," + ",".join(f"m{m:02d}" for m in range(train.shape[1])) + "\n")
                for t, row in enumerate(train.tolist()):
                    file.write(f"{detection.START_UNIX_S + t * period},{machine}," + ",".join(f"{x:.9g}" for x in row) + "\n")
        self.study.run("import", path + ".csv", "--source", "csv", "-o", path + ".h5")
        os.remove(path + ".csv")
        return members, path + ".h5"

    def train(self, predictor, facility, model):
        self.study.run("fit", "forecast", facility, "-m", model,
                       "--predictor", predictor, "--false-alarms-per-host-day", str(FALSE_PER_HOST_DAY), *self.fit)

    def score(self, machine, model):
        out = self.study.path("scores.h5")
        self.study.run("score", "forecast", self.study.path(f"{machine}.test.h5"), "-m", model, "-o", out)
        contribution = causes.of_program(out, self.all[machine][3].astype(float))
        with h5py.File(out) as file:
            return file["/forecast/score"][0].astype(float), float(file["/forecast"].attrs["threshold"]), contribution


def bootstrap(values, random):
    """Mean and 95 % percentile interval."""
    values = np.asarray(values, float)
    draws = values[random.integers(0, len(values), (DRAWS, len(values)))].mean(1)
    return values.mean(), *np.percentile(draws, (2.5, 97.5))


def show(results):
    methods = list(next(iter(results.values())))
    random = np.random.default_rng(1)
    for measure in MEASURES:
        print(f"\n| {measure} | " + " | ".join(methods) + " |\n|---|" + "---:|" * len(methods))
        for machine, row in results.items():
            print(f"| {machine} | " + " | ".join(f"{row[m][measure]:.3f}" for m in methods) + " |")
        cells = [bootstrap([row[m][measure] for row in results.values()], random) for m in methods]
        print("| **mean** | " + " | ".join(f"{x[0]:.3f}" for x in cells) + " |")
        print("| 95 % | " + " | ".join(f"{x[1]:.2f}-{x[2]:.2f}" for x in cells) + " |")
    print("\n| at the declared threshold | " + " | ".join(methods) + " |\n|---|" + "---:|" * len(methods))
    found = {m: [x for row in results.values() for x in row[m]["found"]] for m in methods}
    cells = [bootstrap(found[m], random) for m in methods]
    print(f"| events found, of {len(found[methods[0]])} | " + " | ".join(f"{x[0]:.2f} ({x[1]:.2f}-{x[2]:.2f})" for x in cells) + " |")
    rates = {m: [row[m]["false"] / row[m]["days"] for row in results.values()] for m in methods}
    cells = [bootstrap(rates[m], random) for m in methods]
    print("| false-alarm events a host-day | " + " | ".join(f"{x[0]:.2f} ({x[1]:.2f}-{x[2]:.2f})" for x in cells) + " |")
    print("| the same, median machine | " + " | ".join(f"{np.median(rates[m]):.2f}" for m in methods) + " |")
    delays = {m: [x for row in results.values() for x in row[m]["delays"]] for m in methods}
    print("| median delay of what is found, s | " + " | ".join(
        f"{np.median(delays[m]):.0f}" if delays[m] else "-" for m in methods) + " |")


def compare(results, pairs):
    """Paired differences: bootstrap over machines, sign test."""
    random = np.random.default_rng(2)
    print("\n| difference | measure | mean | 95 % | better on | sign test | established |\n|---|---|---:|---:|---:|---:|---|")
    for first, second in pairs:
        for measure in ("AP", "VUS-PR"):
            off = np.array([row[first][measure] - row[second][measure] for row in results.values()])
            mean, low, high = bootstrap(off, random)
            better, differing = int((off > 0).sum()), int((off != 0).sum())
            p = stats.binomtest(better, differing).pvalue if differing else 1.0
            established = "yes" if (low > 0 or high < 0) and p < 0.05 else "no"
            print(f"| {first} - {second} | {measure} | {mean:+.3f} | {low:+.3f} to {high:+.3f} | {better} of {len(off)} "
                  f"| {p:.2f} | {established} |")


def keep(results, path):
    if path:
        with open(path, "w") as file:
            json.dump(results, file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("telltale")
    parser.add_argument("data")
    parser.add_argument("--predictors", default="ridge,hybrid")
    parser.add_argument("--sets", default="SMD,ASD")
    parser.add_argument("--fit", default="--window 10 --lags 10", help="further options of `fit forecast`")
    parser.add_argument("--pooled", action="store_true", help="also one model over all machines of a set")
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--json", help="keep what was measured in this file")
    options = parser.parse_args()
    predictors = options.predictors.split(",")
    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        study = detection.Study(options.telltale, options.data, scratch, options.ranks)
        machines = Machines(study, options.sets.split(","), options.fit)
        model = study.path("model.h5")
        for machine, (_, period, train, test, truth, events) in machines.all.items():
            scores = references(train, test, period)
            for predictor in predictors:
                machines.train(predictor, study.path(f"{machine}.train.h5"), model)
                scores[predictor] = machines.score(machine, model)
            results[machine] = {name: judge(*score, truth, period, events) for name, score in scores.items()}
            keep(results, options.json)
            print(f"{machine}: " + ", ".join(f"{name} {row['AP']:.3f}" for name, row in results[machine].items()),
                  file=sys.stderr, flush=True)
        for name in options.sets.split(",") if options.pooled else ():
            members, facility = machines.pool(name)
            for predictor in predictors:
                machines.train(predictor, facility, model)
                for machine in members:
                    _, period, _, _, truth, events = machines.all[machine]
                    results[machine][f"{predictor}, pooled"] = judge(*machines.score(machine, model), truth, period, events)
    keep(results, options.json)
    show(results)
    causes.show({method: [event for row in results.values() for event in row[method]["causes"]]
                 for method in next(iter(results.values()))})
    pairs = [(a, b) for i, a in enumerate(predictors) for b in predictors[:i]]
    pairs += [(p, reference) for p in predictors for reference in ("mean |z|", "PCA 90 %", "1-NN", "last value", "chance")]
    pairs += [(f"{p}, pooled", p) for p in predictors if options.pooled]
    compare(results, pairs)


if __name__ == "__main__":
    main()
