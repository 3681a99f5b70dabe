#!/usr/bin/env python3
"""Single operators in this project and in ONNX Runtime, side by side.

    operators.py [--families NAME,... | all] [--threads 2] [--seconds S]
                 [--sizes small,medium,large] [--build DIR] [--json FILE]

One-node models of bench/operator_models.py, each in three sizes, measured as
compare.py measures models: a process for each runtime, the same threads on
the same CPUs, turns in changing order, the median of the rounds' ratios, and
the largest error against ONNX Runtime. Families that only move bytes are also
compared with memcpy of as many bytes by the same threads (`copy`; x1 or x2 is
the number of threads; parts under 1 MiB are copied by one). Ends with
`geomean ratio R` over all rows and `worst family ratio W NAME`, where the
ratio of a family is the geometric mean of its rows.
"""

import argparse
import collections
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

import onnx

import compare
import operator_models
import runtimes

ROOT = pathlib.Path(__file__).resolve().parent.parent
SLOT_SECONDS = 0.1


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--families", default="all")
    parser.add_argument("--sizes", default=",".join(operator_models.SIZES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1.2,
                        help="measuring time of a row")
    parser.add_argument("--build", type=pathlib.Path,
                        default=os.environ.get("BUILD", ROOT / "build/release"))
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    known = list(operator_models.FAMILIES)
    options.families = (known if options.families == "all"
                        else options.families.split(","))
    options.sizes = options.sizes.split(",")
    unknown = (set(options.families) - set(known)
               | set(options.sizes) - set(operator_models.SIZES))
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; families: "
                     f"{', '.join(known)}")
    options.library = options.build.resolve() / "lib/libonnxifi.so.1"
    if not options.library.exists():
        parser.error(f"{options.library} is missing: build the project, or "
                     "give --build")
    return options


class Bench:
    """The children, which go from model to model."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.children = {}

    def _load(self, kind, setup):
        """The report of one runtime about one model."""
        child = self.children.get(kind)
        if child and child.process.is_alive():
            return child.load(setup)
        if child:
            child.close()
        self.children[kind] = runtimes.Child(kind, setup)
        return self.children[kind].report

    def _setup(self, case):
        model = case.model()
        path = self.folder / "model.onnx"
        onnx.save(model, path)
        return {"model": path, "threads": self.options.threads,
                "inputs": case.inputs, "library": self.options.library,
                "outputs": []}, [o.name for o in model.graph.output]

    def measure(self, family, case):
        """{"results": ...}, or {"failures": ...} when a side cannot."""
        setup, names = self._setup(case)
        report = self._load("ort", setup)
        if "error" in report:
            return {"failures": {"ort": report["error"]}}
        reference = report["outputs"]
        setup["outputs"] = [(n, a.shape, str(a.dtype))
                            for n, a in zip(names, reference, strict=True)]
        kinds = ["ours", "ort"]
        if family in operator_models.MEMORY_BOUND:
            kinds.append("copy")
            # A copy of n bytes moves 2 n.
            setup["copy_bytes"] = operator_models.moved_bytes(
                family, case, reference) // 2
        for kind in kinds:
            if kind != "ort" and "error" in (r := self._load(kind, setup)):
                return {"failures": {kind: r["error"]}}
        turn = {kind: self.children[kind] for kind in kinds}
        slots, background = compare.watched_rounds(
            turn, self.options.seconds, SLOT_SECONDS)
        row = {"background_cpus": background, "results": {
            kind: compare.summarize(kind, slots, turn, reference)
            for kind in ("ours", "ort")}}
        if "copy" in turn:
            row["copy"] = {
                "ms": statistics.median(s[0] for s in slots["copy"]),
                "ratio": statistics.median(compare.ratios(slots, "copy")),
                "bytes": setup["copy_bytes"],
                "threads": turn["copy"].report["outputs"]}
        return row

    def close(self):
        for child in self.children.values():
            child.close()


def print_row(row):
    head = f"{row['family']:<13} {row['operator']:<21} {row['size']:<6}"
    for kind, error in row.get("failures", {}).items():
        print(f"{head}  {kind} FAILED: {error}", flush=True)
    if "results" not in row:
        return
    ours, ort = row["results"]["ours"], row["results"]["ort"]
    low, high = ort["ratio_range"]
    text = (f"{head}  ours {ours['ms']:8.4f} ms  ort {ort['ms']:8.4f} ms  "
            f"ratio {ort['ratio']:5.3f} ({low:.2f}-{high:.2f})  "
            f"max error {ours['error']:.1e}")
    if "copy" in row:
        copy = row["copy"]
        text += (f"  copy {copy['ms']:8.4f} ms x{copy['threads']}  ours/copy "
                 f"{copy['ratio']:.2f}")
    if row["background_cpus"] > compare.NOISE:
        text += (f"  NOISY: {row['background_cpus']:.1f} CPUs used by "
                 "others")
    print(text, flush=True)


def print_families(rows):
    """Each family, then all; rows that failed count nowhere."""
    families, copies = (collections.defaultdict(list) for _ in range(2))
    for row in rows:
        if "results" in row:
            families[row["family"]].append(row["results"]["ort"]["ratio"])
        if "copy" in row:
            copies[row["family"]].append(row["copy"]["ratio"])
    if not families:
        return
    means = {family: statistics.geometric_mean(ratios)
             for family, ratios in families.items()}
    for family, mean in means.items():
        text = f"family {family:<13} ratio {mean:5.3f}"
        if family in copies:
            text += (f"  ours/copy "
                     f"{statistics.geometric_mean(copies[family]):.2f}")
        print(text)
    everything = [r for ratios in families.values() for r in ratios]
    worst = max(means, key=means.get)
    print(f"geomean ratio {statistics.geometric_mean(everything):.3f} "
          f"({len(everything)} rows, {len(means)} families)")
    print(f"worst family ratio {means[worst]:.3f} {worst}", flush=True)


def main():
    options = parse()
    host = compare.machine()
    print(f"{compare.describe(host)}; {options.threads} threads; "
          f"{options.seconds:g} s a row", flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, pathlib.Path(folder))
        try:
            for family in options.families:
                for operator, make in operator_models.FAMILIES[family].items():
                    for size in options.sizes:
                        case = make(operator_models.SIZES.index(size))
                        rows.append({
                            "family": family, "operator": operator,
                            "size": size, **bench.measure(family, case)})
                        print_row(rows[-1])
        finally:
            bench.close()
    print_families(rows)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(
            {"schema": "onnxifi.operators/1", "machine": host,
             "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
             "threads": options.threads, "seconds": options.seconds,
             "rows": rows}, indent=1) + "\n")
    # What one side cannot run is no comparison: say so in the status.
    return 0 if all("results" in r for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
