"""Who is tested, in a child process: a crash or a hang is a result."""

import contextlib
import multiprocessing
import os
import pathlib
import signal
import sys
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[3]
SECONDS = 60


class Ours:
    """A backend through the C interface."""

    def __init__(self, library, interface, backend):
        sys.path.insert(0, str(ROOT / "bench"))
        import onnxifi_binding
        import onnxifi_values
        self.values = onnxifi_values
        self.library = onnxifi_binding.Library(library, backend)
        self.interface = interface
        self.error = onnxifi_binding.Error

    def run(self, model, feed, like):
        """("ok", outputs), or ("refused" or "error", text)."""
        try:
            compiled = self.values.Model(self.library, model, self.interface)
            try:
                return "ok", compiled.run(feed, like)
            finally:
                compiled.close()
        except self.error as error:
            # 0x02xx: not supported. Anything else says that the model or the
            # call is wrong, which it is not.
            unsupported = error.status is not None and error.status >> 8 == 2
            return "refused" if unsupported else "error", str(error)


class Faulty:
    """The reference with known faults, to see that they are noticed."""

    def __init__(self, library, interface, backend):
        del library, interface, backend
        import onnx
        import onnx.reference
        self.onnx = onnx

    def run(self, model, feed, like):
        del like
        operator = self.onnx.load_from_string(model).graph.node[0].op_type
        if operator == "Sin":
            os.abort()
        if operator == "Cos":
            time.sleep(1000)
        if operator == "Tan":
            return "refused", "as told"
        if operator == "Exp":
            return "error", "as told"
        outputs = self.onnx.reference.ReferenceEvaluator(model).run(None, feed)
        if operator == "Tanh":  # far less than any error worth a name
            outputs = [o * o.dtype.type(1 + 40 * 2 ** -23) for o in outputs]
        if operator == "Neg":
            outputs = [abs(o) for o in outputs]
        if operator == "Transpose":
            outputs = [o.reshape(-1) for o in outputs]
        return "ok", list(outputs)


class OnnxRuntime:
    """A second opinion, for --referee."""

    def __init__(self, library, interface, backend):
        del library, interface, backend
        sys.path.insert(0, str(ROOT / "tests/onnx_backend"))
        import onnx
        import onnxifi_backend
        self.onnx, self.backend = onnx, onnxifi_backend

    def run(self, model, feed, like):
        del like
        proto = self.onnx.load_from_string(model)
        try:
            session = self.backend.OnnxRuntime.prepare(proto)
            return "ok", list(session.run(list(feed.values())))
        except self.backend.Refused as error:
            return "refused", str(error)


SUBJECTS = {"ours": Ours, "faulty": Faulty, "onnxruntime": OnnxRuntime}


def _serve(kind, library, interface, backend, pipe):
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        subject = SUBJECTS[kind](library, interface, backend)
    except Exception:
        pipe.send(("failed", traceback.format_exc()))
        return
    pipe.send(("ready", None))
    while True:
        request = pipe.recv()
        try:
            answer = subject.run(*request)
        except Exception as error:
            answer = "error", f"{type(error).__name__}: {error}"
        pipe.send(answer)


class Child:
    """The parent's end; starts again after a crash."""

    def __init__(self, kind, library, interface, seconds=SECONDS,
                 backend="cpu"):
        self.arguments = kind, library, interface, backend
        self.seconds = seconds
        self.process = None

    def _start(self):
        # Fresh memory is filled, so that reading it is not lucky.
        os.environ["MALLOC_PERTURB_"] = "165"
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve,
                                       args=(*self.arguments, theirs),
                                       daemon=True)
        self.process.start()
        theirs.close()
        status, text = self.pipe.recv()
        if status != "ready":
            raise SystemExit(text)

    def send(self, model, feed, like=None):
        if self.process is None:
            self._start()
        with contextlib.suppress(BrokenPipeError):  # receive() will say why
            self.pipe.send((model, feed, like))

    def receive(self):
        """run()'s answer, or ("crash", text)."""
        try:
            if self.pipe.poll(self.seconds):
                return self.pipe.recv()
            text = f"no end after {self.seconds} s"
            self.process.kill()
            self.process.join()
        except (EOFError, ConnectionResetError):
            self.process.join()
            code = self.process.exitcode
            text = (signal.Signals(-code).name if code < 0
                    else f"exit status {code}")
        self.process = None
        return "crash", text

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None
