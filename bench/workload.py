"""Which file a benchmark model is, and what it is fed."""

import functools
import pathlib
import zlib

import numpy as np
import onnx

import models

DATA = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
LIGHT = ["light_bvlc_alexnet", "light_densenet121", "light_inception_v1",
         "light_inception_v2", "light_resnet50", "light_shufflenet",
         "light_squeezenet", "light_vgg19", "light_zfnet512"]
SIZES = {"input_ids": 30000, "token_type_ids": 2}


def path(name):
    return DATA / f"{name}.onnx" if name in LIGHT else models.write(name)


@functools.cache
def _face(name):
    """Inputs (name, shape, numpy type) and output names."""
    graph = onnx.load(path(name)).graph
    weights = {w.name for w in graph.initializer}
    inputs = []
    for value in graph.input:
        if value.name in weights:
            continue
        tensor = value.type.tensor_type
        inputs.append((value.name, [d.dim_value for d in tensor.shape.dim],
                       onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)))
    return inputs, [o.name for o in graph.output]


def output_names(name):
    return _face(name)[1]


def inputs(name):
    """Seeded by the model's name. The light models get the ramp that ONNX
    tests them with: their weights are not made for normal inputs."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    feed = {}
    for key, shape, dtype in _face(name)[0]:
        if name in LIGHT:
            count = int(np.prod(shape))
            array = (np.arange(count) / count).reshape(shape)
        elif np.issubdtype(dtype, np.floating):
            array = random.standard_normal(shape)
        elif key == "attention_mask":
            array = np.ones(shape)
        elif key == "position_ids":
            array = np.full(shape, 511)
        else:
            array = random.integers(0, SIZES[key], shape)
        feed[key] = np.ascontiguousarray(array.astype(dtype))
    return feed
