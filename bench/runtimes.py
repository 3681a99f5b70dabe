"""The runtimes that are compared, each in a process of its own.

A child loads one model, then serves slots: runs it for a while and returns
the times. Between slots the parent stops the child with SIGSTOP, so that no
pool of a waiting runtime spins while another is measured.
"""

import importlib
import multiprocessing
import os
import signal
import time
import traceback

WARM_UPS = 5


class Ours:
    MODULE = "onnxifi_binding"

    def __init__(self, setup):
        os.environ["ONNXIFI_NUM_THREADS"] = str(setup["threads"])
        import numpy as np
        import onnxifi_binding
        outputs = {name: np.full(shape, 7, dtype)
                   for name, shape, dtype in setup["outputs"]}
        library = onnxifi_binding.Library(setup["library"])
        self.graph = onnxifi_binding.Graph(library, setup["model"],
                                           setup["inputs"], outputs)
        self.run = self.graph.run

    def outputs(self):
        return list(self.graph.outputs.values())


class OnnxRuntime:
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


class OpenVino:
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


KINDS = {"ours": Ours, "ort": OnnxRuntime, "ov-f32": OpenVino,
         "ov-default": OpenVinoDefault}


def _slot(run, least, seconds):
    """Times in ms: `least` runs at least and `seconds` at least."""
    run()  # after a stop, caches and clock come back during this one
    times = []
    end = time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        start = time.perf_counter_ns()
        run()
        times.append((time.perf_counter_ns() - start) / 1e6)
    return times


def _serve(kind, setup, pipe):
    try:
        # The same CPUs for everyone, before any pool is made.
        cpus = sorted(os.sched_getaffinity(0))[:setup["threads"]]
        os.sched_setaffinity(0, cpus)
        importlib.import_module(KINDS[kind].MODULE)  # not part of loading
        start = time.perf_counter()
        runtime = KINDS[kind](setup)
        loaded = time.perf_counter()
        runtime.run()
        first = time.perf_counter()
        for _ in range(WARM_UPS):
            runtime.run()
        pipe.send({"load_ms": (loaded - start) * 1e3,
                   "first_ms": (first - loaded) * 1e3,
                   "outputs": runtime.outputs()})
        while (request := pipe.recv()) is not None:
            pipe.send(_slot(runtime.run, *request))
    except Exception as error:  # to the parent, whatever it is
        pipe.send({"error": f"{type(error).__name__}: {error}",
                   "trace": traceback.format_exc()})


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
