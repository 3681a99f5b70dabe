#!/usr/bin/env python3
"""Tests how bodies of control flow are shared among simulated devices.

    tests/hetero/bodies_test.py --build build/release --work DIR

Results through the heterogeneous backend must be those of the cpu backend, bit
by bit, wherever the nodes of the bodies run.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPTIONS = argparse.Namespace()
FLOAT, INT64, BOOL, STRING = (TensorProto.FLOAT, TensorProto.INT64,
                              TensorProto.BOOL, TensorProto.STRING)
# Far better than the host at all that it takes, which is no control flow.
GPU = {
    "name": "sim GPU", "device_type": "gpu",
    "operators": ["Add", "Identity", "MatMul", "Mul", "Relu"],
    "cost_ns": {"*": 100},
}
# The same, and takes nodes with their bodies.
WHOLE = dict(GPU, operators=[*GPU["operators"], "If", "Loop", "Scan"],
             cost_ns={"*": 100})
value = helper.make_tensor_value_info
node = helper.make_node


def constant(name, array, kind=None):
    return numpy_helper.from_array(np.asarray(array, dtype=kind), name)


class Case:
    """A model with its inputs, and where it is run."""

    def __init__(self, name, graph, inputs, opset=20):
        self.model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", opset)],
            ir_version=9)
        self.path = OPTIONS.work / name
        self.data = self.path / "test_data_set_0"
        self.data.mkdir(parents=True, exist_ok=True)
        self.file = self.path / "model.onnx"
        onnx.save(self.model, self.file)
        for i, (info, array) in enumerate(zip(graph.input, inputs)):
            onnx.save_tensor(numpy_helper.from_array(array, info.name),
                             self.data / f"input_{i}.pb")
        self.inputs = [
            argument for i, info in enumerate(graph.input[:len(inputs)])
            for argument in ("--input",
                             f"{info.name}=@{self.data}/input_{i}.pb")]
        self.events = []

    def run(self, backend, machine, placement="auto", plan=None,
            directory="out", cpu=True):
        """Exit code and text of one run through the command line."""
        plugins = OPTIONS.build / "lib/onnxifi/plugins"
        sim_file = self.path / "machine.json"
        report = self.path / "report.jsonl"
        report.unlink(missing_ok=True)
        sim_file.write_text(json.dumps(machine))
        environment = dict(os.environ)
        environment.update({
            "ONNXIFI_PLUGIN_FILES": ":".join(map(str, (
                *([plugins / "libonnxifi-cpu.so"] if cpu else []),
                plugins / "libonnxifi-hetero.so",
                OPTIONS.build / "sim/libonnxifi-sim.so"))),
            "ONNXIFI_SIM_FILE": str(sim_file),
            "ONNXIFI_HETERO_PLACEMENT": placement,
            "ONNXIFI_HETERO_REPORT": str(report),
        })
        if plan is not None:
            plan_file = self.path / "plan.json"
            plan_file.write_text(json.dumps({"nodes": [
                {"name": name, "device": device}
                for name, device in plan.items()]}))
            environment["ONNXIFI_HETERO_PLAN"] = str(plan_file)
        command = [OPTIONS.build / "bin/onnxifi", "run", self.file,
                   "--backend", backend, *self.inputs,
                   "--iterations", "3", "--save-outputs",
                   self.path / directory]
        done = subprocess.run([str(part) for part in command],
                              env=environment, capture_output=True, text=True,
                              timeout=300, check=False)
        self.events = []
        if report.exists():
            self.events = [json.loads(line)
                           for line in report.read_text().splitlines()]
        return done.returncode, done.stdout + done.stderr

    def placed(self):
        """Of each graph the last placing: node -> device or "split"."""
        found = {}
        for event in self.events:
            if event["event"] != "placed":
                continue
            found[event["graph"]] = {
                name: "split" if part.get("split") else part["device"]
                for part in event["parts"] for name in part["nodes"]}
        return found


def floats(*shape, seed=1):
    random = np.random.default_rng(seed)
    return (random.standard_normal(shape) / 4).astype(np.float32)


def loop_case(name, trips=8, size=256, weights_outside=False):
    """x -> MatMul, Add, Relu again and again, with what a body can do beside:
    a captured weight, a scan output, an iteration number, outputs that are
    inputs."""
    weight = constant("w", floats(size, size, seed=2))
    body = helper.make_graph(
        [node("MatMul", ["a", "w"], ["b"], name="multiply"),
         node("Cast", ["i"], ["f"], to=FLOAT, name="cast"),
         node("Add", ["b", "f"], ["s"], name="add"),
         node("Relu", ["s"], ["r"], name="relu")],
        "body", [value("i", INT64, []), value("go", BOOL, []),
                 value("a", FLOAT, [size, size])],
        [value("go", BOOL, []), value("r", FLOAT, [size, size]),
         value("i", INT64, []), value("b", FLOAT, [size, size])],
        [] if weights_outside else [weight])
    graph = helper.make_graph(
        [node("Loop", ["m", "", "x"], ["y", "is", "bs"], body=body,
              name="loop1")],
        name, [value("x", FLOAT, [size, size])],
        [value("y", FLOAT, [size, size]), value("is", INT64, None),
         value("bs", FLOAT, None)],
        [constant("m", trips, np.int64)] + (
            [weight] if weights_outside else []))
    return Case(name, graph, [floats(size, size)])


class BodiesTest(unittest.TestCase):
    def outputs(self, case, directory):
        return {path.name: path.read_bytes()
                for path in sorted((case.path / directory).iterdir())}

    def check(self, case, machine, placement="auto", plan=None, cpu=True):
        """Both backends agree; returns where nodes went."""
        code, text = case.run("CPU", machine, directory="cpu")
        self.assertEqual(code, 0, text)
        code, text = case.run("hetero", machine, placement, plan,
                              directory="hetero", cpu=cpu)
        self.assertEqual(code, 0, text)
        expected = self.outputs(case, "cpu")
        self.assertTrue(expected)
        self.assertEqual(expected, self.outputs(case, "hetero"))
        return case.placed()

    def test_a_body_goes_where_its_nodes_are_cheap(self):
        case = loop_case("loop")
        placed = self.check(case, {"devices": [GPU]})
        self.assertEqual(placed["loop"], {"loop1": "split"})
        inside = placed["loop/loop1/body"]
        self.assertEqual(inside["multiply"], "sim GPU")
        self.assertEqual(inside["relu"], "sim GPU")
        self.assertEqual(inside["cast"], "ONNXIFI CPU")  # the GPU has none

    def test_a_weight_of_the_outer_graph_is_one_of_the_body(self):
        case = loop_case("outer_weight", weights_outside=True)
        placed = self.check(case, {"devices": [GPU]})
        self.assertEqual(placed["outer_weight/loop1/body"]["multiply"],
                         "sim GPU")

    def test_a_device_that_takes_the_node_gets_it_whole(self):
        case = loop_case("whole")
        gpu = dict(WHOLE, operators="all")
        placed = self.check(case, {"devices": [gpu]})
        self.assertEqual(placed["whole"], {"loop1": "sim GPU"})
        self.assertNotIn("whole/loop1/body", placed)

    def test_a_loop_is_shared_when_its_device_is_lost(self):
        """The body's weight was in memory of the client, which is gone."""
        case = loop_case("lost", size=640)
        whole = dict(GPU, name="sim whole", operators="all",
                     cost_ns={"*": 50}, faults={"lost_at_run": 2})
        placed = self.check(case, {"devices": [whole, GPU]})
        graphs = [event["parts"] for event in case.events
                  if event["event"] == "placed" and event["graph"] == "lost"]
        self.assertEqual(graphs[0][0]["device"], "sim whole")
        self.assertIn("device_lost", [e["event"] for e in case.events])
        self.assertEqual(placed["lost"], {"loop1": "split"})
        self.assertEqual(placed["lost/loop1/body"]["multiply"], "sim GPU")

    def test_what_is_not_worth_it_stays_whole(self):
        case = loop_case("small", size=2)
        slow = dict(GPU, cost_ns={"*": 10**7}, launch_us=100)
        placed = self.check(case, {"devices": [slow]})
        self.assertEqual(placed["small"], {"loop1": "ONNXIFI CPU"})

    def test_what_no_device_runs_alone_is_shared(self):
        """The host has no MatMul, and the GPU no Loop."""
        case = loop_case("together")
        host = {"name": "sim host", "device_type": "cpu", "operators": "all",
                "except": ["MatMul"]}
        placed = self.check(case, {"devices": [host, GPU]}, cpu=False)
        self.assertEqual(placed["together"], {"loop1": "split"})
        inside = placed["together/loop1/body"]
        self.assertEqual(inside["multiply"], "sim GPU")
        self.assertEqual(inside["cast"], "sim host")
        # Without the GPU nobody does.
        code, text = case.run("hetero", {"devices": [host]}, cpu=False)
        self.assertEqual(code, 4, text)
        self.assertIn("loop1", text)

    def test_no_iteration_at_all(self):
        case = loop_case("none", trips=0)
        placed = self.check(case, {"devices": [GPU]})
        self.assertEqual(placed["none"], {"loop1": "ONNXIFI CPU"})
        placed = self.check(case, {"devices": [GPU]},
                            plan={"multiply": "sim GPU"})
        self.assertEqual(placed["none"], {"loop1": "split"})

    def test_pins_reach_into_bodies(self):
        case = loop_case("pins")
        devices = {"devices": [GPU, dict(GPU, name="sim other")]}
        for name in ("multiply", "loop1/body/multiply"):
            placed = self.check(case, devices, plan={name: "sim other"})
            self.assertEqual(placed["pins/loop1/body"]["multiply"],
                             "sim other")
        # Of a loop that stays whole, all is there.
        placed = self.check(case, devices, plan={"multiply": "ONNXIFI CPU"})
        self.assertEqual(placed.get("pins/loop1/body", placed["pins"]).get(
            "multiply", "ONNXIFI CPU"), "ONNXIFI CPU")
        placed = self.check(case, devices, plan={"loop1/body/other": "sim GPU"})
        self.assertTrue([event for event in case.events
                         if event["event"] == "pin"
                         and "loop1/body/other" in event["text"]])

    def test_bodies_in_bodies(self):
        """A Loop in an If in a Scan; each level captures from outside."""
        size = 256
        inner = helper.make_graph(
            [node("MatMul", ["a", "w"], ["b"], name="deep"),
             node("Add", ["b", "shift"], ["c"], name="shifted"),
             node("Add", ["c", "row2"], ["d"], name="added")],
            "inner", [value("i", INT64, []), value("go", BOOL, []),
                      value("a", FLOAT, [size, size])],
            [value("go", BOOL, []), value("d", FLOAT, [size, size])])
        then = helper.make_graph(
            [node("Loop", ["three", "", "state"], ["t"], body=inner,
                  name="loop")],
            "then", [], [value("t", FLOAT, [size, size])])
        otherwise = helper.make_graph(
            [], "otherwise", [], [value("state", FLOAT, [size, size])])
        scan = helper.make_graph(
            [node("Add", ["row", "row"], ["row2"], name="twice"),
             node("ReduceSum", ["row"], ["sum"], keepdims=0, name="sum"),
             node("Less", ["sum", "zero"], ["less"], name="less"),
             node("If", ["less"], ["next"], then_branch=then,
                  else_branch=otherwise, name="if")],
            "scan", [value("state", FLOAT, [size, size]),
                     value("row", FLOAT, [size])],
            [value("next", FLOAT, [size, size]), value("row2", FLOAT, [size])])
        graph = helper.make_graph(
            [node("Add", ["x", "x"], ["shift"], name="first"),
             node("Scan", ["x", "rows"], ["y", "twos"], body=scan,
                  num_scan_inputs=1, scan_output_directions=[1], name="scan"),
             node("Relu", ["y"], ["z"], name="last")],
            "nested", [value("x", FLOAT, [size, size]),
                       value("rows", FLOAT, ["n", size])],
            [value("z", FLOAT, [size, size]), value("twos", FLOAT, None)],
            [constant("w", floats(size, size, seed=3) / 8),
             constant("three", 3, np.int64), constant("zero", 0, np.float32)])
        case = Case("nested", graph, [floats(size, size), floats(6, size)])
        placed = self.check(case, {"devices": [GPU]})
        path = "nested/scan/body/if/then_branch/loop/body"
        self.assertEqual(placed["nested"]["scan"], "split")
        self.assertEqual(placed[path]["deep"], "sim GPU")
        for seed in range(3):
            self.check(case, {"devices": [GPU, dict(GPU, name="sim two")]},
                       f"random:{seed}")

    def test_strings_and_sequences_are_carried(self):
        body = helper.make_graph(
            [node("StringConcat", ["s", "mark"], ["t"], name="concat"),
             node("MatMul", ["a", "a"], ["b"], name="multiply"),
             node("SequenceInsert", ["q", "b"], ["r"], name="insert"),
             node("Less", ["i", "two"], ["go2"], name="less")],
            "body", [value("i", INT64, []), value("go", BOOL, []),
                     value("s", STRING, [2]), value("a", FLOAT, [256, 256]),
                     helper.make_tensor_sequence_value_info(
                         "q", FLOAT, [256, 256])],
            [value("go2", BOOL, []), value("t", STRING, [2]),
             value("b", FLOAT, [256, 256]),
             helper.make_tensor_sequence_value_info("r", FLOAT, [256, 256]),
             value("s", STRING, [2])])
        graph = helper.make_graph(
            [node("SequenceEmpty", [], ["q0"], dtype=FLOAT, name="empty"),
             node("Loop", ["", "yes", "names", "x", "q0"],
                  ["t", "y", "q", "all"], body=body, name="loop"),
             node("ConcatFromSequence", ["q"], ["z"], axis=0, name="join")],
            "kinds", [value("names", STRING, [2]),
                      value("x", FLOAT, [256, 256])],
            [value("t", STRING, [2]), value("y", FLOAT, [256, 256]),
             value("z", FLOAT, None), value("all", STRING, None)],
            [constant("yes", True), constant("two", 2, np.int64),
             helper.make_tensor("mark", STRING, [1], [b" a longer mark"])])
        case = Case("kinds", graph,
                    [np.array(["one word", "two words"], dtype=object),
                     floats(256, 256)])
        placed = self.check(case, {"devices": [GPU]})
        self.assertEqual(placed["kinds"]["loop"], "split")
        self.assertEqual(placed["kinds/loop/body"]["multiply"], "sim GPU")
        for seed in range(3):
            self.check(case, {"devices": [GPU]}, f"random:{seed}")

    def test_a_shape_that_changes_is_mended(self):
        """The model promises a shape that only the first iteration has: the
        node then runs whole, as on the cpu."""
        body = helper.make_graph(
            [node("Concat", ["a", "a"], ["b"], axis=0, name="concat"),
             node("Mul", ["b", "b"], ["c"], name="square")],
            "body", [value("i", INT64, []), value("go", BOOL, []),
                     value("a", FLOAT, [4])],
            [value("go", BOOL, []), value("c", FLOAT, [8])])
        graph = helper.make_graph(
            [node("Loop", ["three", "", "x"], ["y"], body=body, name="loop")],
            "grows", [value("x", FLOAT, [4])], [value("y", FLOAT, ["n"])],
            [constant("three", 3, np.int64)])
        case = Case("grows", graph, [floats(4)])
        code, _ = case.run("CPU", {"devices": [GPU]})
        if code != 0:
            self.skipTest("the cpu backend refuses the model")
        self.check(case, {"devices": [GPU]}, plan={"square": "sim GPU"})
        self.assertIn("run_failed", [e["event"] for e in case.events])
        self.assertEqual(case.placed()["grows"]["loop"], "ONNXIFI CPU")

    def test_partition_shows_bodies(self):
        case = loop_case("shown")
        environment = dict(os.environ)
        sim_file = case.path / "machine.json"
        sim_file.write_text(json.dumps({"devices": [GPU]}))
        environment["ONNXIFI_PLUGIN_FILES"] = ":".join([
            str(OPTIONS.build / "lib/onnxifi/plugins/libonnxifi-cpu.so"),
            str(OPTIONS.build / "sim/libonnxifi-sim.so")])
        environment["ONNXIFI_SIM_FILE"] = str(sim_file)

        def partition(*arguments):
            return subprocess.run(
                [str(OPTIONS.build / "bin/onnxifi"), "partition",
                 str(case.file), *map(str, arguments)], env=environment,
                capture_output=True, text=True, timeout=120, check=True).stdout

        told = json.loads(partition("--json", "-"))
        where = {n["name"]: n for n in told["nodes"]}
        self.assertTrue(where["loop1"]["split"])
        self.assertEqual(where["loop1/body/multiply"]["device"], 1)
        self.assertEqual(where["loop1/body/cast"]["device"], 0)
        self.assertEqual(told["bodies"][0]["path"], "loop1/body")
        self.assertEqual(told["bodies"][0]["iterations"], 8)
        self.assertGreater(told["bodies"][0]["cost_ns"]["total"], 0)
        self.assertIn("node loop1/body/multiply (MatMul)  on sim GPU",
                      partition("--nodes"))
        # What it writes is a plan that gives the same.
        plan = case.path / "written.json"
        plan.write_text(json.dumps(told))
        again = json.loads(partition("--json", "-", "--plan", plan))
        self.assertEqual(again["nodes"], told["nodes"])
        self.assertEqual(again["notes"], [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("tests", nargs="*")
    OPTIONS = parser.parse_args()
    OPTIONS.build = OPTIONS.build.resolve()
    OPTIONS.work.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=[sys.argv[0], *OPTIONS.tests])
