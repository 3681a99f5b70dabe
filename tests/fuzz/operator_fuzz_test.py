#!/usr/bin/env python3
"""operator_fuzz.py notices each fault of its faulty subject."""

import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# What each operator of subject.Faulty has to show up as.
EXPECTED = {"Sin": "crashes", "Cos": "crashes", "Tan": "refused by us",
            "Exp": "mismatches", "Tanh": "mismatches", "Neg": "mismatches",
            "Transpose": "mismatches", "Add": None, "Sqrt": None,
            "Concat": None}
COLUMNS = ("mismatches", "crashes", "refused by us")
ROW = re.compile(r"^(\w+) +(\d+) +(\d+) +(\d+) +(\d+) +\d+ +\d+ +\d+$", re.M)
LAST = re.compile(r"^(\d+) models, (\d+) mismatches, (\d+) crashes, \d+ "
                  r"refused by reference, (\d+) refused by us$")


def problems(output, status, findings):
    rows = {name: dict(zip(COLUMNS, map(int, counts)))
            for name, _, *counts in ROW.findall(output)}
    for name, column in EXPECTED.items():
        counts = {k: v for k, v in rows.get(name, {}).items() if v}
        if (column is None and counts) or (column and set(counts) != {column}):
            yield f"{name}: {counts}, expected {column}"
    last = LAST.match(output.strip().splitlines()[-1])
    if not last:
        yield "the last line is not the summary"
    elif status != 1:
        yield f"exit status {status}, expected 1"
    for name in ("Sin", "Neg"):
        folders = [f for f in findings.iterdir() if f.name.startswith(name)]
        if not folders:
            yield f"no finding was written for {name}"
        for folder in folders:
            for part in ("model.onnx", "info.txt",
                         "test_data_set_0/output_0.pb"):
                if not (folder / part).is_file():
                    yield f"{folder.name} has no {part}"


def main():
    with tempfile.TemporaryDirectory() as name:
        findings = pathlib.Path(name)
        done = subprocess.run(
            [sys.executable, HERE / "operator_fuzz.py", "--subject", "faulty",
             "--only", ",".join(EXPECTED), "--models", "80", "--seconds",
             "200", "--child-seconds", "2", "--findings", findings],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        print(done.stdout)
        found = list(problems(done.stdout, done.returncode, findings))
    print("\n".join(found) or "every fault was noticed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
