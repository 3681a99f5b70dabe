#!/usr/bin/env python3
"""Plans of every model on every simulated machine, beside simpler policies.

    bench/partition_invariant.py --build build/release [MODEL...]

Asks `onnxifi partition` for each light model and each model of models.py on
each machine of tests/sim/machines. Prints a line each: the estimated time of
the plan, of the host alone and of the greedy policy that runtimes in use
follow (each node to the first device that takes it), in microseconds, and how
far at most the plan is from the best there is. Ends with
`N plans, W worse than the host, G worse than greedy`; exit status 1 when any
plan is worse.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import models
import workload

HOST, GREEDY = "host only", "greedy"


def plan(build, model, machine):
    """The report of one model on one machine."""
    plugins = build / "lib/onnxifi/plugins/libonnxifi-cpu.so"
    environment = dict(os.environ)
    environment["ONNXIFI_PLUGIN_FILES"] = (
        f"{plugins}:{build / 'sim/libonnxifi-sim.so'}")
    environment["ONNXIFI_SIM_FILE"] = str(machine)
    environment["ONNXIFI_HETERO_CALIBRATION"] = "off"
    done = subprocess.run(
        [str(build / "bin/onnxifi"), "partition", str(model), "--json", "-"],
        env=environment, capture_output=True, text=True, timeout=600,
        check=False)
    if done.returncode != 0:
        raise SystemExit(f"{model} on {machine.name}: {done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    build = options.build.resolve()
    root = pathlib.Path(__file__).resolve().parent.parent
    machines = sorted((root / "tests/sim/machines").glob("*.json"))
    names = options.models or [*workload.LIGHT, *models.MODELS]
    plans = worse_host = worse_greedy = 0
    for name in names:
        path = workload.path(name)
        for machine in machines:
            report = plan(build, path, machine)
            if "plan" not in report:
                raise SystemExit(f"{machine.name} offers no device")
            total = report["cost_ns"]["total"]
            costs = {policy["name"]: policy["cost_ns"]["total"]
                     for policy in report["policies"]}
            plans += 1
            # A policy that cannot place the model has no cost.
            worse_host += total > costs.get(HOST, total)
            worse_greedy += total > costs.get(GREEDY, total)
            bound = report["lower_bound_ns"]
            gap = max(0.0, 100 * (total / bound - 1)) if bound else 0.0
            print(f"{name} on {machine.stem}: plan {total / 1000:.1f}, "
                  f"host {costs.get(HOST, 0) / 1000:.1f}, "
                  f"greedy {costs.get(GREEDY, 0) / 1000:.1f}, "
                  f"parts {len(report['plan']['runs'])}, gap <= {gap:.1f} %",
                  flush=True)
    print(f"{plans} plans, {worse_host} worse than the host, "
          f"{worse_greedy} worse than greedy")
    return 1 if worse_host or worse_greedy else 0


if __name__ == "__main__":
    sys.exit(main())
