#!/usr/bin/env python3
"""Compares what a library exports with abi/onnxifi_functions.inc.

check_exports.py loader|plugin LIBRARY...     exported symbols equal the list
check_exports.py golden                       golden tables are prefixes of it
                                              and of onnxifi_interface.inc
Exits 1 when something differs.
"""

import pathlib
import re
import subprocess
import sys

ABI = pathlib.Path(__file__).resolve().parent.parent / "abi"
PLUGIN_OPTIONAL = {"onnxifiWhyNoBackends"}
LOADER_ONLY = {"onnxifiGetLoadReport", "onnxifiGetLoaderVersion",
               "onnxifiGetLastError", "onnxifi_load", "onnxifi_unload"}


def entry_points():
    text = (ABI / "onnxifi_functions.inc").read_text()
    return re.findall(r"^ONNXIFI_FUNCTION\((\w+), \w+, (\w+)\)", text, re.M)


def exported(library):
    lines = subprocess.run(
        ["nm", "-D", "--defined-only", "--no-demangle", library], text=True,
        check=True, stdout=subprocess.PIPE).stdout.splitlines()
    return {line.split()[-1] for line in lines}


def check_library(kind, library):
    wanted = {name for name, _ in entry_points()}
    if kind == "loader":
        wanted |= LOADER_ONLY
    found = exported(library)
    if kind == "plugin":
        found -= PLUGIN_OPTIONAL
    for name in sorted(found - wanted):
        print(f"{library}: exports {name}, which is not in the list")
    for name in sorted(wanted - found):
        print(f"{library}: does not export {name}")
    return found == wanted


def interface_functions():
    text = (ABI / "onnxifi_interface.inc").read_text()
    return re.findall(r"^ONNXIFI_INTERFACE_FUNCTION\((\w+), \w+, \w+\)", text,
                      re.M)


def check_golden():
    exports = [f"{name} {kind}" for name, kind in entry_points()]
    members = [f"{name} TABLE" for name in interface_functions()]
    good = True
    for path in sorted((ABI / "golden").glob("*.txt")):
        golden = [line for line in path.read_text().splitlines()
                  if line and not line.startswith("#")]
        table = members if golden[:1] and golden[0].endswith(" TABLE") \
            else exports
        if not golden or table[:len(golden)] != golden:
            print(f"{path}: not a prefix of the list in abi/")
            good = False
    return good


def main():
    kind, libraries = sys.argv[1], sys.argv[2:]
    if kind == "golden":
        return 0 if check_golden() else 1
    if kind not in ("loader", "plugin") or not libraries:
        sys.exit(__doc__)
    results = [check_library(kind, library) for library in libraries]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
