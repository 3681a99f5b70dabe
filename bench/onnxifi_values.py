"""Any ONNX value through the C interface: strings, sequences, optionals, maps
and every element type, with outputs of unknown shape.

Goes through the table of interface 1.1 (onnxifi_ext.h, part 3). A library
without it runs what the 1.0 calls can carry: plain tensors whose output
shapes are declared, or given as `like`.

A tensor is a numpy array (ml_dtypes for what numpy lacks, objects for
strings), a sequence a list, a map a dictionary, an optional None or its value.
"""

import ctypes

import numpy as np
import onnx

import onnxifi_binding
from onnxifi_binding import SUCCESS, Error

VERSION_1_1 = 0x00010001
INTERNAL_ERROR = 0x0406
TENSOR, SEQUENCE, OPTIONAL, MAP = 1, 2, 3, 4
STRING = onnx.TensorProto.STRING
# Bits of the types whose elements do not fill a byte.
PACKED = {onnx.TensorProto.UINT4: 4, onnx.TensorProto.INT4: 4,
          onnx.TensorProto.FLOAT4E2M1: 4, onnx.TensorProto.UINT2: 2,
          onnx.TensorProto.INT2: 2}


class StringView(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t)]


class Value(ctypes.Structure):
    pass


Value._fields_ = [
    ("structSize", ctypes.c_uint32), ("kind", ctypes.c_uint32),
    ("name", ctypes.c_char_p), ("dataType", ctypes.c_uint32),
    ("dimensions", ctypes.c_uint32),
    ("shape", ctypes.POINTER(ctypes.c_uint64)), ("data", ctypes.c_void_p),
    ("dataSize", ctypes.c_size_t), ("elementCount", ctypes.c_size_t),
    ("elements", ctypes.POINTER(Value))]

RECEIVE = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint32,
                           ctypes.POINTER(Value))


class InitGraphArguments(ctypes.Structure):
    _fields_ = [("structSize", ctypes.c_uint32),
                ("weightsCount", ctypes.c_uint32), ("next", ctypes.c_void_p),
                ("backend", ctypes.c_void_p),
                ("auxPropertiesList", ctypes.c_void_p),
                ("onnxModel", ctypes.c_void_p),
                ("onnxModelSize", ctypes.c_size_t),
                ("weightDescriptors", ctypes.c_void_p),
                ("graph", ctypes.c_void_p), ("flags", ctypes.c_uint64),
                ("externalDataDirectory", ctypes.c_char_p),
                ("options", ctypes.c_void_p),
                ("optionsCount", ctypes.c_uint32),
                ("profilesCount", ctypes.c_uint32),
                ("profiles", ctypes.c_void_p)]


class RunValuesArguments(ctypes.Structure):
    _fields_ = [("structSize", ctypes.c_uint32),
                ("inputsCount", ctypes.c_uint32), ("next", ctypes.c_void_p),
                ("graph", ctypes.c_void_p), ("inputs", ctypes.POINTER(Value)),
                ("receive", RECEIVE), ("receiveContext", ctypes.c_void_p),
                ("allocate", ctypes.c_void_p),
                ("allocateContext", ctypes.c_void_p),
                ("deadlineNs", ctypes.c_uint64),
                ("cancelEvent", ctypes.c_void_p),
                ("correlationId", ctypes.c_uint64),
                ("profile", ctypes.c_void_p),
                ("profileContext", ctypes.c_void_p)]


CALL = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)


class PluginInterface(ctypes.Structure):
    _fields_ = [("structSize", ctypes.c_uint32), ("version", ctypes.c_uint32),
                ("checkModel", CALL), ("initGraph", CALL),
                ("runValues", CALL)]


class HostInterface(ctypes.Structure):
    _fields_ = [("structSize", ctypes.c_uint32),
                ("minVersion", ctypes.c_uint32),
                ("maxVersion", ctypes.c_uint32), ("reserved", ctypes.c_uint32),
                ("log", ctypes.c_void_p), ("logContext", ctypes.c_void_p),
                ("error", ctypes.c_void_p),
                ("errorContext", ctypes.c_void_p),
                ("trace", ctypes.c_void_p),
                ("traceContext", ctypes.c_void_p)]


GET_INTERFACE = ctypes.CFUNCTYPE(
    ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p,
    ctypes.POINTER(ctypes.POINTER(PluginInterface)))


def interface_of(library):
    """The 1.1 table of the library's backend, or None."""
    address = ctypes.c_void_p()
    status = library.lib.onnxGetExtensionFunctionAddress(
        library.id, b"onnxGetInterfaceFunction", ctypes.byref(address))
    if status != SUCCESS:
        return None
    host = HostInterface(ctypes.sizeof(HostInterface), VERSION_1_1,
                         VERSION_1_1, 0, None, None)
    table = ctypes.POINTER(PluginInterface)()
    library.check(GET_INTERFACE(address.value)(
        library.id, ctypes.addressof(host), ctypes.byref(table)),
        "onnxGetInterface")
    return table.contents


# ---- Python values to onnxValue -----------------------------------------


def pack(array, bits):
    """Elements of 2 or 4 bits, the first in the lowest bits of a byte."""
    per_byte = 8 // bits
    raw = array.reshape(-1).view(np.uint8) & ((1 << bits) - 1)
    raw = np.concatenate([raw, np.zeros(-raw.size % per_byte, np.uint8)])
    shifts = np.arange(per_byte, dtype=np.uint8) * bits
    return np.bitwise_or.reduce(raw.reshape(-1, per_byte) << shifts, axis=1,
                                dtype=np.uint8)


def unpack(raw, bits, count, dtype):
    per_byte = 8 // bits
    shifts = np.arange(per_byte, dtype=np.uint8) * bits
    mask = (1 << bits) - 1
    codes = ((raw[:, None] >> shifts) & mask).reshape(-1)[:count]
    return np.ascontiguousarray(codes).view(dtype)


def text_bytes(text):
    if isinstance(text, (bytes, np.bytes_)):
        return bytes(text)
    return str(text).encode("utf-8", "surrogateescape")


class Encoder:
    """Fills onnxValue structures and keeps alive what they point to."""

    def __init__(self):
        self.keep = []

    def _shape(self, value, array):
        shape = (ctypes.c_uint64 * max(array.ndim, 1))(*array.shape)
        self.keep.append(shape)
        value.dimensions = array.ndim
        value.shape = ctypes.cast(shape, ctypes.POINTER(ctypes.c_uint64))

    def tensor(self, value, array):
        array = np.asarray(array)
        value.kind = TENSOR
        self._shape(value, array)
        if array.dtype.kind in "OUST":
            value.dataType = STRING
            texts = [text_bytes(t) for t in array.reshape(-1)]
            buffers = [ctypes.create_string_buffer(t, len(t)) for t in texts]
            data = (StringView * max(len(texts), 1))(*[
                StringView(ctypes.addressof(b), len(t))
                for b, t in zip(buffers, texts)])
            self.keep += [buffers, data]
            value.data = ctypes.addressof(data)
            value.dataSize = len(texts) * ctypes.sizeof(StringView)
            return
        value.dataType = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
        data = np.asarray(array, order="C")
        if value.dataType in PACKED:
            data = pack(data, PACKED[value.dataType])
        self.keep.append(data)
        value.data = data.ctypes.data
        value.dataSize = data.nbytes

    def _children(self, value, kind, children, types):
        array = (Value * max(len(children), 1))()
        self.keep.append(array)
        for slot, child, type_proto in zip(array, children, types):
            self.fill(slot, child, type_proto)
        value.kind = kind
        value.elementCount = len(children)
        if children:
            value.elements = array

    def fill(self, value, python, type_proto):
        value.structSize = ctypes.sizeof(Value)
        kind = type_proto.WhichOneof("value")
        if kind == "sequence_type":
            inner = type_proto.sequence_type.elem_type
            self._children(value, SEQUENCE, list(python), [inner] * len(python))
        elif kind == "optional_type":
            inner = type_proto.optional_type.elem_type
            some = [] if python is None else [python]
            self._children(value, OPTIONAL, some, [inner])
        elif kind == "map_type":
            self._map(value, python, type_proto.map_type)
        elif kind == "tensor_type":
            self.tensor(value, python)
        else:
            raise Error(f"a value of type {kind} cannot be passed")

    def _map(self, value, python, map_type):
        inner = map_type.value_type.tensor_type.elem_type
        key_type = onnx.helper.tensor_dtype_to_np_dtype(map_type.key_type)
        value_type = onnx.helper.tensor_dtype_to_np_dtype(inner)
        tensor = onnx.helper.make_tensor_type_proto(inner, None)
        self._children(value, MAP, [
            np.array(list(python), key_type),
            np.array(list(python.values()), value_type)], [tensor] * 2)


# ---- onnxValue to Python values -----------------------------------------


def decode_tensor(value):
    shape = tuple(value.shape[i] for i in range(value.dimensions))
    count = int(np.prod(shape, dtype=np.int64))
    if value.dataType == STRING:
        views = ctypes.cast(value.data, ctypes.POINTER(StringView))
        array = np.empty(count, object)
        for i in range(count):
            text = ctypes.string_at(views[i].data, views[i].size)
            array[i] = text.decode("utf-8", "surrogateescape")
        return array.reshape(shape)
    dtype = onnx.helper.tensor_dtype_to_np_dtype(value.dataType)
    raw = ctypes.string_at(value.data, value.dataSize) if value.data else b""
    if value.dataType in PACKED:
        return unpack(np.frombuffer(raw, np.uint8), PACKED[value.dataType],
                      count, dtype).reshape(shape)
    return np.frombuffer(bytearray(raw), dtype).reshape(shape)


def decode(value):
    if value.kind == TENSOR:
        return decode_tensor(value)
    elements = [decode(value.elements[i]) for i in range(value.elementCount)]
    if value.kind == SEQUENCE:
        return elements
    if value.kind == OPTIONAL:
        return elements[0] if elements else None
    if value.kind == MAP:
        return dict(zip(*(e.tolist() for e in elements), strict=True))
    raise Error(f"a value of unknown kind {value.kind}")


# ---- Models -------------------------------------------------------------


class Model:
    """One compiled model; run() takes and gives Python values.

    `interface` is "1.1", "1.0", or None for the newest that the library has.
    """

    def __init__(self, library, model, interface=None):
        self.library = library
        proto = (model if isinstance(model, onnx.ModelProto)
                 else onnx.load_from_string(model))
        self.data = (proto.SerializeToString()
                     if isinstance(model, onnx.ModelProto) else model)
        weights = {w.name for w in proto.graph.initializer}
        weights |= {w.values.name for w in proto.graph.sparse_initializer}
        self.inputs = {v.name: v.type for v in proto.graph.input
                       if v.name not in weights}
        self.outputs = {v.name: v.type for v in proto.graph.output}
        self.graph = ctypes.c_void_p()
        self.table = None if interface == "1.0" else interface_of(library)
        if self.table is None:
            if interface == "1.1":
                raise Error("the library has no interface 1.1")
            return
        arguments = InitGraphArguments(
            ctypes.sizeof(InitGraphArguments), 0, None, library.backend, None,
            ctypes.cast(self.data, ctypes.c_void_p), len(self.data), None,
            ctypes.addressof(self.graph))
        library.check(self.table.initGraph(ctypes.addressof(arguments)),
                      "initGraph")

    def run(self, feed, like=None):
        """Outputs in the order of the model. `like`: arrays with the shapes of
        the outputs, for a library without 1.1."""
        if self.table is None:
            return self._run_1_0(feed, like)
        encoder = Encoder()
        values = (Value * max(len(feed), 1))()
        for slot, (name, python) in zip(values, feed.items()):
            encoder.fill(slot, python, self.inputs[name])
            slot.name = name.encode()
        outputs, errors = {}, []

        def receive(_, index, value):
            try:
                outputs[index] = decode(value.contents)
                return SUCCESS
            except Exception as error:  # must not cross the C frames
                errors.append(error)
                return INTERNAL_ERROR

        callback = RECEIVE(receive)
        arguments = RunValuesArguments(
            ctypes.sizeof(RunValuesArguments), len(feed), None, self.graph,
            values, callback, None)
        status = self.table.runValues(ctypes.addressof(arguments))
        if errors:
            raise errors[0]
        self.library.check(status, "runValues")
        if sorted(outputs) != list(range(len(self.outputs))):
            raise Error(f"outputs {sorted(outputs)} received of "
                        f"{len(self.outputs)}")
        return [outputs[i] for i in range(len(outputs))]

    def _run_1_0(self, feed, like):
        like = like or [None] * len(self.outputs)
        outputs = {name: _room(name, type_proto, array)
                   for (name, type_proto), array in zip(self.outputs.items(),
                                                        like, strict=True)}
        inputs = {name: _plain(name, array) for name, array in feed.items()}
        graph = onnxifi_binding.Graph(self.library, self.data, inputs, outputs)
        try:
            graph.run()
        finally:
            graph.close()
        return list(outputs.values())

    def close(self):
        if self.graph:
            self.library.lib.onnxReleaseGraph(self.graph)
            self.graph = None


UNSUPPORTED_DATATYPE, UNSUPPORTED_SHAPE = 0x0206, 0x0205


def _plain(name, array):
    if not (isinstance(array, np.ndarray)
            and str(array.dtype) in onnxifi_binding.TYPES):
        raise Error(f"{name}: interface 1.0 has no such value",
                    UNSUPPORTED_DATATYPE)
    return np.asarray(array, order="C")


def _room(name, type_proto, like):
    """Memory for one output, filled with what is surely wrong."""
    if type_proto.WhichOneof("value") != "tensor_type":
        raise Error(f"{name}: interface 1.0 has plain tensors only",
                    UNSUPPORTED_DATATYPE)
    tensor = type_proto.tensor_type
    shape = [d.dim_value for d in tensor.shape.dim]
    if like is not None:
        shape = np.shape(like)
    elif (not tensor.HasField("shape")
          or any(not d.HasField("dim_value") for d in tensor.shape.dim)):
        raise Error(f"{name}: interface 1.0 needs its shape", UNSUPPORTED_SHAPE)
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    return _plain(name, np.full(shape, 7).astype(dtype))
