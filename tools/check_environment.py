#!/usr/bin/env python3
"""Checks that docs/environment.md lists every variable that the code reads.

Looks for calls that read the environment in the C and C++ sources, tests
aside. Exits 1 when a variable has no row, or a row has no reader.
"""

import pathlib
import re
import subprocess
import sys

READ = re.compile(r'(?:getenv|\bEnv\w*|\bSecure\w*)\(\s*"([A-Z][A-Z0-9_]+)"')
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \|", re.M)
# Rows about variables that scripts, not the libraries, read.
SCRIPTS = ("scripts/", ".ci/")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    names = subprocess.run(
        ["git", "ls-files"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    read, script_text = {}, ""
    for name in names:
        path = root / name
        if not path.is_file():
            continue
        if name.endswith((".cc", ".h", ".c")) and not (
                name.startswith("tests/") or "/testing/" in name
                or name.endswith("_test.cc")):
            for variable in READ.findall(path.read_text(encoding="utf-8")):
                read.setdefault(variable, name)
        elif name.startswith(SCRIPTS):
            script_text += path.read_text(encoding="utf-8")
    rows = set(ROW.findall(
        (root / "docs/environment.md").read_text(encoding="utf-8")))
    problems = [f"{read[v]}: {v} has no row in docs/environment.md"
                for v in sorted(set(read) - rows)]
    problems += [f"docs/environment.md: nothing reads {v}"
                 for v in sorted(rows - set(read)) if v not in script_text]
    print("\n".join(problems + [f"environment: {len(read)} variables, "
                                f"{len(problems)} problems"]))
    return 1 if problems or not read else 0


if __name__ == "__main__":
    sys.exit(main())
