# SPDX-License-Identifier: BSD-3-Clause
"""The forecast analysis beside numpy: forecast_reference.py CHECK FILE...

ridge FACILITY MODEL SCORES   weights, scores and errors of a ridge model by textbook formulas
linear FACILITY MODEL SCORES  predictions of reversible instance norm and one map of time by textbook formulas
early BEFORE AFTER ROW        scores before ROW are the same, some behind it are not
damage FACILITY ROW           moves what comes from ROW on
planted FACILITY ROW          two metrics stand still for a while from ROW on
event SCORES START END        an event lies in the span and names what was touched; no more than two elsewhere
blank FACILITY                every sample is missing
rename FACILITY               the second metric has another name
"""
import sys

import h5py
import numpy


def ridge(facility, model, scores):
    values = h5py.File(facility)["telemetry/values"][0].astype(float)
    learned = h5py.File(model)["forecast"]
    window, lags = int(learned.attrs["window"]), int(learned.attrs["lags"])
    times, metrics = values.shape
    cut = times - int(numpy.floor(0.2 * times))
    table = learned["scaling"][()]
    training = values[:cut]
    assert numpy.allclose(table[:, 0], training.mean(0), rtol=1e-9, atol=1e-9 * training.std(0).max())
    assert numpy.allclose(table[:, 1], training.std(0), rtol=1e-9)
    x = (values - table[:, 0]) / table[:, 1]
    rows = numpy.arange(window, times)
    inputs = numpy.hstack([x[rows - 1 - lag] for lag in range(lags)] + [numpy.ones((len(rows), 1))])
    is_training = rows < cut
    a, b = inputs[is_training], x[rows[is_training]]
    best = None
    for penalty in (1e-5, 1e-4, 1e-3, 1e-2, 1e-1):
        shift = penalty * len(a) * numpy.eye(a.shape[1])
        shift[-1, -1] = 0
        weights = numpy.linalg.solve(a.T @ a + shift, a.T @ b)
        loss = numpy.mean((inputs[~is_training] @ weights - x[rows[~is_training]]) ** 2)
        if best is None or loss < best[0]:
            best = loss, weights
    loss, weights = best
    assert abs(loss / learned.attrs["ridge_loss"] - 1) < 1e-5, (loss, learned.attrs["ridge_loss"])
    found = learned["parameters"][()]
    assert numpy.allclose(found, weights.ravel(), rtol=2e-4, atol=2e-5), abs(found - weights.ravel()).max()
    residuals = x[rows] - inputs @ weights
    held_out = residuals[~is_training]
    quartiles = numpy.quantile(held_out, [0.25, 0.5, 0.75], axis=0)
    assert numpy.allclose(table[:, 3], quartiles[1], atol=0.01)
    assert (table[:, 4] > 0.98 * (quartiles[2] - quartiles[0]) / 1.349).all()
    z = numpy.clip((residuals - table[:, 3]) / table[:, 4], -20, 20)
    expected = numpy.sqrt((z**2).mean(1))
    scored = h5py.File(scores)["forecast"]
    assert numpy.isnan(scored["score"][0, :window]).all()
    assert numpy.allclose(scored["score"][0, window:], expected, rtol=2e-3, atol=2e-3)
    assert abs(scored.attrs["mse"] / numpy.mean(residuals**2) - 1) < 1e-4
    assert abs(scored.attrs["mae"] / numpy.mean(abs(residuals)) - 1) < 1e-4
    kept = scored["kept/prediction"][0, window:]
    assert numpy.allclose(kept, inputs @ weights * table[:, 1] + table[:, 0], rtol=1e-3, atol=1e-3)


def linear(facility, model, scores):
    values = h5py.File(facility)["telemetry/values"][0].astype(float)
    learned = h5py.File(model)["forecast"]
    centre, scale = learned["scaling"][()][:, :2].T
    window, metrics = int(learned.attrs["window"]), len(centre)
    gain, bias, weights, offset = numpy.split(learned["parameters"][()].astype(float),
                                              [metrics, 2 * metrics, 2 * metrics + window])
    assert len(offset) == 1
    x = numpy.lib.stride_tricks.sliding_window_view((values - centre) / scale, window, axis=0)[:-1]
    mean, deviation = x.mean(2), numpy.sqrt(x.var(2) + 1e-5)
    inside = (x - mean[..., None]) / deviation[..., None] * gain[:, None] + bias[:, None]
    predicted = (inside @ weights + offset - bias) / gain * deviation + mean
    kept = h5py.File(scores)["forecast/kept/prediction"][0, window:]
    assert numpy.allclose(kept, predicted * scale + centre, rtol=1e-4, atol=1e-4), abs(kept - predicted * scale - centre).max()


def early(before, after, row):
    a, b = (h5py.File(path)["forecast/score"][()] for path in (before, after))
    row = int(row)
    assert numpy.array_equal(a[:, :row], b[:, :row], equal_nan=True)
    assert not numpy.array_equal(a[:, row:], b[:, row:], equal_nan=True)


def damage(facility, row):
    with h5py.File(facility, "r+") as file:
        file["telemetry/values"][:, int(row):, 0] += 100


def planted(facility, row):
    with h5py.File(facility, "r+") as file:
        values, row = file["telemetry/values"], int(row)
        values[:, row:row + 40, 3] = values[:, row:row + 1, 3] + 6
        values[:, row:row + 40, 4] = values[:, row:row + 1, 4] - 6


def event(scores, start, end):
    events = h5py.File(scores)["forecast/events"]
    begin = events["start_unix_s"][()]
    inside = (begin >= float(start)) & (begin < float(end))
    assert inside.any(), begin
    assert (~inside).sum() <= 2, begin
    largest = events["metric"][()][numpy.argmax(numpy.where(inside, events["peak"][()], 0))]
    assert {3, 4} & set(largest), largest


def blank(facility):
    with h5py.File(facility, "r+") as file:
        file["telemetry/values"][...] = numpy.nan


def rename(facility):
    with h5py.File(facility, "r+") as file:
        file["metrics/name"][1] = "another"


globals()[sys.argv[1]](*sys.argv[2:])
