"""What a case should give, by ONNX's reference evaluator."""

import contextlib
import pathlib
import signal
import tomllib
import warnings
from unittest import mock

import numpy as np
import onnx
import onnx.reference
from onnx import numpy_helper
from onnx.reference.ops import op_attention, op_grid_sample, op_resize

from opfuzz import values

DEFECTS = pathlib.Path(__file__).resolve().parent.parent / (
    "reference_defects.toml")
SECONDS = 20
WIDE = onnx.TensorProto.DOUBLE
NARROW_FLOATS = {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16,
                 onnx.TensorProto.BFLOAT16}


class Refused(Exception):
    """The reference cannot run the case."""


@contextlib.contextmanager
def time_limit(seconds):
    def stop(*_):
        raise TimeoutError(f"no end after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _run(model, feed, new_ops=None):
    with warnings.catch_warnings(), np.errstate(all="ignore"), time_limit(
            SECONDS):
        warnings.simplefilter("ignore")
        return onnx.reference.ReferenceEvaluator(
            model, new_ops=new_ops).run(None, feed)


def _tidy(value):
    """numpy scalars as tensors; nested values likewise."""
    if isinstance(value, (list, tuple)):
        return [_tidy(v) for v in value]
    if isinstance(value, np.generic):
        return np.asarray(value)
    return value


# What is right but in a wrong wrapping: Optional gives a list of its value.
REPAIRS = {"Optional": lambda outputs: [outputs[0][0]]}


def evaluate(case):
    try:
        outputs = _run(case.model, dict(case.feed))
        outputs = REPAIRS.get(case.operator, lambda o: o)(outputs)
        return [_tidy(v) for v in outputs]
    except Exception as error:
        cause = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        text = " ".join(f"{type(cause).__name__}: {cause}".split())
        raise Refused(text[:200]) from error


# ---- The same in float64 ------------------------------------------------


def _widen_type(type_proto):
    kind = type_proto.WhichOneof("value")
    if kind == "tensor_type":
        if type_proto.tensor_type.elem_type in NARROW_FLOATS:
            type_proto.tensor_type.elem_type = WIDE
    elif kind in ("sequence_type", "optional_type"):
        _widen_type(getattr(type_proto, kind).elem_type)


def _widen_tensor(tensor):
    if tensor.data_type in NARROW_FLOATS:
        array = numpy_helper.to_array(tensor).astype(np.float64)
        tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def _widen_graph(graph):
    for info in [*graph.input, *graph.output, *graph.value_info]:
        _widen_type(info.type)
    for tensor in graph.initializer:
        _widen_tensor(tensor)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                _widen_tensor(attribute.t)
            elif attribute.type == onnx.AttributeProto.GRAPH:
                _widen_graph(attribute.g)


def _widen_value(value):
    if isinstance(value, list):
        return [_widen_value(v) for v in value]
    if isinstance(value, np.ndarray) and values.is_float(value.dtype):
        return value.astype(np.float64)
    return value


def _shaken(value, rng, unit):
    """Every float times 1 + unit or 1 - unit."""
    if isinstance(value, list):
        return [_shaken(v, rng, unit) for v in value]
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value * (1 + unit * rng.choice((-1.0, 1.0), value.shape))
    return value


def _mean_variance(model, feed):
    """Its body adds a float32 constant, which the evaluator refuses."""
    node = model.graph.node[0]
    known = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    x = {**known, **feed}[node.input[0]]
    axes = next((tuple(a.ints) for a in node.attribute if a.name == "axes"),
                (0, 2, 3))
    with np.errstate(all="ignore"):
        centred = x - x.mean(axes, keepdims=True)
        return [centred / (x.std(axes, keepdims=True) + 1e-9)]


def _group_normalization(model, feed):
    """Its body rounds to float32, and takes the variance as a difference."""
    node = model.graph.node[0]
    known = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    x, scale, bias = ({**known, **feed}[name] for name in node.input)
    rules = {a.name: onnx.helper.get_attribute_value(a)
             for a in node.attribute}
    groups = x.reshape(len(x), rules["num_groups"], -1)
    with np.errstate(all="ignore"):
        centred = groups - groups.mean(-1, keepdims=True)
        epsilon = rules.get("epsilon", float(np.float32(1e-5)))
        normal = centred / np.sqrt((centred**2).mean(-1, keepdims=True)
                                   + epsilon)
        each = (-1,) + (1,) * (x.ndim - 2)
        return [normal.reshape(x.shape) * scale.reshape(each)
                + bias.reshape(each)]


# Definitions in float64 where the evaluator has none.
OWN = {"MeanVarianceNormalization": _mean_variance,
       "GroupNormalization": _group_normalization}


class GridSample(op_grid_sample.GridSample):
    """Without the evaluator's rounding of places to float32, and the cubic
    kernel without powers that cancel."""

    op_domain = ""

    def _gs_denormalize_coordinates(self, n, dims, align_corners):
        return np.array([self._gs_denormalize(v, d, align_corners)
                         for v, d in zip(n, dims)], np.float64)

    def _gs_get_cubic_coeffs(self, x, coeffs):
        a, t, u = -0.75, abs(x), 1 - abs(x)
        coeffs[:] = (a * t * u * u, u * (1 + t - (a + 2) * t * t),
                     t * (1 + u - (a + 2) * u * u), a * u * t * t)


class Attention(op_attention.Attention_23):
    """With the root of the scale in float64, not float32."""

    op_domain = ""

    def _run(self, *inputs, scale=None, **rules):
        scale = None if scale is None else np.float64(scale)
        return super()._run(*inputs, scale=scale, **rules)


def _cubic(ratio, scale=None, A=-0.75):
    """Resize's weights in float64, without powers that cancel."""
    a, t, u = float(A), ratio, 1 - ratio
    return np.array([a * t * u * u, u * (1 + t - (a + 2) * t * t),
                     t * (1 + u - (a + 2) * u * u), a * u * t * t])


def _cubic_antialias(ratio, scale, A=-0.75):
    a, scale = float(A), min(scale, 1.0)
    start = int(np.floor(-2 / scale) + 1)
    x = np.abs(scale * (np.arange(start, 2 - start) - ratio))
    near = (1 - x) * (1 + x - (a + 2) * x * x)
    far = np.where(x < 2, a * (x - 1) * (x - 2)**2, 0)
    weights = np.where(x <= 1, near, far)
    return weights / weights.sum()


def _run_wide(model, feed):
    with mock.patch.multiple(op_resize, _cubic_coeffs=_cubic,
                             _cubic_coeffs_antialias=_cubic_antialias):
        return _run(model, feed, [GridSample, Attention])


class Exact:
    """The case in float64, and how its results react to rounded inputs."""

    def __init__(self, case, results):
        self.model = onnx.ModelProto()
        self.model.CopyFrom(case.model)
        _widen_graph(self.model.graph)
        self.feed = {k: _widen_value(v) for k, v in case.feed.items()}
        # Constants take part in the shaking too.
        self.constants = {
            t.name: numpy_helper.to_array(t)
            for t in self.model.graph.initializer if t.data_type == WIDE}
        units = [float(values.finfo(r.dtype).eps) / 2
                 for r in _leaves(results) if values.is_float(r.dtype)]
        self.unit = max(units, default=0.0)
        self.results = None
        self.spreads = None
        self.run = OWN.get(case.operator, _run_wide)
        try:
            self.results = [_tidy(v) for v in self.run(self.model, self.feed)]
        except Exception:
            return  # bounds then use the reference's own result
        self.spreads = [_nothing(r) for r in self.results]

    def shake(self, count, seed):
        """Widens the spreads by `count` more trials."""
        if self.results is None or self.unit == 0.0:
            return
        rng = np.random.default_rng(seed)
        for _ in range(count):
            feed = {k: _shaken(v, rng, self.unit)
                    for k, v in self.feed.items()}
            for tensor in self.model.graph.initializer:
                if tensor.name in self.constants:
                    array = _shaken(self.constants[tensor.name], rng,
                                    self.unit)
                    tensor.CopyFrom(numpy_helper.from_array(array,
                                                            tensor.name))
            try:
                moved = self.run(self.model, feed)
            except Exception:
                continue
            self.spreads = [_wider(s, r, m) for s, r, m in zip(
                self.spreads, self.results, moved)]


def _leaves(results):
    for result in results:
        if isinstance(result, list):
            yield from _leaves(result)
        elif isinstance(result, np.ndarray):
            yield result


def _nothing(result):
    if isinstance(result, list):
        return [_nothing(r) for r in result]
    return (np.zeros(result.shape) if isinstance(result, np.ndarray)
            else None)


def _wider(spread, result, moved):
    if isinstance(result, list):
        return [_wider(*three) for three in zip(spread, result, moved)]
    if not isinstance(result, np.ndarray) or result.dtype != np.float64 or (
            np.shape(moved) != result.shape):
        return spread
    with np.errstate(all="ignore"):
        change = np.asarray(np.abs(np.asarray(moved, np.float64) - result))
    # A result that is finite only sometimes may be anything.
    change[np.isfinite(result) & ~np.isfinite(change)] = np.inf
    return np.fmax(spread, change)


# ---- Where the reference is known to be wrong ---------------------------


class Defects:
    """reference_defects.toml: cases that are run but not compared."""

    def __init__(self, path=DEFECTS):
        self.rows = tomllib.loads(path.read_text()).get("defect", [])
        self.counts = [0] * len(self.rows)
        for row in self.rows:
            unknown = set(row) - {"operators", "domain", "when", "unless",
                                  "opsets", "why"}
            if unknown or not row.get("why") or not row.get("operators"):
                raise SystemExit(f"{path}: not well-formed: {row}")

    def match(self, case):
        """The reason why a case is not compared, or None. Counts it."""
        for i, row in enumerate(self.rows):
            low, high = row.get("opsets", (0, 10**6))
            if (case.operator in row["operators"]
                    and case.domain == row.get("domain", "")
                    and low <= case.opset <= high
                    and all(self._holds(w, case) for w in row.get("when", []))
                    and not any(self._holds(w, case)
                                for w in row.get("unless", []))):
                self.counts[i] += 1
                return row["why"]
        return None

    @staticmethod
    def _holds(condition, case):
        """A tag, or several alternatives joined by |."""
        return any(tag in case.tags for tag in condition.split("|"))
