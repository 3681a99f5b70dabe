#!/usr/bin/env python3
"""Tensors that stay on a device, between the parts of the heterogeneous backend.

    tests/hetero/memory_test.py --build build/release --work DIR

Simulated devices write down every copy. Nodes are pinned to devices, so that
the least that has to be copied is known.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

OPTIONS = argparse.Namespace()
HOST = "ONNXIFI CPU"
ONE = {"name": "sim one", "device_type": "gpu", "operators": "all",
       "device_memory": True, "copy_us": 50, "cpu_read_bandwidth": 10**9,
       "cpu_write_bandwidth": 10**9}
TWO = dict(ONE, name="sim two", device_type="npu")
SHAPE = [4, 8]
BYTES = 4 * 8 * 4  # of each tensor
COPY_NS = 50_000 + BYTES


def make_case(case, nodes, outputs):
    """`nodes`: (operator, inputs, output); each reads and makes floats."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node(op, inputs, [output], name=f"n_{output}")
         for op, inputs, output in nodes],
        "memory", [value("x", 1, SHAPE)],
        [value(name, 1, SHAPE) for name in outputs])
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    x = np.random.default_rng(3).standard_normal(SHAPE).astype(np.float32)
    results = ReferenceEvaluator(model).run(None, {"x": x})
    data = case / "test_data_set_0"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    onnx.save(model, case / "model.onnx")
    onnx.save_tensor(numpy_helper.from_array(x, "x"), data / "input_0.pb")
    for i, (name, result) in enumerate(zip(outputs, results)):
        onnx.save_tensor(numpy_helper.from_array(result, name),
                         data / f"output_{i}.pb")


def run(case, devices, pins, iterations, placement="auto"):
    """Output of the command, the traced lines, and the report's events."""
    plugins = OPTIONS.build / "lib/onnxifi/plugins"
    files = {name: case / name for name in
             ("machine.json", "pins.json", "trace.jsonl", "report.jsonl")}
    for path in files.values():
        path.unlink(missing_ok=True)
    files["machine.json"].write_text(json.dumps({"devices": devices}))
    files["pins.json"].write_text(json.dumps({"nodes": [
        {"name": f"n_{output}", "device": device}
        for output, device in pins.items()]}))
    environment = dict(os.environ)
    environment.update({
        "ONNXIFI_PLUGIN_FILES": ":".join(
            str(path) for path in (plugins / "libonnxifi-cpu.so",
                                   plugins / "libonnxifi-hetero.so",
                                   OPTIONS.build / "sim/libonnxifi-sim.so")),
        "ONNXIFI_SIM_FILE": str(files["machine.json"]),
        "ONNXIFI_SIM_TRACE": str(files["trace.jsonl"]),
        "ONNXIFI_HETERO_PLAN": str(files["pins.json"]),
        "ONNXIFI_HETERO_PLACEMENT": placement,
        "ONNXIFI_HETERO_REPORT": str(files["report.jsonl"]),
    })
    done = subprocess.run(
        [str(OPTIONS.build / "bin/onnxifi"), "run", str(case / "model.onnx"),
         "--backend", "hetero", "--iterations", str(iterations),
         "--check", str(case / "test_data_set_0")],
        env=environment, capture_output=True, text=True, timeout=120,
        check=False)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)

    def lines(path):
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines()]
    return lines(files["trace.jsonl"]), lines(files["report.jsonl"])


def least(nodes, outputs, pins):
    """Bytes from and to the host, for each device."""
    home = {"x": HOST, **pins}
    wanted = {name: set() for name in home}
    for _, inputs, output in nodes:
        for name in inputs:
            wanted[name].add(pins[output])
    for name in outputs:
        wanted[name].add(HOST)
    copied = {}
    for name, places in wanted.items():
        for place in places - {home[name], HOST}:
            key = (place, "from host")
            copied[key] = copied.get(key, 0) + BYTES
        if home[name] != HOST and places - {home[name]}:
            key = (home[name], "to host")
            copied[key] = copied.get(key, 0) + BYTES
    return copied


def copies(trace):
    copied = {}
    for line in trace:
        if line["what"] != "allocate":
            key = (line["device"], line["what"])
            copied[key] = copied.get(key, 0) + line["bytes"]
    return copied


class MemoryTest(unittest.TestCase):
    def case(self):
        return OPTIONS.work / self.id().rpartition(".")[2]

    def check(self, nodes, outputs, pins, devices=(ONE, TWO)):
        """Runs with pins, once and more often; the last report's `placed`."""
        make_case(self.case(), nodes, outputs)
        once, _ = run(self.case(), devices, pins, 1)
        often, events = run(self.case(), devices, pins, 4)
        few, many = copies(once), copies(often)
        expected = least(nodes, outputs, pins)
        self.assertEqual({key: many[key] - few.get(key, 0) for key in many},
                         {key: 3 * n for key, n in expected.items()})
        placed = [event for event in events if event["event"] == "placed"][-1]
        home = {n: part["device"] for part in placed["parts"]
                for n in part["nodes"]}
        self.assertEqual(home, {f"n_{o}": d for o, d in pins.items()})
        self.assertEqual(len(events), 1, events)
        # The cost model knows the same; between devices it pays both ways.
        if TWO["name"] not in pins.values():
            self.assertEqual(placed["cost_ns"]["copy"],
                             sum(expected.values()) // BYTES * COPY_NS)
        return placed

    def test_a_chain_between_host_and_device(self):
        names = ["a", "b", "c", "d", "e", "f"]
        nodes = [("Neg", [before], name)
                 for before, name in zip(["x"] + names, names)]
        placed = self.check(nodes, ["f"], {
            name: ONE["name"] if i % 2 else HOST
            for i, name in enumerate(names)})
        self.assertEqual(len(placed["parts"]), 6)
        # a, c, e are the host's; b and d come back to it.
        self.assertEqual(placed["host_bytes"], 2 * BYTES)
        self.assertEqual(placed["host_unshared_bytes"], 5 * BYTES)
        self.assertLess(placed["device_bytes"]["sim one"],
                        placed["device_unshared_bytes"]["sim one"])

    def test_what_only_the_device_reads_stays_there(self):
        # `b` waits for the host's `h` twice, and reads what is there.
        nodes = [("Neg", ["x"], "a"), ("Abs", ["a"], "h"),
                 ("Sin", ["a"], "k"), ("Add", ["h", "k"], "b"),
                 ("Neg", ["b"], "i"), ("Sub", ["k", "i"], "c"),
                 ("Mul", ["c", "x"], "d")]
        pins = dict.fromkeys("akbcd", ONE["name"]) | dict.fromkeys("hi", HOST)
        self.check(nodes, ["d"], pins)

    def test_two_devices_and_outputs_that_are_read(self):
        nodes = [("Neg", ["x"], "a"), ("Abs", ["a"], "b"),
                 ("Sin", ["b"], "c"), ("Add", ["a", "c"], "d"),
                 ("Mul", ["x", "b"], "e"), ("Sub", ["d", "e"], "f")]
        pins = {"a": ONE["name"], "b": TWO["name"], "c": ONE["name"],
                "d": TWO["name"], "e": HOST, "f": ONE["name"]}
        self.check(nodes, ["f", "b", "a"], pins)

    def test_random_graphs(self):
        random = np.random.default_rng(11)
        for number in range(8):
            nodes, names = [], ["x"]
            for i in range(24):
                recent = names[-4:]
                pick = [str(name) for name in random.choice(recent, 2)]
                nodes.append((str(random.choice(["Add", "Sub", "Max"])), pick,
                              f"v{i}"))
                names.append(f"v{i}")
            read = {name for _, inputs, _ in nodes for name in inputs}
            outputs = [name for name in names[1:] if name not in read]
            outputs.append(next(n for n in names[1:] if n in read))
            pins = {output: str(random.choice([HOST, "sim one", "sim two"]))
                    for _, _, output in nodes}
            with self.subTest(number=number):
                self.check(nodes, outputs, pins)

    def test_one_part_is_given_the_clients_memory(self):
        nodes = [("Neg", ["x"], "a"), ("Abs", ["a"], "b")]
        make_case(self.case(), nodes, ["b"])
        trace, events = run(self.case(), [ONE],
                            dict.fromkeys("ab", ONE["name"]), 1)
        self.assertEqual({line["what"] for line in trace},
                         {"read by a run", "written by a run"})
        self.assertEqual(events[-1]["device_bytes"], {})

    def test_without_room_everything_passes_through_the_host(self):
        nodes = [("Neg", ["x"], "a"), ("Abs", ["a"], "b"),
                 ("Sin", ["b"], "c"), ("Add", ["a", "c"], "d")]
        pins = {"a": ONE["name"], "b": HOST, "c": ONE["name"],
                "d": TWO["name"]}
        make_case(self.case(), nodes, ["d"])
        small = dict(ONE, memory_size=64)
        trace, events = run(self.case(), [small, TWO], pins, 2)
        self.assertEqual([event["event"] for event in events],
                         ["no_device_memory", "placed"])
        self.assertIn("sim one", events[0]["text"])
        self.assertEqual(set(events[1]["device_bytes"]), {"sim two"})
        whats = {(line["device"], line["what"]) for line in trace}
        self.assertIn(("sim one", "read by a run"), whats)
        self.assertNotIn(("sim one", "from host"), whats)
        self.assertIn(("sim two", "from host"), whats)

    def test_a_device_that_fails_while_others_wait_for_it(self):
        names = ["a", "b", "c", "d", "e", "f"]
        nodes = [("Neg", [before], name)
                 for before, name in zip(["x"] + names, names)]
        # `g` is behind `b` on the device, whatever the host does.
        nodes.append(("Add", ["b", "f"], "g"))
        pins = {name: ONE["name"] if i % 2 else HOST
                for i, name in enumerate(names)} | {"g": ONE["name"]}
        make_case(self.case(), nodes, ["g"])
        for fault, event in (({"lost_at_run": 3}, "device_lost"),
                             ({"lost_at_run": 6}, "device_lost"),
                             ({"fails_at_run": 2}, "run_failed"),
                             ({"out_of_memory_at_run": 5}, "run_failed")):
            with self.subTest(fault=fault):
                bad = dict(ONE, faults=fault)
                _, events = run(self.case(), [bad, TWO], pins, 4)
                kinds = [told["event"] for told in events]
                self.assertIn(event, kinds)
                self.assertEqual(kinds[-1], "placed")
                self.assertNotIn(ONE["name"], [
                    part["device"] for part in events[-1]["parts"]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    OPTIONS.__dict__.update(vars(parser.parse_args()))
    OPTIONS.build = OPTIONS.build.resolve()
    OPTIONS.work.mkdir(parents=True, exist_ok=True)
    OPTIONS.work = OPTIONS.work.resolve()
    result = unittest.main(argv=sys.argv[:1], exit=False, verbosity=1).result
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
