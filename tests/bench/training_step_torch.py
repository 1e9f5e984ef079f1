#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The same training step in PyTorch, where it is installed (python3-torch), one thread, beside ours.

    training_step_torch.py build/release/tests/training_step [day|jlab|etth1]

For each shape and batch size, processor time, best of several rounds in which all take turns:

- as it comes: the eager model, mixing over time between two transposes, the C library's memory as it is;
- tuned: large blocks of memory are kept between steps instead of being given back to the kernel (which the tuning guide
  has a preloaded allocator for), and the best of three ways to write the model: as before; weights multiplied from the
  left, so that nothing is transposed; and the first of these traced.

AdamW's step is counted on neither side. Ratios are to our best, by ours at the same time.
"""
import ctypes
import os
import subprocess
import sys
import time

try:
    import torch
except ImportError:
    print("skipped: PyTorch is not installed")
    sys.exit(77)

SHAPES = {  # window, metrics, ahead, blocks, hidden, dropout; as in training_step.c
    "day": (60, 66, 1, 2, 128, 0.1),
    "jlab": (10, 66, 1, 3, 128, 0.2),
    "etth1": (512, 7, 96, 2, 64, 0.1),
}
BATCHES = (8, 32, 128, 256, 512)
ROUNDS = 5
ROUND_S = 0.3
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of malloc.h


class Left(torch.nn.Module):
    """A dense layer over the last axis but one: the weight stands on the left."""

    def __init__(self, inputs, outputs):
        super().__init__()
        dense = torch.nn.Linear(inputs, outputs)
        self.weight = dense.weight
        self.bias = torch.nn.Parameter(dense.bias.detach().unsqueeze(1))

    def forward(self, x):
        return torch.matmul(self.weight, x) + self.bias


class Across(torch.nn.Module):
    """The same between two transposes."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.dense = torch.nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.dense(x.transpose(1, 2)).transpose(1, 2)


class Block(torch.nn.Module):
    def __init__(self, shape, over_time):
        super().__init__()
        window, metrics, _, _, hidden, dropout = shape
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm((window, metrics)) for _ in range(2))
        self.time = over_time(window, window)
        self.wide = torch.nn.Linear(metrics, hidden)
        self.narrow = torch.nn.Linear(hidden, metrics)
        self.drop = torch.nn.Dropout(dropout)

    def forward(self, x):
        x = x + self.drop(torch.relu(self.time(self.norms[0](x))))
        return x + self.drop(self.narrow(self.drop(torch.relu(self.wide(self.norms[1](x))))))


def mixer(shape, over_time):
    blocks = [Block(shape, over_time) for _ in range(shape[3])]
    return torch.nn.Sequential(*blocks, over_time(shape[0], shape[2]))


def rate(model, shape, batch):
    """Samples a second: the quickest of the steps that fit in a round."""
    x, y = torch.randn(batch, shape[0], shape[1]), torch.randn(batch, shape[2], shape[1])
    best, end = 0.0, time.process_time() + ROUND_S
    while time.process_time() < end:
        start = time.process_time()
        for _ in range(max(1, 64 // batch)):
            model.zero_grad(set_to_none=True)
            torch.nn.functional.mse_loss(model(x), y).backward()
        best = max(best, max(1, 64 // batch) * batch / (time.process_time() - start))
    return best


def our_rate(program, name):
    said = subprocess.run([program, "-o", "-n", name, "-r", "1"], capture_output=True, text=True, check=True).stdout
    return float(said.split("ours")[-1].split()[0])


def rates_of(shape, is_tuned):
    """The best rate at each batch size of one round, and how the model was written."""
    found = {}
    for batch in BATCHES:
        x = torch.randn(batch, shape[0], shape[1])
        models = {"transposes": mixer(shape, Across)}
        if is_tuned:
            models["from the left"] = mixer(shape, Left)
            models["traced"] = torch.jit.trace(models["transposes"], x, check_trace=False)
        found[batch] = max((rate(model, shape, batch), way) for way, model in models.items())
    return found


def compare(program, name, is_tuned):
    rounds = [(our_rate(program, name), rates_of(SHAPES[name], is_tuned)) for _ in range(ROUNDS)]
    ours = max(round[0] for round in rounds)
    title = "tuned" if is_tuned else "as it comes"
    print(f"{name}, PyTorch {torch.__version__} {title}; ours {ours:.0f} samples/s, load {os.getloadavg()[0]:.1f}")
    for batch in BATCHES:
        best, way = max(round[1][batch] for round in rounds)
        print(f"  batch {batch:3}: {best:8.0f} samples/s ({way}), ours is {ours / best:.2f} times")
    best = max(value for round in rounds for value, _ in round[1].values())
    print(f"  its best: {best:.0f} samples/s, ours is {ours / best:.2f} times", flush=True)


torch.set_num_threads(1)
torch.manual_seed(1)
names = sys.argv[2:] or list(SHAPES)
for shape_name in names:
    compare(sys.argv[1], shape_name, False)
libc = ctypes.CDLL(None)
libc.mallopt(M_MMAP_MAX, 0)
libc.mallopt(M_TRIM_THRESHOLD, (1 << 31) - 1)
for shape_name in names:
    compare(sys.argv[1], shape_name, True)
