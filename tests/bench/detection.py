#!/usr/bin/env python3
"""How well scores find what labels say, on public data with known anomalies.

SMD and ASD: every machine is imported through generic CSV; an analysis is fitted on the machine's own
training half and scores its test half. LDMS with HPAS: runs of one node; "singles" are fitted on the clean
run of an application and score its five runs with one anomaly; "doubles" are fitted on the six
single runs of the same application, without what is labelled in them, and score 50 runs with two
anomalies each.

The measure is average precision (area under the precision-recall curve by steps) over time stamps,
without point adjustment: every stamp has the score of the window it lies in, and a window the mean |value|
of the tenth of its metrics that are farthest off, as in evaluate_scores(). Normal is what lies in a
window of mrdmd without any label. Beside it two references, computed
here from the same samples: the mean |z| of all metrics, and the squared residual of a PCA that keeps 90 % of
the training variance; each at the stamp itself, and averaged over the windows of mrdmd. All that is learned,
thresholds included, comes from the training part.

    tests/bench/detection.py PATH/TO/telltale PATH/TO/shared/data [--sets SMD,ASD,LDMS] [--ranks 1]

Needs python3 with numpy and h5py; takes about five minutes.
"""
import argparse
import os
import re
import subprocess
import sys
import tarfile
import tempfile

import h5py
import numpy as np

START_UNIX_S = 1767225600
MACHINES = {
    "SMD": ("smd_public.tar.xz", 60, 64, ["machine-1-6", "machine-2-1", "machine-2-7", "machine-3-3"]),
    "ASD": ("asd_public.tar.xz", 300, 32, [f"omi-{i}" for i in range(1, 7)]),
}
SINGLES, DOUBLES = "ldms_hpas_singles.tar.xz", "ldms_hpas_examinimd_doubles.tar.xz"
LDMS_CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../configs/ldms-runs.yaml")
LDMS_BASELINE_SAMPLES, LDMS_WINDOW_SAMPLES = 60, 64


class Study:
    """The program, where its files go, and what was measured."""

    def __init__(self, telltale, data, scratch, ranks):
        self.telltale, self.data, self.scratch = os.path.abspath(telltale), data, scratch
        self.launch = ["mpirun", "-n", str(ranks)] if ranks > 1 else []

    def path(self, name):
        return os.path.join(self.scratch, name)

    def run(self, *arguments):
        command = self.launch + [self.telltale, *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\nexit {done.returncode}\n{done.stdout}{done.stderr}")

    def score(self, analysis, window_s):
        """Fit on train.h5, score test.h5; one score and one verdict for each sample of the test."""
        model, scores = self.path(f"{analysis}.model.h5"), self.path(f"{analysis}.scores.h5")
        self.run("fit", analysis, self.path("train.h5"), "-m", model, "--window-s", str(window_s))
        self.run("score", analysis, self.path("test.h5"), "-m", model, "-o", scores)
        with h5py.File(self.path("test.h5")) as file:
            start, period = file.attrs["start_unix_s"], file.attrs["period_s"]
            count = file["/telemetry/values"].shape[1]
        value, alarm = np.zeros(count), np.zeros(count, bool)
        with h5py.File(scores) as file:
            rows = [file[f"/scores/{analysis}/{name}"][()]
                    for name in ("start_unix_s", "end_unix_s", "value", "is_anomaly")]
        windows = {}
        for first, end, z, is_anomaly in zip(*rows):
            window = int(round((first - start) / period)), int(round((end - start) / period))
            windows.setdefault(window, []).append((np.nan_to_num(abs(z)), is_anomaly != 0))
        for (first, end), items in windows.items():
            farthest = sorted((z for z, _ in items), reverse=True)[: (len(items) + 9) // 10]
            value[first:end] = np.mean(farthest)
            alarm[first:end] = any(is_anomaly for _, is_anomaly in items)
        return value, alarm

    def compare(self, train, test, truth, used, baseline_samples, window_samples, period):
        """Average precision of all, and the share of normal and of labelled stamps in alarm."""
        scores = {"base rate": (np.zeros(len(truth)), None)}
        for name, value in references(train, test).items():
            scores[name] = value, None
            scores[name + ", windows"] = block_means(value, window_samples), None
        scores["baseline"] = self.score("baseline", baseline_samples * period)
        scores["mrdmd"] = self.score("mrdmd", window_samples * period)
        truth = truth != 0
        normal = used & (block_means(truth.astype(float), window_samples) == 0)
        result = {}
        for name, (value, alarm) in scores.items():
            shares = (np.nan, np.nan) if alarm is None else (alarm[normal].mean(), alarm[used & truth].mean())
            result[name] = average_precision(value[used], truth[used]), *shares
        return result


def average_precision(value, truth):
    """By steps, ties taken together; as average_precision() of the library."""
    order = np.argsort(-value, kind="stable")
    value, truth = value[order], truth[order].astype(float)
    end = np.append(np.flatnonzero(np.diff(value)), len(value) - 1)
    found = np.cumsum(truth)[end]
    return float(np.sum(np.diff(found, prepend=0) / truth.sum() * found / (end + 1)))


def references(train, test):
    """Of samples [times][metrics]; a metric that never moves in training has no scale and is left out."""
    train, test = train.astype(float), test.astype(float)
    moving = np.nanstd(train, axis=0) > 0
    mean, scale = np.nanmean(train[:, moving], axis=0), np.nanstd(train[:, moving], axis=0)
    z_train = np.nan_to_num((train[:, moving] - mean) / scale)
    z_test = np.nan_to_num((test[:, moving] - mean) / scale)
    values, vectors = np.linalg.eigh(z_train.T @ z_train)
    share = np.cumsum(values[::-1]) / values.sum()
    kept = vectors[:, ::-1][:, : np.searchsorted(share, 0.9) + 1]
    residual = z_test - z_test @ kept @ kept.T
    return {"mean |z|": abs(z_test).mean(1), "PCA 90 %": (residual**2).sum(1)}


def block_means(value, length):
    return np.concatenate([np.full(len(part), part.mean())
                           for part in np.split(value, range(length, len(value), length))])


def read_machine(folder, name):
    halves = {}
    for path in os.listdir(folder):
        match = re.fullmatch(re.escape(name) + r"_(train|test)_(\d+)x(\d+)\.f32le", path)
        if match:
            shape = int(match[2]), int(match[3])
            halves[match[1]] = np.fromfile(os.path.join(folder, path), "<f4").reshape(shape)
    return halves["train"], halves["test"], np.fromfile(os.path.join(folder, f"{name}_test_label.u8"), "u1")


def write_csv(path, values, start, period):
    with open(path, "w") as file:
        file.write("time," + ",".join(f"m{m:02d}" for m in range(values.shape[1])) + "\n")
        for t, row in enumerate(values):
            file.write(f"{start + t * period}," + ",".join(f"{x:.9g}" for x in row) + "\n")


def study_machine(study, folder, machine, period, window_samples):
    train, test, truth = read_machine(folder, machine)
    for half, values, start in (("train", train, START_UNIX_S),
                                ("test", test, START_UNIX_S + len(train) * period)):
        write_csv(study.path(f"{half}.csv"), values, start, period)
        study.run("import", study.path(f"{half}.csv"), "--source", "csv", "--host", machine, "-o",
                  study.path(f"{half}.h5"))
    everything = np.ones(len(truth), bool)
    return study.compare(train, test, truth, everything, 1, window_samples, period)


def read_runs(path):
    """Samples [times][metrics] with counters as increments; which are labelled, and which of a run."""
    with h5py.File(path) as file:
        values = file["/telemetry/values"][0].astype(float)
        counter = file["/metrics/kind"][()] == 1
        start = file.attrs["start_unix_s"]
        stamps = start + np.arange(len(values)) * file.attrs["period_s"]
        truth, used = np.zeros(len(values), bool), np.zeros(len(values), bool)
        for first, end, name in zip(file["/labels/start_unix_s"], file["/labels/end_unix_s"], file["/labels/name"]):
            if name != b"healthy":
                truth |= (stamps >= first) & (stamps < end)
        for first, end in zip(file["/jobs/start_unix_s"], file["/jobs/end_unix_s"]):
            used |= (stamps >= first) & (stamps < end)
    rates = np.diff(values[:, counter], axis=0, prepend=np.nan)
    rates[rates < 0] = np.nan
    values[:, counter] = rates
    return values, truth, used


def study_runs(study, train, test):
    for half, (archive, globs) in (("train", train), ("test", test)):
        study.run("import", "--config", LDMS_CONFIG, os.path.join(study.data, archive), "--include", globs, "-o",
                  study.path(f"{half}.h5"))
    samples, labelled, used = read_runs(study.path("train.h5"))
    values, truth, used_in_test = read_runs(study.path("test.h5"))
    metrics = []
    for half in ("train", "test"):
        with h5py.File(study.path(f"{half}.h5")) as file:
            metrics.append(list(zip(file["/metrics/name"][()], file["/metrics/source"][()])))
    shared = [name for name in metrics[0] if name in metrics[1]]
    samples = samples[:, [metrics[0].index(name) for name in shared]][used & ~labelled]
    values = values[:, [metrics[1].index(name) for name in shared]]
    return study.compare(samples, values, truth, used_in_test, LDMS_BASELINE_SAMPLES, LDMS_WINDOW_SAMPLES, 1)


def show(title, results):
    names = list(next(iter(results.values())))
    print(f"\n{title}\n\n| average precision | " + " | ".join(names) + " |")
    print("|---|" + "---:|" * len(names))
    table = dict(results)
    if len(results) > 1:
        table["mean"] = {name: np.mean([item[name] for item in results.values()], axis=0) for name in names}
    for what, item in table.items():
        print(f"| {what} | " + " | ".join(f"{item[name][0]:.3f}" for name in names) + " |")
    for what, item in results.items():
        print(f"{what}: normal windows in alarm "
              + ", ".join(f"{name} {item[name][1]:.4f}" for name in ("baseline", "mrdmd")), file=sys.stderr)
    last = table[list(table)[-1]]
    for label, part in (("normal windows in alarm", 1), ("labelled stamps in alarm", 2)):
        print(f"| {label} | " + " | ".join("" if np.isnan(last[name][part]) else f"{100 * last[name][part]:.2f} %"
                                           for name in names) + " |")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("telltale")
    parser.add_argument("data")
    parser.add_argument("--sets", default="SMD,ASD,LDMS")
    parser.add_argument("--ranks", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        study = Study(options.telltale, options.data, scratch, options.ranks)
        for name, (archive, period, window, machines) in MACHINES.items():
            if name not in options.sets.split(","):
                continue
            with tarfile.open(os.path.join(options.data, archive)) as tar:
                tar.extractall(study.path(name))
            show(name, {machine: study_machine(study, study.path(name), machine, period, window)
                        for machine in machines})
        if "LDMS" in options.sets.split(","):
            show("LDMS with HPAS, one anomaly a run", {
                application: study_runs(study, (SINGLES, f"dataset/{application}/*"), (SINGLES, f"dataset/{application}_*"))
                for application in ("ExaMiniMD", "SW4lite")})
            show("LDMS with HPAS, two anomalies a run", {
                "ExaMiniMD": study_runs(study, (SINGLES, "dataset/ExaMiniMD*"), (DOUBLES, "dataset/*"))})


if __name__ == "__main__":
    main()
