#!/usr/bin/env python3
"""Runs the same models in this project, ONNX Runtime and OpenVINO, side by
side in one run.

    compare.py [--models NAME,... | fp32 | all] [--threads 1,2] [--seconds S]
               [--peers ort,ov-f32,ov-default] [--build DIR] [--json FILE]
               [--backend NAME]

Each runtime has a process of its own, with the same threads on the same CPUs,
and sleeps while another is measured. They take turns, in changing order;
each turn is at least three runs. A ratio is ours / theirs within one round;
reported is the median of the rounds. The error is the largest difference to
ONNX Runtime's outputs over the largest output, so that no speed stands
without it. Ends with `geomean ratio R` (ours / ONNX Runtime) and
`worst ratio W` over all threads.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import sys
import time

import numpy as np

import models
import runtimes
import workload

ROOT = pathlib.Path(__file__).resolve().parent.parent
FP32 = [*workload.LIGHT, "mobilenetv2", "bert_base"]
LEAST_RUNS = 3
SLOT_SECONDS = 0.2
LEAST_ROUNDS = 5
# Other work on the machine, in CPUs, above which a row is marked.
NOISE = 0.3


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", default="fp32",
                        help="fp32 (default), all, or names")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--seconds", type=float, default=15,
                        help="measuring time for a model and thread count")
    parser.add_argument("--peers", default="ort,ov-f32,ov-default")
    parser.add_argument("--build", type=pathlib.Path,
                        default=os.environ.get("BUILD", ROOT / "build/release"))
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--backend", default="cpu",
                        help="ours: part of the backend's name")
    options = parser.parse_args()
    known = [*workload.LIGHT, *models.MODELS]
    groups = {"fp32": FP32, "all": known}
    options.names = groups.get(options.models) or options.models.split(",")
    options.threads = [int(t) for t in options.threads.split(",")]
    options.peers = [p for p in options.peers.split(",") if p != "ort"]
    options.library = options.build.resolve() / "lib/libonnxifi.so.1"
    unknown = [n for n in options.names if n not in known]
    if unknown:
        parser.error(f"unknown models {', '.join(unknown)}; "
                     f"known: {', '.join(known)}")
    if set(options.peers) - set(runtimes.KINDS) or "ours" in options.peers:
        parser.error("peers are ort, ov-f32 and ov-default")
    if not options.library.exists():
        parser.error(f"{options.library} is missing: build the project, or "
                     "give --build")
    return options


def machine():
    """CPU model, the features that decide about kernels, our numerics."""
    model, flags = "unknown", set()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            model = value.strip()
        elif key.strip() == "flags":
            flags = set(value.split())
    wanted = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile")
    return {"cpu": model, "features": [f for f in wanted if f in flags],
            "cpus": len(os.sched_getaffinity(0)),
            "numeric_mode": os.environ.get("ONNXIFI_CPU_NUMERICS", "accurate")}


def describe(host):
    return (f"CPU {host['cpu']}, {' '.join(host['features'])}, "
            f"{host['cpus']} CPUs; ours in numeric mode "
            f"{host['numeric_mode']}")


def busy_seconds():
    """CPU seconds that the whole machine has spent, and that we have: our
    stopped children count only once they are gone, so they are read alone."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    user, nice, system = (int(f) for f in fields[:3])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def process_seconds(pids):
    total = 0.0
    for pid in [os.getpid(), *pids]:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12]))
    return total / os.sysconf("SC_CLK_TCK")


def relative_error(got, want):
    worst = 0.0
    for a, b in zip(got, want, strict=True):
        if a.shape != b.shape or a.dtype != b.dtype:
            return math.inf
        a, b = a.astype(np.float64), b.astype(np.float64)
        if not np.array_equal(np.isnan(a), np.isnan(b)):
            return math.inf
        scale = np.nanmax(np.abs(b)) if b.size else 0.0
        gap = np.nanmax(np.abs(a - b)) if b.size else 0.0
        worst = max(worst, gap / scale if scale else gap)
    return float(worst)


def start(name, threads, options):
    """The children, and reports of those that could not load the model."""
    setup = {"model": workload.path(name), "threads": threads,
             "inputs": workload.inputs(name), "library": options.library,
             "backend": options.backend,
             "outputs": []}
    children, failures = {}, {}
    for kind in ["ort", "ours", *options.peers]:
        child = runtimes.Child(kind, setup)
        if "error" in child.report:
            failures[kind] = child.report["error"]
            child.close()
            continue
        children[kind] = child
        if kind == "ort":
            setup["outputs"] = [
                (n, a.shape, str(a.dtype)) for n, a in zip(
                    workload.output_names(name), child.report["outputs"],
                    strict=True)]
    return children, failures


def rounds(children, seconds, slot_seconds=SLOT_SECONDS):
    """For each runtime the slots in order: (median ms, min ms)."""
    kinds = list(children)
    slots = {kind: [] for kind in kinds}
    end = time.monotonic() + seconds
    count = 0
    while count < LEAST_ROUNDS or time.monotonic() < end:
        # A B C, then C B A: what drifts does not favour anyone.
        for kind in kinds if count % 2 == 0 else reversed(kinds):
            times = children[kind].slot(LEAST_RUNS, slot_seconds)
            slots[kind].append((statistics.median(times), min(times)))
        count += 1
    return slots


def watched_rounds(children, *arguments):
    """rounds(), and how many CPUs others used meanwhile."""
    pids = [c.process.pid for c in children.values()]
    before, mine = busy_seconds(), process_seconds(pids)
    began = time.monotonic()
    slots = rounds(children, *arguments)
    wall = time.monotonic() - began
    others = (busy_seconds() - before) - (process_seconds(pids) - mine)
    return slots, max(others / wall, 0.0)


def ratios(slots, kind):
    """ours / kind of each round."""
    return [ours[0] / theirs[0]
            for ours, theirs in zip(slots["ours"], slots[kind], strict=True)]


def summarize(kind, slots, children, reference):
    report = children[kind].report
    quotients = ratios(slots, kind)
    return {"ms": statistics.median(s[0] for s in slots[kind]),
            "min_ms": min(s[1] for s in slots[kind]),
            "ratio": statistics.median(quotients),
            "ratio_range": [min(quotients), max(quotients)],
            "load_ms": report["load_ms"], "first_ms": report["first_ms"],
            "error": relative_error(report["outputs"], reference)}


def measure(name, threads, options):
    children, failures = start(name, threads, options)
    row = {"model": name, "threads": threads, "failures": failures}
    try:
        if "ours" not in children or "ort" not in children:
            return row
        slots, row["background_cpus"] = watched_rounds(children,
                                                       options.seconds)
        row["rounds"] = len(slots["ours"])
        reference = children["ort"].report["outputs"]
        row["results"] = {kind: summarize(kind, slots, children, reference)
                          for kind in children}
    finally:
        for child in children.values():
            child.close()
    return row


def print_row(row, peers):
    head = f"{row['model']:<20} {row['threads']}"
    for kind, error in row["failures"].items():
        print(f"{head}  {kind} FAILED: {error}")
    results = row.get("results")
    if not results:
        return
    ours, ort = results["ours"], results["ort"]
    text = (f"{head}  ours {ours['ms']:9.3f} ms  ort {ort['ms']:9.3f} ms  "
            f"ratio {ort['ratio']:5.3f} "
            f"({ort['ratio_range'][0]:.2f}-{ort['ratio_range'][1]:.2f})  "
            f"max error {ours['error']:.1e}")
    for kind in peers:
        if kind in results:
            peer = results[kind]
            text += (f"  {kind} {peer['ms']:9.3f} ms  ratio "
                     f"{peer['ratio']:5.3f}  error {peer['error']:.1e}")
    if row["background_cpus"] > NOISE:
        text += f"  NOISY: {row['background_cpus']:.1f} CPUs used by others"
    print(text, flush=True)


def print_ratios(rows, peers, label):
    """geomean and worst of ours / peer; the peer ONNX Runtime last."""
    for kind in [*peers, "ort"]:
        found = {r["model"]: r["results"][kind]["ratio"] for r in rows
                 if kind in r.get("results", {})}
        if not found:
            continue
        mean = statistics.geometric_mean(found.values())
        worst = max(found, key=found.get)
        tail = f"{label}, {len(found)} rows"
        if kind != "ort":
            print(f"ours / {kind}: geomean {mean:.3f}, worst "
                  f"{found[worst]:.3f} {worst} ({tail})")
            continue
        print(f"geomean ratio {mean:.3f} ({tail})")
        print(f"worst ratio {found[worst]:.3f} {worst} ({tail})", flush=True)


def main():
    options = parse()
    host = machine()
    print(f"{describe(host)}; {options.seconds:g} s a row", flush=True)
    rows = []
    for threads in options.threads:
        for name in options.names:
            rows.append(measure(name, threads, options))
            print_row(rows[-1], options.peers)
    for threads in options.threads:
        print_ratios([r for r in rows if r["threads"] == threads],
                     options.peers, f"{threads} threads")
    if len(options.threads) > 1:
        print_ratios([{**r, "model": f"{r['model']}@{r['threads']}"}
                      for r in rows], options.peers, "all threads")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(
            {"schema": "onnxifi.compare/1", "machine": host,
             "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
             "seconds": options.seconds, "rows": rows}, indent=1) + "\n")
    # A model that one side cannot run is no comparison: say so in the status.
    return 0 if all("results" in r for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
