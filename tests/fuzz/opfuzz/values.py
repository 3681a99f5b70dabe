"""Random decisions, shapes and tensors."""

import ml_dtypes
import numpy as np
import onnx

TensorProto = onnx.TensorProto
LIMIT = 3000  # elements of an ordinary tensor
FLOATS = ("float16", "bfloat16", "float32", "float64")
NARROW = ("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
          "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn",
          "float6_e2m3fn", "float6_e3m2fn")
INTS = ("int8", "int16", "int32", "int64")
UINTS = ("uint8", "uint16", "uint32", "uint64")
SMALL_INTS = {"int4": (-8, 7), "uint4": (0, 15), "int2": (-2, 1),
              "uint2": (0, 3)}
WORDS = ("", "a", "A", "b", "ab", "Ab c", " x ", "1", "-7.5", "1e3", "nan",
         "INF", "café", "日本", "Straße", "a,b,,c", "word", "Word", "\t", "aaa",
         "the quick brown fox jumps over the lazy dog")


def dtype_of(type_string):
    """The numpy type of `tensor(float8e5m2)`; None for what is no tensor, or
    has no such type here."""
    name = type_string.removeprefix("tensor(").removesuffix(")").upper()
    if name not in TensorProto.DataType.keys():
        return None
    try:
        number = TensorProto.DataType.Value(name)
        return np.dtype(onnx.helper.tensor_dtype_to_np_dtype(number))
    except (KeyError, TypeError):
        return None


def number_of(dtype):
    return onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


def is_float(dtype):
    return np.dtype(dtype).name in FLOATS


def finfo(dtype):
    return ml_dtypes.finfo(dtype)


def specials(dtype):
    """Values where implementations differ."""
    info = finfo(dtype)
    tiny, least = float(info.smallest_normal), float(info.smallest_subnormal)
    return [np.nan, np.inf, -np.inf, -0.0, 0.0, tiny, -tiny, least, -least,
            3 * least, float(info.max), float(info.min), 1.0, -1.0, 0.5, -0.5,
            1.5, 2.5, -2.5, 1 + float(info.eps), 88.0, -104.0, 1e5]


class Random:
    """numpy's generator with the decisions that generators need."""

    def __init__(self, *seed):
        self.rng = np.random.default_rng(seed)

    def chance(self, p):
        return self.rng.random() < p

    def integer(self, low, high):
        """Both ends included."""
        return int(self.rng.integers(low, high + 1))

    def choose(self, options):
        return options[int(self.rng.integers(len(options)))]

    def sample(self, options, count):
        picks = self.rng.permutation(len(options))[:count]
        return [options[i] for i in picks]

    def real(self, low, high):
        return float(self.rng.uniform(low, high))

    # ---- Shapes ---------------------------------------------------------

    def dim(self):
        p = self.rng.random()
        if p < 0.15:
            return 1
        return self.integer(2, 6) if p < 0.85 else self.integer(7, 40)

    def shape(self, low=0, high=5, zero=True, limit=LIMIT):
        """A shape of rank low to high, at times with a dimension of 0."""
        shape = [1] * self.integer(low, high)
        room = limit
        for i in self.rng.permutation(len(shape)):
            shape[i] = max(1, min(self.dim(), room))
            room //= shape[i]
        if zero and shape and self.chance(0.05):
            shape[self.integer(0, len(shape) - 1)] = 0
        return tuple(shape)

    def long_shape(self, low=0, high=5):
        """As shape(); now and then long enough to be split among threads."""
        if self.chance(0.97) or high < 1:
            return self.shape(low, high)
        shape = list(self.shape(max(low, 1), min(high, 3), False, 12))
        shape[self.integer(0, len(shape) - 1)] *= self.integer(1000, 9000)
        return tuple(shape)

    def broadcast(self, shape):
        """A shape that broadcasts to `shape`."""
        if self.chance(0.4):
            return shape
        cut = self.integer(0, len(shape)) if self.chance(0.5) else 0
        return tuple(1 if self.chance(0.3) else d for d in shape[cut:])

    def broadcast_pair(self, shape):
        """Two shapes whose broadcast is `shape`."""
        a, b = self.broadcast(shape), shape
        if self.chance(0.3) and len(a) == len(b):
            # Each of both stretches the other somewhere.
            b = tuple(1 if x == d and self.chance(0.3) else d
                      for x, d in zip(a, b))
        return (a, b) if self.chance(0.5) else (b, a)

    def axis(self, rank, negative=True):
        axis = self.integer(0, rank - 1)
        return axis - rank if negative and self.chance(0.4) else axis

    def axes(self, rank, negative=True, least=0):
        """Distinct axes in any order."""
        picks = self.sample(range(rank), self.integer(min(least, rank), rank))
        return [a - rank if negative and self.chance(0.3) else a
                for a in picks]

    # ---- Tensors --------------------------------------------------------

    def tensor(self, dtype, shape, finite=False, low=None, high=None):
        """Elements of any type. `finite`: no NaN, infinity or extreme, for
        operators whose sums would depend on the order. With low and high:
        uniform between them."""
        dtype, shape = np.dtype(dtype), tuple(shape)
        if low is not None:
            return self._uniform(dtype, shape, low, high)
        if dtype.name in FLOATS:
            return self._floats(dtype, shape, finite)
        if dtype.name in NARROW:
            return self._narrow(dtype, shape, finite)
        if dtype.kind == "c":
            part = np.dtype(f"float{dtype.itemsize * 4}")
            real = self._floats(part, shape, True).astype(dtype)
            return (real + 1j * self._floats(part, shape, True)).astype(dtype)
        if dtype.kind == "b":
            return self.rng.random(shape) < 0.5
        if dtype.kind in "OU":
            return self.texts(WORDS, shape)
        return self._ints(dtype, shape)

    def texts(self, words, shape):
        picks = self.rng.integers(0, len(words), int(np.prod(shape)))
        return np.array(words, object)[picks].reshape(shape)

    def _uniform(self, dtype, shape, low, high):
        if dtype.kind in "iu" or dtype.name in SMALL_INTS:
            values = self.rng.integers(low, high, shape, endpoint=True)
        else:
            values = self.rng.uniform(low, high, shape)
        return np.asarray(values).astype(dtype)

    def _floats(self, dtype, shape, finite):
        scale = self.choose((1, 1, 1, 1, 0.1, 10, 100))
        values = self.rng.standard_normal(shape) * scale
        if self.chance(0.15):
            values = np.round(values)  # equal elements, ties, zeros
        values = np.asarray(values).astype(dtype)
        if not finite and self.chance(0.2):
            picks = self.rng.random(shape) < self.choose((0.05, 0.3))
            extra = self.rng.choice(specials(dtype), shape)
            values = np.where(picks, np.asarray(extra).astype(dtype), values)
        return values

    def _narrow(self, dtype, shape, finite):
        if finite or self.chance(0.5):
            return self.rng.standard_normal(shape).astype(dtype)
        bits = 4 if "float4" in dtype.name else 6 if "float6" in (
            dtype.name) else 8
        codes = self.rng.integers(0, 1 << bits, shape).astype(np.uint8)
        return np.asarray(codes).view(dtype)

    def _ints(self, dtype, shape):
        if dtype.name in SMALL_INTS:
            low, high = SMALL_INTS[dtype.name]
            values = self.rng.integers(low, high, shape, endpoint=True)
            return np.asarray(values).astype(np.int8).astype(dtype)
        info = np.iinfo(dtype)
        if self.chance(0.75):
            low, high = max(info.min, -10), 10
        else:
            low, high = info.min, info.max
        values = self.rng.integers(low, high, shape, dtype, endpoint=True)
        return np.asarray(values, dtype)

    def indices(self, shape, size, dtype=np.int64, negative=True):
        """Indices into an axis of `size` elements."""
        low = -size if negative and self.chance(0.4) else 0
        return np.asarray(self.rng.integers(low, size, shape)).astype(dtype)
