#!/usr/bin/env python3
"""ONNX's own Python backend suite over this project and ONNX Runtime.

    run_suite.py [--groups NAME,...] [--backends ours,onnxruntime]
                 [--only PATTERN] [--library FILE] [--seconds S]
                 [--json FILE]

Runs onnx.backend.test.BackendTest, groups node, simple, pytorch-operator,
pytorch-converted and light, in child processes: a crash or a test over its
time limit is the verdict of that test, and the rest goes on in a new child.
Verdicts: passed, failed (a wrong result), error (run raised), refused
(prepare raised), skipped (by the suite), crashed, timeout. Prints the counts of
a group side by side and ends with `groups behind: N`, the groups in which we
pass fewer tests than ONNX Runtime.
"""

import argparse
import collections
import importlib
import json
import multiprocessing
import os
import pathlib
import re
import sys
import tempfile
import unittest
import warnings

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Our name of a group: the name of its class in the suite.
GROUPS = {"node": "NodeModel", "simple": "SimpleModel",
          "pytorch-operator": "PyTorchOperatorModel",
          "pytorch-converted": "PyTorchConvertedModel",
          # The suite calls them real; their models are those of data/light.
          "light": "RealModel"}
VERDICTS = ("passed", "failed", "error", "refused", "skipped", "crashed",
            "timeout")
DEVICE = "_cpu"  # the suite has each test also for CUDA
DETAIL = 700  # characters of an error that are kept


class Verdict(unittest.TestResult):
    """What became of one test."""

    verdict, detail = "passed", ""

    def _set(self, verdict, error):
        self.verdict = verdict
        text = f"{error[0].__name__}: {error[1]}"
        self.detail = " ".join(text.split())[:DETAIL]

    def addFailure(self, test, error):
        self._set("failed", error)

    def addError(self, test, error):
        import onnxifi_backend
        refused = issubclass(error[0], onnxifi_backend.Refused)
        self._set("refused" if refused else "error", error)

    def addSkip(self, test, reason):
        self.verdict, self.detail = "skipped", reason


def is_download(name, test_class):
    """Models that are not in the onnx package have to be downloaded."""
    function = getattr(test_class, name)
    case = next(c.cell_contents for c in function.__wrapped__.__closure__
                if hasattr(c.cell_contents, "model_dir"))
    return bool(case.url) and not case.url.startswith("onnx/backend/test/data")


def backend_class(name):
    """`ours`, `onnxruntime`, or MODULE:CLASS."""
    import onnxifi_backend
    if ":" not in name:
        return onnxifi_backend.BACKENDS[name]
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def load(backend):
    """{group: test class} of the suite for one backend."""
    sys.path.insert(0, str(HERE))
    import onnx.backend.test
    warnings.simplefilter("ignore")
    suite = onnx.backend.test.BackendTest(backend_class(backend), __name__)
    cases = suite.test_cases
    return {group: cases[f"OnnxBackend{name}Test"]
            for group, name in GROUPS.items()}


def serve(backend, pipe):
    """A child: names of tests in, verdicts out."""
    # What the runtimes print would hide the table.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    classes = load(backend)
    pipe.send({group: sorted(n for n in dir(c) if n.endswith(DEVICE))
               for group, c in classes.items()})
    while (request := pipe.recv()) is not None:
        group, name = request
        if group == "light" and is_download(name, classes[group]):
            pipe.send(("skipped", "needs a download"))
            continue
        result = Verdict()
        classes[group](name).run(result)
        pipe.send((result.verdict, result.detail))


class Child:
    def __init__(self, backend):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(backend, theirs),
                                       daemon=True)
        self.process.start()
        theirs.close()
        self.names = self.pipe.recv()

    def ask(self, group, name, seconds):
        """The verdict; after a crash or a time-out the child is gone."""
        self.pipe.send((group, name))
        if not self.pipe.poll(seconds):
            self.close()
            return "timeout", f"no end after {seconds:g} s"
        try:
            return self.pipe.recv()
        except (EOFError, ConnectionResetError):
            self.process.join()
            return "crashed", f"exit status {self.process.exitcode}"

    def close(self):
        self.process.kill()
        self.process.join()


def run(backend, options):
    """{group: {test: (verdict, detail)}} of one backend."""
    child = Child(backend)
    pattern = re.compile(options.only)
    results = {}
    for group in options.groups:
        results[group] = {}
        for name in filter(pattern.search, child.names[group]):
            verdict = child.ask(group, name, options.seconds)
            results[group][name] = verdict
            if verdict[0] in ("crashed", "timeout"):
                child.close()
                child = Child(backend)
    child.close()
    return results


def count(tests):
    return collections.Counter(verdict for verdict, _ in tests.values())


def print_table(results):
    used = [v for v in VERDICTS if any(
        count(tests)[v] for groups in results.values()
        for tests in groups.values())]
    print(f"{'group':<18} {'backend':<12} {'tests':>6} "
          + " ".join(f"{v:>8}" for v in used))
    for group in next(iter(results.values())):
        for backend, groups in results.items():
            counts = count(groups[group])
            print(f"{group:<18} {backend:<12} {counts.total():>6} "
                  + " ".join(f"{counts[v]:>8}" for v in used))


def print_reasons(results):
    """Why tests are left out, and where we fail or are behind."""
    for backend, groups in results.items():
        reasons = collections.Counter(
            detail for tests in groups.values()
            for verdict, detail in tests.values() if verdict == "skipped")
        for reason, number in reasons.most_common():
            print(f"{backend}: {number} skipped: {reason}")
    for group, tests in results.get("ours", {}).items():
        theirs = results.get("onnxruntime", {}).get(group, {})
        for name, (verdict, detail) in tests.items():
            peer = theirs.get(name, ("not run",))[0]
            if verdict not in ("passed", "skipped"):
                print(f"ours {verdict} ({peer} there): {group} {name}: "
                      f"{detail}")


def behind(results):
    ours, theirs = results.get("ours"), results.get("onnxruntime")
    if not ours or not theirs:
        return "unknown, only one side ran"
    return sum(count(ours[g])["passed"] < count(theirs[g])["passed"]
               for g in ours)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--groups", default=",".join(GROUPS))
    parser.add_argument("--backends", default="ours,onnxruntime")
    parser.add_argument("--only", default="", help="regular expression")
    parser.add_argument("--library", type=pathlib.Path, default=pathlib.Path(
        os.environ.get("BUILD", ROOT / "build/release"),
        "lib/libonnxifi.so.1"))
    parser.add_argument("--seconds", type=float, default=120,
                        help="time limit of one test")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    options.groups = options.groups.split(",")
    options.backends = options.backends.split(",")
    if unknown := set(options.groups) - set(GROUPS):
        parser.error(f"unknown groups {', '.join(unknown)}; "
                     f"known: {', '.join(GROUPS)}")
    if "ours" in options.backends and not options.library.exists():
        parser.error(f"{options.library} is missing: build the project, or "
                     "give --library")
    return options


def main():
    options = parse()
    os.environ["ONNXIFI_LIBRARY"] = str(options.library.resolve())
    # ONNX Runtime then tries opsets that are newer than itself.
    os.environ["ALLOW_RELEASED_ONNX_OPSET_ONLY"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        # The suite writes the data of the light models under ONNX_MODELS.
        os.environ["ONNX_MODELS"] = folder
        results = {b: run(b, options) for b in options.backends}
    print_reasons(results)
    print_table(results)
    if options.json:
        options.json.write_text(json.dumps(
            {"schema": "onnxifi.onnx_backend/1", "results": results},
            indent=1) + "\n")
    print(f"groups behind: {behind(results)}")
    crashed = sum(count(tests)["crashed"] + count(tests)["timeout"]
                  for tests in results.get("ours", {}).values())
    return 1 if crashed else 0


if __name__ == "__main__":
    sys.exit(main())
