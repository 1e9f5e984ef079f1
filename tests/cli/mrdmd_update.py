# SPDX-License-Identifier: BSD-3-Clause
"""Facility files that grow, and checks of what `telltale mrdmd --state` makes of them."""
import sys

import h5py
import numpy


def cut(source, target, times):
    """The facility file of the first samples of another."""
    with h5py.File(source) as old, h5py.File(target, "w") as new:
        for name, value in old.attrs.items():
            new.attrs[name] = value
        for group in old:
            old.copy(group, new)
        values = old["telemetry/values"][:, :times]
        del new["telemetry/values"]
        new["telemetry"].create_dataset("values", data=values)


def later(source, target, first):
    """The facility file of the samples from `first` on."""
    with h5py.File(source) as old:
        times = old["telemetry/values"].shape[1]
    cut(source, target, times)
    with h5py.File(target, "r+") as new:
        values = new["telemetry/values"][:, first:]
        del new["telemetry/values"]
        new["telemetry"].create_dataset("values", data=values)
        start = new.attrs["start_unix_s"] + first * new.attrs["period_s"]
        new.attrs.modify("start_unix_s", numpy.int64(start))


def matrix(target, columns, first):
    """A matrix of noisy waves, its columns from `first` on."""
    random = numpy.random.default_rng(3)
    times = numpy.arange(2000)
    x = numpy.sin(times / 90.0 + 6.0 * random.random((700, 1))) + 20.0 * random.random((700, 1))
    x += 0.3 * random.standard_normal((700, 1)) * numpy.cos(times / 11.0)
    x += 0.05 * random.standard_normal(x.shape)
    with h5py.File(target, "w") as file:
        file["x"] = x[:, first:columns]


def root(updated, alone, number):
    """Are the windows and modes of one root those of its samples decomposed by themselves, bit by bit?"""
    with h5py.File(updated) as a, h5py.File(alone) as b:
        windows = a["mrdmd/roots/windows"][:]
        first = windows[:number].sum()
        rows = slice(first, first + windows[number])
        for name in ("level", "count", "step", "rank", "mode_count"):
            assert numpy.array_equal(a["mrdmd/windows/" + name][rows], b["mrdmd/windows/" + name][:]), name
        offset = a["mrdmd/roots/first"][number]
        assert numpy.array_equal(a["mrdmd/windows/first"][rows], b["mrdmd/windows/first"][:] + offset)
        mode = a["mrdmd/windows/mode_first"][first]
        modes = slice(mode, mode + len(b["mrdmd/modes/power"]))
        assert len(b["mrdmd/modes/power"]) > 0
        for name in b["mrdmd/modes"]:
            if name != "window":
                assert numpy.array_equal(a["mrdmd/modes/" + name][modes], b["mrdmd/modes/" + name][:]), name


def job(source, target, result, number):
    """The facility file of the hosts and times of the job of one root, without jobs, events and labels."""
    with h5py.File(result) as file:
        which = file["mrdmd/roots/job"][number]
        times = slice(file["mrdmd/roots/first"][number], None)
        times = slice(times.start, times.start + file["mrdmd/roots/count"][number])
        window = file["mrdmd/roots/windows"][:number].sum()
        assert (file["mrdmd/windows/job"][window], file["mrdmd/windows/level"][window]) == (which, 0)
    cut(source, target, times.stop)
    with h5py.File(source) as old, h5py.File(target, "r+") as new:
        first, end = old["jobs/host_first"][which:which + 2]
        hosts = numpy.sort(old["jobs/host_index"][first:end])
        values = old["telemetry/values"][:][hosts][:, times]
        del new["telemetry/values"]
        new["telemetry"].create_dataset("values", data=values)
        for group in ("jobs", "events", "labels"):
            for name in list(new[group]):
                kind = new[group][name].dtype
                del new[group][name]
                new[group].create_dataset(name, (int(name == "host_first"),), kind)
        new["jobs/host_first"][:] = 0
        for name in list(new["hosts"]):
            column = old["hosts/" + name][:][hosts]
            del new["hosts/" + name]
            new["hosts"].create_dataset(name, data=column, dtype=old["hosts/" + name].dtype)


def roots(updated):
    with h5py.File(updated) as file:
        print(*(f"{a}+{b}" for a, b in zip(file["mrdmd/roots/first"], file["mrdmd/roots/count"])))


def main(what, *rest):
    {"cut": cut, "later": later, "matrix": matrix, "root": root, "roots": roots, "job": job}[what](
        *(int(word) if word.isdigit() else word for word in rest))


main(*sys.argv[1:])
