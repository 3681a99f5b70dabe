#!/usr/bin/env python3
"""What the kept programs of the OpenCL backend save.

    opencl_cache.py BUILD MODEL

Runs a model twice in new processes, both with caches of their own that are empty
at first: the backend's, and PoCL's. Prints `warm start: P % of F s` of the time that
compiling and the first run take.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile


def seconds(build, model, folder):
    environment = {
        **os.environ,
        "ONNXIFI_PLUGIN_FILES":
            str(build / "lib/onnxifi/plugins/libonnxifi-opencl.so"),
        "ONNXIFI_OPENCL_CACHE": str(folder / "ours"),
        "POCL_CACHE_DIR": str(folder / "pocl")}
    (folder / "pocl").mkdir(exist_ok=True)
    done = subprocess.run(
        [build / "bin/onnxifi", "bench", model, "--backend", "opencl",
         "--duration", "0.1", "--warmup", "0"],
        env=environment, check=True, capture_output=True, text=True)
    times = re.search(r"compile ([0-9.]+) (m?s)  first run ([0-9.]+) (m?s)",
                      done.stdout)
    unit = {"ms": 0.001, "s": 1.0}
    return (float(times[1]) * unit[times[2]] +
            float(times[3]) * unit[times[4]])


def main():
    build, model = (pathlib.Path(each).resolve() for each in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        first = seconds(build, model, pathlib.Path(folder))
        again = seconds(build, model, pathlib.Path(folder))
    print(f"warm start: {100 * again / first:.2f} % of {first:.2f} s")


if __name__ == "__main__":
    main()
