#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The decomposition once more, from the definition and on whole matrices, in numpy's long double (64 bits of fraction on x86):
held against what `telltale mrdmd` wrote. A reference in double is itself off by up to 1e-8 in phi b on smooth input.

usage: mrdmd_reference.py make KIND FILE | check FILE OUTPUT SAMPLING
"""
import sys

import h5py
import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

PERIOD_S, LEVELS = 2.0, 4
REAL, COMPLEX = np.longdouble, np.clongdouble
EPSILON, PI = np.finfo(REAL).eps, REAL(4) * np.arctan(REAL(1))


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
    if kind == "gappy":
        x = x + random.normal(size=x.shape)
        x[random.random(x.shape) < 0.03] = np.nan
        x[::9, 300:340] = np.nan
    h5py.File(path, "w")["/a/x"] = x


def omega(beta):
    """Gavish and Donoho (2014): threshold over median where the noise is not known."""
    low, high = (1 - np.sqrt(beta)) ** 2, (1 + np.sqrt(beta)) ** 2

    def law(s):
        return np.sqrt(max((high - s) * (s - low), 0)) / (2 * np.pi * beta * s)

    median = brentq(lambda m: quad(law, low, m, limit=200)[0] - 0.5, low, high)
    root = np.sqrt(beta**2 + 14 * beta + 1)
    return np.sqrt(2 * (beta + 1) + 8 * beta / (beta + 1 + root)) / np.sqrt(median)


def triangle(d):
    """R of D = Q R, Q orthonormal (Householder)."""
    r = d.copy()
    for j in range(min(r.shape)):
        v = r[j:, j].copy()
        v[0] += np.copysign(np.sqrt(v @ v), v[0])
        if v @ v > 0:
            r[j:, j:] -= np.outer(v, (2 / (v @ v)) * (v @ r[j:, j:]))
    return np.triu(r[:d.shape[1]])


def svd(a):
    """U, s, V of A = U diag(s) V^T with at least as many rows as columns (one-sided Jacobi; Hestenes 1958)."""
    u, v = a.copy(), np.eye(a.shape[1], dtype=a.dtype)
    for _ in range(60):
        most = 0
        for i in range(a.shape[1]):
            for k in range(i + 1, a.shape[1]):
                ii, kk, ik = u[:, i] @ u[:, i], u[:, k] @ u[:, k], u[:, i] @ u[:, k]
                if ik == 0 or ik * ik <= (4 * EPSILON) ** 2 * ii * kk:
                    continue
                most += 1
                zeta = (kk - ii) / (2 * ik)
                t = np.copysign(1, zeta) / (abs(zeta) + np.sqrt(1 + zeta * zeta))
                c = 1 / np.sqrt(1 + t * t)
                turn = np.array([[c, c * t], [-c * t, c]])
                u[:, [i, k]] = u[:, [i, k]] @ turn
                v[:, [i, k]] = v[:, [i, k]] @ turn
        if not most:
            break
    else:
        raise ArithmeticError("Jacobi's rotations do not end")
    s = np.sqrt((u * u).sum(0))
    at = np.argsort(-s)
    return u[:, at] / np.where(s[at] > 0, s[at], 1), s[at], v[:, at]


def solve(a, b):
    """Gauss's elimination."""
    a = np.concatenate([a, b[:, None]], 1)
    n = len(a)
    for j in range(n):
        k = j + int(np.argmax(abs(a[j:, j])))
        a[[j, k]] = a[[k, j]]
        a[j] /= a[j, j]
        for i in range(n):
            if i != j:
                a[i] -= a[i, j] * a[j]
    return a[:, n]


def eigen(a):
    """Eigenvalues and vectors: those in double, each refined by Newton's method."""
    values, vectors = np.linalg.eig(a.astype(float))
    values, vectors = values.astype(COMPLEX), vectors.astype(COMPLEX)
    n = len(a)
    for k in range(n):
        start = vectors[:, k].conj().copy()
        for _ in range(4):
            v = vectors[:, k]
            border = np.zeros((n + 1, n + 1), COMPLEX)
            border[:n, :n] = a - values[k] * np.eye(n)
            border[:n, n], border[n, :n] = -v, start
            step = solve(border, -np.concatenate([a @ v - values[k] * v, [start @ v - 1]]))
            vectors[:, k] += step[:n]
            values[k] += step[n]
        vectors[:, k] /= np.sqrt((abs(vectors[:, k]) ** 2).sum())
    return values, vectors


def bridged(x):
    """Missing samples between their neighbours, level at the ends."""
    x, t = x.copy(), np.arange(x.shape[1])
    for row in x:
        there = np.flatnonzero(~np.isnan(row))
        for i in np.flatnonzero(np.isnan(row)):
            after = np.searchsorted(there, i)
            a, b = there[max(after - 1, 0)], there[min(after, len(there) - 1)]
            row[i] = row[a] if a == b else row[a] + (row[b] - row[a]) * (i - a) / REAL(b - a)
    return x


def window(x, raw, missing, first, end, is_pooled):
    """Rank and slow modes (mu a sample, power, phi b) of one window, whose modes x then lacks."""
    n = end - first
    step = n // 8
    starts = range(first, end, step)

    def block(y, i):
        """Means of what is there: bridged samples of the data do not count, what ancestors took off does."""
        to = min(i + step, end)
        there = ~missing[:, i:to]
        present, data = np.maximum(there.sum(1), 1), raw[:, i:to]
        gain = (data * there).sum(1) / present - data.mean(1)
        return y[:, i:to].mean(1) + np.where(there.any(1), gain, 0)

    def sample(y):
        return np.stack([block(y, i) for i in starts], 1) if is_pooled else y[:, list(starts)]

    d = sample(x)
    readings, columns = d.shape
    values = svd(triangle(d))[1]
    beta = min(readings, columns) / max(readings, columns)
    limit = max(omega(beta) * np.median(values), 1e-7 * svd(triangle(sample(raw)))[1][0])
    rank = min(int((values > limit).sum()), columns - 1)
    if rank == 0:
        return 0, []
    r = triangle(d)
    u, s, v = svd(r[:, :-1])
    u, s, v = u[:, :rank], s[:rank], v[:, :rank]
    operator = (u.T @ r[:, 1:] @ v) / np.sqrt(np.outer(s, s))
    mu, w = eigen(operator)
    phi = d[:, 1:] @ (v / np.sqrt(s) @ w)
    slow = abs(np.log(mu)) / (2 * PI * step) <= 1 / REAL(n)
    mu, phi = np.exp(np.log(mu[slow]) / step), phi[:, slow]
    if len(mu) == 0:
        return rank, []
    powers = np.exp(np.log(mu)[:, None] * np.arange(n))
    p = (phi.conj().T @ phi) * np.conj(powers @ powers.conj().T)
    q = ((phi.conj().T @ x[:, first:end]) * powers.conj()).sum(1)
    b = solve(p, q)
    x[:, first:end] -= ((phi * b) @ powers).real
    return rank, list(zip(mu, (abs(phi) ** 2).sum(0), phi.T * b[:, None]))


def decompose(x, missing, is_pooled):
    found, raw = [], x.copy()

    def recurse(first, end, level):
        if end - first < 8 or level > LEVELS:
            return
        found.append((level, first, end - first, (end - first) // 8) + window(x, raw, missing, first, end, is_pooled))
        middle = first + (end - first + 1) // 2
        recurse(first, middle, level + 1)
        recurse(middle, end, level + 1)

    recurse(0, x.shape[1], 0)
    return found


def order(mode):
    log = np.log(mode[0])
    return abs(log.imag), -log.real, -log.imag


def compare(reference, removed, output):
    """Equal windows and ranks; the worst differences of eigenvalues, phi b, powers and reconstruction, and a line for people."""
    group = h5py.File(output)["mrdmd"]
    windows, modes = group["windows"], group["modes"]
    assert len(windows["level"]) == len(reference), (len(windows["level"]), len(reference))
    worst_mu = worst_mode = worst_power = 0.0
    for i, (level, first, count, step, rank, expected) in enumerate(reference):
        ours = tuple(int(windows[name][i]) for name in ("level", "first", "count", "step", "rank"))
        assert ours == (level, first, count, step, rank), (i, ours, rank)
        at, number = int(windows["mode_first"][i]), int(windows["mode_count"][i])
        assert number == len(expected), (i, number, len(expected))
        for k, (mu, power, mode) in enumerate(sorted(expected, key=order)):
            phi = modes["phi"][at + k] @ [1, 1j] * (modes["amplitude_re"][at + k] + 1j * modes["amplitude_im"][at + k])
            worst_mu = max(worst_mu, abs(modes["mu_re"][at + k] + 1j * modes["mu_im"][at + k] - mu))
            worst_power = max(worst_power, abs(modes["power"][at + k] / power - 1))
            worst_mode = max(worst_mode, abs(phi - mode).max() / abs(mode).max())
    rebuilt = abs(group["reconstruction"][:] - removed).max()
    print(f"{len(reference)} windows, {len(modes['mu_re'])} modes: eigenvalues {worst_mu:.1e}, "
          f"phi b {worst_mode:.1e}, power {worst_power:.1e}, reconstruction {rebuilt:.1e}")
    return worst_mu, worst_mode, worst_power, rebuilt


def check(path, output, sampling):
    x = h5py.File(path)["/a/x"][:].astype(REAL)
    missing = np.isnan(x)
    x = bridged(x)
    original = x.copy()
    reference = decompose(x, missing, sampling == "pooled")
    mu, mode, power, rebuilt = compare(reference, original - x, output)
    assert mu < 1e-10 and mode < 1e-8 and power < 1e-8 and rebuilt < 1e-8


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
