"""The runtimes that are compared, each in a process of its own.

A child loads a model, then serves slots: runs it for a while and returns
the times; then it may be given another model. Between slots the parent stops
the child with SIGSTOP, so that no pool of a waiting runtime spins while
another is measured.
"""

import gc
import importlib
import multiprocessing
import os
import signal
import time
import traceback

WARM_UPS = 5


class Runtime:
    """One loaded model. A subclass gives `run` and outputs()."""

    repeats = 1  # what one call of run() does

    def close(self):
        """Before another model is loaded."""


class Ours(Runtime):
    MODULE = "onnxifi_binding"
    library = None

    def __init__(self, setup):
        os.environ["ONNXIFI_NUM_THREADS"] = str(setup["threads"])
        import numpy as np
        import onnxifi_binding
        outputs = {name: np.full(shape, 7, dtype)
                   for name, shape, dtype in setup["outputs"]}
        if Ours.library is None:
            Ours.library = onnxifi_binding.Library(
                setup["library"], setup.get("backend", "cpu"))
        self.graph = onnxifi_binding.Graph(Ours.library, setup["model"],
                                           setup["inputs"], outputs)
        self.run = self.graph.run

    def outputs(self):
        return list(self.graph.outputs.values())

    def close(self):
        self.graph.close()


class OnnxRuntime(Runtime):
    MODULE = "onnxruntime"

    def __init__(self, setup):
        import onnxruntime as ort
        options = ort.SessionOptions()
        options.intra_op_num_threads = setup["threads"]
        options.inter_op_num_threads = 1
        options.graph_optimization_level = (
            ort.GraphOptimizationLevel.ORT_ENABLE_ALL)
        self.session = ort.InferenceSession(
            str(setup["model"]), options, providers=["CPUExecutionProvider"])
        binding = self.session.io_binding()
        for name, array in setup["inputs"].items():
            binding.bind_cpu_input(name, array)
        self.names = [o.name for o in self.session.get_outputs()]
        for name in self.names:
            binding.bind_output(name)
        self.binding = binding
        self.run = lambda: self.session.run_with_iobinding(binding)

    def outputs(self):
        return self.binding.copy_outputs_to_cpu()


class OpenVino(Runtime):
    MODULE = "openvino"
    PRECISION = "f32"

    def __init__(self, setup):
        import openvino as ov
        core = ov.Core()
        config = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1",
                  "INFERENCE_NUM_THREADS": str(setup["threads"])}
        if self.PRECISION:
            config["INFERENCE_PRECISION_HINT"] = self.PRECISION
        model = core.compile_model(str(setup["model"]), "CPU", config)
        self.request = model.create_infer_request()
        for name, array in setup["inputs"].items():
            self.request.set_tensor(name, ov.Tensor(array, shared_memory=True))
        self.count = len(model.outputs)
        self.run = self._infer

    def _infer(self):
        # Not infer(), which copies the results into a dictionary.
        self.request.start_async()
        self.request.wait()

    def outputs(self):
        return [self.request.get_output_tensor(i).data.copy()
                for i in range(self.count)]


class OpenVinoDefault(OpenVino):
    PRECISION = None


class Copy(Runtime):
    """No runtime: memcpy of setup["copy_bytes"], what moving them must cost.

    From SHARED bytes on each thread copies its part. One call of run() makes
    so many copies that handing them to the threads costs nothing against them.
    """

    MODULE = "numpy"
    SHARED = 1 << 20
    CALL_MS = 2.0

    def __init__(self, setup):
        import concurrent.futures
        import ctypes
        import numpy as np
        size = setup["copy_bytes"]
        self.threads = setup["threads"] if size >= self.SHARED else 1
        self.memory = np.ones(size, np.uint8), np.zeros(size, np.uint8)
        part = -(-size // self.threads)
        source, target = (m.ctypes.data for m in self.memory)
        self.parts = [(target + at, source + at, min(part, size - at))
                      for at in range(0, size, part)]
        self.pool = concurrent.futures.ThreadPoolExecutor(self.threads)
        # A foreign function of a CDLL runs without Python's lock.
        self.copy = ctypes.CDLL(None).memcpy
        self.copy.argtypes = [ctypes.c_void_p, ctypes.c_void_p,
                              ctypes.c_size_t]
        self.run()
        while self._call_ms() < self.CALL_MS:
            self.repeats *= 2

    def _call_ms(self):
        start = time.perf_counter()
        self.run()
        return (time.perf_counter() - start) * 1e3

    def _copies(self, part):
        for _ in range(self.repeats):
            self.copy(*part)

    def run(self):
        list(self.pool.map(self._copies, self.parts))

    def outputs(self):
        return self.threads

    def close(self):
        self.pool.shutdown()


KINDS = {"ours": Ours, "ort": OnnxRuntime, "ov-f32": OpenVino,
         "ov-default": OpenVinoDefault, "copy": Copy}


def _slot(runtime, least, seconds):
    """Times in ms: `least` runs at least and `seconds` at least."""
    run = runtime.run
    run()  # after a stop, caches and clock come back during this one
    times = []
    end = time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        start = time.perf_counter_ns()
        run()
        times.append((time.perf_counter_ns() - start)
                     / (1e6 * runtime.repeats))
    return times


def _load(kind, setup):
    """A loaded and warm runtime, and the report about it."""
    start = time.perf_counter()
    runtime = KINDS[kind](setup)
    loaded = time.perf_counter()
    runtime.run()
    first = time.perf_counter()
    for _ in range(WARM_UPS):
        runtime.run()
    return runtime, {"load_ms": (loaded - start) * 1e3,
                     "first_ms": (first - loaded) * 1e3,
                     "outputs": runtime.outputs()}


def _failure(error):
    return {"error": f"{type(error).__name__}: {error}",
            "trace": traceback.format_exc()}


def _serve(kind, setup, pipe):
    """Setups in, reports out; (least, seconds) in, times out."""
    runtime = None
    try:
        # The same CPUs for everyone, before any pool is made.
        cpus = sorted(os.sched_getaffinity(0))[:setup["threads"]]
        os.sched_setaffinity(0, cpus)
        importlib.import_module(KINDS[kind].MODULE)  # not part of loading
        request = setup
        while request is not None:
            if isinstance(request, dict):
                if runtime:
                    runtime.close()
                runtime = None
                gc.collect()
                try:
                    runtime, report = _load(kind, request)
                except Exception as error:  # this model; others may go
                    report = _failure(error)
                pipe.send(report)
            else:
                pipe.send(_slot(runtime, *request))
            request = pipe.recv()
    except Exception as error:  # to the parent, whatever it is
        pipe.send(_failure(error))


class Child:
    """The parent's end. Stopped except while it works."""

    def __init__(self, kind, setup):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve,
                                       args=(kind, setup, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.report = self._receive()
        self._signal(signal.SIGSTOP)

    def _signal(self, number):
        if self.process.is_alive():
            os.kill(self.process.pid, number)

    def _receive(self):
        try:
            return self.pipe.recv()
        except EOFError:
            self.process.join()
            return {"error": f"process died: exit {self.process.exitcode}"}

    def load(self, setup):
        """Takes another model in place of the one before; the report."""
        self._signal(signal.SIGCONT)
        self.pipe.send(setup)
        self.report = self._receive()
        self._signal(signal.SIGSTOP)
        return self.report

    def slot(self, least, seconds):
        self._signal(signal.SIGCONT)
        self.pipe.send((least, seconds))
        times = self._receive()
        self._signal(signal.SIGSTOP)
        if isinstance(times, dict):
            raise RuntimeError(times["error"])
        return times

    def close(self):
        self._signal(signal.SIGCONT)
        try:
            self.pipe.send(None)
        except OSError:
            pass
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
