#!/usr/bin/env python3
"""From a cold process to the first ResNet-50 result, against ONNX Runtime.

    load.py [--pairs N] [--threads T] [--build DIR] [--json FILE]

Ours: the whole process, from just before it is spawned to the result in
memory: dynamic linking, plugin discovery, reading, compiling, one run.
Theirs: session creation and one run in a fresh process, without the start of
Python and its imports, which favours them. Both alternate, with a warm page
cache. `ratio R` is the worst model's median of ours / theirs.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import workload

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = ["resnet50", "light_resnet50"]

# Runs in a fresh interpreter: model, threads, input file.
THEIRS = """
import sys, time
import numpy as np, onnxruntime as ort
model, threads, data = sys.argv[1:]
feed = dict(np.load(data))
options = ort.SessionOptions()
options.intra_op_num_threads = int(threads)
start = time.perf_counter()
session = ort.InferenceSession(model, options,
                               providers=["CPUExecutionProvider"])
made = time.perf_counter()
session.run(None, feed)
end = time.perf_counter()
print((made - start) * 1e3, (end - made) * 1e3)
"""


def theirs(model, threads, data):
    done = subprocess.run(
        [sys.executable, "-c", THEIRS, str(model), str(threads), data],
        check=True, capture_output=True, text=True)
    return sum(map(float, done.stdout.split()))


def ours(program, model, threads):
    environment = {**os.environ, "ONNXIFI_NUM_THREADS": str(threads)}
    read, write = os.pipe()
    start = time.monotonic_ns()
    pid = os.posix_spawn(
        program, [program, str(model)], environment,
        file_actions=[(os.POSIX_SPAWN_DUP2, write, 1),
                      (os.POSIX_SPAWN_CLOSE, read)])
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0 or not text:
        raise SystemExit(f"{program} {model} failed")
    # The program prints CLOCK_MONOTONIC at the moment it had the result.
    return (int(text) - start) / 1e6


def compare(name, options, folder):
    model = workload.path(name)
    data = os.path.join(folder, f"{name}.npz")
    np.savez(data, **workload.inputs(name))
    program = str(options.build / "bin/cold_run")
    pairs = []
    for i in range(options.pairs + 1):
        pair = {}
        for side in ("ours", "theirs") if i % 2 == 0 else ("theirs", "ours"):
            pair[side] = (ours(program, model, options.threads)
                          if side == "ours"
                          else theirs(model, options.threads, data))
        if i > 0:  # the first pair fills the page cache
            pairs.append(pair)
    return {"model": name, "pairs": pairs,
            "ours_ms": statistics.median(p["ours"] for p in pairs),
            "theirs_ms": statistics.median(p["theirs"] for p in pairs),
            "ratio": statistics.median(p["ours"] / p["theirs"]
                                       for p in pairs)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--threads", type=int,
                        default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", type=pathlib.Path,
                        default=os.environ.get("BUILD", ROOT / "build/release"))
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    options.build = pathlib.Path(options.build).resolve()
    if not (options.build / "bin/cold_run").exists():
        parser.error(f"{options.build}/bin/cold_run is missing: build with "
                     "ONNXIFI_BUILD_BENCH=ON, or give --build")
    with tempfile.TemporaryDirectory() as folder:
        rows = [compare(name, options, folder) for name in MODELS]
    for row in rows:
        print(f"{row['model']:<16} ours {row['ours_ms']:8.1f} ms  "
              f"ONNX Runtime {row['theirs_ms']:8.1f} ms  "
              f"{row['ratio']:.3f} (median of {len(row['pairs'])} pairs, "
              f"{options.threads} threads)")
    print(f"ratio {max(row['ratio'] for row in rows):.3f}")
    if options.json:
        options.json.write_text(json.dumps(
            {"schema": "onnxifi.load/1", "threads": options.threads,
             "rows": rows}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
