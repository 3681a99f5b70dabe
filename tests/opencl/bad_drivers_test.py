#!/usr/bin/env python3
"""The OpenCL plugin survives drivers that crash, exit or hang.

    bad_drivers_test.py --cli ONNXIFI --plugin PLUGIN --driver BAD_CL

In each case `onnxifi info` ends well, shows no backend of the plugin, and says
why; the driver is not asked again by the next process.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

# How the driver behaves, and what the reason has to say.
CASES = {
    "crashes": "crashes (signal 6",
    "crashes_when_loaded": "crashes (signal 6",
    "exits": "ends the process (exit status 0",
    "hangs": "does not answer within 1000 ms",
}


def main():
    parser = argparse.ArgumentParser()
    for name in ("cli", "plugin", "driver"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    failures = []

    def info(folder, way, **more):
        env = {**os.environ, "ONNXIFI_PLUGIN_FILES": args.plugin,
               "ONNXIFI_OPENCL_LIBRARY": args.driver,
               "ONNXIFI_OPENCL_CACHE": str(folder / "cache"),
               "ONNXIFI_OPENCL_PROBE_TIMEOUT_MS": "1000",
               "XDG_CACHE_HOME": str(folder / "home"),
               "BAD_CL": way, "BAD_CL_TRACE": str(folder / "trace"), **more}
        return subprocess.run([args.cli, "info"], env=env, text=True,
                              capture_output=True, timeout=60, check=False)

    def asked(folder):
        trace = folder / "trace"
        return trace.read_text().count("asked") if trace.exists() else 0

    def check(holds, what, done):
        if not holds:
            failures.append(what)
            print(f"FAILED: {what}\n{done.stdout}{done.stderr}")

    for way, reason in CASES.items():
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            first = info(folder, way)
            times = asked(folder)
            again = info(folder, way)
            for done in (first, again):
                # Without any backend the command fails, but it ends by itself.
                check(done.returncode >= 0, f"{way}: the host lives", done)
                check("no backends: a driver for OpenCL " + reason
                      in done.stdout + done.stderr, f"{way}: the reason", done)
            check(asked(folder) == times, f"{way}: asked once", again)

    # Nothing else than the trial keeps the host alive.
    with tempfile.TemporaryDirectory() as name:
        done = info(pathlib.Path(name), "crashes", ONNXIFI_OPENCL_PROBE="0")
        check(done.returncode == -6, "without the trial the host dies", done)
    # A driver that just has no platform is told apart.
    with tempfile.TemporaryDirectory() as name:
        done = info(pathlib.Path(name), "")
        check("no driver for OpenCL is installed" in done.stdout + done.stderr,
              "no platform", done)
    print(f"bad drivers: {len(CASES)} survived" if not failures
          else f"bad drivers: {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
