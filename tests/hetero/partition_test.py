#!/usr/bin/env python3
"""Tests `onnxifi partition` on simulated devices.

    tests/hetero/partition_test.py --build build/release --work DIR
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import unittest

import onnx
from onnx import helper

import faults

OPTIONS = argparse.Namespace()
MACHINE = {"devices": [
    # Without Relu every convolution is followed by a visit to the host.
    {"name": "sim GPU", "device_type": "gpu", "operators": ["Conv", "Add"],
     "macs_fp32": 10**13, "memory_bandwidth": 10**12,
     "cost_ns": {"Conv": 900, "Add": 700}},
    {"name": "sim NPU", "device_type": "npu", "operators": "all",
     "macs_fp32": 10**9, "memory_bandwidth": 10**9},
]}


def partition(*arguments, machine=None):
    """Exit code, standard output and standard error."""
    machine = MACHINE if machine is None else machine
    sim_file = OPTIONS.work / "machine.json"
    sim_file.write_text(json.dumps(machine))
    environment = dict(os.environ)
    environment["ONNXIFI_PLUGIN_FILES"] = ":".join([
        str(OPTIONS.build / "lib/onnxifi/plugins/libonnxifi-cpu.so"),
        str(OPTIONS.build / "sim/libonnxifi-sim.so")])
    environment["ONNXIFI_SIM_FILE"] = str(sim_file)
    environment["ONNXIFI_HETERO_CALIBRATION"] = "off"
    done = subprocess.run(
        [str(OPTIONS.build / "bin/onnxifi"), "partition", *map(str, arguments)],
        env=environment, capture_output=True, text=True, timeout=120,
        check=False)
    return done.returncode, done.stdout, done.stderr


def report(*arguments, machine=None):
    code, out, err = partition(*arguments, "--json", "-", machine=machine)
    if code != 0:
        raise AssertionError(err)
    return json.loads(out)


def stripped(model):
    """The bytes of a model without what `partition --onnx` writes."""
    model = onnx.load_model_from_string(model)
    for holder in (model, *model.graph.node):
        for i in reversed(range(len(holder.metadata_props))):
            if holder.metadata_props[i].key.startswith("onnxifi."):
                del holder.metadata_props[i]
    return model.SerializeToString(deterministic=True)


def annotated(path, out=None):
    """The metadata of each node, by its first output; and a check that the
    rest of the file is what it was."""
    out = OPTIONS.work / "annotated.onnx" if out is None else out
    code, _, err = partition(path, "--onnx", out)
    if code != 0:
        raise AssertionError(err)
    onnx.checker.check_model(str(out), full_check=True)
    if stripped(out.read_bytes()) != stripped(path.read_bytes()):
        raise AssertionError("more than metadata has changed")
    again = out.with_name("again.onnx")
    code, _, err = partition(out, "--onnx", again)
    if code != 0 or again.read_bytes() != out.read_bytes():
        raise AssertionError(f"annotating again changes something: {err}")
    again.unlink()
    return {node.output[0]: {p.key: p.value for p in node.metadata_props}
            for node in onnx.load(out, load_external_data=False).graph.node}


class PartitionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        faults.write_case(OPTIONS.work)
        cls.model = OPTIONS.work / "model.onnx"

    def test_tells_cost_and_reason_of_every_node_on_every_device(self):
        told = report(self.model)
        self.assertEqual(told["schema"], "onnxifi.partition/1")
        self.assertEqual(told["devices"], ["ONNXIFI CPU", "sim GPU", "sim NPU"])
        self.assertEqual(len(told["nodes"]), 50)
        relu = next(n for n in told["nodes"] if n["operator"] == "Relu")
        self.assertIn("Relu", relu["costs"][1]["reason"])
        conv = next(n for n in told["nodes"] if n["operator"] == "Conv")
        self.assertEqual(conv["costs"][1]["ns"], 900)
        self.assertEqual(conv["costs"][1]["source"], "told")
        self.assertEqual(conv["costs"][2]["source"], "roofline")
        self.assertEqual(told["cost_sources"][1],
                         {"measured": 0, "told": 30, "roofline": 0})

    def test_others_with_the_cores_of_the_host_are_left_out(self):
        machine = {"devices": [{"name": "sim cores", "device_type": "cpu",
                                "operators": "all", "macs_fp32": 10**14}]}
        told = report(self.model, machine=machine)
        self.assertEqual(told["devices"], ["ONNXIFI CPU"])
        told = report(self.model, "--devices", "sim", machine=machine)
        self.assertEqual(told["devices"], ["ONNXIFI CPU", "sim cores"])

    def test_costs_add_up(self):
        told = report(self.model)
        cost = told["cost_ns"]
        self.assertEqual(cost["total"],
                         cost["exec"] + cost["copy"] + cost["launch"])
        self.assertEqual(cost["copy"], sum(move["ns"] for move in
                                           told["plan"]["transfers"]))
        in_runs = [name for run in told["plan"]["runs"]
                   for name in run["nodes"]]
        self.assertGreaterEqual(len(in_runs), 50)  # more with replicas
        self.assertEqual(len(set(in_runs)), 50)
        for policy in told["policies"]:
            self.assertLessEqual(cost["total"], policy["cost_ns"]["total"])
        self.assertLessEqual(told["lower_bound_ns"], cost["total"])

    def test_is_the_same_each_time(self):
        self.assertEqual(report(self.model), report(self.model))

    def test_a_plan_can_be_kept_changed_and_used_again(self):
        path = OPTIONS.work / "plan.json"
        told = report(self.model)
        path.write_text(json.dumps(told))
        again = report(self.model, "--plan", path)
        self.assertEqual([n["device"] for n in told["nodes"]],
                         [n["device"] for n in again["nodes"]])
        name = told["nodes"][0]["name"]
        path.write_text(json.dumps(
            {"nodes": [{"name": name, "device": "sim NPU"},
                       {"name": "nowhere", "device": "sim NPU"}]}))
        pinned = report(self.model, "--plan", path)
        self.assertEqual(pinned["nodes"][0]["device"], 2)
        self.assertGreater(pinned["cost_ns"]["total"],
                           told["cost_ns"]["total"])
        self.assertEqual(len(pinned["notes"]), 1)
        self.assertIn("nowhere", pinned["notes"][0])

    def test_what_if_names_the_operator_that_lacks(self):
        # A GPU so fast that only the visits to the host count.
        told = report(self.model, "--what-if", machine={
            "devices": [dict(MACHINE["devices"][0],
                             cost_ns={"Conv": 1, "Add": 1})]})
        self.assertEqual([one["operator"] for one in told["what_if"]], ["Relu"])
        self.assertEqual(told["what_if"][0]["nodes"], 20)
        self.assertLess(told["what_if"][0]["total_ns"],
                        told["cost_ns"]["total"])

    def test_draws_every_node(self):
        page = OPTIONS.work / "plan.html"
        code, _, err = partition(self.model, "--html", page)
        self.assertEqual(code, 0, err)
        self.assertEqual(page.read_text().count("<rect "), 50)

    def test_constants_are_folded_as_the_backend_does(self):
        path = OPTIONS.work / "folds.onnx"
        make = helper.make_node
        graph = helper.make_graph([
            make("Neg", ["w"], ["a"], name="first"),
            make("Relu", ["a"], ["b"], name="second"),
            make("Conv", ["x", "b"], ["y"], name="conv")],
            "folds", [helper.make_tensor_value_info("x", 1, [1, 2, 4, 4])],
            [helper.make_tensor_value_info("y", 1, [1, 2, 4, 4])],
            [helper.make_tensor("w", 1, [2, 2, 1, 1], [1, 2, 3, 4])])
        onnx.save(helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9),
            path)
        told = report(path)
        self.assertEqual([n["name"] for n in told["nodes"]], ["conv"])
        self.assertEqual([n["name"] for n in told["folded"]],
                         ["first", "second"])
        _, out, _ = partition(path, "--nodes")
        self.assertIn("folded  2 nodes are computed once, on ONNXIFI CPU", out)
        self.assertIn("node first (Neg)  folded", out)
        notes = annotated(path)
        self.assertEqual(notes["a"]["onnxifi.device"], "folded")
        self.assertIn("ONNXIFI CPU", notes["b"]["onnxifi.folded"])

    def test_writes_the_plan_into_the_model(self):
        told = report(self.model)
        notes = annotated(self.model)
        self.assertEqual(len(notes), 50)
        for node in told["nodes"]:
            # The reader makes up names; the outputs are the file's.
            device = told["devices"][node["device"]]
            self.assertIn(device, [n["onnxifi.device"] for n in notes.values()])
        relu = notes["r0a"]
        self.assertNotEqual(relu["onnxifi.device"], "sim GPU")
        self.assertIn("sim GPU: ", relu["onnxifi.elsewhere"])
        self.assertIn("Relu", relu["onnxifi.elsewhere"])
        conv = notes["c0a"]
        place = [n["operator"] for n in told["nodes"]].index("Conv")
        there = told["nodes"][place]
        self.assertEqual(conv["onnxifi.device"],
                         told["devices"][there["device"]])
        self.assertEqual(float(conv["onnxifi.cost_us"]), round(
            there["costs"][there["device"]]["ns"] / 1000, 1))
        self.assertTrue(conv["onnxifi.part"].split(", ")[0].isdigit())
        summary = {p.key: p.value for p in onnx.load(
            OPTIONS.work / "annotated.onnx").metadata_props}
        self.assertEqual(summary["onnxifi.devices"],
                         "ONNXIFI CPU, sim GPU, sim NPU")
        self.assertAlmostEqual(float(summary["onnxifi.total_us"]),
                               told["cost_ns"]["total"] / 1000, delta=0.051)

    def test_calls_of_functions_get_what_has_become_of_them(self):
        path = OPTIONS.work / "calls.onnx"
        make = helper.make_node
        function = helper.make_function(
            "own", "Twice", ["p"], ["q"],
            [make("Conv", ["p", "k"], ["m"]), make("Relu", ["m"], ["q"])],
            [helper.make_opsetid("", 20)])
        function.node.insert(0, make(
            "Constant", [], ["k"], value=helper.make_tensor(
                "k", 1, [2, 2, 1, 1], [1, 2, 3, 4])))
        graph = helper.make_graph(
            [make("Twice", ["x"], ["t"], domain="own"),
             make("Add", ["t", "x"], ["y"])],
            "calls", [helper.make_tensor_value_info("x", 1, [1, 2, 4, 4])],
            [helper.make_tensor_value_info("y", 1, [1, 2, 4, 4])])
        onnx.save(helper.make_model(
            graph, functions=[function], opset_imports=[
                helper.make_opsetid("", 20), helper.make_opsetid("own", 1)],
            ir_version=9), path)
        notes = annotated(path)
        self.assertEqual(notes["t"]["onnxifi.nodes"], "2")
        self.assertNotIn("onnxifi.nodes", notes["y"])

    def test_external_data_stays_where_it_is(self):
        folder = OPTIONS.work / "external"
        folder.mkdir(exist_ok=True)
        path = folder / "model.onnx"
        (folder / "weights.bin").unlink(missing_ok=True)
        onnx.save(onnx.load(self.model), path, save_as_external_data=True,
                  location="weights.bin", size_threshold=0)
        before = (folder / "weights.bin").read_bytes()
        notes = annotated(path, folder / "out.onnx")
        self.assertEqual(len(notes), 50)
        self.assertEqual(
            {p.name for p in folder.iterdir()},
            {"model.onnx", "weights.bin", "out.onnx"})
        for target in ("weights.bin", "model.onnx"):
            code, _, err = partition(path, "--onnx", folder / target)
            self.assertEqual(code, 2)
            self.assertIn("choose another name", err)
        self.assertEqual((folder / "weights.bin").read_bytes(), before)
        _, out, _ = partition(path, "--onnx", OPTIONS.work / "far.onnx")
        self.assertIn("copy them, too", out)

    def test_a_link_to_the_model_is_the_model(self):
        link = OPTIONS.work / "link.onnx"
        link.unlink(missing_ok=True)
        link.symlink_to(self.model)
        code, _, err = partition(self.model, "--onnx", link)
        self.assertEqual(code, 2, err)

    def test_plans_are_compared(self):
        first = OPTIONS.work / "first.json"
        second = OPTIONS.work / "second.json"
        told = report(self.model)
        first.write_text(json.dumps(told))
        code, out, _ = partition("--diff", first, first)
        self.assertEqual(code, 0)
        self.assertIn("equal: 50 nodes", out)
        name = told["nodes"][0]["name"]
        second.write_text(json.dumps(
            {"nodes": [{"name": name, "device": "sim NPU"}]}))
        second.write_text(json.dumps(report(self.model, "--plan", second)))
        code, out, err = partition("--diff", first, second)
        self.assertEqual(code, 1, err)
        self.assertIn(f"moved  node {name}: ", out)
        self.assertIn("-> sim NPU (", out)
        code, out, _ = partition("--diff", first, second, "--json", "-")
        self.assertEqual(code, 1)
        diff = json.loads(out)
        self.assertEqual(diff["schema"], "onnxifi.partition-diff/1")
        moved = {one["name"]: one for one in diff["moved"]}
        self.assertEqual(moved[name]["to"]["device"], "sim NPU")
        self.assertEqual(moved[name]["from"]["ns"],
                         told["nodes"][0]["costs"][told["nodes"][0]["device"]]
                         ["ns"])
        self.assertEqual(diff["cost_ns"]["first"]["total"],
                         told["cost_ns"]["total"])
        self.assertEqual(diff["same"] + len(moved), 50)

    def test_one_device_is_told(self):
        code, out, err = partition(self.model, "--devices", "nothing")
        self.assertEqual(code, 0, err)
        self.assertIn("one device only: ONNXIFI CPU", out)

    def test_bad_input_is_an_error(self):
        bad = OPTIONS.work / "bad.json"
        bad.write_text("{")
        for arguments, wanted in ((("missing.onnx",), 2), ((bad,), 4),
                                  ((self.model, "--plan", bad), 2),
                                  ((self.model, "--plan", "missing.json"), 2),
                                  ((), 2), (("--diff", bad), 2),
                                  (("--diff", bad, bad), 2),
                                  ((self.model, "--diff", bad, bad), 2),
                                  ((self.model, "--onnx",
                                    OPTIONS.work / "no/such.onnx"), 8)):
            code, _, err = partition(*arguments)
            self.assertEqual(code, wanted, arguments)
            self.assertTrue(err.startswith("onnxifi: "), err)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    OPTIONS = parser.parse_args()
    OPTIONS.build = OPTIONS.build.resolve()
    OPTIONS.work.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=sys.argv[:1])
