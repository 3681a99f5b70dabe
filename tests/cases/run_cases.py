#!/usr/bin/env python3
"""Runs one collection of ONNX test cases through `onnxifi check-cases`.

    run_cases.py --cli PROGRAM --work DIR --scripts DIR --at-least N
                 [--case-seconds S] [--ml-python PROGRAM] [--backend NAME]
                 [--filter GLOB]
                 node|light|models|ml

Passes when at least N cases passed and none failed or crashed; what is left
was refused with a status. `models` are the collections simple,
pytorch-operator and pytorch-converted of the onnx package; `ml` are written by
the Python that has scikit-learn. A file KIND_expectations.txt beside this one
goes to check-cases.
"""

import argparse
import pathlib
import re
import subprocess
import sys

import onnx.backend.test

DATA = pathlib.Path(onnx.backend.test.__path__[0]) / "data"
MODELS = ("simple", "pytorch-operator", "pytorch-converted")
LAST_LINE = re.compile(
    r"^(\d+) passed, (\d+) failed, (\d+) refused, (\d+) crashed$")


def folders(options):
    """The folders of the collection; written first where onnx has no files."""
    if options.kind == "models":
        return [DATA / name for name in MODELS]
    out = options.work / options.kind
    out.parent.mkdir(parents=True, exist_ok=True)
    python = options.ml_python if options.kind == "ml" else sys.executable
    if not pathlib.Path(python).exists():
        sys.exit(f"run_cases: no {python}; run scripts/setup.sh --for-tests")
    subprocess.run(
        [python, options.scripts / f"write_{options.kind}_cases.py", out],
        check=True)
    return [out]


def verdict(output, at_least):
    """What is wrong with the summary, or None."""
    lines = output.strip().splitlines()
    match = LAST_LINE.match(lines[-1]) if lines else None
    if not match:
        return "the last line is not the summary"
    passed, failed, _, crashed = map(int, match.groups())
    if failed or crashed:
        return f"{failed} failed, {crashed} crashed"
    if passed < at_least:
        return f"{passed} passed, at least {at_least} must"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cli", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--scripts", type=pathlib.Path, required=True)
    parser.add_argument("--at-least", type=int, required=True)
    parser.add_argument("--case-seconds", type=int, default=60)
    parser.add_argument("--ml-python", default=sys.executable)
    parser.add_argument("--filter", default="*")
    parser.add_argument("--backend", default="cpu")
    parser.add_argument("kind", choices=("node", "light", "models", "ml"))
    options = parser.parse_args()
    expect = pathlib.Path(__file__).with_name(
        f"{options.kind}_expectations.txt")
    # They count cases, so that they hold for all of them alone.
    whole = options.filter == "*"
    extra = ["--expect", expect] if expect.exists() and whole else []
    done = subprocess.run(
        [options.cli, "check-cases", "--backend", options.backend,
         "--timeout", str(options.case_seconds), "--filter", options.filter,
         *extra,
         *folders(options)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace")
    print(done.stdout)
    problem = verdict(done.stdout, options.at_least)
    if problem is None and done.returncode != 0:
        problem = f"exit status {done.returncode}"
    if problem:
        print(f"run_cases: {options.kind}: {problem}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
