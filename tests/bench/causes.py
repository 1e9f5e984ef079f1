# SPDX-License-Identifier: BSD-3-Clause
"""Are the metrics that a score names those that took part in an event? For tests/bench/forecast.py.

SMD and ASD say of each labelled event which metrics took part (interpretation_label/MACHINE.txt, lines such as
`246-252:1,2,3`: samples of the test half, 252 with it in ASD, without it in SMD, as their label files show; metrics from
1). Scores say what each metric contributed to each sample. Two measures:

hit@k: at the sample of the event where the score is highest, is one of the k metrics that contribute most among those that
took part? That is what people read off `/forecast/events`.

HitRate@P% (Su et al., "Robust anomaly detection for multivariate time series through stochastic recurrent neural network",
KDD 2019, which made OmniAnomaly and SMD): of g metrics that took part in a sample, the share that is among the
floor(P/100 g) that contribute most; P is 100 and 150. Here for all labelled samples, found or not, averaged over those of an
event first, so that an event counts once, however long.

A metric that a method has no contribution for is never named.
"""
import math
import os
import re

import h5py
import numpy as np

FIRST = (1, 3, 5)
SHARES = (100, 150)
MEASURES = [f"hit@{k}" for k in FIRST] + [f"HitRate@{share}%" for share in SHARES]
DRAWS = 10000


def read(folder, machine, truth, metrics):
    """Events as (first, end, took part [metrics])."""
    events = []
    for line in open(os.path.join(folder, "interpretation_label", machine + ".txt")):
        span, numbers = line.strip().split(":")
        first, last = map(int, span.split("-"))
        took_part = np.zeros(metrics, bool)
        took_part[[int(number) - 1 for number in numbers.split(",")]] = True
        events.append([first, last, took_part])
    if not any(truth[last - 1] and not truth[last] for _, last, _ in events):
        events = [[first, last + 1, took_part] for first, last, took_part in events]
    covered = np.zeros(len(truth), bool)
    for first, end, _ in events:
        covered[first:end] = True
    if not np.array_equal(covered, truth):
        raise SystemExit(f"{machine}: what took part is not told of the labelled samples")
    return events


def of_program(scores, values):
    """What each metric contributes to the program's scores of one host, [times][metrics], NaN where nothing.

    Made from the predictions in the file; held against the scores, which are their root mean square."""
    with h5py.File(scores) as file:
        clip = float(re.search(r"^ *clip: (\S+)", file.attrs["settings"], re.M)[1])
        group = file["/forecast"]
        place, (_, scale, centre, spread) = group["metric"][()], group["scaling"][()].T
        predicted, score = group["kept/prediction"][0], group["score"][0]
    off = np.full(values.shape, np.nan)
    off[:, place] = np.where(scale > 0, (values[:, place] - predicted - centre) / spread, np.nan)
    contribution = np.clip(off, -clip, clip)**2
    judged = ~np.isnan(score)
    again = np.sqrt(np.nanmean(contribution[judged], axis=1))
    if not np.allclose(again, score[judged], rtol=1e-3, atol=1e-3):
        raise SystemExit(f"{scores}: contributions do not add up to the scores, off by {abs(again - score[judged]).max()}")
    return contribution


def named(contribution):
    """Metrics by falling contribution; those without are left out."""
    known = np.nan_to_num(contribution)
    order = np.argsort(-known, kind="stable")
    return order[known[order] > 0]


def judge(score, contribution, events):
    """Of each event: hit@k and HitRate@P%."""
    rows = []
    for first, end, took_part in events:
        count = int(took_part.sum())
        at_peak = named(contribution[first + int(np.argmax(score[first:end]))])
        row = [float(took_part[at_peak[:k]].any()) for k in FIRST]
        for share in SHARES:
            found = [took_part[named(contribution[t])[:share * count // 100]].sum() for t in range(first, end)]
            row.append(float(np.mean(found)) / count)
        rows.append(row)
    return rows


def chance(metrics, events):
    """The same, expected where metrics are named in an order drawn at random."""
    rows = []
    for _, _, took_part in events:
        count = int(took_part.sum())
        rows.append([1 - math.comb(metrics - count, k) / math.comb(metrics, k) for k in FIRST]
                    + [min(share * count // 100, metrics) / metrics for share in SHARES])
    return rows


def show(found):
    """@p found  rows of all events by method"""
    random = np.random.default_rng(3)
    rows = {method: np.array(list_) for method, list_ in found.items()}
    count = len(next(iter(rows.values())))
    draws = random.integers(0, count, (DRAWS, count))
    means = {method: values[draws].mean(1) for method, values in rows.items()}
    print(f"\n| what took part, {count} events | " + " | ".join(MEASURES) + " |\n|---|" + "---:|" * len(MEASURES))
    for method, values in rows.items():
        low, high = np.percentile(means[method], (2.5, 97.5), axis=0)
        print(f"| {method} | " + " | ".join(
            f"{mean:.2f} ({a:.2f}-{b:.2f})" for mean, a, b in zip(values.mean(0), low, high)) + " |")
    for method in rows:
        for other in ("chance", "mean |z|"):
            if method in ("chance", other):
                continue
            low, high = np.percentile(means[method] - means[other], (2.5, 97.5), axis=0)
            print(f"| {method} - {other} | " + " | ".join(
                f"{mean:+.2f} ({a:+.2f} to {b:+.2f})"
                for mean, a, b in zip((rows[method] - rows[other]).mean(0), low, high)) + " |")
