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

    def test_one_device_is_told(self):
        code, out, err = partition(self.model, "--devices", "nothing")
        self.assertEqual(code, 0, err)
        self.assertIn("one device only: ONNXIFI CPU", out)

    def test_bad_input_is_an_error(self):
        bad = OPTIONS.work / "bad.json"
        bad.write_text("{")
        for arguments, wanted in ((("missing.onnx",), 2), ((bad,), 4),
                                  ((self.model, "--plan", bad), 2),
                                  ((self.model, "--plan", "missing.json"), 2)):
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
