#!/usr/bin/env python3
"""Writes the operator ("node") test cases of the pinned onnx as case folders.

    write_node_cases.py OUT

The onnx package builds these cases in Python and ships no files. OUT/<case>
gets the form described in case_files.py; nothing happens when OUT is up to
date. Exits 1 when the number of cases is not the one that this project's
figures are stated for, so that a changed onnx cannot pass unnoticed.
"""

import pathlib
import sys
import warnings

import onnx
from onnx import numpy_helper
from onnx.backend.test import loader

import case_files

EXPECTED_COUNT = {"1.23.2": 1884}
# Expectations that are themselves float32 noise around an exact zero (NumPy
# transforms float32 in float32; the values reach 99): the case's own absolute
# limit of 1e-7 would ask for that noise.
ATOL = {"test_dft_inverse": 1e-6, "test_dft_inverse_opset19": 1e-6}
SOURCES = [__file__, case_files.__file__]


def encode(value, type_proto, name):
    """One input or output as the protobuf that its declared type asks for."""
    if isinstance(value, onnx.TensorProto):
        return value.SerializeToString()
    kind = type_proto.WhichOneof("value")
    if kind == "tensor_type":
        return numpy_helper.from_array(value, name).SerializeToString()
    if kind == "sequence_type":
        return numpy_helper.from_list(value, name).SerializeToString()
    if kind == "optional_type":
        return numpy_helper.from_optional(value, name).SerializeToString()
    if kind == "map_type":
        return numpy_helper.from_dict(value, name).SerializeToString()
    raise ValueError(f"{name}: no file form for a value of type {kind}")


def encode_all(values, infos):
    if len(values) > len(infos):
        raise ValueError(f"{len(values)} values for {len(infos)} declarations")
    return [encode(v, i.type, i.name) for v, i in zip(values, infos)]


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = pathlib.Path(sys.argv[1])
    if manifest := case_files.up_to_date(out, "node", SOURCES):
        print(f"{manifest['count']} node cases in {out} are up to date")
        return 0
    # The cases compute their expectations with overflow and NaN on purpose.
    warnings.simplefilter("ignore")
    cases = loader.load_model_tests(kind="node")
    case_files.start(out)
    names = []
    for case in cases:
        graph = case.model.graph
        data = [
            (encode_all(inputs, graph.input), encode_all(outputs, graph.output))
            for inputs, outputs in case.data_sets
        ]
        case_files.write_case(
            out / case.name,
            case.model.SerializeToString(),
            data,
            case.rtol,
            ATOL.get(case.name, case.atol),
        )
        names.append(case.name)
    expected = EXPECTED_COUNT.get(onnx.__version__)
    if len(names) != expected:
        print(
            f"onnx {onnx.__version__} has {len(names)} node cases, expected "
            f"{expected}: look at what changed, then correct EXPECTED_COUNT"
        )
        return 1
    case_files.finish(out, "node", SOURCES, names)
    print(f"{len(names)} node cases written to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
