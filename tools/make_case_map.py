#!/usr/bin/env python3
"""Writes backends/cpu/kernels/case_map_table.cc: Unicode's simple case mapping.

    make_case_map.py > backends/cpu/kernels/case_map_table.cc

The source is Python's own copy of the Unicode database. Python offers the full
mapping only: where that is longer than one character (German sharp s), the
simple one is the titlecase character if that is single, else the character
itself.
"""

import sys
import unicodedata

LAST = 0x10FFFF


def simple(character, method):
    mapped = method(character)
    if len(mapped) != 1 and method is str.upper:
        mapped = character.title()
    if len(mapped) != 1 and method is str.lower:
        mapped = mapped[0]  # the capital i with a dot, the only one
    return mapped if len(mapped) == 1 else character


def ranges(method):
    """Runs (first, last, step, delta) of mapped characters."""
    runs = []
    for code in range(LAST + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        delta = ord(simple(chr(code), method)) - code
        if delta == 0:
            continue
        run = runs[-1] if runs else None
        if run and run[3] == delta:
            step = code - run[1]
            if step <= 2 and (run[0] == run[1] or step == run[2]):
                runs[-1] = (run[0], code, step, delta)
                continue
        runs.append((code, code, 1, delta))
    return runs


def table(name, runs):
    print(f"const CaseRun {name}[] = {{")
    line = "   "
    for first, last, step, delta in runs:
        text = f" {{{first:#x}, {last:#x}, {step}, {delta}}},"
        if len(line + text) > 80:
            print(line)
            line = "   "
        line += text
    print(line)
    print("};")
    print(f"const size_t {name}Count = std::size({name});\n")


def main():
    print("// Written by tools/make_case_map.py from Unicode "
          f"{unicodedata.unidata_version}; do not edit.")
    print('#include <iterator>\n\n#include "backends/cpu/kernels/case_map.h"\n')
    print("namespace onnxifi::cpu {\n")
    print("// clang-format off")
    table("kUpperRuns", ranges(str.upper))
    table("kLowerRuns", ranges(str.lower))
    print("// clang-format on\n")
    print("}  // namespace onnxifi::cpu")


if __name__ == "__main__":
    sys.exit(main())
