#!/usr/bin/env python3
"""Compiles every source file of the product with clang, without output.

    check_clang.py [BUILD_DIR]

The build uses GCC; this shows that the code has no warning under clang 14
either. Takes the commands of BUILD_DIR/compile_commands.json (default:
build/release), leaves tests and benchmarks out, and remembers in BUILD_DIR
what passed in which form, so that a second run looks at changes only.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPILERS = {".c": "clang-14", ".cc": "clang++-14"}
# What only GCC knows, and what has no meaning without output.
DROPPED = ("-fpch-preprocess", "-Winvalid-pch", "-Wno-maybe-uninitialized",
           "-c")
DROPPED_WITH_VALUE = ("-include", "-o")


def wanted(path):
    relative = path.relative_to(ROOT).as_posix()
    return (path.suffix in COMPILERS and not relative.startswith("build/")
            and not relative.startswith(("tests/", "bench/"))
            and "/testing/" not in relative
            and not path.stem.endswith(("_test", "_bench")))


def clang_command(entry):
    words = shlex.split(entry["command"])
    path = pathlib.Path(entry["file"])
    # A compiler launcher stands before the compiler.
    while not words[0].rpartition("/")[2].startswith(("c++", "cc", "g++",
                                                      "gcc")) \
            or words[0].rpartition("/")[2] == "ccache":
        words.pop(0)
    command = [COMPILERS[path.suffix], "-fsyntax-only"]
    skip = False
    for word in words[1:]:
        if skip:
            skip = False
        elif word in DROPPED_WITH_VALUE:
            skip = True
        elif word not in DROPPED:
            command.append(word)
    return command


def check(entry):
    """Whether the file passed, and what clang said."""
    command = clang_command(entry)
    done = subprocess.run(command, cwd=entry["directory"],
                          capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def stamp(entry, headers):
    text = entry["command"] + headers
    text += pathlib.Path(entry["file"]).read_text()
    return hashlib.sha256(text.encode()).hexdigest()


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                         else ROOT / "build/release").resolve()
    entries = [e for e in json.loads(
        (build / "compile_commands.json").read_text())
        if ROOT in pathlib.Path(e["file"]).parents
        and wanted(pathlib.Path(e["file"]))]
    if not entries:
        print(f"clang: no source files in {build}/compile_commands.json")
        return 1
    headers = hashlib.sha256()
    for path in sorted(ROOT.glob("*/**/*.h")):
        if "build" not in path.relative_to(ROOT).parts:
            headers.update(path.read_bytes())
    memory = build / "clang_passed.json"
    try:
        known = set(json.loads(memory.read_text()))
    except (OSError, ValueError):
        known = set()
    stamps = {e["file"]: stamp(e, headers.hexdigest()) for e in entries}
    todo = [e for e in entries if stamps[e["file"]] not in known]
    failed = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for entry, (passed, text) in zip(todo, pool.map(check, todo)):
            if not passed:
                failed.append(entry["file"])
                print(text)
    passed = [s for f, s in stamps.items() if f not in failed]
    memory.write_text(json.dumps(sorted(passed)))
    for path in failed:
        print(f"clang: {pathlib.Path(path).relative_to(ROOT)} FAILED")
    print(f"clang: {len(entries)} files, {len(todo)} compiled, "
          f"{len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
