"""Matrix products and quantization."""

import numpy as np

from opfuzz import bounds, values
from opfuzz.case import generates
from opfuzz.gen_nn import scale


def _product_shapes(random):
    """Shapes of two operands of matmul, and the length of the sums."""
    m, k, n = (random.dim() for _ in range(3))
    if random.chance(0.05):
        k = 0
    kind = random.integer(0, 5)
    if kind == 0:
        return (k,), (k,), k
    if kind == 1:
        return (m, k), (k,), k
    if kind == 2:
        return (k,), (k, n), k
    batch = random.shape(0, 2, zero=False, limit=12)
    first, second = random.broadcast_pair(batch)
    return (*first, m, k), (*second, k, n), k


@generates("MatMul")
def matmul(b):
    first, second, length = _product_shapes(b.random)
    dtype = b.type("T")
    options = ({"low": 0 if dtype.kind == "u" else -9, "high": 9}
               if dtype.kind in "iu" else {"finite": True})
    b.random_tensor("T", first, **options)
    b.tensor(b.random.tensor(dtype, second, **options), constant=0.5)
    b.bound = bounds.real(length)


@generates("Gemm", since=6)
def gemm(b):
    m, k, n = (b.random.dim() for _ in range(3))
    dtype = b.type("T")
    integer = dtype.kind in "iu"
    options = ({"low": 0 if dtype.kind == "u" else -9, "high": 9}
               if integer else {"finite": True})
    b.flag("transA", "transB")
    first, second = (m, k), (k, n)
    if b.attributes.get("transA"):
        first = (k, m)
    if b.attributes.get("transB"):
        second = (n, k)
    b.random_tensor("T", first, **options)
    b.tensor(b.random.tensor(dtype, second, **options), constant=0.5)
    if b.version < 7:
        third = (m, n)
        b.random_tensor("T", third, **options)
    elif b.version < 11 or b.random.chance(0.7):
        third = b.random.choose(((m, n), (n,), (1, n), (m, 1), (1,), (),
                                 (1, 1)))
        b.random_tensor("T", third, **options)
    if not integer:
        b.maybe(0.4, alpha=b.random.real(-2, 2), beta=b.random.real(-2, 2))
    b.bound = bounds.real(k + 2)


def _zero_points(b, first, second):
    """Optional zero points, scalars or one a row and column."""
    if not b.random.chance(0.7):
        return
    rows = len(first) == 2 and b.random.chance(0.2)
    b.tensor(b.random.tensor(b.type("T1"), (first[0], 1) if rows else ()))
    if b.random.chance(0.7):
        columns = len(second) == 2 and b.random.chance(0.3)
        b.tensor(b.random.tensor(b.type("T2"),
                                 second[-1:] if columns else ()))


@generates("MatMulInteger")
def matmul_integer(b):
    first, second, _ = _product_shapes(b.random)
    b.random_tensor("T1", first)
    b.random_tensor("T2", second)
    _zero_points(b, first, second)


@generates("QLinearMatMul")
def qlinear_matmul(b):
    m, k, n = (b.random.integer(1, 9) for _ in range(3))
    batch = b.random.shape(0, 2, zero=False, limit=6)
    kind = (b.type("TS") if b.version >= 21 else np.dtype(np.float32))
    integers = ("int8", "uint8")
    for name, shape in (("T1", (*batch, m, k)), ("T2", (*batch, k, n))):
        b.type(name, integers)
        b.random_tensor(name, shape)
        b.tensor(scale(b, dtype=kind))
        b.random_tensor(name, ())
    b.type("T3", integers)
    b.tensor(scale(b, dtype=kind))
    b.random_tensor("T3", ())
    b.tag(kind.name != "float32", "narrow scale")
    b.bound = bounds.QUANTUM


def _quantized(b, parameter):
    return b.type(parameter, lambda d: d.kind in "iu" or (
        d.name in values.SMALL_INTS) or "float8" in d.name or (
        "float4" in d.name or "float6" in d.name))


def _granularity(b, shape):
    """Shape of the scale; sets axis and block_size where they apply."""
    axis = b.random.axis(len(shape)) if shape else 0
    kind = b.random.integer(0, 2)
    if kind == 1 and shape and b.has("axis"):
        b.set(axis=axis)
        return (shape[axis],)
    if kind == 2 and shape and b.has("block_size"):
        block = b.random.integer(1, 3)
        blocks = list(shape)
        blocks[axis] = -(-shape[axis] // block)
        b.set(axis=axis, block_size=block)
        return tuple(blocks)
    return ()


def _plain_scale(d):
    return d.name in values.FLOATS


@generates("QuantizeLinear")
def quantize(b):
    shape = b.random.shape(0, 4, zero=False, limit=600)
    if b.has("block_size") and shape:
        shape = tuple(min(d, 12) for d in shape)
    source = b.type("T1", lambda d: d.name in values.FLOATS + ("int32",))
    target_name = "T3" if b.version >= 23 else "T2"
    target = _quantized(b, target_name)
    steps = _granularity(b, shape)
    spread = 4 if target.name in values.SMALL_INTS else 100
    x = b.random.tensor(np.float64, shape, low=-spread, high=spread)
    if b.random.chance(0.2):  # ties
        x = np.round(x * 2) / 2
    b.tensor(np.asarray(x).astype(source))
    step = (np.dtype(np.float32) if b.version < 19 else
            source if b.version < 23 and source.kind != "i" else
            b.type("T2", _plain_scale) if b.version >= 23
            else np.dtype(np.float32))
    if b.version in (19, 21):
        step = source
    b.tensor(b.random.tensor(np.float32, steps, low=0.25, high=2).astype(step)
             if step.kind != "i" else np.ones(steps, step))
    real = "float" in target.name
    if b.random.chance(0.7):
        zero = (np.zeros(steps).astype(target) if real or target.itemsize > 2
                else b.random.tensor(target, steps))
        b.tensor(zero)
        b.maybe(0.2, output_dtype=values.number_of(target))
    elif b.has("output_dtype"):
        b.set(output_dtype=values.number_of(target))
    else:
        b.tensor(np.zeros(steps).astype(target))
    b.maybe(0.3, saturate=b.random.integer(0, 1))
    b.extra_tags |= {f"to:{target.name}", f"scale:{step.name}"}
    b.tag(step != source, "mixed")
    b.tag(bool(steps), "not per tensor")


@generates("DequantizeLinear")
def dequantize(b):
    shape = b.random.shape(0, 4, zero=False, limit=600)
    if b.has("block_size") and shape:
        shape = tuple(min(d, 12) for d in shape)
    name = b.schema.inputs[0].type_str
    source = _quantized(b, name)
    steps = _granularity(b, shape)
    b.random_tensor(name, shape)
    step = (np.dtype(np.float32) if b.version < 19
            else b.type("T2", _plain_scale))
    b.tensor(b.random.tensor(np.float32, steps, low=0.01, high=2
                             ).astype(step))
    if source.name != "int32" and b.random.chance(0.6):
        real = "float" in source.name
        b.tensor(np.zeros(steps).astype(source) if real
                 else b.random.tensor(source, steps))
    if b.has("output_dtype") and b.random.chance(0.3):
        b.set(output_dtype=values.number_of(
            b.random.choose(b.allowed("T3"))))
    b.extra_tags |= {f"from:{source.name}", f"scale:{step.name}"}
    b.tag(bool(steps), "not per tensor")
    b.bound = bounds.real(2)


@generates("DynamicQuantizeLinear")
def dynamic_quantize(b):
    array = b.random_tensor("T1", b.random.shape(1, 4, zero=False),
                            finite=True)
    b.tag(not array.any(), "only zeros")
    b.output_count = 3
    b.bound = bounds.Bound("quantum")


@generates("Bernoulli", "RandomUniformLike", "RandomNormalLike")
def random_like(b):
    array = b.random.tensor(b.type("T1", lambda d: d.kind != "O"),
                            b.random.shape(), low=0, high=1)
    b.tensor(array)
    if b.random.chance(0.8):
        b.set(dtype=values.number_of(b.type("T2")))
    elif b.schema.name != "Bernoulli":
        b.type("T2")
        if array.dtype not in b.allowed("T2"):
            b.set(dtype=1)
    b.maybe(seed=b.random.real(0, 100))
    b.bound = bounds.SHAPE


@generates("RandomUniform", "RandomNormal")
def random_shape(b):
    b.set(shape=list(b.random.shape(1)))
    if b.random.chance(0.5):
        b.set(dtype=values.number_of(b.type("T")))
    b.maybe(seed=b.random.real(0, 100))
    b.bound = bounds.SHAPE
