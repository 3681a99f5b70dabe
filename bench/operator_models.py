"""One-node models for bench/operators.py: what is measured, in three sizes.

FAMILIES maps a family to its operators. Each is a function of the size, 0 to
2, that returns a Case. Weights are constants, as in real models; everything is
seeded by the name.
"""

import dataclasses
import functools
import math
import zlib

import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSET = 18
IR_VERSION = 8
SIZES = ("small", "medium", "large")
# Elements of what is moved: in the first-level caches, in the second level,
# beyond the last one.
ELEMENTS = (1 << 14, 1 << 19, 1 << 23)


@dataclasses.dataclass
class Case:
    kind: str
    inputs: dict
    weights: dict = dataclasses.field(default_factory=dict)
    attributes: dict = dataclasses.field(default_factory=dict)
    outputs: int = 1

    def model(self):
        """The model; types and shapes of its outputs by inference."""
        values = {**self.inputs, **self.weights}
        node = helper.make_node(
            self.kind, list(values), [f"y{i}" for i in range(self.outputs)],
            **self.attributes)
        infos = [helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
            for name, array in self.inputs.items()]
        graph = helper.make_graph(
            [node], self.kind, infos,
            [onnx.ValueInfoProto(name=name) for name in node.output],
            [numpy_helper.from_array(array, name)
             for name, array in self.weights.items()])
        model = helper.make_model(
            graph, ir_version=IR_VERSION, producer_name="onnxifi-bench",
            opset_imports=[helper.make_opsetid("", OPSET)])
        model = onnx.shape_inference.infer_shapes(model, data_prop=True)
        onnx.checker.check_model(model, full_check=True)
        return model


def normal(seed, *shape):
    random = np.random.default_rng(zlib.crc32(seed.encode()))
    return random.standard_normal(shape, np.float32)


def ints(*values):
    return np.array(values, np.int64)


def rows(size, width):
    """A matrix with so many elements."""
    return normal("rows", ELEMENTS[size] // width, width)


def image(size):
    """NCHW with 32 channels."""
    side = int(math.sqrt(ELEMENTS[size] / 32))
    return normal("image", 1, 32, side, side)


# ---- Element by element -------------------------------------------------


def unary(kind, size):
    return Case(kind, {"x": rows(size, 256)})


def binary(kind, size):
    x = rows(size, 256)
    return Case(kind, {"a": x, "b": normal("b", *x.shape)})


def by_row(kind, size):
    return Case(kind, {"a": rows(size, 1024)}, {"b": normal("b", 1024)})


def by_channel(kind, size):
    return Case(kind, {"a": image(size)}, {"b": normal("b", 32, 1, 1)})


def where(size):
    x = rows(size, 256)
    return Case("Where", {"c": x > 0, "a": x, "b": normal("b", *x.shape)})


def cast(target, size):
    return Case("Cast", {"x": rows(size, 256)}, attributes={"to": target})


def quantize(size):
    return Case("QuantizeLinear", {"x": rows(size, 256)},
                {"scale": np.array(0.02, np.float32),
                 "zero": np.array(120, np.uint8)})


# ---- Reductions ---------------------------------------------------------


def reduce(kind, axis, size):
    return Case(kind, {"x": rows(size, 1024)}, {"axes": ints(axis)})


def softmax(size):
    return Case("Softmax", {"x": rows(size, 256)}, attributes={"axis": -1})


def layer_norm(size):
    width = 1024
    return Case("LayerNormalization", {"x": rows(size, width)},
                {"scale": normal("s", width), "bias": normal("b", width)})


def instance_norm(size):
    return Case("InstanceNormalization", {"x": image(size)},
                {"scale": normal("s", 32), "bias": normal("b", 32)})


def arg_max(size):
    return Case("ArgMax", {"x": rows(size, 1024)}, attributes={"axis": -1})


def top_k(size):
    return Case("TopK", {"x": rows(size, 1024)}, {"k": ints(10)}, outputs=2)


def cum_sum(size):
    return Case("CumSum", {"x": rows(size, 1024)},
                {"axis": np.array(1, np.int64)})


# ---- Moves --------------------------------------------------------------


def transpose_2d(size):
    side = int(math.sqrt(ELEMENTS[size]))
    return Case("Transpose", {"x": normal("x", side, side)},
                attributes={"perm": [1, 0]})


def transpose_heads(size):
    return Case("Transpose",
                {"x": normal("x", 1, ELEMENTS[size] // 1024, 16, 64)},
                attributes={"perm": [0, 2, 1, 3]})


def gather(size):
    random = np.random.default_rng(size)
    picks = random.integers(0, 20000, ELEMENTS[size] // 512)
    return Case("Gather", {"table": normal("table", 20000, 512),
                           "i": picks.astype(np.int64)})


def concat(size):
    x = rows(size, 512).reshape(-1, 16, 32)
    return Case("Concat", {"a": x, "b": normal("b", *x.shape)},
                attributes={"axis": 1})


def slice_middle(size):
    return Case("Slice", {"x": rows(size, 1024)},
                {"starts": ints(0, 128), "ends": ints(1 << 31, 896),
                 "axes": ints(0, 1)})


def pad(size):
    return Case("Pad", {"x": image(size)},
                {"pads": ints(0, 0, 1, 1, 0, 0, 1, 1)})


def expand(size):
    return Case("Expand", {"x": normal("x", ELEMENTS[size] // 1024, 1)},
                {"shape": ints(1, 1024)})


def resize(mode, size):
    side = int(math.sqrt(ELEMENTS[size] / 32)) // 2
    return Case("Resize", {"x": normal("x", 1, 32, side, side)},
                {"roi": np.array([], np.float32),
                 "scales": np.array([1, 1, 2, 2], np.float32)},
                {"mode": mode})


def scatter(size):
    count = ELEMENTS[size] // 64
    random = np.random.default_rng(size)
    places = random.permutation(count)[:count // 4, None].astype(np.int64)
    return Case("ScatterND", {"x": normal("x", count, 64), "i": places,
                              "u": normal("u", count // 4, 64)})


# ---- Arithmetic ---------------------------------------------------------


def matmul(size):
    m, k, n = ((16, 256, 256), (128, 768, 768), (512, 1024, 1024))[size]
    return Case("MatMul", {"a": normal("a", m, k)},
                {"b": normal("b", k, n) / np.float32(math.sqrt(k))})


def matmul_batched(size):
    heads, length = ((4, 32), (12, 128), (16, 384))[size]
    return Case("MatMul", {"a": normal("a", heads, length, 64),
                           "b": normal("b", heads, 64, length)})


def conv(side, groups, size):
    channels, pixels = ((32, 14), (64, 28), (128, 56))[size]
    weight = normal("w", channels, channels // groups(channels), side, side)
    weight /= np.float32(math.sqrt(weight[0].size))
    return Case("Conv", {"x": normal("x", 1, channels, pixels, pixels)},
                {"w": weight, "b": normal("b", channels)},
                {"pads": [side // 2] * 4, "group": groups(channels)})


def pool(kind, size):
    return Case(kind, {"x": image(size)}, attributes={
        "kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]})


def global_pool(size):
    return Case("GlobalAveragePool", {"x": image(size)})


def lstm(size):
    length, batch, width = ((8, 1, 32), (32, 4, 128), (64, 8, 256))[size]
    scale = np.float32(math.sqrt(width))
    return Case("LSTM", {"x": normal("x", length, batch, width)},
                {"w": normal("w", 1, 4 * width, width) / scale,
                 "r": normal("r", 1, 4 * width, width) / scale,
                 "b": normal("b", 1, 8 * width)},
                {"hidden_size": width}, outputs=3)


def _all(function, *kinds):
    return {kind: functools.partial(function, kind) for kind in kinds}


FLOAT16 = onnx.TensorProto.FLOAT16
INT32 = onnx.TensorProto.INT32
FAMILIES = {
    "unary": _all(unary, "Relu", "Neg"),
    "unary-math": _all(unary, "Tanh", "Erf", "Exp"),
    "binary": _all(binary, "Add"),
    "broadcast": {"Mul row": functools.partial(by_row, "Mul"),
                  "Add channel": functools.partial(by_channel, "Add")},
    "where": {"Where": where},
    "cast": {"Cast float16": functools.partial(cast, FLOAT16),
             "Cast int32": functools.partial(cast, INT32)},
    "quantize": {"QuantizeLinear": quantize},
    "reduce-inner": {k: functools.partial(reduce, k, -1)
                     for k in ("ReduceMean", "ReduceMax")},
    "reduce-outer": {k: functools.partial(reduce, k, 0)
                     for k in ("ReduceSum", "ReduceMax")},
    "argmax": {"ArgMax": arg_max},
    "softmax": {"Softmax": softmax},
    "layernorm": {"LayerNormalization": layer_norm},
    "instancenorm": {"InstanceNormalization": instance_norm},
    "topk": {"TopK": top_k},
    "cumsum": {"CumSum": cum_sum},
    "transpose": {"Transpose 10": transpose_2d,
                  "Transpose 0213": transpose_heads},
    "gather": {"Gather": gather},
    "scatter": {"ScatterND": scatter},
    "concat": {"Concat": concat},
    "slice": {"Slice": slice_middle},
    "pad": {"Pad": pad},
    "expand": {"Expand": expand},
    "resize": {"Resize linear": functools.partial(resize, "linear"),
               "Resize nearest": functools.partial(resize, "nearest")},
    "matmul": {"MatMul": matmul, "MatMul batched": matmul_batched},
    "conv": {"Conv 3x3": functools.partial(conv, 3, lambda c: 1),
             "Conv 1x1": functools.partial(conv, 1, lambda c: 1),
             "Conv depthwise": functools.partial(conv, 3, lambda c: c)},
    "pool": {**_all(pool, "MaxPool", "AveragePool"),
             "GlobalAveragePool": global_pool},
    "lstm": {"LSTM": lstm},
}
# What does next to nothing but move bytes: compared with a copy as well.
MEMORY_BOUND = {"unary", "binary", "broadcast", "where", "cast", "quantize",
                "reduce-inner", "reduce-outer", "transpose", "gather",
                "scatter", "concat", "slice", "pad", "expand"}


def moved_bytes(family, case, outputs):
    """What the operator has to read and write at least."""
    reads = sum(a.nbytes for a in [*case.inputs.values(),
                                   *case.weights.values()])
    writes = sum(a.nbytes for a in outputs)
    if family in ("gather", "slice"):
        reads = writes  # not the whole of their input
    return reads + writes
