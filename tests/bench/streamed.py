#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A day that is larger than memory should ever have to be: time against reading it once, and memory.

    tests/bench/streamed.py TELLTALE FOLDER [--hosts 10000 --metrics 20 --samples 8640 --ranks 2] [--keep]

Makes a facility in FOLDER by `telltale synth` (6.9 GB by default), reads it once as `cat` would, and runs `mrdmd`,
`fit mrdmd` and `score mrdmd` over it on some ranks. Before each of these the file's pages are dropped from the page cache
(posix_fadvise DONTNEED, which needs no rights), so that all of them start cold. Memory is the largest
RssAnon of a rank, which page cache is no part of, looked at fifty times a second; VmHWM counts shared pages too.
"""
import argparse
import os
import pathlib
import resource
import subprocess
import threading
import time


def drop(path):
    file = os.open(path, os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)


def read_once(path):
    """Seconds of wall and processor to hand all bytes over, 8 MiB at a time."""
    start, used = time.monotonic(), time.process_time()
    buffer = bytearray(8 << 20)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return time.monotonic() - start, time.process_time() - used


def children(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    found = [int(child) for child in text.split()]
    return found + [grandchild for child in found for grandchild in children(child)]


def watch(pid, program, peaks, stop):
    while not stop.wait(0.02):
        for child in children(pid):
            try:
                status = pathlib.Path(f"/proc/{child}/status").read_text()
            except OSError:
                continue
            fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
            if not program.startswith(fields.get("Name", "").strip()):
                continue
            for name in ("RssAnon", "VmHWM"):
                kib = int(fields.get(name, "0 kB").split()[0])
                peaks.setdefault(child, {})
                peaks[child][name] = max(peaks[child].get(name, 0), kib)


def run(ranks, *command):
    """Wall seconds, processor seconds and the peaks of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen(["mpirun", "--bind-to", "none", "--oversubscribe", "-n", str(ranks), *command],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peaks, stop = {}, threading.Event()
    watcher = threading.Thread(target=watch, args=(process.pid, os.path.basename(command[0]), peaks, stop))
    watcher.start()
    out, err = process.communicate()
    stop.set()
    watcher.join()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: status {process.returncode}\n{err}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    most = {name: max((peak.get(name, 0) for peak in peaks.values()), default=0) / 1024 for name in ("RssAnon", "VmHWM")}
    return time.monotonic() - start, used, most, out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("telltale")
    parser.add_argument("folder", type=pathlib.Path)
    for name, default in (("hosts", 10000), ("metrics", 20), ("samples", 8640), ("ranks", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--keep", action="store_true", help="do not remove the facility")
    options = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    telltale, day = os.path.realpath(options.telltale), options.folder / "day.h5"
    if not day.exists():
        wall, used, _, _ = run(options.ranks, telltale, "synth", "--hosts", str(options.hosts), "--metrics",
                               str(options.metrics), "--samples", str(options.samples), "--period-s", "10", "--seed", "7",
                               "-o", str(day))
        print(f"synth: {day.stat().st_size / 1e9:.2f} GB, {wall:.0f} s, {used:.0f} CPU s", flush=True)
    drop(day)
    reading, reading_cpu = read_once(day)
    print(f"reading it once, cold: {reading:.1f} s, {reading_cpu:.1f} CPU s", flush=True)
    model, scores = options.folder / "model.h5", options.folder / "scores.h5"
    for name, command in (("mrdmd", ["mrdmd", str(day), "-o", str(scores)]),
                          ("mrdmd --sampling pooled --precision plain",
                           ["mrdmd", str(day), "--sampling", "pooled", "--precision", "plain", "-o", str(scores)]),
                          ("fit mrdmd", ["fit", "mrdmd", str(day), "-m", str(model)]),
                          ("score mrdmd", ["score", "mrdmd", str(day), "-m", str(model), "-o", str(scores)])):
        drop(day)
        wall, used, most, out = run(options.ranks, telltale, *command)
        print(f"{name}: {wall:.1f} s ({wall / reading:.2f} of reading), {used:.0f} CPU s; largest rank "
              f"{most['RssAnon']:.0f} MiB of its own, {most['VmHWM']:.0f} MiB in all", flush=True)
        print("   " + out.splitlines()[0] if out else "", flush=True)
    if not options.keep:
        for path in (day, model, scores):
            path.unlink()


main()
