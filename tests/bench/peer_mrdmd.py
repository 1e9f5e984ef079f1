#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`telltale mrdmd` beside PyDMD's MrDMD on the same HDF5 matrix: time, memory, reconstruction error.

    tests/bench/peer_mrdmd.py TELLTALE [--readings 35000 --times 2880 --max-level 6] [--peer pydmd|numpy|none] [--repeats 5]

The matrix is made up (waves of several periods, slow drifts, a burst, noise; the same for the same sizes) and kept in a temporary
folder. PyDMD is imported if this Python has it, and is never required: without it the script says so and prints what PyDMD 2025
needed at 35,000 x 2,880 when it was measured, 301 CPU seconds and 12 GB. `--peer numpy` runs the classical recursion of the
paper in numpy instead (docs/mrdmd.md's steps, written plainly), which needs no PyDMD, at any size that memory allows.

The error is the Frobenius norm of X less the reconstruction over that of X less each reading's mean, and stands beside the number of modes:
errors are to be compared at the same number. Times are user and system seconds of one process with one BLAS thread, the
least of the repeats; `telltale` reads its input from the file and writes its tables, and is timed once more with the modes at all readings written
and once with the reconstruction, both of which PyDMD holds in memory after its fit.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import h5py  # noqa: E402
import numpy as np  # noqa: E402


def make(path, readings, times):
    """A matrix of floats in blocks of readings, so that making it needs little memory."""
    t = np.arange(times) / times
    waves = np.stack([np.cos(2 * np.pi * (f * t + p)) for f in (0.5, 1, 3, 9, 25, 70) for p in (0, 0.25)])
    burst = np.exp(-(((t - 0.63) / 0.02) ** 2)) * np.cos(2 * np.pi * 90 * t)
    with h5py.File(path, "w") as file:
        x = file.create_dataset("x", (readings, times), "f4", chunks=(min(512, readings), times))
        for first in range(0, readings, 4096):
            random = np.random.default_rng(first)
            count = min(4096, readings - first)
            some = random.normal(size=(count, len(waves))) * np.repeat([3, 2, 1, 1, 0.7, 0.5], 2) @ waves
            some += 40 + 10 * random.normal(size=(count, 1)) + random.normal(size=(count, 1)) * burst
            some += 0.3 * random.normal(size=(count, times))
            x[first:first + count] = some


def used(command):
    """CPU seconds and peak MiB of one run of a program."""
    script = ("import resource, subprocess, sys\nsubprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
              "use = resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(use.ru_utime + use.ru_stime, use.ru_maxrss / 1024)")
    out = subprocess.run([sys.executable, "-c", script, *command], check=True, stdout=subprocess.PIPE, text=True).stdout
    return tuple(float(field) for field in out.split())


def error_of(path, output):
    left = whole = 0.0
    with h5py.File(path) as file, h5py.File(output) as result:
        x, again = file["x"], result["mrdmd/reconstruction"]
        for first in range(0, x.shape[0], 2048):
            some = x[first:first + 2048].astype(float)
            left += ((some - again[first:first + 2048]) ** 2).sum()
            whole += ((some - some.mean(axis=1, keepdims=True)) ** 2).sum()
    return (left / whole) ** 0.5


def telltale(program, path, options, sampling):
    output = path.parent / "out.h5"
    command = [program, "mrdmd", str(path), "--dataset", "/x", "--period-s", "30", "--max-level", str(options.max_level),
               "--sampling", sampling, "-o", str(output)]
    runs = [used(command) for _ in range(options.repeats)]
    modes_saved = used([*command, "--save-modes"])
    whole = used([*command, "--reconstruct"])
    with h5py.File(output) as file:
        modes = file["mrdmd/modes/power"].shape[0]
    error = error_of(path, output)
    output.unlink()
    return {"name": f"telltale, {sampling}", "cpu_s": min(run[0] for run in runs), "mib": max(run[1] for run in runs),
            "cpu_modes_s": modes_saved[0], "cpu_reconstruct_s": whole[0], "mib_reconstruct": whole[1], "modes": modes, "error": error}


# ---- the peers, each in a process of its own so that its memory is its own ----------------------------------------------


def svht(s, rows, columns):
    """Gavish, Donoho 2014, the exact factor: singular values above omega(beta) times their median."""
    beta = min(rows, columns) / max(rows, columns)
    low, high = (1 - beta**0.5) ** 2, (1 + beta**0.5) ** 2
    angle = (np.arange(20000) + 0.5) * np.pi / 20000
    law = (low + high) / 2 - (high - low) / 2 * np.cos(angle)  # where the density is, by substitution
    mass = np.sin(angle) ** 2 / law
    median = np.interp(0.5, np.cumsum(mass) / mass.sum(), law)
    factor = 2 * (beta + 1) + 8 * beta / (beta + 1 + (beta**2 + 14 * beta + 1) ** 0.5)
    return int((s > (factor / median) ** 0.5 * np.median(s)).sum())


def classical(x, max_level, level=0):
    """Kutz, Fu, Brunton 2016 with least squares over the whole window for the slow modes; takes them off x. @return modes"""
    n = x.shape[1]
    if level > max_level or n < 8:
        return 0
    step = n // 8
    d = x[:, ::step]
    u, s, v = np.linalg.svd(d[:, :-1], full_matrices=False)
    rank = min(svht(np.linalg.svd(d, compute_uv=False), *d.shape), d.shape[1] - 1)
    count = 0
    if rank > 0:
        u, s, v = u[:, :rank], s[:rank], v[:rank]
        projected = (u.T @ d[:, 1:] @ v.T) / s
        root = np.sqrt(s)
        mu, w = np.linalg.eig(projected * root / root[:, None])
        modes = d[:, 1:] @ (v.T / s) @ (root[:, None] * w)
        slow = (np.abs(np.log(mu)) / (2 * np.pi * step) <= 1 / n) if mu.all() else np.zeros(rank, bool)
        count = int(slow.sum())
        if count:
            modes, rate = modes[:, slow], np.log(mu[slow]) / step
            powers = np.exp(rate[:, None] * np.arange(n))
            left = (modes.conj().T @ modes) * (powers @ powers.conj().T).conj()
            right = ((modes.conj().T @ x) * powers.conj()).sum(axis=1)
            b = np.linalg.lstsq(left, right, rcond=1e-13)[0]
            x -= ((modes * b) @ powers).real
    half = -(-n // 2)
    return count + classical(x[:, :half], max_level, level + 1) + classical(x[:, half:], max_level, level + 1)


def run_numpy(x, max_level):
    left = x.copy()
    modes = classical(left, max_level)
    return modes, x - left


def run_pydmd(x, max_level):
    from pydmd import DMD, MrDMD

    fitted = MrDMD(DMD(svd_rank=0), max_level=max_level, max_cycles=1)
    fitted.fit(x)
    return fitted.modes.shape[1], fitted.reconstructed_data.real


def peer(path, name, max_level):
    """In the child: one fit, its own CPU time and peak."""
    with h5py.File(path) as file:
        x = file["x"][:].astype(float)
    before = resource.getrusage(resource.RUSAGE_SELF)
    modes, again = (run_pydmd if name == "pydmd" else run_numpy)(x, max_level)
    after = resource.getrusage(resource.RUSAGE_SELF)
    error = np.linalg.norm(x - again) / np.linalg.norm(x - x.mean(axis=1, keepdims=True))
    print(json.dumps({"name": name, "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                      "mib": after.ru_maxrss / 1024, "modes": int(modes), "error": float(error)}))


def show(row, least):
    more = ""
    if "cpu_modes_s" in row:
        more = f", {row['cpu_modes_s']:.2f} with the modes written, {row['cpu_reconstruct_s']:.2f} with the reconstruction"
    print(f"{row['name']:18s} {row['cpu_s']:8.2f} CPU s{more}; {row['mib']:6.0f} MiB; {row['modes']} modes, "
          f"error {row['error']:.5f}; {row['cpu_s'] / least:.0f} times telltale's time")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("telltale")
    parser.add_argument("--readings", type=int, default=35000)
    parser.add_argument("--times", type=int, default=2880)
    parser.add_argument("--max-level", type=int, default=6)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peer", choices=["pydmd", "numpy", "none"], default="pydmd")
    parser.add_argument("--as-peer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        return peer(pathlib.Path(options.as_peer), options.peer, options.max_level)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "x.h5"
        make(path, options.readings, options.times)
        print(f"{options.readings} readings x {options.times} samples, max_level {options.max_level}, max_cycles 1")
        ours = [telltale(os.path.realpath(options.telltale), path, options, sampling) for sampling in ("point", "pooled")]
        least = ours[0]["cpu_s"]
        for row in ours:
            show(row, least)
        if options.peer == "none":
            return None
        child = subprocess.run([sys.executable, __file__, options.telltale, "--as-peer", str(path), "--peer", options.peer,
                                "--max-level", str(options.max_level)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, check=False)
        if child.returncode == 0:
            show(json.loads(child.stdout.splitlines()[-1]), least)
        elif "No module named 'pydmd'" in child.stderr:
            print("PyDMD is not installed for this Python, so nothing of it was run. Measured at 35,000 x 2,880: 301 CPU s and 12 GB,")
            print(f"{301 / least:.0f} times telltale's time here (at 35,000 x 2,880)."
                  if (options.readings, options.times) == (35000, 2880) else "which is no measure at this size.")
        else:
            sys.exit(f"{options.peer}: {child.stderr.strip().splitlines()[-1]}")
    return None


main()
