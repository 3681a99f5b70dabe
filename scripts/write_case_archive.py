#!/usr/bin/env python3
"""Writes ONNX's test cases as one archive for the conformance suite.

    write_case_archive.py OUT.tar

An uncompressed tar whose bytes depend on onnx and the writers alone:

    node/<case>/model.onnx
    node/<case>/test_data_set_<k>/{input,output}_<i>.pb
    node/<case>/data.json   {"rtol": ..., "atol": ..., "random": [low, high]}
    light/<case>/...

"random" is there when the outputs are draws; tests/cases/node_expectations.txt
says of which cases and within what range.
"""

import fnmatch
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

SCRIPTS = pathlib.Path(__file__).resolve().parent
EXPECTATIONS = SCRIPTS.parent / "tests/cases/node_expectations.txt"
KINDS = ("light", "node")


def random_ranges():
    """Pattern of a case's name -> [low, high]."""
    ranges = {}
    for line in EXPECTATIONS.read_text().splitlines():
        words = line.split("#")[0].split()
        if words and words[0] == "random":
            low, _, high = words[3].partition("..")
            ranges[words[2]] = [float(low), float(high)]
    return ranges


def with_random(data, case, ranges):
    """data.json of a case, with its range where it has one."""
    for pattern, limits in ranges.items():
        if fnmatch.fnmatchcase(case, pattern):
            values = json.loads(data)
            values["random"] = limits
            return (json.dumps(values) + "\n").encode()
    return data


def add(archive, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o644
    archive.addfile(info, io.BytesIO(data))


def files_of(folder):
    """Files of all cases, in the order of their whole names."""
    return sorted(
        (path for path in folder.glob("*/**/*") if path.is_file()),
        key=lambda path: path.relative_to(folder).as_posix(),
    )


def write(out, folder):
    ranges = random_ranges()
    with tarfile.open(out, "w", format=tarfile.USTAR_FORMAT) as archive:
        for kind in KINDS:
            for path in files_of(folder / kind):
                name = path.relative_to(folder).as_posix()
                data = path.read_bytes()
                if path.name == "data.json":
                    data = with_random(data, path.parent.name, ranges)
                add(archive, name, data)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = pathlib.Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="onnxifi-cases-") as name:
        folder = pathlib.Path(name)
        for kind in KINDS:
            writer = SCRIPTS / f"write_{kind}_cases.py"
            subprocess.run(
                [sys.executable, str(writer), str(folder / kind)], check=True
            )
        # Whoever reads OUT never sees a part of it.
        part = out.with_suffix(".part")
        write(part, folder)
        os.replace(part, out)
    print(f"{out.stat().st_size} bytes written to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
