#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes cases of nn_case, computes them by PyTorch's automatic differentiation in double precision, and compares every
number that nn_case writes. Usage: compare_torch.py NN_CASE. Exit status 77 where PyTorch is not installed."""
import itertools
import os
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TOLERANCE = 1e-11  # of each tensor's largest value
SIZES = {"B": 5, "L": 7, "C": 4, "H": 3, "F": 6, "nblock": 2}
FIXED = {"norm_eps": 1e-5, "revin_eps": 1e-5, "adamw_lr": 1e-2, "adamw_b1": 0.9, "adamw_b2": 0.999, "adamw_eps": 1e-8,
         "adamw_wd": 0.01}
NORM_AXES = {"bn": (0,), "ln": (1, 2), "bns": (0, 1, 2)}
B, L, C, H, F, BLOCKS = SIZES.values()


def make_case(folder, norm, drop, detach, unbiased):
    """A case with random numbers everywhere, as a dictionary of tensors; also written to the folder."""
    random = numpy.random.default_rng(3)
    settings = dict(SIZES, norm=norm, drop=drop, revin_detach=detach, revin_unbiased=unbiased, **FIXED)
    with open(os.path.join(folder, "CONFIG.txt"), "w", encoding="ascii") as file:
        file.writelines(f"{key} {value}\n" for key, value in settings.items())
    cells = () if norm == "bns" else (L, C)
    arrays = {"in_x": 1 + 3 * random.normal(size=(B, L, C)), "in_target": random.normal(size=(B, H, C))}
    shapes = {"rev_a": (C,), "rev_b": (C,), "wo": (H, L), "bo": (H,)}
    for k in range(BLOCKS):
        shapes |= {f"b{k}_n1_g": cells, f"b{k}_n1_b": cells, f"b{k}_wt": (L, L), f"b{k}_bt": (L,),
                   f"b{k}_n2_g": cells, f"b{k}_n2_b": cells, f"b{k}_w1": (F, C), f"b{k}_b1": (F,),
                   f"b{k}_w2": (C, F), f"b{k}_b2": (C,)}
        for kind, width in (("time", C), ("hid", F), ("feat", C)):
            if drop > 0:
                arrays[f"mask_b{k}_{kind}"] = (random.random((B, L, width)) >= drop) / (1 - drop)
    for name, shape in shapes.items():
        centre = 1 if name.endswith("_g") or name == "rev_a" else 0
        arrays["p_" + name] = centre + 0.3 * random.normal(size=shape)
    for name, array in arrays.items():
        numpy.ascontiguousarray(array, "<f8").tofile(os.path.join(folder, name + ".bin"))
    return settings, {name: torch.tensor(array, dtype=torch.float64) for name, array in arrays.items()}


def forward(settings, x, parameters, masks, statistics=None, detach=None):
    """The definition, step by step; returns y, the taps and the norms' statistics."""
    taps, seen = {}, []
    mean = x.mean(1, keepdim=True)
    divisor = L - 1 if settings["revin_unbiased"] else L
    deviation = (((x - mean) ** 2).sum(1, keepdim=True) / divisor + settings["revin_eps"]).sqrt()
    if settings["revin_detach"] if detach is None else detach:
        mean, deviation = mean.detach(), deviation.detach()
    z = taps["tap_revin"] = (x - mean) / deviation * parameters["rev_a"] + parameters["rev_b"]

    def norm(z, name):
        axes = NORM_AXES[settings["norm"]]
        if statistics is not None and settings["norm"] != "ln":
            centre, variance = statistics[len(seen)]
        else:
            centre = z.mean(axes, keepdim=True)
            variance = ((z - centre) ** 2).mean(axes, keepdim=True)
        seen.append((centre.detach(), variance.detach()))
        return (z - centre) / (variance + settings["norm_eps"]).sqrt() * parameters[name + "_g"] + parameters[name + "_b"]

    for k in range(BLOCKS):
        n1 = taps[f"tap_b{k}_norm1"] = norm(z, f"b{k}_n1")
        mixed = torch.einsum("st,btc->bsc", parameters[f"b{k}_wt"], n1) + parameters[f"b{k}_bt"][:, None]
        z = taps[f"tap_b{k}_time"] = z + torch.relu(mixed) * masks.get(f"mask_b{k}_time", 1)
        n2 = taps[f"tap_b{k}_norm2"] = norm(z, f"b{k}_n2")
        wide = torch.relu(n2 @ parameters[f"b{k}_w1"].T + parameters[f"b{k}_b1"]) * masks.get(f"mask_b{k}_hid", 1)
        narrow = (wide @ parameters[f"b{k}_w2"].T + parameters[f"b{k}_b2"]) * masks.get(f"mask_b{k}_feat", 1)
        z = taps[f"tap_b{k}_feat"] = z + narrow
    p = taps["tap_proj"] = torch.einsum("ht,btc->bhc", parameters["wo"], z) + parameters["bo"][:, None]
    return (p - parameters["rev_b"]) / parameters["rev_a"] * deviation + mean, taps, seen


def compute(settings, case):
    """All that nn_case is to write."""
    x, target = case["in_x"], case["in_target"]
    masks = {name: array for name, array in case.items() if name.startswith("mask_")}
    start = {name[2:]: array for name, array in case.items() if name.startswith("p_")}
    learned = {name: array.clone().requires_grad_() for name, array in start.items()}
    x_learned = x.clone().requires_grad_()
    y, taps, statistics = forward(settings, x_learned, learned, masks)
    loss = ((y - target) ** 2).mean()
    loss.backward()
    result = {"out_y": y, "out_loss": loss, "g_x": x_learned.grad, **taps}
    result |= {"g_" + name: array.grad for name, array in learned.items()}
    result["eval_y"] = forward(settings, x, start, {}, statistics)[0]
    result["eval_jac0"] = torch.autograd.functional.jacobian(
        lambda first: forward(settings, torch.cat([first, x[1:]]), start, {}, statistics, detach=False)[0][0],
        x[:1])[:, :, 0]
    learned = {name: array.clone().requires_grad_() for name, array in start.items()}
    optimizer = torch.optim.AdamW(learned.values(), lr=settings["adamw_lr"], eps=settings["adamw_eps"],
                                  betas=(settings["adamw_b1"], settings["adamw_b2"]),
                                  weight_decay=settings["adamw_wd"])
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = ((forward(settings, x, learned, masks)[0] - target) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    result["adamw3_losses"] = torch.tensor(losses, dtype=torch.float64)
    return result | {"adamw3_" + name: array for name, array in learned.items()}


def main():
    torch.set_num_threads(1)
    worst = 0
    for norm, drop, detach in itertools.product(NORM_AXES, (0, 0.3), (0, 1)):
        with tempfile.TemporaryDirectory() as folder:
            settings, case = make_case(folder, norm, drop, detach, unbiased=detach)
            out = os.path.join(folder, "out")
            subprocess.run([sys.argv[1], folder, out], check=True)
            for name, tensor in compute(settings, case).items():
                expected = tensor.detach().numpy().ravel()
                found = numpy.fromfile(os.path.join(out, name + ".bin"), "<f8")
                error = abs(found - expected).max() / abs(expected).max()
                worst = max(worst, error)
                if not error <= TOLERANCE:
                    print(f"norm {norm}, dropout {drop}, detached {detach}: {name} is off by {error:.1e}")
    print(f"largest difference {worst:.1e} of a tensor's largest value")
    sys.exit(0 if worst <= TOLERANCE else 1)


main()
