#!/usr/bin/env python3
"""Writes assembly that defines every symbol of a shared library as a trap.

A process that links the result exports "another version" of that library:
whoever binds to it dies at the first call or reads zeros. Used to show that
plugins never bind to a host's protobuf.

Usage: make_imposter.py LIBRARY OUTPUT.s
"""
import subprocess
import sys


def main() -> int:
    library, output = sys.argv[1], sys.argv[2]
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", "--format=posix", library],
        check=True, capture_output=True, text=True).stdout
    functions, data = set(), set()
    for line in listing.splitlines():
        name, kind = line.split()[:2]
        name = name.split("@")[0]
        if "protobuf" not in name:
            continue
        (functions if kind in "TWi" else data).add(name)
    with open(output, "w", encoding="utf-8") as out:
        out.write(".text\n")
        for name in sorted(functions):
            out.write(f".globl {name}\n.type {name}, @function\n"
                      f"{name}:\n  ud2\n")
        out.write(".data\n.balign 64\n")
        for name in sorted(data - functions):
            out.write(f".globl {name}\n.type {name}, @object\n"
                      f".size {name}, 4096\n{name}:\n  .zero 4096\n")
        out.write('.section .note.GNU-stack,"",@progbits\n')
    print(f"{len(functions)} functions, {len(data)} objects")
    return 0 if functions else 1


if __name__ == "__main__":
    sys.exit(main())
