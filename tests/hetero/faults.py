#!/usr/bin/env python3
"""Runs a model on devices that fail, through the heterogeneous backend.

    tests/hetero/faults.py --build build/release [--write-case] [--body]
                           CASE_DIR

CASE_DIR holds model.onnx and test_data_set_0; --write-case makes one first, of
a small network with branches. --body: the network is the body of a loop, which
the devices do not take whole. For each fault of a simulated
GPU: the results must be the expected ones, the report must say
what happened and in which order, and what a lost device or one without memory
had must end on the host. A fault that did not happen fails, too. Prints a line
each and `N faults, P survived`.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

GPU = {
    "name": "sim GPU",
    "device_type": "gpu",
    "macs_fp32": 10**13,
    "memory_bandwidth": 10**12,
    "cpu_read_bandwidth": 10**11,
    "cpu_write_bandwidth": 10**11,
    "operators": "all",
}
OTHER = dict(GPU, name="sim other GPU", macs_fp32=2 * 10**12)

# name, faults of the GPU, its other properties, the event that must be told,
# whether the GPU may still have nodes at the end
FAULTS = [
    ("node refused late", {"compile_fails_at": {"operator": "Relu"}}, {},
     "compile_failed", True),
    ("one node refused late", {"compile_fails_at": {"index": 1}}, {},
     "compile_failed", True),
    ("no memory to compile", {"out_of_memory_above": 1000}, {},
     "compile_failed", False),
    ("lost while compiling",
     {"compile_fails_at": {"index": 0, "status": "BACKEND_UNAVAILABLE"}}, {},
     "compile_failed", False),
    ("lost at run 1", {"lost_at_run": 1}, {}, "device_lost", False),
    ("lost at run 5", {"lost_at_run": 5}, {}, "device_lost", False),
    ("no memory at run 1", {"out_of_memory_at_run": 1}, {}, "run_failed", False),
    ("no memory at run 4", {"out_of_memory_at_run": 4}, {}, "run_failed", False),
    ("fails at run 2", {"fails_at_run": 2}, {}, "run_failed", False),
]
PLACEMENTS = ["auto", "random:1", "random:2"]
# Those that share the body.
BODY_PLACEMENTS = ["auto", "random:2", "random:3"]
LOOP_TRIPS = 3
BODY_GRAPH = "branches/loop/body"


def write_case(case, body=False):
    """A seeded network of 20 convolutions with branches, and its results.
    `body`: three times, in a loop that also collects what is in the middle."""
    import numpy as np
    import onnx
    from onnx import helper, numpy_helper
    from onnx.reference import ReferenceEvaluator

    random = np.random.default_rng(7)
    nodes, weights, last = [], [], "x"
    for i in range(10):
        for side in "ab":
            name = f"w{i}{side}"
            weights.append(numpy_helper.from_array(
                (random.standard_normal((8, 8, 3, 3)) / 9).astype(np.float32),
                name))
            nodes.append(helper.make_node(
                "Conv", [last, name], [f"c{i}{side}"], pads=[1, 1, 1, 1]))
            nodes.append(helper.make_node(
                "Relu", [f"c{i}{side}"], [f"r{i}{side}"]))
        nodes.append(helper.make_node("Add", [f"r{i}a", f"r{i}b"], [f"s{i}"]))
        last = f"s{i}"
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "branches", [value("x", 1, [1, 8, 16, 16])],
        [value(last, 1, [1, 8, 16, 16]), value("r4a", 1, [1, 8, 16, 16])],
        weights)
    opsets = [helper.make_opsetid("", 20)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    evaluator = ReferenceEvaluator(model)
    x = random.standard_normal((1, 8, 16, 16)).astype(np.float32)
    name, names = "x", (last, "r4a")
    results = evaluator.run(None, {"x": x})
    if body:
        name, names = "x0", ("y", "all")
        model = helper.make_model(loop_around(graph), opset_imports=opsets,
                                  ir_version=9)
        middle = [results[1]]
        for _ in range(LOOP_TRIPS - 1):
            results = evaluator.run(None, {"x": results[0]})
            middle.append(results[1])
        results = [results[0], np.stack(middle)]
    data = case / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    onnx.save(model, case / "model.onnx")
    onnx.save_tensor(numpy_helper.from_array(x, name), data / "input_0.pb")
    for i, (name, result) in enumerate(zip(names, results)):
        onnx.save_tensor(numpy_helper.from_array(result, name),
                         data / f"output_{i}.pb")


def loop_around(graph):
    """The graph as the body of a loop; its first output is carried on."""
    from onnx import helper
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        list(graph.node), "body",
        [value("i", 7, []), value("go", 9, []), *graph.input],
        [value("go", 9, []), *graph.output], list(graph.initializer))
    return helper.make_graph(
        [helper.make_node("Loop", ["three", "", "x0"], ["y", "all"], body=body,
                          name="loop")],
        graph.name, [value("x0", 1, [1, 8, 16, 16])],
        [value("y", 1, [1, 8, 16, 16]), value("all", 1, None)],
        [helper.make_tensor("three", 7, [], [LOOP_TRIPS])])


def run_one(arguments, name, directory, placement, machine):
    """Exit code, what was printed, and the events of the report."""
    plugins = arguments.build / "lib/onnxifi/plugins"
    sim_file = directory / "machine.json"
    report = directory / "report.jsonl"
    sim_file.write_text(json.dumps(machine))
    environment = dict(os.environ)
    environment.update({
        "ONNXIFI_PLUGIN_FILES": ":".join(
            str(path) for path in (plugins / "libonnxifi-cpu.so",
                                   plugins / "libonnxifi-hetero.so",
                                   arguments.build / "sim/libonnxifi-sim.so")),
        "ONNXIFI_SIM_FILE": str(sim_file),
        "ONNXIFI_HETERO_PLACEMENT": placement,
        "ONNXIFI_HETERO_CALIBRATION": "off",
        "ONNXIFI_HETERO_REPORT": str(report),
    })
    data = arguments.case / "test_data_set_0"
    command = [arguments.build / "bin/onnxifi", "run",
               arguments.case / "model.onnx", "--backend", "hetero",
               # Checked is what the last run gave: with one, the faulty one.
               "--iterations", "1" if "run 1" in name else "8",
               "--check", data]
    # Rounding: of transformed convolutions, and it grows from trip to trip.
    command += ["--atol", "5e-6" if arguments.body else "1e-6"]
    done = subprocess.run([str(part) for part in command], env=environment,
                          capture_output=True, text=True, timeout=600,
                          check=False)
    events = []
    if report.exists():
        events = [json.loads(line) for line in report.read_text().splitlines()]
    return done.returncode, done.stdout + done.stderr, events


def judge(code, events, wanted, may_stay, graph):
    """Why the fault was not survived; empty when it was. `graph`: only of this
    one, when not empty."""
    events = [event for event in events
              if not graph or event["graph"] == graph]
    if code != 0:
        return f"exit status {code}"
    kinds = [event["event"] for event in events]
    if wanted not in kinds:
        return f"the report has {kinds}, not {wanted}"
    if not kinds or kinds[-1] != "placed":
        return f"the report ends with {kinds[-1:]}"
    named = [event for event in events
             if event["event"] == wanted and "sim GPU" in event["text"]]
    if not named:
        return "the report does not name the device"
    left = [part for part in events[-1]["parts"] if part["device"] == "sim GPU"]
    if left and not may_stay:
        return "the device still has nodes"
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("case", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--write-case", action="store_true")
    parser.add_argument("--body", action="store_true")
    arguments = parser.parse_args()
    if arguments.write_case:
        write_case(arguments.case, arguments.body)
    shared = {"except": ["Loop"]} if arguments.body else {}
    arguments.build = arguments.build.resolve()
    total = survived = 0
    for name, faults, more, wanted, may_stay in FAULTS:
        for placement in BODY_PLACEMENTS if arguments.body else PLACEMENTS:
            machine = {"devices": [dict(GPU, faults=faults, **more, **shared),
                                   dict(OTHER, **shared)]}
            with tempfile.TemporaryDirectory() as directory:
                code, text, events = run_one(
                    arguments, name, pathlib.Path(directory), placement,
                    machine)
            why = judge(code, events, wanted, may_stay,
                        BODY_GRAPH if arguments.body else "")
            total += 1
            survived += not why
            print(f"{name}, placement {placement}: {why or 'survived'}")
            if why:
                print(text)
    print(f"{total} faults, {survived} survived")
    return 0 if survived == total else 1


if __name__ == "__main__":
    sys.exit(main())
