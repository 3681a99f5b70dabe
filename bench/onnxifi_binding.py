"""The C interface through ctypes: only what the benchmarks need."""

import ctypes
import mmap
import pathlib

import numpy as np

SUCCESS, FALLBACK = 0, 1
TAG_TENSOR = 0x43DFBF69
TAG_FENCE = 0x23E08AAB
BACKEND_NAME = 1
TOLERANT = 0x0000000100000001
# TensorProto.DataType of the types that descriptors of 1.0 can carry.
TYPES = {"float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5,
         "int32": 6, "int64": 7, "bool": 9, "float16": 10, "float64": 11,
         "uint32": 12, "uint64": 13, "complex64": 14, "complex128": 15,
         "bfloat16": 16}


class Tensor(ctypes.Structure):
    _fields_ = [("tag", ctypes.c_int32), ("name", ctypes.c_char_p),
                ("dataType", ctypes.c_uint64),
                ("memoryType", ctypes.c_uint64),
                ("dimensions", ctypes.c_uint32),
                ("shape", ctypes.POINTER(ctypes.c_uint64)),
                ("buffer", ctypes.c_uint64)]


class Fence(ctypes.Structure):
    _fields_ = [("tag", ctypes.c_int32), ("type", ctypes.c_uint64),
                ("event", ctypes.c_void_p)]


class Error(RuntimeError):
    """A call did not succeed; the text is the plugin's."""

    def __init__(self, text, status=None):
        super().__init__(text)
        self.status = status


class Library:
    """libonnxifi.so.1 and its first backend whose name holds `backend`."""

    def __init__(self, path, backend="cpu"):
        self.lib = ctypes.CDLL(str(path))
        # Handles are pointers: without types ctypes would cut them to int.
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        for name, types in {
            "onnxGetBackendIDs": [pointer, pointer],
            "onnxGetBackendInfo": [pointer, ctypes.c_int32, pointer, pointer],
            "onnxInitBackend": [pointer, pointer, pointer],
            "onnxInitEvent": [pointer, pointer],
            "onnxSignalEvent": [pointer],
            "onnxWaitEvent": [pointer],
            "onnxReleaseEvent": [pointer],
            "onnxInitGraph": [pointer, pointer, size, pointer,
                              ctypes.c_uint32, pointer, pointer],
            "onnxSetGraphIO": [pointer, ctypes.c_uint32, pointer,
                               ctypes.c_uint32, pointer],
            "onnxRunGraph": [pointer, pointer, pointer],
            "onnxReleaseGraph": [pointer],
            "onnxGetExtensionFunctionAddress": [pointer, ctypes.c_char_p,
                                                pointer],
        }.items():
            getattr(self.lib, name).argtypes = types
        self.backend = self._open(backend)

    def check(self, status, call):
        if status in (SUCCESS, FALLBACK):
            return
        size = ctypes.c_size_t(4096)
        text = ctypes.create_string_buffer(size.value)
        self.lib.onnxifiGetLastError(text, ctypes.byref(size))
        raise Error(f"{call}: status 0x{status:04X}: "
                    f"{text.value.decode(errors='replace')}", status)

    def _open(self, wanted):
        count = ctypes.c_size_t(64)
        ids = (ctypes.c_void_p * count.value)()
        self.check(self.lib.onnxGetBackendIDs(ids, ctypes.byref(count)),
                   "onnxGetBackendIDs")
        for i in range(count.value):
            size = ctypes.c_size_t(256)
            name = ctypes.create_string_buffer(size.value)
            self.check(self.lib.onnxGetBackendInfo(
                ids[i], BACKEND_NAME, name, ctypes.byref(size)), "info")
            if wanted.lower() not in name.value.decode().lower():
                continue
            self.id, self.name = ids[i], name.value.decode()
            options = (ctypes.c_uint64 * 3)(TOLERANT, 1, 0)
            backend = ctypes.c_void_p()
            self.check(self.lib.onnxInitBackend(
                ids[i], options, ctypes.byref(backend)), "onnxInitBackend")
            return backend
        raise Error(f"no backend with '{wanted}' in its name")


def describe(arrays):
    """Descriptors of named arrays, and what they point to."""
    keep, rows = [], []
    for name, array in arrays.items():
        shape = (ctypes.c_uint64 * max(array.ndim, 1))(*array.shape)
        keep += [array, shape]
        rows.append(Tensor(TAG_TENSOR, name.encode(), TYPES[str(array.dtype)],
                           0, array.ndim, shape, array.ctypes.data))
    return (Tensor * len(rows))(*rows), keep


class Graph:
    """One compiled model, a file or bytes, with bound memory."""

    def __init__(self, library, model, inputs, outputs):
        self.library, self.lib = library, library.lib
        self.inputs, self.outputs = inputs, outputs
        self.handle = ctypes.c_void_p()
        if not isinstance(model, bytes):
            with pathlib.Path(model).open("rb") as file:
                model = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        view = np.frombuffer(model, np.uint8)
        library.check(self.lib.onnxInitGraph(
            library.backend, None, view.size, view.ctypes.data, 0, None,
            ctypes.byref(self.handle)), "onnxInitGraph")
        self.ready = ctypes.c_void_p()
        try:
            self._bind()
        except Error:
            self.close()
            raise

    def _bind(self):
        library = self.library
        rows_in, self.keep_in = describe(self.inputs)
        rows_out, self.keep_out = describe(self.outputs)
        library.check(self.lib.onnxSetGraphIO(
            self.handle, len(rows_in), rows_in, len(rows_out), rows_out),
            "onnxSetGraphIO")
        # A signalled event stays signalled: one gates every run.
        library.check(self.lib.onnxInitEvent(
            library.backend, ctypes.byref(self.ready)), "onnxInitEvent")
        library.check(self.lib.onnxSignalEvent(self.ready), "onnxSignalEvent")
        self.fence_in = ctypes.pointer(Fence(TAG_FENCE, 0, self.ready.value))
        self.out = Fence(TAG_FENCE, 0, None)
        self.fence_out = ctypes.pointer(self.out)

    def run(self):
        lib = self.lib
        status = lib.onnxRunGraph(self.handle, self.fence_in, self.fence_out)
        if status == SUCCESS:
            status = lib.onnxWaitEvent(self.out.event)
            lib.onnxReleaseEvent(self.out.event)
        if status != SUCCESS:
            self.library.check(status, "run")

    def close(self):
        """Releases what the graph holds; it must not be used after."""
        self.lib.onnxReleaseGraph(self.handle)
        if self.ready:
            self.lib.onnxReleaseEvent(self.ready)
