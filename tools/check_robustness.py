#!/usr/bin/env python3
"""Checks that docs/robustness.md is true: every test it cites exists.

A row is `| id | situation | `Suite.Name`, ... |`. A name is a GoogleTest
(TEST, TEST_F, TEST_P) or a ctest name given to add_test. Exits 1 when a cited
test is gone, a row cites none, or an id stands twice.
"""

import pathlib
import re
import subprocess
import sys

ROW = re.compile(r"^\| ([A-Z]\d\d) \| ([^|]+) \| ([^|]+) \|$")
GTEST = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")
CTEST = re.compile(r"\badd_test\(\s*NAME\s+([\w.${}-]+)")
CITED = re.compile(r"`([^`]+)`")


def known_tests(root):
    """(all exact names, patterns of names that CMake composes)."""
    names = subprocess.run(
        ["git", "ls-files", "*.cc", "*CMakeLists.txt", "*.cmake"], cwd=root,
        check=True, capture_output=True, text=True).stdout.splitlines()
    exact, patterns = set(), []
    for name in names:
        if not (root / name).is_file():
            continue
        text = (root / name).read_text(encoding="utf-8")
        exact.update(f"{s}.{t}" for s, t in GTEST.findall(text))
        for found in CTEST.findall(text):
            if "$" in found:
                fixed = re.split(r"\$\{\w+\}", found)
                if any(len(part) > 2 for part in fixed):
                    patterns.append(re.compile(
                        r"[\w.-]+".join(map(re.escape, fixed)) + "$"))
            else:
                exact.add(found)
    return exact, patterns


def check(text, exact, patterns):
    problems, seen = [], set()
    for number, line in enumerate(text.splitlines(), 1):
        match = ROW.match(line)
        if not match:
            continue
        row, cited = match[1], CITED.findall(match[3])
        if row in seen:
            problems.append(f"line {number}: {row} stands twice")
        seen.add(row)
        if not cited:
            problems.append(f"line {number}: {row} cites no test")
        for name in cited:
            if name not in exact and not any(p.match(name) for p in patterns):
                problems.append(f"line {number}: {row}: no test {name}")
    return problems, len(seen)


def self_test():
    text = "| L01 | a | `A.B` |\n| L01 | b | `gone.x` |\n| L02 | c | none |\n"
    problems, count = check(text, {"A.B"}, [])
    assert count == 2 and len(problems) == 3, problems


def main():
    self_test()
    root = pathlib.Path(__file__).resolve().parent.parent
    text = (root / "docs/robustness.md").read_text(encoding="utf-8")
    problems, count = check(text, *known_tests(root))
    print("\n".join(problems + [f"robustness: {count} situations, "
                                f"{len(problems)} problems"]))
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
