"""Operators that work element by element."""

import numpy as np

from opfuzz import bounds, values
from opfuzz.case import generates

# ---- One input ----------------------------------------------------------


def _unary(b, parameter="T"):
    b.random_tensor(parameter, b.random.long_shape())


@generates("Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cos", "Cosh",
           "Erf", "Exp", "Log", "Sigmoid", "Sin", "Sinh", "Tan", "Tanh",
           "Softsign")
def function(b):
    _unary(b, b.schema.inputs[0].type_str)
    b.bound = bounds.real()


@generates("Mish", "Softplus", "HardSwish")
def with_constant(b):
    _unary(b)
    b.bound = bounds.real(floor=4)


@generates("Elu", "Celu", "Selu")
def exponential_unit(b):
    _unary(b)
    alpha = b.random.real(0.1, 3)
    b.maybe(alpha=alpha, gamma=b.random.real(0.5, 2))
    b.bound = bounds.real(2, floor=8)


@generates("Gelu")
def gelu(b):
    _unary(b)
    b.maybe(approximate=b.random.choose(("none", "tanh")))
    b.bound = bounds.real(2, floor=8)


@generates("HardSigmoid")
def hard_sigmoid(b):
    _unary(b)
    b.maybe(alpha=b.random.real(0.05, 2), beta=b.random.real(-1, 1))
    b.bound = bounds.real(floor=4)


@generates("LeakyRelu", "ThresholdedRelu")
def one_alpha(b):
    _unary(b)
    b.maybe(alpha=b.random.real(-1, 2))
    b.bound = bounds.real()


@generates("Swish")
def swish(b):
    _unary(b)
    b.maybe(alpha=b.random.real(-2, 3))
    b.bound = bounds.real(2)


@generates("SwiGLU")
def swiglu(b):
    shape = b.random.long_shape()
    for _ in range(2):
        b.random_tensor("T", shape)
    b.maybe(alpha=b.random.real(-2, 3))
    b.bound = bounds.real(3)


@generates("Shrink")
def shrink(b):
    # Its attributes are float32; x - bias in x's own type.
    b.type("T", lambda d: d.name in values.FLOATS)
    _unary(b)
    b.maybe(lambd=b.random.choose((0.5, 0.0, 1.25)),
            bias=b.random.choose((0.0, 1.0, -0.5)))
    b.bound = bounds.real()


@generates("Abs", "Ceil", "Floor", "Neg", "Relu", "Round", "Sign", "Sqrt",
           "Reciprocal", "Not", "BitwiseNot", "IsNaN")
def exact_unary(b):
    _unary(b, b.schema.inputs[0].type_str)


@generates("IsInf")
def is_inf(b):
    _unary(b, "T1")
    b.flag("detect_negative", "detect_positive")


@generates("Identity")
def identity(b):
    parameter = b.schema.inputs[0].type_str
    _unary(b, parameter)
    b.bound = bounds.BITS


# ---- Several inputs -----------------------------------------------------


def _legacy_pair(b, parameter, options):
    """Before opset 7: equal shapes, or the second one suits the end of the
    first and broadcast says so."""
    shape = b.random.shape()
    second = shape
    if b.has("broadcast") and b.random.chance(0.4):
        second = shape[b.random.integer(0, len(shape)):]
        b.set(broadcast=1)
    b.random_tensor(parameter, shape, **options)
    b.random_tensor(parameter, second, **options)


def _pair(b, parameter="T", **options):
    if b.has("broadcast"):
        return _legacy_pair(b, parameter, options)
    shapes = b.random.broadcast_pair(b.random.long_shape())
    return [b.random_tensor(parameter, shape, **options) for shape in shapes]


@generates("Add", "Sub", "Mul", "And", "Or", "Xor", "BitwiseAnd", "BitwiseOr",
           "BitwiseXor", "Equal", "Greater", "Less", "GreaterOrEqual",
           "LessOrEqual")
def exact_binary(b):
    _pair(b, b.schema.inputs[0].type_str)


def _nonzero(random, dtype, shape):
    array = random.tensor(dtype, shape)
    if np.dtype(dtype).kind in "iu":
        array = np.where(array == 0, np.asarray(1, dtype), array)
    return array


@generates("Div")
def div(b):
    dtype = b.type("T")
    if b.has("broadcast"):
        return _legacy_pair(b, "T", {})
    first, second = b.random.broadcast_pair(b.random.long_shape())
    b.random_tensor("T", first)
    b.tensor(_nonzero(b.random, dtype, second))


@generates("Mod")
def mod(b):
    dtype = b.type("T")
    first, second = b.random.broadcast_pair(b.random.shape())
    b.random_tensor("T", first)
    b.tensor(_nonzero(b.random, dtype, second))
    if dtype.kind in "iu":
        b.flag("fmod")
    else:
        b.set(fmod=1)


@generates("BitShift")
def bit_shift(b):
    dtype = b.type("T")
    first, second = b.random.broadcast_pair(b.random.shape())
    b.random_tensor("T", first)
    # From 28 on any amount has a meaning.
    low = -3 if dtype.kind == "i" else 0
    width = dtype.itemsize * 8
    low, high = (0, width - 1) if b.version < 28 else (low, width + 3)
    b.tensor(b.random.tensor(dtype, second, low=low, high=high))
    b.set(direction=b.random.choose(("LEFT", "RIGHT")))


@generates("Pow")
def power(b):
    shapes = (b.random.broadcast_pair(b.random.shape())
              if not b.has("broadcast") else [b.random.shape()] * 2)
    base = b.type("T")
    second = b.schema.inputs[1].type_str
    exponent = b.type(second)
    if base.kind in "iu" or exponent.kind in "iu":
        # Within what every integer type can hold.
        high = 3 if base.itemsize == 1 or exponent.itemsize == 1 else 5
        low = 0 if base.kind == "u" else -high
        b.tensor(b.random.tensor(base, shapes[0], low=low, high=high))
        array = b.random.tensor(exponent, shapes[1], low=0, high=3)
        b.tensor(array if exponent.kind in "iu" else np.floor(
            array.astype(np.float32)).astype(exponent))
    else:
        b.random_tensor("T", shapes[0])
        b.random_tensor(second, shapes[1])
    b.bound = bounds.real(2)


@generates("PRelu")
def prelu(b):
    shape = b.random.shape(1)
    if b.version < 7:
        slope = (1,) if len(shape) < 2 else (shape[1],)
        if len(shape) > 2 or slope == (0,):
            slope = (1,)
    else:
        slope = b.random.broadcast(shape)
    b.random_tensor("T", shape)
    # The reference multiplies zeros too, which an infinite slope shows.
    b.random_tensor("T", slope, finite=True)


@generates("Max", "Min", "Sum", "Mean")
def variadic(b):
    name, count = b.schema.name, b.random.integer(1, 4)
    parameter = b.schema.inputs[0].type_str
    shape = b.random.shape()
    ordered = name in ("Sum", "Mean")
    for i in range(count):
        # The reference's Mean only takes what fits the first one.
        whole = b.version < 8 or (i == 0 and b.random.chance(0.7))
        part = shape if whole else b.random.broadcast(shape)
        b.random_tensor(parameter, part, finite=ordered)
    if ordered:
        b.bound = bounds.real(count)


@generates("Where")
def where(b):
    shape = b.random.long_shape()
    b.tensor(b.random.tensor(np.bool_, b.random.broadcast(shape)))
    for part in b.random.broadcast_pair(shape):
        b.random_tensor("T", part)
    b.bound = bounds.BITS


@generates("Clip")
def clip(b):
    _unary(b)
    low, high = b.random.real(-2, 1), b.random.real(0, 3)
    if b.version < 13:  # before, an empty range has no meaning
        high = max(low, high)
    if b.has("min"):
        b.maybe(min=low, max=high)
        return
    dtype = b.type("T")
    for limit in (low, high):
        if b.random.chance(0.75):
            b.tensor(np.array(max(limit, 0) if dtype.kind == "u" else limit
                              ).astype(dtype))
        else:
            b.omit()


# ---- Types --------------------------------------------------------------

NUMBERS = ("1", "-2.5", "0.125", "1e3", "-4E-2", "+7", "100000")
INTEGERS = ("1", "-25", "0", "+7", "100000")


def _castable(b, source, target, shape):
    """Values whose cast is defined."""
    if source.kind in "OU":
        texts = NUMBERS if target.kind == "f" else INTEGERS
        if target.name in ("uint8", "int8", "uint16", "int16", "uint32",
                           "uint64") or target.name in values.SMALL_INTS:
            texts = ("0", "1")
        return b.random.texts(texts, shape)
    real = source.kind == "f" or source.name in values.NARROW + ("bfloat16",)
    if real and target.kind in "iu" or real and (
            target.name in values.SMALL_INTS):
        low, high = values.SMALL_INTS.get(target.name, (None, None))
        if low is None:
            info = np.iinfo(target)
            low, high = max(info.min, -120), min(info.max, 120)
        if source.name == "float8_e8m0fnu":  # nothing below 0, which is NaN
            low = 1
        return b.random.tensor(np.float64, shape, low=low, high=high).astype(
            source)
    if target.kind in "OU":
        return b.random.tensor(source, shape, finite=True)
    return b.random.tensor(source, shape)


def _same_kind_of_text(source, target):
    """Whether a cast between them says anything about numbers."""
    text = source.kind in "OU", target.kind in "OU"
    if not any(text) or all(text):
        return True
    number = target if text[0] else source
    return number.kind == "iu" or number.kind in "iu" or (
        number.name in ("float32", "float64"))


def _cast_types(b, source_parameter, target_parameter):
    source = b.type(source_parameter, lambda d: d.kind != "c")
    target = b.type(target_parameter, lambda d: d.kind != "c"
                    and _same_kind_of_text(source, d))
    if target.kind in "OU" and source.kind not in "OU":
        b.bound = bounds.TEXT
    b.maybe(0.4, saturate=b.random.integer(0, 1))
    b.extra_tags |= {f"from:{source.name}", f"to:{target.name}"}
    return source, target


@generates("Cast")
def cast(b):
    source, target = _cast_types(b, "T1", "T2")
    b.tensor(_castable(b, source, target, b.random.long_shape()))
    number = values.number_of(target)
    if b.version < 6:  # the type's name
        b.set(to=values.TensorProto.DataType.Name(number))
    else:
        b.set(to=number)
    if target.name == "float8_e8m0fnu":
        b.maybe(round_mode=b.random.choose(("up", "down", "nearest")))


@generates("CastLike")
def cast_like(b):
    source, target = _cast_types(b, "T1", "T2")
    b.tensor(_castable(b, source, target, b.random.shape()))
    b.random_tensor("T2", b.random.shape(0, 2))
    if target.name == "float8_e8m0fnu":
        b.maybe(round_mode=b.random.choose(("up", "down", "nearest")))


def bits(dtype):
    name = np.dtype(dtype).name
    for count, names in ((2, ("int2", "uint2")),
                         (4, ("int4", "uint4", "float4_e2m1fn"))):
        if name in names:
            return count
    return np.dtype(dtype).itemsize * 8


@generates("BitCast")
def bit_cast(b):
    source = b.type("T1")
    # Not every byte is a truth value.
    target = b.type("T2", lambda d: bits(d) == bits(source) and (
        d.kind != "b" or source.kind == "b"))
    b.tensor(b.random.tensor(source, b.random.shape()))
    b.set(to=values.number_of(target))
    b.bound = bounds.BITS
