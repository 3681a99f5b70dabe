"""Two backends for ONNX's own backend suite: this project through its C
interface, and ONNX Runtime as the peer.

Both follow onnx.backend.base. A model that cannot be compiled, or that needs
something not implemented, raises Refused, whoever refuses it, so that the
runner can tell "cannot" from "wrong" by the same rule for both.
"""

import ctypes
import os
import pathlib
import sys

import numpy as np
import onnx
from onnx.backend.base import Backend, BackendRep, Device, DeviceType

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import onnxifi_binding  # noqa: E402
import onnxifi_values  # noqa: E402


class Refused(RuntimeError):
    """The backend does not take this model."""


def model_of_node(node, inputs, outputs_info, opset_version):
    """A model of one node for concrete inputs."""
    names = [n for n in node.input if n]
    infos = [onnx.helper.make_tensor_value_info(
        name, onnx.helper.np_dtype_to_tensor_dtype(np.asarray(array).dtype),
        np.shape(array)) for name, array in zip(names, inputs, strict=True)]
    outputs = [onnx.ValueInfoProto(name=n) for n in node.output if n]
    for i, (dtype, shape) in enumerate(outputs_info or []):
        outputs[i] = onnx.helper.make_tensor_value_info(
            outputs[i].name, onnx.helper.np_dtype_to_tensor_dtype(
                np.dtype(dtype)), shape)
    graph = onnx.helper.make_graph([node], "node", infos, outputs)
    imports = [onnx.helper.make_opsetid("", onnx.defs.onnx_opset_version())]
    if node.domain:
        imports.append(onnx.helper.make_opsetid(
            node.domain, onnx.defs.get_schema(
                node.op_type, domain=node.domain).since_version))
    if opset_version:
        imports[0].version = opset_version
    model = onnx.helper.make_model(graph, opset_imports=imports)
    if not outputs_info:
        model = onnx.shape_inference.infer_shapes(model)
    return model


class OneNode(Backend):
    """run_node and supports_device, which both backends do alike."""

    @classmethod
    def run_node(cls, node, inputs, device="CPU", outputs_info=None, **kwargs):
        super().run_node(node, inputs, device, outputs_info, **kwargs)
        model = model_of_node(node, inputs, outputs_info,
                              kwargs.get("opset_version"))
        return cls.prepare(model, device).run(inputs)

    @classmethod
    def supports_device(cls, device):
        return Device(device).type == DeviceType.CPU


def feed_of(names, inputs):
    """By name. A list has one value an input, as the base class says."""
    if not isinstance(inputs, (list, tuple)):
        inputs = [inputs]
    # Some tests give numpy's scalars for tensors of rank 0.
    inputs = [np.asarray(v) if np.isscalar(v) else v for v in inputs]
    return dict(zip(names, inputs, strict=True))


class OursRep(BackendRep):
    def __init__(self, model):
        self.model = model

    def run(self, inputs, **kwargs):
        try:
            return tuple(self.model.run(feed_of(self.model.inputs, inputs)))
        except onnxifi_binding.Error as error:
            # "Not supported" may also turn out when the shapes are known.
            if error.status is not None and error.status >> 8 == 2:
                raise Refused(str(error)) from error
            raise


class Ours(OneNode):
    """Library: ONNXIFI_LIBRARY, else that of build/release."""

    library = None

    @classmethod
    def prepare(cls, model, device="CPU", **kwargs):
        super().prepare(model, device, **kwargs)
        if cls.library is None:
            cls.library = onnxifi_binding.Library(
                os.environ.get("ONNXIFI_LIBRARY")
                or ROOT / "build/release/lib/libonnxifi.so.1")
        try:
            return OursRep(onnxifi_values.Model(cls.library, model))
        except onnxifi_binding.Error as error:
            raise Refused(str(error)) from error


def is_plain(dtype):
    """Whether numpy itself has the type; ml_dtypes adds the others."""
    return np.dtype(dtype).isbuiltin == 1


def to_ort(python):
    """An OrtValue; types that numpy lacks go in as their bytes."""
    import onnxruntime as ort
    if is_plain(python.dtype):
        return ort.OrtValue.ortvalue_from_numpy(python)
    kind = onnx.helper.np_dtype_to_tensor_dtype(python.dtype)
    value = ort.OrtValue.ortvalue_from_shape_and_type(list(python.shape), kind)
    raw = np.asarray(python, order="C")
    if kind in onnxifi_values.PACKED:
        raw = onnxifi_values.pack(raw, onnxifi_values.PACKED[kind])
    ctypes.memmove(value.data_ptr(), raw.ctypes.data, raw.nbytes)
    return value


def from_ort(value):
    kind = value.element_type()
    dtype = onnx.helper.tensor_dtype_to_np_dtype(kind)
    if not value.is_tensor() or is_plain(dtype):
        return value.numpy()
    count, shape = int(np.prod(value.shape())), value.shape()
    size = value.tensor_size_in_bytes()
    raw = np.frombuffer(ctypes.string_at(value.data_ptr(), size), np.uint8)
    if kind in onnxifi_values.PACKED:
        return onnxifi_values.unpack(raw, onnxifi_values.PACKED[kind], count,
                                     dtype).reshape(shape)
    return raw.view(dtype).reshape(shape)


class OnnxRuntimeRep(BackendRep):
    def __init__(self, session, model):
        self.session = session
        kinds = [v.type.tensor_type.elem_type
                 for v in [*model.graph.input, *model.graph.output]
                 if v.type.HasField("tensor_type")]
        self.plain = all(is_plain(onnx.helper.tensor_dtype_to_np_dtype(k))
                         for k in kinds)

    def run(self, inputs, **kwargs):
        from onnxruntime.capi import onnxruntime_pybind11_state as errors
        try:
            return self._run(inputs)
        except errors.NotImplemented as error:
            raise Refused(f"NotImplemented: {error}") from error

    def _run(self, inputs):
        feed = feed_of([i.name for i in self.session.get_inputs()], inputs)
        if self.plain:
            return tuple(self.session.run(None, feed))
        values = {name: to_ort(python) for name, python in feed.items()}
        return tuple(from_ort(value) for value in
                     self.session.run_with_ort_values(None, values))


# The newest file format that ONNX Runtime 1.31 reads.
ORT_IR_VERSION = 13


class OnnxRuntime(OneNode):
    """InferenceSession as it comes, errors only.

    A model of a newer file format gets the number of the newest that is
    known there: what is compared is operators, not the date of a release.
    """

    @classmethod
    def prepare(cls, model, device="CPU", **kwargs):
        super().prepare(model, device, **kwargs)
        import onnxruntime as ort
        options = ort.SessionOptions()
        options.log_severity_level = 4
        if model.ir_version > ORT_IR_VERSION:
            copy = onnx.ModelProto()
            copy.CopyFrom(model)
            copy.ir_version = ORT_IR_VERSION
            model = copy
        try:
            session = ort.InferenceSession(
                model.SerializeToString(), options,
                providers=["CPUExecutionProvider"])
        except Exception as error:  # one class a status, all from C++
            raise Refused(f"{type(error).__name__}: {error}") from error
        return OnnxRuntimeRep(session, model)


BACKENDS = {"ours": Ours, "onnxruntime": OnnxRuntime}
