#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The same training step in PyTorch, where it is installed (python3-torch), one thread: training_step_torch.py PROGRAM

PROGRAM is build/release/tests/training_step, whose rate is printed beside. PyTorch's is the best of several batch sizes
of the eager model; weights multiplied from the left, so that nothing is transposed, and the traced model were no faster
with 1.13. AdamW's step is counted on neither side.
"""
import subprocess
import sys
import time

try:
    import torch
except ImportError:
    print("skipped: PyTorch is not installed")
    sys.exit(77)

LENGTH, CHANNELS, HIDDEN, BLOCKS = 60, 66, 128, 2
torch.set_num_threads(1)
torch.manual_seed(1)


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm((LENGTH, CHANNELS)) for _ in range(2))
        self.time = torch.nn.Linear(LENGTH, LENGTH)
        self.wide = torch.nn.Linear(CHANNELS, HIDDEN)
        self.narrow = torch.nn.Linear(HIDDEN, CHANNELS)
        self.drop = torch.nn.Dropout(0.1)

    def forward(self, x):
        mixed = torch.relu(self.time(self.norms[0](x).transpose(1, 2)))
        x = x + self.drop(mixed).transpose(1, 2)
        hidden = self.drop(torch.relu(self.wide(self.norms[1](x))))
        return x + self.drop(self.narrow(hidden))


class Mixer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = torch.nn.Sequential(*(Block() for _ in range(BLOCKS)))
        self.out = torch.nn.Linear(LENGTH, 1)

    def forward(self, x):
        return self.out(self.blocks(x).transpose(1, 2)).transpose(1, 2)


def rate(model, batch):
    x, y = torch.randn(batch, LENGTH, CHANNELS), torch.randn(batch, 1, CHANNELS)
    best = 0.0
    for _ in range(12):
        start = time.process_time()
        for _ in range(max(1, 64 // batch)):
            model.zero_grad(set_to_none=True)
            torch.nn.functional.mse_loss(model(x), y).backward()
        best = max(best, max(1, 64 // batch) * batch / (time.process_time() - start))
    return best


model = Mixer()
rates = {batch: rate(model, batch) for batch in (4, 8, 16, 32, 128)}
for batch, value in rates.items():
    print(f"PyTorch {torch.__version__}, batch {batch:3}: {value:8.0f} samples/s")
said = subprocess.run([sys.argv[1]], capture_output=True, text=True, check=True).stdout
print(said, end="")
ours = float(said.split()[1])
print(f"ours / PyTorch's best {ours / max(rates.values()):.2f}, at batch 32 {ours / rates[32]:.2f}")
