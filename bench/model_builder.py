"""A small builder of ONNX graphs with seeded random weights."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8


class Builder:
    """Collects nodes and initializers; methods return value names."""

    def __init__(self, name, seed):
        self.name = name
        self.random = np.random.default_rng(seed)
        self.nodes = []
        self.weights = []
        self.inputs = []
        self.outputs = []
        self.count = 0

    def fresh(self, stem):
        self.count += 1
        return f"{stem}_{self.count}"

    def constant(self, array, stem="w"):
        name = self.fresh(stem)
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, np.int64), "ints")

    def scalar(self, value):
        return self.constant(np.array(value, np.float32), "scalar")

    def weight(self, shape, fan_in, gain=1.0):
        """float32 ~ N(0, gain / fan_in), without denormals."""
        values = self.random.standard_normal(shape, np.float32)
        values *= np.float32(np.sqrt(gain / fan_in))
        values[np.abs(values) < 1e-12] = 0
        return self.constant(values)

    def vector(self, size, mean=0.0, spread=0.1):
        values = mean + spread * self.random.standard_normal(size)
        return self.constant(values.astype(np.float32))

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [self.fresh(kind.lower()) for _ in range(outputs)]
        self.nodes.append(
            helper.make_node(kind, inputs, names, name=f"{kind}_{self.count}",
                             **attributes))
        return names[0] if outputs == 1 else names

    def input(self, name, shape, kind=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value, name, shape, kind=TensorProto.FLOAT):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def model(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs,
                                  self.outputs, self.weights)
        model = helper.make_model(
            graph, ir_version=IR_VERSION, producer_name="onnxifi-bench",
            opset_imports=[helper.make_opsetid("", OPSET)])
        return onnx.shape_inference.infer_shapes(model)
