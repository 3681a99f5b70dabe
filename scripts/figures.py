#!/usr/bin/env python3
"""Runs what the project claims and says whether it holds.

    scripts/figures.py [NAME...]     all figures, or the named ones
    scripts/figures.py --list        names, minutes and claims

Prints one line a figure, `NAME value limit ok|short`; several checks of one
figure are joined by commas. Exits 1 when one is short. The claims stand in
bench/figures.toml; docs/figures.md gets the rows that were run. Timings mean
something only while nothing else runs on the machine.
"""

import argparse
import datetime
import os
import pathlib
import re
import subprocess
import sys
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLAIMS = ROOT / "bench/figures.toml"
RESULTS = ROOT / "docs/figures.md"

COMPARE = {
    "at most": (lambda value, limit: value <= limit, "<="),
    "at least": (lambda value, limit: value >= limit, ">="),
    "equal to": (lambda value, limit: value == limit, "="),
}

HEADER = """# Figures

Every claim of this project with the result of its last run. Written by
`scripts/figures.py`; the commands and limits stand in `bench/figures.toml`.
`short` means that the claim did not hold in that run.

| figure | value | limit | result | date | CPU | claim |
|---|---|---|---|---|---|---|
"""


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{line.split(':', 1)[1].strip()}, {os.cpu_count()} CPUs"
    return "unknown CPU"


def load_claims(path=CLAIMS):
    """The figures, or a clear end when the file is not well-formed."""
    figures = tomllib.loads(path.read_text())
    for name, figure in figures.items():
        assert figure["claim"] and figure["minutes"] > 0, name
        assert figure["run"], name
        for run in figure["run"]:
            assert run["command"] and run["check"], name
            for check in run["check"]:
                assert check["is"] in COMPARE, name
                assert re.compile(check.get("pattern", "(x)")).groups == 1, name
    return figures


def number(text):
    value = float(text)
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else (
        f"{value:.4g}")


def evaluate(check, output, seconds):
    """(value text, limit text, whether it holds) of one check."""
    holds, sign = COMPARE[check["is"]]
    limit_text = sign + number(check["limit"])
    if "pattern" not in check:
        return (f"{seconds:.0f}s", limit_text + "s",
                holds(seconds, check["limit"]))
    found = re.findall(check["pattern"], output, re.M)
    if not found:
        return "missing", limit_text, False
    values = [float(f) for f in (
        found if check.get("every") or check.get("sum") else found[-1:])]
    if check.get("sum"):
        values = [sum(values)]
    bad = [v for v in values if not holds(v, check["limit"])]
    return number(bad[0] if bad else values[-1]), limit_text, not bad


def run_command(name, index, command, log_dir):
    """(output, exit status, seconds) of one command."""
    script = f'. scripts/env.sh\nset -euo pipefail\n{command}'
    env = {**os.environ, "BUILD": str(ROOT / "build/release"),
           "PYTHONUNBUFFERED": "1"}
    start = time.monotonic()
    done = subprocess.run(["bash", "-c", f'{DATA}\n{script}'], cwd=ROOT, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    seconds = time.monotonic() - start
    log_dir.mkdir(parents=True, exist_ok=True)
    log = log_dir / f"figure-{name}-{index}.log"
    log.write_text(f"$ {command}\n{done.stdout}\nexit {done.returncode}\n")
    return done.stdout, done.returncode, seconds, log


# The test data of the pinned onnx, for commands that name it.
DATA = ('export ONNX_DATA=$(. scripts/env.sh; python3 -c "import onnx.backend.'
        'test as t; print(t.__path__[0])")/data')


def run_figure(name, figure, log_dir):
    values, limits, ok, notes = [], [], True, []
    for index, run in enumerate(figure["run"]):
        output, status, seconds, log = run_command(
            name, index, run["command"], log_dir)
        if status not in run.get("exit", [0]):
            ok = False
            notes.append(f"exit status {status}, see {log}")
        for check in run["check"]:
            value, limit, holds = evaluate(check, output, seconds)
            values.append(value)
            limits.append(limit)
            ok = ok and holds
            if not holds:
                notes.append(f"{value} is not {check['is']} "
                             f"{number(check['limit'])}, see {log}")
    return ",".join(values), ",".join(limits), "ok" if ok else "short", notes


def read_rows():
    """The rows of docs/figures.md by name; empty when there is no file."""
    rows = {}
    if RESULTS.exists():
        for line in RESULTS.read_text().splitlines():
            cells = [c.strip() for c in line.strip("|").split("|")]
            if line.startswith("| `") and len(cells) == 7:
                rows[cells[0].strip("`")] = cells
    return rows


def write_rows(rows, figures):
    """In the order of the claims; a row whose claim is gone goes too."""
    text = HEADER
    for name in figures:
        if name in rows:
            text += "| " + " | ".join(rows[name]) + " |\n"
    part = RESULTS.with_suffix(".md.part")
    part.write_text(text)
    part.replace(RESULTS)


def prepare():
    """Builds what the commands need; quick when it is there."""
    for command in (["scripts/setup.sh", "--for-tests", "--for-bench"],
                    ["scripts/build.sh", "--tests"]):
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    figures = load_claims()
    if options.list:
        for name, figure in figures.items():
            print(f"{name:18} {figure['minutes']:>3} min  {figure['claim']}")
        return 0
    unknown = [n for n in options.names if n not in figures]
    if unknown:
        parser.error(f"no figure {', '.join(unknown)}; see --list")
    cache = os.environ.get("ONNXIFI_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache",
        "onnxifi")
    prepare()
    all_ok = True
    for name in options.names or figures:
        value, limit, verdict, notes = run_figure(
            name, figures[name], pathlib.Path(cache) / "log")
        print(name, value, limit, verdict, flush=True)
        for note in notes:
            print(f"  {name}: {note}", file=sys.stderr)
        rows = read_rows()
        rows[name] = [f"`{name}`", value, limit, verdict,
                      datetime.date.today().isoformat(), cpu_model(),
                      figures[name]["claim"]]
        write_rows(rows, figures)
        all_ok = all_ok and verdict == "ok"
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
