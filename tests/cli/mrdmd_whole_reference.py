#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Whole windows once more, in numpy, from the definition: held against what `telltale mrdmd --sampling whole` wrote.

usage: mrdmd_whole_reference.py make KIND FILE | check FILE OUTPUT
"""
import sys

import h5py
import numpy as np

from mrdmd_reference import compare, omega

PERIOD_S, LEVELS = 2.0, 4


def make(kind, path):
    random = np.random.default_rng(0)
    readings, times = 150, 1000
    t = np.arange(times)
    x = 50 + 5 * random.normal(size=(readings, 1))
    x = x + 3 * np.sin(2 * np.pi * t / 700 + random.uniform(0, 6, (readings, 1)))
    x = x + np.outer(random.normal(size=readings), np.cos(2 * np.pi * t / 77))
    if kind == "noisy":
        x = x + random.normal(size=x.shape)
    if kind == "constant":
        x = x + 0.3 * random.normal(size=x.shape)
        x[::5] = x[::5, :1]
    h5py.File(path, "w")["/a/x"] = x


def window(x, raw, first, end):
    """Rank and slow modes (mu a sample, power, phi b) of one window, whose modes x then lacks."""
    n = end - first
    d = x[:, first:end].copy()
    readings, columns = d.shape
    values = np.linalg.svd(d, compute_uv=False)
    beta = min(readings, columns) / max(readings, columns)
    limit = max(omega(beta) * np.median(values), 1e-7 * np.linalg.norm(raw[:, first:end]))
    rank = min(int((values > limit).sum()), columns - 1)
    if rank == 0:
        return 0, []
    u, s, vh = np.linalg.svd(d[:, :-1], full_matrices=False)
    u, s, v = u[:, :rank], s[:rank], vh[:rank].T
    operator = (u.T @ d[:, 1:] @ v) / np.sqrt(np.outer(s, s))
    mu, w = np.linalg.eig(operator)
    mu = mu.astype(complex)
    phi = d[:, 1:] @ v @ np.diag(s**-0.5) @ w
    slow = np.abs(np.log(mu)) / (2 * np.pi) <= 1 / n
    mu, phi = mu[slow], phi[:, slow]
    if len(mu) == 0:
        return rank, []
    powers = mu[:, None] ** np.arange(n)
    p = (phi.conj().T @ phi) * np.conj(powers @ powers.conj().T)
    q = np.conj(np.diag(powers @ x[:, first:end].T @ phi))
    b = np.linalg.solve(p, q)
    x[:, first:end] -= ((phi * b) @ powers).real
    return rank, list(zip(mu, (np.abs(phi) ** 2).sum(0), phi.T * b[:, None]))


def decompose(x):
    found, raw = [], x.copy()

    def recurse(first, end, level):
        if end - first < 8 or level > LEVELS:
            return
        found.append((level, first, end - first, 1) + window(x, raw, first, end))
        middle = first + (end - first + 1) // 2
        recurse(first, middle, level + 1)
        recurse(middle, end, level + 1)

    recurse(0, x.shape[1], 0)
    return found


def check(path, output):
    x = h5py.File(path)["/a/x"][:]
    original = x.copy()
    reference = decompose(x)
    mu, mode, power, rebuilt = compare(reference, original - x, output)
    # Smooth input has singular values down to 1e-6 of the largest, and this reference its own rounding.
    assert mu < 1e-10 and mode < 5e-8 and power < 1e-8 and rebuilt < 1e-6


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
