#!/usr/bin/env python3
"""How long `onnxifi certify` takes on the CPU plugin, and whether shards add up.

    time_and_shards.py BUILD

Prints `quick: S s`, `full: S s` and `shards: N results differ`: of three shards that
are merged, against the whole run.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

SHARDS = 3


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    plugin = build / "lib/onnxifi/plugins/libonnxifi-cpu.so"

    def certify(*arguments):
        start = time.monotonic()
        subprocess.run([build / "bin/onnxifi", "certify", "--quiet",
                        *map(str, arguments)], check=True)
        return time.monotonic() - start

    def outcomes(path):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        return {line["test"]: (line["outcome"], line["checks"])
                for line in lines if "test" in line}

    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        seed = ("--seed", 1)
        print(f"quick: {certify(plugin, *seed, '--tier', 'quick'):.1f} s")
        whole = certify(plugin, *seed, "--results", work / "whole")
        print(f"full: {whole:.1f} s", flush=True)
        parts = [work / f"part{i}" for i in range(SHARDS)]
        for i, part in enumerate(parts):
            certify(plugin, *seed, "--shard", f"{i}/{SHARDS}", "--results",
                    part)
        certify("--merge", *parts, "--results", work / "merged")
        one, other = outcomes(work / "whole"), outcomes(work / "merged")
        differ = [t for t in one.keys() | other.keys()
                  if one.get(t) != other.get(t)]
        print(f"shards: {len(differ)} results differ", *sorted(differ)[:5])


if __name__ == "__main__":
    main()
