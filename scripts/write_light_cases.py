#!/usr/bin/env python3
"""Makes case folders of the nine `light` models of the onnx package.

    write_light_cases.py OUT

The package ships a model and its expected output, but no input: its own test
runner feeds a ramp (element i of n is i/n). The same ramp is written here.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper

import case_files

SOURCES = [__file__, case_files.__file__]
DATA = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
COUNT = 9
# What the package's runner allows (its float32 default).
RTOL, ATOL = 1e-3, 1e-7


def ramp(info):
    """Declared float32 shape, unknown sizes as 1, filled with i/n."""
    tensor = info.type.tensor_type
    if tensor.elem_type != onnx.TensorProto.FLOAT:
        raise ValueError(f"input {info.name} is not float32")
    shape = [
        d.dim_value if d.HasField("dim_value") else 1 for d in tensor.shape.dim
    ]
    count = int(np.prod(shape))
    return (np.arange(count).reshape(shape) / count).astype(np.float32)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = pathlib.Path(sys.argv[1])
    if manifest := case_files.up_to_date(out, "light", SOURCES):
        print(f"{manifest['count']} light cases in {out} are up to date")
        return 0
    case_files.start(out)
    names = []
    for path in sorted(DATA.glob("*.onnx")):
        blob = path.read_bytes()
        graph = onnx.load_from_string(blob).graph
        weights = {i.name for i in graph.initializer}
        inputs = [
            numpy_helper.from_array(ramp(i), i.name).SerializeToString()
            for i in graph.input
            if i.name not in weights
        ]
        outputs = [
            (DATA / f"{path.stem}_output_{k}.pb").read_bytes()
            for k in range(len(graph.output))
        ]
        case_files.write_case(
            out / path.stem, blob, [(inputs, outputs)], RTOL, ATOL
        )
        names.append(path.stem)
    if len(names) != COUNT:
        print(f"{len(names)} light models in {DATA}, expected {COUNT}")
        return 1
    case_files.finish(out, "light", SOURCES, names)
    print(f"{len(names)} light cases written to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
