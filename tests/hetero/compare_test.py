#!/usr/bin/env python3
"""Tests `onnxifi compare` on a simulated device that computes wrongly.

    tests/hetero/compare_test.py --build build/release --work DIR
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
from onnx import helper, numpy_helper

import faults

OPTIONS = argparse.Namespace()


def wrong(*results):
    return {"devices": [{"name": "sim GPU", "device_type": "gpu",
                         "operators": "all",
                         "faults": {"wrong_results": list(results)}}]}


def tool(*arguments, machine):
    """Exit code, standard output and standard error."""
    sim_file = OPTIONS.work / "wrong.json"
    sim_file.write_text(json.dumps(machine))
    environment = dict(os.environ)
    environment["ONNXIFI_PLUGIN_FILES"] = ":".join([
        str(OPTIONS.build / "lib/onnxifi/plugins/libonnxifi-cpu.so"),
        str(OPTIONS.build / "sim/libonnxifi-sim.so")])
    environment["ONNXIFI_SIM_FILE"] = str(sim_file)
    done = subprocess.run(
        [str(OPTIONS.build / "bin/onnxifi"), *map(str, arguments)],
        env=environment, capture_output=True, text=True, timeout=300,
        check=False)
    return done.returncode, done.stdout, done.stderr


def compare(model, *arguments, machine, expect=1):
    code, out, err = tool("compare", model, "--backend", "sim GPU", "--json",
                          "-", *arguments, machine=machine)
    if code != expect:
        raise AssertionError(f"exit code {code}: {out}{err}")
    return json.loads(out)


def save(name, nodes, inputs, outputs, weights=()):
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, name, [value(*one) for one in inputs],
        [value(*one) for one in outputs], list(weights))
    path = OPTIONS.work / f"{name}.onnx"
    onnx.save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9),
        path)
    return path


class CompareTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        faults.write_case(OPTIONS.work)
        cls.model = OPTIONS.work / "model.onnx"
        # The names that the reader makes up are in what `partition` tells.
        _, out, _ = tool("partition", cls.model, "--json", "-",
                         machine=wrong())
        cls.names = [node["name"] for node in json.loads(out)["nodes"]]

    def test_equal_backends_are_equal(self):
        told = compare(self.model, "--bisect", machine=wrong(), expect=0)
        self.assertTrue(told["equal"])
        self.assertEqual(told["schema"], "onnxifi.compare/1")
        self.assertEqual([one["name"] for one in told["outputs"]],
                         ["s9", "r4a"])
        self.assertNotIn("bisect", told)

    def test_the_wrong_node_is_named_wherever_it_is(self):
        self.assertEqual(len(self.names), 50)
        # First, last, in both branches, and between two outputs.
        for place in (0, 1, 2, 3, 4, 17, 24, 25, 33, 48, 49):
            name = self.names[place]
            told = compare(self.model, "--bisect",
                           machine=wrong({"node": name, "add": 0.5}))
            found = told["bisect"]
            self.assertEqual(found["found"], "nodes")
            self.assertEqual([n["name"] for n in found["nodes"]], [name])
            self.assertEqual(found["first"], place)
            self.assertTrue(found["alone_differs"])
            self.assertFalse(found["others_differ"])
            self.assertAlmostEqual(found["alone"][0]["max_abs_error"], 0.5,
                                   places=4)
            # Some for the ends, and three stretches for each of about six.
            self.assertLess(found["runs"], 60)

    def test_of_two_wrong_nodes_the_first_is_named(self):
        for first, second in ((0, 49), (10, 11), (20, 40), (3, 4)):
            told = compare(self.model, "--bisect", machine=wrong(
                {"node": self.names[second], "add": 0.5},
                {"node": self.names[first], "add": 0.5}))
            found = told["bisect"]
            self.assertEqual([n["name"] for n in found["nodes"]],
                             [self.names[first]])
            self.assertTrue(found["others_differ"])

    def test_nodes_that_are_wrong_together_are_named_together(self):
        told = compare(self.model, "--bisect", machine=wrong(
            {"node": self.names[22], "with": self.names[20], "add": 0.5}))
        found = told["bisect"]
        self.assertEqual([n["name"] for n in found["nodes"]],
                         self.names[20:23])
        self.assertTrue(found["alone_differs"])

    def test_an_error_that_grows_is_told(self):
        make = helper.make_node
        model = save("grows", [
            make("Relu", ["x"], ["a"], name="first"),
            make("Relu", ["x"], ["b"], name="second"),
            make("Sub", ["a", "b"], ["c"], name="difference"),
            make("Mul", ["c", "k"], ["y"], name="larger")],
            [("x", 1, [4])], [("y", 1, [4])],
            [numpy_helper.from_array(np.float32(1e6), "k")])
        told = compare(model, "--bisect", "--input", "x=ones",
                       machine=wrong({"node": "second", "add": 1e-5}))
        found = told["bisect"]
        self.assertEqual([n["name"] for n in found["nodes"]], ["second"])
        self.assertFalse(found["alone_differs"])
        code, out, _ = tool("compare", model, "--backend", "sim", "--bisect",
                            "--input", "x=ones",
                            machine=wrong({"node": "second", "add": 1e-5}))
        self.assertEqual(code, 1)
        self.assertIn("make the error larger", out)

    def test_text_names_node_operator_attributes_and_place(self):
        name = self.names[5]
        code, out, err = tool(
            "compare", self.model, "--backend", "sim", "--reference", "CPU",
            "--bisect", machine=wrong({"node": name, "add": 0.5}))
        self.assertEqual(code, 1)
        self.assertIn("output  s9  float32 1x8x16x16", out)
        self.assertIn("DIFFERENT", out)
        self.assertIn("at [0,", out)
        self.assertIn(f"node    '{name}' (Conv", out)
        self.assertIn("attribute pads = [1, 1, 1, 1]", out)
        self.assertIn("ONNXIFI-E3007", err)

    def test_a_reproducer_reproduces(self):
        name = self.names[30]
        folder = OPTIONS.work / "repro"
        machine = wrong({"node": name, "add": 0.5})
        compare(self.model, "--bisect", "--repro", folder, machine=machine)
        model = onnx.load(folder / "model.onnx")
        onnx.checker.check_model(model, full_check=True)
        self.assertEqual([node.name for node in model.graph.node], [name])
        run = ("run", folder / "model.onnx", "--check",
               folder / "test_data_set_0", "--backend")
        self.assertEqual(tool(*run, "CPU", machine=machine)[0], 0)
        self.assertEqual(tool(*run, "sim", machine=machine)[0], 1)
        code, out, _ = tool("check-cases", folder, "--backend", "sim",
                            machine=machine)
        self.assertEqual(code, 1, out)

    def test_values_of_every_kind(self):
        make = helper.make_node
        graph = helper.make_graph([
            make("SequenceConstruct", ["x", "x"], ["s"], name="pair"),
            make("ConcatFromSequence", ["s"], ["c"], axis=0, name="joined"),
            make("NonZero", ["c"], ["n"], name="places"),
            make("Cast", ["n"], ["f"], to=1, name="floats"),
            make("ReduceSum", ["f"], ["y"], keepdims=0, name="sum"),
            make("ReduceSum", ["c"], ["z"], keepdims=0, name="total"),
            make("SequenceInsert", ["s", "f"], ["t"], name="more")],
            "kinds", [helper.make_tensor_value_info("x", 1, [2, 2])],
            [helper.make_tensor_value_info("y", 1, []),
             helper.make_tensor_value_info("z", 1, []),
             helper.make_tensor_sequence_value_info("t", 1, None)])
        path = OPTIONS.work / "kinds.onnx"
        onnx.save(helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9),
            path)
        for name in ("joined", "places", "floats", "sum", "total"):
            told = compare(path, "--bisect",
                           machine=wrong({"node": name, "add": 2}))
            self.assertEqual([n["name"] for n in told["bisect"]["nodes"]],
                             [name])

    def test_a_random_model_is_told(self):
        make = helper.make_node
        model = save("random", [
            make("RandomUniformLike", ["x"], ["r"], name="dice"),
            make("Add", ["x", "r"], ["y"], name="sum")],
            [("x", 1, [4])], [("y", 1, [4])])
        told = compare(model, "--bisect", machine=wrong())
        self.assertEqual(told["bisect"]["found"], "random")
        _, out, _ = tool("compare", model, "--backend", "sim", "--bisect",
                         machine=wrong())
        self.assertIn("'dice'", out)

    def test_data_beside_the_model_is_read(self):
        folder = OPTIONS.work / "external"
        folder.mkdir(exist_ok=True)
        path = folder / "model.onnx"
        (folder / "weights.bin").unlink(missing_ok=True)
        onnx.save(onnx.load(self.model), path, save_as_external_data=True,
                  location="weights.bin", size_threshold=0)
        name = self.names[30]
        told = compare(path, "--bisect",
                       machine=wrong({"node": name, "add": 0.5}))
        self.assertEqual([n["name"] for n in told["bisect"]["nodes"]], [name])
        code, out, err = tool("run", path, "--backend", "CPU", "--check",
                              OPTIONS.work / "test_data_set_0", "--atol",
                              "1e-6", machine=wrong())
        self.assertEqual(code, 0, out + err)

    def test_a_backend_against_itself_is_told(self):
        code, out, _ = tool("compare", self.model, "--backend", "CPU",
                            machine=wrong())
        self.assertEqual(code, 0)
        self.assertIn("the same backend", out)

    def test_inputs_of_a_data_set(self):
        told = compare(self.model, "--inputs", OPTIONS.work / "test_data_set_0",
                       machine=wrong(), expect=0)
        self.assertTrue(told["equal"])

    def test_bad_command_lines_are_errors(self):
        for arguments, wanted in (
                ((self.model,), 2),
                (("missing.onnx", "--backend", "sim"), 2),
                ((self.model, "--backend", "nothing"), 3),
                ((self.model, "--backend", "sim", "--reference", "none"), 3),
                ((self.model, "--backend", "sim", "--repro", "x"), 2),
                ((self.model, "--backend", "sim", "--inputs", "none"), 2)):
            code, _, err = tool("compare", *arguments, machine=wrong())
            self.assertEqual(code, wanted, arguments)
            self.assertTrue(err.startswith("onnxifi: "), err)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    OPTIONS = parser.parse_args()
    OPTIONS.build = OPTIONS.build.resolve()
    OPTIONS.work = OPTIONS.work.resolve()
    OPTIONS.work.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=sys.argv[:1])
