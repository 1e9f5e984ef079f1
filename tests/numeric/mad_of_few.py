# SPDX-License-Identifier: BSD-3-Clause
"""Degrees of freedom, bias and median variance of the MAD of few normal values, beside the formulas of
src/analysis/mrdmd/band_baseline.c. Run: python3 mad_of_few.py (numpy 1.24, scipy 1.10, a minute)."""
import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma

rng = np.random.default_rng(1)
print("count  freedom formula     bias formula  median variance formula")
for count in (3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 16, 24, 25, 40, 60, 100, 400):
    values = rng.standard_normal((min(400000, int(4e7 / count)), count))
    median = np.median(values, 1)
    mad = 1.4826022185056018 * np.median(abs(values - median[:, None]), 1)
    logs = 2 * np.log(mad)
    freedom = 2 * brentq(lambda a: polygamma(1, a) - logs.var(), 1e-3, 1e4)
    bias = np.exp(0.5 * (logs.mean() - digamma(freedom / 2) + np.log(freedom / 2)))
    odd = count % 2
    print(f"{count:5d} {freedom:8.3f} {0.3675 * count + (-0.05 if odd else 0.37):7.3f}"
          f" {bias:8.4f} {1 - (0.78 if odd else 1.25) * count ** -1.6:7.4f}"
          f" {median.var():16.5f} {(np.pi / 2 - (0.67 if odd else 1.8) / count) / count:7.5f}")
