#!/usr/bin/env python3
"""Writes test cases of the operators of ai.onnx.ml (and TfIdfVectorizer), of
which onnx itself has only a few, as case folders.

    write_ml_cases.py OUT

Runs in the environment of scripts/requirements-ml.txt. OUT/<case> gets the
form described in case_files.py; nothing happens when OUT is up to date. Exits
1 when an operator, or a version of one, has no case.
"""

import pathlib
import sys

import numpy as np
import onnx
import skl2onnx
import sklearn
from onnx import numpy_helper

import case_files
import ml_cases_direct
import ml_cases_sklearn
import ml_cases_trees

MODULES = (ml_cases_direct, ml_cases_trees, ml_cases_sklearn)
SOURCES = [__file__, case_files.__file__, *(m.__file__ for m in MODULES)]
KIND = f"ml, scikit-learn {sklearn.__version__}, skl2onnx {skl2onnx.__version__}"
# scikit-learn computes in float64, the models in float32: each product of a
# sum brings 6e-8 of its size, and the sums have up to a hundred of them.
RTOL, ATOL = 1e-4, 1e-5


def wanted():
    """Every (operator, version) of the domain that is not deprecated."""
    return {
        (s.name, s.since_version)
        for s in onnx.defs.get_all_schemas_with_history()
        if s.domain == "ai.onnx.ml" and not s.deprecated
    }


def covered(model):
    for imported in model.opset_import:
        if imported.domain != "ai.onnx.ml":
            continue
        for node in model.graph.node:
            if node.domain == "ai.onnx.ml":
                schema = onnx.defs.get_schema(
                    node.op_type, imported.version, "ai.onnx.ml")
                yield node.op_type, schema.since_version


def set_version(model, version):
    for imported in model.opset_import:
        if imported.domain == "ai.onnx.ml":
            imported.version = version


def map_proto(value, map_type, name):
    """A dict as onnx.MapProto with elements of the declared types; onnx's own
    from_dict knows no strings and makes every number float64 or int64."""
    proto = onnx.MapProto(name=name, key_type=map_type.key_type)
    if map_type.key_type == onnx.TensorProto.STRING:
        proto.string_keys.extend(key.encode() for key in value)
    else:
        proto.keys.extend(value)
    dtype = onnx.helper.tensor_dtype_to_np_dtype(
        map_type.value_type.tensor_type.elem_type)
    proto.values.elem_type = onnx.SequenceProto.TENSOR
    proto.values.tensor_values.extend(
        numpy_helper.from_array(np.array(item, dtype))
        for item in value.values())
    return proto


def encode(value, info):
    """One input or output as the protobuf that its declared type asks for."""
    kind = info.type.WhichOneof("value")
    if kind == "map_type":
        return map_proto(value, info.type.map_type,
                         info.name).SerializeToString()
    if kind == "sequence_type":
        element = info.type.sequence_type.elem_type
        return onnx.SequenceProto(
            name=info.name, elem_type=onnx.SequenceProto.MAP,
            map_values=[map_proto(v, element.map_type, "") for v in value],
        ).SerializeToString()
    dtype = onnx.helper.tensor_dtype_to_np_dtype(info.type.tensor_type.elem_type)
    if value.dtype != dtype:
        value = value.astype(dtype)
    return numpy_helper.from_array(value, info.name).SerializeToString()


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = pathlib.Path(sys.argv[1])
    if manifest := case_files.up_to_date(out, KIND, SOURCES):
        print(f"{manifest['count']} ml cases in {out} are up to date")
        return 0
    case_files.start(out)
    names, missing = [], wanted()
    for module in MODULES:
        for name, model, inputs, outputs, version in module.cases():
            set_version(model, version)
            onnx.checker.check_model(model)
            missing.difference_update(covered(model))
            graph = model.graph
            data = ([encode(*pair) for pair in zip(inputs, graph.input)],
                    [encode(*pair) for pair in zip(outputs, graph.output)])
            case_files.write_case(out / f"ml_{name}",
                                  model.SerializeToString(), [data], RTOL, ATOL)
            names.append(f"ml_{name}")
    if missing:
        print(f"no case for {sorted(missing)}")
        return 1
    case_files.finish(out, KIND, SOURCES, names)
    print(f"{len(names)} ml cases written to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
